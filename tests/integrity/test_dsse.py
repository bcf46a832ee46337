"""DSSE envelopes: the vector of the protocol, one text for each, and OpenSSL as the judge of a signature."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.integrity import base64_text
from limen.integrity.dsse import Envelope, Signature, decoded, encoded, pae, signed
from limen.integrity.signatures import verifies
from tests.integrity.keys import signer
from tests.needs import need_program

TYPE = "application/vnd.in-toto+json"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
envelopes = st.builds(
    Envelope,
    payload_type=texts,
    payload=st.binary(max_size=50),
    signatures=st.lists(
        st.builds(Signature, keyid=texts, sig=st.binary(max_size=70)), max_size=3, unique_by=lambda one: one.keyid
    ).map(tuple),
)


def test_the_encoding_of_the_protocol() -> None:
    # https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("", b"") == b"DSSEv1 0  0 "
    assert pae("é", b"\0") == b"DSSEv1 2 \xc3\xa9 1 \0"


@given(texts, st.binary(), texts, st.binary())
def test_no_two_messages_are_signed_alike(kind: str, payload: bytes, other: str, more: bytes) -> None:
    assert (pae(kind, payload) == pae(other, more)) == ((kind, payload) == (other, more))


@given(envelopes)
def test_an_envelope_comes_back(envelope: Envelope) -> None:
    text = encoded(envelope)
    assert decoded(text) == envelope
    assert text.endswith(b"}\n")
    assert json.loads(text)["payload"] == base64.b64encode(envelope.payload).decode()


@pytest.mark.parametrize("algorithm", ["ed25519", "ecdsa-p256", "ecdsa-p384", "ml-dsa-65"])
def test_signatures_are_over_type_and_payload(algorithm: str) -> None:
    one = signer(algorithm)
    made = decoded(encoded(signed(TYPE, b"{}", [one]))).signatures[0]
    assert made.keyid == one.key.id
    assert verifies(one.key, made.sig, pae(TYPE, b"{}"))
    assert not verifies(one.key, made.sig, pae("application/vnd.limen.e-signature+json", b"{}"))
    assert not verifies(one.key, made.sig, b"{}")


def test_a_key_signs_once() -> None:
    with pytest.raises(ValueError, match="two signatures"):
        signed(TYPE, b"{}", [signer(), signer()])
    twice = Envelope(payload_type=TYPE, payload=b"", signatures=(Signature(keyid="a", sig=b""),) * 2)
    with pytest.raises(ValueError, match="two signatures by the key a"):
        decoded(encoded(twice))


def test_texts_with_two_readings_are_refused() -> None:
    good = encoded(signed(TYPE, b"\xff{}", [signer()]))
    assert decoded(good)
    for wrong in (
        good[:-1],
        good + b"\n",
        b" " + good,
        good.replace(b'":"', b'": "', 1),
        good.replace(b'"payload":"', b'"payload":"AAAA","payload":"', 1),
        good.replace(b'"payloadType"', b'"payloadType":"x","payloadType"', 1),
        good.replace(b'"signatures"', b'"signature":[],"signatures"', 1),
        good.replace(b'"keyid"', b'"kid":"","keyid"', 1),
        good.replace(b'"payload":"/3t9"', b'"payload":"_3t9"', 1),
        good.replace(b'"payload":"/3t9"', b'"payload":"/3t9\\n"', 1),
        good.replace(b'"payload":"/3t9"', b'"payload":"\\u002f3t9"', 1),
        good.replace(b'==",', b'=",', 1) if b'==",' in good else good[:-2],
        b"",
        b"[]\n",
        b"null\n",
        b"\xff\n",
        b"[" * 100_000,
    ):
        assert wrong != good
        with pytest.raises(ValueError, match="envelope|written|unreadable"):
            decoded(wrong)


@pytest.mark.parametrize("text", ["QQ", "QR==", "QQ=", "QQ===", "QUE=\n", " QUE=", "QUE=QUE=", "Q-_=", "é"])
def test_base64_that_is_not_as_it_is_written(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        base64_text.decoded(text)


@given(st.binary(max_size=200))
def test_rubbish_is_no_envelope(content: bytes) -> None:
    with pytest.raises(ValueError, match="envelope|written|unreadable"):
        decoded(content)


@given(st.data())
def test_every_changed_byte_is_seen(data: st.DataObject) -> None:
    one = signer()
    text = bytearray(encoded(signed(TYPE, b'{"a":1}', [one])))
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] ^= data.draw(st.integers(1, 255))
    try:
        found = decoded(bytes(text))
    except ValueError:
        return
    intact = [each for each in found.signatures if each.keyid == one.key.id]
    assert not intact or not verifies(one.key, intact[0].sig, pae(found.payload_type, found.payload))


def test_openssl_verifies_an_envelope(tmp_path: Path) -> None:
    openssl = need_program("openssl")
    envelope = json.loads(encoded(signed(TYPE, b'{"_type":"x"}', [signer()])))
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"]
    (tmp_path / "pae").write_bytes(f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload)
    (tmp_path / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    (tmp_path / "key.pem").write_text(signer().key.pem)
    asked = [openssl, "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem", "-sigfile", "sig", "-in", "pae"]
    assert subprocess.run(asked, capture_output=True, cwd=tmp_path, timeout=30).returncode == 0
    (tmp_path / "pae").write_bytes(payload)
    assert subprocess.run(asked, capture_output=True, cwd=tmp_path, timeout=30).returncode == 1
