"""A canary is found in whatever stream, however it is cut, in every form; and nothing else is."""

from __future__ import annotations

import base64
import random
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.analysis.value_forms import forms
from limen.probes.leak.canaries import KINDS, Canary, derive
from limen.probes.leak.searching import MOST_HITS, Search, Searched

CANARIES = derive(b"searching", "1")
NAME = next(one.value for one in CANARIES if one.kind == "name")
MRN = next(one.value for one in CANARIES if one.kind == "mrn")


def _found(*chunks: bytes, where: str = "log", canaries: tuple[Canary, ...] = CANARIES) -> Searched:
    search = Search(canaries)
    search.stream(where, chunks)
    return search.result()


def _kinds(found: Searched) -> set[str]:
    return {KINDS[place] for place, count in enumerate(found.found) if count}


@given(
    st.sampled_from(CANARIES),
    st.binary(max_size=40),
    st.binary(max_size=40),
    st.sampled_from(["clear", "base64", "hex", "url", "json", "utf-16", "reversed", "upper", "lower"]),
)
def test_a_canary_is_found_between_any_bytes_in_each_form(canary: Canary, left: bytes, right: bytes, form: str) -> None:
    raw = canary.value.encode()
    written = {
        "clear": left + raw + right,
        "base64": base64.b64encode(left + raw + right),
        "hex": (left + raw + right).hex().encode(),
        "url": left + quote(canary.value, safe="").encode() + right,
        "json": left + "".join(f"\\u{ord(one):04X}" for one in canary.value).encode() + right,
        "utf-16": left + canary.value.encode("utf-16-le") + right,
        "reversed": left + raw[::-1] + right,
        "upper": left + raw.upper() + right,
        "lower": left + raw.lower() + right,
    }[form]
    assert canary.kind in _kinds(_found(written))


@given(st.sampled_from(CANARIES), st.lists(st.integers(0, 400), max_size=8), st.integers(0, 300))
def test_however_a_stream_is_cut_the_canary_is_found_once_at_its_place(
    canary: Canary, cuts: list[int], before: int
) -> None:
    content = b"." * before + canary.value.encode() + b"." * 60
    places = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    found = _found(*(content[left:right] for left, right in pairwise(places)))
    assert _kinds(found) == {canary.kind}
    clear = [hit for hit in found.hits if hit.form == "clear"]
    assert [(hit.offset, hit.clear) for hit in clear] == [(before, True)]


def test_noise_holds_no_canary() -> None:
    chance = random.Random(7)
    text = " ".join(f"{chance.randrange(10**14):014} {chance.randbytes(12).hex()}" for _ in range(60_000)).encode()
    found = _found(text, chance.randbytes(4 << 20))
    assert (_kinds(found), found.size) == (set(), len(text) + (4 << 20))


def test_the_canaries_of_another_run_are_none_of_ours() -> None:
    other = " ".join(one.value for one in derive(b"searching", "2")).encode()
    assert _kinds(_found(other)) == set()


def test_a_place_whose_name_holds_a_canary_is_shown_without_it() -> None:
    found = _found(b"nothing", where=f"exports/{MRN}.csv")
    assert _kinds(found) == {"mrn"}
    assert [(hit.where, hit.offset) for hit in found.hits] == [("exports/[canary].csv", -1)]


def test_hits_are_counted_beyond_those_that_are_recorded() -> None:
    found = _found(*[f"{MRN}\n".encode()] * (MOST_HITS + 500))
    assert (len(found.hits), found.found[KINDS.index("mrn")]) == (MOST_HITS, MOST_HITS + 500)


def test_nothing_of_what_is_around_a_hit_is_kept() -> None:
    assert "Jane" not in repr(_found(f"patient Jane Roe {MRN} diabetes {NAME}".encode()))


@pytest.mark.parametrize("value", ["Zoë Ångström-Żółć 4711", "病歴番号一二三四五六七八"])
def test_canaries_of_ones_own_need_not_be_ascii(value: str) -> None:
    canaries = (Canary("name", value),)
    for written in (value.encode(), base64.b64encode(value.encode()), value.encode().hex().encode()):
        assert _found(b"x" + written + b"y", canaries=canaries).found[0]


def test_no_form_is_so_short_that_chance_finds_it() -> None:
    for canary in CANARIES:
        assert min(len(form.content) for form in forms(canary.value)) >= 7
