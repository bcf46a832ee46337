"""Wire: what leaves each component over each edge, and in which states it is then on the way.

An item that a flow is declared to carry although its sender can't hold it is taken as if the sender held it in
plaintext: a declaration that forgets where an item starts may not look safer than one that says it.
"""

from __future__ import annotations

import msgspec

from limen.analysis.edges import EVERYTHING, Plain, Pushes, Special
from limen.analysis.exposure import Exposures, sealed
from limen.analysis.network import Network, bits
from limen.analysis.witness import assumed_flow, is_assumed

States = tuple[tuple[tuple[int, ...], int], ...]
"""States, as stacks of keys with the outermost first, each with the items that can be in it; one item in several."""


class Wires(msgspec.Struct, frozen=True, kw_only=True):
    """What moves, by the number of the edge: twice the flow's, plus one for the way back."""

    exposures: Exposures
    """What the components can hold."""
    items: list[int]
    """What can move: as declared; over an assumed edge all that the sender can hold, assumed facts included."""
    plain: list[int]
    """Of those, what can be in plaintext on the wire, by certain facts; over an assumed edge by all."""
    held: list[int]
    """Of those, what the sender can hold, by certain facts; over an assumed edge by all."""
    sealed: dict[int, States]
    """States on the edges over which something is sealed, as in `states`; equal ones are the same object."""
    later: dict[int, int]
    """Edges of declared carriage over which assumed facts show more: the items that are sent in a lower state, or that
    the sender can hold at all, only by an assumption."""
    special: dict[int, Special]
    """The special edges."""

    def moved(self, flow: int) -> int:
        """Return the items that a flow moves either way, assumed ones too."""
        return self.items[flow * 2] | self.items[flow * 2 + 1]

    def sender(self, edge: int) -> int:
        """Return the component that sends over an edge."""
        network = self.exposures.network
        return (network.target if edge & 1 else network.source)[edge >> 1]

    def receiver(self, edge: int) -> int:
        """Return the component at the far end of an edge."""
        network = self.exposures.network
        return (network.source if edge & 1 else network.target)[edge >> 1]

    def assumed(self, edge: int) -> bool:
        """Return whether an edge rests on a flow that does not say what it carries, or returns."""
        return is_assumed(self.exposures, edge)

    def states(self, edge: int, *, assumed: bool = False) -> States:
        """Return the states on the wire, by certain facts or by all; over an assumed edge always by all.

        Items that are declared but not held are in the state that the sender would give to plaintext.
        """
        special = self.special.get(edge)
        tenants = EVERYTHING if special is None else special.tenants
        sent = self.exposures.sent(self.sender(edge), tenants, assumed=self.assumed(edge) or assumed)
        return _on_wire(self.items[edge], sent, () if special is None else special.pushes)


def wires(network: Network, exposures: Exposures) -> Wires:
    """Return what moves over each edge."""
    return _Search(network, exposures).run()


