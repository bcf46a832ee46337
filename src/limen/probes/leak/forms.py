"""The forms in which a canary may lie around: in the clear, and as encodings write it that anybody can read again."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

_SEPARATORS = "-./_: "
_CLEAR = frozenset({"clear", "separators"})
_LEAST = 7
"""Bytes that a form has at least: fewer are found by chance."""


class Form(NamedTuple):
    """One way to write a canary."""

    name: str
    """clear, separators, base64, hex, url, json, html, utf-16, or reversed."""
    content: bytes
    """What is looked for, in lower case: what is searched is put into lower case, too."""

    @property
    def clear(self) -> bool:
        """Whether whoever looks sees the canary itself."""
        return self.name in _CLEAR


def forms(value: str) -> list[Form]:
    """Return all forms of a canary, each content once, the plainest name first."""
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
    yield "url", quote(text, safe="").encode()
    yield "url", quote(text, safe="").replace("%20", "+").encode()
    yield "url", "".join(f"%{byte:02x}" for byte in raw).encode()
    yield "json", "".join(f"\\u{ord(character):04x}" for character in text).encode()
    yield "html", "".join(f"&#{ord(character)};" for character in text).encode()
    yield "html", "".join(f"&#x{ord(character):x};" for character in text).encode()
    yield "utf-16", text.encode("utf-16-le")
    yield "utf-16", text.encode("utf-16-be")
    yield "reversed", text[::-1].encode()
