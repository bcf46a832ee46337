"""What a run of mutants comes to: a score over places, and the survivors."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from limen.errors import Location, Problem
from limen.testing.declaration_places import fields
from limen.testing.declaration_trial import Trial, Verdict


class Survivor(msgspec.Struct, frozen=True, kw_only=True):
    """A mutant that nothing noticed: a blind spot."""

    place: str
    """The place in the merged declaration, its steps joined by slashes."""
    location: Location
    """Where the place was written."""
    field: str
    """The field of the model, such as Tls.min."""
    control: str
    """What the field declares, in the words of the model."""
    change: str
    """weakened, dropped or widened."""
    mutant: str
    """The change in words."""
    disproved: bool
    """Whether the field is listed as equivalent, but the proof failed for this mutant."""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a declaration is watched."""

    places: int
    """Scalars and list entries that are declared, or those of them that were asked for."""
    mutants: int
    """Changes that were tried."""
    caught: int
    """Places of which every mutant was noticed by a rule or refused, or is equivalent; at least one not the latter."""
    refused: int
    """Of those, places of which every mutant was refused when it was loaded: no rule had to look."""
    equivalent: int
    """Places that can't be made weaker: every mutant is proved to be equivalent, or the schema knows no other value."""
    survived: int
    """Places with a mutant that nothing noticed."""
    survivors: tuple[Survivor, ...]
    """Every such mutant, in the order of the places."""
    problems: tuple[Problem, ...]
    """What is wrong with the list of equivalents; empty where it is as it says."""

    @property
    def share(self) -> float | None:
        """The share of places that are watched, of those that can be made weaker; None where there is none."""
        counted = self.places - self.equivalent
        return self.caught / counted if counted else None


def score(trial: Trial, numbers: Iterable[int], verdicts: Iterable[Verdict]) -> Score:
    """Return the score of some places; an equivalent that no mutant needs is only told where all places were tried."""
    of_place: dict[int, list[Verdict]] = {number: [] for number in numbers}
    mutants = 0
    for verdict in verdicts:
        of_place[verdict.place].append(verdict)
        mutants += 1
    counts = {"caught": 0, "refused": 0, "equivalent": 0, "survived": 0}
    survivors: list[Survivor] = []
    controls = dict(_controls())
    tried: set[str] = set()
    needed: set[str] = set()
    broken: set[str] = set()
    for number, found in of_place.items():
        place = trial.places[number]
        outcomes = {verdict.outcome for verdict in found}
        tried |= {place.field} if found else set()
        needed |= {place.field} if "equivalent" in outcomes else set()
        broken |= {place.field} if "disproved" in outcomes else set()
        if outcomes & {"survived", "disproved"}:
            counts["survived"] += 1
            survivors += [
                Survivor(
                    place=trial.shown(place.path),
                    location=trial.location(place),
                    field=place.field,
                    control=controls[place.field],
                    change=verdict.mutant.change,
                    mutant=trial.words(verdict.mutant),
                    disproved=verdict.outcome == "disproved",
                )
                for verdict in found
                if verdict.outcome in ("survived", "disproved")
            ]
        elif outcomes <= {"equivalent"}:
            counts["equivalent"] += 1
        else:
            counts["caught"] += 1
            counts["refused"] += "caught" not in outcomes
    whole = len(of_place) == len(trial.places)
    problems = tuple(trial.equivalents.problems(tried if whole else (), needed, broken))
    return Score(places=len(of_place), mutants=mutants, survivors=tuple(survivors), problems=problems, **counts)


def _controls() -> Iterable[tuple[str, str]]:
    """Yield the description of every field of the model, by its name."""
    for name, field in fields():
        extra = getattr(field.type, "extra_json_schema", None) or {}
        yield name, extra.get("description", "")
