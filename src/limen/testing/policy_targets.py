"""What is mutated, and by what it is tested: each rule by its own tests, a library also by those of its callers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from limen.errors import PolicyError, Problem
from limen.policy import discovery
from limen.policy.catalog import Catalog
from limen.policy.discovery import Module
from limen.policy.index import digest, schema_texts
from limen.policy.metadata import RuleText, rule_from
from limen.policy.syntax import Tree, definitions, kind_of, rule_name, trees
from limen.policy.tests import PREFIX

LIBRARY = "lib."
"""How the names of libraries begin; no category may be called so."""


class Suite(msgspec.Struct, frozen=True, kw_only=True):
    """One test module, with the modules that it needs besides the one that is mutated."""

    name: str
    """The rule or library whose tests they are."""
    query: str
    """True where all its tests are; false or undefined where one is not."""
    modules: tuple[tuple[str, str], ...]
    """Name and text of each module."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A rule or a library that is mutated."""

    name: str
    """transit.tls_minimum, or lib.sets."""
    module: Module
    tree: Tree
    suites: tuple[Suite, ...]
    """Its own tests, then those of the rules that call it; empty where there are none."""
    callers: tuple[str, ...]
    """Rules that the linter judges with it: itself, or those that call the library."""
    digest: str
    """Of all that a result depends on: the module, its tests, libraries and schemas."""

    @property
    def is_library(self) -> bool:
        """Whether it is shared by rules, and no rule itself."""
        return self.name.startswith(LIBRARY)


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """All that is needed to make, load and judge mutants."""

    targets: tuple[Target, ...]
    texts: Mapping[str, RuleText]
    """Each rule's metadata, by id."""
    rules: Mapping[str, Tree]
    """Each rule's syntax tree, by id."""
    libraries: Mapping[str, Tree]
    """Each library's syntax tree, by name."""
    schemas: Mapping[str, dict[str, object]]
    """Each kind of subject's schema."""

    @property
    def functions(self) -> dict[str, dict[str, int]]:
        """The libraries' functions with their arity, by library."""
        found: dict[str, dict[str, int]] = {}
        for name, tree in self.libraries.items():
            heads = [(rule_name(rule), *kind_of(rule["head"])) for rule in definitions(tree)]
            found[name] = {function: len(head["args"]) for function, kind, head in heads if kind == "Func"}
        return found


def names(catalog: Catalog) -> tuple[str, ...]:
    """Return the names of everything that can be mutated: rules by id, then libraries."""
    return (*catalog.entries, *(f"{LIBRARY}{name}" for name in catalog.libraries))


def bench(catalog: Catalog, chosen: Collection[str] | None = None) -> Bench:
    """Return what is needed to mutate the chosen targets; None: all of them.

    Raises PolicyError where a module can't be parsed, UnassessedError where the engine's process can't go on.
    """
    users = {
        name: tuple(rule for rule, entry in catalog.entries.items() if name in entry.libraries)
        for name in catalog.libraries
    }
    callers = {rule: (rule,) for rule in catalog.entries} | {f"{LIBRARY}{name}": used for name, used in users.items()}
    wanted = {name: callers[name] for name in names(catalog) if chosen is None or name in chosen}
    rules = {
        rule: Module(id=rule, file=entry.rule.file, text=entry.rule.source, shipped=False)
        for rule, entry in catalog.entries.items()
        if any(rule in used for used in wanted.values())
    }
    problems: list[Problem] = []
    tests = _tests(catalog, rules, problems)
    parsed = trees([*catalog.libraries.values(), *rules.values(), *tests.values()], problems)
    if problems:
        raise PolicyError(problems)
    schemas = schema_texts()
    suites = _suites(tests, rules, catalog.libraries, parsed)

    def target(name: str, used: tuple[str, ...]) -> Target:
        module = rules[name] if name in rules else catalog.libraries[name.removeprefix(LIBRARY)]
        files = dict.fromkeys((module.file, *(rules[rule].file for rule in used)))
        known = tuple(suites[file] for file in files if file in suites)
        read = _digest(module, known, [schemas[catalog.entries[rule].rule.subject] for rule in used])
        return Target(name=name, module=module, tree=parsed[module.file], suites=known, callers=used, digest=read)

    kinds = frozenset(schemas)
    return Bench(
        targets=tuple(target(name, used) for name, used in wanted.items()),
        texts={name: rule_from(module.text, module.file, name, kinds) for name, module in rules.items()},
        rules={name: parsed[module.file] for name, module in rules.items()},
        libraries={name: parsed[module.file] for name, module in catalog.libraries.items()},
        schemas={kind: msgspec.json.decode(text) for kind, text in schemas.items()},
    )


def _tests(catalog: Catalog, rules: Mapping[str, Module], problems: list[Problem]) -> dict[str, Module]:
    """Return the test modules of some rules and of all libraries, by file."""
    files = {module.file for module in (*rules.values(), *catalog.libraries.values())}
    return {
        module.file: module
        for module in discovery.tests(list(catalog.places), problems)
        if _about(module.file) in files
    }


def _about(file: str) -> str:
    """Return the file whose tests a test file holds."""
    return f"{file.removesuffix(discovery.TEST_SUFFIX)}.rego"


def _suites(
    tests: Mapping[str, Module], rules: Mapping[str, Module], libraries: Mapping[str, Module], parsed: dict[str, Tree]
) -> dict[str, Suite]:
    """Return each test module as a suite, by the file that it is about."""
    shared = tuple((module.file, module.text) for module in libraries.values())
    own = {module.file: module for module in rules.values()}
    found = {}
    for file in tests:
        about = _about(file)
        suite = _suite(parsed[file], about, own.get(about), shared)
        if suite is not None:
            found[about] = suite
    return found


def _suite(tree: Tree, about: str, rule: Module | None, shared: tuple[tuple[str, str], ...]) -> Suite | None:
    """Return a test module as a suite; None where it holds no test."""
    names = list(dict.fromkeys(name for name in map(rule_name, definitions(tree)) if name.startswith(PREFIX)))
    if not names:
        return None
    package = ".".join(("data", *tree.package))
    tests = ",\n".join(f"{package}.{name}" for name in names)  # the engine takes no line of more than 1,024 characters
    passed = ",\n".join("true" for _ in names)
    own = ((rule.file, rule.text),) if rule is not None else ()
    return Suite(
        name=about,
        query=f"[{tests}] == [{passed}]",
        modules=(*shared, *own, (tree.module.file, tree.module.text)),
    )


def _digest(module: Module, suites: tuple[Suite, ...], schemas: list[str]) -> str:
    parts = [module.file, module.text, *schemas]
    for suite in suites:
        parts += [suite.query, *(text for pair in suite.modules for text in pair)]
    return digest(parts)
