"""Keys and signatures by the four algorithms, with OpenSSL as the judge where it can be."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.integrity.signatures import PublicKey, key_signer, new_ed25519, public_key, raw_ed25519, verifies
from tests.integrity.keys import MADE, OTHERS, public_pem, signer
from tests.needs import need_program

KNOWN = {
    "ed25519": (
        "302a300506032b6570032100",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
            "655141438e7a100b"
        ),
    ),
    "ecdsa-p256": (
        "3059301306072a8648ce3d020106082a8648ce3d03010703420004",
        (
            "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
            "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
        ),
        b"sample",
        (
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
            "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
        ),
    ),
    "ecdsa-p384": (
        "3076301006072a8648ce3d020106052b8104002203620004",
        (
            "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC13"
            "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720"
        ),
        b"sample",
        (
            "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46"
            "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8"
        ),
    ),
}
ALGORITHMS = ("ed25519", "ecdsa-p256", "ecdsa-p384", "ml-dsa-65")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_signatures_verify_and_nothing_else_does(algorithm: str) -> None:
    one, other = signer(algorithm), signer(algorithm, 1)
    made = one.sign(b"message")
    assert one.key.algorithm == algorithm
    assert verifies(one.key, made, b"message")
    assert not verifies(one.key, made, b"messagf")
    assert not verifies(other.key, made, b"message")
    assert not verifies(one.key, b"", b"message")
    assert not verifies(one.key, made + b"\0", b"message")
    assert not verifies(one.key, made[:-1], b"message")
    for algorithm_of_another in ALGORITHMS:
        if algorithm_of_another != algorithm:
            assert not verifies(signer(algorithm_of_another).key, made, b"message")


@pytest.mark.parametrize("algorithm", KNOWN)
def test_known_answers(algorithm: str) -> None:
    """RFC 6979, A.2.5 and A.2.6, and RFC 8032, 7.1: signatures that others made."""
    begin, point, message, signature = KNOWN[algorithm]
    der = base64.encodebytes(bytes.fromhex(begin + point)).decode()
    key = public_key(f"-----BEGIN PUBLIC KEY-----\n{der}-----END PUBLIC KEY-----\n")
    assert key.algorithm == algorithm
    made = bytes.fromhex(signature)
    if algorithm.startswith("ecdsa"):
        half = len(made) // 2
        made = encode_dss_signature(int.from_bytes(made[:half], "big"), int.from_bytes(made[half:], "big"))
    assert verifies(key, made, message)
    assert not verifies(key, made, message + b".")


def test_each_curve_has_its_own_digest() -> None:
    """A signature over SHA-256 by a key of P-384 is none, nor one over SHA-384 by a key of P-256."""
    for algorithm, digest in (("ecdsa-p384", hashes.SHA256()), ("ecdsa-p256", hashes.SHA384())):
        private = MADE[algorithm]()
        key = public_key(public_pem(private))
        assert not verifies(key, private.sign(b"message", ec.ECDSA(digest)), b"message")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_flipped_bit_verifies(algorithm: str, data: st.DataObject) -> None:
    one = signer(algorithm)
    made = bytearray(one.sign(b"message"))
    bit = data.draw(st.integers(0, 1 << 20)) % (len(made) * 8)  # DER has no one length
    made[bit // 8] ^= 1 << bit % 8
    assert not verifies(one.key, bytes(made), b"message")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_is_called_by_its_der(algorithm: str) -> None:
    private = MADE[algorithm]()
    pem = public_pem(private)
    der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = public_key(pem)
    assert key == PublicKey(id=hashlib.sha256(der).hexdigest(), algorithm=algorithm, pem=pem)
    assert public_key(pem.encode()) == key
    assert public_key("a comment\r\n" + pem.replace("\n", "\r\n")) == key  # one key, one text


@pytest.mark.parametrize("name", OTHERS)
def test_other_algorithms_are_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name}.*Ed25519, ECDSA P-256, ECDSA P-384 and ML-DSA-65 are taken"):
        public_key(public_pem(OTHERS[name]()))


def test_texts_that_are_no_public_key() -> None:
    good = signer().key.pem
    private = new_ed25519().decode()
    for text in ("", "rubbish", private, good.replace("PUBLIC", "CERTIFICATE"), good.replace("A", "!"), good[:60]):
        with pytest.raises(ValueError, match="public key in PEM"):
            public_key(text)
    for text in (good + good, good + private, private + good):
        with pytest.raises(ValueError, match="more than one key"):
            public_key(text)
    with pytest.raises(ValueError, match="public key in PEM"):
        public_key(good + " " * 70_000)


def test_a_key_has_one_encoding(tmp_path: Path) -> None:
    """Else its id would be one here and another one where OpenSSL computes it."""
    openssl = need_program("openssl")
    asked = [openssl, "pkey", "-pubin", "-pubout", "-ec_conv_form", "compressed"]
    one = signer("ecdsa-p256").key
    done = subprocess.run(asked, input=one.pem.encode(), capture_output=True, timeout=30, check=True)
    with pytest.raises(ValueError, match="not encoded as OpenSSL does by default"):
        public_key(done.stdout)
    asked[-1] = "uncompressed"
    assert public_key(subprocess.run(asked, input=done.stdout, capture_output=True, timeout=30).stdout) == one


@given(st.binary(max_size=300))
def test_rubbish_is_no_key(content: bytes) -> None:
    pem = b"-----BEGIN PUBLIC KEY-----\n" + content + b"\n-----END PUBLIC KEY-----\n"
    for text in (content, pem):
        with pytest.raises(ValueError, match="key"):
            public_key(text)


def test_private_keys_in_pem() -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    plain = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    sealed = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"correct"))
    wanted = public_key(public_pem(private))
    assert key_signer(plain).key == wanted
    assert key_signer(plain, b"not needed").key == wanted
    assert key_signer(sealed, b"correct").key == wanted
    assert verifies(wanted, key_signer(sealed, b"correct").sign(b"x"), b"x")
    with pytest.raises(TypeError, match="no password"):
        key_signer(sealed)
    with pytest.raises(ValueError, match="does not open") as told:
        key_signer(sealed, b"wrong-password")
    assert "wrong-password" not in str(told.value)
    for text in (b"", b"rubbish", public_pem(private).encode()):
        with pytest.raises(ValueError, match="no private key"):
            key_signer(text)
    rsa = OTHERS["RSA"]().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ValueError, match="RSA, which is not taken"):
        key_signer(rsa)


def test_a_new_key_is_new() -> None:
    assert new_ed25519() != new_ed25519()
    assert key_signer(new_ed25519()).key.algorithm == "ed25519"


def test_raw_keys_are_of_ed25519_only() -> None:
    assert len(raw_ed25519(signer().key)) == 32
    with pytest.raises(ValueError, match="ecdsa-p256"):
        raw_ed25519(signer("ecdsa-p256").key)


@pytest.mark.parametrize("algorithm", ["ed25519", "ecdsa-p256", "ecdsa-p384"])
def test_openssl_agrees(algorithm: str, tmp_path: Path) -> None:
    openssl = need_program("openssl")
    one = signer(algorithm)
    (tmp_path / "key.pem").write_text(one.key.pem)
    (tmp_path / "message").write_bytes(b"a message")
    (tmp_path / "signature").write_bytes(one.sign(b"a message"))
    files = ["-sigfile", tmp_path / "signature", "-inkey", tmp_path / "key.pem", "-in", tmp_path / "message"]
    digest = {"ecdsa-p256": ["-digest", "sha256"], "ecdsa-p384": ["-digest", "sha384"]}.get(algorithm, [])
    asked = [openssl, "pkeyutl", "-verify", "-pubin", "-rawin", *digest, *files]
    assert subprocess.run(asked, capture_output=True, timeout=30).returncode == 0
    (tmp_path / "message").write_bytes(b"A message")
    assert subprocess.run(asked, capture_output=True, timeout=30).returncode == 1
    der = subprocess.run(
        [openssl, "pkey", "-pubin", "-in", tmp_path / "key.pem", "-outform", "DER"], capture_output=True, timeout=30
    ).stdout
    assert hashlib.sha256(der).hexdigest() == one.key.id
