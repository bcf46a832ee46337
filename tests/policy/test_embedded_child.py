"""The child's own functions, in this process: frames, first lines, jobs."""

from __future__ import annotations

import io
import json
from typing import Any

import regorus

from limen.policy import embedded_child


def spoken(*requests: Any) -> list[Any]:
    incoming, outgoing = io.BytesIO(), io.BytesIO()
    for request in requests:
        embedded_child.write_frame(incoming, request)
    incoming.seek(0)
    embedded_child.serve(regorus, incoming, outgoing)
    outgoing.seek(0)
    found = []
    while (answer := embedded_child.read_frame(outgoing)) is not None:
        found.append(answer)
    return found


def job(body: str, coverage: bool = False) -> dict[str, Any]:
    modules = [["a.rego", f"package a\n\n{body}\n"]]
    return {"name": "a", "query": "data.a.x", "modules": modules, "data": "{}", "coverage": coverage}


def test_jobs_are_loaded_and_answered() -> None:
    assert spoken({"jobs": [job("x := input.n")]}, ["a", ['{"n": "ü"}', "{}"]]) == [
        {"problems": []},
        [[True, '"ü"'], [True, ""]],
    ]


def test_what_can_not_be_built_is_named_and_asked_again_in_vain() -> None:
    loaded, answers = spoken({"jobs": [job("x := ")]}, ["a", ["{}"]])
    ((name, message),) = loaded["problems"]
    assert name == "a"
    assert "Stack backtrace" not in message
    assert answers[0][0] is False


def test_an_engine_that_failed_is_built_anew() -> None:
    jobs = embedded_child.Jobs(regorus)
    assert jobs.load([job("x := to_number(input.n)")]) == []
    first = jobs.engines["a"]
    assert [ok for ok, _ in jobs.answer("a", ['{"n": "no"}', '{"n": "1"}'])] == [False, True]
    assert jobs.engines["a"] is not first


def test_lines_that_ran_are_known() -> None:
    *_, reports = spoken({"jobs": [job("x := 1\n\ny := 2", coverage=True)]}, ["a", ["{}"]], {"coverage": True})
    assert ["a.rego", [3], [5]] in reports


def test_modules_are_parsed_or_explained() -> None:
    ((good, bad),) = spoken({"parse": [["a.rego", "package a"], ["b.rego", "package"]]})
    assert json.loads(good[1])[0]["source"]["file"] == "a.rego"
    assert good[0] is True
    assert bad[0] is False


def test_a_backtrace_is_cut_off_and_an_empty_text_says_at_least_its_type() -> None:
    assert embedded_child.first_line(RuntimeError("bad\n\nStack backtrace:\n  0: x")) == "bad"
    assert embedded_child.first_line(KeyboardInterrupt()) == "KeyboardInterrupt"
