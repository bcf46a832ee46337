"""What one row of the tables says."""

from __future__ import annotations

from typing import NamedTuple

from tests.weakenings.edits import Edit


class Weakening(NamedTuple):
    """One declared control, weakened."""

    name: str
    """What was done to it, in words."""
    edit: Edit
    finding: str
    """The finding that must name it: rule::subject::path."""
    status: str = "fail"
    """not_assessed where the declaration then says too little to judge."""
