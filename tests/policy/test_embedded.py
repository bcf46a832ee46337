"""The embedded engine against what rules may do to it: loop, panic, fail, answer nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from limen.errors import PolicyError, UnassessedError
from limen.policy.embedded import AHEAD, CHUNK_INPUTS, EmbeddedEngine
from limen.policy.engine import Answer, Job, Query

LOOP = """x := count([1 |
	some i in numbers.range(1, 2000)
	some j in numbers.range(1, 2000)
	some k in numbers.range(1, 2000)
	(i * j) * k < 0
])"""


def job(name: str, body: str, data: str = "{}") -> Job:
    return Job(name=name, query=f"data.{name}.x", modules=((f"{name}.rego", f"package {name}\n\n{body}\n"),), data=data)


def ask(engine: EmbeddedEngine, *queries: Query) -> list[list[Answer]]:
    return list(engine.answer(queries))


def test_answers_come_in_order_one_an_input_whatever_the_chunks() -> None:
    count = 2 * CHUNK_INPUTS + 3
    with EmbeddedEngine.start() as engine:
        engine.prepare([job("a", "x := input.n + data.by", '{"by": 1}'), job("b", "x := input.n * 2")])
        answers = ask(
            engine,
            Query("a", [b'{"n": %d}' % number for number in range(count)]),
            Query("b", []),
            Query("b", [b'{"n": 5}']),
            Query("a", []),
        )
    assert [answer.text for answer in answers[0]] == [str(number + 1) for number in range(count)]
    assert answers[1:] == [[], [Answer(True, "10")], []]


def test_undefined_is_an_empty_answer_and_text_is_kept_as_it_is() -> None:
    with EmbeddedEngine.start() as engine:
        engine.prepare([job("a", "x := input.text")])
        answers = ask(engine, Query("a", [b"{}", '{"text": "é\\u202e\\u0000"}'.encode()]))
    assert answers == [[Answer(True, ""), Answer(True, '"é\u202e\\u0000"')]]


def test_what_was_asked_ahead_is_answered_first_and_in_order() -> None:
    with EmbeddedEngine.start() as engine:
        engine.prepare([job("a", "x := input.n"), job("b", "x := input.n * 2")])
        engine.ask([Query("a", [b'{"n": 1}', b'{"n": 2}']), Query("b", [])])
        engine.ask(Query("b", [b'{"n": %d}' % number]) for number in range(2 * AHEAD))
        answers = ask(engine, Query("a", [b'{"n": 3}']))
        again = ask(engine, Query("a", [b'{"n": 4}']))
    assert [[answer.text for answer in found] for found in answers[:2]] == [["1", "2"], []]
    assert [found[0].text for found in answers[2:]] == [*(str(2 * number) for number in range(2 * AHEAD)), "3"]
    assert again == [[Answer(True, "4")]]


def test_what_was_asked_ahead_of_a_loop_and_behind_it_is_still_answered() -> None:
    with EmbeddedEngine.start(deadline=0.7) as engine:
        engine.prepare([job("good", "x := input.n"), job("evil", LOOP)])
        one = [b'{"n": 1}']
        engine.ask([Query("good", one), Query("evil", one), Query("good", one), Query("evil", one)])
        answers = ask(engine, Query("good", one))
    assert [[answer.ok for answer in found] for found in answers] == [[True], [False], [True], [False], [True]]


def test_a_process_that_died_after_answering_is_blamed_for_what_it_left(tmp_path: Path) -> None:
    then = SPEAK + "read(); write(b'[[true,\"1\"]]')"
    with EmbeddedEngine.start(deadline=2, child_script=child(tmp_path, then)) as engine:
        engine.prepare([job("a", "x := 1"), job("b", "x := 1")])
        engine.ask([Query("a", [b"{}"])])
        time.sleep(0.3)  # it is gone by now, and its answer waits in the pipe
        engine.ask([Query("b", [b"{}"])])
        answers = ask(engine)
    assert [[answer.ok for answer in found] for found in answers] == [[True], [False]]


def test_an_endless_loop_costs_its_job_and_no_other() -> None:
    begun = time.monotonic()
    with EmbeddedEngine.start(deadline=0.7) as engine:
        engine.prepare([job("good", "x := input.n"), job("evil", LOOP)])
        one = b'{"n": 1}'
        answers = ask(
            engine, Query("good", [one]), Query("evil", [one, one]), Query("good", [one]), Query("evil", [one])
        )
    assert [[answer.ok for answer in found] for found in answers] == [[True], [False, False], [True], [False]]
    assert "no answer within 0.7 s" in answers[1][0].text
    assert time.monotonic() - begun < 10


def test_a_runtime_error_is_an_answer_without_a_backtrace() -> None:
    with EmbeddedEngine.start() as engine:
        engine.prepare([job("a", 'x := to_number(input.n)\n\nx := 3 if input.n == "2"')])
        (answers,) = ask(engine, Query("a", [b'{"n": "x"}', b'{"n": "1"}', b'{"n": "2"}']))
    assert [answer.ok for answer in answers] == [False, True, False]
    assert all("backtrace" not in answer.text.lower() and "<unknown>" not in answer.text for answer in answers)
    assert "could not parse string as number" in answers[0].text


def test_a_module_that_is_no_rego_is_a_policy_error_that_names_it() -> None:
    with EmbeddedEngine.start() as engine:
        engine.prepare([job("good", "x := 1"), job("broken", "x := ")])
        with pytest.raises(PolicyError) as caught:
            ask(engine, Query("good", [b"{}"]))
    (problem,) = caught.value.problems
    assert problem.location is not None
    assert problem.location.file == "broken"
    assert "backtrace" not in problem.message.lower()


def child(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "child.py"
    path.write_text(f"import sys, json, time\n{text}\n", encoding="utf-8")
    return path


SPEAK = """
def read():
    n = int.from_bytes(sys.stdin.buffer.read(4), "big")
    return json.loads(sys.stdin.buffer.read(n))
