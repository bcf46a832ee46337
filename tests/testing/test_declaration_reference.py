"""The reference system can hardly be weakened in one place unnoticed: the score that the project promises."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

from limen.testing.declaration_run import mutate
from limen.testing.declaration_trial import Setting, Trial
from tests.needs import REPOSITORY

pytestmark = pytest.mark.xdist_group("mutation")  # one worker, so that its processes have the machine to themselves

PROMISED = 0.98


def test_the_reference_system_reaches_the_promised_score(tmp_path: Path) -> None:
    """Every declared scalar and list entry counts; what is left out is left out by a proof that this run computed."""
    setting = Setting(path=REPOSITORY / "boundaries.yaml", as_of=datetime.date(2026, 11, 22))
    with Trial(setting) as trial:
        assert trial.known == frozenset()
        everything = range(len(trial.places))
        score = mutate(trial, everything, journal=tmp_path / "journal", jobs=len(os.sched_getaffinity(0)))
        assert score.places == len(trial.places) > 4500
        assert score.places == score.caught + score.equivalent + score.survived
        assert score.problems == ()
        assert score.share >= PROMISED, "\n".join(f"{one.location}: {one.mutant}" for one in score.survivors)
        assert trial.equivalents.entries.keys() <= {place.field for place in trial.places}, "an entry that nothing uses"
