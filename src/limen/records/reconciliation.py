"""Claims and attempts as reports show them: what is declared, inherited, derived and observed, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from limen.errors import Location

if TYPE_CHECKING:
    from limen.records.assessment import Assessment

Sight = Literal["completed", "error", "not_scheduled", "none"]
"""How the attempts that could see a claim ended; none where there was no attempt."""
ClaimState = Literal["contradicted", "error", "unobserved", "stale", "agrees", "unseeable", "not_asked"]
"""What became of a claim: unseeable where no probe could see it, not_asked where nobody wants it observed."""
CLAIM_STATES: tuple[ClaimState, ...] = (
    "contradicted",
    "error",
    "unobserved",
    "stale",
    "agrees",
    "unseeable",
    "not_asked",
)
"""All states, the worst first."""
ABSENT = b"null"
"""A value that is not there; no declared or observed value is null."""
_STALE, _UNOBSERVED = "conformance.stale", "conformance.unobserved"


class ClaimRow(msgspec.Struct, frozen=True, kw_only=True):
    """One claim: what the entry itself declares, what its zones give, what follows from both, and what was observed."""

    subject: str
    """Identity of the claim, ``claim:flow/upload/in_transit.tls.min``."""
    section: str
    """flow, key, ledger, component or system."""
    name: str
    """Name of the entry."""
    claim: str
    """Path within the entry."""
    probe: str
    """The probe that could see it."""
    declared: bytes
    """What the entry itself says, as JSON; `ABSENT` where it is silent."""
    inherited: bytes
    """What its zones give, the weaker of two, as JSON; `ABSENT` where they are silent or can't be ordered."""
    derived: bytes
    """The effective value, as JSON, which rules judge and probes test."""
    observed: bytes
    """What was observed, as JSON; `ABSENT` where nothing was."""
    agrees: bool | None
    """Whether what was observed is at least as strong as what is derived; None where nothing was."""
    age: int | None
    """Seconds since the observation; None where there is none."""
    attempt: Sight
    """How the attempts that could see it ended."""
    reason: str
    """Why it was not seen, or could not be, in words; empty where it was."""
    requested: bool
    """Whether the section probes asks for it."""
    observable: bool
    """Whether a probe of ours could see it."""
    provenance: str
    """Where the effective value came from, in words."""
    location: Location
    """Where the declaration says it."""


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt of a probe, without what it saw."""

    probe: str
    """Name of the probe."""
    version: str
    """Version of the probe; empty where it did not run."""
    section: str
    """What kind of thing was probed."""
    target: str
    """Its name in the declaration."""
    endpoint: str
    """Where it was asked; never with a credential."""
    status: Sight
    """How it ended; none where nobody tried what the declaration asks for."""
    reason: str
    """Why it did not complete, or what it could not see."""
    started_at: int
    """Seconds since 1970, UTC; 0 where it did not start."""
    duration: float
    """Seconds."""
    tries: int
    """How often it was tried."""
    observations: int
    """How many things it saw."""
    counts: bool
    """Whether the declaration asks for it, so that it was judged."""


def claim_state(assessment: Assessment, index: int) -> ClaimState:
    """Return what became of the claim at an index of `assessment.reconciliation`, by the decisions on it."""
    row = assessment.reconciliation[index]
    if row.agrees is not None:
        if not row.agrees:
            return "contradicted"
        return "stale" if _status(assessment, _STALE, index) == "fail" else "agrees"
    if not row.observable:
        return "unseeable"
    if row.attempt == "error":
        return "error"
    return "unobserved" if row.requested or _status(assessment, _UNOBSERVED, index) != "not_applicable" else "not_asked"


def claim_states(assessment: Assessment) -> dict[ClaimState, list[int]]:
    """Return the indices of claims by state, the worst state first, every state present."""
    found: dict[ClaimState, list[int]] = {state: [] for state in CLAIM_STATES}
    for index in range(len(assessment.reconciliation)):
        found[claim_state(assessment, index)].append(index)
    return found


def _status(assessment: Assessment, rule: str, index: int) -> str:
    """Return a rule's status of a claim; not_applicable where the rule was not selected."""
    decided = assessment.decisions.get(rule)
    if decided is None or not decided.codes:
        return "not_applicable"
    return decided.outcome(assessment.tables["claim"], index).status
