"""Effective posture: what a flow or component declares, merged field by field over its zones' defaults.

A flow's or component's own field wins. Where a flow is silent and the zones of its ends differ, the weaker
value holds; absent is the weakest; values that can't be ordered are an error of the declaration. `within`
gives no posture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from limen.analysis.given import given
from limen.analysis.kinds.common import AtRestPart, ProcessingPart, TlsPart, TransitPart
from limen.errors import Location, Problem
from limen.model.declaration import Declaration
from limen.model.flows import Flow
from limen.model.keys import Key
from limen.model.places import Component, Zone
from limen.model.scalars import TLS_RANKS

Locate = Callable[[tuple[str | int, ...]], Location]
"""Finds a declaration path in the text."""

TRANSIT_PATHS = (
    "in_transit.protocol",
    "in_transit.tls.min",
    "in_transit.tls.mutual",
    "in_transit.tls.suites",
    "in_transit.tls.key_exchange",
    "in_transit.tls.pins",
)
"""The fields that are merged for a flow, in the order of `Transit.values`."""
AT_REST_FIELDS = ("algorithm", "key")
PROCESSING_FIELDS = ("envelope", "field_encryption", "zeroize", "plaintext_logging", "core_dumps", "debug_output")

MUTUAL_RANKS = {"off": 0, "optional": 1, "required": 2}
"""Demands for a client certificate, weakest first."""

TLS_PROTOCOLS = frozenset({"https", "grpcs", "amqps", "mqtts", "ldaps", "ftps", "syslog-tls"})
"""Protocols that are TLS by name."""
SSH_PROTOCOLS = frozenset({"ssh", "sftp"})
LOCAL_PROTOCOLS = frozenset({"unix", "pkcs11"})
"""Protocols that never leave the machine; between network segments they can't be what is spoken."""
CLEAR_PROTOCOLS = frozenset({"http", "grpc", "amqp", "mqtt", "ldap", "ftp", "syslog"})
"""Protocols whose TLS twin has another name: the flow's own TLS turns one into the other, a zone's default doesn't."""
NEVER_TLS_PROTOCOLS = frozenset({"udp", "removable-media"})
"""Protocols that TLS, which needs a stream between two ends, can't protect."""

_SILENT = (UNSET,) * len(TRANSIT_PATHS)


class Transit(msgspec.Struct, frozen=True, gc=False):
    """Effective protection in transit of all flows with the same declaration and the same zones."""

    values: tuple[Any, ...]
    """Effective values in the model's terms, in the order of TRANSIT_PATHS; UNSET where absent."""
    part: TransitPart
    """The same as rules see it."""
    own: tuple[bool, ...]
    """Whether each value is declared on the flow itself."""
    incomparable: tuple[str, ...] = ()
    """Paths at which the zones of the two ends can't be ordered; the effective value is then absent."""


def weaker(path: str, first: Any, second: Any) -> Any:
    """Return the weaker of two zones' values of a field of TRANSIT_PATHS; UNSET, absent, is the weakest.

    Raises ValueError where they can't be ordered.
    """
    if first is UNSET or second is UNSET:
        return UNSET
    if first == second:
        return first
    if path == "in_transit.tls.min":
        return min(first, second, key=TLS_RANKS.__getitem__)
    if path == "in_transit.tls.mutual":
        return min(first, second, key=MUTUAL_RANKS.__getitem__)
    if path in ("in_transit.tls.suites", "in_transit.tls.key_exchange"):
        # Whoever attacks picks from what either end offers.
        return tuple(sorted({*first, *second}))
    if path == "in_transit.tls.pins":
        if not first or not second:
            return ()
        if set(first) == set(second):
            return tuple(sorted(first))
    raise ValueError(f"{path}: {first!r} and {second!r} can't be ordered")


def channel(protocol: Any, own_tls: bool, any_tls: bool, *, one_segment: bool = True) -> str:
    """Return tls, ssh, local or none; undeclared where neither a protocol nor TLS is declared.

    `own_tls` says whether the flow itself declares something of TLS, `any_tls` whether an effective value does,
    `one_segment` whether both ends can be on one machine.
    """
    if protocol in NEVER_TLS_PROTOCOLS:
        return "none"
    if own_tls or protocol in TLS_PROTOCOLS:
        return "tls"
    if protocol in SSH_PROTOCOLS:
        return "ssh"
    if protocol in LOCAL_PROTOCOLS:
        # A socket can't reach another network, so whatever carries the data there is not declared.
        return "local" if one_segment else "none"
    if protocol in CLEAR_PROTOCOLS:
        return "none"
    if any_tls:
        return "tls"
    return "undeclared" if protocol is UNSET else "none"


