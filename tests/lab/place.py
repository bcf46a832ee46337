"""Where a key of the laboratory is, and what a declaration says of it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Place(NamedTuple):
    """A key with a defect."""

    endpoint: str
    key: str
    credential: str
    declared: dict[str, Any]
    """What its declaration says otherwise than that of the good key; None for what it leaves out."""
    options: dict[str, Any] = {}
    """Options of the probe."""
    old_ciphertext: str = ""
    """A ciphertext of its first version."""
