"""The assessment log: the assessment itself, and every attempt of a probe with how it ended."""

from __future__ import annotations

import re
from typing import Any

from limen.records.reconciliation import AttemptRow
from limen.reports._oscal_dossier import Dossier
from limen.reports._oscal_text import filled, line, prop, props, prose
from limen.reports._reality import attempt_words, moment_words
from limen.reports._words import plural

MOST_ATTEMPTS = 5_000
"""Attempts that are entries of their own."""
_MOMENT = re.compile(r"(?:19|2\d)\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""The years of OSCAL's date-time."""


def log(dossier: Dossier) -> list[dict[str, Any]]:
    """Return the entries: trouble first where not all attempts fit, and then the number that was left out."""
    one = dossier.assessment
    moment = one.assessed_at
    left = max(0, len(one.attempts) - MOST_ATTEMPTS)
    aside = f"{plural(left, 'attempt')} that completed are not listed." if left else ""
    entries = [
        {
            "uuid": dossier.ids.passing("entry", "assess"),
            "title": "Assessed",
            "description": prose(one.verdict(), aside),
            "start": moment,
            "end": moment,
            "related-tasks": [{"task-uuid": dossier.task}],
        }
    ]
    shown = sorted(one.attempts, key=lambda row: row.status == "completed")[:MOST_ATTEMPTS] if left else one.attempts
    return entries + [_attempt(dossier, number, row) for number, row in enumerate(shown)]


def _attempt(dossier: Dossier, number: int, row: AttemptRow) -> dict[str, Any]:
    started, ended = moment_words(row.started_at), moment_words(row.started_at + int(row.duration))
    known = bool(_MOMENT.fullmatch(started) and _MOMENT.fullmatch(ended))
    said = "" if known else f"When it started is not known ({started or 'it did not'}); the time is the assessment's."
    name = f"attempt {number} {row.probe} {row.section} {row.target} {row.endpoint}"
    return filled(
        {
            "uuid": dossier.ids.passing("entry", name),
            "title": line(f"{row.probe} of {row.section} {row.target}: {row.status}"),
            "description": prose(attempt_words(row), said),
            "start": started if known else dossier.assessment.assessed_at,
            "end": ended if known else "",
            "props": [
                *props(probe=row.probe, version=row.version, status=row.status, endpoint=row.endpoint,
                       reason=row.reason, tries=row.tries, observations=row.observations),
                *([] if row.counts else [prop("counts", "nobody asks for it")]),
            ],
        }
    )  # fmt: skip
