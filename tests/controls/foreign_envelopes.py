"""Envelopes by another hand: JSON, base64, rfc8785 and OpenSSL's cipher, and not one line of limen's."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

NAMES = {"ciphertext", "flow", "format", "key", "label", "nonce", "record", "version", "wrapped", "zone"}


class ForeignError(Exception):
    """It is no envelope for this key and context."""


def opened(envelope: bytes, key: str, context: dict[str, str], unwrap: Callable[[str], bytes]) -> bytes:
    """Return the plaintext of an envelope; raises ForeignError."""
    try:
        body = json.loads(envelope)
        if rfc8785.dumps(body) != envelope or set(body) != NAMES or body["format"] != "limen-envelope-v1":
            raise ForeignError
        if {name: body[name] for name in context} != context or body["key"] != key:
            raise ForeignError
        nonce, sealed = (base64.b64decode(body[name], validate=True) for name in ("nonce", "ciphertext"))
        if len(nonce) != 12 or [base64.b64encode(one).decode() for one in (nonce, sealed)] != [
            body["nonce"], body["ciphertext"],
        ]:  # fmt: skip
            raise ForeignError
        bound = rfc8785.dumps({name: value for name, value in body.items() if name not in ("ciphertext", "nonce")})
        cipher = Cipher(algorithms.AES(unwrap(body["wrapped"])), modes.GCM(nonce, sealed[-16:])).decryptor()
        cipher.authenticate_additional_data(bound)
        return cipher.update(sealed[:-16]) + cipher.finalize()
    except (ValueError, TypeError, LookupError, RecursionError, InvalidTag) as error:
        raise ForeignError from error


def sealed(plaintext: bytes, key: str, context: dict[str, str], nonce: bytes, data_key: bytes, **given: str) -> bytes:
    """Return an envelope; `given` has the version and the wrapped data key, and whatever else is to be there."""
    body = {"format": "limen-envelope-v1", "key": key} | context | given
    cipher = Cipher(algorithms.AES(data_key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(rfc8785.dumps(body))
    made = cipher.update(plaintext) + cipher.finalize() + cipher.tag
    written = {"ciphertext": base64.b64encode(made).decode(), "nonce": base64.b64encode(nonce).decode()}
    return rfc8785.dumps(body | written)


def of_a_file(path: str, name: str) -> Callable[[str], bytes]:
    """Return what unwraps a data key with a key of limen's key store file, read by its published form alone."""

    def unwrap(wrapped: str) -> bytes:
        versions = json.loads(Path(path).read_bytes())["keys"][name]["versions"]
        number, _, text = wrapped.partition(":")
        blob = base64.b64decode(text, validate=True)
        if base64.b64encode(blob).decode() != text:
            raise ForeignError
        secret = base64.b64decode(versions[int(number) - 1]["secret"])
        bound = b"limen-file-key-v1\0" + rfc8785.dumps([name, int(number)]) + b"\0"
        bound += rfc8785.dumps({"format": "limen-data-key-v1", "key": name})
        cipher = Cipher(algorithms.AES(secret), modes.GCM(blob[:12], blob[-16:])).decryptor()
        cipher.authenticate_additional_data(bound)
        return cipher.update(blob[12:-16]) + cipher.finalize()

    return unwrap
