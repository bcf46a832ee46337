"""The engine `opa-cli`: OPA's program, started once for each chunk, with the job's modules in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from limen.errors import Location, PolicyError, Problem, UnassessedError
from limen.policy.asking import Asking, FaultError, NoAnswerError
from limen.policy.canonical import parsed, written
from limen.policy.engine import Answer, Job
from limen.policy.engines import EngineOptions
from limen.policy.opa_errors import errors_of, is_fault, is_refusal, place_of, words_of

ANSWER_BYTES = 64 << 20
"""Largest answer that is read; what is larger is no answer but an attack on memory."""
HOST = "limen_host"
_VERSION = re.compile(r"^Version: (?P<version>\S+)$", re.MULTILINE)
_SIGNALLED = 128
"""Exit codes above it tell the signal that ended a program."""


class OpaCli(Asking):
    """`opa eval`, without a shell; modules and inputs reach it as files, so that nothing is on its command line."""

    def __init__(self, program: str, version: str, deadline: float) -> None:
        """Keep the program; `find` is what callers want."""
        super().__init__(deadline)
        self._program, self._version = program, version
        self._folder = tempfile.TemporaryDirectory(prefix="limen-opa-")
        self._loaded: Job | None = None

    @classmethod
    def find(cls, options: EngineOptions) -> OpaCli:
        """Return the engine with the program on PATH; raise UnassessedError where there is none that can be used."""
        program = shutil.which(options.program)
        if program is None:
            hint = "install OPA 1.0 or later, or use another engine: --engine embedded"
            raise UnassessedError(Problem(message=f"there is no program {options.program} on PATH", hint=hint))
        program = str(Path(program).absolute())
        with tempfile.TemporaryDirectory(prefix="limen-opa-") as folder:
            code, out, err = _run([program, "version"], Path(folder), b"", options.timeout)
        found = _VERSION.search(out.decode(errors="replace"))
        if code or found is None or found["version"].startswith("0."):
            said = f"is OPA {found['version']}" if found else f"says no version: {_tail(err)}"
            raise UnassessedError(Problem(message=f"the program {program} {said}", hint="OPA 1.0 or later is needed"))
        return cls(program, found["version"], options.timeout)

    @property
    def version(self) -> str:
        """Name and version, as the program itself says."""
        return f"OPA {self._version} (opa eval)"

    def evaluate(self, job: Job, inputs: Sequence[bytes]) -> list[Answer]:
        """Return the answers to a chunk; raises as `Asking.evaluate`."""
        folder = self._load(job)
        for text in inputs:
            try:
                parsed(text)
            except ValueError as error:
                raise FaultError(f"the input is no JSON: {error}") from None
        command = [self._program, "eval", "--format", "json", "--strict-builtin-errors", "--stdin-input"]
        command += ["--data", "policies", "--data", "data.json", f"data.{HOST}.answers"]
        code, out, err = _run(command, folder, b'{"subjects":[%s]}' % b",".join(inputs), self.deadline)
        try:
            found = parsed(out)
            if errors := errors_of(found):
                self._failed(job, errors)
            if code:
                raise ValueError("it failed, whatever it said")
            [row] = found["result"]
            answers = row["expressions"][0]["value"]
        except (ValueError, KeyError, IndexError, TypeError):
            message = f"opa eval gave no answer that can be read (exit code {code}): {_tail(err)}"
            raise UnassessedError(message) from None
        known = {str(index) for index in range(len(inputs))}
        if not isinstance(answers, dict) or not answers.keys() <= known:
            raise UnassessedError("opa eval answered what was not asked")
        places = map(str, range(len(inputs)))
        return [Answer(ok=True, text=written(answers[place]) if place in answers else "") for place in places]

    def checked(self) -> None:
        """Do nothing: the folder is this run's own."""

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()

    def _load(self, job: Job) -> Path:
        folder = Path(self._folder.name)
        if self._loaded is job:
            return folder
        self._loaded = None
        policies = folder / "policies"
        shutil.rmtree(policies, ignore_errors=True)
        policies.mkdir()
        for number, (_, text) in enumerate(job.modules):
            (policies / f"{number}.rego").write_text(text, encoding="utf-8")
        host = (
            f"package {HOST}\n\nanswers[place] := answer if {{\n\tsome place, subject in input.subjects\n"
            f"\tanswer := {job.query} with input as subject\n}}\n"
        )
        (policies / "host.rego").write_text(host, encoding="utf-8")
        (folder / "data.json").write_text(job.data, encoding="utf-8")
        self._loaded = job
        return folder

    def _failed(self, job: Job, errors: list[Any]) -> None:
        """Raise what the errors mean: the input's fault, a module that can't be compiled, or the engine's own."""
        said = "; ".join(map(words_of, errors))[:2000]
        if all(map(is_fault, errors)):
            raise FaultError(said)
        wrong = [error for error in errors if is_refusal(error)]
        if not wrong:
            raise UnassessedError(f"opa eval failed: {said}")
        raise PolicyError([Problem(message=words_of(error), location=_location(job, error)) for error in wrong])


def _location(job: Job, error: Any) -> Location | None:
    """Return where an error is in the job's module of that number."""
    file, line, column = place_of(error)
    stem = Path(file).stem
    if not stem.isdigit() or int(stem) >= len(job.modules):
        return None
    return Location(file=job.modules[int(stem)][0], line=line, column=column)


def _run(command: list[str], folder: Path, given: bytes, seconds: float) -> tuple[int, bytes, bytes]:
    """Run OPA in a folder and return exit code, output and errors.

    Raises NoAnswerError where it takes too long, crashes or says too much, UnassessedError where it can't be started.
    """
    # OPA takes options from variables, too, so that it is given none but where temporary files may be.
    variables = {name: os.environ[name] for name in ("TMPDIR", "HOME") if name in os.environ}
    (folder / "input.json").write_bytes(given)
    with contextlib.ExitStack() as stack:
        source, out, err = (
            stack.enter_context((folder / name).open(mode))
            for name, mode in (("input.json", "rb"), ("out", "w+b"), ("err", "w+b"))
        )
        try:
            process = subprocess.Popen(command, stdin=source, stdout=out, stderr=err, cwd=folder, env=variables)
        except OSError as error:
            hint = "it was there when the run began" if "eval" in command else "see whether it can be executed"
            message = f"the program {command[0]} can't be started: {error.strerror}"
            raise UnassessedError(Problem(message=message, hint=hint)) from None
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise NoAnswerError(f"no answer within {seconds:g} s") from None
        finally:
            process.kill()
            process.wait()
        if code < 0 or code > _SIGNALLED:
            number = -code if code < 0 else code - _SIGNALLED
            raise NoAnswerError(f"no answer: opa eval was ended by {_signal(number)}")
        if out.tell() > ANSWER_BYTES or (folder / "out").stat().st_size > ANSWER_BYTES:
            raise NoAnswerError(f"an answer larger than {ANSWER_BYTES:,} bytes")
        out.seek(0)
        err.seek(0)
        return code, out.read(), err.read(_SIGNALLED << 10)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _tail(said: bytes) -> str:
    text = " ".join(said.decode(errors="replace").split())
    return text[-300:] or "it said nothing"
