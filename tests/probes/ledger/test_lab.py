"""Every row of the laboratory's table, in every store: the tampering is seen, and the rules make the findings of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from limen.probes import ledger as probe
from tests.lab import ledger as lab
from tests.lab.judging import findings_of
from tests.lab.postgres import Cluster, cluster
from tests.lab.tampering import DEFECTS, KEYS, SECRET

pytestmark = pytest.mark.xdist_group("ledger")
ROWS = [(row, store) for row in lab.rows() for store in row.stores]


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.mark.parametrize(("row", "store"), ROWS, ids=[f"{row.defect}-{store}" for row, store in ROWS])
def test_a_row(row: lab.Row, store: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    tampered = DEFECTS[row.defect]()
    if store == "postgresql":
        with request.getfixturevalue("server").database() as database:
            text, made = lab.made_and_probed(tampered, store, tmp_path, database)
    else:
        text, made = lab.made_and_probed(tampered, store, tmp_path)
    attempt = made.attempts[0]
    seen = lab.facts(made)
    found = findings_of(text, made)
    told = sorted(
        f"{rule}::{path}" for rule, _, path in (one.split("::") for one in found) if rule.startswith("conformance.")
    )
    assert (attempt.status, told) == (row.status, sorted(row.findings)), f"{attempt.reason}\n{seen}"
    assert {path: lab.fact(seen, path) for path in row.observation} == row.observation
    assert row.reason in attempt.reason
    if attempt.status == "completed":  # and on another machine, from what was recorded alone
        (again,) = probe.interpret({one.name: one for one in attempt.raw}, attempt.started_at)
        assert json.loads(msgspec.json.encode(again.facts)) == seen
    for secret in (SECRET, *(key.hex() for key in KEYS.values())):
        assert secret not in repr(made)


def test_every_tampering_has_its_row() -> None:
    rows = {
        row.defect: {store for one in lab.rows() if one.defect == row.defect for store in one.stores}
        for row in lab.rows()
    }
    assert set(rows) == set(DEFECTS)
    assert {name for name, stores in rows.items() if stores != set(lab.STORES)} == {"half-line"}
    assert {row.defect for row in lab.rows() if not row.findings} == {"good", "good-keyed"}
