"""What a rule's module must be, checked at load: `applicable` and the declared checks, on paths that exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from limen.errors import Location, Problem
from limen.policy.evaluation import RESERVED, Evaluation
from limen.policy.frames import Frame
from limen.policy.metadata import RuleText, placeholders
from limen.policy.paths import (
    ANYTHING,
    ARGUMENT,
    CONTEXT,
    Schema,
    Value,
    declared_schema,
    known_beside,
    parameters_schema,
    resolve,
)
from limen.policy.syntax import Node, Tree, definitions, imports_of, kind_of, names, ref_path, ref_steps, rule_name
from limen.policy.wording import suggestion
from limen.records.rules import Check

_HEAD = frozenset({"holds", "actual", "required", "refs"})
_COMPREHENSIONS = frozenset({"ArrayCompr", "SetCompr", "ObjectCompr"})


class Linted(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about a sound module."""

    projection: tuple[str, ...]
    """Top-level input fields that the rule, its needs and its elements read, sorted."""
    libraries: tuple[str, ...]
    """Libraries that it uses, also by way of others, sorted."""
    units: dict[str, dict[str, str]]
    """For each check the units of its head values, where known."""


class Linter:
    """Lints one rule's module; problems are gathered, each once."""

    def __init__(self, text: RuleText, tree: Tree, libraries: Mapping[str, Tree], schema: Schema) -> None:
        """Keep the rule's metadata, its tree, the libraries' trees by name, and its subject's schema."""
        self.text, self.tree, self.libraries, self.schema = text, tree, libraries, schema
        self.rule = text.rule
        self.problems: dict[tuple[str, Location | None], Problem] = {}
        roots = {
            "input": Value(source="input", schema=schema),
            "parameters": Value(source="parameters", schema=parameters_schema(text.parameters)),
            "context": Value(source="context", schema=CONTEXT),
        }
        self.evaluation = Evaluation(libraries, roots, self.refuse)
        self.declared = declared_schema(self.rule.subject)
        self.heads: dict[str, int] = {}
        self.units: dict[str, dict[str, str]] = {}

    def lint(self) -> Linted:
        """Return what was found out; meaningful only where `problems` stays empty."""
        module_problems(self.tree, ("data", "limen", "rules", *self.rule.id.split(".")), self.libraries, self.refuse)
        fields = self.metadata_paths()
        applicable = 0
        for rule in definitions(self.tree):
            kind, head = kind_of(rule["head"])
            name = rule_name(rule)
            if name == "applicable" and kind == "Compr":
                applicable += 1
                self.applicable(rule, head)
            elif name == "checks":
                self.check(rule, kind, head)
            elif kind == "Set":
                self.at(
                    head, "a set of findings passes silently where a value is absent", "state what holds, in a check"
                )
            elif ref_path(head["refr"]) != (name,):
                self.at(head, f"{name} is neither one value nor a function", "write name := …, or name(argument) := …")
        if not applicable:
            self.at(None, "the module does not define `applicable`", "write applicable := …")
        for name in self.rule.checks:
            if not self.heads.get(name):
                location = self.text.place("checks", name)
                self.refuse(Problem(message=f"the check {name!r} is declared and has no head", location=location))
        self.leftovers()
        used = self.evaluation.reads["input"] | fields
        libraries = closure(self.evaluation.used, self.libraries)
        return Linted(projection=tuple(sorted(used)), libraries=libraries, units=self.units)

    def refuse(self, problem: Problem) -> None:
        """Keep a problem, once."""
        self.problems.setdefault((problem.message, problem.location), problem)

    def at(self, parts: Mapping[str, Any] | None, message: str, hint: str = "") -> None:
        """Keep a problem at a node."""
        location = self.tree.location(parts.get("span") if parts else None)
        self.refuse(Problem(message=message, location=location, hint=hint))

    # METADATA

    def metadata_paths(self) -> set[str]:
        """Check the paths that METADATA names; return the top-level fields of needs and elements."""
        fields = set()
        owner: dict[str, str] = {}
        for name, check in self.rule.checks.items():
            shown = f"{check.path}[]" if check.each and "[]" not in check.path else check.path
            if owner.setdefault(shown, name) != name:
                message = f"the checks {owner[shown]!r} and {name!r} have one path, but a finding is named by it"
                self.refuse(Problem(message=message, location=self.text.place("checks", name, "path")))
            if self.declared is None or isinstance(resolve(self.declared, check.path), str):
                self.metadata_path(check.path, name, "path")
            for index, need in enumerate(check.needs):
                self.metadata_path(need, name, "needs", index)
                fields.add(top_field(need))
                if "[]" in need and not (check.each and need.startswith(f"{check.each}[].")):
                    location = self.text.place("checks", name, "needs", index)
                    hint = f"only elements of `each` can be needed: {check.each or 'there is none'}"
                    self.refuse(Problem(message=f"{need!r} goes through a list", location=location, hint=hint))
            if check.each:
                found = self.metadata_path(check.each, name, "each")
                fields.add(top_field(check.each))
                if found is not None and (found.type != "array" or "[]" in check.each):
                    location = self.text.place("checks", name, "each")
                    self.refuse(Problem(message=f"{check.each!r} is no list", location=location))
        return fields

    def metadata_path(self, path: str, *place: str | int) -> Value | None:
        """Return the value at a path of METADATA; a part that does not exist is a problem."""
        found = resolve(self.schema, path)
        if not isinstance(found, str):
            return found
        location = self.text.place("checks", *place)
        known = known_beside(self.schema, path, found)
        self.refuse(
            Problem(message=f"there is no input path {path!r}", location=location, hint=suggestion(path, known))
        )
        return None

    # Heads

    def applicable(self, rule: Node, head: dict[str, Any]) -> None:
        """Check one definition of `applicable`."""
        if ref_path(head["refr"]) != ("applicable",):
            self.at(head, "`applicable` is one value", "write applicable := …")
        for parts in comprehensions(rule):
            self.at(
                parts, "a comprehension in `applicable` is not allowed", "what is absent would be left out silently"
            )
        value = self.evaluation.defined(rule, head, Frame(tree=self.tree, variables={}))
        if value.type not in ("", "boolean"):
            self.at(head, f"`applicable` is {value.type}", "it must be true or false")

    def check(self, rule: Node, kind: str, head: dict[str, Any]) -> None:
        """Check one head of `checks`."""
        steps = ref_steps(head["refr"]) if kind == "Compr" else None
        if steps is None or len(steps) < 2 or not isinstance(steps[1][0], str) or len(steps) > 3:
            self.at(head, "a head of checks is checks.name or checks.name[i]", 'write checks["name"] := {…}')
            return
        name, span = steps[1]
        declared = self.rule.checks.get(str(name))
        if declared is None:
            hint = suggestion(str(name), self.rule.checks)
            self.at({"span": span}, f"the check {name!r} is not declared in the metadata", hint)
            return
        self.heads[str(name)] = self.heads.get(str(name), 0) + 1
        if self.heads[str(name)] > 1:
            self.at(head, f"the check {name!r} has a second head", "state it once")
        if bool(declared.each) != (len(steps) == 3):
            hint = f"write checks.{name}[i]" if declared.each else "add `each` to the metadata, or drop the index"
            self.at(head, f"the check {name!r} is {'' if declared.each else 'not '}for each element", hint)
            return
        frame = Frame(tree=self.tree, variables={}, needs=frozenset(declared.needs))
        self.head(str(name), declared, rule, head, frame, steps[2][0] if len(steps) == 3 else None)

    def head(
        self, name: str, declared: Check, rule: Node, head: dict[str, Any], frame: Frame, index: str | Node | None
    ) -> None:
        """Check a head's bodies, its index and its object."""
        iterated = []
        for body in rule["bodies"]:
            if body["is_else"] or body["assign"] is not None:
                self.at(body, "`else` is not allowed in a rule")
            for statement in body["query"]["stmts"]:
                kind, parts = kind_of(statement["literal"])
                if kind == "SomeIn":
                    iterated.append((parts, self.evaluation.some(parts, frame)))
                    if statement.get("with_mods"):
                        self.at(statement, "`with` is for tests")
                else:
                    self.evaluation.body([statement], frame)
        if len(rule["bodies"]) > 1:
            self.at(head, f"the check {name!r} has a second body", "state it once")
        if index is None and iterated:
            self.at(iterated[0][0], "a check of the whole subject does not iterate", "use `each`, or a comprehension")
        if index is not None:
            self.element(name, declared, index, iterated, head)
        assign = head.get("assign")
        if assign is None or assign["op"] != "ColEq" or kind_of(assign["value"])[0] != "Object":
            self.at(head, f"the check {name!r} is no object", 'write := {"holds": …, "actual": …}')
            return
        self.object(name, declared, kind_of(assign["value"])[1], frame)

    def element(
        self, name: str, declared: Check, index: str | Node, iterated: list[tuple[dict[str, Any], Value]], head: Node
    ) -> None:
        """Check that an indexed head goes through the elements of its `each`, once, by their index."""
        variable = ref_path(index) if isinstance(index, dict) else None
        if len(iterated) == 1 and variable is not None:
            parts, collection = iterated[0]
            key = parts["key"]
            if key is not None and ref_path(key) == variable and collection.path == declared.each:
                return
        hint = f"write checks.{name}[i] := {{…}} if {{ some i, element in input.{declared.each} … }}"
        self.at(head, f"the check {name!r} does not go through each of {declared.each}", hint)

    def object(self, name: str, declared: Check, parts: Mapping[str, Any], frame: Frame) -> None:
        """Check a head's object: its keys, and what each value reads."""
        wanted = placeholders(declared.message)
        found: dict[str, Value] = {}
        for span, key, item in parts["fields"]:
            kind, key_parts = kind_of(key)
            text = key_parts["value"] if kind in ("String", "RawString") else ""
            if text not in _HEAD | wanted:
                hint = suggestion(str(text), _HEAD | wanted)
                self.at({"span": span}, f"the head has a key {text!r} that nothing shows", hint)
            if text in found:
                self.at({"span": span}, f"the key {text!r} is given twice")
            if text == "holds" and kind_of(item)[0] in ("Bool", "String", "RawString", "Number"):
                self.at({"span": span}, "`holds` is a constant: it decides nothing")
            found[str(text)] = self.evaluation.value(item, frame)
        if "holds" not in found:
            self.at(parts, f"the check {name!r} does not say whether it holds", 'write "holds": …')
        elif found["holds"].type not in ("", "boolean"):
            self.at(parts, f"`holds` is {found['holds'].type}", "it must be true or false")
        for missing in sorted(wanted - set(found)):
            message = f"the message names {{{missing}}}, which the head does not give"
            location = self.text.place("checks", name, "message")
            self.refuse(Problem(message=message, location=location, hint=suggestion(missing, found)))
        self.units[name] = units_of(found)

    def leftovers(self) -> None:
        """Refuse what is declared and never used: it was misspelt, or asks profiles for nothing."""
        for name in sorted(set(self.rule.parameters) - self.evaluation.reads["parameters"]):
            location = self.text.place("parameters", name)
            self.refuse(Problem(message=f"the parameter {name!r} is declared and never read", location=location))
        used = self.evaluation.used
        for item in self.tree.imports:
            path = ref_path(item["refr"]) or ()
            if path[:3] == ("data", "limen", "lib") and path[-1] in self.libraries and path[-1] not in used:
                self.at(item, f"the library {path[-1]} is imported and never used", "drop the import")
        reachable = called_names(self.tree)
        for name in sorted(names(self.tree) - {"applicable", "checks"} - reachable):
            self.at(None, f"{name} is defined and never used", "drop it")


