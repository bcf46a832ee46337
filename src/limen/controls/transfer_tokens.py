"""The token that authorises one transfer: made from what it is for, so that nothing of it has to be kept.

It is HMAC-SHA-256 over record, order and receiver, domain-separated. A second demand gives the same token, the ledger
holds only the id of its key, and it ends with the transfer's state: nobody can use what is no longer awaited.
"""

from __future__ import annotations

import base64
import hmac

from limen.integrity.canonical import canonical

DOMAIN = b"limen-transfer-token-v1\0"
"""What no other use of the key begins with."""
LEAST_KEY = 32
"""Bytes of the shortest key that is taken."""


def transfer_token(key: bytes, *, record: str, order: str, receiver: str) -> str:
    """Return the token of a transfer, 43 characters; raises ValueError where the key is shorter than `LEAST_KEY`.

    `order` is the digest of the signed order, `receiver` the tenant's id.
    """
    if len(key) < LEAST_KEY:
        raise ValueError(f"a key of {len(key)} bytes; {LEAST_KEY} at least")
    made = hmac.digest(key, DOMAIN + canonical([record, order, receiver]), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def is_token(shown: str, token: str) -> bool:
    """Return whether what was shown is the token, in a time that does not depend on where they differ."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), token.encode())
