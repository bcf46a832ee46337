"""semgrep as a program: missing, crashed, hanging, answering rubbish, and an answer that is one."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import limen
from limen.probes import code
from limen.probes.code.semgrep import parse_answer
from limen.probes.interface import AttemptError, Target
from limen.records.attempts import RawResponse

_RUN = """
import sys, time
from limen.probes import code
from limen.probes.interface import AttemptError, Context, Target
target = Target(probe="code", section="typed", name="it", endpoint=sys.argv[1])
context = Context(deadline=time.monotonic() + float(sys.argv[2]), started_at=0, credential=None)
try:
    print("completed", code.collect(target, context)[0].content.decode())
except AttemptError as error:
    print("error", error.reason)
"""


def collected(folder: Path, program: str | None, seconds: float = 20.0) -> str:
    """Return how an attempt ends where `program` is the text of semgrep, in a Python beside which there is none."""
    tools = folder / "tools"
    tools.mkdir()
    python = tools / "python"
    python.symlink_to(Path(sys.executable).resolve())
    if program is not None:
        semgrep = tools / "semgrep"
        semgrep.write_text(program, encoding="utf-8")
        semgrep.chmod(0o755)
    place = folder / "place"
    place.mkdir()
    (place / "a.py").write_text("print(1)\n", encoding="ascii")
    path = os.pathsep.join([str(Path(limen.__file__).parent.parent), *(one for one in sys.path if one)])
    done = subprocess.run(
        [str(python), "-c", _RUN, str(place), str(seconds)],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


ANSWER = {"version": "1.0.0", "results": [], "errors": [], "paths": {"scanned": ["code/0.py"]}}


def answering(value: object, code: int = 0) -> str:
    return f"#!/bin/sh\ncat <<'END'\n{json.dumps(value)}\nEND\nexit {code}\n"


def test_it_is_missing(tmp_path: Path) -> None:
    assert collected(tmp_path, None) == "error the code probe needs limen[semgrep]: pip install 'limen[semgrep]'"


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("#!/bin/sh\nkill -SEGV $$\n", "error semgrep was ended by signal 11"),
        ("#!/bin/sh\nexit 2\n", "error semgrep ended with exit code 2 and an answer that can't be read"),
        ("#!/bin/sh\necho rubbish\n", "error semgrep ended with exit code 0 and an answer that can't be read"),
        ("#!/bin/sh\necho '{}'\n", "error semgrep ended with exit code 0 and an answer that can't be read"),
        (answering(ANSWER, 2), "error semgrep failed with exit code 2: it does not say why"),
        (answering(ANSWER | {"errors": [{"type": "SemgrepError", "message": "hush"}]}),
         "error semgrep failed with exit code 0: semgrep: SemgrepError"),
        ("#!/nowhere/interpreter\n", "error semgrep can't be run"),
    ],
)  # fmt: skip
def test_it_fails(tmp_path: Path, program: str, expected: str) -> None:
    assert collected(tmp_path, program).startswith(expected)


def test_it_hangs_and_what_it_started_ends_with_it(tmp_path: Path) -> None:
    program = f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/child\nwait\n"
    before = time.monotonic()
    assert collected(tmp_path, program, 1.0).startswith("error semgrep did not end in time")
    assert time.monotonic() - before < 15
    child = int((tmp_path / "child").read_text(encoding="ascii"))
    for _ in range(50):
        state = Path(f"/proc/{child}/stat")
        if not state.exists() or state.read_text(encoding="ascii").split()[2] == "Z":
            return
        time.sleep(0.1)
    pytest.fail("what semgrep started still runs")


def test_a_file_that_it_did_not_read_is_not_analysed(tmp_path: Path) -> None:
    status, _, record = collected(tmp_path, answering(ANSWER | {"paths": {"scanned": []}})).partition(" ")
    assert status == "completed"
    assert json.loads(record)["files"] == 0
    assert json.loads(record)["unscanned"] == [{"reason": "semgrep did not read it", "count": 1, "examples": ["a.py"]}]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"errors": [{"type": "Timeout", "path": "code/0.py", "message": "hush"}]}, "semgrep: Timeout"),
        ({"errors": [{"type": ["PartialParsing", []], "path": "code/0.py"}]}, "semgrep: PartialParsing"),
        ({"errors": [{"type": "Out of memory"}]}, "semgrep: Out of memory"),
        ({"skipped_rules": [{}]}, "semgrep skipped a rule"),
        ({"paths": {"scanned": [], "skipped": [{"path": "code/0.py", "reason": "too_big"}]}},
         "semgrep skipped it: too big"),
    ],
)  # fmt: skip
def test_what_it_did_not_read_whole_is_told(change: dict[str, object], reason: str) -> None:
    answer = parse_answer(json.dumps(ANSWER | change).encode(), 0)
    assert [one for one, _ in answer.problems] == [reason]


@given(st.binary(max_size=200), st.integers(0, 9))
def test_no_bytes_make_it_fail(content: bytes, status: int) -> None:
    with pytest.raises(AttemptError):
        parse_answer(content, status)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["version", "results", "errors", "paths", "scanned", "type"]), inner)
        ),
        max_leaves=12,
    )
)
def test_no_json_makes_it_fail(value: object) -> None:
    content = json.dumps(ANSWER | value if isinstance(value, dict) else value).encode()
    with contextlib.suppress(AttemptError):
        parse_answer(content, 0)


@given(st.binary(max_size=200))
def test_no_bytes_are_a_record(content: bytes) -> None:
    raw = RawResponse(name="code.json", media_type="application/json", content=content)
    with pytest.raises(AttemptError):
        code.interpret({"code.json": raw}, 0)


def test_no_record_is_no_observation() -> None:
    with pytest.raises(AttemptError, match=r"no code\.json"):
        code.interpret({}, 0)


def test_the_plan_opens_nothing() -> None:
    target = Target(probe="code", section="typed", name="it", endpoint="gone")
    (contact,) = code.contacts(target)
    assert (contact.where, contact.writes) == ("gone", False)
