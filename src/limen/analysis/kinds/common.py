"""Parts that several kinds of subject share."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Base of all parts of a subject's input: frozen; absent fields are UNSET and not encoded."""


class LabelPart(Part, frozen=True, kw_only=True):
    """A label or a clearance as rules compare them."""

    level: Annotated[int, Meta(description="Rank of the level, from 0; the top for data without a label.")]
    compartments: Annotated[tuple[str, ...], Meta(description="Compartments, sorted; all of them at the top.")]
    text: Annotated[str, Meta(description="In words, such as restricted {phi}.")]


class TlsPart(Part, frozen=True, kw_only=True):
    """TLS as effectively declared."""

    min: Annotated[int | UnsetType, Meta(description="Lowest version as a rank: 9 (SSL 3.0) to 13.")] = UNSET
    mutual: Annotated[str, Meta(description="required, optional, off, or undeclared.")] = "undeclared"
    suites: Annotated[
        tuple[str, ...], Meta(description="Cipher suites by IANA name; empty where none are declared.")
    ] = ()
    key_exchange: Annotated[tuple[str, ...], Meta(description="Groups offered; empty where none are declared.")] = ()
    pins: Annotated[int, Meta(description="Number of pins; 0 where none are declared.")] = 0


class TransitPart(Part, frozen=True, kw_only=True):
    """Effective protection in transit."""

    protocol: Annotated[str | UnsetType, Meta(description="Application protocol.")] = UNSET
    channel: Annotated[str, Meta(description="tls, ssh, local (never leaves the machine), none, or undeclared.")] = (
        "undeclared"
    )
    tls: Annotated[TlsPart, Meta(description="TLS; its defaults where none is declared.")] = TlsPart()


class AtRestPart(Part, frozen=True, kw_only=True):
    """Effective protection at rest."""

    algorithm: Annotated[str, Meta(description="Algorithm and mode, none, or undeclared.")] = "undeclared"
    key: Annotated[bool, Meta(description="Whether a key of `keys` is named.")] = False
    key_custody: Annotated[str | UnsetType, Meta(description="Custody of that key.")] = UNSET
    key_beside_data: Annotated[
        bool | UnsetType, Meta(description="Whether the key lies in the same component as the data.")
    ] = UNSET
    key_algorithm: Annotated[str | UnsetType, Meta(description="Algorithm of that key.")] = UNSET


class ProcessingPart(Part, frozen=True, kw_only=True):
    """Effective protection in processing."""

    envelope: Annotated[bool, Meta(description="Items stay in an envelope until needed; false where undeclared.")] = (
        False
    )
    field_encryption: Annotated[
        bool, Meta(description="Sensitive fields encrypted one by one; false where undeclared.")
    ] = False
    zeroize: Annotated[bool, Meta(description="Buffers are overwritten; false where undeclared.")] = False
    plaintext_logging: Annotated[str, Meta(description="forbidden, allowed, or undeclared.")] = "undeclared"
    core_dumps: Annotated[str, Meta(description="disabled, enabled, or undeclared.")] = "undeclared"
    debug_output: Annotated[str, Meta(description="forbidden, allowed, or undeclared.")] = "undeclared"
