"""JSON Lines: one flow a line, read line by line, so that a million flows need no tree in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from limen.errors import DeclarationError, Location, Problem
from limen.loading import reading
from limen.loading.building import BrokenTextError, Builder
from limen.loading.interning import Interner
from limen.loading.json_events import JsonSyntaxError, json_events
from limen.loading.plain_json import DoubtError, plain_json
from limen.loading.sources import LinesSource
from limen.model.flows import Flow
from limen.model.scalars import Identifier, Text

LINE_LIMIT = 2**20
"""Bytes of one line; a flow has some hundred."""

_BOM = b"\xef\xbb\xbf"
_PARTS = ("carries", "returns", "of", "via", "in_transit", "authn", "authz", "protection", "fields", "audit")

Report = Callable[[str, Location, str], None]


class _Line(msgspec.Struct, forbid_unknown_fields=True, gc=False, rename={"source": "from", "target": "to"}):
    """A flow whose parts are bytes still: equal bytes are decoded once."""

    id: Identifier
    source: str
    target: str
    title: Text | UnsetType = UNSET
    purpose: Text | UnsetType = UNSET
    tenant: str | UnsetType = UNSET
    fallback_for: str | UnsetType = UNSET
    carries: Raw | UnsetType = UNSET
    returns: Raw | UnsetType = UNSET
    of: Raw | UnsetType = UNSET
    via: Raw | UnsetType = UNSET
    in_transit: Raw | UnsetType = UNSET
    authn: Raw | UnsetType = UNSET
    authz: Raw | UnsetType = UNSET
    protection: Raw | UnsetType = UNSET
    fields: Raw | UnsetType = UNSET
    audit: Raw | UnsetType = UNSET


class LineReader:
    """Reads files of flows; what their parts have in common is decoded once and shared."""

    def __init__(self, interner: Interner) -> None:
        """Share equal parts with all that `interner` has seen."""
        self._interner = interner
        self._decode = msgspec.json.Decoder(_Line).decode
        self._names: dict[str, str] = {}
        self._nothing = interner.share({})
        self._parts: tuple[tuple[str, dict[bytes, tuple[Any, int]]], ...] = tuple((part, {}) for part in _PARTS)

    def read(self, source: LinesSource, report: Report) -> Iterator[tuple[Flow | dict[str, Any], int, int]]:
        """Yield each line with the bytes where it starts and ends; blank lines are passed over.

        A line that is a valid flow comes as that; an object with some mistake of shape as plain value. Other
        troubles go to `report`, and that line is not yielded. Sets the source's digest and size at the end.
        Raises DeclarationError where the file can't be read.
        """
        digest = hashlib.sha256()
        position = 0
        number = 0
        with reading.open_regular(source.path, source.name) as file:
            while True:
                try:
                    line = file.readline(LINE_LIMIT + 1)
                except OSError as error:
                    raise reading.unreadable(source.name, error) from error
                if not line:
                    break
                number += 1
                if len(line) > LINE_LIMIT:
                    raise _too_long(source.name, number)
                digest.update(line)
                start, position = position, position + len(line)
                if number == 1:
                    line = line.removeprefix(_BOM)
                value: Flow | dict[str, Any] | None = self._flow(line)
                if value is None and not line.isspace() and line:
                    value = _slow(line, number, source, report)
                if value is not None:
                    yield value, start, position
        source.digest = digest.hexdigest()
        source.size = position

    def _flow(self, line: bytes) -> Flow | None:
        """Return the flow of a line; None where something is wrong with it, or only the slow way can tell.

        msgspec keeps the last of two equal keys and says nothing, so colons are counted: without escapes, each key has
        one, and so has each colon of a text. A key more than was understood leaves one over. Parts were counted, and
        read for keys given twice, when they were first seen.
        """
        if b"\\" in line:
            return None
        try:
            found = self._decode(line)
            names = self._names
            given: dict[str, Any] = {
                "id": found.id,
                "source": names.get(found.source) or self._name(found.source),
                "target": names.get(found.target) or self._name(found.target),
            }
            given["protection"] = given["fields"] = self._nothing
            colons = 3
            if found.title is not UNSET:
                given["title"] = found.title
                colons += 1 + found.title.count(":")
            if found.purpose is not UNSET:
                given["purpose"] = self._interner.share(found.purpose)
                colons += 1 + found.purpose.count(":")
            if found.tenant is not UNSET:
                given["tenant"] = names.get(found.tenant) or self._name(found.tenant)
                colons += 1
            if found.fallback_for is not UNSET:
                given["fallback_for"] = names.get(found.fallback_for) or self._name(found.fallback_for)
                colons += 1
            for part, memo in self._parts:
                raw = getattr(found, part)
                if raw is not UNSET:
                    data = bytes(raw)
                    value, count = memo.get(data) or self._part(part, memo, data)
                    given[part] = value
                    colons += count
        except (msgspec.DecodeError, UnicodeDecodeError, DoubtError, RecursionError):
            return None
        return Flow(**given) if line.count(b":") == colons else None

    def _name(self, name: str) -> str:
        """Return a name, shared; raises msgspec.ValidationError where it is none."""
        msgspec.convert(name, Identifier)
        shared: str = self._interner.share(name)
        self._names[shared] = shared
        return shared

    def _part(self, part: str, memo: dict[bytes, tuple[Any, int]], data: bytes) -> tuple[Any, int]:
        """Return a part that is new, and the number of its colons with its key's; raises what decoding raises."""
        try:
            plain = plain_json(data.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise DoubtError(part) from error
        flow = msgspec.convert({"id": "x", "from": "x", "to": "x", part: plain}, Flow)
        memo[data] = known = (self._interner.share(getattr(flow, part)), data.count(b":") + 1)
        return known


def _too_long(name: str, number: int) -> DeclarationError:
    return DeclarationError(
        Problem(
            message=f"the line is longer than {LINE_LIMIT} bytes",
            location=Location(file=name, line=number, column=1),
            hint="write one flow a line",
        )
    )


def _slow(line: bytes, number: int, source: LinesSource, report: Report) -> dict[str, Any] | None:
    """Return the plain object of a line after finding every trouble in it; None where there is one."""
    try:
        text = reading.decode(line, source.name).rstrip("\r\n")
    except DeclarationError as error:
        problem = error.problems[0]
        column = problem.location.column if problem.location is not None else 0
        report(problem.message, Location(file=source.name, line=number, column=column), problem.hint)
        return None
    try:
        value = plain_json(text)
    except DoubtError:
        builder = Builder()
        value = None
        try:
            value = builder.build(json_events(text))
        except JsonSyntaxError as error:
            place = source.inside(number, text, error.index, error.index + 1)
            report(f"this line is not JSON: {error}", place, "write one flow a line, as a JSON object")
        except BrokenTextError as broken:
            builder.troubles.append(broken.trouble)
        for trouble in builder.troubles:
            report(trouble.message, source.inside(number, text, trouble.start, trouble.end), trouble.hint)
    if value is not None and not isinstance(value, dict):
        report("expected a flow: a JSON object", source.inside(number, text, 0, len(text)), "write one flow a line")
        return None
    return value
