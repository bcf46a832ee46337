"""Strategies for free text that means harm, and for names that no loader would let through."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.reports.building import HOSTILE, Words

_ANYTHING = st.text(st.characters(exclude_categories=()), max_size=30)
_PIECES = (
    st.sampled_from(HOSTILE)
    | _ANYTHING
    | st.text(st.sampled_from("<>&\"'`|\\[]()%#@:;,-=\n\r\t\x1b\x00 "), max_size=20)
)

hostile: st.SearchStrategy[str] = st.lists(_PIECES, min_size=1, max_size=3).map("".join)
"""Text from every trick in the list, and any characters at all."""


def around(text: str) -> Words:
    """Return what puts text on both sides of a word, so that it can break out at either end."""
    return lambda word: f"{text}{word}{text}"
