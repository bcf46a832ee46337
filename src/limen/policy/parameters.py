"""Types of rule parameters: how a profile writes a value, what rules see of it, and which value is stricter."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal, get_args

import msgspec

from limen.model.scalars import TLS_RANKS, duration_seconds, duration_text

ParameterType = Literal[
    "integer",
    "boolean",
    "string",
    "strings",
    "duration",
    "tls_version",
    "date",
    "integer_table",
    "duration_table",
    "date_table",
]
Stricter = Literal["higher", "lower", "more", "fewer", "none"]
TYPES: tuple[str, ...] = get_args(ParameterType)
DIRECTIONS: tuple[str, ...] = get_args(Stricter)

LARGEST = 2**53 - 1
"""Greatest integer that subjects, parameters and rules may hold, either way: JSON keeps it exact everywhere."""

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
_TLS_NAMES = {rank: name for name, rank in TLS_RANKS.items()}


class Parameter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that a rule takes from profiles."""

    type: ParameterType
    """How it is written and what it means."""
    stricter: Stricter
    """Which of two values is stricter; none: two profiles must agree."""

    @property
    def scalar(self) -> str:
        """The type of one entry: of a table its values', else the type itself."""
        return self.type.removesuffix("_table")

    def misfit(self) -> str:
        """Return why type and direction do not go together, or an empty text."""
        if self.stricter == "none":
            return ""
        ordered = self.type in ("integer", "boolean", "duration", "tls_version", "date") or self.type.endswith("_table")
        if self.type == "string":
            return "a string has no stricter value: use stricter: none"
        if ordered and self.stricter in ("more", "fewer"):
            return f"{self.type} is stricter: higher, lower or none"
        if not ordered and self.stricter in ("higher", "lower"):
            return f"{self.type} is stricter: more, fewer or none"
        return ""

    def parse(self, value: Any) -> Any:
        """Return a written value as rules see it: seconds, ranks, yyyymmdd, sorted lists, tables of them.

        Raises ValueError with what was expected.
        """
        if not self.type.endswith("_table"):
            return _PARSERS[self.type](value)
        if not isinstance(value, dict):
            raise ValueError(f"expected a table of {self.scalar}s by name")
        return {str(key): _PARSERS[self.scalar](item) for key, item in sorted(value.items())}

    def stricter_of(self, one: Any, other: Any) -> Any:
        """Return the stricter of two values; of tables entry by entry.

        Raises ValueError where the parameter has no stricter value and the two differ.
        """
        if one == other:
            return one
        if self.stricter == "none":
            raise ValueError("profiles disagree, and neither value is stricter")
        if self.type.endswith("_table"):
            merged = dict(one)
            for key, item in other.items():
                merged[key] = self._stricter_scalar(merged[key], item) if key in merged else item
            return dict(sorted(merged.items()))
        if self.type == "strings":
            kept = set(one) | set(other) if self.stricter == "more" else set(one) & set(other)
            return sorted(kept)
        return self._stricter_scalar(one, other)

    def weakens(self, value: Any, reference: Any) -> bool:
        """Return whether a value is weaker than a reference in any respect."""
        try:
            return bool(self.stricter_of(value, reference) != value)
        except ValueError:
            return True

    def text(self, value: Any) -> str:
        """Return a value as people write it."""
        return value_text(value, self.scalar)

    def _stricter_scalar(self, one: Any, other: Any) -> Any:
        return max(one, other) if self.stricter == "higher" else min(one, other)


def value_text(value: Any, unit: str) -> str:
    """Return a value as people write it; `unit` is duration, tls_version, date or anything else for as it is."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value_text(item, unit)}" for key, item in value.items()) or "nothing"
    if isinstance(value, list):
        return ", ".join(value_text(item, unit) for item in value) or "none"
    if isinstance(value, int) and not isinstance(value, bool):
        if unit == "duration" and value >= 0:
            return duration_text(value)
        if unit == "tls_version":
            return _TLS_NAMES.get(value, str(value))
        if unit == "date" and 10_000_000 < value < 100_000_000:
            return f"{value // 10000:04}-{value // 100 % 100:02}-{value % 100:02}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("expected an integer")
    if abs(value) > LARGEST:
        raise ValueError(f"expected an integer that every engine keeps exact, at most {LARGEST} either way")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("expected true or false")
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("expected text")
    return value


def _strings(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("expected a list of texts")
    return sorted(set(value))


def _duration(value: Any) -> int:
    try:
        return duration_seconds(value)
    except (ValueError, TypeError):
        raise ValueError("expected an ISO 8601 duration such as P365D") from None


def _tls_version(value: Any) -> int:
    if not isinstance(value, str) or value not in TLS_RANKS:
        raise ValueError(f"expected one of {', '.join(TLS_RANKS)}, in quotes")
    return TLS_RANKS[value]


def _date(value: Any) -> int:
    from datetime import date

    found = _DATE.match(value) if isinstance(value, str) else None
    try:
        date(*map(int, found.groups())) if found else date.fromisoformat("")
    except ValueError:
        raise ValueError("expected a date, YYYY-MM-DD") from None
    return int(value.replace("-", ""))


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "integer": _integer,
    "boolean": _boolean,
    "string": _string,
    "strings": _strings,
    "duration": _duration,
    "tls_version": _tls_version,
    "date": _date,
}
