"""Decisions through the real engine, by exact subjects; and what evil rules do to a run: never a pass."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from limen.analysis.facts import context_of
from limen.errors import InternalError, PolicyError
from limen.policy.catalog import Catalog, load_catalog
from limen.policy.decide import ASSUMED, decide, jobs_of
from limen.policy.embedded import EmbeddedEngine
from limen.policy.engine import Answer
from limen.policy.paths import CONTEXT as CONTEXT_SCHEMA
from limen.policy.selection import select
from limen.records.assessment import RuleDecisions
from limen.records.subjects import SubjectTable
from tests.policy.support import BODY, METADATA, MY_PROFILE, FixedEngine, table, write_profile, write_rule

AS_OF = datetime.date(2026, 1, 1)
CONTEXT = {"as_of": 20260101}
LABEL = {"level": 3, "compartments": ["phi"], "text": "restricted {phi}"}


def run(
    folder: Path, tables: dict[str, SubjectTable], *, deadline: float = 10, **options: Any
) -> dict[str, RuleDecisions]:
    catalog = load_catalog((folder,))
    selection = select(catalog, ["mine"], as_of=AS_OF)
    with EmbeddedEngine.start(deadline=deadline) as engine:
        engine.prepare(jobs_of(catalog, selection, CONTEXT))
        return decide(selection, tables, engine, **options)


def statuses(decided: RuleDecisions, subjects: SubjectTable) -> list[str]:
    return [decided.outcome(subjects, index).status for index in range(subjects.size)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_rule(tmp_path)
    write_profile(tmp_path, MY_PROFILE)
    return tmp_path


WIRES = table(
    "wire",
    [{"crossing": True, "depth": 2}, {"crossing": True, "depth": 0}, {"crossing": False, "depth": 0}, {"depth": 3}],
)


def test_each_subject_gets_its_own_decision(folder: Path) -> None:
    decided = run(folder, {"wire": WIRES})["transit.mine"]
    assert statuses(decided, WIRES) == ["pass", "fail", "not_applicable", "error"]
    failed = decided.outcome(WIRES, 1).results[0]
    assert (failed.path, failed.message) == ("depth", "0 keys are around it; 1 are required")
    assert decided.outcome(WIRES, 2).reason == "the flow stays within a zone"
    assert decided.outcome(WIRES, 3).reason == "`applicable` is undefined"


def test_without_sharing_it_is_the_same(folder: Path) -> None:
    shared, plain = (run(folder, {"wire": WIRES}, memo=memo)["transit.mine"] for memo in (True, False))
    for index in range(WIRES.size):
        assert shared.outcome(WIRES, index) == plain.outcome(WIRES, index)


def test_a_kind_without_subjects_is_not_applicable_and_says_so(folder: Path) -> None:
    for tables in ({}, {"wire": table("wire", [])}):
        decided = run(folder, tables)["transit.mine"]
        assert list(decided.codes) == []
        assert decided.outcomes[0].status == "not_applicable"
        assert decided.outcomes[0].reason == "there is no wire to judge"


def test_a_failure_that_rests_on_assumed_carriage_is_not_assessed(folder: Path) -> None:
    wires = table("wire", [{"crossing": True, "depth": 0}, {"crossing": True, "depth": 0}], assumed={1: "legacy"})
    decided = run(folder, {"wire": wires})["transit.mine"]
    assert statuses(decided, wires) == ["fail", "not_assessed"]
    assert ASSUMED in decided.outcome(wires, 1).results[0].message


def test_a_rule_of_conformance_is_out_of_scope_in_a_design_assessment(tmp_path: Path) -> None:
    write_rule(tmp_path, (METADATA + BODY).replace("#   not_app", "#   scope: conformance\n#   not_app"))
    write_profile(tmp_path, MY_PROFILE)
    assert statuses(run(tmp_path, {"wire": WIRES})["transit.mine"], WIRES) == ["out_of_scope"] * 4
    conformance = run(tmp_path, {"wire": WIRES}, scope="conformance")["transit.mine"]
    assert statuses(conformance, WIRES) == ["pass", "fail", "not_applicable", "error"]


def test_a_rule_reads_the_day_and_the_parameters_of_its_profile(tmp_path: Path) -> None:
    text = (METADATA + BODY).replace(
        "input.depth >= parameters.mine_depth", "data.limen.context.as_of >= parameters.mine_depth"
    )
    write_rule(tmp_path, text)
    write_profile(tmp_path, MY_PROFILE.replace("mine_depth: 1", "mine_depth: 20260102"))
    assert statuses(run(tmp_path, {"wire": WIRES})["transit.mine"], WIRES)[:2] == ["fail", "fail"]


LOOP = """count([1 |
	some i in numbers.range(1, 3000)
	some j in numbers.range(1, 3000)
	some k in numbers.range(1, 3000)
	i == j + k
]) > 0"""
SLOW = (
    "applicable if {\n\tinput.crossing\n\tsome a in parameters.mine_list\n\tsome b in parameters.mine_list\n"
    + "".join(f"\tsome {name} in parameters.mine_list\n" for name in "cdefghij")
    + "\ta == concat(b, [c, d, e, f, g, h, i, j])\n}"
)


def test_an_endless_rule_is_an_error_and_the_others_are_judged(tmp_path: Path) -> None:
    parameters = "#     mine_list: {type: strings, stricter: more}\n#   not_app"
    text = (METADATA + BODY).replace("#   not_app", parameters).replace("applicable := input.crossing", SLOW)
    write_rule(tmp_path, text)
    other = (METADATA + BODY).replace("transit.mine", "transit.other").replace("mine_depth", "other_depth")
    write_rule(tmp_path, other, rule="other")
    names = ", ".join(f"n{number}" for number in range(40))
    profile = MY_PROFILE.replace("[transit.mine]", "[transit.mine, transit.other]")
    write_profile(
        tmp_path, profile.replace("{mine_depth: 1}", f"{{mine_depth: 1, other_depth: 1, mine_list: [{names}]}}")
    )
    decided = run(tmp_path, {"wire": WIRES}, deadline=1)
    assert statuses(decided["transit.mine"], WIRES) == ["error"] * 4
    assert "no answer within 1 s" in decided["transit.mine"].outcome(WIRES, 0).reason
    assert statuses(decided["transit.other"], WIRES) == ["pass", "fail", "not_applicable", "error"]


EVIL = {
    "syntax error": ("input.crossing", "input."),
    "typo in a builtin": ("input.crossing", "cuont(input.label.compartments) > 0"),
    "misspelt path": ("input.crossing", "input.crosing"),
    "loop by a builtin that is not allowed": ("input.crossing", LOOP),
    "recursion": ("applicable := input.crossing", "applicable := f(input.crossing)\n\nf(x) := f(x)"),
}


@pytest.mark.parametrize("case", sorted(EVIL))
def test_an_evil_rule_is_refused_at_load(tmp_path: Path, case: str) -> None:
    before, after = EVIL[case]
    write_rule(tmp_path, (METADATA + BODY).replace(before, after, 1))
    write_profile(tmp_path, MY_PROFILE)
    with pytest.raises(PolicyError):
        run(tmp_path, {"wire": WIRES})


def test_an_undefined_result_is_an_error(tmp_path: Path) -> None:
    write_rule(
        tmp_path, (METADATA + BODY).replace("applicable := input.crossing", "applicable if {\n\tinput.depth > 99\n}")
    )
    write_profile(tmp_path, MY_PROFILE)
    assert statuses(run(tmp_path, {"wire": WIRES})["transit.mine"], WIRES) == ["error"] * 4


def test_conflicting_definitions_are_an_error(tmp_path: Path) -> None:
    both = "applicable := input.crossing\n\napplicable := false"
    write_rule(tmp_path, (METADATA + BODY).replace("applicable := input.crossing", both))
    write_profile(tmp_path, MY_PROFILE)
    decided = run(tmp_path, {"wire": WIRES})["transit.mine"]
    assert statuses(decided, WIRES)[:2] == ["error", "error"]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def test_an_engine_that_changes_its_mind_ends_the_run(folder: Path) -> None:
    catalog = load_catalog((folder,))
    selection = select(catalog, ["mine"], as_of=AS_OF)
    calls = iter(range(100))

    def moody(job: str, given: dict[str, Any]) -> Answer:
        holds = "true" if next(calls) < WIRES.shape_count else "false"
        return Answer(True, f'{{"applicable": true, "checks": {{"depth": {{"holds": {holds}}}}}}}')

    with pytest.raises(InternalError, match="shared and plain decisions of transit.mine differ"):
        decide(selection, {"wire": WIRES}, FixedEngine(moody))


def test_jobs_carry_only_the_rule_its_libraries_and_its_own_parameters(folder: Path) -> None:
    catalog = load_catalog((folder,))
    (job,) = jobs_of(catalog, select(catalog, ["mine"], as_of=AS_OF), CONTEXT)
    assert job.query == "data.limen.rules.transit.mine"
    assert [Path(name).name for name, _ in job.modules] == ["mine.rego"]
    assert job.data == '{"limen":{"parameters":{"mine_depth":1},"context":{"as_of":20260101}}}'


def test_the_context_that_facts_give_is_the_one_that_rules_may_read() -> None:
    given = context_of(AS_OF)
    assert set(given) == set(CONTEXT_SCHEMA["properties"])
    assert given == CONTEXT
