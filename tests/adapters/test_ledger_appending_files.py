"""Appending to a file: what is synced before it returns, what a failure or a crash leaves, which files are taken."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.adapters.ledgers.appending_files import FileWriter
from limen.adapters.ledgers.appending_stores import in_file
from limen.adapters.ledgers.disk import Disk
from limen.controls.ledger import REPAIRED, BrokenLedgerError, Entry, Head, Ledger, LedgerError, ledger_in
from limen.controls.ledger_chain import Chain
from limen.controls.ledger_clock import SKEW, Stamps, system_clock
from limen.integrity.limen_v1 import Splicer
from tests.controls.ledger_places import FilePlace
from tests.needs import REPOSITORY, unmeasured


def entry(number: int) -> Entry:
    """An entry."""
    return Entry(tenant="a", actor="svc", action="dispense", record=f"rx-{number}")


def opened(path: Path, disk: Disk) -> Ledger:
    """Open a ledger of SHA-256 on a disk."""
    return ledger_in(in_file(path, FileWriter(path, disk)), Chain("log", {}), Splicer(), Stamps(system_clock, SKEW))


class Recording(Disk):
    """Says what it was asked."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.asked: list[str] = []

    def append(self, handle: int, data: bytes) -> int:
        """Append, by seven bytes at most."""
        self.asked.append("append")
        return super().append(handle, data[:7])

    def overwrite(self, handle: int, data: bytes, at: int) -> int:
        """Write, by seven bytes at most."""
        self.asked.append("overwrite")
        return super().overwrite(handle, data[:7], at)

    def cut(self, handle: int, size: int) -> None:
        """Cut."""
        self.asked.append("cut")
        super().cut(handle, size)

    def sync(self, handle: int) -> None:
        """Sync."""
        self.asked.append("sync")
        super().sync(handle)

    def sync_folder(self, folder: Path) -> None:
        """Sync the folder."""
        self.asked.append(f"folder {folder.name}")
        super().sync_folder(folder)


def test_what_is_acknowledged_was_synced(tmp_path: Path) -> None:
    disk = Recording()
    with opened(tmp_path / "log", disk) as ledger:
        assert disk.asked == [f"folder {tmp_path.name}", "sync"]
        for group in ([entry(1)], [entry(2), entry(3)]):
            disk.asked.clear()
            ledger.append_all(group)
            size = sum(len(line.raw) for line in list(ledger.read())[-len(group) :])
            assert disk.asked == ["append"] * -(-size // 7) + ["sync"]
    with (tmp_path / "log").open("ab") as file:
        file.write(b"half")
    with opened(tmp_path / "log", disk) as ledger:
        cut = disk.asked.index("cut")
        assert disk.asked[cut - 1 : cut + 2] == ["overwrite", "cut", "sync"]
        assert disk.asked[-1] == "sync"
        # What another writer appended, and may have died before it was synced, is synced before it is shown.
        with opened(tmp_path / "log", Disk()) as other:
            other.append(entry(4))
        disk.asked.clear()
        ledger.head()
        assert disk.asked == ["sync"]
        ledger.head()
        assert disk.asked == ["sync"]


def test_a_new_file_is_of_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        FilePlace(tmp_path).open().close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "ledger.jsonl").stat().st_mode) == 0o600


class Failing(Disk):
    """A disk that is full, or broken, from one of its steps on."""

    def __init__(self, step: int, kept: int, number: int) -> None:
        """Fail at a step, with a part of the data written, and with an error's number."""
        self.step, self.kept, self.number = step, kept, number

    def append(self, handle: int, data: bytes) -> int:
        """Append, or fail."""
        self.step -= 1
        if self.step < 0:
            if self.kept and (kept := data[: self.kept]):
                self.kept = 0
                return super().append(handle, kept)
            raise OSError(self.number, os.strerror(self.number))
        return super().append(handle, data)

    def sync(self, handle: int) -> None:
        """Sync, or fail."""
        self.step -= 1
        if self.step < 0:
            raise OSError(self.number, os.strerror(self.number))
        super().sync(handle)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize(("step", "kept"), [(3, 0), (3, 100), (3, 300), (4, 0)])
