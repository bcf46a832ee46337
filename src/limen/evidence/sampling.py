"""A random sample of a pack's decisions that anybody can draw again: it follows from the pack and the auditor's nonce.

seed = SHA-256(root, 32 bytes, and the nonce, UTF-8). Each decision i has the rank SHA-256("<seed, hex>:<i>"), and those
with the smallest ranks are drawn. Who made the pack did not know the nonce, and who chose it can't choose the sample:
each decision is as likely as any other. The recipe that is printed does it with sha256sum, sort and head.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import msgspec

from limen.errors import Problem, UsageError
from limen.policy.wording import suggestion

Stratum = Literal["rule", "status"]
"""By what the population may be divided, so that each part is drawn from."""


class Decided(msgspec.Struct, frozen=True, gc=False):
    """One decision, as the public part of a pack says it."""

    index: int
    """Its line in core/decisions.jsonl, from 0."""
    rule: str
    status: str
    severity: str
    kind: str


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be drawn."""

    size: int
    """How many decisions."""
    nonce: str
    """The auditor's own text."""
    statuses: tuple[str, ...] = ()
    """Only decisions with one of these statuses; empty: any."""
    rules: tuple[str, ...] = ()
    """Only decisions by one of these rules; empty: any."""
    stratify: Stratum | None = None


class Row(msgspec.Struct, frozen=True):
    """A decision that was drawn."""

    decision: Decided
    rank: str
    """64 hex digits."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A sample, and what it was drawn from."""

    wanted: Wanted
    root: str
    """Root of the pack, 64 hex digits."""
    seed: str
    """64 hex digits."""
    decisions: int
    """How many the pack holds."""
    population: int
    """How many of them were to be drawn from."""
    strata: Mapping[str, tuple[int, int]]
    """For each part of the population how many it holds and how many are drawn; empty where it is not divided."""
    rows: tuple[Row, ...]
    """In the order of the pack."""


def seed_of(root: bytes, nonce: str) -> str:
    """Return the seed, 64 hex digits; raises UsageError where the nonce says nothing or can't be printed."""
    if not nonce.strip():
        hint = "the auditor makes one up once the pack is there, for instance with dice, and keeps it"
        raise UsageError(Problem(message="the nonce is empty", hint=hint))
    if not nonce.isprintable():
        hint = "write it on one line, in characters that can be printed: it stands in the recipe"
        raise UsageError(Problem(message="the nonce can't be printed", hint=hint))
    return hashlib.sha256(root + nonce.encode()).hexdigest()


def rank(seed: str, index: int) -> str:
    """Return the rank of a decision, 64 hex digits."""
    return hashlib.sha256(b"%b:%d" % (seed.encode(), index)).hexdigest()


def sample(decisions: Sequence[Decided], root: bytes, wanted: Wanted) -> Sample:
    """Draw a sample; raises UsageError where there is nothing to draw from, or too little to draw."""
    seed = seed_of(root, wanted.nonce)
    _known(decisions, wanted)
    population = [
        one
        for one in decisions
        if (not wanted.statuses or one.status in wanted.statuses) and (not wanted.rules or one.rule in wanted.rules)
    ]
    if not population:
        hint = "name statuses and rules that occur together"
        raise UsageError(Problem(message="no decision of the pack is of that kind", hint=hint))
    if wanted.size < 1:
        raise UsageError(Problem(message=f"a sample of {wanted.size} is none", hint="--size takes 1 or more"))
    size = min(wanted.size, len(population))
    if wanted.stratify is None:
        drawn, strata = _smallest(population, seed, size), {}
    else:
        of: Callable[[Decided], str] = (lambda one: one.rule) if wanted.stratify == "rule" else lambda one: one.status
        sizes = Counter(map(of, population))
        shares = allocated(sizes, size)
        parts: dict[str, list[Decided]] = {name: [] for name in sorted(sizes)}
        for one in population:
            parts[of(one)].append(one)
        drawn = [row for name, part in parts.items() for row in _smallest(part, seed, shares[name])]
        strata = {name: (sizes[name], shares[name]) for name in parts}
    return Sample(
        wanted=wanted,
        root=root.hex(),
        seed=seed,
        decisions=len(decisions),
        population=len(population),
        strata=strata,
        rows=tuple(sorted(drawn, key=lambda row: row.decision.index)),
    )


def allocated(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """Return how many are drawn from each part: one, and of the rest as its share is, largest remainders first.

    A share is that of what is left in the part; equal remainders go by name. Raises UsageError where there are more
    parts than are drawn.
    """
    if size < len(sizes):
        message = f"{size} can't be drawn so that each of {len(sizes)} parts has one"
        raise UsageError(Problem(message=message, hint=f"--size {len(sizes)} at least, or leave --stratify out"))
    rest, left = size - len(sizes), sum(sizes.values()) - len(sizes)
    shares = {name: 1 + ((number - 1) * rest // left if left else 0) for name, number in sizes.items()}
    remainders = sorted(sizes, key=lambda name: (-((sizes[name] - 1) * rest % left) if left else 0, name))
    for name in remainders[: size - sum(shares.values())]:
        shares[name] += 1
    return shares


def _smallest(population: list[Decided], seed: str, size: int) -> list[Row]:
    rows = [Row(one, rank(seed, one.index)) for one in population]
    return sorted(rows, key=lambda row: (row.rank, row.decision.index))[:size]


def _known(decisions: Sequence[Decided], wanted: Wanted) -> None:
    """Raise UsageError for rules and statuses that the pack does not have, with what it has."""
    problems = []
    for what, names, known in (
        ("rule", wanted.rules, {one.rule for one in decisions}),
        ("status", wanted.statuses, {one.status for one in decisions}),
    ):
        for name in names:
            if name not in known:
                message = f"no decision of the pack has the {what} {name!r}"
                problems.append(Problem(message=message, hint=suggestion(name, known)))
    if problems:
        raise UsageError(problems)
