"""What roles are there for: the permissions and the fields that flows open to each of them ask for and move."""

from __future__ import annotations

from collections import defaultdict

import msgspec
from msgspec import UNSET

from limen.analysis.movement import Movement
from limen.analysis.network import bits
from limen.analysis.permissions import grants
from limen.model.access import Role

Field = tuple[str, str]
"""An item and one of its fields."""


class RoleUses(msgspec.Struct, frozen=True, kw_only=True):
    """What the flows that name a role ask of it, by role."""

    roles: dict[str, Role]
    """The declared roles."""
    asked: dict[str, set[str]]
    """Permissions that flows open to the role ask for."""
    moved: dict[str, set[Field]]
    """Fields that flows open to the role move."""
    beyond: dict[str, set[Field]]
    """Of those, the ones that no role to which the flow is open needs."""

    def idle(self, name: str) -> list[str]:
        """Return the permissions that a role grants and no flow open to it asks for."""
        asked = self.asked.get(name, set())
        granted = dict.fromkeys(self.roles[name].permissions)
        return [one for one in granted if not any(grants(one, want) or grants(want, one) for want in asked)]

    def idle_needs(self, name: str) -> list[str]:
        """Return the fields that a role needs and no flow open to it moves, as item.field."""
        return _shown(_needed(self.roles[name]) - self.moved.get(name, set()))

    def unneeded(self, name: str) -> list[str]:
        """Return the fields that flows open to a role move and that no role of such a flow needs, as item.field."""
        return _shown(self.beyond.get(name, set()))


def role_uses(movement: Movement) -> RoleUses:
    """Return what flows ask of each role."""
    network = movement.network
    asked: defaultdict[str, set[str]] = defaultdict(set)
    moved: defaultdict[str, set[Field]] = defaultdict(set)
    beyond: defaultdict[str, set[Field]] = defaultdict(set)
    declared = network.declaration.roles
    seen: set[tuple[int, int, int]] = set()
    for index, flow in enumerate(network.flows):
        if flow.authz is UNSET or not flow.authz.roles:
            continue
        roles = flow.authz.roles
        permission = flow.authz.permission
        items = movement.both(index)
        alike = (id(flow.authz), items, id(flow.fields))  # many flows differ in their ends alone
        if alike in seen:
            continue
        seen.add(alike)
        fields: set[Field] = set()
        for item in bits(items):
            data, name = network.data[item], network.item_names[item]
            if data is None:
                continue
            fields.update((name, field) for field in flow.fields.get(name, data.fields))
        needed = {need for role in set(roles) if role in declared for need in _needed(declared[role])}
        for role in set(roles):
            if permission is not UNSET:
                asked[role].add(permission)
            moved[role] |= fields
            beyond[role] |= fields - needed
    return RoleUses(roles=declared, asked=asked, moved=moved, beyond=beyond)


def _needed(role: Role) -> set[Field]:
    return {(item, field) for item, fields in role.needs.items() for field in fields}


def _shown(fields: set[Field]) -> list[str]:
    return sorted(f"{item}.{field}" for item, field in fields)
