"""The host's precedence: what each answer of an engine means, and that nothing unknown passes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.policy.engine import Answer
from limen.policy.inspection import Entry
from limen.policy.judging import has, outcome_of
from limen.records.assessment import Outcome
from limen.records.rules import Check, Rule


def entry(**checks: Check) -> Entry:
    rule = Rule(
        id="transit.mine",
        title="T",
        description="D",
        subject="flow",
        severity="high",
        confidence="certain",
        controls=("a:b",),
        remediation="R",
        checks=checks,
        not_applicable="it moves nothing",
    )
    return Entry(rule=rule, parameters={}, projection=("x",), libraries=(), units={"one": {"actual": "duration"}})


ONE = entry(one=Check(path="x", message="it is {actual}, not {required}"))
NEEDY = entry(one=Check(path="x", message="m", needs=("x", "y.z")))
EACH = entry(one=Check(path="via", message="m {actual}", each="via", needs=("via[].tls",)))
INSIDE = entry(one=Check(path="via[].tls", message="m", each="via"))


def judged(found: Entry, answer: Any, given: dict[str, Any] | None = None) -> Outcome:
    given = given or {}
    text = answer if isinstance(answer, str) else msgspec.json.encode(answer).decode()

    def elements(path: str) -> list[Any] | None:
        value = given.get(path)
        return value if isinstance(value, list) else None

    return outcome_of(found, Answer(True, text), lambda path: has(given, path), elements)


def checked(holds: Any, **values: Any) -> dict[str, Any]:
    return {"applicable": True, "checks": {"one": {"holds": holds} | values}}


def test_true_passes_and_false_fails_with_its_message() -> None:
    passed = judged(ONE, checked(True, actual=1, required=2))
    assert (passed.status, passed.results[0].message) == ("pass", "")
    failed = judged(ONE, checked(False, actual=86_400, required=["a"], refs=[1]))
    (result,) = failed.results
    assert failed.status == "fail"
    assert (result.path, result.message) == ("x", "it is P1D, not a")
    assert (result.actual, result.required, result.refs) == (b"86400", b'["a"]', (1,))


def test_not_applicable_gives_the_reason_of_the_metadata() -> None:
    assert judged(ONE, {"applicable": False}) == Outcome(status="not_applicable", reason="it moves nothing")


ERRORS = {
    "undefined document": "",
    "no object": "[]",
    "nothing": {},
    "applicable undefined": {"checks": {"one": {"holds": True}}},
    "applicable a number": {"applicable": 1, "checks": {"one": {"holds": True}}},
    "applicable null": {"applicable": None, "checks": {"one": {"holds": True}}},
    "no checks": {"applicable": True},
    "check undefined": {"applicable": True, "checks": {}},
    "checks no object": {"applicable": True, "checks": [1]},
    "head no object": {"applicable": True, "checks": {"one": True}},
    "holds missing": {"applicable": True, "checks": {"one": {"actual": 1}}},
    "holds text": checked("true"),
    "holds number": checked(1),
    "holds null": checked(None),
    "undeclared check": {"applicable": True, "checks": {"one": {"holds": True}, "two": {"holds": True}}},
    "undeclared beside failing": {"applicable": True, "checks": {"one": {"holds": False}, "two": {"holds": True}}},
    "refs no indices": checked(False, refs=["a"]),
}


@pytest.mark.parametrize("case", sorted(ERRORS))
def test_anything_else_is_an_error(case: str) -> None:
    assert judged(ONE, ERRORS[case]).status == "error"


def test_what_the_engine_could_not_evaluate_is_an_error_that_says_so() -> None:
    outcome = outcome_of(ONE, Answer(False, "no answer within 10 s"), lambda _: True, lambda _: None)
    assert outcome.status == "error"
    assert "no answer within 10 s" in outcome.reason


def test_an_absent_need_is_not_assessed_and_names_it_whatever_the_rule_says() -> None:
    for holds in (True, False, "x"):
        outcome = judged(NEEDY, checked(holds), {"x": 1, "y": {}})
        assert outcome.status == "not_assessed"
        assert outcome.results[0].message == "y.z is not declared"
    assert judged(NEEDY, {"applicable": True}, {}).results[0].message == "x, y.z are not declared"
    assert judged(NEEDY, checked(True), {"x": 1, "y": {"z": 0}}).status == "pass"


def test_each_demands_exactly_one_entry_an_element() -> None:
    via = {"via": [{"tls": "a"}, {"tls": "b"}]}

    def answer(**entries: Any) -> dict[str, Any]:
        return {"applicable": True, "checks": {"one": {key.strip("_"): value for key, value in entries.items()}}}

    yes, no = {"holds": True}, {"holds": False, "actual": "b"}
    both = judged(EACH, answer(_0=yes, _1=no), via)
    assert [(r.path, r.status, r.message) for r in both.results] == [("via[0]", "pass", ""), ("via[1]", "fail", "m b")]
    assert judged(EACH, answer(_0=yes, _1=yes), via).status == "pass"
    assert judged(EACH, answer(_0=yes), via).status == "error"
    assert judged(EACH, answer(_0=yes, _1=yes, _2=yes), via).status == "error"
    assert judged(EACH, {"applicable": True, "checks": {}}, via).status == "error"
    assert judged(EACH, {"applicable": True, "checks": {"one": [yes, yes]}}, via).status == "error"
    assert judged(EACH, answer(_0=yes, _1=yes), {}).status == "error"
    assert judged(EACH, {"applicable": True, "checks": {}}, {"via": []}).status == "pass"
    partly = judged(EACH, answer(_0=yes, _1=yes), {"via": [{"tls": "a"}, {}]})
    assert [(r.path, r.status) for r in partly.results] == [("via[0]", "pass"), ("via[1]", "not_assessed")]


def test_a_path_through_the_list_gets_the_index_within() -> None:
    outcome = judged(INSIDE, {"applicable": True, "checks": {"one": {"0": {"holds": True}}}}, {"via": [{}]})
    assert [result.path for result in outcome.results] == ["via[0].tls"]


def test_a_need_outside_of_the_list_comes_first() -> None:
    needy = entry(one=Check(path="via", message="m", each="via", needs=("other",)))
    assert judged(needy, {"applicable": True, "checks": {}}, {"via": [1]}).status == "not_assessed"


def test_the_worst_check_wins() -> None:
    two = entry(one=Check(path="x", message="m"), two=Check(path="y", message="m", needs=("y",)))

    def outcome(one: Any, two_given: bool) -> str:
        answer = {"applicable": True, "checks": {"one": {"holds": one}, "two": {"holds": True}}}
        return judged(two, answer, {"y": 1} if two_given else {}).status

    assert outcome(True, True) == "pass"
    assert outcome(True, False) == "not_assessed"
    assert outcome(False, False) == "fail"
    assert outcome("x", False) == "error"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["applicable", "checks", "one", "two", "holds", "0", "1", "refs"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_answer_but_holds_true_ever_passes(answer: Any) -> None:
    for found, given_subject in ((ONE, {}), (NEEDY, {"x": 1}), (EACH, {"via": [{"tls": "a"}]})):
        outcome = judged(found, answer, given_subject)
        if outcome.status == "pass":
            head = answer["checks"]["one"]
            assert (head["0"] if found is EACH else head)["holds"] is True
            assert answer["applicable"] is True


@given(st.text())
def test_text_that_is_no_json_never_passes(text: str) -> None:
    assert judged(ONE, text).status in ("error", "not_applicable", "fail")
