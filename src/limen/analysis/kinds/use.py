"""The part of a component's input that says what of its declaration nothing else in the declaration bears out."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from limen.analysis.kinds.common import Part


class UsePart(Part, frozen=True, kw_only=True):
    """What a component may and says, held against the flows that reach and leave it."""

    idle_opening: Annotated[int, Meta(description="Keys that it opens with, while nothing sealed with them arrives.")]
    idle_sealing: Annotated[int, Meta(description="Keys that it seals with, while nothing leaves sealed with them.")]
    idle_signing: Annotated[
        int, Meta(description="Keys that it signs with, while nothing that leaves or is made here is signed with them.")
    ]
    idle_verifying: Annotated[
        int, Meta(description="Keys whose signatures it checks, while nothing signed with them arrives.")
    ]
    unopened: Annotated[
        int,
        Meta(
            description="Arrivals, counted by item and key, that are sealed with a key which it can't open with, "
            "although it works on the item or is where the item stays."
        ),
    ]
    idle_roles: Annotated[int, Meta(description="Roles that it acts in, while no flow that it opens asks for them.")]
    idle_origins: Annotated[
        int, Meta(description="Items that start or are made here and are neither stored nor sent nor made into others.")
    ]
    unkept: Annotated[
        int,
        Meta(
            description="For a component that stores items, those that arrive and are neither stored nor sent on nor "
            "made into others; else 0."
        ),
    ]
    unbrought: Annotated[
        int, Meta(description="Items that it stores and that neither arrive nor start nor are made here.")
    ]
    clearance_beyond: Annotated[
        bool,
        Meta(description="Whether its own clearance goes beyond the labels of all that can be in plaintext here."),
    ]
    pin_sets: Annotated[int, Meta(description="Different sets of pins by which flows to it know it.")]
    shared_pins: Annotated[int, Meta(description="Of those pins, how many flows to another component have as well.")]
    checked_apart: Annotated[
        int, Meta(description="Items that are classified here at entry and not validated, or the other way round.")
    ]
    quarantine_reached: Annotated[
        bool, Meta(description="Whether a flow goes from here to the quarantine that is named; true where none is.")
    ]
    quarantine_open: Annotated[
        int,
        Meta(
            description="For a quarantine, items that arrive by a flow which does not seal them, or seals them with a "
            "key that the quarantine or its writer opens with; else 0."
        ),
    ]
    partition: Annotated[
        str, Meta(description="The field that keeps tenants' records apart; empty where none is named.")
    ]
    mixed_zone: Annotated[
        bool,
        Meta(description="Whether it belongs to no tenant, while another component of its zone does."),
    ]
