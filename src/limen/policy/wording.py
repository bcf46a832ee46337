"""How names are suggested where one was misspelt."""

from __future__ import annotations

from collections.abc import Iterable

_MANY = 12


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return what to write instead of an unknown name: the closest one, or the known ones where they are few."""
    from difflib import get_close_matches

    names = sorted(set(known))
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    if not names:
        return "there is none"
    shown = ", ".join(names[:_MANY])
    return f"expected one of: {shown}" + (", …" if len(names) > _MANY else "")
