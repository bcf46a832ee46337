"""Rows of one tenant only, through SQLAlchemy: the condition is put into what is asked, and what lacks it is refused.

    rows = TenantRows.of(Base.metadata, shared=["product"])
    rows.attach(engine)
    sessions = rows.sessions(engine)
    with tenant_scope(tenant), sessions() as session: ...

The ORM gets the condition for every mapped class, wherever it stands; new rows are stamped, UPDATE and DELETE get the
condition; a SELECT of tables must have it. Every statement is looked at once more just before the cursor runs it. Text
is refused, unless an execution option says why not: `execution_options(tenant_unscoped="the nightly report")`.

A raw DBAPI connection is no way through here: that one the database itself must hold (see `tenant_postgres`).
NIST SP 800-53 AC-4, SC-2; 45 CFR 164.312(a)(1).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import MetaData, Table, bindparam, event, inspect
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Mapper, ORMExecuteState, Session, sessionmaker
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.util import _deep_annotate

from limen.controls.refusals import RefusedError
from limen.controls.tenant_scope import current_tenant
from limen.controls.tenant_statements import Scope, Unscoped, WatchedCompiler, inner
from limen.errors import Problem

UNSCOPED = "tenant_unscoped"
"""The execution option that lets one statement by, with the reason why."""
_BIND = "limen_tenant"
_LOG = logging.getLogger(__name__)
_HINT = f"ask for mapped classes, or add the tenant's condition; execution_options({UNSCOPED}='why') lets it by"


class TenantSession(Session):
    """A session that works for one tenant from its beginning: what it keeps in memory is that tenant's alone."""

    def __init__(self, *given: Any, **named: Any) -> None:
        """Begin for the tenant of the scope; raises RefusedError (tenant_unbound) where there is none."""
        super().__init__(*given, **named)
        self.tenant = current_tenant()
        """The id of its tenant."""

    def get(self, *given: Any, **named: Any) -> Any:
        """Return an object by its primary key as `Session.get` does; raises RefusedError in another tenant's scope."""
        check_session(self)
        return super().get(*given, **named)

    def get_one(self, *given: Any, **named: Any) -> Any:
        """Return an object by its primary key as `Session.get_one` does; raises RefusedError as `get` does."""
        check_session(self)
        return super().get_one(*given, **named)

    def merge(self, *given: Any, **named: Any) -> Any:
        """Merge an object as `Session.merge` does; raises RefusedError as `get` does."""
        check_session(self)
        return super().merge(*given, **named)


def check_session(session: Session) -> str:
    """Return the tenant that a session works for; raises RefusedError where that is not the scope's."""
    tenant = current_tenant()
    if getattr(session, "tenant", None) != tenant:
        hint = "open a session of TenantRows.sessions within each tenant_scope"
        problem = Problem(message="the session was not opened for the tenant that is worked for", hint=hint)
        raise RefusedError(problem, reason="wrong_tenant")
    return tenant


def _asked_anew() -> BindParameter[str]:
    """Return a parameter that asks for the tenant at each execution: SQLAlchemy keeps statements with it."""
    return bindparam(_BIND, callable_=current_tenant, unique=True)


class _Criteria(LoaderCriteriaOption):
    """Adds the condition to an alias as the alias's own: SQLAlchemy's takes the class's where one is joined."""

    # What SQLAlchemy knows a statement again by.
    _traverse_internals = LoaderCriteriaOption._traverse_internals  # noqa: SLF001
    key: str

    def _resolve_where_criteria(self, ext_info: Any) -> Any:
        condition = getattr(ext_info.entity, self.key) == _asked_anew()
        return _deep_annotate(
            condition, {"for_loader_criteria": self}, detect_subquery_cols=True, ind_cols_on_fromclause=True
        )


