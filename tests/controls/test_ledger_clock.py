"""The time that is stamped: what a clock tells, to the microsecond, and never before the last record's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.controls.ledger_clock import SKEW, Stamps, system_clock
from limen.controls.ledger_entries import LedgerError
from limen.integrity.limen_v1 import TIME

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30), timezones=ZONES)  # noqa: DTZ001


@given(st.lists(TIMES | st.tuples(TIMES, st.integers(-3, 3)).map(lambda pair: pair[0]), min_size=1, max_size=8))
def test_each_time_is_told_as_it_is(times: list[datetime]) -> None:
    told = iter(times)
    stamps = Stamps(lambda: next(told), SKEW)
    for moment in times:
        made = stamps.next("")
        assert TIME.fullmatch(made)
        assert datetime.fromisoformat(made) == moment


@given(TIMES, st.lists(st.integers(-59_000_000, 90_000_000), max_size=20))
def test_it_never_runs_back(start: datetime, steps: list[int]) -> None:
    moments = [start + timedelta(microseconds=step) for step in [0, *steps]]
    told = iter(moments)
    stamps = Stamps(lambda: next(told), timedelta(seconds=160))
    last = ""
    for number, moment in enumerate(moments):
        made = stamps.next(last)
        assert made >= last
        assert datetime.fromisoformat(made) == max(moments[: number + 1])
        assert moment <= datetime.fromisoformat(made)
        last = made


@given(TIMES, st.integers(0, 200_000_000), st.integers(0, 100))
def test_a_clock_far_behind_is_refused(start: datetime, back: int, skew: int) -> None:
    told = iter([start, start - timedelta(microseconds=back)])
    stamps = Stamps(lambda: next(told), timedelta(seconds=skew))
    last = stamps.next("")
    if back <= skew * 1_000_000:
        assert stamps.next(last) == last
    else:
        with pytest.raises(LedgerError, match="behind the last record"):
            stamps.next(last)


def test_the_systems_clock_is_utc() -> None:
    assert system_clock().tzinfo is UTC
