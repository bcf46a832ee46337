"""Which mutants load: those that parse, differ from the original as trees, and that the linter does not refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from limen.policy.discovery import Module
from limen.policy.linter import Linter, lint_library
from limen.policy.syntax import Node, Tree, trees
from limen.testing.policy_mutants import Mutant
from limen.testing.policy_targets import Bench, Target
from limen.testing.policy_types import Types, types_of

_BATCH = 64
"""Modules that are parsed at once."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A target's mutants by what became of them at load."""

    sound: tuple[Mutant, ...]
    """They load, so that tests alone can tell them from the original."""
    refused: tuple[tuple[Mutant, str], ...]
    """The linter refuses them, each with what it says."""
    unparsed: tuple[Mutant, ...]
    """They are no Rego; none is counted, and none is expected."""


def load(mutants: Iterable[Mutant], target: Target, bench: Bench) -> Loaded:
    """Return which mutants load. What can't be parsed, or is the same tree as another, is no mutant."""
    waiting = list(mutants)
    seen = {_bare(target.tree.rules)}
    sound, refused, unparsed = [], [], []
    for start in range(0, len(waiting), _BATCH):
        batch = waiting[start : start + _BATCH]
        modules = [
            Module(id=target.module.id, file=f"{index}/{target.module.file}", text=mutant.text, shipped=False)
            for index, mutant in enumerate(batch)
        ]
        parsed = trees(modules, [])
        for module, mutant in zip(modules, batch, strict=True):
            tree = parsed.get(module.file)
            if tree is None:
                unparsed.append(mutant)
                continue
            bare = _bare(tree.rules)
            if bare in seen:
                continue
            seen.add(bare)
            said = _refusal(tree, target, bench)
            if said:
                refused.append((mutant, said))
            else:
                sound.append(mutant)
    return Loaded(sound=tuple(sound), refused=tuple(refused), unparsed=tuple(unparsed))


def types(target: Target, bench: Bench) -> Types:
    """Return what is known of the target's expressions; of a library, by way of the rules that call it."""
    found: Types = {}
    for rule in target.callers:
        text = bench.texts[rule]
        found |= types_of(text, bench.rules[rule], bench.libraries, dict(bench.schemas[text.rule.subject]))
    return found


def _refusal(tree: Tree, target: Target, bench: Bench) -> str:
    """Return what the linter says of a mutant's tree; empty where it says nothing."""
    name = target.name.removeprefix("lib.")
    if target.is_library:
        libraries: Mapping[str, Tree] = {**bench.libraries, name: tree}
        problems = lint_library(tree, name, libraries)
        if problems:
            return problems[0].message
        rules = bench.rules
    else:
        libraries, rules = bench.libraries, {**bench.rules, target.name: tree}
    for caller in target.callers:
        text = bench.texts[caller]
        linter = Linter(text, rules[caller], libraries, dict(bench.schemas[text.rule.subject]))
        linter.lint()
        if linter.problems:
            return next(iter(linter.problems.values())).message
    return ""


def _bare(rules: list[Node]) -> bytes:
    """Return a module's definitions as a text without places, which is the same wherever they mean the same."""
    return msgspec.json.encode(_without_places(rules))


def _without_places(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_places(part) for key, part in node.items() if key not in ("span", "eidx")}
    if isinstance(node, list):
        if len(node) in (2, 3) and isinstance(node[0], dict) and "line" in node[0]:
            node = node[1:]  # a field, an entry: its place comes first
        return [_without_places(part) for part in node]
    return node