class TenantRows:
    """Holds the tables of a database to the tenant that is worked for."""

    def __init__(self, tables: Iterable[Table], *, shared: Iterable[Table] = (), column: str = "tenant_id") -> None:
        """Hold these tables, each of which has the tenant's column; raises ValueError where one lacks it.

        `shared` are tables of nobody's; statements on any other table, view or copy are refused.
        """
        self.column = column
        self.tables = tuple(tables)
        """The tables of tenants' rows."""
        lacking = sorted(table.name for table in self.tables if column not in table.c)
        if lacking or not self.tables:
            raise ValueError(f"tables without {column}: {', '.join(lacking) or 'there is none at all'}")
        nobodys = [(str(table.schema or ""), str(table.name)) for table in shared]
        self._scope = Scope([str(table.name) for table in self.tables], column, nobodys)

    @classmethod
    def of(cls, metadata: MetaData, *, shared: Collection[str] = (), column: str = "tenant_id") -> TenantRows:
        """Hold every table of a metadata but the shared ones, which are named.

        Raises ValueError where a table has no tenant's column and is not named, or is named and has one.
        """
        wrong = [table.name for table in metadata.tables.values() if (table.name in shared) == (column in table.c)]
        if wrong:
            raise ValueError(f"either {column} or a place in `shared`: {', '.join(sorted(wrong))}")
        tables = list(metadata.tables.values())
        return cls(
            [table for table in tables if table.name not in shared],
            shared=[table for table in tables if table.name in shared],
            column=column,
        )

    def attach(self, engine: Engine) -> None:
        """Hold every statement of an engine from now on."""
        kind = engine.dialect.statement_compiler
        engine.dialect.statement_compiler = type(f"Watched{kind.__name__}", (WatchedCompiler, kind), {})
        engine.clear_compiled_cache()
        event.listen(engine, "before_execute", self._before_execute, retval=True)
        event.listen(engine, "before_cursor_execute", self._before_cursor)

    def sessions(self, engine: Engine, **given: Any) -> sessionmaker[TenantSession]:
        """Return a maker of sessions for the tenant of the scope in which each is opened."""
        made = sessionmaker(engine, class_=TenantSession, **given)
        event.listen(made, "do_orm_execute", self._orm)
        event.listen(made, "before_flush", self._flush)
        return made

    def _orm(self, state: ORMExecuteState) -> None:
        """Add the tenant's condition to whatever the ORM asks for."""
        tenant = check_session(state.session)
        if not (state.is_select or state.is_update or state.is_delete):
            return
        mappers = self._mappers(state.session)
        statement = state.statement
        if state.is_column_load:  # a refresh of one object: the ORM adds no criteria of options there
            entity = state.bind_mapper
            if entity is not None and entity in mappers:
                statement = statement.where(self._condition(entity.local_table.c[self.column], tenant))  # type: ignore[attr-defined]
        options = [self._criteria(mapper) for mapper in mappers]
        state.statement = statement.options(*options)

    def _condition(self, column: Any, tenant: str) -> Any:
        return column == bindparam(_BIND, tenant, unique=True)

    def _criteria(self, mapper: Mapper[Any]) -> LoaderCriteriaOption:
        """Return the option that adds the condition wherever a class stands, aliases included."""
        attribute = self._attribute(mapper)
        made = _Criteria(mapper.class_, attribute == _asked_anew(), include_aliases=True)
        made.key = attribute.key
        return made

    def _attribute(self, mapper: Mapper[Any]) -> Any:
        table = next(table for table in self.tables if table in mapper.tables)
        return getattr(mapper.class_, mapper.get_property_by_column(table.c[self.column]).key)

    def _mappers(self, session: Session) -> list[Mapper[Any]]:
        """Return the mappers of tables that are held, of every registry that maps one."""
        from sqlalchemy.orm import configure_mappers
        from sqlalchemy.orm.mapper import _all_registries

        configure_mappers()
        held = set(self.tables)
        found = [mapper for registry in _all_registries() for mapper in registry.mappers]
        return [mapper for mapper in found if not held.isdisjoint(mapper.tables)]

    def _flush(self, session: Session, context: Any, instances: Any) -> None:
        """Stamp new objects, and refuse to write those of another tenant."""
        tenant = check_session(session)
        problems = 0
        for one in {*session.new, *session.dirty, *session.deleted}:
            mapper = inspect(one).mapper
            if set(self.tables).isdisjoint(mapper.tables):
                continue
            key = self._attribute(mapper).key
            history = inspect(one).attrs[key].history
            if one in session.new and getattr(one, key, None) is None:
                setattr(one, key, tenant)
            elif getattr(one, key) != tenant or any(before != tenant for before in history.deleted or ()):
                problems += 1
        if problems:
            message = f"{problems} objects of another tenant would be written, or handed to one"
            raise RefusedError(Problem(message=message, hint="a row stays its tenant's"), reason="wrong_tenant")

    def _before_execute(
        self, connection: Connection, statement: Any, many: Any, parameters: Any, options: Mapping[str, Any]
    ) -> tuple[Any, Any, Any]:
        """Put the condition into UPDATE and DELETE, and the tenant into rows that are added."""
        if not isinstance(statement, Insert | Update | Delete):
            return statement, many, parameters
        if self._is_unscoped({**statement.get_execution_options(), **options}):
            return statement, many, parameters
        if not self._scope.holds(statement.table):
            if self._scope.reads_beside(statement):
                message = "a table that is no tenant's is written from rows of tenants"
                raise RefusedError(Problem(message=message, hint=_HINT), reason="wrong_tenant")
            return statement, many, parameters
        tenant, column = current_tenant(), statement.table.c[self.column]
        if isinstance(statement, Update | Delete):
            return statement.where(self._condition(column, tenant)), many, parameters
        given = [*(many or ()), *([parameters] if parameters else [])]
        named = {getattr(name, "key", name) for name in (inner(statement, "_values") or {})}
        said = self.column in named or any(self.column in row for row in given if isinstance(row, Mapping))
        if not said and not inner(statement, "_multi_values") and statement.select is None:
            statement = statement.values({self.column: tenant})
        return statement, many, parameters

    def _before_cursor(
        self, connection: Connection, cursor: Any, text: str, parameters: Any, context: Any, executemany: bool
    ) -> None:
        """Refuse a statement that is not held to the tenant."""
        if self._is_unscoped(context.execution_options if context is not None else {}):
            return
        compiled = getattr(context, "compiled", None)
        try:
            if compiled is None:
                raise Unscoped("it is text")
            rows = list(getattr(context, "compiled_parameters", None) or [])
            expanded = getattr(getattr(compiled, "compile_state", None), "statement", None)
            statement = compiled.statement if expanded is None else expanded
            self._check(statement, compiled, rows)
        except Unscoped as wrong:
            raise RefusedError(
                Problem(message=f"a statement may reach another tenant's rows: {wrong}", hint=_HINT),
                reason="wrong_tenant",
            ) from None

    def _check(self, statement: Any, compiled: Any, rows: list[Mapping[str, Any]]) -> None:
        names: Mapping[Any, str] = getattr(compiled, "bind_names", {})

        def value(bind: BindParameter[Any]) -> Any:
            """Return a parameter's value where it is the same in every execution; None where it is not."""
            name = names.get(bind, "")
            first = rows[0].get(name) if rows else None
            return first if all(row.get(name) == first for row in rows) else None

        bodies = tuple(getattr(compiled, "limen_bodies", ()))
        # Whoever reads no table of tenants needs no tenant.
        tenant = current_tenant() if self._scope.mentions(statement, bodies) else ""
        self._scope.check(statement, bodies, value, rows, tenant)

    def _is_unscoped(self, options: Mapping[str, Any]) -> bool:
        why = options.get(UNSCOPED)
        if why is None:
            return False
        if not isinstance(why, str) or not why.strip():
            problem = Problem(message=f"{UNSCOPED} says no reason", hint="say why the statement is let by")
            raise RefusedError(problem, reason="purpose_missing")
        _LOG.warning("a statement was not held to a tenant: %s", why)
        return True
