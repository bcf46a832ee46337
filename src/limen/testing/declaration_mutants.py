"""The mutants of a place: weakened, dropped, widened. Each is a declaration that a person could have written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, assert_never

import msgspec

from limen.model.probing import OPTIONS_OF
from limen.testing.declaration_names import Names
from limen.testing.declaration_orders import ORDERS, Order
from limen.testing.declaration_places import Path, Place

Change = Literal["weakened", "dropped", "widened"]


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a declaration at one place."""

    change: Change
    """weakened: another value. dropped: nothing. widened: one more entry beside it."""
    path: Path
    """What is changed: the value, what is dropped, or the list that gets one more entry."""
    value: Any = None
    """The new value or entry; nothing for what is dropped."""

    @property
    def words(self) -> str:
        """What is done at the path, in words."""
        if self.change == "dropped":
            return "dropped"
        return f"{'becomes' if self.change == 'weakened' else 'also'} {msgspec.json.encode(self.value).decode()}"


def mutants(place: Place, names: Names) -> list[Mutant]:
    """Return all mutants of a place; none where its field knows no other value."""
    made = []
    order = ORDERS[place.field]
    if not isinstance(place.value, (dict, list)):
        weaker = next(_weaker(place, order, names), None)
        if weaker is not None:
            made.append(Mutant(change="weakened", path=place.path, value=weaker))
        holder = at(names.declared, place.path[:-1])
        if order.grants and place.entry and place.path[-1] == len(holder) - 1:
            more = next((one for one in _weaker(place, order, names) if one not in holder), None)
            if more is not None:
                made.append(Mutant(change="widened", path=place.path[:-1], value=more))
    gone = place.dropped
    if order.fewer_stricter and gone == place.path:
        # One grant less is no weakening. Without the last one nobody says any more to whom or what is granted.
        gone = place.emptied if len(at(names.declared, place.path[:-1])) == 1 else ()
    if gone:
        made.append(Mutant(change="dropped", path=gone))
    return made


def mutated(declared: dict[str, Any], mutant: Mutant) -> dict[str, Any]:
    """Return the merged declaration with one change; what is not changed is shared with the original."""
    changed: dict[str, Any] = _changed(declared, mutant.path, mutant)
    return changed


def at(declared: Any, path: Path) -> Any:
    """Return what is at a path of a merged declaration."""
    for step in path:
        declared = declared[step]
    return declared


def _changed(value: Any, path: Path, mutant: Mutant) -> Any:
    if not path:
        return [*value, mutant.value] if mutant.change == "widened" else mutant.value
    copy = value.copy()
    if len(path) == 1 and mutant.change == "dropped":
        del copy[path[0]]
    else:
        copy[path[0]] = _changed(value[path[0]], path[1:], mutant)
        if mutant.path[0] == "probes" and path == ("probe",):
            _fitting(copy)
    return copy


def _fitting(request: dict[str, Any]) -> None:
    """Take the options away that the new probe does not take: whoever asks another one writes none for the old."""
    taken = OPTIONS_OF.get(request["probe"], frozenset())
    options = {name: value for name, value in request.pop("options", {}).items() if name in taken}
    if options:
        request["options"] = options


def _weaker(place: Place, order: Order, names: Names) -> Iterator[Any]:
    """Yield weaker values of a place, the weakest first; entries that its list has already are passed over."""
    holder = at(names.declared, place.path[:-1])
    known = holder if place.entry else (place.value,)
    for value in _candidates(place, order, names):
        if value not in known:
            yield value


def _candidates(place: Place, order: Order, names: Names) -> Iterable[Any]:
    """Return values for a place, the weakest first; some may be there already."""
    value = place.value
    match order.sort:
        case "words" | "none":
            return ()
        case "values":
            return order.values[: order.values.index(value)] if value in order.values else order.values
        case "rename":
            return (f"{value}-renamed",)
        case "party":
            return ("anyone",)
        case "pin":
            return (*names.pins, *order.values)
        case "trust":
            return [trust for trust in reversed(names.trusts) if trust > value]
        case "level":
            ranked = names.levels if order.lowest else names.levels[::-1]
            return ranked[: ranked.index(value)] if value in ranked else ranked
        case "other" | "same" | "item" | "place" | "compartment" | "field" | "permission":
            return _names(place, order, names)
        case _:
            assert_never(order.sort)


def _names(place: Place, order: Order, names: Names) -> Iterable[Any]:
    """Return names that the declaration declares and that may stand at a place."""
    section, own = place.path[0], place.path[1] if len(place.path) > 1 else None
    match order.sort:
        case "other":  # but never the entry itself: a circle is no mistake that lasts
            others = names.others(order.section, place.value)
            return [name for name in others if (section, own) != (order.section, name)]
        case "same":
            field = place.field.partition(".")[2]
            entries = names.declared[order.section]
            like = entries[own].get(order.within)
            return [
                entry[field]
                for name, entry in entries.items()
                if field in entry and name != own and entry.get(order.within) == like
            ]
        case "item":
            return names.others("data", place.value)
        case "place":
            return names.others("zones", place.value)
        case "compartment":
            return names.compartments
        case "field":
            return names.fields(_item(place))
        case _:
            return names.permissions


def _item(place: Place) -> str:
    """Return the data item whose fields a list names."""
    path = place.path
    if place.field in ("Flow.fields", "Role.needs"):
        return str(path[-2])
    if place.field == "FieldEncryption.fields":
        return str(path[3])  # flows, number, protection, item
    return str(path[1])
