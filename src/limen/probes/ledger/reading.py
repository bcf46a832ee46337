"""From the outcome of a verification to facts; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from msgspec import UNSET, UnsetType, structs

from limen.analysis.kinds.observed_ledger import (
    AnchorsPart,
    FaultsPart,
    LedgerFacts,
    TenantPart,
    TierPart,
)
from limen.integrity.anchors import longest_gap
from limen.integrity.chains import Aspect
from limen.integrity.recipes import linked, unambiguous
from limen.probes.interface import AttemptError, Seen
from limen.probes.ledger.verification import NAME, AnchorsRead, Verification, read
from limen.records.attempts import RawResponse

_T = TypeVar("_T")
_NOT_SHOWN = "not shown"


def interpret(raw: Mapping[str, RawResponse], at: int) -> Sequence[Seen]:
    """Return the facts of the one ledger; raises AttemptError where there is nothing to see."""
    found = read(raw.get(NAME))
    ledger, anchors, recipe = found.ledger, found.anchors, found.recipe
    if not ledger.records and (anchors is None or not anchors.longest):
        raise AttemptError("the ledger is empty: there is nothing to verify")
    chain = _aspect(found, "chain")
    heads = _anchors(found, chain, at)
    facts = LedgerFacts(
        store=found.store,
        compression=_given(found.compression),
        format="limen-v1" if recipe is None else "foreign",
        algorithm=_algorithm(found),
        linked=recipe is None or linked(recipe),
        unambiguous=recipe is None or unambiguous(recipe),
        records=ledger.records - found.base,
        base=found.base or UNSET,
        bytes=ledger.end,
        strict=found.strict,
        chain=chain,
        sequence=_aspect(found, "sequence"),
        clock=_aspect(found, "clock"),
        newest_at=_moment(ledger.newest),
        tenant=_tenant(found),
        key=_aspect(found, "key"),
        anchors=heads,
        append_only=_append_only(found, chain, heads),
        tiers=tuple(
            TierPart(
                name=tier.name,
                oldest=_age(tier.oldest, at),
                compressed=_given(tier.compressed),
                encrypted=_given(tier.encrypted),
            )
            for tier in found.tiers
        ),
    )
    return [Seen(detail="", facts=facts)]


def _algorithm(found: Verification) -> str | UnsetType:
    """Return the weakest that a record is bound by."""
    if not found.ledger.records or _only_compared(found):
        return UNSET
    if found.recipe is not None:
        return found.recipe.algorithm
    return "SHA-256" if found.ledger.unkeyed else "HMAC-SHA-256"


def _aspect(found: Verification, aspect: Aspect) -> FaultsPart:
    """Return the faults of one aspect; without a number where there are none and not every record was judged."""
    faults = found.ledger.faults.get(aspect)
    if faults is None:
        return FaultsPart(faults=0) if _judged(found, aspect) else FaultsPart()
    if not faults.first:
        return FaultsPart(faults=faults.count)
    first = faults.first[0]
    return FaultsPart(
        faults=faults.count,
        record=first.record,
        offset=first.offset,
        kind=first.kind,
        expected=first.expected or _NOT_SHOWN,
        found=first.found or _NOT_SHOWN,
    )


def _judged(found: Verification, aspect: Aspect) -> bool:
    """Return whether every record was held against an aspect, so that no fault means that there is none."""
    ledger, recipe = found.ledger, found.recipe
    if not ledger.records or _only_compared(found):
        return False
    if aspect == "chain":
        return "key" not in ledger.faults  # a record whose key is not known was not verified
    if recipe is not None and not {"sequence": recipe.seq, "clock": recipe.time, "tenant": recipe.tenant}.get(
        aspect, "-"
    ):
        return False
    return not ledger.unread


def _only_compared(found: Verification) -> bool:
    """Return whether records up to an anchor were not verified, since their text is as it was anchored."""
    return found.compared is not None and not found.compared.changed


def _tenant(found: Verification) -> TenantPart:
    if not found.tenant_expected:
        return TenantPart(required=False)
    return TenantPart(required=True, **structs.asdict(_aspect(found, "tenant")))


def _anchors(found: Verification, chain: FaultsPart, at: int) -> AnchorsPart:
    anchors, ledger, compared = found.anchors, found.ledger, found.compared
    if anchors is None:
        return AnchorsPart()
    if not anchors.moments:
        return AnchorsPart(count=0)
    # An anchor whose head was neither found nor contradicted lies behind the end, or at a number that is not there;
    # those within text that was only compared were not looked for.
    held, least = set(ledger.agreed), compared.length if compared is not None and _only_compared(found) else 1
    least = max(least, found.base)  # what is before left the ledger, as the witness signed
    newest = max(zip(anchors.moments, anchors.lengths, strict=True))
    missing, differing = max(0, anchors.longest - ledger.records), anchors.contradictory
    differing += sum(length not in held and least <= length <= ledger.records for length in anchors.lengths)
    return AnchorsPart(
        count=len(anchors.moments),
        missing=missing or _if_signed(0, anchors),
        differing=differing or _if_signed(_if_intact(0, found, chain, anchors.longest), anchors),
        compared=0 if compared is None else compared.segments,
        changed=0 if compared is None else compared.changed,
        changed_at=UNSET if compared is None else _given(compared.changed_at),
        covered=newest[1],
        newest_at=newest[0],
        longest_gap=longest_gap(anchors.moments, at),
        witnessed=_given(anchors.witnessed),
    )


def _if_intact(value: _T, found: Verification, chain: FaultsPart, length: int) -> _T | UnsetType:
    """Return what a head proves: nothing, where the chain up to it does not lead there."""
    if chain.faults is UNSET:
        return value if _only_compared(found) and "key" not in found.ledger.faults else UNSET
    return UNSET if chain.faults and chain.record <= length else value


def _if_signed(value: _T | UnsetType, anchors: AnchorsRead) -> _T | UnsetType:
    """Return what anchors prove: nothing, where they are not signed by the witness whose key was given."""
    return UNSET if anchors.witnessed is False else value


def _append_only(found: Verification, chain: FaultsPart, anchors: AnchorsPart) -> bool | UnsetType:
    kept = max(found.earlier_length, 0 if found.anchors is None else found.anchors.longest)
    if not kept:
        return UNSET
    if found.earlier is False or anchors.missing or anchors.differing or (chain.faults and chain.record <= kept):
        return False
    if found.earlier is None and found.anchors is not None:
        return _if_signed(_if_intact(True, found, chain, kept), found.anchors)
    return _if_intact(True, found, chain, kept)


def _given(value: _T | None) -> _T | UnsetType:
    return UNSET if value is None else value


def _age(text: str | None, at: int) -> int | UnsetType:
    moment = _moment(text)
    return UNSET if moment is UNSET else max(0, at - moment)


def _moment(text: str | None) -> int | UnsetType:
    if text is None:
        return UNSET
    try:
        return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())
    except (ValueError, OverflowError):
        return UNSET
