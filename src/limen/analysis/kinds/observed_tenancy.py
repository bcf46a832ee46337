"""Observations of how a PostgreSQL database keeps tenants apart: what its catalogue says, and what it lets happen."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part

_OUTCOME = "admitted or refused, the worst of all roles that were tried"


class PolicyPart(Part, frozen=True, kw_only=True):
    """The row security policies of a table, read in the catalogue."""

    permissive: Annotated[int, Meta(ge=0, description="Policies that admit rows; with none, no row is admitted.")]
    constant: Annotated[
        int, Meta(ge=0, description="Policies that admit every row, such as USING (true), whatever the tenant.")
    ]
    unbound: Annotated[
        int | UnsetType,
        Meta(description="Policies whose condition does not hold the tenant column against the session's tenant."),
    ] = UNSET
    defaulted: Annotated[
        int | UnsetType, Meta(description="Policies that put another value (COALESCE) in place of an unset tenant.")
    ] = UNSET
    checks_weak: Annotated[
        int | UnsetType,
        Meta(description="Policies for writing whose WITH CHECK does not bind the new row to the session's tenant."),
    ] = UNSET
    checks_missing: Annotated[
        int, Meta(ge=0, description="Policies for writing that state no WITH CHECK, so that USING stands in for it.")
    ]


class TrialPart(Part, frozen=True, kw_only=True):
    """What roles could do to another tenant's rows; what could not be tried is absent."""

    read: Annotated[str | UnsetType, Meta(description=f"Reading them: {_OUTCOME}.")] = UNSET
    insert: Annotated[str | UnsetType, Meta(description=f"Adding a row for another tenant: {_OUTCOME}.")] = UNSET
    update: Annotated[
        str | UnsetType, Meta(description=f"Changing them, or handing an own row to another tenant: {_OUTCOME}.")
    ] = UNSET
    delete: Annotated[str | UnsetType, Meta(description=f"Deleting them: {_OUTCOME}.")] = UNSET


class BehaviourPart(Part, frozen=True, kw_only=True):
    """Trials by the session's tenant."""

    set: Annotated[TrialPart, Meta(description="With the tenant set to another than the rows'.")] = TrialPart()
    unset: Annotated[TrialPart, Meta(description="In a session that never set a tenant.")] = TrialPart()
    empty: Annotated[TrialPart, Meta(description="With the tenant set to an empty text.")] = TrialPart()


class RolesPart(Part, frozen=True, kw_only=True):
    """The roles that were tried; one that is above row security proves nothing, so nothing is tried as it."""

    tried: Annotated[int, Meta(ge=0, description="Roles that the declaration names, or else the one that logged in.")]
    superusers: Annotated[int, Meta(ge=0, description="Those that are, or may become, superuser.")]
    bypassing: Annotated[
        int,
        Meta(
            ge=0,
            description="Those that have BYPASSRLS or REPLICATION or read the server's files, or may become who does.",
        ),
    ]
    owners: Annotated[
        int, Meta(ge=0, description="Those that own a table with tenants' rows, or may act as its owner.")
    ]


class IdsPart(Part, frozen=True, kw_only=True):
    """Tenant ids of a table of tenants, computed again from their inputs."""

    tenants: Annotated[int, Meta(ge=0, description="Rows.")]
    mismatched: Annotated[
        int | UnsetType,
        Meta(description="Ids that are not what their inputs give under the key; absent where there is no key."),
    ] = UNSET
    colliding: Annotated[int, Meta(ge=0, description="Rows whose id another row with other inputs has as well.")]
    reused: Annotated[int, Meta(ge=0, description="Rows whose inputs another row with another id has as well.")]
    incomplete: Annotated[int, Meta(ge=0, description="Rows without an id or without one of the inputs.")]


class TenancyFacts(Part, frozen=True, kw_only=True):
    """One relation, function or table of tenants of a database, or the database as a whole."""

    what: Annotated[str, Meta(description="table, view, function, ids or database.")]
    column: Annotated[
        str | UnsetType, Meta(description="The column that holds the tenant; absent where this has none.")
    ] = UNSET
    partitioned: Annotated[bool, Meta(description="Whether a table or view has the tenant column.")] = False
    partition: Annotated[bool | UnsetType, Meta(description="Whether a table is a partition of another.")] = UNSET
    row_security: Annotated[
        str | UnsetType, Meta(description="Of a table: forced, enabled (its owner is exempt) or off.")
    ] = UNSET
    truncatable: Annotated[
        bool | UnsetType,
        Meta(description="Whether a role that was tried may TRUNCATE a table, which row security does not bind."),
    ] = UNSET
    policies: Annotated[PolicyPart | UnsetType, Meta(description="Of a table: its policies.")] = UNSET
    behaviour: Annotated[BehaviourPart | UnsetType, Meta(description="Of a table or view: what it lets do.")] = UNSET
    rights: Annotated[
        str | UnsetType,
        Meta(
            description="Whose rights a view or function has: invoker, bound (its owner's, bound by row security), "
            "definer (its owner's, above row security), materialised (a copy) or closed (no role tried may use it)."
        ),
    ] = UNSET
    roles: Annotated[RolesPart | UnsetType, Meta(description="Of a database: the roles that were tried.")] = UNSET
    tables: Annotated[int, Meta(ge=0, description="Of a database: tables that hold tenants' rows; else 0.")] = 0
    unjudged: Annotated[
        int | UnsetType,
        Meta(description="Of a database: tables without the tenant column that are not declared as shared."),
    ] = UNSET
    absent: Annotated[
        int | UnsetType, Meta(description="Of a database: tables that the declaration names and that are not there.")
    ] = UNSET
    ids: Annotated[IdsPart | UnsetType, Meta(description="Of a table of tenants: its ids.")] = UNSET
    unseen: Annotated[
        tuple[str, ...], Meta(description="Why something could not be seen, in words; empty where all was.")
    ] = ()
