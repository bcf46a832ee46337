"""The input of rules on the system as a whole."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class SecretsPart(Part, frozen=True, kw_only=True):
    """How components get their secrets."""

    declared: Annotated[bool, Meta(description="Whether the section is there.")]
    store: Annotated[bool, Meta(description="Whether a secret store is named.")]
    store_called: Annotated[bool, Meta(description="Whether a flow goes to the store.")] = False
    store_trust: Annotated[int | UnsetType, Meta(description="Trust of the store's zone; absent without a store.")] = (
        UNSET
    )
    injected_as: Annotated[str, Meta(description="environment, file, memory, literal, image, or undeclared.")] = (
        "undeclared"
    )
    on_missing: Annotated[str, Meta(description="refuse-to-start, default, ignore, or undeclared.")] = "undeclared"
    lifetime: Annotated[int | UnsetType, Meta(description="Seconds that a secret is good for.")] = UNSET
    scanned_in_ci: Annotated[
        bool, Meta(description="Whether each change is scanned for literals; false where undeclared.")
    ] = False


class IncidentPart(Part, frozen=True, kw_only=True):
    """What happens when a control fails."""

    declared: Annotated[bool, Meta(description="Whether the section is there.")]
    runbook: Annotated[bool, Meta(description="Whether a runbook is named.")]
    triggers: Annotated[tuple[str, ...], Meta(description="Events that start it, sorted.")]
    preserves_evidence: Annotated[
        bool, Meta(description="Whether evidence is sealed first; false where undeclared.")
    ] = False
    hook: Annotated[bool, Meta(description="Whether something is called.")]
    hook_called: Annotated[bool, Meta(description="Whether a flow goes there.")] = False
    hook_trust: Annotated[int | UnsetType, Meta(description="Trust of its zone; absent without a hook.")] = UNSET


class VerificationPart(Part, frozen=True, kw_only=True):
    """Verification that runs on its own."""

    declared: Annotated[bool, Meta(description="Whether the section is there.")]
    schedule: Annotated[int | UnsetType, Meta(description="Seconds between runs.")] = UNSET
    of: Annotated[tuple[str, ...], Meta(description="What is verified, sorted.")]


class SystemSubject(Part, frozen=True, kw_only=True):
    """The system as a whole."""

    probes: Annotated[
        tuple[str, ...], Meta(description="Kinds of probe that are asked for, sorted: brokers, code, kms and so on.")
    ]
    sections: Annotated[tuple[str, ...], Meta(description="Sections that are there and not empty, sorted.")]
    missing_sections: Annotated[
        tuple[str, ...], Meta(description="Sections of the format that are absent or empty, sorted.")
    ]
    owner: Annotated[bool, Meta(description="Whether somebody answers for the system.")]
    profiles: Annotated[int, Meta(description="Number of profiles that the declaration names.")]
    secrets: Annotated[SecretsPart, Meta(description="How components get their secrets.")]
    incident_response: Annotated[IncidentPart, Meta(description="What happens when a control fails.")]
    verification: Annotated[VerificationPart, Meta(description="Verification that runs on its own.")]
    key_rotation_procedure: Annotated[bool, Meta(description="Whether a written procedure is named.")]
    keys: Annotated[int, Meta(description="Number of keys.")]
    ledgers: Annotated[int, Meta(description="Number of ledgers.")]
    tenants: Annotated[int, Meta(description="Number of tenants.")]
