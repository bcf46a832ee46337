"""The safety net: whatever limen made of the screened inputs is screened again before the pack appears."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from limen.analysis.identifiers import identifiers
from limen.assess.identifying import TOKENS, WORDS
from limen.assess.known_values import Values
from limen.errors import Location, Problem, UsageError
from limen.evidence import layout
from limen.integrity.dsse import decoded

_CHUNK = 1 << 24
_SHARED = 1 << 12
"""Bytes that two chunks have in common, so that what lies between them is seen."""
_MOST = 1 << 28
_PACKED = (".xlsx",)
_UNSEEN = (".pdf", ".tsr")
"""Files whose texts are compressed or signed by others; a PDF shows what the other reports show."""
_SHOWN = 20


def refuse_left(folder: Path, values: Sequence[tuple[str, bytes]], declared: frozenset[bytes], under: str = "") -> None:
    """Raise UsageError where a pack that is being made holds an identifier, or a value that tokens stand for.

    Its inputs are left out: they were screened. `values` are those by kind, `declared` are numbers that may stay;
    only files whose names begin with `under` are looked at.
    """
    known = Values(values, encoded=True)
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or not name.startswith(under) or name.startswith(layout.INPUTS):
            continue
        if name.endswith(_UNSEEN) or name == layout.SECRET:
            continue
        for shown, content, before in _parts(path, name):
            for what, at in _held(content, known, declared):
                line = _newlines(path, before) + content.count(b"\n", 0, at) + 1
                place = Location(file=shown, line=line)
                hint = "take it out of the inputs, or report it as a bug of limen: it was not seen there"
                problems.append(Problem(message=f"the pack would hold {what}", location=place, hint=hint))
        if len(problems) > _SHOWN:
            break
    if problems:
        raise UsageError(problems[:_SHOWN])


def _held(content: bytes, known: Values, declared: frozenset[bytes]) -> Iterator[tuple[str, int]]:
    found = identifiers(content)
    tokens = [match.span() for match in TOKENS.finditer(content)] if found else []
    for one in found:
        inside = any(start < one.end and one.start < end for start, end in tokens)
        if not inside and content[one.start : one.end] not in declared:
            yield WORDS.get(one.kind, one.kind), one.start
    for start, _, kind in known.find(content):
        yield f"what a token stands for: {WORDS.get(kind, kind)}", start


def _parts(path: Path, name: str) -> Iterator[tuple[str, bytes, int]]:
    """Yield what is to be searched of a file: its name, some bytes, and how many of the file stand before them."""
    if name.endswith(_PACKED):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as member:
                    yield f"{name}/{entry.filename}", member.read(_MOST), 0
        return
    with path.open("rb") as file:
        before, rest = 0, b""
        while chunk := file.read(_CHUNK):
            content = rest + chunk if rest else chunk
            yield name, content, before
            rest = content[-_SHARED:]
            before += len(content) - len(rest)
    if name == layout.STATEMENT:
        yield name, decoded(path.read_bytes()).payload, 0


def _newlines(path: Path, size: int) -> int:
    """Return how many lines end within the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(size).count(b"\n")
