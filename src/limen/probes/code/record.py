"""What is recorded of an analysis: places, numbers and names of rules. Never a line of code."""

from __future__ import annotations

from typing import Literal

import msgspec

from limen.probes.tally import Unscanned

MOST_FOUND = 20_000
"""Places beyond which the rest is only counted."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One place that a rule found."""

    rule: str
    category: str
    path: str
    """From the target, as text."""
    line: int
    """From 1; 0 where another tool does not say."""
    column: int
    language: str
    tool: str = "limen"
    excuse: Literal["none", "allowed"] = "none"


class AnalysisRecord(msgspec.Struct, frozen=True, kw_only=True):
    """All that was recorded of one analysis."""

    format: Literal["limen-code-1"] = "limen-code-1"
    semgrep: str
    """Its version."""
    rules: int
    """Rules that the code was analysed with."""
    rules_sha256: str
    """SHA-256 over the files of rules."""
    files: int
    found: tuple[Place, ...]
    dropped: int
    """Places beyond the first `MOST_FOUND`."""
    unscanned: tuple[Unscanned, ...]
    excluded: tuple[Unscanned, ...]
    """What the allow-list says need not be analysed, by its reason."""
    unused_allowances: tuple[int, ...]
    """Places in the allow-list, from 1, of entries that match nothing."""
