"""Secrets that once started a service although they were placeholders, or stood in what an error report shows."""

from __future__ import annotations

import secrets
import traceback
from typing import Annotated

import pytest

from limen.controls.secret_strength import weakness
from limen.controls.settings import From, Secret, Settings, SettingsError, load

GOOD = "qX8fTz1LmW4rK9sVb2Nd7Yh3"


class Two(Settings, frozen=True, kw_only=True):
    good: Annotated[Secret, From("env:LIMEN_GOOD")]
    missing: Annotated[Secret, From("env:LIMEN_MISSING")]


@pytest.mark.parametrize(
    "value",
    [
        "my-super-secret-jwt-token-that-is-long",
        "this-is-not-a-secret-key",
        "SECRET_KEY_GOES_HERE_123",
        "development-secret-key",
        "TestTestTest1234567",
        "Pa$$w0rdPa$$w0rd1",
        "".join(chr(ord(one) + 0xFEE0) for one in "changeme") + "-changeit-please",
    ],
)
def test_a_placeholder_in_other_words(value: str) -> None:
    assert weakness(value)
    assert value not in weakness(value)


def test_what_was_drawn_by_chance_is_none() -> None:
    for _ in range(300):
        for value in (
            secrets.token_urlsafe(24),
            secrets.token_hex(32),
            f"{secrets.token_hex(8)}-{secrets.token_hex(8)}",
        ):
            assert weakness(value) == "", value


def test_a_report_with_variables_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    # As crash reporters do: each function's variables beside its line.
    monkeypatch.setenv("LIMEN_GOOD", GOOD)
    with pytest.raises(SettingsError) as found:
        load(Two)
    shown = "".join(traceback.TracebackException.from_exception(found.value, capture_locals=True).format())
    assert GOOD not in shown
