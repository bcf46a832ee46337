"""The probes and the rules on limen's own controls: the good ones pass, and each broken twin fails as it must."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.controls import GOOD, Servers, Twin, found, servers, twins

TWINS = twins()
PROBES = {"ledger", "kms", "tenancy", "code", "secrets", "storage", "leak"}


@pytest.fixture(scope="module")
def running() -> Iterator[Servers]:
    with servers() as made:
        yield made


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin.kind}: {twin.name}")
def test_the_good_one_passes_and_each_twin_fails_by_name(twin: Twin, running: Servers, tmp_path: Path) -> None:
    text, recorded = twin.observe(running, tmp_path)
    findings = found(text, recorded)

    assert len(recorded.attempts) == 1
    if twin.name == GOOD:
        assert recorded.attempts[0].status == "completed", recorded.attempts[0].reason
        assert findings == twin.also
    else:
        assert twin.finding in findings, (recorded.attempts[0].reason, findings)


def test_every_probe_of_the_controls_has_a_good_one_and_twins() -> None:
    kinds = {twin.kind for twin in TWINS}
    assert {kind.split(" in ")[0] for kind in kinds} == PROBES
    for kind in kinds:
        names = [twin.name for twin in TWINS if twin.kind == kind]
        assert GOOD in names
        assert len(names) >= 3
        assert len(names) == len(set(names))
    assert all(bool(twin.finding) == (twin.name != GOOD) for twin in TWINS)
