"""Values that a service is handling right now, found in any text: as they are and as common encodings write them.

A person's name has no form by which a pattern could know it; whoever has just read it out of a record does know it.
So it is remembered while it is in flight, and forgotten afterwards. How many there can be is bounded, and one too many
is refused rather than an older one given up: a value that is given up would pass (45 CFR 164.312(b), SI-11).
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import decimal
import enum
import fractions
import html
import json
import pathlib
import re
import threading
import unicodedata
import uuid
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AnySet
from typing import Any, NamedTuple

from limen.adapters.forking import begins_in_children
from limen.analysis.value_forms import forms
from limen.controls.protected import Protected
from limen.controls.refusals import RefusedError
from limen.errors import Problem

MOST = 4096
"""Values that are remembered at once, unless told otherwise."""
_SHORT = 7
"""Bytes below which a form counts only where it stands alone, without a letter or digit beside it."""
_RECENT = 32
"""Values that are looked for one by one before they join the automaton."""
_DEEPEST = 32
_MOST_WORDS = 5
"""Words of which a name has no more."""
_WORDS = re.compile(r"[\s,.]+")
_SPACE = re.compile(r"(?:\s|\\+[nrt])+")
_PIECES = re.compile(r"(?:\s|\\+[nrt])+|.", re.DOTALL)
_LOOSE = re.compile(r"\s|[^\x00-\x7f]")
"""What is in values that are looked for in any case and with any white space."""
_UNEVEN = re.compile(rb"[^\x00-\x7f]|\s\s|[\r\n\t\x0b\x0c]|\\[nrt]")
"""What is in texts that have to be evened out for that."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ALNUM = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_BASE64 = _ALNUM | frozenset(b"+/-_=")
_HEX = frozenset(b"0123456789abcdefABCDEF")
_ALPHABETS: dict[str, frozenset[int]] = {"base64": _BASE64, "hex": _HEX}


class Needle(NamedTuple):
    """One way in which a value may be written."""

    content: bytes
    """What is looked for, in lower case."""
    alone: bool
    """Whether it counts only where it stands alone."""
    alphabet: frozenset[int]
    """Characters beside it that are a part of the same encoded run."""


def texts(value: object, *, strict: bool = False) -> Iterator[str]:
    """Yield the texts that a value is written as; those of its members for mappings, lists, sets and objects.

    One character alone identifies nobody and is left out, as are truth values. What can't be looked into without being
    used up or called (iterators, functions, objects without members) is left out; raises RefusedError
    (content_refused) instead where `strict`, since it would be taken for held.
    """
    yield from _Members(strict).of(value, 0)


class _Members:
    """One walk through a value; members that are there twice are looked at once."""

    def __init__(self, strict: bool) -> None:
        self.strict, self.seen = strict, list[object]()
        self.known = set[int]()

    def of(self, value: object, depth: int) -> Iterator[str]:
        if value is None or isinstance(value, bool):
            return
        if isinstance(value, str):
            yield from _of_text(value.strip())
        elif isinstance(value, bytes | bytearray | memoryview):
            yield from _of_text(bytes(value).decode("utf-8", "replace").strip())
        elif isinstance(value, _SCALARS):
            yield from (text for text in _scalars(value) if len(text) > 1)
        elif id(value) not in self.known:
            self.known.add(id(value))
            self.seen.append(value)  # so that no other gets its id
            if depth > _DEEPEST:
                self.unseen()
                return
            for inner in self.members(value):
                yield from self.of(inner, depth + 1)

    def members(self, value: object) -> list[object]:
        if isinstance(value, Protected):
            return [value.reveal()]
        if isinstance(value, enum.Enum):
            return [value.value]
        if isinstance(value, Mapping):
            return list(value.values())
        if isinstance(value, list | tuple | AnySet):
            return list(value)
        found = None if isinstance(value, type) or callable(value) or hasattr(value, "__next__") else fields_of(value)
        if found is None:
            self.unseen()
            return []
        return [inner for _, inner in found]

    def unseen(self) -> None:
        if self.strict:
            hint = "give texts, numbers, dates, records, lists, or objects with members: a list of it, not an iterator"
            problem = Problem(message="a value can't be looked into, so it can't be kept out of logs", hint=hint)
            raise RefusedError(problem, reason="content_refused")


