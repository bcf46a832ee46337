"""The run log: what was acknowledged stays, what was changed is named, and a crash at any moment breaks nothing."""

from __future__ import annotations

import os
import random
import stat
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.errors import InternalError, LimenError, UsageError
from limen.evidence.log_entries import Ended, Entry, Failed, Started, line_of
from limen.evidence.logged import BrokenLogError, culprit, logged
from limen.evidence.run_log import consistency_proof, default_folder, open_log, read_log
from limen.integrity.merkle import consistent, leaf_hash, root
from limen.integrity.notes import read_checkpoint, read_note, verify_note
from limen.integrity.signatures import key_signer, new_ed25519, public_key
from tests.integrity.keys import signer

AT = "2026-11-22T10:00:00Z"
FILES = {".gitignore", "entries.jsonl", "leaves", "checkpoint", "public.pem", "key.pem", "lock"}


def started(run: str = "") -> Started:
    return Started(run=run or str(uuid.uuid4()), at=AT, system="rx", scope="design")


def ended(run: str) -> Ended:
    return Ended(run=run, at=AT, root="a" * 64, tree_size=9, public_size=3, exit_code=0, counts={"pass": 2})


def filled(folder: Path, count: int = 5) -> list[Entry]:
    log = open_log(folder)
    entries: list[Entry] = [started() for _ in range(count)]
    for index, entry in enumerate(entries):
        assert log.append(entry) == index
    return entries


