"""Known answers: the cipher of data keys and of key stores, and the HMAC of ledgers, against their standards."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from limen.adapters.key_providers import KeyProviderError
from limen.adapters.key_providers.store_secrets import unseal
from limen.controls.data_keys import DataKey
from limen.controls.envelope_text import Frame
from limen.integrity.limen_v1 import hmac_sha256

CAVP: dict[str, Any] = json.loads(Path(__file__).with_name("gcm_vectors.json").read_bytes())
_K = "feffe9928665731c6d6a8f9467308308" * 2
_P = (
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
)
_C = (
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
)
SPECIFIED = [  # McGrew and Viega, The Galois/Counter Mode of Operation, appendix B, test cases 13 to 16
    ("00" * 32, "00" * 12, "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    ("00" * 32, "00" * 12, "00" * 16, "", "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
    (_K, "cafebabefacedbaddecaf888", _P, "", _C + "b094dac5d93471bdec1a502270e3cc6c"),
    (
        _K, "cafebabefacedbaddecaf888", _P[:120], "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        _C[:120] + "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
]  # fmt: skip
HMAC_SHA_256 = [  # RFC 4231, test cases 1, 3, 4, 6, 7
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (
        b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        (b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
        b"hashed before being used by the HMAC algorithm."),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
    # NIST, Examples with Intermediate Values: HMAC_SHA256.pdf
    (
        bytes(range(64)), b"Sample message for keylen=blocklen",
        "8bb9a1db9806f20df7f77b82138c7914d174d59e13dc4d0169c9057b133e1d62",
    ),
    (
        bytes(range(32)), b"Sample message for keylen<blocklen",
        "a28cf43130ee696a98f14a37678b56bcfcbdd9e5cf69717fecf5480f0ebdf790",
    ),
    (
        bytes(range(100)), b"Sample message for keylen=blocklen",
        "bdccb6c72ddeadb500ae768386cb38cc41c63dbb0878ddb9c7a38a431b78378d",
    ),
]  # fmt: skip


def _cipher(key: str) -> Any:
    return DataKey(bytes.fromhex(key), Frame("phi", "1", "w"), 0.0, 1.0).cipher


def _encrypting() -> list[tuple[str, str, str, str, str]]:
    named = ("key", "nonce", "plaintext", "bound", "ciphertext")
    return SPECIFIED + [tuple(one[name] for name in named) for one in CAVP["encrypt"]]  # type: ignore[misc]


@pytest.mark.parametrize(("key", "nonce", "plaintext", "bound", "ciphertext"), _encrypting())
def test_aes_256_gcm_seals(key: str, nonce: str, plaintext: str, bound: str, ciphertext: str) -> None:
    made = _cipher(key).encrypt(bytes.fromhex(nonce), bytes.fromhex(plaintext), bytes.fromhex(bound))
    assert made.hex() == ciphertext


@pytest.mark.parametrize("case", CAVP["decrypt"], ids=lambda case: case["ciphertext"][:12])
def test_aes_256_gcm_opens_or_refuses(case: dict[str, Any]) -> None:
    key, nonce, sealed, bound = (bytes.fromhex(case[name]) for name in ("key", "nonce", "ciphertext", "bound"))
    if case["plaintext"] is None:
        with pytest.raises(InvalidTag):
            _cipher(case["key"]).decrypt(nonce, sealed, bound)
        with pytest.raises(KeyProviderError):
            unseal("AES-256", key, nonce + sealed, bound)
    else:
        assert _cipher(case["key"]).decrypt(nonce, sealed, bound).hex() == case["plaintext"]
        assert unseal("AES-256", key, nonce + sealed, bound).hex() == case["plaintext"]


def test_the_vectors_are_of_both_sorts() -> None:
    assert sum(case["plaintext"] is None for case in CAVP["decrypt"]) == 25
    assert (len(CAVP["decrypt"]), len(CAVP["encrypt"])) == (50, 25)


@pytest.mark.parametrize(("key", "message", "code"), HMAC_SHA_256)
def test_hmac_sha_256(key: bytes, message: bytes, code: str) -> None:
    assert hmac_sha256(key)(message) == code
    assert hmac.digest(key, message, hashlib.sha256).hex() == code


def test_a_short_key_is_none() -> None:
    """RFC 4231, test case 2, has a key of four bytes, which no ledger takes."""
    with pytest.raises(ValueError, match="16 at least"):
        hmac_sha256(b"Jefe")
