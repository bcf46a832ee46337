"""Witnesses: what they cosign is verified, what they refuse is an error, and what they saw can't be taken back."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import UnassessedError
from limen.evidence.log_entries import Started
from limen.evidence.logged import BrokenLogError
from limen.evidence.run_log import RunLog, open_log, read_log
from limen.evidence.witness import Witness, read_witness
from limen.integrity.notes import cosignature, cosigned_at, read_checkpoint, read_note, signature_lines, verify_note
from tests.integrity.keys import signer
from tests.simulators.witness import SIZE, SmallWitness, served

NAME = "witness.example/w1"


def started() -> Started:
    return Started(run=str(uuid.uuid4()), at="2026-11-22T10:00:00Z", system="rx", scope="design")


def known(witness: SmallWitness, log: RunLog) -> None:
    head = read_log(log.folder)
    witness.logs[head.head.origin] = log._signer.key


@pytest.fixture
def log(tmp_path: Path) -> RunLog:
    return open_log(tmp_path / "log")


@pytest.fixture
def small(tmp_path: Path, log: RunLog) -> SmallWitness:
    witness = SmallWitness(NAME, tmp_path / "state.json")
    known(witness, log)
    return witness


def described(small: SmallWitness, url: str) -> Witness:
    return read_witness(small.description(url))


def test_a_checkpoint_is_cosigned(log: RunLog, small: SmallWitness) -> None:
    with served(small) as url:
        witness = described(small, url)
        for count in range(1, 8):
            sealed = log.sealed(started(), [witness])
            note = read_note(sealed.checkpoint)
            assert read_checkpoint(note.text).size == count
            assert verify_note(note, sealed.head.origin, log._signer.key)
            at = cosigned_at(note, NAME, small.signer.key)
            assert at is not None
            assert abs(at - time.time()) < 60
            assert small.head(sealed.head.origin) == (count, sealed.head.root)
            assert log.signed_checkpoint() == sealed.checkpoint
    assert small.asked == [200, *[409, 200] * 6]
    log.append(started())  # without the witness, and the next one with it leads on
    assert cosigned_at(read_note(log.signed_checkpoint()), NAME, small.signer.key) is None
    with served(small) as url:
        assert log.sealed(started(), [described(small, url)]).head.size == 9


def test_several_witnesses(tmp_path: Path, log: RunLog, small: SmallWitness) -> None:
    other = SmallWitness("witness.example/w2", tmp_path / "other.json", small.logs)
    with served(small) as url, served(other) as other_url:
        sealed = log.sealed(started(), [described(small, url), described(other, other_url)])
    note = read_note(sealed.checkpoint)
    assert cosigned_at(note, NAME, small.signer.key) is not None
    assert cosigned_at(note, other.name, other.signer.key) is not None
    assert len(note.signatures) == 3


def test_a_rolled_back_log_is_refused(tmp_path: Path, log: RunLog, small: SmallWitness) -> None:
    with served(small) as url:
        witness = described(small, url)
        log.sealed(started(), [witness])
        subprocess.run(["cp", "-a", log.folder, tmp_path / "copy"], check=True)
        for _ in range(3):
            log.sealed(started(), [witness])
        shutil.rmtree(log.folder)
        (tmp_path / "copy").rename(log.folder)
        with pytest.raises(BrokenLogError, match="it has seen 4 entries, and the log has 2: entries were dropped"):
            open_log(log.folder).sealed(started(), [witness])


@pytest.mark.parametrize(("more", "words"), [(0, "other entries among the first 2|another history"), (3, "not those")])
def test_a_forked_log_is_refused(tmp_path: Path, log: RunLog, small: SmallWitness, more: int, words: str) -> None:
    with served(small) as url:
        witness = described(small, url)
        subprocess.run(["cp", "-a", log.folder, tmp_path / "fork"], check=True)
        log.append(started())
        log.sealed(started(), [witness])
        fork = open_log(tmp_path / "fork")
        for _ in range(1 + more):
            fork.append(started())
        with pytest.raises(BrokenLogError, match=words):
            fork.sealed(started(), [witness])
        log.sealed(started(), [witness])  # the log that it knows is not hurt


def test_a_witness_that_does_not_know_the_log(tmp_path: Path, log: RunLog, small: SmallWitness) -> None:
    origin = next(iter(small.logs))
    with served(small) as url:
        small.logs[origin] = signer().key
        with pytest.raises(UnassessedError, match="does not accept the log's key"):
            log.sealed(started(), [described(small, url)])
        small.logs.clear()
        with pytest.raises(UnassessedError, match="does not know this log"):
            log.sealed(started(), [described(small, url)])
    assert len(log.entries()) == 2  # the entries stay: what ran, ran


def test_a_witness_that_is_down(log: RunLog, small: SmallWitness) -> None:
    with served(small) as url:
        pass
    with pytest.raises(UnassessedError, match="did not cosign: 127.0.0.1:.* refuses connections") as told:
        log.sealed(started(), [described(small, url)])
    assert told.value.exit_code == 3
    assert log.head().size == 1


def own(log: RunLog, **more: Any) -> Callable[[], tuple[int, str, bytes]]:
    """Return answers that cosign the log's head, with what was changed about them."""

    def answer() -> tuple[int, str, bytes]:
        text = more.get("text") or read_note((log.folder / "checkpoint").read_bytes()).text
        made = cosignature(
            text, more.get("name", NAME), more.get("by", signer()), int(time.time() + more.get("late", 0))
        )
        return 200, "text/plain", signature_lines((made,)).encode()

    return answer


