"""Strict mutual TLS, seen rightly in every version and every way that a server can treat client certificates."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab import tls as lab

pytestmark = pytest.mark.xdist_group("tls-mutual")
RANKS = {"1.0": 10, "1.1": 11, "1.2": 12, "1.3": 13}
ACCEPTED = {"application": "refused by the answer", "required": "refused in the handshake"}


@pytest.fixture(scope="module")
def laboratory() -> Iterator[lab.Laboratory]:
    with lab.laboratory() as made:
        yield made


def seen(endpoint: lab.Endpoint, credential: bool) -> dict:
    row = lab.Row("mutual", {}, {}, "", "completed", [])
    if not credential:
        options = {name: value for name, value in endpoint.options.items() if name != "expired"}
        endpoint = endpoint._replace(credential=None, options=options)
    made = lab.probed(row, endpoint)
    assert made.attempts[0].status == "completed", made.attempts[0].reason
    return lab.facts(made)


def expected(version: str, state: str) -> dict:
    return {"offered": [RANKS[version]], "asked": state != "off", "weakest": state, "each": [state]}


def shown(facts: dict) -> dict:
    mutual = facts["mutual"]
    return {
        "offered": facts["versions"]["offered"],
        "asked": mutual["asked"],
        "weakest": mutual.get("weakest"),
        "each": [one["state"] for one in mutual["versions"]],
    }


def unknown_unless_presented(facts: dict, presented: bool) -> None:
    mutual = facts["mutual"]
    assert mutual["presented"] is presented
    if not presented:
        assert "right_accepted" not in mutual
        assert "expired_taken" not in mutual


@pytest.mark.parametrize("credential", [True, False], ids=["right-certificate", "none-of-ours"])
@pytest.mark.parametrize("state", [state for state, mode in lab.MODES.items() if mode is not None])
@pytest.mark.parametrize("version", RANKS)
def test_nginx(laboratory: lab.Laboratory, version: str, state: str, credential: bool) -> None:
    facts = seen(laboratory.endpoint(f"mutual-nginx-{version}-{state}"), credential)
    assert shown(facts) == expected(version, state)
    if credential and state != "off":
        assert facts["mutual"]["right_accepted"] is True
    unknown_unless_presented(facts, credential and state != "off")


@pytest.mark.parametrize("credential", [True, False], ids=["right-certificate", "none-of-ours"])
@pytest.mark.parametrize("state", lab.OPENSSL_MODES)
@pytest.mark.parametrize("version", RANKS)
def test_openssl(laboratory: lab.Laboratory, version: str, state: str, credential: bool) -> None:
    facts = seen(laboratory.mutual_openssl(version, state), credential)
    assert shown(facts) == expected(version, state)
    if credential and state in ("required", "optional"):
        assert facts["mutual"]["right_accepted"] is True
        assert facts["mutual"]["expired_taken"] is False
    unknown_unless_presented(facts, credential and state != "off")


@pytest.mark.parametrize("words", ["sslv3", "ssl/tls", "tls", "tlsv1"])
def test_an_alert_is_known_whatever_openssl_puts_before_it(words: str) -> None:
    """In TLS 1.3 an alert is seen only by OpenSSL's words for it, which its version 4 changed."""
    from limen.probes.tls.mutual import alert_named

    assert alert_named(f"{words} alert certificate expired") == 45
    assert [alert_named(why) for why in ("closed", "silent", "", "certificate expired")] == [None] * 4


def test_one_version_without_client_certificates_is_the_weakest(laboratory: lab.Laboratory) -> None:
    """Two listeners on one name would differ so; here the recording of two servers is joined."""
    import msgspec

    from limen.probes.tls.clienting import mutual_part
    from limen.probes.tls.raw import decoded

    row = lab.Row("mutual", {}, {}, "", "completed", [])
    strict, lax = (
        decoded(lab.probed(row, laboratory.mutual_openssl(version, state)).attempts[0].raw[0])
        for version, state in (("1.3", "required"), ("1.2", "off"))
    )
    joined = msgspec.structs.replace(strict, exchanges=strict.exchanges + lax.exchanges)
    part = mutual_part(joined, (12, 13))
    assert (part.asked, part.weakest, [one.state for one in part.versions]) == (True, "off", ["off", "required"])
