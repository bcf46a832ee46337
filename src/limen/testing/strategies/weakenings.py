"""Weakened systems: one declared control made weaker, by the orders that `limen mutate declaration` goes by."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from limen.testing.declaration_mutants import Mutant, mutants, mutated
from limen.testing.declaration_names import Names
from limen.testing.declaration_orders import ORDERS
from limen.testing.declaration_places import Place, places
from limen.testing.strategies.systems import System, is_valid, systems

CONTROLS = frozenset(
    {
        "Anchors", "AtRest", "Audit", "Authentication", "Binding", "Chain", "Clock", "Credential", "Deletion",
        "IncidentResponse", "Ingress", "Isolation", "Key", "Ledger", "Module", "Processing", "Scanning", "Secrets",
        "Tier", "Tls", "Token", "Transfer", "Verification",
    }
)  # fmt: skip
"""Structs that say how something is protected: what they say less of is less protected.

Not what is there, who it is and what moves: less of that is less to protect.
"""


_INHERITED = frozenset({"AtRest", "Processing", "Tls"})
"""Structs that zones give to what is in them: without its own value, a flow or component has the zone's."""
_UNORDERED = frozenset({"Tls.pins", "Key.purpose", "Key.activated", "Ingress.canonicalises"})
"""Fields of which another value is a different one, not a weaker one."""


class Weakened(NamedTuple):
    """A system before and after one of its controls was weakened."""

    system: System
    """As it was."""
    weakened: System
    """With one control weaker, or gone."""
    change: Mutant
    """Which one, and how."""


def weakenings(system: System) -> list[Mutant]:
    """Return every change that weakens one control of a system, valid or not."""
    names = Names(system)
    return [
        mutant
        for place in places(system)
        if place.field.partition(".")[0] in CONTROLS
        for mutant in mutants(place, names)
        if _weakens(place, mutant)
    ]


def _weakens(place: Place, mutant: Mutant) -> bool:
    """Return whether a mutant is weaker for certain: lower in an order, one more that is let in, or a control gone."""
    if mutant.change == "weakened":
        return ORDERS[place.field].sort == "values" and place.field not in _UNORDERED
    if mutant.change == "dropped":
        return mutant.path[0] == "zones" or place.field.partition(".")[0] not in _INHERITED
    return True


@st.composite
def weakened_systems(draw: DrawFn, of: SearchStrategy[System] | None = None) -> Weakened:
    """Draw a system that loads, and the same with one control weakened, which loads, too."""
    system = draw(systems() if of is None else of)
    change = draw(st.sampled_from(weakenings(system)).filter(lambda one: is_valid(mutated(system, one))))
    return Weakened(system, mutated(system, change), change)
