"""Every row of the laboratory's table: the defect is there, the probe sees it, the rules make the findings of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from limen.probes.replaying import differences
from tests.lab import brokers as lab

pytestmark = pytest.mark.xdist_group("brokers")


@pytest.fixture(scope="module")
def brokers(request: pytest.FixtureRequest) -> Iterator[lab.Brokers]:
    """Return the brokers; those that take long begin to start at once, where a test asks for them."""
    rows = [item.callspec.params.get("row") for item in request.session.items if hasattr(item, "callspec")]
    with ExitStack() as stack:
        yield lab.Brokers(stack, early={row.broker for row in rows if isinstance(row, lab.Row)})


def test_each_broker_has_a_good_row_and_bad_ones() -> None:
    found: dict[str, list[bool]] = {}
    for row in lab.rows():
        found.setdefault(row.broker, []).append(bool(row.findings))
    assert set(found) == set(lab.PROTOCOLS)
    assert all(True in bad and False in bad for bad in found.values())


@pytest.mark.parametrize("row", lab.rows(), ids=lambda row: f"{row.broker}-{row.defect}")
def test_a_row(brokers: lab.Brokers, row: lab.Row) -> None:
    with brokers.listening(row.broker, row.defect) as port:
        text = lab.declaration(row.broker, lab.endpoint(row.broker, port))
        recorded = lab.probed(text)
    seen = lab.facts(recorded)
    assert recorded.attempts[0].status == "completed", recorded.attempts[0].reason
    assert {name: seen.get(name) for name in row.observation} == row.observation, seen["unseen"]
    assert lab.findings(text, recorded) == row.findings
    assert differences(recorded) == []
