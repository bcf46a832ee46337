"""Principals say who asks, and a credential is good for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.controls.principals import SKEW, Principal, check_credential
from limen.controls.refusals import RefusedError

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "name": "j-okafor",
    "identity": "j.okafor@aldermoor.example",
    "roles": frozenset({"regulatory_reviewer"}),
    "tenant": "",
    "method": "oidc",
    "until": NOW + timedelta(minutes=30),
}


def test_a_principal_shows_no_identity() -> None:
    assert "aldermoor" not in repr(Principal(**GOOD))
    assert "j-okafor" in repr(Principal(**GOOD))


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("name", "", "name"),
        ("name", "a\nb", "name"),
        ("name", " a", "name"),
        ("name", "x" * 2000, "name"),
        ("name", None, "name"),
        ("identity", "", "identity"),
        ("method", "", "method"),
        ("tenant", "a\x00", "tenant"),
        ("tenant", None, "tenant"),
        ("roles", {"a"}, "roles"),
        ("roles", frozenset({""}), "roles"),
        ("roles", frozenset({1}), "roles"),
        ("until", NOW.replace(tzinfo=None), "time zone"),
        ("until", None, "time zone"),
    ],
)
def test_what_is_no_principal(name: str, value: object, told: str) -> None:
    with pytest.raises(RefusedError, match=told) as error:
        Principal(**{**GOOD, name: value})
    assert error.value.reason == "unauthenticated"


class Anybody(str):
    """A text that equals every other one."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


@pytest.mark.parametrize("name", ["name", "identity", "method", "tenant", "roles"])
def test_texts_are_texts_and_nothing_that_passes_for_one(name: str) -> None:
    value = frozenset({Anybody("a")}) if name == "roles" else Anybody("a")
    with pytest.raises(RefusedError, match=name):
        Principal(**{**GOOD, name: value})


def test_every_problem_at_once() -> None:
    with pytest.raises(RefusedError) as error:
        Principal(name="", identity="", roles=frozenset(), method="", until=NOW)
    assert len(error.value.problems) == 3


def reason(left: timedelta, lifetime: timedelta | None = None, **given: Any) -> str | None:
    """Return why a credential with so much left is refused; None where it is taken."""
    try:
        check_credential(Principal(**{**GOOD, "until": NOW + left}), NOW, lifetime=lifetime, **given)
    except RefusedError as error:
        return error.reason
    return None


HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("left", "lifetime", "expected"),
    [
        (HOUR, HOUR, None),
        (HOUR + SKEW, HOUR, None),
        (HOUR + SKEW + SECOND, HOUR, "credential_too_long"),
        (timedelta(days=3650), HOUR, "credential_too_long"),
        (timedelta(days=3650), None, None),
        (timedelta(0), HOUR, None),
        (SECOND - SKEW, HOUR, None),
        (-SKEW, HOUR, "credential_expired"),
        (-HOUR, None, "credential_expired"),
    ],
)
def test_credentials(left: timedelta, lifetime: timedelta | None, expected: str | None) -> None:
    assert reason(left, lifetime) == expected


@given(st.timedeltas(-HOUR, 2 * HOUR), st.timedeltas(timedelta(0), HOUR))
def test_no_credential_outlives_its_end_by_more_than_the_skew(left: timedelta, skew: timedelta) -> None:
    taken = reason(left, HOUR, skew=skew) is None
    assert taken is (-skew < left <= HOUR + skew)


def test_a_time_without_a_zone_judges_nothing() -> None:
    with pytest.raises(RefusedError, match="time zone"):
        check_credential(Principal(**GOOD), NOW.replace(tzinfo=None))


def test_zones_do_not_matter() -> None:
    there = timezone(timedelta(hours=-8))
    check_credential(Principal(**{**GOOD, "until": (NOW + SECOND).astimezone(there)}), NOW, lifetime=HOUR)
