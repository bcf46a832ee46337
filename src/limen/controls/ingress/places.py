"""A component's `ingress` block, compiled: which items enter here with which label, and the way to its quarantine."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import UNSET

from limen.analysis.lattice import Lattice, below
from limen.controls.ingress.quarantine import Way
from limen.controls.ingress.records import CANONICALISED
from limen.controls.refusals import Reason, RefusedError
from limen.errors import Problem, UsageError
from limen.model.data import DataItem, Label
from limen.model.declaration import Declaration


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What a component does with what comes in, as declared."""

    component: str
    items: Mapping[str, DataItem]
    """Items that are classified and validated here, which have a label that the component is cleared for."""
    labels: Mapping[str, Label]
    """The label of each of them."""
    closed: Mapping[str, tuple[Reason, str]]
    """Declared items that may not enter here: the reason, and why in words."""
    canonicalises: frozenset[str]
    refuses: frozenset[str]
    quarantine: str
    """The component that takes what failed; empty without one."""
    ways: Mapping[str, Way]
    """How each item gets there."""
    sources: frozenset[str]
    """Everybody who can send something: the declared components and principals."""
    tenants: frozenset[str]
    """The declared tenants."""

    def came_from(self, source: str, tenant: str) -> None:
        """Raise RefusedError with all that is wrong where a sender, or a tenant that is given, isn't declared."""
        problems: list[Problem] = []
        if source not in self.sources:
            hint = "give the declared component or principal that authenticated"
            problems.append(Problem(message="what comes in is from nobody who is declared", hint=hint))
        if tenant and tenant not in self.tenants:
            hint = "give the declared tenant, or none where there is none"
            problems.append(Problem(message="what comes in is of a tenant that isn't declared", hint=hint))
        if problems:
            raise RefusedError(problems, reason="wrong_tenant" if source in self.sources else "wrong_identity")

    def item(self, name: str) -> DataItem:
        """Return an item that may enter; raises RefusedError with the reason why it may not."""
        found = self.items.get(name)
        if found is None:
            reason, why = self.closed.get(name, ("undeclared_item", "the declaration has no such item"))
            raise RefusedError(
                Problem(message=f"nothing of this item enters at {self.component}: {why}"), reason=reason
            )
        return found


def entry_of(declaration: Declaration, component: str) -> Entry:
    """Return the compiled block of a component.

    An item that no declared flow takes to the quarantine, sealed by a key, may not enter: what can't be kept apart when
    it is refused has no place here. Raises UsageError with every problem: no such component or block, a kind to be
    canonicalised that is unknown.
    """
    place = declaration.components.get(component)
    if place is None or place.ingress is UNSET:
        raise UsageError(Problem(message="no such component with an ingress block", hint="see components in the file"))
    block = place.ingress
    problems = [
        Problem(message=f"{kind} is no identifier that can be canonicalised", hint=", ".join(sorted(CANONICALISED)))
        for kind in block.canonicalises
        if kind not in CANONICALISED
    ]
    lattice = Lattice(declaration.labels)
    zone = declaration.zones.get(place.zone)
    cleared = lattice.clearance(place.clearance if place.clearance is not UNSET else zone.clearance if zone else UNSET)
    items: dict[str, DataItem] = {}
    labels: dict[str, Label] = {}
    closed: dict[str, tuple[Reason, str]] = {}
    for name, item in declaration.data.items():
        if name not in block.classifies or name not in block.validates:
            closed[name] = ("undeclared_item", "it is not both classified and validated here")
        elif item.label is UNSET:
            closed[name] = ("label_missing", "it has no label")
        elif not below(lattice.label(item.label), cleared):
            closed[name] = ("clearance_exceeded", "the component is not cleared for its label")
        else:
            items[name], labels[name] = item, item.label
    ways: dict[str, Way] = {}
    if block.quarantine is not UNSET:
        for name in tuple(items):
            way = _way(declaration, component, block.quarantine, name, labels[name])
            if way is not None:
                ways[name] = way
                continue
            # What can't be kept apart when it is refused may not come in.
            del items[name], labels[name]
            closed[name] = ("undeclared_route", f"no declared flow takes it to {block.quarantine}, sealed by a key")
    if problems:
        raise UsageError(problems)
    return Entry(
        component=component,
        items=items,
        labels=labels,
        closed=closed,
        canonicalises=frozenset(block.canonicalises),
        refuses=frozenset(block.refuses),
        quarantine="" if block.quarantine is UNSET else block.quarantine,
        ways=ways,
        sources=frozenset(declaration.components) | frozenset(declaration.principals),
        tenants=frozenset(declaration.tenants),
    )


def _way(declaration: Declaration, component: str, quarantine: str, item: str, label: Label) -> Way | None:
    for flow in declaration.flows:
        if (flow.source, flow.target) != (component, quarantine) or flow.carries is UNSET or item not in flow.carries:
            continue
        for layer in flow.protection.get(item, ()):
            if layer.sealed is not UNSET:
                zone = declaration.components[quarantine].zone
                return Way(flow=flow.id, zone=zone, label=label_text(label), key=layer.sealed)
    return None


def label_text(label: Label) -> str:
    """Return a label in words, such as restricted {inventory, phi}."""
    names = ", ".join(sorted(label.compartments))
    return f"{label.level} {{{names}}}" if names else label.level
