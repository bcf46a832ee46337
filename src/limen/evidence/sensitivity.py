"""What the rules and probes that were used notice: mutation scores and known-bad results, given as files.

A file is what `limen mutate policy --format json` or `limen mutate declaration --format json` printed, or results of
probes and rules on what is known to be bad (the laboratory writes such a file: `python -m tests.lab.results OUT`)::

    {"known_bad": [{"probe": "tls", "version": "1", "case": "an expired certificate", "noticed": true,
                    "expected": ["conformance.tls_certificate_valid::certificate.valid"]}]}

A result counts for what it was made with: another system, or another version of a rule or a probe, counts for nothing,
and that is said. What has no evidence is listed: silence would look like a score.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from limen.integrity.strict_json import strict_json

_Share = Annotated[float, Meta(ge=0)]
_Count = Annotated[int, Meta(ge=0)]
_SHOWN = 10
"""Problems of a file that are listed."""


class RuleScore(msgspec.Struct, frozen=True, kw_only=True):
    """Mutants of one rule, of `limen mutate policy`."""

    rule: str
    module_sha256: str = ""
    """Digest of the module that was mutated; empty where the file does not say."""
    killed: _Count
    timeout: _Count
    survived: _Count
    equivalent: _Count
    refused: _Count
    problem: str = ""


class PolicyScore(msgspec.Struct, frozen=True, kw_only=True):
    """What `limen mutate policy --format json` printed, as far as it is used."""

    score: _Share | None
    partial: bool
    rules: tuple[RuleScore, ...]


class DeclarationScore(msgspec.Struct, frozen=True, kw_only=True):
    """What `limen mutate declaration --format json` printed, as far as it is used."""

    system: str = ""
    """Id of the system that it is about; empty where the file does not say."""
    score: _Share | None
    partial: bool
    at_least: _Share
    known_findings: tuple[str, ...]


class KnownBad(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is known to be bad, and whether it was noticed."""

    case: Annotated[str, Meta(min_length=1)]
    noticed: bool
    probe: str = ""
    rule: str = ""
    version: str = ""
    """Version of the probe, or digest of the rule's module; empty where nobody said."""
    expected: tuple[str, ...] = ()
    """The findings that it must make, as rule::path; empty where there are none, or nobody said."""


class KnownBadResults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of results on what is known to be bad."""

    known_bad: tuple[KnownBad, ...]


Evidence = PolicyScore | DeclarationScore | KnownBadResults


def read_evidence(content: bytes) -> Evidence:
    """Return what a file says; raises ValueError where it is none of the three."""
    value = strict_json(content)
    shape: type[Any] = DeclarationScore
    if not isinstance(value, dict):
        raise ValueError("expected an object")
    if "known_bad" in value:
        shape = KnownBadResults
    elif "rules" in value:
        shape = PolicyScore
    try:
        found = msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise ValueError(f"no result of limen mutate and no list of known_bad: {_all(value, shape, error)}") from None
    if isinstance(found, KnownBadResults):
        neither = [f"{one.case!r:.60}" for one in found.known_bad if bool(one.probe) == bool(one.rule)]
        if neither:
            raise ValueError(f"each must name either a probe or a rule: {', '.join(neither[:_SHOWN])}")
    return found  # type: ignore[no-any-return]  # one of the three


def _all(value: Any, shape: type[Any], first: Exception) -> str:
    """Return every way in which a value does not have a shape, in words."""
    from jsonschema import Draft202012Validator

    wrong = Draft202012Validator(msgspec.json.schema(shape)).iter_errors(value)
    words = [f"{'.'.join(map(str, one.absolute_path)) or 'the file'}: {one.message:.200}" for one in wrong]
    more = [f"and {len(words) - _SHOWN} more"] if len(words) > _SHOWN else []
    return "; ".join([*words[:_SHOWN], *more]) or str(first)


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """What the evidence is to be about."""

    system: str
    """Id of the system."""
    rules: Mapping[str, str]
    """Digest of the module of each rule that judged, 64 hex digits."""
    probes: Mapping[str, str]
    """Version of each probe that observed."""


def sensitivity(used: Used, given: Mapping[str, Evidence]) -> dict[str, Any]:
    """Return what the given files say of the rules and probes that were used, and which of them none speaks of.

    `given` are the files by name, in order.
    """
    gathered = _Gathered(used)
    for file, found in given.items():
        if isinstance(found, PolicyScore):
            gathered.policy(file, found)
        elif isinstance(found, DeclarationScore):
            gathered.declaration(file, found)
        else:
            gathered.bad(file, found)
    return gathered.said()


class _Gathered:
    """Evidence by what it is about."""

    def __init__(self, used: Used) -> None:
        self.used = used
        self.declarations: list[dict[str, Any]] = []
        self.scores: dict[str, list[dict[str, Any]]] = {rule: [] for rule in used.rules}
        self.known = {
            "rule": {name: [] for name in used.rules},
            "probe": {name: [] for name in used.probes},
        }  # type: dict[str, dict[str, list[dict[str, Any]]]]
        self.unused: dict[tuple[str, str], str] = {}
        """Why what a file says of something counts for nothing."""

    def policy(self, file: str, found: PolicyScore) -> None:
        """Add the scores of the rules that were used, as they are."""
        for one in found.rules:
            digest = self.used.rules.get(one.rule)
            if digest is None:
                continue
            if one.module_sha256 != digest:
                self.unused[file, one.rule] = _another("rule", one.module_sha256)
                continue
            names = (name for name in one.__struct_fields__ if name not in ("rule", "module_sha256"))
            self.scores[one.rule].append({"file": file, **{name: getattr(one, name) for name in names}})

    def declaration(self, file: str, found: DeclarationScore) -> None:
        """Add the score of a declaration of this system."""
        if found.system != self.used.system:
            why = "it is about another system" if found.system else "it does not say of which system it is"
            self.unused[file, "declaration"] = why
            return
        self.declarations.append(
            {
                "file": file,
                "score": found.score,
                "at_least": found.at_least,
                "partial": found.partial,
                "known_findings": len(found.known_findings),
            }
        )

    def bad(self, file: str, found: KnownBadResults) -> None:
        """Add the results of rules and probes that were used, as they are."""
        for case in found.known_bad:
            kind, name = ("probe", case.probe) if case.probe else ("rule", case.rule)
            version = (self.used.probes if case.probe else self.used.rules).get(name)
            if version is None:
                continue
            if case.version != version:
                self.unused[file, name] = _another(kind, case.version)
                continue
            result = {"file": file, "case": case.case, "noticed": case.noticed, "expected": list(case.expected)}
            self.known[kind][name].append(result)

    def said(self) -> dict[str, Any]:
        """Return all of it."""
        rules, probes = self.known["rule"], self.known["probe"]
        return {
            "declaration": self.declarations,
            "rules": [
                {"rule": rule, "mutation": self.scores[rule], "known_bad": rules[rule]}
                for rule in self.scores
                if self.scores[rule] or rules[rule]
            ],
            "probes": [{"probe": name, "known_bad": results} for name, results in probes.items() if results],
            "unused": [{"file": file, "about": about, "why": why} for (file, about), why in self.unused.items()],
            "without": {
                "declaration": not self.declarations,
                "rules": [rule for rule in self.scores if not self.scores[rule] and not rules[rule]],
                "probes": [name for name, results in probes.items() if not results],
            },
        }


def _another(kind: str, version: str) -> str:
    return (
        f"it is about another version of the {kind}" if version else f"it does not say of which version of the {kind}"
    )
