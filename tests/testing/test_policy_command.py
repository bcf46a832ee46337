"""`limen mutate policy`: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from limen.testing.policy_exclusions import FILE
from tests.cli.support import Said, limen
from tests.testing.policies import COLUMN, CONFORMING, HEAD, INSIDE, LINE, THOROUGH, VIOLATING, write

Capsys = pytest.CaptureFixture[str]
GAP = HEAD + CONFORMING + VIOLATING + INSIDE


@pytest.fixture
def mutate(tmp_path: Path, capsys: Capsys, monkeypatch: pytest.MonkeyPatch):
    """Mutate the rule transit.mine of a folder of the user's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str, tests: str = THOROUGH) -> Said:
        write(Path("mine"), tests)
        return limen(capsys, "mutate", "policy", "--policies", "mine", *arguments)

    Path("mine").mkdir()
    return run


def test_a_reached_score(mutate) -> None:
    said = mutate("--rule", "transit.mine", "--partial")
    assert (said.code, said.err) == (0, "")
    first, second, third = said.out.splitlines()
    assert first.startswith("100.0 %: ")
    assert first.endswith(" are killed, 0 survived; 95 % required")
    assert second.startswith("not counted: ")
    assert third == "partial: not every rule was mutated"


def test_a_part_is_never_taken_for_the_whole(mutate) -> None:
    assert mutate("--rule", "transit.mine").code == 3


def test_a_survivor_is_shown_with_its_place(mutate) -> None:
    said = mutate("--rule", "transit.mine", tests=GAP)
    assert said.code == 1
    assert said.out.splitlines()[1:4] == [
        f"  mine/rules/transit/mine/mine.rego:{LINE}:{COLUMN}: bend",
        "    - input.depth >= parameters.mine_depth",
        "    + input.depth > parameters.mine_depth",
    ]


def test_the_least_score_is_the_users_choice(mutate) -> None:
    assert mutate("--rule", "transit.mine", "--partial", "--at-least", "90", tests=GAP).code == 0
    assert mutate("--rule", "transit.mine", "--partial", "--at-least", "100", tests=GAP).code == 1


def test_a_rule_that_could_not_be_judged_gates(mutate) -> None:
    said = mutate("--rule", "transit.mine", "--partial", tests=HEAD + "\ntest_wrong if subject.depth == 1\n")
    assert said.code == 3
    assert said.out.startswith("NOT JUDGED transit.mine: the tests of mine/rules/transit/mine/mine.rego do not pass")


def test_json_names_every_mutant(mutate) -> None:
    said = mutate("--rule", "transit.mine", "-f", "json", tests=GAP)
    data = json.loads(said.out)
    (rule,) = data["rules"]
    assert (data["partial"], data["at_least"], data["survived"], rule["rule"]) == (True, 95, 1, "transit.mine")
    assert data["killed"] + data["survived"] + data["refused"] == len(rule["mutants"])
    (survivor,) = (mutant for mutant in rule["mutants"] if mutant["fate"] == "survived")
    assert survivor["id"].startswith("transit.mine/checks.depth/bend/")
    assert (survivor["line"], survivor["column"]) == (LINE, COLUMN)


def test_verbose_lists_every_rule_and_proof(mutate) -> None:
    first = mutate("--rule", "transit.mine", "-f", "json", tests=GAP)
    (survivor,) = (one for one in json.loads(first.out)["rules"][0]["mutants"] if one["fate"] == "survived")
    proof = "".join(f"    {name}: {survivor[name]}\n" for name in ("before", "after"))
    Path("mine", FILE).write_text(
        f"mutants:\n  - id: {survivor['id']}\n{proof}    proof: Nothing is equal here, ever.\n"
    )
    said = mutate("--rule", "transit.mine", "-v", tests=GAP)
    assert said.code == 3
    assert (
        said.out.splitlines()[1]
        == f"  mine/rules/transit/mine/mine.rego:{LINE}:{COLUMN}: equivalent: Nothing is equal here, ever."
    )


def test_an_exclusion_that_has_become_wrong_is_bad_input(mutate) -> None:
    text = "mutants:\n  - id: transit.mine/checks.depth/bend/0123456789\n    before: a\n    after: b\n"
    Path("mine", FILE).write_text(f"{text}    proof: It is the same everywhere.\n", encoding="utf-8")
    said = mutate("--rule", "transit.mine", "--partial")
    assert said.code == 2
    assert f"mine/{FILE}:2:9: error: there is no mutant transit.mine/checks.depth/bend/0123456789" in said.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rule", "transit.mien"), 'did you mean "transit.mine"?'),
        (("--at-least", "101"), "expected 0 to 100"),
        (("--at-least", "nan"), "is no number"),
        (("--jobs", "0"), "expected 1 to 64"),
        (("--deadline", "0"), "more than 0"),
    ],
)
def test_what_can_not_be_meant_is_refused(arguments: tuple[str, ...], said: str, mutate) -> None:
    run = mutate(*arguments)
    assert run.code == 2
    assert said in run.err


def test_the_journal_goes_when_all_is_done(mutate) -> None:
    mutate("--rule", "transit.mine")
    assert not Path(".limen").exists()


def test_a_journal_that_can_not_be_written_is_said(mutate) -> None:
    Path(".limen").write_text("a file")
    said = mutate("--rule", "transit.mine")
    assert said.code == 2
    assert "the journal .limen/mutate-policy.jsonl can't be used" in said.err