def lint_library(tree: Tree, name: str, libraries: Mapping[str, Tree]) -> list[Problem]:
    """Return what is wrong with a library whoever calls it: it defines functions alone and reads nothing itself."""
    problems: dict[tuple[str, Location | None], Problem] = {}

    def refuse(problem: Problem) -> None:
        problems.setdefault((problem.message, problem.location), problem)

    module_problems(tree, ("data", "limen", "lib", name), libraries, refuse)
    evaluation = Evaluation(libraries, {}, refuse)
    for rule in definitions(tree):
        kind, head = kind_of(rule["head"])
        if kind != "Func":
            location = tree.location(head["span"])
            refuse(
                Problem(message=f"{rule_name(rule)} is no function: a library holds functions alone", location=location)
            )
            continue
        anything = Value(source=ARGUMENT, path="*", schema=ANYTHING)
        frame = Frame(tree=tree, variables={})
        for pattern in head["args"]:
            if "Var" in pattern:
                frame.variables[pattern["Var"]["value"]] = anything
        evaluation.defined(rule, head, frame)
    return list(problems.values())


def module_problems(tree: Tree, package: tuple[str, ...], libraries: Mapping[str, Tree], refuse: Any) -> None:
    """Refuse a wrong package, imports of anything but libraries, parameters and context, and defaults."""

    def at(span: dict[str, int] | None, message: str, hint: str = "") -> None:
        refuse(Problem(message=message, location=tree.location(span), hint=hint))

    if ("data", *tree.package) != package:
        line = next((number for number, text in enumerate(tree.lines, 1) if text.startswith("package ")), 1)
        message, hint = f"the package is {'.'.join(tree.package)}", f"the folders say {'.'.join(package[1:])}"
        refuse(Problem(message=message, location=tree.place(line, 0), hint=hint))
    for rule in definitions(tree):
        if rule_name(rule) in RESERVED:
            at(kind_of(rule["head"])[1]["span"], f"{rule_name(rule)!r} is taken", "use another name")
    for name, path in imports_of(tree).items():
        if name in RESERVED:
            at(None, f"an import may not be named {name!r}", "use another name")
        span = next((item["span"] for item in tree.imports if ref_path(item["refr"]) == path), None)
        if path[:3] == ("data", "limen", "lib") and len(path) == 4:
            if path[3] not in libraries:
                at(span, f"there is no library {path[3]!r}", suggestion(path[3], libraries))
        elif path not in (("data", "limen", "parameters"), ("data", "limen", "context")) or package[2] == "lib":
            hint = "expected data.limen.lib.*" + (
                "" if package[2] == "lib" else ", data.limen.parameters or data.limen.context"
            )
            at(span, f"{'.'.join(path) or name} may not be imported", hint)
    for rule in tree.rules:
        if "Spec" not in rule:
            at(
                kind_of(rule)[1].get("span"),
                "`default` is not allowed in a rule",
                "it would hide that a value is absent",
            )


