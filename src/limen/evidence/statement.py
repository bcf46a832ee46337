"""The Statement of a pack: an in-toto Statement v1 in DSSE that names the root of core and the files of the envelope.

Source: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from limen.evidence import layout
from limen.evidence.tree import CoreTree
from limen.integrity.canonical import canonical
from limen.integrity.dsse import Envelope, signed
from limen.integrity.signatures import Signer

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://limen.dev/evidence-pack/v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What the Statement repeats of core, and what it says of the pack's place among others."""

    system: str
    assessed_at: str
    as_of: str
    scope: str
    partial: str
    verdict: str
    exit_code: int
    counts: Mapping[str, int]
    previous: Mapping[str, Any] | None
    """Root and tree size of the previous pack."""
    log: Mapping[str, Any]
    """Origin, size and root of the run log."""


def statement(head: Head, tree: CoreTree, files: Mapping[str, str], signers: Sequence[Signer]) -> Envelope:
    """Return the Statement, signed; `files` are the digests of the files of the envelope that it names, in hex.

    Raises ValueError where a key is given twice.
    """
    digests = {layout.CORE_SUBJECT: tree.root.hex(), **files}
    payload = {
        "_type": STATEMENT_TYPE,
        "predicateType": PREDICATE_TYPE,
        "subject": [{"name": name, "digest": {"sha256": digests[name]}} for name in layout.SUBJECTS_OF_STATEMENT],
        "predicate": {
            "format": layout.FORMAT,
            **msgspec.structs.asdict(head),
            "tree_size": tree.size,
            "public_size": tree.public_size,
            "signers": sorted(signer.key.id for signer in signers),
        },
    }
    return signed(PAYLOAD_TYPE, canonical(payload), signers)


def sums_text(digests: Mapping[str, str]) -> bytes:
    """Return SHA256SUMS as coreutils read it, sorted by path, of the files that it names."""
    names = sorted((name for name in digests if layout.is_summed(name)), key=str.encode)
    return "".join(f"{digests[name]}  {name}\n" for name in names).encode()


def digest(content: bytes) -> str:
    """Return the SHA-256 of a content in hex."""
    return hashlib.sha256(content).hexdigest()
