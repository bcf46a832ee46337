"""Words of error messages: safe quotations and suggestions for names that are close."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

QUOTE_LIMIT = 80
"""Characters of a user's text that a message repeats."""

SUGGESTION_LIMIT = 2000
"""Names that are compared for one suggestion; comparing more would cost more than the hint is worth."""


def quote(text: str) -> str:
    """Return text in double quotes, on one line, at most 80 characters of it, with nothing a terminal obeys.

    Control, bidirectional and other invisible characters appear as escapes, so that a message can't be
    reordered, recoloured or forged by what it quotes.
    """
    shown = "".join(_visible(character) for character in text[:QUOTE_LIMIT])
    return f'"{shown}…"' if len(text) > QUOTE_LIMIT else f'"{shown}"'


def _visible(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def suggestion(name: str, names: Iterable[str]) -> str:
    """Return ``did you mean "gateway"?`` for the name that is closest, or an empty text."""
    near = [other for other in names if abs(len(other) - len(name)) <= 4]
    if len(near) > SUGGESTION_LIMIT:
        near = [other for other in near if other[:2] == name[:2]][:SUGGESTION_LIMIT]
    lowered = name.lower()
    for other in near:
        if other.lower() == lowered:
            return f"did you mean {quote(other)}?"
    import difflib

    matches = difflib.get_close_matches(name[:QUOTE_LIMIT], near, n=1, cutoff=0.6)
    return f"did you mean {quote(matches[0])}?" if matches else ""


def listing(names: Iterable[str], limit: int = 40) -> str:
    """Return names joined by commas, the last one after "or"; beyond `limit` names the rest is counted."""
    shown = list(names)
    rest = len(shown) - limit
    if rest > 0:
        return ", ".join(shown[:limit]) + f" or one of {rest} more"
    return " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else "nothing"


def describe(value: Any) -> str:
    """Return what a plain value is, safely and briefly."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    return "a list" if value else "an empty list"
