"""PKCS#11: keys on a token, by python-pkcs11. All objects of one label are the versions of one key.

A module is a library of its maker's that is loaded into the process, can hang and can crash it: `open_key` of the
package therefore runs this one in a child process.
"""

from __future__ import annotations

import base64
import datetime
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

from limen.adapters.key_providers.interface import Access, Answer, KeyProviderError, Kind, Sealed

READ = (
    "CLASS", "KEY_TYPE", "ID", "START_DATE", "END_DATE", "SENSITIVE", "ALWAYS_SENSITIVE", "EXTRACTABLE",
    "NEVER_EXTRACTABLE", "LOCAL", "VALUE_LEN", "EC_PARAMS", "ENCRYPT", "DECRYPT", "SIGN", "WRAP", "UNWRAP", "DERIVE",
)  # fmt: skip
"""Attributes that are read of each object; none of them is key material."""
SECRETS = ("VALUE", "PRIVATE_EXPONENT")
"""Attributes that hold key material: that reading them is refused is what is tried."""
NONCE = 12
TAG_BITS = 128
_NOT_PERMITTED = "0x68"  # CKR_KEY_FUNCTION_NOT_PERMITTED, for which python-pkcs11 has no name
_REFUSALS = (
    pkcs11.EncryptedDataInvalid,
    pkcs11.EncryptedDataLenRange,
    pkcs11.DataInvalid,
    pkcs11.KeyTypeInconsistent,
    pkcs11.KeySizeRange,
)
_DENIALS = (
    pkcs11.PinIncorrect,
    pkcs11.PinLocked,
    pkcs11.PinExpired,
    pkcs11.PinInvalid,
    pkcs11.PinLenRange,
    pkcs11.UserNotLoggedIn,
    pkcs11.UserPinNotInitialized,
    pkcs11.SessionReadOnly,
    pkcs11.TokenWriteProtected,
    pkcs11.AttributeReadOnly,
)
_NO_OPERATION = (pkcs11.FunctionNotSupported, pkcs11.MechanismInvalid, pkcs11.MechanismParamInvalid)


class Location(NamedTuple):
    """A token: the module that reaches it, and its label; without a label the module's only token."""

    module: str
    token: str


def location(endpoint: str) -> Location:
    """Return the token that an endpoint names: the path of a module, or a URI of RFC 7512 with module-path.

    Raises KeyProviderError where it is neither.
    """
    if not endpoint.startswith("pkcs11:"):
        found = Location(endpoint.removeprefix("file://"), "")
    else:
        path, _, query = endpoint.removeprefix("pkcs11:").partition("?")
        parts = dict(part.partition("=")[::2] for part in path.split(";") if part)
        found = Location(parse_qs(query).get("module-path", [""])[0], unquote(parts.get("token", "")))
    if not Path(found.module).is_absolute():
        hint = "write /path/of/module.so, or pkcs11:token=NAME?module-path=/path/of/module.so"
        raise KeyProviderError("absent", f"{endpoint} names no PKCS#11 module", hint=hint)
    return found


def open_key(access: Access) -> Pkcs11Key:
    """Return the key with a label, on an opened token; raises KeyProviderError where it can't be opened."""
    return Pkcs11Key(access)


