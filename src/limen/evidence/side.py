"""One of two packs that are held against each other: its records by what names them, the large parts as digests."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from limen.evidence import layout
from limen.evidence.leaf_reading import leaves
from limen.evidence.reading import PackFiles, UnreadableError
from limen.evidence.rooted import stated_root
from limen.records.statuses import Scope, Severity, Status

_DIGEST = 16
"""Bytes of the digests by which inputs of subjects are told apart."""
T = TypeVar("T")


class Head(msgspec.Struct, frozen=True):
    """What assessment.json says, as far as it is compared."""

    system: str
    scope: Scope
    partial: str
    assessed_at: str
    as_of: str
    fail_on: Severity
    profiles: tuple[str, ...]
    verdict: str
    exit_code: int
    deviations: tuple[dict[str, Any], ...] = ()


class RuleLine(msgspec.Struct, frozen=True):
    """A line of rules.jsonl, as far as it is compared."""

    rule: str
    severity: Severity
    controls: tuple[str, ...]
    parameters: dict[str, Any]
    module: str


class FindingLine(msgspec.Struct, frozen=True):
    """A line of findings.jsonl, as far as it is compared."""

    rule: str
    subject: str
    path: str
    status: Status
    fingerprint: str
    disposition: str

    @property
    def name(self) -> str:
        """``rule::subject::path``."""
        return f"{self.rule}::{self.subject}::{self.path}"


class ClaimLine(msgspec.Struct, frozen=True):
    """A line of claims.jsonl, as far as it is compared."""

    subject: str
    state: str


class _Decision(msgspec.Struct, frozen=True, gc=False):
    rule: str
    status: Status


class _Detail(msgspec.Struct, frozen=True, gc=False):
    decision: int
    rule: str
    subject: str


class _Subject(msgspec.Struct, frozen=True, gc=False):
    kind: str
    subject: str
    input: msgspec.Raw


class _Signers(msgspec.Struct, frozen=True):
    signers: tuple[str, ...]


class _Statement(msgspec.Struct, frozen=True):
    predicate: _Signers


class Side:
    """One pack; its root is that of its Statement."""

    def __init__(self, files: PackFiles) -> None:
        """Read it; raises UsageError where it is damaged."""
        self.files = files
        self.root = stated_root(files)
        self.withheld = sum(not leaf.path for leaf in leaves(files)) if layout.LEAVES in files else 0
        """How many leaves are withheld; what is not seen may then be there."""
        self.head = self._document(layout.ASSESSMENT, Head)
        self.rules = {line.rule: line for line in self._lines(layout.RULES, RuleLine)}
        self.by_number: Counter[tuple[str, Status]] = Counter()
        """How many decisions there are by rule and status."""
        statuses = []
        for decision in self._lines(layout.DECISIONS, _Decision):
            statuses.append(decision.status)
            self.by_number[decision.rule, decision.status] += 1
        self.decisions: dict[str, Status] = {}
        """Status by ``rule::subject``, of what is not withheld."""
        for detail in self._lines(layout.DETAILS, _Detail):
            if not 0 <= detail.decision < len(statuses):
                raise UnreadableError(layout.DETAILS, f"there is no decision {detail.decision}")
            self.decisions[f"{detail.rule}::{detail.subject}"] = statuses[detail.decision]
        self.subjects = {
            one.subject: hashlib.blake2b(bytes(one.input), digest_size=_DIGEST).digest() for one in self._subjects()
        }
        """Digest of the input by identity, of what is not withheld."""
        self.findings = {line.name: line for line in self._lines(layout.FINDINGS, FindingLine)}
        self.claims = {line.subject: line.state for line in self._lines(layout.CLAIMS, ClaimLine)}

    def inputs(self, names: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the inputs of some subjects, in the order of the pack."""
        wanted = frozenset(names)
        for one in self._subjects() if wanted else ():
            if one.subject in wanted:
                yield one.subject, msgspec.json.decode(one.input)

    def module(self, rule: str) -> str:
        """Return the text of a rule's module; empty where it is withheld."""
        name = self.rules[rule].module
        return self.files.read(name).decode("utf-8", "replace") if name in self.files else ""

    def signing(self) -> dict[str, Any] | None:
        """Return the signing policy; None where there is none, or it is withheld."""
        if layout.SIGNING not in self.files:
            return None
        return self._document(layout.SIGNING, dict[str, Any])

    def signers(self) -> tuple[str, ...]:
        """Return the ids of the keys that sign the Statement."""
        from limen.integrity.dsse import decoded

        try:
            payload = decoded(self.files.read(layout.STATEMENT)).payload
            return msgspec.json.decode(payload, type=_Statement).predicate.signers
        except ValueError:
            raise UnreadableError(layout.STATEMENT, "it is no Statement of a pack") from None

    def _subjects(self) -> Iterator[_Subject]:
        return self._lines(layout.SUBJECTS, _Subject)

    def _document(self, name: str, form: type[T]) -> T:
        try:
            return msgspec.json.decode(self.files.read(name), type=form)
        except (ValueError, RecursionError):
            raise UnreadableError(name, "it is not what the format has there") from None

    def _lines(self, name: str, form: type[T]) -> Iterator[T]:
        if name not in self.files:
            return
        decoder = msgspec.json.Decoder(form)
        for number, line in enumerate(self.files.lines(name)):
            try:
                yield decoder.decode(line)
            except (ValueError, RecursionError):
                raise UnreadableError(name, f"its record {number} is not one of the format") from None
