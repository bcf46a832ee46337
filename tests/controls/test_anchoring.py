"""Anchoring: heads given to a witness in time; what is cut off or written anew is found, and nothing is skipped."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.adapters.ledgers.disk import Disk
from limen.controls.anchoring import Anchoring
from limen.controls.ledger import Entry, Ledger, open_ledger
from limen.controls.witness import (
    FileWitness,
    HttpWitness,
    RefusedAnchorError,
    WitnessError,
    sign_anchor,
    signed_by,
)
from limen.errors import DeclarationError, UsageError
from limen.integrity.anchors import Anchor, anchor_line, anchors
from limen.integrity.signatures import key_signer, new_ed25519
from limen.model.ledgers import Anchors
from limen.model.ledgers import Ledger as Declared
from limen.model.probing import ChainKey
from tests.probes.ledger.test_runs import probed, seen

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
KEY = ("audit", bytes(range(32)))
SUBMITTER, WITNESS = key_signer(new_ed25519()), key_signer(new_ed25519())
DECLARED = Declared(component="log", anchors=Anchors(every="PT1H", to="witness"))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Place:
    """A ledger with a clock, and a witness with a file elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, Clock()
        self.path, self.anchors = folder / "log.jsonl", folder / "anchors.jsonl"
        self.ledger = open_ledger(self.path, name="log", key=KEY, clock=self.clock)
        self.witness = FileWitness.create(self.anchors, WITNESS, submitter=SUBMITTER.key, clock=self.clock)
        self.anchoring = Anchoring(self.ledger, DECLARED, self.witness, SUBMITTER, tenant="t")
        (folder / "witness.pem").write_text(WITNESS.key.pem)
        (folder / "audit.key").touch(0o600)
        (folder / "audit.key").write_text(KEY[1].hex())

    def grow(self, count: int, ledger: Ledger | None = None) -> None:
        for number in range(count):
            (ledger or self.ledger).append(Entry(tenant="t", actor="a", action="b", record=f"r-{number}"))

    def later(self, **given: int) -> None:
        self.clock.now += timedelta(**given)

    def probed(self) -> dict[str, Any]:
        key = ChainKey(id="audit", secret="file:audit.key")
        return seen(probed(self.folder, "log.jsonl", anchors="anchors.jsonl", witness="witness.pem", chain_keys=(key,)))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.ledger.close()


def test_the_probe_finds_the_ledger_anchored(place: Place) -> None:
    place.grow(5)
    kept = place.anchoring.tick(place.clock.now)
    assert kept is not None
    assert (kept.length, kept.to, kept.bytes) == (5, "witness", place.path.stat().st_size - len(last(place)))
    place.later(hours=1)
    place.grow(3)
    assert place.anchoring.tick(place.clock.now) is not None
    found = place.probed()
    assert found["anchors"]["count"] == 2
    assert (found["anchors"]["missing"], found["anchors"]["differing"]) == (0, 0)
    assert found["anchors"]["witnessed"] is True
    assert found["append_only"] is True
    assert (found["chain"]["faults"], found["sequence"]["faults"]) == (0, 0)


def last(place: Place) -> bytes:
    return place.path.read_bytes().splitlines(keepends=True)[-1]


def test_the_probe_finds_a_tail_that_was_cut(place: Place) -> None:
    place.grow(5)
    place.anchoring.give(place.clock.now)
    lines = place.path.read_bytes().splitlines(keepends=True)
    place.path.write_bytes(b"".join(lines[:3]))
    found = place.probed()
    assert (found["chain"]["faults"], found["anchors"]["missing"], found["append_only"]) == (0, 2, False)


def test_the_probe_finds_a_history_that_was_written_anew(place: Place) -> None:
    place.grow(5)
    place.anchoring.give(place.clock.now)
    place.path.unlink()
    with open_ledger(place.path, name="log", key=KEY, clock=place.clock) as other:
        other.append(Entry(tenant="t", actor="somebody", action="else", record="r"))
        place.grow(8, other)
    found = place.probed()
    assert (found["chain"]["faults"], found["anchors"]["differing"]) == (0, 1)


