"""Where an endpoint is, how it is spoken to, and which names a certificate is for."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from limen.model.probing import ProbeOptions
from limen.probes import tls
from limen.probes.interface import AttemptError, Target
from limen.probes.tls.address import Address, address
from limen.probes.tls.certificates import matches
from limen.probes.tls.clients import client, stranger
from tests.lab.tls_pki import Pki


def target(endpoint: str, section: str = "flow", protocols: tuple[str, ...] = (), **options: Any) -> Target:
    declared = {"protocols": list(protocols)}
    return Target(
        probe="tls", section=section, name="x", endpoint=endpoint, declared=declared, options=ProbeOptions(**options)
    )  # type: ignore[arg-type]


def at(found: Address) -> tuple[str, int, str, str]:
    return found.host, found.port, found.name, found.protocol


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (target("a.example:8443", protocols=("https",)), ("a.example", 8443, "a.example", "https")),
        (target("a.example:8443"), ("a.example", 8443, "a.example", "")),
        (target("a.example", protocols=("amqps",)), ("a.example", 5671, "a.example", "amqps")),
        (target("https://a.example/health"), ("a.example", 443, "a.example", "https")),
        (target("postgresql://db.example"), ("db.example", 5432, "db.example", "postgres")),
        (target("mysql://db.example:3307", protocols=("https",)), ("db.example", 3307, "db.example", "mysql")),
        (target("sftp://drop.example"), ("drop.example", 22, "drop.example", "sftp")),
        (target("tls://a.example:1"), ("a.example", 1, "a.example", "")),
        (target("a.example:1", protocols=("https", "amqps")), ("a.example", 1, "a.example", "")),
        (target("db.example:5432", section="typed"), ("db.example", 5432, "db.example", "postgres")),
        (target("db.example:5432"), ("db.example", 5432, "db.example", "")),
        (target("[::1]:443"), ("::1", 443, "::1", "")),
        (target("10.0.0.1:443", server_name="a.example"), ("10.0.0.1", 443, "a.example", "")),
        (target("bücher.example:443"), ("xn--bcher-kva.example", 443, "xn--bcher-kva.example", "")),
    ],
    ids=lambda it: it.endpoint if isinstance(it, Target) else "",
)
def test_an_endpoint_says_where_it_is(given: Target, expected: tuple[str, int, str, str]) -> None:
    assert at(address(given)) == expected


@pytest.mark.parametrize(
    "endpoint", ["", "a.example", "a.example:0", "a.example:70000", "a b:1", "https://u:p@h", "::1:1"]
)
def test_an_endpoint_that_says_nothing_is_refused(endpoint: str) -> None:
    with pytest.raises(AttemptError):
        address(target(endpoint))


def test_a_plan_opens_nothing_and_says_where() -> None:
    [contact] = tls.contacts(target("https://no-such-host.invalid:1/x"))
    assert contact.where == "no-such-host.invalid:1"
    assert "GET /x" in contact.what
    assert not contact.writes
    [contact] = tls.contacts(target("sftp://drop.example"))
    assert (contact.where, "SSH" in contact.what) == ("drop.example:22", True)


NAMES = x509.SubjectAlternativeName(
    [
        x509.DNSName("a.example"),
        x509.DNSName("*.b.example"),
        x509.DNSName("*.com"),
        x509.DNSName("w*.c.example"),
        x509.IPAddress(ipaddress.ip_address("10.0.0.1")),
    ]
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.example", True),
        ("A.Example.", True),
        ("x.b.example", True),
        ("b.example", False),
        ("x.y.b.example", False),
        ("b.com", False),
        ("www.c.example", False),
        ("10.0.0.1", True),
        ("10.0.0.2", False),
        ("aa.example", False),
    ],
)
def test_names(name: str, expected: bool) -> None:
    assert matches(name, NAMES) is expected


def test_a_credential_is_a_certificate_with_its_own_key(tmp_path: Path) -> None:
    pki = Pki(tmp_path)
    held, other = pki.client(), pki.client("client-expired")
    assert client(held.both.read_bytes(), "the credential").chain[0].not_valid_after_utc > pki.now
    for wrong in (b"", b"-----BEGIN PRIVATE KEY-----", held.certificate.read_bytes(), held.key.read_bytes(),
                  held.certificate.read_bytes() + other.key.read_bytes()):  # fmt: skip
        with pytest.raises(AttemptError) as raised:
            client(wrong, "the credential")
        assert raised.value.reason.startswith("the credential ")
        assert "PRIVATE" not in raised.value.reason
    assert "key" not in repr(client(held.both.read_bytes(), "the credential"))


def test_a_stranger_is_valid_and_unknown() -> None:
    made = stranger(1_800_000_000)
    [certificate] = made.chain
    assert certificate.not_valid_before_utc.timestamp() < 1_800_000_000 < certificate.not_valid_after_utc.timestamp()
    assert certificate.issuer != certificate.subject