class Postures:
    """Effective postures of one declaration, each computed once."""

    def __init__(self, zones: Mapping[str, Zone], keys: Mapping[str, Key]) -> None:
        """Read the zones' defaults once; `keys` are those that at_rest may name."""
        self._zones = zones
        self._keys = keys
        self._defaults = {name: _zone_transit(zone) for name, zone in zones.items()}
        # By identity: loading makes equal declarations the same object, which the declaration keeps alive.
        self._transits: dict[tuple[int, str, str], Transit] = {}
        self._rests: dict[tuple[int, str], list[Any]] = {}
        self._at_rest: dict[tuple[Any, Any, bool], AtRestPart] = {}
        self._processing: dict[tuple[int, str], ProcessingPart] = {}

    def transit(self, flow: Flow, source_zone: str, target_zone: str) -> Transit:
        """Return the effective protection in transit of a flow between two zones."""
        memo = (id(flow.in_transit), source_zone, target_zone)
        found = self._transits.get(memo)
        if found is None:
            found = self._transits[memo] = self._merge(flow, source_zone, target_zone)
        return found

    def _merge(self, flow: Flow, source_zone: str, target_zone: str) -> Transit:
        own = _transit_values(flow.in_transit)
        first = self._defaults.get(source_zone, _SILENT)
        second = self._defaults.get(target_zone, _SILENT)
        values: list[Any] = []
        incomparable: list[str] = []
        for path, mine, theirs, others in zip(TRANSIT_PATHS, own, first, second, strict=True):
            try:
                values.append(mine if mine is not UNSET else weaker(path, theirs, others))
            except ValueError:
                values.append(UNSET)
                incomparable.append(path)
        protocol, least, mutual, suites, key_exchange, pins = values
        own_tls = own[1:] != _SILENT[1:]
        any_tls = tuple(values[1:]) != _SILENT[1:]
        tls = given(
            TlsPart,
            min=UNSET if least is UNSET else TLS_RANKS[least],
            mutual=mutual,
            suites=suites,
            key_exchange=key_exchange,
            pins=UNSET if pins is UNSET else len(pins),
        )
        near = self._one_segment(source_zone, target_zone)
        kind = channel(protocol, own_tls, any_tls, one_segment=near)
        part = given(TransitPart, protocol=protocol, channel=kind, tls=tls)
        return Transit(tuple(values), part, tuple(value is not UNSET for value in own), tuple(incomparable))

    def _one_segment(self, source_zone: str, target_zone: str) -> bool:
        """Return whether two zones are one, or name the same network segment."""
        if source_zone == target_zone:
            return True
        ends = [zone.segment for name in (source_zone, target_zone) if (zone := self._zones.get(name)) is not None]
        return len(ends) == 2 and ends[0] is not UNSET and ends[0] == ends[1]

    def transit_provenance(self, flow: Flow, source_zone: str, target_zone: str) -> dict[str, str]:
        """Return for each path of TRANSIT_PATHS, and for the channel, where the effective value came from."""
        transit = self.transit(flow, source_zone, target_zone)
        own = _transit_values(flow.in_transit)
        first = self._defaults.get(source_zone, _SILENT)
        second = self._defaults.get(target_zone, _SILENT)
        found = {
            path: f"declared on flow {flow.id}"
            if mine is not UNSET
            else _merged_words(source_zone, theirs, target_zone, others)
            for path, mine, theirs, others in zip(TRANSIT_PATHS, own, first, second, strict=True)
        }
        any_tls = transit.values[1:] != _SILENT[1:]
        if transit.values[0] is UNSET:
            found["in_transit.channel"] = "derived from TLS" if any_tls else "not declared"
        else:
            tls = "" if not any_tls else ", own TLS" if any(transit.own[1:]) else ", zones' TLS"
            if transit.values[0] in LOCAL_PROTOCOLS and transit.part.channel == "none":
                tls = ", which can't leave the segment that the flow leaves"
            found["in_transit.channel"] = f"derived from protocol {transit.values[0]}{tls}"
        return found

    def transit_sources(self, flow: Flow, place: int, source_zone: str, target_zone: str) -> tuple[Any, Any]:
        """Return what a flow itself and what the zones of its ends give for a place of TRANSIT_PATHS.

        UNSET where they are silent or, for the zones, can't be ordered.
        """
        own = _transit_values(flow.in_transit)[place]
        first, second = (self._defaults.get(zone, _SILENT)[place] for zone in (source_zone, target_zone))
        try:
            return own, weaker(TRANSIT_PATHS[place], first, second)
        except ValueError:
            return own, UNSET

    def component_sources(self, component: Component, path: str) -> tuple[Any, Any]:
        """Return what a component itself and what its zone give for a path of at_rest or processing, or UNSET."""
        section, _, field = path.partition(".")
        own, zone = getattr(component, section), self._default(component, section)
        return (
            UNSET if own is UNSET else getattr(own, field),
            UNSET if zone is UNSET else getattr(zone, field),
        )

    def problems(self, declaration: Declaration, locate: Locate | None = None) -> list[Problem]:
        """Return one problem for each flow and field that inherits values which can't be ordered."""
        if not any(transit.incomparable for transit in self._transits.values()):
            return []
        found: list[Problem] = []
        for flow in declaration.flows:
            ends = [
                declaration.components[end].zone for end in (flow.source, flow.target) if end in declaration.components
            ]
            if len(ends) < 2:
                continue
            for path in self.transit(flow, ends[0], ends[1]).incomparable:
                place = TRANSIT_PATHS.index(path)
                shown = " and ".join(
                    f"zone {zone} ({words(self._defaults.get(zone, _SILENT)[place])})" for zone in ends
                )
                found.append(
                    Problem(
                        message=f"flow {flow.id} gives no {path}, and "
                        f"its ends' defaults differ and can't be ordered: {shown}",
                        location=None if locate is None else locate(("flows", flow.id)),
                        hint=f"declare {path} on the flow, or make the zones agree",
                    )
                )
        return found

    def at_rest(self, name: str, component: Component) -> AtRestPart:
        """Return the effective protection at rest of a component."""
        algorithm, key_name = self._resting(component)
        key = self._keys.get(key_name) if isinstance(key_name, str) else None
        memo = (algorithm, key_name, key is not None and key.held_by == name)
        found = self._at_rest.get(memo)
        if found is None:
            found = self._at_rest[memo] = given(
                AtRestPart,
                algorithm=algorithm,
                key=key is not None,
                key_custody=UNSET if key is None else key.custody,
                key_beside_data=UNSET if key is None or key.held_by is UNSET else key.held_by == name,
                key_algorithm=UNSET if key is None else key.algorithm,
            )
        return found

    def at_rest_key(self, component: Component) -> str:
        """Return the name of the key that effectively seals a component's medium, or an empty text."""
        key = self._resting(component)[1]
        return key if isinstance(key, str) else ""

    def _resting(self, component: Component) -> list[Any]:
        """Return the effective values of AT_REST_FIELDS."""
        memo = (id(component.at_rest), component.zone)
        found = self._rests.get(memo)
        if found is None:
            zone = self._default(component, "at_rest")
            found = self._rests[memo] = _own_or_zone(component.at_rest, zone, AT_REST_FIELDS)
        return found

    def processing(self, component: Component) -> ProcessingPart:
        """Return the effective protection in processing of a component."""
        memo = (id(component.processing), component.zone)
        found = self._processing.get(memo)
        if found is None:
            values = _own_or_zone(component.processing, self._default(component, "processing"), PROCESSING_FIELDS)
            found = given(ProcessingPart, **dict(zip(PROCESSING_FIELDS, values, strict=True)))
            self._processing[memo] = found
        return found

    def component_provenance(self, name: str, component: Component) -> dict[str, str]:
        """Return for each path of at_rest and processing where a component's effective value came from."""
        found: dict[str, str] = {}
        for section, fields in (("at_rest", AT_REST_FIELDS), ("processing", PROCESSING_FIELDS)):
            own, zone = getattr(component, section), self._default(component, section)
            for field in fields:
                if own is not UNSET and getattr(own, field) is not UNSET:
                    origin = f"declared on component {name}"
                elif zone is not UNSET and getattr(zone, field) is not UNSET:
                    origin = f"zone {component.zone}"
                else:
                    origin = "not declared"
                found[f"{section}.{field}"] = origin
        return found

    def _default(self, component: Component, section: str) -> Any:
        zone = self._zones.get(component.zone)
        return UNSET if zone is None or zone.posture is UNSET else getattr(zone.posture, section)


