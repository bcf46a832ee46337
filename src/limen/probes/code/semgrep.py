"""semgrep as a program: on a copy of the files, without a network, a configuration or a repository of theirs.

`--experimental` is its native front end, ten times quicker than the one in Python, with the same answer. It gets what
it is to read and nothing else: no `.semgrepignore`, no `nosemgrep`, no git, and for every host a proxy
that nobody listens at, so that neither the code nor a setting of the machine decides what is analysed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from limen.probes.interface import AttemptError, Context

_PER_FILE = 20
"""Seconds that a rule may take for a file."""
_MOST_OUTPUT = 1 << 28
_NO_PROXY = "http://127.0.0.1:9"
_FATAL = frozenset({"SemgrepError", "Rule parse error", "PatternParseError", "Fatal error", "Invalid rule schema"})


class Finding(NamedTuple):
    """One place, as semgrep tells it."""

    rule: str
    path: str
    line: int
    column: int


class Answer(NamedTuple):
    """What semgrep says."""

    version: str
    found: tuple[Finding, ...]
    scanned: frozenset[str]
    problems: tuple[tuple[str, str], ...]
    """Reason and path of every file that was not analysed whole; no path where all are meant."""


def program() -> str:
    """Return where semgrep is: beside this Python, or on PATH; raises AttemptError where it is neither."""
    beside = Path(sys.executable).parent / "semgrep"
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("semgrep")
    if found is None:
        raise AttemptError("the code probe needs limen[semgrep]: pip install 'limen[semgrep]'")
    return found


def analyse(place: Path, context: Context) -> Answer:
    """Run the rules in `place`/rules.yaml over the files below `place`/code; raises AttemptError where that fails.

    Paths in the answer count from `place`/code.
    """
    command = [
        program(), "scan", "--experimental", "--config", "rules.yaml", "--json", "--quiet", "--metrics=off",
        "--disable-version-check", "--no-git-ignore", "--disable-nosem", "--no-rewrite-rule-ids", "--oss-only",
        "--max-target-bytes", "0", "--timeout", str(_PER_FILE), "--timeout-threshold", "0",
        "--jobs", str(min(os.cpu_count() or 1, 4)), "code",
    ]  # fmt: skip
    with (place / "answer.json").open("w+b") as output:
        try:
            process = subprocess.Popen(
                command,
                cwd=place,
                env=_environment(place),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise AttemptError(f"semgrep can't be run: {error.strerror}") from None
        try:
            code = process.wait(context.remaining(86_400.0))
        except subprocess.TimeoutExpired:
            raise AttemptError("semgrep did not end in time; --timeout gives it more") from None
        finally:
            _end(process)
        if output.tell() > _MOST_OUTPUT or (place / "answer.json").stat().st_size > _MOST_OUTPUT:
            raise AttemptError(f"semgrep's answer is larger than {_MOST_OUTPUT >> 20} MiB")
        output.seek(0)
        content = output.read()
    if code < 0:
        raise AttemptError(f"semgrep was ended by signal {-code}")
    return parse_answer(content, code)


def parse_answer(content: bytes, code: int) -> Answer:
    """Return what semgrep printed and ended with; raises AttemptError where it is no answer, or says that it failed."""
    try:
        read = msgspec.json.decode(content)
        errors = [(_reason(one), _path(str(one.get("path") or "")), one) for one in read["errors"]]
        fatal = [reason for reason, _, one in errors if _kind(one) in _FATAL or one.get("level") == "critical"]
        if code not in (0, 1) or fatal:
            raise AttemptError(f"semgrep failed with exit code {code}: {', '.join(fatal) or 'it does not say why'}")
        return Answer(
            version=str(read["version"]),
            found=tuple(
                Finding(one["check_id"].rpartition(".")[2], _path(one["path"]), one["start"]["line"],
                        one["start"]["col"]) for one in read["results"]
            ),
            scanned=frozenset(_path(one) for one in read["paths"]["scanned"]),
            problems=tuple((reason, path) for reason, path, _ in errors)
            + tuple((f"semgrep skipped it: {_words(one['reason'])}", _path(one["path"]))
                    for one in read["paths"].get("skipped") or ())
            + tuple(("semgrep skipped a rule", "") for _ in read.get("skipped_rules") or ()),
        )  # fmt: skip
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise AttemptError(f"semgrep ended with exit code {code} and an answer that can't be read") from None


def _path(path: str) -> str:
    return path.removeprefix("code/")


def _kind(error: dict[str, Any]) -> str:
    kind: Any = error.get("type")
    while isinstance(kind, list) and kind:
        kind = kind[0]
    return kind if isinstance(kind, str) else "an error"


def _reason(error: dict[str, Any]) -> str:
    """Return what went wrong in a word of semgrep's; never its message, which quotes code."""
    return f"semgrep: {_words(_kind(error))}"


def _words(text: str) -> str:
    return "".join(c if c.isalnum() else " " for c in text[:60]).strip()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End semgrep and what it started: they are a group of their own."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment(place: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    home = place / "home"
    home.mkdir(exist_ok=True)
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"), _NO_PROXY)
    return kept | proxies | {
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
        "SEMGREP_SEND_METRICS": "off",
        "SEMGREP_SETTINGS_FILE": str(home / "settings.yml"),
        "SEMGREP_LOG_FILE": str(home / "log"),
        "TMPDIR": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_CACHE_HOME": str(home),
    }  # fmt: skip
