"""Subjects of kind assertion: what the architects say may never be, with a shortest way that shows it can."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec
from msgspec import UNSET

from limen.analysis.borders import Borders
from limen.analysis.cuts import smallest_cut
from limen.analysis.kinds.structure import AssertionSubject
from limen.analysis.tables import TableBuilder
from limen.analysis.ways import Ways, first_assumed, is_assumed, place, round_trip, search, steps_of
from limen.analysis.wire import Wires
from limen.analysis.witness import assumed_flow, witness_of
from limen.model.operations import Assertion, Never
from limen.records.subjects import ABSENT, Detail, Step, SubjectTable


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about one assertion."""

    form: str
    """path or data."""
    applies: bool
    """Whether its item exists, and its places hold components that it does not except."""
    witness: tuple[Step, ...] = ()
    """A shortest way that breaks it; empty where it holds."""
    assumed: str = ""
    """The flow without `carries` that every witness rests on, or an empty text."""
    cut: tuple[str, ...] = ()
    """A smallest set of flows whose removal mends it; empty also where the item starts in the place itself."""


def assertion_table(ways: Ways, wires: Wires, borders: Borders) -> SubjectTable:
    """Return the table of assertions, in the order of the declaration."""
    network = ways.network
    assertions = network.declaration.assertions
    verdicts = [judge(assertion, ways, wires, borders) for assertion in assertions]
    builder = TableBuilder("assertion", 1)
    flows: dict[str, int] = {}
    for index, verdict in enumerate(verdicts):
        subject = AssertionSubject(
            form=verdict.form,
            broken=bool(verdict.witness),
            applies=verdict.applies,
            cut=len(verdict.cut),
        )
        assumed = flows.setdefault(verdict.assumed, len(flows)) if verdict.assumed else ABSENT
        builder.add(builder.shape(subject), index, assumed=assumed)

    def details(index: int) -> Detail:
        assertion, verdict = assertions[index], verdicts[index]
        return Detail(
            path=("assertions", assertion.id),
            title=f"assertion {assertion.id}" if assertion.reason is UNSET else assertion.reason,
            crossing=next((step.flow for step in reversed(verdict.witness) if step.flow), ""),
            witness=verdict.witness,
            provenance={"broken": "removing " + ", ".join(verdict.cut) + " mends it"} if verdict.cut else {},
            peers=verdict.cut,
        )

    return builder.finish([tuple(assertion.id for assertion in assertions)], details, tuple(flows))


def judge(assertion: Assertion, ways: Ways, wires: Wires, borders: Borders) -> Verdict:
    """Return whether something breaks an assertion."""
    never = assertion.never
    if never.source is not UNSET and never.target is not UNSET:
        return _path(never.source, never.target, never.except_via, ways, borders)
    return _data(never, ways, wires, borders)


def _path(source: str, target: str, except_via: tuple[str, ...], ways: Ways, borders: Borders) -> Verdict:
    network = ways.network
    starts, ends = place(network, borders, source), place(network, borders, target)
    if starts is None or ends is None:
        return Verdict(form="path", applies=False)
    lawful = {component for name in except_via for component in place(network, borders, name) or ()}
    if starts <= lawful or ends <= lawful:
        return Verdict(form="path", applies=False)  # an end that is excepted itself leaves no way to forbid
    for edges in (ways.certain, ways.every):
        last = round_trip(edges, starts, ends, lawful)
        if last is not None:
            witness = steps_of(network, search(edges, starts, blocked=lawful), *last)
            pairs = (
                (sender, receivers, number)
                for sender, out in enumerate(ways.every)
                if sender not in lawful
                for receivers, number in out
            )
            return Verdict(
                form="path",
                applies=True,
                witness=witness,
                assumed=first_assumed(witness),
                cut=smallest_cut(network, pairs, starts - lawful, ends - lawful, lawful),
            )
    return Verdict(form="path", applies=True)


def _data(never: Never, ways: Ways, wires: Wires, borders: Borders) -> Verdict:
    network = ways.network
    places = None if never.reaches is UNSET else place(network, borders, never.reaches)
    if not places or never.data is UNSET or never.data not in network.declaration.data:
        return Verdict(form="data", applies=False)
    item = network.item_index[never.data]
    plain = never.state is UNSET or never.state == "plaintext"
    if never.on is UNSET:
        witness, assumed = _arrival(wires, item, places, plain=plain)
    else:
        witness, assumed = _on_wire(ways, wires, item, places, plain=plain)
    cut = _data_cut(ways, wires, item, places, plain=plain, wire=never.on is not UNSET) if witness else ()
    return Verdict(form="data", applies=True, witness=witness, assumed=assumed, cut=cut)


