"""Declared and observed values of claims as people write them: TLS 1.2, not 12; P90D, not 7776000."""

from __future__ import annotations

from typing import Any

from limen.model.scalars import TLS_RANKS, duration_text

_DURATIONS = frozenset({"rotation", "every", "until"})
"""Fields whose integers are seconds."""
_RANKS = frozenset({"in_transit.tls.min"})
"""Claims whose integers are ranks of TLS versions."""
_VERSIONS = {0: "plaintext"} | {rank: version for version, rank in TLS_RANKS.items()}
_SEPARATORS = {False: ", ", True: "; "}


def claim_words(field: str, value: Any) -> str:
    """Return a value of a claim, or of a field of one, as JSON knows it, in words; nothing is said of None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        if field in _RANKS:
            return _VERSIONS.get(value, str(value))
        return duration_text(value) if field in _DURATIONS and value >= 0 else str(value)
    if isinstance(value, list | tuple):
        deep = any(isinstance(item, dict) for item in value)
        return _SEPARATORS[deep].join(claim_words(field, item) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{name} {claim_words(name, item)}" for name, item in value.items()) or "nothing"
    return str(value)
