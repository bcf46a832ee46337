"""The documents of a pack as data: what is signed must say exactly what the format has, in one text only."""

from __future__ import annotations

import datetime
from typing import Literal

import msgspec

from limen.integrity.e_signatures import Meaning
from limen.integrity.forms import Count, Form, Hex
from limen.records.statuses import Scope, Severity, Status


class Subject(Form, frozen=True):
    """What the Statement is about."""

    class Digest(Form, frozen=True):
        """Digests by algorithm; there is one."""

        sha256: Hex

    name: str
    digest: Digest


class Linked(Form, frozen=True):
    """Another pack."""

    root: Hex
    tree_size: Count


class Head(Form, frozen=True):
    """Where the run log stood."""

    origin: str
    size: Count
    root: Hex


class Predicate(Form, frozen=True):
    """What the Statement says of a pack."""

    format: Literal["limen-pack-1"]
    system: str
    assessed_at: str
    as_of: str
    scope: Scope
    partial: str
    verdict: str
    exit_code: int
    counts: dict[Status, Count]
    tree_size: Count
    public_size: Count
    previous: Linked | None
    log: Head
    signers: tuple[Hex, ...]


class Statement(Form, frozen=True):
    """The in-toto Statement of a pack."""

    type: Literal["https://in-toto.io/Statement/v1"] = msgspec.field(name="_type")
    predicate_type: Literal["https://limen.dev/evidence-pack/v1"] = msgspec.field(name="predicateType")
    subject: tuple[Subject, ...]
    predicate: Predicate


class SignedPack(Form, frozen=True):
    """The pack that an e-signature is bound to."""

    root: Hex
    tree_size: Count
    statement: Hex
    """SHA-256 of the Statement's payload."""


class ESignature(Form, frozen=True):
    """What a person signs (21 CFR 11.50: printed name, time, meaning)."""

    format: Literal["limen-e-signature-1"]
    pack: SignedPack
    user: str
    name: str
    at: str
    meaning: Meaning
    role: str
    order: Count
    previous: str
    signers: tuple[Hex, ...]
    manifestation: Hex


class Tallied(Form, frozen=True):
    """How many findings there are of each sort."""

    failed: dict[Severity, Count]
    gaps: Count
    accepted: Count


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """The public summary of an assessment; what is not judged here is passed over."""

    format: Literal["limen-pack-1"]
    system: str
    assessed_at: str
    as_of: str
    scope: Scope
    partial: str
    fail_on: Severity
    verdict: str
    exit_code: int
    counts: dict[Status, Count]
    findings: Tallied
    population: dict[str, Count]
    claims: Count
    observed: Count
    unseeable: Count

    def __post_init__(self) -> None:
        """Raise ValueError where `as_of` is no day."""
        if len(self.as_of) != 10:
            raise ValueError("as_of is no day such as 2026-11-22")
        datetime.date.fromisoformat(self.as_of)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A selected rule."""

    rule: str
    subject: str
    severity: Severity
    controls: tuple[str, ...]


class Decision(Form, frozen=True):
    """The public half of a decision."""

    rule: str
    status: Status
    severity: Severity
    controls: tuple[str, ...]
    kind: str


class Result(msgspec.Struct, frozen=True, gc=False):
    """How one check of a decision ended."""

    status: Status


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """The private half of a decision."""

    decision: Count
    rule: str
    subject: str
    results: tuple[Result, ...]


class SubjectRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A subject."""

    kind: str
    subject: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding or gap."""

    rule: str
    subject: str
    status: Literal["fail", "error", "not_assessed"]
    severity: Severity
    disposition: Literal["open", "waived", "baseline", "inherited"]
    fingerprint: str


class Waiver(msgspec.Struct, frozen=True, kw_only=True):
    """A waiver."""

    fingerprint: str
    counted: bool


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that was held against reality."""

    agrees: bool | None
    """None where nothing was observed of it."""


class KeptLeaf(Form, frozen=True):
    """A leaf of a redacted pack whose content is there."""

    index: Count
    path: str
    salt: Hex
    type: Literal["file", "record"]


class WithheldLeaf(Form, frozen=True):
    """A leaf of a redacted pack whose content is not."""

    hash: Hex


class Redaction(Form, frozen=True):
    """What a redacted pack says of itself."""

    format: Literal["limen-redaction-1"]
    withheld: Count
    kept: Count
    reperformable: Literal[False]
