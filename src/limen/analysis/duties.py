"""Duties that the flows themselves set apart: who makes a record neither stores it nor signs what comes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product

from msgspec import UNSET

from limen.analysis.movement import Movement
from limen.analysis.network import bits

Pair = tuple[str, str]
"""Two permissions, sorted."""


def duties_apart(movement: Movement) -> dict[Pair, str]:
    """Return the pairs of permissions that no one may hold together, each with why, in order of the declaration.

    - whoever makes an item does not write it into a store (21 CFR 11.10(g), 1304.21);
    - whoever makes, stores or, as a person, handles what a signed item comes of does not sign it;
    - of two signed items that come of the same, not one hand moves both;
    - whoever sends a transfer does not acknowledge it.
    """
    return dict(_Duties(movement).found())


class _Duties:
    """The permissions of one network, by what they do to each item; one use."""

    def __init__(self, movement: Movement) -> None:
        self.movement = movement
        network = self.network = movement.network
        roles = network.declaration.roles
        people = {name for name, role in roles.items() if role.subjects == "human"}
        self.permission: list[str | None] = []
        self.making: defaultdict[int, dict[str, None]] = defaultdict(dict)
        self.storing: defaultdict[int, dict[str, None]] = defaultdict(dict)
        self.handling: defaultdict[int, dict[str, None]] = defaultdict(dict)
        self.sending: defaultdict[int, dict[str, None]] = defaultdict(dict)
        originated, stored, source, target = network.originated, network.stored, network.source, network.target
        seen: set[tuple[int, int, int, int, int]] = set()
        for index, flow in enumerate(network.flows):
            permission = None if flow.authz is UNSET or flow.authz.permission is UNSET else flow.authz.permission
            self.permission.append(permission)
            if permission is None or flow.authz is UNSET:
                continue
            carried = movement.forward(index)
            made, kept = carried & originated[source[index]], carried & stored[target[index]]
            alike = (id(flow.authz), carried, movement.backward(index), made, kept)
            if alike in seen:  # by identity: loading makes equal declarations the same object
                continue
            seen.add(alike)
            by_people = carried | movement.backward(index) if people.intersection(flow.authz.roles) else 0
            for items, found in (
                (made, self.making), (kept, self.storing), (carried, self.sending), (by_people, self.handling)
            ):  # fmt: skip
                for item in bits(items):
                    found[item][permission] = None
        self.sources: defaultdict[int, set[int]] = defaultdict(set)
        self.signed: dict[int, None] = {}
        for component in network.components:
            for produced in component.produces:
                item = network.item_index[produced.data]
                self.sources[item].update(network.item_index[name] for name in produced.sources)
                if produced.how == "sign":
                    self.signed[item] = None

    def found(self) -> Iterator[tuple[Pair, str]]:
        """Yield each pair with why; a pair that has several reasons comes with each, the last first to be said."""
        names = self.network.item_names
        for item in list(self.storing):
            why = f"{names[item]} is made with one and stored with the other"
            yield from _pairs(self.making[item], self.storing[item], why)
        for item in self.signed:
            for origin in sorted(self.ancestors(item)):
                before = self.making[origin] | self.storing[origin] | self.handling[origin]
                why = f"{names[item]} comes of {names[origin]}"
                yield from _pairs(before, self.handling[item], why)
        for first, second in product(self.signed, repeat=2):
            if first < second and self.sources[first] & self.sources[second]:
                why = f"{names[first]} and {names[second]} are signed for the same"
                yield from _pairs(self.sending[first], self.sending[second], why)
        for transfer in self.network.declaration.transfers:
            sent, answered = self.hands(transfer.flows)
            yield from _pairs(sent, answered, f"the two sides of transfer {transfer.id}")

    def hands(self, names: Iterable[str]) -> tuple[dict[str, None], dict[str, None]]:
        """Return what a transfer's sender asks for with its first flow, and its receiver of whoever is on the way."""
        network = self.network
        flows = [network.flow_index[name] for name in names if name in network.flow_index]
        if not flows:
            return {}, {}
        way = {network.source[flow] for flow in flows} | {network.target[flow] for flow in flows}
        receiver = network.target[flows[-1]]
        answers = [flow for flow in network.outgoing[receiver] if network.target[flow] in way]
        return self.asked(flows[:1]), self.asked(answers)

    def asked(self, flows: Iterable[int]) -> dict[str, None]:
        """Return the permissions that some flows ask for."""
        return {permission: None for flow in flows if (permission := self.permission[flow]) is not None}

    def ancestors(self, item: int) -> set[int]:
        """Return the items that an item is made of, however indirectly."""
        found: set[int] = set()
        waiting = [item]
        while waiting:
            new = self.sources[waiting.pop()] - found
            found |= new
            waiting += new
        return found


def _pairs(ones: Iterable[str], others: Iterable[str], why: str) -> Iterator[tuple[Pair, str]]:
    for one, other in product(ones, others):
        if one != other:
            first, second = sorted((one, other))
            yield (first, second), why
