"""Judges what a probe recorded in the laboratory by the real rules, as `limen check --observations` does."""

from __future__ import annotations

import datetime
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from limen import __version__
from limen.assess import Assessed, Request, assess
from limen.records.attempts import Attempt, ProbeRun

PROFILES = ("baseline",)
"""Profiles that judge where the declaration names none."""
_SYSTEM = re.compile(r"^system:\s*(?:\{\s*id:|\n\s+id:)\s*([\w.-]+)", re.MULTILINE)


def judged(declaration: str, recorded: ProbeRun | Sequence[Attempt], *, rules: tuple[str, ...] = ()) -> Assessed:
    """Return the conformance assessment of a declaration's text, made in the second in which the last attempt ended.

    Relative paths in the text count from a folder of its own that is gone afterwards; nothing is asked there.
    """
    run = recorded if isinstance(recorded, ProbeRun) else _run(declaration, recorded)
    ended = max([run.ended_at, *(int(one.started_at + one.duration) for one in run.attempts)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "boundaries.yaml"
        path.write_text(declaration, encoding="utf-8")
        request = Request(
            path=path,
            profiles=() if re.search(r"^profiles:", declaration, re.MULTILINE) else PROFILES,
            rules=rules,
            assessed_at=datetime.datetime.fromtimestamp(ended, datetime.UTC),
            observations=run,
        )
        return assess(request)


def findings_of(declaration: str, recorded: ProbeRun | Sequence[Attempt]) -> set[str]:
    """Return the findings and gaps, each as ``rule::subject::path``, of all rules on observations."""
    assessment = judged(declaration, recorded).assessment
    observing = {name for name, one in assessment.decisions.items() if one.selected.rule.scope == "conformance"}
    return {finding.id for finding in assessment.findings if finding.rule in observing}


def _run(declaration: str, attempts: Sequence[Attempt]) -> ProbeRun:
    found = _SYSTEM.search(declaration)
    assert found is not None, "the declaration names no system: system: {id: lab}"
    times = [one.started_at for one in attempts] or [0]
    return ProbeRun(
        tool_version=__version__,
        system=found[1],
        declaration_sha256="",
        started_at=min(times),
        ended_at=max(times),
        attempts=tuple(attempts),
    )
