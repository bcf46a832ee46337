"""Checks `e-signatures` and `manifestation`: who signed this pack, in a chain, as the trust file knows them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from limen.evidence import layout
from limen.evidence.checks.interface import Check, broken, ok, or_ok, unchecked
from limen.evidence.checks.pack import Pack, ReadSignature, number
from limen.evidence.checks.signing_keys import judged, key_faults
from limen.evidence.checks.sums import digest
from limen.evidence.reading import UnreadableError
from limen.integrity.instants import instant, instant_text

SLACK = datetime.timedelta(minutes=10)
"""How far clocks of different machines may be apart."""
PRODUCER = "producer"


def check(pack: Pack) -> Iterator[Check]:
    """Yield what each e-signature comes to; nothing where there is none."""
    last = ""
    for name in _missing(pack):
        yield broken("e-signatures", "it is missing, and signatures after it are there", name)
    for order, one in enumerate(pack.signatures, 1):
        if isinstance(one, tuple):
            yield broken("e-signatures", str(one[1]), one[0])
            last = "?"
            continue
        faults = [*_chained(one, order, last), *_bound(pack, one), *key_faults(one, one.said.signers)]
        last = one.digest
        if faults:
            yield from (broken("e-signatures", what, one.file) for what in faults)
        else:
            yield from _signed(pack, one)


def manifestation(pack: Pack) -> Iterator[Check]:
    """Yield whether signatures.pdf shows the signatures; nothing where there is neither."""
    there = layout.MANIFESTATION in pack.files
    if not there and not pack.signatures:
        return iter(())
    return or_ok("manifestation", _manifested(pack, there), "signatures.pdf is the one that the last signature names")


def users(pack: Pack) -> dict[str, set[str]]:
    """Return, by role, the users whose e-signatures hold."""
    found: dict[str, set[str]] = {}
    last = ""
    for order, one in enumerate(pack.signatures, 1):
        if isinstance(one, tuple):
            last = "?"
            continue
        whole = not [*_chained(one, order, last), *_bound(pack, one), *key_faults(one, one.said.signers)]
        last = one.digest
        if whole and all(answer.status == "ok" for answer in _signed(pack, one)):
            found.setdefault(one.said.role, set()).add(one.said.user)
    return found


def _missing(pack: Pack) -> list[str]:
    """Return the signatures that must be there, by the numbers of those that are."""
    names = pack.numbered(layout.SIGNATURES)
    numbers = {number(name) for name in names}
    return [f"{layout.SIGNATURES}{one:04}.json" for one in range(1, max(numbers, default=0)) if one not in numbers][:9]


def _chained(one: ReadSignature, order: int, last: str) -> Iterator[str]:
    if one.said.order != order:
        yield f"it says that it is signature {one.said.order}, and it is {order}"
    if one.said.previous != last:
        yield "it does not follow the signature before it"


def _bound(pack: Pack, one: ReadSignature) -> Iterator[str]:
    if isinstance(pack.statement, ValueError):
        yield "there is no Statement that it could be of"
        return
    said = pack.statement.said
    root = next((subject.digest.sha256 for subject in said.subject if subject.name == layout.CORE_SUBJECT), "")
    if (one.said.pack.root, one.said.pack.tree_size) != (root, said.predicate.tree_size):
        yield "it was made for another pack"
    elif one.said.pack.statement != pack.statement.payload_digest:
        yield "it was made for another Statement of this pack"


def _signed(pack: Pack, one: ReadSignature) -> Iterator[Check]:
    """Yield whether the person that a signature names made it, and could have when it says."""
    said = one.said
    marks = judged(pack, one, said.role)
    if not marks:
        yield broken("e-signatures", "no key signed it", one.file)
        return
    if said.role == PRODUCER:
        yield broken("e-signatures", "as producer one signs the Statement", one.file)
        return
    wrong = [mark.what for mark in marks if mark.mark == "bad"]
    wrong += [
        f"it names {said.name} ({said.user}), and the key is of {mark.key.holder} ({mark.key.user})"
        for mark in marks
        if mark.key and (mark.key.user, mark.key.holder) != (said.user, said.name)
    ]
    wrong += _dated(pack, one)
    unknown = [mark.what for mark in marks if mark.mark == "unknown"]
    for what in dict.fromkeys(wrong):
        yield broken("e-signatures", what, one.file)
    if wrong:
        return
    if unknown:
        yield unchecked("e-signatures", "; ".join(unknown), one.file)
        return
    held = "; ".join(mark.what for mark in marks)
    yield ok("e-signatures", f"{said.name} ({said.user}) signed as {said.role}, {said.meaning}, at {said.at}: {held}")


def _dated(pack: Pack, one: ReadSignature) -> Iterator[str]:
    at, covered = instant(one.said.at), pack.covered_since(one.file)
    if pack.assessed_at is not None and pack.assessed_at - at > SLACK:
        yield f"it is dated {one.said.at}, before the assessment was made"
    if at - pack.now > SLACK:
        yield f"it is dated {one.said.at}, and it is {instant_text(pack.now)}"
    if covered is not None and at - covered > SLACK:
        yield f"it is dated {one.said.at}, after the trusted timestamp that covers it"


def _manifested(pack: Pack, there: bool) -> Iterator[Check]:
    name = layout.MANIFESTATION
    last = pack.signatures[-1] if pack.signatures else None
    if last is None:
        yield broken("manifestation", "it shows signatures, and there are none", name)
    elif not there:
        yield broken("manifestation", "it is missing", name)
    elif isinstance(last, tuple):
        yield unchecked("manifestation", "the last signature can't be read", name)
    else:
        try:
            if digest(pack.files, name) != last.said.manifestation:
                yield broken("manifestation", f"it is not the one that {last.file} names", name)
        except UnreadableError as error:
            yield broken("manifestation", error.what, name)
