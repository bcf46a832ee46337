"""The input of rules on probes that the declaration asks for."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class ProbeSubject(Part, frozen=True, kw_only=True):
    """One question to reality, as it is asked for."""

    probe: Annotated[str, Meta(description="tls, kms, ledger, tenancy, secrets, code, storage, leak or brokers.")]
    target: Annotated[
        str, Meta(description="What kind of thing is named: flow, component, key, ledger, none, or several.")
    ]
    fits: Annotated[bool, Meta(description="Whether the probe can test what is named.")]
    endpoint: Annotated[bool, Meta(description="Whether it says where to ask.")]
    needs_credential: Annotated[bool, Meta(description="Whether nobody answers the probe without a credential.")]
    credential: Annotated[bool, Meta(description="Whether a credential is referred to.")]
    every: Annotated[int | UnsetType, Meta(description="Seconds between two askings.")] = UNSET
