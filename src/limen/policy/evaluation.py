"""Expressions before they run: what a rule reads, with which types, so that a misspelt path is found at load.

Every expression is followed from the input through variables, arguments and functions to where its value is
used. What can't be followed is refused, because what is not understood can't be trusted to fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from limen.errors import Problem
from limen.policy.agreement import Agreement
from limen.policy.builtins import ALLOWED
from limen.policy.frames import Frame, Span
from limen.policy.parameters import LARGEST
from limen.policy.paths import ANYTHING, ARGUMENT, Value, scalar, united
from limen.policy.syntax import WORDS, Node, Tree, imports_of, kind_of, named, names, ref_path, ref_steps, span_of
from limen.policy.wording import suggestion

RESERVED = frozenset({"input", "data", "_", *(name.partition(".")[0] for name in ALLOWED)})
"""Names that nothing may take, so that a name means the same on every engine."""
_COLLECTIONS = ("array", "set", "object", "")


class Evaluation(Agreement):
    """Follows expressions of one module and of the libraries that it calls."""

    def __init__(self, libraries: Mapping[str, Tree], roots: Mapping[str, Value], refuse: Callable[..., None]) -> None:
        """Keep the libraries by name, the values of input, parameters and context, and where problems go."""
        self.libraries, self.roots, self.refuse = libraries, roots, refuse
        self.alone = not roots
        self.reads: dict[str, set[str]] = {"input": set(), "parameters": set(), "context": set()}
        """Top-level fields read, by source."""
        self.used: set[str] = set()
        """Libraries called."""

    def value(self, node: Node, frame: Frame, *, whole: bool = False) -> Value:
        """Return what is known of an expression. `whole` allows the input as a whole, to be passed on."""
        kind, parts = kind_of(node)
        if kind in ("Var", "RefDot", "RefBrack"):
            found = self.reference(node, frame)
            if found.source and not found.path and not whole:
                self.refused(
                    frame, span_of(node), f"{found.source} is used as a whole", "name the fields that are read"
                )
            return found
        if kind in ("String", "RawString"):
            return Value(schema={"type": "string", "enum": [parts["value"]]})
        handler = getattr(self, f"_{kind.lower()}", None)
        if handler is None:
            self.refused(frame, parts.get("span"), f"{WORDS.get(kind, kind)} is not allowed in a rule")
            return Value(schema=ANYTHING)
        found_value: Value = handler(parts, frame)
        return found_value

    def refused(self, frame: Frame, span: Span, message: str, hint: str = "") -> None:
        """Note a problem; inside a function it names the call."""
        if frame.calls:
            message = f"{message} (in {' -> '.join(frame.calls)})"
        self.refuse(Problem(message=message, location=frame.site or frame.tree.location(span), hint=hint))

    # References

    def reference(self, node: Node, frame: Frame) -> Value:
        """Return the value that a reference leads to."""
        steps = ref_steps(node)
        if steps is None:
            self.refused(frame, span_of(node), "a reference must start with a variable", "bind the value with := first")
            return Value(schema=ANYTHING)
        (name, span), *rest = steps
        start = self.start(str(name), span, rest, frame)
        if start is None:
            return Value(schema=ANYTHING)
        value, rest = start
        for step, step_span in rest:
            found = (
                self.field(value, step, step_span, frame) if isinstance(step, str) else self.index(value, step, frame)
            )
            if found is None:
                return Value(schema=ANYTHING)
            value = found
        return value

    def start(self, name: str, span: Span, rest: list[Any], frame: Frame) -> tuple[Value, list[Any]] | None:
        """Return the value of a reference's first name, and the steps that remain."""
        if name in frame.variables:
            return frame.variables[name], rest
        imported = imports_of(frame.tree).get(name)
        path = ("data", *(str(step) for step, _ in rest[:2])) if name == "data" else imported
        if name == "input" and "input" in self.roots:
            return self.roots["input"], rest
        if path is not None and len(path) == 3 and path[:2] == ("data", "limen") and path[2] in self.roots:
            return self.roots[path[2]], rest[2:] if name == "data" else rest
        constant = [rule for rule in named(frame.tree, name) if kind_of(rule["head"])[0] == "Compr"]
        if constant:
            return self.called(name, frame.tree, constant, [], frame, span), rest
        if name == "_":
            self.refused(frame, span, "the wildcard _ can't be followed here", "write some … in")
        elif name in ("input", "data") or imported is not None:
            self.refused(frame, span, f"{'.'.join(map(str, path or (name,)))} may not be read here", "see docs: rules")
        else:
            known = {*frame.variables, *imports_of(frame.tree), *(n for n in names(frame.tree))}
            self.refused(frame, span, f"there is no variable {name!r} here", suggestion(name, known))
        return None

    def field(self, value: Value, name: str, span: Span, frame: Frame) -> Value | None:
        """Return a field of a value; a field that does not exist is a problem."""
        found = value.field(name)
        if found is not None and value.source and not value.path:
            self.reads[value.source].add(name)
        if found is None or (value.open and not value.source):
            where = value.source or "the value"
            if not value.fields():
                message = f"{where} has no field {name!r} that could be followed"
                self.refused(frame, span, f"{message}: {value.path or 'it was computed'}")
            else:
                full = f"{where} path {value.path + '.' if value.path else ''}{name}"
                self.refused(frame, span, f"there is no {full}", suggestion(name, value.fields()))
            return None
        sure = value.requires(name) or found.path in frame.needs or value.source == ARGUMENT
        if frame.comprehension and not sure:
            hint = f"add {found.path} to the check's needs"
            self.refused(
                frame, span, f"{found.path} may be absent, and a comprehension would leave it out silently", hint
            )
        return found

    def index(self, value: Value, step: Node, frame: Frame) -> Value | None:
        """Return an element of a list or a table by a computed index."""
        self.value(step, frame)
        span = span_of(step)
        found = value.element()
        if found is None or value.open:
            self.refused(
                frame, span, f"{value.path or value.source or 'the value'} can't be indexed: its fields are fixed"
            )
            return None
        if frame.comprehension:
            self.refused(frame, span, "a comprehension would leave a missing element out silently", "use some … in")
        if value.source and not value.path:
            return None
        return found

    # Expressions, by the engine's names of them

    def _number(self, parts: Node, frame: Frame) -> Value:
        number = parts["value"]
        if isinstance(number, bool) or not isinstance(number, int) or abs(number) > LARGEST:
            self.refused(frame, parts["span"], f"{number} is no integer that every engine keeps exact")
            return scalar("integer")
        return scalar("integer", bound=abs(number))

    def _bool(self, parts: Node, frame: Frame) -> Value:
        return scalar("boolean")

    def _array(self, parts: Node, frame: Frame) -> Value:
        self.separate(parts["items"], frame)
        return Value(schema={"type": "array", "items": self.common(parts["items"], frame)})

    def _set(self, parts: Node, frame: Frame) -> Value:
        self.separate(parts["items"], frame)
        return Value(schema={"type": "set", "items": self.common(parts["items"], frame)})

    def _object(self, parts: Node, frame: Frame) -> Value:
        properties = {}
        self.separate([item for _, _, item in parts["fields"]], frame)
        for span, key, item in parts["fields"]:
            kind, key_parts = kind_of(key)
            value = self.value(item, frame)
            if kind in ("String", "RawString"):
                if key_parts["value"] in properties:
                    self.refused(frame, span, f"the key {key_parts['value']!r} is given twice")
                properties[key_parts["value"]] = value.schema
            else:
                self.refused(frame, span, "a key of an object must be a text", 'write "key": value')
        return Value(schema={"type": "object", "properties": properties, "required": sorted(properties)})

    def _arithexpr(self, parts: Node, frame: Frame) -> Value:
        if parts["op"] not in ("Add", "Sub", "Mul", "Mod"):
            self.refused(frame, parts["span"], "division makes fractions, on which engines differ")
        left = self.value(parts["lhs"], frame)
        right = self.value(parts["rhs"], frame)
        if left.type == right.type == "set" and parts["op"] == "Sub":
            self.spelt_elements(left, right, parts["span"], frame)
            return Value(schema=left.schema)
        for value in (left, right):
            self.expect(value, "integer", parts["span"], frame)
        bound = left.bound * right.bound if parts["op"] == "Mul" else left.bound + right.bound
        bound = self.exact(min(left.bound, right.bound) if parts["op"] == "Mod" else bound, parts["span"], frame)
        return scalar("integer", left.unit or right.unit, bound=bound)

    def _binexpr(self, parts: Node, frame: Frame) -> Value:
        left = self.typed(parts["lhs"], frame, "set")
        right = self.typed(parts["rhs"], frame, "set")
        self.spelt_elements(left, right, parts["span"], frame)
        return Value(schema=left.schema)

    def _boolexpr(self, parts: Node, frame: Frame) -> Value:
        left = self.value(parts["lhs"], frame)
        right = self.value(parts["rhs"], frame)
        if left.type and right.type and left.type != right.type:
            message = f"{left.type} is compared with {right.type}, which is always the same"
            self.refused(frame, parts["span"], message)
        if parts["op"] not in ("Eq", "Ne"):
            self.ordered(left, parts["span"], frame)
        self.spelt(left, right, parts["span"], frame)
        self.spelt_elements(left, right, parts["span"], frame)
        return scalar("boolean")

    def _membership(self, parts: Node, frame: Frame) -> Value:
        item = self.value(parts["value"], frame)
        if parts["key"] is not None:
            self.value(parts["key"], frame)
            self.there(parts["key"], frame)
        collection = self.value(parts["collection"], frame)
        self.there(parts["value"], frame)
        self.there(parts["collection"], frame)
        element = collection.element()
        if collection.type not in _COLLECTIONS:
            self.refused(frame, parts["span"], f"{collection.type} has no members")
        elif element is not None and item.type and element.type and item.type != element.type:
            self.refused(frame, parts["span"], f"{item.type} is never among {element.type}s")
        elif element is not None:
            self.spelt(item, element, parts["span"], frame)
        return scalar("boolean")

    def _arraycompr(self, parts: Node, frame: Frame) -> Value:
        inner = self.comprehended(parts, frame)
        self.separate([parts["term"]], inner)
        return Value(schema={"type": "array", "items": self.value(parts["term"], inner).schema})

    def _setcompr(self, parts: Node, frame: Frame) -> Value:
        inner = self.comprehended(parts, frame)
        self.separate([parts["term"]], inner)
        return Value(schema={"type": "set", "items": self.value(parts["term"], inner).schema})

    def _objectcompr(self, parts: Node, frame: Frame) -> Value:
        inner = self.comprehended(parts, frame)
        self.separate([parts["key"], parts["value"]], inner)
        self.value(parts["key"], inner)
        return Value(schema={"type": "object", "additionalProperties": self.value(parts["value"], inner).schema})

    def _call(self, parts: Node, frame: Frame) -> Value:
        path = ref_path(parts["fcn"])
        arguments = parts["params"]
        if path is None:
            self.refused(frame, parts["span"], "a function must be called by its name")
            return Value(schema=ANYTHING)
        found = self.function(path, frame)
        if found is not None:
            values = [self.value(argument, frame, whole=True) for argument in arguments]
            return self.called(".".join(path), *found, values, frame, parts["span"])
        name = ".".join(path)
        values = [self.value(argument, frame) for argument in arguments]
        if name not in ALLOWED:
            known = [*ALLOWED, *names(frame.tree)]
            hint = suggestion(name, known)
            self.refused(frame, span_of(parts["fcn"]), f"there is no function {name} that a rule may call", hint)
            return Value(schema=ANYTHING)
        builtin = ALLOWED[name]
        if len(values) != len(builtin.arguments):
            self.refused(frame, parts["span"], f"{name} takes {len(builtin.arguments)} arguments, not {len(values)}")
            return Value(schema=ANYTHING)
        self.fitting(name, builtin, values, parts["span"], frame)
        if name.startswith("object.") and not (values[0].is_table or values[0].source == ARGUMENT):
            hint = "only a table of the profile may be asked for what may be absent"
            self.refused(frame, parts["span"], f"{name} would hide that a field is absent", hint)
        return builtin.result(values)

    # Bodies and functions

    def body(self, statements: Sequence[Node], frame: Frame) -> None:
        """Follow the statements of a body in order; variables that they bind are added to the frame."""
        for statement in statements:
            if statement.get("with_mods"):
                self.refused(frame, statement["span"], "`with` is for tests")
            kind, parts = kind_of(statement["literal"])
            if kind == "SomeIn":
                self.some(parts, frame)
            elif kind == "Expr":
                self.expression(parts["expr"], frame)
            else:
                hint = "state what must hold, so that what is absent is not taken for it"
                self.refused(frame, statement["span"], f"{WORDS.get(kind, kind)} is not allowed in a rule", hint)

    def expression(self, node: Node, frame: Frame) -> None:
        """Follow a statement that is an expression: an assignment, or a condition."""
        kind, parts = kind_of(node)
        if kind != "AssignExpr":
            self.value(node, frame)
            return
        value = self.value(parts["rhs"], frame, whole=True)
        target, target_parts = kind_of(parts["lhs"])
        if parts["op"] != "ColEq" or target != "Var":
            self.refused(frame, parts["span"], "a variable is bound with :=, alone", "write name := value, or ==")
            return
        self.bind(target_parts["value"], value, target_parts["span"], frame)

    def some(self, parts: Node, frame: Frame) -> Value:
        """Follow ``some key, value in collection`` and return the collection."""
        collection = self.value(parts["collection"], frame)
        element = collection.element()
        if "Set" in parts["collection"]:
            hint = "bind the set first: values := {…}"
            self.refused(frame, parts["span"], "engines go through the elements of a written set differently", hint)
        if element is None or collection.unresolved:
            self.refused(frame, parts["span"], f"{collection.path or 'the value'} is no list, set or table")
            element = Value(schema=ANYTHING)
        key = scalar("string" if collection.type == "object" else "integer")
        for part, value in ((parts["key"], key), (parts["value"], element)):
            if part is None:
                continue
            kind, variable = kind_of(part)
            if kind != "Var":
                self.refused(frame, parts["span"], "some … in binds plain variables")
            elif variable["value"] != "_":
                self.bind(variable["value"], value, variable["span"], frame)
        return collection

    def bind(self, name: str, value: Value, span: Span, frame: Frame) -> None:
        """Add a variable."""
        if name in {*RESERVED, *frame.variables, *imports_of(frame.tree), *names(frame.tree)}:
            self.refused(frame, span, f"{name!r} is taken", "use another name")
        frame.variables[name] = value

    def comprehended(self, parts: Node, frame: Frame) -> Frame:
        """Follow a comprehension's body and return the frame for its head."""
        inner = frame.inner(comprehension=True)
        self.body(parts["query"]["stmts"], inner)
        return inner

    def function(self, path: tuple[str, ...], frame: Frame) -> tuple[Tree, list[Node]] | None:
        """Return the module and definitions of a function of this module or of a library; None for a builtin."""
        if len(path) == 1:
            found = [rule for rule in named(frame.tree, path[0]) if kind_of(rule["head"])[0] == "Func"]
            return (frame.tree, found) if found else None
        imported = imports_of(frame.tree).get(path[0])
        if imported is not None:
            path = (*imported, *path[1:])
        if path[:3] != ("data", "limen", "lib") or len(path) != 5 or path[3] not in self.libraries:
            return None
        self.used.add(path[3])
        tree = self.libraries[path[3]]
        found = [rule for rule in named(tree, path[4]) if kind_of(rule["head"])[0] == "Func"]
        return (tree, found) if found else None

    def called(
        self, name: str, tree: Tree, definitions: list[Node], arguments: list[Value], frame: Frame, span: Span
    ) -> Value:
        """Follow a function with its arguments, or a rule without, and return its result."""
        if name in frame.calls:
            self.refused(frame, span, f"{name} calls itself")
            return Value(schema=ANYTHING)
        results = []
        for rule in definitions:
            kind, head = kind_of(rule["head"])
            patterns = [kind_of(pattern) for pattern in head.get("args", ())]
            if kind == "Func" and len(patterns) != len(arguments):
                self.refused(frame, span, f"{name} takes {len(patterns)} arguments, not {len(arguments)}")
                continue
            inner = Frame(
                tree=tree,
                variables={},
                needs=frame.needs,
                comprehension=frame.comprehension,
                calls=(*frame.calls, name),
                site=frame.site or (None if tree is frame.tree else frame.tree.location(span)),
            )
            for (pattern, parts), argument in zip(patterns, arguments, strict=True):
                if pattern != "Var":
                    self.refused(inner, parts["span"], "an argument must be a plain variable")
                    continue
                self.bind(parts["value"], argument, parts["span"], inner)
            results.append(self.defined(rule, head, inner))
        if len(results) == 1:
            return results[0]
        return Value(schema=united([one.schema for one in results]))

    def defined(self, rule: Node, head: dict[str, Any], frame: Frame) -> Value:
        """Follow one definition's bodies and return its value."""
        for body in rule["bodies"]:
            if body["is_else"] or body["assign"] is not None:
                self.refused(
                    frame, body["span"], "`else` is not allowed in a rule", "it would hide that a value is absent"
                )
            self.body(body["query"]["stmts"], frame)
        assign = head.get("assign")
        if assign is None:
            return scalar("boolean")
        if assign["op"] != "ColEq":
            self.refused(frame, assign["span"], "a value is given with :=")
        return self.value(assign["value"], frame)
