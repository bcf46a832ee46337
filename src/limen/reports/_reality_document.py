"""Claims and attempts as the JSON formats have them; the published schema is generated from these structs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from limen.records.assessment import Assessment
from limen.records.reconciliation import ClaimState, Sight, claim_state
from limen.reports._reality import moment_words

_VALUE = "null where there is none; TLS versions are ranks, durations seconds"


class ClaimDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One claim: what is declared, inherited, derived and observed."""

    subject: Annotated[str, Meta(description="claim:section/name/path, percent-encoded.")]
    section: Annotated[str, Meta(description="flow, key, ledger, component or system.")]
    name: Annotated[str, Meta(description="Name of the entry.")]
    claim: Annotated[str, Meta(description="Path within the entry.")]
    probe: Annotated[str, Meta(description="The probe that could see it.")]
    state: Annotated[ClaimState, Meta(description="What became of it.")]
    declared: Annotated[Any, Meta(description=f"What the entry itself says; {_VALUE}.")]
    inherited: Annotated[Any, Meta(description=f"What its zones give; {_VALUE}.")]
    derived: Annotated[Any, Meta(description="The effective value, which is judged and tested.")]
    observed: Annotated[Any, Meta(description=f"What was observed; {_VALUE}.")]
    agrees: Annotated[
        bool | None, Meta(description="Whether observed is at least as strong as derived; null without observation.")
    ]
    age: Annotated[int | None, Meta(description="Seconds since the observation; null without one.")]
    attempt: Annotated[Sight, Meta(description="How the attempts that could see it ended.")]
    reason: Annotated[str, Meta(description="Why it was not seen, or can't be; empty where it was.")]
    requested: Annotated[bool, Meta(description="Whether probes asks for it.")]
    observable: Annotated[bool, Meta(description="Whether a probe of ours could see it.")]
    provenance: Annotated[str, Meta(description="Where the effective value came from.")]


class AttemptDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One request of probes and how the last attempt at it ended, or an attempt that nothing asks for."""

    probe: Annotated[str, Meta(description="The probe.")]
    version: Annotated[str, Meta(description="Its version; empty without attempt.")]
    section: Annotated[str, Meta(description="What kind of thing was probed.")]
    target: Annotated[str, Meta(description="Its name in the declaration.")]
    endpoint: Annotated[str, Meta(description="Where it was asked.")]
    status: Annotated[Sight, Meta(description="How it ended; none without attempt.")]
    reason: Annotated[str, Meta(description="Why it did not complete, or what it could not see.")]
    started_at: Annotated[str, Meta(description="When, RFC 3339 in UTC; empty without attempt.")]
    duration: Annotated[float, Meta(description="Seconds.")]
    tries: Annotated[int, Meta(description="How often it was tried.")]
    observations: Annotated[int, Meta(description="How many things it saw.")]
    counts: Annotated[bool, Meta(description="Whether the declaration asks for it, so that it was judged.")]


def claim_documents(assessment: Assessment) -> Iterator[ClaimDocument]:
    """Yield every claim as the report shows it."""
    for index, row in enumerate(assessment.reconciliation):
        yield ClaimDocument(
            subject=row.subject,
            section=row.section,
            name=row.name,
            claim=row.claim,
            probe=row.probe,
            state=claim_state(assessment, index),
            declared=msgspec.Raw(row.declared),
            inherited=msgspec.Raw(row.inherited),
            derived=msgspec.Raw(row.derived),
            observed=msgspec.Raw(row.observed),
            agrees=row.agrees,
            age=row.age,
            attempt=row.attempt,
            reason=row.reason,
            requested=row.requested,
            observable=row.observable,
            provenance=row.provenance,
        )


def attempt_documents(assessment: Assessment) -> Iterator[AttemptDocument]:
    """Yield every request with its attempt, and every attempt that nothing asks for, as the report shows it."""
    for row in assessment.attempts:
        yield AttemptDocument(
            probe=row.probe,
            version=row.version,
            section=row.section,
            target=row.target,
            endpoint=row.endpoint,
            status=row.status,
            reason=row.reason,
            started_at=moment_words(row.started_at),
            duration=row.duration,
            tries=row.tries,
            observations=row.observations,
            counts=row.counts,
        )
