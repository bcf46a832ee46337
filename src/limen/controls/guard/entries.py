"""What a ledger keeps of a crossing: who, what, when, for what, and how it ended (NIST AU-3, 21 CFR 11.10(e)).

Names of the declaration, a record's id, and the SHA-256 of what was sealed on the wire, where a random nonce is in it:
from the digest of a plaintext its few possible values could be found. All that a crossing shares with the next one is
encoded once, so that an entry is spliced of constant parts.
"""

from __future__ import annotations

from typing import Any

from limen.controls.guard.callers import Caller
from limen.controls.guard.layering import Plan
from limen.controls.guard.table import Row
from limen.controls.ledger_entries import Entry, prepared
from limen.integrity.canonical import canonical
from limen.integrity.limen_v1 import Prepared

CROSSED = "guard.crossed"
"""Action of a crossing that was let through."""
REFUSED = "guard.refused"
"""Action of one that was not."""
NOBODY = "unauthenticated"
"""Actor of a refusal where nobody showed to be who they claimed."""
_SLOT = "0" * 64


class RowEntries:
    """The entries of one row."""

    def __init__(self, row: Row, component: str, declaration: str) -> None:
        """Encode what is constant; `declaration` is its digest, empty where it is not known."""
        self._details = described(row, component, declaration)
        self.digests = bool(row.plans) and all(map(_is_random, row.plans))
        """Whether something in it is sealed anew each time, so that its digest tells nothing and is kept."""
        self._parts = {name: self._split(name) for name in row.callers}
        self._tenants = {name: b'","tenant":' + canonical(name) for name in ("", *row.tenants)}

    def crossed(self, caller: Caller, record: str, tenant: str, digest: str) -> Prepared:
        """Return the entry of a crossing; the record's id is one of `records.is_record`, which needs no escape."""
        before, after = self._parts[caller.name]
        return Prepared(
            before + digest.encode() + after if after else before,
            b'"record":"%b%b' % (record.encode(), self._tenants[tenant]),
        )

    def _split(self, actor: str) -> tuple[bytes, bytes]:
        details = {**self._details, "outcome": "passed"} | ({"payload": _SLOT} if self.digests else {})
        whole = prepared(Entry(tenant="", actor=actor, action=CROSSED, record="", details=details)).before
        if not self.digests:
            return whole, b""
        before, slot, after = whole.rpartition(b'"payload":"' + _SLOT.encode())
        return before + slot[: -len(_SLOT)], after


def _is_random(plan: Plan) -> bool:
    return any(layer.kind != "signed" for layer in plan.layers)


def described(row: Row, component: str, declaration: str) -> dict[str, Any]:
    """Return what all entries of a row say in their details."""
    details = {
        "component": component,
        "declaration": declaration,
        "direction": row.direction,
        "end": "sender" if row.sends else "receiver",
        "flow": row.flow,
        "item": row.item,
        "label": row.label,
        "method": row.method,
        "permission": row.permission,
        "purpose": row.purpose,
    }
    return {name: value for name, value in details.items() if value}


def refused(
    details: dict[str, Any], *, actor: str, claimed: str, record: str, tenant: str, reason: str, incident: str
) -> Entry:
    """Return the entry of a refusal; `claimed` is the declared name that a caller gave without showing to be it."""
    more = {"incident": incident, "outcome": "refused", "reason": reason}
    if claimed:
        more["claimed"] = claimed
    return Entry(tenant=tenant, actor=actor, action=REFUSED, record=record, details={**details, **more})
