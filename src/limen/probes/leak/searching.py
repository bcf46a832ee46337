"""Looks for canaries in streams of bytes of any length: in chunks that overlap, at constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from limen.analysis.value_forms import Form, forms
from limen.probes.interface import AttemptError
from limen.probes.leak.canaries import Canary

OPAQUE = (b"\\\\x1f8b08", b"h4siaaaaaa")
"""How compressed bytes begin where they are written as text: what they hold is not seen, and the place is unread."""
CHUNK = 4 << 20
"""Bytes that are looked through at once."""
MOST_HITS = 1000
"""Places of canaries that are recorded; beyond them they are only counted."""


class Hit(msgspec.Struct, frozen=True):
    """A canary that was found: which, where and how written, never what stands around it."""

    canary: int
    """Place in the list of canaries, from 0."""
    form: str
    clear: bool
    where: str
    """File, table or key, below the endpoint; with canaries in it taken out."""
    offset: int
    """Bytes before it, in what the place holds once unpacked; -1 for one in the place's own name."""


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked through, and what was found."""

    places: int
    """Files, tables or keys that were read."""
    size: int
    """Bytes, unpacked."""
    unread: int
    """Places that could not be read, or not to their end."""
    newest_at: float | None = None
    """When something was last written there: seconds since 1970; None where that is not known."""
    found: tuple[int, ...]
    """How often each canary was found."""
    clear: tuple[int, ...]
    """How often of these in the clear."""
    hits: tuple[Hit, ...]
    """The first of them."""


class Search:
    """One search for a list of canaries; adds up what it is shown."""

    def __init__(self, canaries: Sequence[Canary]) -> None:
        """Prepare the patterns; raises AttemptError where RE2 is not installed."""
        try:
            import re2
        except ImportError:
            raise AttemptError("the probe leak needs limen[storage]: pip install 'limen[storage]'") from None
        self._meant: dict[bytes, list[tuple[int, Form]]] = {}
        for place, canary in enumerate(canaries):
            for form in forms(canary.value):
                self._meant.setdefault(form.content, []).append((place, form))
        # The longest first: where one form begins with another, the whole of it is meant.
        ordered = sorted({*self._meant, *OPAQUE}, key=lambda content: (-len(content), content))
        options = re2.Options()
        options.max_mem = 1 << 28
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_nl = False
        self._pattern: Any = re2.compile(b"|".join(_escaped(one) for one in ordered), options)
        self._overlap = max(map(len, ordered)) - 1
        self.places = self.size = self.unread = 0
        self.newest_at: float | None = None
        self.found = [0] * len(canaries)
        self.clear = [0] * len(canaries)
        self.hits: list[Hit] = []

    def stream(self, where: str, chunks: Iterable[bytes]) -> None:
        """Look through one place, given as chunks of any size, and through its name."""
        self.places += 1
        shown, named = self._named(where)
        for place, form in named:
            self._note(place, form, shown, -1)
        kept, before, opaque = b"", 0, False
        for chunk in chunks:
            self.size += len(chunk)
            window = kept + chunk.lower()
            for match in self._pattern.finditer(window):
                if match.end() > len(kept):  # else it was found in the chunk before
                    opaque = opaque or match.group() in OPAQUE
                    for place, form in self._meant.get(match.group(), ()):
                        self._note(place, form, shown, before - len(kept) + match.start())
            before += len(chunk)
            kept = window[-self._overlap :] if self._overlap else b""
        self.unread += opaque

    def result(self) -> Searched:
        """Return what was found until now."""
        return Searched(
            places=self.places,
            size=self.size,
            unread=self.unread,
            newest_at=self.newest_at,
            found=tuple(self.found),
            clear=tuple(self.clear),
            hits=tuple(self.hits),
        )

    def written(self, at: float) -> None:
        """Note when something was written there."""
        self.newest_at = at if self.newest_at is None else max(self.newest_at, at)

    def _named(self, where: str) -> tuple[str, list[tuple[int, Form]]]:
        """Return a place's name without canaries, and those that were in it."""
        raw = where.encode("utf-8", "replace")
        found = [match for match in self._pattern.finditer(raw.lower()) if match.group() in self._meant]
        for match in reversed(found):
            raw = raw[: match.start()] + b"[canary]" + raw[match.end() :]
        shown = "".join(letter if letter.isprintable() else "?" for letter in raw.decode("utf-8", "replace"))
        return shown[-200:], [meant for match in found for meant in self._meant.get(match.group(), ())]

    def _note(self, place: int, form: Form, where: str, offset: int) -> None:
        self.found[place] += 1
        self.clear[place] += form.clear
        if len(self.hits) < MOST_HITS:
            self.hits.append(Hit(place, form.name, form.clear, where, offset))


def _escaped(content: bytes) -> bytes:
    """Return a pattern for exactly these bytes: each that is no letter or digit as its code."""
    return b"".join(
        bytes([byte]) if chr(byte).isascii() and chr(byte).isalnum() else b"\\x%02x" % byte for byte in content
    )
