"""The search itself: bytes in, places of secrets out. Keywords by Aho-Corasick, forms by RE2, then plausibility."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from limen.analysis.placeholders import entropy, placeholder
from limen.probes.interface import AttemptError
from limen.probes.secrets.patterns import Compiled, SecretPattern, compile_pattern
from limen.probes.secrets.plausibility import framed, looks_chosen, looks_random

_WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_ESCAPED = frozenset(b"nrt0bf")


class Hit(msgspec.Struct, frozen=True):
    """A secret within some bytes."""

    pattern: SecretPattern
    rank: int
    """0 where its form alone is telling, 2 where only its name is."""
    start: int
    end: int


class Searcher:
    """Searches bytes with a set of patterns; may be used from several threads."""

    def __init__(self, patterns: Iterable[SecretPattern]) -> None:
        """Compile the patterns; raises AttemptError where one is no RE2 or a library is missing."""
        self._compiled: list[Compiled] = [compile_pattern(pattern) for pattern in patterns]
        self._automaton = _automaton(self._compiled)

    def search(self, data: bytes) -> list[Hit]:
        """Return the secrets in data, in order; of those that overlap the most telling."""
        found: list[Hit] = []
        size = len(data)
        for end, tried in self._automaton.iter(data.lower().decode("latin-1")):
            for compiled, length in tried:
                pattern = compiled.pattern
                at = end - length + 1
                match = compiled.match(data, max(0, at - pattern.before), min(size, at + pattern.reach))
                if match is not None:
                    start, stop = match.span(1 if match.re.groups else 0)
                    if _plausible(pattern, data, start, stop):
                        found.append(Hit(pattern, compiled.rank, start, stop))
        return _apart(found) if len(found) > 1 else found


def _automaton(compiled: Sequence[Compiled]) -> Any:
    try:
        import ahocorasick
    except ImportError:
        raise AttemptError("the secrets probe needs limen[secrets]: pip install 'limen[secrets]'") from None
    tried: dict[str, list[tuple[Compiled, int]]] = {}
    for one in compiled:
        for word in one.pattern.keywords:
            tried.setdefault(word, []).append((one, len(word)))
    automaton = ahocorasick.Automaton()
    for word, entries in tried.items():
        automaton.add_word(word, tuple(entries))
    automaton.make_automaton()
    return automaton


def _plausible(pattern: SecretPattern, data: bytes, start: int, stop: int) -> bool:
    """Return whether a match is a secret: with borders around it, random enough, and no placeholder."""
    if start < 0 or (stop < len(data) and data[stop] in _WORD):
        return False
    secret = data[start:stop]
    bound = pattern.open_left or start == 0 or data[start - 1] not in _WORD or _behind_escape(data, start)
    if pattern.kind == "token" and not bound:
        return False
    if pattern.kind in ("token", "near"):
        return (pattern.shape_only or not placeholder(secret)) and entropy(secret) >= pattern.entropy
    if not pattern.whole and not framed(data, start, stop):
        return False
    return (looks_chosen if pattern.kind == "chosen" else looks_random)(secret, pattern.entropy)


def _behind_escape(data: bytes, start: int) -> bool:
    r"""Return whether what stands before is the letter of an escape, such as \n in a string of a program."""
    return start >= 2 and data[start - 2] == 0x5C and data[start - 1] in _ESCAPED


def _apart(found: list[Hit]) -> list[Hit]:
    """Return hits without those that overlap a more telling one, in the order of the data."""
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda one: (one.rank, one.start - one.end, one.start)):
        at = bisect_left(kept, hit.start, key=lambda one: one.start)
        if (at == 0 or kept[at - 1].end <= hit.start) and (at == len(kept) or hit.end <= kept[at].start):
            kept.insert(at, hit)
    return kept
