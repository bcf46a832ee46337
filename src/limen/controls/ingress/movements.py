"""Events of a perpetual inventory, and adjustments of it by two people (21 CFR 1304.21, 1304.22, 1301.76(b)).

    {"id", "time", "action", "before", "after", "record": {…fields of the item…}}                 perpetual-sync
    {"id", "time", "reason", "by", "witness", "before", "after", "record": {…}}                   adjustment

What was there, what moved and what is there now must add up. An adjustment has a reason of a closed list, and a second
person who is not the first; both were authenticated by whoever calls, and the message only repeats their names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, get_args

from limen.controls.ingress.reading import Reading
from limen.controls.ingress.records import Records, parsed, record_of
from limen.model.data import DataItem

Action = Literal["received", "returned-to-stock", "transferred-in", "dispensed", "transferred-out", "wasted",
                 "destroyed", "returned-to-supplier", "counted"]  # fmt: skip
"""What happened to stock."""
AdjustmentReason = Literal["count-correction", "breakage-or-spill", "expired", "damaged", "recall", "theft-or-loss",
                           "entry-error"]  # fmt: skip
"""Why a count is changed by hand; theft-or-loss is reported to DEA, too (21 CFR 1301.76(b), DEA Form 106)."""
_SIGN: Mapping[str, int] = {
    **dict.fromkeys(("received", "returned-to-stock", "transferred-in"), 1),
    **dict.fromkeys(("dispensed", "transferred-out", "wasted", "destroyed", "returned-to-supplier"), -1),
    "counted": 0,
}
"""Which way each action moves the count."""
_SYNC = frozenset(("id", "time", "action", "before", "after", "record"))
_ADJUSTMENT = frozenset(("id", "time", "reason", "by", "witness", "before", "after", "record"))


def read_movement(raw: bytes, reading: Reading, item: DataItem, kinds: frozenset[str]) -> list[Records]:
    """Return the event of a perpetual inventory; its faults are in the reading."""
    members = _members(raw, reading, _SYNC)
    row, products = record_of(members.get("record"), reading, item, kinds, "record")
    action = members.get("action")
    if action not in get_args(Action):
        reading.fault("action", "no action of the list", hint=f"expected {', '.join(get_args(Action))}")
    before, after, quantity = _counts(members, row, reading)
    if before is not None and after is not None and quantity is not None and isinstance(action, str):
        sign = _SIGN.get(action)
        if sign is not None and before + sign * quantity != after:
            reading.fault("after", "what was there and what moved don't add up to what is there", reason="mismatch")
    facts = {"action": action, "after": members.get("after"), "before": members.get("before")}
    return _event(members, reading, row, products, facts)


def read_adjustment(
    raw: bytes, reading: Reading, item: DataItem, kinds: frozenset[str], people: Sequence[str]
) -> list[Records]:
    """Return an adjustment by two people, the first and the second of `people`; its faults are in the reading.

    `people` are the names of the principals who authenticated and approved, in this order.
    """
    members = _members(raw, reading, _ADJUSTMENT)
    row, products = record_of(members.get("record"), reading, item, kinds, "record")
    reason = members.get("reason")
    if reason not in get_args(AdjustmentReason):
        reading.fault("reason", "no reason of the list", hint=f"expected {', '.join(get_args(AdjustmentReason))}")
    by, witness = members.get("by"), members.get("witness")
    if not (isinstance(by, str) and by and isinstance(witness, str) and witness) or len(people) < 2:
        reading.fault("witness", "an adjustment needs two people who authenticated", reason="unapproved")
    elif by.strip().casefold() == witness.strip().casefold() or len(set(people)) < 2:
        reading.fault("witness", "the second person is the first one", reason="duty_conflict")
    elif [by, witness] != list(people):
        reading.fault("witness", "other people than those who authenticated", reason="wrong_identity")
    before, after, quantity = _counts(members, row, reading)
    if before is not None and after is not None and quantity is not None and abs(before - after) != quantity:
        reading.fault("after", "the counts don't differ by the quantity", reason="mismatch")
    if before is not None and before == after:
        reading.fault("after", "an adjustment that changes nothing")
    facts = {name: members.get(name) for name in ("after", "before", "by", "reason", "witness")}
    return _event(members, reading, row, products, facts)


def _members(raw: bytes, reading: Reading, known: frozenset[str]) -> Mapping[str, Any]:
    value = parsed(raw, reading)
    members = reading.members(value, "the message") if value is not None else {}
    if members.keys() - known:
        hint = f"expected {', '.join(sorted(known))}"
        reading.fault("the message", "a member that no rule knows", hint=hint, reason="fields_undeclared")
    return members


def _counts(
    members: Mapping[str, Any], row: Mapping[str, Any], reading: Reading
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    counts: list[Decimal | None] = []
    for name in ("before", "after"):
        amount = reading.amount(members.get(name), name)
        if amount is not None and amount.startswith("-"):
            reading.fault(name, "a count below zero")
        counts.append(None if amount is None else Decimal(amount))
    quantity = row.get("quantity")
    return counts[0], counts[1], None if quantity is None else Decimal(quantity)


def _event(
    members: Mapping[str, Any], reading: Reading, row: Mapping[str, Any], products: list[Any], facts: dict[str, Any]
) -> list[Records]:
    name = reading.name(members.get("id"), "id")
    at = reading.instant(members.get("time"), "time")
    if reading.faults or at is None:
        return []
    for count in ("after", "before"):
        facts[count] = reading.amount(facts[count], count)
    said = tuple(sorted({**facts, "time": at.isoformat()}.items()))
    return [Records(id=name, rows=(row,), named=tuple(products), facts=said)]
