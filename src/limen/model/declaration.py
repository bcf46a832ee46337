"""The whole declaration: all sections of boundaries.yaml after includes were merged."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from limen.model.access import DutyPair, Principal, Role
from limen.model.data import DataItem, Labels
from limen.model.flows import Flow
from limen.model.keys import Key
from limen.model.ledgers import Ledger
from limen.model.operations import Assertion, IncidentResponse, ProbeRequest, Secrets, Verification
from limen.model.places import Component, Zone
from limen.model.scalars import Entity, Identifier, Text
from limen.model.tenancy import Tenant, Transfer


class System(Entity, frozen=True, kw_only=True):
    """The system that is declared."""

    id: Annotated[Identifier, Meta(description="Short name of the system.")]
    title: Annotated[Text | UnsetType, Meta(description="What it is, for people.")] = UNSET
    owner: Annotated[Text | UnsetType, Meta(description="Who answers for it.")] = UNSET


class Declaration(Entity, frozen=True, kw_only=True):
    """boundaries.yaml: zones, components, flows and all that protects them."""

    version: Annotated[Literal[1], Meta(description="Version of this format: 1.")]
    system: Annotated[System, Meta(description="The system that is declared.")]
    profiles: Annotated[tuple[Identifier, ...], Meta(description="Profiles of policies/profiles that apply.")] = ()
    include: Annotated[
        tuple[Text, ...],
        Meta(description="More files (YAML, JSON, JSON Lines of flows); globs; never outside this folder."),
    ] = ()
    labels: Annotated[Labels | UnsetType, Meta(description="The lattice of sensitivity.")] = UNSET
    data: Annotated[dict[Identifier, DataItem], Meta(description="Data items by name.")] = {}
    zones: Annotated[dict[Identifier, Zone], Meta(description="Zones by name.")] = {}
    components: Annotated[dict[Identifier, Component], Meta(description="Components by name.")] = {}
    flows: Annotated[tuple[Flow, ...], Meta(description="Flows between components.")] = ()
    keys: Annotated[dict[Identifier, Key], Meta(description="Keys by name.")] = {}
    roles: Annotated[dict[Identifier, Role], Meta(description="Roles by name.")] = {}
    principals: Annotated[dict[Identifier, Principal], Meta(description="Principals by name.")] = {}
    separation_of_duties: Annotated[tuple[DutyPair, ...], Meta(description="Permissions that stay apart.")] = ()
    tenants: Annotated[dict[Identifier, Tenant], Meta(description="Tenants by name.")] = {}
    transfers: Annotated[tuple[Transfer, ...], Meta(description="Lawful ways between tenants.")] = ()
    ledgers: Annotated[dict[Identifier, Ledger], Meta(description="Ledgers by name.")] = {}
    secrets: Annotated[Secrets | UnsetType, Meta(description="How components get their secrets.")] = UNSET
    incident_response: Annotated[
        IncidentResponse | UnsetType, Meta(description="What happens when a control fails.")
    ] = UNSET
    verification: Annotated[Verification | UnsetType, Meta(description="Verification on a schedule.")] = UNSET
    key_rotation_procedure: Annotated[Text | UnsetType, Meta(description="Path of the written procedure.")] = UNSET
    assertions: Annotated[tuple[Assertion, ...], Meta(description="Architects' own invariants.")] = ()
    probes: Annotated[tuple[ProbeRequest, ...], Meta(description="What reality is asked.")] = ()
