"""Messages show values as people write them, and nothing that a terminal or a reader would obey."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.policy.messages import TEXT_LIMIT, message_of, plural_only, shown_value, visible
from limen.policy.metadata import template_problems

SHOWN = [
    (12, "tls_version", "1.2"),
    (31_536_000, "duration", "P365D"),
    (20260921, "date", "2026-09-21"),
    (3, "", "3"),
    (True, "", "true"),
    (None, "", "nothing"),
    ([], "", "none"),
    (["a", "b"], "", "a, b"),
    ([86_400], "duration", "P1D"),
    ({"level": 1, "compartments": [], "text": "restricted {phi}"}, "", "restricted {phi}"),
    ({"a": 1}, "", '{"a":1}'),
    ("plain", "", "plain"),
    ("\x1b[31mred\u202e\n", "", "\\x1b[31mred\\u202e\\x0a"),
    ("\U000e0001", "", "\\U000e0001"),
]


@pytest.mark.parametrize(("value", "unit", "expected"), SHOWN)
def test_a_value_is_shown(value: Any, unit: str, expected: str) -> None:
    assert shown_value(value, unit) == expected


def test_a_template_gets_values_and_braces_in_them_stay_text() -> None:
    assert message_of("{actual} of {count}", {"actual": b'"{count}"', "count": b"2"}, {}) == "{count} of 2"
    assert message_of("{actual}", {}, {}) == "an unknown value"


def test_long_texts_are_cut() -> None:
    assert visible("x" * 1000) == "x" * TEXT_LIMIT + "…"


@given(st.text())
def test_what_is_shown_is_printable_and_on_one_line(text: str) -> None:
    assert visible(text).isprintable()


@pytest.mark.parametrize(
    ("count", "said"), [(b"1", "1 role grants both"), (b"2", "2 roles grant both"), (b"0", "0 roles grant both")]
)
def test_words_depend_on_the_number_beside_them(count: bytes, said: str) -> None:
    template = "{actual} {actual:role grants|roles grant} both"
    assert message_of(template, {"actual": count}, {}) == said
    assert plural_only(template) == "{actual} roles grant both"


@pytest.mark.parametrize(
    "template", ["{a:1}", "{a:one|}", "{a:|many}", "{a:one|two|three}", "{a!r}", "{a.b}", "{a:{b}|c}"]
)
def test_anything_else_in_braces_is_refused(template: str) -> None:
    assert len(template_problems(template)) == 1


def test_a_name_and_two_words_are_all_that_a_template_needs() -> None:
    assert template_problems("{actual} {actual:role grants|roles grant} {{both}}") == []
