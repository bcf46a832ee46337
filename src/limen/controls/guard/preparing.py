"""What a guard is made of, checked as a whole before the first crossing: a service that lacks a key does not start."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any, NamedTuple

from msgspec import UNSET

from limen.controls.guard.callers import Caller
from limen.controls.guard.content import Reader
from limen.controls.guard.entries import RowEntries, described
from limen.controls.guard.key_algorithms import algorithm_problems
from limen.controls.guard.protection import Protection
from limen.controls.guard.table import Row, Table, compiled
from limen.controls.keyring import Keyring
from limen.controls.ledger import Ledger
from limen.controls.principals import Principal
from limen.errors import Problem, UsageError
from limen.loading.load import Loaded
from limen.model.declaration import Declaration


class BoundRow(NamedTuple):
    """A row with its keys, its entries and what reads its item."""

    row: Row
    protection: Protection
    entries: RowEntries
    reader: Reader | None
    details: Mapping[str, Any]
    """What every entry of the row says."""
    looks: bool
    """Whether content is compared with declared fields: not where it is only passed on, sealed as it came."""

    def about(self, principal: Principal, record: str, tenant: str, now: datetime) -> dict[str, Any]:
        """Return what live rules are asked about: nothing of the payload, and no identity."""
        return {
            **self.details,
            "principal": principal.name,
            "record": record,
            "roles": sorted(principal.roles),
            "tenant": tenant,
            "time": now.isoformat(),
        }


class Prepared(NamedTuple):
    """A guard's parts."""

    declaration: Declaration
    loaded: Loaded | None
    """With the places of all that is declared, where they are known."""
    digest: str
    """Digest of the declaration's files; empty where they are not known."""
    table: Table
    rows: Mapping[tuple[str, str, str | None], BoundRow]
    refusals: str
    """The ledger of refusals that belong to no flow; empty where this component records nothing."""
    names: frozenset[str]
    """Declared components and principals."""
    tenants: frozenset[str]
    items: frozenset[str]
    answered: Mapping[str, Mapping[str, Caller]]
    """Who may use each flow that leads to the component, by flow and name."""

    def bound(self, flow: object, direction: object, item: object) -> BoundRow | None:
        """Return the row of what was asked, whatever that is; None where there is none."""
        try:
            return self.rows.get((flow, direction, item))  # type: ignore[arg-type]
        except TypeError:  # something that no dict takes
            return None

    def details(self, bound: BoundRow | None, flow: object, item: object) -> dict[str, Any]:
        """Return what the entry of a refusal says of what was asked, in declared names only."""
        if bound is not None:
            return dict(bound.details)
        details = {"component": self.table.component, "declaration": self.digest}
        if isinstance(flow, str) and flow in self.table.flows:
            details["flow"] = flow
        if isinstance(item, str) and item in self.items:
            details["item"] = item
        return {name: value for name, value in details.items() if value}


def prepare(
    given: Declaration | Loaded,
    component: str,
    *,
    keyring: Keyring,
    ledgers: Mapping[str, Ledger],
    refusals: str,
    readers: Mapping[str, Reader],
    identities: Mapping[str, str],
) -> Prepared:
    """Return the parts of a guard; raises UsageError with everything that is missing or contradicts the declaration."""
    loaded = given if isinstance(given, Loaded) else None
    declaration = given.declaration if isinstance(given, Loaded) else given
    _check_types(declaration, keyring, ledgers, readers)
    digest = "" if loaded is None else loaded.digest
    if component not in declaration.components:
        close = get_close_matches(component, declaration.components, 1)
        hint = f"did you mean {close[0]}?" if close else "name a component of the declaration"
        raise UsageError(Problem(message=f"there is no component {component} to guard", hint=hint))
    problems: list[Problem] = []
    table = compiled(declaration, component, identities)
    if not table.rows:
        hint = "guard a component that is an end of a flow that carries or returns items"
        problems.append(Problem(message=f"no item moves to or from {component}", hint=hint))
    bound: dict[int, BoundRow] = {}
    for row in table.rows.values():
        if id(row) not in bound:
            bound[id(row)] = BoundRow(
                row,
                Protection(
                    row.plans,
                    declaration.components[component],
                    keyring,
                    item=row.item,
                    label=row.label,
                    sends=row.sends,
                    problems=problems,
                ),
                RowEntries(row, component, digest),
                readers.get(row.item),
                described(row, component, digest),
                row.fields is not None and not (row.sends and any(plan.relayed for plan in row.plans)),
            )
    for name in dict.fromkeys(one.row.flow for one in bound.values() if one.row.sends and not one.row.plans):
        message = f"{component} can't seal what it sends on {name}, and is sent it by nobody who can"
        problems.append(Problem(message=message, hint="declare the outermost key in its seals_with"))
    problems += _tenant_problems(declaration, table)
    problems += algorithm_problems(declaration, component, table, keyring)
    problems += _ledger_problems(declaration, table, ledgers, refusals)
    problems += _name_problems(declaration, readers, identities)
    if problems:
        raise UsageError(list(dict.fromkeys(problems)))
    return Prepared(
        declaration=declaration,
        loaded=loaded,
        digest=digest,
        table=table,
        rows={key: bound[id(row)] for key, row in table.rows.items()},
        refusals=refusals or (next(iter(ledgers)) if ledgers else ""),
        names=frozenset((*declaration.components, *declaration.principals)),
        tenants=frozenset(declaration.tenants),
        items=frozenset(declaration.data),
        answered={row.flow: row.callers for row in table.rows.values() if row.sends == (row.direction == "returns")},
    )


