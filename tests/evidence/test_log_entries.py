"""Entries of a run log: their one text, and what they tell of runs."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.evidence.log_entries import (
    Ended,
    Entry,
    Failed,
    Head,
    LogError,
    Observed,
    Started,
    attested,
    gaps,
    line_of,
    read_entries,
    runs,
)

AT = "2026-11-22T10:00:00Z"
A, B = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-9222-222222222222"


def started(run: str = A, **more: Any) -> Started:
    return Started(**{"run": run, "at": AT, "system": "rx", "scope": "design", **more})


def ended(run: str = A, **more: Any) -> Ended:
    plain = {"root": "a" * 64, "tree_size": 9, "public_size": 3, "exit_code": 0, "counts": {"pass": 2}}
    return Ended(**{"run": run, "at": AT, **plain, **more})


def failed(run: str = A, **more: Any) -> Failed:
    return Failed(**{"run": run, "at": AT, "reason": "UnassessedError", **more})


def observed(run: str = B, **more: Any) -> Observed:
    return Observed(**{"run": run, "at": AT, "recording": "b" * 64, "nonce": "the auditor's", **more})


HEAD = Head(origin="limen.dev/log/x", size=3, root="c" * 64)
ALL: tuple[Entry, ...] = (started(), ended(), started(B), failed(B), observed(), observed(nonce=None, head=HEAD))


def text_of(*entries: Entry) -> bytes:
    return b"".join(line_of(entry) + b"\n" for entry in entries)


def test_a_line_is_what_the_format_says() -> None:
    assert line_of(started()) == (
        b'{"at":"2026-11-22T10:00:00Z","format":"limen-log-1","run":"' + A.encode() + b'",'
        b'"scope":"design","system":"rx","type":"started"}'
    )
    assert json.loads(line_of(ended())) == {
        "format": "limen-log-1",
        "type": "ended",
        "run": A,
        "at": AT,
        "root": "a" * 64,
        "tree_size": 9,
        "public_size": 3,
        "exit_code": 0,
        "counts": {"pass": 2},
    }
    assert json.loads(line_of(observed()))["nonce"] == "the auditor's"
    assert json.loads(line_of(observed(nonce=None, head=HEAD)))["head"] == {
        "origin": "limen.dev/log/x",
        "size": 3,
        "root": "c" * 64,
    }


def test_entries_come_back() -> None:
    assert read_entries(text_of(*ALL)) == ALL
    assert read_entries(b"") == ()


@pytest.mark.parametrize(
    "wrong",
    [
        started(run="x"),
        started(run=A.replace("-4", "-5")),
        started(run=A + "\n"),
        started(at="yesterday"),
        started(at="2026-11-22T10:00:00.5Z"),
        started(at="2026-11-22T25:00:00Z"),
        started(system=""),
        started(scope="both"),
        started(format="limen-log-2"),
        ended(root="A" * 64),
        ended(root="a" * 63),
        ended(exit_code=5),
        ended(counts={"pass": -1}),
        ended(tree_size=2**53),
        failed(reason=""),
        observed(nonce=None),
        observed(head=HEAD),
        observed(nonce=""),
        observed(recording="short"),
    ],
)
def test_entries_that_can_t_be_in_a_log(wrong: Entry) -> None:
    with pytest.raises(LogError):
        line_of(wrong)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        (text_of(*ALL)[:-1], 5),
        (text_of(*ALL) + b"\n", 6),
        (text_of(started()) + b"{}\n", 1),
        (text_of(started()).replace(b'":"', b'": "', 1), 0),
        (text_of(started()) + text_of(ended()).replace(b'"at"', b'"at":"x","at"'), 1),
        (text_of(started()).replace(b"started", b"stopped"), 0),
        (text_of(started()).replace(b'"system"', b'"more":1,"system"'), 0),
        (text_of(observed()).replace(b"the auditor's", b"the auditor\\u0027s"), 0),
        (text_of(started()).replace(b"\n", b"\r\n"), 0),
        (b"[" * 100_000 + b"\n", 0),
        (b"\xff\n", 0),
    ],
)
def test_texts_that_are_no_log_name_the_entry(text: bytes, index: int) -> None:
    with pytest.raises(LogError, match=f"entry {index}: ") as told:
        read_entries(text)
    assert told.value.index == index


@given(st.binary() | st.text('{}\n"a:,').map(str.encode))
def test_rubbish_gives_only_the_documented_error(content: bytes) -> None:
    if content.strip(b"\n") or content:
        with pytest.raises(LogError):
            read_entries(content)


@given(st.data())
def test_every_changed_byte_is_another_log(data: st.DataObject) -> None:
    text = bytearray(text_of(*ALL))
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] ^= data.draw(st.integers(1, 255))
    try:
        assert read_entries(bytes(text)) != ALL
    except LogError:
        return


def test_runs_are_told_apart() -> None:
    one, other = runs(ALL)
    assert (one.run, one.started, one.ended, one.failed) == (A, started(), ended(), None)
    assert (other.run, other.started, other.ended, other.failed) == (B, started(B), None, failed(B))


def test_a_whole_log_has_no_gaps() -> None:
    assert gaps(ALL) == ()
    assert gaps([started(), ended(), failed()]) == ()  # its pack was not finished
    assert gaps([started(at="2026-11-22T10:05:00Z"), started(B, at="2026-11-22T10:00:00Z"), ended(), ended(B)]) == ()


@pytest.mark.parametrize(
    ("entries", "index", "words"),
    [
        ([started(), started(B), ended(B)], 0, "has no end"),
        ([started(), ended(), ended(B)], 2, "ended and was never started"),
        ([failed()], 0, "failed and was never started"),
        ([started(), started(), ended()], 1, "started twice"),
        ([started(), ended(), ended()], 2, "ended after its end"),
        ([started(), failed(), failed()], 2, "failed after its end"),
        ([started(), failed(), ended()], 2, "ended after its end"),
        ([started(), ended(at="2026-11-22T09:00:00Z")], 1, "before that of an earlier one"),
        ([started(at="9999-12-31T23:59:59Z"), ended(at="0001-01-01T00:00:00Z")], 1, "before that"),
    ],
)
def test_gaps_are_found(entries: list[Entry], index: int, words: str) -> None:
    (found,) = gaps(entries)
    assert found.index == index
    assert words in found.words


@given(st.lists(st.sampled_from([*ALL, started(str(uuid.uuid4())), ended(), failed()]), max_size=8))
def test_every_run_ends_or_is_a_gap(entries: list[Entry]) -> None:
    open_runs = {run.run for run in runs(entries) if run.ended is None and run.failed is None}
    assert open_runs <= {gap.run for gap in gaps(entries)}


def test_what_is_attested() -> None:
    assert attested("b" * 64, ALL)
    assert not attested("a" * 64, ALL)  # a root is no recording
    assert not attested("b" * 64, ALL[:4])