def test_a_failed_write_or_sync_kills_the_object(tmp_path: Path, step: int, kept: int, number: int) -> None:
    path = tmp_path / "log"
    with opened(path, Failing(step, kept, number)) as ledger:
        ledger.append(entry(1))
        with pytest.raises(LedgerError) as told:
            ledger.append_all([entry(2), entry(3)])
        assert os.strerror(number).lower() in str(told.value)
        for act in (ledger.head, lambda: ledger.append(entry(4)), lambda: list(ledger.read())):
            with pytest.raises(LedgerError, match="open the ledger anew"):
                act()
    there = path.read_bytes()
    with opened(path, Disk()) as ledger:
        found = list(ledger.read())
        assert found[0].record == "rx-1"
        whole = there.count(b"\n")
        assert [one.record for one in found[:whole]] == ["rx-1", "rx-2", "rx-3"][:whole]
        half = there[there.rindex(b"\n") + 1 :]
        assert [one.details["bytes"] for one in found[whole:]] == ([len(half)] if half else [])
        ledger.append(entry(5))
        list(ledger.read())


def test_who_is_interrupted_while_writing_does_not_go_on(tmp_path: Path) -> None:
    class Interrupted(Disk):
        now = False

        def sync(self, handle: int) -> None:
            if self.now:
                raise KeyboardInterrupt
            super().sync(handle)

    disk = Interrupted()
    with opened(tmp_path / "log", disk) as ledger:
        disk.now = True
        with pytest.raises(KeyboardInterrupt):
            ledger.append(entry(1))
        disk.now = False
        with pytest.raises(LedgerError, match="it is not known what of it is there"):
            ledger.append(entry(2))
    with opened(tmp_path / "log", Disk()) as ledger:  # the lock was given back
        assert ledger.append(entry(3)).seq == 2


class Forgetful(Disk):
    """A disk under a system that takes what it could not write for written, as Linux does after a failed sync."""

    def __init__(self, path: Path) -> None:
        """Nothing was written yet."""
        self.path, self.image, self.dirty = path, b"", set[int]()
        self.broken = False

    def append(self, handle: int, data: bytes) -> int:
        """Append to what is in memory."""
        size = os.fstat(handle).st_size
        self.dirty |= set(range(size, size + len(data)))
        return super().append(handle, data)

    def overwrite(self, handle: int, data: bytes, at: int) -> int:
        """Write to what is in memory."""
        self.dirty |= set(range(at, at + len(data)))
        return super().overwrite(handle, data, at)

    def sync(self, handle: int) -> None:
        """Write what is new in memory; or fail, and forget that it was not."""
        there, dirty = self.path.read_bytes(), self.dirty
        self.dirty = set()
        if self.broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        old = self.image.ljust(len(there), b"\0")
        self.image = bytes(there[at] if at in dirty else old[at] for at in range(len(there)))


def test_what_a_failed_sync_forgot_is_written_once_more(tmp_path: Path) -> None:
    path = tmp_path / "log"
    disk = Forgetful(path)
    with opened(path, disk) as ledger:
        ledger.append(entry(1))
        disk.broken = True
        with pytest.raises(LedgerError):
            ledger.append_all([entry(2), entry(3)])
    disk.broken = False
    with opened(path, disk) as ledger:
        acknowledged = ledger.append(entry(4))
    path.write_bytes(disk.image)  # the power fails
    with opened(path, Disk()) as ledger:
        assert [one.record for one in ledger.read()] == ["rx-1", "rx-2", "rx-3", "rx-4"]
        assert ledger.head() == Head(hash=acknowledged.hash, length=4)


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    """The real thing: the system refuses to make the file longer, in the middle of a group."""
    program = (
        "import resource, sys\n"
        "from limen.controls.ledger import *\n"
        "from tests.adapters.test_ledger_appending_files import entry\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))\n"
        "ledger, done = open_ledger(sys.argv[1], name='log'), 0\n"
        "try:\n"
        "    while True: done = ledger.append_all([entry(done + n) for n in range(3)])[-1].seq\n"
        "except LedgerError as error: print(done, error)\n"
        "try: ledger.head()\n"
        "except LedgerError as error: print('dead')\n"
    )
    path = tmp_path / "log"
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        cwd=REPOSITORY,
        env=unmeasured(),
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = done.stdout.splitlines()
    acknowledged = int(first.split()[0])
    assert "file too large" in first
    assert second == "dead"
    assert path.stat().st_size == 4000
    with opened(path, Disk()) as ledger:
        found = list(ledger.read())
        assert found[-1].action == REPAIRED
        assert acknowledged < len(found)
        assert ledger.append(entry(1)).seq == len(found) + 1


