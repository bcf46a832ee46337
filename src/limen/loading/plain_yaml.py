"""YAML the quick way: a long list of flows in the usual layout, one field a line, of which most are written often.

Flows repeat each other's lines, and libyaml takes most of the time of loading. So each line that differs is given to
libyaml once, and flows are put together from the answers. Whatever is laid out otherwise, or has any mistake, is read
event by event, which gives the same value and rows.
"""

from __future__ import annotations

import re
from array import array
from typing import Any

from yaml import YAMLError

from limen.loading.building import ROW, BrokenTextError, Builder, Marks, is_plain_word
from limen.loading.plain_json import DoubtError
from limen.loading.yaml_events import yaml_events

_SECTION = re.compile(r"^flows:\n(?=( *)(- +)[a-z])", re.MULTILINE)
_NEXT = re.compile(r"^[^ \n#-]", re.MULTILINE)
_BLANK = re.compile(r" *(?:#[ -~]*)?")
_ANCHOR = re.compile(r"(?<!\w)&")
_ODD = "\r\t\x85\u2028\u2029\ufeff"
"""Characters that end a line, or indent, differently in YAML."""
_EMPTY = "flows: []\n"
_BRACKETS = 16
"""Brackets on one line, so that no depth is reached that only the whole could tell."""

_Line = tuple[bool, str, Any]


def plain_yaml(text: str, marks: Marks) -> Any:
    """Return the plain value of a YAML text and add its rows to `marks`; equal lines of flows give identical values.

    Raises DoubtError wherever the slow way must be asked; `marks` is untouched then.
    """
    section = _SECTION.search(text)
    if section is None or any(character in text for character in _ODD):
        raise DoubtError(text[:40])
    begin = section.end()
    following = _NEXT.search(text, begin)
    end = following.start() if following is not None else len(text)
    rest = Marks(marks.file, array("q"))
    value = _build(text[: section.start()] + _EMPTY + text[end:], rest)
    # That the empty list was read as the section proves that it is one, and not the inside of some quotation.
    row = rest.sections.get("flows", -1) if isinstance(value, dict) else -1
    if row < 0 or rest.rows[row * ROW + 1] != section.start() or value["flows"] != []:
        raise DoubtError(text[:40])
    value["flows"], starts = _flows(text[begin:end].split("\n"), section.group(1), section.group(2))
    _mark(marks, rest, begin + len(section.group(1)), end, section.start() + len(_EMPTY))
    indent = len(section.group(2))
    stops = [begin + start - indent for start in starts[1:]]
    rows = [marks.add(-1, begin + start, stop) for start, stop in zip(starts, (*stops, end), strict=True)]
    marks.entries["flows"] = dict(enumerate(rows))
    marks.repeats = True
    return value


def _build(text: str, marks: Marks | None) -> Any:
    builder = Builder(marks)
    try:
        value = builder.build(yaml_events(text))
    except (YAMLError, BrokenTextError) as error:
        raise DoubtError(str(error)) from error
    if builder.troubles:
        raise DoubtError(text[:40])
    return value


def _flows(lines: list[str], indent: str, dash: str) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the flows that lines are, and where each starts."""
    known = _lines(lines, indent, dash)
    flows: list[dict[str, Any]] = []
    starts: list[int] = []
    flow: dict[str, Any] = {}
    position = 0
    column = len(indent) + len(dash)
    for line in lines:
        found = known[line]
        if found is not None:
            first, key, value = found
            if first:
                flow = {key: value}
                flows.append(flow)
                starts.append(position + column)
            elif key in flow:
                raise DoubtError(line)
            else:
                flow[key] = value
        position += len(line) + 1
    return flows, starts


def _lines(lines: list[str], indent: str, dash: str) -> dict[str, _Line | None]:
    """Return what each different line means: whether a flow starts with it, a field and its value; None for a blank."""
    pad = " " * len(dash)
    field = re.compile(rf"{indent}(?:{pad}|({dash}))([a-z_]+): (?:([A-Za-z][A-Za-z0-9_.\-]*)|([^ ].*))")
    known: dict[str, _Line | None] = {}
    asked: list[tuple[str, bool, str, str]] = []
    for line in dict.fromkeys(lines):
        found = field.fullmatch(line)
        if found is None:
            if _BLANK.fullmatch(line) is None:
                raise DoubtError(line)
            known[line] = None
            continue
        first, key, word, value = found.groups()
        if word is not None and is_plain_word(word):
            known[line] = (first is not None, key, word)
            continue
        value = value or word
        if value[0] in "|>" or _ANCHOR.search(value) or value.count("[") + value.count("{") > _BRACKETS:
            raise DoubtError(line)
        asked.append((line, first is not None, key, value))
    answers = _build("".join([f"- {key}: {value}\n" for _, _, key, value in asked]), None) or []
    # An item starts at a line's start, so that as many items as lines means that no line reaches into the next one.
    if len(answers) != len(asked):
        raise DoubtError(lines[0])
    for (line, starting, key, _), answer in zip(asked, answers, strict=True):
        if not isinstance(answer, dict) or list(answer) != [key]:
            raise DoubtError(line)
        known[line] = (starting, key, answer[key])
    for key in {found[1] for found in known.values() if found is not None}:
        if not is_plain_word(key):
            raise DoubtError(key)
    return known


def _mark(marks: Marks, rest: Marks, start: int, end: int, cut: int) -> None:
    """Add the rows of all but the flows' section, which was `cut` out between `start` and `end`, and of the section."""
    base = len(marks.rows) // ROW
    gap = end - cut
    flows = rest.sections["flows"] * ROW
    for index in range(0, len(rest.rows), ROW):
        if index == flows:
            marks.add(rest.rows[index + 1], start, end)
            continue
        _, *places = rest.rows[index : index + ROW]
        key_start, first, last = (place + gap if place >= cut else place for place in places)
        marks.add(key_start, first, last)
    marks.sections.update((name, row + base) for name, row in rest.sections.items())
    for name, rows in rest.entries.items():
        marks.entries[name] = {entry: row + base for entry, row in rows.items()}
