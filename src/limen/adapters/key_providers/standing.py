"""How one version of a key stands at its custodian: whether it writes, reads, or neither. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from limen.adapters.key_providers.interface import Answer

Standing = Literal["live", "readable", "unreadable", "absent", "unknown"]
"""live: it writes and reads; readable: it reads; unreadable: neither; absent: there is none; unknown: nobody says."""


def standing(answers: Mapping[str, Answer], version: str) -> Standing:
    """Return how a version stands, of the answers of `KeyProvider.describe`; unknown where they do not say."""
    key = answers.get("key", Answer(outcome="denied"))
    if key.outcome == "absent":
        return "absent"
    if key.outcome != "answered":
        return "unknown"
    body = key.body
    try:
        if isinstance(body, list):
            return _token(body, version)
        if "versions" in body and "state" in body:
            return _file(body, version)
        if "latest_version" in body:
            return _transit(body, version)
        if "KeyState" in body:
            return _aws(body, answers.get("rotations"), version)
    except (KeyError, TypeError, ValueError, AttributeError):
        return "unknown"
    return "unknown"


def _file(body: dict[str, Any], version: str) -> Standing:
    versions = {str(one["number"]): one["state"] for one in body["versions"]}
    if version not in versions:
        return "absent"
    if body["state"] == "disabled" or versions[version] != "live":
        return "unreadable"
    newest = version == str(body["versions"][-1]["number"])
    return "live" if body["state"] == "live" and newest else "readable"


def _transit(body: dict[str, Any], version: str) -> Standing:
    number, latest = int(version), int(body["latest_version"])
    if not 1 <= number <= latest:
        return "absent"
    least = max(int(body["min_decryption_version"]), int(body.get("min_available_version") or 0))
    if body.get("soft_deleted") or number < least:
        return "unreadable"
    return "live" if number == latest else "readable"


def _token(versions: list[dict[str, Any]], version: str) -> Standing:
    """Of a PKCS#11 token: the newest is the object with the greatest CKA_ID."""
    found = {one["ID"]: one for one in versions}
    if version not in found:
        return "absent"
    newest = max(found, key=lambda number: int(number, 16))
    may = found[version]
    if may.get("DECRYPT") is not True:
        return "unreadable" if may.get("DECRYPT") is False else "unknown"
    return "live" if version == newest and may.get("ENCRYPT") is True else "readable"


def _aws(body: dict[str, Any], rotations: Answer | None, version: str) -> Standing:
    if body["KeyState"] != "Enabled":
        return "unreadable"
    if rotations is None or rotations.outcome != "answered":
        return "unknown"
    for one in rotations.body:
        if one["KeyMaterialId"] == version:
            return "live" if one["KeyMaterialState"] == "CURRENT" else "readable"
    return "absent"
