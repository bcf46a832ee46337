"""Plain values to flows, where their parts are the same objects again and again: each is given its type once."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import fields

from limen.loading.interning import Interner
from limen.model.flows import Flow
from limen.model.scalars import Identifier

FIELDS = {field.encode_name: field.name for field in fields(Flow)}
"""Fields of a flow as they are written, and as the model calls them."""


def read_part(name: str, plain: Any) -> Any:
    """Return the value of one field of a flow; raises msgspec.ValidationError where it is none."""
    return getattr(msgspec.convert({"id": "x", "from": "x", "to": "x", name: plain}, Flow), FIELDS[name])


class FlowReader:
    """Makes flows of plain values that share their parts."""

    def __init__(self, interner: Interner) -> None:
        """Share equal parts with all that `interner` has seen."""
        self._interner = interner
        self._nothing = interner.share({})
        # Each value is kept with its answer, so that no other can get its identity.
        self._known: dict[tuple[str, str | int], tuple[str, Any, Any]] = {}

    def read(self, plain: Any) -> Flow | None:
        """Return the flow that a plain value is; None where something is wrong with it."""
        if not isinstance(plain, dict):
            return None
        known = self._known
        given: dict[str, Any] = {}
        given["protection"] = given["fields"] = self._nothing
        try:
            for name, value in plain.items():
                if name == "id":
                    given["id"] = self._interner.share(msgspec.convert(value, Identifier))
                    continue
                key = (name, value if value.__class__ is str else id(value))
                field, part, _ = known.get(key) or self._part(key, value)
                given[field] = part
            return Flow(**given)
        except (msgspec.ValidationError, TypeError):  # TypeError: a field is missing
            return None

    def _part(self, key: tuple[str, str | int], value: Any) -> tuple[str, Any, Any]:
        part = self._interner.share(read_part(key[0], value))
        self._known[key] = found = (FIELDS[key[0]], part, value)
        return found