def fields_of(value: object) -> list[tuple[str, object]] | None:
    """Return names and values of what an object has; None where it has nothing that can be looked at."""
    kind = type(value)
    names: dict[str, None] = {}
    for one in kind.__mro__:
        slots = one.__dict__.get("__slots__", ())
        names.update(dict.fromkeys([slots] if isinstance(slots, str) else slots))
    names.update(dict.fromkeys(getattr(value, "__dict__", None) or ()))
    found = []
    for name in names:
        if not name.startswith(("_sa_", "__")):  # of SQLAlchemy; of Python
            with contextlib.suppress(AttributeError):
                found.append((name, object.__getattribute__(value, name)))
    return found or None


def _of_text(text: str) -> Iterator[str]:
    if len(text) > 1:
        yield text
    if _DAY.fullmatch(text):
        with contextlib.suppress(ValueError):
            yield from _scalars(datetime.date.fromisoformat(text))


_SCALARS = (
    int, float, complex, decimal.Decimal, fractions.Fraction, datetime.date, datetime.time, datetime.timedelta,
    uuid.UUID, pathlib.PurePath,
)  # fmt: skip


def _scalars(value: object) -> Iterator[str]:
    if isinstance(value, datetime.date):
        yield from dict.fromkeys([str(value), value.isoformat()])
        for form in ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%m-%d-%Y", "%Y%m%d"):
            yield value.strftime(form)
        yield f"{value.year}, {value.month}, {value.day}"
    elif isinstance(value, uuid.UUID):
        yield from (str(value), value.hex)
    else:
        yield str(value)


def needles(text: str) -> list[Needle]:
    """Return every way in which a text is looked for."""
    found: dict[bytes, Needle] = {}
    for form in forms(text):
        found.setdefault(form.content, Needle(form.content, False, _ALPHABETS.get(form.name, frozenset())))
    raw = text.encode("utf-8", "surrogatepass")
    parts = _WORDS.split(text)
    if 1 < len(parts) <= _MOST_WORDS and all(part.replace("-", "").replace("'", "").isalpha() for part in parts):
        for part in (part for part in parts if len(part) > 2):  # a name: each of its parts alone as well
            for content in {part.encode().lower(), part.lower().encode(), part.upper().encode().lower()}:
                found.setdefault(content, Needle(content, True, frozenset()))
    for written in _spellings(text):
        content = written.encode("utf-8", "surrogatepass").lower()
        found.setdefault(content, Needle(content, len(content) < _SHORT, frozenset()))
    if len(raw) < _SHORT and len(raw) > 2:
        for content in (base64.b64encode(raw).rstrip(b"=").lower(), raw.hex().encode()):
            found.setdefault(content, Needle(content, True, frozenset()))
    return list(found.values())


