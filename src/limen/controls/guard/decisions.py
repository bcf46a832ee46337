"""Whether a principal may make a crossing: one answer by look-ups, and all the reasons where it is no.

`admitted` is what every crossing pays, so it only says yes; `faults_of` asks the same questions slowly and says
everything. A test holds the two against each other: yes exactly where there is no fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from limen.controls.guard.callers import Caller
from limen.controls.guard.faults import Fault
from limen.controls.guard.records import HINT, is_record
from limen.controls.guard.table import Row, Table
from limen.controls.principals import Principal, check_credential
from limen.controls.refusals import RefusedError


def admitted(row: Row, principal: object, now: datetime, tenant: str) -> tuple[Caller, str] | None:
    """Return the caller and the crossing's tenant where a principal may use the row; None where anything is against it.

    `tenant` is the one that the payload says it belongs to, empty where it does not say. `now` is aware.
    """
    if row.faults or not isinstance(principal, Principal):
        return None
    caller = row.callers.get(principal.name)
    if caller is None or principal.identity != caller.identity or principal.method != row.method:
        return None
    if not row.least < principal.until - now <= row.most:
        return None
    if caller.conflict or caller.admitting.isdisjoint(principal.roles):
        return None
    whose = row.tenant
    if tenant != whose:
        if whose:
            if tenant:
                return None
        elif type(tenant) is not str or tenant not in row.tenants:
            return None
        else:
            whose = tenant
    elif not whose and row.tenant_needed:
        return None
    if principal.tenant != caller.tenant and (caller.is_component or caller.tenant or principal.tenant != whose):
        return None
    return caller, whose


def unknown_faults(table: Table, flow: object, direction: object, item: object) -> Iterator[Fault]:
    """Yield why a table has no row for what was asked; quotes nothing that is not declared."""
    if not isinstance(flow, str) or flow not in table.flows:
        hint = "a crossing that is not declared does not happen: declare the flow, or mend its name"
        yield Fault(step="declared", reason="undeclared_flow", message="the flow is not declared", hint=hint)
        return
    path = ("flows", flow)
    if flow not in table.ends:
        message = f"{table.component} is no end of {flow}"
        hint = "each end has a guard of its own; whoever only passes it on opens nothing"
        yield Fault(step="declared", reason="not_an_end", message=message, hint=hint, path=path)
        return
    if direction not in ("carries", "returns"):
        message = "the direction is neither carries nor returns"
        yield Fault(step="declared", reason="undeclared_item", message=message, path=path)
        return
    moves = sorted({key[2] for key in table.rows if key[:2] == (flow, direction) and key[2] is not None})
    message = f"{flow} {direction} no such item" if item is not None else f"which item of {flow} is not said"
    hint = f"it {direction} {', '.join(moves)}" if moves else f"it {direction} nothing that passes a guard"
    yield Fault(step="declared", reason="undeclared_item", message=message, hint=hint, path=(*path, str(direction)))


def faults_of(row: Row, principal: object, now: datetime, tenant: object) -> Iterator[Fault]:
    """Yield everything against a crossing of a row, in the order of the steps."""
    by_step: dict[str, list[Fault]] = {}
    for fault in (*row.faults, *_faults(row, principal, now, tenant)):
        by_step.setdefault(fault.step, []).append(fault)
    for step in ("declared", "authenticated", "authorised", "tenant", "classified", "protected", "ruled", "logged"):
        yield from by_step.get(step, ())


def _faults(row: Row, principal: object, now: datetime, tenant: object) -> Iterator[Fault]:
    here = ("flows", row.flow)
    whose, wrong = _whose(row, tenant)
    if wrong:
        yield Fault(step="tenant", reason="wrong_tenant", message=wrong[0], hint=wrong[1], path=(*here, "tenant"))
    if not isinstance(principal, Principal):
        message = "nobody was authenticated"
        hint = "authenticate the caller by the flow's method, and pass a Principal"
        yield Fault(step="authenticated", reason="unauthenticated", message=message, hint=hint, path=(*here, "authn"))
        return
    yield from _credential(row, principal, now)
    caller = row.callers.get(principal.name)
    if caller is None:
        message = f"the principal neither opens {row.flow} nor holds a role that it admits"
        hint = (
            "declare it under `principals` with one of the flow's roles, or call as the component that opens the flow"
        )
        yield Fault(step="authorised", reason="role_missing", message=message, hint=hint, path=("principals",))
        return
    yield from _caller(row, caller, principal)
    if principal.tenant != caller.tenant and (caller.is_component or caller.tenant or principal.tenant != whose):
        message = f"the principal acts for another tenant than the one whose instances {row.flow} moves"
        hint = f"it acts for {caller.tenant}" if caller.tenant else "a shared component acts for no tenant"
        yield Fault(step="tenant", reason="wrong_tenant", message=message, hint=hint, path=(*here, "tenant"))


def _credential(row: Row, principal: Principal, now: datetime) -> Iterator[Fault]:
    path = ("flows", row.flow, "authn")
    if principal.method != row.method:
        message = "the principal was authenticated in another way than the flow declares"
        hint = f"{row.flow} declares {row.method or 'no method'}"
        yield Fault(step="authenticated", reason="wrong_method", message=message, hint=hint, path=(*path, "method"))
    try:
        check_credential(principal, now, lifetime=row.most + row.least)
    except RefusedError as refused:
        for problem in refused.problems:
            yield Fault(
                step="authenticated",
                reason=refused.reason,
                message=problem.message,
                hint=problem.hint,
                path=(*path, "credential"),
            )


def _caller(row: Row, caller: Caller, principal: Principal) -> Iterator[Fault]:
    path = ("flows", row.flow, "authz", "roles")
    if principal.identity != caller.identity:
        message = "the principal's identity is not the declared one"
        hint = "declare the component's identity, or give people's identities to the guard by name"
        where = ("components", caller.name, "identity") if caller.is_component else ("principals", caller.name)
        yield Fault(step="authenticated", reason="wrong_identity", message=message, hint=hint, path=where)
    if caller.admitting.isdisjoint(principal.roles):
        granted = ", ".join(sorted(caller.admitting)) or "no role that the flow admits"
        message = f"the principal acts in no role that {row.flow} admits and that grants what it asks for"
        hint = f"the declaration gives it {granted}"
        yield Fault(step="authorised", reason="role_missing", message=message, hint=hint, path=path)
    if caller.conflict:
        message = f"the principal holds both sides of a pair of duties, and {row.flow} is one of them"
        hint = "take one of the roles away: whoever holds both may use neither"
        yield Fault(
            step="authorised", reason="duty_conflict", message=message, hint=hint, path=("separation_of_duties",)
        )


def _whose(row: Row, tenant: object) -> tuple[str, tuple[str, str] | None]:
    """Return the crossing's tenant, and what is wrong with it in a sentence and a hint."""
    if not isinstance(tenant, str):
        return row.tenant, ("the payload's tenant is no name", "pass its declared name, or nothing")
    if row.tenant:
        if tenant in ("", row.tenant):
            return row.tenant, None
        return row.tenant, (f"the payload belongs to another tenant than {row.flow}", f"it moves those of {row.tenant}")
    if tenant:
        known = tenant in row.tenants
        return (tenant, None) if known else ("", ("the payload's tenant is not declared", "name one of `tenants`"))
    if row.tenant_needed:
        hint = "pass `tenant`: the flow is shared by tenants that are kept apart"
        return "", (f"whose instance crosses on {row.flow} is not said", hint)
    return "", None


def given_faults(row: Row, payload: object, record: object, largest: int) -> Iterator[Fault]:
    """Yield what is wrong with a payload's form and a record's id; `largest` is in bytes."""
    if not is_record(record):
        yield Fault(step="classified", reason="record_refused", message="the record has no id", hint=HINT)
    if type(payload) is bytes:
        if len(payload) > largest:
            message = f"the payload is larger than {largest} bytes"
            yield Fault(step="classified", reason="too_large", message=message, hint="send it as a stream")
    elif not (row.sends and type(payload) is dict):
        message = "the payload is neither bytes nor a record" if row.sends else "what comes in is no bytes"
        hint = "pass bytes, or a JSON record where this component sends"
        yield Fault(step="classified", reason="content_refused", message=message, hint=hint)