def closure(used: set[str], libraries: Mapping[str, Tree]) -> tuple[str, ...]:
    """Return libraries with all that they import, sorted."""
    found: set[str] = set()
    waiting = list(used)
    while waiting:
        name = waiting.pop()
        if name in found or name not in libraries:
            continue
        found.add(name)
        waiting += [path[3] for path in imports_of(libraries[name]).values() if path[:3] == ("data", "limen", "lib")]
    return tuple(sorted(found))


def units_of(head: Mapping[str, Value]) -> dict[str, str]:
    """Return the units of head values; actual and required are of one kind, so one says it for both."""
    units = {name: value.unit for name, value in head.items() if value.unit}
    for one, other in (("actual", "required"), ("required", "actual")):
        if one in units and other in head and other not in units and head[other].type == "integer":
            units[other] = units[one]
    return units


def comprehensions(node: Any) -> list[dict[str, Any]]:
    """Return the parts of all comprehensions in a tree."""
    found = []
    if isinstance(node, dict):
        for key, part in node.items():
            if key in _COMPREHENSIONS:
                found.append(part)
            found += comprehensions(part)
    elif isinstance(node, list):
        for part in node:
            found += comprehensions(part)
    return found


def called_names(tree: Tree) -> set[str]:
    """Return every variable name that a module's definitions mention."""
    found: set[str] = set()

    def walk(node: Any, skip: str) -> None:
        if isinstance(node, dict):
            if "Var" in node and node["Var"]["value"] != skip:
                found.add(node["Var"]["value"])
            for part in node.values():
                walk(part, skip)
        elif isinstance(node, list):
            for part in node:
                walk(part, skip)

    for rule in definitions(tree):
        walk(rule, rule_name(rule))
    return found


def top_field(path: str) -> str:
    """Return the first field of a path."""
    return path.partition(".")[0].partition("[")[0]
