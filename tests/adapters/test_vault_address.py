"""Where a token would travel readable, or nobody knows whither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.adapters.vault_address import objection


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("https://vault.example:8200", ""),
        ("http://127.0.0.1:8200", ""),
        ("http://[::1]:8200", ""),
        ("http://localhost:8200", ""),
        ("http://vault.example:8200", "readable"),
        ("http://10.0.0.1", "readable"),
        ("http://localhost.example", "readable"),
        ("", "none"),
        ("vault.example:8200", "none"),
        ("ftp://vault.example", "none"),
        ("https://me@vault.example", "none"),
        ("https://vault.example?x=1", "none"),
        ("https://vault.example#x", "none"),
        ("http://[::1", "none"),
        ("https://", "none"),
    ],
)
def test_addresses(address: str, wrong: str) -> None:
    assert objection(address) == wrong


@given(st.text(max_size=60))
def test_any_text_is_judged(text: str) -> None:
    assert objection(text) in ("", "none", "readable")
    assert objection("http://h" + text) != "" or not text  # nothing behind a foreign host makes it this machine
