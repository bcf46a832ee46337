"""The inputs of rules on assertions, paths and claims."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import LabelPart, Part


class AssertionSubject(Part, frozen=True, kw_only=True):
    """An architect's own invariant."""

    form: Annotated[str, Meta(description="path or data.")]
    broken: Annotated[bool, Meta(description="Whether a witness against it was found.")]
    applies: Annotated[
        bool, Meta(description="Whether its item exists, and its places hold components that it does not except.")
    ]
    cut: Annotated[int, Meta(description="Number of flows in a smallest set whose removal mends it; 0 where it holds.")]


class PathSubject(Part, frozen=True, kw_only=True):
    """A pair of an untrusted zone and a store of a trusted one, with all ways between them."""

    hops: Annotated[int, Meta(description="Flows on the shortest way.")]
    avoids_ingress: Annotated[
        bool, Meta(description="Whether some way avoids every component that validates or classifies at entry.")
    ]
    avoids_audit: Annotated[bool, Meta(description="Whether some way has no crossing that is recorded.")]
    unaudited_crossings: Annotated[int, Meta(description="Crossings on the shortest way that are not recorded.")]
    label: Annotated[
        LabelPart, Meta(description="Join of the labels of what the store keeps; the bottom where nothing.")
    ]
    choke_points: Annotated[int, Meta(description="Components that every way passes through, ends excluded.")]


class ClaimSubject(Part, frozen=True, kw_only=True):
    """A declared value that reality could contradict."""

    claim: Annotated[str, Meta(description="What is claimed: the path within its section, such as in_transit.tls.min.")]
    probe: Annotated[str, Meta(description="The probe that could observe it.")]
    declared: Annotated[Any, Meta(description="The effective value.")]
    declared_words: Annotated[str, Meta(description="The same as people write it.")]
    inherited: Annotated[bool, Meta(description="Whether the value came from a zone.")]
    observable: Annotated[bool, Meta(description="Whether a probe of ours could see it.")]
    blind: Annotated[str, Meta(description="Why no probe could see it, in words; empty where one could.")]
    requested: Annotated[bool, Meta(description="Whether `probes` asks for it, of a probe that can see it.")]
    seen: Annotated[bool, Meta(description="Whether an observation of it exists.")]
    observed: Annotated[Any, Meta(description="The observed value; absent without an observation.")] = UNSET
    observed_words: Annotated[
        str | UnsetType, Meta(description="The same as people write it; absent without an observation.")
    ] = UNSET
    agrees: Annotated[
        bool | UnsetType,
        Meta(description="Whether observed is at least as strong as declared; absent without an observation."),
    ] = UNSET
    age: Annotated[int | UnsetType, Meta(description="Seconds since the observation; absent without one.")] = UNSET
