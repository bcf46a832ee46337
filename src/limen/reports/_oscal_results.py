"""The assessment results: observations of rules, failures and claims, findings on controls and failures, risks."""

from __future__ import annotations

from typing import Any

from limen.records.assessment import RuleDecisions
from limen.records.statuses import STATUSES
from limen.records.verdict import exit_code
from limen.reports._oscal_controls import counts_of, state
from limen.reports._oscal_dossier import DECISIONS, LINES, Dossier
from limen.reports._oscal_library import Library
from limen.reports._oscal_log import log
from limen.reports._oscal_plan import activities, assets, components, objectives, reviewed, task
from limen.reports._oscal_reality import claim_observations
from limen.reports._oscal_risks import Told, told
from limen.reports._oscal_text import filled, line, prop, props, prose
from limen.reports._reality import attempts_line, claims_line, of_reality
from limen.reports._rows import subjects
from limen.reports._words import STATUS_WORDS, decisions_line, plural

PLAN = "oscal-plan.json"
"""Where the results look for the plan: in their own folder."""
READ = (
    "The findings on controls come first: each says how limen's objective for the control ended. Satisfied is only "
    "what was judged and passed throughout; what failed, what could not be judged and what was not looked at is "
    "not-satisfied, and a waiver changes nothing of that: it is a response to the risk."
)
"""How the findings are to be read."""


def results(dossier: Dossier, *, alone: bool) -> dict[str, Any]:
    """Return the assessment results; alone they hold what they would else find in the plan, which nobody wrote."""
    library = dossier.library()
    one = dossier.assessment
    document: dict[str, Any] = {
        "uuid": dossier.ids.passing("document", "results"),
        "metadata": dossier.metadata("Assessment results", one.verdict()),
        "import-ap": {"href": PLAN},
    }
    if alone:
        reference = library.reference(
            "plan",
            "Assessment plan",
            "It was not written with these results, which therefore define components, activities and objectives "
            "themselves. limen pack writes it, and so does limen check --format oscal --output FOLDER.",
        )
        document["import-ap"] = {"href": reference}
        document["local-definitions"] = filled(
            {"objectives-and-methods": objectives(dossier), "activities": activities(dossier)}
        )
    document["results"] = [_result(dossier, library, alone=alone)]
    return {"assessment-results": filled(document) | library.back_matter()}


def _result(dossier: Dossier, library: Library, *, alone: bool) -> dict[str, Any]:
    one = dossier.assessment
    failed = told(dossier, library)
    definitions = {"components": components(dossier), "assessment-assets": assets(dossier), "tasks": [task(dossier)]}
    return filled(
        {
            "uuid": dossier.ids.passing("result", one.scope),
            "title": line(f"{one.scope.capitalize()} assessment of {one.system_title}"),
            "description": prose(one.verdict(), decisions_line(one)),
            "start": one.assessed_at,
            "end": one.assessed_at,
            "props": _props(dossier),
            "local-definitions": definitions if alone else {},
            "reviewed-controls": reviewed(dossier, library),
            "assessment-log": {"entries": log(dossier)},
            "observations": [
                *(_rule(dossier, library, *item) for item in one.decisions.items()),
                *failed.observations,
                *claim_observations(dossier),
            ],
            "risks": failed.risks,
            "findings": [*_controls(dossier, failed), *failed.findings],
            "remarks": _remarks(dossier),
        }
    )


def _props(dossier: Dossier) -> list[dict[str, Any]]:
    one = dossier.assessment
    return [
        *props(verdict=one.verdict(), exit_code=exit_code(one), scope=one.scope, as_of=one.as_of, partial=one.partial,
               fail_on=one.fail_on, engine=one.engine, failures_left_out=dossier.left_out),
        *(prop("profile", profile) for profile in one.profiles),
        *(prop(f"decisions-{status.replace('_', '-')}", number) for status, number in one.counts.items()),
    ]  # fmt: skip


def _rule(dossier: Dossier, library: Library, rule_id: str, decided: RuleDecisions) -> dict[str, Any]:
    """Return the observation that sums a rule's decisions up."""
    rule = decided.selected.rule
    counts = dossier.counts[rule_id]
    size = subjects(decided, dossier.assessment)
    said = ", ".join(f"{counts[status]:,} {STATUS_WORDS[status]}" for status in STATUSES)
    none = f"No subject of kind {rule.subject}: nothing was judged."
    first = dossier.first[rule_id]
    lines = f"Lines {first + 1:,} to {first + size:,} are the decisions of {rule_id}."
    where = library.file(DECISIONS, DECISIONS, LINES, "A decision a line: how it ended.") if size else ""
    return filled(
        {
            "uuid": dossier.ids.passing("rule", rule_id),
            "title": line(f"{rule_id}: {rule.title}"),
            "description": prose(f"{plural(size, 'subject')} of kind {rule.subject}: {said}." if size else none),
            "props": [*props(rule=rule_id, severity=rule.severity, subjects=size),
                      *(prop(status.replace("_", "-"), number) for status, number in counts.items() if size)],
            "methods": ["TEST" if rule.scope == "conformance" else "EXAMINE"],
            "types": ["control-objective"],
            "origins": [dossier.origin()],
            "subjects": [{"subject-uuid": dossier.system, "type": "component"}],
            "relevant-evidence": [{"href": where, "description": line(lines)}] if where else [],
            "collected": dossier.assessment.assessed_at,
        }
    )  # fmt: skip


def _controls(dossier: Dossier, failed: Told) -> list[dict[str, Any]]:
    """Return a finding for every control: nothing that was reviewed is passed over in silence."""
    known = dossier.requirements
    found = []
    for control, rules in known.served.items():
        row = known.rows.get(control)
        counts = counts_of(row, rules, dossier.counts)
        counts.update(failed.beside.get(control, {}))
        ended = state(counts, dossier.assessment, row.verdict if row else "met", row.gap if row else "")
        target: dict[str, Any] = {
            "type": "objective-id",
            "target-id": known.objective(control),
            "status": {"state": ended.state, "reason": ended.reason, "remarks": prose(ended.words)},
        }
        if not ended.applicable:
            target["implementation-status"] = {"state": "not-applicable"}
        citation = row.citation if row else control
        found.append(
            filled(
                {
                    "uuid": dossier.ids.lasting("control", control),
                    "title": line(f"{citation}: {row.title}" if row and row.title else citation),
                    "description": prose(f"By {plural(len(rules), 'rule')}: {ended.words}."),
                    "props": [prop("control", control), *(prop("rule", rule) for rule in rules)],
                    "origins": [dossier.author()],
                    "target": target,
                    "related-observations": [
                        {"observation-uuid": dossier.ids.passing("rule", rule)}
                        for rule in rules
                        if rule in dossier.assessment.decisions
                    ],
                }
            )
        )
    return found


def _remarks(dossier: Dossier) -> str:
    one = dossier.assessment
    said = [READ]
    if dossier.left_out:
        said.append(
            f"{plural(dossier.left_out, 'failed or unjudged decision')} have no finding of their own here: the worst "
            f"{len(dossier.failures):,} have. The findings on controls and the observations of rules count all of them."
        )
    if of_reality(one):
        said += [claims_line(one), attempts_line(one)]
    said += [
        f"Deviation from {d.profile}: {d.parameter} of {d.rule} is {d.actual} in place of {d.expected}."
        for d in one.deviations
    ]
    return prose(*said, *one.notes)
