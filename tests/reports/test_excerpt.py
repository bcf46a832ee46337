"""The offending text is underlined where the terminal draws it, whatever the line holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.reports._excerpt import columns, excerpt


def lines(text: str, column: int, length: int, width: int = 80) -> list[str]:
    return [plain + mark for plain, mark in excerpt(text, 7, column, length, width)]


@pytest.mark.parametrize(
    ("text", "column", "length", "expected"),
    [
        ("to: gatewy", 5, 6, ["    7 | to: gatewy", "      |     ^^^^^^"]),
        ("to: gatewy", 5, 0, ["    7 | to: gatewy", "      |     ^"]),
        ("to: gatewy", 0, 0, ["    7 | to: gatewy"]),
        ("\tto:\tx", 6, 1, ["    7 |  to: x", "      |      ^"]),
        ("名前: x", 5, 1, ["    7 | 名前: x", "      |       ^"]),
        ("to: 名前", 5, 2, ["    7 | to: 名前", "      |     ^^^^"]),
        ("e\u0301: x", 5, 1, ["    7 | e\u0301: x", "      |    ^"]),
        ("a\x1b[2Jb: x", 6, 1, ["    7 | a\\u001b[2Jb: x", "      |           ^"]),
        ("a: \u202ex", 4, 1, ["    7 | a: \\u202ex", "      |    ^^^^^^"]),
        ("to: x\r\n", 5, 1, ["    7 | to: x", "      |     ^"]),
        ("short", 6, 1, ["    7 | short", "      |      ^"]),
        ("", 1, 1, ["    7 |", "      | ^"]),
    ],
)
def test_underlines_what_is_meant(text: str, column: int, length: int, expected: list[str]) -> None:
    assert lines(text, column, length) == expected


def test_cuts_a_long_line_around_the_offence() -> None:
    shown, marked = lines("x" * 500 + "WRONG" + "y" * 500, 501, 5, width=60)
    assert len(shown) <= 60
    assert shown.startswith("    7 | …x")
    assert shown.endswith("y…")
    assert shown[marked.index("^") : marked.rindex("^") + 1] == "WRONG"


def test_marks_only_what_is_shown_of_a_long_offence() -> None:
    shown, marked = lines("a: " + "x" * 1000, 4, 1000, width=60)
    assert len(marked) <= len(shown) <= 60
    assert shown[marked.index("^")] == "x"


@given(
    st.text(alphabet=st.characters(exclude_characters="\n\r"), max_size=200),
    st.integers(0, 220), st.integers(0, 220), st.integers(1, 200),
)  # fmt: skip
def test_never_draws_wider_than_the_terminal(text: str, column: int, length: int, width: int) -> None:
    for line in lines(text, column, length, width):
        assert columns(line) <= max(width, 29)
        assert line.isprintable()
