"""What is known of why a test fails: a statement, the values around it, and what the test was given."""

from __future__ import annotations

import msgspec

from limen.errors import Location
from limen.policy.differences import Difference


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """An expression of a statement with the values that it has."""

    text: str
    values: tuple[str, ...]
    """JSON texts, one for each way in which the statements before hold; none: it is undefined."""
    literal: bool
    """Whether it is written out, so that its text says all."""


class Undefined(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a statement that has no value."""

    text: str
    location: Location
    nearest: str = ""
    """The longest beginning of it that has a value; empty where none has."""
    value: str = ""
    """That value as JSON text."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What a test puts in place of a document."""

    document: str
    """input, data.limen.parameters and the like."""
    base: str
    """The rule of the test's module from which it was made; empty where there is none."""
    value: str
    """JSON text."""
    differences: tuple[Difference, ...]
    """From the base."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The first statement that does not hold, in a test or in a function that it calls."""

    location: Location
    statement: str
    function: str = ""
    """The function whose statement it is; empty for the test itself."""
    operator: str = ""
    """Of a comparison; empty for other statements."""
    sides: tuple[Side, ...] = ()
    """Both sides of a comparison; the one expression of other statements."""
    differences: tuple[Difference, ...] = ()
    """Between two sides that should be equal; the side that is written out is what is expected."""
    undefined: tuple[Undefined, ...] = ()
    given: tuple[Given, ...] = ()
    within: Failure | None = None
    """The statement of a called function that makes this one undefined."""
