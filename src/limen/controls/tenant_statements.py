"""Whether a statement can reach rows of one tenant only: read from its parts, never from its text.

Every mention of a table with the tenant's column must be held to the tenant where it stands: by a condition of its own
SELECT, joined by AND, or by that of the join that brings it in. Text that nobody can read that way is refused. It is
the second lock: row-level security is the first, in the database (NIST SP 800-53 AC-4, AC-6, SC-2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy.sql import operators, quoted_name, visitors
from sqlalchemy.sql.ddl import BaseDDLElement
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ColumnClause,
    ColumnElement,
    Grouping,
    ReleaseSavepointClause,
    RollbackToSavepointClause,
    SavepointClause,
    TextClause,
)
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import (
    AliasedReturnsRows,
    FromClause,
    FromGrouping,
    Join,
    Select,
    TableClause,
    TextualSelect,
)

_PLAIN_LITERAL = re.compile(r"\*|\w{1,64}", re.ASCII)
_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|?:]{1,4}|[A-Za-z]{1,16}(?: [A-Za-z]{1,16}){0,2}", re.ASCII)
_RUNS_TEXT = re.compile(
    r"set_config|(?:query|table|schema|database|cursor)_to_xml|dblink|load_extension|(?:read|write)file|edit$|fts3_token|"
    r"pg_(?:read|ls|stat_file|file|logical|terminate|cancel|reload|advisory_unlock_all)|lo_|ts_stat|ts_rewrite|crosstab|"
    r"connectby|xpath_table|xmltable"
)
"""Functions that run SQL that they are given as text, reach files, or change what a session is."""
_SAVEPOINTS = (SavepointClause, RollbackToSavepointClause, ReleaseSavepointClause)

Value = Callable[[BindParameter[Any]], Any]
"""What a parameter's value is in the execution that is looked at."""


class Body(NamedTuple):
    """One SELECT as it was compiled: with what the ORM put into it, and without tables of a SELECT around it."""

    select: Any
    sources: tuple[Any, ...]
    """What stands in its FROM."""


Bodies = Sequence[Body]


class WatchedCompiler:
    """Keeps every SELECT that a compiler writes; goes before a dialect's own compiler among the bases of a class."""

    def _compose_select_body(
        self, text: str, select: Any, state: Any, inner: Any, sources: Any, *more: Any, **named: Any
    ) -> str:
        known: list[Body] = self.__dict__.setdefault("limen_bodies", [])
        known.append(Body(select, tuple(sources)))
        return super()._compose_select_body(text, select, state, inner, sources, *more, **named)  # type: ignore[misc,no-any-return]


class Unscoped(Exception):  # noqa: N818 never leaves limen.controls
    """A statement that may reach another tenant's rows; says why, in words that repeat nothing of it."""


