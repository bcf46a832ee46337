"""Claims and attempts in the workpaper: what was declared and what was seen, the worst first."""

from __future__ import annotations

from itertools import islice

from limen.records.assessment import Assessment
from limen.reports._places import Places
from limen.reports._reality import CLAIM_WORDS, attempts_line, claims_line, moment_words, shown
from limen.reports._workpaper import MOST_ROWS, Sheet, left_out


def claims(assessment: Assessment) -> Sheet:
    """Return every claim with its four values."""
    typed = Places(assessment).typed
    notes = (claims_line(assessment), left_out(len(assessment.reconciliation), MOST_ROWS, "claim", "core/claims.jsonl"))
    columns = (("State", 20), ("Section", 12), ("Name", 26), ("Claim", 30), ("Declared", 20), ("Inherited", 20),
               ("Derived", 20), ("Observed", 20), ("Age", 10), ("Probe", 12), ("Attempt", 14), ("Why not", 44),
               ("Where from", 30), ("Place", 26))  # fmt: skip
    rows = (
        (CLAIM_WORDS[one.state], one.row.section, one.row.name, one.row.claim, one.declared, one.inherited, one.derived,
         one.observed, one.age, one.row.probe, one.row.attempt, one.row.reason, one.row.provenance,
         str(typed(one.row.location)))
        for one in islice(shown(assessment), MOST_ROWS)
    )  # fmt: skip
    return Sheet(name="Claims", notes=notes, columns=columns, rows=rows)


def attempts(assessment: Assessment) -> Sheet:
    """Return every attempt with how it ended; where there are too many, those that did not complete come first."""
    found = assessment.attempts
    if len(found) > MOST_ROWS:
        found = tuple(sorted(found, key=lambda row: row.status == "completed"))
    notes = (attempts_line(assessment), left_out(len(found), MOST_ROWS, "attempt", "core/attempts.jsonl"))
    columns = (("Probe", 12), ("Version", 9), ("Section", 12), ("Target", 26), ("Endpoint", 34), ("Ended", 14),
               ("Why", 50), ("Started", 22), ("Seconds", 10), ("Tries", 8), ("Observations", 13),
               ("Asked for", 10))  # fmt: skip
    rows = (
        (row.probe, row.version, row.section, row.target, row.endpoint, row.status.replace("_", " "), row.reason,
         moment_words(row.started_at), row.duration, row.tries, row.observations, "yes" if row.counts else "no")
        for row in found[:MOST_ROWS]
    )  # fmt: skip
    return Sheet(name="Attempts", notes=notes, columns=columns, rows=rows)
