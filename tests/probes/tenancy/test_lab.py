"""Every row of the laboratory's table: the defect is there, the probe sees it, the rules make the findings of it."""

from __future__ import annotations

import pytest

from limen.probes.replaying import differences
from tests.lab import tenancy as lab
from tests.lab.postgres import Cluster

pytestmark = pytest.mark.xdist_group("postgres")


def test_every_defect_has_its_row_and_makes_a_finding() -> None:
    rows = lab.rows()
    assert [row.defect for row in rows] == list(lab.DEFECTS)
    assert [row.defect for row in rows if not row.findings] == ["good"]


@pytest.mark.parametrize("row", lab.rows(), ids=lambda row: row.defect)
def test_a_row(server: Cluster, row: lab.Row) -> None:
    with lab.spoiled(server, row.defect) as made:
        recorded = lab.probed(made)
        findings, gaps = lab.verdict(lab.declaration(made), recorded)
    seen = lab.facts(recorded)
    assert recorded.attempts[0].status == "completed", recorded.attempts[0].reason
    for detail, expected in row.observation.items():
        assert {name: seen[detail].get(name) for name in expected} == expected, detail
    assert (findings, gaps) == (row.findings, row.gaps)
    assert differences(recorded) == []
    text = repr(recorded)
    for private in (made.credential, server.password, lab.KEY.hex(), *lab.IDS.values(), "1302144559", "0002-1433-80"):
        assert private not in text
