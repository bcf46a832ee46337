"""Segments: a ledger that is cut is the same ledger, wherever cutting was interrupted and whoever appends meanwhile."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from limen.adapters.ledgers.disk import Disk
from limen.controls.ledger import BrokenLedgerError, Entry, Head, LedgerError
from limen.controls.segments import SegmentedLedger, open_segmented
from limen.model.probing import ChainKey
from tests.needs import unmeasured
from tests.probes.ledger.test_runs import probed, seen

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
KEY = ("audit", bytes(range(32)))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def opened(folder: Path, clock: Any = None, **given: Any) -> SegmentedLedger:
    return open_segmented(folder, name="log", key=KEY, clock=clock or Clock(), **given)


def entry(number: int) -> Entry:
    return Entry(tenant="t", actor="a", action="b", record=f"r-{number}", details={"n": number})


def grow(ledger: SegmentedLedger, count: int) -> None:
    for number in range(count):
        ledger.append(entry(number))


def numbers(ledger: SegmentedLedger, start: int = 1) -> list[int]:
    return [line.seq for line in ledger.read(start)]


def test_a_cut_ledger_is_read_and_appended_to_as_one(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        assert ledger.cut() is None
        grow(ledger, 5)
        head = ledger.head()
        first = ledger.cut()
        assert first is not None
        assert (first.first, first.last, first.head, first.start) == (1, 5, head.hash, 0)
        assert ledger.head() == head
        assert ledger.cut() is None
        grow(ledger, 4)
        middle = ledger.head()
        grow(ledger, 3)
        second = ledger.cut(middle)
        assert second is not None
        assert (second.first, second.last, second.head) == (6, 9, middle.hash)
        grow(ledger, 1)
        assert numbers(ledger) == list(range(1, 14))
        assert numbers(ledger, 8) == list(range(8, 14))
        assert numbers(ledger, 13) == [13]
        text = b"".join(path.read_bytes() for path in sorted(tmp_path.glob("log*.jsonl")))
        assert ledger.mark().end == len(text)
        assert text == b"".join(line.raw for line in ledger.read())
    with opened(tmp_path) as again:
        assert numbers(again) == list(range(1, 14))
        assert again.head().length == 13
        assert again.append(entry(14), after=again.head()).seq == 14


def test_the_probe_reads_the_parts_as_one_ledger(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        for _ in range(3):
            grow(ledger, 5)
            ledger.cut()
        grow(ledger, 2)
    (tmp_path / "audit.key").touch(0o600)
    (tmp_path / "audit.key").write_text(KEY[1].hex())
    key = ChainKey(id="audit", secret="file:audit.key")
    found = seen(probed(tmp_path, "log*.jsonl", chain_keys=(key,)))
    assert (found["records"], found["chain"]["faults"], found["sequence"]["faults"]) == (17, 0, 0)


class Crash(BaseException):
    """The process is gone."""


class Failing(Disk):
    """A disk that is taken away at one of its steps."""

    def __init__(self, step: int) -> None:
        self.left = step

    def count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Crash

    def append(self, handle: int, data: bytes) -> int:
        self.count()
        return super().append(handle, data[:700])

    def sync(self, handle: int) -> None:
        self.count()
        super().sync(handle)

    def sync_folder(self, folder: Path) -> None:
        self.count()
        super().sync_folder(folder)


@pytest.mark.parametrize("step", range(16))
@pytest.mark.parametrize("whole", [True, False])
def test_a_crash_at_any_write_of_a_cut_loses_nothing(tmp_path: Path, step: int, whole: bool) -> None:
    with opened(tmp_path) as ledger:
        grow(ledger, 3)
        ledger.cut()
        grow(ledger, 5)
        at = ledger.head()
        grow(ledger, 0 if whole else 2)
        before = list(ledger.read())
    failing = opened(tmp_path, disk=Failing(10**6))
    failing.files.disk.left = step  # type: ignore[attr-defined]
    with suppress(Crash):
        failing.cut(at)
    with opened(tmp_path) as again:
        assert list(again.read()) == before
        again.append(entry(99))
        again.cut()
        assert [line.seq for line in again.read()] == [*(line.seq for line in before), before[-1].seq + 1]
    failing.close()


def test_a_crash_while_a_crash_is_mended_loses_nothing(tmp_path: Path) -> None:
    for step in range(12):
        for second in range(4):
            folder = tmp_path / f"{step}-{second}"
            folder.mkdir()
            with opened(folder) as ledger:
                grow(ledger, 3)
                with suppress(Crash):
                    ledger.files.disk = Failing(step)
                    ledger.cut()
            with suppress(Crash):
                opened(folder, disk=Failing(second)).close()
            with opened(folder) as again:
                assert numbers(again) == [1, 2, 3]


def test_other_writers_go_on_behind_a_cut(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path, clock) as one, opened(tmp_path, clock) as other:
        grow(one, 3)
        grow(other, 3)
        one.cut()
        assert other.append(entry(7)).seq == 7
        at = one.head()
        grow(other, 2)
        one.cut(at)
        assert one.append(entry(10)).seq == 10
        assert other.head() == one.head()
        other.cut()
        other.cut()
        one.cut()
        assert numbers(one) == numbers(other) == list(range(1, 11))


def test_a_file_that_was_replaced_is_no_cut(tmp_path: Path) -> None:
    clock = Clock()
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    with opened(tmp_path, clock) as ledger, opened(other_folder, clock) as other:
        grow(ledger, 3)
        other.append(Entry(tenant="t", actor="a", action="another", record="r"))
        grow(other, 3)
        other.cut()
        for path in other_folder.iterdir():
            path.replace(tmp_path / path.name)
        with pytest.raises(BrokenLedgerError):
            ledger.append(entry(4))


def test_an_older_copy_of_the_file_that_is_appended_to_removes_no_segment(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        grow(ledger, 4)
        backup = (tmp_path / "log.jsonl").read_bytes()
        grow(ledger, 1)
        segment = ledger.cut()
        assert segment is not None
        body = ledger.files.body(segment).read_bytes()
    (tmp_path / "log.jsonl").write_bytes(backup)
    with pytest.raises(BrokenLedgerError):
        opened(tmp_path)
    assert (tmp_path / f"{segment.stem}.jsonl").read_bytes() == body
    assert (tmp_path / f"{segment.stem}.segment").exists()


def test_a_tail_that_is_gone_behind_the_cut_of_another_is_seen_again_and_again(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path, clock) as ledger:
        grow(ledger, 3)
        at = ledger.head()
        grow(ledger, 3)
        with opened(tmp_path, clock) as other:
            other.cut(at)
        path = tmp_path / "log.jsonl"
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
        for _ in range(3):
            with pytest.raises(LedgerError):
                ledger.append(entry(7))
            with pytest.raises(LedgerError):
                ledger.head()
        assert len(path.read_bytes().splitlines()) == 2


def test_threads_append_and_read_while_the_ledger_is_cut(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        over = threading.Event()
        failed: list[BaseException] = []

        def work(do: Any) -> None:
            try:
                while not over.is_set():
                    do()
            except BaseException as error:  # noqa: BLE001
                failed.append(error)

        def reading() -> None:
            found = numbers(ledger)
            assert found == list(range(1, len(found) + 1))

        threads = [threading.Thread(target=work, args=(do,)) for do in (lambda: ledger.append(entry(1)), reading)]
        for thread in threads:
            thread.start()
        for _ in range(25):
            ledger.cut()
        over.set()
        for thread in threads:
            thread.join()
        assert failed == []
        assert numbers(ledger) == list(range(1, ledger.head().length + 1))


_WRITER = """
import sys
from pathlib import Path
from limen.controls.ledger import Entry
from limen.controls.segments import open_segmented
with open_segmented(Path(sys.argv[1]), name="log", key=("audit", bytes(range(32)))) as ledger:
    for number in range(10_000):
        done = ledger.append(Entry(tenant="t", actor=sys.argv[2], action="b", record=f"r-{number}"))
        print(done.seq, done.hash, flush=True)
