"""The process in which regorus runs: started as ``python -I -S embedded_child.py FOLDER``.

It can panic, hang or overflow its stack there without harm. It speaks length-prefixed JSON: a frame is four
bytes of length, big-endian, and a JSON text. Only the standard library and regorus are at hand.

    {"jobs": [{"name", "query", "modules", "data", "coverage"}]}      ->  {"problems": [[name, text]]}
    [name, [input, ...]]                                              ->  [[ok, text], ...]
    {"coverage": true}                                                ->  [[file, lines run, lines not run], ...]
    {"parse": [[name, text], ...]}                                    ->  [[ok, syntax tree or message], ...]
"""

from __future__ import annotations

import json
import sys
from typing import Any, BinaryIO

HOST = "limen.host"
_HEADER = 4
_MEMORY = 4 << 30
"""Bytes of address space that a rule may use, where the system can limit it."""


def first_line(error: BaseException) -> str:
    """Return what an engine's exception says, without its backtrace."""
    text = str(error).split("Stack backtrace", 1)[0].strip()
    return text[:2000] or type(error).__name__


class Jobs:
    """An engine a job, so that a rule sees its own parameters and nothing of other rules."""

    def __init__(self, regorus: Any) -> None:
        """Keep the module; there are no jobs yet."""
        self.regorus = regorus
        self.jobs: dict[str, dict[str, Any]] = {}
        self.engines: dict[str, Any] = {}

    def load(self, jobs: list[dict[str, Any]]) -> list[tuple[str, str]]:
        """Take jobs in place of earlier ones; return name and message of each that can't be built."""
        self.jobs = {job["name"]: job for job in jobs}
        self.engines = {}
        problems = []
        for name in self.jobs:
            try:
                self.engines[name] = self.build(name)
            except BaseException as error:  # noqa: BLE001 PanicException is no Exception
                problems.append((name, first_line(error)))
        return problems

    def build(self, name: str) -> Any:
        """Return a fresh engine for a job."""
        job = self.jobs[name]
        engine = self.regorus.Engine()
        engine.set_gather_prints(True)
        engine.set_enable_coverage(job["coverage"])
        for file, text in job["modules"]:
            engine.add_policy(file, text)
        # One complete rule, because the engine takes five times as long for a query, and refuses partial rules.
        engine.add_policy("host.rego", f"package {HOST}\n\nanswer := {job['query']}\n")
        engine.add_data_json(job["data"])
        return engine

    def answer(self, name: str, inputs: list[str]) -> list[tuple[bool, str]]:
        """Evaluate a job on each input."""
        found = []
        for text in inputs:
            try:
                engine = self.engines.get(name)
                if engine is None:
                    engine = self.engines[name] = self.build(name)
                engine.set_input_json(text)
                answer = engine.eval_rule_as_json(f"data.{HOST}.answer")
                found.append((True, "" if answer == '"<undefined>"' else answer))
            except BaseException as error:  # noqa: BLE001 PanicException is no Exception
                self.engines.pop(name, None)  # what panicked is not trusted again
                found.append((False, first_line(error)))
        return found

    def coverage(self) -> list[tuple[str, list[int], list[int]]]:
        """Return for each file of each job the lines that ran and those that did not."""
        found = []
        for engine in self.engines.values():
            files = json.loads(engine.get_coverage_report_as_json())["files"]
            found += [(file["path"], file["covered"], file["not_covered"]) for file in files]
        return found


def parse(regorus: Any, name: str, text: str) -> tuple[bool, str]:
    """Return a module's syntax tree as JSON text, or why it has none."""
    try:
        engine = regorus.Engine()
        engine.add_policy(name, text)
        return True, engine.get_ast_as_json()
    except BaseException as error:  # noqa: BLE001 PanicException is no Exception
        return False, first_line(error)


def read_frame(stream: BinaryIO) -> Any:
    """Return the next frame's content, or None at the end of the stream."""
    header = stream.read(_HEADER)
    if len(header) < _HEADER:
        return None
    return json.loads(stream.read(int.from_bytes(header, "big")))


def write_frame(stream: BinaryIO, content: Any) -> None:
    """Write a frame."""
    text = json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")
    stream.write(len(text).to_bytes(_HEADER, "big") + text)
    stream.flush()


def serve(regorus: Any, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer frames until there are no more."""
    jobs = Jobs(regorus)
    while (request := read_frame(requests)) is not None:
        if "coverage" in request:
            write_frame(answers, jobs.coverage())
        elif "parse" in request:
            write_frame(answers, [parse(regorus, name, text) for name, text in request["parse"]])
        elif isinstance(request, dict):
            write_frame(answers, {"problems": jobs.load(request["jobs"])})
        else:
            write_frame(answers, jobs.answer(*request))


def main() -> None:
    """Limit memory, find regorus in the folder given, and serve."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass  # Windows and some macOS versions have no such limit; the deadline still holds
    sys.path.append(sys.argv[1])
    import regorus

    serve(regorus, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
