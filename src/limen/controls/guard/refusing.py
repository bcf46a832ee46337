"""Refusals: what an error means to whoever asked, and its entry in the ledger; never more than the declaration says."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from limen.controls.guard.entries import NOBODY, refused
from limen.controls.guard.preparing import BoundRow, Prepared
from limen.controls.guard.records import is_record
from limen.controls.incident import Facts
from limen.controls.ledger import Ledger
from limen.controls.ledger_entries import BrokenLedgerError, Entry, LedgerError
from limen.controls.principals import Principal
from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem, UnassessedError
from limen.model.operations import Trigger

DEAD = "every crossing is refused until the ledger was opened anew and attached to the guard"
"""What a ledger that can't be written means."""
_TRIGGERS: dict[Reason, Trigger] = {
    "envelope_refused": "crypto-failure",
    "signature_refused": "crypto-failure",
    "layer_missing": "crypto-failure",
    "ledger_broken": "chain-mismatch",
}
"""What starts an incident."""


_INCIDENT = 8
"""Random bytes of an incident's id."""
_LOG = logging.getLogger("limen.guard")


def is_incident(text: str) -> bool:
    """Return whether a text is the id of a recorded refusal as guards make them."""
    return re.fullmatch(f"[0-9a-f]{{{2 * _INCIDENT}}}", text) is not None


class Asked(NamedTuple):
    """What was asked, as it was given: none of it is known to be of any type."""

    flow: object
    direction: object
    item: object
    principal: object
    record: object
    tenant: object


class Reports(Protocol):
    """Who hears of failing cryptography and broken chains, such as `limen.controls.incident.Incidents`."""

    def report(self, trigger: Trigger, facts: Facts, /) -> object:
        """Take a report; raises nothing."""


class Refusals:
    """Makes refusals and records them, by a guard's own ledgers."""

    def __init__(self, prepared: Prepared, ledgers: Mapping[str, Ledger], reports: Reports | None) -> None:
        """Keep where refusals go; `ledgers` may change while they are used."""
        self._prepared, self._ledgers, self._reports = prepared, ledgers, reports

    def of(self, error: Exception, asked: Asked) -> RefusedError:
        """Return the refusal that an error means, recorded.

        Its reason is ledger_unavailable where no ledger could record it: then it is known to nobody but the caller.
        """
        reason, problems = meaning(error)
        incident = secrets.token_hex(_INCIDENT)
        if not isinstance(error, RefusedError) and reason == "internal":  # by its type: its words may repeat a record
            _LOG.error("the guard failed inside: %s, incident %s", type(error).__name__, incident)
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
        refusal = self._recorded(entry, bound, reason, problems, incident)
        self._report(reason, entry)
        return refusal

    def _recorded(
        self, entry: Entry, bound: BoundRow | None, reason: Reason, problems: tuple[Problem, ...], incident: str
    ) -> RefusedError:
        names = [name for name in (bound.row.ledger if bound else "", self._prepared.refusals) if name]
        for name in dict.fromkeys(names):
            try:
                self._ledgers[name].append(entry)
            except Exception:  # noqa: BLE001, S112 whatever it is, the next ledger is tried, and then it is said
                continue
            return RefusedError(problems, reason=reason, incident=incident)
        if not names:  # no ledger is this component's: it is said where the service's operators look
            _LOG.warning("refused, and recorded in no ledger: %s, incident %s", reason, incident)
        if names and reason not in ("ledger_unavailable", "ledger_broken"):
            problems = (*problems, Problem(message="the refusal could not be recorded", hint=DEAD))
            reason = "ledger_unavailable"
        return RefusedError(problems, reason=reason, incident=incident)

    def _report(self, reason: Reason, entry: Entry) -> None:
        trigger = _TRIGGERS.get(reason)
        if self._reports is not None and trigger is not None:
            known = {name: entry.details.get(name, "") for name in ("flow", "item", "component")}
            principal = entry.details.get("claimed", entry.actor)
            try:
                facts = Facts(reason=reason, principal=principal, tenant=entry.tenant, **known)
                self._reports.report(trigger, facts)
            except Exception:  # noqa: BLE001 it is a refusal all the same; its cause may hold what was refused
                _LOG.error("an incident was not reported: %s, incident %s", reason, entry.details["incident"])

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
    if isinstance(error, BrokenLedgerError):
        return "ledger_broken", (Problem(message="the ledger is not what was appended to it", hint=DEAD),)
    if isinstance(error, LedgerError):
        return "ledger_unavailable", (Problem(message="the ledger can't be written", hint=DEAD),)
    if isinstance(error, UnassessedError):
        hint = "ask the key's custodian; nothing crosses unprotected meanwhile"
        return "key_unavailable", (Problem(message="a key can't be used", hint=hint),)
    hint = "the entry of the refusal has its incident's id"
    return "internal", (Problem(message="the guard failed inside, and refused", hint=hint),)
