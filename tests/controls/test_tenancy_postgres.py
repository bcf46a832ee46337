"""Against PostgreSQL itself: no way around SQLAlchemy reaches another tenant's rows either."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, insert, select, text, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from limen.controls.refusals import RefusedError
from limen.controls.tenancy import (
    attach_schema,
    attach_setting,
    demand_bound_role,
    reset_tenant,
    schema_ddl,
    schema_of,
    schema_transaction,
    set_tenant,
    table_ddl,
    tenant_scope,
    tenant_transaction,
)
from limen.controls.tenant_postgres import quoted
from tests.controls.tenant_world import FILL, FIRST, MOVE, ROWS, SECOND, STOCK, Base, Move, Stock
from tests.lab.postgres import Cluster, Database, cluster

UNSCOPED = {"tenant_unscoped": "a test"}


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture
def database(server: Cluster) -> Iterator[Database]:
    with filled(server) as made:
        yield made


@pytest.fixture(scope="module")
def shared(server: Cluster) -> Iterator[Database]:
    """For tests that leave it as it was."""
    with filled(server) as made:
        yield made


@contextmanager
def filled(server: Cluster) -> Iterator[Database]:
    with server.database() as made:
        made.role("app", "login")
        owner = create_engine(sqlalchemy_url(made))
        Base.metadata.create_all(owner)
        owner.dispose()
        made.run(FILL)
        role = f"app_{made.name}"
        for table in ("stock", "movement"):
            made.run("; ".join(table_ddl(f"public.{table}", role=role)))
        made.run(f'grant usage on schema public to "{role}"; grant select on product to "{role}"')
        yield made


def sqlalchemy_url(database: Database, user: str = "postgres") -> str:
    return database.url(user).replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def engine(shared: Database) -> Iterator[Engine]:
    made = held(shared)
    yield made
    made.dispose()


def held(database: Database) -> Engine:
    made = create_engine(sqlalchemy_url(database, f"app_{database.name}"), pool_size=1, max_overflow=0)
    attach_setting(made)
    ROWS.attach(made)
    return made


@pytest.fixture
def connection(shared: Database) -> Iterator[Any]:
    with psycopg.connect(shared.url(f"app_{shared.name}"), autocommit=True) as made:
        yield made


def theirs(database: Database) -> list[Any]:
    """Return all rows of the second tenant, read by the superuser."""
    with psycopg.connect(database.url()) as made:
        return [
            *made.execute("select * from stock where tenant_id = %s order by id", [SECOND]).fetchall(),
            *made.execute("select * from movement where tenant_id = %s order by id", [SECOND]).fetchall(),
        ]


class UndoneError(Exception):
    """Ends a transaction that is not to stay."""


def theirs_within(connection: Any) -> list[Any]:
    """Return the rows of the second tenant as it sees them within a transaction; it was the first's, or nobody's."""
    connection.execute("reset role; reset session authorization")
    connection.execute("select set_config('app.tenant_id', %s, true)", [SECOND])
    return [
        *connection.execute("select * from stock order by id").fetchall(),
        *connection.execute("select * from movement order by id").fetchall(),
    ]


READS = [
    "select ndc from stock",
    "select note from movement",
    f"select ndc from stock where tenant_id = '{SECOND}'",
    "select s.ndc from stock s join movement m on m.stock_id = s.id",
    "select m.note from stock s right join movement m on true",
    "select (select max(ndc) from stock)",
    "with c as (select * from stock) select ndc from c",
    "select ndc from stock union all select note from movement",
    "select ndc from only stock",
    "table stock",
    "select string_agg(note, ',') from movement",
    "explain (analyze, verbose) select * from stock where ndc = 'theirs'",
    "select ndc from stock where tenant_id = current_setting('app.tenant_id') or true",
    "select query_to_xml('select * from stock', true, true, '')::text",
]
WRITES = [
    "update stock set quantity = 0",
    f"update stock set tenant_id = '{SECOND}'",
    f"update stock set quantity = 0 where tenant_id = '{SECOND}'",
    "delete from stock where id = 2",
    "delete from movement",
    f"insert into stock (id, tenant_id, ndc, quantity) values (90, '{SECOND}', 'x', 0)",
    "insert into stock (id, tenant_id, ndc, quantity) values (91, null, 'x', 0)",
    f"insert into stock values (2, '{FIRST}', 'x', 0) on conflict (id) do update set ndc = 'taken'",
    "merge into stock s using (values (2)) v(id) on s.id = v.id when matched then update set quantity = 0",
    "truncate stock",
    "alter table stock disable row level security",
    "drop policy own_rows on stock",
    "create policy wide on stock using (true)",
    "set role postgres",
    "set session authorization postgres",
    "copy stock to stdout",
]


@pytest.mark.parametrize("statement", READS)
@pytest.mark.parametrize("scope", [FIRST, ""])
def test_no_statement_reads_another_tenants_rows(connection: Any, statement: str, scope: str) -> None:
    with connection.transaction():
        if scope:
            with tenant_scope(scope):
                set_tenant(connection)
        shown = repr(connection.execute(statement).fetchall())
    assert "theirs" not in shown.replace("ndc)::text = 'theirs'", "")
    if not scope:
        assert "ours" not in shown


@pytest.mark.parametrize("statement", WRITES)
@pytest.mark.parametrize("scope", [FIRST, ""])
def test_no_statement_changes_another_tenants_rows(
    shared: Database, connection: Any, statement: str, scope: str
) -> None:
    before = theirs(shared)
    try:
        with connection.transaction():
            if scope:
                with tenant_scope(scope):
                    set_tenant(connection)
            if statement.startswith("copy"):
                with connection.cursor().copy(statement) as copied:
                    assert b"theirs" not in b"".join(copied)
            else:
                connection.execute(statement)
            assert theirs_within(connection) == before
            raise UndoneError
    except (psycopg.Error, UndoneError):
        pass
    assert theirs(shared) == before


def test_a_policy_that_somebody_adds_later_widens_nothing(shared: Database, connection: Any) -> None:
    shared.run("create policy support on stock for select using (true)")
    with tenant_scope(FIRST), tenant_transaction(connection):
        assert "theirs" not in repr(connection.execute("select * from stock").fetchall())


def test_own_rows_are_read_and_written(connection: Any) -> None:
    with tenant_scope(FIRST), tenant_transaction(connection):
        assert connection.execute("select ndc from stock order by id").fetchall() == [("ours",), ("ours-too",)]
        connection.execute(f"insert into stock (id, tenant_id, ndc, quantity) values (50, '{FIRST}', 'x', 0)")
        assert connection.execute("update stock set quantity = 1").rowcount == 3
        assert connection.execute("delete from stock where id = 50").rowcount == 1


@pytest.mark.parametrize("autocommit", [True, False])
def test_a_connection_forgets_its_tenant(shared: Database, autocommit: bool) -> None:
    with psycopg.connect(shared.url(f"app_{shared.name}"), autocommit=autocommit) as made:
        with tenant_scope(FIRST), tenant_transaction(made):
            assert made.execute("select count(*) from stock").fetchone() == (2,)
        assert made.execute("select count(*) from stock").fetchone() == (0,)
        made.rollback()
        with pytest.raises(ZeroDivisionError), tenant_scope(FIRST), tenant_transaction(made):
            raise ZeroDivisionError
        assert made.execute("select count(*) from stock").fetchone() == (0,)
        made.rollback()
        with pytest.raises(psycopg.Error), tenant_scope(FIRST), tenant_transaction(made):
            made.execute("select 1 / 0")
        assert made.execute("select count(*) from stock").fetchone() == (0,)
        made.rollback()
        made.execute("select set_config('app.tenant_id', %s, false)", [FIRST])  # by somebody, for good
        made.commit()
        reset_tenant(made)
        assert made.execute("select count(*) from stock").fetchone() == (0,)
        made.rollback()
        with tenant_scope(SECOND), tenant_transaction(made):
            assert made.execute("select ndc from stock").fetchall() == [("theirs",)]


def test_without_a_tenant_or_a_transaction_nothing_is_set(connection: Any) -> None:
    with pytest.raises(RefusedError) as caught, tenant_transaction(connection):
        pytest.fail("nothing runs without a tenant")
    assert caught.value.reason == "tenant_unbound"
    with tenant_scope(FIRST), pytest.raises(RefusedError) as refused:
        set_tenant(connection)
    assert refused.value.reason == "wrong_tenant"


def test_a_connection_that_can_not_be_reset_is_closed(database: Database) -> None:
    made = psycopg.connect(database.url(f"app_{database.name}"), autocommit=True)
    pid = made.info.backend_pid
    database.run(f"select pg_terminate_backend({pid})")
    reset_tenant(made)
    assert made.closed


# --- SQLAlchemy on it --------------------------------------------------------------------------------------------


def test_one_pooled_connection_serves_tenants_in_turn_and_nobody_in_between(engine: Engine) -> None:
    sessions = ROWS.sessions(engine)
    for _ in range(2):
        for tenant, wanted in ((FIRST, ["ours", "ours-too"]), (SECOND, ["theirs"])):
            with tenant_scope(tenant), sessions() as session:
                assert [one.ndc for one in session.scalars(select(Stock).order_by(Stock.id))] == wanted
            with tenant_scope(tenant), engine.connect() as made:
                held = select(STOCK.c.ndc).where(STOCK.c.tenant_id == tenant).order_by(STOCK.c.id)
                assert made.execute(held).scalars().all() == wanted
                with pytest.raises(ZeroDivisionError), made.begin_nested():
                    raise ZeroDivisionError
        with engine.connect() as made:  # the same connection, for nobody
            assert made.execute(text("select count(*) from stock"), execution_options=UNSCOPED).scalar() == 0


@pytest.mark.parametrize(
    "statement", [*READS[:8], "update stock set quantity = 0 returning ndc", "delete from movement returning note"]
)
def test_what_is_let_by_unscoped_still_meets_the_policies(engine: Engine, statement: str) -> None:
    with tenant_scope(FIRST), engine.connect() as made:
        shown = repr(made.execute(text(statement), execution_options=UNSCOPED).all())
    assert "theirs" not in shown


def test_a_raw_connection_is_held_by_the_database(engine: Engine) -> None:
    with tenant_scope(FIRST), engine.connect() as made:
        made.execute(select(1))
        cursor = made.connection.cursor()
        cursor.execute("select ndc from stock order by id")
        assert cursor.fetchall() == [("ours",), ("ours-too",)]
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("select ndc from stock")
        assert cursor.fetchall() == []
    finally:
        raw.close()


def test_a_connection_after_an_exception_is_nobodys(engine: Engine) -> None:
    with pytest.raises(DBAPIError), tenant_scope(FIRST), engine.begin() as made:
        made.execute(text("select 1 / 0"), execution_options=UNSCOPED)
    with engine.connect() as made:
        found = made.execute(text("select current_setting('app.tenant_id', true)"), execution_options=UNSCOPED)
        assert found.scalar() in ("", None)
        assert made.execute(text("select count(*) from stock"), execution_options=UNSCOPED).scalar() == 0


def test_threads_that_share_a_pool_see_their_own(shared: Database) -> None:
    made = create_engine(sqlalchemy_url(shared, f"app_{shared.name}"), pool_size=2, max_overflow=0)
    attach_setting(made)
    ROWS.attach(made)
    sessions = ROWS.sessions(made)
    wrong: list[Any] = []

    def work(tenant: str, foreign: str) -> None:
        for _ in range(15):
            with tenant_scope(tenant), sessions() as session:
                shown = repr([(one.ndc, [move.note for move in one.moves]) for one in session.scalars(select(Stock))])
                if not shown.strip("[]") or f"'{foreign}" in shown:
                    wrong.append(shown)

    threads = [
        threading.Thread(target=work, args=(tenant, foreign))
        for tenant, foreign in ((FIRST, "theirs"), (SECOND, "ours")) * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made.dispose()
    assert wrong == []


def test_writes_of_the_orm_and_of_tables_stay_with_the_tenant(database: Database) -> None:
    before, engine = theirs(database), held(database)
    sessions = ROWS.sessions(engine)
    with tenant_scope(FIRST), sessions() as session:
        session.add(Stock(id=60, ndc="new", moves=[Move(id=60)]))
        session.commit()
        session.execute(update(Stock).values(quantity=8))
        session.execute(insert(STOCK), [{"id": 61, "ndc": "a"}, {"id": 62, "ndc": "b"}])
        session.commit()
        foreign = Stock(id=63, tenant_id=SECOND, ndc="x")
        session.add(foreign)
        with pytest.raises(RefusedError):
            session.commit()
    # And past SQLAlchemy's guard, by the database alone:
    with tenant_scope(FIRST), engine.connect() as made, pytest.raises(DBAPIError, match="row-level security"):
        made.execute(insert(STOCK).values(id=64, tenant_id=SECOND, ndc="x", quantity=0), execution_options=UNSCOPED)
    with tenant_scope(FIRST), engine.connect() as made, pytest.raises(DBAPIError, match="row-level security"):
        made.execute(update(MOVE).values(tenant_id=SECOND), execution_options=UNSCOPED)
    assert theirs(database) == before
    engine.dispose()


# --- who is above it ---------------------------------------------------------------------------------------------

ABOVE: dict[str, Callable[[Database], Any]] = {
    "superuser": lambda database: database.run(f'alter role "app_{database.name}" superuser'),
    "bypass": lambda database: database.run(f'alter role "app_{database.name}" bypassrls'),
    "owner": lambda database: database.run(f'alter table stock owner to "app_{database.name}"'),
    "member of the owner": lambda database: database.run(
        f'alter table stock owner to "{database.role("owner")}"; grant "owner_{database.name}" to "app_{database.name}"'
    ),
    "not forced": lambda database: database.run("alter table stock no force row level security"),
    "off": lambda database: database.run("alter table movement disable row level security"),
}


def test_a_role_that_owns_nothing_is_taken(connection: Any) -> None:
    demand_bound_role(connection, ["stock", "movement"])


@pytest.mark.parametrize("case_", ABOVE)
def test_a_role_above_row_security_is_refused(database: Database, case_: str) -> None:
    ABOVE[case_](database)
    with (
        psycopg.connect(database.url(f"app_{database.name}"), autocommit=True) as made,
        pytest.raises(RefusedError) as caught,
    ):
        demand_bound_role(made, ["stock", "movement"])
    assert caught.value.reason == "wrong_tenant"


@pytest.mark.parametrize("name", ["", "x" * 64, "a\0b"])
def test_names_that_postgresql_can_not_have_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="63 bytes"):
        quoted(name)
    for given in ({"setting": "tenant"}, {"setting": "app.x'; drop"}, {"rights": "all; drop"}):
        with pytest.raises(ValueError, match="setting"):
            table_ddl("stock", role="app", **given)


def test_names_are_quoted(database: Database) -> None:
    odd = 'odd "table; drop table stock'
    database.run(f'create table {quoted(odd)} (tenant_id text not null, "or\'1" int)')
    database.run("; ".join(table_ddl(odd, role=f"app_{database.name}")))


# --- schemas -----------------------------------------------------------------------------------------------------


@pytest.fixture
def schemas(database: Database) -> Database:
    role = f"app_{database.name}"
    for tenant, what in ((FIRST, "ours"), (SECOND, "theirs")):
        database.run("; ".join(schema_ddl(tenant, role=role)))
        database.run(
            f'create table "{schema_of(tenant)}".shelf (ndc text); '
            f"insert into \"{schema_of(tenant)}\".shelf values ('{what}')"
        )
    return database


def test_a_schema_follows_from_the_id_and_is_not_cut_off() -> None:
    names = {schema_of(tenant) for tenant in (FIRST, SECOND, FIRST[:-1] + ("0" if FIRST[-1] != "0" else "1"))}
    assert len(names) == 3
    assert all(len(name) == 54 for name in names)
    with pytest.raises(RefusedError):
        schema_of("public")


def test_a_transaction_sees_its_tenants_schema_only(schemas: Database) -> None:
    with psycopg.connect(schemas.url(f"app_{schemas.name}"), autocommit=True) as made:
        for tenant, what in ((FIRST, "ours"), (SECOND, "theirs")):
            with tenant_scope(tenant), schema_transaction(made):
                assert made.execute("select ndc from shelf").fetchall() == [(what,)]
                made.execute("create temporary table shelf (ndc text) on commit drop")
                assert made.execute("select ndc from shelf").fetchall() == [(what,)]
        with pytest.raises(psycopg.errors.UndefinedTable):
            made.execute("select ndc from shelf")
        with pytest.raises(RefusedError), schema_transaction(made):
            pytest.fail("nothing runs without a tenant")


def test_an_engine_sees_its_tenants_schema_only(schemas: Database) -> None:
    made = create_engine(sqlalchemy_url(schemas, f"app_{schemas.name}"), pool_size=1, max_overflow=0)
    attach_schema(made)
    for tenant, what in ((FIRST, "ours"), (SECOND, "theirs"), (FIRST, "ours")):
        with tenant_scope(tenant), made.connect() as connection:
            assert connection.execute(text("select ndc from shelf")).all() == [(what,)]
    with made.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text("select ndc from shelf"))
    made.dispose()


def test_settings_are_postgresqls() -> None:
    for attach in (attach_setting, attach_schema):
        with pytest.raises(ValueError, match="PostgreSQL"):
            attach(create_engine("sqlite://"))
