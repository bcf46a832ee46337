"""NPI, DEA number and DEA schedule: known answers, warnings, and the pattern that accepts J and rejects II."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.controls.identifiers import (
    NUMERALS,
    IdentifierError,
    parse_dea_number,
    parse_npi,
    parse_schedule,
)


@pytest.mark.parametrize("text", ["1234567893", "1245319599", "808401234567893"])
def test_npis(text: str) -> None:
    npi = parse_npi(text)
    assert (npi.canonical, npi.original) == (text[-10:], text)
    assert parse_npi(npi.canonical) == npi


NOT_NPI: list[tuple[Any, str]] = [
    ("1234567890", "check digit"),
    ("1234567983", "check digit"),
    ("123456789", "ten digits"),
    ("3234567893", "begins with 1 or 2"),
    ("808411234567893", "ten digits"),
    ("12345-67893", "ten digits"),
    ("\u0661234567893", "none of 0 to 9"),
    (1234567893, "not a text"),
]


@pytest.mark.parametrize(("text", "words"), NOT_NPI)
def test_not_npis(text: Any, words: str) -> None:
    with pytest.raises(IdentifierError, match=words):
        parse_npi(text)


@given(body=st.text("0123456789", min_size=8, max_size=8), first=st.sampled_from("12"), by=st.integers(1, 9))
def test_exactly_one_check_digit_is_an_npi(body: str, first: str, by: int) -> None:
    good = [digit for digit in "0123456789" if _is_npi(first + body + digit)]
    assert len(good) == 1
    assert not _is_npi(first + body + str((int(good[0]) + by) % 10))


def _is_npi(text: str) -> bool:
    try:
        return parse_npi(text).canonical == text
    except IdentifierError:
        return False


def test_dea_numbers() -> None:
    assert parse_dea_number("AP5836727").warnings == ()
    assert parse_dea_number("BB1388568").warnings == ()
    assert parse_dea_number("F91234563").warnings == ()
    assert parse_dea_number("AP5836727-017").suffix == "017"
    assert parse_dea_number("AP5836727") != parse_dea_number("AP5836727-017")


def test_a_dea_number_off_its_formula_warns_and_is_never_rejected() -> None:
    number = parse_dea_number("AP5836728")
    assert number.canonical == "AP5836728"
    assert len(number.warnings) == 1
    assert "formula" in number.warnings[0]
    assert any("first letter" in warning for warning in parse_dea_number("ZP5836727").warnings)


@given(text=st.from_regex(r"[A-Z][A-Z9][0-9]{7}", fullmatch=True))
def test_every_well_formed_dea_number_is_taken(text: str) -> None:
    number = parse_dea_number(text)
    assert parse_dea_number(number.canonical) == number
    digits = [int(digit) for digit in text[2:]]
    off = (digits[0] + digits[2] + digits[4] + 2 * (digits[1] + digits[3] + digits[5])) % 10 != digits[6]
    assert any("formula" in warning for warning in number.warnings) == off


@pytest.mark.parametrize(
    "text", ["ap5836727", "A15836727", "AP583672", "AP58367270", "AP5836727-", "AP 836727", 5836727]
)
def test_not_dea_numbers(text: Any) -> None:
    with pytest.raises(IdentifierError):
        parse_dea_number(text)


def test_schedules_by_enumeration() -> None:
    assert NUMERALS == ("I", "II", "III", "IV", "V")
    for numeral in NUMERALS:
        for text in (numeral, f"C{numeral}", f"C-{numeral}"):
            assert parse_schedule(text).numeral == numeral
            assert parse_schedule(text).original == text
    assert [one for one in NUMERALS if parse_schedule(one).needs_order_form] == ["I", "II"]


def test_the_pattern_that_is_often_seen_is_wrong() -> None:
    pattern = re.compile("^[II-V]$")
    assert pattern.match("J")
    assert not pattern.match("II")
    with pytest.raises(IdentifierError):
        parse_schedule("J")
    assert parse_schedule("II").canonical == "II"


@pytest.mark.parametrize("text", ["2", "2N", "3N", "IIN"])
def test_what_a_registration_covers_is_no_schedule(text: str) -> None:
    with pytest.raises(IdentifierError, match="what a registration covers"):
        parse_schedule(text)


@pytest.mark.parametrize("text", ["", "VI", "IIII", "ii", "C II", "II ", "Ⅱ", "0", None, 2])
def test_no_schedules(text: Any) -> None:
    with pytest.raises(IdentifierError):
        parse_schedule(text)


@given(text=st.text(max_size=12) | st.text("CIV-2N", max_size=5))
def test_any_text(text: str) -> None:
    for parse in (parse_npi, parse_dea_number, parse_schedule):
        try:
            found = parse(text)
        except IdentifierError:
            continue
        assert found.original == text
        assert parse(found.canonical) == found
        assert text not in repr(found) or len(text) < 4
