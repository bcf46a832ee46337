"""The engine `opa-cli` where the program is missing, old, gone, crashes or says something else than an answer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limen.errors import PolicyError, UnassessedError
from limen.policy.engine import Answer, Job, Query
from limen.policy.engines import EngineOptions, open_engine
from limen.policy.opa_cli import ANSWER_BYTES

JOB = Job(name="a", query="data.p.x", modules=(("mine.rego", "package p\n\nx := input.n\n"),), data="{}")


def program(folder: Path, then: str, version: str = "1.22.2") -> Path:
    """Write a program that tells a version, and does something else when asked to evaluate."""
    path = folder / "opa of mine"
    path.write_text(f'#!/bin/sh\n[ "$1" = version ] && exec echo "Version: {version}"\n{then}\n', encoding="ascii")
    path.chmod(0o755)
    return path


def ask(path: Path | str, job: Job = JOB, times: int = 1, timeout: float = 10) -> list[Answer]:
    with open_engine(EngineOptions(engine="opa-cli", program=str(path), timeout=timeout)) as engine:
        engine.prepare([job])
        return [answers[0] for answers in engine.answer([Query("a", [b'{"n": 5}'])] * times)]


def test_the_program_is_asked_without_a_shell_and_leaves_nothing(
    opa: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "t m p; $(touch x):y"))
    monkeypatch.setattr("tempfile.tempdir", None)  # where temporary files lie is remembered
    Path(os.environ["TMPDIR"]).mkdir()
    monkeypatch.setenv("OPA_EVAL_FORMAT", "pretty")  # OPA takes options from variables: another program's
    assert ask(opa) == [Answer(ok=True, text="5")]
    assert list(Path(os.environ["TMPDIR"]).iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["t m p; $(touch x):y"]


def test_a_missing_program() -> None:
    with pytest.raises(UnassessedError, match="there is no program limen-no-such-opa on PATH"):
        ask("limen-no-such-opa")


@pytest.mark.parametrize("version", ["0.70.0", ""])
def test_an_opa_of_another_language_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(UnassessedError) as caught:
        ask(program(tmp_path, "exit 0", version))
    assert caught.value.problems[0].hint == "OPA 1.0 or later is needed"


def test_a_program_that_goes_away_in_mid_run(tmp_path: Path) -> None:
    path = program(tmp_path, 'rm "$0"; echo \'{"result": [{"expressions": [{"value": {"0": 5}}]}]}\'')
    with pytest.raises(UnassessedError) as caught:
        ask(path, times=2)
    assert "can't be started: No such file or directory" in str(caught.value)
    assert caught.value.problems[0].hint == "it was there when the run began"


def test_a_program_that_crashes_costs_its_job(tmp_path: Path) -> None:
    [first, second] = ask(program(tmp_path, "kill -SEGV $$"), times=2)
    assert first == second == Answer(ok=False, text="the policy engine gave no answer: opa eval was ended by SIGSEGV")


def test_a_program_that_is_slow_costs_its_job(tmp_path: Path) -> None:
    [answer] = ask(program(tmp_path, "exec sleep 30"), timeout=0.3)
    assert answer == Answer(ok=False, text="the policy engine gave no answer within 0.3 s")


def test_a_program_that_says_too_much_costs_its_job(tmp_path: Path) -> None:
    [answer] = ask(program(tmp_path, f"exec head -c {ANSWER_BYTES + 1} /dev/zero"))
    assert answer == Answer(ok=False, text=f"the policy engine gave an answer larger than {ANSWER_BYTES:,} bytes")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("", "gave no answer that can be read (exit code 7): it said nothing"),
        ("{}", "gave no answer that can be read"),
        ("[]", "gave no answer that can be read"),
        ('{"result": []}', "gave no answer that can be read"),
        ('{"result": [{"expressions": []}]}', "gave no answer that can be read"),
        ('{"result": [{"expressions": [{"value": NaN}]}]}', "gave no answer that can be read"),
        ('{"errors": [{"message": "out of disk"}]}', "opa eval failed: out of disk"),
        ('{"errors": ["out of disk"]}', "opa eval failed: out of disk"),
        ('{"result": [{"expressions": [{"value": {"0": true}}]}]}', "gave no answer that can be read (exit code 7)"),
        ('{"result": [{"expressions": [{"value": true}]}]}', "answered what was not asked"),
        ('{"result": [{"expressions": [{"value": {"1": true}}]}]}', "answered what was not asked"),
    ],
)
def test_what_is_no_answer_is_never_taken_for_one(tmp_path: Path, said: str, told: str) -> None:
    with pytest.raises(UnassessedError) as caught:
        ask(program(tmp_path, f"echo '{said}'; exit {0 if 'not asked' in told else 7}"))
    assert told in str(caught.value)


def test_a_module_that_opa_does_not_compile_is_told_with_its_place(opa: Path) -> None:
    job = Job(name="a", query="data.p.x", modules=(("mine.rego", "package p\n\nx := nothing.there\n"),), data="{}")
    with pytest.raises(PolicyError) as caught:
        ask(opa, job)
    [problem] = caught.value.problems
    assert str(problem.location) == "mine.rego:3:6"
    assert "nothing" in problem.message
