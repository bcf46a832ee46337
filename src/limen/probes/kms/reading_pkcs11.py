"""Facts in what a PKCS#11 token shows of the objects of one label. Pure.

Its versions are the objects; their dates are CKA_START_DATE, where whoever makes a key sets it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from limen.adapters.key_providers.algorithms import CURVES, KINDS
from limen.probes.kms.asking import Asked
from limen.probes.kms.dates import dated, seconds

DAY = 86_400
"""How far a date may be off: a token knows days, and not in which zone."""


class _Version(msgspec.Struct, kw_only=True, rename="upper"):
    key_type: str | int
    id: str = ""
    start_date: str | UnsetType = UNSET
    sensitive: bool | UnsetType = UNSET
    always_sensitive: bool | UnsetType = UNSET
    extractable: bool | UnsetType = UNSET
    never_extractable: bool | UnsetType = UNSET
    local: bool | UnsetType = UNSET
    value_len: int | UnsetType = UNSET
    modulus_bits: int | UnsetType = UNSET
    ec_params: str | UnsetType = UNSET
    encrypt: bool | UnsetType = UNSET
    decrypt: bool | UnsetType = UNSET
    sign: bool | UnsetType = UNSET
    wrap: bool | UnsetType = UNSET
    unwrap: bool | UnsetType = UNSET
    derive: bool | UnsetType = UNSET
    value: str = msgspec.field(name="value", default="unknown")


class _Token(msgspec.Struct, kw_only=True):
    hardware: bool


def facts(asked: Asked, at: int) -> dict[str, Any]:
    """Return the facts; raises ValueError or msgspec.ValidationError where an answer is not of the known form."""
    versions = msgspec.convert(asked.answers["key"].body, type=list[_Version])
    if not versions:
        raise ValueError("a key without a version")
    token = asked.answers.get("token")
    hardware = UNSET if token is None else msgspec.convert(token.body, type=_Token).hardware
    versions.sort(key=lambda one: (one.start_date or "", int(one.id or "0", 16)))
    newest = versions[-1]
    dates = {number: _date(one) for number, one in enumerate(versions, 1)}
    found: dict[str, Any] = {
        "enabled": _usable(newest),
        "deletion_pending": False,  # a token destroys at once: nothing waits for it
        "hardware": hardware,
        "origin": _origin(versions, hardware),
        "algorithm": _algorithm(newest),
        "ways_out": _ways_out(versions),
        "versions": len(versions),
    }
    return {name: value for name, value in found.items() if value is not UNSET} | dated(dates, at, skew=DAY)


def _date(version: _Version) -> int | None:
    return None if version.start_date is UNSET else seconds(version.start_date)


def _usable(version: _Version) -> bool | UnsetType:
    """Return whether a key may do anything that protects; the permission to open alone only keeps the past."""
    uses = (version.encrypt, version.sign, version.wrap, version.derive)
    if True in uses:
        return True
    if isinstance(version.key_type, str) and version.key_type == "RSA" and True in (version.decrypt, version.unwrap):
        return True  # its public half seals
    return UNSET if all(use is UNSET for use in uses) else False


def _origin(versions: list[_Version], hardware: bool | UnsetType) -> str | UnsetType:
    """Return the weakest origin of all versions."""
    if any(one.local is False for one in versions):
        return "imported"
    if hardware is UNSET or any(one.local is UNSET for one in versions):
        return UNSET
    return "hsm" if hardware else "software"


def _ways_out(versions: list[_Version]) -> tuple[str, ...] | UnsetType:
    """Return how the material of any version can leave, or could; unset where nothing is found and something unseen."""
    ways, seen = set(), True
    for one in versions:
        if one.value == "read" or one.sensitive is False:
            ways.add("value")
        if one.extractable is True:
            ways.add("wrap")
        if False in (one.never_extractable, one.always_sensitive):
            ways.add("earlier")
        attributes = (one.sensitive, one.extractable, one.never_extractable, one.always_sensitive)
        seen = seen and UNSET not in attributes and one.value == "refused"
    return tuple(sorted(ways)) if ways or seen else UNSET


def _algorithm(version: _Version) -> str | UnsetType:
    """Return the algorithm in the declaration's words; unset for a generic secret, which says no use."""
    kind = str(version.key_type)
    if kind == "AES" and version.value_len is not UNSET:
        return f"AES-{version.value_len * 8}"
    if kind == "RSA" and version.modulus_bits is not UNSET:
        return f"RSA-{version.modulus_bits}"
    if version.ec_params is not UNSET and version.ec_params in CURVES:
        return CURVES[version.ec_params]
    return KINDS.get(kind, UNSET)
