"""Ids of tenants, made from what never changes about them: the same inputs give the same id, on every machine.

The message is the domain, then each input's name and value in the order of the names, each with its length in four
bytes in front, so that ("ab", "c") never gives what ("a", "bc") gives. The id is the code of the message under the
tenants' master key, in hexadecimal.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Literal

Algorithm = Literal["HMAC-SHA-256", "HMAC-SHA-512", "SHA-256"]
DOMAIN = b"limen-tenant-id-v1"
"""What no other use of the key begins with."""
LEAST_KEY = 16
"""Bytes that a key must have (SP 800-107 Rev. 1, 5.3.4: at least 112 bits)."""


def message(inputs: Mapping[str, str]) -> bytes:
    """Return what an id is computed over; raises ValueError where there is no input."""
    if not inputs:
        raise ValueError("a tenant id needs at least one input")
    parts = [part.encode() for name in sorted(inputs) for part in (name, inputs[name])]
    return b"".join(len(part).to_bytes(4, "big") + part for part in (DOMAIN, *parts))


def tenant_id(inputs: Mapping[str, str], key: bytes = b"", algorithm: Algorithm = "HMAC-SHA-256") -> str:
    """Return the id that inputs give, as lower-case hexadecimal.

    Raises ValueError where there is no input, or where a key is needed and has fewer than 16 bytes.
    """
    if algorithm == "SHA-256":
        return hashlib.sha256(message(inputs)).hexdigest()
    if len(key) < LEAST_KEY:
        raise ValueError(f"the key has {len(key)} bytes; {LEAST_KEY} at least")
    return hmac.digest(key, message(inputs), algorithm.removeprefix("HMAC-").replace("-", "").lower()).hex()
