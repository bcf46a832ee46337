"""What was observed, matched with what the declaration asks: the facts behind claims and observation subjects.

Only what the section `probes` asks for counts: the same probe, the same target, the same endpoint. An attempt that
matches no request speaks of something else (an endpoint that has moved, a target typed by hand) and is left out,
and said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET

from limen.analysis.kinds import KINDS, OBSERVED
from limen.analysis.listing import listed
from limen.analysis.probe_subjects import named_target
from limen.analysis.reconciliation import RECONCILE
from limen.analysis.reconciliation.agreement import Agreement
from limen.errors import DeclarationError, Problem
from limen.model.declaration import Declaration
from limen.records.attempts import Attempt
from limen.records.endpoints import without_secret
from limen.records.reconciliation import Sight
from limen.records.subjects import Detail, SubjectTable

SEEN_BY: dict[str, tuple[str, ...]] = {"leak": ("leak", "code"), "brokers": ("brokers", "tls")}
"""Probes that may see the claims of a probe, where others than itself do."""


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt, and the request that it answers."""

    request: int
    """Index into the declaration's probes."""
    attempt: Attempt
    facts: tuple[Any, ...]
    """The facts of its observations, each a struct of the kind; empty where it did not complete."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What observations say of a claim."""

    agreement: Agreement
    age: int
    """Seconds since the oldest of them."""
    attempts: tuple[Attempt, ...]
    """What it was seen by."""


class Observations:
    """The attempts that answer the requests of a declaration, judged at one time."""

    def __init__(
        self, declaration: Declaration, attempts: Sequence[Attempt], now: int, how: Sequence[str] | None = None
    ) -> None:
        """Match attempts with requests, the latest first; `now` is the assessment's time, in seconds since 1970.

        `how` is, for each request, the digest of how it asks: an attempt that asked otherwise answers another question.
        None where they are of the same run. Raises DeclarationError where recorded facts are none of their kind.
        """
        self.now = now
        """Seconds since 1970."""
        self.matches: dict[int, Match] = {}
        """By index of the request."""
        self.attempts = tuple(attempts)
        """All attempts, matched or not."""
        wanted: dict[tuple[str, str, str, str, str], list[int]] = {}
        for index, request in enumerate(declaration.probes):
            section, name = named_target(request)
            if section == "none":
                section, name = "system", declaration.system.id
            endpoint = "" if request.endpoint is UNSET else without_secret(request.endpoint)
            digest = "" if how is None else how[index]
            wanted.setdefault((request.probe, section, name, endpoint, digest), []).append(index)
        unmatched: list[Attempt] = []
        answers: dict[tuple[str, str, str, str, str], list[Attempt]] = {}
        for attempt in self.attempts:
            digest = "" if how is None else attempt.asked
            asked: tuple[str, str, str, str, str] = (
                attempt.probe, attempt.section, attempt.target, attempt.endpoint, digest,
            )  # fmt: skip
            counts = asked in wanted and not _of_another_key(declaration, attempt)
            (answers.setdefault(asked, []) if counts else unmatched).append(attempt)
        for key, given in answers.items():
            for index, attempt in _paired(wanted[key], given):
                self.matches[index] = Match(request=index, attempt=attempt, facts=_facts(attempt))
        self.unmatched = tuple(unmatched)
        """Attempts that no request asks for."""
        self._by_target: dict[tuple[str, str, str], list[Match]] = {}
        for index in sorted(self.matches):
            attempt = self.matches[index].attempt
            self._by_target.setdefault((attempt.probe, attempt.section, attempt.target), []).append(self.matches[index])

    def of(self, probe: str, section: str, name: str) -> list[Match]:
        """Return the completed attempts of a probe on a target."""
        return [m for m in self._by_target.get((probe, section, name), ()) if m.attempt.status == "completed"]

    def age(self, attempt: Attempt) -> int:
        """Return the seconds since an attempt; below zero where it is said to be yet to come."""
        return self.now - attempt.started_at

    def ending(self, request: int) -> str:
        """Return in words how the last attempt at a request ended, with its reason."""
        match = self.matches.get(request)
        return "no attempt was recorded" if match is None else ending(match.attempt)

    def claim(self, probe: str, path: str, declared: Any, targets: Sequence[tuple[str, str]]) -> Seen | None:
        """Return what was seen of a claim, by its probe, at the first of the targets where anything was.

        Where several attempts saw it, one that contradicts wins; None where nothing was seen: unknown is not agreement.
        """
        for section, name in targets:
            found: list[tuple[Agreement, Match]] = []
            silent: set[str] = set()
            for other in SEEN_BY.get(probe, (probe,)):
                reconcile = RECONCILE.get(other, {}).get(path)
                for match in self.of(other, section, name) if reconcile is not None else ():
                    agreement = reconcile(declared, match.facts) if reconcile is not None and match.facts else None
                    if agreement is not None:
                        found.append((agreement, match))
                    elif not _beside(match):
                        silent.add(other)
            if found:
                worst = next((agreement for agreement, _ in found if not agreement.agrees), found[0][0])
                if worst.agrees and any(match.attempt.probe in silent for _, match in found):
                    return None  # one endpoint that could not be seen is not vouched for by another that could
                attempts = tuple(match.attempt for _, match in found)
                return Seen(agreement=worst, age=max(map(self.age, attempts)), attempts=attempts)
        return None

    def asked(self, probes: Sequence[str], targets: Sequence[tuple[str, str]]) -> list[Attempt]:
        """Return the last attempts of some probes on some targets, however they ended, the nearest target first."""
        return [
            match.attempt
            for section, name in targets
            for probe in probes
            for match in self._by_target.get((probe, section, name), ())
        ]

    def tables(self) -> dict[str, SubjectTable]:
        """Return the table of each kind of observation."""
        return {kind: self._table(kind) for kind in OBSERVED}

    def _table(self, kind: str) -> SubjectTable:
        struct = KINDS[kind]
        subjects: list[tuple[tuple[str, str, str], msgspec.Struct]] = []
        places: list[tuple[int, str, str]] = []
        times: Counter[tuple[str, str, str]] = Counter()
        named: set[tuple[str, str, str]] = set()
        for index, match in sorted(self.matches.items()):
            if match.attempt.status != "completed":
                continue
            attempt = match.attempt
            for observation, facts in zip(attempt.observations, match.facts, strict=True):
                if observation.kind != kind:
                    continue
                fields = {name: getattr(facts, name) for name in facts.__struct_fields__}
                subject = struct(**fields, age=self.age(attempt), now=self.now)
                same = (attempt.section, attempt.target, observation.detail)
                times[same] += 1  # the same thing seen at two endpoints is two subjects
                name = same if times[same] == 1 else (*same[:2], f"{observation.detail} {times[same]}".lstrip())
                while name in named:  # something else has this very name
                    times[same] += 1
                    name = (*same[:2], f"{observation.detail} {times[same]}".lstrip())
                named.add(name)
                subjects.append((name, subject))
                place = f"{attempt.target} {observation.detail}".strip()
                places.append((index, f"{attempt.probe} of {place}", attempt.target * (attempt.section == "flow")))
        return listed(kind, 3, subjects, _details(places))


