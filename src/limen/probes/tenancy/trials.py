"""What roles can really do to another tenant's rows, tried in transactions that are rolled back.

A refusal counts only where there was something to refuse: a row of the other tenant that was seen as that tenant, or
put there within the transaction. PostgreSQL holds a new row against the policies before it holds it against
constraints, so that a row refused by a constraint was admitted by the policies.

What a rolled-back transaction leaves behind: sequences that have moved on, dead rows for vacuum, and whatever a
trigger does outside the database. `try_writes: false` does without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from limen.probes.interface import AttemptError
from limen.probes.tenancy.catalogue import RelationEntry
from limen.probes.tenancy.filling import fill, filled, quoted
from limen.probes.tenancy.session import RefusedError, Session

State = Literal["set", "unset", "empty"]
Outcome = Literal["admitted", "refused", "unknown"]

_BY_CONSTRAINT = frozenset({"23502", "23503", "23505", "23P01"})
_BY_SETTING = frozenset({"42704", "22P02", "22023"})
"""Unrecognised setting, text that is no value of the type, invalid value: the policy failed, so nothing got by."""
_KEPT_BACK = frozenset({"42501", "P0001"})
"""Insufficient privilege, and what a policy's function raises."""
_BUSY = frozenset({"55P03", "57014", "40001", "40P01"})
_NO_PARTITION = "no partition takes a row like the one that was tried"
_BY_POLICY = "ExecWithCheckOptions"
"""The function of PostgreSQL's executor that refuses a row; the message would be in the server's language."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One thing tried as one role; an entry of the raw response trials.json."""

    relation: str
    role: str
    state: State
    operation: Literal["read", "insert", "update", "delete"]
    outcome: Outcome
    why: str = ""
    """Why it is unknown."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is tried."""

    column: str
    setting: str
    ours: str
    """The tenant that a session is set to."""
    theirs: str
    """The tenant whose rows are tried."""
    writes: bool


def try_relation(
    session: Session, asked: Asked, relation: RelationEntry, role: str, state: State, *, known: bool
) -> tuple[list[Trial], bool]:
    """Return what happened to each operation, and whether a committed row of the other tenant is known to exist.

    `known` says that for `unset`, where no such row can be looked for: there the session must never have set a tenant.
    """
    with session.undone():
        try:
            session.rows("select set_config('role', %s, true)", [role])
        except RefusedError as error:
            raise AttemptError(f"whoever logs in may not SET ROLE to {role}: SQLSTATE {error.state}") from None
        one = _One(session, asked, relation, role, state)
        return one.all(known=known), one.committed


