"""Random values that are the same each time, collected so that one process answers them all."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy


def drawn(strategy: SearchStrategy[Any], most: int, number: int = 0) -> list[Any]:
    """Return values of a strategy; another number gives others. A failure is not made smaller, but names its input."""
    found: list[Any] = []

    @seed(number)
    @settings(
        max_examples=most,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.large_base_example, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(one=strategy)
    def collect(one: Any) -> None:
        found.append(one)

    collect()
    return found
