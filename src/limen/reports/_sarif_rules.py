"""Rules and frameworks as SARIF describes them: reporting descriptors and taxonomies."""

from __future__ import annotations

from typing import Any

from limen.records.assessment import Assessment
from limen.records.rules import SelectedRule
from limen.records.statuses import Severity
from limen.reports._words import markdown, one_line

LEVELS: dict[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_SECURITY_SEVERITY: dict[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.5"}
_PRECISION = {"certain": "very-high", "likely": "high", "possible": "medium"}


def taxonomies(assessment: Assessment) -> list[dict[str, Any]]:
    """Return a taxonomy for each framework that a selected rule serves, with the controls that are served."""
    served: dict[str, dict[str, None]] = {}
    for decided in assessment.decisions.values():
        for name in decided.selected.rule.controls:
            framework, _, control = name.partition(":")
            served.setdefault(framework, {})[control] = None
    return [
        {"name": framework, "taxa": [_taxon(framework, control, assessment) for control in sorted(served[framework])]}
        for framework in sorted(served)
    ]


def _taxon(framework: str, name: str, assessment: Assessment) -> dict[str, Any]:
    control = assessment.controls.get(f"{framework}:{name}")
    if control is None:
        return {"id": name}
    return {
        "id": name,
        "shortDescription": {"text": one_line(control.citation)},
        "fullDescription": {"text": one_line(control.title) or one_line(control.citation)},
        "properties": {"status": control.status, "validFrom": control.valid_from, "validTo": control.valid_to},
    }


def rule_descriptors(assessment: Assessment, frameworks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every selected rule in catalog order, then the host's own rules that findings name (on waivers)."""
    places = {
        f"{framework['name']}:{taxon['id']}": (number, index)
        for number, framework in enumerate(frameworks)
        for index, taxon in enumerate(framework["taxa"])
    }
    rules = [_rule(decided.selected, assessment, frameworks, places) for decided in assessment.decisions.values()]
    own = {f.rule: f for f in assessment.findings if f.rule not in assessment.decisions}
    rules += [
        {
            "id": finding.rule,
            "shortDescription": {"text": one_line(finding.title)},
            "fullDescription": {"text": one_line(finding.title)},
            "help": {"text": one_line(finding.remediation), "markdown": markdown(finding.remediation)},
            "defaultConfiguration": {"level": LEVELS[finding.severity]},
            "properties": {"tags": ["security"], "security-severity": _SECURITY_SEVERITY[finding.severity]},
        }
        for finding in own.values()
    ]
    return rules


def _rule(
    selected: SelectedRule,
    assessment: Assessment,
    frameworks: list[dict[str, Any]],
    places: dict[str, tuple[int, int]],
) -> dict[str, Any]:
    rule = selected.rule
    found = [(name, assessment.controls.get(name)) for name in rule.controls]
    controls = [
        f"{control.citation}: {control.title} ({control.status})" if control else name for name, control in found
    ]
    targets = [(name.partition(":")[2], *places[name]) for name in rule.controls]
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in rule.id.replace(".", "_").split("_")),
        "shortDescription": {"text": one_line(rule.title)},
        "fullDescription": {"text": one_line(rule.description or rule.title)},
        "help": {
            "text": "\n".join(map(one_line, [rule.remediation, *controls])),
            "markdown": _help(selected, controls),
        },
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "relationships": [
            {
                "target": {
                    "id": control,
                    "index": index,
                    "toolComponent": {"name": frameworks[number]["name"], "index": number},
                },
                "kinds": ["relevant"],
            }
            for control, number, index in targets
        ],
        "properties": {
            # Code scanning takes 20 tags at most; the requirements themselves are relationships.
            "tags": ["security", rule.category, *dict.fromkeys(name.partition(":")[0] for name in rule.controls)],
            "security-severity": _SECURITY_SEVERITY[rule.severity],
            "precision": _PRECISION[rule.confidence],
            "subject": rule.subject,
            "profiles": list(selected.profiles),
        },
    }


def _help(selected: SelectedRule, controls: list[str]) -> str:
    rule = selected.rule
    parts = [f"**{markdown(rule.title)}**"]
    parts += [markdown(text) for text in (rule.description, rule.rationale) if text]
    parts.append(f"**What to do:** {markdown(rule.remediation)}")
    if controls:
        parts.append("\n".join(["Serves:", "", *(f"- {markdown(control)}" for control in controls)]))
    return "\n\n".join(parts)