def _spellings(text: str) -> Iterator[str]:
    """Yield what programs make of a text where they print it: other cases, quotes escaped, other normal forms."""
    for one in dict.fromkeys([text, text.upper(), text.lower(), text.casefold(), text.title()]):
        yield one
        yield repr(one)[1:-1]
        yield ascii(one)[1:-1]
        yield json.dumps(one)[1:-1]
        yield html.escape(one)
        yield repr(one.encode("utf-8", "surrogatepass"))[2:-1]
    if not text.isascii():
        yield from (unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD"))


class ValuesInFlight:
    """Remembers values until they are forgotten, as often as they were remembered; safe for threads.

    Raises RefusedError (values_exceeded) where a value would be one too many.
    """

    def __init__(self, most: int = MOST) -> None:
        """Remember `most` different texts at once."""
        self._most = most
        self._gone: deque[object] = deque()
        begins_in_children(self)
        self.begin()
        self._count: Counter[str] = Counter()
        self._recent: dict[str, list[Needle] | None] = {}
        self._automaton: Any = None

    def begin(self) -> None:
        """Begin in a forked child with a lock that nobody holds; what was remembered stays."""
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._count)} of {self._most})"

    def remember(self, value: object) -> None:
        """Look for a value from now on; of a mapping or list for each of its members."""
        found = list(texts(value, strict=True))
        with self._lock:
            self._drop()
            new = {text for text in found if text not in self._count}
            if len(self._count) + len(new) > self._most:
                raise RefusedError(
                    f"more than {self._most} values would be in flight: forget those that are done with",
                    reason="values_exceeded",
                )
            for text in found:
                self._count[text] += 1
            self._recent.update(dict.fromkeys(new))

    def forget(self, value: object) -> None:
        """Forget a value once; what was remembered twice stays until it is forgotten twice."""
        with self._lock:
            self._drop()
            self._forget(value)

    def forget_later(self, value: object) -> None:
        """Forget a value when somebody looks next; takes no lock, so that whoever collects garbage may call it."""
        self._gone.append(value)

    def _drop(self) -> None:
        while self._gone:
            self._forget(self._gone.popleft())

    def _forget(self, value: object) -> None:
        for text in texts(value):
            self._count[text] -= 1
            if self._count[text] <= 0:
                del self._count[text]
                self._recent.pop(text, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._count.clear()
            self._recent.clear()
            self._automaton = None

    def spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield where a remembered value begins and ends in some bytes."""
        lowered = data.lower()
        with self._lock:
            self._drop()
            recent, automaton = self._ready()
            living = frozenset(self._count) if automaton is not None else frozenset()
            loose = [text for text in self._count if _LOOSE.search(text)]
        yield from found_in(lowered, recent)
        yield from loose_spans(data, loose)
        if automaton is not None:
            for last, (needle, owners) in automaton.iter(lowered.decode("latin-1")):
                if not living.isdisjoint(owners):
                    yield from _span(lowered, last - len(needle.content) + 1, needle)

    def _ready(self) -> tuple[list[Needle], Any]:
        """Return what is looked for one by one, and the automaton of the others; the lock is held."""
        if len(self._recent) > _RECENT:
            self._automaton = _automaton(self._count)
            self._recent.clear()
        for text, known in self._recent.items():
            if known is None:
                self._recent[text] = needles(text)
        return [needle for known in self._recent.values() for needle in known or ()], self._automaton


def found_in(lowered: bytes, wanted: Iterable[Needle]) -> Iterator[tuple[int, int]]:
    """Yield where some needles stand in bytes that are in lower case."""
    for needle in wanted:
        at = lowered.find(needle.content)
        while at >= 0:
            yield from _span(lowered, at, needle)
            at = lowered.find(needle.content, at + 1)


def loose_spans(data: bytes, wanted: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield where texts of several words, or beyond ASCII, stand in any case and with any white space between."""
    texts_ = [_SPACE.sub(" ", text).casefold() for text in wanted]
    if not texts_ or not _UNEVEN.search(data):
        return
    text = data.decode("utf-8", "surrogateescape")
    folded: list[str] = []
    places: list[int] = []
    at = 0
    for piece in _PIECES.findall(text):
        shown = " " if _SPACE.fullmatch(piece) else piece.casefold()
        folded.append(shown)
        places += [at] * len(shown)
        at += len(piece.encode("utf-8", "surrogateescape"))
    places.append(at)
    whole = "".join(folded)
    for one in texts_:
        start = whole.find(one)
        while start >= 0:
            yield places[start], places[start + len(one)]
            start = whole.find(one, start + 1)


def _span(lowered: bytes, start: int, needle: Needle) -> Iterator[tuple[int, int]]:
    end = start + len(needle.content)
    if needle.alone and ((start and lowered[start - 1] in _ALNUM) or (end < len(lowered) and lowered[end] in _ALNUM)):
        return
    while start and lowered[start - 1] in needle.alphabet:
        start -= 1
    while end < len(lowered) and lowered[end] in needle.alphabet:
        end += 1
    yield start, end


def _automaton(values: Iterable[str]) -> Any:
    import ahocorasick

    owned: dict[Needle, set[str]] = {}
    for text in values:
        for needle in needles(text):
            owned.setdefault(needle, set()).add(text)
    by_content: dict[bytes, tuple[Needle, set[str]]] = {}
    for needle, owners in owned.items():
        known, all_owners = by_content.get(needle.content, (needle, set()))
        # Of two that look for the same bytes the one counts that finds more.
        merged = Needle(needle.content, needle.alone and known.alone, needle.alphabet | known.alphabet)
        by_content[needle.content] = (merged, all_owners | owners)
    made: Any = ahocorasick.Automaton()
    for content, found in by_content.items():
        made.add_word(content.decode("latin-1"), found)
    made.make_automaton()
    return made
