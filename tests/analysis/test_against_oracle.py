"""The flow of data against a naive second opinion, on random small systems."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.analysis.exposure_subjects import exposure_table
from limen.analysis.kinds import KINDS
from limen.analysis.network import bits
from limen.analysis.transformation_subjects import transformation_table
from limen.analysis.wire_subjects import wire_table
from limen.analysis.witness import assumed_flow, witness_of
from limen.model.declaration import Declaration
from limen.records.subjects import Step, SubjectTable
from tests.analysis import oracle
from tests.analysis.systems import KEYS, Analysed, converted, declared_systems

Fact = tuple[str, str, str | None, tuple[str, ...]]


def tables(found: Analysed) -> list[SubjectTable]:
    """The subject tables of the flow of data."""
    return [
        exposure_table(found.exposures, found.integrity),
        wire_table(found.wires),
        transformation_table(found.wires),
    ]


@settings(max_examples=120)
@given(declared_systems())
def test_exposures_wires_and_integrity_agree(declared: dict[str, Any]) -> None:
    """Certain and assumed facts, states on every wire, and integrity are exactly what naive iteration finds."""
    declaration = converted(declared)
    naive, found = oracle.opinion(declaration), Analysed(declaration)
    assert found.facts() == set(naive.certain)
    assert found.facts(assumed=True) == set(naive.every)
    assert found.on_wire() == naive.wires
    assert found.values() == naive.integrity
    assert found.values(assumed=True) == naive.integrity_every


@settings(max_examples=80)
@given(declared_systems())
def test_witnesses_replay_and_are_shortest(declared: dict[str, Any]) -> None:
    """Every fact's witness follows from the declaration step by step, and no derivation is shorter."""
    declaration = converted(declared)
    naive, found = oracle.opinion(declaration), Analysed(declaration)
    result, network = found.exposures, found.network
    for node, component in enumerate(result.component):
        tenant = None if result.tenant[node] < 0 else network.tenant_names[result.tenant[node]]
        for item in bits(result.have[node]):
            stack = found.stack(result.states[result.state[node]])
            fact = (network.component_names[component], network.item_names[item], tenant, stack)
            steps = witness_of(result, node, item)
            place, name, tenants, state = replayed(declaration, steps, set(naive.every))
            assert (place, name, state) == (fact[0], fact[1], fact[3])
            assert tenant in tenants
            assert sum(step.action != "seals" for step in steps) == naive.every[fact]
            undeclared = [step.flow for step in steps if step.assumed]
            if fact in naive.certain:
                assert not undeclared
            else:
                named = network.flows[assumed_flow(result, node, item)]
                assert named.carries is msgspec.UNSET
                assert not undeclared or named.id == undeclared[-1]


def replayed(declaration: Declaration, steps: tuple[Step, ...], facts: set[Fact]) -> tuple[str, str, set[Any], Any]:
    """Follow a witness by the words of the declaration; return the fact at its end, with the tenants it may have.

    A product may be of a tenant though the premise that is shown is of none, and a key may be of another tenant.
    """
    first, *rest = steps
    place, item, state = first.component, first.item, first.state
    tenants: set[Any] = {fact[2] for fact in oracle._starts(declaration) if fact[:2] == (place, item)}
    assert first.action in ("originates", "stores")
    assert tenants
    assert not state
    everybody = {fact[2] for fact in facts}
    for step in rest:
        component = declaration.components[step.component]
        after = step.item or item
        if step.action == "seals":
            assert step.component == place
            assert len(step.state) > len(state)
            assert step.state[len(step.state) - len(state) :] == state
            continue
        if step.action in ("flows", "returns", "terminates"):
            tenants = {tenant for tenant in tenants if _moves(declaration, step, (place, item, tenant, state))}
        else:
            assert step.component == place
        if step.action == "opens" and step.item:
            sealed = [fact[3] for fact in facts if fact[:2] == (place, after) and fact[3][1:] == step.state]
            assert any(stack and stack[0] in oracle._opened_by(declaration, item[4:]) for stack in sealed)
            tenants = everybody
        elif step.action == "opens":
            assert state[1:] == step.state
            held = [fact[1][4:] for fact in facts if fact[0] == place and fact[1][:4] == "key:" and not fact[3]]
            keys = {inner for key in (*component.opens_with, *held) for inner in oracle._opened_by(declaration, key)}
            assert state[0] in keys
        elif step.action == "produces":
            assert any(made.data == after and item in made.sources for made in component.produces)
            assert not state
            tenants = everybody if None in tenants else tenants
        place, item, state = step.component, after, step.state
        tenants = {tenant for tenant in tenants if (place, item, tenant, state) in facts}
        assert tenants
    return place, item, tenants, state


def _moves(declaration: Declaration, step: Step, here: Fact) -> bool:
    """Whether the flow that a step names brings an instance there in its state."""
    return any(
        movement.flow.id == step.flow
        and movement.sender == here[0]
        and step.component in movement.receivers
        and (movement.items is None or here[1] in movement.items)
        and step.assumed == (movement.items is None)
        and oracle._passes(declaration, movement, here[2])
        and oracle._on_wire(declaration, movement, here) == step.state
        and (step.action == "terminates" or step.action == ("returns" if movement.back else "flows"))
        for movement in oracle._movements(declaration)
    )


