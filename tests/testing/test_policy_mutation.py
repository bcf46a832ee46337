"""Whether a rule's tests notice its mutants: a gap is named with its place, and nothing is taken for killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from limen.errors import PolicyError, UsageError
from limen.policy.catalog import load_catalog
from limen.testing.policy_exclusions import FILE, exclusions
from limen.testing.policy_killing import Killing
from limen.testing.policy_loading import load, types
from limen.testing.policy_mutants import mutants
from limen.testing.policy_results import TargetResult
from limen.testing.policy_targets import bench, names
from tests.policy.bundles import files, packed
from tests.policy.support import BODY, METADATA
from tests.testing.policies import (
    COLUMN,
    CONFORMING,
    EQUAL,
    HEAD,
    INSIDE,
    LINE,
    THOROUGH,
    VIOLATING,
    mine,
    mutated,
    write,
)


def survivors(result: TargetResult) -> set[tuple[str, str]]:
    """Return before and after of the mutants that survived."""
    return {(outcome.before, outcome.after) for outcome in result.survivors}


def test_a_well_tested_rule_has_no_survivor(tmp_path: Path) -> None:
    (result,) = mutated(write(tmp_path)).targets
    assert (result.target, result.problem, survivors(result)) == ("transit.mine", "", set())
    assert result.count("killed") == result.judged > 10


def test_a_gap_is_named_with_its_place(tmp_path: Path) -> None:
    found = mutated(write(tmp_path, HEAD + CONFORMING + VIOLATING + INSIDE))
    (survivor,) = found.targets[0].survivors
    assert survivor.file == f"{tmp_path.as_posix()}/rules/transit/mine/mine.rego"
    assert (survivor.line, survivor.column) == (LINE, COLUMN)
    assert (survivor.operator, survivor.before, survivor.after) == (
        "bend",
        "input.depth >= parameters.mine_depth",
        "input.depth > parameters.mine_depth",
    )
    assert found.score is not None
    assert found.score == 100 * (found.judged - 1) / found.judged < 100


def test_a_test_that_looks_at_nothing_kills_nothing(tmp_path: Path) -> None:
    found = mutated(write(tmp_path, HEAD + "\ntest_nothing if subject.depth == 2\n"))
    assert found.score == 0
    assert found.count("survived") == found.judged > 10


def test_a_branch_that_no_test_takes_survives(tmp_path: Path) -> None:
    (result,) = mutated(write(tmp_path, HEAD + CONFORMING + EQUAL + VIOLATING)).targets
    assert survivors(result) == {("input.crossing", "(input.crossing) == (input.crossing)")}


def test_what_the_linter_refuses_is_no_kill(tmp_path: Path) -> None:
    (result,) = mutated(write(tmp_path)).targets
    refused = {outcome.before: outcome.reason for outcome in result.outcomes if outcome.fate == "refused"}
    assert refused['"actual": input.depth,'] == "the message names {actual}, which the head does not give"
    assert refused["applicable := input.crossing"] == "the module does not define `applicable`"
    assert result.judged == len(result.outcomes) - len(refused)


def test_a_rule_without_tests_is_not_judged(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "rules" / "transit" / "mine" / "mine_test.rego").unlink()
    found = mutated(tmp_path)
    assert found.targets[0].problem == "it has no tests"
    assert (found.score, found.judged) == (None, 0)


def test_tests_that_fail_as_it_is_teach_nothing(tmp_path: Path) -> None:
    found = mutated(write(tmp_path, THOROUGH + "\ntest_wrong if decide(subject).applicable == false\n"))
    file = f"{tmp_path.as_posix()}/rules/transit/mine/mine.rego"
    assert found.targets[0].problem == f"the tests of {file} do not pass before anything is changed"
    assert found.score is None


SLOW = BODY.replace(
    '"holds": input.depth >= parameters.mine_depth',
    '"holds": count({[a, b, c, d, e] | some a in names; a in parameters.mine_words; some b in names; some c in names;'
    " some d in names; some e in names}) == 0",
).replace("}\n", "} if {\n\tnames := input.label.compartments\n}\n")
MANY = "[" + ", ".join(f'"{number}"' for number in range(60)) + "]"


def test_a_mutant_that_never_ends_is_killed_by_the_clock(tmp_path: Path) -> None:
    """Without the condition in the middle, 60 to the power of 5 combinations are looked at."""
    metadata = METADATA.replace("#   not_appl", "#     mine_words: {type: strings, stricter: more}\n#   not_appl")
    tests = HEAD.replace('"compartments": ["phi"]', f'"compartments": {MANY}').replace(
        '{"mine_depth": 2}', '{"mine_depth": 2, "mine_words": ["phi"]}'
    )
    tests += '\ntest_none if decide(subject).checks.depth == {"holds": true, "actual": 2, "required": 2}\n'
    (result,) = mutated(write(tmp_path, tests, SLOW, metadata), deadline=2).targets
    slow = {(outcome.operator, outcome.after) for outcome in result.outcomes if outcome.fate == "timeout"}
    assert slow == {("negate", "(a in parameters.mine_words) == false")}
    killed = {outcome.after for outcome in result.outcomes if outcome.fate == "killed"}
    assert any(after.endswith("!= 0") for after in killed)


def test_an_engine_that_is_lost_by_chance_kills_no_mutant(tmp_path: Path) -> None:
    """Each mutant is asked for once more, alone: what ended the process was none of them."""
    ready, target = mine(write(tmp_path, HEAD + CONFORMING))
    with Killing(10.0) as killing:
        assert killing.failing(target) == ""
        sound = load(mutants(target.name, target.tree, types(target, ready), ready.functions), target, ready).sound
        before = killing.fates(target, sound)
        assert {"survived", "killed"} == set(before.values())
        os.kill(killing._engine._child.pid, signal.SIGKILL)
        assert killing.fates(target, sound) == before


def test_a_library_is_tested_by_its_callers_too(tmp_path: Path) -> None:
    """A user's own library without tests of its own: the rule that calls it has some."""
    body = BODY.replace("import data.limen.p", "import data.limen.lib.mine_lib\nimport data.limen.p").replace(
        "input.depth >= parameters.mine_depth", "mine_lib.enough(input.depth, parameters.mine_depth)"
    )
    write(tmp_path, HEAD + CONFORMING + VIOLATING + INSIDE, body)
    library = tmp_path / "lib" / "mine_lib.rego"
    library.parent.mkdir()
    library.write_text("package limen.lib.mine_lib\n\nenough(given, required) := given >= required\n", encoding="utf-8")
    (result,) = mutated(tmp_path, "lib.mine_lib").targets
    assert survivors(result) == {("given >= required", "given > required")}
    assert {outcome.after for outcome in result.outcomes if outcome.fate == "killed"} >= {
        "given < required",
        "(given >= required) != (given >= required)",
    }


