"""A rule as the catalog keeps it: its metadata, and what the linter found out about its module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from limen.errors import PolicyError, Problem
from limen.policy.discovery import Module
from limen.policy.parameters import Parameter
from limen.records.rules import Rule


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A rule and what was found out about its module."""

    rule: Rule
    parameters: dict[str, Parameter]
    """Declared parameters, by name."""
    projection: tuple[str, ...]
    """Top-level fields of the input that the rule, its needs and its elements read, sorted."""
    libraries: tuple[str, ...]
    """Shared modules that it uses, also by way of others, sorted."""
    units: dict[str, dict[str, str]]
    """For each check the units (duration, tls_version, date) of its head values, where known."""


def inspect(
    modules: Sequence[Module], libraries: Mapping[str, Module], schemas: Mapping[str, str], problems: list[Problem]
) -> dict[str, Entry]:
    """Return the entries of rules, by id; append everything that is wrong with a module or with a library.

    `schemas` are the JSON Schemas of the kinds of subject, as texts.
    """
    from limen.policy.linter import Linter, lint_library
    from limen.policy.metadata import rule_from
    from limen.policy.syntax import trees

    parsed = trees([*libraries.values(), *modules], problems)
    shared = {name: parsed[module.file] for name, module in libraries.items() if module.file in parsed}
    for name, tree in shared.items():
        problems.extend(lint_library(tree, name, shared))
    entries: dict[str, Entry] = {}
    for module in modules:
        try:
            text = rule_from(module.text, module.file, module.id, frozenset(schemas))
        except PolicyError as error:
            problems.extend(error.problems)
            continue
        if module.file not in parsed:
            continue
        linter = Linter(text, parsed[module.file], shared, msgspec.json.decode(schemas[text.rule.subject]))
        linted = linter.lint()
        problems.extend(linter.problems.values())
        entries[module.id] = Entry(
            rule=text.rule,
            parameters=text.parameters,
            projection=linted.projection,
            libraries=linted.libraries,
            units=linted.units,
        )
    return entries
