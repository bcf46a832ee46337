"""Bend each expression of each rule once; what no test notices is a gap in the rule's tests.

Every comparison, constant, text, condition, entry and function of a rule is negated, bent, dropped or swapped, one at
a time. A mutant is killed where one of the rule's own tests fails; one that survives is shown with its place. A
library is mutated too, and tested by its own tests and by those of the rules that call it.

The score is killed of all that load. What the linter refuses never reaches a test and is counted apart.

Exit codes: 0 the score reaches --at-least, 1 it does not, 2 unusable input, 3 only a part was asked for (--rule)
without --partial, or a rule has no tests or tests that fail as they are.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limen.cli.console import Console
from limen.cli.policies import add_policies, catalog
from limen.errors import PolicyError, Problem, UsageError
from limen.records.statuses import EXIT_CONFORMING, EXIT_FINDINGS, EXIT_UNASSESSED
from limen.reports._words import one_line

if TYPE_CHECKING:
    from limen.policy.catalog import Catalog
    from limen.testing.policy_results import Mutation, TargetResult

AT_LEAST = 95.0
"""Per cent of mutants that must be killed."""
JOURNAL = Path(".limen") / "mutate-policy.jsonl"
"""Where what was found out is kept until the run is complete."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `limen mutate policy`."""
    add_policies(parser)
    parser.add_argument(
        "--rule", action="append", default=[], metavar="ID",
        help="mutate this rule or library only (transit.* for a category, lib.sets): partial",
    )  # fmt: skip
    parser.add_argument(
        "--at-least", type=_percent, default=AT_LEAST, metavar="PERCENT",
        help=f"least score that exits 0 (default: {AT_LEAST:g})",
    )  # fmt: skip
    parser.add_argument(
        "-j", "--jobs", type=_positive, metavar="N", help="processes (default: as many as there are cores)"
    )
    parser.add_argument(
        "--deadline", type=_seconds, default=10.0, metavar="SECONDS",
        help="time that a rule's tests get for one mutant; one that takes longer is killed (default: 10)",
    )  # fmt: skip
    parser.add_argument(
        "--resume", action="store_true", help="go on where an earlier run was interrupted, save for what has changed"
    )
    parser.add_argument("--journal", type=Path, default=JOURNAL, metavar="FILE", help=f"default: {JOURNAL}")
    parser.add_argument("-f", "--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("-v", "--verbose", action="store_true", help="list every rule, not only those with survivors")
    parser.add_argument("--partial", action="store_true", help="let a partial run (--rule) exit 0")


def run(options: argparse.Namespace, console: Console) -> int:
    """Mutate; 0 where the score is reached, 1 where it is not, 3 where a rule could not be judged or was left out."""
    from limen.testing.policy_exclusions import exclusions
    from limen.testing.policy_journal import Journal, tool_digest
    from limen.testing.policy_mutation import engine_version, mutate
    from limen.testing.policy_targets import bench, names

    with console.progress() as say:
        policies = catalog(options)
        excluded = exclusions(policies)
        known = names(policies)
        ready = bench(policies, _chosen(known, options.rule))
        journal = Journal(options.journal, tool_digest(engine_version(), options.deadline), resume=options.resume)
        complete = False
        try:
            found = mutate(
                ready,
                journal,
                proofs=excluded.proofs,
                jobs=options.jobs or os.cpu_count() or 1,
                deadline=options.deadline,
                progress=say,
            )
            complete = True
        finally:
            journal.close(complete=complete)
    partial = len(ready.targets) < len(known)
    if options.format == "json":
        import orjson

        data = as_data(found, options.at_least, partial, policies)
        console.out_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
    else:
        _print(found, options, partial, console)
    if stale := excluded.stale(found.targets):
        raise PolicyError(stale)
    return exit_code(found, options.at_least, partial and not options.partial)


def exit_code(found: Mutation, at_least: float, partial: bool) -> int:
    """Return 1 where the score is too low, 3 where something was not judged, else 0."""
    if found.score is not None and found.score < at_least:
        return EXIT_FINDINGS
    if partial or found.score is None or any(target.problem for target in found.targets):
        return EXIT_UNASSESSED
    return EXIT_CONFORMING


def as_data(found: Mutation, at_least: float, partial: bool, policies: Catalog) -> dict[str, Any]:
    """Return a run as plain data: the score, and each rule with the digest of its module and every mutant."""
    return {
        "score": found.score,
        "at_least": at_least,
        "partial": partial,
        **_counts(found),
        "rules": [
            {
                "rule": target.target,
                "module_sha256": _digest(policies, target.target),
                **_counts(target),
                "problem": target.problem,
                "mutants": [
                    {name: getattr(outcome, name) for name in outcome.__struct_fields__} for outcome in target.outcomes
                ],
            }
            for target in found.targets
        ],
    }


def _digest(policies: Catalog, target: str) -> str:
    """Return the digest of a rule's module; empty for a library."""
    entry = policies.entries.get(target)
    return "" if entry is None else hashlib.sha256(entry.rule.source.encode()).hexdigest()


def _counts(of: Mutation | TargetResult) -> dict[str, int]:
    return {fate: of.count(fate) for fate in ("killed", "timeout", "survived", "equivalent", "refused")}


def _print(found: Mutation, options: argparse.Namespace, partial: bool, console: Console) -> None:
    for target in found.targets:
        if target.problem:
            console.out(f"{console.styled('NOT JUDGED', 'red')} {target.target}: {one_line(target.problem)}")
            continue
        killed = target.count("killed", "timeout")
        if target.survivors or options.verbose:
            style = "red" if target.survivors else "green"
            console.out(f"{console.styled(f'{killed}/{target.judged}', style)} {target.target}")
        for outcome in target.survivors:
            console.out(f"  {outcome.file}:{outcome.line}:{outcome.column}: {outcome.operator}")
            console.out(f"    - {one_line(outcome.before)}")
            console.out(f"    + {one_line(outcome.after)}")
        for outcome in target.outcomes if options.verbose else ():
            if outcome.fate == "equivalent":
                console.out(f"  {outcome.file}:{outcome.line}:{outcome.column}: equivalent: {one_line(outcome.reason)}")
    counts = _counts(found)
    killed = counts["killed"] + counts["timeout"]
    score = "no mutant could be judged" if found.score is None else f"{found.score:.1f} %"
    reached = found.score is not None and found.score >= options.at_least
    late = f" ({counts['timeout']} by time-out)" if counts["timeout"] else ""
    console.out(
        f"{console.styled(score, 'green' if reached else 'red', 'bold')}: {killed} of {found.judged} mutants of"
        f" {_kinds(found)} are killed{late}, {counts['survived']} survived; {options.at_least:g} % required"
    )
    console.out(
        f"not counted: {counts['refused']} refused by the linter before any test,"
        f" {counts['equivalent']} proved equivalent"
    )
    if partial:
        console.out("partial: not every rule was mutated")


def _kinds(found: Mutation) -> str:
    """Return how many rules and libraries were mutated, in words."""
    libraries = sum(target.target.startswith("lib.") for target in found.targets)
    rules = len(found.targets) - libraries
    words = [f"{rules} rule{'s' * (rules != 1)}"] if rules else []
    if libraries:
        words.append(f"{libraries} librar{'y' if libraries == 1 else 'ies'}")
    return " and ".join(words)


def _chosen(known: tuple[str, ...], wanted: list[str]) -> set[str]:
    """Return the targets that the patterns name, all without one; raises UsageError for a pattern that names none."""
    from limen.policy.wording import suggestion

    chosen = set() if wanted else set(known)
    problems = []
    for pattern in wanted:
        found = {name for name in known if _names(pattern, name)}
        chosen |= found
        if not found:
            hint = suggestion(pattern, known)
            problems.append(Problem(message=f"there is no rule or library {pattern!r}", hint=hint))
    if problems:
        raise UsageError(problems)
    return chosen


def _names(pattern: str, target: str) -> bool:
    """Return whether a pattern (an id, a category, ``category.*``) names a target."""
    return pattern in (target, target.partition(".")[0], f"{target.partition('.')[0]}.*")


def _percent(text: str) -> float:
    number = _number(text)
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage; expected 0 to 100")
    return number


def _seconds(text: str) -> float:
    number = _number(text)
    if not 0 < number <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no such time; expected more than 0 and at most 3600 seconds")
    return number


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text!r} is no such number; expected 1 to 64")
    return int(text)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if number != number:  # NaN compares with nothing
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return number
