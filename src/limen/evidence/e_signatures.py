"""E-signatures by 21 CFR Part 11: who signs what, when and with which meaning, and what a signature is bound to.

11.50(a) printed name, date and time, and meaning are in what is signed, and in signatures.pdf for people. 11.70 a
signature names the root of the tree and the Statement, so that on another pack it is none. Each names the one before
it, and the manifestation of all so far.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from limen.errors import Problem
from limen.evidence.checks.forms import ESignature, Predicate, SignedPack, Statement
from limen.evidence.layout import CORE_SUBJECT, SIGNATURES, STATEMENT
from limen.evidence.reading import PackFiles, UnreadableError
from limen.integrity import dsse
from limen.integrity.e_signatures import Meaning, meaning_problems, printable_problems
from limen.integrity.forms import read_form
from limen.integrity.instants import instant_text

MOST = 9999
"""Signatures of a pack at most: their names have four digits."""
Render = Callable[[Sequence[Mapping[str, Any]]], bytes]
"""Makes signatures.pdf of all payloads, in their order; the same bytes each time."""


class Signatory(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to sign, as what and with which meaning."""

    user: str
    name: str
    meaning: str
    role: str


def signature_names(files: PackFiles) -> list[str]:
    """Return the names of the signatures of a pack, in order."""
    return [name for name in files.names() if name.startswith(SIGNATURES)]


def signature_name(order: int) -> str:
    """Return the name of a signature's file by its number."""
    return f"{SIGNATURES}{order:04}.json"


def read_signatures(files: PackFiles) -> list[ESignature]:
    """Return the payloads of all signatures, in order, unverified; raises UnreadableError where one is none."""
    found = []
    for name in signature_names(files):
        try:
            found.append(read_form(dsse.decoded(files.read(name)).payload, ESignature))
        except ValueError as error:
            raise UnreadableError(name, f"it is no e-signature: {error}") from None
    return found


def plain(signature: ESignature) -> dict[str, Any]:
    """Return the payload as a plain value."""
    found: dict[str, Any] = msgspec.to_builtins(signature)
    return found


def bound(files: PackFiles) -> tuple[SignedPack, Predicate]:
    """Return what signatures of this pack are bound to, and the Statement's predicate.

    Raises UnreadableError where the Statement can't be read; whether it is true is for the verifier to say.
    """
    try:
        payload = dsse.decoded(files.read(STATEMENT)).payload
        statement = read_form(payload, Statement)
    except ValueError as error:
        raise UnreadableError(STATEMENT, f"it is no Statement of a pack: {error}") from None
    roots = [one.digest.sha256 for one in statement.subject if one.name == CORE_SUBJECT]
    if len(roots) != 1:
        raise UnreadableError(STATEMENT, "it does not name one root")
    digest = hashlib.sha256(payload).hexdigest()
    return SignedPack(root=roots[0], tree_size=statement.predicate.tree_size, statement=digest), statement.predicate


def next_signature(
    files: PackFiles, signatory: Signatory, at: datetime, keys: Sequence[str], render: Render
) -> tuple[ESignature, bytes]:
    """Return the payload of the next signature of a pack, and signatures.pdf with it.

    `at` is the time of signing, `keys` the ids of the keys. Raises UnreadableError where the pack can't be read.
    """
    before = read_signatures(files)
    names = signature_names(files)
    unshown = ESignature(
        format="limen-e-signature-1",
        pack=bound(files)[0],
        user=signatory.user,
        name=signatory.name,
        at=instant_text(at),
        meaning=msgspec.convert(signatory.meaning, Meaning),
        role=signatory.role,
        order=len(before) + 1,
        previous=hashlib.sha256(files.read(names[-1])).hexdigest() if names else "",
        signers=tuple(sorted(keys)),
        manifestation="",
    )
    shown = render(shown_payloads([*before, unshown]))
    return msgspec.structs.replace(unshown, manifestation=hashlib.sha256(shown).hexdigest()), shown


def shown_payloads(signatures: Sequence[ESignature]) -> list[dict[str, Any]]:
    """Return what signatures.pdf is made of: the payloads without the digest of signatures.pdf itself."""
    found = [plain(one) for one in signatures]
    for one in found:
        del one["manifestation"]
    return found


def problems(signatory: Signatory) -> list[Problem]:
    """Return everything that keeps a signatory from being one."""
    found = meaning_problems(signatory.meaning)
    if signatory.role == "producer":
        hint = "name what the person is, such as author or approver"
        found.append(Problem(message="the role producer signs the Statement, and no person signs as it", hint=hint))
    found += printable_problems(user=signatory.user, name=signatory.name, role=signatory.role)
    return found