class Scope:
    """Knows which tables hold tenants' rows, and reads statements."""

    def __init__(self, tables: Collection[str], column: str, shared: Collection[tuple[str, str]] = ()) -> None:
        """Hold tables of these names to the tenant; a table of another schema but of such a name counts as well.

        `shared` are schemas (empty for none) and names of the tables that belong to no tenant; any other is refused.
        """
        self._tables = frozenset(name.lower() for name in tables)
        self._column, self._shared = column, frozenset(shared)

    def check(
        self, statement: Any, bodies: Bodies, value: Value, rows: Sequence[Mapping[str, Any]], tenant: str
    ) -> None:
        """Raise Unscoped where a statement is not held to a tenant.

        `bodies` are its SELECTs as they were compiled, `rows` its parameters by name, one mapping an execution.
        """
        if isinstance(statement, _SAVEPOINTS):
            return
        if isinstance(statement, BaseDDLElement):
            raise Unscoped("it changes what tables there are")
        self._readable(statement)
        if not bodies and next(_all(statement, Select), None) is not None:
            raise Unscoped("this version of SQLAlchemy compiles it otherwise")
        for table in self._named_tables(statement, bodies):
            if not self.holds(table) and (str(table.schema or ""), str(table.name)) not in self._shared:
                raise Unscoped("it names a table that is neither a tenant's nor shared")
        self._writes(statement, value, rows, tenant)
        for body in bodies:
            own = list(_conjuncts(body.select.whereclause))
            for source in body.sources:
                for table, conditions in self._sources(source, own):
                    if not any(self._bound(one, table, value, tenant) for one in conditions):
                        raise Unscoped("a table of tenants is read without the tenant's condition")

    def holds(self, table: Any) -> bool:
        """Return whether something is a table with tenants' rows."""
        return isinstance(table, TableClause) and str(table.name).lower() in self._tables

    def mentions(self, statement: Any, bodies: Bodies) -> bool:
        """Return whether a statement reads or writes a table of tenants."""
        if any(next(self._sources(source, []), None) is not None for body in bodies for source in body.sources):
            return True
        return any(
            self._table_of(source) is not None
            for one in _all(statement, Insert | Update | Delete)
            for source in (one.table, *_extra_froms(one))
        )

    def reads_beside(self, one: Any) -> bool:
        """Return whether an INSERT, UPDATE or DELETE reads a table of tenants beside the one that it writes."""
        return any(self._table_of(source) is not None for source in _extra_froms(one))

    def _named_tables(self, statement: Any, bodies: Bodies) -> Iterator[Any]:
        """Yield every table that a statement names, aliases undone."""
        for one in _all(statement, Insert | Update | Delete):
            for source in (one.table, *_extra_froms(one)):
                yield from _tables_of(source)
        for body in bodies:
            for source in body.sources:
                yield from _tables_of(source)

    def _readable(self, statement: Any) -> None:
        """Refuse what can't be read by its parts."""
        if isinstance(statement, TextClause | TextualSelect):
            raise Unscoped("it is text")
        for one in visitors.iterate(statement):
            if isinstance(one, TextClause | TextualSelect):
                raise Unscoped("a part of it is text")
            if isinstance(one, ColumnClause) and one.is_literal and not _PLAIN_LITERAL.fullmatch(str(one.name)):
                raise Unscoped("a part of it is a literal column")
            if isinstance(one, operators.custom_op) or (
                isinstance(one, BinaryExpression)
                and isinstance(one.operator, operators.custom_op)
                and not _OPERATOR.fullmatch(one.operator.opstring)
            ):
                raise Unscoped("it has an operator of its own")
            _spelt(one)
            for name in ("_prefixes", "_suffixes", "_hints", "_statement_hints"):
                if getattr(one, name, None):
                    raise Unscoped("it has prefixes, suffixes or hints, which are text")

    def _sources(self, source: Any, conditions: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
        """Yield tables of tenants with the conditions that every row of theirs must meet."""
        if isinstance(source, FromGrouping):
            yield from self._sources(source.element, conditions)
        elif isinstance(source, Join):
            on = list(_conjuncts(source.onclause))
            # Rows of the side that an outer join keeps are there even where ON does not hold.
            left = conditions if source.isouter or source.full else [*conditions, *on]
            right = conditions if source.full else [*conditions, *on]
            yield from self._sources(source.left, left)
            yield from self._sources(source.right, right)
        elif self._table_of(source) is not None:
            yield source, conditions

    def _table_of(self, source: Any) -> Any:
        """Return the table of tenants that a FROM is, or is an alias of; None for anything else."""
        while isinstance(source, AliasedReturnsRows):
            source = source.element
        return source if self.holds(source) else None

    def _bound(self, condition: Any, table: Any, value: Value, tenant: str) -> bool:
        """Return whether a condition holds a table's tenant column to the tenant."""
        while isinstance(condition, Grouping):
            condition = condition.element
        if not isinstance(condition, BinaryExpression) or condition.operator is not operators.eq:
            return False
        for column, other in ((condition.left, condition.right), (condition.right, condition.left)):
            if (
                isinstance(column, ColumnClause)
                and column.name == self._column
                and _same(column.table, table)
                and isinstance(other, BindParameter)
                and value(other) == tenant
            ):
                return True
        return False

    def _writes(self, statement: Any, value: Value, rows: Sequence[Mapping[str, Any]], tenant: str) -> None:
        for one in _all(statement, Insert | Update | Delete):
            for source in [one.table, *_extra_froms(one)]:
                if not self.holds(source) and self._table_of(source) is None:
                    continue
                if isinstance(one, Insert) and source is not one.table:
                    raise Unscoped("rows are added from a table of tenants")
                if isinstance(one, Insert):
                    self._inserted(one, value, rows, tenant)
                else:
                    own = list(_conjuncts(one.whereclause))
                    if not any(self._bound(condition, source, value, tenant) for condition in own):
                        raise Unscoped("rows of tenants are written without the tenant's condition")
                    self._unmoved(one, value, rows, tenant)

    def _inserted(self, one: Any, value: Value, rows: Sequence[Mapping[str, Any]], tenant: str) -> None:
        """Refuse rows that are added for another tenant, or for none."""
        if one.select is not None:
            raise Unscoped("rows of tenants are added from a SELECT")
        later = inner(one, "_post_values_clause")
        if later is not None and type(later).__name__ != "OnConflictDoNothing":
            raise Unscoped("rows that are there already are written over")
        if inner(one, "_multi_values"):
            given = [
                row.get(name)
                for rows_of in inner(one, "_multi_values")
                for row in rows_of
                for name in row
                if self._named(name)
            ]
            count = sum(len(rows_of) for rows_of in inner(one, "_multi_values"))
            if len(given) != count or any(_plain(each, value) != tenant for each in given):
                raise Unscoped("a row is added for another tenant")
            return
        written = [each for name, each in (inner(one, "_values") or {}).items() if self._named(name)]
        if any(not isinstance(each, BindParameter) for each in written):
            raise Unscoped("the tenant of a row that is added is computed")
        if not rows or any(row.get(self._column) != tenant for row in rows):
            raise Unscoped("a row is added for another tenant")

    def _unmoved(self, one: Any, value: Value, rows: Sequence[Mapping[str, Any]], tenant: str) -> None:
        """Refuse to hand rows to another tenant."""
        if not isinstance(one, Update):
            return
        pairs = [*(inner(one, "_values") or {}).items(), *(getattr(one, "_ordered_values", None) or ())]
        if any(self._named(name) and _plain(each, value) != tenant for name, each in pairs):
            raise Unscoped("a row is handed to another tenant")
        if any(self._column in row and row[self._column] != tenant for row in rows):
            raise Unscoped("a row is handed to another tenant")

    def _named(self, name: Any) -> bool:
        return (name if isinstance(name, str) else getattr(name, "name", "")) == self._column


def _spelt(part: Any) -> None:
    """Refuse names that are written as they are, and functions that run text or change settings."""
    for name in (getattr(part, "name", None), getattr(part, "schema", None), getattr(part, "_label", None)):
        if isinstance(name, quoted_name) and name.quote is False:
            raise Unscoped("a name in it is written without quotes, whatever it holds")
    if isinstance(part, FunctionElement) and _RUNS_TEXT.match(str(getattr(part, "name", "")).lower()):
        raise Unscoped("it calls a function that runs text, reads files or changes settings")


def _tables_of(source: Any) -> Iterator[Any]:
    """Yield the tables within a FROM: sides of joins, and what aliases stand for; SELECTs have their own FROM."""
    if isinstance(source, Join):
        yield from _tables_of(source.left)
        yield from _tables_of(source.right)
    elif isinstance(source, FromGrouping | AliasedReturnsRows):
        _spelt(source)
        yield from _tables_of(source.element)
    elif isinstance(source, TableClause):
        _spelt(source)
        yield source


def inner(part: Any, name: str) -> Any:
    """Return what SQLAlchemy keeps of a part; raises Unscoped where this version of it keeps no such thing."""
    try:
        return getattr(part, name)
    except AttributeError:
        raise Unscoped("this version of SQLAlchemy keeps its parts otherwise") from None


def _all(statement: Any, kinds: Any) -> Iterator[Any]:
    """Yield every part of a statement that is of some kind, itself included, within CTEs and subqueries too."""
    for one in visitors.iterate(statement):
        if isinstance(one, kinds):
            yield one


def _conjuncts(condition: Any) -> Iterator[Any]:
    """Yield the conditions that are joined by AND."""
    if condition is None:
        return
    while isinstance(condition, Grouping):
        condition = condition.element
    if isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
        for one in condition.clauses:
            yield from _conjuncts(one)
    else:
        yield condition


def _extra_froms(one: Any) -> Iterator[Any]:
    """Yield further tables that an INSERT, UPDATE or DELETE reads rows of: in WHERE, in what it sets and returns."""
    values = inner(one, "_values") if isinstance(one, Insert | Update) else None
    ordered = getattr(one, "_ordered_values", None) or ()
    parts = [
        getattr(one, "whereclause", None),
        *(values or {}).values(),
        *(value for _, value in ordered),
        *inner(one, "_returning"),
    ]
    tables: list[FromClause] = []
    for part in parts:
        if isinstance(part, ColumnElement):
            tables += inner(part, "_from_objects")
    for table in tables:
        if not _same(table, one.table):
            yield table


def _same(one: Any, other: Any) -> bool:
    """Return whether two FROMs are the same one; the ORM annotates copies of a table."""
    return one is other or inner(one, "_deannotate")() is inner(other, "_deannotate")()


def _plain(value: Any, of: Value) -> Any:
    return of(value) if isinstance(value, BindParameter) else value
