"""Subjects of kinds ledger and transfer: what is declared of them, and what is recorded and moved."""

from __future__ import annotations

from itertools import pairwise

from msgspec import UNSET

from limen.analysis.exposure import Exposures
from limen.analysis.given import given, seconds
from limen.analysis.integrity import Integrity
from limen.analysis.kinds.ledgers import AnchorPart, ChainPart, LedgerSubject, TransferSubject
from limen.analysis.lattice import BOTTOM
from limen.analysis.listing import listed
from limen.analysis.movement import Movement
from limen.analysis.network import NONE, Network, bits
from limen.analysis.signing import signed_items
from limen.model.ledgers import Ledger
from limen.model.scalars import duration_seconds
from limen.model.tenancy import Transfer
from limen.records.subjects import Detail, SubjectTable

ANYONE = frozenset({"all", "any", "anybody", "anyone", "everybody", "everyone", "public"})
"""Names of approvers that name nobody."""


def ledger_table(movement: Movement, exposures: Exposures, integrity: Integrity) -> SubjectTable:
    """Return the table of ledgers, in the order of the declaration."""
    network = movement.network
    declaration = network.declaration
    recorded: dict[str, list[int]] = {name: [] for name in declaration.ledgers}
    for index, flow in enumerate(network.flows):
        if flow.audit is not UNSET and flow.audit.ledger in recorded:
            recorded[flow.audit.ledger].append(index)
    probed = {request.ledger for request in network.declaration.probes if request.probe == "ledger"}
    subjects = []
    for name, ledger in declaration.ledgers.items():
        keeper = network.component_index.get(ledger.component, NONE)
        moved = 0
        for flow_index in recorded[name]:
            moved |= movement.both(flow_index)
        least = None if keeper == NONE else integrity.least_arrival[keeper]
        arriving = 0 if keeper == NONE else exposures.held(keeper, assumed=True)
        tiers = ledger.tiers
        ends = [duration_seconds(tier.until) for tier in tiers]
        subject = given(
            LedgerSubject,
            chain=_chain(network, ledger),
            anchors=_anchors(network, ledger),
            probed=name in probed,
            append_only=ledger.append_only is True,
            verify_on_read=ledger.verify_on_read is True,
            records=tuple(sorted(set(ledger.records))),
            clock_source="undeclared" if ledger.clock is UNSET or ledger.clock.source is UNSET else ledger.clock.source,
            clock_max_skew=UNSET if ledger.clock is UNSET else seconds(ledger.clock.max_skew),
            tiers=len(tiers),
            tier_gaps=sum(later <= earlier for earlier, later in pairwise(ends)),
            hot=ends[0] if ends else UNSET,
            open_approvers=0
            if ledger.deletion is UNSET
            else len({name for name in ledger.deletion.approvers if name.casefold() in ANYONE}),
            kept=ends[-1] if ends else UNSET,
            later_tiers_without_worm=sum(not tier.worm for tier in tiers[1:]),
            cold_unencrypted=sum(
                not tier.encrypted and (tier.compressed or place == len(tiers) - 1)
                for place, tier in enumerate(tiers)
                if place
            ),
            cold_unproven=len(tiers) > 1 and tiers[-1].proof_of_existence in (UNSET, "none"),
            legal_hold="undeclared" if ledger.legal_hold is UNSET else ledger.legal_hold,
            deletion_declared=ledger.deletion is not UNSET,
            deletion_approvers=0 if ledger.deletion is UNSET else len(set(ledger.deletion.approvers)),
            deletion_logged=ledger.deletion is not UNSET and ledger.deletion.logged is True,
            used=len(recorded[name]),
            logged_label=network.lattice.part(network.label_of(moved) if moved else BOTTOM),
            integrity=(0 if keeper == NONE else network.trust[keeper]) if least is None else least,
            requires_integrity=_required(network, moved | arriving),
            unredacted=sum(_unredacted(movement, flow_index) for flow_index in recorded[name]),
        )
        subjects.append(((name,), subject))
    names = list(declaration.ledgers)

    def details(index: int) -> Detail:
        name = names[index]
        title = declaration.ledgers[name].title
        bare = [network.flows[flow].id for flow in recorded[name] if _unredacted(movement, flow)]
        return Detail(
            path=("ledgers", name),
            title=f"ledger {name}" if title is UNSET else title,
            provenance={"unredacted": ", ".join(bare)} if bare else {},
            peers=tuple(bare),
        )

    return listed("ledger", 1, subjects, details)


