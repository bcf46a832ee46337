"""What LIN and N1 of X12 identify: products by qualifier, lots, and parties by DEA number, NPI, GLN or a name given.

A qualifier says which of the three NDCs ten digits are: N1 is 4-4-2, N2 5-3-2, N3 5-4-1 and N4 5-4-2 (eleven digits).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from limen.controls.identifiers import Gtin, Ndc, parse_dea_number, parse_gln, parse_gtin, parse_npi
from limen.controls.identifiers.gs1 import characters
from limen.controls.identifiers.values import Unshown
from limen.controls.ingress.reading import Reading
from limen.controls.ingress.x12 import Segment

_HYPHENS: Mapping[str, tuple[int, int, int]] = {"N1": (4, 4, 2), "N2": (5, 3, 2), "N3": (5, 4, 1), "N4": (5, 4, 2)}
"""Qualifiers of NDCs that say where the hyphens are."""
_GTINS = frozenset(("UP", "EN", "UK"))
"""GTIN-12, GTIN-13 and GTIN-14."""
_OTHERS = frozenset(("VN", "VC", "IN", "CB", "PD", "SK", "BP", "VP", "MF", "MG", "PI"))
"""Numbers that buyer or vendor gave the same item; they are not carried on."""
_PARTIES: Mapping[str, Any] = {"11": parse_dea_number, "XX": parse_npi, "UL": parse_gln}
"""Qualifiers of parties whose numbers have rules: DEA number, NPI, GLN."""
_ASSIGNED = frozenset(("9", "21", "91", "92", "ZZ"))
"""Qualifiers of parties whose numbers somebody assigned: D-U-N-S+4, HIN, seller, buyer, mutually defined."""


class Item(Unshown, frozen=True, kw_only=True):
    """One line item."""

    product: Ndc | Gtin
    lot: str
    """Empty where none is given."""


def item_of(segment: Segment, reading: Reading, where: str) -> Item | None:
    """Return what a LIN identifies, or None with faults."""
    pairs = segment[2:]
    if len(pairs) < 2 or len(pairs) % 2:
        reading.fault(where, "qualifiers and numbers that are not pairs")
        return None
    found: list[Ndc | Gtin | None] = []
    lots: list[str] = []
    for qualifier, value in zip(pairs[::2], pairs[1::2], strict=True):
        if qualifier in _HYPHENS or qualifier == "ND":
            found.append(_ndc(qualifier, value, reading, where))
        elif qualifier in _GTINS:
            found.append(reading.identifier(parse_gtin, value, where))
        elif qualifier == "LT":
            lots.append(reading.text(lambda text=value: characters(text, "a lot"), where))  # type: ignore[misc]
        elif qualifier not in _OTHERS and (qualifier or value):
            reading.fault(where, "a qualifier of a product that isn't read here", hint="N1 to N4, ND, UP, EN, UK, LT")
    products = [one for one in found if one is not None]
    if not found or len(lots) > 1:
        reading.fault(where, "no product by NDC or GTIN, or several lots")
    if not products or len(products) != len(found):
        return None
    if len(products) > 1 and not _agree(products):
        reading.fault(where, "numbers of different products in one item", reason="mismatch")
    # An NDC says more than a GTIN, of which only a directory knows the hyphens.
    first = next((one for one in products if isinstance(one, Ndc)), products[0])
    return Item(product=first, lot=lots[0] if lots else "")


def _agree(products: list[Ndc | Gtin]) -> bool:
    ndcs = {one.canonical for one in products if isinstance(one, Ndc)}
    gtins = {one.canonical for one in products if isinstance(one, Gtin)}
    held = all(any(ndc.canonical in ndcs for ndc in one.ndcs()) for one in products if ndcs and isinstance(one, Gtin))
    return len(ndcs) <= 1 and len(gtins) <= 1 and held


def _ndc(qualifier: str, value: str, reading: Reading, where: str) -> Ndc | None:
    """Return the NDC of a number whose qualifier says where the hyphens are; another form than that is a fault."""
    lengths = _HYPHENS.get(qualifier)
    if lengths is None:
        return reading.ndc(value, where)
    labeler, product, _ = lengths
    if value.isdigit() and len(value) == sum(lengths):
        value = f"{value[:labeler]}-{value[labeler : labeler + product]}-{value[labeler + product :]}"
    if tuple(map(len, value.split("-"))) != lengths:
        reading.fault(where, "an NDC of another form than its qualifier says", reason="identifier_invalid")
        return None
    return reading.ndc(value, where)


def party_of(segment: Segment, reading: Reading, where: str) -> str:
    """Return the number of an N1's party in canonical form; empty where it has a name only, or with a fault."""
    qualifier, value = (segment[3], segment[4]) if len(segment) > 4 else ("", "")
    if not qualifier and not value:
        return ""
    if qualifier in _PARTIES:
        found = reading.identifier(_PARTIES[qualifier], value, where)
        return found.canonical if found else ""
    if qualifier not in _ASSIGNED:
        reading.fault(where, "a qualifier of a party that isn't read here", hint="11, XX, UL, 9, 21, 91, 92, ZZ")
        return ""
    if not 1 <= len(value) <= 80:
        reading.fault(where, "a party's number of 1 to 80 characters is missing")
    return value


def amount_of(value: str, reading: Reading, where: str, *, signed: bool) -> str | None:
    """Return a quantity of X12's type R without exponent, or None with a fault."""
    text = value
    if text.startswith((".", "-.")):
        text = text.replace(".", "0.", 1)
    amount = reading.amount(text.removesuffix("."), where)
    if amount is not None and amount.startswith("-") and not signed:
        reading.fault(where, "a quantity below zero")
        return None
    return amount


def day_of(value: str, reading: Reading, where: str) -> str:
    """Return YYYY-MM-DD of CCYYMMDD, or an empty text with a fault."""
    try:
        if len(value) == 8 and value.isdigit():
            return datetime.date(int(value[:4]), int(value[4:6]), int(value[6:])).isoformat()
    except ValueError:
        pass
    reading.fault(where, "no date of CCYYMMDD")
    return ""