def test_what_is_due_and_overdue(place: Place) -> None:
    now = place.clock.now
    assert place.anchoring.overdue(now) == timedelta.max
    assert place.anchoring.due(now)
    place.anchoring.give(now)
    for minutes, due in ((0, False), (59, False), (60, True), (500, True)):
        assert place.anchoring.due(now + timedelta(minutes=minutes)) is due
    assert place.anchoring.overdue(now + timedelta(minutes=90)) == timedelta(minutes=30)
    assert place.anchoring.tick(now + timedelta(minutes=59)) is None
    assert place.anchoring.due(now - timedelta(hours=2))  # a forged date does not vouch for today
    later = Anchoring(place.ledger, DECLARED, place.witness, SUBMITTER, tenant="t")
    assert not later.due(now + timedelta(minutes=59))  # after a restart, too


def test_a_witness_that_is_down_is_recorded_and_raised_and_the_anchor_stays_due(place: Place) -> None:
    place.grow(2)
    down = HttpWitness("http://127.0.0.1:1/anchors", WITNESS.key, place.folder / "copies.jsonl", seconds=1)
    anchoring = Anchoring(place.ledger, DECLARED, down, SUBMITTER, tenant="t")
    with pytest.raises(WitnessError, match="refuses connections"):
        anchoring.tick(place.clock.now)
    entry = list(place.ledger.read())[-1]
    assert (entry.action, entry.details["length"]) == ("anchor.failed", 2)
    assert anchoring.overdue(place.clock.now) == timedelta.max
    assert down.kept("log") == ()


def test_a_witness_that_saw_another_history_starts_an_incident(place: Place) -> None:
    class Heard:
        facts: list[Any] = []

        def report(self, trigger: str, facts: Any) -> None:
            self.facts.append((trigger, facts.reason, facts.ledger, facts.seq))

    place.grow(5)
    place.anchoring.give(place.clock.now)
    place.path.unlink()
    with open_ledger(place.path, name="log", key=KEY, clock=place.clock) as other:
        place.grow(2, other)
        incidents: Any = Heard()
        anchoring = Anchoring(other, DECLARED, place.witness, SUBMITTER, tenant="t", incidents=incidents)
        with pytest.raises(RefusedAnchorError):
            anchoring.give(place.clock.now)
        assert incidents.facts == [("chain-mismatch", "ledger_broken", "log", 2)]
        assert list(other.read())[-1].action == "anchor.refused"
    assert len(place.witness.kept("log")) == 1


def anchor(length: int, head: str = "a", at: datetime = NOW, **given: Any) -> Anchor:
    text = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return sign_anchor(Anchor(ledger="log", length=length, head=head * 64, bytes=9, at=text, **given), SUBMITTER)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (anchor(4), RefusedAnchorError),
        (anchor(5, "b"), RefusedAnchorError),
        (anchor(0, "0"), RefusedAnchorError),
        (anchor(4, base="deleted"), RefusedAnchorError),
        (anchor(5, "b", base="deleted"), RefusedAnchorError),
        (anchor(6, base="moved"), RefusedAnchorError),
        (anchor(6, at=NOW - timedelta(hours=1)), WitnessError),
        (anchor(6, at=NOW + timedelta(hours=1)), WitnessError),
        (anchor(6, at=NOW - timedelta(seconds=1)), WitnessError),
        (sign_anchor(anchor(6), WITNESS), WitnessError),
        (msgspec.structs.replace(anchor(6), length=7), WitnessError),
        (msgspec.structs.replace(anchor(6), signature=""), WitnessError),
        (msgspec.structs.replace(anchor(6), signature="zz"), WitnessError),
    ],
)
def test_what_a_witness_refuses(tmp_path: Path, wrong: Anchor, error: type[WitnessError]) -> None:
    witness = FileWitness.create(tmp_path / "anchors", WITNESS, submitter=SUBMITTER.key, clock=lambda: NOW)
    witness.keep(anchor(5))
    before = (tmp_path / "anchors").read_bytes()
    with pytest.raises(error) as raised:
        witness.keep(wrong)
    assert type(raised.value) is error
    assert (tmp_path / "anchors").read_bytes() == before
    witness.keep(anchor(5))  # the same head again, an hour later perhaps: nothing happened since
    witness.keep(anchor(5, base="deleted"))
    witness.keep(anchor(6))