@pytest.mark.parametrize(
    ("instead", "words"),
    [
        ((500, "text/plain", b""), "it answered 500"),
        ((301, "text/plain", b""), "it answered 301"),
        ((200, "text/plain", b""), "holds no cosignature"),
        ((200, "text/html", b"<html>Sign in to this network</html>"), "holds no cosignature"),
        ((200, "text/plain", b"\xff\n"), "holds no cosignature"),
        ((200, "text/plain", b"x" * 70_000), "more than 65536 bytes"),
        ((400, "text/plain", b""), "it answered 400"),
    ],
)
def test_answers_that_are_no_cosignature(
    log: RunLog, small: SmallWitness, instead: tuple[int, str, bytes], words: str
) -> None:
    with served(small, lambda: instead) as url, pytest.raises(UnassessedError, match=words):
        log.sealed(started(), [described(small, url)])
    assert cosigned_at(read_note(log.signed_checkpoint()), NAME, small.signer.key) is None


@pytest.mark.parametrize(
    ("size", "error", "words"),
    [
        (b"1000\n", BrokenLogError, "entries were dropped"),
        (b"0\n", BrokenLogError, "other entries"),
        (b"1", BrokenLogError, "another history"),
        (b"-1\n", BrokenLogError, "another history"),
        (b"", BrokenLogError, "another history"),
    ],
)
def test_conflicts_are_never_passed_over(
    log: RunLog, small: SmallWitness, size: bytes, error: type[Exception], words: str
) -> None:
    with served(small, lambda: (409, SIZE, size)) as url, pytest.raises(error, match=words):
        log.sealed(started(), [described(small, url)])


def test_a_witness_that_names_another_size_each_time(log: RunLog, small: SmallWitness) -> None:
    for _ in range(5):
        log.append(started())
    sizes = iter([b"1\n", b"2\n", b"3\n", b"4\n"])
    with served(small, lambda: (409, SIZE, next(sizes))) as url, pytest.raises(UnassessedError, match="each time"):
        log.sealed(started(), [described(small, url)])


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "no cosignature by its key"),
        ({"name": "witness.example/w2"}, "no cosignature by its key"),
        ({"text": "limen.dev/log/x\n1\n" + "A" * 43 + "=\n"}, "no cosignature by its key"),
        ({"late": 3600}, "its clock is 3[56]\\d\\d seconds from ours"),
        ({"late": -86_400}, "its clock is 86\\d\\d\\d seconds from ours"),
    ],
)
def test_cosignatures_are_verified(log: RunLog, small: SmallWitness, more: dict[str, Any], words: str) -> None:
    by = small.signer if more else signer()
    with served(small, own(log, by=by, **more)) as url, pytest.raises(UnassessedError, match=words):
        log.sealed(started(), [described(small, url)])


def test_lines_of_other_keys_are_passed_over(log: RunLog, small: SmallWitness) -> None:
    def both() -> tuple[int, str, bytes]:
        return 200, "text/plain", own(log, by=signer())()[2] + own(log, by=small.signer)()[2]

    with served(small, both) as url:
        note = read_note(log.sealed(started(), [described(small, url)]).checkpoint)
    assert len(note.signatures) == 2
    assert cosigned_at(note, NAME, small.signer.key) is not None


GOOD = {"format": "limen-witness-1", "name": NAME, "url": "https://witness.example/w", "public_key": signer().key.pem}


def test_a_description_is_read() -> None:
    expected = Witness(name=NAME, url="https://witness.example/w", key=signer().key)
    assert read_witness(json.dumps({**GOOD, "url": "https://witness.example/w/"}).encode()) == expected


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"format": "limen-witness-2"}, "describes no witness"),
        ({"name": "a b"}, "describes no witness"),
        ({"more": 1}, "unknown field `more`"),
        ({"url": "ftp://x"}, "url is none"),
        ({"url": "https://"}, "url is none"),
        ({"url": "https://x/?a=b"}, "url is none"),
        ({"url": "https://user:secret@x/"}, "url is none"),
        ({"url": "https://x:secret/"}, "url is none"),
        ({"url": "https://[x/"}, "url is none"),
        ({"public_key": "x"}, "no public key"),
        ({"public_key": signer("ecdsa-p256").key.pem}, "sign by Ed25519"),
    ],
)
def test_descriptions_that_are_none(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as told:
        read_witness(json.dumps({**GOOD, **changed}).encode())
    assert "secret" not in str(told.value)


@given(st.binary() | st.text().map(str.encode))
def test_rubbish_is_no_description(content: bytes) -> None:
    with pytest.raises(ValueError, match="."):
        read_witness(content)