class _Search:
    """Computes the wires, equal ones once; one use."""

    def __init__(self, network: Network, exposures: Exposures) -> None:
        count = len(network.flows) * 2
        self.exposures = exposures
        self.edges = exposures.edges
        self.found = Wires(
            exposures=exposures,
            items=[0] * count,
            plain=[0] * count,
            held=[0] * count,
            sealed={},
            later={},
            special={},
        )
        self.memo: dict[tuple[int, int, States], States] = {}

    def run(self) -> Wires:
        """Return what moves over each edge."""
        edges = self.edges
        for component, (plain, special) in enumerate(zip(edges.plain, edges.special, strict=True)):
            if plain or special:
                self.send(component, plain, special, assumed=False)
        if edges.any_assumed:
            for component, (plain, special) in enumerate(zip(edges.assumed_plain, edges.assumed_special, strict=True)):
                if plain or special:
                    self.send(component, plain, special, assumed=True)
        return self.found

    def send(self, component: int, plain_edges: list[Plain], special_edges: list[Special], *, assumed: bool) -> None:
        """Fill in the edges out of one component."""
        found, exposures = self.found, self.exposures
        sent = exposures.sent(component, EVERYTHING, assumed=assumed)
        by_tenants = {EVERYTHING: sent}
        later = self.edges.any_assumed and not assumed
        all_sent = exposures.sent(component, EVERYTHING, assumed=True) if later else ()
        held, plain = _union(sent), _plain(sent)
        more = _union(all_sent) & ~held | _plain(all_sent) & ~plain
        moving, known, bare, unsealed = found.items, found.held, found.plain, plain | ~held
        for mask, _, number in plain_edges:
            items = mask & held if assumed else mask
            moving[number] = items
            known[number] = items & held
            open_items = bare[number] = items & unsealed
            if open_items != items:
                found.sealed[number] = self.states(items, sent, ())
            if more and more & mask:
                found.later[number] = more & mask
        for edge in special_edges:
            here = by_tenants.get(edge.tenants)
            if here is None:
                here = by_tenants[edge.tenants] = exposures.sent(component, edge.tenants, assumed=assumed)
            self.special(edge, here, all_sent if later else None, component, assumed=assumed)

    def special(self, edge: Special, sent: States, all_sent: States | None, component: int, *, assumed: bool) -> None:
        """Fill in one special edge; `all_sent` are certain and assumed states where assumed ones may show more."""
        found, number = self.found, edge.number
        if edge.tenants != EVERYTHING and all_sent is not None:
            all_sent = self.exposures.sent(component, edge.tenants, assumed=True)
        held = _union(sent)
        items = edge.mask & held if assumed else edge.mask
        states = self.states(items, sent, edge.pushes)
        plain = _plain(states)
        found.special[number] = edge
        found.items[number] = items
        found.held[number] = items & held
        found.plain[number] = plain
        if plain != items:
            found.sealed[number] = states
        if all_sent is not None:
            more = _plain(self.states(items, all_sent, edge.pushes)) & ~plain | _union(all_sent) & ~held
            if more & items:
                found.later[number] = more & items

    def states(self, items: int, sent: States, pushes: Pushes) -> States:
        """Return the states on the wire, the same object for equal cases."""
        here = tuple([(state, moving) for state, every in sent if (moving := every & items)])
        memo = (items, id(pushes), here)
        states = self.memo.get(memo)
        if states is None:
            states = self.memo[memo] = _on_wire(items, here, pushes)
        return states


def _on_wire(items: int, sent: States, pushes: Pushes) -> States:
    """Return the states in which items leave a sender that has them in some states, or not at all."""
    found: dict[tuple[int, ...], int] = {}
    for state, here in (*sent, ((), items & ~_union(sent))):
        leaving = here & items
        for pushed, keys in pushes:
            if leaving & pushed:
                stack = sealed(state, keys)
                found[stack] = found.get(stack, 0) | leaving & pushed
                leaving &= ~pushed
        if leaving:
            found[state] = found.get(state, 0) | leaving
    return tuple(found.items())


def _union(states: States) -> int:
    found = 0
    for _, items in states:
        found |= items
    return found


def _plain(states: States) -> int:
    for state, items in states:
        if not state:
            return items
    return 0


def cause(wires: Wires, edge: int, item: int) -> int:
    """Return a flow that does not say what it carries and without which an edge of `later` would show less of an item.

    The states that only assumed facts give are asked in the order of their depth on the wire.
    """
    exposures, special, sender = wires.exposures, wires.special.get(edge), wires.sender(edge)
    found = []
    for node in exposures.nodes[sender]:
        assumed = exposures.have[node] & ~exposures.items(node, assumed=False)
        if assumed >> item & 1 and (special is None or special.passes(exposures.tenant[node])):
            stack = exposures.states[exposures.state[node]]
            for pushed, keys in () if special is None else special.pushes:
                if pushed >> item & 1:
                    stack = sealed(stack, keys)
            found.append((len(stack), node))
    return assumed_flow(exposures, min(found)[1], item)


def depths(states: States) -> dict[int, int]:
    """Return for each item the least number of keys around it in any of the states."""
    found: dict[int, int] = {}
    for state, items in states:
        for item in bits(items):
            found[item] = min(len(state), found.get(item, len(state)))
    return found
