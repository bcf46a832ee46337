"""What components keep, said or not: a store that forgets its `stores` would otherwise answer for nothing at rest."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from limen.model.flows import Flow
from limen.model.places import Component


def copied_items(
    count: int,
    flows: Sequence[Flow],
    ends: tuple[Sequence[int], Sequence[int]],
    moved: tuple[Sequence[int], Sequence[int]],
) -> list[int]:
    """Return for each of `count` components a bitmask of the items that it gets as copies of a store's medium."""
    found = [0] * count
    for flow, source, target, carried, returned in zip(flows, *ends, *moved, strict=True):
        if flow.of == "storage":
            found[target] |= carried
            found[source] |= returned
    return found


def kept_items(
    components: Sequence[Component],
    component_index: dict[str, int],
    flows: Sequence[Flow],
    ends: tuple[Sequence[int], Sequence[int]],
    moved: tuple[Sequence[int], Sequence[int]],
    stored: Sequence[int],
) -> list[int]:
    """Return for each component a bitmask of the items that it stores, by declaration or by what the flows tell.

    `ends` are source and target of each flow, `moved` what it carries and returns. A component keeps

    - what it stores by declaration;
    - copies of a medium (flows `of: storage`), and what is put into a quarantine;
    - whatever is brought, where it says how it encrypts at rest and not what;
    - what one flow brings and the answer of another takes away again.
    """
    _, target = ends
    carried, returned = moved
    count = len(components)
    brought, answered = [0] * count, [0] * count
    copied = copied_items(count, flows, ends, moved)
    for index in range(len(flows)):
        brought[target[index]] |= carried[index]
        answered[target[index]] |= returned[index]
    quarantines = {component.ingress.quarantine for component in components if component.ingress is not UNSET}
    quarantined = {component_index[name] for name in quarantines if name is not UNSET and name in component_index}
    found = []
    for index, component in enumerate(components):
        all_of_it = index in quarantined or (component.at_rest is not UNSET and not stored[index])
        arrived = brought[index] if all_of_it else brought[index] & answered[index]
        found.append(stored[index] | copied[index] | arrived)
    return found
