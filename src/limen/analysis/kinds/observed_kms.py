"""What the kms probe observes of a key at its custodian."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from limen.analysis.kinds.common import Part


class KmsFacts(Part, frozen=True, kw_only=True):
    """A key as its custodian shows it and, where it is declared a test key, as it behaves."""

    provider: Annotated[str, Meta(description="vault, aws-kms, pkcs11, kmip, gcp-kms, azure-key-vault or file.")]
    exists: Annotated[bool, Meta(description="Whether the custodian knows the key.")]
    enabled: Annotated[
        bool | UnsetType, Meta(description="Whether its newest version can be used: neither disabled nor destroyed.")
    ] = UNSET
    deletion_pending: Annotated[
        bool | UnsetType, Meta(description="Whether the key, or a version of it, is scheduled to be destroyed.")
    ] = UNSET
    deletion_at: Annotated[
        int | UnsetType, Meta(description="When it is to be destroyed: seconds since 1970; absent where it is not.")
    ] = UNSET
    hardware: Annotated[
        bool | UnsetType, Meta(description="Whether the custodian says that the material lies in an HSM.")
    ] = UNSET
    origin: Annotated[str | UnsetType, Meta(description="hsm, software or imported.")] = UNSET
    algorithm: Annotated[
        str | UnsetType,
        Meta(description="In the words of the declaration, such as AES-256; the custodian's own where it has none."),
    ] = UNSET
    ways_out: Annotated[
        tuple[str, ...] | UnsetType,
        Meta(
            description="How the material can leave: export, backup, value (it can be read), wrap, or earlier (it once "
            "could); sorted."
        ),
    ] = UNSET
    rotates_alone: Annotated[
        bool, Meta(description="Whether the custodian could give such a key new versions by itself.")
    ] = False
    rotation_on: Annotated[
        bool | UnsetType, Meta(description="Whether that is switched on: a flag, no evidence of any rotation.")
    ] = UNSET
    rotation_period: Annotated[
        int | UnsetType, Meta(description="Seconds between automatic versions; absent where it is switched off.")
    ] = UNSET
    rotation_overdue: Annotated[
        int | UnsetType,
        Meta(
            description="Seconds by which automatic rotation was late when it was observed, by the date of the newest "
            "version; 0 where it was in time, or is switched off."
        ),
    ] = UNSET
    next_rotation_at: Annotated[
        int | UnsetType, Meta(description="When the next one is to come: seconds since 1970.")
    ] = UNSET
    versions: Annotated[
        int | UnsetType, Meta(description="Versions that there have been, those included that open nothing any more.")
    ] = UNSET
    first_at: Annotated[
        int | UnsetType, Meta(description="When the oldest version with a date was made: seconds since 1970.")
    ] = UNSET
    newest_at: Annotated[
        int | UnsetType,
        Meta(description="When the newest version was made: seconds since 1970; absent where dates are impossible."),
    ] = UNSET
    newest_age: Annotated[
        int | UnsetType, Meta(description="Seconds that the newest version was old when it was observed.")
    ] = UNSET
    impossible_dates: Annotated[
        int | UnsetType,
        Meta(description="Dates of versions that are still to come, or before those of older versions."),
    ] = UNSET
    minimum_version: Annotated[
        int | UnsetType, Meta(description="The oldest version, counted from 1, whose ciphertexts can be opened.")
    ] = UNSET
    unreadable_versions: Annotated[
        int | UnsetType, Meta(description="Versions whose ciphertexts can't be opened any more.")
    ] = UNSET
    grantees: Annotated[
        tuple[str, ...] | UnsetType,
        Meta(description="Who may use the key, as far as it is visible: names of roles, users and entities; sorted."),
    ] = UNSET
    grantees_complete: Annotated[
        bool, Meta(description="Whether nobody else may; false where grants may lie out of sight.")
    ] = False
    wildcard_grants: Annotated[
        int | UnsetType, Meta(description="Grants that a wildcard gives: for any key, to anybody, or for everything.")
    ] = UNSET
    tested: Annotated[bool, Meta(description="Whether its behaviour was tested: only that of a declared test key.")] = (
        False
    )
    old_ciphertext_opens: Annotated[
        bool | UnsetType, Meta(description="Whether what an older version sealed opened after a rotation.")
    ] = UNSET
    new_version_used: Annotated[
        bool | UnsetType, Meta(description="Whether new data was sealed by a new version after a rotation.")
    ] = UNSET
    rewraps: Annotated[
        bool | UnsetType, Meta(description="Whether old ciphertext was sealed anew by the new version, and opened.")
    ] = UNSET
    context_bound: Annotated[
        bool | UnsetType, Meta(description="Whether a ciphertext was refused under a wrong encryption context.")
    ] = UNSET
    disabled_refuses: Annotated[
        bool | UnsetType, Meta(description="Whether the key refused to seal and to open while it was disabled.")
    ] = UNSET
