"""Sealed fields opened for somebody's authorised purpose: decided, recorded with custody, and only then opened.

NIST SP 800-53 AC-3, AC-6, AU-2, AU-10; 45 CFR 164.502(b) (minimum necessary), 164.312(b), 164.528 (accounting). The
entry is durable before any plaintext exists: who could not be recorded sees nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from limen.controls.envelope import Context
from limen.controls.fields import FieldEncryption
from limen.controls.ledger_entries import Entry
from limen.controls.protected import Protected
from limen.controls.refusals import RefusedError
from limen.errors import LimenError, Problem
from limen.integrity.instants import instant_text

if TYPE_CHECKING:
    from limen.controls.access_decisions import Decision
    from limen.controls.ledger import Ledger
    from limen.controls.principals import Principal

OPENED = "fields-opened"
"""Action of the entry that stands before each opening."""
FAILED = "fields-unopened"
"""Action of the entry that says that nothing was opened after all."""


class Authority(Protocol):
    """Who decides: `limen.controls.access.Access`, or anything that decides and records like it."""

    def demand(
        self, principal: Principal, permission: str, record: str, purpose: str, now: datetime, *, flow: str = ""
    ) -> Decision:
        """Return a decision that allows; raises RefusedError where it does not."""

    def tenant_of(self, flow: str) -> str:
        """Return the tenant whose records a flow moves; empty where it is shared."""

    def check_fields(self, decision: Decision, item: str, names: Collection[str]) -> None:
        """Raise RefusedError where fields beyond those that the granting roles need are asked for."""


class FieldOpenings:
    """Opens fields for people, one record at a time."""

    def __init__(self, encryption: FieldEncryption, *, authority: Authority, ledger: Ledger) -> None:
        """Keep the key, who decides and the ledger of custody."""
        self._encryption, self._authority, self._ledger = encryption, authority, ledger

    def open(
        self,
        record: Mapping[str, Any],
        context: Context,
        *,
        only: Collection[str],
        principal: Principal,
        permission: str,
        purpose: str,
        now: datetime,
        flow: str = "",
    ) -> dict[str, Protected[Any]]:
        """Return the values of some sealed fields, each protected from being shown; absent fields are absent.

        `context` is the record's; its record id goes into the ledger, so it must be no identifier. `now` is aware;
        with `flow` that flow's own demands hold, too.
        Raises RefusedError: what the authority refuses with (role_missing, purpose_missing, fields_undeclared …),
        ledger_unavailable where the opening can't be recorded, and what opening raises.
        """
        names = sorted(set(only))
        if isinstance(only, str) or not names:
            hint = "name each field that the purpose needs"
            raise RefusedError(Problem(message="no field is asked for", hint=hint), reason="fields_undeclared")
        tenant, record_id = self._owner(context, principal)
        decision = self._authority.demand(principal, permission, record_id, purpose, now, flow=flow)
        self._authority.check_fields(decision, self._encryption.item, names)
        if not decision.custody:
            hint = "declare custody_logged: true for the role that opens records"
            message = "no role that grants this has its openings recorded with custody"
            raise RefusedError(Problem(message=message, hint=hint), reason="role_missing")
        details = {
            "custody": True,
            "decided": decision.entry.seq if decision.entry is not None else 0,
            "fields": names,
            "item": self._encryption.item,
            "opened_at": instant_text(now),
            "permission": permission,
            "purpose": purpose,
            "roles": list(decision.roles),
        }
        entry = Entry(tenant=tenant, actor=principal.name, action=OPENED, record=record_id, details=details)
        self._append(entry)
        try:
            opened = self._encryption.open(record, context, only=names)
        except RefusedError as refused:
            self._append(
                Entry(
                    tenant=entry.tenant,
                    actor=entry.actor,
                    action=FAILED,
                    record=entry.record,
                    details={"fields": names, "item": self._encryption.item, "reason": refused.reason},
                )
            )
            raise
        return {name: Protected(opened[name]) for name in names if name in record}

    def _owner(self, context: Context, principal: Principal) -> tuple[str, str]:
        """Return the tenant and the id of the record that envelopes are bound to.

        On a flow that tenants share they are bound to TENANT|RECORD; any other flow's records are its own tenant's.
        Raises RefusedError (wrong_tenant) where the principal acts for another tenant than the record's.
        """
        named, bar, record = context.record.rpartition("|")
        declared = self._authority.tenant_of(context.flow)
        tenant = declared or named
        if (tenant and principal.tenant not in ("", tenant)) or (bar and named != tenant):
            hint = "nobody opens for one tenant what is another's"
            raise RefusedError(Problem(message="the record is another tenant's", hint=hint), reason="wrong_tenant")
        return tenant or principal.tenant, record

    def _append(self, entry: Entry) -> None:
        try:
            self._ledger.append(entry)
        except LimenError:
            hint = "nothing is opened that can't be recorded: mend the ledger, and ask again"
            raise RefusedError(
                Problem(message="the opening can't be recorded", hint=hint), reason="ledger_unavailable"
            ) from None
