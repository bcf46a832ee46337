"""Declarations that once passed although something in them was dangerous, blank, or said nothing at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from limen.assess import Request, assess
from limen.errors import DeclarationError
from tests.reference import reference_text
from tests.weakenings.edits import weaken

Edits = dict[str, Any]

LOCAL = {"flows/intake/in_transit": {"protocol": "unix"}}
FOUND: dict[str, tuple[Edits, set[str]]] = {
    "a socket between network segments": (
        {"put": LOCAL},
        {"transit.plaintext::flow:intake::in_transit.channel"},
    ),
    "a module's interface to a partner": (
        {"put": {"flows/submit/in_transit": {"protocol": "pkcs11"}}},
        {"transit.plaintext::flow:submit::in_transit.channel"},
    ),
    "a broken key exchange": (
        {"put": {"flows/dispatch/in_transit/tls/key_exchange": ["X25519", "secp160r1"]}},
        {"transit.weak_suites::flow:dispatch::in_transit.tls.key_exchange[1]"},
    ),
    "anyone may call where records rest": (
        {"put": {"zones/data/callers": ["anyone"], "zones/data/rate_limited": True}},
        {"identity.anonymous_zone::zone:data::callers"},
    ),
    "the untrusted zone is called trusted": (
        {"put": {"zones/untrusted/trust": 9}},
        {"identity.anonymous_zone::zone:untrusted::callers"},
    ),
    "an envelope of a signature algorithm": (
        {"put": {"keys/sponsor-key/algorithm": "Ed25519"}},
        {"keys.algorithm::key:sponsor-key::uses"},
    ),
    "an envelope of a MAC": (
        {"put": {"keys/sponsor-key/algorithm": "HMAC-SHA-256"}},
        {"keys.algorithm::key:sponsor-key::uses"},
    ),
    "an assertion that excepts its own end": (
        {"put": {"assertions/through-the-gate/never": {"from": "untrusted", "to": "data", "except_via": ["data"]}}},
        {"structure.assertion_broken::assertion:through-the-gate::applies"},
    ),
    "an assertion on a zone without components": (
        {
            "put": {
                "zones/nowhere": {"trust": 1, "clearance": {"level": "public"}, "segment": "none"},
                "assertions/participants-stay/never": {"data": "clinical-record", "reaches": "nowhere", "in": "any"},
            }
        },
        {"structure.assertion_broken::assertion:participants-stay::applies"},
    ),
}
REFUSED: dict[str, tuple[Edits, str]] = {
    "a basis of blanks": (
        {"put": {"components/sponsor/clearance/basis": " \t "}},
        "components.sponsor.clearance.basis: expected text that is not blank",
    ),
    "a purpose of blanks": (
        {"put": {"flows/submit/purpose": " "}},
        "flows.submit.purpose: expected text that is not blank",
    ),
    "an independence for no reason": (
        {"put": {"components/trial-gateway/independent/receipt": "\n"}},
        "components.trial-gateway.independent.receipt: expected text that is not blank",
    ),
    "a rotation every zero days": (
        {"put": {"keys/phi-data-key/rotation": "P0D"}},
        "keys.phi-data-key.rotation: expected an ISO 8601 duration above zero",
    ),
    "a credential that lives for no time": (
        {"put": {"flows/submit/authn/credential/lifetime": "PT0H0M"}},
        "flows.submit.authn.credential.lifetime: expected an ISO 8601 duration above zero",
    ),
    "an item that moves without any field": (
        {"put": {"flows/store-record/fields": {"clinical-record": []}}},
        "flows.store-record.fields.clinical-record: expected a list with at least 1",
    ),
}


def _weakened(folder: Path, edits: Edits) -> Path:
    plain = json.loads(reference_text())
    weaken(plain, edits)
    path = folder / "boundaries.yaml"
    path.write_text(json.dumps(plain), encoding="utf-8")  # JSON is YAML
    return path


@pytest.mark.parametrize("name", FOUND)
def test_what_is_dangerous_or_empty_is_found(name: str, tmp_path: Path) -> None:
    edits, expected = FOUND[name]
    findings = assess(Request(path=_weakened(tmp_path, edits))).assessment.findings
    assert expected <= {finding.id for finding in findings if finding.status == "fail"}


@pytest.mark.parametrize("name", REFUSED)
def test_what_says_nothing_is_refused(name: str, tmp_path: Path) -> None:
    edits, expected = REFUSED[name]
    with pytest.raises(DeclarationError) as raised:
        assess(Request(path=_weakened(tmp_path, edits)))
    assert [problem.message.startswith(expected) for problem in raised.value.problems] == [True], raised.value


def test_a_socket_between_zones_of_one_segment_conforms(tmp_path: Path) -> None:
    segment = json.loads(reference_text())["zones"]["ingress"]["segment"]
    edits = {"put": {**LOCAL, "zones/processing/segment": segment}}
    findings = assess(Request(path=_weakened(tmp_path, edits))).assessment.findings
    assert "transit.plaintext::flow:intake::in_transit.channel" not in {finding.id for finding in findings}
