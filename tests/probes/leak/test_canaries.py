"""Canaries say of themselves that they are synthetic, check, differ from run to run, and come back from their seed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.probes.leak.canaries import (
    KINDS,
    Canary,
    derive,
    gtin_check_digit,
    luhn_check_digit,
    read_list,
)

FORMS = {
    "ndc": r"99999-\d{4}-\d{2}",
    "gtin": r"0952\d{10}",
    "serial": r"ZZS[B-Z]{12}\d{4}",
    "mrn": r"ZZ9\d{11}",
    "name": r"Zzcanary Zz[b-z]{12}",
    "marker": r"limen-marker-[b-z]{12}",
}


@given(st.binary(min_size=1, max_size=40), st.text(max_size=20))
def test_each_kind_has_its_form_and_its_check_digit(seed: bytes, run: str) -> None:
    found = derive(seed, run)
    assert [one.kind for one in found] == list(KINDS)
    assert found == derive(seed, run)
    for one in found:
        assert re.fullmatch(FORMS[one.kind], one.value)
    values = {one.kind: one.value for one in found}
    digits = [int(digit) for digit in values["gtin"]]
    assert sum(digit * (1 if place % 2 else 3) for place, digit in enumerate(digits)) % 10 == 0
    doubled = [int(d) * (2 if n % 2 else 1) for n, d in enumerate(reversed(values["mrn"].removeprefix("ZZ")))]
    assert sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def test_check_digits_are_those_of_the_standards() -> None:
    assert gtin_check_digit("0614141123456"[:-1] + "6"[:0]) == gtin_check_digit("061414112345")
    assert gtin_check_digit("0950600013435") == "2"  # GS1's own example: 09506000134352
    assert luhn_check_digit("7992739871") == "3"
    assert luhn_check_digit("80840123456789") == "3"  # the NPI 1234567893 (45 CFR 162.406)


def test_runs_and_seeds_differ_in_every_value() -> None:
    lists = [derive(b"a", "1"), derive(b"a", "2"), derive(b"b", "1")]
    for place in range(len(KINDS)):
        assert len({one[place].value for one in lists}) == 3


def test_only_the_kinds_that_are_asked_for() -> None:
    assert [one.kind for one in derive(b"a", "1", ("mrn", "name", "mrn"))] == ["mrn", "name"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is not"),
        (b"[]", "it is not"),
        (b'{"canaries": []}', "no canary"),
        (b'{"canaries": [{"kind": "marker", "value": "limen-marker-x"}]}', "no canary"),
        (b'{"canaries": [{"kind": "ssn", "value": "123456789"}]}', "it is not"),
        (b'{"canaries": [{"kind": "mrn", "value": "1234-567"}]}', "by chance"),
        (b'{"canaries": [{"kind": "mrn", "value": "12345678\\n"}]}', "printable"),
        (b'{"canaries": [{"kind": "mrn", "value": "12345678", "of": "J. Doe"}]}', "it is not"),
        (b"\xff\xfe", "it is not"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as raised:
        read_list(content)
    assert "1234" not in str(raised.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_refused(content: bytes) -> None:
    try:
        read_list(content)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - most bytes are none


def test_the_program_writes_a_list_that_can_be_planted() -> None:
    command = [sys.executable, "-m", "limen.probes.leak", "--run", "spring", "--kind", "mrn", "--kind", "marker"]
    environment = {**os.environ, "LIMEN_CANARY_SEED": "a seed"}
    written = subprocess.run(command, env=environment, check=True, capture_output=True).stdout
    found = read_list(written)
    assert found.canaries == derive(b"a seed", "spring", ("mrn", "marker"))
    assert isinstance(found.canaries[0], Canary)
    assert json.loads(written)["sent_at"] == found.sent_at
    assert found.sent_at is not None
