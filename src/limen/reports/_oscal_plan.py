"""The assessment plan: components, an activity a rule, an objective a control, and the one task that runs them."""

from __future__ import annotations

from typing import Any

import msgspec

from limen.records.assessment import MapNode
from limen.records.rules import SelectedRule
from limen.reports._oscal_controls import Requirements
from limen.reports._oscal_dossier import Dossier
from limen.reports._oscal_library import Library
from limen.reports._oscal_text import filled, line, prop, props, prose, string

TYPES = {"partner": "interconnection", "datastore": "software", "ledger": "software", "secret-store": "software"}
"""Types of components in OSCAL by their kind; the rest are services."""


def plan(dossier: Dossier) -> dict[str, Any]:
    """Return the assessment plan."""
    library = dossier.library()
    one = dossier.assessment
    document = {
        "uuid": dossier.ids.lasting("document", "plan"),
        "metadata": dossier.metadata("Assessment plan", f"Profiles: {', '.join(one.profiles)}."),
        "import-ssp": {
            "href": dossier.declaration(library),
            "remarks": "There is no system security plan: the declaration describes the system.",
        },
        "local-definitions": filled(
            {
                "components": components(dossier),
                "objectives-and-methods": objectives(dossier),
                "activities": activities(dossier),
            }
        ),
        "terms-and-conditions": {"parts": _terms(dossier)},
        "reviewed-controls": reviewed(dossier, library),
        "assessment-subjects": [{"type": "component", "include-all": {}}],
        "assessment-assets": assets(dossier),
        "tasks": [task(dossier)],
    }
    return {"assessment-plan": document | library.back_matter()}


def components(dossier: Dossier) -> list[dict[str, Any]]:
    """Return the system and every declared component."""
    one = dossier.assessment
    whole = {
        "uuid": dossier.system,
        "type": "this-system",
        "title": line(one.system_title),
        "description": prose(f"The system {one.system} as a whole, as declared."),
        "props": props(system=one.system),
        "status": {"state": "other", "remarks": "limen does not know whether it is in operation."},
    }
    return [whole, *(_component(dossier, node) for node in one.map.nodes)]


def component_head(dossier: Dossier, node: MapNode) -> dict[str, Any]:
    """Return what plan and component definition both say of a declared component."""
    return {
        "uuid": dossier.component(node.id),
        "type": TYPES.get(node.kind, "service"),
        "title": line(node.title or node.id),
        "description": prose(f"Declared component {node.id}, a {node.kind} in zone {node.zone}."),
        "props": props(component=node.id, kind=node.kind, zone=node.zone, tenant=node.tenant, label=node.label),
    }


def _component(dossier: Dossier, node: MapNode) -> dict[str, Any]:
    remarks = "limen does not know whether it is in operation."
    return component_head(dossier, node) | {"status": {"state": "other", "remarks": remarks}}


def objectives(dossier: Dossier) -> list[dict[str, Any]]:
    """Return limen's objective for each control, with a part for each rule that serves it."""
    known = dossier.requirements
    titles = {rule: decided.selected.rule.title for rule, decided in dossier.assessment.decisions.items()}
    titles |= {failure.rule: failure.worst.title for failure in dossier.failures if failure.rule not in titles}
    found = []
    for control, rules in known.served.items():
        entry = dossier.assessment.controls.get(control)
        citation = entry.citation if entry else control
        whole = f"Every rule of limen that serves {citation} holds, as far as it can be judged."
        found.append(
            {
                "control-id": known.tokens[control],
                "props": props(control=control, status=entry.status if entry else "unknown"),
                "description": prose(
                    f"{citation}: {entry.title}" if entry else citation,
                    f"Beyond limen: {entry.gap}" if entry and entry.gap else "",
                ),
                "parts": [
                    filled(
                        {
                            "id": known.objective(control),
                            "name": "assessment-objective",
                            "prose": line(whole),
                            "parts": [_part(known, control, rule, titles[rule]) for rule in rules],
                        }
                    )
                ],
            }
        )
    return found


def _part(known: Requirements, control: str, rule: str, title: str) -> dict[str, Any]:
    return {
        "id": known.objective(control, rule),
        "name": "assessment-objective",
        "props": [prop("rule", rule)],
        "prose": line(title),
    }


