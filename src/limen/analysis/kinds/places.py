"""The inputs of rules on zones and components."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from limen.analysis.kinds.common import AtRestPart, LabelPart, Part, ProcessingPart
from limen.analysis.kinds.standing import StandingPart
from limen.analysis.kinds.use import UsePart


class ZoneSubject(Part, frozen=True, kw_only=True):
    """A zone."""

    trust: Annotated[int, Meta(description="Trust level.")]
    cleared: Annotated[bool, Meta(description="Whether a clearance is declared.")]
    clearance: Annotated[LabelPart, Meta(description="Its clearance; the bottom where none is declared.")]
    callers_declared: Annotated[bool, Meta(description="Whether it says who may call.")]
    anonymous: Annotated[bool, Meta(description="Whether anyone may call.")]
    rate_limited: Annotated[bool, Meta(description="Whether callers are rate limited; false where undeclared.")] = False
    asserted: Annotated[int, Meta(description="Assertions that end in it: ways to it that may never be.")]
    segmented: Annotated[bool, Meta(description="Whether a network segment is named.")]
    nested: Annotated[bool, Meta(description="Whether it lies within another zone.")]
    trust_gain: Annotated[int, Meta(description="Its trust minus that of the zone around it; 0 where there is none.")]
    components: Annotated[int, Meta(description="Number of components in it.")]
    entering_flows: Annotated[int, Meta(description="Number of flows that enter it.")]
    standing: Annotated[StandingPart, Meta(description="What it declares, looked at by itself.")]


class IngressPart(Part, frozen=True, kw_only=True):
    """What an entry point does with what comes in."""

    declared: Annotated[bool, Meta(description="Whether the component has an ingress section.")]
    unvalidated: Annotated[int, Meta(description="Items that enter here from outside and are not validated here.")]
    unclassified: Annotated[int, Meta(description="Items that enter here from outside and are not classified here.")]
    canonicalises: Annotated[int, Meta(description="Number of identifiers brought into canonical form.")]
    product_identifiers: Annotated[int, Meta(description="Identifiers ndc, gtin, serial, npi, dea of entering items.")]
    uncanonical: Annotated[
        int, Meta(description="Of those with a canonical form (ndc, gtin, npi, dea), how many are not brought into it.")
    ]
    quarantine: Annotated[bool, Meta(description="Whether there is a place for what failed.")]
    refuses: Annotated[tuple[str, ...], Meta(description="unregistered, discontinued.")]


class IsolationPart(Part, frozen=True, kw_only=True):
    """How tenants are kept apart."""

    row_level_security: Annotated[str, Meta(description="forced, enabled, off, or undeclared.")] = "undeclared"
    tenant_predicate: Annotated[str, Meta(description="proxy, database, application, none, or undeclared.")] = (
        "undeclared"
    )
    tenant_keys: Annotated[
        bool, Meta(description="Whether each tenant's rows have that tenant's key; false where undeclared.")
    ] = False


class ComponentSubject(Part, frozen=True, kw_only=True):
    """A component."""

    trust: Annotated[int, Meta(description="Trust of its zone.")]
    effective_label: Annotated[
        LabelPart, Meta(description="Join of all that can be in plaintext here; the bottom where nothing can.")
    ]
    holds_plaintext: Annotated[int, Meta(description="Items that can be in plaintext here.")]
    originates: Annotated[int, Meta(description="Items that start here.")]
    stores: Annotated[int, Meta(description="Items kept here.")]
    stores_undeclared: Annotated[
        int,
        Meta(description="Of those, the ones that it can read and does not declare in `stores`."),
    ]
    stored_label: Annotated[
        LabelPart, Meta(description="Join of the labels of what it stores; the bottom where nothing.")
    ]
    relays: Annotated[
        int, Meta(description="Items that arrive and leave again without being stored, produced or originated here.")
    ]
    relays_plaintext: Annotated[int, Meta(description="Of those, how many can be in plaintext here.")]
    opens: Annotated[int, Meta(description="Keys that it opens with, wrapped ones included.")]
    seals: Annotated[int, Meta(description="Keys that it seals with.")]
    signs: Annotated[int, Meta(description="Keys that it signs with.")]
    produces: Annotated[int, Meta(description="Items that it makes.")]
    keeps_ledger: Annotated[bool, Meta(description="Whether a ledger is kept here.")]
    keeps_secrets: Annotated[
        bool, Meta(description="Whether it is the secret store of `secrets`, or keys are held here.")
    ]
    identity: Annotated[bool, Meta(description="Whether it has a workload identity.")]
    same_identity: Annotated[int, Meta(description="Other components with the same identity.")]
    opens_flows: Annotated[int, Meta(description="Flows that start here.")]
    flows: Annotated[int, Meta(description="Flows that start or end here, or pass through.")]
    reachable: Annotated[bool, Meta(description="Whether a flow reaches it, or it originates or stores something.")]
    roles: Annotated[int, Meta(description="Roles that it acts in.")]
    human_roles: Annotated[int, Meta(description="Of those, how many are for humans only.")]
    unknown_roles: Annotated[int, Meta(description="Roles that `roles` does not define.")]
    tenant: Annotated[bool, Meta(description="Whether it belongs to a tenant.")]
    tenants_held: Annotated[int, Meta(description="Tenants whose instances can be here.")]
    tenants_stored: Annotated[int, Meta(description="Tenants whose instances it can store.")]
    partitioned: Annotated[bool, Meta(description="Whether it keeps tenants' records apart by a field.")]
    isolation: Annotated[IsolationPart, Meta(description="How tenants are kept apart in it.")]
    at_rest: Annotated[AtRestPart, Meta(description="Effective protection at rest.")]
    processing: Annotated[ProcessingPart, Meta(description="Effective protection in processing.")]
    ingress: Annotated[IngressPart, Meta(description="What it does with what comes in.")]
    entry: Annotated[
        bool,
        Meta(
            description="Whether a flow brings data from outside: from a zone of trust 0 into one of higher trust, "
            "or from a tenant's component to one of no tenant."
        ),
    ]
    egress: Annotated[
        bool,
        Meta(
            description="Whether a flow that carries data leaves it for a zone of trust 0, and its own trust is higher."
        ),
    ]
    egress_items: Annotated[int, Meta(description="Items that leave it for trust 0.")]
    egress_unsigned: Annotated[int, Meta(description="Of those, how many leave without a signature.")]
    quarantine: Annotated[bool, Meta(description="Whether it is a quarantine.")]
    brokered: Annotated[
        bool, Meta(description="Whether a broker's protocol is spoken to it, and from it or in its answers.")
    ]
    copies: Annotated[int, Meta(description="Items that it gets as copies of a store's medium.")]
    probes: Annotated[
        tuple[str, ...],
        Meta(
            description="Asked of it or of its flows: tls, tenancy, storage, leak, brokers, secrets, code, kms, ledger."
        ),
    ]
    quarantine_writer_reads: Annotated[
        int,
        Meta(description="Stores of other trusted zones that a component writing to this quarantine can read from."),
    ]
    use: Annotated[UsePart, Meta(description="What of its declaration the flows bear out.")]
