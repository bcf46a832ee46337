"""GS1's keys against the vectors of its standards, every way of writing them there and back, and every wrong digit."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from limen.analysis.check_digits import gs1_check_digit, gs1_checks
from limen.controls.identifiers import (
    Elements,
    Gln,
    Gtin,
    IdentifierError,
    Lgtin,
    Sgtin,
    Sscc,
    elements_of,
    elements_of_link,
    lgtin,
    link_of,
    parse_elements,
    parse_epc,
    parse_gln,
    parse_gtin,
    parse_link,
    parse_sgtin,
    parse_sscc,
    parse_urn,
    sgtin,
)
from limen.controls.identifiers.gs1 import CHARACTERS_82, date_of
from tests.controls.identifiers.outcomes import outcome

SERIALS = st.text(sorted(CHARACTERS_82), min_size=1, max_size=20)
TODAY = datetime.date(2026, 11, 22)

# GS1 General Specifications, EPC Tag Data Standard 2.0 and GS1 Digital Link URI Syntax, and codes on shelves.
NUMBERS = [
    "96385074",
    "012345678905",
    "036000291452",
    "614141000036",
    "4006381333931",
    "5901234123457",
    "6291041500213",
    "9506000134352",
    "10614141123459",
    "70614141123451",
    "106141412345678908",
    "376104250021234569",
    "0614141123452",
]


def naive(digits: str) -> str:
    total, weight = 0, 3
    for digit in reversed(digits):
        total, weight = total + weight * int(digit), 4 - weight
    return str((10 - total % 10) % 10)


@pytest.mark.parametrize("number", NUMBERS)
def test_check_digits_of_the_standards(number: str) -> None:
    assert gs1_checks(number)
    assert naive(number[:-1]) == number[-1]


@given(digits=st.text("0123456789", min_size=1, max_size=30))
def test_check_digit_is_what_the_weights_say(digits: str) -> None:
    assert gs1_check_digit(digits) == naive(digits)
    assert gs1_checks(digits + naive(digits))


def test_it_is_not_luhn() -> None:
    assert not gs1_checks("1234567893"[:9] + "7")
    assert gs1_check_digit("123456789") == "5"


@pytest.mark.parametrize("text", ["", "a", "12a", "\uff11\uff12", "1.5"])
def test_check_digit_needs_digits(text: str) -> None:
    assert not gs1_checks(text)
    with pytest.raises(ValueError, match="digits"):
        gs1_check_digit(text)


BODIES = st.sampled_from([7, 11, 12, 13]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n))
GTINS = BODIES.filter(lambda body: body.strip("0")).map(lambda body: parse_gtin(body + naive(body)))


@given(gtin=GTINS)
def test_gtin_round_trip(gtin: Gtin) -> None:
    assert len(gtin.canonical) == 14
    assert gtin.canonical == gtin.original.zfill(14)
    assert parse_gtin(gtin.canonical) == gtin


@given(gtin=GTINS, at=st.integers(0, 13), by=st.integers(1, 9))
def test_one_wrong_digit_is_seen(gtin: Gtin, at: int, by: int) -> None:
    assume(at < len(gtin.original))
    wrong = gtin.original[:at] + str((int(gtin.original[at]) + by) % 10) + gtin.original[at + 1 :]
    with pytest.raises(IdentifierError):
        parse_gtin(wrong)


URNS: list[tuple[str, type, str, str]] = [
    ("urn:epc:id:sgtin:0614141.712345.32a%2Fb", Sgtin, "https://id.gs1.org/01/70614141123451/21/32a%2Fb", "32a/b"),
    ("urn:epc:id:sgtin:0614141.112345.400", Sgtin, "https://id.gs1.org/01/10614141123459/21/400", "400"),
    ("urn:epc:class:lgtin:4012345.012345.998877", Lgtin, "https://id.gs1.org/01/04012345123456/10/998877", "998877"),
    ("urn:epc:id:sscc:0614141.1234567890", Sscc, "106141412345678908", ""),
    ("urn:epc:id:sgln:0614141.12345.400", Gln, "https://id.gs1.org/414/0614141123452/254/400", "400"),
    ("urn:epc:id:sgln:0614141.12345.0", Gln, "0614141123452", ""),
    ("urn:epc:id:pgln:0614141.12345", Gln, "0614141123452", ""),
    ("urn:epc:idpat:sgtin:0614141.112345.*", Gtin, "10614141123459", ""),
]


@pytest.mark.parametrize(("text", "kind", "canonical", "more"), URNS)
def test_epc_uris_of_the_tag_data_standard(text: str, kind: type, canonical: str, more: str) -> None:
    found = parse_epc(text)
    assert type(found) is kind
    assert (found.canonical, found.original) == (canonical, text)
    if isinstance(found, Sgtin):
        assert found.serial == more
    if isinstance(found, Lgtin):
        assert found.lot == more
    if isinstance(found, Gln):
        assert found.extension == more
    if not isinstance(found, Gtin) and "pgln" not in text:
        assert found.urn() == text


def test_a_party_is_the_same_number_as_its_place() -> None:
    party = parse_link("https://id.gs1.org/417/0614141123452")
    assert isinstance(party, Gln)
    assert (party.party, party.urn(7), party.link) == (
        True,
        "urn:epc:id:pgln:0614141.12345",
        "https://id.gs1.org/417/0614141123452",
    )
    assert party == parse_gln("0614141123452")
    assert parse_gln("0614141123452", extension="a/b").link == "https://id.gs1.org/414/0614141123452/254/a%2Fb"
    with pytest.raises(IdentifierError):
        link_of(elements_of([("10", "A")], original="x"))
    with pytest.raises(IdentifierError):
        parse_sgtin("(10)A")


@given(gtin=GTINS, serial=SERIALS, digits=st.integers(6, 12))
def test_sgtin_every_way_there_and_back(gtin: Gtin, serial: str, digits: int) -> None:
    package = sgtin(gtin, serial)
    urn, link = package.urn(digits), package.canonical
    for text in (urn, link, link.replace("id.gs1.org", "example.com/some/way")):
        found = parse_sgtin(text)
        assert found == package
        assert (found.gtin, found.serial, found.original) == (gtin, serial, text)
    assert parse_sgtin(urn).urn() == urn
    found = parse_elements(elements_of([("01", gtin.canonical), ("21", serial)], original="").scanned())
    assert found.sgtin == package
    assert parse_sgtin(link_of(found)) == package


@given(gtin=GTINS, lot=SERIALS, digits=st.integers(6, 12))
def test_lgtin_every_way_there_and_back(gtin: Gtin, lot: str, digits: int) -> None:
    made = lgtin(gtin, lot)
    assert parse_link(made.canonical) == made
    assert parse_urn(made.urn(digits)) == made


@given(body=st.text("0123456789", min_size=17, max_size=17), digits=st.integers(6, 12))
def test_sscc_every_way_there_and_back(body: str, digits: int) -> None:
    unit = parse_sscc(body + naive(body))
    assert parse_link(unit.link) == unit
    assert parse_urn(unit.urn(digits)) == unit
    assert parse_elements(f"(00){unit.canonical}").sscc == unit
    assert parse_elements(f"]C100{unit.canonical}").sscc == unit


@given(body=st.text("0123456789", min_size=12, max_size=12), extension=st.just("") | SERIALS, digits=st.integers(6, 12))
def test_gln_every_way_there_and_back(body: str, extension: str, digits: int) -> None:
    # An extension of 0 is how an EPC URI says that there is none.
    assume(extension != "0")
    place = parse_gln(body + naive(body), extension=extension)
    assert parse_urn(place.urn(digits)) == place
    if extension:
        assert parse_link(place.canonical) == place
    else:
        assert parse_link(f"https://id.gs1.org/414/{place.canonical}") == place


@given(
    gtin=GTINS,
    serial=SERIALS,
    lot=SERIALS,
    day=st.dates(datetime.date(2000, 1, 1), datetime.date(2060, 1, 1)),
    order=st.permutations(["01", "21", "10", "17"]),
)
def test_elements_every_way_there_and_back(
    gtin: Gtin, serial: str, lot: str, day: datetime.date, order: list[str]
) -> None:
    values = {"01": gtin.canonical, "21": serial, "10": lot, "17": day.strftime("%y%m%d")}
    found = elements_of([(name, values[name]) for name in order], original="x")
    assert dict(parse_elements(found.scanned()).values) == values
    assert dict(elements_of_link(link_of(found)).values) == values
    if not set("()") & set(serial + lot):
        assert dict(parse_elements(found.bracketed()).values) == values
    else:
        with pytest.raises(IdentifierError, match="brackets"):
            found.bracketed()
    assert (found.lot, found.expiry(today=datetime.date(2026, 1, 1))) == (lot, day)
    assert found.sgtin is not None
    assert serial not in repr(found) or len(serial) < 4


def test_element_strings_of_the_general_specifications() -> None:
    found = parse_elements("(01)09506000134352(17)261200(10)AB-123(21)12345")
    assert (found.lot, found.expiry(today=TODAY)) == ("AB-123", datetime.date(2026, 12, 31))
    assert found.scanned() == "01095060001343521726120010AB-123\x1d2112345"
    scanned = parse_elements("]d2" + found.scanned())
    assert dict(scanned.values) == dict(found.values)
    assert link_of(found) == "https://id.gs1.org/01/09506000134352/10/AB-123/21/12345?17=261200"


DATES = [
    ("261122", datetime.date(2026, 11, 22)),
    ("260200", datetime.date(2026, 2, 28)),
    ("280200", datetime.date(2028, 2, 29)),
    ("760101", datetime.date(2076, 1, 1)),
    ("770101", datetime.date(1977, 1, 1)),
    ("000131", datetime.date(2000, 1, 31)),
]


@pytest.mark.parametrize(("text", "day"), DATES)
def test_dates(text: str, day: datetime.date) -> None:
    assert date_of(text, "an expiry", today=TODAY) == day


def test_dates_near_the_next_century() -> None:
    assert date_of("000101", "it", today=datetime.date(2060, 1, 1)) == datetime.date(2100, 1, 1)
    with pytest.raises(IdentifierError):
        date_of("000229", "it", today=datetime.date(2060, 1, 1))


@given(day=st.dates(datetime.date(1977, 1, 1), datetime.date(2076, 12, 31)))
def test_every_day_of_a_century_is_one(day: datetime.date) -> None:
    assert date_of(day.strftime("%y%m%d"), "it", today=TODAY) == day


REFUSED: list[tuple[Callable[[Any], Any], Any, str]] = [
    (parse_gtin, "10614141123458", "wrong check digit"),
    (parse_gtin, "00000000000000", "zeros only"),
    (parse_gtin, "0000000000", "8, 12, 13 or 14 digits"),
    (parse_gtin, "1061414-112345", "digits only"),
    (parse_gtin, "\uff110614141123459", "none of 0 to 9"),
    (parse_gtin, 10614141123459, "not a text"),
    (parse_sscc, "106141412345678907", "wrong check digit"),
    (parse_sscc, "10614141234567890", "18 digits"),
    (parse_gln, "0614141123453", "wrong check digit"),
    (parse_sgtin, "urn:epc:id:sscc:0614141.1234567890", "no single package"),
    (parse_sgtin, "(01)10614141123459", "no single package"),
    (parse_urn, "urn:epc:id:sgtin:0614141.12345.400", "13 digits together"),
    (parse_urn, "urn:epc:id:sgtin:06141.11234567.400", "parts that it doesn't have"),
    (parse_urn, "URN:EPC:ID:SGTIN:0614141.112345.400", "no scheme"),
    (parse_urn, "urn:epc:id:grai:0614141.12345.400", "no scheme"),
    (parse_urn, "urn:epc:id:sgtin:0614141.112345.a/b", "not encoded as"),
    (parse_urn, "urn:epc:id:sgtin:0614141.112345.%61", "not encoded as"),
    (parse_urn, "urn:epc:id:sgtin:0614141.112345.%2f", "not encoded as"),
    (parse_urn, "urn:epc:id:sgtin:0614141.112345.%C3%A9", "not encoded as|outside ASCII"),
    (parse_urn, "urn:epc:id:sgtin:0614141.112345.a%FB", "not encoded as"),
    (parse_urn, "urn:epc:id:sgtin:0614141.112345." + "1" * 21, "more than 20"),
    (parse_link, "https://id.gs1.org/01/10614141123458", "wrong check digit"),
    (parse_link, "https://id.gs1.org/21/1", "without a GTIN"),
    (parse_link, "https://user@id.gs1.org/01/10614141123459", "not a Digital Link"),
    (parse_link, "ftp://id.gs1.org/01/10614141123459", "not a Digital Link"),
    (parse_link, "https://id.gs1.org/01/10614141123459#x", "not a Digital Link"),
    (parse_link, "https://id.gs1.org/01/10614141123459/21/1/10/2", "wrong order"),
    (parse_link, "https://id.gs1.org/01/10614141123459/21/1/21/2", "wrong order"),
    (parse_link, "https://id.gs1.org/01/10614141123459/21/1?linkType=all", "something else than GS1"),
    (parse_link, "https://id.gs1.org/01/10614141123459/21/1?17=261231", "more than a key"),
    (parse_link, "https://id.gs1.org/01/10614141123459/21/%zz", "percent sign"),
    (parse_link, "https://id.gs1.org/01/10614141123459/21/%ff", "UTF-8"),
    (parse_link, "https://id.gs1.org/01/10614141123459/21/%20", "blank"),
    (parse_link, "https://id.gs1.org/01/10614141123459/21/%EF%BC%91", "none of 0 to 9"),
    (parse_elements, "", "empty"),
    (parse_elements, "(01)10614141123459(01)10614141123459", "two elements"),
    (parse_elements, "(01)10614141123459(99)1", "not in the table"),
    (parse_elements, "(01)1061414112345", "14 digits"),
    (parse_elements, "(17)261301", "no month"),
    (parse_elements, "(17)260231", "lacks"),
    (parse_elements, "(01)10614141123459(21)a(b", "brackets"),
    (parse_elements, "(01)10614141123459(21)", "empty"),
    (parse_elements, "(01)10614141123459(21)a b", "blank"),
    (parse_elements, "(01)10614141123459(21)a#b", "set 82"),
    (parse_elements, "0110614141123459\x1d", "ends in FNC1"),
    (parse_elements, "011061414112345921\x1d", "ends in FNC1"),
    (parse_elements, "9999", "no application identifier"),
    (parse_elements, "x" * 600, "more than 512"),
]


@pytest.mark.parametrize(("parse", "text", "words"), REFUSED)
def test_refused_with_words(parse: Callable[[Any], Any], text: Any, words: str) -> None:
    with pytest.raises(IdentifierError, match=words) as found:
        parse(text)
    assert found.value.reason == "identifier_invalid"


def test_a_company_prefix_is_never_guessed() -> None:
    with pytest.raises(IdentifierError, match="length of the company prefix"):
        sgtin(parse_gtin("10614141123459"), "1").urn()


PARSERS: list[Callable[[Any], Any]] = [parse_gtin, parse_sscc, parse_gln, parse_sgtin, parse_epc, parse_urn, parse_link,
                                       parse_elements, elements_of_link]  # fmt: skip
GOOD = [
    *(text for text, *_ in URNS),
    "https://id.gs1.org/01/09506000134352/10/AB-123/21/12345?17=261200",
    "(01)09506000134352(17)261200(10)AB-123(21)12345",
    "]d201095060001343521726120010AB-123\x1d2112345",
    "106141412345678908",
]
DAMAGE = st.sampled_from(
    ["%FB", "%2F", "%", "%00", "/21/", "(21)", "\x1d", "?17=", "é", "²", " ", "\u200b", "0", "urn:", ""]
) | st.text(max_size=3)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(DAMAGE) + text[at + draw(st.integers(0, 4)) :]
    return text


@pytest.mark.parametrize("parse", PARSERS)
@given(text=st.text(max_size=60) | damaged())
def test_any_text(parse: Callable[[Any], Any], text: str) -> None:
    found = outcome(parse, text)
    if isinstance(found, IdentifierError):
        assert found.problems
        assert len(text) < 8 or text not in str(found)
    else:
        assert isinstance(found, Gtin | Sgtin | Lgtin | Sscc | Gln | Elements)
        assert found.original == text


@pytest.mark.parametrize("parse", PARSERS)
@given(value=st.none() | st.integers() | st.binary() | st.lists(st.text()))
def test_no_text(parse: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(IdentifierError, match="not a text"):
        parse(value)


def test_no_value_in_its_text() -> None:
    for text, *_ in URNS:
        assert "0614141" not in f"{parse_epc(text)!r} {[parse_epc(text)]}"
        assert "4012345" not in f"{parse_epc(text)}"
