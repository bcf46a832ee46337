"""What a crossing is held against: one row for each item of each flow that a component is an end of, compiled once.

A row answers by look-ups alone; whatever the declaration leaves open (no label, no authentication, no ledger) is a
fault of the row, so that nothing is taken for allowed because nobody said anything (NIST AC-3, AC-4, SC-7(5)).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Literal, NamedTuple

from msgspec import UNSET

from limen.analysis.lattice import Lattice
from limen.controls.access_roles import Roles
from limen.controls.flow_tenants import flow_tenant, is_kept_apart, mixture, tenant_items
from limen.controls.guard.callers import Caller, callers_of
from limen.controls.guard.faults import Fault
from limen.controls.guard.layering import Plan, plans_of, readable
from limen.controls.principals import SKEW
from limen.model.declaration import Declaration
from limen.model.flows import Flow
from limen.model.scalars import duration_seconds

Direction = Literal["carries", "returns"]
"""carries: from the flow's source to its target; returns: back."""
_FOREVER = timedelta(days=365_000)


class Row(NamedTuple):
    """One item of one flow in one direction, at one end."""

    flow: str
    item: str
    direction: Direction
    sends: bool
    """Whether the component protects and sends it; otherwise it receives and opens it."""
    peer: str
    """The component at the other end."""
    faults: tuple[Fault, ...]
    """What the declaration itself holds against it; with one it is always refused."""
    callers: Mapping[str, Caller]
    """Who may use the flow, by name."""
    method: str
    """How a caller must have been authenticated."""
    least: timedelta
    """A credential must have more than this left."""
    most: timedelta
    """And at most this."""
    permission: str
    """The permission that is asked for; empty where roles alone decide."""
    purpose: str
    tenant: str
    """The tenant whose instances move; empty where the flow is shared."""
    tenants: frozenset[str]
    """All declared tenants."""
    tenant_needed: bool
    """Whether each instance must say whose it is, because the flow is shared by tenants that are kept apart."""
    tenant_field: str
    """The field of a record that says whose it is; empty where none does."""
    label: str
    """The item's label in words, as it is bound into envelopes."""
    fields: frozenset[str] | None
    """The fields that may move; None where the item declares none, so that nothing can be compared."""
    identifiers: frozenset[str]
    """Fields whose values may not stand in a record's id."""
    ledger: str
    """The ledger that this end records in; empty where the other end records."""
    plans: tuple[Plan, ...]
    """How it is protected; several where what comes was sealed for other flows and only passed on."""


class Table(NamedTuple):
    """All rows of a component."""

    component: str
    rows: Mapping[tuple[str, str, str | None], Row]
    """By flow, direction and item; item None where the flow moves only one that way."""
    flows: frozenset[str]
    """Every declared flow, of other components too."""
    ends: frozenset[str]
    """The flows that the component is an end of."""


def compiled(declaration: Declaration, component: str, identities: Mapping[str, str]) -> Table:
    """Return the table of a component that is declared; `identities` are what people are authenticated as, by name."""
    lattice, roles, belonging = Lattice(declaration.labels), Roles.of(declaration), tenant_items(declaration)
    rows: dict[tuple[str, str, str | None], Row] = {}
    ends: set[str] = set()
    for flow in declaration.flows:
        if component not in (flow.source, flow.target):
            continue
        ends.add(flow.id)
        callers = callers_of(declaration, roles, flow, identities)
        for direction, items in (("carries", flow.carries), ("returns", flow.returns)):
            named = () if items is UNSET or flow.of is not UNSET else tuple(dict.fromkeys(items))
            for item in named:
                row = _row(declaration, lattice, component, flow, item, direction, callers, belonging)  # type: ignore[arg-type]
                rows[flow.id, direction, item] = row
                if len(named) == 1:
                    rows[flow.id, direction, None] = row
    return Table(component, rows, frozenset(flow.id for flow in declaration.flows), frozenset(ends))


