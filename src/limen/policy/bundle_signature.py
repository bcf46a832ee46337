"""Signatures of OPA bundles: one JWT in .signatures.json names every file with its hash; the host says whose counts.

What a key is good for follows from the key, never from the token: a PEM key verifies RSA or elliptic curves alone, a
secret HMAC alone, so that a public key can't be passed off as a secret, and `none` verifies nothing.
Source: https://www.openpolicyagent.org/docs/latest/management-bundles/#signature-format
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from limen.errors import Location, PolicyError, Problem, UsageError
from limen.policy.documents import read_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

SIGNATURES = ".signatures.json"
DEFAULT_PLUGIN = "_default"
"""How OPA calls its own way of signing, which is the one that is known here."""
LEAST_SECRET = 32
"""Bytes that an HMAC secret must have."""
LEAST_RSA = 2048
"""Bits that an RSA key must have (NIST SP 800-131A)."""

_HMAC = {"HS256": 32, "HS384": 48, "HS512": 64}
"""Bytes that a secret must have for each (RFC 7518, 3.2)."""
_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_CURVES = {"secp256r1": ("ES256",), "secp384r1": ("ES384",), "secp521r1": ("ES512",)}
_HASHES = {"SHA-224": "sha224", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_TEXT_KEYS = (b"ssh-", b"ecdsa-sha2-", b"{", b"PuTTY-")
_INSTALL = "pip install 'limen[bundles]'"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key that may have signed a bundle."""

    file: str
    """Its file, as messages call it."""
    id: str = ""
    """The key id that a token must name; empty: whichever."""
    value: bytes
    """A public key in PEM, or an HMAC secret."""
    algorithms: tuple[str, ...]
    """What it can verify."""


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """Whose signatures count. Without keys, bundles must be unsigned; with any, they must be signed."""

    keys: tuple[Key, ...] = ()
    scope: str = ""
    """The scope that a signature must be made for; empty: none."""
    sealed: bool = False
    """Whether bundles were verified before and lie in a pack, whose tree holds them: nothing is verified again."""


class _File(msgspec.Struct, frozen=True):
    name: str
    hash: str
    algorithm: str


class _Payload(msgspec.Struct, frozen=True):
    files: list[_File]
    keyid: str = ""
    scope: str = ""
    exp: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    nbf: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Signatures(msgspec.Struct, frozen=True):
    signatures: list[str]
    plugin: str = ""


def trust_from(files: tuple[str, ...], scope: str = "") -> Trust:
    """Return what signatures count, from the files of public keys (PEM) or HMAC secrets, each ``FILE`` or ``ID=FILE``.

    Raises UsageError where a file holds no such key, or a scope is given without a key.
    """
    if scope and not files:
        raise UsageError(Problem(message="a scope is given and no key", hint="add --bundle-key"))
    return Trust(keys=tuple(_key(given) for given in files), scope=scope)


def verify(files: Mapping[str, bytes], trust: Trust, shown: str) -> None:
    """Raise PolicyError unless the files are those that a trusted key signed, or are unsigned and no key is given."""
    if trust.sealed:
        return
    signed = files.get(SIGNATURES)
    place = f"{shown}/{SIGNATURES}"
    if signed is None:
        if trust.keys:
            hint = "give a bundle that was built with opa build --signing-key, or leave --bundle-key out"
            raise _refused(shown, f"the bundle is not signed: it has no {SIGNATURES}", hint)
        return
    if not trust.keys:
        hint = "give the signer's public key: --bundle-key FILE"
        raise _refused(shown, "the bundle is signed, and no key says by whom", hint)
    try:
        found = msgspec.json.decode(signed, type=_Signatures)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _refused(place, f"no list of signatures: {error}", "sign the bundle again") from None
    if found.plugin not in ("", DEFAULT_PLUGIN):
        raise _refused(place, f"signed by a plug-in, {found.plugin!r}, which can't be verified")
    if len(found.signatures) != 1:
        raise _refused(place, f"{len(found.signatures)} signatures where one is expected")
    payload = _verified(found.signatures[0], trust, place)
    _compare({name: text for name, text in files.items() if name != SIGNATURES}, payload, shown)


def _verified(token: str, trust: Trust, place: str) -> _Payload:
    """Return what a trusted key signed."""
    try:
        import jwt
    except ImportError:
        raise _refused(place, "PyJWT and cryptography, which verify signatures, are not installed", _INSTALL) from None
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError) as error:
        raise _refused(place, f"the signature is no JWT: {error}", "sign the bundle again") from None
    algorithm = header.get("alg")
    fitting = [key for key in trust.keys if algorithm in key.algorithms]
    if not fitting:
        usable = sorted({name for key in trust.keys for name in key.algorithms})
        hint = f"the keys given verify {', '.join(usable)}"
        raise _refused(place, f"no key given can verify a signature by {algorithm!r}", hint)
    for key in fitting:
        try:
            text = jwt.PyJWS().decode(token, key.value, algorithms=list(key.algorithms))
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        return _claims(text, header, key, trust, place)
    names = ", ".join(key.file for key in fitting)
    raise _refused(place, f"the signature is not by {names}", "the bundle was changed, or signed by somebody else")


