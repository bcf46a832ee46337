"""What every signature of a person says (21 CFR 11.50), whether of a pack or of a record at run time."""

from __future__ import annotations

import unicodedata
from typing import Literal, get_args

from limen.errors import Problem

Meaning = Literal["authorship", "review", "approval", "responsibility"]
"""What somebody signs for (21 CFR 11.50(a)(3))."""
MEANINGS: tuple[str, ...] = get_args(Meaning)
"""Every meaning there is."""
LONGEST = 200
"""Characters of a name that can still be printed on one line."""


def meaning_problems(meaning: str) -> list[Problem]:
    """Return what is wrong with a meaning; nothing where it is one of `MEANINGS`."""
    if meaning in MEANINGS:
        return []
    return [Problem(message=f"{meaning!r:.60} is no meaning", hint=f"one of {', '.join(MEANINGS)}")]


def printable_problems(**texts: str) -> list[Problem]:
    """Return what keeps texts, by what they are, from being printed as they are: 11.50(a)(1) asks for a printed name.

    A text that reads the same as another must be the same, so it is in Unicode's composed form and has no blanks at
    its ends and no character that can't be seen.
    """
    found = []
    for what, text in texts.items():
        if not text.strip() or text != text.strip() or len(text) > LONGEST or not text.isprintable():
            hint = f"printable, {LONGEST} characters at most, and not blank at its ends"
            found.append(Problem(message=f"the {what} {text[:60]!r} can't be printed as it is", hint=hint))
        elif unicodedata.normalize("NFC", text) != text:
            found.append(Problem(message=f"the {what} is not in Unicode's composed form (NFC)", hint="type it anew"))
    return found
