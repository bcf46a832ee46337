"""Ids of records: what a ledger and an envelope may name, in one alphabet that needs no escape anywhere."""

from __future__ import annotations

import re

_matched = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/\-]{0,127}", re.ASCII).fullmatch
HINT = (
    "1 to 128 letters, digits and '_', '.', ':', '/', '-', such as a UUID; never an identifier of a person or package"
)
"""What a record's id looks like."""


def is_record(record: object) -> bool:
    """Return whether something is the id of a record."""
    return type(record) is str and _matched(record) is not None
