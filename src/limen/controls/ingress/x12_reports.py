"""X12 852 (product activity) and 867 (product transfer and resale), as lines of product, lot, quantity and place.

A segment that has no place in its transaction set is a fault; one that has a place and says nothing of stock (a
contact, a price) is read over. CTT01 counts the LIN segments; the hash total of an 867 is the sum of its quantities.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from limen.controls.identifiers import Gtin, Ndc
from limen.controls.identifiers.gs1 import characters
from limen.controls.identifiers.values import Unshown
from limen.controls.ingress.epcis_terms import words
from limen.controls.ingress.reading import Reading, amount_text
from limen.controls.ingress.seen import Claim
from limen.controls.ingress.x12 import Segment, TransactionSet, read_interchange
from limen.controls.ingress.x12_items import Item, amount_of, day_of, item_of, party_of

ACTIVITIES = words(
    """BS BT DG HL LS MS OF OH OP OQ PA PO Q1 Q2 Q3 QA QB QC QD QE QF QH QI QK QL QM QN QO QP QR QS QT QU QW QX QZ RE
    TS WQ"""
)
"""ZA01: activity codes of X12 element 859."""
QUANTITIES = words("01 17 32 33 38 39 63 76 77 87 99")
"""QTY01: discrete, on hand, sold, available, original, shipped, on order, returned, transferred, received, lost."""
_SIGNED = frozenset(("QT", "PA", "Q1", "76"))
"""Activities of which a quantity may be below zero."""
_HEADING = {"852": words("XQ XPO N9 PER N1 N2 N3 N4"), "867": words("BPT CUR REF PER MEA PSA DTM N1 N2 N3 N4")}
_DETAIL = {
    "852": words("LIN CTP PID PO4 AMT N9 ZA SDQ"),
    "867": words("PTD DTM REF PRF MAN N1 N2 N3 N4 PER QTY LIN PO3 PO4 UIT AMT ITA PID MEA PWK PKG CTP SII"),
}
_LONGEST_PLACE = 80
_FIRST = {"852": "XQ", "867": "BPT"}
_BEGINS_DETAIL = {"852": "LIN", "867": "PTD"}


class Line(Unshown, frozen=True, kw_only=True):
    """So much of a product at or to a place."""

    product: Ndc | Gtin
    lot: str
    activity: str
    """ZA01 of an 852, QTY01 of an 867."""
    quantity: str
    """A decimal; below zero only for what takes back."""
    unit: str
    place: str
    """Number of the reporting location (852), or of who it was shipped to (867); empty without one."""


class Report(Unshown, frozen=True, kw_only=True):
    """One transaction set."""

    id: str
    """Sender, receiver and the three control numbers."""
    kind: str
    """852 or 867."""
    start: str
    """First day of the reporting period (852) or the report's day (867), YYYY-MM-DD."""
    end: str
    """Last day of the period; empty where none is given."""
    lines: tuple[Line, ...]
    place: str = ""
    """Where it stands in its message, such as set 0001."""

    @property
    def key(self) -> str:
        """What it is remembered under: its id."""
        return self.id

    def taken_back(self) -> None:
        """Return nothing: only originals are read."""

    def content(self) -> dict[str, Any]:
        """Return all but the id as JSON."""
        return {"kind": self.kind, "start": self.start, "end": self.end, "lines": self.records()}

    def products(self) -> list[Ndc | Gtin]:
        """Return the product of each line."""
        return [line.product for line in self.lines]

    def records(self) -> list[dict[str, Any]]:
        """Return one flat record a line, by the field names of edi-852 and edi-867."""
        place = "location" if self.kind == "852" else "ship_to"
        found = []
        for line in self.lines:
            product = "ndc" if isinstance(line.product, Ndc) else "gtin"
            record = {product: line.product.canonical, "lot": line.lot, "quantity": line.quantity, place: line.place}
            found.append({**record, "activity": line.activity, "unit": line.unit})
        return found


def read_reports(raw: bytes, reading: Reading, kind: str) -> tuple[list[Report], list[Claim]]:
    """Return the reports of an interchange, and its own claim: the same control number never names another content."""
    interchange = read_interchange(raw, reading, kind)
    if interchange is None:
        return [], []
    found = []
    for one in interchange.sets:
        name = f"{interchange.name}:{one.group}:{one.control}"
        report = _Sheet(one, reading, kind).report(name)
        if report is not None:
            found.append(report)
    return found, [(interchange.name, raw)]


