"""Assertions of both forms, with witnesses and cuts worked out by hand, and against brute force."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.records.subjects import Step
from tests.analysis.subjects import detail, facts_of, inputs

ZONES: dict[str, Any] = {
    "outside": {"trust": 0},
    "middle": {"trust": 1},
    "inside": {"trust": 3},
    "core": {"trust": 5, "within": "inside"},
}
COMPONENTS: dict[str, Any] = {
    "portal": {"zone": "outside", "originates": ["record"], "seals_with": ["k"]},
    "gateway": {"zone": "middle", "opens_with": ["k"]},
    "proxy": {"zone": "middle"},
    "worker": {"zone": "inside"},
    "db": {"zone": "core", "stores": ["note"]},
}
SECTIONS: dict[str, Any] = {"zones": ZONES, "data": {"record": {}, "note": {}}, "keys": {"k": {}}}
UPLOAD = {
    "id": "upload",
    "from": "portal",
    "to": "gateway",
    "carries": ["record"],
    "protection": {"record": [{"sealed": "k"}]},
}
HAND = {"id": "hand", "from": "gateway", "to": "worker", "carries": ["record"]}
KEEP = {"id": "keep", "from": "worker", "to": "db", "carries": ["record"]}
SIDE = {"id": "side", "from": "portal", "to": "worker", "carries": ["record"]}
PULL = {"id": "pull", "from": "worker", "to": "portal", "carries": [], "returns": ["record"]}
VAGUE = {"id": "vague", "from": "portal", "to": "worker"}


def judged(flows: list[dict[str, Any]], **never: Any) -> tuple[dict[str, Any], tuple[Step, ...], tuple[str, ...], str]:
    """The input, witness and cut of one assertion, and the flow that it is assumed on."""
    given_ = {{"source": "from", "target": "to", "state": "in"}.get(name, name): value for name, value in never.items()}
    found = facts_of(COMPONENTS, flows, **SECTIONS, assertions=[{"id": "a", "never": given_, "reason": "Why"}])
    table = found.tables["assertion"]
    known = detail(table, "a")
    assert (known.path, known.title) == (("assertions", "a"), "Why")
    return inputs(table)["a"], known.witness, known.peers, table.assumed_flow(0)


def shown(witness: tuple[Step, ...]) -> list[tuple[str, str, str]]:
    """A witness as component, flow and action."""
    return [(step.component, step.flow, step.action) for step in witness]


GATED = {"source": "outside", "target": "inside", "except_via": ["middle"]}


def test_a_path_that_the_gate_lies_on_holds() -> None:
    subject, witness, cut, assumed = judged([UPLOAD, HAND, KEEP], **GATED)
    assert subject == {"form": "path", "broken": False, "applies": True, "cut": 0}
    assert (witness, cut, assumed) == ((), (), "")


@pytest.mark.parametrize(
    ("extra", "steps", "cut"),
    [
        ([SIDE], [("portal", "", ""), ("worker", "side", "flows")], ("side",)),
        ([PULL], [("portal", "", ""), ("worker", "pull", "returns")], ("pull",)),
        ([SIDE, PULL], [("portal", "", ""), ("worker", "side", "flows")], ("pull", "side")),
    ],
    ids=["forward", "backward", "both"],
)
def test_a_path_past_the_gate(
    extra: list[dict[str, Any]], steps: list[tuple[str, str, str]], cut: tuple[str, ...]
) -> None:
    subject, witness, found, assumed = judged([UPLOAD, HAND, KEEP, *extra], **GATED)
    assert subject == {"form": "path", "broken": True, "applies": True, "cut": len(cut)}
    assert (shown(witness), found, assumed) == (steps, cut, "")


def test_a_zone_means_the_zones_within_it_and_a_component_itself() -> None:
    assert judged([UPLOAD, HAND, KEEP], source="zone:middle", target="component:db")[0]["broken"] is True
    assert judged([SIDE], source="portal", target="zone:core")[0]["broken"] is False
    assert shown(judged([SIDE, KEEP], source="portal", target="core")[1]) == [
        ("portal", "", ""),
        ("worker", "side", "flows"),
        ("db", "keep", "flows"),
    ]
    # `inside` holds `core`, so the worker is the nearer end.
    assert len(judged([SIDE, KEEP], source="portal", target="inside")[1]) == 2


def test_a_hop_that_ends_tls_makes_a_way_lawful_and_one_that_passes_it_on_does_not() -> None:
    for tls, broken in (("terminate", False), ("passthrough", True)):
        flow = {**SIDE, "via": [{"component": "proxy", "tls": tls}]}
        assert judged([flow], **GATED)[0]["broken"] is broken
    ends = {**SIDE, "via": [{"component": "proxy", "tls": "terminate"}]}
    subject, witness, cut, _ = judged([ends], source="outside", target="component:proxy")
    assert (subject["broken"], shown(witness), cut) == (
        True,
        [("portal", "", ""), ("proxy", "side", "terminates")],
        ("side",),
    )


def test_a_way_back_to_where_it_started() -> None:
    back = {"id": "back", "from": "worker", "to": "portal", "carries": ["record"]}
    subject, witness, cut, _ = judged([SIDE, back], source="portal", target="portal")
    assert subject["broken"] is True
    assert shown(witness) == [("portal", "", ""), ("worker", "side", "flows"), ("portal", "back", "flows")]
    assert cut == (), "no removal parts a place from itself"
    assert judged([SIDE], source="portal", target="portal")[0]["broken"] is False
    gated = {**back, "via": [{"component": "proxy", "tls": "terminate"}]}
    assert judged([SIDE, gated], source="portal", target="portal", except_via=["middle"])[0]["broken"] is False
    alone = {"id": "loop", "from": "portal", "to": "portal", "carries": ["record"]}
    assert shown(judged([alone], source="portal", target="portal")[1]) == [
        ("portal", "", ""),
        ("portal", "loop", "flows"),
    ]


def test_what_only_an_undeclared_carriage_breaks_is_assumed() -> None:
    subject, witness, cut, assumed = judged([UPLOAD, HAND, VAGUE], **GATED)
    assert (subject["broken"], assumed, cut) == (True, "vague", ("vague",))
    assert [step.assumed for step in witness] == [False, True]
    assert judged([VAGUE, SIDE], **GATED)[3] == "", "another flow breaks it for certain"
    subject, _, _, assumed = judged([{**VAGUE, "to": "worker"}], data="record", reaches="inside")
    assert (subject["broken"], assumed) == (True, "vague")


def test_what_is_bare_on_a_wire_only_by_assumption_is_assumed() -> None:
    # The worker gets the record sealed for certain, and in plaintext perhaps, and passes on what it has.
    sealed = {**UPLOAD, "to": "worker"}
    subject, witness, _, assumed = judged([sealed, KEEP, VAGUE], data="record", reaches="core", on="wire")
    assert (subject["broken"], assumed) == (True, "vague")
    assert [(step.component, step.flow) for step in witness] == [("portal", ""), ("worker", "vague"), ("db", "keep")]
    assert judged([sealed, KEEP], data="record", reaches="core", on="wire")[0]["broken"] is False


def test_an_assertion_on_what_does_not_exist_does_not_apply() -> None:
    for never in (
        {"source": "nowhere", "target": "inside"},
        {"source": "zone:portal", "target": "inside"},
        {"source": "component:inside", "target": "inside"},
        {"data": "record", "reaches": "nowhere"},
        {"data": "nothing", "reaches": "inside"},
    ):
        subject = judged([SIDE], **never)[0]
        assert (subject["applies"], subject["broken"]) == (False, False)


def test_an_item_reaches_a_place_in_plaintext_or_in_any_state() -> None:
    sealed = [UPLOAD]
    assert judged(sealed, data="record", reaches="inside", state="any")[0]["broken"] is False
    subject, witness, cut, _ = judged(sealed, data="record", reaches="middle")
    assert (subject, cut) == ({"form": "data", "broken": True, "applies": True, "cut": 1}, ("upload",))
    assert [(step.component, step.action) for step in witness] == [
        ("portal", "originates"),
        ("portal", "seals"),
        ("gateway", "flows"),
        ("gateway", "opens"),
    ]
    to_proxy = [{**UPLOAD, "to": "proxy"}]
    assert judged(to_proxy, data="record", reaches="middle")[0]["broken"] is False
    assert judged(to_proxy, data="record", reaches="middle", state="any")[0]["broken"] is True
    # Where it starts, no flow brings it.
    assert judged([SIDE], data="record", reaches="outside")[0] == {
        "form": "data",
        "broken": True,
        "applies": True,
        "cut": 0,
    }


def test_an_item_on_the_wire_into_a_place() -> None:
    # Opened at the gateway, it is sealed on the way there.
    assert judged([UPLOAD], data="record", reaches="middle", on="wire")[0]["broken"] is False
    assert judged([UPLOAD], data="record", reaches="middle", on="wire", state="any")[0]["broken"] is True
    subject, witness, cut, _ = judged([UPLOAD, HAND], data="record", reaches="inside", on="wire")
    assert (subject["broken"], cut) == (True, ("hand",))
    assert (witness[-1].component, witness[-1].flow, witness[-1].item) == ("worker", "hand", "record")
    # An item that its sender does not hold is on the wire as the flow says it is.
    unheld = {"id": "unheld", "from": "worker", "to": "db", "carries": ["record"]}
    subject, witness, _, _ = judged([unheld], data="record", reaches="core", on="wire")
    assert (subject["broken"], shown(witness)) == (True, [("worker", "", ""), ("db", "unheld", "flows")])
    subject, _, _, assumed = judged([VAGUE], data="record", reaches="inside", on="wire")
    assert (subject["broken"], assumed) == (True, "vague")
    inward = {"id": "inward", "from": "worker", "to": "portal", "carries": ["record"]}
    subject, _, cut, _ = judged([SIDE, inward], data="record", reaches="outside", on="wire")
    assert (subject["broken"], cut) == (True, ("inward",))


def _reaches(flows: list[tuple[int, int]], removed: set[int], ends: tuple[int, int], wall: set[int]) -> bool:
    """Whether a way leads from one component to another past a wall, by brute force."""
    seen, ahead = set(), {ends[0]} - wall
    while ahead:
        seen |= ahead
        ahead = {
            target
            for number, (source, target) in enumerate(flows)
            if number not in removed and source in ahead and target not in wall
        }
        if ends[1] in ahead:
            return True
        ahead -= seen
    return False


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8),
    st.sets(st.integers(1, 3), max_size=2),
)
def test_paths_and_cuts_against_brute_force(flows: list[tuple[int, int]], wall: set[int]) -> None:
    components = {f"c{number}": {} for number in range(5)}
    declared = [{"from": f"c{source}", "to": f"c{target}", "carries": ["record"]} for source, target in flows]
    never = {"from": "c0", "to": "c4", "except_via": [f"c{number}" for number in sorted(wall)]}
    found = facts_of(components, declared, assertions=[{"id": "a", "never": never}])
    subject = inputs(found.tables["assertion"])["a"]
    assert subject["broken"] == _reaches(flows, set(), (0, 4), wall)
    smallest = next(
        size
        for size in range(len(flows) + 1)
        if any(not _reaches(flows, set(chosen), (0, 4), wall) for chosen in combinations(range(len(flows)), size))
    )
    assert subject["cut"] == smallest
    cut = {int(name[1:]) for name in detail(found.tables["assertion"], "a").peers}
    assert not _reaches(flows, cut, (0, 4), wall)