def test_side_by_side_is_as_one_after_the_other(tmp_path: Path) -> None:
    write(tmp_path, HEAD + CONFORMING)
    chosen = ("transit.mine", "transit.pinned", "rest.encrypted", "lib.dates")
    assert mutated(tmp_path, *chosen, jobs=4).targets == mutated(tmp_path, *chosen).targets


def test_a_run_goes_on_where_it_was(tmp_path: Path) -> None:
    write(tmp_path)
    chosen = ("transit.mine", "transit.pinned")
    first = mutated(tmp_path, *chosen)
    journal = tmp_path / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    assert len(lines) == 2
    told = b"".join(line.replace(b'"killed"', b'"survived"') for line in lines)  # to see that it is believed
    journal.write_bytes(told + b'{"target":"transit.cut')
    again = mutated(tmp_path, *chosen, resume=True)
    assert [result.target for result in again.targets] == [result.target for result in first.targets]
    assert again.count("killed") == 0
    assert again.judged == first.judged


def test_what_has_changed_is_judged_anew(tmp_path: Path) -> None:
    write(tmp_path, HEAD + CONFORMING)
    chosen = ("transit.mine", "transit.pinned")
    assert mutated(tmp_path, *chosen).count("survived") > 0
    write(tmp_path)
    journal = tmp_path / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"refused"', b'"survived"'))
    again = {result.target: result for result in mutated(tmp_path, *chosen, resume=True).targets}
    assert again["transit.mine"].survivors == ()
    assert again["transit.mine"].count("refused") > 0
    assert again["transit.pinned"].count("refused") == 0  # as the journal says


def test_a_damaged_journal_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "journal.jsonl").write_text("not of ours\n", encoding="utf-8")
    with pytest.raises(UsageError, match="it is damaged, or no journal"):
        mutated(tmp_path, resume=True)


