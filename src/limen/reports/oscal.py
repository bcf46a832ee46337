"""OSCAL 1.2.2 (https://pages.nist.gov/OSCAL/): assessment plan, assessment results and component definition.

As a format it is the assessment results, complete in themselves; `documents` gives all three, which refer to each
other and to the files of the pack that they lie in.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import orjson

from limen.records.assessment import Assessment
from limen.reports import Options
from limen.reports._lines import members
from limen.reports._oscal_definition import definition
from limen.reports._oscal_dossier import ALWAYS, DECLARATION, Dossier
from limen.reports._oscal_plan import plan
from limen.reports._oscal_results import PLAN, results
from limen.reports._words import spelt_json

EXTENSION = "oscal.json"
IN_ALL = False
RESULTS = "oscal-results.json"
COMPONENT = "oscal-component.json"


def render(assessment: Assessment, options: Options) -> bytes:
    """Return the assessment results by themselves: they link to no file, and define what the plan would."""
    return _encoded(results(Dossier(assessment, ()), alone=True))


def documents(assessment: Assessment, files: Container[str] | None = None) -> dict[str, bytes]:
    """Return the three documents by their names in reports/.

    They link to those `files` of the pack that are there (None: what every whole pack has), by paths from its top.
    """
    if files is None:
        files = frozenset((*ALWAYS, *(DECLARATION + file.path for file in assessment.files)))
    dossier = Dossier(assessment, files)
    return {
        PLAN: _encoded(plan(dossier)),
        RESULTS: _encoded(results(dossier, alone=False)),
        COMPONENT: _encoded(definition(dossier)),
    }


def _encoded(document: dict[str, Any]) -> bytes:
    """Return JSON in which each component, observation, finding and risk is a line, for people and for diffs."""
    [(name, content)] = document.items()
    parts = {key: _lined(value) for key, value in content.items()}
    return spelt_json(b'{"%s":%s}\n' % (name.encode(), members(parts)))


def _lined(value: Any) -> Any:
    """Return a part with the lists in it, as those of a result and of local definitions, a row a line."""
    if isinstance(value, dict):
        return orjson.Fragment(members(value))
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return [orjson.Fragment(members(value[0]))]
    return value
