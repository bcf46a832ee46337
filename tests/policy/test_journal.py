"""What is kept of a run that lost its engine: used for the same questions only, checked, and refused where damaged."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.errors import UnassessedError, UsageError
from limen.policy.engine import Answer, Job, Query
from limen.policy.journal import Journal, Journalled
from tests.policy.support import FixedEngine

INPUTS = [b'{"n": %d}' % number for number in range(20)]
QUERIES = [Query("a", INPUTS), Query("b", INPUTS[:3]), Query("a", INPUTS[5:8])]


def job(name: str, **changes: Any) -> Job:
    fields = {"query": "data.p.x", "modules": (("p.rego", "package p\n\nx := input.n\n"),), "data": "{}"} | changes
    return Job(name=name, **fields)


JOBS = [job("a"), job("b", data='{"limen": {}}')]


def echo(name: str, given: dict[str, Any]) -> Answer:
    return Answer(ok=True, text=f'"{name} {given["n"]}"')


def run(journal: Journal, answer: Any = echo, jobs: list[Job] = JOBS, queries: list[Query] = QUERIES) -> Any:
    """Return the answers, and how many inputs the engine was asked."""
    inner = FixedEngine(answer)
    engine = Journalled(inner, journal)
    engine.prepare(jobs)
    engine.ask(queries[:1])
    return list(engine.answer(queries[1:])), len(inner.asked)


def again(journal: Journal) -> Journal:
    """Return a journal as the next run reads it."""
    return Journal.read(journal.content(), "answers.json")


def loses(after: int, answer: Any = echo) -> Any:
    """Return an engine's answers, with its loss after some inputs."""
    count = 0

    def one(name: str, given: dict[str, Any]) -> Answer:
        nonlocal count
        count += 1
        if count > after:
            raise UnassessedError("the policy engine is gone")
        found: Answer = answer(name, given)
        return found

    return one


def test_a_run_that_goes_on_answers_as_one_that_was_never_interrupted() -> None:
    whole, asked = run(Journal())
    assert asked == 26
    journal = Journal()
    with pytest.raises(UnassessedError):
        run(journal, loses(22))
    assert len(journal.kept) == 20  # the query that was whole
    resumed, asked = run(again(journal))
    assert resumed == whole
    assert 4 <= asked <= 7  # 3 of `b`, and some that are known, the first always


def test_a_second_loss_keeps_what_the_first_had() -> None:
    journal = Journal()
    with pytest.raises(UnassessedError):
        run(journal, loses(22))
    second = again(journal)
    with pytest.raises(UnassessedError):
        run(second, loses(1))
    assert second.kept == journal.kept
    assert run(again(second))[0] == run(Journal())[0]


@pytest.mark.parametrize(
    "other",
    [
        job("a", query="data.p.y"),
        job("a", modules=(("p.rego", "package p\n\nx := input.m\n"),)),
        job("a", modules=(("q.rego", "package p\n\nx := input.n\n"),)),
        job("a", data='{"limen": {"parameters": {"least": 2}}}'),
    ],
)
def test_answers_to_another_job_are_none_of_its(other: Job) -> None:
    journal = Journal()
    run(journal)
    _, asked = run(again(journal), jobs=[other], queries=QUERIES[:1])
    assert asked == 20


def test_answers_of_another_version_are_not_used() -> None:
    journal = Journal()
    run(journal)
    inner = FixedEngine(echo)
    inner.version = "another"
    engine = Journalled(inner, again(journal))
    engine.prepare(JOBS)
    list(engine.answer(QUERIES))
    assert len(inner.asked) == 26


def test_what_could_not_be_evaluated_is_asked_again() -> None:
    journal = Journal()
    run(journal, lambda name, given: echo(name, given) if given["n"] else Answer(ok=False, text="no answer within 1 s"))
    found, _ = run(again(journal))
    assert found == run(Journal())[0]


def test_answers_that_the_engine_does_not_give_are_refused() -> None:
    journal = Journal()
    run(journal, lambda name, given: Answer(ok=True, text="true"))
    with pytest.raises(UnassessedError) as caught:
        run(again(journal))
    assert caught.value.problems[0].message == "what was kept of an interrupted run is not what fixed answers for a"
    assert "without --resume" in caught.value.problems[0].hint


def test_an_early_second_loss_keeps_what_it_did_not_come_to() -> None:
    journal = Journal()
    run(journal)
    second = again(journal)
    with pytest.raises(UnassessedError):
        run(second, loses(0))
    assert second.kept == {}
    assert again(second).known == journal.kept


@given(st.binary(max_size=200))
def test_what_is_no_journal_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match="is damaged, or something else"):
        Journal.read(content, "answers.json")


@given(st.data())
def test_a_damaged_journal_is_refused_or_says_the_same(data: st.DataObject) -> None:
    journal = Journal()
    run(journal)
    content = bytearray(journal.content())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255))
    try:
        found = Journal.read(bytes(content), "answers.json")
    except UsageError:
        return
    assert found.known == journal.kept


@pytest.mark.parametrize(
    "change",
    [{"format": "limen-answers/2"}, {"more": 1}, {"answers": {}}, {"sha256": "0" * 64}, {"answers": {"x": 1}}],
)
def test_a_journal_of_another_form_is_refused(change: dict[str, Any]) -> None:
    journal = Journal()
    run(journal)
    content = json.dumps(msgspec.json.decode(journal.content()) | change).encode()
    with pytest.raises(UsageError, match="is damaged, or something else"):
        Journal.read(content, "answers.json")
