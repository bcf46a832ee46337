"""What names a finding across runs: a hash of rule, subject, path and effective value."""

from __future__ import annotations

import hashlib

import msgspec

_ENCODER = msgspec.json.Encoder(order="sorted")


def fingerprint(rule: str, subject: str, path: str, actual: bytes) -> str:
    """Return the first 32 hex digits of SHA-256 over the JSON array of the four, compact, with sorted keys.

    The effective value takes part, so that a finding that worsens has a new name and is no longer waived.
    """
    text = _ENCODER.encode([rule, subject, path, msgspec.json.decode(actual)])
    return hashlib.sha256(text).hexdigest()[:32]
