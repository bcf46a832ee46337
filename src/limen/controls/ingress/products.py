"""Which fields of a declared item name a product: those whose names say so, and those that an intake is told of.

Where a component refuses products, an item of which nobody knows how it names them would be let in unlooked at. So that
an item names none has to be said, too (NIST SP 800-53 SI-10; FD&C Act 582(c)(4)).
"""

from __future__ import annotations

from collections.abc import Mapping

from limen.controls.ingress.places import Entry
from limen.controls.ingress.records import MEANINGS, PRODUCTS
from limen.errors import Problem
from limen.model.data import DataItem


def products_of(
    entry: Entry, told: Mapping[str, Mapping[str, str]]
) -> tuple[Mapping[str, Mapping[str, str]], list[Problem]]:
    """Return the fields by which records of each item must name a product, with their kinds, and what is wrong.

    `told` are fields and their kinds by item, such as {"dispense-record": {"drug": "ndc"}}; {} says that the item
    names no product. What is wrong: an item that doesn't enter here, a field that it doesn't declare, a kind that names
    no product, a name that means something else, and, where products are refused, an item of which nothing is known.
    """
    found: dict[str, Mapping[str, str]] = {}
    problems = []
    for name in sorted(told.keys() - entry.items.keys()):
        _, why = entry.closed.get(name, ("", "the declaration has no such item"))
        message = f"products of {name:.60}: nothing of this item enters at {entry.component}"
        problems.append(Problem(message=message, hint=why))
    for name, item in entry.items.items():
        fields = {field: field for field in item.fields if field in PRODUCTS}
        if name in told:
            problems += _wrong(name, item, told[name], fields)
            found[name] = {**fields, **told[name]}
        elif entry.refuses:
            found[name] = fields
            if not fields:
                message = f"{entry.component} refuses products, and no field of {name} is known to name one"
                hint = f'say which: products={{"{name}": {{"field": "ndc"}}}}, or {{"{name}": {{}}}} where none does'
                problems.append(Problem(message=message, hint=hint))
    return found, problems


def _wrong(name: str, item: DataItem, told: Mapping[str, str], known: Mapping[str, str]) -> list[Problem]:
    problems = []
    if not told and known:
        message = f"products of {name}: it is said to name none, and has the field {', '.join(known)}"
        problems.append(Problem(message=message, hint="leave the item out"))
    for field, kind in told.items():
        means = MEANINGS.get(field, kind)
        if field not in item.fields:
            message = f"products of {name}: it declares no field {field:.60}"
            problems.append(Problem(message=message, hint=f"declared are {', '.join(item.fields)}"))
        elif kind not in PRODUCTS:
            message = f"products of {name}, {field}: {kind:.60} is no kind that names a product"
            problems.append(Problem(message=message, hint=f"expected {', '.join(PRODUCTS)}"))
        elif means != kind and (means, kind) != ("epc", "sgtin"):  # an EPC may be said to be a package's
            problems.append(Problem(message=f"products of {name}, {field}: by its name it is of the kind {means}"))
    return problems
