"""The signing policy, and who approved the profiles and frameworks that judge: where nobody is named, that is said.

::

    signatures: {producer: 1, approver: 2}   # as `require` of a trust file: how many must have signed, by role
    timestamp: true
    approvals:
      profiles:   {dscsa: {by: [Ana Ruiz], at: 2026-11-02, sha256: 3f…}}   # the digest binds it to one version
      frameworks: {21cfr11: {by: [Ana Ruiz], at: 2026-11-02}}
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from limen.errors import Location, Problem, UsageError
from limen.integrity.canonical import canonical
from limen.integrity.trust import requirements_from
from limen.policy.catalog import Catalog
from limen.policy.documents import read
from limen.policy.selection import Used

UNNAMED = "nobody is named"
OTHER = "another version was approved"

_Word = Annotated[str, Meta(pattern=r"\S", max_length=200)]


class Approval(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who approved a file, and when."""

    by: Annotated[tuple[_Word, ...], Meta(min_length=1, max_length=50)]
    at: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$(?!\n)")]
    sha256: Annotated[str, Meta(pattern=r"^(?:[0-9a-f]{64})?$(?!\n)")] = ""
    """Digest of the version that was approved; empty: whichever is there."""

    def __post_init__(self) -> None:
        """Raise ValueError where `at` is no day."""
        try:
            datetime.date.fromisoformat(self.at)
        except ValueError:
            raise ValueError(f"{self.at} is no day") from None


class Approvals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part `approvals` of a signing policy."""

    profiles: dict[str, Approval] = {}
    frameworks: dict[str, Approval] = {}


def read_signing_policy(path: Path) -> bytes:
    """Return the signing policy of a YAML or JSON file as it is enclosed; raises UsageError with all that is wrong."""
    document = read(path, str(path), UsageError)
    try:
        policy_of(document.data)
        return canonical(document.data)
    except ValueError as error:
        problems = getattr(error, "problems", None) or [str(error)]
        where = Location(file=str(path))
        hint = "expected signatures, timestamp, log, witnesses and approvals"
        raise UsageError([Problem(message=str(one), location=where, hint=hint) for one in problems]) from None


def policy_of(value: Any) -> Approvals:
    """Return the approvals of a signing policy's value; raises ValueError where the policy does not fit."""
    if not isinstance(value, dict):
        raise ValueError("it is no signing policy: expected names and values")
    requirements_from({name: inner for name, inner in value.items() if name != "approvals"})
    try:
        return msgspec.convert(value.get("approvals", {}), Approvals)
    except msgspec.ValidationError as error:
        raise ValueError(f"approvals: {error}") from None


def unknown(catalog: Catalog, given: Approvals) -> list[str]:
    """Return in words the approvals of profiles and frameworks that there are not: misspelt, they approve nothing."""
    frameworks = {name.partition(":")[0] for name in catalog.controls}
    return [
        f"approvals: there is no {kind} {name!r:.100}"
        for kind, names, known in (
            ("profile", given.profiles, set(catalog.profiles)),
            ("framework", given.frameworks, frameworks),
        )
        for name in names
        if name not in known
    ]


def approvals(catalog: Catalog, used: Used, given: Approvals) -> dict[str, Any]:
    """Return each profile and framework that is used, with the digest of its file and who approved it."""
    files = {name: catalog.profiles[name].text for name in used.profiles}
    return {
        "profiles": [_approved(name, text, given.profiles) for name, text in sorted(files.items())],
        "frameworks": [
            _approved(name, text, given.frameworks) for name, text in sorted(_frameworks(catalog, used).items())
        ],
    }


def _frameworks(catalog: Catalog, used: Used) -> dict[str, bytes]:
    """Return the texts of the frameworks that are used, from the first place that has each."""
    found: dict[str, bytes] = {}
    for name in used.frameworks:
        inside = f"frameworks/{name}.yaml"
        for place in catalog.places:
            there = inside in place.held if place.held is not None else (place.policies / inside).is_file()
            if there:
                found[name] = place.text(place.policies, inside, place.name(inside, "policies/"))
                break
    return found


def _approved(name: str, text: bytes, given: Mapping[str, Approval]) -> dict[str, Any]:
    digest = hashlib.sha256(text).hexdigest()
    approval = given.get(name)
    current = approval is not None and approval.sha256 in ("", digest)
    return {
        "id": name,
        "sha256": digest,
        "approved_by": list(approval.by) if approval is not None and current else [],
        "at": approval.at if approval is not None and current else "",
        "bound": approval is not None and bool(approval.sha256) and current,
        "reason": "" if current else UNNAMED if approval is None else OTHER,
    }