def write(raw, size=None):
    sys.stdout.buffer.write((len(raw) if size is None else size).to_bytes(4, "big") + raw)
    sys.stdout.buffer.flush()
read()
write(b'{"problems": []}')
"""
BROKEN = {
    "ends": ("read()", "its process ended"),
    "garbage": ("read(); write(b'not json'); time.sleep(60)", "an answer that is none"),
    "wrong shape": ("read(); write(b'[1]'); time.sleep(60)", "an answer that is none"),
    "too few": ("read(); write(b'[]'); time.sleep(60)", "0 answers to 1 inputs"),
    "too many": ('read(); write(b\'[[true,"1"],[true,"1"]]\'); time.sleep(60)', "2 answers to 1 inputs"),
    "oversized": ("read(); write(b'', 1 << 31); time.sleep(60)", "an answer larger than"),
    "half": ("read(); write(b'[[tr', 100); time.sleep(60)", "no answer within"),
    "deaf": ("time.sleep(60)", "no answer within"),
}


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_a_broken_process_is_an_error_of_the_job(tmp_path: Path, case: str) -> None:
    then, expected = BROKEN[case]
    with EmbeddedEngine.start(deadline=0.5, child_script=child(tmp_path, SPEAK + then)) as engine:
        engine.prepare([job("a", "x := 1")])
        ((answer,),) = ask(engine, Query("a", [b"{}"]))
    assert not answer.ok
    assert expected in answer.text


def test_a_process_that_dies_again_and_again_ends_the_run(tmp_path: Path) -> None:
    with EmbeddedEngine.start(deadline=2, child_script=child(tmp_path, SPEAK + "read()")) as engine:
        engine.prepare([job(name, "x := 1") for name in "abcdef"])
        with pytest.raises(UnassessedError, match="failed 4 times"):
            ask(engine, *(Query(name, [b"{}"]) for name in "abcdef"))


@pytest.mark.parametrize(
    "then", ["", "time.sleep(60)", "sys.stdout.buffer.write(b'\\0\\0\\0\\2{]'); sys.stdout.flush(); time.sleep(60)"]
)
def test_a_process_that_loads_nothing_is_unassessed(tmp_path: Path, then: str) -> None:
    with EmbeddedEngine.start(deadline=0.5, child_script=child(tmp_path, then)) as engine:
        engine.prepare([job("a", "x := 1")])
        with pytest.raises(UnassessedError, match="could not load the rules"):
            ask(engine, Query("a", [b"{}"]))


def test_large_inputs_and_answers_pass_both_ways_without_a_deadlock() -> None:
    text = b'{"n": "%s"}' % (b"x" * 200_000)
    with EmbeddedEngine.start() as engine:
        engine.prepare([job("a", "x := input.n")])
        (answers,) = ask(engine, Query("a", [text] * 40))
    assert {len(answer.text) for answer in answers} == {200_002}


def test_the_process_is_gone_afterwards() -> None:
    with EmbeddedEngine.start() as engine:
        pid = engine._child.pid
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_version_is_that_of_the_installed_wheel() -> None:
    from importlib.metadata import version

    with EmbeddedEngine.start() as engine:
        assert engine.version == f"regorus {version('gordon-to-regorus')}"
