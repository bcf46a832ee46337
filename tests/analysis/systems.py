"""Small systems: a short way to write them by hand, and strategies that draw them."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st

from limen.analysis.exposure import Exposures, exposures
from limen.analysis.integrity import Integrity, integrity
from limen.analysis.network import NONE, Network, bits, build_network
from limen.analysis.wire import Wires, wires
from limen.model.declaration import Declaration

LABELS = {"levels": ["public", "internal", "secret"], "compartments": ["phi", "trial"]}
ITEMS = ("record", "report", "receipt")
KEYS = ("outer", "inner", "root")
TENANTS = ("east", "west")
COMPONENTS = ("portal", "gateway", "worker", "store", "partner", "vault")
ZONES = {
    "outside": {"trust": 0},
    "middle": {"trust": 1, "clearance": {"level": "internal", "compartments": ["phi"]}},
    "inside": {"trust": 3, "clearance": {"level": "secret", "compartments": ["phi", "trial"]}},
}


def system(components: dict[str, Any], flows: list[dict[str, Any]], **sections: Any) -> Declaration:
    """Return a declaration; a component without a zone lives inside, a flow without `returns` returns nothing."""
    declared = {
        "version": 1,
        "system": {"id": "small"},
        "labels": LABELS,
        "zones": ZONES,
        "data": {"record": {"label": {"level": "secret", "compartments": ["phi"]}, "sensitive_fields": ["name"]}},
        "components": {
            name: {"zone": "inside", "kind": "service", **component} for name, component in components.items()
        },
        "flows": [
            {"id": f"f{number}", **({"returns": []} if "carries" in flow else {}), **flow}
            for number, flow in enumerate(flows)
        ],
        **sections,
    }
    return msgspec.convert(declared, Declaration)


class Analysed:
    """A declaration with all facts of the flow of data, by name."""

    def __init__(self, declaration: Declaration) -> None:
        self.network: Network = build_network(declaration)
        self.exposures: Exposures = exposures(self.network)
        self.wires: Wires = wires(self.network, self.exposures)
        self.integrity: Integrity = integrity(self.network, self.exposures)

    def facts(self, *, assumed: bool = False) -> set[tuple[str, str, str | None, tuple[str, ...]]]:
        """Component, item, tenant and state of every exposure."""
        found = set()
        for node, component in enumerate(self.exposures.component):
            tenant = self.exposures.tenant[node]
            for item in bits(self.exposures.items(node, assumed=assumed)):
                found.add(
                    (
                        self.network.component_names[component],
                        self.network.item_names[item],
                        None if tenant == NONE else self.network.tenant_names[tenant],
                        self.stack(self.exposures.states[self.exposures.state[node]]),
                    )
                )
        return found

    def at(self, component: str, *, assumed: bool = False) -> set[str]:
        """The exposures of one component in words: `record`, `record under outer/inner`, `record of east`."""
        return {
            item + (f" of {tenant}" if tenant else "") + (f" under {'/'.join(state)}" if state else "")
            for place, item, tenant, state in self.facts(assumed=assumed)
            if place == component
        }

    def on_wire(self) -> dict[tuple[str, bool, str], set[tuple[str, ...]]]:
        """The certain states of every item that a flow is declared to move, by flow, direction and item."""
        found: dict[tuple[str, bool, str], set[tuple[str, ...]]] = {}
        for edge, items in enumerate(self.wires.items):
            if items and not self.wires.assumed(edge):
                for state, here in self.wires.states(edge):
                    for item in bits(here):
                        key = (self.network.flows[edge >> 1].id, bool(edge & 1), self.network.item_names[item])
                        found.setdefault(key, set()).add(self.stack(state))
        return found

    def values(self, *, assumed: bool = False) -> dict[tuple[str, str, str | None], int]:
        """The integrity of every instance."""
        network = self.network
        values = self.integrity.every if assumed else self.integrity.certain
        return {
            (
                network.component_names[component],
                network.item_names[item],
                None if tenant == NONE else network.tenant_names[tenant],
            ): value
            for (component, tenant), ranked in values.items()
            for value, items in ranked
            for item in bits(items)
        }

    def stack(self, state: tuple[int, ...]) -> tuple[str, ...]:
        """A state as names of keys."""
        return tuple(self.network.key_names[key] for key in state)


def _some(values: tuple[str, ...], most: int = 3, least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=most, unique=True)


def _optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


_MOVED = (*ITEMS, "record", "key:outer", "key:root")
_LAYER = st.one_of(
    st.builds(lambda key: {"sealed": key}, st.sampled_from(KEYS)),
    st.builds(lambda key: {"signed": key}, st.sampled_from(KEYS)),
    st.builds(
        lambda key, fields: {"field_encrypted": {"key": key, "fields": fields}},
        st.sampled_from(KEYS),
        st.sampled_from([["name"], ["city"], ["name", "city"]]),
    ),
)
_PRODUCT = st.builds(
    lambda data, sources: {"data": data, "from": sources},
    st.sampled_from(ITEMS),
    st.lists(st.sampled_from(ITEMS), min_size=1, max_size=2, unique=True),
)


def _component() -> st.SearchStrategy[dict[str, Any]]:
    fixed = {
        "zone": st.sampled_from(sorted(ZONES)),
        "kind": st.just("service"),
        "opens_with": _some(KEYS, 2),
        "seals_with": st.one_of(st.just(list(KEYS)), _some(KEYS)),
        "signs_with": _some(KEYS, 1),
        "verifies_with": _some(KEYS, 1),
    }
    optional = {
        "originates": _some(_MOVED, 2, 1),
        "stores": _some(ITEMS, 1, 1),
        "tenant": st.sampled_from(TENANTS),
        "partitions_by": st.just("tenant_id"),
        "produces": st.lists(_PRODUCT, min_size=1, max_size=2),
        "ingress": st.builds(lambda items: {"validates": items}, _some(ITEMS, 2)),
        "at_rest": st.builds(
            lambda algorithm, key: {"algorithm": algorithm, "key": key},
            st.sampled_from(["AES-256-GCM", "none"]),
            st.sampled_from(KEYS),
        ),
    }
    return st.fixed_dictionaries(fixed, optional=optional)


def _flow(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    optional = {
        "carries": _some(_MOVED, 3, 1),
        "returns": _some(_MOVED, 2),
        "of": st.just("storage"),
        "tenant": st.sampled_from(TENANTS),
        "via": st.lists(
            st.fixed_dictionaries(
                {"component": st.sampled_from(names), "tls": st.sampled_from(["terminate", "passthrough"])}
            ),
            max_size=2,
        ),
        "protection": st.dictionaries(
            st.sampled_from(ITEMS), st.lists(_LAYER, min_size=1, max_size=3), min_size=1, max_size=2
        ),
        "in_transit": st.builds(lambda protocol: {"protocol": protocol}, st.sampled_from(["https", "udp"])),
    }
    ends = {"from": st.sampled_from(names), "to": st.sampled_from(names)}
    return st.fixed_dictionaries(ends, optional=optional)


@st.composite
def declared_systems(draw: st.DrawFn, *, always_declared: bool = False) -> dict[str, Any]:
    """Draw a small declaration as plain values; with `always_declared` every flow says what it moves."""
    names = COMPONENTS[: draw(st.integers(2, len(COMPONENTS)))]
    flows = draw(st.lists(_flow(names), min_size=draw(st.sampled_from((1, 5, 8))), max_size=10))
    for number, flow in enumerate(flows):
        flow["id"] = f"f{number}"
        if always_declared or draw(st.integers(0, 3)):
            flow.setdefault("carries", draw(_some(_MOVED, 3, 1)))
    transfers = draw(
        st.lists(st.lists(st.sampled_from([flow["id"] for flow in flows]), min_size=1, max_size=2), max_size=2)
    )
    return {
        "version": 1,
        "system": {"id": "small"},
        "labels": LABELS,
        "zones": ZONES,
        "data": {
            "record": {"label": {"level": "secret", "compartments": ["phi"]}, "sensitive_fields": ["name"]},
            "report": {"label": {"level": "internal"}, "sensitive_fields": [], "requires_integrity": 1},
        },
        "components": {name: draw(_component()) for name in names},
        "flows": flows,
        "keys": {
            key: draw(_optional(wrapped_by=st.sampled_from(KEYS), held_by=st.sampled_from(names))) for key in KEYS[:2]
        },
        "tenants": {"east": {"kind": "pharmacy"}},
        "transfers": [{"id": f"t{number}", "flows": chosen} for number, chosen in enumerate(transfers)],
    }


def converted(declared: dict[str, Any]) -> Declaration:
    """Return plain values as a declaration."""
    return msgspec.convert(declared, Declaration)
