"""Which mutants an expression has: each operator, by what stands before and after."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.testing.policy_loading import types
from limen.testing.policy_mutants import mutants
from tests.policy.support import BODY, METADATA
from tests.testing.policies import LINE, THOROUGH, mine, write

ACTUAL = '"actual": input.depth, "required": parameters.mine_depth'
PARAMETERS = "import data.limen.parameters\n"


def changes(folder: Path, expression: str, library: str = "") -> set[tuple[str, str, str]]:
    """Return operator, before and after of each mutant of the expression that decides a check."""
    imports = f"import data.limen.lib.{library}\n{PARAMETERS}" if library else PARAMETERS
    body = f'\n{imports}\napplicable := true\n\nchecks["depth"] := {{"holds": {expression}, {ACTUAL}}}\n'
    metadata = METADATA
    if "mine_words" in expression:
        metadata = METADATA.replace("#   not_appl", "#     mine_words: {type: strings, stricter: more}\n#   not_appl")
    bench_of, target = mine(write(folder, THOROUGH, body, metadata))
    made = mutants(target.name, target.tree, types(target, bench_of), bench_of.functions)
    whole = len(f'checks["depth"] := {{"holds": {expression}, {ACTUAL}}}')
    return {
        (one.operator, one.before, one.after)
        for one in made
        if one.definition == "checks.depth"
        and (one.operator != "swap" or "depth" not in one.after)
        and len(one.before) < whole
        and not one.before.startswith(('"actual', ", "))
    }


def always(expression: str) -> set[tuple[str, str, str]]:
    """Return the two mutants of every condition: it always holds, and never."""
    return {("drop", expression, f"({expression}) {sign} ({expression})") for sign in ("==", "!=")}


def test_a_bound(tmp_path: Path) -> None:
    whole = "input.depth >= parameters.mine_depth"
    assert changes(tmp_path, whole) == always(whole) | {
        ("negate", whole, "input.depth < parameters.mine_depth"),
        ("bend", whole, "input.depth > parameters.mine_depth"),
    }


@pytest.mark.parametrize(
    ("sign", "opposite", "neighbour", "numbers"),
    [
        (">", "<=", ">=", {"3"}),
        ("<=", ">", "<", {"3"}),
        (">=", "<", ">", {"1"}),
        ("<", ">=", "<=", {"1"}),
    ],
)
def test_a_number_is_bent_one_way_where_its_bound_is_bent_the_other(
    sign: str, opposite: str, neighbour: str, numbers: set[str], tmp_path: Path
) -> None:
    """``> 2`` is ``>= 3``, so that both would be one mutant counted twice."""
    whole = f"input.depth {sign} 2"
    assert changes(tmp_path, whole) == always(whole) | {
        ("negate", whole, f"input.depth {opposite} 2"),
        ("bend", whole, f"input.depth {neighbour} 2"),
        *(("bend", whole, f"input.depth {sign} {number}") for number in numbers),
    }


def test_an_equality_of_numbers_becomes_a_bound(tmp_path: Path) -> None:
    whole = "input.depth == 2"
    assert changes(tmp_path, whole) == always(whole) | {
        ("negate", whole, "input.depth != 2"),
        ("bend", whole, "input.depth >= 2"),
        ("bend", whole, "input.depth <= 2"),
        ("bend", whole, "input.depth == 3"),
        ("bend", whole, "input.depth == 1"),
    }


def test_nothing_is_less_than_none(tmp_path: Path) -> None:
    """What is counted is never negative, so ``<= 0`` would be ``== 0``."""
    assert ("bend", "input.depth == 0", "input.depth <= 0") not in changes(tmp_path, "input.depth == 0")


def test_a_boolean(tmp_path: Path) -> None:
    assert changes(tmp_path, "input.crossing") == always("input.crossing") | {
        ("negate", "input.crossing", "input.crossing == false")
    }


def test_a_boolean_compared_is_negated_once(tmp_path: Path) -> None:
    whole = "input.crossing == false"
    assert changes(tmp_path, whole) == always(whole) | {("negate", whole, "input.crossing != false")}


def test_a_text_is_widened_by_every_other_word_of_its_description(tmp_path: Path) -> None:
    whole = 'input.channel == "tls"'
    assert changes(tmp_path, whole) == always(whole) | {
        ("negate", whole, 'input.channel != "tls"'),
        ("bend", whole, 'input.channel == "ssh"'),
        ("bend", whole, 'input.channel in {"tls", "ssh"}'),
        ("bend", whole, 'input.channel in {"tls", "local"}'),
        ("bend", whole, 'input.channel in {"tls", "none"}'),
    }


def test_a_set_loses_and_gains_members(tmp_path: Path) -> None:
    whole = 'input.channel in {"tls", "ssh"}'
    assert changes(tmp_path, whole) == always(whole) | {
        ("negate", whole, f"({whole}) == false"),
        ("drop", '{"tls", "ssh"}', '{"ssh"}'),
        ("drop", '{"tls", "ssh"}', '{"tls"}'),
        ("bend", '{"tls", "ssh"}', '{"local", "tls", "ssh"}'),
        ("bend", '{"tls", "ssh"}', '{"none", "tls", "ssh"}'),
    }


def test_joined_conditions(tmp_path: Path) -> None:
    whole = "logic.both(input.crossing, input.depth > 0)"
    assert changes(tmp_path, whole, "logic") == always(whole) | {
        ("negate", whole, f"{whole} == false"),
        ("drop", whole, "logic.both(input.crossing, input.crossing)"),
        ("drop", whole, "logic.both(input.depth > 0, input.depth > 0)"),
        ("negate", "input.crossing", "input.crossing == false"),
        ("negate", "input.depth > 0", "input.depth <= 0"),
        ("bend", "input.depth > 0", "input.depth >= 0"),
        ("bend", "input.depth > 0", "input.depth > 1"),
    }


def test_arguments_of_one_type_change_places(tmp_path: Path) -> None:
    call = "sets.missing(input.label.compartments, parameters.mine_words)"
    assert changes(tmp_path, f"count({call}) == 0", "sets") >= {
        ("swap", call, "sets.shared(input.label.compartments, parameters.mine_words)"),
        ("swap", call, "sets.missing(parameters.mine_words, input.label.compartments)"),
        ("bend", f"count({call})", "0"),
    }


def test_arithmetic(tmp_path: Path) -> None:
    sum_ = "input.depth + input.least_trust"
    assert changes(tmp_path, f"({sum_}) > 0") >= {
        ("bend", sum_, "input.depth - input.least_trust"),
        ("drop", sum_, "input.depth"),
        ("drop", sum_, "input.least_trust"),
    }


def test_entries_of_a_head_are_dropped_and_exchanged(tmp_path: Path) -> None:
    bench_of, target = mine(write(tmp_path))
    made = mutants(target.name, target.tree, types(target, bench_of), bench_of.functions)
    found = {
        (one.operator, one.line, one.before, one.after) for one in made if "depth," in one.before or ":" in one.before
    }
    assert found >= {
        ("drop", LINE + 1, '"actual": input.depth,', ""),
        ("drop", LINE + 1, ', "required": parameters.mine_depth', ""),
        ("swap", LINE + 1, '"actual": input.depth', '"actual": parameters.mine_depth'),
        ("swap", LINE + 2, '"required": parameters.mine_depth', '"required": input.depth'),
    }


def test_what_is_compared_is_exchanged(tmp_path: Path) -> None:
    bench_of, target = mine(write(tmp_path))
    made = mutants(target.name, target.tree, types(target, bench_of), bench_of.functions)
    whole = "input.depth >= parameters.mine_depth"
    assert {one.after for one in made if one.operator == "swap" and one.before == whole} == {
        "parameters.mine_depth >= parameters.mine_depth",
        "input.depth >= input.depth",
    }


def test_statements_and_conditions_of_a_comprehension(tmp_path: Path) -> None:
    inner = "{name | some name in input.label.compartments; name in parameters.mine_words}"
    assert changes(tmp_path, f"count({inner}) > 0") >= {
        ("drop", "name in parameters.mine_words", "true"),
        ("negate", "name in parameters.mine_words", "(name in parameters.mine_words) == false"),
        ("bend", f"count({inner})", "0"),
    }


def test_the_text_of_a_mutant_differs_in_one_place(tmp_path: Path) -> None:
    bench_of, target = mine(write(tmp_path))
    original = target.module.text
    for one in mutants(target.name, target.tree, types(target, bench_of), bench_of.functions):
        lines = [
            (old, new) for old, new in zip(original.splitlines(), one.text.splitlines(), strict=False) if old != new
        ]
        assert one.text != original
        assert len(lines) == 1 or one.after == ""  # a dropped entry or definition moves what follows
        assert original.splitlines()[one.line - 1][one.column - 1 :][:1] != ""


def test_an_id_survives_what_is_written_above(tmp_path: Path) -> None:
    def ids(folder: Path, body: str) -> list[str]:
        bench_of, target = mine(write(folder, THOROUGH, body))
        return [one.id for one in mutants(target.name, target.tree, types(target, bench_of), bench_of.functions)]

    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    commented = BODY.replace("applicable", "# why\n\napplicable")
    first = ids(tmp_path / "one", BODY)
    assert first == ids(tmp_path / "two", commented)
    assert len(set(first)) == len(first)


def test_a_tab_and_letters_beyond_ascii_count_one_column(tmp_path: Path) -> None:
    body = '\nimport data.limen.parameters\n\napplicable := true\n\n# Größe\nchecks["depth"] := {\n'
    body += '\t"holds": logic_ok, "actual": "é", "required": input.depth >= parameters.mine_depth,\n} if {\n'
    body += "\tlogic_ok := input.depth > 0\n}\n"
    bench_of, target = mine(write(tmp_path, THOROUGH, body))
    made = mutants(target.name, target.tree, types(target, bench_of), bench_of.functions)
    line = METADATA.count("\n") + 8
    (bent,) = (one for one in made if one.after == "input.depth > parameters.mine_depth")
    assert (bent.line, bent.column) == (
        line,
        '\t"holds": logic_ok, "actual": "é", "required": input.depth >='.index(">=") + 1,
    )


def test_what_a_library_is_symmetric_in_is_not_exchanged(tmp_path: Path) -> None:
    call = "sets.shared(input.label.compartments, parameters.mine_words)"
    found = changes(tmp_path, f"count({call}) == 0", "sets")
    assert ("swap", call, "sets.missing(input.label.compartments, parameters.mine_words)") in found
    assert ("swap", call, "sets.shared(parameters.mine_words, input.label.compartments)") not in found


def test_one_library_function_is_taken_for_another(tmp_path: Path) -> None:
    whole = "logic.both(input.crossing, input.plaintext)"
    assert ("swap", whole, "logic.either(input.crossing, input.plaintext)") in changes(tmp_path, whole, "logic")
