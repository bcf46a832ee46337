"""The component definition: which controls rules judge at each declared component, and how that ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from limen.records.statuses import STATUSES, Status
from limen.reports._coverage import verdict
from limen.reports._oscal_dossier import Dossier
from limen.reports._oscal_library import Library
from limen.reports._oscal_places import counts_by_component
from limen.reports._oscal_plan import component_head
from limen.reports._oscal_text import filled, line, prop, props, prose
from limen.reports._words import STATUS_WORDS, plural

MOST_REQUIREMENTS = 10_000
"""Implemented requirements of components; the system itself always has all of its own."""
_JUDGED: tuple[Status, ...] = ("error", "fail", "not_assessed", "pass")
"""A control that no rule judged there is not implemented there, as far as anybody knows."""


def definition(dossier: Dossier) -> dict[str, Any]:
    """Return the component definition."""
    library = dossier.library()
    whole = _whole(dossier, library)
    listed, left = _components(dossier, library)
    aside = (
        f"{plural(left, 'component')} are without their requirements: the document would be too large." if left else ""
    )
    document = {
        "uuid": dossier.ids.lasting("document", "definition"),
        "metadata": dossier.metadata(
            "Component definition",
            "What is declared, and how the rules that serve a control judged it. A requirement listed here is not "
            "thereby met: its property verdict says how it fared.",
            aside,
        ),
        "components": [whole, *listed],
    }
    return {"component-definition": document | library.back_matter()}


def _whole(dossier: Dossier, library: Library) -> dict[str, Any]:
    one = dossier.assessment
    known = dossier.requirements
    return filled(
        {
            "uuid": dossier.system,
            "type": "service",
            "title": line(one.system_title),
            "description": prose(f"The system {one.system} as a whole, as declared."),
            "props": props(system=one.system),
            "control-implementations": _implementations(
                dossier, library, "system", ((name, known.served[name], dossier.counts) for name in known.rows)
            ),
        }
    )


def _components(dossier: Dossier, library: Library) -> tuple[list[dict[str, Any]], int]:
    """Return every component, and how many are without their requirements because there are too many."""
    counts = counts_by_component(dossier.assessment, dossier.places)
    known = dossier.requirements
    found: list[dict[str, Any]] = []
    total = left = 0
    for node in dossier.assessment.map.nodes:
        entry = component_head(dossier, node)
        rules = counts.get(node.id, {})
        served: dict[str, list[str]] = {}
        for rule, ended in rules.items():
            if any(ended[status] for status in _JUDGED):
                for control in known.controls(rule):
                    if control in known.rows:
                        served.setdefault(control, []).append(rule)
        total += len(served)
        if total > MOST_REQUIREMENTS:
            left += bool(served)
        else:
            parts = ((name, served[name], rules) for name in sorted(served))
            entry["control-implementations"] = _implementations(dossier, library, node.id, parts)
        found.append(filled(entry))
    return found, left


def _implementations(
    dossier: Dossier, library: Library, component: str, parts: Iterable[tuple[str, list[str], Any]]
) -> list[dict[str, Any]]:
    """Return requirements by framework; a part is a control, rules that serve it and their counts by rule."""
    found: dict[str, list[dict[str, Any]]] = {}
    for control, rules, counts in parts:
        total: Counter[Status] = Counter()
        for rule in rules:
            total.update(counts[rule])
        found.setdefault(control.partition(":")[0], []).append(
            _requirement(dossier, component, control, rules, total)
        )  # fmt: skip
    return [
        {
            "uuid": dossier.ids.lasting("implementation", f"{component} {framework}"),
            "source": dossier.framework(library, framework),
            "description": line(f"Controls of {framework} that rules of limen judge there."),
            "props": [prop("framework", framework)],
            "implemented-requirements": requirements,
        }
        for framework, requirements in found.items()
    ]


def _requirement(
    dossier: Dossier, component: str, control: str, rules: list[str], total: Counter[Status]
) -> dict[str, Any]:  # fmt: skip
    entry = dossier.assessment.controls.get(control)
    counts = {status: total[status] for status in STATUSES}
    said = ", ".join(f"{counts[status]:,} {STATUS_WORDS[status]}" for status in STATUSES if counts[status])
    return {
        "uuid": dossier.ids.lasting("requirement", f"{component} {control}"),
        "control-id": dossier.requirements.tokens[control],
        "description": prose(f"Judged by {', '.join(rules)}: {said or 'no decision'}."),
        "props": props(
            control=control,
            verdict=verdict(counts, whole=entry is not None and entry.covered == "wholly"),
        ),
    }
