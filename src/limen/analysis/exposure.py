"""Exposure: for every component, item and origin tenant, in which states the item can be there.

A state is a stack of keys, outermost first; the empty stack is plaintext. Facts spread level by level from where
items start, so the step that first brings a fact is also the last of its shortest witness. Sets of items are
bitmasks: one *node* is a component, a tenant and a state, and has the items that can be there so.

First the certain facts: flows with declared carriage only. Then, on top, the assumed ones: flows that do not say
what they carry move all that their sender can hold.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from limen.analysis.edges import EVERYTHING, Edges, build_edges
from limen.analysis.network import NONE, Network, bits

PLAINTEXT = 0
"""The number of the empty stack."""
STATE_LIMIT = 16
"""More states of one instance at one component count as plaintext."""

ORIGIN, FLOW, OPEN, KEY, PRODUCE = range(5)
"""How a fact came about: it starts there, an edge brought it, its own top key or a key that arrived opened it, or
it was made from others."""

Record = tuple[int, int, int, int, int]
"""Facts of one node with one cause: items, how, the edge (or product of the component), the node of the premise,
and the item of the premise where that is another one (`KEY`, `PRODUCE`; else -1)."""


class Product(msgspec.Struct, frozen=True, gc=False):
    """An item that a component makes from others."""

    item: int
    """What is made."""
    sources: int
    """The items that it is made from."""


class Exposures(msgspec.Struct, frozen=True, kw_only=True):
    """The fixpoint. Nodes are numbered as they were found; certain ones come first."""

    network: Network
    """The network that was analysed."""
    edges: Edges
    """Its edges."""
    states: list[tuple[int, ...]]
    """Stacks of keys by number, outermost first; 0 is plaintext."""
    state_number: dict[tuple[int, ...], int]
    """Number of each stack."""
    component: list[int]
    """Component of each node."""
    tenant: list[int]
    """Origin tenant of each node, or `NONE`."""
    state: list[int]
    """State of each node."""
    have: list[int]
    """Items of each node, certain and assumed."""
    certain: list[int]
    """Items of each node by declared carriage alone; shorter than `have`, later nodes have none."""
    arrived: tuple[list[int], list[int]]
    """Items that an edge brings in the state of each node: by certain facts (shorter, like `certain`), and by all."""
    nodes: list[list[int]]
    """Nodes of each component."""
    node_of: dict[tuple[int, int, int], int]
    """Node of a component, tenant and state."""
    records: list[list[Record]]
    """For each node how its items came there; each item is in exactly one record."""
    products: list[tuple[Product, ...]]
    """What each component makes."""
    starts: list[int]
    """Items that start at each component: originated, stored, and keys held there that are moved."""
    opens: tuple[list[int], list[int]]
    """Keys that each component can open: by certain facts, and by all."""
    too_many: tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]
    """Items with more than `STATE_LIMIT` states, by component and tenant: by certain facts, and by all."""

    def items(self, node: int, *, assumed: bool = True) -> int:
        """Return the items of a node, with or without those that are only assumed."""
        if assumed:
            return self.have[node]
        return self.certain[node] if node < len(self.certain) else 0

    def plaintext(self, component: int, *, assumed: bool = False) -> int:
        """Return the items that can be in plaintext at a component, of any tenant."""
        return self._union(component, assumed=assumed, plain=True)

    def held(self, component: int, *, assumed: bool = False) -> int:
        """Return the items that can be at a component in any state, of any tenant."""
        return self._union(component, assumed=assumed, plain=False)

    def _union(self, component: int, *, assumed: bool, plain: bool) -> int:
        found = 0
        for node in self.nodes[component]:
            if not plain or self.state[node] == PLAINTEXT:
                found |= self.items(node, assumed=assumed)
        return found

    def instances(self, component: int, *, assumed: bool = False) -> dict[int, tuple[int, int]]:
        """Return for each tenant (or `NONE`) at a component the items in plaintext and those in any state."""
        found: dict[int, tuple[int, int]] = {}
        for node in self.nodes[component]:
            items = self.items(node, assumed=assumed)
            if items:
                plain, every = found.get(self.tenant[node], (0, 0))
                found[self.tenant[node]] = (plain | items if self.state[node] == PLAINTEXT else plain, every | items)
        return found

    def sent(self, component: int, tenants: int, *, assumed: bool) -> tuple[tuple[tuple[int, ...], int], ...]:
        """Return each state at a component with its items, of the tenants of a bitmask and of none."""
        found: dict[int, int] = {}
        for node in self.nodes[component]:
            tenant = self.tenant[node]
            items = self.items(node, assumed=assumed)
            if items and (tenant == NONE or tenants >> tenant & 1):
                found[self.state[node]] = found.get(self.state[node], 0) | items
        return tuple((self.states[state], items) for state, items in found.items())

    def node(self, component: int, tenant: int, state: tuple[int, ...]) -> int:
        """Return the node of an instance's state, or -1 where nothing is there so."""
        return self.node_of.get((component, tenant, self.state_number.get(state, -1)), -1)


