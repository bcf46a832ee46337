"""The guard's benchmark measures what it says, and judges by what it measured."""

from __future__ import annotations

import pytest

from benchmarks.controls_guard import TIMES, Measured, gates, measure, told


def test_one_round_measures_everything() -> None:
    found = measure(rounds=1)
    assert found.hashed > 0
    assert found.least > 0
    assert found.refused > 0
    assert found.decided == found.crossed - found.hashed
    assert len(gates(found)) == 1
    assert all(line.startswith("for information: ") for line in told(found))


@pytest.mark.parametrize(("times", "met"), [(TIMES, True), (TIMES + 0.1, False)])
def test_the_gate_is_the_ratio(times: float, met: bool) -> None:
    (gate,) = gates(Measured(least=1.0, crossed=times + 2.0, hashed=2.0, refused=1.0))
    assert gate.met is met
