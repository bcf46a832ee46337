"""NDCs: five forms, one canonical form, and ten digits without hyphens that are three of them."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.controls.identifiers import (
    AmbiguousNdcError,
    IdentifierError,
    Ndc,
    gtin_of_ndc,
    ndc_candidates,
    parse_gtin,
    parse_ndc,
)
from tests.controls.identifiers.outcomes import outcome

DIGITS = "0123456789"
TEN = ((4, 4, 2), (5, 3, 2), (5, 4, 1))


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=count, max_size=count)


NDC10 = st.sampled_from(TEN).flatmap(lambda lengths: st.tuples(*map(digits, lengths))).map("-".join)

# The table of facts.md: the same ten digits, three NDC-11.
TABLE = [
    ("1234-5678-90", "4-4-2", "01234-5678-90", "001234-5678-90"),
    ("12345-678-90", "5-3-2", "12345-0678-90", "012345-0678-90"),
    ("12345-6789-0", "5-4-1", "12345-6789-00", "012345-6789-00"),
]


@pytest.mark.parametrize(("text", "form", "eleven", "twelve"), TABLE)
def test_table(text: str, form: str, eleven: str, twelve: str) -> None:
    ndc = parse_ndc(text)
    assert (ndc.form, ndc.ndc11, ndc.ndc12, ndc.canonical, ndc.original) == (form, eleven, twelve, eleven, text)
    for other in (eleven, twelve, eleven.replace("-", ""), twelve.replace("-", "")):
        assert parse_ndc(other) == ndc
        assert parse_ndc(other).original == other


def test_ten_digits_are_three() -> None:
    with pytest.raises(AmbiguousNdcError) as found:
        parse_ndc(TABLE[0][0].replace("-", ""))
    assert found.value.reason == "identifier_ambiguous"
    assert [(one.hyphenated, one.form, one.ndc11) for one in found.value.candidates] == [row[:3] for row in TABLE]
    (problem,) = found.value.problems
    for text, form, eleven, _ in TABLE:
        assert f"{text} ({form}, NDC-11 {eleven})" in problem.hint
    # The candidates are for whoever mends it, not for a log.
    for shown in (str(found.value), repr(found.value), "".join(traceback.format_exception(found.value))):
        assert "1234" not in shown


@given(text=digits(10))
def test_every_ten_digits_are_refused_with_all_three(text: str) -> None:
    with pytest.raises(AmbiguousNdcError) as found:
        parse_ndc(text)
    assert [one.form for one in found.value.candidates] == ["4-4-2", "5-3-2", "5-4-1"]
    assert {one.hyphenated.replace("-", "") for one in found.value.candidates} == {text}
    assert len({one.ndc11 for one in found.value.candidates} | {""}) >= 2


@given(text=digits(10), known=st.sets(st.sampled_from([0, 1, 2])))
def test_a_directory_resolves_exactly_one(text: str, known: set[int]) -> None:
    candidates = ndc_candidates(text)
    listed = {candidates[at].hyphenated for at in known}
    if len(known) == 1:
        assert parse_ndc(text, registered=lambda ndc: ndc.hyphenated in listed).hyphenated in listed
    else:
        with pytest.raises(AmbiguousNdcError, match=f"the directory has {len(known)}"):
            parse_ndc(text, registered=lambda ndc: ndc.hyphenated in listed)


@given(text=NDC10)
def test_round_trip(text: str) -> None:
    ndc = parse_ndc(text)
    assert ndc.hyphenated == text
    for other in (ndc.canonical, ndc.ndc11, ndc.ndc12, ndc.canonical.replace("-", "")):
        assert parse_ndc(other) == ndc
        assert parse_ndc(other).canonical == ndc.canonical
        assert hash(parse_ndc(other)) == hash(ndc)
        assert text in [one.hyphenated for one in parse_ndc(other).origins()]
    assert [one.hyphenated for one in ndc.origins()] == [text]


@given(text=NDC10, indicator=st.integers(0, 8))
def test_gtin_round_trip(text: str, indicator: int) -> None:
    ndc = parse_ndc(text)
    gtin = gtin_of_ndc(ndc, indicator=indicator)
    assert gtin.canonical[:3] == f"{indicator}03"
    assert gtin.canonical[3:13] == text.replace("-", "")
    assert parse_gtin(gtin.canonical) == gtin
    assert ndc in gtin.ndcs()
    assert len(gtin.ndcs()) == 3


@given(segments=st.tuples(digits(6), digits(4), digits(2)))
def test_twelve_digits(segments: tuple[str, str, str]) -> None:
    ndc = parse_ndc("-".join(segments))
    assert ndc.ndc12 == "-".join(segments)
    assert parse_ndc(ndc.canonical) == ndc
    assert bool(ndc.ndc11) == (segments[0][0] == "0")
    # Only an NDC with a zero where one was put has ten digits behind it, and so eleven for its canonical form.
    assert (len(ndc.canonical) == 13) == bool(ndc.origins())


def test_origins_of_eleven_digits_may_be_several() -> None:
    ndc = parse_ndc("01234-0567-08")
    assert [one.hyphenated for one in ndc.origins()] == ["1234-0567-08", "01234-567-08", "01234-0567-8"]
    with pytest.raises(AmbiguousNdcError) as found:
        gtin_of_ndc(ndc)
    assert found.value.candidates == ndc.origins()


def test_a_labeler_of_six_digits_has_no_ten() -> None:
    ndc = parse_ndc("123456-7890-12")
    assert (ndc.ndc11, ndc.origins(), ndc.canonical) == ("", (), "123456-7890-12")
    with pytest.raises(IdentifierError, match="no GTIN holds it"):
        gtin_of_ndc(ndc)


def test_twelve_digits_that_may_be_a_upc() -> None:
    assert parse_gtin("312345678906").ndcs()[0].hyphenated == "1234-5678-90"
    with pytest.raises(IdentifierError, match="may be an NDC-12 or the GTIN-12"):
        parse_ndc("312345678906")
    assert parse_ndc("312345-6789-06").form == "6-4-2"


REFUSED: list[tuple[Any, str]] = [
    ("", "empty"),
    ("1234567", "10, 11 or 12 digits"),
    ("123456789", "10, 11 or 12 digits"),
    ("1234567890123", "10, 11 or 12 digits"),
    ("1234-567-90", "segments of 4-3-2 digits"),
    ("12345-6789-10", "has none"),
    ("12345678910", "has none"),
    ("1234-5678", "product, not a package"),
    ("*1234-5678-90", "asterisk"),
    ("1234-5678-9*", "asterisk"),
    ("J1885", "HCPCS"),
    ("N412345678901", "qualifier N4"),
    ("1234-5678-90 ", "blank"),
    ("1234 5678 90", "blank"),
    ("1234\u00a05678", "blank"),
    ("1234\u20135678\u201390", "dash that is not"),
    ("1234\u22125678\u221290", "dash that is not"),
    ("\u0661\u0662\u0663\u0664-5678-90", "digit that is none of 0 to 9"),
    ("\uff11\uff12\uff13\uff14-5678-90", "digit that is none of 0 to 9"),
    ("1234-5678-9\u00b2", "digit that is none of 0 to 9"),
    ("1234-\u200b5678-90", "invisible"),
    ("1234-5678-90\n", "blank"),
    ("1234-5678-90\x00", "invisible"),
    ("1234.5678.90", "digits and two hyphens"),
    ("1" * 1000, "more than 20 characters"),
    (1234567890, "not a text"),
    (None, "not a text"),
    (b"1234-5678-90", "not a text"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED, ids=lambda value: ascii(value)[:24])
def test_refused_with_words(text: Any, words: str) -> None:
    with pytest.raises(IdentifierError) as found:
        parse_ndc(text)
    assert words in str(found.value)
    assert found.value.reason == "identifier_invalid"


@given(text=st.text() | st.text(DIGITS + "-*", max_size=16))
def test_any_text(text: str) -> None:
    found = outcome(parse_ndc, text)
    if isinstance(found, IdentifierError):
        assert found.problems
        assert len(text) < 6 or text not in str(found)
    else:
        assert isinstance(found, Ndc)
        assert found.original == text
        assert parse_ndc(found.canonical) == found


def test_no_value_in_its_text() -> None:
    ndc = parse_ndc("1234-5678-90")
    assert "1234" not in f"{ndc} {ndc!r} {[ndc]} {ndc.__rich_repr__()}"
