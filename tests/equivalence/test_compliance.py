"""OPA's own compliance cases on both engines, against their own expectation, the committed list and each other."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.equivalence.cases import Case, compliance, misses
from tests.equivalence.divergences import Divergence, listed
from tests.equivalence.engines import Both, Client, Embedded
from tests.opa_server import serving

CASES = 2067
PARTS = 4
"""The cases are dealt out to so many tests, so that processes share them."""


def divergences(cases: list[Case], opa: Path, folder: Path) -> dict[str, Divergence]:
    """Return what diverges, by case."""
    answers = seen_by_opa(cases, opa, folder)
    found = {}
    with Embedded() as embedded:
        for case in cases:
            seen, both = embedded.see(case), answers[case.id]
            one = Divergence(
                case=case.id,
                note=case.note,
                embedded=misses(case, seen),
                opa=misses(case, both.asked, code=True),
                apart=seen.differs(both.strict),
            )
            if one.embedded or one.opa or one.apart:
                found[case.id] = one
    return found


def seen_by_opa(cases: list[Case], opa: Path, folder: Path) -> dict[str, Both]:
    """Return what OPA makes of each case; modules that need one another are given to a server of their own."""
    with serving(opa) as server:
        client = Client(server.port)
        found = {case.id: client.see(case) for case in cases}
    for case in cases:
        if not found[case.id].strict.loaded and len(case.modules) > 1:
            files = [folder / f"{number}.rego" for number in range(len(case.modules))]
            for file, text in zip(files, case.modules, strict=True):
                file.write_text(text, encoding="utf-8")
            with serving(opa, files=files) as server:
                found[case.id] = Client(server.port).see(case, known=True)
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_cases_diverge_exactly_as_listed(part: int, opa: Path, tmp_path: Path) -> None:
    cases = compliance()[part::PARTS]
    mine = {case.id for case in cases}
    expected = {one.case: one for construct in listed() for one in construct.cases if one.case in mine}
    found = divergences(cases, opa, tmp_path)
    surprising = [msgspec.to_builtins(one) for name, one in found.items() if expected.get(name) != one]
    gone = sorted(set(expected) - set(found))
    assert surprising == [], "not as divergences.yaml has it: find out why, keep it out of rules, then list it"
    assert gone == [], "listed in divergences.yaml and diverging no longer: drop them"


def test_every_case_is_there() -> None:
    cases = compliance()
    assert len(cases) == len({case.id for case in cases}) == CASES
    assert not [case.id for case in cases if case.ignore]


def test_the_list_names_cases_that_exist_and_show_the_construct() -> None:
    known = {case.id: case for case in compliance()}
    named = [one.case for construct in listed() for one in construct.cases]
    assert len(named) == len(set(named))
    for construct in listed():
        for one in construct.cases:
            assert known[one.case].note == one.note
            assert construct.pattern.search(known[one.case].rego), (construct.construct, one.case)
