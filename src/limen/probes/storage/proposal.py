"""How a medium is sealed, in the words of a component's entry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET

from limen.analysis.kinds.observed_storage import StorageFacts
from limen.analysis.reconciliation.storage import CLAIMS
from limen.probes.proposing import nested, strongest

_ALGORITHMS = (
    "AES-256-GCM", "AES-256-XTS", "AES-256-CBC", "ChaCha20-Poly1305", "AES-128-GCM", "AES-128-XTS", "AES-128-CBC",
    "3DES", "none",
)  # fmt: skip
"""From the strongest to the weakest, as reconciliation ranks them."""
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?")


def propose(facts: Sequence[StorageFacts]) -> Mapping[str, Any]:
    """Return what the facts would have a component's entry say; a key that no declaration names is left out."""
    keys = sorted({one.seal.key for one in facts if one.seal.key is not UNSET})
    named = [key for key in keys if _NAME.fullmatch(key) and key != "provider"]
    return nested(
        {
            "at_rest.algorithm": strongest(CLAIMS["at_rest.algorithm"], _ALGORITHMS, facts),
            "at_rest.key": strongest(CLAIMS["at_rest.key"], named, facts),
        }
    )
