"""Who may use a flow: the component that opens it, and declared principals in a role that the flow admits.

Roles are data (:mod:`limen.controls.access_roles`): one that the declaration does not give to that name grants nothing,
and neither does one that nobody declared (NIST SP 800-53 AC-3(7), AC-5, 21 CFR 11.10(d) and (g)).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import UNSET

from limen.analysis.permissions import overlaps
from limen.controls.access_roles import Roles
from limen.model.declaration import Declaration
from limen.model.flows import Flow

OF_WORKLOADS = frozenset({"mtls", "spiffe"})
"""Methods that show which workload calls; a person's name then comes with the identity of the component used."""


class Caller(NamedTuple):
    """One name that may use a flow, and what it must show."""

    name: str
    identity: str
    """What authentication must have shown; empty where the declaration does not say, which nothing equals."""
    tenant: str
    """The tenant that it must act for; empty: none, or for a person the one of the crossing."""
    is_component: bool
    admitting: frozenset[str]
    """Its roles that the flow admits and that grant the flow's permission."""
    conflict: bool
    """Whether it holds both sides of a pair of duties, and the flow is one of them: then it may use neither."""


def callers_of(declaration: Declaration, roles: Roles, flow: Flow, identities: Mapping[str, str]) -> dict[str, Caller]:
    """Return who may use a flow by name; the component that opens it is among them, whatever its roles.

    `identities` are what people are authenticated as, by name; whoever is not among them goes by the name itself.
    """
    source = declaration.components[flow.source]
    tenant = "" if source.tenant is UNSET else source.tenant
    workload = "" if source.identity is UNSET else source.identity
    shown = flow.authn is not UNSET and flow.authn.method in OF_WORKLOADS
    found: dict[str, Caller] = {}
    for name in declaration.principals:
        caller = _caller(roles, flow, name, workload if shown else identities.get(name, name), tenant, False)
        if caller.admitting:
            found[name] = caller
    found[flow.source] = _caller(roles, flow, flow.source, workload, tenant, True)
    return found


def _caller(roles: Roles, flow: Flow, name: str, identity: str, tenant: str, is_component: bool) -> Caller:
    holder, asked = roles.holders[name], roles.flows[flow.id]
    held = holder.roles & asked.roles if asked.roles else holder.roles
    if asked.permission is not None:
        admitting = frozenset(roles.granting(held, asked.permission))
        conflict = any(overlaps(side, asked.permission) for pair in holder.apart for side in pair)
    else:
        admitting, conflict = held if asked.roles else frozenset[str](), bool(holder.apart)
    return Caller(name, identity, tenant, is_component, admitting, conflict)
