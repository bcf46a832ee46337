"""Records of a declared item as JSON, and what their fields mean by name: an NDC, a lot, a quantity, a schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from limen.controls.identifiers import (
    Gtin,
    Ndc,
    Value,
    parse_dea_number,
    parse_epc,
    parse_gtin,
    parse_npi,
    parse_schedule,
    parse_sgtin,
    parse_sscc,
)
from limen.controls.identifiers.gs1 import characters
from limen.controls.identifiers.values import Unshown
from limen.controls.ingress.reading import Reading
from limen.integrity.strict_json import strict_json
from limen.model.data import DataItem

_IDENTIFIERS: Mapping[str, tuple[str, Callable[[str], Value]]] = {
    "gtin": ("gtin", parse_gtin),
    "sgtin": ("sgtin", parse_sgtin),
    "sscc": ("sscc", parse_sscc),
    "epc": ("epc", parse_epc),
    "npi": ("npi", parse_npi),
    "dea": ("dea", parse_dea_number),
    "dea_number": ("dea", parse_dea_number),
    "schedule": ("schedule", parse_schedule),
}
"""Fields that are identifiers: the kind that `ingress.canonicalises` names, and how each is read."""
CANONICALISED = frozenset(kind for kind, _ in _IDENTIFIERS.values()) | {"ndc"}
"""Kinds that a declaration may say are brought into canonical form."""
_SERIALS = frozenset(("serial", "lot"))
_DAYS = frozenset(("expiry", "dob", "birth_date"))
_AMOUNTS = frozenset(("quantity", "on_hand"))
_LONGEST = 4_000


class Records(Unshown, frozen=True, kw_only=True):
    """Records of one item that came as one message."""

    id: str
    """The message's id."""
    rows: tuple[Mapping[str, Any], ...]
    """The records, each field checked and those of `canonicalises` in canonical form."""
    named: tuple[Ndc | Gtin, ...]
    """Every product that is named."""
    facts: tuple[tuple[str, Any], ...] = ()
    """What a message says beside its records, such as who counted; sorted by name."""
    place: str = "the message"
    """Where it stands: it is the whole message."""

    @property
    def key(self) -> str:
        """What it is remembered under: its id."""
        return self.id

    def taken_back(self) -> None:
        """Return nothing: a movement is put right by an adjustment."""

    def content(self) -> dict[str, Any]:
        """Return all but the id as JSON."""
        return {"facts": [list(fact) for fact in self.facts], "rows": [dict(row) for row in self.rows]}

    def products(self) -> list[Ndc | Gtin]:
        """Return every product that is named."""
        return list(self.named)

    def records(self) -> list[dict[str, Any]]:
        """Return the records."""
        return [dict(row) for row in self.rows]


def read_records(raw: bytes, reading: Reading, item: DataItem, kinds: frozenset[str], message: str) -> list[Records]:
    """Return the record, or the list of records, of a JSON text as one message of the id `message`.

    Faults are in the reading: fields that the item doesn't declare, identifiers that are missing or none.
    """
    value = parsed(raw, reading)
    values = value if isinstance(value, list) else [value]
    if not values:
        reading.fault("", "no records")
    if len(values) > reading.limits.events:
        reading.fault("", f"more than {reading.limits.events} records in one message", reason="too_large")
        return []
    rows, named = [], []
    for number, one in enumerate(values, 1):
        row, products = record_of(one, reading, item, kinds, f"record {number}")
        rows.append(row)
        named += products
    name = reading.name(message, "the message's id")
    return [] if reading.faults else [Records(id=name, rows=tuple(rows), named=tuple(named))]


def parsed(raw: bytes, reading: Reading) -> Any:
    """Return the value of a strict JSON text, or None with a fault."""
    try:
        return strict_json(raw)
    except ValueError:
        # The reason names what the text says: it stays out of every log.
        reading.fault("", "no strict JSON", hint="UTF-8, each name once in an object, no NaN, no deep nesting")
        return None


def record_of(
    value: Any, reading: Reading, item: DataItem, kinds: frozenset[str], where: str
) -> tuple[dict[str, Any], list[Ndc | Gtin]]:
    """Return a record with its fields checked, and the products that it names; faults are in the reading."""
    members = reading.members(value, where)
    if members.keys() - set(item.fields):
        hint = f"declared are {', '.join(item.fields)}"
        reading.fault(where, "fields that the item doesn't declare", hint=hint, reason="fields_undeclared")
    needed = set(item.identifiers) | ({"quantity"} & set(item.fields))
    for name in sorted(needed - members.keys()):
        reading.fault(f"{where}, {name}", "missing")
    row: dict[str, Any] = {}
    products: list[Ndc | Gtin] = []
    for name in item.fields:
        if name in members:
            row[name] = _field(name, members[name], reading, kinds, f"{where}, {name}", products)
    _agrees(row, products, reading, where)
    return row, products


def _field(
    name: str, value: Any, reading: Reading, kinds: frozenset[str], where: str, products: list[Ndc | Gtin]
) -> Any:
    if name == "ndc" or name in _IDENTIFIERS:
        kind, parse = _IDENTIFIERS.get(name, ("ndc", None))
        found = reading.identifier(parse, value, where) if parse else reading.ndc(value, where)
        if isinstance(found, Ndc | Gtin):
            products.append(found)
        if found is None:
            return None
        return found.canonical if kind in kinds or kind == "schedule" else found.original
    if name in _SERIALS:
        return reading.text(lambda: characters(value, f"the {name}"), where)
    if name in _DAYS:
        day = reading.day(value, where)
        return day.isoformat() if day else None
    if name in _AMOUNTS:
        amount = reading.amount(value, where)
        if amount is not None and amount.startswith("-"):
            reading.fault(where, "a quantity below zero", hint="say what happened, not the sign")
        return amount
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str) and len(value) <= _LONGEST and "\x00" not in value:
        return value
    reading.fault(where, f"neither a number nor a text of at most {_LONGEST} characters")
    return None


def _agrees(row: Mapping[str, Any], products: list[Ndc | Gtin], reading: Reading, where: str) -> None:
    """Keep a fault where a record says another schedule than the directory."""
    said, directory = row.get("schedule"), reading.directory
    for product in products:
        if said is None or directory is None or not isinstance(product, Ndc):
            continue
        listed = directory.schedule(product, reading.now.date())
        if listed in ("none", "unknown"):
            if listed == "none" and directory.has(product):
                reading.fault(where, "a schedule for a product that is listed without one", reason="mismatch")
        elif listed != said:
            reading.fault(where, "another schedule than the product is listed with", reason="mismatch")