def _arrival(wires: Wires, item: int, places: Collection[int], *, plain: bool) -> tuple[tuple[Step, ...], str]:
    """Return a shortest way by which an item can be in a place, and the flow that it is assumed on."""
    exposures = wires.exposures
    for assumed in (False, True):
        found = [
            (witness_of(exposures, node, item), node)
            for component in sorted(places)
            for node in exposures.nodes[component]
            if exposures.items(node, assumed=assumed) >> item & 1 and not (plain and exposures.state[node])
        ]
        if found:
            witness, node = min(found, key=lambda each: len(each[0]))
            flow = assumed_flow(exposures, node, item) if assumed else -1
            return witness, exposures.network.flows[flow].id if flow >= 0 else ""
    return (), ""


def _on_wire(
    ways: Ways, wires: Wires, item: int, places: Collection[int], *, plain: bool
) -> tuple[tuple[Step, ...], str]:
    """Return a shortest way by which an item can be on a wire into a place, and the flow that it is assumed on."""
    network = ways.network
    found: list[tuple[tuple[Step, ...], str]] = []
    for number in _into(ways, places):
        certain = (wires.plain if plain else wires.items)[number] >> item & 1 and not is_assumed(network, number)
        later = wires.items[number] >> item & 1 and (
            is_assumed(network, number) or wires.later.get(number, 0) >> item & 1
        )
        if certain or (later and (not plain or _plain_by_assumption(wires, number, item))):
            found.append(_sent(wires, item, number, plain=plain, certain=bool(certain)))
    return min(found, key=lambda each: (bool(each[1]), len(each[0])), default=((), ""))


def _into(ways: Ways, places: Collection[int]) -> Iterator[int]:
    """Yield the edges that lead into a place or through a hop in it."""
    for out in ways.every:
        for receivers, number in out:
            if any(receiver in places for receiver in receivers):
                yield number


def _plain_by_assumption(wires: Wires, number: int, item: int) -> bool:
    """Return whether an item can be unsealed on a wire, all facts counted."""
    return any(not state and items >> item & 1 for state, items in wires.states(number, assumed=True))


def _sent(wires: Wires, item: int, number: int, *, plain: bool, certain: bool) -> tuple[tuple[Step, ...], str]:
    """Return how an item comes onto a wire: to its sender, and then one step more."""
    exposures = wires.exposures
    network = exposures.network
    sender, receiver = wires.sender(number), wires.receiver(number)
    flow = network.flows[number >> 1].id
    nodes = [
        node
        for node in exposures.nodes[sender]
        if exposures.items(node, assumed=not certain) >> item & 1 and not (plain and exposures.state[node])
    ]
    before: tuple[Step, ...] = (Step(component=network.component_names[sender]),)
    assumed = flow if is_assumed(network, number) else ""
    if nodes:
        before, node = min(((witness_of(exposures, node, item), node) for node in nodes), key=lambda each: len(each[0]))
        if not certain and not assumed:
            premise = assumed_flow(exposures, node, item)
            assumed = network.flows[premise].id if premise >= 0 else ""
    step = Step(
        component=network.component_names[receiver],
        item=network.item_names[item],
        flow=flow,
        action="returns" if number & 1 else "flows",
        assumed=is_assumed(network, number),
    )
    return (*before, step), assumed


def _data_cut(ways: Ways, wires: Wires, item: int, places: set[int], *, plain: bool, wire: bool) -> tuple[str, ...]:
    """Return a smallest set of flows without which an item no longer comes to a place.

    On the way it may change its state, so flows that move it in any state count: the set always mends, and is
    smallest among those that keep the item away altogether.
    """
    network = ways.network
    starts = {
        component
        for component in range(len(network.components))
        if wires.exposures.starts[component] >> item & 1
        or any(product.item == item for product in wires.exposures.products[component])
    }
    if starts & places:
        if not wire:
            return ()
        column = wires.plain if plain else wires.items
        bad = (number for number in _into(ways, places) if column[number] >> item & 1)
        return tuple(sorted({network.flows[number >> 1].id for number in bad}))
    pairs = (
        (sender, receivers, number)
        for sender, out in enumerate(ways.every)
        for receivers, number in out
        if wires.items[number] >> item & 1
    )
    return smallest_cut(network, pairs, starts, places)
