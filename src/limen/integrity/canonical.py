"""Canonical JSON as RFC 8785 defines it: one text for each value, so that what is hashed is never a matter of taste.

orjson writes the same bytes as RFC 8785 except for floats, integers beyond 2^53 and names outside the Basic
Multilingual Plane (RFC 8785 sorts by UTF-16, orjson by code point). So a type check decides who writes.
"""

from __future__ import annotations

import math
from typing import Any

import orjson

LARGEST = 2**53 - 1
"""Largest integer that every reader keeps exactly (RFC 8785 section 3.2.2.3, I-JSON)."""
_BUFFER = 1 << 14
"""Bytes below which a text is copied out of the buffer in which orjson wrote it."""
DEEPEST = 200
"""Levels of nesting that are written; beyond them a value is refused rather than the stack exhausted."""


class CanonicalError(ValueError):
    """A value without a canonical JSON text: NaN, an integer beyond 2^53, a lone surrogate, a name that is no text."""


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 text of a JSON value (dicts, lists, tuples, str, int, float, bool, None), as UTF-8.

    Raises CanonicalError where there is none.
    """
    try:
        if _plain(value, 0):
            written = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
            # Its buffer stays as long as it was grown: 4 KB for 50 bytes, and records are kept by the hundred thousand.
            return bytes(memoryview(written)) if len(written) < _BUFFER else written
        return _written(value)
    except (orjson.JSONEncodeError, UnicodeEncodeError) as error:  # lone surrogates; types that are no JSON
        raise CanonicalError(str(error)) from None


def recanonical(text: bytes) -> tuple[Any, bytes]:
    """Return the value of a JSON text and its canonical text; of a name that stands twice the last counts.

    Numbers are read as RFC 8785 has them read, as doubles: those that are integers beyond 2^53 come back as floats.
    Raises CanonicalError where the text is no JSON or has no canonical form.
    """
    try:
        value = doubles(orjson.loads(text))
    except orjson.JSONDecodeError:
        raise CanonicalError("it is no JSON") from None
    return value, canonical(value)


def doubles(value: Any, depth: int = 0) -> Any:
    """Return a JSON value with integers beyond 2^53 as the doubles that they stand for, as recanonical reads them.

    Raises CanonicalError where it is nested too deeply.
    """
    if type(value) is int and not -LARGEST <= value <= LARGEST:
        return float(value)
    if depth > DEEPEST:
        raise CanonicalError(f"nested deeper than {DEEPEST} levels")
    if type(value) is dict:
        return {name: doubles(inner, depth + 1) for name, inner in value.items()}
    if type(value) is list:
        return [doubles(inner, depth + 1) for inner in value]
    return value


def _plain(value: Any, depth: int) -> bool:
    """Return whether orjson writes a value as RFC 8785 does; raises CanonicalError where nothing would be right."""
    if depth > DEEPEST:
        raise CanonicalError(f"nested deeper than {DEEPEST} levels")
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        if not -LARGEST <= value <= LARGEST:
            raise CanonicalError("an integer beyond 2^53 has no exact JSON number; write it as a string")
        return True
    if kind is float:
        if not math.isfinite(value):
            raise CanonicalError("NaN and infinities have no JSON text")
        return False
    if kind is dict:
        plain = True
        for name, inner in value.items():
            if type(name) is not str:
                raise CanonicalError("a name that is no text")
            plain &= _plain(inner, depth + 1) and (name.isascii() or max(name) < "\U00010000")
        return plain
    if kind is list or kind is tuple:
        plain = True
        for inner in value:
            plain &= _plain(inner, depth + 1)
        return plain
    raise CanonicalError(f"{kind.__name__} is no JSON type")


def _written(value: Any) -> bytes:
    """Return the text of a value that was checked, by the letter of RFC 8785."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return b"{" + b",".join(orjson.dumps(name) + b":" + _written(value[name]) for name in names) + b"}"
    if isinstance(value, list | tuple):
        return b"[" + b",".join(map(_written, value)) + b"]"
    return _number(value).encode() if isinstance(value, float) else orjson.dumps(value)


def _number(value: float) -> str:
    """Return a float as ECMAScript's Number::toString writes it (ECMA-262, RFC 8785 section 3.2.2.3)."""
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        text = digits + "0" * (point - count)
    elif 0 < point <= 21:
        text = f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        rest = f".{digits[1:]}" if count > 1 else ""
        text = f"{digits[0]}{rest}e{point - 1:+d}"
    return sign + text
