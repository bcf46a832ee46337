"""Check `policy`: what the pack's own signing policy and the auditor's ask for is there, both of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from limen.evidence.checks import e_signatures, producers
from limen.evidence.checks.interface import Check, broken, or_ok, unchecked
from limen.evidence.checks.pack import Pack
from limen.evidence.layout import CHECKPOINT, SIGNATURES, SIGNING, STATEMENT
from limen.integrity.trust import Requirements, stricter


def required(pack: Pack) -> Requirements:
    """Return what meets the pack's own policy and the auditor's."""
    own = pack.policy if isinstance(pack.policy, Requirements) else Requirements()
    return own if pack.trust is None else stricter(own, pack.trust.require)


def check(pack: Pack, before: Iterable[Check]) -> Iterator[Check]:
    """Yield what is asked for and not there; `before` are the answers of the other checks."""
    wanted = required(pack)
    if isinstance(pack.policy, ValueError):
        yield broken("policy", "the pack's own policy can't be read", SIGNING)
    elif pack.trust is None:
        yield unchecked("policy", "without a trust file nobody's signature counts")
    elif pack.redacted and pack.policy is None:
        # Whoever took a signature away would withhold what asked for it, too.
        yield from _missing(pack, wanted, before)
        yield unchecked("policy", "the pack's own signing policy, if there is one, is withheld", SIGNING)
    elif wanted == Requirements():
        yield from or_ok("policy", (), "neither the pack nor the trust file asks for anything")
    else:
        yield from or_ok("policy", _missing(pack, wanted, before), f"there is what is asked for: {_words(wanted)}")


def _missing(pack: Pack, wanted: Requirements, before: Iterable[Check]) -> Iterator[Check]:
    signed = e_signatures.users(pack)
    signed[producers.PRODUCER] = producers.users(pack)
    for role, number in wanted.signatures.items():
        there = len(signed.get(role, ()))
        if there < number:
            what = f"{number} different users must sign as {role}, and {there} did"
            yield broken("policy", what, STATEMENT if role == producers.PRODUCER else SIGNATURES)
    if wanted.timestamp:
        for name in (STATEMENT, *pack.numbered(SIGNATURES)):
            if pack.covered_since(name) is None:
                yield broken("policy", "a timestamp of a trusted authority must cover it, and none does", name)
    states = {one.name: one.status for one in before if one.status != "ok"}
    for name in ("log", "checkpoint"):
        if wanted.log and name in states:
            yield broken("policy", f"the run log must be proven, and its {name} is {states[name]}", CHECKPOINT)


def _words(wanted: Requirements) -> str:
    parts = [f"{number} as {role}" for role, number in sorted(wanted.signatures.items()) if number]
    parts += ["a timestamp"] * wanted.timestamp + ["the run log"] * wanted.log
    if wanted.witnesses:
        parts.append(f"{wanted.witnesses} witnesses")
    return ", ".join(parts) or "nothing"
