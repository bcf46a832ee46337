"""The text of a key store file: which keys there are, in which versions, and the one way to write that down. Pure.

One RFC 8785 object, `limen-key-store-v1`, whose `digest` is the SHA-256 of the rest, so that damage is seen before a
damaged key is used. Under a passphrase that whole text is the plaintext of another object, `limen-key-store-v1-sealed`:
AES-256-GCM under a key that scrypt (RFC 7914) makes of the passphrase, everything beside the ciphertext authenticated.
The digest and the passphrase protect against damage and a stolen file; neither notices an older copy put in its place.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal, TypeVar

import msgspec

from limen.integrity.canonical import CanonicalError, canonical
from limen.integrity.strict_json import strict_json

Form = TypeVar("Form")
FORMAT = "limen-key-store-v1"
SEALED: Literal["limen-key-store-v1-sealed"] = "limen-key-store-v1-sealed"
Algorithm = Literal[
    "AES-256", "HMAC-SHA-256", "Ed25519", "ECDSA-P-256", "ECDSA-P-384", "ML-DSA-65", "ML-KEM-1024"
]  # fmt: skip
"""What a key of the store can be, in the words of the declaration."""
KeyState = Literal["live", "retired", "disabled"]
"""live: writes and reads; retired: reads only, for good; disabled: neither, until it is enabled."""
VersionState = Literal["live", "destroyed", "distrusted"]
"""live: reads; destroyed: its secret is gone; distrusted: gone, and what it signed counts no more."""
LEAST_COST, MOST_COST = 1 << 14, 1 << 20
"""Of scrypt (N): less is too quick to guess, more is more memory than a reader should be made to spend."""


class Version(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of a key; its text shows no secret."""

    number: int
    """From 1, without gaps."""
    created: str
    """When it was made: UTC to the second, such as 2026-11-22T10:00:00Z."""
    state: VersionState
    secret: bytes
    """32 bytes, or PKCS#8 in DER; empty once it is destroyed."""
    public: str
    """The public half in PEM; empty where there is none."""
    ended: str
    """When it was destroyed; empty while it lives."""

    def __repr__(self) -> str:
        """Return a text without the secret."""
        return f"Version({self.number}, {self.state})"

    def __rich_repr__(self) -> Any:
        """Show no secret where rich prints it."""
        yield self.number
        yield self.state


class StoredKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One key with all its versions."""

    algorithm: Algorithm
    state: KeyState
    versions: tuple[Version, ...]

    @property
    def newest(self) -> Version:
        """The version that writes, as long as the key is live."""
        return self.versions[-1]


class _Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["limen-key-store-v1"]
    digest: str
    keys: dict[str, StoredKey]


class Costs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How scrypt makes a key of the passphrase."""

    n: int
    r: int
    p: int
    salt: bytes


class Covering(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A store under a passphrase."""

    format: Literal["limen-key-store-v1-sealed"]
    ciphertext: bytes
    nonce: bytes
    scrypt: Costs


def text_of(keys: dict[str, StoredKey]) -> bytes:
    """Return the one text of a store's keys."""
    body: dict[str, Any] = {"format": FORMAT, "keys": msgspec.to_builtins(keys)}
    return canonical(body | {"digest": hashlib.sha256(canonical(body)).hexdigest()})


def keys_of(text: bytes) -> dict[str, StoredKey]:
    """Return the keys of a text; raises ValueError, which repeats nothing of it, where it is none or is damaged."""
    content = _converted(text, _Content)
    if text_of(content.keys) != text:
        raise ValueError("it is damaged or was edited: its digest, or how it is written, is not right")
    for key in content.keys.values():
        _check(key)
    return content.keys


def is_sealed(text: bytes) -> bool:
    """Return whether a text is one under a passphrase: only such a one has a ciphertext, which canonically is first."""
    return text.startswith(b'{"ciphertext":')


def sealed_text(keys: dict[str, StoredKey], costs: Costs, cover: bytes, nonce: bytes) -> bytes:
    """Return the text of a store under a key that was made of a passphrase; a nonce is never given twice."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    ciphertext = AESGCM(cover).encrypt(nonce, text_of(keys), _beside(costs, nonce))
    return canonical(
        msgspec.to_builtins(Covering(format=SEALED, ciphertext=ciphertext, nonce=nonce, scrypt=costs))
    )  # fmt: skip


def covering(text: bytes) -> Covering:
    """Return the parts of a text under a passphrase; raises ValueError where it is none."""
    found = _converted(text, Covering)
    costs = found.scrypt
    if canonical(msgspec.to_builtins(found)) != text or len(found.nonce) != 12 or len(found.ciphertext) < 16:
        raise ValueError("it is damaged or was edited")
    if not is_taken(costs):
        raise ValueError("its passphrase is made into a key in a way that is not taken: scrypt, r 8, p 1, N from 2^14")
    return found


def is_taken(costs: Costs) -> bool:
    """Return whether a passphrase may be made into a key like that: neither too cheaply nor ruinously."""
    is_power = costs.n & (costs.n - 1) == 0
    return is_power and LEAST_COST <= costs.n <= MOST_COST and (costs.r, costs.p, len(costs.salt)) == (8, 1, 16)


def uncovered(found: Covering, cover: bytes) -> bytes | None:
    """Return the text that lies under a key; None where the key is another, or the text was changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(cover).decrypt(found.nonce, found.ciphertext, _beside(found.scrypt, found.nonce))
    except InvalidTag:
        return None


def _beside(costs: Costs, nonce: bytes) -> bytes:
    return canonical(msgspec.to_builtins({"format": SEALED, "nonce": nonce, "scrypt": costs}))


def _converted(text: bytes, form: type[Form]) -> Form:
    try:
        return msgspec.convert(strict_json(text), type=form)
    except (msgspec.ValidationError, CanonicalError, RecursionError, ValueError):
        raise ValueError("it is no key store of limen") from None  # what it holds is repeated to nobody


def _check(key: StoredKey) -> None:
    """Raise ValueError where the versions contradict one another."""
    if [version.number for version in key.versions] != list(range(1, len(key.versions) + 1)) or not key.versions:
        raise ValueError("the versions of a key are not numbered from 1")
    for version in key.versions:
        if (version.state == "live") != bool(version.secret) or (version.state == "live") == bool(version.ended):
            raise ValueError("a version has no secret and is live, or has one and is destroyed")
