"""Asking a timestamp authority: bounded in time and size, and nothing but an answer to our question is taken."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.adapters.timestamp_authority import AuthorityError, check_address, timestamped
from limen.errors import UsageError
from limen.integrity.time_tokens import read_timestamp, verify_timestamp
from tests.lab.ports import free_port
from tests.simulators.timestamp_authority import FAULTS, Authority, timestamp_authority, verified_by_openssl

pytestmark = pytest.mark.xdist_group("timestamps")
DATA = b"what is timestamped"


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Authority, str]]:
    with timestamp_authority() as made:
        yield made


@pytest.fixture
def lab(running: tuple[Authority, str]) -> Iterator[tuple[Authority, str]]:
    running[0].fault = ""
    yield running
    running[0].fault = ""


def test_a_timestamp_that_openssl_takes_too(lab: tuple[Authority, str]) -> None:
    authority, url = lab
    before = int(time.time())
    response = timestamped(url, DATA)
    at = verify_timestamp(response, DATA, authority.trusted)
    assert before <= at.timestamp() <= time.time()
    assert verified_by_openssl(authority, DATA, response)
    assert not verified_by_openssl(authority, DATA + b"!", response)


def test_an_authority_that_sends_its_whole_chain() -> None:
    with timestamp_authority(chain=True) as (authority, url):
        for _ in range(4):  # the order in which openssl writes them is seldom the one of DER
            response = timestamped(url, DATA)
            assert verify_timestamp(response, DATA, [authority.root])
            assert verified_by_openssl(authority, DATA, response)


WORDS = {
    "wrong-nonce": "the nonce is not ours",
    "other-data": "over other data",
    "refused": "the authority refused it: status 2",
    "no-certificate": "does not carry the certificate",
    "weak-digest": "signs a weak digest: 1.3.14.3.2.26",
    "twin-certificate": "two certificates for its signer",
    "cut-short": "no RFC 3161 response",
    "garbage": "no RFC 3161 response",
    "empty": "no RFC 3161 response",
    "hanging": "did not answer in time",
    "dripping": "did not answer in time",
    "gigabyte": "answered more than 1048576 bytes",
    "redirect": "sends on to another address",
    "server-error": "HTTP status 500",
    "hanging-up": "ended the connection",
}
JUDGED_LATER = {"expired", "wrong-eku", "eku-not-critical"}
"""Faults that nobody sees who trusts no authority yet."""


def test_every_fault_is_tried() -> None:
    assert set(FAULTS) == set(WORDS) | JUDGED_LATER


@pytest.mark.parametrize("fault", WORDS)
def test_an_answer_that_is_none(fault: str, lab: tuple[Authority, str]) -> None:
    authority, url = lab
    authority.fault = fault
    started = time.monotonic()
    with pytest.raises(AuthorityError) as raised:
        # only those that never answer are to run into it; openssl takes seconds where the machine is busy
        timestamped(url, DATA, seconds=1.5 if fault in ("hanging", "dripping") else 30)
    assert WORDS[fault] in raised.value.problems[0].message
    assert raised.value.problems[0].hint
    assert time.monotonic() - started < 40


@pytest.mark.parametrize("fault", sorted(JUDGED_LATER))
def test_a_certificate_that_may_not_timestamp(fault: str, lab: tuple[Authority, str]) -> None:
    authority, url = lab
    authority.fault = fault
    response = timestamped(url, DATA)
    assert not verified_by_openssl(authority, DATA, response)
    with pytest.raises(ValueError, match="had ended at that time" if fault == "expired" else "for timestamps alone"):
        verify_timestamp(response, DATA, authority.trusted)


def test_each_request_has_a_nonce_of_its_own(lab: tuple[Authority, str]) -> None:
    nonces = {read_timestamp(timestamped(lab[1], DATA)).nonce for _ in range(3)}
    assert len(nonces) == 3
    assert None not in nonces


def test_nobody_is_there() -> None:
    with pytest.raises(AuthorityError, match="refuses connections"):
        timestamped(f"http://127.0.0.1:{free_port()}/", DATA)


@pytest.mark.parametrize(
    "url",
    [
        "", "tsa.example.org", "ftp://tsa.example.org", "file:///etc/passwd", "http://", "http://[::1", "https://a b/",
        "http://user:secret@tsa.example.org/", "http://tsa.example.org:99999/", "http://\u00e4/", "http://a/\r\nX: y",
    ],
)  # fmt: skip
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(UsageError) as raised:
        timestamped(url, DATA)
    assert "secret" not in str(raised.value) or "holds a credential" not in str(raised.value)


@given(st.text(max_size=80))
def test_arbitrary_addresses_are_taken_or_refused(url: str) -> None:
    try:
        assert check_address(url)
    except UsageError:
        return
    assert url.lower().startswith(("http://", "https://"))
