"""baseline.json: findings that were there before and gate no longer, until it expires."""

from __future__ import annotations

import datetime
from pathlib import Path

import msgspec

from limen.errors import DeclarationError, Problem
from limen.policy.documents import convert, read
from limen.policy.moments import moment
from limen.records.waivers import Baseline


class BaselineDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A baseline and its file."""

    path: str
    """The file, as messages call it."""
    file: Baseline
    """What it says."""
    expires: datetime.datetime
    """From when on it is void, UTC."""


def read_baseline(path: Path, shown: str = "") -> BaselineDocument:
    """Read a baseline, called `shown` in messages; raise DeclarationError with every problem and its place."""
    document = read(path, shown or str(path), DeclarationError)
    baseline = convert(document, Baseline, DeclarationError)
    try:
        moment(baseline.created)
        expires = moment(baseline.expires)
    except ValueError:
        hint = "expected YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ"
        location = document.location(("expires",))
        raise DeclarationError(Problem(message="no such moment", location=location, hint=hint)) from None
    return BaselineDocument(path=shown or str(path), file=baseline, expires=expires)
