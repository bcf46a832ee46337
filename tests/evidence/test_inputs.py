"""Inputs on their way into a pack: what can't go in is said, and what comes out again is only what limen wrote."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from limen.errors import UsageError
from limen.evidence import layout
from limen.evidence.inputs import FORMAT, Asked, asked_text, read_asked, recording_files, stage_bytes, stage_files

ASKED = Asked(
    format=FORMAT,
    declaration="boundaries.yaml",
    profiles=("mine",),
    only_profiles=(),
    rules=(),
    flows=("upload",),
    own=("folder", "bundle"),
    as_of="2026-11-22",
    assessed_at="2026-11-22T08:30:15Z",
    fail_on="high",
    inherited=("0" * 32,),
    waivers=True,
    baseline=False,
    observations=False,
    signing=False,
    previous=False,
    sensitivity=("0001.json",),
)


def test_a_request_comes_back_as_it_was_written() -> None:
    assert read_asked(asked_text(ASKED)) == ASKED
    assert not asked_text(ASKED).endswith(b"\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"format":"limen-request-1"', b'"format":"limen-request-2"'),
        (b'"waivers":true', b'"waivers": true'),
        (b'"waivers":true', b'"waivers":true,"more":1'),
        (b'"fail_on":"high"', b'"fail_on":"never"'),
        (b'"waivers":true', b'"waivers":true,"waivers":true'),
    ],
)
def test_a_request_that_limen_did_not_write_is_refused(old: bytes, new: bytes) -> None:
    assert old in asked_text(ASKED)
    with pytest.raises(ValueError, match="it is no request|not written as|its format"):
        read_asked(asked_text(ASKED).replace(old, new))


@given(st.binary(max_size=400))
@example(b"[" * 100_000)
@example(b"\xff")
def test_whatever_is_no_request_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="it is no request|not written as|its format"):
        read_asked(content)


@pytest.mark.parametrize(
    "name",
    ["a:b.yaml", "a*.yaml", "a\\b.yaml", "../a.yaml", "a//b", "con trol\x07.yaml", "e\u0301.yaml", " a.yaml", "a."],
)
def test_a_name_that_not_every_system_can_hold_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't go into a pack"):
        stage_bytes(tmp_path / "pack", [(f"{layout.DECLARATION}{name}", b"")])


def test_files_are_copied_byte_by_byte_and_links_by_what_they_mean(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_bytes(bytes(range(256)) * 9000)
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    name = f"{layout.DECLARATION}deep/boundaries.yaml"
    stage_files(tmp_path / "pack", {name: tmp_path / "link.yaml"})
    copied = tmp_path / "pack" / name
    assert copied.read_bytes() == (tmp_path / "real.yaml").read_bytes()
    assert not copied.is_symlink()


@pytest.mark.parametrize("what", ["missing", "folder", "pipe"])
def test_what_can_t_be_read_is_said(what: str, tmp_path: Path) -> None:
    path = tmp_path / "here"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    with pytest.raises(UsageError, match=r"here can't be read"):
        stage_files(tmp_path / "pack", {layout.INPUT_WAIVERS: path})


def test_a_stranger_in_a_recording_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    (folder / "raw").mkdir(parents=True)
    (folder / "run.json").write_text("{}")
    (folder / "raw" / ("0" * 64)).write_text("")
    assert sorted(recording_files(folder)) == [
        f"{layout.OBSERVATIONS}raw/{'0' * 64}",
        f"{layout.OBSERVATIONS}run.json",
    ]
    (folder / "notes.txt").write_text("")
    (folder / "raw" / "link").symlink_to("/etc/passwd")
    with pytest.raises(UsageError, match="no part of a recording") as raised:
        recording_files(folder)
    assert len(raised.value.problems) == 2
    with pytest.raises(UsageError, match="there is no recording"):
        recording_files(tmp_path / "none")
