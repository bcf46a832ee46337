"""Keeps credentials out of what is recorded: their values, and the forms in which protocols write them."""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator

from limen.records.endpoints import MARK, TELLING, holds_password, without_secret

_SHORT = 8
"""Characters below which a value is only taken out where it stands alone: a PIN is part of many a number."""
_LEAST = 3
"""Characters below which a value is left: it says nothing, and every text has it."""
_PAIR = re.compile(r"""([\w.\-]+)\s*[=:]\s*(?:"([^"]+)"|'([^']+)'|([^\s;,&'"]+))""")


class Redaction:
    """Takes the values that it was told out of texts and bytes; only ever grows, and never shows a value."""

    def __init__(self) -> None:
        """Start with nothing to take out."""
        self._pattern: re.Pattern[bytes] | None = None
        self._forms: set[bytes] = set()

    def __repr__(self) -> str:
        """Return a text without the values."""
        return "Redaction(…)"

    def add(self, value: str) -> None:
        """Take a credential's value out from now on: itself, what within it is secret, and how it is written."""
        for part in (value, *_parts(value)):
            if len(part) >= _LEAST:
                self._forms.update(_forms(part))
        if self._forms:
            ordered = sorted(self._forms, key=lambda form: (-len(form), form))
            self._pattern = re.compile(b"|".join(map(_expression, ordered)))

    def finds(self, content: bytes) -> bool:
        """Return whether content holds a value."""
        return self._pattern is not None and self._pattern.search(content) is not None

    def content(self, content: bytes) -> bytes:
        """Return content without the values."""
        return content if self._pattern is None else self._pattern.sub(MARK.encode(), content)

    def text(self, text: str) -> str:
        """Return text without the values; what is no Unicode text is replaced."""
        return self.content(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def without_userinfo(endpoint: str) -> str:
    """Return an endpoint without the user and password that a URL may hold, and without other credentials."""
    return without_secret(endpoint)


def holds_credential(endpoint: str) -> bool:
    """Return whether an endpoint has a password in it, which belongs into a reference."""
    return holds_password(endpoint)


def _parts(value: str) -> Iterator[str]:
    """Yield what is secret within a credential of several parts: a URL's password, values with a telling name."""
    found = re.search(r"://([^/?#\s]*)@", value)
    if found is not None:
        password = found[1].partition(":")[2]
        yield from (password, urllib.parse.unquote(password))
    elif ":" in value and not value.lstrip().startswith(("{", "[")):
        yield value.partition(":")[2]
    for name, *given in _PAIR.findall(value):
        if TELLING.search(name):
            yield next((one for one in given if one), "")
    try:
        yield from _secrets_of(json.loads(value))
    except (ValueError, RecursionError):
        return


def _secrets_of(value: object, telling: bool = False) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _secrets_of(inner, telling or TELLING.search(name) is not None)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets_of(inner, telling)
    elif isinstance(value, str) and telling:
        yield value


def _forms(value: str) -> Iterable[bytes]:
    """Return a value as it is, in JSON, in a URL and in hexadecimal and Base64 at each of the three offsets."""
    raw = value.encode("utf-8", "surrogatepass")
    yield raw
    yield json.dumps(value)[1:-1].encode()
    yield json.dumps(value, ensure_ascii=False)[1:-1].encode("utf-8", "replace")
    yield urllib.parse.quote(value, safe="", errors="replace").encode()
    yield urllib.parse.quote_plus(value, errors="replace").encode()
    yield repr(value)[1:-1].encode("utf-8", "replace")
    if len(raw) < _SHORT:
        return
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    for offset in range(3):
        # Characters at both ends also depend on what stands beside the value: those are left out.
        written = base64.b64encode(b"\0" * offset + raw)
        inner = written[(0, 2, 3)[offset] : (len(raw) + offset) * 8 // 6]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def _expression(form: bytes) -> bytes:
    escaped = re.escape(form)
    return escaped if len(form) >= _SHORT else rb"(?<![0-9A-Za-z])" + escaped + rb"(?![0-9A-Za-z])"
