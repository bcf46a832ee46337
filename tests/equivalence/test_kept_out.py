"""Everything on which engines differ is refused at load, with its place: a divergent rule never runs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from limen.errors import PolicyError, Problem
from limen.policy.catalog import load_catalog
from limen.policy.parameters import LARGEST, Parameter
from tests.equivalence.divergences import Construct, listed
from tests.policy.support import BODY, METADATA, write_rule

SOUND = "applicable := input.crossing"
REFUSED = [construct for construct in listed() if construct.kept_out == "linter"]


class Written(NamedTuple):
    """A rule that differs from the sound one in one place."""

    old: str
    new: str

    @property
    def text(self) -> str:
        return METADATA + BODY.replace(self.old, self.new)

    @property
    def lines(self) -> range:
        """The lines that are its own."""
        first = self.text[: self.text.index(self.new)].count("\n") + 1
        return range(first, first + self.new.count("\n") + 1)


def refusals(folder: Path, rules: dict[str, Written]) -> dict[str, list[Problem]]:
    """Return what the linter says of each rule; they are the user's own, and all are read at once."""
    names = {f"mine_{number}": name for number, name in enumerate(rules)}
    for rule, name in names.items():
        write_rule(folder, rules[name].text.replace("transit.mine", f"transit.{rule}"), rule=rule)
    with pytest.raises(PolicyError) as caught:
        load_catalog((folder,))
    found: dict[str, list[Problem]] = {name: [] for name in rules}
    for problem in caught.value.problems:
        assert problem.location is not None, problem
        found[names[Path(problem.location.file).stem]].append(problem)
    return found


def refused(problems: list[Problem], rule: Written, said: str) -> bool:
    """Return whether a problem says so, at the lines that are the rule's own; any that says so must be there."""
    places = [one.location.line for one in problems if one.location and one.message.startswith(said)]
    return bool(places) and all(line in rule.lines for line in places)


@pytest.fixture(scope="module")
def of_listed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Problem]]:
    """What the linter says of each construct of the list."""
    rules = {construct.construct: Written(SOUND, construct.line) for construct in REFUSED}
    return refusals(tmp_path_factory.mktemp("listed"), rules)


@pytest.mark.parametrize("construct", REFUSED, ids=lambda construct: construct.construct.replace(" ", "-"))
def test_the_linter_refuses_what_is_listed(construct: Construct, of_listed: dict[str, list[Problem]]) -> None:
    problems = of_listed[construct.construct]
    assert refused(problems, Written(SOUND, construct.line), construct.said), problems


