"""What can be done wrong to one expression of Rego: negated, bent, dropped or swapped for its neighbour."""

from __future__ import annotations

import re
from collections.abc import Iterator

from limen.policy.paths import Value
from limen.policy.syntax import Node, Tree, imports_of, kind_of, ref_path, ref_steps
from limen.testing.policy_edits import Edit, extent, item_extent, operator_between, text_of
from limen.testing.policy_types import Types

OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
"""Comparisons that hold where the other does not."""
NEIGHBOUR = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
"""Comparisons that differ at the boundary alone."""
BENT = {"+": "-", "-": "+", "*": "+", "%": "*", "&": "|", "|": "&"}
"""Arithmetic and sets."""
SIBLINGS = {
    "startswith": "endswith", "endswith": "startswith", "min": "max", "max": "min", "lower": "upper", "upper": "lower",
    "union": "intersection", "intersection": "union",
}  # fmt: skip
"""Builtins that are taken for one another."""
SYMMETRIC = frozenset({("logic", "both"), ("logic", "either"), ("sets", "shared")})
"""Library functions whose arguments may change places; their own tests say so."""
JOINS = frozenset({("logic", "both"), ("logic", "either")})
"""Library functions that join two conditions, of which one can be forgotten."""
_WORDS = re.compile(r",\s*(?:or\s+)?|\s+or\s+")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*\Z")