def _ledger_problems(
    declaration: Declaration, table: Table, ledgers: Mapping[str, Ledger], refusals: str
) -> list[Problem]:
    problems = []
    needed: dict[str, str] = {}
    for row in table.rows.values():
        if row.ledger:
            needed.setdefault(row.ledger, row.flow)
    for name, flow in needed.items():
        if name not in ledgers:
            message = f"{flow} is recorded in {name}, and that ledger was not given"
            problems.append(Problem(message=message, hint=f"open it: ledgers={{{name!r}: open_ledger(…)}}"))
    for name, ledger in ledgers.items():
        problems += ledger_problems(declaration, name, ledger)
    if refusals and refusals not in ledgers:
        message = f"refusals go to {refusals}, and that ledger was not given"
        problems.append(Problem(message=message, hint="name one of `ledgers`"))
    if not refusals and len(ledgers) > 1:
        hint = f"refusals= one of {', '.join(sorted(ledgers))}"
        problems.append(Problem(message="it is not said which ledger gets refusals that belong to no flow", hint=hint))
    return problems


def ledger_problems(declaration: Declaration, name: str, ledger: Ledger) -> list[Problem]:
    """Return what keeps an open ledger from being the declared one of a name: another name, or another chain."""
    declared = declaration.ledgers.get(name)
    if declared is None:
        hint = f"declared are {', '.join(sorted(declaration.ledgers)) or 'none'}"
        return [Problem(message=f"a ledger {name} was given that is not declared", hint=hint)]
    problems = []
    if ledger.name != name:
        message = f"the ledger that was given as {name} calls itself otherwise"
        problems.append(Problem(message=message, hint=f"open it with name={name!r}, or give the other one"))
    if declared.chain is UNSET or declared.chain.algorithm != "HMAC-SHA-256":
        return problems
    key = "" if declared.chain.key is UNSET else declared.chain.key
    if not ledger.key_id:
        message = f"the ledger {name} was opened without a key, and its records are declared to be bound by one"
        problems.append(Problem(message=message, hint=f"open it with key= of {key or 'its declared key'}"))
    elif key and ledger.key_id != key and not ledger.key_id.startswith(f"{key}."):
        message = f"the records of the ledger {name} are declared to be bound by {key}, and it was opened with another"
        hint = f"open it with key= of {key}; ids of its versions begin with '{key}.'"
        problems.append(Problem(message=message, hint=hint))
    return problems


def _tenant_problems(declaration: Declaration, table: Table) -> list[Problem]:
    tenants = {row.tenant: row.flow for row in table.rows.values() if row.tenant}
    return [
        Problem(
            message=f"{flow} moves records of {tenant}, which is no declared tenant", hint="declare it in `tenants`"
        )
        for tenant, flow in tenants.items()
        if tenant not in declaration.tenants
    ]


def _check_types(
    declaration: object, keyring: object, ledgers: Mapping[str, object], readers: Mapping[str, object]
) -> None:
    """Raise UsageError with everything that was given in the place of something else."""
    wrong = []
    if not isinstance(declaration, Declaration):
        wrong.append(("the declaration", "give load(Path('boundaries.yaml')), or its declaration"))
    if not isinstance(keyring, Keyring):
        wrong.append(("the keyring", "such as Keyring.of_store(KeyStore.open('keys.json'))"))
    for name, ledger in ledgers.items():
        if not isinstance(ledger, Ledger):
            wrong.append((f"the ledger {name}", f"open it: open_ledger(…, name={name!r})"))
    wrong += [
        (f"the reader of {name}", "give a function of the payload's bytes that returns names of fields")
        for name, reader in readers.items()
        if not callable(reader)
    ]
    if wrong:
        raise UsageError([Problem(message=f"{what} is none", hint=hint) for what, hint in wrong])


def _name_problems(
    declaration: Declaration, readers: Mapping[str, Reader], identities: Mapping[str, str]
) -> list[Problem]:
    problems = [
        Problem(message=f"a reader was given for {name}, which is no item", hint="name one of `data`")
        for name in readers
        if name not in declaration.data
    ]
    for name in identities:
        if name not in declaration.principals:
            message = f"an identity was given for {name}, who is no principal"
            problems.append(Problem(message=message, hint="name one of `principals`"))
    return problems
