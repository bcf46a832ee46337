"""A naive second opinion on exposures, wires and integrity: plain sets of names, repeated until nothing changes.

It shares no code with limen.analysis and follows the words of the design (model.md, Analysis) one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec import UNSET

from limen.model.declaration import Declaration
from limen.model.flows import Flow
from limen.model.places import Component
from limen.model.posture import ONE_WAY_PROTOCOLS

Fact = tuple[str, str, str | None, tuple[str, ...]]
"""Component, item, origin tenant, stack of keys with the outermost first."""


@dataclass
class Movement:
    """One direction of a flow."""

    flow: Flow
    back: bool
    items: frozenset[str] | None  # None: everything, assumed

    @property
    def sender(self) -> str:
        return self.flow.target if self.back else self.flow.source

    @property
    def receiver(self) -> str:
        return self.flow.source if self.back else self.flow.target

    @property
    def receivers(self) -> list[str]:
        hops = [hop.component for hop in self.flow.via if hop.tls == "terminate"]
        return [*(reversed(hops) if self.back else hops), self.receiver]


@dataclass
class Opinion:
    """What the oracle found."""

    certain: dict[Fact, int]
    every: dict[Fact, int]
    """Certain and assumed facts; for each the length of its shortest witness."""
    wires: dict[tuple[str, bool, str], set[tuple[str, ...]]] = field(default_factory=dict)
    """For each flow, direction and item of declared carriage the certain states on the wire."""
    sendable: dict[tuple[str, bool, str], tuple[set[tuple[str, ...]], set[tuple[str, ...]]]] = field(
        default_factory=dict
    )
    """The same without what is assumed of items that nobody holds: by certain facts, and by all."""
    integrity: dict[tuple[str, str, str | None], int] = field(default_factory=dict)
    integrity_every: dict[tuple[str, str, str | None], int] = field(default_factory=dict)


def opinion(declaration: Declaration) -> Opinion:
    """Return all facts of a declaration."""
    movements = list(_movements(declaration))
    declared = [movement for movement in movements if movement.items is not None]
    certain = _closure(declaration, declared, {})
    every = _closure(declaration, movements, certain)
    found = Opinion(certain, every)
    for movement in declared:
        for item in movement.items:
            certainly, possibly = (_sent(declaration, movement, item, facts) for facts in (certain, every))
            found.sendable[movement.flow.id, movement.back, item] = certainly, possibly
            nobody = (movement.sender, item, None, ())
            found.wires[movement.flow.id, movement.back, item] = certainly or {_on_wire(declaration, movement, nobody)}
    found.integrity = _integrity(declaration, declared, certain)
    found.integrity_every = _integrity(declaration, movements, every)
    return found


def _sent(declaration: Declaration, movement: Movement, item: str, facts: dict[Fact, int]) -> set[tuple[str, ...]]:
    """Return the states in which an item can be on the wire."""
    return {
        _on_wire(declaration, movement, fact)
        for fact in facts
        if fact[:2] == (movement.sender, item) and _passes(declaration, movement, fact[2])
    }


def _movements(declaration: Declaration):
    for flow in declaration.flows:
        if flow.carries is not UNSET:
            yield Movement(flow, back=False, items=frozenset(flow.carries))
        else:
            yield Movement(flow, back=False, items=None)
        if flow.returns is not UNSET:
            yield Movement(flow, back=True, items=frozenset(flow.returns))
        elif flow.carries is UNSET:
            protocol = UNSET if flow.in_transit is UNSET else flow.in_transit.protocol
            if protocol not in ONE_WAY_PROTOCOLS:
                yield Movement(flow, back=True, items=None)


def _starts(declaration: Declaration) -> set[Fact]:
    found = set()
    moved = {
        item
        for flow in declaration.flows
        for items in (flow.carries, flow.returns)
        if items is not UNSET
        for item in items
    }
    for name, component in declaration.components.items():
        tenant = None if component.tenant is UNSET else component.tenant
        for item in (*component.originates, *component.stores):
            found.add((name, item, tenant, ()))
        for key, material in declaration.keys.items():
            if f"key:{key}" in moved and material.held_by == name:
                found.add((name, f"key:{key}", tenant, ()))
    return found


def _opened_by(declaration: Declaration, key: str) -> set[str]:
    found = {key}
    while True:
        more = {
            name
            for name, declared in declaration.keys.items()
            if declared.wrapped_by is not UNSET and declared.wrapped_by in found
        }
        if more <= found:
            return found
        found |= more


def _closure(declaration: Declaration, movements: list[Movement], fixed: dict[Fact, int]) -> dict[Fact, int]:
    """Return all facts with the lengths of their shortest derivations; those of `fixed` are given."""
    found = dict(fixed)
    for fact in _starts(declaration):
        found.setdefault(fact, 1)
    while True:
        better = False
        for fact, length in _derivable(declaration, movements, found):
            if fact not in fixed and length < found.get(fact, 10**9):
                found[fact] = length
                better = True
        if not better:
            return found


def _derivable(declaration: Declaration, movements: list[Movement], found: dict[Fact, int]):
    for fact, length in list(found.items()):
        place, item, tenant, stack = fact
        component = declaration.components[place]
        if stack:
            if any(stack[0] in _opened_by(declaration, key) for key in component.opens_with):
                yield (place, item, tenant, stack[1:]), length + 1
            for (other, thing, _, state), at in list(found.items()):
                held = other == place and thing.startswith("key:") and not state
                if held and stack[0] in _opened_by(declaration, thing.removeprefix("key:")):
                    yield (place, item, tenant, stack[1:]), max(length, at) + 1
        for movement in movements:
            if movement.sender != place or (movement.items is not None and item not in movement.items):
                continue
            if _passes(declaration, movement, tenant):
                for receiver in movement.receivers:
                    yield (receiver, item, tenant, _on_wire(declaration, movement, fact)), length + 1
    yield from _products(declaration, found)


def _products(declaration: Declaration, found: dict[Fact, int]):
    for place, component in declaration.components.items():
        for made in component.produces:
            for tenant in {fact[2] for fact in found if fact[0] == place}:
                length = _made(place, made.sources, tenant, found)
                if length is not None:
                    yield (place, made.data, tenant, ()), length + 1


def _made(place: str, sources: tuple[str, ...], tenant: str | None, found: dict[Fact, int]) -> int | None:
    """Return when all sources are there in plaintext for a tenant or for none, one of them at least for the tenant."""
    lengths, own = [], []
    for source in sources:
        mine = found.get((place, source, tenant, ()))
        shared = found.get((place, source, None, ()))
        both = [length for length in (mine, shared) if length is not None]
        if not both:
            return None
        lengths.append(min(both))
        if mine is not None:
            own.append(mine)
    return max(*lengths, min(own)) if own else None


def _passes(declaration: Declaration, movement: Movement, tenant: str | None) -> bool:
    sender: Component = declaration.components[movement.sender]
    if tenant is None or sender.partitions_by is UNSET:
        return True
    flow = movement.flow
    ends = {declaration.components[end].tenant for end in (flow.source, flow.target)}
    tenants = {flow.tenant} if flow.tenant is not UNSET else ends - {UNSET}
    if not tenants:
        return True
    return tenant in tenants or tenant in _senders(declaration, flow.id)


def _senders(declaration: Declaration, flow: str) -> set[str]:
    """Return the tenants that send over the transfers of a flow."""
    sources = {declared.id: declared.source for declared in declaration.flows}
    return {
        declaration.components[sources[transfer.flows[0]]].tenant
        for transfer in declaration.transfers
        if flow in transfer.flows
    } - {UNSET}


def _on_wire(declaration: Declaration, movement: Movement, fact: Fact) -> tuple[str, ...]:
    """Return the state in which an item leaves its sender."""
    place, item, _, stack = fact
    sender = declaration.components[place]
    if movement.flow.of == "storage" and not movement.back and item in sender.stores and sender.at_rest is not UNSET:
        key = sender.at_rest.key
        if sender.at_rest.algorithm != "none" and key is not UNSET and key not in stack:
            stack = (key, *stack)
    for layer in reversed(movement.flow.protection.get(item, ())):
        if layer.sealed is not UNSET:
            key = layer.sealed
        elif layer.field_encrypted is not UNSET:
            sensitive = declaration.data[item].sensitive_fields if item in declaration.data else ()
            if not sensitive or not set(sensitive) <= set(layer.field_encrypted.fields):
                continue
            key = layer.field_encrypted.key
        else:
            continue
        if key not in stack and key in sender.seals_with:
            stack = (key, *stack)
    return stack


def _integrity(
    declaration: Declaration, movements: list[Movement], facts: dict[Fact, int]
) -> dict[tuple[str, str, str | None], int]:
    """Return the greatest values that fit together."""
    trust = {name: declaration.zones[component.zone].trust for name, component in declaration.components.items()}
    found = {fact[:3]: 10**9 for fact in facts}
    plain = {fact[:3] for fact in facts if not fact[3]}
    while True:
        before = dict(found)
        for (place, item, tenant), value in before.items():
            values = [value]
            if (place, item, tenant, ()) in _starts(declaration):
                values.append(trust[place])
            for movement in movements:
                values.extend(_arriving(declaration, movement, (place, item, tenant), trust, before))
            for made in declaration.components[place].produces:
                if made.data == item:
                    values.extend(_sources(place, made.sources, tenant, plain, before))
            found[place, item, tenant] = min(values)
        if found == before:
            return found


def _arriving(declaration, movement, instance, trust, values):
    place, item, tenant = instance
    sent = (movement.sender, item, tenant)
    if movement.items is not None and item not in movement.items:
        return
    if sent not in values or not _passes(declaration, movement, tenant):
        return
    least = min(values[sent], trust[movement.sender])
    target = declaration.components[place]
    validates = target.ingress is not UNSET and item in target.ingress.validates
    signed = any(
        layer.signed is not UNSET
        and layer.signed in declaration.components[movement.sender].signs_with
        and layer.signed in target.verifies_with
        for layer in movement.flow.protection.get(item, ())
    )
    for receiver in movement.receivers:
        if receiver == place:
            yield max(least, trust[place]) if validates or signed else least
        least = min(least, trust[receiver])


def _sources(place, sources, tenant, plain, values):
    instances = [[(place, source, of) for of in {tenant, None} if (place, source, of) in plain] for source in sources]
    if all(instances) and any((place, source, tenant) in plain for source in sources):
        yield min(values[one] for here in instances for one in here)


def fields(declaration: Declaration, *, assumed: bool) -> dict[tuple[str, str, str | None], dict[str, bool]]:
    """Return what the subject of each instance says of where it starts, arrives and is open, by facts of one kind."""
    whole = opinion(declaration)
    facts = set(whole.every if assumed else whole.certain)
    movements = [m for m in _movements(declaration) if assumed or m.items is not None]
    coming: set[Fact] = set()
    outside: set[tuple[str, str, str | None]] = set()
    for fact in facts:
        for movement in movements:
            if movement.sender != fact[0] or (movement.items is not None and fact[1] not in movement.items):
                continue
            if not _passes(declaration, movement, fact[2]):
                continue
            for receiver in movement.receivers:
                coming.add((receiver, *fact[1:3], _on_wire(declaration, movement, fact)))
                if _comes_outside(declaration, movement, receiver, fact[2]):
                    outside.add((receiver, *fact[1:3]))
    found = {}
    for place, item, tenant in {fact[:3] for fact in facts}:
        component = declaration.components[place]
        home = None if component.tenant is UNSET else component.tenant
        stacks = {fact[3] for fact in facts if fact[:3] == (place, item, tenant)}
        arrivals = {fact[3] for fact in coming if fact[:3] == (place, item, tenant)}
        open_keys = {
            inner
            for key in (
                *component.opens_with,
                *(
                    fact[1].removeprefix("key:")
                    for fact in facts
                    if fact[0] == place and fact[1][:4] == "key:" and not fact[3]
                ),
            )
            for inner in _opened_by(declaration, key)
        }
        made = any(
            product.data == item and _made(place, product.sources, tenant, dict.fromkeys(facts, 1)) is not None
            for product in component.produces
        )
        origin = made or (place, item, tenant, ()) in _starts(declaration)
        handles = {*component.originates, *component.stores, *(product.data for product in component.produces)}
        held = item.startswith("key:") and any(fact[:2] == (place, item) for fact in _starts(declaration))
        leaves = any(
            place in (movement.sender, *movement.receivers[:-1]) and (movement.items is None or item in movement.items)
            for movement in movements
        )
        found[place, item, tenant] = {
            "origin": origin,
            "arrival": bool(arrivals),
            "plaintext": () in stacks,
            "sealed": any(stacks),
            "arrives_plaintext": any(open_keys.issuperset(stack) for stack in arrivals),
            "broker": leaves and not (item in handles or held or any(s and s[0] in open_keys for s in stacks)),
            "stored": item in component.stores,
            "foreign": home is not None and tenant is not None and home != tenant,
            "outside_transfer": (place, item, tenant) in outside,
        }
    return found


def _comes_outside(declaration: Declaration, movement: Movement, receiver: str, tenant: str | None) -> bool:
    here, there = declaration.components[movement.sender].tenant, declaration.components[receiver].tenant
    if there is UNSET or here == there or tenant == there:
        return False
    sender = here if tenant is None else tenant
    return sender is not UNSET and sender not in _senders(declaration, movement.flow.id)
