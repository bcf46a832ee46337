"""The line of a text that is wrong, with the offending part underlined, as wide as the terminal draws it."""

from __future__ import annotations

import unicodedata

_GUTTER = 5
"""Columns for the line's number."""
_LEAST = 20
"""Columns of text that are shown however narrow the terminal is."""
_CUT = "…"


def excerpt(text: str, line: int, column: int, length: int, width: int) -> list[tuple[str, str]]:
    """Return pairs of plain text and what is to be marked: the line, then its underlining where a column is known.

    `column` and `length` count characters of `text`, from 1; `width` is the terminal's. Wide, combining and hostile
    characters and tabs are counted as they are drawn, and a long line is cut around the column.
    """
    cells = [_drawn(character) for character in text.rstrip("\r\n")]
    first = min(max(column - 1, 0), len(cells))
    last = max(first + 1, min(first + (length or 1), len(cells)))
    room = max(_LEAST, width - _GUTTER - 4)
    start, stop = _window(cells, first, last, room)
    lead = _CUT if start else ""
    tail = _CUT if stop < len(cells) else ""
    shown = "".join(cells[start:stop])
    lines = [(f"{line:>{_GUTTER}} | {lead}{shown}{tail}".rstrip(), "")]
    if column:
        before = sum(map(columns, cells[start:first])) + len(lead)
        marked = sum(map(columns, cells[first : min(last, stop)]))
        lines.append((f"{'':>{_GUTTER}} | {' ' * before}", "^" * max(1, marked)))
    return lines


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for wide characters, none for combining ones."""
    return sum(
        0 if unicodedata.combining(c) or unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 2 if unicodedata.east_asian_width(c) in ("W", "F")
        else 1
        for c in text
    )  # fmt: skip


def _drawn(character: str) -> str:
    """Return a character as it is shown: a tab is a space, what is invisible or no character is spelt out."""
    if character.isprintable():
        return character
    return " " if character == "\t" else f"\\u{ord(character):04x}"


def _window(cells: list[str], first: int, last: int, room: int) -> tuple[int, int]:
    """Return the part of the line that fits the room, with the marked part in it and text on both sides of it."""
    widths = [columns(cell) for cell in cells]
    if sum(widths) <= room:
        return 0, len(cells)
    room -= 2 * len(_CUT)
    marked = min(sum(widths[first:last]), room)
    start, spare = first, (room - marked) // 2
    while start and spare >= widths[start - 1]:
        start -= 1
        spare -= widths[start]
    stop, used = start, 0
    while stop < len(cells) and used + widths[stop] <= room:
        used += widths[stop]
        stop += 1
    return start, stop