def _paired(requests: Sequence[int], attempts: Sequence[Attempt]) -> list[tuple[int, Attempt]]:
    """Return which attempt answers which request, where several ask one thing, with other options or credentials.

    A run has one attempt for each request, in their order. What is left over of requests was never asked; of
    attempts, the latest answers the last request.
    """
    if len(attempts) <= len(requests):
        return list(zip(requests, attempts, strict=False))
    last = max(attempts[len(requests) - 1 :], key=lambda one: one.started_at)
    return list(zip(requests, [*attempts[: len(requests) - 1], last], strict=True))


def _of_another_key(declaration: Declaration, attempt: Attempt) -> bool:
    """Return whether another key was asked than the one that is declared by now: one custodian keeps many."""
    key = declaration.keys.get(attempt.target) if (attempt.probe, attempt.section) == ("kms", "key") else None
    return key is not None and key.id is not UNSET and any(one.detail != key.id for one in attempt.observations)


def _beside(match: Match) -> bool:
    """Return whether what is there is nothing that a claim of TLS or of a medium is about: SSH, or records."""
    return all(getattr(one, "channel", "") == "ssh" or getattr(one, "form", "") == "records" for one in match.facts)


def story(attempts: Sequence[Attempt], *, seen: bool) -> tuple[Sight, str]:
    """Return how the attempts that could see a claim ended, and why it was not seen; no reason where it was."""
    if seen:
        return "completed", ""
    for status in ("error", "not_scheduled", "completed"):
        for attempt in attempts:
            if attempt.status == status:
                return attempt.status, ending(attempt, " and saw nothing of it" if status == "completed" else "")
    return "none", "no attempt was recorded"


def ending(attempt: Attempt, more: str = "") -> str:
    """Return in words how an attempt ended, with its reason."""
    words = {"completed": "completed", "error": "ended in error", "not_scheduled": "was not run"}[attempt.status]
    where = attempt.endpoint or attempt.target
    return f"the attempt at {where} {words}{more}" + (f": {attempt.reason}" if attempt.reason else "")


def no_observations() -> dict[str, SubjectTable]:
    """Return the table of each kind of observation where nothing was observed."""
    return {kind: listed(kind, 3, (), _details([])) for kind in OBSERVED}


def _details(places: Sequence[tuple[int, str, str]]) -> Callable[[int], Detail]:
    def details(index: int) -> Detail:
        request, title, crossing = places[index]
        return Detail(path=("probes", request), title=title, crossing=crossing)

    return details


def _facts(attempt: Attempt) -> tuple[Any, ...]:
    if attempt.status != "completed":
        return ()
    where = f"the observation of {attempt.probe} at {attempt.endpoint or attempt.target}"
    if not attempt.observations:  # nothing seen would be nothing to judge, and look like nothing wrong
        raise DeclarationError(Problem(message=f"{where} completed and says nothing", hint="record it anew"))
    found = []
    for observation in attempt.observations:
        struct = OBSERVED.get(observation.kind)
        if struct is None or observation.kind != f"{attempt.probe}_observation":
            message = f"{where} is of no kind that this probe makes: {observation.kind}"
            raise DeclarationError(Problem(message=message, hint="record it anew"))
        try:
            found.append(msgspec.json.decode(observation.facts, type=struct))
        except msgspec.MsgspecError as error:
            message = f"{where} does not have the form of a {observation.kind}: {error}"
            raise DeclarationError(Problem(message=message, hint="record it anew")) from None
    return tuple(found)
