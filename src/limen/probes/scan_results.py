"""Results of other scanners, read as they wrote them: gitleaks, kingfisher and semgrep, in their JSON or in SARIF.

Only what a finding needs is kept. A secret that such a file holds is handed on for its digest and forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from limen.probes.interface import AttemptError

_MOST_READ = 256 << 20


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of another tool."""

    tool: str
    rule: str
    path: str
    line: int = 0
    """From 1; 0 where it is not said."""
    column: int = 0
    commit: str = ""
    secret: str | None = None
    """The secret itself, where the file holds it: only to be digested."""

    def __repr__(self) -> str:
        """Return a text without the secret."""
        return f"Result({self.tool}, {self.rule}, {self.path}:{self.line})"


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """What one file says."""

    found: tuple[Result, ...]
    unfinished: tuple[str, ...] = ()
    """Why its tool did not see everything, in words of ours."""


def read_results(path: Path) -> Results:
    """Return what a file of results says; raises AttemptError where it is none that is known."""
    try:
        if path.stat().st_size > _MOST_READ:
            raise AttemptError(f"the results {path.name} are larger than {_MOST_READ >> 20} MiB")
        content = path.read_bytes()
    except OSError as error:
        raise AttemptError(f"the results {path.name} can't be read: {type(error).__name__}") from None
    return parse_results(content, path.name)


def parse_results(content: bytes, name: str) -> Results:
    """Return what the bytes of a file of results say; raises AttemptError where they are none that is known."""
    try:
        read = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        read = _lines(content, name)
    try:
        return _parsed(read)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise AttemptError(
            f"{name} is no result of gitleaks, kingfisher or semgrep, as JSON or SARIF, that limen can read"
        ) from None


def _lines(content: bytes, name: str) -> Any:
    """Return the documents of a file with one a line, as kingfisher's JSONL has them."""
    try:
        return [msgspec.json.decode(line) for line in content.splitlines() if line.strip()] or {}
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise AttemptError(f"{name} is no JSON") from None


def _parsed(read: Any) -> Results:
    if isinstance(read, dict) and isinstance(read.get("runs"), list):
        return _sarif(read)
    if isinstance(read, dict) and isinstance(read.get("results"), list):
        return _semgrep(read)
    if isinstance(read, dict) and isinstance(read.get("findings"), list):
        return Results(found=tuple(map(_kingfisher, read["findings"])))
    if isinstance(read, list) and all("RuleID" in one for one in read):
        return Results(found=tuple(map(_gitleaks, read)))
    if isinstance(read, list):
        flat = [finding for one in read for finding in one.get("findings", [one])]
        return Results(found=tuple(_kingfisher(one) for one in flat if "finding" in one))
    raise ValueError


def _gitleaks(one: dict[str, Any]) -> Result:
    return Result(
        tool="gitleaks",
        rule=_text(one["RuleID"]),
        path=_text(one["File"]),
        line=_number(one.get("StartLine")),
        column=_number(one.get("StartColumn")),
        commit=_text(one.get("Commit") or ""),
        secret=one["Secret"] if isinstance(one.get("Secret"), str) and one["Secret"] not in ("", "REDACTED") else None,
    )


def _kingfisher(one: dict[str, Any]) -> Result:
    finding = one["finding"]
    snippet = finding.get("snippet")
    git = finding.get("git_metadata") or {}
    commit = (git.get("commit") or {}).get("id") or ""
    return Result(
        tool="kingfisher",
        rule=_text(one["rule"]["id"]),
        path=_text(finding.get("path") or (git.get("file") or {}).get("path") or "(not said)"),
        line=_number(finding.get("line")),
        column=_number(finding.get("column_start")),
        commit=_text(commit),
        secret=snippet if isinstance(snippet, str) and snippet and "***" not in snippet else None,
    )


def _semgrep(read: dict[str, Any]) -> Results:
    found = tuple(
        Result(
            tool="semgrep",
            rule=_text(one["check_id"]),
            path=_text(one["path"]),
            line=_number(one["start"]["line"]),
            column=_number(one["start"]["col"]),
        )
        for one in read["results"]
    )
    unfinished = {f"semgrep: {_kind(one)}" for one in read.get("errors") or ()}
    return Results(found=found, unfinished=tuple(sorted(unfinished)))


def _kind(error: dict[str, Any]) -> str:
    """Return what kind of error semgrep met: a word of its own, never its message, which quotes code."""
    kind = error.get("type")
    while isinstance(kind, list) and kind:
        kind = kind[0]
    return kind if isinstance(kind, str) and kind.replace(" ", "").isalnum() and len(kind) < 60 else "an error"


def _sarif(read: dict[str, Any]) -> Results:
    found: list[Result] = []
    unfinished: set[str] = set()
    for run in read["runs"]:
        tool = _text(run["tool"]["driver"]["name"]).lower()
        for invocation in run.get("invocations") or ():
            if invocation.get("executionSuccessful") is not True:
                unfinished.add(f"{tool} says that its run did not succeed")
            if any(one.get("level") == "error" for one in invocation.get("toolExecutionNotifications") or ()):
                unfinished.add(f"{tool} says that it met errors")
        for result in run.get("results") or ():
            if not result.get("suppressions"):
                found.extend(_sarif_places(tool, run, result))
    return Results(found=tuple(found), unfinished=tuple(sorted(unfinished)))


def _sarif_places(tool: str, run: dict[str, Any], result: dict[str, Any]) -> Iterator[Result]:
    rule = result.get("ruleId")
    if rule is None:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
    commit = (result.get("partialFingerprints") or {}).get("commitSha") or ""
    locations: list[dict[str, Any]] = result.get("locations") or [{}]
    for location in locations:
        physical = location.get("physicalLocation") or {}
        region = physical.get("region") or {}
        yield Result(
            tool=tool,
            rule=_text(rule),
            path=_text((physical.get("artifactLocation") or {}).get("uri") or "(not said)"),
            line=_number(region.get("startLine")),
            column=_number(region.get("startColumn")),
            commit=_text(commit),
        )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value[:1000].encode("utf-8", "replace").decode()


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else 0
