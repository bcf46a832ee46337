"""Check `core-format`: records and documents of core are written in the one way that the format has."""

from __future__ import annotations

from collections.abc import Iterator

from limen.evidence import layout
from limen.evidence.checks.interface import Check, broken, or_ok
from limen.evidence.checks.pack import SMALL, Pack
from limen.evidence.reading import UnreadableError
from limen.integrity.forms import is_canonical

_DOCUMENTS = (*layout.DOCUMENTS, layout.REQUEST, layout.PREVIOUS)

_KNOWN = 4096
"""Lines that are remembered."""
_MOST = 1 << 26
"""Bytes of a document: what it is parsed into takes many times as much memory."""


def check(pack: Pack) -> Iterator[Check]:
    """Yield what in core is not written as it must be."""
    return or_ok("core-format", _found(pack), "records and documents are RFC 8785, each name once")


def _found(pack: Pack) -> Iterator[Check]:
    if isinstance(pack.assessment, ValueError):
        yield broken("core-format", str(pack.assessment), layout.ASSESSMENT)
    if isinstance(pack.policy, ValueError):
        yield broken("core-format", str(pack.policy), layout.SIGNING)
    for name in layout.RECORDS:
        if name in pack.files:
            yield from _records(pack, name)
    for name in _DOCUMENTS:
        if name not in pack.files or name == layout.ASSESSMENT:
            continue
        try:
            if not is_canonical(pack.files.read(name, _MOST)):
                yield broken("core-format", "it is not written as RFC 8785 has it, each name once", name)
        except UnreadableError as error:
            yield broken("core-format", error.what, error.name)
    if layout.RUN in pack.files:
        try:
            if not is_canonical(pack.files.read(layout.RUN, SMALL).removesuffix(b"\n")):
                yield broken("core-format", "it is not written as RFC 8785 has it, each name once", layout.RUN)
        except UnreadableError as error:
            yield broken("core-format", error.what, error.name)


def _records(pack: Pack, name: str) -> Iterator[Check]:
    known: set[bytes] = set()  # decisions are of few sorts, each written many times
    try:
        for index, line in enumerate(pack.files.lines(name)):
            if line in known:
                continue
            if not line.startswith(b"{") or not is_canonical(line):
                yield broken("core-format", "it is not written as RFC 8785 has it, each name once", name, index)
            elif len(known) < _KNOWN:
                known.add(line)
    except UnreadableError as error:
        yield broken("core-format", error.what, error.name)
