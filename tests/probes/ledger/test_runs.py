"""Runs: on several processes, on a Dask cluster, and from where an earlier one stopped; always the same answer."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from distributed import LocalCluster
from msgspec import UNSET

from limen.integrity.anchors import Anchor, digests, statement
from limen.integrity.limen_v1 import Head, Record, appended
from limen.model.probing import ChainKey, ProbeOptions
from limen.probes import ledger as probe
from limen.probes.attempting import attempt
from limen.probes.interface import Target
from limen.probes.ledger import running
from limen.records.attempts import Attempt
from tests.lab.tampering import KEYS, STRANGER, WITNESS, changed, head_of, public

pytestmark = pytest.mark.xdist_group("ledger")


EPOCH = datetime(2026, 11, 1, tzinfo=UTC)


def chained(count: int, key_id: str = "", head: Head | None = None, pad: str = "") -> tuple[list[bytes], Head]:
    head, lines = head or Head(), []
    for number in range(head.length, head.length + count):
        record = Record(
            tenant="a",
            time=(EPOCH + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            actor="svc",
            action="dispense",
            record=f"rx-{number}",
            details={"note": pad},
        )
        line, head = appended(record, head, key_id=key_id, key=KEYS.get(key_id, b""))
        lines.append(line)
    return lines, head


def probed(folder: Path, name: str, timeout: float = 60.0, **options: Any) -> Attempt:
    target = Target(
        probe="ledger", section="typed", name=name, endpoint=name, options=ProbeOptions(**options), folder=folder
    )
    return attempt(probe, target, timeout=timeout)


def seen(made: Attempt) -> dict[str, Any]:
    assert made.status == "completed", made.reason
    return json.loads(made.observations[0].facts)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger that is long enough for several processes: about 60 MB, with two faults."""
    folder = tmp_path_factory.mktemp("large")
    lines, _ = chained(60_000, "audit-2026", pad="x" * 700)
    lines[30_000] = changed(lines[30_000], action="return")
    del lines[50_000]
    (folder / "ledger.jsonl").write_bytes(b"".join(lines))
    (folder / "ledger.jsonl.gz").write_bytes(gzip.compress(b"".join(lines), 1))
    for name, key in KEYS.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(key.hex(), encoding="ascii")
    return folder


KEY_OPTIONS = tuple(ChainKey(id=name, secret=f"file:{name}") for name in KEYS)


@pytest.fixture(scope="module")
def one(large: Path) -> dict[str, Any]:
    """What one process sees of it."""
    found = seen(probed(large, "ledger.jsonl", processes=1, chain_keys=KEY_OPTIONS))
    assert (found["records"], found["chain"]["faults"], found["chain"]["record"]) == (59_999, 2, 30_001)
    assert found["sequence"]["record"] == 50_001
    return found


def test_two_processes(large: Path, one: dict[str, Any]) -> None:
    assert (large / "ledger.jsonl").stat().st_size > running.ALONE_BYTES
    assert seen(probed(large, "ledger.jsonl", processes=2, chain_keys=KEY_OPTIONS)) == one


def test_two_processes_on_what_can_only_be_read_once(large: Path, one: dict[str, Any]) -> None:
    found = seen(probed(large, "ledger.jsonl.gz", processes=2, chain_keys=KEY_OPTIONS))
    assert found == {**one, "compression": "gzip"}


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.parametrize("name", ["ledger.jsonl", "local://{folder}/ledger.jsonl", "ledger.jsonl.gz"])
def test_two_workers_of_a_cluster(large: Path, one: dict[str, Any], scheduler: str, name: str) -> None:
    place = name.format(folder=large)
    found = seen(probed(large, place, scheduler=scheduler, chain_keys=KEY_OPTIONS))
    assert found == {**one, "compression": "gzip" if name.endswith("gz") else "none"}


def test_a_scheduler_that_is_not_there(large: Path) -> None:
    made = probed(large, "ledger.jsonl", timeout=3.0, scheduler="tcp://127.0.0.1:1")
    assert made.status == "error"
    assert "scheduler" in made.reason


def test_keys_do_not_travel_in_the_clear(large: Path) -> None:
    made = probed(large, "ledger.jsonl", scheduler="tcp://scheduler.example:8786", chain_keys=KEY_OPTIONS)
    assert (made.status, made.reason) == (
        "error", "the chain's keys would cross the network in the clear; name the scheduler as tls://…",
    )  # fmt: skip


def test_several_files_are_one_ledger(tmp_path: Path) -> None:
    lines, _ = chained(300)
    for number, start in enumerate(range(0, 300, 100)):
        (tmp_path / f"ledger-{number}.jsonl").write_bytes(b"".join(lines[start : start + 100]))
        (tmp_path / f"packed-{number}.jsonl.gz").write_bytes(gzip.compress(b"".join(lines[start : start + 100])))
    for pattern in ("ledger-*.jsonl", "packed-*.gz"):
        found = seen(probed(tmp_path, pattern))
        assert (found["records"], found["chain"]["faults"], found["bytes"]) == (300, 0, sum(map(len, lines)))
    (tmp_path / "ledger-1.jsonl").unlink()
    found = seen(probed(tmp_path, "ledger-*.jsonl"))
    assert (found["chain"]["kind"], found["chain"]["record"]) == ("missing", 101)


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    return chained(26_000, pad="x" * 500)[0]


