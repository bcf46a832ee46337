"""The declared ways between tenants: who sends, who receives, over which flows, under whose keys and how fast.

21 CFR 1305 and 1304.21, 21 CFR 11.70. A transfer that the declaration leaves open in any of this can't be made.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import timedelta

import msgspec
from msgspec import UNSET

from limen.errors import DeclarationError, Problem
from limen.model.declaration import Declaration
from limen.model.flows import Flow
from limen.model.scalars import duration_seconds
from limen.model.tenancy import Transfer


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One end of a transfer."""

    component: str
    tenant: str
    """The tenant's id as it travels in header, row and signature."""
    flow: str
    """The flow on which it sends what it signed."""
    item: str
    """What it signs: the order or the acknowledgement."""
    key: str
    """Declared name of the key that it signs with."""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A declared transfer."""

    name: str
    sender: Side
    receiver: Side
    within: timedelta
    """How long each step may take: the announcement after the order, the acknowledgement after the announcement."""


def ways_of(declaration: Declaration, ledger: str, tenants: Mapping[str, str] | None = None) -> dict[str, Way]:
    """Return the transfers whose custody a ledger records, by name.

    `tenants` gives the id of each declared tenant as it travels; without it their names travel. Raises DeclarationError
    with everything that is left open.
    """
    problems: list[Problem] = []
    found = {}
    for transfer in declaration.transfers:
        if transfer.custody_log == ledger:
            way = _way(declaration, transfer, tenants, problems)
            if way is not None:
                found[transfer.id] = way
    if not found and not problems:
        hint = "name it as custody_log of a transfer"
        problems.append(Problem(message=f"no transfer's custody is recorded in {ledger}", hint=hint))
    if problems:
        raise DeclarationError(problems)
    return found


def _way(
    declaration: Declaration, transfer: Transfer, tenants: Mapping[str, str] | None, problems: list[Problem]
) -> Way | None:
    before = len(problems)

    def wrong(message: str, hint: str = "") -> None:
        problems.append(Problem(message=f"transfer {transfer.id}: {message}", hint=hint))

    for message, hint in _demanded(transfer):
        wrong(message, hint)
    by_id = {flow.id: flow for flow in declaration.flows}
    flows = [by_id[name] for name in transfer.flows if name in by_id]
    if len(flows) != len(transfer.flows):
        wrong("not all of its flows are declared")
        return None
    if any(one.target != following.source for one, following in itertools.pairwise(flows)):
        wrong("its flows do not follow one another", "each begins where the one before it ends")
        return None
    first, receiver = flows[0], flows[-1].target
    way = {end for flow in flows for end in (flow.source, flow.target)}
    answers = [flow for flow in declaration.flows if flow.source == receiver and flow.target in way - {receiver}]
    if len(answers) != 1:
        wrong(f"{receiver} answers on {len(answers)} flows", "one flow from the receiver carries the acknowledgement")
        return None
    sides = []
    for component, flow in ((first.source, first), (receiver, answers[0])):
        side = _side(declaration, component, flow, tenants)
        if isinstance(side, Side):
            sides.append(side)
        else:
            wrong(side)
    if len(sides) == 2:
        if sides[0].tenant == sides[1].tenant:
            wrong("sender and receiver are of one tenant", "a transfer is between two")
        if sides[0].key == sides[1].key:
            wrong("sender and receiver sign with the same key", "each signs with its own tenant's key")
    if len(problems) > before or transfer.acknowledge_within is UNSET:
        return None
    within = timedelta(seconds=duration_seconds(transfer.acknowledge_within))
    return Way(name=transfer.id, sender=sides[0], receiver=sides[1], within=within)


def _demanded(transfer: Transfer) -> Iterator[tuple[str, str]]:
    """Yield what a transfer must say and does not."""
    if transfer.dual_signature is not True:
        yield "it is not signed by both sides", "dual_signature: true"
    if transfer.acknowledge_within is UNSET:
        yield "there is no deadline for the receiver", "acknowledge_within: PT24H"
    if transfer.token is UNSET or transfer.token.single_use is not True or transfer.token.ephemeral is not True:
        yield "its token can be used again", "token: {ephemeral: true, single_use: true}"


def _side(declaration: Declaration, component: str, flow: Flow, tenants: Mapping[str, str] | None) -> Side | str:
    """Return one end, or why it is none."""
    declared = declaration.components.get(component)
    if declared is None or declared.tenant is UNSET or declared.tenant not in declaration.tenants:
        return f"{component} belongs to no declared tenant"
    tenant = declared.tenant if tenants is None else tenants.get(declared.tenant, "")
    if not tenant:
        return f"there is no id for the tenant {declared.tenant}"
    items = () if flow.carries is UNSET else flow.carries
    if len(items) != 1:
        return f"{flow.id} carries {len(items)} items, and one is signed"
    signed = [layer.signed for layer in flow.protection.get(items[0], ()) if layer.signed is not UNSET]
    if len(signed) != 1:
        return f"{items[0]} bears {len(signed)} signatures on {flow.id}, and one is expected"
    return Side(component=component, tenant=tenant, flow=flow.id, item=items[0], key=signed[0])