"""


def test_processes_that_are_killed_while_the_ledger_is_cut_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    told: list[bytes] = []
    with open_segmented(tmp_path, name="log", key=KEY) as ledger:
        for number in range(3):
            child = subprocess.Popen(
                [sys.executable, "-c", _WRITER, str(tmp_path), f"writer-{number}"],
                env=unmeasured(),
                stdout=subprocess.PIPE,
            )
            assert child.stdout is not None
            for _ in range(4):
                told += [child.stdout.readline() for _ in range(20)]
                ledger.cut()
            child.kill()
            told += [one for one in child.stdout.read().splitlines(keepends=True) if one.endswith(b"\n")]
            child.wait(10)
            child.stdout.close()
        found = {line.seq: line.hash for line in ledger.read()}
    assert len(ledger.segments()) >= 3  # one a writer at least: what was there before the first cut is all in one
    assert list(found) == list(range(1, len(found) + 1))
    for one in told:
        seq, digest = one.split()
        assert found[int(seq)] == digest.decode()


def test_others_may_open_and_read_the_ledger_at_any_moment_of_a_cut(tmp_path: Path) -> None:
    with open_segmented(tmp_path, name="log", key=KEY) as ledger:
        grow(ledger, 3)
        over = threading.Event()
        failed: list[BaseException] = []

        def others() -> None:
            try:
                while not over.is_set():
                    with open_segmented(tmp_path, name="log", key=KEY) as other:
                        found = numbers(other)
                        assert found == list(range(1, len(found) + 1))
                        other.append(entry(1))
                        found = numbers(other)
                        assert found == list(range(1, len(found) + 1))
            except BaseException as error:  # noqa: BLE001
                failed.append(error)

        threads = [threading.Thread(target=others) for _ in range(2)]
        for thread in threads:
            thread.start()
        for _ in range(40):
            grow(ledger, 2)
            ledger.cut()
        over.set()
        for thread in threads:
            thread.join()
        assert failed == []
        assert numbers(ledger) == list(range(1, ledger.head().length + 1))


def tampered(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in (".jsonl", ".segment"))


def test_any_change_of_a_segment_is_seen(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        grow(ledger, 2)
        ledger.cut()
        grow(ledger, 2)
        ledger.cut()
        grow(ledger, 1)
    for path in tampered(tmp_path):
        whole = path.read_bytes()
        path.chmod(0o600)
        for at in range(0, len(whole), 1 if path.suffix == ".segment" else 7):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(LedgerError):
                everything(tmp_path)
        for less in (whole[:-1], b"", whole[: len(whole) // 2]):
            path.write_bytes(less)
            if path.name != "log.jsonl" or less:
                with pytest.raises(LedgerError):
                    everything(tmp_path)
        path.unlink()
        with pytest.raises(LedgerError):
            everything(tmp_path)
        path.write_bytes(whole)
    assert everything(tmp_path) == [1, 2, 3, 4, 5]


def everything(folder: Path) -> list[int]:
    with opened(folder) as ledger:
        found = numbers(ledger)
        if "ledger-repaired" in [line.action for line in ledger.read()]:
            raise LedgerError("half a record was put right, and that is on record")
        return found


def test_a_head_that_the_ledger_does_not_have_cuts_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        grow(ledger, 4)
        for wrong in (
            Head(hash="f" * 64, length=2),
            Head(hash=ledger.head().hash, length=3),
            Head(hash="f" * 64, length=9),
        ):
            with pytest.raises(BrokenLedgerError):
                ledger.cut(wrong)
        assert ledger.segments() == ()
        assert numbers(ledger) == [1, 2, 3, 4]


class Cutting(RuleBasedStateMachine):
    """Appending, cutting, crashing and reopening in any order: nothing that was acknowledged is lost."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.place = tempfile.TemporaryDirectory()
        self.folder, self.clock = Path(self.place.name), Clock()
        self.ledger = opened(self.folder, self.clock)
        self.hashes: list[str] = []

    @rule(count=st.integers(1, 4))
    def append(self, count: int) -> None:
        self.hashes += [one.hash for one in self.ledger.append_all([entry(number) for number in range(count)])]

    @precondition(lambda self: self.hashes)
    @rule(share=st.floats(0, 1), step=st.integers(0, 30))
    def cut(self, share: float, step: int) -> None:
        base = self.ledger.files.base()[0].length
        at = base + round(share * (len(self.hashes) - base))
        self.ledger.files.disk = Failing(step)
        try:
            if at > base:
                self.ledger.cut(Head(hash=self.hashes[at - 1], length=at))
        except Crash:
            self.reopen()
        self.ledger.files.disk = Disk()

    @rule()
    def reopen(self) -> None:
        self.ledger.close()
        self.ledger = opened(self.folder, self.clock)

    @rule(minutes=st.integers(0, 5))
    def wait(self, minutes: int) -> None:
        self.clock.now += timedelta(minutes=minutes)

    @invariant()
    def nothing_is_lost(self) -> None:
        assert [line.hash for line in self.ledger.read()] == self.hashes

    def teardown(self) -> None:
        self.ledger.close()
        self.place.cleanup()


TestCutting = Cutting.TestCase
TestCutting.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