def words(value: Any) -> str:
    """Return a declared value as people read it; nothing is called absent."""
    if value is UNSET:
        return "absent"
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def _merged_words(source: str, first: Any, target: str, second: Any) -> str:
    if source == target:
        return f"zone {source}" if first is not UNSET else "not declared"
    if first is UNSET and second is UNSET:
        return "not declared"
    if first == second:
        return f"zones {source} and {target}"
    return f"weaker of zone {source} ({words(first)}) and zone {target} ({words(second)})"


def _zone_transit(zone: Zone) -> tuple[Any, ...]:
    return _SILENT if zone.posture is UNSET else _transit_values(zone.posture.in_transit)


def _transit_values(in_transit: Any) -> tuple[Any, ...]:
    if in_transit is UNSET:
        return _SILENT
    tls = in_transit.tls
    if tls is UNSET:
        return (in_transit.protocol, *_SILENT[1:])
    return (in_transit.protocol, tls.min, tls.mutual, tls.suites, tls.key_exchange, tls.pins)


def _own_or_zone(own: Any, zone: Any, fields: tuple[str, ...]) -> list[Any]:
    found = []
    for field in fields:
        value = UNSET if own is UNSET else getattr(own, field)
        found.append(getattr(zone, field) if value is UNSET and zone is not UNSET else value)
    return found
