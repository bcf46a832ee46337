"""Witnesses that once signed away a ledger's beginning for whoever asked, or took a forged anchor for their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from limen.controls.witness import FileWitness, WitnessError, sign_anchor
from limen.errors import UsageError
from limen.integrity.anchors import Anchor, anchor_line
from tests.controls.test_anchoring import SUBMITTER, WITNESS

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LEAVING = {"moved": timedelta(days=90), "deleted": timedelta(days=365 * 7)}


def anchor(at: datetime, **changes: object) -> Anchor:
    plain = Anchor(
        ledger="log", length=5, head="5" * 64, bytes=500, at=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), to="witness"
    )
    return sign_anchor(msgspec.structs.replace(plain, **changes), SUBMITTER)


@pytest.mark.parametrize("base", ["moved", "deleted"])
def test_the_anchor_key_alone_does_not_cut_a_beginning_off(tmp_path: Path, base: str) -> None:
    # With the ledger's files and its anchor key in hand: nobody approved anything, and the probe would believe it.
    now = NOW
    witness = FileWitness.create(tmp_path / "a", WITNESS, submitter=SUBMITTER.key, leaving=LEAVING, clock=lambda: now)
    witness.keep(anchor(now))
    with pytest.raises(WitnessError, match="yet"):
        witness.keep(anchor(now, base=base))
    assert [one.base for one in witness.kept("log")] == [""]
    now += LEAVING[base]
    assert witness.keep(anchor(now, base=base)).base == base
    with pytest.raises(WitnessError):
        FileWitness(tmp_path / "a", WITNESS, leaving={}, clock=lambda: now).keep(anchor(now, base=base))


def test_an_anchor_of_somebody_else_in_the_file_is_none(tmp_path: Path) -> None:
    # A deletion asks whether the witness named the segment's end: a line that anybody wrote would say so.
    (tmp_path / "a").write_bytes(anchor_line(anchor(NOW)))
    with pytest.raises(WitnessError, match="not signed"):
        FileWitness(tmp_path / "a", WITNESS).kept("log")


def test_a_line_that_nobody_signed_makes_nothing_old_enough(tmp_path: Path) -> None:
    # Whoever can write the file writes an anchor of two years ago into it, and has its beginning signed away.
    path = tmp_path / "a"
    witness = FileWitness.create(path, WITNESS, submitter=SUBMITTER.key, leaving=LEAVING, clock=lambda: NOW)
    witness.keep(anchor(NOW))
    honest = path.read_bytes()
    old = anchor(NOW - 2 * LEAVING["deleted"])
    for line in (old, msgspec.structs.replace(old, signature=""), msgspec.structs.replace(old, signature="00" * 64)):
        for forged in (anchor_line(line) + honest, honest + anchor_line(line)):
            path.write_bytes(forged)
            for asked in (anchor(NOW), anchor(NOW, base="deleted"), anchor(NOW, length=6)):
                with pytest.raises(WitnessError, match="not signed by the witness"):
                    witness.keep(asked)
            assert path.read_bytes() == forged
    path.write_bytes(honest)
    assert witness.keep(anchor(NOW, length=6)).length == 6


def test_a_witness_whose_file_is_gone_begins_nothing_anew(tmp_path: Path) -> None:
    # Such as: its disk is not mounted. A new file would take a ledger that lost its end for the whole of it.
    path = tmp_path / "a"
    with pytest.raises(WitnessError, match="not there"):
        FileWitness(path, WITNESS).kept("log")
    witness = FileWitness.create(path, WITNESS, clock=lambda: NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    assert witness.kept("log") == ()
    witness.keep(anchor(NOW))
    seen = path.read_bytes()
    path.unlink()
    for look in (lambda: witness.keep(anchor(NOW, length=3)), lambda: witness.kept("log")):
        with pytest.raises(WitnessError, match="not there") as raised:
            look()
        assert "FileWitness.create" in raised.value.problems[0].hint
        assert not path.exists()
    path.write_bytes(seen)
    with pytest.raises(WitnessError, match="other history"):
        witness.keep(anchor(NOW, length=3))


def test_a_witness_is_made_where_nothing_is_and_nowhere_else(tmp_path: Path) -> None:
    path, link = tmp_path / "a", tmp_path / "link"
    FileWitness.create(path, WITNESS, clock=lambda: NOW).keep(anchor(NOW))
    seen = path.read_bytes()
    link.symlink_to(tmp_path / "elsewhere")
    for taken in (path, link):
        with pytest.raises(UsageError, match="something lies"):
            FileWitness.create(taken, WITNESS)
    assert path.read_bytes() == seen
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(WitnessError, match="can't be made"):
        FileWitness.create(tmp_path / "no-folder" / "a", WITNESS)
