"""What zones declare, looked at by itself: a default that nobody inherits today is inherited tomorrow."""

from __future__ import annotations

from collections import Counter

from msgspec import UNSET

from limen.analysis.exposure import Exposures
from limen.analysis.given import given
from limen.analysis.kinds.common import ProcessingPart, TlsPart
from limen.analysis.kinds.standing import StandingPart
from limen.analysis.lattice import BOTTOM
from limen.analysis.posture import PROCESSING_FIELDS
from limen.model.places import Zone
from limen.model.posture import Tls
from limen.model.scalars import TLS_RANKS


class Standings:
    """The standing of each zone of one network."""

    def __init__(self, exposures: Exposures) -> None:
        """Count segments and find the zones where keys lie, once."""
        self._exposures = exposures
        network = self._network = exposures.network
        self._segments = Counter(zone.segment for zone in network.declaration.zones.values())
        self._custodians = {
            network.zone_of[network.component_index[key.held_by]]
            for key in network.declaration.keys.values()
            if key.held_by is not UNSET and key.held_by in network.component_index
        }
        trusts = [zone.trust for index in self._custodians if (zone := network.zones[index]) is not None]
        self._greatest = max(trusts, default=None)
        self._members: dict[int, int] = {}
        for component, zone_index in enumerate(network.zone_of):
            if network.components[component].clearance is UNSET:
                plain = exposures.plaintext(component, assumed=True)
                self._members[zone_index] = self._members.get(zone_index, 0) | plain

    def part(self, index: int, zone: Zone) -> StandingPart:
        """Return the standing of one zone."""
        posture = zone.posture
        transit, at_rest, processing = (
            (UNSET, UNSET, UNSET) if posture is UNSET else (posture.in_transit, posture.at_rest, posture.processing)
        )
        stated = {} if processing is UNSET else {name: getattr(processing, name) for name in PROCESSING_FIELDS}
        return given(
            StandingPart,
            tls=UNSET if transit is UNSET or transit.tls is UNSET else _tls(transit.tls),
            protects_rest=at_rest is not UNSET,
            at_rest=UNSET if at_rest is UNSET else at_rest.algorithm,
            protects_processing=processing is not UNSET,
            processing=given(ProcessingPart, **stated),
            basis=zone.clearance is not UNSET and zone.clearance.basis is not UNSET,
            clearance_beyond=zone.clearance is not UNSET and self._beyond(index, zone),
            named_callers=0 if zone.callers is UNSET else len(set(zone.callers) - {"anyone"}),
            same_segment=0 if zone.segment is UNSET else self._segments[zone.segment] - 1,
            keeps_keys=index in self._custodians,
            trusted_as_keys=self._greatest is not None and zone.trust >= self._greatest,
        )

    def _beyond(self, index: int, zone: Zone) -> bool:
        lattice, held = self._network.lattice, self._members.get(index, 0)
        needed = lattice.part(self._network.label_of(held) if held else BOTTOM)
        cleared = lattice.part(lattice.clearance(zone.clearance))
        return cleared.level > needed.level or not set(cleared.compartments) <= set(needed.compartments)


def _tls(declared: Tls) -> TlsPart:
    return given(
        TlsPart,
        min=UNSET if declared.min is UNSET else TLS_RANKS[declared.min],
        mutual=declared.mutual,
        suites=declared.suites,
        key_exchange=declared.key_exchange,
        pins=UNSET if declared.pins is UNSET else len(set(declared.pins)),
    )
