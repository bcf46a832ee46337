"""An EPCIS event of JSON-LD's shape (EPCIS 2.0, section 10) becomes a canonical event; XML is brought into it first.

Read by the standard's own rules: which kind has which members, which of them it must have, which words they may hold.
A member that no rule knows is refused unless it was admitted by name: what nobody reads must not pass unread.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from limen.controls.identifiers import Epc, Gln, Gtin, Lgtin, Sgtin, Sscc, parse_epc
from limen.controls.identifiers.gs1 import characters
from limen.controls.ingress.epcis_terms import word, words
from limen.controls.ingress.event_hash import contradicts
from limen.controls.ingress.events import Correction, Event, Kind, Quantity
from limen.controls.ingress.reading import Reading
from limen.integrity.canonical import CanonicalError, canonical

KINDS: Mapping[str, Kind] = {
    "ObjectEvent": "object",
    "AggregationEvent": "aggregation",
    "TransactionEvent": "transaction",
    "TransformationEvent": "transformation",
    "AssociationEvent": "association",
}
_COMMON = words(
    """type eventID eventTime eventTimeZoneOffset recordTime errorDeclaration bizStep disposition persistentDisposition
    readPoint bizLocation bizTransactionList sourceList destinationList"""
)
_LISTS: Mapping[Kind, tuple[str, str]] = {
    "object": ("epcList", "quantityList"),
    "aggregation": ("childEPCs", "childQuantityList"),
    "transaction": ("epcList", "quantityList"),
    "transformation": ("inputEPCList", "inputQuantityList"),
    "association": ("childEPCs", "childQuantityList"),
}
"""Where the packages and the quantities of each kind stand."""
_OWN: Mapping[Kind, frozenset[str]] = {
    "object": frozenset(("action", "epcList", "quantityList", "ilmd")),
    "aggregation": frozenset(("action", "parentID", "childEPCs", "childQuantityList")),
    "transaction": frozenset(("action", "parentID", "epcList", "quantityList")),
    "transformation": frozenset(
        ("transformationID", "inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList", "ilmd")
    ),
    "association": frozenset(("action", "parentID", "childEPCs", "childQuantityList")),
}
_OFFSET = re.compile(r"[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00", re.ASCII)
_ID = re.compile(r"(?:urn|https|http|ni):[!-~]{1,250}", re.ASCII)
_UNIT = re.compile(r"[A-Z0-9]{2,3}", re.ASCII)
_ILMD = {"cbvmda:lotNumber": "lot", "cbvmda:itemExpirationDate": "expiry"}


def event_of(value: Any, reading: Reading, where: str) -> Event | None:
    """Return the event of one JSON object, or None with its faults; `where` names it, such as event 3."""
    before = len(reading.faults)
    members = reading.members(value, where)
    kind = KINDS.get(members["type"]) if isinstance(members.get("type"), str) else None
    if kind is None:
        reading.fault(where, "no event of a known kind", hint=f"type is one of {', '.join(KINDS)}")
        return None
    found = _Fields(members, reading, where)
    event = found.event(kind)
    if len(reading.faults) == before and contradicts(event):
        reading.fault(f"{where}, eventID", "a hash, and that of another event", reason="mismatch")
    return event if len(reading.faults) == before else None


class _Fields:
    """The members of one event."""

    def __init__(self, members: Mapping[str, Any], reading: Reading, where: str) -> None:
        self.members, self.reading, self.where = members, reading, where

    def event(self, kind: Kind) -> Event:
        """Read all members, whatever is wrong with the first of them."""
        extensions = self._extensions(_COMMON | _OWN[kind])
        time = self.reading.instant(self.members.get("eventTime"), self._at("eventTime"))
        if "recordTime" in self.members:
            self.reading.instant(self.members["recordTime"], self._at("recordTime"))
        epcs, quantities = (self._epcs(_LISTS[kind][0]), self._quantities(_LISTS[kind][1]))
        outputs, output_quantities = self._epcs("outputEPCList"), self._quantities("outputQuantityList")
        action = self._action(kind)
        parent = self._epc(self.members["parentID"], self._at("parentID")) if "parentID" in self.members else None
        dispositions = self._persistent()
        lot, expiry = self._ilmd(kind, action)
        event = Event(
            id=self._id("eventID"),
            kind=kind,
            time=time or self.reading.now,
            offset=self._offset(),
            action=action,
            step=self._word("bizStep", "bizstep"),
            disposition=self._word("disposition", "disp"),
            set_dispositions=dispositions[0],
            unset_dispositions=dispositions[1],
            read_point=self._place("readPoint"),
            location=self._place("bizLocation"),
            parent=parent,
            epcs=epcs,
            quantities=quantities,
            outputs=outputs,
            output_quantities=output_quantities,
            transformation=self._id("transformationID"),
            transactions=self._transactions(),
            sources=self._parties("sourceList", "source"),
            destinations=self._parties("destinationList", "destination"),
            lot=lot,
            expiry=expiry,
            correction=self._correction(),
            extensions=extensions,
            place=self.where,
        )
        self._whole(event)
        return event

    def _at(self, name: str) -> str:
        return f"{self.where}, {name}"

    def _fault(self, name: str, message: str, hint: str = "") -> None:
        self.reading.fault(self._at(name), message, hint=hint)

    def _extensions(self, known: frozenset[str]) -> tuple[tuple[str, Any], ...]:
        found = []
        for name in sorted(self.members.keys() - known):
            if name not in self.reading.limits.extensions:
                hint = "its members are those of its kind, and those that were admitted by name"
                self.reading.fault(self.where, "a member that no rule knows", hint=hint, reason="fields_undeclared")
                continue
            try:
                canonical(self.members[name])
            except CanonicalError:
                self.reading.fault(self.where, "an admitted member without a canonical form")
            found.append((name, self.members[name]))
        return tuple(found)

    def _id(self, name: str) -> str:
        if name not in self.members:
            return ""
        value = self.members[name]
        if isinstance(value, str) and _ID.fullmatch(value):
            return value
        self._fault(name, "no URI", "expected a URI such as urn:uuid:…, of at most 254 visible characters")
        return ""

    def _offset(self) -> str:
        value = self.members.get("eventTimeZoneOffset")
        if isinstance(value, str) and _OFFSET.fullmatch(value):
            return "+00:00" if value == "-00:00" else value
        self._fault("eventTimeZoneOffset", "no offset", "expected such as -05:00; Z is no offset here")
        return ""

    def _action(self, kind: Kind) -> str:
        if kind == "transformation":
            return ""
        value = self.members.get("action")
        if value in ("ADD", "OBSERVE", "DELETE"):
            return cast(str, value)
        self._fault("action", "no action", "expected ADD, OBSERVE or DELETE")
        return ""

    def _word(self, name: str, kind: str) -> str:
        return self._known(self.members[name], kind, self._at(name)) if name in self.members else ""

    def _known(self, value: Any, kind: str, where: str) -> str:
        found = word(value, kind, self.reading.limits.vocabulary)
        if found is None:
            self.reading.fault(where, "no word of the Core Business Vocabulary 2.0", hint="a short name or its URI")
        return found or ""

    def _persistent(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if "persistentDisposition" not in self.members:
            return ((), ())
        where = self._at("persistentDisposition")
        value = self.reading.members(self.members["persistentDisposition"], where)
        if value.keys() - {"set", "unset"}:
            self.reading.fault(where, "a member that no rule knows", reason="fields_undeclared")
        found = [
            tuple(sorted(self._known(one, "disp", where) for one in self.reading.list_of(value.get(name, []), where)))
            for name in ("set", "unset")
        ]
        return (found[0], found[1])

    def _epc(self, text: Any, where: str) -> Epc | None:
        return self.reading.identifier(parse_epc, text, where)

    def _epcs(self, name: str) -> tuple[Epc, ...]:
        if name not in self.members:
            return ()
        values = self.reading.list_of(self.members[name], self._at(name))
        if not self.reading.count(0):
            return ()
        found = [self._epc(text, f"{self._at(name)}[{index}]") for index, text in enumerate(values)]
        epcs = [epc for epc in found if epc is not None]
        if any(not isinstance(epc, Sgtin | Sscc) for epc in epcs):
            self._fault(name, "something that is neither a package (SGTIN) nor a shipping unit (SSCC)")
        if len(set(epcs)) != len(epcs):
            self._fault(name, "the same identifier twice")
        return tuple(sorted(epcs, key=lambda epc: epc.canonical))

    def _quantities(self, name: str) -> tuple[Quantity, ...]:
        found = []
        values = self.reading.list_of(self.members[name], self._at(name)) if name in self.members else []
        for index, value in enumerate(values):
            where = f"{self._at(name)}[{index}]"
            members = self.reading.members(value, where)
            if members.keys() - {"epcClass", "quantity", "uom"}:
                self.reading.fault(where, "a member that no rule knows", reason="fields_undeclared")
            of = self._epc(members.get("epcClass"), where)
            if of is not None and not isinstance(of, Lgtin | Gtin):
                self.reading.fault(where, "a quantity of what is neither a lot nor a trade item")
                continue
            amount = self.reading.amount(members.get("quantity"), where)
            unit = members.get("uom", "")
            if unit and not (isinstance(unit, str) and _UNIT.fullmatch(unit)):
                self.reading.fault(where, "no unit", hint="expected a UN/CEFACT code such as KGM")
                continue
            if amount is not None and amount.startswith("-"):
                self.reading.fault(where, "a quantity below zero")
            if of is not None and amount is not None:
                found.append(Quantity(of=of, amount=amount, unit=unit))
        return tuple(sorted(found, key=lambda one: (one.of.canonical, one.amount, one.unit)))

    def _place(self, name: str) -> Gln | None:
        if name not in self.members:
            return None
        value = self.reading.members(self.members[name], self._at(name))
        if not isinstance(self.members[name], dict):
            return None
        if value.keys() - {"id"}:
            self.reading.fault(self._at(name), "a member that no rule knows", reason="fields_undeclared")
        return self._gln(value.get("id"), self._at(name))

    def _gln(self, text: Any, where: str) -> Gln | None:
        found = self._epc(text, where)
        if found is None or isinstance(found, Gln):
            return found
        self.reading.fault(where, "no place or party", hint="expected a GLN as urn:epc:id:sgln:… or a Digital Link")
        return None

    def _pairs(self, name: str, member: str) -> list[tuple[Any, Any, str]]:
        found = []
        values = self.reading.list_of(self.members[name], self._at(name)) if name in self.members else []
        for index, value in enumerate(values):
            where = f"{self._at(name)}[{index}]"
            members = self.reading.members(value, where)
            if members.keys() - {"type", member}:
                self.reading.fault(where, "a member that no rule knows", reason="fields_undeclared")
            if self.reading.count():
                found.append((members.get("type", ""), members.get(member), where))
        return found

    def _transactions(self) -> tuple[tuple[str, str], ...]:
        found = []
        for kind, value, where in self._pairs("bizTransactionList", "bizTransaction"):
            named = self._known(kind, "btt", where) if kind else ""
            if isinstance(value, str) and _ID.fullmatch(value):
                found.append((named, value))
            else:
                self.reading.fault(where, "no URI of a business document")
        return tuple(sorted(found))

    def _parties(self, name: str, member: str) -> tuple[tuple[str, Gln], ...]:
        found = []
        for kind, value, where in self._pairs(name, member):
            named, place = self._known(kind, "sdt", where), self._gln(value, where)
            if place is not None:
                found.append((named, place))
        return tuple(sorted(found, key=lambda pair: (pair[0], pair[1].canonical)))

    def _ilmd(self, kind: Kind, action: str) -> tuple[str, str]:
        if "ilmd" not in self.members:
            return ("", "")
        where = self._at("ilmd")
        if kind == "object" and action in ("OBSERVE", "DELETE"):
            self.reading.fault(where, "a lot's own data stand only where it is made: action ADD")
        value = self.reading.members(self.members["ilmd"], where)
        if value.keys() - _ILMD.keys():
            hint = f"expected {', '.join(_ILMD)}"
            self.reading.fault(where, "a member that no rule knows", hint=hint, reason="fields_undeclared")
        lot, expiry = "", ""
        if "cbvmda:lotNumber" in value:
            lot = self.reading.text(lambda: characters(value["cbvmda:lotNumber"], "a lot"), where)
        if "cbvmda:itemExpirationDate" in value:
            day = self.reading.day(value["cbvmda:itemExpirationDate"], where)
            expiry = day.isoformat() if day else ""
        return (lot, expiry)

    def _correction(self) -> Correction | None:
        if "errorDeclaration" not in self.members:
            return None
        where = self._at("errorDeclaration")
        value = self.reading.members(self.members["errorDeclaration"], where)
        if value.keys() - {"declarationTime", "reason", "correctiveEventIDs"}:
            self.reading.fault(where, "a member that no rule knows", reason="fields_undeclared")
        declared = self.reading.instant(value.get("declarationTime"), where)
        reason = self._known(value["reason"], "er", where) if "reason" in value else ""
        ids = self.reading.list_of(value.get("correctiveEventIDs", []), where)
        if any(not (isinstance(one, str) and _ID.fullmatch(one)) for one in ids):
            self.reading.fault(where, "a corrective event's id that is no URI")
            return None
        if "eventID" not in self.members:
            self.reading.fault(where, "an event without eventID can't be taken back")
        return Correction(declared=declared, reason=reason, replaced_by=tuple(ids)) if declared else None

    def _whole(self, event: Event) -> None:
        """Keep what no single member is at fault for."""
        # What is there and couldn't be read has its own fault already.
        things, made = self._has(*_LISTS[event.kind]), self._has("outputEPCList", "outputQuantityList")
        if event.kind == "transformation":
            if not event.transformation and not (things and made):
                self._fault("inputEPCList", "a transformation without inputs and outputs, and without an id")
        elif event.kind in ("aggregation", "association"):
            if "parentID" not in self.members and event.action != "OBSERVE":
                self._fault("parentID", "missing where the action is ADD or DELETE")
            if not things and event.action != "DELETE":
                self._fault(_LISTS[event.kind][0], "no children")
        elif not things and not (event.kind == "transaction" and "parentID" in self.members):
            self._fault(_LISTS[event.kind][0], "no packages and no quantities")
        if event.kind == "transaction" and not self._has("bizTransactionList"):
            self._fault("bizTransactionList", "a transaction without a business document")

    def _has(self, *names: str) -> bool:
        return any(self.members.get(name) for name in names)