def activities(dossier: Dossier) -> list[dict[str, Any]]:
    """Return an activity for each selected rule, with a step for each of its checks."""
    return [_activity(dossier, decided.selected) for decided in dossier.assessment.decisions.values()]


def _activity(dossier: Dossier, selected: SelectedRule) -> dict[str, Any]:
    rule = selected.rule
    known = dossier.requirements
    parameters = [
        prop("parameter", f"{name} = {msgspec.json.encode(value).decode()}")
        for name, value in sorted(selected.parameters.items())
    ]
    steps = [
        {
            "uuid": dossier.ids.lasting("step", f"{rule.id} {name}"),
            "title": line(name),
            "description": prose(f"Judge {check.path} of every {rule.subject}."),
        }
        for name, check in rule.checks.items()
    ]
    found: dict[str, Any] = {
        "uuid": dossier.ids.lasting("activity", rule.id),
        "title": line(rule.id),
        "description": prose(rule.title, rule.description),
        "props": [
            {"name": "method", "value": "TEST" if rule.scope == "conformance" else "EXAMINE"},
            *props(rule=rule.id, subject=rule.subject, severity=rule.severity, confidence=rule.confidence,
                   module=rule.file, profiles=", ".join(selected.profiles)),
            *parameters,
        ],
        "related-controls": {
            "control-selections": [
                {"include-controls": [{"control-id": known.tokens[name]} for name in known.controls(rule.id)]}
            ]
        },
    }  # fmt: skip
    if steps:
        found["steps"] = steps
    return found


def reviewed(dossier: Dossier, library: Library) -> dict[str, Any]:
    """Return the controls that the rules serve, a selection a framework, and limen's objectives for them."""
    known = dossier.requirements
    return {
        "control-selections": [
            {
                "props": [prop("framework", framework)],
                "links": [{"href": dossier.framework(library, framework), "rel": "reference"}],
                "include-controls": [{"control-id": known.tokens[name]} for name in names],
            }
            for framework, names in known.frameworks().items()
        ],
        "control-objective-selections": [
            {"include-objectives": [{"objective-id": known.objective(name)} for name in known.served]}
        ],
    }


def assets(dossier: Dossier) -> dict[str, Any]:
    """Return limen and its engine as the assessment platform."""
    one = dossier.assessment
    return {
        "components": [
            {
                "uuid": dossier.tool,
                "type": "software",
                "title": "limen",
                "description": prose("Computes facts from a declaration and from observations; Rego rules judge them."),
                "props": [
                    {"name": "version", "value": string(one.tool_version)},
                    *props(engine=one.engine, verified_by=one.verified_by),
                ],
                "status": {"state": "operational"},
            }
        ],
        "assessment-platforms": [
            {
                "uuid": dossier.ids.lasting("platform", "limen"),
                "title": "limen",
                "uses-components": [{"component-uuid": dossier.tool}],
            }
        ],
    }


def task(dossier: Dossier) -> dict[str, Any]:
    """Return the one task: every activity, on all components."""
    return filled(
        {
            "uuid": dossier.task,
            "type": "action",
            "title": "Assess",
            "description": prose("Judge every subject of each selected rule's kind by that rule."),
            "timing": {"on-date": {"date": dossier.assessment.assessed_at}},
            "associated-activities": [
                {
                    "activity-uuid": dossier.ids.lasting("activity", rule),
                    "subjects": [{"type": "component", "include-all": {}}],
                }
                for rule in dossier.assessment.decisions
            ],
        }
    )


def _terms(dossier: Dossier) -> list[dict[str, Any]]:
    one = dossier.assessment
    design = "The declaration is examined; nothing is held against reality, and rules that need that are out of scope."
    reality = "The declaration is examined, and held against what probes observed."
    gates = (
        f"The law in force on {one.as_of}; findings of severity {one.fail_on} or worse gate, and so does whatever "
        "could not be judged."
    )
    parts = [("methodology", design if one.scope == "design" else reality), ("assumptions", gates)]
    parts += [
        (
            "assumptions",
            f"Deviation from {d.profile}: {d.parameter} of {d.rule} is {d.actual} in place of {d.expected}.",
        )
        for d in one.deviations
    ]
    if one.partial:
        parts.append(("assessment-exclusions", f"A partial assessment: {one.partial}"))
    return [{"name": name, "prose": prose(text)} for name, text in parts]
