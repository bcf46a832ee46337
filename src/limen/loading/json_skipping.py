"""Places in JSON the quick way: the standard library's scanner skips what is not asked for.

Both functions give what walking the events of the text gives, and refuse what they can't be sure of.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator

from limen.loading.finding import Span
from limen.loading.json_events import skip_space
from limen.loading.plain_json import DoubtError

_TROUBLES = (ValueError, IndexError, RecursionError)
_scan = json.JSONDecoder().raw_decode


def find_quickly(text: str, path: tuple[str | int, ...], key: bool = False) -> Span | None:
    """Return what `find` returns for the events of a JSON text; raises DoubtError where only they can tell."""
    best: Span | None = None
    try:
        index = skip_space(text, 0)
        for step in path:
            opener = text[index]
            found = -1
            if opener == "{":
                for key_start, key_end, start in _members(text, index):
                    if _scan(text, key_start)[0] == step:
                        best, found = Span(key_start, key_end), start
                        break
            elif opener == "[" and isinstance(step, int):
                for count, start in enumerate(_elements(text, index)):
                    if count == step:
                        best, found = Span(start, start + 1) if text[start] in "{[" else None, start
                        break
            elif opener != "[":
                return Span(index, _scan(text, index)[1])
            if found < 0:
                return best
            index = found
        if text[index] in "{[":
            return best or Span(index, index + 1)
        return best if key and best is not None else Span(index, _scan(text, index)[1])
    except _TROUBLES as error:
        raise DoubtError(text[:40]) from error


def json_rows(text: str) -> array[int]:
    """Return the rows, of file 0, that a Builder marks for a JSON object; raises DoubtError where it is none."""
    rows = array("q")
    try:
        for key_start, _, start in _members(text, skip_space(text, 0)):
            if text[start] == "{":
                for name_start, _, entry in _members(text, start):
                    rows.extend((0, name_start, entry, _scan(text, entry)[1]))
            elif text[start] == "[":
                for entry in _elements(text, start):
                    rows.extend((0, -1, entry, _scan(text, entry)[1]))
            rows.extend((0, key_start, start, _scan(text, start)[1]))
    except _TROUBLES as error:
        raise DoubtError(text[:40]) from error
    return rows


def _members(text: str, index: int) -> Iterator[tuple[int, int, int]]:
    """Yield where each key of the object at `index` starts and ends, and where its value starts."""
    if text[index] != "{":
        raise ValueError(text[index])
    index = skip_space(text, index + 1)
    while text[index] != "}":
        if text[index] != '"':
            raise ValueError(text[index])
        end = _scan(text, index)[1]
        colon = skip_space(text, end)
        if text[colon] != ":":
            raise ValueError(text[colon])
        start = skip_space(text, colon + 1)
        yield index, end, start
        index = _next(text, _scan(text, start)[1], "}")


def _elements(text: str, index: int) -> Iterator[int]:
    """Yield where each element of the list at `index` starts."""
    index = skip_space(text, index + 1)
    while text[index] != "]":
        yield index
        index = _next(text, _scan(text, index)[1], "]")


def _next(text: str, index: int, closer: str) -> int:
    index = skip_space(text, index)
    if text[index] == closer:
        return index
    if text[index] != ",":
        raise ValueError(text[index])
    index = skip_space(text, index + 1)
    if text[index] == closer:
        raise ValueError(closer)
    return index
