"""Appending to a table in PostgreSQL: rights, triggers, settings of the server, and connections that are lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from limen.controls.ledger import Entry, Ledger, LedgerError, open_ledger
from limen.controls.ledger_tables import create
from tests.controls.ledger_places import DURABLE, PostgresqlPlace
from tests.lab.postgres import ADMINISTRATOR, Cluster, Database, cluster


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    """A server whose commits are durable."""
    with cluster(DURABLE) as running:
        yield running


@pytest.fixture
def database(server: Cluster) -> Iterator[Database]:
    """An empty database."""
    with server.database() as made:
        yield made


@pytest.fixture
def place(database: Database) -> PostgresqlPlace:
    """A ledger of two records."""
    made = PostgresqlPlace(database)
    with opened(made) as ledger:
        ledger.append_all([entry(1), entry(2)])
    return made


def entry(number: int = 1) -> Entry:
    """An entry."""
    return Entry(tenant="a", actor="svc", action="dispense", record=f"rx-{number}")


def opened(place: PostgresqlPlace, **options: Any) -> Ledger:
    """Open a ledger of SHA-256."""
    return open_ledger(place.endpoint, name="log", credential=place.credential, **options)


CHANGES = [
    "UPDATE ledger SET line = '' WHERE seq = 1",
    "DELETE FROM ledger WHERE seq = 2",
    "DELETE FROM ledger WHERE seq = 20",
    "TRUNCATE ledger",
    "INSERT INTO ledger VALUES (2, '')",
    "INSERT INTO ledger VALUES (4, '')",
    "INSERT INTO ledger VALUES (3, ''), (5, '')",
    "INSERT INTO ledger VALUES (NULL, '')",
    "INSERT INTO ledger VALUES (3, NULL)",
    "INSERT INTO ledger VALUES (1, '') ON CONFLICT (seq) DO UPDATE SET line = ''",
    "COPY ledger FROM PROGRAM 'printf \"1\\t\\n\"'",
]


@pytest.mark.parametrize("before", ["", "SET session_replication_role = replica; "])
def test_not_even_its_owner_changes_it_by_accident(place: PostgresqlPlace, before: str) -> None:
    lines = place.lines()
    for change in CHANGES:
        with pytest.raises(psycopg.Error) as told:
            place.database.run(before + change)
        assert told.value.sqlstate in ("55000", "23502"), change
    assert place.lines() == lines


def test_who_appends_has_no_right_to_more(place: PostgresqlPlace) -> None:
    for change in CHANGES[:4]:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.database.run(change, place.writer)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        place.database.run("ALTER TABLE ledger DISABLE TRIGGER ALL", place.writer)


LESS = """DROP TRIGGER limen_ledger_kept ON ledger;
CREATE TRIGGER limen_ledger_kept BEFORE UPDATE ON ledger EXECUTE FUNCTION ledger_kept();
ALTER TABLE ledger ENABLE ALWAYS TRIGGER limen_ledger_kept"""


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("ALTER TABLE ledger DISABLE TRIGGER limen_ledger_kept", "lacks the triggers"),
        ("ALTER TABLE ledger ENABLE TRIGGER limen_ledger_next", "lacks the triggers"),
        ("DROP TRIGGER limen_ledger_next ON ledger", "lacks the triggers"),
        (LESS, "lacks the triggers"),
        ("ALTER TABLE ledger SET UNLOGGED", "lost with a crash"),
        ("ALTER TABLE ledger ENABLE ROW LEVEL SECURITY", "may hide records"),
        ("ALTER TABLE ledger ADD note text", "is not one of a ledger"),
        ("ALTER TABLE ledger DROP CONSTRAINT ledger_pkey", "is not one of a ledger"),
        ("ALTER TABLE ledger RENAME TO other", "no table ledger; its owner makes it"),
        ("DROP TABLE ledger; CREATE VIEW ledger AS SELECT 1::bigint AS seq, ''::bytea AS line", "not one of a ledger"),
    ],
)
def test_a_table_that_does_not_keep_what_was_appended(place: PostgresqlPlace, change: str, told: str) -> None:
    place.database.run(change)
    with pytest.raises(LedgerError, match=told):
        opened(place)


SWALLOWING = {
    "a rule": "CREATE RULE swallows AS ON INSERT TO ledger DO INSTEAD NOTHING",
    "a trigger": """CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER swallows BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION swallow()""",
    "a changing trigger": """CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN NEW.line = ''x''; RETURN NEW; END';