@settings(max_examples=80)
@given(declared_systems())
def test_exposure_subjects_agree(declared: dict[str, Any]) -> None:
    """Every subject says of its instance what naive iteration finds, and there is one for each certain instance."""
    declaration = converted(declared)
    found = Analysed(declaration)
    table = exposure_table(found.exposures, found.integrity)
    expected = {mark: oracle.fields(declaration, assumed=mark) for mark in (False, True)}
    seen: dict[tuple[str, str, str | None], bool] = {}
    for index in range(table.size):
        codes = [part.codes[index] for part in table.identity]
        names = [part.names[code] if code >= 0 else None for part, code in zip(table.identity, codes, strict=True)]
        instance, assumed = (str(names[0]), str(names[1]), names[2]), names[3] == "assumed"
        subject = msgspec.json.decode(table.json(index))
        facts = expected[assumed][instance]
        assert {name: subject[name] for name in facts} == facts
        assert bool(table.assumed_flow(index)) == assumed
        seen[instance] = seen.get(instance, False) or not assumed
    assert {instance for instance, certain in seen.items() if certain} == set(expected[False])
    assert set(seen) == set(expected[True])


@settings(max_examples=60)
@given(declared_systems())
def test_wire_subjects_agree(declared: dict[str, Any]) -> None:
    """Wires are judged by certain facts; assumed ones count apart, where they show plaintext or any way at all."""
    declaration = converted(declared)
    naive, table = oracle.opinion(declaration), wire_table(Analysed(declaration).wires)
    found: dict[tuple[str, bool, str], set[tuple[bool, bool, int, bool]]] = {}
    for index in range(table.size):
        codes = [part.codes[index] for part in table.identity]
        flow, way, _, item = (part.names[code] for part, code in zip(table.identity[:4], codes[:4], strict=True))
        if item != "*":
            subject = msgspec.json.decode(table.json(index))
            row = (codes[4] >= 0, bool(table.assumed_flow(index)), subject["depth"], subject["held"])
            assert subject["plaintext"] == (not subject["depth"])
            found.setdefault((flow, way == "return", item), set()).add(row)
    expected = {}
    for wire, (certain, every) in naive.sendable.items():
        if certain or not every:
            expected[wire] = {(False, False, min(map(len, naive.wires[wire])), bool(certain))}
            if certain and () in every - certain:
                expected[wire].add((True, True, 0, True))
        else:
            expected[wire] = {(False, True, min(map(len, every)), True)}
    assert found == expected


@settings(max_examples=60)
@given(declared_systems())
def test_subjects_fit_their_kinds(declared: dict[str, Any]) -> None:
    """Every subject's JSON is exactly its kind's struct; identities are unique; every detail can be computed."""
    for table in tables(Analysed(converted(declared))):
        for index in range(table.size):
            text = table.json(index)
            subject = msgspec.json.decode(text, type=KINDS[table.kind], strict=True)
            assert msgspec.json.decode(msgspec.json.encode(subject)) == msgspec.json.decode(text)
            detail = table.details(index)
            assert detail.title
            assert not detail.witness or detail.witness[0].action in ("originates", "stores")
        assert len(set(table.names())) == table.size


@settings(max_examples=60)
@given(declared_systems(), st.data())
def test_one_more_flow_removes_no_exposure(declared: dict[str, Any], data: st.DataObject) -> None:
    """Exposure is a may-fact: whatever could be somewhere still can when something else flows too."""
    before = Analysed(converted(declared))
    extra = data.draw(declared_systems(always_declared=True))
    names = list(declared["components"])
    added = [
        {**flow, "id": f"extra-{flow['id']}", "from": names[0], "to": names[-1], "via": []}
        for flow in extra["flows"][:1]
    ]
    after = Analysed(converted({**declared, "flows": [*declared["flows"], *added]}))
    assert before.facts() <= after.facts()
    assert before.facts(assumed=True) <= after.facts(assumed=True)


@settings(max_examples=60)
@given(declared_systems())
def test_renaming_changes_no_subject(declared: dict[str, Any]) -> None:
    """With every component, item, key, tenant, zone and flow renamed, the subjects are the same in the same order."""
    text = msgspec.json.encode(declared).decode()
    names = {
        *declared["components"], *declared["zones"], "record", "report", "receipt", *KEYS, "east", "west",
        *(flow["id"] for flow in declared["flows"]),
    }  # fmt: skip
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(f'"{name}"', f'"z.{name[::-1]}"').replace(f'"key:{name}"', f'"key:z.{name[::-1]}"')
    first, second = Analysed(converted(declared)), Analysed(converted(msgspec.json.decode(text)))
    for one, other in zip(tables(first), tables(second), strict=True):
        assert [one.json(index) for index in range(one.size)] == [other.json(index) for index in range(other.size)]


@settings(max_examples=40)
@given(declared_systems(), st.randoms(use_true_random=False))
def test_order_of_flows_changes_no_fact(declared: dict[str, Any], random: Any) -> None:
    """Facts, wires and integrity do not depend on the order in which flows are declared."""
    flows = list(declared["flows"])
    random.shuffle(flows)
    first, second = Analysed(converted(declared)), Analysed(converted({**declared, "flows": flows}))
    assert first.facts(assumed=True) == second.facts(assumed=True)
    assert first.on_wire() == second.on_wire()
    assert first.values(assumed=True) == second.values(assumed=True)
