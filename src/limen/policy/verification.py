"""Decisions made again on a second engine: where two engines differ, which is right is not known, so nothing is."""

from __future__ import annotations

import random
from collections.abc import Iterable

from limen.errors import InternalError, Problem, UnassessedError
from limen.policy.canonical import canonical
from limen.policy.decide import Asked
from limen.policy.engine import LOST, Answer, PolicyEngine, Query

SHOWN = 10
"""Differences that are told, at most."""
_WORDS = 200
"""Characters of an answer that are shown."""


def verified(first: str, asked: Iterable[Asked], second: PolicyEngine, sample: int | None = None) -> str:
    """Ask a second engine, prepared with the same jobs, what the first one answered; return the outcome in words.

    `sample` limits it to so many answers, drawn alike for equal assessments. Raises InternalError where the engines
    differ, with rule and subject of each difference, and UnassessedError where one of them gave no answer.
    """
    every = [(one, place) for one in asked for place in range(len(one.answers))]
    chosen = every
    if sample is not None and sample < len(every):
        chance = random.Random(f"{sample} of {len(every)}")  # noqa: S311 a sample, not a secret
        chosen = [every[number] for number in sorted(chance.sample(range(len(every)), sample))]
    by_rule: dict[int, tuple[Asked, list[int]]] = {}
    for one, place in chosen:
        by_rule.setdefault(id(one), (one, []))[1].append(place)
    queries = (Query(one.rule_id, [one.input(place) for place in places]) for one, places in by_rule.values())
    differences: list[Problem] = []
    for (one, places), answers in zip(by_rule.values(), second.answer(queries), strict=True):
        for place, answer in zip(places, answers, strict=True):
            if not same(one.answers[place], answer):
                differences.append(_difference(one, place, first, second.version, answer))
    if differences:
        left = len(differences) - SHOWN
        more = [Problem(message=f"{left} more decisions differ")] if left > 0 else []
        raise InternalError([*differences[:SHOWN], *more])
    return f"{second.version}: {len(chosen):,} of {len(every):,} answers are the same"


def same(one: Answer, other: Answer) -> bool:
    """Return whether two answers mean the same; why something could not be evaluated, each engine says its own way."""
    if not (one.ok and other.ok):
        return one.ok == other.ok
    if not (one.text and other.text):
        return one.text == other.text
    try:
        return canonical(one.text) == canonical(other.text)
    except ValueError:
        return False


def _difference(one: Asked, place: int, first: str, second: str, answer: Answer) -> Problem:
    name = f"{one.rule_id}::{one.subject(place)}"
    for engine, found in ((first, one.answers[place]), (second, answer)):
        if not found.ok and found.text.startswith(LOST):
            message = f"{name} was not decided by both engines: {engine} says {found.text}"
            raise UnassessedError(Problem(message=message, hint="a longer --engine-timeout may help"))
    message = f"{first} and {second} differ on {name}: {_words(one.answers[place])} against {_words(answer)}"
    return Problem(message=message, hint="which of them is right is not known; report this as a bug of limen")


def _words(answer: Answer) -> str:
    if not answer.ok:
        return f"an error ({answer.text[:_WORDS]})"
    text = " ".join(answer.text.split())
    return (text[:_WORDS] + "…" if len(text) > _WORDS else text) or "undefined"