class _One:
    """One relation, tried as one role in one state; within a transaction."""

    def __init__(self, session: Session, asked: Asked, relation: RelationEntry, role: str, state: State) -> None:
        self.session, self.asked, self.relation, self.role, self.state = session, asked, relation, role, state
        self.table = f"{quoted(relation.schema)}.{quoted(relation.name)}"
        self.column = quoted(asked.column)
        self.rights = relation.rights.get(role, "")
        self.committed = False

    def all(self, *, known: bool) -> list[Trial]:
        """Try each operation."""
        there = known
        if self.state != "unset":
            self.committed = self.visible(self.asked.theirs)
            there = self.committed or self.added(self.asked.theirs)
            self.tenant(self.asked.ours if self.state == "set" else "")
        found = [self.trial("read", *self.read(there=there))]
        found.append(self.trial("insert", *self.insert()))
        found.append(self.trial("update", *self.update(there=there)))
        found.append(self.trial("delete", *self.delete(there=there)))
        return found

    def trial(self, operation: Literal["read", "insert", "update", "delete"], outcome: Outcome, why: str = "") -> Trial:
        """Return the record of one operation."""
        title = self.relation.title
        return Trial(relation=title, role=self.role, state=self.state, operation=operation, outcome=outcome, why=why)

    def tenant(self, value: str) -> None:
        """Set the session's tenant until the transaction ends."""
        try:
            self.session.rows("select set_config(%s, %s, true)", [self.asked.setting, value])
        except RefusedError as error:
            raise AttemptError(f"the tenant can't be set: SQLSTATE {error.state}; check tenant_setting") from None

    def visible(self, tenant: str) -> bool:
        """Return whether a row of a tenant is seen as that tenant."""
        self.tenant(tenant)
        with self.session.undone():
            try:
                return bool(self.session.rows(f"select 1 from {self.table} where {self.column} = %s limit 1", [tenant]))  # noqa: S608
            except RefusedError as error:
                if error.state == "22P02":
                    raise AttemptError("tenant_values are not of the tenant column's type") from None
                return False

    def added(self, tenant: str) -> bool:
        """Return whether a row of a tenant could be added as that tenant; it stays until the transaction ends."""
        self.tenant(tenant)
        if not self.asked.writes or "a" not in self.rights or self.relation.kind == "m":
            return False
        return fill(self.session, self.relation, self.asked.column, tenant)

    def read(self, *, there: bool) -> tuple[Outcome, str]:
        """Look for rows of any other tenant."""
        if "r" not in self.rights:
            return "refused", ""
        where = f" where {self.column} is distinct from %s" if self.state == "set" else ""
        values = [self.asked.ours] if self.state == "set" else []
        with self.session.undone():
            try:
                found = self.session.rows(f"select 1 from {self.table}{where} limit 1", values)  # noqa: S608
            except RefusedError as error:
                return _unread(error)
        if found:
            return "admitted", ""
        return ("refused", "") if there else ("unknown", "there is no row of the second tenant to look for")

    def insert(self) -> tuple[Outcome, str]:
        """Add a row for the other tenant."""
        if not self.may_write("a"):
            return "refused", ""
        if not self.asked.writes:
            return "unknown", "writes are not tried"
        found = self.added_foreign(f"insert into {self.table} ({self.column}) values (%s)")  # noqa: S608
        if found[1] == _NO_PARTITION:  # without the columns that a row is put into a partition by
            statement = filled(self.session, self.relation, self.asked.column)
            found = self.added_foreign(statement) if statement else found
        return found

    def added_foreign(self, statement: str) -> tuple[Outcome, str]:
        """Run a statement that adds a row for the other tenant."""
        with self.session.undone():
            try:
                self.session.changed(statement, [self.asked.theirs])
            except RefusedError as error:
                return self.written(error)
        return "admitted", ""

    def update(self, *, there: bool) -> tuple[Outcome, str]:
        """Take over a row of the other tenant, and hand an own one to it."""
        if not self.may_write("w"):
            return "refused", ""
        taken = self.asked.ours if self.state == "set" else self.asked.theirs
        found = [self.change("update {0} set {1} = %s where {2}", self.asked.theirs, [taken], there=there)]
        if self.state == "set":
            own = self.visible(self.asked.ours) or self.added(self.asked.ours)
            self.tenant(self.asked.ours)
            statement = "update {0} set {1} = %s where {2}"
            found.append(self.change(statement, self.asked.ours, [self.asked.theirs], there=own))
        return min(found, key=lambda one: ("admitted", "unknown", "refused").index(one[0]))

    def delete(self, *, there: bool) -> tuple[Outcome, str]:
        """Delete a row of the other tenant."""
        if not self.may_write("d"):
            return "refused", ""
        return self.change("delete from {0} where {2}", self.asked.theirs, [], there=there)

    def change(self, statement: str, tenant: str, values: Sequence[str], *, there: bool) -> tuple[Outcome, str]:
        """Run a statement on one row of a tenant."""
        if not self.asked.writes:
            return "unknown", "writes are not tried"
        if "r" not in self.rights:
            return "unknown", "the role may write but not read, so no single row can be tried"
        where, parameters = f"{self.column} = %s", [*values, tenant]
        if self.relation.kind in "rp":  # one row at most, so that no more than that is ever locked
            where += f" and ctid = (select ctid from {self.table} where {self.column} = %s limit 1)"  # noqa: S608
            parameters.append(tenant)
        with self.session.undone():
            try:
                changed = self.session.changed(statement.format(self.table, self.column, where), parameters)
            except RefusedError as error:
                return self.written(error)
        if changed:
            return "admitted", ""
        return ("refused", "") if there else ("unknown", "there is no row to try it on")

    def may_write(self, right: str) -> bool:
        """Return whether the role has a right to write, to something that can be written."""
        return right in self.rights and self.relation.kind != "m"

    def written(self, error: RefusedError) -> tuple[Outcome, str]:
        """Return what an error says of the policies."""
        if error.source == _BY_POLICY or error.state in _BY_SETTING or error.state in ("55000", "0A000"):
            return "refused", ""
        if error.state in _BY_CONSTRAINT or (error.state == "23514" and error.constraint):
            return "admitted", ""
        if error.state == "23514":
            return "unknown", _NO_PARTITION
        return "unknown", _busy(error) if error.state in _BUSY else f"the database answered SQLSTATE {error.state}"


def _unread(error: RefusedError) -> tuple[Outcome, str]:
    """Return what an error says of reading: only the lack of a right, and a policy that fails, keep rows back."""
    if error.state in _KEPT_BACK or error.state in _BY_SETTING:
        return "refused", ""
    return "unknown", _busy(error) if error.state in _BUSY else f"the database answered SQLSTATE {error.state}"


def _busy(error: RefusedError) -> str:
    return f"the table was locked or slow: SQLSTATE {error.state}"
