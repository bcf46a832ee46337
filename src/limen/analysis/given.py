"""From what a declaration gives to the input of a rule: what is not given takes the default of its field."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from limen.model.scalars import duration_seconds

Kind = TypeVar("Kind", bound=msgspec.Struct)


def given(kind: type[Kind], **values: Any) -> Kind:
    """Return a part with the values that are given; UNSET ones are left to the field's default.

    Raises TypeError where a field without a default is not given.
    """
    return kind(**{name: value for name, value in values.items() if value is not UNSET})


def seconds(duration: str | UnsetType) -> int | UnsetType:
    """Return a duration in seconds, UNSET where it is not given."""
    return UNSET if duration is UNSET else duration_seconds(duration)
