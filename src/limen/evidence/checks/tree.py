"""Check `tree`: the files of core lead to the root and size that the Statement says."""

from __future__ import annotations

from collections.abc import Iterator

from limen.evidence import layout
from limen.evidence.checks.interface import Check, broken, ok, unchecked
from limen.evidence.checks.pack import CoreRoot, Pack
from limen.evidence.reading import UnreadableError
from limen.evidence.tree import core_tree

_SECRET_TEXT = 65
"""Bytes of envelope/secret: 64 hex digits and a newline."""


def check(pack: Pack) -> Iterator[Check]:
    """Yield whether core leads to its root; `pack.core` is set where there is one at all."""
    if not pack.redacted:
        try:
            tree = core_tree(pack.files, _secret(pack))
            pack.core = CoreRoot(root=tree.root.hex(), size=tree.size, public_size=tree.public_size)
        except UnreadableError as error:
            yield broken("tree", error.what, error.name)
            return
    if pack.core is None:
        yield broken("tree", "the leaves lead nowhere: see redaction", layout.LEAVES)
        return
    if isinstance(pack.statement, ValueError):
        yield unchecked("tree", "no Statement says what the root must be", layout.STATEMENT)
        return
    said = pack.statement.said.predicate
    root = next((one.digest.sha256 for one in pack.statement.said.subject if one.name == layout.CORE_SUBJECT), "")
    wrong = []
    if pack.core.size != said.tree_size or pack.core.public_size != said.public_size:
        wrong.append(
            f"it has {pack.core.size} leaves, {pack.core.public_size} of them public, and the Statement says "
            f"{said.tree_size} and {said.public_size}"
        )
    if pack.core.root != root:
        wrong.append("it does not lead to the root that the Statement says")
    if wrong:
        yield broken("tree", "; ".join(wrong), layout.CORE)
    else:
        yield ok("tree", f"{said.tree_size} leaves lead to the root {root}")


def _secret(pack: Pack) -> bytes:
    content = pack.files.read(layout.SECRET, _SECRET_TEXT)
    digits = content[:-1]
    if len(content) != _SECRET_TEXT or content[-1:] != b"\n" or digits.strip(b"0123456789abcdef"):
        raise UnreadableError(layout.SECRET, "it is not 64 hex digits and a newline")
    return bytes.fromhex(digits.decode())
