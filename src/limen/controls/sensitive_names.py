"""Fields with a sensitive name, found in any text that names them: JSON, repr, XML, query strings, key=value, prose.

The name tells that a value follows, whatever the value looks like. Where the end of a value can't be told, everything
up to the end of the line, or of the text, counts as the value: too much is taken out rather than too little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

_NAME_PARTS = re.compile(r"[A-Za-z][a-z]*|[0-9]+|[^\W_]+")
_SUFFIX = rb"(?:[_-][A-Za-z]{1,24}[0-9]?|(?-i:[A-Z][a-z]{1,24}[0-9]?)){0,3}(?:e?s)?"
_QUOTE = rb"""(?:\\{0,8}["'`]|&quot;|&apos;|&#(?:34|39|x22|x27);|%22|%27)"""
_JOINT = re.compile(
    rb"(?i:" + _SUFFIX + rb")"
    rb"(?:" + _QUOTE + rb"|[\])}]){0,2}\s{0,8}(?:=>|:=|->|==|[:=>|]|%3[AaDd])\s{0,24}(?:-[ ]{1,3})?"
    rb"""(?:,?\s{0,3}["']?value["']?\s{0,3}[:=]\s{0,3})?"""
)
_LISTED = re.compile(rb"(?i:" + _SUFFIX + rb")" + _QUOTE + rb",\s{0,8}")
"""Between a name and its value in a pair: `("dob", "1970-01-01")`."""
_BESIDE = re.compile(
    rb"(?i:" + _SUFFIX + rb"""(?:[ \t]{1,3}|[-_#])(?:is |was |no\.? |nr\.? |number |of |= )?[#'"(]{0,2})"""
    rb"((?=[A-Za-z./_-]{0,40}[0-9])[A-Za-z0-9][A-Za-z0-9./_-]{1,60})"
)
_OPENING = re.compile(rb"[bBrRuUfF]{0,2}(" + _QUOTE + rb")")
_NEXT_FIELD = re.compile(rb"""\s{0,8}["']?[A-Za-z_][\w.-]{0,60}["']?\s?(?:=(?!=)|:\s)""")
_ENTITY = re.compile(rb"&(?:#x?[0-9a-fA-F]{1,6}|amp|quot|apos|lt|gt);")
_COUNTS = re.compile(r"[_-]?(?:count|counts|total|totals|size|length|len)$", re.IGNORECASE)
_PAIRS = {0x28: 0x29, 0x5B: 0x5D, 0x7B: 0x7D}
_KEPT = re.compile(rb"\[(?:redacted|protected)\]|tok:v1:[A-Za-z0-9_.\-]{1,128}:[0-9a-f]{64}|None|null|true|false|\*+")


class SensitiveNames:
    """Knows the names of sensitive fields, however they are joined: patient_name, patientName, Patient-Name."""

    def __init__(self, names: Iterable[str]) -> None:
        """Compile the names; raises ImportError where RE2 is not installed."""
        import re2

        parts = {tuple(part.lower() for part in _NAME_PARTS.findall(name)) for name in names}
        ordered = sorted((one for one in parts if one), key=lambda one: (-len("".join(one)), one))
        self._key: re.Pattern[str] | None = None
        self._anchors: Any = None
        if not ordered:
            return
        written = "|".join(r"[_\- .]?".join(map(re.escape, one)) for one in ordered)
        border = r"(?:(?<![A-Za-z0-9])|(?-i:(?<=[a-z0-9])(?=[A-Z])))"
        self._key = re.compile(rf"{border}(?:{written})(?i:{_SUFFIX.decode()})$", re.IGNORECASE)
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.log_errors = False
        self._anchors = re2.compile(f"(?i:{written})".encode(), options)

    def sensitive(self, key: object) -> bool:
        """Return whether a key names a sensitive field; how many there are of something is not sensitive."""
        if self._key is None or not isinstance(key, str):
            return False
        return self._key.search(key) is not None and _COUNTS.search(key) is None

    def spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield where the value of a sensitive field begins and ends."""
        if self._anchors is None:
            return
        done = 0
        for match in self._anchors.finditer(data):
            start, end = match.span()
            # What lies within a value is taken out with it; looking again at each name there would take forever.
            if start < done or not _borders(data, start) or data[max(0, start - 2) : start] == b"</":
                continue
            for begin, finish in _values(data, end):
                done = max(done, finish)
                yield begin, finish


def _borders(data: bytes, start: int) -> bool:
    """Return whether a word begins at a place, or the next word of camelCase."""
    if start == 0:
        return True
    before, first = data[start - 1 : start], data[start : start + 1]
    if not before.isalnum():
        return True
    if not before.isupper() and first.isupper():
        return True
    # The letter of an escape, such as that of \\n, is none of a word.
    return before in b"nrtbf" and data[start - 2 : start - 1] == b"\\"


def _values(data: bytes, end: int) -> Iterator[tuple[int, int]]:
    joint = _JOINT.match(data, end) or _LISTED.match(data, end)
    if joint is None:
        beside = _BESIDE.match(data, end)
        if beside is not None and not _KEPT.fullmatch(beside[1]):
            yield beside.span(1)
        return
    if _COUNTS.search(data[end : joint.end()].split(b"=")[0].split(b":")[0].strip(b" \"'\\").decode("latin-1")):
        return
    begin, finish = _value(data, joint.end())
    if begin < finish and not _KEPT.fullmatch(data[begin:finish].strip()):
        yield begin, finish


def _value(data: bytes, at: int) -> tuple[int, int]:
    """Return where the value at a place begins and ends."""
    opening = _OPENING.match(data, at)
    if opening is not None:
        return opening.end(), _closing_quote(data, opening.end(), opening[1])
    if at < len(data) and data[at] in _PAIRS:
        return at, closing_bracket(data, at)
    return at, _bare_end(data, at)


def _closing_quote(data: bytes, at: int, quote: bytes) -> int:
    """Return where a quoted value ends, before its closing quote; the end of the text where nothing closes it."""
    place = data.find(quote, at)
    while place >= 0:
        before = place
        while before > at and data[before - 1] == 0x5C:
            before -= 1
        if quote.startswith((b"&", b"%")) or (place - before) % 2 == 0:
            return place
        place = data.find(quote, place + 1)
    return len(data)


def closing_bracket(data: bytes, at: int) -> int:
    """Return where a bracket is closed, after it; quotes within are followed."""
    closing: list[int] = []
    while at < len(data):
        byte = data[at]
        if byte in _PAIRS:
            closing.append(_PAIRS[byte])
        elif closing and byte == closing[-1]:
            closing.pop()
            if not closing:
                return at + 1
        elif byte in b"\"'" and not data[at - 1 : at].isalnum():
            at = _closing_quote(data, at + 1, data[at : at + 1])
        at += 1
    return len(data)


def _bare_end(data: bytes, at: int) -> int:
    """Return where a value without quotes ends: at a sign that ends it, or before the next name and its sign."""
    while at < len(data):
        byte = data[at]
        if byte in b"\n\r\t<>)]}|" or (byte == 0x26 and not _ENTITY.match(data, at)):
            return at
        if byte in b",; " and _NEXT_FIELD.match(data, at + 1):
            return at
        if byte in b"\"'`" and not data[at + 1 : at + 2].isalnum():
            return at
        at = closing_bracket(data, at) if byte in _PAIRS else at + 1
    return len(data)
