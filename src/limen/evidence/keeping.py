"""What a redacted pack keeps, in the words of whoever redacts: by file, rule, subject, control, status or decision.

A pattern is one or more terms with `&` between them, all of which must hold; a pack keeps what any pattern matches.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from limen.errors import Problem, UsageError
from limen.evidence import layout
from limen.policy.wording import suggestion
from limen.records.subjects import percent_encoded

ASPECTS = ("rule", "subject", "control", "status", "decision")
"""What a term may speak of, a path of core aside."""
_STATUSED = (layout.DETAILS, layout.FINDINGS)
_HINT = (
    "write core/PATH or one of rule:, subject:, control:, status: and decision: before a name; * stands for any text"
)
_KNOWN_AT_MOST = 20_000
"""Names of one aspect that are remembered for suggestions."""
_COMPARED = 2_000
"""Names among which the nearest is looked for."""

About = Mapping[str, Sequence[str]]
"""What a record is about: for each aspect, and for `file`, its names."""


class Term(NamedTuple):
    """One condition of a pattern."""

    aspect: str
    """`file` or one of ASPECTS."""
    name: str
    """As it was written."""
    matches: re.Pattern[str]


class Pattern(NamedTuple):
    """Conditions that must all hold."""

    text: str
    terms: tuple[Term, ...]

    def keeps(self, about: About) -> bool:
        """Return whether a record is kept by it."""
        return all(any(map(term.matches.match, about.get(term.aspect, ()))) for term in self.terms)


def read_patterns(texts: Iterable[str]) -> tuple[Pattern, ...]:
    """Return patterns; raises UsageError with everything that is wrong with them."""
    problems: list[Problem] = []
    found = []
    for text in texts:
        terms = []
        for part in text.split("&"):
            try:
                terms.append(_term(part.strip()))
            except ValueError as error:
                what, hint = error.args
                problems.append(Problem(message=f"--keep {text}: {what}", hint=hint))
        found.append(Pattern(text, tuple(terms)))
    if problems:
        raise UsageError(problems)
    return tuple(found)


def _term(text: str) -> Term:
    if not text:
        raise ValueError("it says nothing", _HINT)
    aspect, colon, name = text.partition(":")
    if text.startswith(layout.CORE):
        aspect, name = "file", text
    elif not colon:
        raise ValueError(f"{text!r} says not of what", _HINT)
    elif aspect not in ASPECTS:
        raise ValueError(f"nothing is kept by {aspect!r}", suggestion(aspect, ASPECTS))
    elif not name:
        raise ValueError(f"{text!r} names nothing", _HINT)
    elif aspect == "decision" and not re.fullmatch(r"0|[1-9][0-9]{0,11}", name):
        raise ValueError(f"{name!r} is no number of a decision", "limen sample prints them; they count from 0")
    return Term(aspect, name, re.compile(fnmatch.translate(name)))


class Describing:
    """Says what the records of a pack are about; given what the public files say."""

    def __init__(self, controls: Mapping[str, Sequence[str]], statuses: Sequence[str]) -> None:
        """Keep the controls of each rule and the status of each decision."""
        self._controls = controls
        self._statuses = statuses
        self._waived: dict[str, About] = {}
        self.seen: dict[str, set[str]] = {aspect: set() for aspect in (*ASPECTS, "file")}
        """Names that were met, by aspect, for suggestions."""

    def file(self, path: str) -> About:
        """Return what a file is about that is kept as a whole or not at all."""
        return self._noted({"file": (path,)})

    def record(self, path: str, record: Mapping[str, Any]) -> About:
        """Return what a record of a file is about; findings must come before the waivers that speak of them."""
        about: dict[str, Sequence[str]] = {"file": (path,)}
        subject = record.get("subject", "")
        rule = record.get("rule", "")
        if path == layout.CLAIMS:
            about["subject"] = (subject, _entry(record["section"], record["name"]))
        elif path == layout.ATTEMPTS:
            about["subject"] = (_entry(record["section"], record["target"]),)
        elif path == layout.CROSSINGS:
            about["subject"] = (_entry("flow", record["flow"]),)
        elif path == layout.WAIVERS:
            return self._noted({**about, **self._waived.get(record["fingerprint"], {})})
        elif subject:
            about["subject"] = (subject,)
        if rule:
            about["rule"] = (rule,)
            about["control"] = self._controls.get(rule, ())
        if path == layout.DETAILS:
            number = record["decision"]
            about["decision"] = (str(number),)
            about["status"] = self._statuses[number : number + 1]
        elif path == layout.FINDINGS:
            about["status"] = (record["status"],)
            if record["fingerprint"]:
                self._waived[record["fingerprint"]] = {name: about[name] for name in ("rule", "subject", "control")}
        return self._noted(about)

    def _noted(self, about: About) -> About:
        for aspect, names in about.items():
            seen = self.seen[aspect]
            if len(seen) < _KNOWN_AT_MOST:
                seen.update(names)
        return about

    def unmatched(self, pattern: Pattern) -> Problem:
        """Return what to say of a pattern that keeps nothing."""
        hints = []
        for term in pattern.terms:
            known = self.seen[term.aspect]
            if any(map(term.matches.match, known)):
                continue
            if term.aspect == "rule" and any(map(term.matches.match, self._controls)):
                hints.append("what that rule decided is withheld already")
            elif term.aspect == "decision":
                hints.append(f"the pack has {len(self._statuses)} decisions, numbered from 0; or it is withheld")
            else:
                hints.append(suggestion(term.name, _near(term, known)))
        hint = "; ".join(hints) or "each of its terms matches something, but nothing matches all of them"
        return Problem(message=f"--keep {pattern.text}: nothing in the pack is about it", hint=hint)


def _near(term: Term, known: set[str]) -> list[str]:
    """Return the names worth suggesting: those that hold what was written, else those of the same kind."""
    plain = term.name.strip("*?").casefold()
    holding = [name for name in known if plain and plain in name.casefold()]
    kind = term.name.partition(":")[0] + ":"
    return sorted(holding or [name for name in known if name.startswith(kind)] or known)[:_COMPARED]


def _entry(section: str, name: str) -> str:
    return f"{section}:{percent_encoded(name)}"
