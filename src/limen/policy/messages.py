"""Findings in words: METADATA templates with the values that the rule gave, as people write them.

A template names values: ``{actual}``. Words that depend on a number stand beside it: ``{actual:key is|keys are}`` gives
the first for 1 and the second for any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

import msgspec

from limen.policy.parameters import value_text

PLURAL = "|"
"""Stands between the words for one and those for any other number."""
TEXT_LIMIT = 200
"""Characters of one value that a message repeats."""


class _Values(Formatter):
    """Puts plain names in; what a template names and the rule did not give is said, not hidden."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), "an unknown value")

    def format_field(self, value: Any, format_spec: str) -> str:
        one, _, other = format_spec.partition(PLURAL)
        return str(value) if not format_spec else one if value == "1" else other


_FORMATTER = _Values()


def message_of(template: str, values: Mapping[str, bytes], units: Mapping[str, str]) -> str:
    """Return a template with values put in; `values` are JSON texts, `units` say what the numbers mean."""
    shown = {key: shown_value(msgspec.json.decode(value), units.get(key, "")) for key, value in values.items()}
    return _FORMATTER.vformat(template, (), shown)


def plural_only(template: str) -> str:
    """Return a template as it is shown where there are no values: with the words for several."""
    return "".join(
        text + (("{" + name + "}" if not spec else spec.partition(PLURAL)[2]) if name is not None else "")
        for text, name, spec, _ in _FORMATTER.parse(template)
    )


def shown_value(value: Any, unit: str) -> str:
    """Return a value as a person writes it: durations as P365D, TLS ranks as 1.2, labels in their words."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            return visible(value["text"])
        return visible(msgspec.json.encode(value).decode())
    if isinstance(value, list):
        return visible(", ".join(shown_value(item, unit) for item in value) or "none")
    if value is None:
        return "nothing"
    return visible(value_text(value, unit))


def visible(text: str) -> str:
    """Return text on one line, without characters that reorder, recolour or forge what is around them."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else _escape(character) for character in text)
    return text if len(text) <= TEXT_LIMIT else f"{text[:TEXT_LIMIT]}…"


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
