"""What a ledger's records, anchors and files say of what is declared of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET

from limen.analysis.kinds.observed_ledger import LedgerFacts, TierPart
from limen.analysis.reconciliation.agreement import Agreement, Reconcile

_STRENGTH = {"none": 0, "SHA-256": 1, "SHA-512": 1, "HMAC-SHA-256": 2, "HMAC-SHA-512": 2}
_LATE = 1.05
"""How much later than declared an anchor may come: schedules have a grain."""


def chain(declared: Any, facts: Sequence[LedgerFacts]) -> Agreement | None:
    """Agree where every record is bound by at least the declared hash, in the declared format, without a break."""
    found = [one for one in facts if one.algorithm is not UNSET]
    if not found:
        return None
    weakest = min(found, key=lambda one: _STRENGTH.get(str(one.algorithm), 0))
    wanted = declared.get("format")
    other = next((one.format for one in found if wanted is not None and one.format != wanted), None)
    unbroken = [one.chain.faults for one in found]
    observed = {"algorithm": weakest.algorithm, "format": other or weakest.format}
    strong = all(one.linked for one in found) and _STRENGTH.get(str(weakest.algorithm), 0) >= _STRENGTH.get(
        declared["algorithm"], 0
    )
    if not strong or other is not None or any(faults for faults in unbroken if faults is not UNSET):
        broken = sum(faults for faults in unbroken if faults is not UNSET)
        return Agreement(observed={**observed, "broken": broken} if broken else observed, agrees=False)
    if UNSET in unbroken:
        return None
    # The records name ids of keys; that each is known, and what bound them, was verified.
    key = {"key": declared["key"]} if "key" in declared and str(weakest.algorithm).startswith("HMAC") else {}
    return Agreement(observed={**observed, **key}, agrees=True)


def append_only(declared: Any, facts: Sequence[LedgerFacts]) -> Agreement | None:
    """Agree where every earlier head that was kept is found again; without one nothing can be said."""
    seen = [one.append_only for one in facts if one.append_only is not UNSET]
    if not seen:
        return None
    return Agreement(observed=all(seen), agrees=all(seen) or declared is False)


def anchors(declared: Any, facts: Sequence[LedgerFacts]) -> Agreement | None:
    """Agree where anchors come as often as declared and each is signed by who keeps them.

    Too seldom is a contradiction whoever signed; often enough without a witness's signature says nothing of where
    they are kept.
    """
    read = [one.anchors for one in facts if one.anchors.count is not UNSET]
    if not read:
        return None
    if any(part.count == 0 for part in read):
        return Agreement(observed={"every": 0, "to": "nobody"}, agrees=False)
    known = [part.longest_gap for part in read if part.longest_gap is not UNSET]
    gap = max(known, default=0)
    if gap > declared["every"] * _LATE:
        return Agreement(observed={"every": gap}, agrees=False)
    if len(known) < len(read):
        return None
    witnessed = [part.witnessed for part in read]
    if False in witnessed:
        return Agreement(observed={"every": gap, "to": "unsigned"}, agrees=False)
    if UNSET in witnessed:
        return None
    return Agreement(observed={"every": gap, "to": declared["to"]}, agrees=True)


def tiers(declared: Any, facts: Sequence[LedgerFacts]) -> Agreement | None:
    """Contradict where a tier's files show that they are not what is declared; agree where they show all of it.

    What is written once, and when a trusted time was given, files do not show; the storage probe sees the first.
    """
    seen: dict[str, TierPart] = {}
    for one in facts:
        seen.update((tier.name, tier) for tier in one.tiers)
    contradictions = [found for tier in declared if (found := _against(tier, seen.get(tier["name"])))]
    if contradictions:
        return Agreement(observed=contradictions, agrees=False)
    if not declared or not all(_shown(tier, seen.get(tier["name"])) for tier in declared):
        return None
    return Agreement(observed=declared, agrees=True)


def _against(tier: Mapping[str, Any], seen: TierPart | None) -> dict[str, Any]:
    """Return what contradicts a declared tier, with its name; empty where nothing does."""
    if seen is None:
        return {}
    found: dict[str, Any] = {}
    for field in ("compressed", "encrypted"):
        value = getattr(seen, field)
        if tier.get(field) and value is False:
            found[field] = False
    if seen.oldest is not UNSET and seen.oldest > tier["until"] * _LATE:
        found["until"] = seen.oldest
    return {"name": seen.name, **found} if found else {}


def _shown(tier: Mapping[str, Any], seen: TierPart | None) -> bool:
    """Return whether a tier's files show all that is declared of it."""
    if seen is None or seen.oldest is UNSET or tier.get("worm"):
        return False
    if tier.get("proof_of_existence", "none") != "none":
        return False
    return all(not tier.get(field) or getattr(seen, field) is True for field in ("compressed", "encrypted"))


CLAIMS: dict[str, Reconcile] = {"chain": chain, "append_only": append_only, "anchors": anchors, "tiers": tiers}
"""By the claim's path."""
