"""`limen verify` takes every good pack of the corpus, and refuses every damaged one, naming the culprit."""

from __future__ import annotations

import datetime
import functools
from pathlib import Path

import pytest

from limen.cli.trusting import head_of, trust_of
from limen.evidence.reading import open_pack
from limen.evidence.verifying import Report, verified
from limen.policy.moments import moment
from tests.evidence import corpus
from tests.evidence.corpus import Case
from tests.needs import need_program

DAMAGES = {"flip a bit of", "truncate", "remove", "add one beside", "rename", "swap"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_program("openssl")
    return tmp_path_factory.mktemp("corpus")


@functools.cache
def trusted(path: Path):
    return trust_of(path)


def report(case: Case) -> Report:
    given = case.arguments
    trust = trusted(given["trust"])
    since = head_of(given["since"], trust) if "since" in given else None
    now = moment(given["at"]) if "at" in given else datetime.datetime.now(datetime.UTC)
    before = open_pack(given["previous"]) if "previous" in given else None
    with open_pack(case.pack) as files:
        return verified(files, trust, now, since=since, previous_files=before)


def test_no_alarm_is_raised_on_good_packs(place: Path) -> None:
    alarms = {}
    cases = list(corpus.good(place))
    for case in cases:
        found = report(case)
        if found.outcome != 0:
            alarms[case.name] = [check for check in found.checks if check.status != "ok"]
    assert alarms == {}
    assert len({case.name for case in cases}) == len(cases) >= 10


def test_every_damaged_pack_is_refused_by_name(place: Path) -> None:
    missed = {}
    told = {}
    for case in corpus.damaged(place):
        assert case.name not in told, f"two cases are called {case.name}"
        found = report(case)
        broken = {(check.name, check.file) for check in found.checks if check.status == "broken"}
        told[case.name] = case
        if (case.check, case.file) not in broken or found.outcome != 1:
            missed[case.name] = ((case.check, case.file), sorted(broken))
    assert missed == {}
    by_file = {name for name in told if name.startswith(("whole: ", "redacted: "))}
    assert len(told) - len(by_file) >= 60
    kinds = {name.split(": ", 1)[1].rsplit(" ", 1)[0].split(" ")[0] for name in by_file}
    assert kinds == {damage.split(" ")[0] for damage in DAMAGES}
    assert {case.check for case in told.values()} == {  # every check but those that a damage of its own can't reach
        "files", "sums", "core-format", "redaction", "tree", "population", "statement", "timestamps", "time",
        "signatures-producer", "e-signatures", "manifestation", "log", "checkpoint", "witnesses", "since", "previous",
        "policy",
    }  # fmt: skip
