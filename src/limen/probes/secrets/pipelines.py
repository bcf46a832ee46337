"""Whether a pipeline of the repository searches each change for secrets, as far as its files say.

A scanner that is seen, runs on changes and can fail them is an answer. One that is switched off, or whose failure is
ignored, is one too. No scanner is none: it may run behind a script, a shared workflow or on the server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from typing import Any, NamedTuple

import yaml

FILES = (
    ".github/workflows/*.yml", ".github/workflows/*.yaml", ".gitlab-ci.yml", ".circleci/config.yml",
    "azure-pipelines.yml", "bitbucket-pipelines.yml", ".travis.yml", ".drone.yml", ".woodpecker.yml",
    ".woodpecker/*.yml", ".buildkite/pipeline.yml", "Jenkinsfile", ".ci/run", "cloudbuild.yaml", ".cirrus.yml",
)  # fmt: skip
"""Where pipelines are declared."""

_SCANNER = re.compile(
    r"gitleaks|trufflehog|detect-secrets|kingfisher|ggshield|git-secrets|secretlint|talisman|noseyparker|whispers"
    r"|limen(?:@\S+)?\s+probe\b[^\n|;&]*\bsecrets\b|Secret-Detection|secret_detection|p/secrets",
    re.IGNORECASE,
)
# A target that was typed is shown and not judged: what `limen probe secrets PATH` finds fails nothing.
_SOFT = re.compile(
    r"\|\|\s*(?:true|:|exit 0)|--exit-code[ =]0|--no-fail|set \+e"
    r"|limen(?:@\S+)?\s+probe\s+secrets\s+(?!-|[|;&]|\S*\.ya?ml\b)\S"
)
_CALLED = re.compile(
    r"(?<![\w/.-])(?:\./)?((?:[\w.-]+/)+[\w.-]+|[\w-]+\.(?:sh|py|bash))(?![\w/])|\bmake\b((?:\s+[\w-]+)*)"
)
_CHANGES = {"push", "pull_request", "pull_request_target", "merge_group"}
_MOST_READ = 1 << 20
_MOST_CALLS = 40


class Pipelines(NamedTuple):
    """What the pipelines say."""

    read: tuple[str, ...]
    """Files that were read."""
    searched: bool | None
    """Whether each change is searched; None where nothing says so."""


def pipelines(paths: Iterable[str], read: Callable[[str], bytes | None]) -> Pipelines:
    """Return what the pipelines among the files of a repository say; `read` gives a file's bytes."""
    names = sorted(path for path in paths if any(fnmatch(path, pattern) for pattern in FILES))
    texts = _Texts(read, set(paths))
    found: list[bool] = []
    for name in names:
        text = texts.get(name)
        if text is None:
            continue
        for step in _steps(name, text):
            found.extend(_verdicts(step, texts))
    return Pipelines(tuple(texts.read_names()), (True in found) if found else None)


class _Texts:
    """Files by name, read once."""

    def __init__(self, read: Callable[[str], bytes | None], paths: set[str]) -> None:
        self._read, self.paths = read, paths
        self._texts: dict[str, str | None] = {}

    def get(self, name: str) -> str | None:
        if name not in self._texts:
            data = self._read(name) if name in self.paths and len(self._texts) < _MOST_CALLS else None
            usable = data is not None and len(data) <= _MOST_READ and b"\0" not in data
            self._texts[name] = data.decode("utf-8", "replace") if data is not None and usable else None
        return self._texts[name]

    def read_names(self) -> list[str]:
        return sorted(name for name, text in self._texts.items() if text is not None)


class _Step(NamedTuple):
    """Something that a pipeline runs."""

    text: str
    effective: bool
    """Whether it runs on changes and its failure counts."""


def _steps(name: str, text: str) -> Iterator[_Step]:
    if name.startswith(".github/"):
        yield from _github_steps(text)
    elif name == ".gitlab-ci.yml":
        yield from _gitlab_steps(text)
    else:
        yield _Step(_without_comments(text), effective=True)


def _github_steps(text: str) -> Iterator[_Step]:
    try:
        workflow: Any = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return
    if not isinstance(workflow, dict):
        return
    triggers = workflow.get("on", workflow.get(True))
    names = {triggers} if isinstance(triggers, str) else set(triggers) if isinstance(triggers, (list, dict)) else set()
    on_changes = bool(names & _CHANGES)
    jobs = workflow.get("jobs")
    for job in jobs.values() if isinstance(jobs, dict) else ():
        if not isinstance(job, dict):
            continue
        steps = job.get("steps")
        for step in [job, *(steps if isinstance(steps, list) else [])]:
            if isinstance(step, dict):
                called = "\n".join(str(step[key]) for key in ("uses", "run") if key in step)
                yield _Step(_without_comments(called), on_changes and not (_off(job) or _off(step)))


def _gitlab_steps(text: str) -> Iterator[_Step]:
    try:
        pipeline: Any = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        return
    for name, job in pipeline.items() if isinstance(pipeline, dict) else ():
        if name == "include":
            yield _Step(str(job), effective=True)
        elif isinstance(job, dict):
            ran = [job.get(key) for key in ("before_script", "script", "after_script", "extends", "image")]
            lines = [str(one) for part in ran for one in (part if isinstance(part, list) else [part]) if one]
            yield _Step("\n".join(lines), not (job.get("allow_failure") is True or job.get("when") == "manual"))


def _off(part: dict[str, Any]) -> bool:
    """Return whether a job or step is switched off, or its failure ignored."""
    condition = str(part.get("if", "")).replace("${{", "").replace("}}", "").strip().lower()
    return part.get("continue-on-error") is True or condition == "false"


def _verdicts(step: _Step, texts: _Texts, depth: int = 0) -> Iterator[bool]:
    """Yield for each scanner that a step runs, itself or by a file of the repository, whether it counts."""
    for line in step.text.splitlines():
        if _SCANNER.search(line):
            yield step.effective and _SOFT.search(line) is None
        if depth < 3:
            for call in _CALLED.finditer(line):
                name = call[1] or ("Makefile" if call[0].startswith("make") else "")
                called = texts.get(name) if name and not _SCANNER.search(name) else None
                if called is not None:
                    effective = step.effective and _SOFT.search(line) is None
                    yield from _verdicts(_Step(_without_comments(called), effective), texts, depth + 1)


def _without_comments(text: str) -> str:
    """Return a script without its comments: a scanner that is only spoken of is none."""
    return "\n".join(re.sub(r"(?:^|\s)(?:#|//).*", "", line) for line in text.splitlines())
