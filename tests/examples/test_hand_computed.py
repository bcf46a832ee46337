"""The analysis of the three example domains against tables worked out on paper (hand_computed/README.md)."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from limen.analysis.borders import Borders
from limen.analysis.exposure import Exposures, exposures
from limen.analysis.network import NONE, Network, bits, build_network
from limen.analysis.wire import Wires, wires
from limen.loading import load

ROOT = Path(__file__).parents[2]
TABLES = Path(__file__).parent / "hand_computed"
DOMAINS = ("trial-platform", "serialization", "pharmacy-network")


class Domain:
    """One example, analysed, with its table."""

    def __init__(self, name: str) -> None:
        self.table: dict[str, dict[str, list[str]]] = json.loads((TABLES / f"{name}.json").read_text())
        declaration = load(ROOT / "examples" / name / "boundaries.yaml").declaration
        self.network: Network = build_network(declaration)
        self.exposures: Exposures = exposures(self.network)
        self.wires: Wires = wires(self.network, self.exposures)


@pytest.fixture(scope="module", params=DOMAINS)
def domain(request: pytest.FixtureRequest) -> Domain:
    """Each example in turn."""
    return Domain(request.param)


def _state(network: Network, stack: tuple[int, ...]) -> str:
    return "/".join(network.key_names[key] for key in stack) or "plaintext"


def test_crossings(domain: Domain) -> None:
    """Exactly the flows of the table cross, over the zones, trust and label that it says."""
    network, borders = domain.network, Borders(domain.network)
    found: dict[str, list[str]] = {}
    for flow, declared in enumerate(network.flows):
        if not borders.crosses(flow):
            continue
        source, target = network.source[flow], network.target[flow]
        start, end = network.zone_of[source], network.zone_of[target]
        left, entered = borders.between(start, end)
        common = [zone for zone in borders.around[start] if zone in borders.around[end]][:1]
        # A common zone around both ends is passed only where it is neither left nor entered but is an end itself.
        middle = [zone for zone in common if zone in (start, end)]
        zones = " > ".join(network.zone_names[zone] for zone in (*left, *middle, *entered))
        point = network.label_of(domain.wires.moved(flow))
        held = ", ".join(name for bit, name in enumerate(network.lattice.compartments) if point.compartments >> bit & 1)
        label = f"{network.lattice.levels[point.rank]} {{{held}}}"
        found[declared.id] = [zones, f"{network.trust[source]} > {network.trust[target]}", label]
    assert found == domain.table["crossings"]


def test_exposures(domain: Domain) -> None:
    """Every item is in exactly the states of the table at exactly its components, for each tenant."""
    network, result = domain.network, domain.exposures
    found: dict[str, set[str]] = defaultdict(set)
    for node, component in enumerate(result.component):
        tenant = result.tenant[node]
        where = network.component_names[component], "-" if tenant == NONE else network.tenant_names[tenant]
        for item in bits(result.items(node)):
            name = f"{where[0]} {network.item_names[item]} {where[1]}"
            found[name].add(_state(network, result.states[result.state[node]]))
    assert dict(found) == {name: set(states) for name, states in domain.table["exposures"].items()}


def test_wire(domain: Domain) -> None:
    """Every flow moves its items in exactly the states of the table, over all tenants."""
    network = domain.network
    found: dict[str, set[str]] = defaultdict(set)
    for number in range(len(network.flows) * 2):
        way = "returns" if number & 1 else "carries"
        for stack, items in domain.wires.states(number):
            for item in bits(items):
                name = f"{network.flows[number >> 1].id} {way} {network.item_names[item]}"
                found[name].add(_state(network, stack))
    expected: dict[str, set[str]] = defaultdict(set)
    for name, states in domain.table["wire"].items():
        expected[name.rsplit(" ", 1)[0]] |= set(states)
    assert dict(found) == dict(expected)


def test_certain(domain: Domain) -> None:
    """The examples say what every flow carries, so nothing in them is assumed."""
    assert not domain.exposures.edges.any_assumed
