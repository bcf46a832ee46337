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
            assert replayed(declaration, steps, tenant, set(naive.every)) == fact
            assert sum(step.action != "seals" for step in steps) == naive.every[fact]
            undeclared = [step.flow for step in steps if step.assumed]
            if fact in naive.certain:
                assert not undeclared
            else:
                named = network.flows[assumed_flow(result, node, item)]
                assert named.carries is msgspec.UNSET
                assert not undeclared or named.id == undeclared[-1]


def replayed(declaration: Declaration, steps: tuple[Step, ...], tenant: str | None, facts: set[Fact]) -> Fact:
    """Follow a witness by the words of the declaration; return the fact at its end."""
    first, *rest = steps
    here: Fact = (first.component, first.item, tenant, first.state)
    origins = {fact[:2] for fact in oracle._starts(declaration)}
    assert first.action in ("originates", "stores")
    assert here[:2] in origins
    assert not here[3]
    for step in rest:
        assert here in facts
        component = declaration.components[step.component]
        item = step.item or here[1]
        if step.action == "seals":
            assert step.component == here[0]
            sealed = step.state
            assert len(sealed) > len(here[3])
            assert sealed[len(sealed) - len(here[3]) :] == here[3]
            continue
        if step.action in ("flows", "returns", "terminates"):
            movement = _movement(declaration, step, here, item)
            assert step.assumed == (movement.items is None)
            assert step.state == oracle._on_wire(declaration, movement, here)
        elif step.action == "opens":
            if step.item:
                sealed_here = [
                    fact for fact in facts if fact[:2] == (step.component, item) and fact[3][1:] == step.state
                ]
                assert any(
                    fact[3] and fact[3][0] in oracle._opened_by(declaration, here[1][4:]) for fact in sealed_here
                )
            else:
                assert here[3][1:] == step.state
                keys = [
                    *component.opens_with,
                    *(f[1][4:] for f in facts if f[0] == here[0] and f[1][:4] == "key:" and not f[3]),
                ]
                assert any(here[3][0] in oracle._opened_by(declaration, key) for key in keys)
        else:
            assert step.action == "produces"
            assert any(made.data == item and here[1] in made.sources for made in component.produces)
            assert not here[3]
        here = (step.component, item, tenant, step.state)
    return here


def _movement(declaration: Declaration, step: Step, here: Fact, item: str) -> oracle.Movement:
    """The movement that a step names."""
    found = [
        movement
        for movement in oracle._movements(declaration)
        if movement.flow.id == step.flow
        and movement.sender == here[0]
        and step.component in movement.receivers
        and (movement.items is None or item in movement.items)
        and oracle._on_wire(declaration, movement, here) == step.state
        and (step.action == "terminates" or step.action == ("returns" if movement.back else "flows"))
    ]
    assert found, (step, here)
    return found[0]


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
    """With every component, item, key, tenant, zone and flow renamed, the subjects are the same ones in the same order."""
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
