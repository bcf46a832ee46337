"""The manifestation of e-signatures: printed name, date and time, and meaning, for people (21 CFR 11.50)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from limen.reports._words import cut, one_line, plural
from limen.reports.pages.typesetting import typeset

MEANINGS = {
    "authorship": "authorship: wrote what is signed",
    "review": "review: read and checked what is signed",
    "approval": "approval: accepts what is signed",
    "responsibility": "responsibility: answers for what is signed",
}
"""What a signature may mean (11.50(a)(3)), in words."""


class _Pack(msgspec.Struct, frozen=True):
    root: str
    tree_size: int
    statement: str


class _Signed(msgspec.Struct, frozen=True):
    """What a signature says; members that are not shown are passed over."""

    pack: _Pack
    user: str
    name: str
    at: str
    meaning: str
    role: str
    order: int
    signers: tuple[str, ...]


def render(payloads: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the manifestation of decoded e-signature payloads, in order: the same payloads give the same bytes.

    `manifestation` is the digest of what is made here, so it is passed over.

    Raises:
        ValueError: There is no payload, or one lacks a member or has one of another type.
        UsageError: The extra `evidence` is not installed.
    """
    if not payloads:
        raise ValueError("there is no signature to show")
    try:
        signed = msgspec.convert(list(payloads), list[_Signed])
    except msgspec.ValidationError as problem:
        raise ValueError(f"no e-signature payload: {problem}") from None
    last = signed[-1]
    count = plural(len(signed), "signature")
    values = {
        "heading": "Manifestation of signatures",
        "running": "limen · manifestation of signatures",
        "moment": f"last signed {last.at}",
        "short": f"pack {last.pack.root}",
        "foot": "21 CFR 11.50",
        "verdict": f"{count} on the evidence pack {last.pack.root}",
        "count": count,
        "signatures": [
            {
                "title": f"Signature {one.order}: {cut(one_line(one.name), 80)}",
                "name": one.name,
                "at": one.at,
                "meaning": MEANINGS.get(one.meaning, one.meaning),
                "user": one.user,
                "role": one.role,
                "keys": list(one.signers),
                "root": one.pack.root,
                "tree_size": f"{one.pack.tree_size:,}",
                "statement": one.pack.statement,
            }
            for one in signed
        ],
    }
    return typeset("manifestation.typ", values, {}, last.at)
