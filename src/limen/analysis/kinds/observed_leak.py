"""What the leak probe observes: whether canaries lie where they must not."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class LeakFacts(Part, frozen=True, kw_only=True):
    """A place that was looked through for canaries.

    That none was found is seen only where it is proven that one would have been: else the two counts are absent.
    """

    canaries: Annotated[int, Meta(description="Canaries that were looked for.")]
    marked: Annotated[bool, Meta(description="Whether the harmless marker that went with them was found there.")]
    delivered: Annotated[
        bool, Meta(description="Whether every canary was found where the flow delivers it; false if not looked for.")
    ]
    live: Annotated[
        bool,
        Meta(description="Whether there is anything in it, written since the canaries were sent where that is known."),
    ]
    places: Annotated[int, Meta(description="Files, tables or keys that were looked through.")]
    size: Annotated[int, Meta(description="Bytes that were looked through, unpacked.")]
    unread: Annotated[int, Meta(description="Places there that could not be looked through.")]
    kinds: Annotated[
        tuple[str, ...], Meta(description="Kinds of canaries that were found, sorted: ndc, gtin, serial, mrn, name.")
    ]
    clear: Annotated[
        int | UnsetType, Meta(description="Canaries found in the clear; absent if there is no proof that it was seen.")
    ] = UNSET
    encoded: Annotated[
        int | UnsetType,
        Meta(description="Canaries found only in an encoding; absent if there is no proof that it was seen."),
    ] = UNSET
