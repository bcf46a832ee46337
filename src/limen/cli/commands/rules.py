"""List the rules, or show one whole: what must hold, why, the law that it serves, and its Rego text.

`limen rules new CATEGORY.RULE --subject KIND --policies DIR` writes a rule of your own into a folder, with its tests,
its page and a profile: an example that lints, passes its tests and judges, to be edited.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Mapping
from typing import Any

from limen.cli.console import Console
from limen.cli.policies import add_policies, catalog
from limen.errors import Problem, UsageError
from limen.records.rules import Control, Rule

SUMMARY = "list the rules, show one whole, or write one of your own"
NEW = "new"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "rule",
        nargs="*",
        metavar="RULE",
        help="id of a rule, such as transit.tls_minimum, or a category; new CATEGORY.RULE writes one",
    )
    add_policies(parser)
    parser.add_argument(
        "-f",
        "--format",
        choices=("table", "json", "markdown"),
        default="table",
        help="default: table; markdown: a page a rule",
    )
    parser.add_argument("--subject", metavar="KIND", help="new: the kind of subject that it judges, such as flow")
    parser.add_argument(
        "--control",
        action="append",
        default=[],
        metavar="FRAMEWORK:ID",
        help="new: a requirement that it serves (default: one that fits the example)",
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Print the catalog or one rule, or write a new one."""
    if options.rule[:1] == [NEW]:
        return _new(options, console)
    if options.subject is not None or options.control:
        raise UsageError(Problem(message="--subject and --control are for a new rule", hint="limen rules new ID …"))
    if len(options.rule) > 1:
        raise UsageError(Problem(message=f"{len(options.rule)} rules are named", hint="name one, or a category"))
    wanted = options.rule[0] if options.rule else None
    policies = catalog(options)
    rules = policies.rules
    chosen = [rule for rule in rules.values() if wanted in (None, rule.id, rule.category, f"{rule.category}.*")]
    if not chosen:
        known = [*rules, *{rule.category for rule in rules.values()}]
        close = difflib.get_close_matches(wanted or "", known, 3)
        hint = f"did you mean {' or '.join(close)}?" if close else "limen rules lists them"
        raise UsageError(Problem(message=f"there is no rule or category {wanted!r}", hint=hint))
    if options.format == "json":
        import orjson

        from limen.policy.selection import profiles_of

        profiles = profiles_of(policies)
        data = [as_data(rule, profiles[rule.id]) for rule in chosen]
        console.out_bytes(orjson.dumps(data, option=orjson.OPT_INDENT_2) + b"\n")
    elif options.format == "markdown":
        from limen.cli.rule_page import rule_page

        console.out("\n".join(map(rule_page, chosen)).rstrip("\n"))
    elif wanted in rules:
        print_rule(chosen[0], policies.controls, console)
    else:
        from limen.cli.tables import table

        heads = ("rule", "subject", "severity", "what must hold")
        table(console, heads, [(rule.id, rule.subject, rule.severity, rule.title) for rule in chosen])
    return 0


def _new(options: argparse.Namespace, console: Console) -> int:
    """Write a new rule; raises UsageError naming everything that is missing."""
    from limen.cli.new_rule import Wanted, write_rule

    problems = []
    if len(options.rule) != 2:
        problems.append(Problem(message="which rule is new?", hint="limen rules new CATEGORY.RULE, such as acme.zones"))
    if options.subject is None:
        problems.append(
            Problem(message="--subject is missing", hint="the kind of subject that it judges, such as flow")
        )
    if len(options.policies) != 1:
        problems.append(Problem(message="--policies names no folder, or several", hint="name the one it is written to"))
    if problems:
        raise UsageError(problems)
    write_rule(
        Wanted(
            rule_id=options.rule[1],
            kind=options.subject,
            folder=options.policies[0],
            controls=tuple(options.control),
        ),
        console,
    )
    return 0


def as_data(rule: Rule, profiles: tuple[str, ...]) -> dict[str, Any]:
    """Return a rule as plain data with the profiles that select it, without its text."""
    import msgspec

    data: dict[str, Any] = msgspec.to_builtins(rule)
    del data["source"]
    return {"category": rule.category, **data, "profiles": profiles}


def print_rule(rule: Rule, controls: Mapping[str, Control], console: Console) -> None:
    """Print one rule whole: title, reasons, checks, controls, parameters and its Rego text."""
    import datetime

    from limen.policy.frameworks import standing
    from limen.policy.messages import plural_only

    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    stands = {name: standing(controls[name], today) for name in rule.controls}
    cited = [name if stands[name] == "in force" else f"{name} ({stands[name]})" for name in rule.controls]

    console.out(console.styled(f"{rule.id}: {rule.title}", "bold"))
    console.out(f"{rule.severity} severity, {rule.confidence}; judges each {rule.subject}")
    console.out(f"not applicable: {rule.not_applicable}")
    for head, text in (("", rule.description), ("Why", rule.rationale), ("Fix", rule.remediation)):
        if text:
            console.out("")
            console.out(f"{head}: {text}" if head else text)
    console.out("")
    console.out(f"Controls: {', '.join(cited)}")
    for name, kind in rule.parameters.items():
        console.out(f"Parameter {name}: {kind}")
    for name, check in rule.checks.items():
        console.out(f"Check {name}: {check.path}: {plural_only(check.message)}")
    for head, text in (("Avoid", rule.avoid), ("Prefer", rule.prefer)):
        if text:
            console.out(f"\n{head}:")
            console.out("\n".join(f"    {line}" for line in text.rstrip().splitlines()))
    console.out(f"\n{rule.file}:\n")
    console.out("\n".join(f"    {line}".rstrip() for line in rule.source.rstrip().splitlines()))
