"""Where expressions stand in a module's bytes, so that one of them can be written anew and the rest left alone."""

from __future__ import annotations

import re

import msgspec

from limen.policy.syntax import Node, Tree, kind_of

_QUOTED = ("String", "RawString")
_SIDES = {
    "BoolExpr": ("lhs", "rhs"),
    "ArithExpr": ("lhs", "rhs"),
    "BinExpr": ("lhs", "rhs"),
    "Membership": ("value", "collection"),
}
_OPERATOR = re.compile(rb"#[^\n]*|(?P<operator>==|!=|<=|>=|<|>|\+|-|\*|/|%|&|\|)")


class Edit(msgspec.Struct, frozen=True):
    """One stretch of a module, written anew."""

    operator: str
    """What was done to it: negate, bend, drop or swap."""
    start: int
    """First byte that changes."""
    end: int
    """Byte behind the last one that changes."""
    after: str
    """What stands there instead."""
    shown: tuple[int, int]
    """The expression around it, from byte to byte, that a reader is shown."""


def extent(node: Node) -> tuple[int, int]:
    """Return where a node starts and ends; the engine leaves out the quotes of a text, also of one at the end."""
    kind, parts = kind_of(node)
    start, end = parts["span"]["start"], parts["span"]["end"]
    if kind in _QUOTED:
        return start - 1, end + 1
    for side in ("lhs", "value"):
        if side in _SIDES.get(kind, ()):
            start = min(start, extent(parts[side])[0])
    for side in ("rhs", "collection"):
        if side in _SIDES.get(kind, ()):
            end = max(end, extent(parts[side])[1])
    return start, end


def text_of(source: bytes, node: Node) -> str:
    """Return a node as it is written."""
    start, end = extent(node)
    return source[start:end].decode()


def operator_between(source: bytes, left: Node, right: Node) -> tuple[int, int] | None:
    """Return where the operator between two operands stands; comments are passed over."""
    start, end = extent(left)[1], extent(right)[0]
    for found in _OPERATOR.finditer(source, start, end):
        if found["operator"]:
            return found.span("operator")
    return None


def entry_extent(source: bytes, fields: list[tuple[dict[str, int], Node, Node]], index: int) -> tuple[int, int]:
    """Return the stretch whose removal takes one entry, and one comma, out of an object of several."""
    if index + 1 < len(fields):
        return extent(fields[index][1])[0], extent(fields[index + 1][1])[0]
    return _closed(source, fields[index - 1][2]), _closed(source, fields[index][2])


def item_extent(items: list[Node], index: int) -> tuple[int, int]:
    """Return the stretch whose removal takes one item, and one comma, out of a list or a set of several."""
    if index + 1 < len(items):
        return extent(items[index])[0], extent(items[index + 1])[0]
    return extent(items[index - 1])[1], extent(items[index])[1]


def applied(source: bytes, edit: Edit) -> str:
    """Return a module with an edit made."""
    return (source[: edit.start] + edit.after.encode() + source[edit.end :]).decode()


def before_and_after(source: bytes, edit: Edit) -> tuple[str, str]:
    """Return the shown expression before and after an edit, each on one line."""
    start, end = min(edit.shown[0], edit.start), max(edit.shown[1], edit.end)
    after = source[start : edit.start].decode() + edit.after + source[edit.end : end].decode()
    return " ".join(source[start:end].decode().split()), " ".join(after.split())


def place(tree: Tree, source: bytes, offset: int) -> tuple[int, int]:
    """Return line and column, from 1 and in characters, of a byte of a module."""
    before = source[:offset].decode(errors="replace")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _closed(source: bytes, node: Node) -> int:
    """Return the byte behind a value and the parentheses that close after it."""
    end = extent(node)[1]
    behind = end
    while source[behind : behind + 1] in (b" ", b"\t", b"\n", b")"):
        behind += 1
        if source[behind - 1 : behind] == b")":
            end = behind
    return end
