"""A ledger that is read along with: every record once, and nothing appended behind anybody's back."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from limen.controls.followed import Followed
from limen.controls.ledger import Appended, Entry, Ledger, LedgerError, Line, open_ledger
from limen.errors import UnassessedError

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def opened(path: Path) -> Ledger:
    return open_ledger(path, name="log", clock=lambda: NOW)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Ledger, Ledger]]:
    with opened(tmp_path / "log.jsonl") as here, opened(tmp_path / "log.jsonl") as there:
        yield here, there


def entry(record: str) -> Entry:
    return Entry(tenant="t", actor="a", action="x", record=record)


def test_every_record_once_whoever_wrote_it(two: tuple[Ledger, Ledger]) -> None:
    here, there = two
    here.append(entry("1"))
    seen: list[Line] = []
    followed = Followed(here, seen.append)
    there.append_all([entry("2"), entry("3")])
    assert followed.catch_up().length == 3
    here.append(entry("4"))
    followed.catch_up()
    followed.catch_up()
    assert [line.record for line in seen] == ["1", "2", "3", "4"]


def test_it_is_decided_anew_where_somebody_wrote_meanwhile(two: tuple[Ledger, Ledger]) -> None:
    here, there = two
    seen: list[Line] = []
    followed = Followed(here, seen.append)
    asked: list[int] = []

    def decide() -> Entry:
        if not asked:
            there.append(entry("theirs"))
        asked.append(len(seen))
        return entry("mine")

    appended = followed.append(decide)
    assert isinstance(appended, Appended)
    assert appended.seq == 2
    assert asked == [0, 1]


def test_what_is_no_entry_is_given_back(two: tuple[Ledger, Ledger]) -> None:
    followed = Followed(two[0], lambda line: None)
    assert followed.append(lambda: "nothing to do") == "nothing to do"
    assert two[0].head().length == 0


def test_writers_without_end(two: tuple[Ledger, Ledger]) -> None:
    here, there = two
    followed = Followed(here, lambda line: None)

    def decide() -> Entry:
        there.append(entry("theirs"))
        return entry("mine")

    with pytest.raises(UnassessedError, match="without end"):
        followed.append(decide)
    assert "mine" not in {line.record for line in there.read()}


def test_counters_of_several_threads_and_ledgers_lose_nothing(two: tuple[Ledger, Ledger]) -> None:
    def count(followed: Followed, known: list[Line]) -> None:
        for _ in range(20):
            followed.append(lambda: entry(str(len(known))))

    knowns: list[list[Line]] = [[], []]
    both = [Followed(ledger, known.append) for ledger, known in zip(two, knowns, strict=True)]
    threads = [threading.Thread(target=count, args=pair) for pair in zip(both, knowns, strict=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [line.record for line in two[0].read()] == [str(number) for number in range(80)]


def test_a_forked_child_is_refused_and_does_not_wait_for_ever(tmp_path: Path) -> None:
    """The fork happens while another thread holds the lock: in the child nobody would ever give it back."""
    with opened(tmp_path / "log.jsonl") as ledger:
        followed, held, done = Followed(ledger, lambda line: None), threading.Event(), threading.Event()

        def decide() -> str:
            held.set()
            done.wait(30)
            return ""

        thread = threading.Thread(target=followed.append, args=(decide,))
        thread.start()
        held.wait(30)
        child = os.fork()
        if not child:  # pragma: no cover - another process
            with contextlib.suppress(BaseException):
                signal.alarm(20)
                try:
                    followed.append(lambda: entry("child"))
                except LedgerError:
                    os._exit(0)
            os._exit(1)
        done.set()
        thread.join()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert ledger.head().length == 0


def test_a_ledger_that_is_closed_or_shorter(tmp_path: Path) -> None:
    ledger = opened(tmp_path / "log.jsonl")
    ledger.append(entry("1"))
    followed = Followed(ledger, lambda line: None)
    with opened(tmp_path / "other.jsonl") as shorter:
        followed.ledger = shorter
        with pytest.raises(UnassessedError, match="shorter than it was"):
            followed.catch_up()
    followed.ledger = ledger
    ledger.close()
    with pytest.raises(LedgerError):
        followed.append(lambda: entry("2"))