CREATE TRIGGER swallows BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION change()""",
}


@pytest.mark.parametrize("how", SWALLOWING)
def test_what_swallows_or_changes_what_is_appended(place: PostgresqlPlace, how: str) -> None:
    with opened(place) as ledger:
        place.database.run(SWALLOWING[how])
        with pytest.raises(LedgerError):
            ledger.append(entry(3))
        with pytest.raises(LedgerError):
            ledger.head()
    with pytest.raises(LedgerError, match="has rules" if how == "a rule" else "or has others"):
        opened(place)
    assert len(place.lines()) == 2


def test_commits_that_are_not_durable_for_the_role(place: PostgresqlPlace) -> None:
    place.database.run(f'ALTER ROLE "{place.writer}" SET synchronous_commit = off')
    with pytest.raises(LedgerError, match="synchronous_commit is off"):
        opened(place)
    place.database.run(f'ALTER ROLE "{place.writer}" SET synchronous_commit = local')
    with opened(place) as ledger:
        assert ledger.append(entry(3)).seq == 3


@pytest.mark.parametrize(("setting", "told"), [("fsync", "fsync is off"), ("synchronous_commit", "is off for this")])
def test_a_server_that_is_not_durable(setting: str, told: str) -> None:
    with cluster({**DURABLE, setting: "off"}) as server, server.database() as database:
        place = PostgresqlPlace(database)
        with pytest.raises(LedgerError, match=told):
            opened(place)


def test_a_role_that_may_only_read(place: PostgresqlPlace) -> None:
    place.database.run(f'REVOKE INSERT ON ledger FROM "{place.writer}"')
    with opened(place) as ledger:
        assert len(list(ledger.read())) == 2
        with pytest.raises(LedgerError, match="may not append"):
            ledger.append(entry(3))
    assert len(place.lines()) == 2


@pytest.mark.parametrize("answered", [True, False])
def test_a_connection_that_is_lost(place: PostgresqlPlace, answered: bool) -> None:
    ledger = opened(place)
    if answered:
        ledger.append(entry(3))
    place.database.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{place.writer}'")
    for _ in range(2):
        with pytest.raises(LedgerError):
            ledger.append(entry(4))
    with pytest.raises(LedgerError, match="open the ledger anew"):
        ledger.head()
    ledger.close()
    with opened(place) as again:
        assert again.append(entry(5)).seq == (4 if answered else 3)


def test_the_lock_goes_with_the_transaction(place: PostgresqlPlace) -> None:
    with opened(place) as one, opened(place, wait=0.3) as other:
        one._writer.begin(1)
        with pytest.raises(LedgerError, match="another writer held it"):
            other.append(entry(3))
        # Whoever inserts past limen waits as well.
        with pytest.raises(psycopg.errors.LockNotAvailable):
            place.database.run("SET lock_timeout = '200ms'; INSERT INTO ledger VALUES (3, '')")
        one._writer.end()
        assert other.append(entry(3)).seq == 3


def test_a_table_in_a_schema_of_its_own(database: Database) -> None:
    database.run('CREATE SCHEMA "Audit trail"')
    place = PostgresqlPlace(database)

    def owner() -> str:
        return f"{ADMINISTRATOR}:{database.cluster.password}"

    create(place.endpoint, credential=owner, table="Audit trail.log", writer=place.writer)
    database.run(f'GRANT USAGE ON SCHEMA "Audit trail" TO "{place.writer}"')
    with opened(place, table="Audit trail.log") as ledger, opened(place) as plain:
        ledger.append_all([entry(1), entry(2)])
        plain.append(entry(3))
        assert [one.record for one in ledger.read()] == ["rx-1", "rx-2"]
    with pytest.raises(LedgerError, match="can't be made: PostgreSQL says SQLSTATE 42P07"):
        create(place.endpoint, credential=owner)
    with pytest.raises(LedgerError, match="can't be made"):
        create(place.endpoint, credential=place.credential, table="another")


def test_errors_hold_no_password(place: PostgresqlPlace) -> None:
    for endpoint, credential in (
        (place.endpoint, f"{place.writer}:hunter2"),
        (place.endpoint.replace("postgresql://", "postgresql://me:hunter2@"), None),
        ("postgresql://127.0.0.1:1/none", "me:hunter2"),
        (place.endpoint, "postgresql://me:hunter2@[/"),
    ):
        with pytest.raises(LedgerError) as told:
            open_ledger(endpoint, name="log", credential=lambda given=credential: given)
        assert "hunter2" not in str(told.value) + repr(told.value.__cause__)
        assert told.value.__suppress_context__
