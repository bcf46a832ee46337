"""The core of a pack: an assessment and its inputs as files that are the same wherever they are made.

Nothing in them depends on a clock, a path of this machine, an engine or a version of limen. Records go out line by
line; what one assessment holds in memory is what writing it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from limen.evidence import layout
from limen.evidence.decided import Names, write_decisions, write_subjects
from limen.evidence.reported import attempt_lines, claim_lines, crossing_lines, finding_lines, waiver_lines
from limen.integrity.canonical import canonical
from limen.policy.waivers import WaiverDocument
from limen.records.assessment import Assessment, RuleDecisions
from limen.records.rules import Control
from limen.records.statuses import SEVERITIES, STATUSES
from limen.records.verdict import exit_code


class Core(msgspec.Struct, frozen=True, kw_only=True):
    """What core is made of, inputs aside: they lie in its folder already."""

    assessment: Assessment
    waivers: WaiverDocument | None
    """The waivers as they were read; None where there are none."""
    modules: Mapping[str, str]
    """Where the module of each selected rule is enclosed, by rule."""
    vanished: Mapping[str, Any]
    """What the previous pack judged and this one does not."""
    undeclared: Mapping[str, Any]
    """What was found and is not declared."""
    approvals: Mapping[str, Any]
    """Who approved the profiles and frameworks."""
    sensitivity: Mapping[str, Any]
    """What the rules and probes notice."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What the head of a pack repeats."""

    counts: dict[str, int]
    """Number of decisions by status."""
    verdict: str
    exit_code: int


def write_core(core: Core, folder: Path) -> Written:
    """Write the files of core, inputs aside, into the folder of a pack that is being made; raises OSError."""
    assessment = core.assessment
    names = Names(assessment)
    with _new(folder, layout.DECISIONS) as decisions, _new(folder, layout.DETAILS) as details:
        counts = write_decisions(assessment, names, decisions, details)
    with _new(folder, layout.SUBJECTS) as subjects:
        write_subjects(assessment, names, subjects)
    _lines(folder, layout.RULES, _rules(core))
    _lines(folder, layout.FINDINGS, finding_lines(assessment))
    _lines(folder, layout.CLAIMS, claim_lines(assessment))
    _lines(folder, layout.ATTEMPTS, attempt_lines(assessment))
    _lines(folder, layout.CROSSINGS, crossing_lines(assessment))
    _lines(folder, layout.WAIVERS, waiver_lines(assessment, core.waivers))
    written = Written(
        counts={status: counts[status] for status in STATUSES},
        verdict=assessment.verdict(),
        exit_code=exit_code(assessment),
    )
    for name, value in (
        (layout.ASSESSMENT, _head(assessment, written)),
        (layout.NOTES, list(assessment.notes)),
        (layout.VANISHED, core.vanished),
        (layout.UNDECLARED, core.undeclared),
        (layout.APPROVALS, core.approvals),
        (layout.SENSITIVITY, core.sensitivity),
    ):
        write_document(folder, name, value)
    return written


def write_document(folder: Path, name: str, value: Any) -> None:
    """Write a JSON value as RFC 8785 into the folder of a pack that is being made; raises OSError."""
    with _new(folder, name) as file:
        file.write(canonical(value))


def _new(folder: Path, name: str) -> BinaryIO:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("xb", buffering=1 << 18)


def _lines(folder: Path, name: str, lines: Iterator[bytes]) -> None:
    with _new(folder, name) as file:
        file.writelines(lines)


def _head(assessment: Assessment, written: Written) -> dict[str, Any]:
    """Return what anybody may read: how it ended and by which rules, without a word about any subject."""
    judged = {decided.selected.rule.subject: 0 for decided in assessment.decisions.values()}
    return {
        "format": layout.FORMAT,
        "system": assessment.system,
        "title": assessment.system_title,
        "owner": assessment.owner,
        "scope": assessment.scope,
        "partial": assessment.partial,
        "assessed_at": assessment.assessed_at,
        "as_of": assessment.as_of,
        "fail_on": assessment.fail_on,
        "profiles": list(assessment.profiles),
        "counts": written.counts,
        "findings": {
            "failed": {severity: assessment.tally.failed.get(severity, 0) for severity in SEVERITIES},
            "gaps": assessment.tally.gaps,
            "accepted": assessment.tally.accepted,
        },
        "verdict": written.verdict,
        "exit_code": written.exit_code,
        "claims": assessment.claims,
        "observed": assessment.observed,
        "unseeable": assessment.unseeable,
        "population": judged | {kind: table.size for kind, table in assessment.tables.items()},
        "deviations": [msgspec.structs.asdict(one) for one in assessment.deviations],
        "controls": {name: _control(control) for name, control in assessment.controls.items()},
        "withheld": 0,
    }


def _rules(core: Core) -> Iterator[bytes]:
    for rule_id, decided in core.assessment.decisions.items():
        yield canonical(_rule(decided, core.modules[rule_id])) + b"\n"


def _rule(decided: RuleDecisions, module: str) -> dict[str, Any]:
    rule = decided.selected.rule
    return {
        "rule": rule.id,
        "title": rule.title,
        "subject": rule.subject,
        "severity": rule.severity,
        "scope": rule.scope,
        "controls": list(rule.controls),
        "profiles": list(decided.selected.profiles),
        "parameters": msgspec.to_builtins(decided.selected.parameters),
        "module": module,
    }


def _control(control: Control) -> dict[str, Any]:
    return msgspec.structs.asdict(control)
