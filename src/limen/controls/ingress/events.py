"""The one canonical event that EPCIS 1.2 in XML and 2.0 in JSON-LD both become."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from limen.controls.identifiers import Epc, Gln, Gtin, Lgtin, Sgtin, Sscc
from limen.controls.identifiers.values import Unshown

Kind = Literal["object", "aggregation", "transaction", "transformation", "association"]
"""The five kinds of EPCIS 2.0; 1.2 has no association."""


class Quantity(Unshown, frozen=True, kw_only=True, gc=False):
    """So many of a lot or of a trade item."""

    of: Lgtin | Gtin
    amount: str
    """A decimal without exponent."""
    unit: str = ""
    """UN/CEFACT code; empty for a count."""


class Correction(Unshown, frozen=True, kw_only=True):
    """This event takes an earlier one with the same content back (EPCIS 2.0, errorDeclaration)."""

    declared: datetime.datetime
    """When, UTC."""
    reason: str
    """did_not_occur or incorrect_data; empty where none was given."""
    replaced_by: tuple[str, ...] = ()
    """Ids of the events that stand in its stead."""


class Event(Unshown, frozen=True, kw_only=True):
    """What happened to which packages, when, where and why; every identifier in canonical form."""

    id: str
    """eventID as given; empty where none was given, so that the content stands for it."""
    kind: Kind
    time: datetime.datetime
    """UTC."""
    offset: str
    """Offset of the place where it happened, such as -05:00."""
    action: str = ""
    """ADD, OBSERVE or DELETE; empty for a transformation."""
    step: str = ""
    """Business step, short name of the Core Business Vocabulary, or an admitted URI."""
    disposition: str = ""
    """As `step`."""
    set_dispositions: tuple[str, ...] = ()
    unset_dispositions: tuple[str, ...] = ()
    read_point: Gln | None = None
    location: Gln | None = None
    parent: Epc | None = None
    """The container, of an aggregation or an association."""
    epcs: tuple[Epc, ...] = ()
    """Packages and shipping units: the children, the inputs, or simply those meant; sorted."""
    quantities: tuple[Quantity, ...] = ()
    """What `epcs` are, of goods without serials."""
    outputs: tuple[Epc, ...] = ()
    """What a transformation made."""
    output_quantities: tuple[Quantity, ...] = ()
    transformation: str = ""
    """Id that links the events of one transformation."""
    transactions: tuple[tuple[str, str], ...] = ()
    """Type and id of each business document; sorted."""
    sources: tuple[tuple[str, Gln], ...] = ()
    """Type and party or place that goods come from."""
    destinations: tuple[tuple[str, Gln], ...] = ()
    lot: str = ""
    """Lot of what was commissioned (ilmd)."""
    expiry: str = ""
    """Last day of use of what was commissioned, YYYY-MM-DD."""
    correction: Correction | None = None
    extensions: tuple[tuple[str, Any], ...] = ()
    """Members beyond the standard that were admitted, as given."""
    place: str = ""
    """Where it stands in its message, such as event 3; no part of its content."""

    def content(self) -> dict[str, Any]:
        """Return all but the id as JSON: equal for two events that say the same, in whichever format."""
        value: dict[str, Any] = {
            "kind": self.kind,
            "time": self.time.isoformat(),
            "offset": self.offset,
            "action": self.action,
            "step": self.step,
            "disposition": self.disposition,
            "set": list(self.set_dispositions),
            "unset": list(self.unset_dispositions),
            "read_point": self.read_point.canonical if self.read_point else "",
            "location": self.location.canonical if self.location else "",
            "parent": _tagged(self.parent) if self.parent else "",
            "epcs": [_tagged(epc) for epc in self.epcs],
            "quantities": [_quantity(one) for one in self.quantities],
            "outputs": [_tagged(epc) for epc in self.outputs],
            "output_quantities": [_quantity(one) for one in self.output_quantities],
            "transformation": self.transformation,
            "transactions": [list(pair) for pair in self.transactions],
            "sources": [[kind, place.canonical] for kind, place in self.sources],
            "destinations": [[kind, place.canonical] for kind, place in self.destinations],
            "lot": self.lot,
            "expiry": self.expiry,
            "extensions": [list(pair) for pair in self.extensions],
        }
        if self.correction:
            correction = self.correction
            value["correction"] = [correction.declared.isoformat(), correction.reason, list(correction.replaced_by)]
        return value

    @property
    def key(self) -> str:
        """What it is remembered under: its id; a correction has the id of the event that it takes back."""
        return f"{self.id}#correction" if self.correction and self.id else self.id

    def taken_back(self) -> dict[str, Any] | None:
        """Return the content of the event that a correction takes back; None where it is no correction."""
        if self.correction is None:
            return None
        return {name: value for name, value in self.content().items() if name != "correction"}

    def products(self) -> list[Gtin]:
        """Return the GTIN of every package, lot and trade item of the event."""
        found = [_gtin(epc) for epc in (*self.epcs, *self.outputs, *((self.parent,) if self.parent else ()))]
        found += [_gtin(one.of) for one in (*self.quantities, *self.output_quantities)]
        return [gtin for gtin in found if gtin is not None]

    def records(self) -> list[dict[str, Any]]:
        """Return one flat record for each thing of the event, by the field names of an `epcis-event`."""
        common = {
            "event_id": self.id,
            "event_time": self.time.isoformat(),
            "action": self.action,
            "biz_step": self.step,
            "disposition": self.disposition,
            "read_point": self.read_point.canonical if self.read_point else "",
            "biz_location": self.location.canonical if self.location else "",
            "expiry": self.expiry,
        }
        found = []
        for epc in (*self.epcs, *self.outputs):
            gtin = _gtin(epc)
            serial = epc.serial if isinstance(epc, Sgtin) else ""
            lot = epc.lot if isinstance(epc, Lgtin) else self.lot
            named = {"gtin": gtin.canonical if gtin else "", "serial": serial, "lot": lot}
            found.append({**common, **named, "sscc": epc.canonical if isinstance(epc, Sscc) else ""})
        for one in (*self.quantities, *self.output_quantities):
            lot = one.of.lot if isinstance(one.of, Lgtin) else self.lot
            gtin = _gtin(one.of)
            named = {"gtin": gtin.canonical if gtin else "", "serial": "", "lot": lot, "sscc": ""}
            found.append({**common, **named, "quantity": one.amount, "unit": one.unit})
        return found


def _tagged(epc: Epc) -> str:
    return f"{type(epc).__name__}:{epc.canonical}"


def _quantity(one: Quantity) -> list[str]:
    return [_tagged(one.of), one.amount, one.unit]


def _gtin(epc: Epc) -> Gtin | None:
    if isinstance(epc, Gtin):
        return epc
    return epc.gtin if isinstance(epc, Sgtin | Lgtin) else None