HOLDS = '"holds": input.depth >= parameters.mine_depth'
DIVERGENT = {
    "absent operand of in": (SOUND, "applicable := input.labelled in {true}", "an operand of `in` may be absent"),
    "absent by way of a rule": (
        SOUND,
        "applicable := true in {known}\n\nknown := input.labelled",
        "an operand of `in` may be absent",
    ),
    "absent by way of a function": (
        SOUND,
        "applicable := same(input.labelled) in [true]\n\nsame(x) := x",
        "an operand of `in` may be absent",
    ),
    "absent element": (SOUND, "applicable := 1 in [1, input.labelled]", "an operand of `in` may be absent"),
    "length of a text": (SOUND, "applicable := count(input.channel) > 3", "count takes array or set or object, not"),
    "upper case": (SOUND, 'applicable := upper(input.channel) == "TLS"', "there is no function upper"),
    "lower case": (SOUND, 'applicable := lower(input.channel) == "tls"', "there is no function lower"),
    "argument of another type": (SOUND, 'applicable := startswith(input.depth, "1")', "startswith takes string, not"),
    "elements of another type": (SOUND, "applicable := sum(input.label.compartments) > 1", "sum takes a list of"),
    "product": (SOUND, "applicable := input.depth * input.least_trust > 9", "the number can grow beyond"),
    "product by way of a function": (
        SOUND,
        "applicable := square(input.depth) > 9\n\nsquare(x) := x * x",
        "the number can grow beyond",
    ),
    "products of constants": (SOUND, "applicable := input.depth * 1000 * 1000 > 9", "the number can grow beyond"),
    "literal": (SOUND, "applicable := input.depth > 9007199254740993", "9007199254740993 is no integer that every"),
    "fraction": (SOUND, "applicable := input.depth > 1.5", "1.5 is no integer that every engine keeps exact"),
    "quotient": (SOUND, "applicable := input.depth / 2 > 1", "division makes fractions"),
    "name bound twice": (
        SOUND,
        "applicable := count(all(input.label.compartments)) > 1\n\nall(x) := [x | some x in x]",
        "'x' is taken",
    ),
    "name of a builtin": (SOUND, "applicable := big(input.depth)\n\nbig(max) := max > 1", "'max' is taken"),
    "name of the data": (SOUND, "applicable := big(input.depth)\n\nbig(data) := data > 1", "'data' is taken"),
    "elements of a written set": (
        SOUND,
        "applicable := count(both(1)) > 1\n\nboth(one) := [x | some x in {1, one}]",
        "engines go through the elements of a written set differently",
    ),
    "union within brackets": (
        SOUND,
        "applicable := count(all({1}, {2})) > 1\n\nall(a, b) := [a | b | {3}]",
        "engines read a union within brackets differently",
    ),
    "order of booleans": (SOUND, "applicable := input.crossing < true", "boolean is put in order"),
    "order of sets": (SOUND, "applicable := count(sort([{1}, {2}])) > 1", "sort takes a list of integer or string"),
    "recursion": (SOUND, "applicable := again(input.crossing)\n\nagain(x) := again(x)", "again calls itself"),
    "key given twice": (HOLDS, f'"holds": input.crossing, {HOLDS}', "the key 'holds' is given twice"),
    "lone surrogate": (SOUND, 'applicable := input.channel == "\\ud800"', "not Rego"),
    "control character": (SOUND, 'applicable := input.channel == "a\tb"', "not Rego"),
}


@pytest.fixture(scope="module")
def of_divergent(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Problem]]:
    """What the linter says of each rule that engines would judge differently."""
    rules = {name: Written(old, new) for name, (old, new, _) in DIVERGENT.items()}
    return refusals(tmp_path_factory.mktemp("divergent"), rules)


@pytest.mark.parametrize("name", DIVERGENT)
def test_a_divergent_rule_is_refused(name: str, of_divergent: dict[str, list[Problem]]) -> None:
    old, new, said = DIVERGENT[name]
    assert refused(of_divergent[name], Written(old, new), said), of_divergent[name]


EQUAL = {
    "required operand of in": "applicable := input.crossing in {true}",
    "bound operand of in": "applicable := known in {true} if known := input.labelled",
    "argument of in": "applicable := same(input.labelled)\n\nsame(x) := true in {x}",
    "sum": "applicable := sum([input.depth, input.least_trust]) + 1 > 9",
    "small factor": "applicable := input.depth * 100 - 1 > 9",
    "union": "applicable := count(all({1}, {2})) > 1\n\nall(a, b) := a | b",
    "two definitions": "applicable := deep(input.depth) < 3\n\ndeep(x) := 1 if x > 3\n\ndeep(x) := 2 if x <= 3",
}


def test_what_means_the_same_everywhere_is_accepted(tmp_path: Path) -> None:
    for number, line in enumerate(EQUAL.values()):
        text = METADATA + BODY.replace(SOUND, line)
        write_rule(tmp_path, text.replace("transit.mine", f"transit.mine_{number}"), rule=f"mine_{number}")
    found = load_catalog((tmp_path,)).entries
    assert {name for name in found if name.startswith("transit.mine_")} == {
        f"transit.mine_{number}" for number in range(len(EQUAL))
    }


def test_parameters_hold_no_integer_that_an_engine_rounds() -> None:
    parameter = Parameter(type="integer", stricter="higher")
    assert parameter.parse(LARGEST) == LARGEST
    for value in (LARGEST + 1, -LARGEST - 1):
        with pytest.raises(ValueError, match="keeps exact"):
            parameter.parse(value)