def _chain(network: Network, ledger: Ledger) -> ChainPart:
    chain = ledger.chain
    if chain is UNSET:
        return ChainPart(algorithm="undeclared", key=False, key_known=False)
    key = None if chain.key is UNSET else network.declaration.keys.get(chain.key)
    return given(
        ChainPart,
        algorithm=chain.algorithm,
        format=chain.format,
        key=chain.key is not UNSET,
        key_known=key is not None,
        key_beside=UNSET if key is None or key.held_by is UNSET else key.held_by == ledger.component,
    )


def _anchors(network: Network, ledger: Ledger) -> AnchorPart:
    if ledger.anchors is UNSET:
        return AnchorPart(declared=False, sent=False, elsewhere=False)
    keeper, witness = (network.component_index.get(name) for name in (ledger.component, ledger.anchors.to))
    return AnchorPart(
        declared=True,
        every=duration_seconds(ledger.anchors.every),
        sent=any(network.target[flow] == witness for flow in ([] if keeper is None else network.outgoing[keeper])),
        elsewhere=keeper is not None
        and witness is not None
        and keeper != witness
        and (
            network.zone_of[keeper] != network.zone_of[witness]
            or network.tenant_of[keeper] != network.tenant_of[witness]
        ),
    )


def _required(network: Network, items: int) -> int:
    """Return the greatest integrity that any of the items requires; 0 where none requires any."""
    declared = (network.data[item] for item in bits(items))
    return max(
        (item.requires_integrity for item in declared if item is not None and item.requires_integrity is not UNSET),
        default=0,
    )


def _unredacted(movement: Movement, flow: int) -> bool:
    audit = movement.network.flows[flow].audit
    return audit is not UNSET and audit.redacts is not True and bool(movement.both(flow) & movement.identifying)


def transfer_table(movement: Movement) -> SubjectTable:
    """Return the table of transfers, in the order of the declaration."""
    network = movement.network
    transfers = network.declaration.transfers
    unsigned = [_unsigned(movement, transfer) for transfer in transfers]
    subjects = [
        ((transfer.id,), _transfer(network, transfer, items.bit_count()))
        for transfer, items in zip(transfers, unsigned, strict=True)
    ]

    def details(index: int) -> Detail:
        transfer = transfers[index]
        return Detail(
            path=("transfers", transfer.id),
            title=f"transfer {transfer.id} over {' → '.join(transfer.flows)}",
            crossing=transfer.flows[0] if transfer.flows[0] in network.flow_index else "",
            provenance={"unsigned_items": ", ".join(network.names(unsigned[index]))} if unsigned[index] else {},
            peers=tuple(name for name in transfer.flows if name not in network.flow_index),
        )

    return listed("transfer", 1, subjects, details)


def _transfer(network: Network, transfer: Transfer, unsigned_items: int) -> TransferSubject:
    known = [network.flow_index[name] for name in transfer.flows if name in network.flow_index]
    unknown = len(transfer.flows) - len(known)
    outer = {
        network.tenant_of[ends[network.flow_index[name]]]
        for name, ends in ((transfer.flows[0], network.source), (transfer.flows[-1], network.target))
        if name in network.flow_index
    }
    token = transfer.token
    return given(
        TransferSubject,
        flows=len(transfer.flows),
        unknown_flows=unknown,
        connected=not unknown and all(network.target[one] == network.source[next_] for one, next_ in pairwise(known)),
        tenants=len(outer - {NONE}),
        dual_signature=transfer.dual_signature is True,
        acknowledge_within=seconds(transfer.acknowledge_within),
        token_declared=token is not UNSET,
        token_ephemeral=token is not UNSET and token.ephemeral is True,
        token_single_use=token is not UNSET and token.single_use is True,
        custody_log=_custody_log(network, transfer),
        custody_records_flows=_custody_records(network, transfer),
        unsigned_items=unsigned_items,
    )


def _custody_log(network: Network, transfer: Transfer) -> str:
    if transfer.custody_log is UNSET:
        return "undeclared"
    return "declared" if transfer.custody_log in network.declaration.ledgers else "unknown"


def _custody_records(network: Network, transfer: Transfer) -> bool:
    """Return whether each flow of a transfer is recorded in its custody log."""
    for name in transfer.flows:
        flow = network.flow_index.get(name)
        audit = UNSET if flow is None else network.flows[flow].audit
        if audit is UNSET or audit.ledger != transfer.custody_log:
            return False
    return True


def _unsigned(movement: Movement, transfer: Transfer) -> int:
    """Return the items that leave the sender over a transfer's first flow without a signature that it can make."""
    network = movement.network
    flow = network.flow_index.get(transfer.flows[0])
    return 0 if flow is None else movement.forward(flow) & ~signed_items(network, flow, network.source[flow])
