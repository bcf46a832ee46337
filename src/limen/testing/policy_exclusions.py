"""Mutants that no test can tell from the original: each by its id with the proof, in a file that is committed.

::

    mutants:
      - id: transit.plaintext/checks.channel/bend/0a1b2c3d4e
        before: input.in_transit.channel == "local"
        after: input.in_transit.channel in {"local", "tls"}
        proof: The other operand of logic.either already holds for tls, and nothing else reads the channel.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from limen.errors import Location, PolicyError, Problem
from limen.policy.catalog import Catalog
from limen.policy.documents import Document, convert, parse
from limen.testing.policy_results import TargetResult

FILE = "equivalent-mutants.yaml"
"""Beside profiles/ and frameworks/, in policies/ as in a folder of the user's own."""


class Exclusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mutant that is not counted, and why that is right."""

    id: Annotated[str, Meta(pattern=r"^[^\s/]+/[^\s/]+/(negate|bend|drop|swap)/[0-9a-f]{10}$(?!\n)")]
    before: Annotated[str, Meta(min_length=1)]
    """The expression as the rule has it."""
    after: Annotated[str, Meta(min_length=1)]
    """The expression as the mutant has it."""
    proof: Annotated[str, Meta(min_length=20)]
    """Why every input gives the same answer."""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    mutants: tuple[Exclusion, ...]


class Exclusions(msgspec.Struct, frozen=True, kw_only=True):
    """All exclusions, by the mutant's id."""

    proofs: dict[str, Exclusion] = {}
    places: dict[str, Location] = {}
    """Where each is written."""

    def stale(self, results: tuple[TargetResult, ...]) -> list[Problem]:
        """Return a problem for each exclusion of these targets that names no mutant, another one, or one that dies."""
        judged = {result.target: {outcome.id: outcome for outcome in result.outcomes} for result in results}
        problems = []
        for name, exclusion in self.proofs.items():
            outcomes = judged.get(name.partition("/")[0])
            if outcomes is None:
                continue
            outcome = outcomes.get(name)
            if outcome is None:
                message, hint = f"there is no mutant {name}", "the rule has changed: drop the entry"
            elif (outcome.before, outcome.after) != (exclusion.before, exclusion.after):
                message = f"{name} is another mutant: {outcome.before} -> {outcome.after}"
                hint = "drop the entry"
            elif outcome.fate != "equivalent":
                message = f"{name} is not equivalent: it is {outcome.fate}"
                hint = "drop the entry: a test can tell"
            else:
                continue
            problems.append(Problem(message=message, location=self.places[name], hint=hint))
        return problems


def exclusions(catalog: Catalog) -> Exclusions:
    """Return the exclusions of what is shipped and of the user's own policies.

    Raises PolicyError with everything that is wrong with any of the files.
    """
    problems: list[Problem] = []
    proofs: dict[str, Exclusion] = {}
    places: dict[str, Location] = {}
    for place in catalog.places:
        there = FILE in place.held if place.held is not None else (place.policies / FILE).is_file()
        if not there:
            continue
        shown = place.name(FILE, "policies/")
        try:
            document = parse(place.text(place.policies, FILE, shown), shown, PolicyError)
            listed = convert(document, _File, PolicyError).mutants
        except PolicyError as error:
            problems.extend(error.problems)
            continue
        _add(document, listed, proofs, places, problems)
    if problems:
        raise PolicyError(problems)
    return Exclusions(proofs=proofs, places=places)


def _add(
    document: Document,
    listed: tuple[Exclusion, ...],
    proofs: dict[str, Exclusion],
    places: dict[str, Location],
    problems: list[Problem],
) -> None:
    for index, exclusion in enumerate(listed):
        location = document.location(("mutants", index, "id"))
        if exclusion.id in proofs:
            problems.append(Problem(message=f"{exclusion.id} is excluded twice", location=location))
        proofs[exclusion.id] = exclusion
        places[exclusion.id] = location
