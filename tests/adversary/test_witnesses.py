"""Witnesses that once signed away a ledger's beginning for whoever asked, or took a forged anchor for their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from limen.controls.witness import FileWitness, WitnessError, sign_anchor
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
    witness = FileWitness(tmp_path / "a", WITNESS, submitter=SUBMITTER.key, leaving=LEAVING, clock=lambda: now)
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
