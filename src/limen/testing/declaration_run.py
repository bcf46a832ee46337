"""A whole run: what is not in the journal is judged, side by side, and the score is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from limen.testing.declaration_journal import Journal
from limen.testing.declaration_score import Score, score
from limen.testing.declaration_trial import Trial, Verdict
from limen.testing.declaration_workers import verdicts


def mutate(
    trial: Trial,
    numbers: Sequence[int],
    *,
    journal: Path,
    resume: bool = False,
    jobs: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Score:
    """Judge every mutant of some places and return the score.

    What was judged stands in the journal until all is done, so that a run that was interrupted can be resumed. Raises
    UsageError for an unusable journal, UnassessedError where engine or processes are lost.
    """
    notes = Journal(journal, trial.digest(), resume=resume)
    complete = False
    try:
        # A verdict that is missing would make a place look as if nothing could weaken it.
        found: dict[int, list[Verdict]] = {
            number: notes.done[number]
            for number in numbers
            if number in notes.done
            and [verdict.mutant for verdict in notes.done[number]] == trial.mutants(trial.places[number])
        }
        left = [number for number in numbers if number not in found]
        survived = sum(map(_survives, found.values()))
        for places, judged in verdicts(trial, left, jobs):
            notes.add(places, judged)
            found.update({place: [] for place in places})
            for verdict in judged:
                found[verdict.place].append(verdict)
            survived += sum(_survives(found[place]) for place in places)
            progress(f"{len(found):,} of {len(numbers):,} places mutated, {survived} survive")
        complete = True
    finally:
        notes.close(complete=complete)
    return score(trial, numbers, [verdict for number in numbers for verdict in found[number]])


def _survives(verdicts: Sequence[Verdict]) -> bool:
    return any(verdict.outcome in ("survived", "disproved") for verdict in verdicts)
