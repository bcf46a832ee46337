"""AuthZEN: requests and responses as the specification has them; a decision is true only where something passed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import UsageError
from limen.policy import Policies
from limen.policy.authzen import evaluation, evaluations
from tests.policy.bundles import policies

GOOD = {"crossing": True, "depth": 2}
BAD = {"crossing": True, "depth": 0}
ADMIN = "fail: 0 keys are around it; 1 are required"


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Policies]:
    """One rule on wires: at least one key around what crosses."""
    folder: Path = policies(tmp_path_factory.mktemp("own"))
    with Policies.load(["mine"], policies=[folder], as_of=datetime.date(2026, 6, 1)) as found:
        yield found


def request(properties: Any, *, action: str = "conform", kind: str = "wire", name: str = "orders") -> dict[str, Any]:
    return {
        "subject": {"type": "workload", "id": "gateway"},
        "action": {"name": action},
        "resource": {"type": kind, "id": name, "properties": properties},
        "context": {"time": "2026-06-01T00:00:00Z"},
    }


def test_a_pass_is_true(mine: Policies) -> None:
    assert evaluation(mine, request(GOOD)) == {"decision": True}
    assert evaluation(mine, request(GOOD, action="transit.mine")) == {"decision": True}


def test_a_failure_is_false_with_its_reason(mine: Policies) -> None:
    assert evaluation(mine, request(BAD)) == {
        "decision": False,
        "context": {"reason_admin": {"transit.mine": ADMIN}},
    }


def test_what_is_unknown_is_false(mine: Policies) -> None:
    without = {"crossing": True}
    assert evaluation(mine, request(without)) == {
        "decision": False,
        "context": {"reason_admin": {"transit.mine": "not_assessed: not given: depth"}},
    }
    no_properties = request(GOOD)
    del no_properties["resource"]["properties"]
    assert evaluation(mine, no_properties)["decision"] is False


def test_where_nothing_applies_nothing_is_true(mine: Policies) -> None:
    assert evaluation(mine, request({"crossing": False, "depth": 0})) == {
        "decision": False,
        "context": {"reason_admin": {"en": "no rule applies, so that nothing was judged"}},
    }


def error(message: str, status: int = 400) -> dict[str, Any]:
    return {"decision": False, "context": {"error": {"status": status, "message": message}}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"resource": {"type": "wires", "id": "a"}}, "there is no kind of subject 'wires' (did you mean \"wire\"?)"),
        ({"resource": {"type": "flow", "id": "a"}}, "no selected rule judges a flow (they judge: wire)"),
        (
            {"action": {"name": "transit.min"}},
            "no selected rule 'transit.min' judges a wire (did you mean \"transit.mine\"?)",
        ),
        ({"action": {"name": ""}}, "action.name is missing, or no text"),
        ({"action": {}}, "action.name is missing, or no text"),
        ({"action": "conform"}, "action is missing, or no object"),
        ({"subject": {"id": "a"}}, "subject.type is missing, or no text"),
        ({"subject": {"type": "a", "id": 1}}, "subject.id is missing, or no text"),
        ({"resource": {"type": "wire"}}, "resource.id is missing, or no text"),
        ({"resource": {"type": "wire", "id": "a", "properties": []}}, "resource.properties is no object"),
        ({"context": []}, "context is no object"),
        (
            {"resource": {"type": "wire", "id": "a", "properties": {"dept": 1}}},
            'subject 0: there is no input path dept (did you mean "depth"?)',
        ),
    ],
)
def test_what_is_malformed_is_false_with_the_error(mine: Policies, change: dict[str, Any], message: str) -> None:
    assert evaluation(mine, request(GOOD) | change) == error(message)


def test_an_engine_that_is_gone_is_false(tmp_path: Path) -> None:
    found = Policies.load(["mine"], policies=[policies(tmp_path)], as_of=datetime.date(2026, 6, 1))
    found.close()
    message = "the policies are closed (decide within the `with` block)"
    assert evaluation(found, request(GOOD)) == error(message, 503)


def batch(*properties: Any, **more: Any) -> dict[str, Any]:
    whole = request(GOOD)
    del whole["resource"]
    given_ = [{"resource": {"type": "wire", "id": str(i), "properties": one}} for i, one in enumerate(properties)]
    return whole | {"evaluations": given_} | more


def decisions(response: dict[str, Any]) -> list[bool]:
    return [one["decision"] for one in response["evaluations"]]


def test_evaluations_share_defaults(mine: Policies) -> None:
    assert evaluations(mine, batch(GOOD, BAD, GOOD)) == {
        "evaluations": [
            {"decision": True},
            {"decision": False, "context": {"reason_admin": {"transit.mine": ADMIN}}},
            {"decision": True},
        ]
    }
    whole = batch(GOOD, GOOD)
    whole["evaluations"][1]["action"] = {"name": "transit.other"}
    assert decisions(evaluations(mine, whole)) == [True, False]
    whole = batch(GOOD)
    del whole["action"]
    assert evaluations(mine, whole)["evaluations"] == [error("action is missing, or no object")]


@pytest.mark.parametrize(
    ("semantic", "expected"),
    [
        ("execute_all", [True, False, True]),
        ("deny_on_first_deny", [True, False]),
        ("permit_on_first_permit", [True]),
    ],
)
def test_semantics(mine: Policies, semantic: str, expected: list[bool]) -> None:
    options = {"evaluations_semantic": semantic, "another_option": "value"}
    assert decisions(evaluations(mine, batch(GOOD, BAD, GOOD, options=options))) == expected


def test_permit_on_first_permit_goes_on_until_then(mine: Policies) -> None:
    options = {"evaluations_semantic": "permit_on_first_permit"}
    assert decisions(evaluations(mine, batch(BAD, {}, GOOD, GOOD, options=options))) == [False, False, True]


def test_without_evaluations_it_is_one(mine: Policies) -> None:
    assert evaluations(mine, request(GOOD)) == {"decision": True}
    assert evaluations(mine, request(BAD) | {"evaluations": []})["decision"] is False


@pytest.mark.parametrize(
    "more",
    [
        {"options": {"evaluations_semantic": "deny_on_first"}},
        {"options": {"evaluations_semantic": ["execute_all"]}},
        {"options": []},
        {"evaluations": {}},
        {"evaluations": [1]},
        {"evaluations": "all"},
    ],
)
def test_a_malformed_whole_is_an_error(mine: Policies, more: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        evaluations(mine, batch(GOOD) | more)


@pytest.mark.parametrize("whole", [None, [], "conform", 1])
def test_a_request_that_is_no_object_is_no_traceback(mine: Policies, whole: Any) -> None:
    assert evaluation(mine, whole) == error("the request is no object")
    with pytest.raises(UsageError, match="the request is no object"):
        evaluations(mine, whole)


def test_no_depth_is_a_traceback(mine: Policies) -> None:
    """The encoder and Python give up at depths of their own, and between them lies a gap."""
    for depth in range(800, 1100, 2):
        properties: Any = 1
        for _ in range(depth):
            properties = {"depth": properties}
        assert evaluation(mine, request(properties))["context"]["error"]["status"] == 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["crossing", "depth", "x"]), inner),
    max_leaves=8,
)


@given(properties=JSON)
def test_it_is_true_for_nothing_else(mine: Policies, properties: Any) -> None:
    response = evaluation(mine, request(properties))
    depth = properties.get("depth") if isinstance(properties, dict) else None
    known = isinstance(depth, int) and not isinstance(depth, bool) and 1 <= depth < 2**53
    good = known and properties.get("crossing") is True and not set(properties) - {"crossing", "depth"}
    assert response["decision"] is bool(good)
