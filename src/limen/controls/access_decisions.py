"""What was asked, what was decided, and how both stand in the ledger (NIST SP 800-53 AU-3, 45 CFR 164.312(b))."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from limen.controls.access_duties import ACTION, ALLOWED, REFUSED
from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem
from limen.integrity.instants import instant_text

if TYPE_CHECKING:
    from limen.controls.ledger import Appended, Entry
    from limen.controls.principals import Principal

_PERMISSION = re.compile(r"[A-Za-z0-9_.\-]+(?::[A-Za-z0-9_.\-]+)*", re.ASCII)
_LONGEST = 1024


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to do, and why."""

    permission: str
    """Such as packet:upload; without any '*', since nobody does everything at once."""
    record: str
    """The record's number or token, never an identifier, since the ledger keeps it."""
    purpose: str
    """Why, in one line, and without identifiers: the ledger keeps it."""
    flow: str = ""
    """The flow that it happens on; empty where on none."""

    def wrong(self) -> tuple[Reason, Problem] | None:
        """Return the first thing for which this can't be decided; None where it can."""
        if not self._is_permission():
            problem = Problem(message="what is asked for is no permission", hint="such as packet:upload")
            return "permission_missing", problem
        hint = f"one printable line, {_LONGEST} characters at most"
        if not _line(self.purpose):
            return "purpose_missing", Problem(message="a decision needs a purpose", hint=hint)
        if not _spelled(self.record):
            hint = f"{hint}, in ASCII and without blanks around it: one record has one spelling"
            return "content_refused", Problem(message="a decision needs a record", hint=hint)
        return None

    def shown(self) -> Asked:
        """Return it as an entry may have it: what is no text of one line is left out."""
        return Asked(
            permission=self.permission if self._is_permission() else "",
            record=self.record if _spelled(self.record) else "",
            purpose=self.purpose if _line(self.purpose) else "",
            flow=self.flow if _line(self.flow) else "",
        )

    def _is_permission(self) -> bool:
        return _line(self.permission) and _PERMISSION.fullmatch(self.permission) is not None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided, and that it was recorded; true where it allows."""

    allowed: bool
    asked: Asked
    reason: Reason | None = None
    """Why it was refused; None where it was allowed."""
    problems: tuple[Problem, ...] = ()
    """Everything that speaks against it, in words."""
    roles: tuple[str, ...] = ()
    """The roles that grant the permission, sorted."""
    custody: bool = False
    """Whether one of them has its openings recorded with custody."""
    entry: Appended | None = None
    """Where it is recorded; None only where the ledger could not be written, which is a refusal."""

    def __bool__(self) -> bool:
        """Return whether it allows, so that no `if` takes a refusal for leave."""
        return self.allowed

    def demand(self) -> Decision:
        """Return the decision where it allows; raises RefusedError where it does not."""
        if not self.allowed:
            raise RefusedError(self.problems, reason=self.reason or "internal")
        return self


def recorded(principal: Principal, decision: Decision, now: datetime) -> Entry:
    """Return the entry of a decision: actor, permission, purpose, record, outcome and, where refused, the reason."""
    from limen.controls.ledger import Entry

    asked = decision.asked.shown()
    details: dict[str, Any] = {
        "outcome": ALLOWED if decision.allowed else REFUSED,
        "permission": asked.permission,
        "purpose": asked.purpose,
        "roles": list(decision.roles),
    }
    if now.utcoffset() is not None:
        details["decided_at"] = instant_text(now)
    if asked.flow:
        details["flow"] = asked.flow
    if decision.custody:
        details["custody"] = True
    if decision.reason is not None:
        details["reason"] = decision.reason
    return Entry(tenant=principal.tenant, actor=principal.name, action=ACTION, record=asked.record, details=details)


def unrecorded(decision: Decision) -> Decision:
    """Return the refusal of what could not be recorded, whatever was decided."""
    hint = "nothing is allowed that is not recorded: see to the ledger"
    problem = Problem(message="the decision can't be recorded", hint=hint)
    return msgspec.structs.replace(
        decision, allowed=False, reason="ledger_unavailable", problems=(*decision.problems, problem), entry=None
    )


def _line(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= _LONGEST and text.isprintable() and bool(text.strip())


def _spelled(text: object) -> bool:
    """Return whether a record can be told from every other by its text: duties stay apart on one and the same."""
    return isinstance(text, str) and _line(text) and text.isascii() and text == text.strip()