def excluded(folder: Path, name: str, before: str, after: str) -> None:
    text = (
        f"mutants:\n  - id: {name}\n    before: {before}\n    after: {after}\n    proof: It is the same everywhere.\n"
    )
    (folder / FILE).write_text(text, encoding="utf-8")


GAP = ("input.depth >= parameters.mine_depth", "input.depth > parameters.mine_depth")


def gap(folder: Path) -> str:
    """Return the id of the mutant at the boundary."""
    (result,) = mutated(folder).targets
    return next(outcome.id for outcome in result.outcomes if (outcome.before, outcome.after) == GAP)


def test_a_proved_equivalent_is_not_counted(tmp_path: Path) -> None:
    write(tmp_path, HEAD + CONFORMING + VIOLATING + INSIDE)
    name = gap(tmp_path)
    excluded(tmp_path, name, *GAP)
    found = mutated(tmp_path)
    (outcome,) = (one for one in found.targets[0].outcomes if one.fate == "equivalent")
    assert (outcome.id, outcome.reason) == (name, "It is the same everywhere.")
    assert found.score == 100
    assert exclusions(load_catalog((tmp_path,))).stale(found.targets) == []


def test_a_bundle_brings_its_own_exclusions(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    write(folder, HEAD + CONFORMING + VIOLATING + INSIDE)
    name = gap(folder)
    excluded(folder, name, *GAP)
    (folder / "journal.jsonl").unlink()
    held = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files(folder)}
    catalog = load_catalog((packed(tmp_path / "mine.tar.gz", held),))
    assert set(exclusions(catalog).proofs) > {name}
    assert str(exclusions(catalog).places[name]) == f"{tmp_path.as_posix()}/mine.tar.gz/{FILE}:2:9"


def test_an_exclusion_of_what_a_test_kills_is_refused(tmp_path: Path) -> None:
    write(tmp_path)
    name = gap(tmp_path)
    excluded(tmp_path, name, *GAP)
    found = mutated(tmp_path)
    assert found.count("equivalent") == 0
    (problem,) = exclusions(load_catalog((tmp_path,))).stale(found.targets)
    assert problem.message == f"{name} is not equivalent: it is killed"
    assert str(problem.location) == f"{tmp_path.as_posix()}/{FILE}:2:9"


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (GAP[1], "there is no mutant transit.mine/checks.depth/bend/0123456789"),
        ("input.depth < 0", "is another mutant"),
    ],
)
def test_an_exclusion_of_another_mutant_is_refused(after: str, said: str, tmp_path: Path) -> None:
    write(tmp_path, HEAD + CONFORMING + VIOLATING + INSIDE)
    name = "transit.mine/checks.depth/bend/0123456789" if after == GAP[1] else gap(tmp_path)
    excluded(tmp_path, name, GAP[0], after)
    (problem,) = exclusions(load_catalog((tmp_path,))).stale(mutated(tmp_path).targets)
    assert said in problem.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mutants: [{id: transit.mine, before: a, after: b, proof: It is the same everywhere.}]\n", "does not match"),
        ("mutants: [{id: a.b/c/bend/0123456789, before: a, after: b, proof: because}]\n", "too short"),
        ("mutants: [{id: a.b/c/bend/0123456789, before: a, after: b}]\n", "'proof' is a required property"),
        ("mutants:\n" + "  - {id: a.b/c/bend/0123456789, before: a, after: b, proof: It is the same everywhere.}\n" * 2,
         "is excluded twice"),
    ],
)  # fmt: skip
def test_an_exclusion_without_proof_is_refused(text: str, said: str, tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=said):
        exclusions(load_catalog((tmp_path,)))


def test_every_rule_and_library_can_be_chosen(tmp_path: Path) -> None:
    catalog = load_catalog((write(tmp_path),))
    assert {"transit.mine", "transit.tls_minimum", "lib.sets"} <= set(names(catalog))
    assert [target.name for target in bench(catalog).targets] == list(names(catalog))


def test_a_target_is_read_with_no_more_than_it_needs(tmp_path: Path) -> None:
    ready, target = mine(write(tmp_path))
    assert (list(ready.rules), target.callers) == (["transit.mine"], ("transit.mine",))
