"""Pace: a host is contacted at one rate, after a burst of a second's worth; hosts do not wait for each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.probes.pace import Pace


def test_a_second_of_burst_and_then_the_rate() -> None:
    pace = Pace(4)
    assert [pace.wait_for("a", now=100.0) for _ in range(6)] == pytest.approx([0, 0, 0, 0, 0.25, 0.5])
    assert pace.wait_for("b", now=100.0) == 0
    assert pace.wait_for("a", now=100.5) == pytest.approx(0.25)
    assert [pace.wait_for("a", now=110.0) for _ in range(5)] == pytest.approx([0, 0, 0, 0, 0.25])


def test_zero_is_no_limit() -> None:
    pace = Pace(0)
    assert {pace.wait_for("a", now=1.0) for _ in range(1000)} == {0.0}


@given(rate=st.floats(0.5, 100), gaps=st.lists(st.floats(0, 2), min_size=2, max_size=60))
def test_no_window_has_more_contacts_than_the_rate_and_the_burst(rate: float, gaps: list[float]) -> None:
    pace, now, contacts = Pace(rate), 0.0, []
    for gap in gaps:
        now += gap
        contacts.append(now + pace.wait_for("a", now=now))
    for first in range(len(contacts)):
        for last in range(first, len(contacts)):
            span = contacts[last] - contacts[first]
            assert last - first + 1 <= rate * (span + 1) + 1 + 1e-6
