"""Core as files: held against the assessment itself, by other libraries and in the plainest way."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from limen.assess import Assessed, assess
from limen.evidence import layout
from limen.evidence.core import Core, Written, write_core
from limen.evidence.identifiers import NAMESPACE, identifier
from limen.policy.judging import UNEVALUATED
from limen.records.assessment import decoded
from limen.records.verdict import exit_code
from tests.assess.systems import OPEN, WAIVED, request, system


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Assessed:
    return assess(request(system(tmp_path_factory.mktemp("system"), broken_rule=True)))


@pytest.fixture(scope="module")
def made(assessed: Assessed, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Written]:
    folder = tmp_path_factory.mktemp("pack")
    core = Core(
        assessment=assessed.assessment,
        waivers=assessed.accepted.waivers,
        modules={rule: f"core/inputs/{rule}" for rule in assessed.assessment.decisions},
        vanished={"compared": False},
        undeclared={},
        approvals={},
        sensitivity={},
    )
    return folder, write_core(core, folder)


def records(folder: Path, name: str) -> list[dict[str, Any]]:
    content = (folder / name).read_bytes()
    assert not content or content.endswith(b"\n")
    found = [json.loads(line) for line in content.splitlines()]
    assert b"".join(rfc8785.dumps(one) + b"\n" for one in found) == content
    return found


def test_the_files_of_core_are_those_of_the_format_and_canonical(made: tuple[Path, Written]) -> None:
    folder, _ = made
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {*layout.RECORDS, *layout.DOCUMENTS}
    for name in layout.DOCUMENTS:
        content = (folder / name).read_bytes()
        assert rfc8785.dumps(json.loads(content)) == content
    for name in layout.RECORDS:
        records(folder, name)


def test_every_decision_is_two_records_in_order(assessed: Assessed, made: tuple[Path, Written]) -> None:
    folder, written = made
    assessment = assessed.assessment
    public, private = records(folder, layout.DECISIONS), records(folder, layout.DETAILS)
    decisions = list(assessment.each_decision())
    assert len(public) == len(private) == len(decisions) > 2000
    for number, (decision, said, detail) in enumerate(zip(decisions, public, private, strict=True)):
        rule = assessment.decisions[decision.rule].selected.rule
        assert said == {
            "rule": decision.rule,
            "status": decision.status,
            "severity": decision.severity,
            "controls": list(rule.controls),
            "kind": decision.kind,
        }
        assert (detail["decision"], detail["rule"], detail["subject"]) == (number, decision.rule, decision.subject)
        assert detail["id"] == str(uuid.uuid5(NAMESPACE, f"decision:serialization:{decision.id}"))
        assert [one["status"] for one in detail["results"]] == [one.status for one in decision.results]
        assert [one["actual"] for one in detail["results"]] == [decoded(one.actual) for one in decision.results]
        shown = decision.status in ("fail", "error", "not_assessed")
        witness = assessment.detail(decision).witness if shown else ()
        assert [step["component"] for step in detail["witness"]] == [step.component for step in witness]
    assert written.counts == dict.fromkeys(written.counts, 0) | Counter(one["status"] for one in public)
    assert any(detail["witness"] for detail in private)
    assert len({detail["id"] for detail in private}) == len(private)


def test_every_subject_is_there_once_with_its_input(assessed: Assessed, made: tuple[Path, Written]) -> None:
    folder, _ = made
    tables = assessed.assessment.tables
    found = records(folder, layout.SUBJECTS)
    kinds = [one["kind"] for one in found]
    assert kinds == sorted(kinds)
    for kind, table in tables.items():
        mine = [one for one in found if one["kind"] == kind]
        assert [one["subject"] for one in mine] == list(table.names())
        assert [one["input"] for one in mine] == [json.loads(table.json(index)) for index in range(table.size)]
        assert [one["id"] for one in mine] == [
            str(uuid.uuid5(NAMESPACE, f"subject:serialization:{name}")) for name in table.names()
        ]


def test_the_head_says_how_it_ended_and_nothing_of_any_subject(assessed: Assessed, made: tuple[Path, Written]) -> None:
    folder, written = made
    assessment = assessed.assessment
    head = json.loads((folder / layout.ASSESSMENT).read_bytes())
    assert head["format"] == "limen-pack-1"
    assert head["verdict"] == written.verdict == assessment.verdict()
    assert head["exit_code"] == written.exit_code == exit_code(assessment) == 1
    assert head["counts"] == written.counts
    assert head["findings"]["gaps"] == 23
    assert head["findings"]["accepted"] == 1
    assert head["population"]["flow"] == assessment.tables["flow"].size
    assert head["population"]["tls_observation"] == 0
    assert (head["withheld"], head["assessed_at"]) == (0, "2026-11-22T08:30:15Z")
    text = (folder / layout.ASSESSMENT).read_text()
    for word in ("regorus", "OPA", str(assessed.loaded.root), "epcis-repository", "line-2-events", "sha256"):
        assert word not in text
    population = head["population"]
    kinds = {one["rule"]: one["subject"] for one in records(folder, layout.RULES)}
    each = Counter(one["rule"] for one in records(folder, layout.DECISIONS))
    assert {rule: each[rule] for rule in kinds} == {rule: population[kind] for rule, kind in kinds.items()}


def test_no_engine_speaks_in_core(made: tuple[Path, Written]) -> None:
    folder, _ = made
    reasons = {one["reason"] for one in records(folder, layout.DETAILS) if one["rule"] == "transit.differ"}
    assert reasons == {UNEVALUATED, "the flow stays within a zone"}
    messages = {one["message"] for one in records(folder, layout.FINDINGS) if one["status"] == "error"}
    assert messages == {UNEVALUATED}
    whole = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for word in (b"regorus", b"conflicts with", b"produced conflicting", b"differ.rego:"):
        assert word not in whole


def test_findings_are_those_of_the_assessment(assessed: Assessed, made: tuple[Path, Written]) -> None:
    found = records(made[0], layout.FINDINGS)
    assert [(one["rule"], one["subject"], one["path"], one["fingerprint"], one["disposition"]) for one in found] == [
        (one.rule, one.subject, one.path, one.fingerprint, one.disposition) for one in assessed.assessment.findings
    ]
    place = next(one["location"] for one in found if one["fingerprint"] == OPEN)
    assert place["file"] == "boundaries.yaml"
    assert place["line"] > 1


def test_each_waiver_says_whether_it_counted_and_why_not(made: tuple[Path, Written]) -> None:
    found = {one["fingerprint"]: one for one in records(made[0], layout.WAIVERS)}
    assert {name: one["counted"] for name, one in found.items()} == {WAIVED: True, "0" * 32: False, OPEN: False}
    assert {name: [o["rule"] for o in one["objections"]] for name, one in found.items()} == {
        WAIVED: [],
        "0" * 32: ["waiver.unmatched"],
        OPEN: ["waiver.expired", "waiver.self_approved"],
    }
    assert found[WAIVED]["attested"] is False


def test_crossings_and_notes_are_there(assessed: Assessed, made: tuple[Path, Written]) -> None:
    crossings = records(made[0], layout.CROSSINGS)
    assert [one["flow"] for one in crossings] == [one.flow for one in assessed.assessment.crossings]
    assert [one["posture"] for one in crossings] == [one.posture for one in assessed.assessment.crossings]
    assert json.loads((made[0] / layout.NOTES).read_bytes()) == list(assessed.assessment.notes)


def test_a_file_that_is_there_is_never_written_over(assessed: Assessed, made: tuple[Path, Written]) -> None:
    core = Core(
        assessment=assessed.assessment,
        waivers=None,
        modules=dict.fromkeys(assessed.assessment.decisions, ""),
        vanished={},
        undeclared={},
        approvals={},
        sensitivity={},
    )
    with pytest.raises(FileExistsError):
        write_core(core, made[0])


def test_assumed_subjects_are_decided_as_the_assessment_decides_them(tmp_path: Path) -> None:
    folder = system(tmp_path / "system")
    text = (folder / "boundaries.yaml").read_text()
    lines = [line for line in text.splitlines() if not line.strip().startswith("carries:")]
    assert len(lines) < len(text.splitlines())
    (folder / "boundaries.yaml").write_text("\n".join(lines))
    found = assess(msgspec.structs.replace(request(folder), waivers=None)).assessment
    assert any(table.assumed is not None and max(table.assumed, default=-1) >= 0 for table in found.tables.values())
    core = Core(
        assessment=found, waivers=None, modules=dict.fromkeys(found.decisions, ""), vanished={}, undeclared={},
        approvals={}, sensitivity={},
    )  # fmt: skip
    write_core(core, tmp_path / "pack")
    said = [one["status"] for one in records(tmp_path / "pack", layout.DECISIONS)]
    assert said == [one.status for one in found.each_decision()]


@given(st.text())
def test_ids_are_uuids_of_version_5(text: str) -> None:
    if any(0xD800 <= ord(letter) < 0xE000 for letter in text):
        return
    assert identifier(text) == str(uuid.uuid5(NAMESPACE, text))
