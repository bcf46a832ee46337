"""The inputs of rules on data items, exposures, wires and transformations."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import LabelPart, Part


class DataSubject(Part, frozen=True, kw_only=True):
    """A data item."""

    labelled: Annotated[bool, Meta(description="Whether it has a label.")]
    label: Annotated[LabelPart, Meta(description="Its label; the top where it has none.")]
    identifiers: Annotated[int, Meta(description="Number of identifying fields.")]
    sensitive_fields: Annotated[int, Meta(description="Number of sensitive fields.")]
    unmarked_identifiers: Annotated[
        int,
        Meta(
            description="Fields that identify by their names, or that another item calls identifying, and it does not."
        ),
    ]
    unmarked_sensitive: Annotated[
        int,
        Meta(description="Fields that name a person, or that another item calls sensitive, and it does not."),
    ]
    token_fields: Annotated[int, Meta(description="Fields named as tokens.")]
    published: Annotated[bool, Meta(description="Whether some component sends it to trust 0.")]
    asserted: Annotated[int, Meta(description="Assertions that say where it may never be, in any state.")]
    retained: Annotated[bool, Meta(description="Whether it says how long records are kept.")]
    retention: Annotated[int | UnsetType, Meta(description="Seconds that records are kept.")] = UNSET
    signature: Annotated[bool, Meta(description="Whether a component makes it by `how: sign`.")]
    manifestation: Annotated[
        tuple[str, ...],
        Meta(description="Which of printed_name, signed_at, meaning, content_digest its fields name, sorted."),
    ]
    token: Annotated[bool, Meta(description="Whether its values are tokens.")]
    stored: Annotated[int, Meta(description="Number of components that store it.")]
    ledger_stored: Annotated[int, Meta(description="Number of ledgers' components that store or receive it.")]
    moved: Annotated[int, Meta(description="Number of flows that move it.")]
    requires_integrity: Annotated[int | UnsetType, Meta(description="Least trust of an arrival.")] = UNSET
    validated: Annotated[int, Meta(description="Number of components that validate it at entry.")]
    classified: Annotated[int, Meta(description="Number of components that classify it at entry.")]
    enters: Annotated[
        int, Meta(description="Number of flows that bring it from outside (trust 0, or a tenant) into a trusted zone.")
    ]


class ExposureSubject(Part, frozen=True, kw_only=True):
    """A data item at a component: may-facts over all paths."""

    origin: Annotated[bool, Meta(description="Whether it starts here: originated, stored or produced.")]
    arrival: Annotated[bool, Meta(description="Whether a flow brings it here.")]
    plaintext: Annotated[bool, Meta(description="Whether it can be in plaintext here.")]
    arrives_plaintext: Annotated[
        bool, Meta(description="Whether it can be in plaintext here by an arrival, opened here or not.")
    ]
    sealed: Annotated[bool, Meta(description="Whether it can be here in a sealed state.")]
    stored: Annotated[bool, Meta(description="Whether the component stores it.")]
    label: Annotated[LabelPart, Meta(description="The item's label; the top where it has none.")]
    labelled: Annotated[bool | UnsetType, Meta(description="True where the item has a label; else absent.")] = UNSET
    clearance: Annotated[LabelPart, Meta(description="Clearance here; the bottom where none is declared.")]
    cleared: Annotated[bool | UnsetType, Meta(description="True where a clearance is declared; else absent.")] = UNSET
    basis: Annotated[bool, Meta(description="Whether the component's own clearance names a basis.")]
    own_clearance: Annotated[bool, Meta(description="Whether the component has a clearance of its own.")]
    excess: Annotated[
        bool, Meta(description="Whether the label is not below the clearance: a higher level, or a compartment more.")
    ]
    trust: Annotated[int, Meta(description="Trust of the component's zone.")]
    foreign: Annotated[bool, Meta(description="Whether it is a tenant's instance at another tenant's component.")]
    outside_transfer: Annotated[
        bool,
        Meta(description="Whether a foreign instance, or a mixed one, can arrive by a flow that no transfer names."),
    ]
    integrity: Annotated[
        int, Meta(description="Least integrity of an arrival over all paths (Biba); trust here for an origin.")
    ]
    requires_integrity: Annotated[int, Meta(description="Integrity that the item requires; 0 where it requires none.")]
    ledger: Annotated[bool, Meta(description="Whether the component keeps a ledger.")]
    identifiers: Annotated[int, Meta(description="Number of identifying fields of the item.")]
    token: Annotated[bool, Meta(description="Whether the item's values are tokens.")]
    broker: Annotated[
        bool,
        Meta(
            description="Whether the component only relays: it passes it on, and neither originates, "
            "stores, produces nor opens it."
        ),
    ]
    below_effective: Annotated[
        bool, Meta(description="Whether it is originated here below the label of what is in plaintext here.")
    ]
    independent: Annotated[bool, Meta(description="Whether the declaration says why it owes nothing to what is here.")]
    too_many_states: Annotated[
        bool, Meta(description="Whether more than 16 states were found, so that plaintext is assumed.")
    ]


class WireSubject(Part, frozen=True, kw_only=True):
    """A data item on one segment of a flow, in one direction."""

    label: Annotated[LabelPart, Meta(description="The item's label; the top where it has none.")]
    labelled: Annotated[bool | UnsetType, Meta(description="True where the item has a label; else absent.")] = UNSET
    plaintext: Annotated[bool, Meta(description="Whether the item itself is unsealed on the wire in some state.")]
    depth: Annotated[int, Meta(description="Least number of keys around it.")]
    held: Annotated[
        bool, Meta(description="Whether the sender can hold it; else it counts as if it started there in plaintext.")
    ]
    channel: Annotated[str, Meta(description="tls, ssh, local, none, or undeclared on this segment.")]
    crossing: Annotated[bool, Meta(description="Whether the flow crosses a zone or tenant border.")]
    leaves_trust: Annotated[bool, Meta(description="Whether it goes to a zone of lower trust.")]
    least_trust: Annotated[int, Meta(description="The lower trust of the flow's ends' zones.")]
    greatest_trust: Annotated[int, Meta(description="The higher trust of the flow's ends' zones.")]
    crosses_tenants: Annotated[
        bool, Meta(description="Whether the flow's ends belong to different tenants, or one to none.")
    ]
    unheld_seals: Annotated[
        int, Meta(description="Declared seals whose key the sender does not hold, so that they are missing.")
    ]
    unheld_signatures: Annotated[int, Meta(description="Declared signatures whose key the sender does not hold.")]
    signed: Annotated[bool, Meta(description="Whether a signature is declared and the sender holds its key.")]
    verified: Annotated[bool, Meta(description="Whether the receiving end verifies a signature that is on it.")]
    verifiable: Annotated[
        bool,
        Meta(
            description="Whether it is signed and can be in plaintext at the receiving end, so that the "
            "signature can be checked there."
        ),
    ]
    storage: Annotated[bool, Meta(description="Whether the flow moves a medium: backup, snapshot, replica.")]
    identifiers: Annotated[int, Meta(description="Number of identifying fields of the item.")]
    sensitive_fields: Annotated[int, Meta(description="Number of sensitive fields of the item.")]
    key_material: Annotated[bool, Meta(description="Whether the item is key material.")]


class TransformationSubject(Part, frozen=True, kw_only=True):
    """A place where an item's state or label changes: an encryption boundary."""

    action: Annotated[str, Meta(description="seal, open, terminate, reestablish, produce or reverse.")]
    how: Annotated[
        str | UnsetType, Meta(description="tokenise, redact, aggregate, encrypt, derive, sign or reverse.")
    ] = UNSET
    lowers: Annotated[
        bool, Meta(description="Whether the product's label is not above the join of its sources' labels.")
    ]
    approved: Annotated[bool, Meta(description="Whether somebody approved it.")]
    keyed: Annotated[bool, Meta(description="Whether it names a key.")]
    declassifies: Annotated[
        bool, Meta(description="Whether `how` is one that may lower a label: tokenise, redact, aggregate.")
    ]
    tokens: Annotated[
        bool, Meta(description="Whether all its sources are items of tokens; false where nothing is made.")
    ]
    before: Annotated[LabelPart, Meta(description="Join of the sources' labels.")]
    after: Annotated[LabelPart, Meta(description="Label of the product.")]
    trust: Annotated[int, Meta(description="Trust of the zone where it happens.")]
    possible: Annotated[bool, Meta(description="Whether all its sources can be in plaintext there.")]
