"""JSON texts of one form, numbers exact, so that what two engines say can be compared letter by letter."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

_LONGEST = 400
"""Digits up to which a number is written out; beyond them it gets an exponent."""


class Number(msgspec.Struct, frozen=True):
    """A number that no float rounds, and that no limit on digits refuses."""

    text: str
    """Its canonical text."""


def canonical(text: str | bytes) -> str:
    """Return a JSON text without spaces, keys in order and every number in its one shortest exact form.

    Raises ValueError where it is no JSON, or nested too deep to read.
    """
    return written(parsed(text))


def parsed(text: str | bytes) -> Any:
    """Return a JSON value whose numbers are `Number`; raise ValueError where it is none."""
    try:
        return json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_refused)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def written(value: Any) -> str:
    """Return the canonical text of a value that `parsed` returned."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(key)}:{written(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return _text(value)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _number(text: str) -> Number:
    try:
        sign, digits, exponent = Decimal(text).as_tuple()
    except InvalidOperation:
        raise ValueError("a number has an exponent that is too large") from None
    if not isinstance(exponent, int):  # an infinity; the grammar of JSON has none
        raise ValueError(f"{text} is no number")
    shown = "".join(map(str, digits)).lstrip("0")
    exponent += len(shown) - len(shown := shown.rstrip("0"))
    if not shown:
        return Number("0")
    lead = "-" if sign else ""
    if exponent >= 0 and len(shown) + exponent <= _LONGEST:
        return Number(lead + shown + "0" * exponent)
    if -_LONGEST <= exponent < 0:
        whole = shown[:exponent] or "0"
        return Number(f"{lead}{whole}.{shown[exponent:].rjust(-exponent, '0')}")
    return Number(f"{lead}{shown}e{exponent}")


def _refused(text: str) -> None:
    raise ValueError(f"{text} is no JSON")
