"""What holds for every shipped rule, whatever the system: random ones, and the twins that violate on purpose."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.errors import DeclarationError
from limen.loading import load
from limen.loading.declared import declared
from limen.testing.declaration_mutants import mutated
from limen.testing.strategies.malformed import Malformed, malformed_systems
from limen.testing.strategies.systems import System, base_system, is_valid, systems, text_of
from limen.testing.strategies.weakenings import Weakened, weakened_systems, weakenings
from tests.needs import REPOSITORY
from tests.properties.judging import GATING, Judge, Judged, shipped_judge
from tests.properties.rewriting import IDENTIFIED, NAMED, names_of, renamed, renamed_subject, reordered
from tests.reference import reference_text

pytestmark = pytest.mark.xdist_group("properties")  # one engine, and what it judged is remembered

FEW = settings(max_examples=25)
FEWER = settings(max_examples=12)  # a renamed system is a new one to the judge, so nothing is remembered
TWINS = sorted(REPOSITORY.glob("examples/*/violating/boundaries.yaml"))
ELSEWHERE = {
    "keys": {"rest", "transit", "audit", "classification", "tenancy", "signatures", "processing"},
    "access": {"identity"},
    "operations": {"transit", "tenancy", "rest", "processing", "audit", "retention", "keys"},
}
"""Where a finding goes on that is gone from its category: what a key is held to follows from its uses, so a use that is
gone is missed where it was; a credential that is no longer asked for is missed by identity; what is no longer claimed
needs no probe, and is missed where it was claimed."""


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with shipped_judge() as found:
        yield found


@cache
def _twin(path: Path) -> str:
    return json.dumps(declared(path))


def hidden(before: Judged, after: Judged) -> list[str]:
    """Return each finding that a weakening made go away without another in its place."""
    new = {rule.partition(".")[0] for rule, _ in after.gating() - before.gating()}
    found = []
    for rule, subject in sorted(before.failing()):
        status = after.statuses.get((rule, subject), "gone")
        category = rule.partition(".")[0]
        if status not in GATING and not new & {category, *ELSEWHERE.get(category, ())}:
            found.append(f"{rule}::{subject} is {status}")
    return found


def test_the_base_conforms_and_has_subjects_for_nearly_all_rules(judge: Judge) -> None:
    judged = judge.judge(base_system())
    applied = {rule for (rule, _), status in judged.statuses.items() if status != "not_applicable"}
    assert is_valid(base_system())
    assert len(applied) > 0.8 * sum(map(len, judge.rules.values()))


@FEW
@given(weakened=weakened_systems())
def test_a_weakening_hides_no_finding(judge: Judge, weakened: Weakened) -> None:
    gone = hidden(judge.judge(weakened.system), judge.judge(weakened.weakened))
    assert gone == [], f"{weakened.change.path} {weakened.change.words}"


@pytest.mark.parametrize("path", TWINS, ids=lambda path: path.parent.parent.name)
def test_a_weakening_of_a_violating_twin_hides_no_finding(judge: Judge, path: Path) -> None:
    system = json.loads(_twin(path))
    before = judge.judge(system)
    assert before.failing()
    changes = weakenings(system)
    chosen = changes if len(changes) < 25 else random.Random(7).sample(changes, 25)  # the same ones in every run
    hiding = {}
    for change in chosen:
        weakened = mutated(system, change)
        if is_valid(weakened) and (gone := hidden(before, judge.judge(weakened))):
            hiding[change.path, change.words] = gone
    assert hiding == {}


@FEWER
@given(system=systems(), order=st.randoms(use_true_random=False))
def test_an_order_changes_no_verdict(judge: Judge, system: System, order: random.Random) -> None:
    changed = reordered(system, lambda values: order.sample(values, len(values)))
    assert judge.judge(changed).statuses == judge.judge(system).statuses


@FEWER
@given(system=systems(), order=st.randoms(use_true_random=False))
def test_names_change_no_verdict(judge: Judge, system: System, order: random.Random) -> None:
    _same_under_other_names(judge, system, order)


@pytest.mark.parametrize("path", TWINS, ids=lambda path: path.parent.parent.name)
def test_order_and_names_change_no_verdict_on_a_twin(judge: Judge, path: Path) -> None:
    system, order = json.loads(_twin(path)), random.Random(7)
    before = judge.judge(system)
    changed = reordered(system, lambda values: order.sample(values, len(values)))
    assert judge.judge(changed).statuses == before.statuses
    _same_under_other_names(judge, system, order)


def test_order_and_names_change_no_verdict_on_the_reference(judge: Judge) -> None:
    system, order = json.loads(reference_text()), random.Random(7)
    changed = reordered(system, lambda values: order.sample(values, len(values)))
    assert judge.judge(changed).statuses == judge.judge(system).statuses
    _same_under_other_names(judge, system, order)


def _same_under_other_names(judge: Judge, system: System, order: random.Random) -> None:
    old = names_of(system)
    names = dict(zip(old, (f"q{number}" for number in order.sample(range(100, 100 + len(old)), len(old))), strict=True))
    after = judge.judge(renamed(system, names)).statuses
    before = judge.judge(system).statuses
    assert after == {(rule, renamed_subject(subject, names)): status for (rule, subject), status in before.items()}


@FEWER
@given(weakened=weakened_systems())
def test_what_a_rule_does_not_read_changes_no_decision(judge: Judge, weakened: Weakened) -> None:
    before, after = judge.judge(weakened.system), judge.judge(weakened.weakened, whole=True)
    same = {key for key, read in before.inputs.items() if after.inputs.get(key) == read}
    assert {key: after.statuses[key] for key in same} == {key: before.statuses[key] for key in same}


@FEW
@given(system=systems())
def test_no_rule_is_in_error_on_a_valid_system(judge: Judge, system: System) -> None:
    assert [key for key, status in judge.judge(system).statuses.items() if status == "error"] == []


@FEW
@given(system=systems(), data=st.data())
def test_files_change_no_verdict(
    judge: Judge, tmp_path_factory: pytest.TempPathFactory, system: System, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("files")
    away = data.draw(
        st.sets(st.sampled_from([name for name in system if name not in ("version", "system", "profiles")]))
    )
    lines = [flow for flow in system["flows"] if "flows" in away and data.draw(st.booleans())]
    parts: dict[str, Any] = {name: system[name] for name in away}
    if lines:
        parts["flows"] = [flow for flow in system["flows"] if flow not in lines]
        (folder / "more.jsonl").write_text("".join(json.dumps(flow) + "\n" for flow in lines), encoding="utf-8")
    (folder / "part.yaml").write_text(yaml.safe_dump(parts, allow_unicode=True), encoding="utf-8")
    include = ["part.*", *(["*.jsonl"] if lines else [])]
    root = {name: value for name, value in system.items() if name not in away} | {"include": include}
    path = folder / "boundaries.yaml"
    path.write_text(text_of(root), encoding="utf-8")
    assert judge.judge(load(path).declaration).statuses == judge.judge(system).statuses


@given(malformed=malformed_systems())
def test_a_malformed_system_is_refused_with_a_place(
    tmp_path_factory: pytest.TempPathFactory, malformed: Malformed
) -> None:
    path = tmp_path_factory.mktemp("malformed") / "boundaries.yaml"
    path.write_text(malformed.text, encoding="utf-8")
    with pytest.raises(DeclarationError) as raised:
        load(path)
    assert raised.value.problems, malformed.damage
    assert all(problem.location is not None for problem in raised.value.problems)


@given(system=systems())
def test_a_drawn_system_loads(tmp_path_factory: pytest.TempPathFactory, system: System) -> None:
    path = tmp_path_factory.mktemp("valid") / "boundaries.yaml"
    path.write_text(text_of(system), encoding="utf-8")
    loaded = load(path).declaration
    assert [flow.id for flow in loaded.flows] == [flow["id"] for flow in system["flows"]]
    assert set(loaded.components) == set(system.get("components", ()))


@pytest.mark.parametrize("section", IDENTIFIED)
def test_an_id_that_stands_twice_is_no_valid_system(section: str) -> None:
    system = base_system()
    assert not is_valid({**system, section: [*system[section], system[section][0]]})


def test_every_kind_of_entry_is_renamed() -> None:
    """A reference that renaming forgets would dangle, and a section that it forgets would be compared with itself."""
    old = names_of(base_system())
    names = {name: f"q-{number}" for number, name in enumerate(old)}
    changed = renamed(base_system(), names)
    assert is_valid(changed)
    assert sorted(names_of(changed)) == sorted(names.values())
    assert renamed(changed, {new: name for name, new in names.items()}) == base_system()
    assert {*NAMED, *IDENTIFIED} <= set(base_system())
