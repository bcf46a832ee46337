"""Check `time`: the assessment is dated neither long before its earliest trusted timestamp nor after it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from limen.evidence import layout
from limen.evidence.checks.interface import Check, broken, ok, unchecked
from limen.evidence.checks.pack import Pack
from limen.integrity.instants import instant_text

BACKDATED = datetime.timedelta(hours=24)
"""How long after an assessment its first timestamp may come."""
SLACK = datetime.timedelta(minutes=10)
"""How far clocks of different machines may be apart."""


def check(pack: Pack) -> Iterator[Check]:
    """Yield whether `assessed_at` can be believed."""
    at = pack.assessed_at
    if at is None:
        yield unchecked("time", "no Statement says when the assessment was made", layout.STATEMENT)
        return
    said = f"the assessment is dated {instant_text(at)}"
    if at - pack.now > SLACK:
        yield broken("time", f"{said}, and it is {instant_text(pack.now)}", layout.ASSESSMENT)
        return
    earliest = pack.covered_since(layout.STATEMENT)
    if earliest is None:
        if pack.numbered(layout.TIMESTAMPS):
            yield unchecked("time", f"{said}, and no trusted timestamp covers it", layout.ASSESSMENT)
        else:
            yield ok("time", f"{said}: the producer's word, for no timestamp covers it")
        return
    seen = f"its earliest trusted timestamp {instant_text(earliest)}"
    if earliest - at > BACKDATED:
        yield broken("time", f"{said}, more than 24 hours before {seen}", layout.ASSESSMENT)
    elif at - earliest > SLACK:
        yield broken("time", f"{said}, after {seen}", layout.ASSESSMENT)
    else:
        yield ok("time", f"{said}, {seen}")
