"""Every row of the laboratory's table: the defect is there, the probe sees it, and the rules make its findings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from limen.probes.replaying import differences
from tests.lab import leak as lab
from tests.lab.judging import findings_of

pytestmark = pytest.mark.xdist_group("leak")

ROWS = lab.rows()


@pytest.fixture(scope="module")
def servers() -> Iterator[lab.Servers]:
    with ExitStack() as stack:
        yield lab.Servers(stack)


@pytest.mark.parametrize(("kind", "row"), ROWS, ids=lambda one: one if isinstance(one, str) else one.defect)
def test_a_row(servers: lab.Servers, kind: str, row: lab.Row) -> None:
    with lab.made(servers, kind, row.defect) as place:
        recorded = lab.probed(place)
        text = lab.declaration(place)
    attempt = recorded.attempts[0]
    seen = json.loads(attempt.observations[0].facts) if attempt.observations else {}
    found = findings_of(text, recorded)
    told = sorted(f"{one.split('::')[0]}::{one.split('::')[-1]}" for one in found)
    assert (attempt.status, told) == (row.status, sorted(row.findings)), f"{attempt.reason}\n{seen}\n{sorted(found)}"
    assert row.reason in attempt.reason
    assert {name: seen.get(name) for name in row.observation} == row.observation
    assert differences(recorded) == []
    shown = repr(attempt)
    for secret in (*lab.OF.values(), *([place.credential] if place.credential else ())):
        assert secret not in shown


def test_every_hiding_place_has_its_row() -> None:
    assert {row.defect for kind, row in ROWS if kind == "files"} >= set(lab.FILES)
