"""Refusals: what an error means to whoever asked, and its entry in the ledger; never more than the declaration says."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import NamedTuple

from limen.controls.guard.entries import NOBODY, refused
from limen.controls.guard.preparing import BoundRow, Prepared
from limen.controls.guard.records import is_record
from limen.controls.ledger import Ledger
from limen.controls.ledger_entries import LedgerError
from limen.controls.principals import Principal
from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem, UnassessedError

DEAD = "every crossing is refused until the ledger was opened anew and attached to the guard"
"""What a ledger that can't be written means."""


class Asked(NamedTuple):
    """What was asked, as it was given: none of it is known to be of any type."""

    flow: object
    direction: object
    item: object
    principal: object
    record: object
    tenant: object


class Refusals:
    """Makes refusals and records them, by a guard's own ledgers."""

    def __init__(self, prepared: Prepared, ledgers: Mapping[str, Ledger]) -> None:
        """Keep where refusals go; `ledgers` may change while they are used."""
        self._prepared, self._ledgers = prepared, ledgers

    def of(self, error: Exception, asked: Asked) -> RefusedError:
        """Return the refusal that an error means, recorded.

        Its reason is ledger_unavailable where no ledger could record it: then it is known to nobody but the caller.
        """
        reason, problems = meaning(error)
        incident = secrets.token_hex(8)
        bound = self._prepared.bound(asked.flow, asked.direction, asked.item)
        actor, claimed = self._actor(bound, asked.principal)
        entry = refused(
            self._prepared.details(bound, asked.flow, asked.item),
            actor=actor,
            claimed=claimed,
            record=str(asked.record) if is_record(asked.record) and reason != "record_refused" else "",
            tenant=self._tenant(bound, asked.tenant),
            reason=reason,
            incident=incident,
        )
        names = [name for name in (bound.row.ledger if bound else "", self._prepared.refusals) if name]
        for name in dict.fromkeys(names):
            try:
                self._ledgers[name].append(entry)
            except Exception:  # noqa: BLE001, S112 whatever it is, the next ledger is tried, and then it is said
                continue
            return RefusedError(problems, reason=reason, incident=incident)
        if names and reason != "ledger_unavailable":
            problems = (*problems, Problem(message="the refusal could not be recorded", hint=DEAD))
            reason = "ledger_unavailable"
        return RefusedError(problems, reason=reason, incident=incident)

    def _actor(self, bound: BoundRow | None, principal: object) -> tuple[str, str]:
        """Return who is recorded as the actor, and the declared name that was only claimed."""
        if not isinstance(principal, Principal):
            return NOBODY, ""
        caller = None if bound is None else bound.row.callers.get(principal.name)
        if bound and caller and (principal.identity, principal.method) == (caller.identity, bound.row.method):
            return caller.name, ""
        return NOBODY, principal.name if principal.name in self._prepared.names else ""

    def _tenant(self, bound: BoundRow | None, tenant: object) -> str:
        if bound is not None and bound.row.tenant:
            return bound.row.tenant
        return tenant if isinstance(tenant, str) and tenant in self._prepared.tenants else ""


def meaning(error: Exception) -> tuple[Reason, tuple[Problem, ...]]:
    """Return reason and problems of an error; nothing of one that is not limen's is repeated."""
    if isinstance(error, RefusedError):
        return error.reason, error.problems
    if isinstance(error, LedgerError):
        return "ledger_unavailable", (Problem(message="the ledger can't be written", hint=DEAD),)
    if isinstance(error, UnassessedError):
        hint = "ask the key's custodian; nothing crosses unprotected meanwhile"
        return "key_unavailable", (Problem(message="a key can't be used", hint=hint),)
    hint = "the entry of the refusal has its incident's id"
    return "internal", (Problem(message="the guard failed inside, and refused", hint=hint),)
