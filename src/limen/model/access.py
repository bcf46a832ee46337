"""Roles, principals and duties that must stay apart."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from limen.model.scalars import Entity, Identifier, Permission


class Role(Entity, frozen=True, kw_only=True):
    """A set of permissions that principals and components act in."""

    permissions: Annotated[tuple[Permission, ...], Meta(description="What the role may do.")]
    subjects: Annotated[Literal["human", "workload", "any"], Meta(description="Who may hold it.")]
    custody_logged: Annotated[bool, Meta(description="Whether each opening of a record is logged with custody.")] = (
        False
    )
    needs: Annotated[
        dict[Identifier, tuple[Identifier, ...]],
        Meta(description="Minimum necessary: the fields of an item that the role needs."),
    ] = {}


class Principal(Entity, frozen=True, kw_only=True):
    """A person or a workload that holds roles."""

    roles: Annotated[tuple[Identifier, ...], Meta(description="The roles that it holds.")]


DutyPair = Annotated[
    tuple[Permission, Permission], Meta(description="Two permissions that no principal may hold together.")
]