def test_a_new_log(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "log"
    log = open_log(folder)
    assert {path.name for path in folder.iterdir()} == FILES
    assert stat.S_IMODE((folder / "key.pem").stat().st_mode) == 0o600
    assert [path.name for path in folder.parent.iterdir()] == ["log"]
    head = log.head()
    key = public_key((folder / "public.pem").read_bytes())
    assert head.size == 0
    assert head.origin == f"limen.dev/log/{key.id[:32]}"
    assert verify_note(read_note(log.signed_checkpoint()), head.origin, key)
    assert log.entries() == ()
    assert log.repaired == ""


def test_entries_are_kept_and_covered(tmp_path: Path) -> None:
    entries = filled(tmp_path / "log")
    log = open_log(tmp_path / "log")
    assert list(log.entries()) == entries
    lines = [line_of(entry) for entry in entries]
    assert (tmp_path / "log" / "entries.jsonl").read_bytes() == b"".join(line + b"\n" for line in lines)
    assert log.head().root == root([leaf_hash(line) for line in lines])
    sealed = log.sealed(ended(entries[0].run))
    assert sealed.index == 5
    assert sealed.text == (tmp_path / "log" / "entries.jsonl").read_bytes()
    assert read_checkpoint(read_note(sealed.checkpoint).text) == sealed.head == log.head()
    assert {path.name for path in (tmp_path / "log").iterdir()} == FILES


def test_every_head_leads_to_every_later_one(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    heads = [log.head(), *(log.sealed(started()).head for _ in range(9))]
    for size, head in enumerate(heads):
        assert head.size == size
        assert consistent(size, 9, head.root, heads[-1].root, log.consistency_proof(size))
    with pytest.raises(UsageError, match="the head is of 10 entries, and the log has 9"):
        log.consistency_proof(10)


def test_a_run_is_started_once_and_ends_once(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    one = started()
    with pytest.raises(InternalError, match="never started"):
        log.append(ended(one.run))
    log.append(one)
    with pytest.raises(InternalError, match="started already"):
        log.append(one)
    log.append(ended(one.run))
    with pytest.raises(InternalError, match="an end already"):
        log.append(ended(one.run))
    log.append(Failed(run=one.run, at=AT, reason="UsageError"))  # its pack was not finished
    with pytest.raises(InternalError, match="an end already"):
        log.append(Failed(run=one.run, at=AT, reason="UsageError"))
    assert len(log.entries()) == 3


def test_a_key_that_is_kept_elsewhere(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", signer())
    log.append(started())
    assert not (tmp_path / "log" / "key.pem").exists()
    assert verify_note(read_note(log.signed_checkpoint()), log.head().origin, signer().key)
    with pytest.raises(UsageError, match="not the key of the run log"):
        open_log(tmp_path / "log", signer(number=1))
    with pytest.raises(UsageError, match="has no key of its own"):
        open_log(tmp_path / "log")
    for wrong in ("ecdsa-p256", "ml-dsa-65"):
        with pytest.raises(UsageError, match="signs by Ed25519"):
            open_log(tmp_path / wrong, signer(wrong))
        assert not (tmp_path / wrong).exists()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "key.pem").chmod(0o644)
    with pytest.raises(UsageError, match="others can read"):
        open_log(tmp_path)
    (tmp_path / "key.pem").chmod(0o600)
    (tmp_path / "key.pem").write_bytes(b"rubbish")
    with pytest.raises(BrokenLogError, match="no private key"):
        open_log(tmp_path)


def test_reading_writes_nothing(tmp_path: Path) -> None:
    entries = filled(tmp_path)
    (tmp_path / "key.pem").unlink()  # as a copy for an auditor
    (tmp_path / "lock").unlink()
    with (tmp_path / "entries.jsonl").open("ab") as file:
        file.write(b'{"half')
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    log = read_log(tmp_path)
    assert list(log.entries) == entries
    assert (log.leftover, log.rest) == ("half", b'{"half')
    assert consistency_proof(log, 0) == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    with pytest.raises(UsageError, match="there is no run log"):
        read_log(tmp_path / "nowhere")
    with pytest.raises(BrokenLogError, match="missing"):
        open_log(tmp_path, key_signer(new_ed25519()))


def test_the_log_lies_beside_the_declaration(tmp_path: Path) -> None:
    assert default_folder(tmp_path / "boundaries.yaml") == tmp_path / ".limen" / "log"


def rewritten(folder: Path, lines: list[bytes]) -> None:
    (folder / "entries.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))


def edit(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], lines[2].replace(b'"rx"', b'"ry"'), *lines[3:]]


DAMAGE = {
    "edited": (edit, 2, "entry 2 was changed"),
    "dropped": (lambda lines: [*lines[:2], *lines[3:]], 2, "entry 2 was removed or moved"),
    "dropped first": (lambda lines: lines[1:], 0, "entry 0 was removed or moved"),
    "reordered": (lambda lines: [lines[1], lines[0], *lines[2:]], 0, "entry 0 was removed or moved"),
    "repeated": (lambda lines: [*lines[:2], lines[0], *lines[2:]], 2, "entry 2 is repeated or moved"),
    "put in": (lambda lines: [*lines[:3], line_of(started()), *lines[3:]], 3, "entry 3 was put in"),
    "cut": (lambda lines: lines[:3], 3, "entry 3 is missing"),
    "emptied": (lambda lines: [], 0, "entry 0 is missing"),
    "put behind": (lambda lines: [*lines, line_of(started()), line_of(started())], 5, "entries 5 and on"),
    "rubbish behind": (lambda lines: [*lines, b"rubbish"], 5, "no entry of a run log"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damaged_entries_are_refused_and_named(name: str, tmp_path: Path) -> None:
    change, index, words = DAMAGE[name]
    entries = filled(tmp_path)
    rewritten(tmp_path, change([line_of(entry) for entry in entries]))
    for opened in (open_log, read_log):
        with pytest.raises(BrokenLogError, match=words) as told:
            opened(tmp_path)
        location = told.value.problems[0].location
        assert location is not None
        assert location.file.endswith("entries.jsonl")
        assert location.line == index + 1


@pytest.mark.parametrize("name", [name for name in DAMAGE if name not in ("put behind", "rubbish behind")])
@pytest.mark.parametrize("hashes", ["gone", "rubbish", "changed too"])
def test_damage_is_refused_where_nothing_tells_which_entry_it_is(name: str, hashes: str, tmp_path: Path) -> None:
    change, _, _ = DAMAGE[name]
    lines = change([line_of(entry) for entry in filled(tmp_path)])
    rewritten(tmp_path, lines)
    leaves = tmp_path / "leaves"
    if hashes == "gone":
        leaves.unlink()
    elif hashes == "rubbish":
        leaves.write_bytes(b"\xffrubbish\n")
    else:
        leaves.write_text("".join(f"{leaf_hash(line).hex()}\n" for line in lines))
    with pytest.raises(BrokenLogError, match="the run log is broken"):
        open_log(tmp_path)


@pytest.mark.parametrize("name", ["entries.jsonl", "checkpoint", "public.pem", "lock"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(BrokenLogError, match="missing") as told:
        open_log(tmp_path)
    assert told.value.problems[0].location is not None
    assert told.value.problems[0].location.file == f"{tmp_path}/{name}"


@pytest.mark.parametrize("name", ["entries.jsonl", "checkpoint", "public.pem", "lock"])
def test_a_link_is_no_file_of_a_log(name: str, tmp_path: Path) -> None:
    filled(tmp_path / "log")
    (tmp_path / "log" / name).rename(tmp_path / name)
    (tmp_path / "log" / name).symlink_to(tmp_path / name)
    with pytest.raises(UsageError):
        open_log(tmp_path / "log")


def test_leaves_are_made_anew(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "leaves").unlink()
    open_log(tmp_path).append(started())
    assert len((tmp_path / "leaves").read_text().splitlines()) == 6


def test_a_checkpoint_of_another_key_is_refused(tmp_path: Path) -> None:
    filled(tmp_path / "log")
    filled(tmp_path / "other")
    (tmp_path / "log" / "checkpoint").write_bytes((tmp_path / "other" / "checkpoint").read_bytes())
    with pytest.raises(BrokenLogError, match="not signed by the log's key"):
        open_log(tmp_path / "log")
    (tmp_path / "log" / "checkpoint").write_bytes(b"rubbish")
    with pytest.raises(BrokenLogError, match="no signed note"):
        open_log(tmp_path / "log")


def test_a_fork_is_refused(tmp_path: Path) -> None:
    """Two logs that went apart, the entries of one under the checkpoint of the other."""
    log = tmp_path / "log"
    entries = filled(log)
    subprocess.run(["cp", "-a", log, tmp_path / "fork"], check=True)
    open_log(log).append(ended(entries[0].run))
    open_log(tmp_path / "fork").append(started())
    (log / "entries.jsonl").write_bytes((tmp_path / "fork" / "entries.jsonl").read_bytes())
    with pytest.raises(BrokenLogError, match="entry 5 was changed"):
        open_log(log)


def test_a_rollback_is_seen_by_whoever_holds_a_head(tmp_path: Path) -> None:
    """Restored as a whole, a log is consistent in itself: only a head that somebody holds shows it."""
    log = tmp_path / "log"
    filled(log)
    subprocess.run(["cp", "-a", log, tmp_path / "copy"], check=True)
    held = open_log(log).sealed(started()).head
    restored = open_log(tmp_path / "copy")
    with pytest.raises(UsageError, match="the head is of 6 entries, and the log has 5"):
        restored.consistency_proof(held.size)
    other = restored.sealed(started()).head
    assert other.size == held.size
    assert not consistent(held.size, other.size, held.root, other.root, restored.consistency_proof(held.size))


def test_a_half_written_line_is_removed_and_said(tmp_path: Path) -> None:
    entries = filled(tmp_path)
    line = line_of(started())
    for cut in range(1, len(line) + 1):
        with (tmp_path / "entries.jsonl").open("ab") as file:
            file.write(line[:cut])
        log = open_log(tmp_path)
        assert "half-written" in log.repaired
        assert list(log.entries()) == entries
        assert open_log(tmp_path).repaired == ""
    assert (tmp_path / "entries.jsonl").read_bytes().endswith(line_of(entries[-1]) + b"\n")


def test_a_whole_line_that_is_not_covered_is_kept_and_said(tmp_path: Path) -> None:
    entries = filled(tmp_path)
    more = started()
    with (tmp_path / "entries.jsonl").open("ab") as file:
        file.write(line_of(more) + b"\n")
    assert read_log(tmp_path).leftover == "whole"
    log = open_log(tmp_path)
    assert "was kept" in log.repaired
    assert list(log.entries()) == [*entries, more]
    assert log.head().size == 6


_CHILD = """
import os, signal, sys
from pathlib import Path
from limen.evidence.run_log import open_log
from limen.evidence.log_entries import Started

def write(folder, count, number, told=1):
    log = open_log(folder)
    for each in range(count):
        run = f"{number:08x}-0000-4000-8000-{each:012x}"
        index = log.append(Started(run=run, at="2026-11-22T10:00:00Z", system="rx", scope="design"))
        os.write(told, f"{index} {run}\\n".encode())
"""
_ONCE = _CHILD + "write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))\n"
_KILLED = (
    _CHILD
    + """
def killed(place, number):  # the process kills itself before its n-th call into the system
    left = number
    def watch(frame, event, called):
        nonlocal left
        if event == "c_call" and getattr(called, "__module__", "") in ("posix", "_io", "fcntl"):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    told = os.open(place / "told", os.O_WRONLY | os.O_CREAT)
    sys.setprofile(watch)
    write(place / "log", 2, number, told)
    os._exit(0)

top = Path(sys.argv[1])
write(top / "warm", 1, 0)  # whatever is imported late is imported now
number = status = -1
while status:
    number += 2
    (top / str(number)).mkdir()
    if not (child := os.fork()):
        killed(top / str(number), number)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL), status
"""
)


def child(folder: Path, count: int, number: int) -> subprocess.Popen[bytes]:
    asked = [sys.executable, "-c", _ONCE, str(folder), str(count), str(number)]
    return subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=plain_environment())


def plain_environment() -> dict[str, str]:
    """Return the environment without what makes child processes measure themselves, which takes calls and time."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")}


def acknowledged(output: bytes) -> dict[str, int]:
    """Return the index of each run that the child was told is in the log."""
    lines = [line.split() for line in output.decode().split("\n")[:-1]]
    return {run: int(index) for index, run in lines}


def test_a_kill_before_every_call_into_the_system(tmp_path: Path) -> None:
    """Making a log and two appends, killed before each other call: what was acknowledged stays, the log is whole."""
    asked = [sys.executable, "-c", _KILLED, str(tmp_path)]
    done = subprocess.run(asked, capture_output=True, timeout=120, env=plain_environment())
    assert done.returncode == 0, done.stderr
    states = set()
    places = sorted((path for path in tmp_path.iterdir() if path.name != "warm"), key=lambda path: int(path.name))
    for place in places:
        known = acknowledged((place / "told").read_bytes()) if (place / "told").exists() else {}
        log = open_log(place / "log")
        entries = log.entries()
        states.add((len(known), len(entries), log.repaired[:20]))
        assert all(entries[index].run == run for run, index in known.items())
        assert 0 <= len(entries) - len(known) <= 1
        assert log.append(started()) == len(entries)
    assert len(places) > 50, "the child was killed at fewer places than expected"
    assert {known for known, _, _ in states} == {0, 1, 2}
    assert any(repaired for _, _, repaired in states), "no kill fell between an entry and its checkpoint"


def test_kills_at_any_moment(tmp_path: Path) -> None:
    """One log that is written to by a child that is killed 15 times, at moments that nobody chose."""
    folder, chance, expected = tmp_path / "log", random.Random(5), {}
    for number in range(1, 16):
        process = child(folder, 10_000, number)
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(chance.random() * 0.05)
        process.kill()
        output, _ = process.communicate(timeout=60)
        expected |= acknowledged(first + output)
    log = open_log(folder)
    entries = log.entries()
    assert len(expected) >= 15
    assert len(entries) - len(expected) <= 15  # one for each kill, written and not yet told
    for run, index in expected.items():
        assert entries[index].run == run


def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    processes = [child(tmp_path / "log", 25, number) for number in range(1, 4)]
    known: dict[str, int] = {}
    for process in processes:
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        known |= acknowledged(output)
    entries = open_log(tmp_path / "log").entries()
    assert len(known) == len(entries) == 75
    assert sorted(known.values()) == list(range(75))
    assert all(entries[index].run == run for run, index in known.items())
    assert not list(tmp_path.glob(".limen-log-*"))


def test_whoever_makes_a_log_second_takes_the_first_one(tmp_path: Path) -> None:
    from limen.evidence.log_folder import LogFolder

    entries = filled(tmp_path / "log")
    LogFolder(tmp_path / "log").make({"entries.jsonl": b""})
    assert list(open_log(tmp_path / "log").entries()) == entries
    assert [path.name for path in tmp_path.iterdir()] == ["log"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="can't be used"):
        LogFolder(tmp_path / "file").make({"entries.jsonl": b""})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "log"]


def test_an_own_process_waits_for_another_one(tmp_path: Path) -> None:
    from limen.evidence.log_folder import LogFolder

    log = open_log(tmp_path)
    second = LogFolder(tmp_path).held(alone=True, patience=0.1)
    with LogFolder(tmp_path).held(alone=True), pytest.raises(UsageError, match="another run holds"):
        second.__enter__()
    with LogFolder(tmp_path).held(alone=False):
        assert log.entries() == ()  # readers don't wait for each other


def test_places_that_are_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "log", Path("/proc/limen/log")):
        with pytest.raises(UsageError, match="can't be used"):
            open_log(place)
    (tmp_path / "empty").mkdir()
    assert open_log(tmp_path / "empty").append(started()) == 0


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=200), st.binary(max_size=80), st.binary(max_size=200))
def test_no_bytes_give_another_error(text: bytes, leaves: bytes, checkpoint: bytes) -> None:
    with pytest.raises(BrokenLogError):
        logged(text, leaves, checkpoint, signer().key, "log")


@given(st.data())
def test_the_culprit_is_always_said(data: st.DataObject) -> None:
    kept = [leaf_hash(bytes([number])) for number in range(6)]
    hashes = data.draw(st.lists(st.sampled_from([*kept, leaf_hash(b"x"), leaf_hash(b"y")]), max_size=8))
    wanted = data.draw(st.none() | st.just(kept) | st.just(kept[:4]))
    index, words = culprit(hashes, wanted, 6)
    assert 0 <= index <= 8
    assert words


def test_a_full_disk_is_told_and_the_log_stays(tmp_path: Path) -> None:
    """Where a write is refused, here by the limit on file sizes, nothing was acknowledged and nothing is broken."""
    entries = filled(tmp_path)
    size = (tmp_path / "entries.jsonl").stat().st_size
    script = f"""
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({size} + 40, {size} + 40))
exec(sys.argv.pop(1))
"""
    asked = [sys.executable, "-c", script, _ONCE, str(tmp_path), "1", "7"]
    done = subprocess.run(asked, capture_output=True, timeout=60, env=plain_environment())
    assert done.returncode == 1
    assert b"UsageError" in done.stderr
    assert done.stdout == b""
    log = open_log(tmp_path)
    assert "half-written" in log.repaired
    assert list(log.entries()) == entries


def test_all_errors_are_of_limen() -> None:
    assert issubclass(BrokenLogError, LimenError)
    assert BrokenLogError.exit_code == 2
