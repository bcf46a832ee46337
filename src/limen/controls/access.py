"""Who may do what, decided from the declaration's roles and recorded, allowed or refused, before anybody acts on it.

NIST SP 800-53 AC-3, AC-5, AC-6, AU-2 and AU-3; 21 CFR 11.10(d), (e) and (g); 45 CFR 164.308(a)(4) and 164.312(b). A
decision that can't be recorded is a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from limen.controls.access_decisions import Asked, Decision, recorded, unrecorded
from limen.controls.access_duties import Duties
from limen.controls.access_roles import FlowAccess, Holder, Roles
from limen.controls.followed import Followed
from limen.controls.principals import SKEW, Principal, check_credential
from limen.controls.refusals import Reason, RefusedError
from limen.errors import LimenError, Problem, UsageError
from limen.integrity.instants import instant_text
from limen.model.declaration import Declaration

if TYPE_CHECKING:
    from limen.controls.access_rules import AccessRules
    from limen.controls.ledger import Entry, Ledger, Line

__all__ = ["Access", "Decision"]

MOST_SKEW = timedelta(minutes=5)
"""The largest difference of clocks that may be set: beyond it an ended credential would live on."""
_SHOWN = 5


class _No(Exception):  # noqa: N818 never leaves this module
    """A refusal in the making."""

    def __init__(self, reason: Reason, *problems: Problem) -> None:
        super().__init__(reason)
        self.reason, self.problems = reason, problems


class Access:
    """Decides by roles, duties, credentials and, where given, rules; records each decision in one ledger."""

    def __init__(
        self,
        declaration: Declaration,
        *,
        ledger: Ledger,
        rules: AccessRules | None = None,
        earlier: Iterable[Line] = (),
        skew: timedelta = SKEW,
    ) -> None:
        """Compile the declaration and read the ledger, once, for duties that somebody did already.

        `earlier` are records that left the ledger for an archive. `rules` decide on top of the roles. Raises
        UsageError where `skew` is negative or above five minutes, LedgerError where the ledger can't be read.
        """
        if not timedelta(0) <= skew <= MOST_SKEW:
            hint = "synchronise the clocks instead (NIST AU-8)"
            raise UsageError(Problem(message=f"a skew of {skew.total_seconds():g} s; 0 to 300 are taken", hint=hint))
        self.roles = Roles.of(declaration)
        self._rules, self._skew = rules, skew
        self._duties = Duties(self.roles)
        self._duties.take(earlier)
        self._followed = Followed(ledger, lambda line: self._duties.take((line,)))

    def decide(
        self, principal: Principal, permission: str, record: str, purpose: str, now: datetime, *, flow: str = ""
    ) -> Decision:
        """Return whether a principal may use a permission on a record for a purpose, after recording the answer.

        `record` is the record's number or token, never an identifier, since the ledger keeps it. With `flow` the flow's
        own demands hold, too: method, credential lifetime, roles and permission. `now` is aware. Never raises for
        what the caller sent; a decision is no leave unless it is true.
        """
        asked = Asked(permission=permission, record=record, purpose=purpose, flow=flow)
        roles: tuple[str, ...] = ()
        try:
            if wrong := asked.wrong():
                raise _No(*wrong)
            through = self._through(principal, flow)
            holder = self._holder(principal, now, through)
            roles = self._granting(principal, holder, permission, through)
            self._static(holder, permission)
            self._ruled(principal, asked, roles, now)
            custody = any(self.roles.roles[name].custody_logged for name in roles)
            return self._allow(principal, Decision(allowed=True, asked=asked, roles=roles, custody=custody), now)
        except _No as no:
            decision = Decision(allowed=False, asked=asked, reason=no.reason, problems=no.problems, roles=roles)
        try:
            return msgspec.structs.replace(
                decision, entry=self._followed.ledger.append(recorded(principal, decision, now))
            )
        except LimenError:
            return unrecorded(decision)

    def demand(
        self, principal: Principal, permission: str, record: str, purpose: str, now: datetime, *, flow: str = ""
    ) -> Decision:
        """Decide as `decide` does, and raise RefusedError where the answer is no."""
        return self.decide(principal, permission, record, purpose, now, flow=flow).demand()

    def tenant_of(self, flow: str) -> str:
        """Return the tenant whose records a flow moves; empty where it is shared, or not declared."""
        found = self.roles.flows.get(flow)
        return found.tenant if found else ""

    def fields(self, decision: Decision, item: str) -> frozenset[str]:
        """Return the fields of an item that are necessary for what was decided: those that the granting roles need.

        45 CFR 164.502(b), minimum necessary. Empty for a refusal, and where no role says what it needs.
        """
        return self.roles.needed(decision.roles, item) if decision else frozenset()

    def minimum(self, decision: Decision, item: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return a record's necessary fields alone; raises RefusedError for a refusal, or where none is necessary."""
        decision.demand()
        needed = self.fields(decision, item)
        if not needed:
            problem = Problem(message="no role that grants this needs any field of the item", hint=_NEEDS)
            raise RefusedError(problem, reason="fields_undeclared")
        return {name: value for name, value in record.items() if name in needed}

    def check_fields(self, decision: Decision, item: str, names: Iterable[str]) -> None:
        """Raise RefusedError (fields_undeclared) where fields beyond the necessary ones are asked for or sent."""
        decision.demand()
        beyond = set(names) - self.fields(decision, item)
        if beyond:
            problem = Problem(message=f"{len(beyond)} fields that the roles do not need for this", hint=_NEEDS)
            raise RefusedError(problem, reason="fields_undeclared")

    def _through(self, principal: Principal, flow: str) -> FlowAccess | None:
        """Return what a flow asks of its caller, None without a flow; raises _No where it is not for this caller."""
        if not flow:
            return None
        asked = self.roles.flows.get(flow)
        if asked is None:
            raise _No("undeclared_flow", Problem(message="the flow is not declared", hint="declare it, or leave it"))
        if asked.method is None or asked.method != principal.method:
            hint = "authenticate as authn.method of the flow says"
            raise _No("wrong_method", Problem(message="the flow takes another authentication", hint=hint))
        if not asked.may_act_for(principal.tenant):
            hint = "nobody sees through one tenant's flow who acts for another"
            raise _No("wrong_tenant", Problem(message="the flow moves another tenant's records", hint=hint))
        return asked

    def _holder(self, principal: Principal, now: datetime, through: FlowAccess | None) -> Holder:
        """Return what the declaration says of a principal whose credential holds; raises _No."""
        try:
            check_credential(principal, now, lifetime=through.lifetime if through else None, skew=self._skew)
        except RefusedError as refused:
            raise _No(refused.reason, *refused.problems) from None
        if principal.method == "none":
            hint = "authenticate by a method of authn that shows who calls"
            raise _No("unauthenticated", Problem(message="nobody was authenticated", hint=hint))
        holder = self.roles.holders.get(principal.name)
        if holder is None:
            hint = "declare it under principals or components"
            raise _No("wrong_identity", Problem(message="the principal is not declared", hint=hint))
        if holder.identity is not None and holder.identity != principal.identity:
            raise _No("wrong_identity", Problem(message="the identity is not the declared one of this component"))
        if holder.tenant is not None and holder.tenant != principal.tenant:
            raise _No("wrong_tenant", Problem(message="the component belongs to another tenant"))
        if principal.tenant and principal.tenant not in self.roles.tenants:
            raise _No("wrong_tenant", Problem(message="the tenant is not declared"))
        return holder

    def _granting(
        self, principal: Principal, holder: Holder, permission: str, through: FlowAccess | None
    ) -> tuple[str, ...]:
        """Return the roles that grant the permission; raises _No where none does."""
        known = self.roles.roles.keys()
        problems = [
            *_named("that are not declared and grant nothing", principal.roles - known),
            *_named("that it was not given and that grant nothing", (principal.roles & known) - holder.roles),
        ]
        effective = principal.roles & holder.roles
        if through is not None:
            effective &= through.roles
            if through.permission != permission:
                raise _No("permission_missing", *problems, Problem(message="the flow is for another permission"))
        if not effective:
            raise _No("role_missing", *problems, Problem(message="it acts in no role that counts here"))
        granting = self.roles.granting(effective, permission)
        if not granting:
            raise _No("permission_missing", *problems, Problem(message="none of its roles grants the permission"))
        return granting

    def _static(self, holder: Holder, permission: str) -> None:
        """Raise _No where the holder has both sides of a duty that the permission belongs to."""
        apart = {frozenset(pair) for pair in holder.apart}
        for pair in self.roles.duties_of(permission):
            if frozenset(pair) in apart:
                hint = "take one of its roles away: it may use neither side"
                message = f"it holds {pair[0]} and {pair[1]}, which stay apart"
                raise _No("duty_conflict", Problem(message=message, hint=hint))

    def _ruled(self, principal: Principal, asked: Asked, roles: tuple[str, ...], now: datetime) -> None:
        """Raise _No where there are access rules and they do not say true."""
        if self._rules is None:
            return
        about = {
            "principal": {
                "name": principal.name,
                "roles": sorted(principal.roles),
                "tenant": principal.tenant,
                "method": principal.method,
            },
            "permission": asked.permission,
            "record": asked.record,
            "purpose": asked.purpose,
            "flow": asked.flow,
            "granted_by": list(roles),
            "now": instant_text(now),
            "seconds": int(now.timestamp()),
        }
        if not self._rules.allow(about):
            hint = f"{self._rules.name} allows only what it answers with true"
            raise _No("rule_refused", Problem(message="the access rules do not allow it", hint=hint))

    def _allow(self, principal: Principal, decision: Decision, now: datetime) -> Decision:
        """Record leave; raises _No where the principal did on this record what stays apart from it."""
        entry, asked = recorded(principal, decision, now), decision.asked

        def unless_apart() -> Entry:
            earlier = self._duties.against(principal.name, asked.permission, asked.record)
            if earlier is not None:
                message = f"it used {earlier} on the same record, which stays apart from this"
                raise _No("duty_conflict", Problem(message=message, hint="somebody else has to do it"))
            return entry

        try:
            if self.roles.duties_of(
                asked.permission
            ):  # only if nobody wrote meanwhile: another process may decide, too
                return msgspec.structs.replace(decision, entry=self._followed.append(unless_apart))
            return msgspec.structs.replace(decision, entry=self._followed.ledger.append(entry))
        except LimenError:
            return unrecorded(decision)


_NEEDS = "minimum necessary: ask for what `needs` of the role names, or have it named there"


def _named(what: str, names: Iterable[str]) -> list[Problem]:
    """Return that some roles of a credential do not count, with the names of the first."""
    found = sorted(names)
    if not found:
        return []
    shown = ", ".join(f"{name:.60}" for name in found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
    return [Problem(message=f"it claims roles {what}: {shown}")]
