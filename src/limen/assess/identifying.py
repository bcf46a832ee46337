"""What may not be in a pack, found in bytes: identifiers, secrets, and either within an encoding."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from limen.analysis.decoding import decoded
from limen.analysis.identifiers import identifiers
from limen.errors import Problem, UsageError
from limen.probes.interface import AttemptError
from limen.probes.secrets.patterns import SecretPattern, load_patterns
from limen.probes.secrets.searching import Searcher

SECRET = "secret"  # noqa: S105 (the name of a kind)
TOKENS = re.compile(rb"tok:v1:[A-Za-z0-9_.\-]{1,128}:[0-9a-f]{64}")
_LAYERS = 3
"""Encodings around one another that are undone."""


class Found(msgspec.Struct, frozen=True, gc=False):
    """Something that may not be there."""

    kind: str
    """secret, or a kind of identifier: the domain of its token."""
    start: int
    end: int
    encoding: str = ""
    """Within what it lies, such as base64; then only its beginning is known. Empty where it lies open."""

    @property
    def words(self) -> str:
        """What it is, in words that show nothing of it."""
        name = WORDS.get(self.kind, self.kind)
        return f"{name}, in {self.encoding}" if self.encoding else name


WORDS = {
    "ssn": "a social security number",
    "npi": "an NPI",
    "dea": "a DEA number",
    "mrn": "the number of a patient or the like (mrn)",
    "person": "a person's name",
    "birth_date": "a date of birth",
    "email": "a person's e-mail address",
    "phone": "a person's phone number",
    "sgtin": "the serial of a package (sgtin)",
    "sscc": "the serial of a shipping container (sscc)",
    "epc": "the serial of a thing (epc)",
    SECRET: "a secret",
}


class Finder:
    """Finds what may not be there; knows what is declared, and so no identifier of anybody's."""

    def __init__(self, contents: Iterable[bytes], declared: frozenset[bytes] = frozenset()) -> None:
        """Get ready for some contents: only patterns of which a keyword stands in one of them are compiled.

        `declared` are the registrants' numbers that the declaration names as those of its tenants. Raises UsageError
        where a library is missing.
        """
        self._declared = declared
        try:
            spoken = _spoken_of(load_patterns(), contents)
            self._searcher = Searcher(spoken) if spoken else None
        except AttemptError:
            message = "packs are screened for secrets, and a library for that is not installed"
            raise UsageError(Problem(message=message, hint="pip install 'limen[evidence]'")) from None

    def find(self, data: bytes) -> list[Found]:
        """Return what may not be there, in order and apart; what is encoded comes last."""
        found = self._plain(data)
        layers = [("", 0, data)]
        for _ in range(_LAYERS):
            layers = [
                (one.encoding, start or one.start + 1, one.content)
                for _, start, content in layers
                for one in decoded(content)
            ]
            found += [
                Found(hit.kind, start - 1, start - 1, encoding)
                for encoding, start, content in layers
                for hit in self._plain(content)[:1]
            ]
        return found

    def _plain(self, data: bytes) -> list[Found]:
        found = [Found(one.kind, one.start, one.end) for one in identifiers(data)]
        if self._searcher is not None:
            found += [Found(SECRET, one.start, one.end) for one in self._searcher.search(data)]
        tokens = [match.span() for match in TOKENS.finditer(data)] if found else []
        kept: list[Found] = []
        for one in sorted(found, key=lambda one: (one.start, -one.end)):
            if data[one.start : one.end] in self._declared or (kept and kept[-1].end > one.start):
                continue
            if not any(start < one.end and one.start < end for start, end in tokens):
                kept.append(one)
        return kept


def _spoken_of(patterns: Iterable[SecretPattern], contents: Iterable[bytes]) -> list[SecretPattern]:
    """Return the patterns of which a keyword stands in some contents."""
    import ahocorasick

    known = tuple(patterns)
    automaton = ahocorasick.Automaton()
    for word in {word for one in known for word in one.keywords}:
        automaton.add_word(word, word)
    automaton.make_automaton()
    spoken: set[str] = set()
    for content in contents:
        spoken.update(word for _, word in automaton.iter(content.lower().decode("latin-1")))
    return [one for one in known if not spoken.isdisjoint(one.keywords)]
