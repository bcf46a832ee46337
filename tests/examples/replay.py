"""Walks the witness of a finding over the declared flows, step by step, without limen's analysis."""

from __future__ import annotations

from msgspec import UNSET

from limen.model.declaration import Declaration
from limen.model.flows import Flow
from limen.records.subjects import Step

ORIGINS = {"originates", "stores"}
MOVES = {"flows", "returns"}


def replay(steps: tuple[Step, ...], declaration: Declaration) -> str:
    """Return the component at which a witness ends; asserts that each step is one that the declaration allows."""
    first, *rest = steps
    origin = declaration.components[first.component]
    starts = origin.originates if first.action == "originates" else origin.stores
    assert first.action in ORIGINS
    assert first.item in starts, first
    assert not first.state, first
    place, state, item = first.component, first.state, first.item
    flows = {flow.id: flow for flow in declaration.flows}
    for step in rest:
        if step.action in MOVES:
            flow = flows[step.flow]
            _moves(step, flow, place, item)
            assert step.state == state, step
        else:
            assert step.component == place, step
            _changes(step, declaration, flows, state)
        place, state, item = step.component, step.state, step.item or item
    return place


def _moves(step: Step, flow: Flow, place: str, item: str) -> None:
    """A flow that is declared to move the item leads from the place before to this one, or to a hop on its way."""
    back = step.action == "returns"
    sender, receiver = (flow.target, flow.source) if back else (flow.source, flow.target)
    moved = flow.returns if back else flow.carries
    assert place == sender, step
    assert step.component in {receiver, *(hop.component for hop in flow.via if hop.tls == "terminate")}, step
    assert moved is not UNSET, step
    assert item in moved, step


def _changes(step: Step, declaration: Declaration, flows: dict[str, Flow], state: tuple[str, ...]) -> None:
    """What happens in place is something that the component can do."""
    component = declaration.components[step.component]
    if step.action == "opens":
        assert state[len(state) - len(step.state) :] == step.state, step
        opened = state[: len(state) - len(step.state)]
        assert opened, step
        assert set(opened) <= set(component.opens_with), step
    elif step.action == "seals":
        added = step.state[: len(step.state) - len(state)]
        assert step.state[len(added) :] == state, step
        assert added, step
        assert set(added) <= set(component.seals_with), step
        assert step.component in {flows[step.flow].source, flows[step.flow].target}, step
    else:
        assert step.action == "produces", step
        assert step.item in {product.data for product in component.produces}, step
        assert not step.state, step
