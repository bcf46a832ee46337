"""Statements that reached another tenant's rows once, through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    bindparam,
    column,
    create_engine,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
    update,
)
from sqlalchemy.engine import Engine
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql import quoted_name

from limen.controls.refusals import RefusedError
from limen.controls.tenancy import tenant_scope
from tests.controls.tenant_world import FILL, FIRST, PRODUCT, ROWS, SECOND, STOCK, Base

HELD = "select group_concat(ndc) from stock"


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(made)
    with made.begin() as connection:
        for one in FILL.strip().split("\n"):
            connection.exec_driver_sql(one)
        connection.exec_driver_sql("create view stock_view as select * from stock")
        connection.exec_driver_sql("create table old_stock as select * from stock")
    ROWS.attach(made)
    yield made
    made.dispose()


def refused(engine: Engine, statement: Any, many: Any = None) -> None:
    with tenant_scope(FIRST), engine.begin() as connection:
        with pytest.raises(RefusedError) as error:
            connection.execute(statement, many)
        assert error.value.reason in ("wrong_tenant", "tenant_unbound")


@pytest.mark.parametrize(
    "statement",
    [
        update(PRODUCT).values({PRODUCT.c.name: STOCK.c.ndc}),
        update(PRODUCT).values({PRODUCT.c.name: func.coalesce(STOCK.c.ndc, "")}),
        update(PRODUCT).ordered_values((PRODUCT.c.name, STOCK.c.ndc)),
        update(PRODUCT).where(PRODUCT.c.ndc != "x").ordered_values((PRODUCT.c.name, STOCK.c.ndc)),
        update(PRODUCT).values(name="x").returning(STOCK.c.ndc),
        delete(PRODUCT).where(PRODUCT.c.ndc == STOCK.c.ndc),
        delete(PRODUCT).returning(STOCK.c.ndc),
    ],
    ids=str,
)
def test_a_shared_table_is_not_written_from_rows_of_all_tenants(engine: Engine, statement: Any) -> None:
    """The tables of an UPDATE without a WHERE, and of ordered values, were not looked at."""
    refused(engine, statement)


def test_every_execution_of_a_statement_is_held_to_the_tenant(engine: Engine) -> None:
    """Of many sets of parameters the first alone was looked at."""
    theirs = select(func.group_concat(STOCK.c.ndc)).where(STOCK.c.tenant_id == bindparam("t")).scalar_subquery()
    statement = insert(PRODUCT).values(ndc=bindparam("n"), name=theirs)
    refused(engine, statement, [{"t": FIRST, "n": "1"}, {"t": SECOND, "n": "2"}])
    with tenant_scope(FIRST), engine.begin() as connection:
        connection.execute(statement, [{"t": FIRST, "n": "1"}, {"t": FIRST, "n": "2"}])
        assert connection.scalar(select(PRODUCT.c.name).where(PRODUCT.c.ndc == "2")) == "ours,ours-too"


@pytest.mark.parametrize("name", ["stock_view", "old_stock", "sqlite_master"])
def test_a_table_that_nobody_declared_is_not_read(engine: Engine, name: str) -> None:
    """A view or an old copy of a tenants' table holds everybody's rows; only held and shared tables pass."""
    refused(engine, select(literal_column("1")).select_from(table(name)))
    refused(engine, select(func.count()).select_from(table(name).alias("product")))
    refused(engine, delete(table(name)))
    refused(engine, insert(table(name, column("ndc"))).values(ndc="x"))


@pytest.mark.parametrize(
    "statement",
    [
        select(literal_column("ndc")).select_from(table(quoted_name("main.stock", False))),
        select(literal_column("ndc")).select_from(table(quoted_name("product, stock", False))),
        select(column(quoted_name(f"({HELD})", False))),
        select(literal("x").label(quoted_name(f"a, ({HELD}) as b", False))),
        select(PRODUCT.alias(quoted_name("a, stock", False)).c.ndc),
        select(select(literal(1).label("one")).cte(quoted_name(f"c(one) as ({HELD}), d", False)).c.one),
        select(func.lower("x").label("a"), func.__getattr__(quoted_name(f"({HELD}) || lower", False))("x")),
    ],
    ids=range(7),
)
def test_a_name_that_is_written_as_it_is_is_text(engine: Engine, statement: Any) -> None:
    refused(engine, statement)


@pytest.mark.parametrize(
    "name", ["set_config", "query_to_xml", "table_to_xml", "dblink", "load_extension", "pg_read_file"]
)
def test_functions_that_run_text_or_change_settings_are_refused(engine: Engine, name: str) -> None:
    refused(engine, select(getattr(func, name)("app.tenant_id", SECOND, True)))
