"""Recipes of foreign chains: which fields of a record are hashed, how they become bytes, and where the hashes stand."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from limen.model.scalars import Entity, Text


class Recipe(Entity, frozen=True, kw_only=True):
    """How a chain is made whose records are JSON objects, one a line, but no limen-v1."""

    hash: Annotated[Text, Meta(description="Field of a record's own hash.")]
    prev: Annotated[Text, Meta(description="Field of the hash of the record before.")]
    form: Annotated[
        Literal["rfc8785", "python-sorted", "python-sorted-compact", "joined", "field"],
        Meta(
            description="How what is hashed becomes bytes. rfc8785: a canonical object. python-sorted: as json.dumps "
            "with sort_keys writes it; compact: without spaces. joined: values as texts, `separator` between. field: "
            "the text of the only one of `fields`."
        ),
    ]
    algorithm: Annotated[
        Literal["SHA-256", "SHA-512", "HMAC-SHA-256", "HMAC-SHA-512"], Meta(description="Hash of each link.")
    ] = "SHA-256"
    encoding: Annotated[Literal["hex", "base64"], Meta(description="How hashes are written.")] = "hex"
    fields: Annotated[
        tuple[Text, ...], Meta(description="What is hashed, in order; default: every field but the hash.")
    ] = ()
    prepended: Annotated[
        bool, Meta(description="Whether the hash of the record before is hashed as text, in front of the fields.")
    ] = False
    separator: Annotated[str, Meta(max_length=16, description="What stands between joined values.")] = ""
    genesis: Annotated[
        str, Meta(max_length=256, description="What the first record has as the hash before, where it has any.")
    ] = ""
    seq: Annotated[str, Meta(max_length=256, description="Field of the number; empty where there is none.")] = ""
    first: Annotated[int, Meta(description="Number of the first record.")] = 1
    time: Annotated[
        str, Meta(max_length=256, description="Field of the time, ISO 8601 or seconds since 1970; empty for none.")
    ] = ""
    tenant: Annotated[str, Meta(max_length=256, description="Field of the tenant; empty where there is none.")] = ""
    key: Annotated[
        str, Meta(max_length=256, description="Field of the key's id; empty where there is only one key.")
    ] = ""
