"""What a rule may not be: each case is a real file, refused at load with its place and what to do."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.errors import PolicyError, Problem
from limen.policy.catalog import load_catalog
from limen.policy.index import schema_texts
from limen.policy.inspection import inspect
from tests.policy.support import BODY, METADATA, shipped, write_rule

HEAD = BODY[BODY.index("checks[") :]


def problems_of(folder: Path, text: str) -> list[Problem]:
    write_rule(folder, text)
    try:
        load_catalog((folder,))
    except PolicyError as error:
        return list(error.problems)
    return []


def test_the_sound_rule_is_accepted_with_what_it_reads(tmp_path: Path) -> None:
    write_rule(tmp_path)
    entry = load_catalog((tmp_path,)).entries["transit.mine"]
    assert entry.projection == ("crossing", "depth")
    assert entry.libraries == ()
    assert entry.parameters["mine_depth"].stricter == "higher"


REWRITTEN = {
    "default": (
        "applicable := input.crossing",
        "default applicable := false\n\napplicable := input.crossing",
        "`default`",
    ),
    "not": ("applicable := input.crossing", "applicable if not input.crossing", "`not`"),
    "every": ("applicable := input.crossing", "applicable if {\n\tevery x in [input.crossing] { x }\n}", "`every`"),
    "else": ("applicable := input.crossing", "applicable := true if {\n\tinput.crossing\n} else := false", "`else`"),
    "comprehension in applicable": (
        "applicable := input.crossing",
        "applicable := count([1 | input.crossing]) > 0",
        "comprehension in `applicable`",
    ),
    "optional field in a comprehension": (
        "input.depth >= parameters.mine_depth",
        "count([1 | input.labelled]) == parameters.mine_depth",
        "labelled may be absent",
    ),
    "unknown path": ("input.crossing", "input.crosing", "there is no input path crosing"),
    "unknown path below": ("input.crossing", "input.label.levle == 1", "there is no input path label.levle"),
    "path below a scalar": ("input.crossing", "input.crossing.now", "has no field 'now'"),
    "unknown parameter": (
        'parameters.mine_depth,\n\t"actual"',
        'parameters.mine_dept,\n\t"actual"',
        "parameters path mine_dept",
    ),
    "unknown context": ("input.crossing", "data.limen.context.today > 1", "context path today"),
    "identity": ("input.crossing", 'input.id == "x"', "there is no input path id"),
    "whole input": ("input.crossing", "count(input) > 0", "input is used as a whole"),
    "computed field": ("input.crossing", "input[parameters.mine_depth]", "its fields are fixed"),
    "hidden absence": (
        "input.crossing",
        'object.get(input.label, "level", 0) > 0',
        "would hide that a field is absent",
    ),
    "typo in a builtin": ("input.crossing", "coutn(input.label.compartments) > 0", "there is no function coutn"),
    "clock": ("input.crossing", "time.now_ns() > 0", "there is no function time.now_ns"),
    "network": ("input.crossing", 'http.send({"url": "x"}) == 1', "there is no function http.send"),
    "crypto": ("input.crossing", 'crypto.md5("x") == "y"', "there is no function crypto.md5"),
    "tokens": ("input.crossing", 'io.jwt.decode("x") == "y"', "there is no function io.jwt.decode"),
    "environment": ("input.crossing", 'opa.runtime() == "y"', "there is no function opa.runtime"),
    "chance": ("input.crossing", 'rand.intn("x", 2) == 1', "there is no function rand.intn"),
    "metadata": ("input.crossing", "rego.metadata.rule() == 1", "there is no function rego.metadata.rule"),
    "print": (
        "applicable := input.crossing",
        "applicable := true if {\n\tprint(input.crossing)\n}",
        "there is no function print",
    ),
    "float": ("input.crossing", "input.depth > 1.5", "no integer"),
    "huge": ("input.crossing", "input.depth > 9007199254740993", "no integer"),
    "division": ("input.crossing", "input.depth / 2 == 1", "division"),
    "types": ("input.crossing", 'input.depth == "1"', "integer is compared with string"),
    "text that the field never has": ("input.crossing", 'input.channel == "tsl"', "'tsl' is no value of the field"),
    "unification": ("applicable := input.crossing", "applicable := x if {\n\tx = input.crossing\n}", "bound with :="),
    "with": (
        "applicable := input.crossing",
        'applicable := true if {\n\tinput.crossing with input as {"crossing": true}\n}',
        "`with`",
    ),
    "other rule": ("input.crossing", "data.limen.rules.transit.plaintext.applicable", "may not be read here"),
    "unbound": ("input.crossing", "crossing", "there is no variable 'crossing'"),
    "wildcard": ("input.crossing", 'input.label.compartments[_] == "x"', "wildcard"),
    "constant": ("input.depth >= parameters.mine_depth", "true", "a constant"),
    "holds a number": ("input.depth >= parameters.mine_depth", "input.depth", "`holds` is integer"),
    "no holds": ('"holds": input.depth >= parameters.mine_depth,\n\t', "", "does not say whether it holds"),
    "unknown head key": ('"actual": input.depth', '"aktual": input.depth', "'aktual'"),
    "undeclared check": ('checks["depth"]', 'checks["dept"]', "the check 'dept' is not declared"),
    "each without metadata": ('checks["depth"] :=', 'checks["depth"][0] :=', "not for each element"),
    "missing applicable": ("applicable := input.crossing\n", "", "does not define `applicable`"),
    "second head": (HEAD, HEAD + "\n" + HEAD, "second head"),
    "set of findings": (HEAD, HEAD + '\nfindings contains "x" if input.crossing\n', "passes silently"),
    "unused": (HEAD, HEAD + "\nhelper(x) := x\n", "helper is defined and never used"),
    "import of input": (
        "import data.limen.parameters\n",
        "import data.limen.parameters\nimport input.depth\n",
        "may not be imported",
    ),
    "import of other data": (
        "import data.limen.parameters\n",
        "import data.limen.parameters\nimport data.secrets\n",
        "may not be imported",
    ),
    "unknown library": (
        "import data.limen.parameters\n",
        "import data.limen.parameters\nimport data.limen.lib.logik\n",
        "there is no library 'logik'",
    ),
    "unused library": (
        "import data.limen.parameters\n",
        "import data.limen.parameters\nimport data.limen.lib.logic\n",
        "never used",
    ),
    "recursion": (HEAD, HEAD + "\nf(x) := f(x)\n\n", "f is defined and never used"),
    "partial helper": (HEAD, HEAD + '\nhelper["a"] := input.depth\n', "neither one value nor a function"),
    "builtin taken": (HEAD, HEAD + "\ncount(x) := 0\n", "'count' is taken"),
    "import named input": ("import data.limen.parameters\n", "import data.limen.parameters as input\n", "'input'"),
    "argument named input": (
        "applicable := input.crossing",
        "applicable := f(input.crossing)\n\nf(input) := input.depth",
        "is taken",
    ),
    "computed data": ("input.crossing", "data.limen[input.label.text] == 1", "may not be read here"),
    "computed root": ("input.crossing", "data[input.label.text] == 1", "may not be read here"),
    "syntax": ("applicable := input.crossing", "applicable := input.", "not Rego"),
    "old syntax": ("applicable := input.crossing", "applicable = true { input.crossing }", "not Rego"),
}


@pytest.mark.parametrize("case", sorted(REWRITTEN))
def test_a_module_is_refused(tmp_path: Path, case: str) -> None:
    before, after, expected = REWRITTEN[case]
    text = METADATA + BODY
    assert before in text
    problems = problems_of(tmp_path, text.replace(before, after, 1))
    assert any(expected in problem.message for problem in problems), [problem.message for problem in problems]
    for problem in problems:
        assert problem.location is not None
        assert problem.location.file.endswith("rules/transit/mine/mine.rego")
        assert problem.location.line > 0
        assert "backtrace" not in problem.message.lower()


EACH_METADATA = (
    METADATA.replace("schema.wire", "schema.flow")
    .replace("subject: wire", "subject: flow")
    .replace("#       path: depth\n", "#       path: via\n#       each: via\n")
)
EACH_BODY = """
import data.limen.parameters

