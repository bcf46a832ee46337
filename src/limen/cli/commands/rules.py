"""List the rules, or show one whole: what must hold, why, the law that it serves, and its Rego text."""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path
from typing import Any

from limen.cli.console import Console
from limen.errors import Problem, UsageError
from limen.records.rules import Rule

SUMMARY = "list the rules, or show one whole"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "rule", nargs="?", metavar="RULE", help="id of a rule, such as transit.tls_minimum, or a category"
    )
    parser.add_argument(
        "--policies", action="append", default=[], type=Path, metavar="DIR", help="folder with rules of your own"
    )
    parser.add_argument("-f", "--format", choices=("table", "json"), default="table", help="default: table")


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the catalog or one rule."""
    from limen.policy.catalog import load_catalog

    rules = load_catalog(tuple(options.policies)).rules
    wanted = options.rule
    chosen = [rule for rule in rules.values() if wanted in (None, rule.id, rule.category, f"{rule.category}.*")]
    if not chosen:
        known = [*rules, *{rule.category for rule in rules.values()}]
        close = difflib.get_close_matches(wanted, known, 3)
        hint = f"did you mean {' or '.join(close)}?" if close else "limen rules lists them"
        raise UsageError(Problem(message=f"there is no rule or category {wanted!r}", hint=hint))
    if options.format == "json":
        import orjson

        console.out_bytes(orjson.dumps([as_data(rule) for rule in chosen], option=orjson.OPT_INDENT_2) + b"\n")
    elif wanted in rules:
        print_rule(chosen[0], console)
    else:
        from limen.cli.tables import table

        heads = ("rule", "subject", "severity", "what must hold")
        table(console, heads, [(rule.id, rule.subject, rule.severity, rule.title) for rule in chosen])
    return 0


def as_data(rule: Rule) -> dict[str, Any]:
    """Return a rule as plain data, without its text."""
    import msgspec

    data: dict[str, Any] = msgspec.to_builtins(rule)
    del data["source"]
    return {"category": rule.category, **data}


def print_rule(rule: Rule, console: Console) -> None:
    """Print one rule whole: title, reasons, checks, controls, parameters and its Rego text."""
    console.out(console.styled(f"{rule.id}: {rule.title}", "bold"))
    console.out(f"{rule.severity} severity, {rule.confidence}; judges each {rule.subject}")
    console.out(f"not applicable: {rule.not_applicable}")
    for head, text in (("", rule.description), ("Why", rule.rationale), ("Fix", rule.remediation)):
        if text:
            console.out("")
            console.out(f"{head}: {text}" if head else text)
    console.out("")
    console.out(f"Controls: {', '.join(rule.controls)}")
    for name, kind in rule.parameters.items():
        console.out(f"Parameter {name}: {kind}")
    for name, check in rule.checks.items():
        console.out(f"Check {name}: {check.path}: {check.message}")
    for head, text in (("Avoid", rule.avoid), ("Prefer", rule.prefer)):
        if text:
            console.out(f"\n{head}:")
            console.out("\n".join(f"    {line}" for line in text.rstrip().splitlines()))
    console.out(f"\n{rule.file}:\n")
    console.out("\n".join(f"    {line}".rstrip() for line in rule.source.rstrip().splitlines()))
