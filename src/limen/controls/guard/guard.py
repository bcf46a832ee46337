"""The guard: the enforcement point of one component. What the declaration does not allow does not cross.

NIST SP 800-53 AC-3(10), AC-4, AC-25, AU-2, AU-5, SC-7(18), SP 800-207 (policy enforcement point); 21 CFR 11.10(d), (e)
and (g); 45 CFR 164.312(a) to (e). A crossing is authenticated, authorised, classified, protected and recorded, in this
order, or refused, and the refusal recorded. Nothing leaves before its entry is durable, and no content is handed on
before either: a ledger that can't be written stops every crossing until it was opened anew and attached.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from limen.controls.access_rules import AccessRules
from limen.controls.guard.callers import Caller
from limen.controls.guard.content import Reader, check_content
from limen.controls.guard.crossed import Admission, Crossed
from limen.controls.guard.decisions import admitted, faults_of, given_faults, unknown_faults
from limen.controls.guard.faults import Fault
from limen.controls.guard.guarding import guarded
from limen.controls.guard.preparing import BoundRow, Prepared, ledger_problems, prepare
from limen.controls.guard.protection import PLAIN_JSON
from limen.controls.guard.records import is_record
from limen.controls.guard.refusing import Asked, Refusals, Reports
from limen.controls.guard.replays import Replays
from limen.controls.guard.simulating import Simulation, simulated
from limen.controls.guard.table import Direction
from limen.controls.keyring import Keyring
from limen.controls.ledger import Ledger
from limen.controls.ledger_entries import Appended
from limen.controls.principals import Principal
from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem, UsageError
from limen.integrity.canonical import CanonicalError, canonical
from limen.loading.load import Loaded
from limen.model.declaration import Declaration

LARGEST = 16 << 20
"""Bytes of a payload at most, unless a guard is told otherwise."""


def utc_now() -> datetime:
    """Return the time of the system's clock."""
    return datetime.now(UTC)


def _problems(clock: object, largest: object) -> list[Problem]:
    """Return what would refuse every crossing: a clock without a time, and no size."""
    problems = []
    try:
        aware = callable(clock) and clock().tzinfo is not None
    except Exception:  # noqa: BLE001 whatever it raises, it gives no time
        aware = False
    if not aware:
        problems.append(Problem(message="the clock gives no aware time", hint="such as lambda: datetime.now(UTC)"))
    if type(largest) is not int or largest < 1:
        problems.append(Problem(message="the largest payload is no number of bytes", hint="give 1 at least"))
    return problems