def test_a_witness_keeps_ledgers_apart(tmp_path: Path) -> None:
    witness = FileWitness.create(tmp_path / "anchors", WITNESS, clock=lambda: NOW)
    witness.keep(anchor(5))
    other = witness.keep(msgspec.structs.replace(anchor(2), ledger="other"))
    assert witness.kept("other") == (other,)
    assert [one.length for one in witness.kept("log")] == [5]


def test_a_witness_signs_by_ed25519_only(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    from limen.integrity.signatures import KeySigner

    other = KeySigner(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(UsageError):
        FileWitness(tmp_path / "anchors", other)
    with pytest.raises(UsageError):
        HttpWitness("https://w.example/a", other.key, tmp_path / "copies")
    ledger, witness = open_ledger(tmp_path / "log", name="log", key=KEY), FileWitness.create(tmp_path / "a", SUBMITTER)
    with pytest.raises(DeclarationError, match="declares no anchors"):
        Anchoring(ledger, Declared(component="log"), witness, SUBMITTER)


@pytest.mark.parametrize("step", range(8))
@pytest.mark.parametrize("piece", [1, 50, 10_000])
def test_a_crash_at_any_write_loses_no_anchor_that_was_kept(tmp_path: Path, step: int, piece: int) -> None:
    class Crash(BaseException):
        pass

    class Failing(Disk):
        done = 0

        def count(self) -> None:
            self.done += 1
            if self.done > step:
                raise Crash

        def append(self, handle: int, data: bytes) -> int:
            self.count()
            return super().append(handle, data[:piece])

        def cut(self, handle: int, size: int) -> None:
            self.count()
            super().cut(handle, size)

        def sync(self, handle: int) -> None:
            self.count()
            super().sync(handle)

    witness = FileWitness.create(tmp_path / "anchors", WITNESS, clock=lambda: NOW, disk=Failing())
    kept: list[Anchor] = []
    with suppress(Crash):
        kept.append(witness.keep(anchor(5)))
        kept.append(witness.keep(anchor(6)))
    after = FileWitness(tmp_path / "anchors", WITNESS, clock=lambda: NOW)
    kept.append(after.keep(anchor(7)))
    found = list(anchors((tmp_path / "anchors").read_bytes()))
    assert [one for one in found if one in kept] == kept
    assert all(signed_by(one, WITNESS.key) for one in found)


@given(st.binary(max_size=120) | st.sampled_from([b"{}\n", b'{"ledger":1}\n', b"[]\n", b"\xff\n", b"null\n"]))
@settings(max_examples=60, deadline=None)
def test_any_bytes_among_the_anchors(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    path = tmp_path_factory.mktemp("w") / "anchors"
    path.write_bytes(text)
    for witness in (FileWitness(path, WITNESS), HttpWitness("https://w.example/a", WITNESS.key, path)):
        with suppress(WitnessError):
            assert witness.kept("log") == ()


class Handler(BaseHTTPRequestHandler):
    """A witness over HTTP, as `FileWitness` answers, or as it is told to."""

    witness: FileWitness
    answers: list[tuple[int, bytes]]

    def do_POST(self) -> None:
        (asked,) = anchors(self.rfile.read(int(self.headers["Content-Length"])))
        if self.answers:
            status, body = self.answers.pop(0)
        else:
            try:
                status, body = 200, anchor_line(self.witness.keep(asked))
            except RefusedAnchorError:
                status, body = 409, b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(witness: FileWitness, *answers: tuple[int, bytes]) -> Iterator[str]:
    handler = type("One", (Handler,), {"witness": witness, "answers": list(answers)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/anchors"
        server.shutdown()
        thread.join()


def test_a_witness_over_http(place: Place) -> None:
    place.grow(4)
    with serving(place.witness) as url:
        far = HttpWitness(url, WITNESS.key, place.folder / "copies.jsonl")
        anchoring = Anchoring(place.ledger, DECLARED, far, SUBMITTER, tenant="t")
        kept = anchoring.give(place.clock.now)
        assert signed_by(kept, WITNESS.key)
        assert place.witness.kept("log") == far.kept("log") == (kept,)
        assert anchoring.overdue(place.clock.now) == timedelta(hours=-1)
        place.path.unlink()
        with open_ledger(place.path, name="log", key=KEY, clock=place.clock) as other:
            place.grow(1, other)
            with pytest.raises(RefusedAnchorError):
                Anchoring(other, DECLARED, far, SUBMITTER, tenant="t").give(place.clock.now)


@pytest.mark.parametrize(
    "answer",
    [
        (500, b""),
        (302, b""),
        (200, b""),
        (200, b"{}"),
        (200, b"\xff"),
        (200, anchor_line(sign_anchor(anchor(1), WITNESS)) * 2),
        (200, anchor_line(sign_anchor(anchor(2), WITNESS))),
        (200, anchor_line(sign_anchor(anchor(1, "b"), WITNESS))),
        (200, anchor_line(anchor(1))),
        (200, anchor_line(msgspec.structs.replace(anchor(1), signature=""))),
        (200, b"x" * 100_000),
    ],
)
def test_a_witness_that_answers_something_else_has_kept_nothing(tmp_path: Path, answer: tuple[int, bytes]) -> None:
    with serving(FileWitness.create(tmp_path / "a", WITNESS), answer) as url:
        far = HttpWitness(url, WITNESS.key, tmp_path / "copies")
        with pytest.raises(WitnessError):
            far.keep(anchor(1))
        assert far.kept("log") == ()


@pytest.mark.parametrize("piece", [1, 50])
def test_a_copy_is_written_whole_and_its_name_is_durable(tmp_path: Path, piece: int) -> None:
    class Short(Disk):
        folders: list[Path] = []

        def append(self, handle: int, data: bytes) -> int:
            return super().append(handle, data[:piece])

        def sync_folder(self, folder: Path) -> None:
            self.folders.append(folder)
            super().sync_folder(folder)

    disk = Short()
    with serving(FileWitness.create(tmp_path / "a", WITNESS, clock=lambda: NOW)) as url:
        far = HttpWitness(url, WITNESS.key, tmp_path / "copies", disk=disk)
        kept = [far.keep(anchor(1)), far.keep(anchor(2))]
    assert list(far.kept("log")) == kept
    assert set(disk.folders) == {tmp_path}


def test_a_copy_that_can_not_be_written_is_said_and_the_next_one_is_whole(tmp_path: Path) -> None:
    class Full(Disk):
        left = 50

        def append(self, handle: int, data: bytes) -> int:
            if not self.left:
                raise OSError(28, "No space left on device")
            done = super().append(handle, data[: self.left])
            self.left -= done
            return done

    with serving(FileWitness.create(tmp_path / "a", WITNESS, clock=lambda: NOW)) as url:
        with pytest.raises(WitnessError, match="No space left"):
            HttpWitness(url, WITNESS.key, tmp_path / "copies", disk=Full()).keep(anchor(1))
        assert (tmp_path / "copies").stat().st_size == 50
        far = HttpWitness(url, WITNESS.key, tmp_path / "copies")
        assert far.kept("log") == ()
        kept = far.keep(anchor(2))
    assert far.kept("log") == (kept,)


def test_copies_that_somebody_made_count_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "copies").write_bytes(anchor_line(anchor(1)))
    with pytest.raises(WitnessError, match="not signed by the witness"):
        HttpWitness("https://w.example/a", WITNESS.key, tmp_path / "copies").kept("log")
