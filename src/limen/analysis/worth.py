"""What key material is worth: the join of the labels of all that the key seals, on flows, in stores or as keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import UNSET

from limen.analysis.lattice import Lattice, Point, join
from limen.model.declaration import Declaration


def sealed_by(declaration: Declaration, stores: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, set[str]]:
    """Return for each key the items that it seals, `key:NAME` for keys that it wraps.

    `stores` are the keys of media, each with what is stored there.
    """
    found: dict[str, set[str]] = {}
    for key, items in _uses(declaration, stores):
        found.setdefault(key, set()).add(items)
    return found


def _uses(declaration: Declaration, stores: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[tuple[str, str]]:
    for key, items in stores:
        for item in items:
            yield key, item
    for name, key_declared in declaration.keys.items():
        if key_declared.wrapped_by is not UNSET:
            yield key_declared.wrapped_by, f"key:{name}"
    seen: set[int] = set()
    for flow in declaration.flows:
        if not flow.protection or id(flow.protection) in seen:
            continue
        seen.add(id(flow.protection))
        for item, layers in flow.protection.items():
            for layer in layers:
                if layer.sealed is not UNSET:
                    yield layer.sealed, item
                elif layer.field_encrypted is not UNSET:
                    yield layer.field_encrypted.key, item


def key_labels(
    declaration: Declaration, lattice: Lattice, sealed: Mapping[str, set[str]], keys: Iterable[str]
) -> list[Point | None]:
    """Return the label of each key's material; None where it seals nothing, or something without a label."""
    return [_label(declaration, lattice, sealed, key) for key in keys]


def _label(declaration: Declaration, lattice: Lattice, sealed: Mapping[str, set[str]], key: str) -> Point | None:
    items, ahead, seen = set(), [key], {key}
    while ahead:
        for item in sealed.get(ahead.pop(), ()):
            inner = item.removeprefix("key:")
            if inner == item:
                items.add(item)
            elif inner not in seen:
                seen.add(inner)
                ahead.append(inner)
    labels = []
    for item in items:
        declared = declaration.data.get(item)
        if declared is None or declared.label is UNSET:
            return None
        labels.append(lattice.label(declared.label))
    return join(labels) if labels else None