def _claims(text: bytes, header: Mapping[str, Any], key: Key, trust: Trust, place: str) -> _Payload:
    """Return a verified payload; raise PolicyError where it was made with another key id or for another scope."""
    try:
        payload = msgspec.json.decode(text, type=_Payload)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _refused(place, f"the signature does not list files: {error}", "sign the bundle with opa sign") from None
    if payload.exp is not msgspec.UNSET or payload.nbf is not msgspec.UNSET:
        hint = "OPA does not check exp and nbf either: sign without them, and replace the key instead"
        raise _refused(place, "the signature is for a time only, which nothing here checks", hint)
    named = str(header.get("kid") or payload.keyid)
    if key.id and key.id != named:
        raise _refused(place, f"the signature names the key {named!r}", f"--bundle-key says it is {key.id!r}")
    if payload.scope != trust.scope:
        wanted = f"expected {trust.scope!r}" if trust.scope else "say so with --bundle-scope where it is meant"
        raise _refused(place, f"the signature is for the scope {payload.scope!r}", wanted)
    return payload


def _compare(files: Mapping[str, bytes], payload: _Payload, shown: str) -> None:
    """Raise PolicyError with every file that is missing, was added or changed since the bundle was signed."""
    from limen.policy.bundle_hash import hashed

    listed = {item.name.lstrip("/").removeprefix("./"): item for item in payload.files}
    problems = []
    for name in sorted({*files, *listed}):
        place = Location(file=f"{shown}/{name}")
        item = listed.get(name)
        if item is None:
            problems.append(Problem(message="the signature does not cover the file", location=place))
        elif name not in files:
            problems.append(Problem(message="the file is signed and missing", location=place))
        elif item.algorithm not in _HASHES:
            hint = f"expected one of: {', '.join(_HASHES)}"
            problems.append(Problem(message=f"the hash {item.algorithm!r} is not taken", location=place, hint=hint))
        elif hashed(name, files[name], hashlib.new(_HASHES[item.algorithm])) != item.hash.lower():
            problems.append(Problem(message="the file is not what was signed", location=place))
    if len(listed) != len(payload.files):
        problems.append(Problem(message="a file is listed twice", location=Location(file=f"{shown}/{SIGNATURES}")))
    if problems:
        raise PolicyError(problems)


def _key(given: str) -> Key:
    """Return the key of ``FILE`` or ``ID=FILE``."""
    key_id, separator, file = given.partition("=")
    if not separator or Path(given).is_file():
        key_id, file = "", given
    text = read_bytes(Path(file), file, UsageError)
    if text.lstrip().startswith(b"-----BEGIN"):
        return Key(file=file, id=key_id, value=text, algorithms=_algorithms(_public(text, file), file))
    secret = text.rstrip(b"\r\n")
    if secret.startswith(_TEXT_KEYS) or secret[:1] == b"\x30":
        raise _unusable(file, "the key is not in PEM", "openssl pkey -pubin -in KEY -out key.pem -outform PEM")
    if len(secret) < LEAST_SECRET:
        raise _unusable(file, f"the secret has fewer than {LEAST_SECRET} bytes", "expected a public key in PEM")
    return Key(
        file=file,
        id=key_id,
        value=secret,
        algorithms=tuple(name for name, least in _HMAC.items() if len(secret) >= least),
    )


def _public(text: bytes, file: str) -> PublicKeyTypes:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError:
        raise _unusable(file, "PyJWT and cryptography, which verify signatures, are not installed", _INSTALL) from None
    if b"PRIVATE KEY-----" in text:
        hint = "give the public one, and keep this one to yourself: openssl pkey -in KEY -pubout"
        raise _unusable(file, "this is a private key", hint)
    try:
        return load_pem_public_key(text)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _unusable(file, f"no public key: {error}", "expected -----BEGIN PUBLIC KEY-----") from None


def _algorithms(key: PublicKeyTypes, file: str) -> tuple[str, ...]:
    """Return what a public key can verify; raise UsageError where that is nothing, or the key is too short."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    if isinstance(key, RSAPublicKey):
        if key.key_size < LEAST_RSA:
            raise _unusable(file, f"the RSA key has {key.key_size} bits", f"expected at least {LEAST_RSA}")
        return _RSA
    if isinstance(key, EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    raise _unusable(file, "no RSA key, and none of P-256, P-384 or P-521", "expected a key that opa sign can use")


def _refused(file: str, message: str, hint: str = "") -> PolicyError:
    return PolicyError(Problem(message=message, location=Location(file=file), hint=hint))


def _unusable(file: str, message: str, hint: str) -> UsageError:
    return UsageError(Problem(message=message, location=Location(file=file), hint=hint))
