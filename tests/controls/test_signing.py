"""A signed item holds for one flow, item, record and tenant, and no byte of it can change."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.controls.refusals import RefusedError
from limen.controls.signing import TYPE, sign_item, verify_item
from limen.errors import UnassessedError
from limen.integrity import dsse
from limen.integrity.signatures import PublicKey
from tests.integrity.keys import signer
from tests.needs import need_program

BOUND = {"item": "transfer-order", "flow": "out-014", "record": "r-1", "tenant": "pharmacy-014"}
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def refused(signed: bytes, keys: list[PublicKey] | None = None, **bound: str) -> str:
    """Return the words of a refusal; fails where the item is taken."""
    with pytest.raises(RefusedError) as told:
        verify_item(signed, **{**BOUND, **bound}, keys=[signer().key] if keys is None else keys)
    assert told.value.reason == "signature_refused"
    return str(told.value)


@pytest.mark.parametrize("algorithm", ["ed25519", "ecdsa-p256", "ecdsa-p384", "ml-dsa-65"])
def test_what_was_signed_comes_back(algorithm: str) -> None:
    one = signer(algorithm)
    for content in (b"", b"{}", b"\n", bytes(range(256)) * 9):
        signed = sign_item(content, **BOUND, signer=one)
        assert verify_item(signed, **BOUND, keys=[signer(algorithm, 1).key, one.key]) == content


@given(st.binary(max_size=60), NAMES, NAMES, NAMES, st.just("") | NAMES, st.data())
@settings(deadline=None)
def test_a_signature_holds_for_what_it_was_made_for(
    content: bytes, item: str, flow: str, record: str, tenant: str, data: st.DataObject
) -> None:
    bound = {"item": item, "flow": flow, "record": record, "tenant": tenant}
    signed = sign_item(content, **bound, signer=signer())
    assert verify_item(signed, **bound, keys=[signer().key]) == content
    name = data.draw(st.sampled_from(sorted(bound)))
    other = data.draw(NAMES.filter(lambda text: text != bound[name]))
    refused(signed, **{**bound, name: other})


def test_names_do_not_run_together() -> None:
    signed = sign_item(b"", **{**BOUND, "item": "a", "flow": "bc"}, signer=signer())
    assert "something else" in refused(signed, item="ab", flow="c")


def test_no_flipped_bit_is_taken() -> None:
    signed = sign_item(b'{"quantity":3}', **BOUND, signer=signer())
    for place in range(len(signed)):
        for bit in (1, 2, 32):
            changed = bytearray(signed)
            changed[place] ^= bit
            refused(bytes(changed))


def test_no_cut_and_no_addition_is_taken() -> None:
    signed = sign_item(b"12", **BOUND, signer=signer())
    for end in range(len(signed)):
        refused(signed[:end])
    refused(signed + b"\n")
    refused(signed + signed)


@given(st.binary(max_size=300))
def test_rubbish_is_refused(content: bytes) -> None:
    assert "no signed item" in refused(content)


def test_whose_key_it_is() -> None:
    signed = sign_item(b"x", **BOUND, signer=signer())
    assert "does not count" in refused(signed, keys=[signer("ed25519", 1).key])
    assert "does not count" in refused(signed, keys=[])
    envelope = dsse.decoded(signed)
    one = envelope.signatures[0]
    lied = dsse.Signature(keyid=signer("ed25519", 1).key.id, sig=one.sig)
    changed = dsse.Envelope(payload_type=TYPE, payload=envelope.payload, signatures=(lied,))
    keys = [signer().key, signer("ed25519", 1).key]
    assert "does not verify" in refused(dsse.encoded(changed), keys=keys)


def test_one_signature_and_one_type() -> None:
    payload = dsse.decoded(sign_item(b"x", **BOUND, signer=signer())).payload
    several = dsse.signed(TYPE, payload, [signer(), signer("ed25519", 1)])
    keys = [signer().key, signer("ed25519", 1).key]
    assert "2 signatures" in refused(dsse.encoded(several), keys=keys)
    none = dsse.Envelope(payload_type=TYPE, payload=payload)
    assert "0 signatures" in refused(dsse.encoded(none))
    other = dsse.signed("application/vnd.in-toto+json", payload, [signer()])
    assert "something else than an item" in refused(dsse.encoded(other))


@pytest.mark.parametrize("name", ["item", "flow", "record"])
def test_what_must_be_named(name: str) -> None:
    signed = sign_item(b"x", **BOUND, signer=signer())
    assert "names" in refused(signed, **{name: ""})
    with pytest.raises(RefusedError):
        sign_item(b"x", **{**BOUND, name: ""}, signer=signer())
    with pytest.raises(RefusedError):
        sign_item(b"x", **{**BOUND, name: "\ud800"}, signer=signer())


def test_no_message_quotes_the_content() -> None:
    signed = sign_item(b"MRN-00417", **BOUND, signer=signer())
    changed = json.loads(signed)
    changed["payload"] = base64.b64encode(b"MRN-00417").decode()
    for said in (refused(json.dumps(changed).encode()), refused(b'{"payload":"MRN-00417"}'), refused(b"MRN-00417")):
        assert "MRN" not in said


def test_a_key_that_does_not_sign() -> None:
    class Dead:
        key = signer().key

        def sign(self, message: bytes) -> bytes:
            raise UnassessedError("the token is gone, and says MRN-00417")

    with pytest.raises(RefusedError) as told:
        sign_item(b"x", **BOUND, signer=Dead())
    assert told.value.reason == "key_unavailable"
    assert "MRN" not in str(told.value)
    assert told.value.__cause__ is None


def test_too_large_for_one_item() -> None:
    with pytest.raises(RefusedError) as told:
        sign_item(bytes((1 << 25) + 1), **BOUND, signer=signer())
    assert told.value.reason == "too_large"


def test_openssl_and_a_few_lines_agree(tmp_path: Path) -> None:
    openssl = need_program("openssl")
    one = signer("ecdsa-p384")
    envelope = json.loads(sign_item(b"content", **BOUND, signer=one))
    payload = base64.b64decode(envelope["payload"])
    head, content = payload.split(b"\n", 1)
    assert json.loads(head) == {"format": "limen-signed-item-1", **BOUND}
    assert content == b"content"
    kind = envelope["payloadType"].encode()
    (tmp_path / "message").write_bytes(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload))
    (tmp_path / "signature").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    (tmp_path / "key.pem").write_text(one.key.pem)
    files = ["-sigfile", tmp_path / "signature", "-in", tmp_path / "message", "-inkey", tmp_path / "key.pem"]
    asked = [openssl, "pkeyutl", "-verify", "-pubin", "-rawin", "-digest", "sha384", *files]
    assert subprocess.run(asked, capture_output=True, timeout=30).returncode == 0
