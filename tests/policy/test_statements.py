"""Statements as they were written: whole, with both sides, whatever the engine's spans leave out."""

from __future__ import annotations

import pytest

from limen.policy.discovery import Module
from limen.policy.statements import Statement, beginnings, calls, part_of, references, statements
from limen.policy.syntax import Tree, definitions, trees

BODY = """package limen.x_test

f(a) := a

test_x if {
	x == {"a": {"b": 1, "c": 2}, "d": 3}
	{"a": 1, "b": 2} == x
	"k" in x
	x.y != `raw`
	(x + 1) >= 2
	not x.y.z with input as "c"
	some k, v in {"a": "b"}
	answer := f(object.union(x, {"ä": 1}))
		with input as given
		with data.limen.parameters as {"a": 1, "b": "c"}
	startswith("abc", "")
	every y in [1] { y > 0 }
	x["k"][f(y)].z == [z | z := f(1)]
}
"""


def tree_of(text: str) -> Tree:
    problems: list[object] = []
    (tree,) = trees([Module(id="x", file="x_test.rego", text=text, shipped=False)], problems).values()  # type: ignore[arg-type]
    assert not problems
    return tree


@pytest.fixture(scope="module")
def tree() -> Tree:
    return tree_of(BODY)


@pytest.fixture(scope="module")
def body(tree: Tree) -> tuple[Statement, ...]:
    found = statements(tree, definitions(tree)[-1])
    assert found is not None
    return found


def test_each_is_given_as_it_was_written(body: tuple[Statement, ...]) -> None:
    written = BODY[BODY.index("\tx ==") : BODY.rindex("\n}")]
    assert "\n\t".join(("", *(one.text for one in body)))[1:] == written


def test_forms_operators_and_sides(body: tuple[Statement, ...]) -> None:
    assert [(one.form, one.operator, [part.text for part in one.parts]) for one in body] == [
        ("compare", "==", ["x", '{"a": {"b": 1, "c": 2}, "d": 3}']),
        ("compare", "==", ['{"a": 1, "b": 2}', "x"]),
        ("compare", "in", ['"k"', "x"]),
        ("compare", "!=", ["x.y", "`raw`"]),
        ("compare", ">=", ["x + 1", "2"]),
        ("not", "", ["x.y.z"]),
        ("some", "", ['{"a": "b"}']),
        ("assign", "", ['f(object.union(x, {"ä": 1}))']),
        ("other", "", ['startswith("abc", "")']),
        ("other", "", []),
        ("compare", "==", ['x["k"][f(y)].z', "[z | z := f(1)]"]),
    ]


def test_what_is_written_out_is_told_from_what_is_computed(body: tuple[Statement, ...]) -> None:
    assert [[part.literal for part in one.parts] for one in body[:4]] == [
        [False, True],
        [True, False],
        [True, False],
        [False, True],
    ]


def test_what_stands_in_for_a_document(body: tuple[Statement, ...]) -> None:
    assert [(document, part.text) for document, part in body[7].mocks] == [
        ("input", "given"),
        ("data.limen.parameters", '{"a": 1, "b": "c"}'),
    ]
    assert body[7].withs == 'with input as given with data.limen.parameters as {"a": 1, "b": "c"}'
    assert body[5].withs == 'with input as "c"'


@pytest.mark.parametrize(
    ("index", "line", "column", "length"), [(0, 6, 2, 36), (1, 7, 2, 21), (2, 8, 2, 8), (7, 13, 2, 38)]
)
def test_places_count_characters_from_one(
    body: tuple[Statement, ...], index: int, line: int, column: int, length: int
) -> None:
    place = body[index].location
    assert (place.line, place.column, place.length) == (line, column, length)
    assert place.excerpt[column - 1 : column - 1 + length] == body[index].text.splitlines()[0]


def test_the_place_of_an_object_is_where_it_opens(body: tuple[Statement, ...]) -> None:
    place = body[0].parts[1].location
    assert (place.line, place.column, place.length) == (6, 7, 31)


def test_calls_and_references_outside_comprehensions(tree: Tree, body: tuple[Statement, ...]) -> None:
    left, right = (part.node for part in body[-1].parts)
    assert [call["fcn"]["Var"]["value"] for call in calls(left)] == ["f"]
    assert list(calls(right)) == list(references(right)) == []
    assert [part_of(tree, node).text for node in references(left)] == ['x["k"][f(y)].z']
    (union,) = references(body[7].parts[0].node)
    assert part_of(tree, union).text == "x"


def test_a_reference_is_taken_apart_from_its_end(tree: Tree, body: tuple[Statement, ...]) -> None:
    assert [part_of(tree, node).text for node in beginnings(body[5].parts[0].node)] == ["x.y.z", "x.y", "x"]


def test_a_rule_without_a_body_has_no_statements() -> None:
    tree = tree_of("package x\n\ntest_x := false\n")
    assert statements(tree, definitions(tree)[0]) == ()


def test_a_rule_with_several_bodies_is_not_taken_apart() -> None:
    tree = tree_of("package x\n\ntest_x if {\n\tfalse\n} else := true if {\n\ttrue\n}\n")
    assert statements(tree, definitions(tree)[0]) is None
