"""Encodings that hide a value from a search: Base64, hexadecimal, escapes and percent signs, found and undone.

Text is looked for, not any bytes: of Base64 and hexadecimal only runs count that decode to ASCII, which their own
alphabet tells. So a digest or an image costs nothing, and a key in its binary form is not seen.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from limen.errors import Problem, UsageError

MOST_LAYERS = 5
"""Encodings and archives around one another beyond which nothing more is undone."""
_MOST_INFLATED = 1 << 22
_HINT = "pip install google-re2, or one of limen's extras controls, evidence and secrets"

# Of three ASCII bytes the top bits are 0, so that three of the four letters come from half the alphabet or less.
_QUARTET = r"[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_\-]"
_BASE64 = rf"(?:{_QUARTET}(?:\\n|\r?\n[ \t]{{0,20}})?){{5,}}(?:[A-Za-f][A-HQ-Xg-nw-z0-3][A-Za-z0-9+/_\-]?)?={{0,2}}"
_GZIP_BASE64 = r"H4sI[A-Za-z0-9+/]{20,}={0,2}"
_HEX = r"(?:[2-7][0-9A-Fa-f]|0[9AaDd]){14,}"
_ESCAPES = r"(?:\\x(?:[2-7][0-9A-Fa-f]|0[9AaDd])){8,}"
_PERCENT = r"%[2-7][0-9A-Fa-f]"
_TOKEN = re.compile(rb"[^\s\"'<>`]*")
_TOKEN_BEFORE = re.compile(rb"[^\s\"'<>`]*\Z")
_ESCAPED_BYTE = re.compile(rb"%([0-9A-Fa-f]{2})")
_NO_BASE64 = re.compile(rb"\\n|[^A-Za-z0-9+/]")


class Decoded(NamedTuple):
    """An encoded run, and what it says."""

    encoding: str
    start: int
    content: bytes
    end: int
    """Where the run ends."""


def decoded(data: bytes) -> Iterator[Decoded]:
    """Yield every encoded run in data, undone once; raises UsageError where RE2 is not installed."""
    finders = _finders()
    for match in finders[0].finditer(data):
        content = _from_base64(match[0])
        if content:
            yield Decoded("base64", match.start(), content, match.end())
    for match in finders[1].finditer(data):
        inflated = _inflated(_from_base64(match[0]))
        if inflated:
            yield Decoded("gzip in base64", match.start(), inflated, match.end())
    for match in finders[2].finditer(data):
        run = match[0][: len(match[0]) // 2 * 2]
        yield Decoded("hex", match.start(), binascii.unhexlify(run), match.end())
    for match in finders[3].finditer(data):
        yield Decoded("hex", match.start(), binascii.unhexlify(match[0].replace(b"\\x", b"")), match.end())
    end = -1
    for match in finders[4].finditer(data):
        at = match.start()
        if at < end:
            continue
        before = _TOKEN_BEFORE.search(data, max(0, at - 512), at)
        start = before.start() if before is not None else at
        token = _TOKEN.match(data, start, start + 4096)
        if token is not None:
            end = token.end()
            yield Decoded("url", start, _unquoted(token[0]), end)


@cache
def _finders() -> tuple[Any, ...]:
    try:
        import re2
    except ImportError:
        raise UsageError(
            Problem(message="encodings are looked for with RE2, which is not installed", hint=_HINT)
        ) from None
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return tuple(re2.compile(text.encode(), options) for text in (_BASE64, _GZIP_BASE64, _HEX, _ESCAPES, _PERCENT))


def _from_base64(run: bytes) -> bytes:
    plain = _NO_BASE64.sub(b"", run.replace(b"-", b"+").replace(b"_", b"/"))
    if len(plain) % 4 == 1:
        plain = plain[:-1]
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4))
    except binascii.Error:
        return b""


def _inflated(content: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(content, _MOST_INFLATED)
    except zlib.error:
        return b""


def _unquoted(token: bytes) -> bytes:
    """Return what `urllib.parse.unquote_to_bytes` reads; this room imports nothing of urllib."""
    return _ESCAPED_BYTE.sub(lambda match: binascii.unhexlify(match[1]), token)
