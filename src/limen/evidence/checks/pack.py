"""A pack while it is verified: its signed documents read once, and what the times of an auditor's authorities cover."""

from __future__ import annotations

import datetime
import functools
import hashlib
import re
from typing import TypeVar

import msgspec

from limen.evidence import layout
from limen.evidence.checks.forms import Assessment, ESignature, Statement
from limen.evidence.reading import PackFiles, UnreadableError
from limen.integrity.dsse import Envelope, decoded
from limen.integrity.forms import is_canonical, read_form
from limen.integrity.instants import instant
from limen.integrity.strict_json import strict_json
from limen.integrity.trust import Requirements, Trust, requirements_from

STATEMENT_TYPE = "application/vnd.in-toto+json"
SIGNATURE_TYPE = "application/vnd.limen.e-signature+json"
SMALL = 1 << 24
"""Bytes of a document of the envelope at most."""
_NUMBERED = re.compile(r".*/((?!0000)[0-9]{4})\.(json|tsr)")
T = TypeVar("T")


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A signed document: its file, its envelope, and what was signed."""

    file: str
    envelope: Envelope
    digest: str
    """Hex SHA-256 of the file."""


class ReadStatement(Read, frozen=True, kw_only=True):
    """The Statement."""

    said: Statement

    @property
    def payload_digest(self) -> str:
        """Hex SHA-256 of what is signed, which e-signatures name."""
        return hashlib.sha256(self.envelope.payload).hexdigest()


class ReadSignature(Read, frozen=True, kw_only=True):
    """An e-signature."""

    said: ESignature


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """A timestamp that an authority of the auditor's made."""

    number: int
    time: datetime.datetime
    until: datetime.datetime
    """When nobody answers for the authority's key any more."""
    covers: frozenset[str]
    """The files that it is over, as they are."""
    authority: str


class CoreRoot(msgspec.Struct, frozen=True, kw_only=True):
    """What the files of core lead to."""

    root: str
    size: int
    public_size: int


class Pack:
    """A pack, the auditor's anchors and clock; checks put here what others need."""

    def __init__(self, files: PackFiles, trust: Trust | None, now: datetime.datetime) -> None:
        """Keep them; nothing is read."""
        self.files, self.trust, self.now = files, trust, now
        self.redacted = layout.SECRET not in files and any(name in files for name in layout.REDACTED)
        self.core: CoreRoot | None = None
        """Found by the checks tree and redaction."""
        self.withheld = 0
        """Leaves whose content is not there."""
        self.details: tuple[int, ...] = ()
        """Numbers of the details that a redacted pack keeps; found by the check redaction."""
        self.stamps: tuple[Stamp, ...] = ()
        """Found by the check timestamps."""

    @functools.cached_property
    def statement(self) -> ReadStatement | ValueError:
        """The Statement, or why there is none that can be read."""
        try:
            content = self.files.read(layout.STATEMENT, SMALL)
            envelope = _enveloped(content, STATEMENT_TYPE)
            said = read_form(envelope.payload, Statement)
        except (ValueError, UnreadableError) as error:
            return _reason(error)
        return ReadStatement(file=layout.STATEMENT, envelope=envelope, digest=_sha256(content), said=said)

    @functools.cached_property
    def assessment(self) -> Assessment | ValueError:
        """The public summary, or why there is none that can be read."""
        return self._document(layout.ASSESSMENT, Assessment)

    @functools.cached_property
    def signatures(self) -> tuple[ReadSignature | tuple[str, ValueError], ...]:
        """Every e-signature in order, or its file with why it can't be read."""
        found: list[ReadSignature | tuple[str, ValueError]] = []
        for name in self.numbered(layout.SIGNATURES):
            try:
                content = self.files.read(name, SMALL)
                envelope = _enveloped(content, SIGNATURE_TYPE)
                said = read_form(envelope.payload, ESignature)
                instant(said.at)
            except (ValueError, UnreadableError) as error:
                found.append((name, _reason(error)))
            else:
                found.append(ReadSignature(file=name, envelope=envelope, digest=_sha256(content), said=said))
        return tuple(found)

    @functools.cached_property
    def policy(self) -> Requirements | ValueError | None:
        """The signing policy that the pack itself encloses; None where it has none."""
        if layout.SIGNING not in self.files:
            return None
        try:
            content = self.files.read(layout.SIGNING, SMALL)
            said = strict_json(content)
            if not is_canonical(content):
                raise ValueError("it is not written as RFC 8785 has it, each name once")
            # Who approved profiles and frameworks: nothing that is asked of signers.
            if isinstance(said, dict) and not isinstance(said.pop("approvals", {}), dict):
                raise ValueError("its approvals are none")
            return requirements_from(said)
        except (ValueError, UnreadableError) as error:
            return _reason(error)

    @functools.cached_property
    def assessed_at(self) -> datetime.datetime | None:
        """When the assessment says it was made; None where it can't be read."""
        if isinstance(self.statement, ValueError):
            return None
        try:
            return instant(self.statement.said.predicate.assessed_at)
        except ValueError:
            return None

    def numbered(self, folder: str) -> list[str]:
        """Return the files of a folder of the envelope that have a number, in order."""
        return [name for name in self.files.names() if name.startswith(folder) and _NUMBERED.fullmatch(name)]

    def covered_since(self, file: str) -> datetime.datetime | None:
        """Return the earliest time of an authority of the auditor's that covers a file as it is; None without one."""
        return min((stamp.time for stamp in self.stamps if file in stamp.covers), default=None)

    def _document(self, name: str, form: type[T]) -> T | ValueError:
        try:
            return read_form(self.files.read(name, SMALL), form)
        except (ValueError, UnreadableError) as error:
            return _reason(error)


def number(name: str) -> int:
    """Return the number of a file of the envelope that has one."""
    match = _NUMBERED.fullmatch(name)
    return int(match[1]) if match else 0


def _enveloped(content: bytes, kind: str) -> Envelope:
    envelope = decoded(content)
    if envelope.payload_type != kind:
        raise ValueError(f"its payload is of another type than {kind}")
    return envelope


def _reason(error: Exception) -> ValueError:
    return ValueError(error.what if isinstance(error, UnreadableError) else str(error))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
