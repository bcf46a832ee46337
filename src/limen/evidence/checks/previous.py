"""Check `previous`: the Statement names the pack that the auditor holds as the one before it."""

from __future__ import annotations

from collections.abc import Iterator

from limen.evidence.checks import redaction, tree
from limen.evidence.checks.interface import Check, broken, ok, unchecked
from limen.evidence.checks.pack import Pack
from limen.evidence.layout import STATEMENT


def check(pack: Pack, before: Pack | None) -> Iterator[Check]:
    """Yield whether a pack follows another one; nothing where none is given."""
    if before is None:
        return
    wrong = [one for one in (*redaction.check(before), *tree.check(before)) if one.status != "ok"]
    if wrong or isinstance(before.statement, ValueError) or before.core is None:
        yield broken("previous", f"the previous pack itself is damaged: {wrong[0].what if wrong else ''}")
        return
    if isinstance(pack.statement, ValueError):
        yield unchecked("previous", "no Statement says which pack came before", STATEMENT)
        return
    said = pack.statement.said.predicate.previous
    if said is None:
        yield broken("previous", "it names no pack before it", STATEMENT)
    elif (said.root, said.tree_size) != (before.core.root, before.core.size):
        yield broken("previous", "the pack before it is another one than you hold", STATEMENT)
    else:
        yield ok("previous", f"it follows the pack {said.root[:16]}")
