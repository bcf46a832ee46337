"""Placeholders: what documents, samples and tests write where a secret belongs, and how random a text looks."""

from __future__ import annotations

import math
import re
from collections import Counter

_PLACEHOLDER = re.compile(
    rb"example|sample|dummy|placeholder|change.?me|your.?(?:api|key|token|secret|pass|own)|x{5}|\*{3}|\.{3}|"
    rb"redacted|removed|insert.?(?:your|here)|foobar|lorem|not.?a.?real|"
    rb"0{8}|1{6}|a{6}|0?123456789|987654321|abcdefgh|deadbeef|1234abcd|abcd1234|qwerty",
    re.IGNORECASE,
)
_REPEATED = re.compile(rb"(.)\1{5}|(..)\2{4}|(...)\3{3}")


def entropy(secret: bytes) -> float:
    """Return the Shannon entropy in bits a byte; 0 for nothing."""
    size = len(secret)
    return -sum(n / size * math.log2(n / size) for n in Counter(secret).values()) if size else 0.0


def placeholder(secret: bytes) -> bool:
    """Return whether a text of a token's form is what documents and tests write in its place."""
    return worded(secret) or _REPEATED.search(secret) is not None


def worded(secret: bytes) -> bool:
    """Return whether a text holds a word or a row of characters that nobody draws by chance, such as `example`."""
    return _PLACEHOLDER.search(secret) is not None
