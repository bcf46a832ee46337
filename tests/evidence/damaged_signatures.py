"""Packs that nobody may have signed so."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.evidence import sealing
from tests.evidence.makings import (
    ANA,
    ANA_TOO,
    BEN,
    CARA,
    CURVE,
    DAY,
    EARLY,
    EXPIRED,
    LARGER_CURVE,
    NOW,
    POLICY,
    PRODUCER,
    REVOKED,
    SECOND,
    STATEMENT,
    STRANGER,
    Case,
    Makings,
)
from tests.evidence.oracle import jcs
from tests.evidence.sealing import Files, Key, Sealing, e_signed, moment, seal, timestamped
from tests.evidence.small_core import Small


class Weak(Key):
    """A key of P-384 that signs with a digest weaker than its curve."""

    def __init__(self, key: Key) -> None:
        super().__init__(key.name, key.algorithm)

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message, ec.ECDSA(hashes.SHA256()))


def keys_of(made: Makings) -> Iterator[Case]:
    """Yield packs whose Statement nobody may have signed so."""

    def case(name: str, files: Files, check: str, file: str = STATEMENT, **arguments: Any) -> Case:
        return Case(name, made.put(name, files), {"trust": made.trust, **arguments}, check, file)

    core = made.core.files()
    signed = "signatures-producer"
    yield case("forged with keys of its own", seal(core, Sealing(signers=(STRANGER,))), signed)
    own = Small(made.at)
    yield case("forged with keys and a policy of its own", seal(own.files(), Sealing(signers=(STRANGER,))), signed)
    yield case("signed by an expired key", seal(core, Sealing(signers=(EXPIRED,))), signed)
    yield case("signed by a key that is not valid yet", seal(core, Sealing(signers=(EARLY,))), signed)
    yield case("signed by a revoked key", seal(core, Sealing(signers=(REVOKED,))), signed)
    late = timestamped(seal(core, Sealing(signers=(REVOKED,))), made.authority)
    yield case("signed by a key that was revoked before its timestamp", late, signed)
    yield case("signed by a key without that role", seal(core, Sealing(signers=(BEN,))), signed)
    yield case("signed on P-384 with SHA-256", seal(core, Sealing(signers=(Weak(LARGER_CURVE),))), signed)
    yield case("without its signature", stripped(made.plain, 0), signed)
    both = seal(core, Sealing(signers=(PRODUCER, SECOND)))
    yield case("without the first of two signatures", stripped(both, 0), signed)
    yield case("without the second of two signatures", stripped(both, 1), signed)
    yield case(
        "with a signature too many", seal(core, Sealing(signers=(PRODUCER, CURVE), named=(PRODUCER.id,))), signed
    )
    named = tuple(sorted((PRODUCER.id, SECOND.id), reverse=True))
    yield case("signers out of order", seal(core, Sealing(signers=(PRODUCER, SECOND), named=named)), signed)
    for number, algorithm in enumerate(("Ed25519", "ML-DSA")):
        yield case(f"a bit of the {algorithm} signature flipped", bent(both, number), signed)
    nobody = Sealing(signers=())
    yield case("signed by nobody, which its policy does not let be", seal(core, nobody), "policy")
    yield case(
        "signed by nobody, which the auditor does not let be",
        seal(own.files(), nobody),
        "policy",
        trust=made.trusting("producer", {"signatures": {"producer": 1}}),
    )
    yield case(
        "two keys of one producer where two producers must sign",
        both,
        "policy",
        trust=made.trusting("producers", {"signatures": {"producer": 2}}),
    )
    relabelled = json.loads(made.plain[STATEMENT])
    relabelled["payloadType"] = "application/json"
    yield case("a payload of another type", {**made.plain, STATEMENT: jcs(relabelled) + b"\n"}, "statement")
    twice = json.loads(made.plain[STATEMENT])
    twice["signatures"] *= 2
    yield case("a signature that stands twice", {**made.plain, STATEMENT: jcs(twice) + b"\n"}, "statement")
    loose = made.plain[STATEMENT].replace(b'{"payload":', b'{"payload": ')
    yield case("an envelope that is not written as it must be", {**made.plain, STATEMENT: loose}, "statement")
    other = seal(Small(made.at, POLICY).recount().files(), Sealing(secret=b"\2" * 32))
    yield case("the Statement of another pack", {**made.plain, STATEMENT: other[STATEMENT]}, "tree", "core/")


def stripped(files: Files, number: int, name: str = STATEMENT) -> Files:
    """Return files without one signature of a document."""
    said = json.loads(files[name])
    del said["signatures"][number]
    return {**files, name: jcs(said) + b"\n"}


def bent(files: Files, number: int, name: str = STATEMENT) -> Files:
    """Return files with one bit of a signature flipped."""
    said = json.loads(files[name])
    signature = bytearray(base64.b64decode(said["signatures"][number]["sig"]))
    signature[len(signature) // 2] ^= 1
    said["signatures"][number]["sig"] = sealing.b64(bytes(signature))
    return {**files, name: jcs(said) + b"\n"}


def signatures_of(made: Makings) -> Iterator[Case]:
    """Yield packs with e-signatures that do not count."""

    def case(name: str, files: Files, check: str = "e-signatures", number: int = 1, **arguments: Any) -> Case:
        file = f"envelope/signatures/{number:04}.json"
        return Case(name, made.put(name, files), {"trust": made.trust, **arguments}, check, file)

    plain, at = made.plain, made.at
    ben = (plain, (BEN,), "ben", "Ben Weiß", at)
    yield case("signed by a stranger", e_signed(plain, (STRANGER,), "ben", "Ben Weiß", at))
    yield case("signed in another's name", e_signed(plain, (BEN,), "ana", "Ana Ruiz", at))
    yield case("printed name of another", e_signed(plain, (BEN,), "ben", "Ben Weiss", at))
    yield case("a meaning that there is not", e_signed(*ben, meaning="applause"))
    yield case("a role that the key has not", e_signed(*ben, role="author"))
    yield case("signed as the producer", e_signed(plain, (PRODUCER,), "builder", "Builder", at, role="producer"))
    yield case("signed with an expired key", e_signed(plain, (EXPIRED,), "old", "Old", at))
    yield case("signed with a revoked key", e_signed(plain, (REVOKED,), "revoked", "Revoked", at))
    yield case("signed with keys of two people", e_signed(plain, (BEN, CARA), "ben", "Ben Weiß", at))
    yield case("signed with no key", e_signed(plain, (), "ben", "Ben Weiß", at))
    yield case("signed before the assessment", e_signed(plain, (BEN,), "ben", "Ben Weiß", moment(NOW - DAY)))
    yield case("signed in the future", e_signed(plain, (BEN,), "ben", "Ben Weiß", moment(NOW + DAY)))
    yield case(
        "dated after the timestamp that covers it",
        timestamped(e_signed(plain, (BEN,), "ben", "Ben Weiß", moment(NOW + DAY)), made.authority),
        at=moment(NOW + 2 * DAY),
    )
    yield case("an order that is not its own", e_signed(*ben, order=2))
    yield case("a signature before it that is not there", e_signed(*ben, previous="0" * 64))
    yield case("a member more", e_signed(*ben, comment="fine"))
    yield case("without its signature of a person", stripped(e_signed(*ben), 0, "envelope/signatures/0001.json"))
    yield case("a bit of a person's signature flipped", bent(e_signed(*ben), 0, "envelope/signatures/0001.json"))
    other = seal(Small(at, POLICY).files(), Sealing(secret=b"\3" * 32))
    moved = {name: content for name, content in e_signed(other, *ben[1:]).items() if "signatures" in name}
    yield case("moved from another pack", {**plain, **moved})
    rewritten = seal(made.core.files(), Sealing(signers=(PRODUCER, SECOND)))
    moved = {name: content for name, content in e_signed(rewritten, *ben[1:]).items() if "signatures" in name}
    yield case("moved from another Statement of the same core", {**plain, **moved})
    three = made.first
    for number in (1, 2):
        gone = {name: content for name, content in three.items() if not name.endswith(f"signatures/000{number}.json")}
        yield case(f"e-signature {number} of three removed", gone, number=number)
    last = {name: content for name, content in three.items() if not name.endswith("signatures/0003.json")}
    name = "the last e-signature removed"
    yield Case(name, made.put(name, last), {"trust": made.trust}, "manifestation", "envelope/signatures.pdf")
    swapped = {
        **three,
        "envelope/signatures/0001.json": three["envelope/signatures/0002.json"],
        "envelope/signatures/0002.json": three["envelope/signatures/0001.json"],
    }
    yield case("two e-signatures swapped", swapped)
    first = e_signed(made.approved(), (BEN,), "ben", "Ben Weiß", at)
    again = e_signed(e_signed(first, (ANA,), "ana", "Ana Ruiz", at, role="author"), (BEN,), "ben", "Ben Weiß", at)
    people = "envelope/signatures/"
    name = "one approver twice where two must sign"
    yield Case(name, made.put(name, timestamped(again, made.authority)), {"trust": made.trust}, "policy", people)
    author = e_signed(made.approved(), (ANA,), "ana", "Ana Ruiz", at)
    both = e_signed(author, (ANA_TOO,), "ana", "Ana Ruiz", at)
    name = "two keys of one approver where two must sign"
    yield Case(name, made.put(name, timestamped(both, made.authority)), {"trust": made.trust}, "policy", people)
    two = e_signed(e_signed(made.approved(), (BEN,), "ben", "Ben Weiß", at), (CARA,), "cara", "Cara Li", at)
    name = "nobody signed as author"
    yield Case(name, made.put(name, timestamped(two, made.authority)), {"trust": made.trust}, "policy", people)
    shown = {**three, "envelope/signatures.pdf": b"%PDF Signed by everybody\n"}
    name = "another manifestation"
    yield Case(name, made.put(name, shown), {"trust": made.trust}, "manifestation", "envelope/signatures.pdf")
    name = "a manifestation without a signature"
    shown = {**plain, "envelope/signatures.pdf": b"%PDF Signed by everybody\n"}
    yield Case(name, made.put(name, shown), {"trust": made.trust}, "manifestation", "envelope/signatures.pdf")