def exposures(network: Network) -> Exposures:
    """Return all exposures of a network, certain and assumed."""
    return _Fixpoint(network).run()


class _Fixpoint:
    """The search; one use."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.edges = build_edges(network)
        count = len(network.components)
        self.states: list[tuple[int, ...]] = [()]
        self.state_numbers: dict[tuple[int, ...], int] = {(): PLAINTEXT}
        self.pushed: dict[tuple[int, tuple[int, ...]], int] = {}
        self.node_of: dict[tuple[int, int, int], int] = {}
        self.component: list[int] = []
        self.tenant: list[int] = []
        self.state: list[int] = []
        self.have: list[int] = []
        self.done: list[int] = []
        self.arrived: list[int] = []
        self.records: list[list[Record]] = []
        self.nodes: list[list[int]] = [[] for _ in range(count)]
        self.at_place: dict[tuple[int, int], list[int]] = {}
        self.too_many: dict[tuple[int, int], int] = {}
        self.next: dict[int, int] = {}
        self.opened = [_openable(network, component.opens_with) for component in network.components]
        self.opens = list(self.opened)
        self.products = [
            tuple(
                Product(network.item_index[product.data], network.mask(product.sources))
                for product in component.produces
            )
            for component in network.components
        ]
        self.needed = [_union_of(product.sources for product in made) for made in self.products]
        self.keys = EVERYTHING << network.data_count
        self.starts = _starts(network)

    def run(self) -> Exposures:
        """Find the certain facts and then the assumed ones."""
        for component, items in enumerate(self.starts):
            if items:
                self.add(component, self.network.tenant_of[component], PLAINTEXT, items, (ORIGIN, -1, -1, -1))
        levels = [self.next] if self.edges.any_assumed else []
        while self.next:
            self.next, level = {}, self.next
            for node, items in level.items():
                self.settle(node, items)
                self.spread(node, items, assumed=False)
            if self.edges.any_assumed:
                levels.append(self.next)
        certain, arrived = list(self.have), list(self.arrived)
        opens, too_many = list(self.opens), dict(self.too_many)
        if self.edges.any_assumed:
            self.assume(levels)
        return Exposures(
            network=self.network,
            edges=self.edges,
            states=self.states,
            state_number=self.state_numbers,
            component=self.component,
            tenant=self.tenant,
            state=self.state,
            have=self.have,
            certain=certain,
            arrived=(arrived, self.arrived),
            nodes=self.nodes,
            node_of=self.node_of,
            records=self.records,
            products=self.products,
            starts=self.starts,
            opens=(opens, self.opens),
            too_many=(too_many, self.too_many),
        )

    def assume(self, levels: list[dict[int, int]]) -> None:
        """Spread all facts over assumed edges, and what that adds over all edges, in order of witness length."""
        self.done = [0] * len(self.have)
        self.opens = list(self.opened)
        self.next = {}
        depth = 0
        while self.next or depth < len(levels):
            self.next, level = {}, self.next
            for node, items in (levels[depth] if depth < len(levels) else {}).items():
                self.settle(node, items)
                self.spread(node, items, assumed=True)
            for node, items in level.items():
                self.settle(node, items)
                self.spread(node, items, assumed=False)
                self.spread(node, items, assumed=True)
            depth += 1

    def add(self, component: int, tenant: int, state: int, items: int, cause: tuple[int, int, int, int]) -> None:
        """Note that items can be at a node, and remember those that are new for the next level."""
        node = self.node_of.get((component, tenant, state))
        new = items if node is None else items & ~self.have[node]
        if node is not None and cause[0] == FLOW:
            self.arrived[node] |= items & ~new
        if new and state != PLAINTEXT and len(self.at_place.get((component, tenant), ())) >= STATE_LIMIT:
            new = self.bounded(component, tenant, new, cause)
        if not new:
            return
        if node is None:
            node = self.create(component, tenant, state)
        if cause[0] == FLOW:
            self.arrived[node] |= new
        self.have[node] |= new
        self.next[node] = self.next.get(node, 0) | new
        how, edge, premise, item = cause
        self.records[node].append((new, how, edge, premise, item))

    def create(self, component: int, tenant: int, state: int) -> int:
        """Return a new node, without items."""
        node = self.node_of[component, tenant, state] = len(self.have)
        self.component.append(component)
        self.tenant.append(tenant)
        self.state.append(state)
        self.have.append(0)
        self.done.append(0)
        self.arrived.append(0)
        self.records.append([])
        self.nodes[component].append(node)
        self.at_place.setdefault((component, tenant), []).append(node)
        return node

    def bounded(self, component: int, tenant: int, items: int, cause: tuple[int, int, int, int]) -> int:
        """Return the items that may have one more state here; the others are in plaintext, as is then assumed."""
        over = 0
        for item in bits(items):
            known = sum(self.have[other] >> item & 1 for other in self.at_place[component, tenant])
            if known >= STATE_LIMIT:
                over |= 1 << item
        if over:
            self.too_many[component, tenant] = self.too_many.get((component, tenant), 0) | over
            self.add(component, tenant, PLAINTEXT, over, cause)
        return items & ~over

    def settle(self, node: int, items: int) -> None:
        """Let the component open, and make from plaintext, what it can."""
        self.done[node] |= items
        component, state = self.component[node], self.state[node]
        if state != PLAINTEXT:
            stack = self.states[state]
            if self.opens[component] >> stack[0] & 1:
                self.add(component, self.tenant[node], self.number(stack[1:]), items, (OPEN, -1, node, -1))
            return
        if items & self.keys:
            self.hold(node, items & self.keys)
        if items & self.needed[component]:
            self.make(node, items)

    def hold(self, node: int, items: int) -> None:
        """Open everything that keys which came here in plaintext open."""
        component = self.component[node]
        for item in bits(items):
            new = self.network.wraps[item - self.network.data_count] & ~self.opens[component]
            if not new:
                continue
            self.opens[component] |= new
            for sealed in list(self.nodes[component]):
                stack = self.states[self.state[sealed]]
                if stack and new >> stack[0] & 1 and self.done[sealed]:
                    state = self.number(stack[1:])
                    self.add(component, self.tenant[sealed], state, self.done[sealed], (KEY, -1, node, item))

    def make(self, node: int, items: int) -> None:
        """Make each product all of whose sources are here in plaintext, of one tenant or of none."""
        component, tenant = self.component[node], self.tenant[node]
        shared = self._plain(component, NONE)
        for number, product in enumerate(self.products[component]):
            used = product.sources & items
            if not used:
                continue
            premise = (used & -used).bit_length() - 1
            tenants = [tenant]
            if tenant == NONE:
                tenants += [
                    self.tenant[other]
                    for other in self.nodes[component]
                    if self.state[other] == PLAINTEXT and self.tenant[other] != NONE
                ]
            for of in tenants:
                own = self._plain(component, of)
                if not product.sources & ~(own | shared) and product.sources & own:
                    self.add(component, of, PLAINTEXT, 1 << product.item, (PRODUCE, number, node, premise))

    def _plain(self, component: int, tenant: int) -> int:
        node = self.node_of.get((component, tenant, PLAINTEXT))
        return 0 if node is None else self.done[node]

    def spread(self, node: int, items: int, *, assumed: bool) -> None:
        """Move items over the edges out of their component."""
        component, tenant, state = self.component[node], self.tenant[node], self.state[node]
        node_of, have, arrived = self.node_of, self.have, self.arrived
        for mask, target, number in (self.edges.assumed_plain if assumed else self.edges.plain)[component]:
            new = items & mask
            if new:
                known = node_of.get((target, tenant, state))
                if known is None or new & ~have[known]:
                    self.add(target, tenant, state, new, (FLOW, number, node, -1))
                else:
                    arrived[known] |= new
        for edge in (self.edges.assumed_special if assumed else self.edges.special)[component]:
            new = items & edge.mask
            # As `edge.passes`, without a call for each edge.
            if not new or (tenant != NONE and not edge.tenants >> tenant & 1):
                continue
            cause = (FLOW, edge.number, node, -1)
            for pushed, keys in edge.pushes:
                if new & pushed:
                    sealed = self.push(state, keys)
                    for receiver in edge.receivers:
                        self.add(receiver, tenant, sealed, new & pushed, cause)
            new &= ~edge.pushed
            if new:
                for receiver in edge.receivers:
                    self.add(receiver, tenant, state, new, cause)

    def push(self, state: int, keys: tuple[int, ...]) -> int:
        """Return a state with keys put around it, innermost first, each at most once."""
        found = self.pushed.get((state, keys))
        if found is None:
            found = self.pushed[state, keys] = self.number(sealed(self.states[state], keys))
        return found

    def number(self, stack: tuple[int, ...]) -> int:
        """Return the number of a state."""
        found = self.state_numbers.get(stack)
        if found is None:
            found = self.state_numbers[stack] = len(self.states)
            self.states.append(stack)
        return found


def sealed(stack: tuple[int, ...], keys: tuple[int, ...]) -> tuple[int, ...]:
    """Return a stack with keys put around it, innermost first; one that is in it already is not put twice."""
    for key in keys:
        if key not in stack:
            stack = (key, *stack)
    return stack


def _openable(network: Network, names: tuple[str, ...]) -> int:
    """Return the keys that holders of some keys can open, those that they wrap included."""
    return _union_of(network.wraps[network.key_index[name]] for name in names)


def _starts(network: Network) -> list[int]:
    """Return the items that start at each component."""
    found = [originated | stored for originated, stored in zip(network.originated, network.stored, strict=True)]
    moved = _union_of({*network.carried, *network.returned}) >> network.data_count
    for key in bits(moved):
        declared = network.declaration.keys.get(network.key_names[key])
        if declared is not None and declared.held_by is not UNSET and declared.held_by in network.component_index:
            found[network.component_index[declared.held_by]] |= 1 << network.data_count + key
    return found


def _union_of(masks: Iterator[int] | set[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
