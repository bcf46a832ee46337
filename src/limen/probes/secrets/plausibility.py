"""Whether what looks like a secret may be one: entropy, and the marks of placeholders, names and expressions."""

from __future__ import annotations

import re

from limen.analysis.placeholders import entropy, placeholder

_NAMES = re.compile(
    rb"passw|secret|token|(?:^|[^a-z])key|credential|(?:^|[^a-z])test|hidden|mysql|postgres|localhost|admin|"
    rb"default|value|string|config|undefined|(?:^|[^a-z])null|(?:^|[^a-z])none(?:$|[^a-z])|user|login|env\b|process|"
    rb"getenv|vault|param|prompt|input|field|header|cookie|session|enabled|disabled|required|optional|[a-z]{4}://",
    re.IGNORECASE,
)
_EXPRESSION = re.compile(
    rb"\$\{|\$\(|\{\{|\}\}|%\(|<%|%>|<[a-z]|^\$|^%[A-Za-z_]+%$|^@|^\{|^\[|^/|\w\(|^&|::|^0x[0-9a-f]{1,16}$",
    re.IGNORECASE,
)
_ACCESS = re.compile(rb"[A-Za-z_]\w*(?:(?:\.|->)[A-Za-z_]\w*)+")
_ENDS = (b" ", b"\t", b"\r", b"\n", b",", b";", b"&", b"}", b"#", b"|", b"\\", b"`", b'"', b"'")
_WORDS = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_SPACED = re.compile(rb"%20|%0[AaDd]|%2[Ff].*%2[Ff]")
_HEX = re.compile(rb"[0-9A-Fa-f-]+")
_NAME_PART = re.compile(rb"[a-z]*|[A-Z]?[a-z]+|[A-Z]+|[vV]?[0-9]{1,4}|[A-Za-z]+[0-9]{1,2}")


def framed(data: bytes, start: int, stop: int) -> bool:
    """Return whether a value is a whole literal: its quotes match, or nothing of an expression follows it."""
    before, behind = data[start - 1 : start], data[stop : stop + 2]
    if before in (b'"', b"'", b"`"):
        return behind[:1] == before or behind == b"\\" + before
    if _ACCESS.fullmatch(data, start, stop) is not None:
        return False
    return not behind or behind[:1] in _ENDS or behind == b"</"


def looks_random(secret: bytes, least: float) -> bool:
    """Return whether a value that only its name makes a secret is one: letters and digits, mixed as chance mixes them.

    `least` is the entropy in bits a byte that it must have.
    """
    if _SPACED.search(secret) is not None:
        return False
    of_hex = _HEX.fullmatch(secret) is not None
    least -= 0.5 if of_hex else 0.0
    if placeholder(secret) or _EXPRESSION.search(secret) is not None or entropy(secret) < least:
        return False
    parts = re.split(rb"[_\-./~]+", secret)
    if len(parts) > 2 and all(_NAME_PART.fullmatch(part) for part in parts):
        return False
    if not re.search(rb"[0-9]", secret) or not re.search(rb"[A-Za-z]", secret):
        return False
    if of_hex:
        return True
    pieces = _WORDS.findall(secret)
    longest = max(len(piece) for piece in pieces)
    # Random letters and digits change class every second or third character; names are made of words.
    return len(pieces) / len(secret) >= 0.2 and longest <= 12


def looks_chosen(secret: bytes, least: float) -> bool:
    """Return whether a value called a password is one that somebody chose, and no name, word or expression."""
    if placeholder(secret) or _EXPRESSION.search(secret) is not None or _NAMES.search(secret) is not None:
        return False
    kinds = sum(re.search(kind, secret) is not None for kind in (rb"[a-z]", rb"[A-Z]", rb"[0-9]", rb"[^A-Za-z0-9]"))
    return kinds >= 2 and re.search(rb"[0-9!@#%^*+?~]", secret) is not None and entropy(secret) >= least
