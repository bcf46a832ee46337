"""Three engines, one meaning: what is answered, what a fault costs, and that nothing leaks from job to job."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.errors import PolicyError, UsageError
from limen.policy.asking import CHUNK_INPUTS, chunks
from limen.policy.canonical import canonical
from limen.policy.engine import Answer, Job, PolicyEngine, Query
from limen.policy.engines import ENGINES, EngineName, EngineOptions, open_engine
from tests.opa_server import Server, serving

LOOP = """x := count([1 |
	some i in numbers.range(1, 3000)
	some j in numbers.range(1, 3000)
	some k in numbers.range(1, 3000)
	(i * j) * k < 0
])"""


def job(name: str, body: str, data: str = "{}", *more: tuple[str, str], package: str = "p") -> Job:
    modules = ((f"{name}.rego", f"package {package}\n\n{body}\n"), *more)
    return Job(name=name, query=f"data.{package}.x", modules=modules, data=data)


@pytest.fixture(scope="module")
def server(opa: Path) -> Iterator[Server]:
    with serving(opa) as running:
        yield running


@pytest.fixture(params=ENGINES)
def name(request: pytest.FixtureRequest) -> EngineName:
    found: EngineName = request.param
    return found


@contextlib.contextmanager
def engine(name: EngineName, server: Server, timeout: float = 20) -> Iterator[PolicyEngine]:
    url = server.url if name == "opa" else ""
    with open_engine(EngineOptions(engine=name, url=url, timeout=timeout)) as running:
        yield running


def texts(answers: list[Answer]) -> list[str]:
    assert all(answer.ok for answer in answers), answers
    return [canonical(answer.text) if answer.text else "" for answer in answers]


def test_answers_come_in_order_one_an_input_whatever_the_chunks(name: EngineName, server: Server) -> None:
    count = 2 * CHUNK_INPUTS + 3
    with engine(name, server) as running:
        running.prepare([job("a", "x := input.n + data.by", '{"by": 1}'), job("b", "x := input.n * 2")])
        running.ask([Query("b", [b'{"n": 7}'])])
        found = list(
            running.answer(
                [
                    Query("a", [b'{"n": %d}' % number for number in range(count)]),
                    Query("b", []),
                    Query("b", [b'{"n": 5}']),
                    Query("a", []),
                ]
            )
        )
    assert texts(found[0]) == ["14"]
    assert texts(found[1]) == [str(number + 1) for number in range(count)]
    assert [texts(answers) for answers in found[2:]] == [[], ["10"], []]


def test_undefined_is_an_empty_answer_and_false_is_not(name: EngineName, server: Server) -> None:
    with engine(name, server) as running:
        running.prepare([job("a", "x := input.value")])
        found = list(running.answer([Query("a", [b"{}", b'{"value": false}', b'{"value": null}', b'{"value": {}}'])]))
    assert found[0][0] == Answer(ok=True, text="")
    assert texts(found[0]) == ["", "false", "null", "{}"]


def test_text_is_kept_as_it_is(name: EngineName, server: Server) -> None:
    text = '{"text": "<&> é \\u202e \\u0000 \\" \U0001f600"}'
    with engine(name, server) as running:
        running.prepare([job("a", "x := input")])
        [[answer]] = running.answer([Query("a", [text.encode()])])
    assert canonical(answer.text) == canonical(text)


def test_a_fault_costs_its_input_and_is_never_undefined(name: EngineName, server: Server) -> None:
    inputs = [b'{"n": "%d"}' % number for number in range(40)]
    inputs[17] = inputs[31] = b'{"n": "three"}'
    with engine(name, server) as running:
        running.prepare([job("a", "x := to_number(input.n)")])
        [answers] = running.answer([Query("a", inputs)])
    assert [place for place, answer in enumerate(answers) if not answer.ok] == [17, 31]
    assert "number" in answers[17].text or "syntax" in answers[17].text
    assert texts([answer for answer in answers if answer.ok]) == [str(n) for n in range(40) if n not in (17, 31)]


def test_two_values_of_one_rule_are_a_fault(name: EngineName, server: Server) -> None:
    with engine(name, server) as running:
        running.prepare([job("a", "x := 1 if input.a\n\nx := 2 if input.b")])
        [answers] = running.answer([Query("a", [b'{"a": true}', b'{"a": true, "b": true}', b'{"b": true}'])])
    assert [answer.ok for answer in answers] == [True, False, True]
    assert texts([answers[0], answers[2]]) == ["1", "2"]


def test_jobs_see_neither_each_others_modules_nor_data(name: EngineName, server: Server) -> None:
    library = ("lib.rego", "package limen.lib.one\n\nadd(n) := n + 1\n")
    other = ("lib.rego", "package limen.lib.one\n\nadd(n) := n + 100\n")
    imports = "import data.limen.lib.one\nimport data.limen.parameters\n\n"
    body = f'{imports}x := [one.add(input.n), object.get(parameters, "p", 0)]'
    jobs = [
        job("a", body, '{"limen": {"parameters": {"p": 1}}}', library),
        job("b", body, '{"limen": {"parameters": {"p": 2}}}', other),
        job("c", body, '{"limen": {"parameters": {}}}', library),
        job("d", "x := data.limen.context", '{"limen": {"context": {"day": 1}}}'),
        job("e", "x := data.limen.context"),
    ]
    ask = [Query(one, [b'{"n": 1}']) for one in "abcdeabc"]
    with engine(name, server) as running:
        running.prepare(jobs)
        found = [texts(answers)[0] for answers in running.answer(ask)]
    assert found == ["[2,1]", "[101,2]", "[2,0]", '{"day":1}', "", "[2,1]", "[101,2]", "[2,0]"]


def test_a_whole_package_is_answered_without_what_is_undefined(name: EngineName, server: Server) -> None:
    module = 'package p.q\n\na := input.a\n\nb contains input.b\n\nc["k"] := input.c\n\nf(v) := v\n'
    asked = Job(name="a", query="data.p.q", modules=(("a.rego", module),), data="{}")
    with engine(name, server) as running:
        running.prepare([asked])
        [answers] = running.answer([Query("a", [b'{"a": 1, "b": 2, "c": 3}', b"{}"])])
    assert texts(answers) == ['{"a":1,"b":[2],"c":{"k":3}}', '{"b":[],"c":{}}']


def test_integers_are_exact(name: EngineName, server: Server) -> None:
    numbers = [0, -1, 2**53 - 1, -(2**53), 2**63 - 1]
    if name != "embedded":  # regorus keeps 64 bits; what is larger, the linter refuses
        numbers += [2**64 + 1, 10**40 + 7]
    with engine(name, server) as running:
        running.prepare([job("a", "x := input.n")])
        [answers] = running.answer([Query("a", [b'{"n": %d}' % number for number in numbers])])
    assert texts(answers) == [str(number) for number in numbers]


def test_a_rule_that_loops_costs_its_job_alone(name: EngineName, server: Server) -> None:
    began = time.monotonic()
    with engine(name, server, timeout=1.5) as running:
        running.prepare([job("loops", LOOP), job("b", "x := input.n")])
        found = list(
            running.answer([Query("loops", [b"{}"]), Query("b", [b'{"n": 5}']), Query("loops", [b"{}", b"{}"])])
        )
    assert [answer.ok for answers in found for answer in answers] == [False, True, False, False]
    assert all("no answer within 1.5 s" in answer.text for answer in (*found[0], *found[2]))
    assert time.monotonic() - began < 15


def test_a_module_that_can_not_be_parsed_is_named(name: EngineName, server: Server) -> None:
    with engine(name, server) as running:
        running.prepare([job("mine", "x := {")])
        with pytest.raises(PolicyError) as caught:
            list(running.answer([Query("mine", [b"{}"])]))
    place = caught.value.problems[0].location
    assert place is not None
    assert place.file.removesuffix(".rego") == "mine"  # regorus is asked by job


def test_what_is_no_job_is_not_answered(name: EngineName, server: Server) -> None:
    with engine(name, server) as running:
        running.prepare([job("a", "x := 1")])
        [answers] = running.answer([Query("b", [b"{}", b"{}"])])
    assert [answer.ok for answer in answers] == [False, False]


def test_options_that_can_not_be_meant_are_all_refused_at_once(tmp_path: Path) -> None:
    options = EngineOptions(url="http://127.0.0.1", ca=tmp_path / "ca.pem", key=tmp_path / "key.pem", timeout=0)
    with pytest.raises(UsageError) as caught, open_engine(options):
        pass
    assert [problem.message for problem in caught.value.problems] == [
        "the engine's time-out is 0 s",
        "the engine embedded has no use for url, CA file, key",
        "a key without its certificate",
        f"there is no file {tmp_path / 'ca.pem'}",
        f"there is no file {tmp_path / 'key.pem'}",
    ]


def test_chunks_are_cut_by_number_and_by_size() -> None:
    assert [len(chunk) for chunk in chunks([b"{}"] * (2 * CHUNK_INPUTS + 1))] == [CHUNK_INPUTS, CHUNK_INPUTS, 1]
    assert [len(chunk) for chunk in chunks([b"x" * 600_000] * 3)] == [1, 1, 1]
    assert list(chunks([])) == []
