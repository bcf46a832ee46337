"""Records of a declared item as JSON, and what their fields mean by name: an NDC, a lot, a quantity, a schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from limen.controls.identifiers import (
    Gtin,
    Lgtin,
    Ndc,
    Sgtin,
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
from limen.controls.refusals import RefusedError
from limen.integrity.strict_json import strict_json
from limen.model.data import DataItem

_PARSERS: Mapping[str, Callable[[str], Value]] = {
    "gtin": parse_gtin,
    "sgtin": parse_sgtin,
    "sscc": parse_sscc,
    "epc": parse_epc,
    "npi": parse_npi,
    "dea": parse_dea_number,
    "schedule": parse_schedule,
}
"""How each kind of identifier is read; an NDC is read with the directory."""
CANONICALISED = frozenset(_PARSERS) | {"ndc"}
"""Kinds that a declaration may say are brought into canonical form."""
PRODUCTS = ("ndc", "gtin", "sgtin")
"""Kinds that always name a product. An EPC may name a shipping unit."""
_SERIALS = frozenset(("serial", "lot"))
_DAYS = frozenset(("expiry", "dob", "birth_date"))
_AMOUNTS = frozenset(("quantity", "on_hand"))
MEANINGS: Mapping[str, str] = {
    **{kind: kind for kind in CANONICALISED},
    "dea_number": "dea",
    **dict.fromkeys(_SERIALS, "serial"),
    **dict.fromkeys(_DAYS, "day"),
    **dict.fromkeys(_AMOUNTS, "quantity"),
}
"""What a field's name alone says that it is."""
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
            plain = name in item.identifiers and name not in MEANINGS and name not in reading.products
            if plain and not _names(row[name], members[name]):
                reading.fault(f"{where}, {name}", "an identifier that is empty, or neither a text nor a whole number")
    asked = reading.products.keys()
    if asked and not asked & members.keys() and not asked & needed:
        reading.fault(f"{where}, {' or '.join(sorted(asked))}", "missing: the record names no product")
    _agrees(row, products, reading, where)
    return row, products


def _field(
    name: str, value: Any, reading: Reading, kinds: frozenset[str], where: str, products: list[Ndc | Gtin]
) -> Any:
    kind = reading.products.get(name) or MEANINGS.get(name, "")
    if kind in CANONICALISED:
        found = reading.ndc(value, where) if kind == "ndc" else reading.identifier(_PARSERS[kind], value, where)
        if isinstance(found, Ndc | Gtin):
            products.append(found)
        elif isinstance(found, Sgtin | Lgtin):
            products.append(found.gtin)
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


def _names(read: Any, value: Any) -> bool:
    """Return whether an identifier without a form of its own names anything; what was a fault already may pass."""
    if read is None and value is not None:
        return True
    if isinstance(read, str):
        return any(character.isprintable() and not character.isspace() for character in read)
    return type(read) is int


def _agrees(row: Mapping[str, Any], products: list[Ndc | Gtin], reading: Reading, where: str) -> None:
    """Keep a fault where a record says another schedule than the directory."""
    said, directory = row.get("schedule"), reading.directory
    for product in products:
        if said is None or directory is None:
            continue
        try:
            ndc = directory.ndc_of_gtin(product) if isinstance(product, Gtin) else product
            if ndc is None:
                continue
            listed = directory.schedule(ndc, reading.now.date())
        except RefusedError:
            continue  # which product it is can't be told: its way is refused for that
        if listed in ("none", "unknown"):
            if listed == "none" and directory.has(ndc):
                reading.fault(where, "a schedule for a product that is listed without one", reason="mismatch")
        elif listed != said:
            reading.fault(where, "another schedule than the product is listed with", reason="mismatch")
