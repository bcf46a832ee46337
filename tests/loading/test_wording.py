"""What messages quote is safe on any terminal, and suggestions are close."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.loading.wording import describe, listing, quote, suggestion


@given(st.text())
def test_a_quotation_is_one_printable_line_of_bounded_length(text: str) -> None:
    shown = quote(text)
    assert shown.isprintable()
    assert len(shown) <= 80 * 10 + 3
    if text.isprintable() and len(text) <= 80 and not {"\\", '"'} & set(text):
        assert shown == f'"{text}"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", '"a\\x0ab"'),
        ("\x1b[31m", '"\\x1b[31m"'),
        ("\u202eabc", '"\\u202eabc"'),
        ("\U000e0001", '"\\U000e0001"'),
        ('say "no"\\', '"say \\"no\\"\\\\"'),
        ("x" * 81, '"' + "x" * 80 + '…"'),
        ("é💊", '"é💊"'),
    ],
)
def test_quotations(text: str, shown: str) -> None:
    assert quote(text) == shown


@pytest.mark.parametrize(
    ("name", "names", "hint"),
    [
        ("gatway", ["gateway", "portal"], 'did you mean "gateway"?'),
        ("Gateway", ["gatewax", "gateway"], 'did you mean "gateway"?'),
        ("nothing", ["gateway"], ""),
        ("x", [], ""),
        ("service-1999", [f"service-{number}" for number in range(5000)], 'did you mean "service-1999"?'),
        ("servise-7", [f"name-{number}" for number in range(5000)] + ["service-7"], 'did you mean "service-7"?'),
    ],
)
def test_suggestions(name: str, names: list[str], hint: str) -> None:
    assert suggestion(name, names) == hint


def test_listings() -> None:
    assert listing([]) == "nothing"
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b or c"
    assert listing(["a", "b", "c"], limit=2) == "a, b or one of 1 more"


@pytest.mark.parametrize(
    ("value", "words"),
    [(True, "true"), (False, "false"), (7, "7"), ("x", '"x"'), ({}, "an empty mapping"), ({"a": 1}, "a mapping"),
     ([], "an empty list"), ([1], "a list")],
)  # fmt: skip
def test_descriptions(value: object, words: str) -> None:
    assert describe(value) == words
