"""Roles as data: what a declaration lets each principal and component do, compiled once.

NIST SP 800-53 AC-3(7), AC-5 and AC-6, 21 CFR 11.10(d) and (g), 45 CFR 164.502(b). A role that is not declared, or that
a holder was not given, grants nothing. Nothing here reads a clock or a ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

import msgspec
from msgspec import UNSET

from limen.analysis.permissions import granting, grants, overlaps
from limen.controls.flow_tenants import flow_tenant
from limen.model.access import DutyPair, Role
from limen.model.declaration import Declaration
from limen.model.flows import Flow
from limen.model.scalars import duration_seconds


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """What the declaration says of one principal or component."""

    roles: frozenset[str]
    """Declared roles that it was given, and may hold: no component acts in a role for people."""
    apart: tuple[DutyPair, ...] = ()
    """Duties that it holds both sides of, by any of its roles; it may use neither."""
    identity: str | None = None
    """The declared identity of a component, empty where it declares none, which nobody shows; None for people, whose
    identities the declaration does not know."""
    tenant: str | None = None
    """The declared tenant of a component; None where it serves several."""


class FlowAccess(msgspec.Struct, frozen=True, kw_only=True):
    """What a flow asks of its caller."""

    method: str | None
    """How it must have been authenticated; None where the flow does not say, which lets nobody through."""
    lifetime: timedelta | None
    """How long a credential may live; None where the flow does not say."""
    roles: frozenset[str]
    """Roles that may use the flow."""
    permission: str | None
    """The permission that the flow is for; None where it does not say."""
    tenant: str = ""
    """The tenant whose records it moves; empty where it is shared."""
    is_tenants: bool = False
    """Whether its source is that tenant's, so that nobody uses it who acts for no tenant."""

    def may_act_for(self, tenant: str) -> bool:
        """Return whether somebody who acts for a tenant, or empty for none, may use the flow."""
        return not self.tenant or tenant == self.tenant or (not tenant and not self.is_tenants)


class Roles(msgspec.Struct, frozen=True, kw_only=True):
    """Every role, holder, duty and flow of a declaration, by name."""

    roles: Mapping[str, Role]
    holders: Mapping[str, Holder]
    duties: tuple[DutyPair, ...]
    flows: Mapping[str, FlowAccess]
    tenants: frozenset[str]

    @classmethod
    def of(cls, declaration: Declaration) -> Roles:
        """Compile a declaration."""
        roles, duties = declaration.roles, declaration.separation_of_duties
        holders: dict[str, Holder] = {}
        for name, person in declaration.principals.items():
            held = frozenset(role for role in person.roles if role in roles)
            holders[name] = Holder(roles=held, apart=_apart(roles, held, duties))
        for name, component in declaration.components.items():
            held = frozenset(role for role in component.roles if role in roles and roles[role].subjects != "human")
            if name in holders:  # one name for two: what either may not do together, neither may
                held |= holders[name].roles
            holders[name] = Holder(
                roles=held,
                apart=_apart(roles, held, duties),
                identity="" if component.identity is UNSET else component.identity,
                tenant=None if component.tenant is UNSET else component.tenant,
            )
        return cls(
            roles=roles,
            holders=holders,
            duties=duties,
            flows={flow.id: _flow(declaration, flow) for flow in declaration.flows},
            tenants=frozenset(declaration.tenants),
        )

    def granting(self, held: Iterable[str], permission: str) -> tuple[str, ...]:
        """Return which of some roles grant a permission, sorted; an unknown role grants nothing."""
        return tuple(sorted(name for name in held if name in self.roles and granting(self.roles[name], permission)))

    def duties_of(self, permission: str) -> list[tuple[str, str]]:
        """Return for each duty that a permission belongs to its own side and the other one."""
        found = []
        for one, other in self.duties:
            found += [pair for pair in ((one, other), (other, one)) if grants(pair[0], permission)]
        return found

    def needed(self, held: Iterable[str], item: str) -> frozenset[str]:
        """Return the fields of an item that some roles need; none where no role says that it needs any."""
        return frozenset(field for name in held if name in self.roles for field in self.roles[name].needs.get(item, ()))


def _apart(roles: Mapping[str, Role], held: frozenset[str], duties: tuple[DutyPair, ...]) -> tuple[DutyPair, ...]:
    """Return the duties that some roles hold both sides of, together."""
    granted = [permission for name in held for permission in roles[name].permissions]
    return tuple(pair for pair in duties if all(any(overlaps(one, side) for one in granted) for side in pair))


def _flow(declaration: Declaration, flow: Flow) -> FlowAccess:
    method, lifetime, roles, permission = None, None, frozenset[str](), None
    if flow.authn is not UNSET:
        method = None if flow.authn.method == "none" else flow.authn.method
        if flow.authn.credential is not UNSET and flow.authn.credential.lifetime is not UNSET:
            lifetime = timedelta(seconds=duration_seconds(flow.authn.credential.lifetime))
    if flow.authz is not UNSET:
        roles = frozenset(flow.authz.roles)
        permission = None if flow.authz.permission is UNSET else flow.authz.permission
    return FlowAccess(
        method=method,
        lifetime=lifetime,
        roles=roles,
        permission=permission,
        tenant=flow_tenant(declaration, flow),
        is_tenants=declaration.components[flow.source].tenant is not UNSET,
    )
