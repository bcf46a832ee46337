"""The parts of a flow's input that depend on little, each computed once for all flows that are alike in it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET

from limen.analysis.borders import Border
from limen.analysis.given import given, seconds
from limen.analysis.kinds.flow import AuthenticationPart, AuthorisationPart, EntryPart, HopPart, NecessityPart
from limen.analysis.movement import Movement
from limen.analysis.network import Network, bits
from limen.analysis.permissions import granting, is_wildcard
from limen.model.access import Role
from limen.model.flows import Flow
from limen.model.places import Component


def left_out(network: Network, flow: Flow) -> list[str] | None:
    """Return the fields that field encryption leaves open, as item.field; None where a flow declares none.

    An item without sensitive fields has all its fields to cover, or, where those are not declared either, itself.
    """
    encrypts, found = False, []
    for name, layers in flow.protection.items():
        covered = {
            field for layer in layers if layer.field_encrypted is not UNSET for field in layer.field_encrypted.fields
        }
        if not covered:
            continue
        encrypts = True
        item = network.declaration.data.get(name)
        fields = () if item is None else item.sensitive_fields or item.fields
        if all(layer.sealed is UNSET for layer in layers):
            found += [f"{name}.{field}" for field in fields if field not in covered] if fields else [name]
    return found if encrypts else None


def authentication(flow: Flow) -> AuthenticationPart:
    """Return how the caller of a flow proves who it is."""
    if flow.authn is UNSET:
        return AuthenticationPart(method="undeclared")
    credential = flow.authn.credential
    lifetime = UNSET if credential is UNSET else seconds(credential.lifetime)
    return given(AuthenticationPart, method=flow.authn.method, credential_lifetime=lifetime)


def authorisation(network: Network, flow: Flow, caller: Component) -> AuthorisationPart:
    """Return what the caller of a flow must be allowed to do."""
    authz = flow.authz
    if authz is UNSET:
        return AuthorisationPart(
            roles=0,
            permission=False,
            unknown_roles=0,
            granting_roles=0,
            caller_roles=0,
            workload_roles=0,
            wildcard=False,
            network_location=False,
        )
    names = dict.fromkeys(authz.roles)
    known = [role for name in names if (role := network.declaration.roles.get(name)) is not None]
    asked = authz.permission
    matching = [] if asked is UNSET else [granting(role, asked) for role in known]
    return AuthorisationPart(
        roles=len(names),
        permission=asked is not UNSET,
        unknown_roles=len(names) - len(known),
        granting_roles=sum(map(bool, matching)),
        caller_roles=len(names.keys() & set(caller.roles)),
        workload_roles=sum(role.subjects == "workload" for role in known),
        wildcard=(asked is not UNSET and is_wildcard(asked))
        # A role that grants it by name too does not need its wildcard.
        or any(permissions and all(map(is_wildcard, permissions)) for permissions in matching),
        network_location=authz.network_location,
    )


def entries(network: Network, border: Border, source: int) -> tuple[EntryPart, ...]:
    """Return the zones that a flow from a component enters, in order, as its first peers."""
    found = []
    for ref, zone in enumerate(border.entered):
        declared = network.zones[zone]
        callers = () if declared is None or declared.callers is UNSET else declared.callers
        found.append(
            EntryPart(
                ref=ref,
                trust=0 if declared is None else declared.trust,
                callers_declared=declared is not None and declared.callers is not UNSET,
                callers_matched=sum(is_caller(network, caller, source) for caller in dict.fromkeys(callers)),
            )
        )
    return tuple(found)


def is_caller(network: Network, caller: str, source: int) -> bool:
    """Return whether a component is meant by an entry of `callers`; a zone means those that live in it."""
    sort, _, name = caller.partition(":")
    if sort == "zone":
        return network.zone_names[network.zone_of[source]] == name
    if sort == "component":
        return network.component_names[source] == name
    return sort == "anyone" or name in network.components[source].roles


def hops(flow: Flow, first: int) -> tuple[HopPart, ...]:
    """Return the hops of a flow, as its peers from number `first` on."""
    return tuple(
        HopPart(ref=first + place, tls=hop.tls, reestablishes=hop.reestablishes is True)
        for place, hop in enumerate(flow.via)
    )


def necessity(movement: Movement, flow: Flow, items: int, beyond: int) -> NecessityPart:
    """Return whether the flow moves no more than its purpose and its roles need; `beyond` counts `fields_beyond`."""
    roles = _roles(movement.network, flow)
    needing = [role for role in roles if role.needs]
    return NecessityPart(
        purpose=flow.purpose is not UNSET,
        identifying_items=(items & movement.identifying).bit_count(),
        needs_declared=bool(needing),
        fields_beyond=beyond if needing else 0,
    )


def fields_beyond(movement: Movement, flow: Flow, items: int) -> list[str]:
    """Return the fields, as ``item.field``, that a flow moves and that none of its roles needs.

    Where no role says what it needs of an item, the fields count that identify somebody or are sensitive.
    """
    network = movement.network
    needing = [role.needs for role in _roles(network, flow) if role.needs]
    found: list[str] = []
    for item in bits(items & movement.data):
        name, data = network.item_names[item], network.data[item]
        if data is None:
            continue
        telling = dict.fromkeys((*data.identifiers, *data.sensitive_fields))
        moved: Iterable[str] = flow.fields.get(name, tuple(dict.fromkeys((*data.fields, *telling))))
        needed = {field for needs in needing for field in needs.get(name, ())}
        if not any(name in needs for needs in needing):
            moved = [field for field in moved if field in telling]
        found.extend(f"{name}.{field}" for field in dict.fromkeys(moved) if field not in needed)
    return found


def _roles(network: Network, flow: Flow) -> list[Role]:
    if flow.authz is UNSET:
        return []
    roles = network.declaration.roles
    return [roles[name] for name in dict.fromkeys(flow.authz.roles) if name in roles]
