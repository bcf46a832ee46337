"""Witness paths: the shortest way in which an item comes to be at a component in a state.

The length of a way is its number of steps without seals, which belong to the flow that demands them. A product, and
what a key opened that came later, are shown by the premise that came last: the others are there by then.
"""

from __future__ import annotations

from limen.analysis.edges import EVERYTHING
from limen.analysis.exposure import FLOW, KEY, OPEN, ORIGIN, PLAINTEXT, PRODUCE, Exposures, Record
from limen.analysis.network import NONE, bits
from limen.records.subjects import Step


def witness(exposures: Exposures, component: int, item: int, tenant: int, state: tuple[int, ...]) -> tuple[Step, ...]:
    """Return a shortest way, origin first; raises KeyError where the item can't be there in that state."""
    node = exposures.node(component, tenant, state)
    if node < 0:
        raise KeyError((component, item, tenant, state))
    return witness_of(exposures, node, item)


def witness_of(exposures: Exposures, node: int, item: int) -> tuple[Step, ...]:
    """Return a shortest way to an item of a node, origin first; raises KeyError where the node doesn't have it."""
    steps: list[Step] = []
    while True:
        record = record_of(exposures, node, item)
        how, premise = record[1], record[3]
        steps.extend(_steps(exposures, node, item, record))
        if how == ORIGIN:
            return tuple(reversed(steps))
        if how in (KEY, PRODUCE):
            item = record[4]
        node = premise


def record_of(exposures: Exposures, node: int, item: int) -> Record:
    """Return how an item came to a node; raises KeyError where the node doesn't have it."""
    for record in exposures.records[node]:
        if record[0] >> item & 1:
            return record
    raise KeyError((node, item))


def assumed_flow(exposures: Exposures, node: int, item: int) -> int:
    """Return a flow that an assumed fact, an item of a node, rests on and that does not say what it carries.

    It is the nearest to the end of the witness; where the witness has none, another premise (the key that opened the
    item, another source of a product) rests on one. Returns -1 for a fact that rests on none.
    """
    way = [(node, item)]
    while True:
        _, how, edge, premise, other = record_of(exposures, *way[-1])
        if how == FLOW and is_assumed(exposures, edge):
            return edge >> 1
        if how == ORIGIN:
            break
        way.append((premise, other if how in (KEY, PRODUCE) else way[-1][1]))
    seen = set(way)
    while way:
        fact = way.pop()
        record = record_of(exposures, *fact)
        if record[1] == FLOW and is_assumed(exposures, record[2]):
            return record[2] >> 1
        for premise_fact in _premises(exposures, *fact, record):
            if premise_fact not in seen:
                seen.add(premise_fact)
                way.append(premise_fact)
    return -1


def _premises(exposures: Exposures, node: int, item: int, record: Record) -> list[tuple[int, int]]:
    """Return the facts that a fact may rest on: the premise of its witness, and assumed ones besides it."""
    _, how, product, premise, other = record
    if how == ORIGIN:
        return []
    if how == FLOW:
        return [(premise, item)]
    component, tenant = exposures.component[node], exposures.tenant[node]
    wanted = EVERYTHING << exposures.network.data_count
    if how == PRODUCE:
        wanted = exposures.products[component][product].sources
    found: list[tuple[int, int]] = []
    for near in exposures.nodes[component]:
        stack = exposures.states[exposures.state[near]]
        if how == KEY and exposures.tenant[near] == tenant and stack[1:] == exposures.states[exposures.state[node]]:
            found.extend((near, item) for _ in bits(exposures.have[near] >> item & 1) if near != node)
        if not stack and (how != PRODUCE or exposures.tenant[near] in (tenant, NONE)):
            assumed = exposures.have[near] & ~exposures.items(near, assumed=False)
            found.extend((near, key_or_source) for key_or_source in bits(assumed & wanted))
    return [*found, (premise, item if how == OPEN else other)]


def is_assumed(exposures: Exposures, edge: int) -> bool:
    """Return whether an edge rests on a flow that does not say what it carries, or returns."""
    network = exposures.network
    return bool(network.assumed_back[edge >> 1] if edge & 1 else not network.carriage_declared[edge >> 1])


def stack_names(exposures: Exposures, state: int) -> tuple[str, ...]:
    """Return a state as names of keys, outermost first."""
    return tuple(exposures.network.key_names[key] for key in exposures.states[state])


def _steps(exposures: Exposures, node: int, item: int, record: Record) -> list[Step]:
    """Return the steps of one record, the last first."""
    network = exposures.network
    _, how, edge, premise, _ = record
    component, state = exposures.component[node], exposures.state[node]
    place, stack, name = network.component_names[component], stack_names(exposures, state), network.item_names[item]
    if how == ORIGIN:
        action = "originates" if network.originated[component] >> item & 1 else "stores"
        return [Step(component=place, state=stack, item=name, action=action)]
    if how == OPEN:
        return [Step(component=place, state=stack, action="opens")]
    if how == KEY:
        return [Step(component=place, state=stack, item=name, action="opens")]
    if how == PRODUCE:
        return [Step(component=place, state=stack, item=name, action="produces")]
    flow, back = network.flows[edge >> 1].id, edge & 1
    far = (network.source if back else network.target)[edge >> 1]
    action = "terminates" if component != far else "returns" if back else "flows"
    found = [Step(component=place, state=stack, flow=flow, action=action, assumed=is_assumed(exposures, edge))]
    if state not in (PLAINTEXT, exposures.state[premise]):
        sender = network.component_names[exposures.component[premise]]
        found.append(Step(component=sender, state=stack, flow=flow, action="seals"))
    return found
