"""The names that a declaration declares, the weakest first: what a reference is turned to by mistake or by malice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from limen.model.scalars import duration_seconds
from limen.testing.declaration_orders import ORDERS

_CUSTODY = ORDERS["Key.custody"].values
_ALGORITHMS = ORDERS["Key.algorithm"].values


class Names:
    """Looks into one merged declaration; every list is sorted once, the weakest first."""

    def __init__(self, declared: dict[str, Any]) -> None:
        """Sort the names of all sections."""
        self.declared = declared
        labels = declared.get("labels", {})
        self.levels: list[str] = labels.get("levels", [])
        self.compartments: list[str] = labels.get("compartments", [])
        zones = declared.get("zones", {})
        self.trusts = sorted({zone["trust"] for zone in zones.values()})
        trust = {name: zone["trust"] for name, zone in zones.items()}
        components = declared.get("components", {})
        roles = declared.get("roles", {})
        self.permissions = sorted({one for role in roles.values() for one in role["permissions"]})
        self.pins = list(
            dict.fromkeys(
                pin
                for flow in declared.get("flows", [])
                for pin in flow.get("in_transit", {}).get("tls", {}).get("pins", [])
            )
        )
        self._sorted: dict[str, list[str]] = {
            "zones": sorted(zones, key=lambda name: trust[name]),
            "components": sorted(components, key=lambda name: trust.get(components[name]["zone"], 0)),
            "data": sorted(declared.get("data", {}), key=self._label),
            "keys": sorted(declared.get("keys", {}), key=self._key),
            "roles": sorted(roles, key=lambda name: -len(roles[name]["permissions"])),
            "tenants": list(declared.get("tenants", {})),
            "ledgers": sorted(declared.get("ledgers", {}), key=self._kept),
            "flows": [flow["id"] for flow in declared.get("flows", [])],
        }

    def others(self, section: str, name: object) -> Iterator[str]:
        """Yield the other names of a section, the weakest first; keys of the same purpose before all others."""
        named = self._sorted[section]
        if section == "keys":
            # The key that is easily mistaken for this one is of the same purpose; one of another is the next best.
            keys = self.declared.get("keys", {})  # a system without keys may name some: that is a finding
            purpose = keys.get(name, {}).get("purpose")
            named = sorted(named, key=lambda one: keys[one].get("purpose") != purpose)
        yield from (one for one in named if one != name)

    def fields(self, item: str) -> list[str]:
        """Return the fields of a data item."""
        listed: list[str] = self.declared.get("data", {}).get(item, {}).get("fields", [])
        return listed

    def _label(self, name: str) -> tuple[int, int]:
        label = self.declared["data"][name].get("label", {})
        level = label.get("level")
        rank = self.levels.index(level) if level in self.levels else len(self.levels)
        return rank, len(label.get("compartments", ()))

    def _key(self, name: str) -> tuple[int, int, int]:
        key = self.declared["keys"][name]
        custody, algorithm = key.get("custody"), key.get("algorithm")
        return (
            _CUSTODY.index(custody) if custody in _CUSTODY else -1,
            _ALGORITHMS.index(algorithm) if algorithm in _ALGORITHMS else -1,
            -len(key.get("grantees", ())),
        )

    def _kept(self, name: str) -> int:
        tiers = self.declared["ledgers"][name].get("tiers", ())
        return max((duration_seconds(tier["until"]) for tier in tiers), default=0)
