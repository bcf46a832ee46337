"""Whatever is put together of tables, aliases, joins, subqueries and conditions shows own rows only, or is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from sqlalchemy import and_, create_engine, delete, false, func, literal, or_, select, true, union_all, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import aliased
from sqlalchemy.pool import StaticPool

from limen.controls.refusals import RefusedError
from limen.controls.tenant_rows import TenantRows
from limen.controls.tenant_scope import tenant_scope
from tests.controls.tenant_world import FILL, FIRST, MOVE, SECOND, STOCK, Base, Move, Stock

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def database(*, held: bool) -> Engine:
    made = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(made)
    with made.begin() as connection:
        for statement in FILL.split(";\n"):
            connection.exec_driver_sql(statement)
    if held:
        TenantRows([STOCK, MOVE]).attach(made)
    return made


HELD, OPEN = database(held=True), database(held=False)
SESSIONS = TenantRows([STOCK, MOVE]).sessions(HELD)


def text_of(source: Any) -> Any:
    """Return the column of a source that tells whose a row is."""
    columns = source.c
    return columns.ndc if "ndc" in columns else columns.note


@st.composite
def conditions(draw: Any, sources: list[Any]) -> Any:
    """Draw a condition on some sources, held or not."""
    kind = draw(st.sampled_from(["held", "held", "theirs", "true", "or", "and", "id", "pair"]))
    source = draw(st.sampled_from(sources))
    if "tenant_id" not in source.c or kind == "true":
        return true()
    if kind == "id":
        return source.c.tenant_id != literal("nobody")
    if kind == "pair":
        return source.c.tenant_id == draw(st.sampled_from(sources)).c.get("tenant_id", literal(SECOND))
    if kind in ("or", "and"):
        two = [draw(conditions(sources)), draw(conditions(sources))]
        return or_(*two) if kind == "or" else and_(*two)
    return source.c.tenant_id == (FIRST if kind == "held" else SECOND)


def hold(draw: Any, statement: Any, sources: list[Any]) -> Any:
    """Hold most of the sources to the tenant, so that not everything is refused."""
    for source in sources:
        if "tenant_id" in source.c and draw(st.integers(0, 4)):
            statement = statement.where(source.c.tenant_id == FIRST)
    return statement


@st.composite
def selects(draw: Any, depth: int = 2) -> Any:
    """Draw a SELECT of one text column and the tenant's, named so that it can stand in another."""
    first = draw(sources_(depth))
    sources = [first]
    froms = first
    for _ in range(draw(st.integers(0, 2))):
        other = draw(sources_(depth))
        on = draw(conditions([*sources, other]))
        kind = draw(st.sampled_from(["inner", "left", "full"]))
        froms = froms.join(other, on, isouter=kind == "left", full=kind == "full")
        sources.append(other)
    shown = draw(st.sampled_from(sources))
    tenant = shown.c.get("tenant_id", literal(FIRST)).label("tenant_id")
    statement = select(text_of(shown).label("ndc"), tenant).select_from(froms)
    if draw(st.booleans()):
        statement = statement.where(draw(conditions(sources)))
    if draw(st.booleans()):
        statement = statement.where(
            text_of(shown).in_(select(draw(selects(depth - 1)).subquery().c.ndc)) if depth else true()
        )
    return hold(draw, statement, sources)


def sources_(depth: int) -> Any:
    plain = st.sampled_from([STOCK, MOVE]).map(lambda table: table.alias()) | st.sampled_from([STOCK, MOVE])
    if not depth:
        return plain
    return plain | selects(depth - 1).map(lambda one: one.subquery()) | selects(depth - 1).map(lambda one: one.cte())


def shown(engine: Engine, statement: Any) -> str:
    with engine.connect() as connection:
        return repr(connection.execute(statement).all())


