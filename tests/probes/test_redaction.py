"""Redaction: no form of a credential is left in what is recorded."""

from __future__ import annotations

import base64
import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.probes.redaction import Redaction, holds_credential, without_userinfo

SECRET = 'pa55/wörd+"=x'


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        repr(SECRET),
        urllib.parse.quote(SECRET, safe=""),
        urllib.parse.quote_plus(SECRET),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
        *(base64.b64encode(b"probe:"[:n] + SECRET.encode() + b" tail").decode() for n in range(7)),
        base64.urlsafe_b64encode(b"u:" + SECRET.encode()).decode(),
    ],
)
def test_each_form_is_taken_out(written: str) -> None:
    redaction = Redaction()
    redaction.add(SECRET)
    shown = redaction.text(f"before {written} after")
    assert "[redacted]" in shown
    assert written not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


@pytest.mark.parametrize(
    ("credential", "secret"),
    [
        ("postgresql://probe:s3cretword@db.example:5432/x", "s3cretword"),
        ("postgresql://probe:s3cret%2Fword@db.example:5432/x", "s3cret/word"),
        ("host=db user=probe password=s3cretword dbname=x", "s3cretword"),
        ("host=db user=probe password='s3cret word'", "s3cret word"),
        ('{"access_key": "AKIAEXAMPLE", "secret_key": "s3cretword"}', "s3cretword"),
        ('{"auth": {"tokens": ["s3cretword"]}}', "s3cretword"),
        ("probe:s3cretword", "s3cretword"),
    ],
)
def test_what_is_secret_within_a_credential_is_taken_out_alone(credential: str, secret: str) -> None:
    redaction = Redaction()
    redaction.add(credential)
    assert redaction.text(f"password authentication failed: {secret}") == ("password authentication failed: [redacted]")
    assert redaction.text("could not reach db.example for probe") == "could not reach db.example for probe"


def test_a_pin_is_taken_out_where_it_stands_alone() -> None:
    redaction = Redaction()
    redaction.add("1234")
    assert redaction.text("pin 1234, key 7712340") == "pin [redacted], key 7712340"


@pytest.mark.parametrize("value", ["", "a", "ab"])
def test_a_value_that_says_nothing_takes_nothing_out(value: str) -> None:
    redaction = Redaction()
    redaction.add(value)
    assert redaction.text("a tab about ab") == "a tab about ab"
    assert not redaction.finds(b"a tab")


def test_it_does_not_show_what_it_takes_out() -> None:
    redaction = Redaction()
    redaction.add(SECRET)
    assert SECRET not in repr(redaction)


@given(
    secret=st.text(min_size=8, max_size=40),
    before=st.binary(max_size=20),
    after=st.binary(max_size=20),
)
def test_nothing_is_left_of_any_secret(secret: str, before: bytes, after: bytes) -> None:
    redaction = Redaction()
    redaction.add(secret)
    raw = secret.encode("utf-8", "surrogatepass")
    cleaned = redaction.content(before + raw + after)
    assert not redaction.finds(cleaned) or b"[redacted]" in raw
    assert b"[redacted]" in redaction.content(base64.b64encode(before + raw + after))


@pytest.mark.parametrize(
    ("endpoint", "shown"),
    [
        ("https://user:pass@h.example/p", "https://h.example/p"),
        ("https://token@h.example", "https://h.example"),
        ("https://a@b@h.example", "https://h.example"),
        ("h.example:443", "h.example:443"),
        ("file:///var/log/a@b", "file:///var/log/a@b"),
        ("git@h.example:x", "git@h.example:x"),
    ],
)
def test_an_endpoint_without_its_user(endpoint: str, shown: str) -> None:
    assert without_userinfo(endpoint) == shown


@pytest.mark.parametrize(
    ("endpoint", "holds"),
    [
        ("https://user:pass@h.example", True),
        ("postgresql://h/x?password=a", True),
        ("pkcs11:token=limen?pin-value=1234", True),
        ("https://h.example?token=a", True),
        ("https://user@h.example", False),
        ("https://h.example:8200/v1/transit", False),
        ("https://h.example?region=eu", False),
        ("h.example:443", False),
    ],
)
def test_an_endpoint_with_a_password_in_it(endpoint: str, holds: bool) -> None:
    assert holds_credential(endpoint) is holds
