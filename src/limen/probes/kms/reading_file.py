"""Facts in what a key store file says of a key. Pure.

Its dates are what limen wrote down when it made each version, and whoever may write to the file may write others. The
file can be copied, and its values read by whoever may read it, under a passphrase or not: the ways out are open.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from limen.probes.kms.asking import Asked
from limen.probes.kms.dates import dated, seconds


class _Version(msgspec.Struct, kw_only=True):
    number: int
    created: str
    state: Literal["live", "destroyed", "distrusted"]


class _Key(msgspec.Struct, kw_only=True):
    algorithm: str
    state: Literal["live", "retired", "disabled"]
    versions: list[_Version]


def facts(asked: Asked, at: int) -> dict[str, Any]:
    """Return the facts; raises ValueError or msgspec.ValidationError where an answer is not of the known form."""
    key = msgspec.convert(asked.answers["key"].body, type=_Key)
    if not key.versions or [one.number for one in key.versions] != list(range(1, len(key.versions) + 1)):
        raise ValueError("the versions of a key are not numbered from 1")
    gone = [one.number for one in key.versions if one.state != "live"]
    readable = [one.number for one in key.versions if one.state == "live"]
    found: dict[str, Any] = {
        "enabled": key.state == "live" and key.versions[-1].state == "live",
        "deletion_pending": False,  # a version is destroyed at once: nothing waits for it
        "hardware": False,
        "origin": "software",
        "algorithm": key.algorithm,
        "ways_out": ("backup", "value"),
        "versions": len(key.versions),
        "unreadable_versions": len(key.versions) if key.state == "disabled" else len(gone),
    }
    if readable and key.state != "disabled":
        found["minimum_version"] = readable[0]
    return found | dated({one.number: seconds(one.created) for one in key.versions}, at)
