"""Values by reference: what probes and settings share; each word of an error is without the value."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.adapters.references import value_of
from limen.adapters.secret_values import Secret, UnreadableError

VALUE = "word-of-the-day-7f3a"


def test_from_the_environment_and_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").touch(0o600)
    (tmp_path / "token").write_text(f"{VALUE}\r\n")
    assert value_of("env:A", tmp_path, {"A": VALUE}, 1) == VALUE
    assert value_of("file:token", tmp_path, {}, 1) == VALUE


@pytest.mark.parametrize("reference", ["", VALUE, "http://x", "ENV:A", "env", "envA"])
def test_what_is_no_reference(reference: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError) as raised:
        value_of(reference, tmp_path, {"A": VALUE}, 1)
    assert VALUE not in raised.value.reason


@given(st.text(max_size=60))
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    if text.startswith("vault:"):
        return
    with pytest.raises(UnreadableError):
        value_of(text, Path("/nowhere"), {}, 1)


def test_a_secret_shows_itself_to_nobody_but_who_asks() -> None:
    secret = Secret(VALUE)
    assert secret.reveal() == VALUE
    shown = [repr(secret), str(secret), f"{secret!s:>30}", repr([secret]), repr({"a": secret})]
    assert not [one for one in shown if VALUE in one]
    assert copy.copy(secret) is copy.deepcopy(secret) is secret
    for encode in (pickle.dumps, msgspec.json.encode, msgspec.msgpack.encode):
        with pytest.raises(TypeError) as raised:
            encode(secret)
        assert VALUE not in str(raised.value)
    assert secret != Secret(VALUE)