class Guard:
    """The enforcement point of one component, for any number of threads."""

    def __init__(
        self,
        declaration: Declaration | Loaded,
        component: str,
        *,
        keyring: Keyring,
        ledgers: Mapping[str, Ledger],
        refusals: str = "",
        clock: Callable[[], datetime] = utc_now,
        rules: AccessRules | None = None,
        replays: Replays | None = None,
        readers: Mapping[str, Reader] | None = None,
        identities: Mapping[str, str] | None = None,
        incidents: Reports | None = None,
        largest: int = LARGEST,
    ) -> None:
        """Compile the declaration for one component, with its keys and ledgers.

        `ledgers` are the open ones by their declared names; `refusals` names the one that gets refusals which belong to
        no flow, and may be left out where there is only one. `identities` are what people are authenticated as, by the
        name of the principal (default: the name); `readers` tell the fields of items that are no JSON; `incidents`
        hears of failing cryptography and of a broken ledger; `largest` is in bytes.

        Raises UsageError with everything that is missing or contradicts the declaration.
        """
        if problems := _problems(clock, largest):
            raise UsageError(problems)
        self._prepared: Prepared = prepare(
            declaration,
            component,
            keyring=keyring,
            ledgers=ledgers,
            refusals=refusals,
            readers=readers or {},
            identities=identities or {},
        )
        self._clock, self._rules, self._replays, self._largest = clock, rules, replays, largest
        self._rows: Mapping[tuple[str, str, str | None], BoundRow] = self._prepared.rows
        self._ledgers = dict(ledgers)
        self._refusals = Refusals(self._prepared, self._ledgers, incidents)
        self.component = component
        """The component whose guard this is."""

    def __repr__(self) -> str:
        """Return a text without any secret."""
        return f"Guard({self.component!r}, {len(self._rows)} rows)"

    def attach(self, name: str, ledger: Ledger) -> None:
        """Use another object for a ledger, such as the one that was opened anew after it had failed.

        Raises RefusedError (ledger_unavailable) where the guard records in no ledger of that name, or it is another.
        """
        if name not in self._ledgers or ledger.name != name:
            hint = f"it records in {', '.join(sorted(self._ledgers)) or 'none'}"
            problems = [Problem(message="the guard records in no such ledger", hint=hint)]
        else:
            problems = ledger_problems(self._prepared.declaration, name, ledger)
        if problems:
            raise RefusedError(problems, reason="ledger_unavailable")
        self._ledgers[name] = ledger

    def cross(
        self,
        flow: str,
        principal: Principal | None,
        payload: bytes | dict[str, Any],
        *,
        item: str | None = None,
        record: str,
        direction: Direction = "carries",
        tenant: str = "",
    ) -> Crossed:
        """Let a payload cross, or refuse it.

        `principal` is the caller of the flow, whichever way the item moves: the component that opens it, or a declared
        principal in one of its roles. `payload` is content where this component sends (bytes, or a JSON record), and
        what is on the wire where it receives. `item` may be left out where the flow moves one only; `record` is the
        record's id; `tenant` whose instance it is, as the payload's header says.

        Raises RefusedError, and nothing else, with a reason, everything that is wrong and the id of the refusal's
        entry. `ledger_unavailable` means that it was refused and could not be recorded, too.
        """
        try:
            now = self._clock()
            try:
                bound = self._rows.get((flow, direction, item))
            except TypeError:  # something that no dict takes
                bound = None
            found = None
            if bound is not None and is_record(record) and self._fits(bound, payload):
                found = admitted(bound.row, principal, now, tenant)
            if bound is None or found is None:
                raise self._against(Asked(flow, direction, item, principal, record, tenant), payload, now)
            return self._through(bound, found[0], principal, payload, record, found[1], now)  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 whatever happens inside, nothing is let through
            refusal = self._refusals.of(error, Asked(flow, direction, item, principal, record, tenant))
        raise refusal  # out here, so that it has no context that holds a payload

    def admit(
        self,
        flow: str,
        principal: Principal | None,
        *,
        item: str | None = None,
        record: str,
        direction: Direction = "returns",
        tenant: str = "",
    ) -> Admission:
        """Ask whether a principal may make a crossing, before there is anything to cross, such as for a GET.

        Nothing crosses and nothing is recorded; the crossing itself is asked everything again. A refusal is recorded,
        and raised as `cross` does.
        """
        asked = Asked(flow, direction, item, principal, record, tenant)
        try:
            now = self._clock()
            bound = self._prepared.bound(flow, direction, item)
            found = None if bound is None or not is_record(record) else admitted(bound.row, principal, now, tenant)
            if bound is None or found is None or not isinstance(principal, Principal):
                raise self._against(asked, b"", now)
            if self._rules is not None:
                self._ruled(bound, principal, record, found[1], now)
            return Admission(flow=flow, item=bound.row.item, record=record, tenant=found[1], principal=principal)
        except Exception as error:  # noqa: BLE001 whatever happens inside, nothing is let through
            refusal = self._refusals.of(error, asked)
        raise refusal

    def guarded(
        self, *, flow: str, item: str | None = None, returns: str | None = None
    ) -> Callable[[Callable[..., Any]], Any]:
        """Return a decorator for a function that is called with what crossed, plain or asynchronous.

        The function is called as `f(principal, payload, *rest, record=…, tenant="")`, and gets a `Crossed` in place of
        the first two; what it returns (bytes or a JSON record) crosses back as what the flow `returns`, and the
        protected bytes are the result, or None. Raises UsageError where the flow does not lead here, or which item
        it carries or returns is not clear; calling it raises as `cross` does.
        """
        return guarded(self, flow=flow, item=item, returns=returns)

    def simulate(
        self,
        flow: str,
        principal: Principal | None,
        item: str | None = None,
        *,
        record: str = "simulated",
        direction: Direction = "carries",
        tenant: str = "",
        payload: bytes | None = None,
    ) -> Simulation:
        """Explain what would come of a crossing, step by step, with every reason against it and the declared lines.

        Nothing crosses, no key is used and nothing is recorded. `payload` may be given where this component sends, to
        have its fields compared, too.
        """
        return simulated(
            self._prepared,
            flow,
            principal,
            item=item,
            direction=direction,
            record=record,
            tenant=tenant,
            payload=payload,
            now=self._clock(),
            largest=self._largest,
            has_rules=self._rules is not None,
        )

    def refuse(
        self,
        reason: Reason,
        problems: Problem | tuple[Problem, ...],
        *,
        flow: str = "",
        item: str | None = None,
        direction: Direction = "carries",
        principal: Principal | None = None,
        record: str = "",
        tenant: str = "",
    ) -> RefusedError:
        """Return a refusal by whoever stands before the guard, such as its middleware, once it is recorded."""
        return self._refusals.of(
            RefusedError(problems, reason=reason), Asked(flow, direction, item, principal, record, tenant)
        )

    def answers(self, flow: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
        """Return what a flow to this component carries and returns; None where none leads here."""
        if flow not in self._prepared.answered:
            return None
        keys = [key for key in self._rows if key[0] == flow and key[2] is not None]
        carries, returns = (tuple(str(key[2]) for key in keys if key[1] == way) for way in ("carries", "returns"))
        return carries, returns

    def is_caller(self, flow: str, principal: Principal) -> bool:
        """Return whether a principal is among those who may use a flow to this component, and is who it says."""
        caller = self._prepared.answered.get(flow, {}).get(principal.name)
        return caller is not None and caller.identity == principal.identity

    def _through(
        self,
        bound: BoundRow,
        caller: Caller,
        principal: Principal,
        payload: bytes | dict[str, Any],
        record: str,
        tenant: str,
        now: datetime,
    ) -> Crossed:
        row = bound.row
        content = payload if type(payload) is bytes else self._written(payload)
        sealed, signed = False, b""
        if row.sends:
            if bound.looks:
                _looked_at(bound, content, record, tenant)
            wire, known = bound.protection.applied(content, record, tenant)
            content = wire
        else:
            wire = content
            content, sealed, signed, known = bound.protection.removed(wire, record, tenant)
            if bound.looks and not sealed:
                _looked_at(bound, content, record, tenant)
        if self._rules is not None:
            self._ruled(bound, principal, record, tenant, now)
        entry = self._recorded(bound, caller, record, tenant, hashlib.sha256(known).hexdigest())
        return Crossed(
            flow=row.flow,
            item=row.item,
            direction=row.direction,
            sent=row.sends,
            payload=content,
            sealed=sealed,
            wire=wire,
            signed=signed,
            record=record,
            tenant=tenant,
            label=row.label,
            principal=principal,
            entry=entry,
        )

    def _ruled(self, bound: BoundRow, principal: Principal, record: str, tenant: str, now: datetime) -> None:
        assert self._rules is not None  # noqa: S101 asked by the caller
        if not self._rules.allow(bound.about(principal, record, tenant, now)):
            hint = "undefined, an error and any other answer than true refuse"
            raise RefusedError(
                Problem(message="the live rules do not allow the crossing", hint=hint), reason="rule_refused"
            )

    def _recorded(self, bound: BoundRow, caller: Caller, record: str, tenant: str, digest: str) -> Appended | None:
        row, window = bound.row, self._replays
        if window is None or row.sends:
            if not row.ledger:
                return None
            return self._ledgers[row.ledger].append(bound.entries.crossed(caller, record, tenant, digest))
        key = (tenant, record, digest)
        if not window.take(row.flow, key):
            hint = "it crossed before, to the byte; send what is new as a record of its own"
            raise RefusedError(Problem(message=f"a replay on {row.flow}", hint=hint), reason="replayed")
        if not row.ledger:
            return None
        try:
            return self._ledgers[row.ledger].append(bound.entries.crossed(caller, record, tenant, digest))
        except BaseException:
            window.give_back(row.flow, key)
            raise

    def _written(self, payload: object) -> bytes:
        """Return a record as canonical JSON; raises RefusedError (content_refused, too_large)."""
        try:
            content = canonical(payload)
        except (CanonicalError, RecursionError):
            problem = Problem(message="the payload has no canonical JSON text", hint=PLAIN_JSON)
            raise RefusedError(problem, reason="content_refused") from None
        if len(content) > self._largest:
            raise RefusedError(f"the payload is larger than {self._largest} bytes", reason="too_large")
        return content

    def _fits(self, bound: BoundRow, payload: object) -> bool:
        if type(payload) is bytes:
            return len(payload) <= self._largest
        return bound.row.sends and type(payload) is dict

    def _against(self, asked: Asked, payload: object, now: datetime) -> RefusedError:
        """Return everything against a crossing, with the reason of what was found first."""
        bound = self._prepared.bound(asked.flow, asked.direction, asked.item)
        faults: list[Fault]
        if bound is None:
            faults = list(unknown_faults(self._prepared.table, asked.flow, asked.direction, asked.item))
        else:
            faults = [
                *faults_of(bound.row, asked.principal, now, asked.tenant),
                *given_faults(bound.row, payload, asked.record, self._largest),
            ]
        if not faults:
            return RefusedError("the guard refused and found no reason, which is a bug of limen", reason="internal")
        return RefusedError([fault.problem() for fault in faults], reason=faults[0].reason)


def _looked_at(bound: BoundRow, content: bytes, record: str, tenant: str) -> None:
    row = bound.row
    assert row.fields is not None  # noqa: S101 otherwise there is nothing to compare with
    check_content(content, row.fields, row.identifiers, record, bound.reader, row.tenant_field, tenant)
