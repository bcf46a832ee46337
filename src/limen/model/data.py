"""Labels (a Denning lattice: a level and a set of compartments) and the data items that carry them."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.model.scalars import Duration, Entity, Identifier, Text


class Labels(Entity, frozen=True, kw_only=True):
    """The lattice of this system."""

    levels: Annotated[tuple[Identifier, ...], Meta(min_length=1, description="Sensitivity levels, lowest first.")]
    compartments: Annotated[
        tuple[Identifier, ...], Meta(description="Compartments; a label holds any set of them.")
    ] = ()


class Label(Entity, frozen=True, kw_only=True):
    """A point of the lattice: a level and a set of compartments (Denning 1976)."""

    level: Annotated[Identifier, Meta(description="One of labels.levels.")]
    compartments: Annotated[tuple[Identifier, ...], Meta(description="Some of labels.compartments.")] = ()


class Clearance(Entity, frozen=True, kw_only=True):
    """The highest label that a zone or component may hold in plaintext."""

    level: Annotated[Identifier, Meta(description="One of labels.levels.")]
    compartments: Annotated[tuple[Identifier, ...], Meta(description="Some of labels.compartments.")] = ()
    basis: Annotated[Text | UnsetType, Meta(description="Why this is lawful: an agreement, a licence, a role.")] = UNSET


class DataItem(Entity, frozen=True, kw_only=True):
    """A kind of data that flows carry and components store."""

    title: Annotated[Text | UnsetType, Meta(description="What it is, for people.")] = UNSET
    label: Annotated[Label | UnsetType, Meta(description="Sensitivity; without it the item counts as the top.")] = UNSET
    fields: Annotated[tuple[Identifier, ...], Meta(description="All fields of a record of this item.")] = ()
    sensitive_fields: Annotated[
        tuple[Identifier, ...], Meta(description="Fields that field encryption must cover to count as sealed.")
    ] = ()
    identifiers: Annotated[
        tuple[Identifier, ...], Meta(description="Fields that identify a person, a package or a registrant.")
    ] = ()
    retention: Annotated[Duration | UnsetType, Meta(description="How long records are kept.")] = UNSET
    requires_integrity: Annotated[
        Annotated[int, Meta(ge=0, le=100)] | UnsetType,
        Meta(description="Least trust that an arrival must have (Biba)."),
    ] = UNSET
    token: Annotated[bool, Meta(description="True where values are tokens of another item's identifiers.")] = False
