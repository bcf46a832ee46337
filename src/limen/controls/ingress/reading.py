"""What reading a message needs and what it leaves: bounds, today's date, the directory, and every problem found.

A message is read whole and all its problems are told at once, by place, never by value. A reader that finds a problem
goes on with None in the value's stead; nothing of a message with a problem is ever handed on.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec

from limen.controls.identifiers import NDC_12_SINCE, IdentifierError, Ndc, Value, parse_ndc
from limen.controls.identifiers.values import Unshown
from limen.controls.ingress.directory import Directory
from limen.controls.refusals import Reason
from limen.errors import Problem

_V = TypeVar("_V", bound=Value)
MOST_PROBLEMS = 50
"""Problems of one message that are told; more are counted."""
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/?=+-]{0,254}", re.ASCII)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much one message may be, and what of it is admitted beyond the standards' own words."""

    message_bytes: int = 4 << 20
    """Bytes of a message."""
    events: int = 1_000
    """Events, transaction sets or records of a message."""
    identifiers: int = 50_000
    """Identifiers and lines of a message, all events together."""
    future_seconds: int = 300
    """How far ahead of our clock an event's time may be."""
    extensions: frozenset[str] = frozenset()
    """Names of members beyond EPCIS that are kept, such as ext:batch or sensorElementList; others are refused."""
    vocabulary: frozenset[str] = frozenset()
    """URIs of business steps, dispositions and the like beyond the Core Business Vocabulary that are admitted."""
    interchange: str = "P"
    """ISA15 that is admitted: P for production, T for test."""


class Fault(Unshown, frozen=True, kw_only=True):
    """One thing wrong with a message."""

    reason: Reason
    """Why it is refused."""
    problem: Problem
    """Where and what, in words; its hint may name candidates of an NDC, its message quotes nothing."""


class Reading:
    """One message being read."""

    def __init__(
        self,
        *,
        now: datetime.datetime,
        limits: Limits | None = None,
        directory: Directory | None = None,
        senders: frozenset[str] = frozenset(),
        products: Mapping[str, str] | None = None,
    ) -> None:
        """Start without faults.

        The directory is for NDCs whose hyphens are lost; `senders` are those that the message's source may name as
        sender of an interchange, each as its qualifier and id with a colon between, such as ZZ:CORBEL; `products` are
        the fields by which each record must name a product, with their kinds; without any none has to.
        """
        self.senders = senders
        self.products: Mapping[str, str] = products or {}
        self.now = now
        self.limits = limits or Limits()
        self.directory = directory
        self.faults: list[Fault] = []
        self._more = 0
        self._identifiers = 0

    def fault(self, where: str, message: str, *, hint: str = "", reason: Reason = "content_refused") -> None:
        """Keep a problem; beyond the most that are told it is only counted."""
        if len(self.faults) >= MOST_PROBLEMS:
            self._more += 1
            return
        told = f"{where}: {message}" if where else message
        self.faults.append(Fault(reason=reason, problem=Problem(message=told, hint=hint)))

    def problems(self) -> list[Problem]:
        """Return what was found, in order."""
        found = [fault.problem for fault in self.faults]
        return [*found, Problem(message=f"and {self._more} more problems")] if self._more else found

    def count(self, identifiers: int = 1) -> bool:
        """Count identifiers or lines; False, with one fault, once the message has too many."""
        before = self._identifiers
        self._identifiers += identifiers
        if before <= self.limits.identifiers < self._identifiers:
            self.fault("", f"more than {self.limits.identifiers} identifiers in one message", reason="too_large")
        return self._identifiers <= self.limits.identifiers

    def identifier(self, parse: Callable[[str], _V], text: Any, where: str) -> _V | None:
        """Return the identifier of a text, or None with a fault."""
        if not self.count():
            return None
        try:
            return parse(text)
        except IdentifierError as error:
            for problem in error.problems:
                self.fault(where, problem.message, hint=problem.hint, reason=error.reason)
            return None

    def text(self, read: Callable[[], str], where: str) -> str:
        """Return the text that a check of identifiers lets through, or an empty one with its fault."""
        try:
            return read()
        except IdentifierError as error:
            self.fault(where, error.problems[0].message, hint=error.problems[0].hint, reason=error.reason)
            return ""

    def ndc(self, text: Any, where: str) -> Ndc | None:
        """Return the NDC of a text; ten digits without hyphens only where the directory knows exactly one of them."""
        registered = self.directory.has if self.directory else None
        found = self.identifier(lambda given: parse_ndc(given, registered=registered), text, where)
        if found is not None and found.form == "6-4-2" and self.now.date() < NDC_12_SINCE:
            message = "an NDC of twelve digits before there are any"
            self.fault(where, message, hint=f"from {NDC_12_SINCE} on", reason="identifier_invalid")
            return None
        return found

    def instant(self, text: Any, where: str) -> datetime.datetime | None:
        """Return a time with its offset as UTC, or None with a fault; one ahead of our clock is a fault, too."""
        match = _INSTANT.fullmatch(text) if isinstance(text, str) and len(text) < 64 else None
        if match is None:
            self.fault(where, "no time with an offset", hint="expected such as 2026-11-22T10:00:00Z")
            return None
        try:
            at = datetime.datetime.fromisoformat(match[1] + (match[2] or "")[:7] + match[3])
            at = at.astimezone(datetime.UTC)
        except (ValueError, OverflowError):
            self.fault(where, "a time that does not exist")
            return None
        if at > self.now + datetime.timedelta(seconds=self.limits.future_seconds):
            self.fault(where, "a time that lies ahead of our clock")
            return None
        return at

    def day(self, text: Any, where: str) -> datetime.date | None:
        """Return the day of YYYY-MM-DD, or None with a fault."""
        try:
            if isinstance(text, str) and _DAY.fullmatch(text):
                return datetime.date.fromisoformat(text)
        except ValueError:
            pass
        self.fault(where, "no day", hint="expected such as 2026-11-22")
        return None

    def amount(self, value: Any, where: str) -> str | None:
        """Return a quantity as a decimal without exponent or spare zeros, or None with a fault."""
        text = repr(value) if isinstance(value, float) else str(value) if type(value) is int else value
        if isinstance(text, str) and len(text) <= 32 and _AMOUNT.fullmatch(text):
            try:
                return amount_text(Decimal(text))
            except InvalidOperation:
                pass
        self.fault(where, "no quantity", hint="expected a decimal of at most 15 digits, without exponent")
        return None

    def name(self, value: Any, where: str) -> str:
        """Return an id of letters, digits and ._:/?=+- of at most 255 characters, or an empty text with a fault."""
        if isinstance(value, str) and is_name(value):
            return value
        self.fault(where, "no id", hint="expected 1 to 255 letters, digits and any of . _ : / ? = + -")
        return ""

    def members(self, value: Any, where: str) -> Mapping[str, Any]:
        """Return a JSON object, or an empty one with a fault."""
        if isinstance(value, dict):
            return value
        self.fault(where, "no JSON object")
        return {}

    def list_of(self, value: Any, where: str) -> list[Any]:
        """Return a JSON array, or an empty one with a fault."""
        if isinstance(value, list):
            return value
        self.fault(where, "no JSON array")
        return []


def is_name(text: str) -> bool:
    """Return whether a text is an id of letters, digits and ._:/?=+- of at most 255 characters."""
    return _TOKEN.fullmatch(text) is not None


def amount_text(amount: Decimal) -> str:
    """Return a decimal without exponent or spare zeros; zero is 0, never -0."""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
