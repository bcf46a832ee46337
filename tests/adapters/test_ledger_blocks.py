"""Blocks: whole lines of any text, however it is cut; ranges: each line once, whichever bytes they begin at."""

from __future__ import annotations

import itertools
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.adapters.ledgers.blocks import Block, aligned
from limen.adapters.ledgers.files import FileStore
from limen.adapters.ledgers.parts import PartsStore
from limen.adapters.ledgers.tables import UNREADABLE, lines

TEXTS = st.lists(st.binary(max_size=30).map(lambda part: part.replace(b"\0", b"")), max_size=20).map(b"\n".join)


def cut(text: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({min(place, len(text)) for place in places} | {0, len(text)})
    return [text[start:end] for start, end in itertools.pairwise(ends)]


@given(TEXTS, st.lists(st.integers(0, 600), max_size=10), st.integers(0, 100))
def test_blocks_are_the_text(text: bytes, places: list[int], start: int) -> None:
    blocks = list(aligned(cut(text, places), start, line_bytes=1000))
    assert b"".join(block.data for block in blocks) == text
    assert [block.start for block in blocks] == [start, *(block.end for block in blocks[:-1])][: len(blocks)]
    assert all(block.data.endswith(b"\n") for block in blocks[:-1])


@given(TEXTS, st.lists(st.integers(0, 600), max_size=10), st.integers(1, 20))
def test_long_lines_are_skipped_and_told(text: bytes, places: list[int], most: int) -> None:
    """However the text is cut: the same lines are kept, and the others told with their length."""
    kept: list[tuple[int, bytes | int]] = []
    for block in aligned(cut(text, places), line_bytes=most):
        at = block.start
        if block.skipped:
            kept.append((at, block.skipped))
            continue
        for line in block.data.splitlines(keepends=True) if b"\r" not in block.data else _lines(block):
            kept.append((at, line))
            at += len(line)
    wanted: list[tuple[int, bytes | int]] = []
    at = 0
    for line in _lines(Block(start=0, data=text)):
        long = len(line) - line.endswith(b"\n") > most
        wanted.append((at, len(line) if long else line))
        at += len(line)
    flat = [(start, len(line) if isinstance(line, bytes) else line) for start, line in kept]
    assert flat == [(start, len(line) if isinstance(line, bytes) else line) for start, line in wanted]


def _lines(block: Block) -> list[bytes]:
    parts = block.data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(TEXTS.map(lambda text: b"x" + text + b"\n"), min_size=1, max_size=3), st.integers(1, 200))
def test_ranges_have_each_line_once(tmp_path: Path, texts: list[bytes], each: int) -> None:
    locations = []
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}"
        path.write_bytes(text)
        locations.append(str(path))
    store = PartsStore(locations)
    blocks = [block for one in store.ranges(each) for block in one.blocks()]
    assert b"".join(block.data for block in blocks) == b"".join(texts)
    assert [block.start for block in blocks] == [0, *(block.end for block in blocks[:-1])]
    assert b"".join(block.data for block in store.blocks()) == b"".join(texts)


def test_a_half_line_at_the_end_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one\ntwo")
    assert b"".join(block.data for block in FileStore(str(tmp_path / "a")).blocks()) == b"one\ntwo"


def test_rows_are_lines() -> None:
    rows = [b"a", b"b\n", None, 7, "text", b"", b"c\nd"]
    wanted = b"\n".join([b"a", b"b", *[UNREADABLE] * 5]) + b"\n"
    assert b"".join(lines(rows)) == wanted
    assert list(lines([])) == []
