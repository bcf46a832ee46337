"""How a flow that replaces another one when it fails compares with it: a fallback may be no weaker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from limen.analysis.kinds.flow import FallbackPart
from limen.analysis.network import Network
from limen.analysis.posture import MUTUAL_RANKS, Transit
from limen.model.flows import Flow
from limen.model.scalars import TLS_RANKS, duration_seconds

_PROTECTED = frozenset({"tls", "ssh", "local"})
_METHODS = {"none": 0, "password": 1, "oidc": 2, "signed-request": 2, "spiffe": 3, "mtls": 3}


def fallback(network: Network, flow: int) -> FallbackPart:
    """Return how a flow with `fallback_for` compares with its primary."""
    name = network.flows[flow].fallback_for
    primary = None if name is UNSET else network.flow_index.get(name)
    if primary is None:
        return FallbackPart(known=False, weaker=())
    return FallbackPart(known=True, weaker=tuple(sorted(set(_weaker(network, flow, primary)))))


def _weaker(network: Network, flow: int, primary: int) -> Iterator[str]:
    mine, theirs = network.flows[flow], network.flows[primary]
    yield from _weaker_transit(_transit(network, flow), _transit(network, primary))
    yield from _weaker_access(mine, theirs)
    if theirs.audit is not UNSET:
        if mine.audit is UNSET:
            yield "audit.ledger"
        elif theirs.audit.redacts is True and mine.audit.redacts is not True:
            yield "audit.redacts"
    ours, others = network.layers(flow), network.layers(primary)
    moved = network.carried[flow] | network.returned[flow]
    for item, layers in others.items():
        own = ours.get(item)
        carried = moved >> item & 1 or not network.carriage_declared[flow]
        if carried and (own is None or not set(layers.seals) <= set(own.seals) or (layers.signs and not own.signs)):
            yield "protection"


def _transit(network: Network, flow: int) -> Transit:
    zones = (network.zone_names[network.zone_of[end[flow]]] for end in (network.source, network.target))
    return network.postures.transit(network.flows[flow], *zones)


def _weaker_transit(mine: Transit, theirs: Transit) -> Iterator[str]:
    if theirs.part.channel in _PROTECTED and mine.part.channel not in _PROTECTED:
        yield "in_transit.channel"
    _, least, mutual, suites, key_exchange, pins = mine.values
    _, their_least, their_mutual, their_suites, their_key_exchange, their_pins = theirs.values
    if their_least is not UNSET and (least is UNSET or TLS_RANKS[least] < TLS_RANKS[their_least]):
        yield "in_transit.tls.min"
    if _mutual(mutual) < _mutual(their_mutual):
        yield "in_transit.tls.mutual"
    if _offers_more(suites, their_suites):
        yield "in_transit.tls.suites"
    if _offers_more(key_exchange, their_key_exchange):
        yield "in_transit.tls.key_exchange"
    if their_pins is not UNSET and their_pins and (pins is UNSET or not pins):
        yield "in_transit.tls.pins"


def _mutual(value: Any) -> int:
    return 0 if value is UNSET else MUTUAL_RANKS[value]


def _offers_more(mine: Any, theirs: Any) -> bool:
    """Return whether one list offers what the other does not; not to say what is offered is to offer anything."""
    return theirs is not UNSET and bool(theirs) and (mine is UNSET or not mine or not set(mine) <= set(theirs))


def _weaker_access(mine: Flow, theirs: Flow) -> Iterator[str]:
    if theirs.authn is not UNSET:
        method = "none" if mine.authn is UNSET else mine.authn.method
        if _METHODS[method] < _METHODS[theirs.authn.method]:
            yield "authn.method"
        longest = _lifetime(theirs)
        own = _lifetime(mine)
        if longest is not None and (own is None or own > longest):
            yield "authn.credential_lifetime"
    if theirs.authz is not UNSET:
        authz = mine.authz
        if theirs.authz.permission is not UNSET and (authz is UNSET or authz.permission is UNSET):
            yield "authz.permission"
        if theirs.authz.roles and (
            authz is UNSET or not set(authz.roles) or set(authz.roles) - set(theirs.authz.roles)
        ):
            yield "authz.roles"
    if (
        mine.authz is not UNSET
        and mine.authz.network_location
        and (theirs.authz is UNSET or not theirs.authz.network_location)
    ):
        yield "authz.network_location"


def _lifetime(flow: Flow) -> int | None:
    if flow.authn is UNSET or flow.authn.credential is UNSET or flow.authn.credential.lifetime is UNSET:
        return None
    return duration_seconds(flow.authn.credential.lifetime)
