"""What asyncio prints of tasks, futures and handles: names, arguments, results and exceptions are taken out whole.

In debug mode asyncio cuts long arguments and results in the middle, so that a half of a value is left that nobody
could know again. So nothing of them is shown; which function it is and where it is defined stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_OBJECT = re.compile(rb"<(?:\w{0,40}Task|\w{0,40}Future|\w{0,40}Handle|\w{0,40}Event|coroutine)\b")
_PART = re.compile(rb"\((?=[^()])|\b(?:result|exception|name|cb|coro)=(?=\S)")
_SHOWN = frozenset({b"cb", b"coro"})
_NUMBERED = re.compile(rb"'(?:Task|Thread)-\d+'")


def loop_object_spans(data: bytes, *, everywhere: bool) -> Iterator[tuple[int, int]]:
    """Yield what may hold a value in reprs of asyncio's objects; `everywhere` in a text that asyncio wrote itself."""
    if everywhere:
        yield from _parts(data, 0, len(data))
        return
    end = 0
    for match in _OBJECT.finditer(data):
        if match.start() >= end:
            end = data.find(b"\n", match.start())
            end = len(data) if end < 0 else end
            yield from _parts(data, match.start(), end)


def _parts(data: bytes, at: int, limit: int) -> Iterator[tuple[int, int]]:
    while match := _PART.search(data, at, limit):
        named, start = match[0][:-1], match.end()
        if match[0] == b"(":
            at = _closed(data, start, b"()")
            yield start, at
        elif named in _SHOWN:
            at = start
        elif numbered := _NUMBERED.match(data, start):
            at = numbered.end()
        else:
            at = _value_end(data, start)
            yield start, at


def _closed(data: bytes, at: int, pair: bytes) -> int:
    """Return where what was opened before a place is closed; the end of the text where nothing closes it."""
    depth = 1
    while at < len(data):
        depth += (data[at] == pair[0]) - (data[at] == pair[1])
        if not depth:
            return at
        at += 1
    return len(data)


def _value_end(data: bytes, at: int) -> int:
    """Return where a repr ends: behind its quotes, or at the end of the object or line around it."""
    quote = data[at : at + 1]
    if quote in (b"'", b'"'):
        place = at + 1
        while (place := data.find(quote, place)) >= 0:
            if data[place - 1] != 0x5C:
                return place + 1
            place += 1
        return len(data)
    while at < len(data) and data[at] not in b">\n":
        at = _closed(data, at + 1, b"()") if data[at] == 0x28 else at + 1
    return at
