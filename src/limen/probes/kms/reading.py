"""What recorded answers of a custodian, and a key's recorded behaviour, say: facts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from limen.adapters.key_providers import PROVIDERS
from limen.analysis.kinds.observed_kms import KmsFacts
from limen.probes.interface import AttemptError, Seen
from limen.probes.kms.asking import ANSWERS, BEHAVIOUR, Asked
from limen.probes.kms.behaviour import Step
from limen.records.attempts import RawResponse

Facts = dict[str, Any]
"""Fields of `KmsFacts`; a field that is not there was not seen."""


def interpret(raw: Mapping[str, RawResponse], at: int) -> Sequence[Seen]:
    """Return the facts in the answers of an attempt that started `at`, in seconds since 1970; pure.

    Raises AttemptError where they can't be understood.
    """
    if ANSWERS not in raw:
        raise AttemptError(f"the recording has no {ANSWERS}")
    try:
        asked = msgspec.json.decode(raw[ANSWERS].content, type=Asked)
        steps = msgspec.json.decode(raw[BEHAVIOUR].content, type=list[Step]) if BEHAVIOUR in raw else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise AttemptError("the recording is none of the kms probe") from None
    if asked.provider not in PROVIDERS or "key" not in asked.answers:
        raise AttemptError("the recording is none of the kms probe")
    module = PROVIDERS[asked.provider]
    facts: Facts = {"provider": "vault" if module == "vault" else asked.provider, "exists": False}
    if asked.answers["key"].outcome == "answered":
        read: Callable[[Asked, int], Facts] = import_module(f"limen.probes.kms.reading_{module}").facts
        try:
            facts |= {"exists": True} | read(asked, at)
            facts |= _overdue(facts)
        except ImportError as error:
            raise AttemptError(
                f"reading it needs limen[kms]: {error.name} is missing; pip install 'limen[kms]'"
            ) from None
        except (msgspec.ValidationError, OverflowError, ValueError, RecursionError):
            raise AttemptError(
                f"the answer of {asked.provider} is not understood: it is not of the known form"
            ) from None
    if steps is not None:
        facts |= {"tested": True} | behaviour(steps)
    return [Seen(detail=asked.key, facts=KmsFacts(**facts))]


def _overdue(facts: Facts) -> Facts:
    """Return by how much automatic rotation is late; nothing where that can't be told."""
    if facts.get("rotation_on") is False:
        return {"rotation_overdue": 0}
    if facts.get("rotation_on") is True and "rotation_period" in facts and "newest_age" in facts:
        return {"rotation_overdue": max(0, facts["newest_age"] - facts["rotation_period"])}
    return {}


def behaviour(steps: Sequence[Step]) -> Facts:
    """Return what the steps of a trial prove; what did not end in a clear answer proves nothing."""
    outcome = {step.name: step.outcome for step in steps}
    version = {step.name: step.version for step in steps}
    opens = outcome.get("open") == "same"
    facts: dict[str, bool | UnsetType] = {
        # What was to be opened and gave no answer proves nothing; what could not be tried says nothing.
        "old_ciphertext_opens": _all(
            *(_opened(outcome[name]) for name in ("open-old", "open-kept") if name in outcome)
        ),
        "rewraps": _opened(outcome.get("open-rewrapped")) if outcome.get("rewrap") == "done" else UNSET,
        # Between two times that it opened, a refusal is one of the context and of nothing else.
        "context_bound": _refused(outcome.get("open-wrong-context"))
        if opens and outcome.get("open-again") == "same"
        else UNSET,
    }
    if outcome.get("rewrap") == "refused":
        facts["rewraps"] = False
    before, after = version.get("seal", "") or version.get("seal-unbound", ""), version.get("seal-after-rotation", "")
    if before and after:
        facts["new_version_used"] = before != after
        if facts["rewraps"] is True and version.get("rewrap"):
            facts["rewraps"] = version["rewrap"] != before
    if outcome.get("disable") == "done" and opens:
        sealing = outcome.get("seal-disabled")
        opening = _refused(outcome.get("open-disabled"))
        sealed = {"done": False, "refused": True}.get(sealing or "", UNSET)
        worked = outcome.get("open-enabled") == "same"  # or it would refuse whether disabled or not
        facts["disabled_refuses"] = False if sealed is False else _all(sealed, opening) if worked else UNSET
    return {name: value for name, value in facts.items() if value is not UNSET}


def _opened(outcome: str | None) -> bool | UnsetType:
    return {"same": True, "different": False, "refused": False}.get(outcome or "", UNSET)


def _refused(outcome: str | None) -> bool | UnsetType:
    return {"refused": True, "same": False, "different": False}.get(outcome or "", UNSET)


def _all(*values: bool | UnsetType) -> bool | UnsetType:
    """Return False where one is false, and True where all are true; unset where one is not known, or there is none."""
    if False in values:
        return False
    return True if values and UNSET not in values else UNSET
