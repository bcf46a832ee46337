"""How attempts, plans and facts are printed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from limen.cli.console import Console
from limen.model.scalars import TLS_RANKS
from limen.reports._words import one_line, plural

if TYPE_CHECKING:
    from limen.probes.plan import PlannedAttempt
    from limen.records.attempts import Attempt, ProbeRun

_RANKED = frozenset({"tls", "brokers"})
"""Probes whose facts about versions are ranks of TLS."""
_LEAST_WIDTH = 80
"""Columns below which lines are left to the terminal."""
_WIDE = 160
"""Characters of a reason in the table; --record and the report have it whole."""


def print_attempts(run: ProbeRun, console: Console, *, quiet: bool = False) -> None:
    """Print a table of attempts, where `quiet` of those that ended in error, and how many of them completed."""
    from limen.cli.tables import table

    rows = [
        (a.status, a.probe, a.target, a.endpoint or "-", f"{a.duration:.1f}", _cut(a.reason) or "-")
        for a in run.attempts
        if a.status == "error" or not quiet
    ]
    if rows:
        table(console, ("status", "probe", "target", "endpoint", "seconds", "reason"), rows)
    completed = sum(attempt.status == "completed" for attempt in run.attempts)
    console.out(f"{completed} of {plural(len(run.attempts), 'attempt')} completed")
    console.out("")


def print_plan(plan: Sequence[PlannedAttempt], console: Console) -> None:
    """Print every connection that a run would make."""
    from limen.cli.tables import table

    rows: list[tuple[str, ...]] = []
    for one in plan:
        credentials = ", ".join(one.credentials) or "-"
        if one.reason:
            rows.append((one.probe, one.target, "-", f"nothing: {_cut(one.reason)}", "-", credentials))
        rows += [
            (one.probe, one.target, c.where, c.what, "writes" if c.writes else "reads", credentials)
            for c in one.contacts
        ]
    table(console, ("probe", "target", "where", "what", "access", "credentials"), rows)
    contacts = sum(len(one.contacts) for one in plan)
    console.out(f"{plural(contacts, 'contact')} in {plural(len(plan), 'attempt')}; nothing was contacted")


def plan_document(plan: Sequence[PlannedAttempt]) -> bytes:
    """Return a plan as JSON."""
    import msgspec

    return orjson.dumps(msgspec.to_builtins(plan), option=orjson.OPT_INDENT_2) + b"\n"


def print_facts(run: ProbeRun, console: Console) -> None:
    """Print what each attempt saw, one fact a line."""
    for attempt in run.attempts:
        _print_attempt(attempt, console)


def facts_document(run: ProbeRun) -> bytes:
    """Return what each attempt saw as JSON, without raw responses."""
    import msgspec

    attempts = []
    for attempt in run.attempts:
        shown = msgspec.structs.asdict(attempt)
        del shown["raw"]
        shown["observations"] = [
            {"kind": one.kind, "detail": one.detail, "facts": orjson.loads(one.facts)} for one in attempt.observations
        ]
        attempts.append(shown)
    return orjson.dumps({"tool_version": run.tool_version, "attempts": attempts}, option=orjson.OPT_INDENT_2) + b"\n"


def _print_attempt(attempt: Attempt, console: Console) -> None:
    color = {"completed": "green"}.get(attempt.status, "red")
    head = console.styled(one_line(f"{attempt.probe} {attempt.target}"), "bold")
    status = console.styled(attempt.status, color)
    console.out(f"{head}  {status} in {attempt.duration:.1f} s")
    for observation in attempt.observations:
        if observation.detail and observation.detail != attempt.target:
            console.out(f"  {console.styled(one_line(observation.detail), 'bold')}")
        for path, value in _facts(orjson.loads(observation.facts), ""):
            shown = _ranked(path, value) if attempt.probe in _RANKED else value
            _print_fact(one_line(path), one_line(shown), console)
    if attempt.reason:
        console.out(f"  {one_line(attempt.reason)}")
    console.out("")


def _print_fact(path: str, value: str, console: Console) -> None:
    """Print a fact on one line; on a terminal, a long one in lines below each other."""
    line = f"  {path:<44} {value}"
    if len(line) <= console.width or console.width < _LEAST_WIDTH or not console.stdout.isatty():
        console.out(line)
        return
    from textwrap import wrap

    indent = " " * 47
    for part in wrap(line, console.width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False):
        console.out(part)


def _facts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield each fact with its path; a list of plain values is one fact."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _facts(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value):
        for index, inner in enumerate(value):
            yield from _facts(inner, f"{path}[{index}]")
    elif isinstance(value, list):
        yield path, ", ".join(map(_plain, value)) or "none"
    elif path.endswith("_at") and isinstance(value, int) and not isinstance(value, bool):
        yield path, _moment(value)
    else:
        yield path, _plain(value)


def _ranked(path: str, value: str) -> str:
    """Return versions of TLS by their names, which facts have as ranks."""
    if "version" not in path:
        return value
    names = {str(rank): name for name, rank in TLS_RANKS.items()}
    return ", ".join(names.get(word, word) for word in value.split(", "))


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value or '""'
    return orjson.dumps(value).decode()


def _moment(seconds: int) -> str:
    try:
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 1]}…"
