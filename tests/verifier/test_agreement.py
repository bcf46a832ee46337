"""verify.py and `limen verify` share no code, and say the same of every pack of the corpus, good or damaged."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from limen.evidence.reading import open_pack
from limen.evidence.verifying import verified as verified_by_limen
from tests.evidence import corpus
from tests.evidence.corpus import Case
from tests.evidence.test_damage import report as limen_verify
from tests.needs import need_program
from tests.verifier.loaded import Answer, verified

OPENSSL_3_0_CANT = {"signed with Ed25519 and ML-DSA", "a bit of the ML-DSA signature flipped"}
"""What openssl before 3.5 does not know is not checked, exit 3; one that knows it answers as limen does."""
WITHOUT_TRUST = {"signed with Ed25519", "its timestamp renewed", "redacted", "a zip"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_program("openssl")
    return tmp_path_factory.mktemp("corpus")


@pytest.fixture(scope="module")
def good(place: Path) -> list[Case]:
    return list(corpus.good(place))


def answer(case: Case) -> Answer:
    return verified(case.pack, *(word for name, value in case.arguments.items() for word in (f"--{name}", str(value))))


def unknown(found: Answer) -> str:
    return "; ".join(check["what"] for check in found.checks if check["status"] == "unchecked")


def test_no_alarm_is_raised_on_good_packs(good: list[Case]) -> None:
    alarms = {}
    for case in good:
        found = answer(case)
        if case.name in OPENSSL_3_0_CANT and found.code == 3:
            assert "ml-dsa-65" in unknown(found)
            assert found.found("broken") == set()
            continue
        theirs = limen_verify(case)
        if (found.code, found.words) != (0, theirs.words):
            alarms[case.name] = (theirs.words, [check for check in found.checks if check["status"] != "ok"])
    assert alarms == {}
    assert len(good) >= 10


def test_every_damaged_pack_is_refused_by_the_same_name(place: Path) -> None:
    """tests/evidence/test_damage.py asks the same of `limen verify`: check and file of each, and exit code 1."""
    missed, taken = {}, 0
    for case in corpus.damaged(place):
        taken += 1
        found = answer(case)
        if case.name in OPENSSL_3_0_CANT and found.code == 3 and "ml-dsa-65" in unknown(found):
            continue
        if found.code != 1 or (case.check, case.file) not in found.found("broken"):
            missed[case.name] = ((case.check, case.file), found.code, sorted(found.found("broken")))
    assert missed == {}
    assert taken >= 500


def test_without_a_trust_file_both_say_unauthenticated(good: list[Case]) -> None:
    assert {case.name for case in good} >= WITHOUT_TRUST
    for case in good:
        if case.name in WITHOUT_TRUST:
            found = verified(case.pack)
            with open_pack(case.pack) as files:
                theirs = verified_by_limen(files, None, datetime.datetime.now(datetime.UTC))
            assert (found.code, found.words) == (3, theirs.words)
            assert found.words.startswith("intact, unauthenticated")
            assert found.found("broken") == set()
