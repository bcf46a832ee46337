"""The input of rules on probes that the declaration asks for."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class ProbeSubject(Part, frozen=True, kw_only=True):
    """One question to reality, as it is asked for, and how it ended."""

    probe: Annotated[str, Meta(description="tls, kms, ledger, tenancy, secrets, code, storage, leak or brokers.")]
    target: Annotated[
        str, Meta(description="What kind of thing is named: flow, component, key, ledger, none, or several.")
    ]
    fits: Annotated[bool, Meta(description="Whether the probe can test what is named.")]
    endpoint: Annotated[bool, Meta(description="Whether it says where to ask.")]
    needs_credential: Annotated[bool, Meta(description="Whether nobody answers the probe without a credential.")]
    credential: Annotated[bool, Meta(description="Whether a credential is referred to.")]
    untold: Annotated[
        tuple[str, ...],
        Meta(description="Options without which it can't see what is claimed there, and that it lacks."),
    ]
    every: Annotated[int | UnsetType, Meta(description="Seconds between two askings.")] = UNSET
    attempt: Annotated[
        str, Meta(description="How the last attempt at it ended: completed, error, not_scheduled, or none.")
    ] = "none"
    age: Annotated[
        int | UnsetType, Meta(description="Seconds since that attempt; absent where it did not complete.")
    ] = UNSET
    missed: Annotated[
        int | UnsetType,
        Meta(description="Whole intervals of `every` since that attempt's own, 0 without `every`; absent as age is."),
    ] = UNSET
