"""Ways around the database's lock that were open once: lost writes, stale tenants, tables that are not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text

from limen.controls.refusals import RefusedError
from limen.controls.tenancy import (
    attach_schema,
    attach_setting,
    demand_bound_role,
    schema_transaction,
    table_ddl,
    tenant_scope,
    tenant_transaction,
)
from tests.controls.tenant_world import FIRST, SECOND
from tests.controls.test_tenancy_postgres import filled, sqlalchemy_url
from tests.lab.postgres import Cluster, Database, cluster


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture(scope="module")
def database(server: Cluster) -> Iterator[Database]:
    with filled(server) as made:
        yield made


@pytest.mark.parametrize("block", [tenant_transaction, schema_transaction])
def test_a_block_within_a_running_transaction_is_refused_and_loses_nothing(database: Database, block: Any) -> None:
    """It was a savepoint, and what put the tenant back rolled everything back after the block had ended well."""
    with psycopg.connect(database.url(f"app_{database.name}")) as connection, tenant_scope(FIRST):
        connection.execute("select 1")
        with pytest.raises(RefusedError) as refused, block(connection):
            pytest.fail("the block ran")
        assert refused.value.reason == "wrong_tenant"
        assert connection.execute("select 2").fetchone() == (2,)


def test_what_was_written_in_a_block_stays_also_without_autocommit(database: Database) -> None:
    with psycopg.connect(database.url(f"app_{database.name}")) as connection, tenant_scope(FIRST):
        with tenant_transaction(connection):
            connection.execute("insert into stock (id, tenant_id, ndc, quantity) values (77, %s, 'kept', 1)", [FIRST])
        with tenant_transaction(connection):
            assert connection.execute("select ndc from stock where id = 77").fetchone() == ("kept",)
            connection.execute("delete from stock where id = 77")


@pytest.mark.parametrize("tables", [["no_such_table"], ["stock", "no_such_table"], []])
def test_a_table_that_is_not_there_is_not_held(database: Database, tables: list[str]) -> None:
    with psycopg.connect(database.url(f"app_{database.name}")) as connection, pytest.raises(RefusedError) as refused:
        demand_bound_role(connection, tables)
    assert refused.value.reason == "wrong_tenant"


@pytest.mark.parametrize("rights", ["all", "select, truncate", "trigger", "references", "select insert", ""])
def test_rights_that_row_security_does_not_see_are_not_granted(rights: str) -> None:
    with pytest.raises(ValueError, match="rights"):
        table_ddl("stock", role="app", rights=rights)


@pytest.mark.parametrize("attach", [attach_setting, attach_schema])
def test_a_connection_that_was_begun_for_one_tenant_is_none_of_the_next(database: Database, attach: Any) -> None:
    engine = create_engine(sqlalchemy_url(database, f"app_{database.name}"), pool_size=1, max_overflow=0)
    attach(engine)
    asked = text("select 1")
    with engine.connect() as connection:
        with tenant_scope(FIRST):
            assert connection.scalar(asked) == 1
        for scope in (tenant_scope(SECOND), nullcontext()):
            with scope, pytest.raises(RefusedError) as refused:
                connection.scalar(asked)
            assert refused.value.reason == "wrong_tenant"
        connection.rollback()
        with tenant_scope(SECOND):
            assert connection.scalar(asked) == 1
    engine.dispose()
