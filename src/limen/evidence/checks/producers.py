"""Check `signatures-producer`: every key that the Statement names signed it, is trusted to, and counted when it did."""

from __future__ import annotations

from collections.abc import Iterator

from limen.evidence.checks.interface import Check, Name, broken, ok, unchecked
from limen.evidence.checks.pack import Pack
from limen.evidence.checks.signing_keys import judged, key_faults
from limen.evidence.layout import STATEMENT

PRODUCER = "producer"


def check(pack: Pack) -> Iterator[Check]:
    """Yield what the signatures of the Statement come to; where several sign, each must."""
    name: Name = "signatures-producer"
    statement = pack.statement
    if isinstance(statement, ValueError):
        yield unchecked(name, "there is no Statement to verify", STATEMENT)
        return
    faults = key_faults(statement, statement.said.predicate.signers)
    for what in faults:
        yield broken(name, what, STATEMENT)
    if faults:
        return
    if not statement.envelope.signatures:
        yield unchecked(name, "nobody signed the Statement", STATEMENT)
    for one in judged(pack, statement, PRODUCER):
        if one.mark == "good":
            yield ok(name, one.what)
        elif one.mark == "bad":
            yield broken(name, one.what, STATEMENT)
        else:
            yield unchecked(name, one.what, STATEMENT)


def users(pack: Pack) -> set[str]:
    """Return the users whose signatures of the Statement hold, all of its signatures being good; else none."""
    if isinstance(pack.statement, ValueError) or key_faults(pack.statement, pack.statement.said.predicate.signers):
        return set()
    found = judged(pack, pack.statement, PRODUCER)
    return {one.key.user for one in found if one.key} if all(one.mark == "good" for one in found) else set()