def test_a_group_torn_at_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with opened(path, Disk()) as ledger:
        ledger.append_all([entry(1), entry(2)])
        kept = ledger.mark().end
        ledger.append_all([entry(3), entry(4), entry(5)])
    text = path.read_bytes()
    for at in range(kept, len(text) + 1):
        path.write_bytes(text[:at])
        whole, half = text[:at].rpartition(b"\n")[0] + b"\n", text[:at].rpartition(b"\n")[2]
        with opened(path, Disk()) as ledger:
            assert path.read_bytes().startswith(whole)
            found = list(ledger.read())[whole.count(b"\n") :]
            said = [{"bytes": len(half), "sha256": hashlib.sha256(half).hexdigest()}] if half else []
            assert [one.details for one in found] == said
            assert ledger.append(entry(6)).seq == whole.count(b"\n") + len(said) + 1


@given(st.binary(min_size=1, max_size=400))
def test_whatever_follows_is_half_a_line_or_broken(junk: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "log"
        with opened(path, Disk()) as ledger:
            ledger.append(entry(1))
        before = path.read_bytes()
        path.write_bytes(before + junk)
        try:
            with opened(path, Disk()) as ledger:
                found = list(ledger.read())
        except BrokenLedgerError:
            assert b"\n" in junk
            assert path.read_bytes() == before + junk
        else:
            assert b"\n" not in junk
            assert found[1].details == {"bytes": len(junk), "sha256": hashlib.sha256(junk).hexdigest()}


class TestWhichFiles:
    """What stands in the place of a ledger."""

    def test_may_be_said_as_an_url(self, tmp_path: Path) -> None:
        from limen.controls.ledger import open_ledger

        with open_ledger(f"file://{tmp_path}/my%20log", name="log") as ledger:
            ledger.append(entry(1))
        assert (tmp_path / "my log").stat().st_size

    @pytest.mark.parametrize("what", ["link", "folder", "pipe", "shared", "nowhere", "inside a file"])
    def test_is_refused(self, tmp_path: Path, what: str) -> None:
        path = tmp_path / "log"
        told = {
            "link": "symbolic link",
            "folder": "is a directory",
            "pipe": "no regular file",
            "shared": "others than its owner may write it",
            "nowhere": "no such file",
            "inside a file": "not a directory",
        }[what]
        if what == "link":
            (tmp_path / "other").touch(0o600)
            path.symlink_to(tmp_path / "other")
        elif what == "folder":
            path.mkdir()
        elif what == "pipe":
            os.mkfifo(path, 0o600)
        elif what == "shared":
            path.touch(0o600)
            path.chmod(0o620)
        elif what == "nowhere":
            path = tmp_path / "missing" / "log"
        else:
            (tmp_path / "file").touch()
            path = tmp_path / "file" / "log"
        with pytest.raises(LedgerError, match=told) as said:
            FilePlace(path.parent).open() if path.name == "ledger.jsonl" else _open(path)
        assert str(tmp_path) not in str(said.value)

    @pytest.mark.parametrize("how", ["replaced", "removed", "moved", "shorter", "emptied"])
    def test_is_exchanged_underneath(self, tmp_path: Path, how: str) -> None:
        place = FilePlace(tmp_path)
        path = place.path
        ledger = place.open()
        ledger.append_all([entry(1), entry(2)])
        text = path.read_bytes()
        other = tmp_path / "other"
        if how == "replaced":  # by a copy, even
            other.write_bytes(text)
            other.rename(path)
        elif how == "removed":
            path.unlink()
        elif how == "moved":
            path.rename(other)
        elif how == "shorter":
            os.truncate(path, len(text) - 1)
        else:
            os.truncate(path, 0)
        left = path.read_bytes() if path.exists() else None
        with pytest.raises(BrokenLedgerError):
            ledger.append(entry(3))
        assert (path.read_bytes() if path.exists() else None) == left
        with pytest.raises(LedgerError):
            ledger.head()
        ledger.close()


def _open(path: Path) -> Ledger:
    from limen.controls.ledger import open_ledger

    return open_ledger(path, name="log")


def test_a_closed_writer_gives_nobody_elses_lock_back(tmp_path: Path) -> None:
    first = FileWriter(tmp_path / "one")
    handle = first._handle
    first.close()
    second = FileWriter(tmp_path / "two")
    assert second._handle == handle
    second.begin(1)
    first.end()
    first.close()
    third = FileWriter(tmp_path / "two")
    from limen.adapters.ledgers.blocks import StoreError

    with pytest.raises(StoreError, match="another writer"):
        third.begin(0)
    second.close()
    third.close()
