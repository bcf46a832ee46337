"""Tokens: what stands for an identifier where it may not be itself; the same for the same, and for no other.

HMAC-SHA-256 over the domain and the value, as one canonical array, so that no two inputs share their bytes. The token
names its version and its key, so that keys can be replaced and old tokens still be matched.
"""

from __future__ import annotations

import hmac
import re

from limen.integrity.canonical import canonical

VERSION = "v1"
LEAST_KEY = 32
"""Bytes of the shortest key that is taken: identifiers are few enough to be tried, but for the key."""
_TOKEN = re.compile(r"tok:v1:([A-Za-z0-9_.\-]{1,128}):[0-9a-f]{64}", re.ASCII)


def token(value: str, *, domain: str, key_id: str, key: bytes) -> str:
    """Return the token `tok:v1:<key id>:<64 hex>` of an identifier within a domain, such as `mrn`.

    Raises ValueError where the key is shorter than `LEAST_KEY` or its id can't stand in a token, CanonicalError where
    the value is no text.
    """
    if len(key) < LEAST_KEY:
        raise ValueError(f"a key of {len(key)} bytes; {LEAST_KEY} at least")
    made = hmac.digest(key, b"limen-token-v1\0" + canonical([domain, value]), "sha256").hex()
    text = f"tok:{VERSION}:{key_id}:{made}"
    if not _TOKEN.fullmatch(text):
        raise ValueError("the id of a token's key is of letters, digits, '_', '.' and '-'")
    return text


def same(one: str, other: str) -> bool:
    """Return whether two tokens are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def key_of(text: str) -> str:
    """Return the id of the key that a token was made with; raises ValueError where it is no token of this version."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        raise ValueError("not a token of version 1")
    return found[1]