@given(statement=selects() | st.tuples(selects(1), selects(1)).map(lambda two: union_all(*two)))
@settings(max_examples=80, deadline=None)
def test_any_select_of_tables_shows_own_rows_or_is_refused(statement: Any) -> None:
    with tenant_scope(FIRST):
        try:
            found = shown(HELD, statement)
        except RefusedError:
            event("refused, and it would have leaked" if _leaks(statement) else "refused")
            return
        except (DBAPIError, SQLAlchemyError):
            event("no statement")
            return
    event("answered")
    assert "theirs" not in found


def _leaks(statement: Any) -> bool:
    try:
        return "theirs" in shown(OPEN, statement)
    except (DBAPIError, SQLAlchemyError):
        return False


ENTITIES = st.sampled_from([Stock, Move]) | st.sampled_from([Stock, Move]).map(aliased)


def words(entity: Any) -> Any:
    return entity.ndc if hasattr(entity, "ndc") else entity.note


@st.composite
def mapped(draw: Any, depth: int = 2) -> Any:
    """Draw a SELECT of mapped classes."""
    first, other = draw(ENTITIES), draw(ENTITIES)
    column = draw(st.sampled_from(["one", "both", "function", "expression"]))
    shown_ = {
        "one": words(first),
        "both": words(first),
        "function": func.coalesce(words(other), words(first)),
        "expression": words(first) + words(other),
    }[column]
    statement = select(shown_.label("ndc"))
    if draw(st.booleans()) and other is not first:
        statement = statement.select_from(first).join(
            other, draw(st.sampled_from([true(), words(first) != words(other)])), isouter=draw(st.booleans())
        )
    if draw(st.booleans()):
        statement = statement.where(or_(words(first) == "theirs", true()))
    if draw(st.booleans()):
        statement = statement.where(words(other) != "nothing")
    if depth and draw(st.booleans()):
        statement = statement.where(words(first).in_(draw(mapped(depth - 1))))
    if depth and draw(st.booleans()):
        statement = statement.where(draw(mapped(depth - 1)).exists())
    if depth and draw(st.booleans()):
        statement = select(statement.subquery().c.ndc)
    return statement


@given(statement=mapped())
@settings(max_examples=80, deadline=None)
def test_any_select_of_classes_shows_own_rows_or_is_refused(statement: Any) -> None:
    with tenant_scope(FIRST), SESSIONS() as session:
        try:
            found = repr(session.execute(statement).all())
        except RefusedError:
            event("refused")
            return
        except (DBAPIError, SQLAlchemyError):
            event("no statement")
            return
    event("answered")
    assert "theirs" not in found


@given(statement=selects(1), table=st.sampled_from([STOCK, MOVE]), write=st.sampled_from(["update", "delete", "text"]))
@settings(max_examples=80, deadline=None)
def test_any_write_leaves_the_rows_of_others(statement: Any, table: Any, write: str) -> None:
    name = "ndc" if table is STOCK else "note"
    inner = statement.subquery()
    made: Any = {
        "update": update(table).values({name: "changed"}).where(table.c[name].in_(select(inner.c.ndc))),
        "delete": delete(table).where(or_(table.c[name].in_(select(inner.c.ndc)), true())),
        "text": update(table).values({name: select(func.max(inner.c.ndc)).scalar_subquery()}).where(~false()),
    }[write]
    before = _theirs(HELD)
    with tenant_scope(FIRST), HELD.connect() as connection:
        try:
            connection.execute(made)
        except (RefusedError, DBAPIError, SQLAlchemyError):
            event("refused")
        else:
            event("done")
        cursor = connection.connection.cursor()
        assert _read(cursor) == before
        cursor.execute("select ndc from stock where tenant_id = ?", [FIRST])
        assert "theirs" not in repr(cursor.fetchall())
        connection.rollback()


def _theirs(engine: Engine) -> Any:
    raw = engine.raw_connection()
    try:
        return _read(raw.cursor())
    finally:
        raw.close()


def _read(cursor: Any) -> Any:
    found = []
    for name in ("stock", "movement"):
        cursor.execute(f"select * from {name} where tenant_id = ? order by id", [SECOND])
        found.append(cursor.fetchall())
    return found
