"""Finds the finding that a person names."""

from __future__ import annotations

import difflib

from limen.errors import Problem, UsageError
from limen.records.assessment import Assessment, Finding


def finding_named(assessment: Assessment, name: str) -> Finding:
    """Return the finding with this fingerprint, its beginning, or this rule::subject[::path].

    Raises UsageError where there is none, with the closest, or where the name fits several, with all of them.
    """
    wanted = name.strip()
    found = [
        finding
        for finding in assessment.findings
        if wanted == finding.id
        or finding.id.startswith(f"{wanted}::")
        or (len(wanted) >= 6 and finding.fingerprint.startswith(wanted))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(finding.id for finding in found[:10])
        raise UsageError(Problem(message=f"{name!r} names {len(found)} findings", hint=f"name one of: {names}"))
    known = [finding.id for finding in assessment.findings]
    close = difflib.get_close_matches(wanted, known, 3)
    raise UsageError(
        Problem(
            message=f"there is no finding {name!r}",
            hint=f"did you mean {' or '.join(close)}?"
            if close
            else f"{len(known)} findings; limen check --format json lists them",
        )
    )