class _Sheet:
    """One transaction set being read."""

    def __init__(self, given: TransactionSet, reading: Reading, kind: str) -> None:
        self.given, self.reading, self.kind = given, reading, kind
        self.where = f"set {given.place}"
        self.lines: list[Line] = []
        self.total = Decimal(0)
        self.place = self.heading_place = ""
        self.item: Item | None = None
        self.pending: Segment | None = None
        self.spread = ""
        self.items = 0

    def report(self, name: str) -> Report | None:
        """Read all segments; None with faults."""
        before = len(self.reading.faults)
        segments = list(self.given.segments)
        if not segments or segments[0][0] != _FIRST[self.kind] or len(segments[0]) < 4 - (self.kind == "852"):
            self._fault(f"it does not begin with {_FIRST[self.kind]} and its dates")
            return None
        start, end = self._begin(segments[0])
        totals = segments.pop() if segments[-1][0] == "CTT" else ()
        detail = False
        for number, segment in enumerate(segments[1:], 3):
            detail = detail or segment[0] == _BEGINS_DETAIL[self.kind]
            allowed = _DETAIL[self.kind] if detail else _HEADING[self.kind] - {_FIRST[self.kind]}
            if segment[0] not in allowed:
                self._fault("a segment that has no place there", number)
                continue
            self._segment(segment, number, detail=detail)
        if self.pending is not None:
            self._fault("a QTY without LIN")
        self._totals(totals)
        if not self.lines:
            self._fault("no lines with quantities")
        if len(self.reading.faults) != before:
            return None
        return Report(id=name, kind=self.kind, start=start, end=end, lines=tuple(self.lines), place=self.where)

    def _begin(self, segment: Segment) -> tuple[str, str]:
        where = f"{self.where}, {segment[0]}"
        if self.kind == "852":
            if segment[1] not in ("G", "H"):
                self.reading.fault(where, "XQ01 is neither G nor H")
            end = day_of(segment[3], self.reading, where) if len(segment) > 3 and segment[3] else ""
            return day_of(segment[2], self.reading, where), end
        if segment[1] != "00":
            hint = "a cancellation or a replacement changes what was booked: a person enters it as an adjustment"
            self.reading.fault(where, "BPT01 is not 00, an original", hint=hint)
        return day_of(segment[3], self.reading, where), ""

    def _segment(self, segment: Segment, number: int, *, detail: bool) -> None:
        match segment[0]:
            case "N1":
                self._party(segment, number, detail=detail)
            case "PTD":
                self.item, self.place = None, self.heading_place
                if self.pending is not None:
                    self._fault("a QTY without LIN", number)
                    self.pending = None
            case "QTY":
                if self.pending is not None:
                    self._fault("a QTY without LIN", number)
                self.pending = segment
            case "LIN":
                self._line_item(segment, number)
            case "ZA":
                self._activity(segment, number)
            case "SDQ":
                self._spread(segment, number)
            case _:
                pass

    def _party(self, segment: Segment, number: int, *, detail: bool) -> None:
        party = party_of(segment, self.reading, self._at(number))
        wanted = ("RL", "ST") if self.kind == "852" else ("ST",)
        if len(segment) > 1 and segment[1] in wanted:
            self.place = party
            if not detail:
                self.heading_place = party

    def _line_item(self, segment: Segment, number: int) -> None:
        self.items += 1
        self.item = item_of(segment, self.reading, self._at(number)) if self.reading.count() else None
        if self.kind != "867":
            return
        if self.pending is None:
            self._fault("a LIN without QTY", number)
            return
        quantity, self.pending = self.pending, None
        if len(quantity) < 3 or quantity[1] not in QUANTITIES:
            self._fault("a QTY without quantity, or of a qualifier that isn't read here", number)
            return
        self._line(quantity[1], quantity[2], quantity[3] if len(quantity) > 3 else "", self.place, number)

    def _activity(self, segment: Segment, number: int) -> None:
        if len(segment) < 2 or segment[1] not in ACTIVITIES:
            self._fault("an activity that isn't one of X12's", number)
            return
        values = (*segment, *[""] * 8)
        if bool(values[2]) != bool(values[3]) or bool(values[6]) != bool(values[7]):
            self._fault("ZA02 without ZA03, ZA06 without ZA07, or the reverse", number)
        if values[6] == "LT" and self.item is not None:
            if self.item.lot not in ("", values[7]):
                self._fault("another lot than the item's", number)
            lot = self.reading.text(lambda: characters(values[7], "a lot"), self._at(number))
            self.item = Item(product=self.item.product, lot=lot)
        self.spread = values[1]
        if values[2]:
            self._line(values[1], values[2], values[3], self.place, number)
            self.spread = ""

    def _spread(self, segment: Segment, number: int) -> None:
        pairs = segment[3:23]
        if not self.spread or len(pairs) < 2 or len(pairs) % 2:
            self._fault("an SDQ without an activity, or of something else than pairs", number)
            return
        for place, quantity in zip(pairs[::2], pairs[1::2], strict=True):
            if not 1 <= len(place) <= _LONGEST_PLACE:
                self._fault("an SDQ without a place", number)
            self._line(self.spread, quantity, segment[1], place, number)

    def _line(self, activity: str, quantity: str, unit: str, place: str, number: int) -> None:
        amount = amount_of(quantity, self.reading, self._at(number), signed=activity in _SIGNED)
        if not self.reading.count() or amount is None:
            return
        self.total += Decimal(amount)
        if not (len(unit) == 2 and unit.isalnum() and unit.isupper()) and not unit.isdigit():
            self._fault("a quantity without a unit of two characters", number)
            return
        if self.item is None:
            if not self.reading.faults:
                self._fault("a quantity of no item", number)
            return
        item = self.item
        self.lines.append(
            Line(product=item.product, lot=item.lot, activity=activity, quantity=amount, unit=unit, place=place)
        )

    def _totals(self, totals: Segment) -> None:
        if not totals:
            if self.kind == "852":
                self._fault("CTT is missing, which an 852 with items has")
            return
        if len(totals) < 2 or totals[1] != str(self.items):
            self._fault("CTT01 is another count than there are LIN segments")
        if len(totals) > 2 and totals[2]:
            if self.kind == "852":
                self._fault("CTT02, which an 852 doesn't have")
                return
            amount = amount_of(totals[2], self.reading, f"{self.where}, CTT02", signed=True)
            if amount is not None and amount != amount_text(self.total):
                self._fault("CTT02 is another sum than that of the quantities")

    def _at(self, number: int) -> str:
        return f"{self.where}, segment {number}"

    def _fault(self, message: str, number: int = 0) -> None:
        self.reading.fault(self._at(number) if number else self.where, message)
