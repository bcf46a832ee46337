"""What the steps of a trial prove: a refusal counts only where the same was allowed without the lock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from limen.adapters.object_stores.store import StoreAnswer
from limen.analysis.kinds.observed_storage import TrialFacts
from limen.probes.storage.settings import ALGORITHMS
from limen.probes.storage.trial import IN_TIME

_GONE = ("404", "NoSuchKey", "NoSuchVersion")


class Trial(msgspec.Struct, frozen=True):
    """A recorded trial."""

    steps: dict[str, StoreAnswer]
    at: dict[str, float]
    mode: str = ""


def read_trial(trial: dict[str, Any]) -> tuple[TrialFacts, str | UnsetType]:
    """Return what was proven, and what a new object was sealed with; raises msgspec's errors where it is no trial."""
    found = msgspec.convert(trial, Trial)
    steps = found.steps
    sealed: str | UnsetType = UNSET
    head = steps.get("head")
    if head is not None and not head.code:
        word = head.content.get("ServerSideEncryption")
        sealed = ALGORITHMS.get(str(word), "other") if word else "none"
    if "unlocked_delete" in steps:
        return TrialFacts(delete=UNSET if steps["unlocked_delete"].code else "allowed"), sealed
    could = _did(steps, "free_delete") and _gone(steps, "after_free_delete")
    bypass = _deleted(found, "bypass", could)
    if bypass == "refused" and found.mode != "COMPLIANCE":
        bypass = UNSET  # this one may not; whether nobody may is not known
    facts = TrialFacts(
        delete=_deleted(found, "delete", could or bypass == "allowed"),
        bypass=bypass,
        shorten=_shortened(found),
        hold=_held(steps, could),
    )
    return facts, sealed


def _deleted(trial: Trial, step: str, could: bool) -> str | UnsetType:
    """Return what became of deleting the locked version; unproven where the lock may have been over by then."""
    if step not in trial.steps or trial.at.get(f"after_{step}", IN_TIME + 1) > IN_TIME:
        return UNSET
    if _gone(trial.steps, f"after_{step}"):
        return "allowed"
    there = trial.steps.get(f"after_{step}")
    return "refused" if could and trial.steps[step].code and there is not None and not there.code else UNSET


def _shortened(trial: Trial) -> str | UnsetType:
    if trial.at.get("shorten", IN_TIME + 1) > IN_TIME:
        return UNSET
    if _did(trial.steps, "shorten"):
        return "allowed"
    return "refused" if _did(trial.steps, "lengthen") else UNSET


def _held(steps: Mapping[str, StoreAnswer], could: bool) -> str | UnsetType:
    if not _did(steps, "hold"):
        return "allowed" if "hold" in steps and steps["hold"].unsupported else UNSET
    if _gone(steps, "after_held_delete"):
        return "allowed"
    there = steps.get("after_held_delete")
    refused = "held_delete" in steps and steps["held_delete"].code and there is not None and not there.code
    return "refused" if could and refused else UNSET


def _did(steps: Mapping[str, StoreAnswer], name: str) -> bool:
    return name in steps and not steps[name].code


def _gone(steps: Mapping[str, StoreAnswer], name: str) -> bool:
    return name in steps and (steps[name].status == 404 or steps[name].code in _GONE)
