"""Appending to an SQLite file: what it refuses, what a failure leaves, and how it is written."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from limen.adapters.ledgers.appending_sqlite import SqliteWriter, schema
from limen.adapters.ledgers.appending_stores import in_sqlite
from limen.controls.ledger import BrokenLedgerError, Entry, Ledger, LedgerError, ledger_in, open_ledger
from limen.controls.ledger_chain import Chain
from limen.controls.ledger_clock import SKEW, Stamps, system_clock
from limen.integrity.limen_v1 import Splicer


def entry(number: int = 1) -> Entry:
    """An entry."""
    return Entry(tenant="a", actor="svc", action="dispense", record=f"rx-{number}")


def opened(path: Path, **options: Any) -> Ledger:
    """Open a ledger of SHA-256."""
    return open_ledger(f"sqlite://{path}", name="log", **options)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of two records."""
    with opened(tmp_path / "log.db") as ledger:
        ledger.append_all([entry(1), entry(2)])
    return tmp_path / "log.db"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET line = x'00' WHERE seq = 1",
        "UPDATE ledger SET seq = 9 WHERE seq = 2",
        "DELETE FROM ledger",
        "DELETE FROM ledger WHERE seq = 2",
        "INSERT INTO ledger VALUES (2, x'00')",
        "INSERT OR REPLACE INTO ledger VALUES (2, x'00')",
        "REPLACE INTO ledger VALUES (1, x'00')",
        "INSERT INTO ledger VALUES (4, x'00')",
        "INSERT INTO ledger VALUES (NULL, x'00')",
        "INSERT INTO ledger VALUES (0, x'00')",
        "INSERT INTO ledger VALUES (3, NULL)",
        "INSERT INTO ledger VALUES (3, x'00') ON CONFLICT DO UPDATE SET line = x'00'; UPDATE ledger SET line = x''",
    ],
)
def test_the_table_is_only_appended_to(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        before = connection.execute("SELECT * FROM ledger").fetchall()
        with pytest.raises(sqlite3.IntegrityError):
            connection.executescript(statement)
        connection.rollback()
        assert connection.execute("SELECT * FROM ledger WHERE seq < 3").fetchall() == before


def test_how_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with opened(path) as ledger:
        ledger.append(entry())
        connection = ledger._writer._connection  # type: ignore[attr-defined]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA fullfsync").fetchone() == (1,)
        for file in tmp_path.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert len(list(tmp_path.iterdir())) == 3


def test_two_ledgers_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with opened(path, table="first") as first, opened(path, table="second") as second:
        first.append_all([entry(1), entry(2)])
        second.append(entry(3))
        assert [one.record for one in first.read()] == ["rx-1", "rx-2"]
        assert [one.record for one in second.read()] == ["rx-3"]


@pytest.mark.parametrize("name", sorted(schema("ledger"))[1:])
def test_without_what_keeps_it_from_being_changed(path: Path, name: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"DROP TRIGGER {name}")
    with pytest.raises(LedgerError, match="lacks what keeps it from being changed"):
        opened(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON ledger BEGIN SELECT 1; END")
    with pytest.raises(LedgerError, match="lacks what keeps it from being changed"):
        opened(path)


def test_what_is_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE ledger (seq INTEGER PRIMARY KEY, line TEXT)")
    path.chmod(0o600)
    with pytest.raises(LedgerError, match="is not one of a ledger"):
        opened(path)
    path.write_bytes(b"no database" * 100)
    with pytest.raises(LedgerError, match="no SQLite database"):
        opened(path)
    path.chmod(0o622)
    with pytest.raises(LedgerError, match="others than its owner"):
        opened(path)
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(LedgerError, match="symbolic link"):
        opened(path)
    with pytest.raises(LedgerError, match="no such file"):
        opened(tmp_path / "missing" / "log.db")
    for name in ("le dger", "", 'x"; DROP TABLE y; --', "main.ledger"):
        with pytest.raises(LedgerError, match="letters, digits and underscores"):
            opened(tmp_path / "new.db", table=name)


def test_replaced_underneath(path: Path, tmp_path: Path) -> None:
    with opened(tmp_path / "other.db") as other:
        other.append_all([entry(1), entry(2)])
    ledger = opened(path)
    (tmp_path / "other.db").rename(path)
    with pytest.raises(BrokenLedgerError, match="replaced"):
        ledger.append(entry(3))
    ledger.close()


SWALLOWS = "CREATE TRIGGER swallows BEFORE INSERT ON ledger WHEN NEW.seq > 2 BEGIN SELECT RAISE(IGNORE); END"


def test_a_trigger_that_swallows_what_is_appended(path: Path) -> None:
    with opened(path) as ledger:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(SWALLOWS)
        with pytest.raises(BrokenLedgerError, match="does not keep"):
            ledger.append(entry(3))
    with pytest.raises(LedgerError, match="triggers of its own"):
        opened(path)


@pytest.mark.parametrize("ending", ["-wal", "-shm"])
@pytest.mark.parametrize("replaced", [False, True])
def test_its_log_removed_underneath(path: Path, ending: str, replaced: bool) -> None:
    ledger = opened(path)
    ledger.append(entry(3))
    log = path.with_name(path.name + ending)
    log.rename(path.with_name("elsewhere"))
    if replaced:
        log.touch(0o600)
    with pytest.raises(BrokenLedgerError, match=f"log.db{ending}"):
        ledger.append(entry(4))
    ledger.close()


class Failing(sqlite3.Connection):
    """A connection that fails when a group is committed, before or after it was."""

    done = False
    armed = False

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        """Execute, or fail."""
        if statement == "COMMIT" and Failing.armed:
            if Failing.done:
                super().execute(statement)
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(statement, *parameters)


@pytest.mark.parametrize("done", [True, False])
def test_a_failed_commit_kills_the_object(path: Path, done: bool) -> None:
    Failing.done, Failing.armed = done, False

    def connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        return sqlite3.connect(*arguments, factory=Failing, **options)

    store = in_sqlite(path, SqliteWriter(path, "ledger", 5, connect=connect))
    ledger = ledger_in(store, Chain("log", {}), Splicer(), Stamps(system_clock, SKEW))
    Failing.armed = True
    with pytest.raises(LedgerError):
        ledger.append(entry(3))
    Failing.armed = False
    with pytest.raises(LedgerError, match="open the ledger anew"):
        ledger.append(entry(4))
    ledger.close()
    with opened(path) as again:
        assert [one.record for one in again.read()] == ["rx-1", "rx-2", "rx-3"][: 3 if done else 2]
        assert again.append(entry(5)).seq == (4 if done else 3)


def test_a_full_file(path: Path) -> None:
    with opened(path) as ledger:
        connection = ledger._writer._connection  # type: ignore[attr-defined]
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(LedgerError, match="SQLITE_FULL"):
            ledger.append_all([entry(number) for number in range(100)])
        with pytest.raises(LedgerError, match="open the ledger anew"):
            ledger.head()
    with opened(path) as ledger:
        assert ledger.head().length == 2
