"""Moving Rego below a name of its own: OPA's own parser says that nothing else changed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import PolicyError
from limen.policy.location import rego_root
from limen.policy.relocation import Module, ordered, relocated, replacements

ROOT = "limen_0123"
MODULES = sorted(path.relative_to(rego_root()).as_posix() for path in rego_root().rglob("*.rego"))
TRICKY = """# data.a is not here
package  a.b_c

import data
import data.limen.lib.sets as data_sets
import data.x["y-z"]
import input.data

one := "data.a \\" data.b"
two := `data.c
data.d`
three contains data.e["f"] if data.g
four := {"data": data, "x": input.data.data, "package": input["package"]}
five(v) := data.limen.lib.sets.f(data[v].data) if not data.h # data.i
six := [data|data.j] if {
	some k, _ in data.l
	data.m with data.limen.parameters as data.n with input.data as {"data":1}
	metadata := 1
	metadata == 1
}
"""


def tree(opa: Path, text: str, folder: Path) -> Any:
    """Return OPA's syntax tree of a module, without places and comments."""
    file = folder / "module.rego"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run([opa, "parse", "--format", "json", file], capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()
    return stripped(json.loads(done.stdout))


def stripped(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: stripped(value) for key, value in node.items() if key not in ("location", "comments", "annotations")
        }
    return [stripped(one) for one in node] if isinstance(node, list) else node


def moved(node: Any) -> Any:
    """Return a syntax tree in which every reference that starts at `data` has one step more."""
    if isinstance(node, list):
        return [moved(one) for one in node]
    if not isinstance(node, dict):
        return node
    step = {"type": "string", "value": ROOT}
    if node.get("type") == "ref" and node["value"][0] == {"type": "var", "value": "data"}:
        return node | {"value": [node["value"][0], step, *moved(node["value"][1:])]}
    if isinstance(node.get("path"), list):  # the package
        return {"path": [node["path"][0], step, *node["path"][1:]]}
    return {key: moved(value) for key, value in node.items()}


def test_shipped_modules_only_move(opa: Path, tmp_path: Path) -> None:
    known = set()
    for name in MODULES:
        text = (rego_root() / name).read_text(encoding="utf-8")
        found = relocated(name, text, ROOT)
        assert found.text.count("\n") == text.count("\n")
        named = frozenset(path if "rules" not in path else ("a rule",) for path in found.refers)
        if named not in known:  # one module for each way of referring: OPA takes its time
            known.add(named)
            assert tree(opa, found.text, tmp_path) == moved(tree(opa, text, tmp_path)), name
    assert len(known) > 5


def test_texts_comments_and_fields_are_no_references(opa: Path, tmp_path: Path) -> None:
    found = relocated("tricky.rego", TRICKY, ROOT)
    assert tree(opa, found.text, tmp_path) == moved(tree(opa, TRICKY, tmp_path))
    assert found.package == ("a", "b_c")
    assert {path for path in found.refers if path[:1] == ("limen",)} == {
        ("limen", "lib", "sets"),
        ("limen", "lib", "sets", "f"),
        ("limen", "parameters"),
    }


@pytest.mark.parametrize("literal", ['$"{data.a}"', "$`{data.a}`"])
def test_template_strings_are_refused_with_their_line(literal: str) -> None:
    with pytest.raises(PolicyError) as caught:
        relocated("mine.rego", f"package a\n\nx := {literal}\n", ROOT)
    assert str(caught.value.problems[0].location) == "mine.rego:3"


def test_a_module_without_a_package_is_refused() -> None:
    with pytest.raises(PolicyError, match="no package"):
        relocated("mine.rego", "x := 1\n", ROOT)


def module(number: int, *refers: int) -> Module:
    return Module(
        name=str(number), text="", package=("m", str(number)), refers=frozenset(("m", str(one), "f") for one in refers)
    )


@given(st.lists(st.sets(st.integers(0, 9)), min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_modules_come_after_those_that_they_refer_to(refers: list[set[int]], chance: Any) -> None:
    modules = [module(number, *(one for one in ones if one < number)) for number, ones in enumerate(refers)]
    mixed = list(modules)
    chance.shuffle(mixed)
    found = [int(one.name) for one in ordered(mixed)]
    assert sorted(found) == list(range(len(modules)))
    for number, one in enumerate(modules):
        needed = [int(path[1]) for path in one.refers]
        assert all(found.index(other) < found.index(number) for other in needed)


def test_modules_that_refer_to_each_other_end() -> None:
    assert {one.name for one in ordered([module(0, 1), module(1, 0)])} == {"0", "1"}


def test_data_is_replaced_beside_packages_and_never_above_one() -> None:
    data = {"limen": {"parameters": {"a": 1}, "context": {}, "rules": {"x": {"table": 2}}}, "by": 1}
    packages = [("limen", "rules", "x", "y"), ("limen", "lib", "sets")]
    assert list(replacements(data, packages)) == [
        (("limen", "parameters"), {"a": 1}),
        (("limen", "context"), {}),
        (("limen", "rules", "x", "table"), 2),
        (("by",), 1),
    ]
