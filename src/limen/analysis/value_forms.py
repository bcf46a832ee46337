"""The forms in which a value may lie around: in the clear, and as encodings write it that anybody can read again.

The leak probe looks for canaries by them, and the redactor of the runtime controls takes values out of logs by them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import NamedTuple

_SEPARATORS = "-./_: "
_CLEAR = frozenset({"clear", "separators"})
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")
_LEAST = 7
"""Bytes that a form has at least: fewer are found by chance."""


class Form(NamedTuple):
    """One way to write a value."""

    name: str
    """clear, separators, base64, hex, url, json, html, utf-16, or reversed."""
    content: bytes
    """What is looked for, in lower case: what is searched is put into lower case, too."""

    @property
    def clear(self) -> bool:
        """Whether whoever looks sees the value itself."""
        return self.name in _CLEAR


def forms(value: str) -> list[Form]:
    """Return all forms of a value, each content once, the plainest name first; shorter than 7 bytes there is none."""
    found: dict[bytes, str] = {}
    for name, content in _all(value):
        lowered = content.lower()
        if len(lowered) >= _LEAST:
            found.setdefault(lowered, name)
    return [Form(name, content) for content, name in found.items()]


def _all(value: str) -> Iterator[tuple[str, bytes]]:
    raw = value.encode()
    yield "clear", raw
    bare = re.sub(f"[{re.escape(_SEPARATORS)}]", "", value)
    parts = [part for part in re.split(f"[{re.escape(_SEPARATORS)}]", value) if part]
    written = dict.fromkeys([bare, *(separator.join(parts) for separator in _SEPARATORS), "%20".join(parts)])
    if len(parts) > 1:  # a name as lists have it, and its telling part alone
        written |= dict.fromkeys([", ".join(reversed(parts)), *(part for part in parts if len(part) > 10)])
    for other in written:
        yield "separators", other.encode()
    if bare.isdigit() and bare.startswith("0"):  # a GTIN as its shorter sisters write it
        yield "separators", bare.lstrip("0").encode()
    for text in dict.fromkeys([value, bare, bare.lstrip("0"), value.upper(), value.lower()]):
        yield from _encoded(text)


def _encoded(text: str) -> Iterator[tuple[str, bytes]]:
    raw = text.encode()
    for offset in range(3):
        # Characters at both ends also depend on what stands beside the value: those are left out.
        written = base64.b64encode(b"\0" * offset + raw)
        inner = written[(0, 2, 3)[offset] : (len(raw) + offset) * 8 // 6]
        yield "base64", inner
        yield "base64", inner.replace(b"+", b"-").replace(b"/", b"_")
    for separator in ("", " ", ":", "\\x", "\\\\x"):
        yield "hex", separator.join(f"{byte:02x}" for byte in raw).encode()
    yield "url", _quoted(raw)
    yield "url", _quoted(raw).replace(b"%20", b"+")
    yield "url", "".join(f"%{byte:02x}" for byte in raw).encode()
    yield "json", "".join(f"\\u{ord(character):04x}" for character in text).encode()
    yield "html", "".join(f"&#{ord(character)};" for character in text).encode()
    yield "html", "".join(f"&#x{ord(character):x};" for character in text).encode()
    yield "utf-16", text.encode("utf-16-le")
    yield "utf-16", text.encode("utf-16-be")
    yield "reversed", text[::-1].encode()


def _quoted(raw: bytes) -> bytes:
    """Return what `urllib.parse.quote(..., safe="")` writes; this room imports nothing of urllib."""
    return b"".join(bytes((byte,)) if byte in _UNRESERVED else b"%%%02X" % byte for byte in raw)
