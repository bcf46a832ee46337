"""The gates of envelopes are judged as they say."""

from __future__ import annotations

import dataclasses

import pytest

from benchmarks.controls_envelope import OPEN_TIMES, SEAL_TIMES, STREAM_TIMES, Measured, gates, told

GOOD = Measured(bare=1e-6, sealed=1e-6 * SEAL_TIMES, opened=1e-6 * OPEN_TIMES, bare_segment=1e-5, streamed=1e-5)


def test_all_are_met_at_their_limits() -> None:
    assert [gate.met for gate in gates(GOOD)] == [True, True, True]
    assert "62,500 envelopes of 1 KB sealed a second, 50,000 opened" in told(GOOD)[0]


@pytest.mark.parametrize(
    ("number", "slow"),
    [
        (0, {"sealed": 1.01e-6 * SEAL_TIMES}),
        (1, {"opened": 1.01e-6 * OPEN_TIMES}),
        (2, {"streamed": 1.01e-5 * STREAM_TIMES}),
    ],
)
def test_what_is_slower_is_not(number: int, slow: dict[str, float]) -> None:
    met = [gate.met for gate in gates(dataclasses.replace(GOOD, **slow))]
    assert [index for index, one in enumerate(met) if not one] == [number]