class Operators:
    """Finds the edits of expressions of one module."""

    def __init__(self, tree: Tree, types: Types, functions: dict[str, dict[str, int]]) -> None:
        """Keep the module's tree, the types of its expressions, and each library's functions with their arity."""
        self.tree, self.types, self.functions = tree, types, functions
        self.source = tree.module.text.encode()
        self.imports = imports_of(tree)

    def edits(self, node: Node) -> Iterator[Edit]:
        """Yield the edits of an expression and of everything in it."""
        kind, _ = kind_of(node)
        handler = getattr(self, f"_{kind.lower()}", None)
        if handler is not None:
            yield from handler(node)

    def decided(self, node: Node) -> Iterator[Edit]:
        """Yield the edits that make a condition always true, and always false, wherever it decides at all."""
        if kind_of(node)[0] == "Bool":
            return  # flipping it is both
        written = text_of(self.source, node)  # compared with itself, so that what is absent stays undecided
        yield self.whole("drop", node, f"({written}) == ({written})")
        yield self.whole("drop", node, f"({written}) != ({written})")

    def whole(self, operator: str, node: Node, after: str) -> Edit:
        """Return the edit that writes a whole expression anew."""
        start, end = extent(node)
        return Edit(operator, start, end, after, (start, end))

    def known(self, node: Node) -> Value | None:
        """Return what the linter knows of an expression."""
        span = kind_of(node)[1].get("span") or {"start": -1, "end": -1}
        return self.types.get((self.tree.module.file, span["start"], span["end"]))

    def type_of(self, node: Node) -> str:
        """Return an expression's JSON type; empty where unknown."""
        found = self.known(node)
        return found.type if found is not None else ""

    # Expressions, by the engine's names of them

    def _bool(self, node: Node) -> Iterator[Edit]:
        yield self.whole("negate", node, "false" if kind_of(node)[1]["value"] else "true")

    def _number(self, node: Node) -> Iterator[Edit]:
        value = kind_of(node)[1]["value"]
        if isinstance(value, int):
            yield self.whole("bend", node, str(value + 1))
            yield self.whole("bend", node, str(value - 1))

    def _string(self, node: Node) -> Iterator[Edit]:
        value = kind_of(node)[1]["value"]
        yield self.whole("bend", node, '"x"' if not value else '""')

    def _boolexpr(self, node: Node) -> Iterator[Edit]:
        _, parts = kind_of(node)
        left, right = parts["lhs"], parts["rhs"]
        found = operator_between(self.source, left, right)
        if found is None:
            return
        shown = extent(node)
        written = self.source[slice(*found)].decode()
        yield Edit("negate", *found, OPPOSITE[written], shown)
        if written in NEIGHBOUR:
            yield Edit("bend", *found, NEIGHBOUR[written], shown)
        kinds = {kind_of(left)[0], kind_of(right)[0]}
        if "Bool" in kinds:
            for part in (left, right):
                if kind_of(part)[0] not in ("Bool", "Var", "RefDot", "RefBrack"):
                    yield from self.edits(part)
            return
        if written == "==":
            yield from self._loosened(left, right, found, shown)
        yield from self._words(node, written, left, right)
        for part, on_the_left in ((left, True), (right, False)):
            if kind_of(part)[0] == "Number":
                yield from self._bound(part, written, on_the_left, shown)
            elif kind_of(part)[0] not in ("String", "RawString"):
                yield from self.edits(part)

    def _loosened(self, left: Node, right: Node, found: tuple[int, int], shown: tuple[int, int]) -> Iterator[Edit]:
        """Yield what makes an equality of integers a bound; below nothing there is nothing to tell them apart."""
        if self.type_of(left) == "integer" and self.type_of(right) == "integer":
            yield Edit("bend", *found, ">=", shown)
            if not any(kind_of(part)[0] == "Number" and kind_of(part)[1]["value"] == 0 for part in (left, right)):
                yield Edit("bend", *found, "<=", shown)

    def _bound(self, node: Node, written: str, on_the_left: bool, shown: tuple[int, int]) -> Iterator[Edit]:
        """Yield the neighbours of an integer that something is compared with, save what NEIGHBOUR does too."""
        less = {">", "<="} if not on_the_left else {"<", ">="}
        more = {"<", ">="} if not on_the_left else {">", "<="}
        value = kind_of(node)[1]["value"]
        if not isinstance(value, int):
            return
        if written not in more:
            yield Edit("bend", *extent(node), str(value + 1), shown)
        if written not in less:
            yield Edit("bend", *extent(node), str(value - 1), shown)

    def _words(self, node: Node, written: str, left: Node, right: Node) -> Iterator[Edit]:
        """Yield what other word an equality could name, and each word that it could admit too."""
        for field, literal in ((left, right), (right, left)):
            kind, parts = kind_of(literal)
            if kind not in ("String", "RawString"):
                continue
            others = [word for word in self._described(field) if word != parts["value"]]
            if not others:
                yield from self.edits(literal)
                continue
            yield Edit("bend", *extent(literal), f'"{others[0]}"', extent(node))
            name = text_of(self.source, field)
            for word in others:
                both = f'{name} in {{"{parts["value"]}", "{word}"}}'
                yield self.whole("bend", node, both if written == "==" else f"({both}) == false")

    def _described(self, node: Node) -> list[str]:
        """Return the words that a text may be, from its schema's description; empty where it lists none."""
        found = self.known(node)
        if found is None or found.type != "string":
            return []
        listed = re.sub(r"\([^)]*\)", "", str(found.schema.get("description", ""))).strip().removesuffix(".")
        words = [word.strip() for word in _WORDS.split(listed)]
        named = [word for word in words if _WORD.match(word)]
        return named if len(named) > 1 else []

    def _membership(self, node: Node) -> Iterator[Edit]:
        _, parts = kind_of(node)
        yield self.whole("negate", node, f"({text_of(self.source, node)}) == false")
        collection = parts["collection"]
        kind, inner = kind_of(collection)
        if kind in ("Set", "Array"):
            given = {kind_of(item)[1].get("value") for item in inner["items"]}
            at = extent(collection)[0] + 1
            for word in self._described(parts["value"]):
                if word not in given:
                    yield Edit("bend", at, at, f'"{word}", ', extent(collection))
        yield from self.edits(parts["value"])
        yield from self.edits(collection)

    def _collection(self, node: Node) -> Iterator[Edit]:
        items = kind_of(node)[1]["items"]
        start, end = extent(node)
        if self.source[start : start + 1] not in (b"{", b"["):
            return  # set(): the engine's span of it is wrong
        if len(items) > 1:
            for index in range(len(items)):
                yield Edit("drop", *item_extent(items, index), "", (start, end))
        elif items and kind_of(node)[0] == "Array":
            yield self.whole("bend", node, "[]")
        for item in items:
            if kind_of(item)[0] not in ("String", "RawString", "Bool"):
                yield from self.edits(item)

    _set = _collection
    _array = _collection

    def _object(self, node: Node) -> Iterator[Edit]:
        for _, _, value in kind_of(node)[1]["fields"]:
            yield from self.edits(value)

    def _arithexpr(self, node: Node) -> Iterator[Edit]:
        _, parts = kind_of(node)
        found = operator_between(self.source, parts["lhs"], parts["rhs"])
        if found is not None:
            written = self.source[slice(*found)].decode()
            sets = "Set" in kind_of(parts["lhs"])[0]
            after = "&" if sets and written == "-" else BENT.get(written)
            if after is not None:
                yield Edit("bend", *found, after, extent(node))
        for part in (parts["lhs"], parts["rhs"]):
            yield self.whole("drop", node, text_of(self.source, part))
            yield from self.edits(part)

    _binexpr = _arithexpr

    def _var(self, node: Node) -> Iterator[Edit]:
        yield from ()

    def _reference(self, node: Node) -> Iterator[Edit]:
        if self.type_of(node) == "boolean":
            yield self.whole("negate", node, f"{text_of(self.source, node)} == false")
        for step, _ in ref_steps(node) or ():
            if isinstance(step, dict):
                yield from self.edits(step)

    _refdot = _reference
    _refbrack = _reference

    def _compr(self, node: Node) -> Iterator[Edit]:
        _, parts = kind_of(node)
        for name in ("term", "key", "value"):
            if name in parts:
                yield from self.edits(parts[name])
        yield from self.body(parts["query"]["stmts"])

    _setcompr = _compr
    _arraycompr = _compr
    _objectcompr = _compr

    def _call(self, node: Node) -> Iterator[Edit]:
        _, parts = kind_of(node)
        function, arguments = parts["fcn"], parts["params"]
        if self.type_of(node) == "boolean":
            yield self.whole("negate", node, f"{text_of(self.source, node)} == false")
        library = self._library(function)
        if library is None:
            yield from self._of_builtin(node, text_of(self.source, function), arguments)
        else:
            yield from self._of_library(node, library, arguments)
        for argument in arguments:
            yield from self.edits(argument)

    def _library(self, function: Node) -> tuple[str, str] | None:
        """Return library and name of a function that a library defines; None for any other."""
        path = ref_path(function) or ("",)
        full = (*self.imports.get(path[0], path[:1]), *path[1:])
        if full[:3] == ("data", "limen", "lib") and len(full) == 5 and full[3] in self.functions:
            return full[3], full[4]
        return None

    def _of_library(self, node: Node, name: tuple[str, str], arguments: list[Node]) -> Iterator[Edit]:
        """Yield a call of each other function of the library that could stand there, and fewer or other operands."""
        function = kind_of(node)[1]["fcn"]
        written = text_of(self.source, function)
        texts = [text_of(self.source, argument) for argument in arguments]
        start, end = extent(function)
        for other, arity in self.functions[name[0]].items():
            if other != name[1] and arity == len(arguments):
                yield Edit("swap", start, end, f"{written.rpartition('.')[0]}.{other}", extent(node))
        if name in JOINS:
            for text in texts:  # not the text alone: the linter would refuse a library that nothing uses
                yield self.whole("drop", node, f"{written}({text}, {text})")
        if name not in SYMMETRIC:
            yield from self._exchanged(node, written, arguments)

    def _of_builtin(self, node: Node, written: str, arguments: list[Node]) -> Iterator[Edit]:
        texts = [text_of(self.source, argument) for argument in arguments]
        if written in SIBLINGS:
            yield Edit("swap", *extent(kind_of(node)[1]["fcn"]), SIBLINGS[written], extent(node))
        if written == "count":
            yield self.whole("bend", node, "0")
        elif written == "object.get":
            yield self.whole("drop", node, f"{texts[0]}[{texts[1]}]")
        elif len(arguments) == 1:
            yield self.whole("drop", node, texts[0])
        yield from self._exchanged(node, written, arguments)

    def _exchanged(self, node: Node, written: str, arguments: list[Node]) -> Iterator[Edit]:
        """Yield a call of two arguments of one type, or of types unknown, with the two exchanged."""
        if len(arguments) == 2 and self.type_of(arguments[0]) == self.type_of(arguments[1]):
            first, second = (text_of(self.source, argument) for argument in arguments)
            yield self.whole("swap", node, f"{written}({second}, {first})")

    def body(self, statements: list[Node]) -> Iterator[Edit]:
        """Yield the edits of a body's statements; what binds a variable can't be dropped, only bent."""
        for statement in statements:
            kind, parts = kind_of(statement["literal"])
            if kind == "SomeIn":
                yield from self.edits(parts["collection"])
            elif kind == "Expr":
                expression = parts["expr"]
                if kind_of(expression)[0] == "AssignExpr":
                    yield from self.edits(kind_of(expression)[1]["rhs"])
                    continue
                span = statement["span"]["start"], max(statement["span"]["end"], extent(expression)[1])
                yield Edit("drop", *span, "true", span)
                yield from self.edits(expression)
