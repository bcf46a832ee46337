"""Passwords of people who sign: kept as scrypt (RFC 7914), compared in constant time, good for a while.

21 CFR 11.300(b) and (d), NIST SP 800-63B section 3.1.1. Whether a user exists can't be told by how long a refusal took.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import NamedTuple

from limen.errors import Problem, UsageError

LEAST = 12
"""Characters of the shortest password that is taken."""
MOST = 1024
"""Characters of the longest one."""
_COST = 15
"""log2 of scrypt's N: 32 MiB and some 80 ms with r = 8."""
_COSTS, _BLOCKS, _LANES = range(14, 21), range(8, 17), range(1, 5)
"""What is taken of a kept password: weaker is no protection, stronger stops the service."""


class Kept(NamedTuple):
    """A password as it is kept."""

    cost: int
    block: int
    lanes: int
    salt: bytes
    digest: bytes

    @property
    def text(self) -> str:
        """The text of it: scrypt$<log2 N>$<r>$<p>$<salt>$<digest>."""
        salt, digest = (base64.b64encode(part).decode() for part in (self.salt, self.digest))
        return f"scrypt${self.cost}${self.block}${self.lanes}${salt}${digest}"


def kept_password(password: str, *, cost: int = _COST) -> str:
    """Return a password as it is kept; raises UsageError where it is too short, too long or blank.

    `cost` is log2 of scrypt's N, 14 to 20.
    """
    if cost not in _COSTS:
        raise UsageError(f"a cost of {cost}; {_COSTS[0]} to {_COSTS[-1]} are taken")
    if not LEAST <= len(password) <= MOST or not password.strip():
        hint = f"{LEAST} to {MOST} characters"
        raise UsageError(Problem(message="the password is too short, too long or blank", hint=hint))
    salt = secrets.token_bytes(16)
    kept = Kept(cost, 8, 1, salt, b"")
    return kept._replace(digest=_digest(password, kept)).text


def read_kept(text: str) -> Kept:
    """Return a kept password; raises ValueError, which does not quote it, where it is none."""
    parts = text.split("$")
    try:
        if len(parts) != 6 or parts[0] != "scrypt":
            raise ValueError
        cost, block, lanes = (int(part) for part in parts[1:4])
        salt, digest = (base64.b64decode(part, validate=True) for part in parts[4:])
        kept = Kept(cost, block, lanes, salt, digest)
        if kept.text != text or cost not in _COSTS or block not in _BLOCKS or lanes not in _LANES:
            raise ValueError
        if len(salt) < 16 or len(digest) != 32:
            raise ValueError
    except (ValueError, binascii.Error):
        raise ValueError("it is no password as limen keeps it: scrypt$15$8$1$<salt>$<digest>") from None
    return kept


def is_password(password: str, kept: Kept | None) -> bool:
    """Return whether a password is the kept one; without one it takes as long, and is not."""
    against = _NOBODY if kept is None else kept
    same = hmac.compare_digest(_digest(password, against), against.digest)
    return same and kept is not None


def _digest(password: str, kept: Kept) -> bytes:
    memory = 128 * kept.block * ((1 << kept.cost) + kept.lanes) + (1 << 20)
    return hashlib.scrypt(
        password[: MOST + 1].encode("utf-8", "surrogatepass"),
        salt=kept.salt,
        n=1 << kept.cost,
        r=kept.block,
        p=kept.lanes,
        maxmem=memory,
        dklen=32,
    )


_NOBODY = Kept(_COST, 8, 1, bytes(16), bytes(32))