class TestQuick:
    """A ledger of 20 MB, anchored with the digests of its segments, and read again without verifying all of it."""

    def folder(self, folder: Path, lines: list[bytes], anchored: int = 25_000, **changes: Any) -> Path:
        """Write a ledger, the anchor of its first records, and who witnessed it."""
        text, head = b"".join(lines[:anchored]), head_of(lines[anchored - 1])
        anchor = Anchor(
            ledger="l", length=anchored, head=head.hash, bytes=len(text), at="2026-11-22T10:00:00.000000Z",
            digests=tuple(digests([text])),
        )  # fmt: skip
        anchor = msgspec.structs.replace(anchor, **changes)
        anchor = msgspec.structs.replace(anchor, signature=WITNESS.sign(statement(anchor)).hex())
        (folder / "anchors").write_bytes(msgspec.json.encode(anchor))
        (folder / "witness").write_bytes(public(WITNESS))
        (folder / "ledger.jsonl").write_bytes(b"".join(lines))
        return folder

    def probed(self, folder: Path, name: str = "ledger.jsonl", **options: Any) -> Attempt:
        return probed(folder, name, **{"quick": True, "anchors": "anchors", "witness": "witness", **options})

    @pytest.mark.parametrize("processes", [1, 2])
    def test_unchanged(self, tmp_path: Path, lines: list[bytes], processes: int) -> None:
        found = seen(self.probed(self.folder(tmp_path, lines), processes=processes))
        anchors = found["anchors"]
        assert (anchors["compared"], anchors["changed"], anchors["missing"], anchors["differing"]) == (5, 0, 0, 0)
        assert (found["records"], found["append_only"]) == (26_000, True)
        # What was only compared was not verified, and nothing says that it was.
        unseen = {name: found[name].get("faults") for name in ("chain", "sequence", "clock", "key")}
        assert set(unseen.values()) == {None}
        assert "algorithm" not in found

    def test_an_edit_before_the_anchor(self, tmp_path: Path, lines: list[bytes]) -> None:
        bent = [*lines[:12_000], changed(lines[12_000], action="return"), *lines[12_001:]]
        self.folder(tmp_path, lines)
        (tmp_path / "ledger.jsonl").write_bytes(b"".join(bent))
        found = seen(self.probed(tmp_path))
        assert found["anchors"]["changed"] >= 1
        assert found["anchors"]["changed_at"] <= found["chain"]["offset"] < found["anchors"]["changed_at"] + (4 << 20)
        assert (found["chain"]["record"], found["append_only"]) == (12_001, False)

    def test_an_edit_after_the_anchor(self, tmp_path: Path, lines: list[bytes]) -> None:
        bent = [*lines[:25_500], changed(lines[25_500], action="return"), *lines[25_501:]]
        found = seen(self.probed(self.folder(tmp_path, bent)))
        assert (found["anchors"]["changed"], found["chain"]["record"], found["append_only"]) == (0, 25_501, True)

    def test_a_record_after_the_anchor_that_does_not_follow(self, tmp_path: Path, lines: list[bytes]) -> None:
        found = seen(self.probed(self.folder(tmp_path, lines[:25_000] + lines[25_001:])))
        assert (found["chain"]["kind"], found["chain"]["record"], found["sequence"]["faults"]) == ("missing", 25_001, 1)

    @pytest.mark.parametrize("left", [0, 1, 24_000, 24_999])
    def test_a_tail_that_was_cut(self, tmp_path: Path, lines: list[bytes], left: int) -> None:
        self.folder(tmp_path, lines)
        (tmp_path / "ledger.jsonl").write_bytes(b"".join(lines[:left]))
        found = seen(self.probed(tmp_path))
        assert (found["anchors"]["missing"], found["append_only"]) == (25_000 - left, False)
        assert found["anchors"]["changed"] >= 1

    def test_what_it_refuses(self, tmp_path: Path, lines: list[bytes]) -> None:
        few = lines[:100]
        told = {
            "name them": {"anchors": UNSET},
            "not signed": {"witness": "stranger"},
            "without compression": {"name": "packed"},
        }
        self.folder(tmp_path, few, 100)
        (tmp_path / "stranger").write_bytes(public(STRANGER))
        (tmp_path / "packed").write_bytes(gzip.compress(b"".join(few)))
        for words, options in told.items():
            made = self.probed(tmp_path, **options)
            assert (made.status, words in made.reason) == ("error", True), made.reason
        for changes, words in (({"digests": ()}, "no anchor holds"), ({"digests": ("0", "0")}, "another number")):
            made = self.probed(self.folder(tmp_path, few, 100, **changes))
            assert (made.status, words in made.reason) == ("error", True), made.reason


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of 16 KB, so that a small ledger has many: the size is a constant of no other meaning."""
    monkeypatch.setattr(running, "RANGE_BYTES", 1 << 14)


@pytest.mark.usefixtures("small_pieces")
class TestCheckpoints:
    """A ledger of 200 KB, verified, appended to or tampered with, and verified again."""

    def setup(self, folder: Path) -> tuple[list[bytes], Head]:
        lines, head = chained(600)
        (folder / "ledger.jsonl").write_bytes(b"".join(lines))
        found = seen(probed(folder, "ledger.jsonl", checkpoint="checkpoint"))
        assert (found["chain"]["faults"], found.get("append_only")) == (0, None)
        return lines, head

    def pieces(self, folder: Path) -> int:
        return len(json.loads((folder / "checkpoint").read_bytes())["pieces"])

    def test_what_was_appended(self, tmp_path: Path) -> None:
        lines, head = self.setup(tmp_path)
        before = self.pieces(tmp_path)
        assert before > 8
        more, _ = chained(600, head=head)
        (tmp_path / "ledger.jsonl").write_bytes(b"".join(lines + more))
        found = seen(probed(tmp_path, "ledger.jsonl", checkpoint="checkpoint"))
        assert (found["records"], found["chain"]["faults"], found["append_only"]) == (1200, 0, True)
        assert self.pieces(tmp_path) > before * 1.8
        assert found == {**seen(probed(tmp_path, "ledger.jsonl")), "append_only": True}

    def test_nothing_appended(self, tmp_path: Path) -> None:
        self.setup(tmp_path)
        assert seen(probed(tmp_path, "ledger.jsonl", checkpoint="checkpoint"))["append_only"] is True

    def test_an_edit_of_what_was_verified(self, tmp_path: Path) -> None:
        lines, _ = self.setup(tmp_path)
        lines[9] = changed(lines[9], action="return")
        (tmp_path / "ledger.jsonl").write_bytes(b"".join(lines))
        found = seen(probed(tmp_path, "ledger.jsonl", checkpoint="checkpoint"))
        assert (found["chain"]["faults"], found["chain"]["record"], found["append_only"]) == (1, 10, False)

    def test_a_history_made_anew(self, tmp_path: Path) -> None:
        self.setup(tmp_path)
        (tmp_path / "ledger.jsonl").write_bytes(b"".join(chained(600, pad="other")[0]))
        found = seen(probed(tmp_path, "ledger.jsonl", checkpoint="checkpoint"))
        assert (found["chain"]["faults"], found["append_only"]) == (0, False)

    @pytest.mark.parametrize("left", [1, 10, 300, 599])
    def test_a_tail_that_was_cut(self, tmp_path: Path, left: int) -> None:
        lines, _ = self.setup(tmp_path)
        (tmp_path / "ledger.jsonl").write_bytes(b"".join(lines[:left]))
        for _ in range(2):  # and it is not forgotten
            found = seen(probed(tmp_path, "ledger.jsonl", checkpoint="checkpoint"))
            assert (found["records"], found["append_only"]) == (left, False)

    def test_other_questions_are_answered_from_the_beginning(self, tmp_path: Path) -> None:
        self.setup(tmp_path)
        found = seen(probed(tmp_path, "ledger.jsonl", checkpoint="checkpoint", tenant="b"))
        assert found["tenant"]["faults"] == 600

    def test_an_interrupted_run(self, tmp_path: Path, large: Path) -> None:
        for name in KEYS:
            (tmp_path / name).symlink_to(large / name)
        (tmp_path / "ledger.jsonl").symlink_to(large / "ledger.jsonl")
        options: dict[str, Any] = {"checkpoint": "checkpoint", "chain_keys": KEY_OPTIONS, "processes": 1}
        for tries in range(1, 60):
            made = probed(tmp_path, "ledger.jsonl", timeout=0.15 * tries, **options)
            time.sleep(0.05)
            if made.status == "completed":
                break
            assert "time" in made.reason or "end within" in made.reason
        assert tries > 1
        whole = seen(probed(large, "ledger.jsonl", processes=1, chain_keys=KEY_OPTIONS))
        assert seen(made) == whole

    def test_a_checkpoint_that_is_none(self, tmp_path: Path) -> None:
        self.setup(tmp_path)
        for content in (b"{}", b"\0", b"[" * 100_000):
            (tmp_path / "checkpoint").write_bytes(content)
            made = probed(tmp_path, "ledger.jsonl", checkpoint="checkpoint")
            assert (made.status, made.reason) == (
                "error",
                "the checkpoint is damaged, or none; delete it to begin anew",
            )
        made = probed(tmp_path, "ledger.jsonl", checkpoint="no/where")
        assert "the checkpoint can't be written" in made.reason
