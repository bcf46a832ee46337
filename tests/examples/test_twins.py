"""Each violating twin: exactly the expected findings, each where its defect is, with a witness that can be replayed."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from limen.assess import Assessed, Request, assess
from limen.records.assessment import Finding
from tests.cli.support import limen
from tests.examples.replay import replay

EXAMPLES = Path(__file__).parents[2] / "examples"
DOMAINS = ("trial-platform", "serialization", "pharmacy-network")


class Place(NamedTuple):
    """The part of a declaration that a defect was planted in."""

    section: str
    name: str
    """The entry's name or id; empty where the section is one thing."""
    lines: range


def _twin(domain: str) -> Path:
    return EXAMPLES / domain / "violating" / "boundaries.yaml"


@cache
def _assessed(domain: str) -> Assessed:
    return assess(Request(path=_twin(domain)))


@cache
def _expected(domain: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((_twin(domain).parent / "expected-findings.json").read_text("utf-8"))
    return rows


def _id(row: dict[str, Any]) -> str:
    return f"{row['rule']}::{row['subject']}::{row['path']}"


def _underlined(finding: Finding) -> str:
    at = finding.location
    return at.excerpt[at.column - 1 : at.column - 1 + at.length]


@cache
def _defects(domain: str) -> dict[int, Place]:
    """Return where each defect is: the entry around the line that follows its comment."""
    text = _twin(domain).read_text("utf-8")
    lines = text.splitlines()
    places = _places(text)
    found = {}
    for number, line in enumerate(lines, 1):
        if mark := re.search(r"# DEFECT (\d+)", line):
            after = next(n for n in range(number + 1, len(lines) + 1) if not lines[n - 1].lstrip().startswith("#"))
            (found[int(mark[1])],) = [place for place in places if after in place.lines]
    return found


def _places(text: str) -> list[Place]:
    """Return the entries of all sections, and the sections that have none, with the lines on which they are."""
    root = yaml.compose(text, yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)
    found = []
    for key, value in root.value:
        section = key.value
        if section in ("separation_of_duties", "system", "secrets", "incident_response", "verification"):
            found.append(Place(section, "", range(key.start_mark.line + 1, _end(value) + 1)))
        elif isinstance(value, yaml.MappingNode):
            found += [
                Place(section, name.value, range(name.start_mark.line + 1, _end(entry) + 1))
                for name, entry in value.value
            ]
        elif isinstance(value, yaml.SequenceNode) and section in ("flows", "transfers", "assertions"):
            for entry in value.value:
                name = next(field.value for label, field in entry.value if label.value == "id")
                found.append(Place(section, name, range(entry.start_mark.line + 1, _end(entry) + 1)))
    return found


def _end(node: yaml.Node) -> int:
    """Return the last line of a node; a block's end mark stands where the next one starts."""
    block = isinstance(node, yaml.CollectionNode) and not node.flow_style
    return node.end_mark.line + (not block)


ROWS = [pytest.param(domain, row, id=f"{domain}-{_id(row)}") for domain in DOMAINS for row in _expected(domain)]


@pytest.mark.parametrize("domain", DOMAINS)
def test_exactly_the_expected_findings(domain: str) -> None:
    """No finding is missing and none is there besides, and each underlines what it is about."""
    found = {finding.id: (finding.status, _underlined(finding)) for finding in _assessed(domain).assessment.findings}
    assert found == {_id(row): (row["status"], row["at"]) for row in _expected(domain)}
    assert len(found) == len(_assessed(domain).assessment.findings)


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_defect_is_found(domain: str) -> None:
    """Each planted defect has a finding of its own, and each finding belongs to a defect."""
    direct = {row["defect"] for row in _expected(domain) if "because" not in row}
    assert direct == _defects(domain).keys()
    assert {row["defect"] for row in _expected(domain)} == direct


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_conforming_variant_has_none(domain: str) -> None:
    """The same system without the defects conforms, and nothing in it stays unjudged."""
    assessment = assess(Request(path=EXAMPLES / domain / "boundaries.yaml")).assessment
    assert not [finding.id for finding in assessment.findings]
    assert assessment.verdict().startswith("conforms as declared")


@pytest.mark.parametrize(("domain", "row"), ROWS)
def test_explain(domain: str, row: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """`limen explain` shows the finding, its place, all steps of its witness, and where the defect is."""
    (finding,) = [finding for finding in _assessed(domain).assessment.findings if finding.id == _id(row)]
    said = limen(capsys, "explain", finding.id, _twin(domain))
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0].startswith(finding.id)
    at = finding.location
    assert any(re.match(rf"at \S*boundaries\.yaml:{at.line}:{at.column}\b", line) for line in lines)
    assert f"fix: {finding.remediation}" in lines
    for number, step in enumerate(finding.witness, 1):
        (told,) = [line for line in lines if line.startswith(f"  {number}. ")]
        assert step.component in told
        assert step.flow in told
    place = _defects(domain)[row["defect"]]
    before_the_rule = said.out.partition("\nrule ")[0]
    named = bool(place.name) and re.search(rf"(?<![\w-]){re.escape(place.name)}(?![\w-])", before_the_rule)
    assert at.line in place.lines or named or "because" in row


@pytest.mark.parametrize(("domain", "row"), ROWS)
def test_the_witness_can_be_replayed(domain: str, row: dict[str, Any]) -> None:
    """Each step follows from the one before by the declaration alone, and the last is at the subject."""
    (finding,) = [finding for finding in _assessed(domain).assessment.findings if finding.id == _id(row)]
    if not finding.witness:
        assert finding.subject.partition(":")[0] not in {"exposure", "wire", "assertion", "path"}
        return
    declaration = _assessed(domain).loaded.declaration
    end = replay(finding.witness, declaration)
    kind, _, name = finding.subject.partition(":")
    if kind == "wire":
        (flow,) = [flow for flow in declaration.flows if flow.id == name.split("/")[0]]
        assert end in {flow.source, flow.target}
    elif kind == "assertion":
        (assertion,) = [one for one in declaration.assertions if one.id == name]
        assert assertion.never.reaches in {end, declaration.components[end].zone}
    else:
        assert end == name.split("/")[0]
