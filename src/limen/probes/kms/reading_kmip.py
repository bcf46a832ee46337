"""Facts in what a KMIP server shows of the objects of one name. Pure."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from limen.probes.kms.asking import Asked
from limen.probes.kms.dates import dated, seconds

ALGORITHMS = {
    "TRIPLE_DES": "3DES",
    "HMAC_SHA1": "HMAC-SHA-1",
    "HMAC_SHA256": "HMAC-SHA-256",
    "HMAC_SHA384": "HMAC-SHA-384",
    "HMAC_SHA512": "HMAC-SHA-512",
    "ED25519": "Ed25519",
    "ED448": "Ed448",
}
"""Algorithms of one size, in the declaration's words."""


class _Version(msgspec.Struct, kw_only=True):
    id: str
    state: str = msgspec.field(name="State")
    algorithm: str | UnsetType = msgspec.field(name="Cryptographic Algorithm", default=UNSET)
    length: int | UnsetType = msgspec.field(name="Cryptographic Length", default=UNSET)
    initial: int | UnsetType = msgspec.field(name="Initial Date", default=UNSET)
    sensitive: bool | UnsetType = msgspec.field(name="Sensitive", default=UNSET)
    always_sensitive: bool | UnsetType = msgspec.field(name="Always Sensitive", default=UNSET)
    extractable: bool | UnsetType = msgspec.field(name="Extractable", default=UNSET)
    never_extractable: bool | UnsetType = msgspec.field(name="Never Extractable", default=UNSET)
    value: str = "unknown"


def facts(asked: Asked, at: int) -> dict[str, Any]:
    """Return the facts; raises ValueError or msgspec.ValidationError where an answer is not of the known form."""
    versions = msgspec.convert(asked.answers["key"].body, type=list[_Version])
    if not versions:
        raise ValueError("a key without a version")
    versions.sort(key=lambda one: (0 if one.initial is UNSET else one.initial, len(one.id), one.id))
    newest = versions[-1]
    found: dict[str, Any] = {
        "enabled": newest.state == "ACTIVE",
        "deletion_pending": False,  # a server destroys at once: nothing waits for it
        "algorithm": _algorithm(newest),
        "ways_out": _ways_out(versions),
        "versions": len(versions),
    }
    dates = {n: None if one.initial is UNSET else seconds(one.initial) for n, one in enumerate(versions, 1)}
    return {name: value for name, value in found.items() if value is not UNSET} | dated(dates, at)


def _ways_out(versions: list[_Version]) -> tuple[str, ...] | UnsetType:
    """Return how the material of any version can leave, or could; unset where nothing is found and something unseen."""
    ways, seen = set(), True
    for one in versions:
        if one.value == "read" or one.sensitive is False:
            ways.add("value")
        if one.extractable is True:
            ways.add("wrap")
        if False in (one.always_sensitive, one.never_extractable):
            ways.add("earlier")
        seen = seen and one.sensitive is True and one.value == "refused"
    return tuple(sorted(ways)) if ways or seen else UNSET


def _algorithm(version: _Version) -> str | UnsetType:
    if version.algorithm is UNSET:
        return UNSET
    if version.algorithm in ("AES", "RSA") and version.length is not UNSET:
        return f"{version.algorithm}-{version.length}"
    if version.algorithm in ("EC", "ECDSA") and version.length in (256, 384, 521):
        return f"ECDSA-P-{version.length}"
    return ALGORITHMS.get(version.algorithm, version.algorithm)
