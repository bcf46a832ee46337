"""References: every name that a declaration mentions must be declared in it.

References into a section that is missing altogether (keys, roles, tenants, ledgers, labels) are left to policy: a
removed section is a finding, never an unreadable declaration and never a smaller green run.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET

from limen.errors import Location
from limen.loading.flow_references import check_flows
from limen.loading.names import Names
from limen.loading.problems import Problems
from limen.loading.sources import SourceMap
from limen.loading.wording import quote
from limen.model.declaration import Declaration
from limen.model.places import Component


def check_references(declaration: Declaration, places: SourceMap, problems: Problems) -> None:
    """Report every reference to what is not declared, every circle, and a system without flows."""
    names = Names(declaration, places, problems)
    _check_data(names)
    _check_zones(names)
    for name, component in declaration.components.items():
        _check_component(names, name, component)
    if not places.entries["flows"] and "flows" not in problems.unsure:
        top = Location(file=places.files[0].name, line=1, column=1)
        at = places.locate("flows") if "flows" in places.sections else top
        problems.add("a system without flows can't be judged", at, "declare what moves between components under flows:")
    check_flows(names)
    _check_keys(names)
    _check_access(names)
    _check_tenants(names)
    _check_ledgers(names)
    _check_rest(names)


def _check_data(names: Names) -> None:
    labels = names.declaration.labels
    if labels is not UNSET:
        _check_twice(names, labels.levels, "labels", "levels")
        _check_twice(names, labels.compartments, "labels", "compartments")
    for name, item in names.declaration.data.items():
        names.check_label(item.label, "data", name, "label")
        names.check_fields(name, item.sensitive_fields, "data", name, "sensitive_fields")
        names.check_fields(name, item.identifiers, "data", name, "identifiers")


def _check_twice(names: Names, listed: Sequence[str], *path: str | int) -> None:
    for index, name in enumerate(listed):
        if name in listed[:index]:
            names.report(f"{quote(name)} is listed twice", "keep one of them", *path, index)


def _check_zones(names: Names) -> None:
    for name, zone in names.declaration.zones.items():
        names.check("zones", zone.within, "zones", name, "within")
        names.check_label(zone.clearance, "zones", name, "clearance")
        if zone.callers is not UNSET:
            for index, caller in enumerate(zone.callers):
                names.check_party(caller, "zones", name, "callers", index)
        if zone.posture is not UNSET and zone.posture.at_rest is not UNSET:
            names.check("keys", zone.posture.at_rest.key, "zones", name, "posture", "at_rest", "key")
    within = {name: zone.within for name, zone in names.declaration.zones.items()}
    names.check_circles("zones", within, "within", "within")


def _check_component(names: Names, name: str, component: Component) -> None:
    at = ("components", name)
    names.check("zones", component.zone, *at, "zone")
    names.check("tenants", component.tenant, *at, "tenant")
    names.check_label(component.clearance, *at, "clearance")
    names.check_items(component.originates, *at, "originates")
    names.check_items(component.stores, *at, "stores")
    names.check_all("roles", component.roles, *at, "roles")
    for field in ("opens_with", "seals_with", "signs_with", "verifies_with"):
        names.check_all("keys", getattr(component, field), *at, field)
    for item in component.independent:
        if item not in component.originates:
            message = f"{quote(item)} is not among what the component originates"
            names.report(message, "list it under originates", *at, "independent", item)
    for index, made in enumerate(component.produces):
        names.check("data", made.data, *at, "produces", index, "data")
        names.check_all("data", made.sources, *at, "produces", index, "from")
        names.check("keys", made.key, *at, "produces", index, "key")
    if component.ingress is not UNSET:
        names.check_all("data", component.ingress.classifies, *at, "ingress", "classifies")
        names.check_all("data", component.ingress.validates, *at, "ingress", "validates")
        names.check("components", component.ingress.quarantine, *at, "ingress", "quarantine")
    if component.at_rest is not UNSET:
        names.check("keys", component.at_rest.key, *at, "at_rest", "key")


def _check_keys(names: Names) -> None:
    keys = names.declaration.keys
    for name, key in keys.items():
        names.check("keys", key.wrapped_by, "keys", name, "wrapped_by")
        names.check("components", key.held_by, "keys", name, "held_by")
        names.check("tenants", key.tenant, "keys", name, "tenant")
        names.check_all("components", key.grantees, "keys", name, "grantees")
    names.check_circles("keys", {name: key.wrapped_by for name, key in keys.items()}, "wrapped_by", "wrapped by")


def _check_access(names: Names) -> None:
    for name, role in names.declaration.roles.items():
        for item, fields in role.needs.items():
            names.check("data", item, "roles", name, "needs", item)
            names.check_fields(item, fields, "roles", name, "needs", item)
    for name, principal in names.declaration.principals.items():
        names.check_all("roles", principal.roles, "principals", name, "roles")


def _check_tenants(names: Names) -> None:
    for name, tenant in names.declaration.tenants.items():
        if tenant.binding is not UNSET:
            names.check("keys", tenant.binding.key, "tenants", name, "binding", "key")
    for transfer in names.declaration.transfers:
        names.check_all("flows", transfer.flows, "transfers", transfer.id, "flows")
        names.check("ledgers", transfer.custody_log, "transfers", transfer.id, "custody_log")


def _check_ledgers(names: Names) -> None:
    for name, ledger in names.declaration.ledgers.items():
        names.check("components", ledger.component, "ledgers", name, "component")
        if ledger.chain is not UNSET:
            names.check("keys", ledger.chain.key, "ledgers", name, "chain", "key")
        if ledger.anchors is not UNSET:
            names.check("components", ledger.anchors.to, "ledgers", name, "anchors", "to")


def _check_rest(names: Names) -> None:
    declaration = names.declaration
    if declaration.secrets is not UNSET:
        names.check("components", declaration.secrets.store, "secrets", "store")
    for assertion in declaration.assertions:
        never, at = assertion.never, ("assertions", assertion.id, "never")
        names.check_place(never.source, *at, "from")
        names.check_place(never.target, *at, "to")
        names.check_place(never.reaches, *at, "reaches")
        names.check("data", never.data, *at, "data")
        for index, place in enumerate(never.except_via):
            names.check_place(place, *at, "except_via", index)
    for index, probe in enumerate(declaration.probes):
        names.check("flows", probe.flow, "probes", index, "flow")
        names.check("components", probe.component, "probes", index, "component")
        names.check("keys", probe.key, "probes", index, "key")
        names.check("ledgers", probe.ledger, "probes", index, "ledger")