applicable := input.crossing

checks["depth"][i] := {"holds": held, "actual": hop.tls, "required": 1, "refs": [hop.ref]} if {
	some i, hop in input.via
	held := hop.ref >= parameters.mine_depth
}
"""


def test_a_sound_rule_for_each_element_is_accepted(tmp_path: Path) -> None:
    assert problems_of(tmp_path, EACH_METADATA + EACH_BODY) == []


EACH_REWRITTEN = {
    "no index": ('checks["depth"][i]', 'checks["depth"]', "is for each element"),
    "other list": ("in input.via", "in input.entered", "does not go through each of via"),
    "two lists": ("in input.via", "in input.via\n\tsome j, other in input.via", "does not go through each of via"),
    "no key": ("some i, hop in", "some hop in", "does not go through each of via"),
    "constant index": ("[i] :=", "[0] :=", "does not go through each of via"),
    "deep head": ('checks["depth"][i]', 'checks["depth"].x[i]', "a head of checks is"),
    "unknown field": ("hop.tls", "hop.tsl", "there is no input path via[].tsl"),
    "no object": ('{"holds"', '[{"holds"', "not Rego"),
    "with": ("in input.via", "in input.via with input as {}", "`with`"),
    "else": ("mine_depth\n}", 'mine_depth\n} else := {"holds": true} if {\n\ttrue\n}', ""),
    "element that is no variable": ("some i, hop in", "some i, [hop] in", "plain variables"),
}


@pytest.mark.parametrize("case", sorted(EACH_REWRITTEN))
def test_a_module_for_each_element_is_refused(tmp_path: Path, case: str) -> None:
    before, after, expected = EACH_REWRITTEN[case]
    assert before in EACH_BODY
    problems = problems_of(tmp_path, EACH_METADATA + EACH_BODY.replace(before, after, 1))
    assert any(expected in problem.message for problem in problems), [problem.message for problem in problems]


def holding(expression: str) -> str:
    """Return the rule with another expression for `holds`, and its own parameter still read."""
    return (METADATA + BODY).replace('"holds": input.depth >= parameters.mine_depth', f'"holds": {expression}')


SOUND = [
    "count(array.concat(input.label.compartments, [])) > 0",
    "max([input.depth, 1]) + min({1, 2}) == 3",
    "abs(-3) * input.depth > 1",
    "input.depth % 2 == 0",
    'concat(",", input.label.compartments) != "x"',
    'startswith(input.label.text, "a")',
    'contains(input.label.text, "phi")',
    'count(split(input.label.text, " ")) == 2',
    "count({name | some name in input.label.compartments} - {input.label.text}) == 0",
    "count({name | some name in input.label.compartments} | {input.label.text}) == 0",
    "count({name: 1 | some name in input.label.compartments}) == 0",
    'object.keys({name: 1 | some name in input.label.compartments}) == {"x"}',
    "sum([1 | some name in input.label.compartments]) == 1",
    "input.label.compartments[0] == input.label.text",
    "array.reverse(input.label.compartments) == []",
    "count(union({{1}, {2}})) == 2",
    'sort(input.label.compartments) == ["x"]',
    'endswith(input.label.text, "X")',
    "1 in [input.depth, 2]",
    "(0, 1 in [input.depth])",
    "data.limen.context.as_of > 20200101",
    "data.limen.parameters.mine_depth == 1",
    "data.limen.lib.logic.both(input.crossing, true)",
]


@pytest.mark.parametrize("expression", SOUND)
def test_an_expression_is_accepted(tmp_path: Path, expression: str) -> None:
    assert problems_of(tmp_path, holding(expression)) == []


UNSOUND = {
    "count(input.depth, 1) == 1": "count takes 1 arguments, not 2",
    "data.limen.lib.logic.both(input.crossing)": "takes 2 arguments, not 1",
    "data.limen.lib.logic.bohte(input.crossing, true)": "there is no function data.limen.lib.logic.bohte",
    "-input.depth == 1": "a minus before an expression is not allowed",
    'input.label.compartments[0] == "phi"': "'phi' is no value of the field",
    "input.label + 1 == 1": "object where integer is expected",
    "input.depth | {1} == {1}": "integer where set is expected",
    "1 in input.depth": "integer has no members",
    "1 in input.label.compartments": "integer is never among strings",
    '{input.label.text: 1} == {"x": 1}': "a key of an object must be a text",
    "null == input.depth": "null is not allowed",
    "count([x | some x in input.depth]) == 0": "is no list, set or table",
    "count([x | some x in input.label.compartments; input.label.compartments[x]]) == 0": "leave a missing element out",
    "[1][0].x == 1": "a reference must start with a variable",
    'input[input.label.text] == "x"': "its fields are fixed",
    "parameters == {}": "parameters is used as a whole",
    'object.get(input, "depth", 1) == 1': "input is used as a whole",
    'object.get({"a": input.label}, "a", 1) == 1': "would hide that a field is absent",
    'object.keys(input.label) == {"level"}': "would hide that a field is absent",
    "data.limen.lib == {}": "may not be read here",
    "count([x | some [x] in input.label.compartments]) == 0": "plain variables",
    "count([input | some input in input.label.compartments]) == 0": "'input' is taken",
    "count([1 | some parameters in input.label.compartments]) == 0": "'parameters' is taken",
    "count([1 | some a; input.label.compartments[a]]) == 0": "`some` without `in`",
    "(input.depth == 1) == 1": "boolean is compared with integer",
}


@pytest.mark.parametrize("expression", sorted(UNSOUND))
def test_an_expression_is_refused(tmp_path: Path, expression: str) -> None:
    problems = problems_of(tmp_path, holding(expression))
    assert any(UNSOUND[expression] in problem.message for problem in problems), [p.message for p in problems]


LIBRARY = {
    "pattern": ("f([a]) := a == 1", "an argument must be a plain variable"),
    "recursion": ("f(a) := g(a)\n\ng(a) := f(a)", "calls itself"),
    "unification": ("f(a) = a == 1", "a value is given with :="),
    "constant": ("f(a) := a == c\n\nc := 1", "c is no function"),
    "input": ("f(a) := a == input.depth", "input may not be read here"),
    "several results": ("f(a) := true if {\n\ta == 1\n}\n\nf(a) := a if {\n\ta == 2\n}", ""),
}


@pytest.mark.parametrize("case", sorted(LIBRARY))
def test_a_library_is_refused(tmp_path: Path, case: str) -> None:
    body, expected = LIBRARY[case]
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "mine.rego").write_text(f"package limen.lib.mine\n\n{body}\n")
    problems = problems_of(tmp_path, holding("data.limen.lib.mine.f(input.depth)"))
    assert any(expected in problem.message for problem in problems) or not expected, [p.message for p in problems]


METADATA_CASES = {
    "wrong id": ("id: transit.mine", "id: transit.other", "the id is 'transit.other'", "the folders say transit.mine"),
    "unknown kind": ("subject: wire", "subject: wires", "no kind of subject 'wires'", 'did you mean "wire"?'),
    "wrong schema": ("schema.wire", "schema.flow", "does not name the subject's schema", "schema.wire"),
    "unknown key": ("#   severity", "#   colour: red\n#   severity", "unknown key 'colour'", ""),
    "close key": ("#   remediation:", "#   remedation:", "unknown key 'remedation'", 'did you mean "remediation"?'),
    "unknown severity": ("severity: high", "severity: hihg", "'hihg' is not one of", ""),
    "double key": ("#   severity: high", "#   severity: high\n#   severity: low", "given twice", ""),
    "no control": ('["nist-800-53r5:SC-8"]', "[SC-8]", "'SC-8' is no control", "framework:control"),
    "unknown type": ("type: integer", "type: number", "'number' is not one of", ""),
    "wrong direction": ("stricter: higher", "stricter: more", "integer is stricter", ""),
    "unused parameter": (
        "#   not_app",
        "#     other: {type: string, stricter: none}\n#   not_app",
        "'other' is declared and never read",
        "",
    ),
    "unknown path": ("path: depth", "path: dept", "there is no input path 'dept'", 'did you mean "depth"?'),
    "unknown need": (
        "#       message",
        "#       needs: [chanel]\n#       message",
        "no input path 'chanel'",
        'did you mean "channel"?',
    ),
    "each of no list": ("#       message", "#       each: depth\n#       message", "'depth' is no list", ""),
    "unknown placeholder": ("{actual} keys", "{aktual} keys", "the message names {aktual}", 'did you mean "actual"?'),
    "placeholder with attributes": ("{actual} keys", "{actual.x} keys", "no plain placeholder", ""),
    "broken template": ("{actual} keys", "{actual keys", "no template", ""),
    "check without head": (
        "#     depth:",
        "#     other:\n#       path: plaintext\n#       message: x\n#     depth:",
        "'other' is declared and has no head",
        "",
    ),
    "one path twice": (
        "#     depth:",
        "#     other:\n#       path: depth\n#       message: x\n#     depth:",
        "have one path",
        "",
    ),
    "no block": ("# METADATA", "# METADATTA", "no # METADATA block", ""),
    "block apart": ("package limen", "\npackage limen", "directly above the package", ""),
    "other package": (
        "package limen.rules.transit.mine",
        "package limen.rules.transit.other",
        "the package is limen.rules.transit.other",
        "limen.rules.transit.mine",
    ),
    "alias": ("confidence: certain", "confidence: &a certain\n#   rationale: *a", "anchors and aliases", ""),
    "null": ("remediation: Seal it.", "remediation:", "null is not allowed", ""),
    "not yaml": ("#   severity: high", "#   severity: [high", "not YAML", ""),
    "empty checks": ("#   checks:\n#     depth:\n#       path: depth\n", "#   checks: {}\n#   x:\n#     y:\n", "", ""),
}


@pytest.mark.parametrize("case", sorted(METADATA_CASES))
def test_a_metadata_block_is_refused(tmp_path: Path, case: str) -> None:
    before, after, expected, hint = METADATA_CASES[case]
    text = METADATA + BODY
    assert before in text
    problems = problems_of(tmp_path, text.replace(before, after, 1))
    matching = [problem for problem in problems if expected in problem.message and hint in problem.hint]
    assert matching, [(problem.message, problem.hint) for problem in problems]
    assert all(problem.location is not None and problem.location.line > 0 for problem in problems)


def test_every_problem_is_named_at_once_with_line_and_column(tmp_path: Path) -> None:
    text = (
        (METADATA + BODY)
        .replace("input.crossing", "input.crosing")
        .replace('"actual": input.depth', '"actual": input.dept')
    )
    problems = problems_of(tmp_path, text)
    lines = text.splitlines()
    found = {(p.message, p.hint, p.location.line, p.location.column) for p in problems if p.location}
    first = next(number for number, line in enumerate(lines, 1) if "crosing" in line)
    second = next(number for number, line in enumerate(lines, 1) if "input.dept," in line)
    assert found == {
        ("there is no input path crosing", 'did you mean "crossing"?', first, lines[first - 1].index("crosing") + 1),
        ("there is no input path dept", 'did you mean "depth"?', second, lines[second - 1].index("dept,") + 1),
    }


def test_deep_nesting_costs_the_rule_and_not_the_run(tmp_path: Path) -> None:
    text = METADATA + BODY.replace("input.crossing", "(" * 20_000 + "input.crossing" + ")" * 20_000)
    write_rule(tmp_path, text)
    with pytest.raises(Exception) as caught:  # noqa: PT011 either of two families, checked below
        load_catalog((tmp_path,))
    assert caught.type.__name__ in ("PolicyError", "UnassessedError")
    assert "mine.rego" in str([*caught.value.problems])


@settings(max_examples=25)
@given(st.data())
def test_no_edit_of_a_shipped_rule_breaks_the_linter(data: st.DataObject) -> None:
    rules, libraries = shipped()
    batch = []
    for number in range(12):
        module = data.draw(st.sampled_from(rules))
        start = data.draw(st.integers(0, len(module.text)))
        length = data.draw(st.integers(0, 12))
        inserted = data.draw(st.text(alphabet='abi.[]{}()"_:=,|#\n\t -1x', max_size=8))
        text = module.text[:start] + inserted + module.text[start + length :]
        batch.append(msgspec.structs.replace(module, file=f"{module.file}#{number}", text=text))
    problems: list[Problem] = []
    inspect(batch, libraries, schema_texts(), problems)
    assert all(problem.location is not None and problem.message for problem in problems)