def _row(
    declaration: Declaration,
    lattice: Lattice,
    component: str,
    flow: Flow,
    item: str,
    direction: Direction,
    callers: Mapping[str, Caller],
    items: frozenset[str],
) -> Row:
    sender, receiver = (flow.source, flow.target) if direction == "carries" else (flow.target, flow.source)
    data = declaration.data.get(item)
    tenant = flow_tenant(declaration, flow)
    method = "" if flow.authn is UNSET else flow.authn.method
    credential = UNSET if flow.authn is UNSET else flow.authn.credential
    lifetime = UNSET if credential is UNSET else credential.lifetime
    permission = "" if flow.authz is UNSET or flow.authz.permission is UNSET else flow.authz.permission
    plans = plans_of(declaration, flow, item, direction)
    partition = declaration.components[component].partitions_by
    return Row(
        flow=flow.id,
        item=item,
        direction=direction,
        sends=component == sender,
        peer=receiver if component == sender else sender,
        faults=tuple(_faults(declaration, lattice, flow, item, receiver, plans)),
        callers=callers,
        method=method,
        least=-SKEW,
        most=_FOREVER if lifetime is UNSET else timedelta(seconds=duration_seconds(lifetime)) + SKEW,
        permission=permission,
        purpose="" if flow.purpose is UNSET else flow.purpose,
        tenant=tenant,
        tenants=frozenset(declaration.tenants),
        tenant_needed=not tenant and item in items and is_kept_apart(declaration, flow),
        tenant_field="" if data is None or partition is UNSET or partition not in data.fields else partition,
        label="" if data is None else lattice.text(lattice.label(data.label)),
        fields=_fields(declaration, flow, item),
        identifiers=frozenset() if data is None else frozenset((*data.identifiers, *data.sensitive_fields)),
        ledger=_ledger(flow, component),
        plans=plans,
    )


def _ledger(flow: Flow, component: str) -> str:
    if flow.audit is UNSET:
        return ""
    recording = {"from": (flow.source,), "to": (flow.target,), "both": (flow.source, flow.target)}[flow.audit.by]
    return flow.audit.ledger if component in recording else ""


def _fields(declaration: Declaration, flow: Flow, item: str) -> frozenset[str] | None:
    """Return the fields that may move: no more than the roles of the flow need (45 CFR 164.502(b))."""
    data = declaration.data.get(item)
    fields = frozenset(flow.fields.get(item, () if data is None else data.fields))
    if not fields:
        return None
    roles = () if flow.authz is UNSET else flow.authz.roles
    needs = [
        declaration.roles[role].needs[item]
        for role in roles
        if role in declaration.roles and item in declaration.roles[role].needs
    ]
    return fields & frozenset().union(*needs) if needs else fields


def _faults(
    declaration: Declaration, lattice: Lattice, flow: Flow, item: str, receiver: str, plans: tuple[Plan, ...]
) -> Iterator[Fault]:
    here = ("flows", flow.id)
    if flow.authn is UNSET or flow.authn.method == "none":
        message = f"the flow {flow.id} declares no authentication"
        hint = "declare authn.method: whoever is not authenticated does not cross"
        yield Fault(step="authenticated", reason="unauthenticated", message=message, hint=hint, path=(*here, "authn"))
    if flow.authz is UNSET or not (flow.authz.roles or flow.authz.permission is not UNSET):
        message = f"the flow {flow.id} declares no role and no permission"
        hint = "declare authz: what nobody was given, nobody has"
        yield Fault(step="authorised", reason="role_missing", message=message, hint=hint, path=(*here, "authz"))
    if mixed := mixture(declaration, flow):
        hint = "move them by a transfer between registrants, or say the right `tenant`"
        yield Fault(step="tenant", reason="wrong_tenant", message=mixed, hint=hint, path=here)
    data = declaration.data.get(item)
    if data is None or data.label is UNSET:
        message = f"the item {item} has no label"
        hint = "declare data.<item>.label: what is not classified counts as the highest"
        yield Fault(step="classified", reason="label_missing", message=message, hint=hint, path=("data", item))
    elif readable(declaration, flow, item, receiver, plans, lattice):
        message = f"{item} would be readable at {receiver}, which is not cleared for it"
        hint = "seal it with a key that is not opened there, or clear that place, with a basis"
        place = declaration.components[receiver]
        path = ("components", receiver) if place.clearance is not UNSET else ("zones", place.zone, "clearance")
        yield Fault(step="classified", reason="clearance_exceeded", message=message, hint=hint, path=path)
    if not plans:
        message = f"nobody on the way of {flow.id} can apply the outermost layer that is declared for {item}"
        hint = "let the sender seal it (seals_with), or the component from which the sender has it"
        yield Fault(
            step="protected", reason="layer_missing", message=message, hint=hint, path=(*here, "protection", item)
        )
    if flow.audit is UNSET:
        message = f"the flow {flow.id} declares no ledger"
        hint = "declare audit.ledger: what is not recorded does not cross"
        yield Fault(step="logged", reason="ledger_unavailable", message=message, hint=hint, path=(*here, "audit"))
