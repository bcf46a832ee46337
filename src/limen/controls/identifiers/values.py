"""What every identifier is: a frozen value with a canonical form and the text it came from, and one error.

Whoever prints one by accident prints its kind: identifiers stay out of logs, tracebacks and repr (45 CFR 164.312(a),
NIST SP 800-53 SI-11). Nothing is tidied up in silence: a blank, a dash of another kind or a digit of another script
is refused with words, since two systems that tidy differently hold one package as two.
"""

from __future__ import annotations

import unicodedata
from typing import Any, NoReturn

import msgspec

from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem


class IdentifierError(RefusedError):
    """A text is not the identifier that it should be; the message says why and never quotes the text."""

    def __init__(self, problems: str | Problem | list[Problem], *, reason: Reason = "identifier_invalid") -> None:
        """Keep the problems; the reason is identifier_invalid but for ambiguous ones."""
        super().__init__(problems, reason=reason)


class Unshown(msgspec.Struct, frozen=True, kw_only=True):
    """Data whose text is its kind only, however it is printed: it holds identifiers."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Show nothing, as repr does."""
        return []


class Value(Unshown, frozen=True, kw_only=True, eq=False, gc=False):
    """An identifier; two are equal where their kind and canonical form are, whatever they were written as."""

    canonical: str
    """The one text of this identifier; parsing it again gives an equal value."""
    original: str
    """What was given, unchanged, for the record of source (21 CFR 11.10(b))."""

    def __eq__(self, other: object) -> bool:
        """Return whether the other one identifies the same thing."""
        return isinstance(other, Value) and type(other) is type(self) and self.canonical == other.canonical

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.canonical))


def refuse(message: str, hint: str = "") -> NoReturn:
    """Raise IdentifierError with one problem."""
    # `from None`: the exception that led here may quote the text.
    raise IdentifierError(Problem(message=message, hint=hint)) from None


def text_of(text: object, kind: str, *, longest: int) -> str:
    """Return what was given where it is a text of 1 to `longest` characters; raises IdentifierError otherwise."""
    if not isinstance(text, str):
        refuse(f"{kind} is not a text", "give a string; a number loses its leading zeros")
    if not text:
        refuse(f"{kind} is empty")
    if len(text) > longest:
        refuse(f"{kind} has more than {longest} characters")
    return text


def plain(text: object, kind: str, *, longest: int) -> str:
    """Return the text itself where it is one of 1 to `longest` visible ASCII characters.

    Raises IdentifierError that says in words what it has instead.
    """
    text = text_of(text, kind, longest=longest)
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    for character in text:
        _refuse_character(character, kind)
    return text


def _refuse_character(character: str, kind: str) -> None:
    category = unicodedata.category(character)
    if character == " " or category in ("Zs", "Zl", "Zp") or character in "\t\r\n\v\f":
        refuse(f"{kind} has a blank in it", "remove it where the value is made, not here")
    if category in ("Cc", "Cf", "Cn", "Co", "Cs"):
        refuse(f"{kind} has an invisible character in it", "remove it where the value is made, not here")
    if character.isascii():
        return
    if category in ("Nd", "Nl", "No"):
        refuse(f"{kind} has a digit that is none of 0 to 9", "write it in ASCII digits")
    if category == "Pd" or character in "\u2212\u02d7":
        refuse(f"{kind} has a dash that is not the hyphen-minus", "write it with '-'")
    refuse(f"{kind} has a character outside ASCII")
