"""Subjects: what rules judge, kept as columns of codes so that equal parts are stored and judged once.

A table holds all subjects of one kind. Subjects with equal inputs share a shape; each top-level field of
the kind's JSON Schema is a column of codes, a code a shape, into a list of distinct JSON values. The
identity is kept apart, because a rule may not read it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Sequence

import msgspec

_PLAIN_TEXT = re.compile(r"[A-Za-z0-9_.~-]*")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")

ABSENT = -1
"""The code of a field that a subject does not have."""


def percent_encoded(text: str) -> str:
    """Return text with everything but RFC 3986's unreserved characters percent-encoded."""
    if _PLAIN_TEXT.fullmatch(text):
        return text
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in text.encode())


class Column(msgspec.Struct, frozen=True):
    """One top-level field of all shapes of a kind."""

    codes: array[int]
    """A code for each shape, `ABSENT` where it lacks the field; array('i')."""
    values: Sequence[bytes]
    """The distinct values as JSON, by code."""


class Part(msgspec.Struct, frozen=True):
    """One part of the subjects' identities, such as the component of an exposure."""

    codes: array[int]
    """A code for each subject, `ABSENT` where the part is missing (an exposure without tenant); array('i')."""
    names: Sequence[str]
    """The distinct names, by code."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a witness path: an item is at a place in a state, and how it came there."""

    component: str
    """Where the item is after this step."""
    state: tuple[str, ...] = ()
    """The keys that seal it there, outermost first; empty is plaintext."""
    item: str = ""
    """The item, where it changes along the path (a product, a key)."""
    flow: str = ""
    """The flow that brought it; empty for an origin or a change in place."""
    action: str = ""
    """How it came there: originates, stores, flows, returns, opens, seals, produces, terminates."""
    assumed: bool = False
    """Whether the step rests on a flow that does not say what it carries."""


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """What the host knows of one subject and no rule may read."""

    path: tuple[str | int, ...]
    """Where the declaration speaks of it: section, name and field, for locating it in the text."""
    title: str = ""
    """The subject in words, such as ``site-portal → gateway``."""
    crossing: str = ""
    """The flow under which reports group it; empty for what belongs to no flow."""
    witness: tuple[Step, ...] = ()
    """Shortest path that shows how it comes about, origin first; empty where there is nothing to show."""
    provenance: dict[str, str] = {}
    """For each effective value (``in_transit.tls.min``), where it came from in words."""
    peers: tuple[str, ...] = ()
    """Names of the subject's peers, in the order of `peers` in its input."""


class SubjectTable(msgspec.Struct, frozen=True, kw_only=True):
    """All subjects of one kind. Subjects whose inputs are equal share a *shape*, which is judged once."""

    kind: str
    """One of the kinds of `limen.analysis.kinds`."""
    shapes: array[int]
    """For each subject, the index of its shape; array('I')."""
    columns: dict[str, Column]
    """Fields of the shapes, by name; a field that no shape has may be missing."""
    shape_count: int
    """Number of distinct shapes."""
    identity: tuple[Part, ...]
    """The parts of each subject's name."""
    assumed: array[int] | None = None
    """For each subject the code of the flow whose missing `carries` is its only witness, else `ABSENT`; array('i')."""
    assumed_flows: Sequence[str] = ()
    """Names of flows, by the codes of `assumed`."""
    details: Callable[[int], Detail]
    """Computes what the host knows of the subject at an index; called late, for what is shown."""

    @property
    def size(self) -> int:
        """Number of subjects."""
        return len(self.shapes)

    def name(self, index: int) -> str:
        """Return the identity, ``kind:part/part``, percent-encoded; missing parts are left out at the end."""
        parts = [part.names[part.codes[index]] if part.codes[index] >= 0 else "" for part in self.identity]
        while len(parts) > 1 and not parts[-1]:
            parts.pop()
        return f"{self.kind}:" + "/".join(map(percent_encoded, parts))

    def shape_json(self, shape: int, fields: Sequence[str] | None = None) -> bytes:
        """Return a shape's input as JSON, whole or only some top-level fields."""
        chosen = self.columns if fields is None else fields
        found = []
        for field in chosen:
            column = self.columns.get(field)
            if column is not None and (code := column.codes[shape]) >= 0:
                found.append(b'"%s":%s' % (field.encode(), column.values[code]))
        return b"{" + b",".join(found) + b"}"

    def json(self, index: int) -> bytes:
        """Return a subject's whole input as JSON."""
        return self.shape_json(self.shapes[index])

    def names(self) -> Iterator[str]:
        """Return the identities of all subjects, in order."""
        return map(self.name, range(self.size))

    def assumed_flow(self, index: int) -> str:
        """Return the flow whose missing `carries` is the subject's only witness, or an empty text."""
        if self.assumed is None or self.assumed[index] < 0:
            return ""
        return self.assumed_flows[self.assumed[index]]
