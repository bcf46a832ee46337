"""The facts in what a store answered: pure, so that a recording says the same elsewhere and years later."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from limen.analysis.kinds.observed_storage import SealFacts, StorageFacts, TrialFacts
from limen.probes.interface import AttemptError, Seen
from limen.probes.storage import settings
from limen.probes.storage.media import read_medium
from limen.probes.storage.records import read_records
from limen.probes.storage.trial_reading import read_trial
from limen.records.attempts import RawResponse

_KEY = re.compile(r"(?:.*[:/])?(?:key/)?([^/:]+)")


class Declared(msgspec.Struct, frozen=True):
    """What the declaration said when it was asked."""

    duty: int = 0
    write_once: bool = False
    keys: dict[str, str] = {}
    """Id of each declared key by its name."""
    approvers: int | None = None


class Asked(msgspec.Struct, frozen=True):
    """What was asked."""

    form: str
    scheme: str
    name: str
    prefix: str = ""
    test_prefix: str | None = None
    declared: Declared = Declared()


def read(raw: Mapping[str, RawResponse], at: int) -> Sequence[Seen]:
    """Return the facts in an attempt's answers; raises AttemptError where they say nothing."""
    try:
        asked = msgspec.json.decode(raw["asked.json"].content, type=Asked)
        if asked.form == "records":
            facts = read_records(raw, at, asked.declared.duty, asked.declared.approvers)
        else:
            answers = settings.answers_of(raw["answers.json"].content)
            if asked.form == "bucket":
                trial = raw.get("trial.json")
                facts = _bucket(asked, answers, None if trial is None else msgspec.json.decode(trial.content))
            else:
                facts = read_medium(asked.form, asked.scheme, answers)
    except KeyError as error:
        raise AttemptError(f"the recording lacks {error}") from None
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise AttemptError(f"the recording is none of this probe: {type(error).__name__}") from None
    declared = asked.declared
    seal = msgspec.structs.replace(facts.seal, key=_named(facts.seal.key, declared.keys))
    facts = msgspec.structs.replace(facts, seal=seal, duty=declared.duty, write_once=declared.write_once)
    return [Seen(detail="" if asked.form != "bucket" else asked.name, facts=facts)]


def _bucket(asked: Asked, answers: settings.Answers, trial: Any) -> StorageFacts:
    algorithm, key = settings.sealing(answers)
    steps = read_trial(trial) if isinstance(trial, dict) else (TrialFacts(), UNSET)
    facts = StorageFacts(
        form="bucket",
        tried=trial is not None,
        tls_only=settings.transport(answers, asked.name),
        versioning=settings.versioning(answers),
        seal=SealFacts(algorithm=algorithm, effective=steps[1], key=key),
        open=settings.openness(answers),
        lock=settings.lock(answers),
        lifecycle=settings.lifecycle(answers, asked.prefix, (asked.test_prefix or "").strip("/")),
        trial=steps[0],
    )
    seen = (algorithm, facts.tls_only, facts.versioning, facts.lock.mode, facts.lifecycle.expiries, facts.open.acl)
    if all(value is UNSET for value in seen):
        raise AttemptError(f"the answers say nothing of the bucket {asked.name}")
    return facts


def _named(key: str | UnsetType, declared: Mapping[str, str]) -> str | UnsetType:
    """Return the declared name of a key that a store tells by its id; unseen where that can't be known."""
    if key is UNSET:
        return UNSET
    if not key:
        return "provider"
    for name, known in declared.items():
        if known == key:
            return name
    alias = "alias/" in key
    for name, known in declared.items():
        if alias == ("alias/" in known) and _last(known) == _last(key) and (":" not in known or ":" not in key):
            return name
    if any(alias != ("alias/" in known) for known in declared.values()):
        return UNSET  # one is an alias: whether it stands for the other is not known
    return key


def _last(key: str) -> str:
    found = _KEY.fullmatch(key)
    return key if found is None else found[1]
