"""Errors as OPA lists them, its server and its program alike: what failed, and where."""

from __future__ import annotations

from typing import Any

from limen.policy.canonical import Number


def errors_of(content: Any) -> list[Any]:
    """Return the errors that an answer lists; none where it lists none."""
    found = content.get("errors") if isinstance(content, dict) else None
    return found if isinstance(found, list) else []


def is_fault(error: Any) -> bool:
    """Return whether an error is one of an evaluation: the input's or the rule's, and not the engine's."""
    return isinstance(error, dict) and str(error.get("code", "")).startswith("eval_")


def is_refusal(error: Any) -> bool:
    """Return whether an error is the compiler's: a module can't be used."""
    return isinstance(error, dict) and str(error.get("code", "")).startswith("rego_")


def words_of(error: Any) -> str:
    """Return what an error says."""
    return str(error.get("message", "")) if isinstance(error, dict) else str(error)


def place_of(error: Any) -> tuple[str, int, int]:
    """Return file, line and column of an error, an empty text and 0 where it has none."""
    place = error.get("location") if isinstance(error, dict) else None
    if not isinstance(place, dict):
        return "", 0, 0
    return str(place.get("file", "")), _count(place.get("row")), _count(place.get("col"))


def _count(value: object) -> int:
    return int(value.text) if isinstance(value, Number) and value.text.isdigit() else 0
