"""What a parser makes of a text: its value, or the one error that it may raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from limen.controls.identifiers import IdentifierError


def outcome(parse: Callable[[Any], Any], text: Any) -> Any:
    """Return the value or the IdentifierError; anything else that is raised is a bug and goes on."""
    try:
        return parse(text)
    except IdentifierError as error:
        return error
