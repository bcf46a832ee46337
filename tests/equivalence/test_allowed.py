"""What rules may write means the same on every engine, whatever a subject or a parameter can hold."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from limen.policy.builtins import ALLOWED
from limen.policy.canonical import canonical
from limen.policy.engine import Answer, Job, PolicyEngine, Query
from limen.policy.parameters import LARGEST
from limen.testing.strategies.subjects import ODD
from tests.equivalence.drawing import drawn

INPUTS = 80

INTEGERS = st.sampled_from([0, 1, -1, 2**31, 2**32, LARGEST, -LARGEST]) | st.integers(-LARGEST, LARGEST)
SMALL = st.integers(-100, 100)
TEXTS = st.sampled_from((*ODD, "a", "ab", "A", ",", "a,b", "\ufb00")) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=4
)
BOOLEANS = st.booleans()


def lists(element: SearchStrategy[Any]) -> SearchStrategy[list[Any]]:
    return st.lists(element, max_size=5)


class Form(NamedTuple):
    """An expression over input.a and input.b, each of which may be absent, and what they are drawn from."""

    expression: str
    a: SearchStrategy[Any]
    b: SearchStrategy[Any] = st.none()


ROWS = st.fixed_dictionaries({"n": INTEGERS}, optional={"t": TEXTS, "f": BOOLEANS})
TABLE = st.dictionaries(TEXTS, INTEGERS, max_size=4)
A_SET, B_SET = "{x | some x in input.a}", "{y | some y in input.b}"
BUILTINS = {
    "abs": Form("abs(input.a)", INTEGERS),
    "array.concat": Form("array.concat(input.a, input.b)", lists(TEXTS), lists(TEXTS)),
    "array.reverse": Form("array.reverse(input.a)", lists(INTEGERS)),
    "concat": Form("concat(input.a, input.b)", TEXTS, lists(TEXTS)),
    "contains": Form("contains(input.a, input.b)", TEXTS, TEXTS),
    "count": Form("[count(input.a), count(input.b)]", lists(TEXTS), TABLE),
    "endswith": Form("endswith(input.a, input.b)", TEXTS, TEXTS),
    "intersection": Form(f"intersection({{{A_SET}, {B_SET}}})", lists(SMALL), lists(SMALL)),
    "max": Form("[max(input.a), max(input.b)]", lists(INTEGERS), lists(TEXTS)),
    "min": Form("[min(input.a), min(input.b)]", lists(INTEGERS), lists(TEXTS)),
    "object.get": Form("object.get(input.a, input.b, 7)", TABLE, TEXTS),
    "object.keys": Form("object.keys(input.a)", TABLE),
    "sort": Form("[sort(input.a), sort(input.b)]", lists(INTEGERS), lists(TEXTS)),
    "split": Form("split(input.a, input.b)", TEXTS, TEXTS),
    "startswith": Form("startswith(input.a, input.b)", TEXTS, TEXTS),
    "sum": Form("sum(input.a)", lists(INTEGERS)),
    "union": Form(f"union({{{A_SET}, {B_SET}}})", lists(TEXTS), lists(TEXTS)),
}
CONSTRUCTS = {
    **{f"integers {op}": Form(f"input.a {op} input.b", INTEGERS, INTEGERS) for op in ("+", "-", "==", "!=", "<", ">=")},
    "product": Form("input.a * 1000", INTEGERS),
    "product of small": Form("input.a * input.b", SMALL, SMALL),
    "remainder": Form("input.a % input.b", INTEGERS, SMALL),
    **{f"texts {op}": Form(f"input.a {op} input.b", TEXTS, TEXTS) for op in ("==", "!=", "<", "<=", ">", ">=")},
    "booleans": Form("[input.a == input.b, input.a != input.b]", BOOLEANS, BOOLEANS),
    "lists": Form("[input.a == input.b, input.a != input.b]", lists(TEXTS), lists(TEXTS)),
    "rows": Form("[input.a == input.b, input.a.n == input.b.n]", ROWS, ROWS),
    **{f"sets {op}": Form(f"{A_SET} {op} {B_SET}", lists(SMALL), lists(SMALL)) for op in ("&", "|", "-", "==")},
    "sets of texts": Form(f"{A_SET} - {B_SET}", lists(TEXTS), lists(TEXTS)),
    "element of a list": Form("input.a[input.b]", lists(TEXTS), SMALL),
    "entry of a table": Form("input.a[input.b]", TABLE, TEXTS),
    "in a list": Form("answer if { one := input.b; many := input.a; answer := one in many }", lists(SMALL), SMALL),
    "in a table": Form("answer if { one := input.b; many := input.a; answer := one in many }", TABLE, INTEGERS),
    "some in a list": Form("[[i, x] | some i, x in input.a; x != input.b]", lists(TEXTS), TEXTS),
    "some in a table": Form("[[k, v] | some k, v in input.a; v > input.b]", TABLE, INTEGERS),
    "some in a set": Form(f"[x | values := {A_SET}; some x in values]", lists(TEXTS)),
    "rows picked": Form("[i | some i, row in input.a; row.n > input.b]", lists(ROWS), INTEGERS),
    "rows by an optional field": Form("[i | some i, row in input.a; row.t == input.b]", lists(ROWS), TEXTS),
    "rows whose field may lack": Form("[row.t | some row in input.a]", lists(ROWS)),
    "set of rows": Form("{row | some row in input.a}", lists(ROWS)),
    "set of lists": Form("{input.a, input.b}", lists(SMALL), lists(SMALL)),
    "set of sets": Form(f"{{{A_SET}, {B_SET}}}", lists(SMALL), lists(SMALL)),
    "table of rows": Form("{row.t: row.n | some row in input.a}", lists(ROWS)),
    "row": Form('{"holds": input.a > 0, "actual": input.a, "required": {"b": input.b}}', INTEGERS, TABLE),
    "either": Form("either(input.a, input.b)", BOOLEANS, BOOLEANS),
    "both": Form("{input.a, input.b} == {true}", BOOLEANS, BOOLEANS),
    "text repeated": Form("[input.a, input.a == input.b]", TEXTS, TEXTS),
}
FORMS = {**{f"builtin {name}": form for name, form in BUILTINS.items()}, **CONSTRUCTS}


def test_every_allowed_builtin_is_compared() -> None:
    assert set(BUILTINS) == set(ALLOWED)


def said(answer: Answer) -> str:
    return "error" if not answer.ok else canonical(answer.text) if answer.text else "undefined"


@pytest.mark.parametrize("name", FORMS)
def test_what_a_rule_may_write_means_the_same(name: str, engines: dict[str, PolicyEngine]) -> None:
    form = FORMS[name]
    inputs = drawn(st.fixed_dictionaries({}, optional={"a": form.a, "b": form.b}), INPUTS)
    module = f"package form\n\neither(a, b) := true in {{a, b}}\n\nr := {form.expression}\n"
    answers = {}
    for engine in ("embedded", "opa"):
        engines[engine].prepare([Job(name=name, query="data.form.r", modules=(("form.rego", module),), data="{}")])
        (found,) = engines[engine].answer([Query(name, [msgspec.json.encode(one) for one in inputs])])
        answers[engine] = [said(answer) for answer in found]
    differing = [
        (given, ours, theirs)
        for given, ours, theirs in zip(inputs, answers["embedded"], answers["opa"], strict=True)
        if ours != theirs
    ]
    assert differing == []
    assert len(set(answers["opa"])) > 1, "nothing was compared"
