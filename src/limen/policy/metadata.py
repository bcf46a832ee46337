"""The ``# METADATA`` block of a rule: what it judges, how bad a failure is and what its checks are.

::

    # METADATA
    # title: TLS is at least the profile's minimum
    # description: A flow that moves data offers nothing below it.
    # schemas: [{input: schema.flow}]
    # custom:
    #   id: transit.tls_minimum
    #   subject: flow
    #   severity: high
    #   confidence: certain
    #   controls: ["nist-800-53r5:SC-8(1)"]
    #   remediation: Raise in_transit.tls.min.
    #   parameters: {tls_minimum: {type: tls_version, stricter: higher}}
    #   not_applicable: the flow carries nothing either way
    #   checks:
    #     minimum: {path: in_transit.tls.min, needs: [in_transit.tls.min], message: "TLS minimum is {actual}"}
"""

from __future__ import annotations

import re
from collections.abc import Callable
from string import Formatter
from typing import Annotated

import msgspec
from msgspec import Meta

from limen.errors import LimenError, Location, PolicyError, Problem
from limen.policy.documents import Document, convert, parse
from limen.policy.parameters import Parameter
from limen.policy.wording import suggestion
from limen.records.rules import Check, Rule
from limen.records.statuses import Confidence, Scope, Severity

BLOCK = "# METADATA"
_SLUG = re.compile(r"[a-z][a-z0-9_]*\Z")
_WORDS = re.compile(r"[^{}|]+\|[^{}|]+\Z")
_CONTROL = re.compile(r"[a-z0-9][a-z0-9.\-]*:[^\s:]+\Z")

Refuse = Callable[..., None]
"""Notes a problem: message, path within ``custom``, and a hint."""

Line = Annotated[str, Meta(min_length=1, max_length=4000)]


class Custom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of a metadata block that is limen's own."""

    id: Line
    subject: Line
    severity: Severity
    confidence: Confidence
    controls: Annotated[tuple[str, ...], Meta(min_length=1)]
    remediation: Line
    not_applicable: Line
    checks: Annotated[dict[str, Check], Meta(min_length=1)]
    parameters: dict[str, Parameter] = {}
    scope: Scope = "design"
    avoid: str = ""
    prefer: str = ""
    rationale: str = ""


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A metadata block as OPA defines it, as far as limen uses it."""

    title: Line
    description: Line
    schemas: Annotated[tuple[dict[str, str], ...], Meta(min_length=1, max_length=1)]
    custom: Custom
    scope: str = "package"


class RuleText(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's metadata with the places of its parts."""

    rule: Rule
    parameters: dict[str, Parameter]
    document: Document

    def place(self, *path: str | int) -> Location:
        """Return where a part of ``custom`` stands in the module."""
        return self.document.location(("custom", *path))


def rule_from(source: str, file: str, expected_id: str, kinds: frozenset[str]) -> RuleText:
    """Return a rule's metadata.

    `expected_id` is category.rule as the folders say it, `kinds` the kinds of subject. Raises PolicyError with
    every problem of the block.
    """
    document = _block(source, file)
    block = convert(document, Block, PolicyError)
    custom = block.custom
    problems: list[Problem] = []

    def refuse(message: str, *path: str | int, hint: str = "") -> None:
        problems.append(Problem(message=message, location=document.location(("custom", *path)), hint=hint))

    if custom.id != expected_id:
        refuse(f"the id is {custom.id!r}", "id", hint=f"the folders say {expected_id}")
    if custom.subject not in kinds:
        refuse(f"there is no kind of subject {custom.subject!r}", "subject", hint=suggestion(custom.subject, kinds))
    elif block.schemas != ({"input": f"schema.{custom.subject}"},):
        hint = f"expected [{{input: schema.{custom.subject}}}]"
        location = document.location(("schemas",))
        problems.append(Problem(message="schemas does not name the subject's schema", location=location, hint=hint))
    _judge_parts(custom, refuse)
    if problems:
        raise PolicyError(problems)
    return RuleText(rule=_rule(block, file, source), parameters=custom.parameters, document=document)


def _judge_parts(custom: Custom, refuse: Refuse) -> None:
    """Refuse controls, parameters and checks that have no proper form."""
    for index, control in enumerate(custom.controls):
        if not _CONTROL.match(control):
            refuse(f"{control!r} is no control", "controls", index, hint="expected framework:control")
    for name, parameter in custom.parameters.items():
        if not _SLUG.match(name):
            refuse(f"{name!r} is no name of a parameter", "parameters", name, hint="lower case, digits and '_'")
        if misfit := parameter.misfit():
            refuse(misfit, "parameters", name)
    for name, check in custom.checks.items():
        if not _SLUG.match(name):
            refuse(f"{name!r} is no name of a check", "checks", name, hint="lower case, digits and '_'")
        for problem in template_problems(check.message):
            refuse(problem, "checks", name, "message")


def _rule(block: Block, file: str, source: str) -> Rule:
    custom = block.custom
    return Rule(
        id=custom.id,
        title=block.title,
        description=block.description,
        subject=custom.subject,
        severity=custom.severity,
        confidence=custom.confidence,
        controls=custom.controls,
        remediation=custom.remediation,
        checks=custom.checks,
        parameters={name: parameter.type for name, parameter in custom.parameters.items()},
        not_applicable=custom.not_applicable,
        scope=custom.scope,
        avoid=custom.avoid,
        prefer=custom.prefer,
        rationale=custom.rationale,
        file=file,
        source=source,
    )


def placeholders(template: str) -> set[str]:
    """Return the names in braces of a message template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def template_problems(template: str) -> list[str]:
    """Return what is wrong with a message template: ``{name}`` and ``{name:one|several}`` are all that is allowed."""
    try:
        fields = list(Formatter().parse(template))
    except ValueError as error:
        return [f"the message is no template: {error}"]
    return [
        f"{{{name}}} is no plain placeholder"
        for _, name, spec, conversion in fields
        if name is not None and (not _SLUG.match(name) or conversion or (spec and not _WORDS.match(spec)))
    ]


def _block(source: str, file: str) -> Document:
    """Return the module's one metadata block, which stands directly above the package."""
    lines = source.splitlines()
    starts = [index for index, line in enumerate(lines) if line.rstrip() == BLOCK]
    if not starts:
        raise _refused(f"the module has no {BLOCK} block", file, 1)
    if len(starts) > 1:
        raise _refused(f"the module has a second {BLOCK} block", file, starts[1] + 1)
    start = end = starts[0] + 1
    while end < len(lines) and lines[end].startswith("#"):
        end += 1
    if end >= len(lines) or not lines[end].startswith("package "):
        raise _refused(f"the {BLOCK} block does not stand directly above the package", file, starts[0] + 1)
    # "# " becomes two spaces, so that columns stay those of the file; an even indent is still YAML.
    text = "\n".join(
        "  " + line[2:] if line.startswith("# ") else line.replace("#", " ", 1) for line in lines[start:end]
    )
    return parse(text, file, PolicyError, first_line=start + 1, lines=tuple(lines[start:end]))


def _refused(message: str, file: str, line: int) -> LimenError:
    return PolicyError(Problem(message=message, location=Location(file=file, line=line, column=1)))
