"""What databases and their clients say of the values that they were given: parameters, rows and keys, taken out whole.

SQLAlchemy logs and quotes parameters by their places, and PostgreSQL quotes the row that it refuses: nothing there
names the field, so nothing tells which of the values is whose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from limen.controls.sensitive_names import closing_bracket

_BEFORE = re.compile(
    rb"\[parameters: |(?i:failing row contains |parameters: ?|\)=)(?=\()|Key (?=\()|"
    rb"\[(?:generated in|cached since|caching disabled|no key|raw sql|dialect|insertmanyvalues)[^\]\n]{0,120}\] |"
    rb"DETAIL:  ?(?:parameters|Parameters): "
)
_KEPT = re.compile(rb"[\[({]{1,2}(?:\[redacted\])?[\])}]{1,2}|\[redacted\]")


def database_spans(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where values that somebody gave to a database begin and end; to the end where nothing closes them."""
    at = 0
    while match := _BEFORE.search(data, at):
        start = match.end()
        at = max(start, match.start() + 1)
        if match[0].startswith(b"Key") or start >= len(data):
            continue  # the names of the columns; their values follow )=
        end = closing_bracket(data, start) if data[start] in b"([{" else _line(data, start)
        if not _KEPT.match(data, start, end):
            yield start, end
        at = max(at, end)


def _line(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end
