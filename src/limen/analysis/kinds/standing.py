"""The part of a zone's input that judges what it declares by itself, inherited or not."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from limen.analysis.kinds.common import Part, ProcessingPart, TlsPart


class StandingPart(Part, frozen=True, kw_only=True):
    """A zone's own words: the defaults of its posture, its clearance, its segment and its trust."""

    tls: Annotated[TlsPart, Meta(description="Default TLS; its own defaults where none is declared.")] = TlsPart()
    protects_rest: Annotated[bool, Meta(description="Whether it declares a default at rest.")]
    at_rest: Annotated[str, Meta(description="Default algorithm at rest, none, or undeclared.")] = "undeclared"
    protects_processing: Annotated[bool, Meta(description="Whether it declares a default in processing.")]
    processing: Annotated[ProcessingPart, Meta(description="Default in processing.")] = ProcessingPart()
    basis: Annotated[bool, Meta(description="Whether its clearance says on what it is based.")]
    clearance_beyond: Annotated[
        bool,
        Meta(
            description="Whether its clearance goes beyond the labels of all that can be in plaintext at those of its "
            "components that have none of their own."
        ),
    ]
    named_callers: Annotated[int, Meta(description="Callers that it names; anyone is nobody's name.")]
    same_segment: Annotated[int, Meta(description="Other zones of the same network segment.")]
    keeps_keys: Annotated[bool, Meta(description="Whether keys lie at a component of it.")]
    trusted_as_keys: Annotated[
        bool, Meta(description="Whether it is trusted no less than the most trusted zone where keys lie.")
    ]
