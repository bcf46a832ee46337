"""Parts that the policy tests share: rules as files, tables of subjects, and engines without a process."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from limen.policy import discovery
from limen.records.subjects import Column, Detail, Part, SubjectTable

METADATA = """# METADATA
# title: The wire is sealed
# description: An item on a wire has a key around it.
# schemas: [{input: schema.wire}]
# custom:
#   id: transit.mine
#   subject: wire
#   severity: high
#   confidence: certain
#   controls: ["nist-800-53r5:SC-8"]
#   remediation: Seal it.
#   parameters:
#     mine_depth: {type: integer, stricter: higher}
#   not_applicable: the flow stays within a zone
#   checks:
#     depth:
#       path: depth
#       message: "{actual} keys are around it; {required} are required"
package limen.rules.transit.mine
"""
BODY = """
import data.limen.parameters

applicable := input.crossing

checks["depth"] := {
	"holds": input.depth >= parameters.mine_depth,
	"actual": input.depth,
	"required": parameters.mine_depth,
}
"""


def write_rule(folder: Path, text: str = METADATA + BODY, category: str = "transit", rule: str = "mine") -> Path:
    """Write a rule of the user's own and return its file."""
    place = folder / "rules" / category / rule
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{rule}.rego"
    path.write_text(text, encoding="utf-8")
    return path


def write_profile(folder: Path, text: str, name: str = "mine") -> Path:
    """Write a profile of the user's own and return its file."""
    place = folder / "profiles"
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


MY_PROFILE = "id: mine\ntitle: Mine\ndescription: Mine.\nrules: [transit.mine]\nparameters: {mine_depth: 1}\n"


def no_detail(index: int) -> Detail:
    """Return a detail that says only which subject it is."""
    return Detail(
        path=("flows", f"flow-{index}"), title=f"flow {index}", crossing=f"flow-{index}", peers=("one", "two")
    )


def table(
    kind: str,
    subjects: Sequence[Mapping[str, Any]],
    *,
    assumed: Mapping[int, str] | None = None,
    details: Any = no_detail,
) -> SubjectTable:
    """Return a table of subjects given as plain inputs; equal inputs share a shape."""
    shapes: dict[bytes, int] = {}
    codes = array("I")
    for subject in subjects:
        codes.append(shapes.setdefault(msgspec.json.encode(subject, order="sorted"), len(shapes)))
    inputs = [msgspec.json.decode(text) for text in shapes]
    columns = {}
    for field in sorted({field for given in inputs for field in given}):
        values: dict[bytes, int] = {}
        column = array("i")
        for given in inputs:
            text = msgspec.json.encode(given[field]) if field in given else None
            column.append(-1 if text is None else values.setdefault(text, len(values)))
        columns[field] = Column(column, list(values))
    flows = sorted(set((assumed or {}).values()))
    return SubjectTable(
        kind=kind,
        shapes=codes,
        columns=columns,
        shape_count=len(inputs),
        identity=(Part(array("i", range(len(subjects))), [f"s{index}" for index in range(len(subjects))]),),
        assumed=array("i", [flows.index(assumed[i]) if i in assumed else -1 for i in range(len(subjects))])
        if assumed
        else None,
        assumed_flows=flows,
        details=details,
    )


class FixedEngine:
    """An engine that answers from a function of job and input: the protocol without a process."""

    version = "fixed"

    def __init__(self, answer: Any) -> None:
        self.answer_one = answer
        self.asked: list[tuple[str, bytes]] = []
        self.ahead: list[Any] = []

    def prepare(self, jobs: Any) -> None:
        """Nothing to load."""

    def ask(self, queries: Any) -> None:
        """Keep what is asked ahead."""
        self.ahead += queries

    def answer(self, queries: Any = ()) -> Iterator[list[Any]]:
        """Answer each query."""
        ahead, self.ahead = self.ahead, []
        for query in (*ahead, *queries):
            self.asked += [(query.job, text) for text in query.inputs]
            yield [self.answer_one(query.job, msgspec.json.decode(text)) for text in query.inputs]


def parameter_values(parameter: Any) -> Any:
    """Return a plausible value of a parameter's type, as rules see it."""
    scalars = {"integer": 1, "duration": 86_400, "tls_version": 12, "date": 20300101, "boolean": True, "string": "x"}
    if parameter.type == "strings":
        return ["AES-256-GCM", "actor", "phi", "regulatory"]
    if parameter.type.endswith("_table"):
        return {
            "AES-256": scalars[parameter.scalar],
            "FIPS 140-3": scalars[parameter.scalar],
            "phi": scalars[parameter.scalar],
        }
    return scalars[parameter.scalar]


def everything(catalog: Any, **entries: Any) -> Any:
    """Return a selection of every rule, with plausible parameters; `entries` replace those of the catalog."""
    import datetime

    from limen.policy.selection import Selection
    from limen.records.rules import SelectedRule

    chosen = dict(catalog.entries) | {name.replace("__", "."): entry for name, entry in entries.items()}
    rules = {
        rule_id: SelectedRule(
            rule=entry.rule,
            parameters={name: parameter_values(parameter) for name, parameter in entry.parameters.items()},
            profiles=("all",),
        )
        for rule_id, entry in chosen.items()
    }
    return Selection(
        rules=rules,
        entries=chosen,
        profiles=("all",),
        requires=(),
        claims=(),
        controls={},
        deviations=(),
        attested_waivers=False,
        as_of=datetime.date(2026, 1, 1),
    )


def shipped() -> tuple[list[discovery.Module], dict[str, discovery.Module]]:
    """Return the shipped rules, and the libraries by name."""
    problems: list[Any] = []
    places = discovery.sources(())
    rules = discovery.rules(places, problems)
    libraries = {module.id: module for module in discovery.libraries(places, problems)}
    assert not problems
    return rules, libraries
