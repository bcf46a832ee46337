"""Waivers (accepted findings) and baselines (findings that were there before)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

_FINGERPRINT = r"^[0-9a-f]{32}$(?!\n)"
_WORDS = r"\S"
"""A blank is no name and no reason."""
_MOMENT = r"^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$(?!\n)"


class Waiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An accepted finding; it is shown as waived, never hidden."""

    fingerprint: Annotated[str, Meta(pattern=_FINGERPRINT, description="The finding's fingerprint.")]
    owner: Annotated[str, Meta(pattern=_WORDS, max_length=200, description="Who answers for the risk.")]
    requested_by: Annotated[str, Meta(pattern=_WORDS, max_length=200, description="Who asked for it.")]
    approved_by: Annotated[str, Meta(pattern=_WORDS, max_length=200, description="Who approved it; not who asked.")]
    reason: Annotated[str, Meta(pattern=_WORDS, max_length=4000, description="Why the finding is accepted.")]
    compensating_control: Annotated[
        str, Meta(pattern=_WORDS, max_length=200, description="A rule or probe that must pass in this run.")
    ]
    expires: Annotated[str, Meta(pattern=_MOMENT, description="UTC date or moment; void from then on.")]
    signature: Annotated[str | UnsetType, Meta(description="DSSE envelope of a trusted approver.")] = UNSET


class WaiverFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """waivers.yaml beside the declaration."""

    waivers: Annotated[tuple[Waiver, ...], Meta(description="The waivers.")] = ()


class Baseline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """baseline.json beside the declaration: findings that gate no longer until it expires."""

    expires: Annotated[str, Meta(pattern=_MOMENT, description="UTC date or moment; void from then on.")]
    created: Annotated[str, Meta(pattern=_MOMENT, description="When it was taken.")]
    fingerprints: Annotated[
        tuple[Annotated[str, Meta(pattern=_FINGERPRINT)], ...], Meta(description="Fingerprints of findings.")
    ] = ()