class Pkcs11Key:
    """All keys of one label on one token; a `KeyProvider`."""

    def __init__(self, access: Access) -> None:
        """Load the module, find the token and log in where a PIN is given."""
        where = location(access.endpoint)
        self._where, self._label = where.module, access.key
        try:
            library = pkcs11.lib(where.module)
        except (RuntimeError, OSError, pkcs11.PKCS11Error) as error:
            raise KeyProviderError("unreachable", f"{where.module} can't be loaded: {type(error).__name__}") from None
        with self._wrapped("opens no session"):
            try:
                self._token = library.get_token(token_label=where.token) if where.token else _only(library)
            except (pkcs11.NoSuchToken, pkcs11.MultipleTokensReturned):
                named = f"one token {where.token}" if where.token else "exactly one token"
                raise KeyProviderError("absent", f"{where.module} has not {named}") from None
            pin = access.credential.strip()
            try:
                self._session = self._token.open(rw=True, user_pin=pin or None)
            except pkcs11.TokenWriteProtected:
                self._session = self._token.open(user_pin=pin or None)

    def describe(self) -> Mapping[str, Answer]:
        """Return the attributes of every version, whether its value could be read, and the token's own description."""
        with self._wrapped("does not list its objects"):
            versions = [_attributes(one) for one in self._objects()]
        if not versions:
            return {"key": Answer(outcome="absent")}
        slot = self._token.slot
        token = {"hardware": bool(slot.flags & pkcs11.SlotFlag.HW_SLOT), "model": str(self._token.model or "")}
        return {
            "key": Answer(outcome="answered", body=versions),
            "token": Answer(outcome="answered", body=token),
        }

    def encrypt(self, plaintext: bytes, context: bytes) -> Sealed:
        """Return the plaintext sealed by the newest version with AES-GCM, the context as associated data."""
        number, key = self._newest()
        nonce = os.urandom(NONCE)
        self._may(key, "encrypt")
        with self._wrapped("does not encrypt"):
            sealed = key.encrypt(plaintext, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, context))
        text = f"{number.hex()}:{base64.b64encode(nonce + sealed).decode()}"
        return Sealed(ciphertext=text.encode(), version=number.hex())

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        """Return the plaintext, by the version that the ciphertext names."""
        try:
            number, _, body = ciphertext.decode("ascii").partition(":")
            blob, wanted = base64.b64decode(body, validate=True), bytes.fromhex(number)
        except ValueError:
            raise KeyProviderError("refused", "the ciphertext is none of this adapter") from None
        keys = [key for key in self._objects() if bytes(key[Attribute.ID]) == wanted]
        if not keys:
            raise KeyProviderError("refused", f"{self._where} has no version {number} of {self._label} any more")
        self._may(keys[0], "decrypt")
        with self._wrapped("does not decrypt", sealed=True):
            return bytes(
                keys[0].decrypt(blob[NONCE:], mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(blob[:NONCE], context))
            )

    def rewrap(self, ciphertext: bytes, context: bytes) -> Sealed:
        """Return what an older version sealed, sealed by the newest: opened and sealed, for a token rewraps nothing."""
        return self.encrypt(self.decrypt(ciphertext, context), context)

    def rotate(self) -> None:
        """Make a new AES key of the same label and size, that never leaves the token."""
        number, key = self._newest()
        following = (int.from_bytes(number, "big") + 1).to_bytes(max(4, len(number)), "big")
        with self._wrapped("makes no key"):
            private = bool(key[Attribute.PRIVATE])
            self._session.generate_key(
                KeyType.AES,
                int(key[Attribute.VALUE_LEN]) * 8,
                id=following,
                label=self._label,
                store=True,
                template={
                    Attribute.PRIVATE: private,
                    Attribute.SENSITIVE: True,
                    Attribute.EXTRACTABLE: False,
                    Attribute.START_DATE: datetime.datetime.now(datetime.UTC).date(),
                },
            )

    def disable(self) -> None:
        """Take the permission to encrypt and decrypt from every version."""
        self._permit(allowed=False)

    def enable(self) -> None:
        """Give it back."""
        self._permit(allowed=True)

    def close(self) -> None:
        """End the session."""
        try:
            self._session.close()
        except pkcs11.PKCS11Error:
            return

    def _permit(self, *, allowed: bool) -> None:
        with self._wrapped("does not change what a key may do"):
            for key in self._objects():
                for usage in (Attribute.ENCRYPT, Attribute.DECRYPT):
                    key[usage] = allowed

    def _objects(self) -> list[Any]:
        """Return the secret and private keys of the label."""
        with self._wrapped("does not list its objects"):
            found = self._session.get_objects({Attribute.LABEL: self._label})
            wanted = (ObjectClass.SECRET_KEY, ObjectClass.PRIVATE_KEY)
            return [one for one in found if one[Attribute.CLASS] in wanted]

    def _may(self, key: Any, use: str) -> None:
        """Raise the kind `refused` for a key without a permission, of which the library makes an object without it."""
        if not hasattr(key, use):
            raise KeyProviderError("refused", f"{self._where} does not let the key {use}")

    def _newest(self) -> tuple[bytes, Any]:
        """Return number and object of the newest version: the one with the greatest CKA_ID."""
        keys = [(bytes(key[Attribute.ID]), key) for key in self._objects()]
        if not keys:
            raise KeyProviderError("absent", f"{self._where} has no key {self._label}")
        return max(keys, key=lambda one: (len(one[0].lstrip(b"\0")), one[0].lstrip(b"\0")))

    @contextmanager
    def _wrapped(self, what: str, *, sealed: bool = False) -> Iterator[None]:
        """Turn what the library raises into ours. `sealed`: a general error is a ciphertext that fails its tag."""
        try:
            yield
        except KeyProviderError:
            raise
        except (pkcs11.PKCS11Error, ValueError, TypeError, AttributeError, NotImplementedError) as error:
            kind: Kind = "unreachable"
            if isinstance(error, _REFUSALS) or _NOT_PERMITTED in str(error):
                kind = "refused"
            elif sealed and isinstance(error, (pkcs11.GeneralError, pkcs11.FunctionFailed)):
                kind = "refused"  # SoftHSM has no better word for a wrong tag
            elif isinstance(error, _DENIALS):
                kind = "denied"
            elif isinstance(error, _NO_OPERATION):
                kind = "unsupported"
            raise KeyProviderError(kind, f"{self._where} {what}: {type(error).__name__}") from None


def _only(library: Any) -> Any:
    tokens = [token for token in library.get_tokens() if token.flags & pkcs11.TokenFlag.TOKEN_INITIALIZED]
    if len(tokens) != 1:
        raise pkcs11.NoSuchToken
    return tokens[0]


def _gcm(nonce: bytes, context: bytes) -> Any:
    return pkcs11.GCMParams(nonce, aad=context, tag_bits=TAG_BITS)


def _attributes(key: Any) -> dict[str, Any]:
    """Return what an object says of itself, and whether its value could be read; the value is dropped at once."""
    found: dict[str, Any] = {}
    for name in READ:
        if (value := _read(lambda name=name: key[Attribute[name]])) is not None:  # type: ignore[misc]
            found[name] = value
    if (bits := _read(lambda: len(key[Attribute.MODULUS]) * 8)) is not None:
        found["MODULUS_BITS"] = bits
    found["value"] = _value(key)
    return found


def _read(read: Callable[[], Any]) -> Any:
    """Return an attribute as JSON knows it; None for one that the token does not have, or does not show."""
    try:
        value = read()
    except (pkcs11.PKCS11Error, ValueError, NotImplementedError, TypeError):
        return None
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value if isinstance(value, bool) else getattr(value, "name", value)


def _value(key: Any) -> str:
    """Return read, refused or unknown: what came of reading the material of a key."""
    outcome = "unknown"
    for name in SECRETS:
        try:
            if key[Attribute[name]]:
                return "read"
        except pkcs11.AttributeSensitive:
            outcome = "refused"
        except (pkcs11.PKCS11Error, ValueError, NotImplementedError):
            continue
    return outcome
