"""Values that are known to be identifiers, found wherever they stand: as they are, and as encodings write them."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Iterable, Iterator
from typing import Any

_LEAST = 6
"""Bytes of a value that is looked for: shorter ones are found by chance."""
_LONG = 8
"""Bytes from which a value is also looked for in hexadecimal and Base64."""
_COMMON = frozenset({"birth_date"})
"""Kinds whose values stand for something else elsewhere: a day is not only somebody's."""
_WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class Values:
    """Finds values that stand alone, with no letter or digit beside them; and their encodings anywhere."""

    def __init__(self, values: Iterable[tuple[str, bytes]], *, encoded: bool) -> None:
        """Get ready for values by kind; short ones and days are left out. `encoded` looks for encodings as well."""
        import ahocorasick

        self._automaton: Any = ahocorasick.Automaton()
        for kind, value in values:
            if len(value) < _LEAST or kind in _COMMON:
                continue
            text = value.decode("utf-8", "replace")
            alone = {value}
            if encoded:
                alone |= {json.dumps(text)[1:-1].encode(), urllib.parse.quote(text, safe="").encode()}
                for form in _encodings(value) if len(value) >= _LONG else ():
                    self._automaton.add_word(form.decode("latin-1"), (len(form), False, kind))
            for form in alone:
                self._automaton.add_word(form.decode("latin-1"), (len(form), True, kind))
        self._empty = not len(self._automaton)
        if not self._empty:
            self._automaton.make_automaton()

    def find(self, data: bytes) -> Iterator[tuple[int, int, str]]:
        """Yield where a value begins, where it ends and its kind."""
        if self._empty:
            return
        for last, (length, alone, kind) in self._automaton.iter(data.decode("latin-1")):
            start, end = last - length + 1, last + 1
            if alone and ((start and data[start - 1] in _WORD) or (end < len(data) and data[end] in _WORD)):
                continue
            yield start, end, kind


def _encodings(value: bytes) -> Iterator[bytes]:
    yield value.hex().encode()
    yield value.hex().upper().encode()
    for offset in range(3):
        # Characters at both ends also depend on what stands beside the value: those are left out.
        written = base64.b64encode(b"\0" * offset + value)
        inner = written[(0, 2, 3)[offset] : (len(value) + offset) * 8 // 6]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")
