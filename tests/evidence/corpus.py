"""Packs that every verifier must take, and damaged ones that every verifier must refuse, naming the culprit.

`good(folder)` and `damaged(folder)` yield cases: a name, the pack, what the verifier is given, and the check that must
break with the file that it must name. They are written by `sealing`, which knows the format and nothing of limen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.evidence import sealing
from tests.evidence.damaged_by_producers import signed_by_producers
from tests.evidence.damaged_files import by_file, containers_of
from tests.evidence.damaged_records import records_of, redactions_of, resealed
from tests.evidence.damaged_signatures import keys_of, signatures_of
from tests.evidence.damaged_times import logs_of, timestamps_of
from tests.evidence.makings import (
    CHECKPOINT,
    COMPROMISED,
    CURVE,
    DAY,
    KEPT,
    LARGER_CURVE,
    NOW,
    PRODUCER,
    SECOND,
    STRANGER,
    Case,
    Makings,
    entry,
    log_of,
    zipped,
)
from tests.evidence.sealing import Sealing, moment, redacted, seal, timestamped
from tests.evidence.small_core import Small

__all__ = ["Case", "damaged", "good"]


def good(folder: Path) -> Iterator[Case]:
    """Yield packs for which no verifier may raise an alarm."""
    made = Makings(folder / "good")

    def case(name: str, files: Mapping[str, bytes], **arguments: Any) -> Case:
        return Case(name, made.put(name, files), {"trust": made.trust, **arguments}, None, None)

    core = made.core.files()
    yield case("signed with Ed25519", made.plain)
    yield case("signed with ECDSA P-256", seal(core, Sealing(signers=(CURVE,))))
    yield case("signed with ECDSA P-384", seal(core, Sealing(signers=(LARGER_CURVE,))))
    yield case("signed with Ed25519 and ML-DSA", seal(core, Sealing(signers=(PRODUCER, SECOND))))
    yield case(
        "with e-signatures of three, a timestamp, observations and a pack before it",
        made.whole,
        previous=made.put("the pack before", made.plain),
    )
    yield case("its timestamp renewed", timestamped(made.whole, made.authority))
    signed = made.signed_by_three(timestamped(made.approved(), made.authority))
    yield case("timestamped, then signed, then timestamped", timestamped(signed, made.authority))
    witnessed = Sealing(witnesses={sealing.WITNESS: sealing.WITNESS_KEY, "unknown.example": STRANGER})
    yield case("with a witness", seal(core, witnessed), trust=made.trusting("witnessed", {"witnesses": 1}))
    held = made.folder / "head.txt"
    held.write_bytes(made.plain[CHECKPOINT])
    later = Sealing(before=log_of(made.plain), run=2, secret=b"\5" * 32)
    yield case("later in the log than the head that is held", seal(core, later), since=held)
    yield case("of the very head that is held", made.plain, since=held)
    others = [entry("started", 7, made.at), entry("started", 8, made.at), entry("failed", 8, made.at, reason="policy")]
    lost = {"root": "a" * 64, "tree_size": 9, "public_size": 3, "exit_code": 0, "counts": {"pass": 1}}
    others += [entry("started", 9, made.at), entry("ended", 9, made.at, **lost)]
    others += [
        entry("failed", 9, made.at, reason="OSError"),
        entry("observed", 10, made.at, recording="b" * 64, nonce="n"),
    ]
    yield case("after a run that failed and one that never ended", seal(core, Sealing(before=others)))
    yield case("redacted", redacted(made.whole, KEPT))
    passed = Small(made.at)
    passed.details[1]["results"] = [{"check": "tls", "status": "pass", "message": ""}]
    passed.findings.clear()
    passed.decisions = [{**one, "status": "pass"} for one in passed.decisions]
    yield case("without a finding and without a policy", seal(passed.recount().files()))
    waived = made.core.copy()
    waived.findings[0]["disposition"] = "waived"
    waived.waivers[0] |= {"fingerprint": waived.findings[0]["fingerprint"], "counted": True}
    yield case("with a finding that is waived", seal(waived.recount().files()))
    yield case(
        "signed by a key that was revoked after its timestamp",
        timestamped(seal(core, Sealing(signers=(COMPROMISED,))), made.authority),
        at=moment(NOW + 2 * DAY),
    )
    yield case(
        "signed by a key that expired after its timestamp",
        timestamped(made.plain, made.authority),
        at=moment(NOW + 500 * DAY),
    )
    zipped_pack = made.folder / "packs" / "a zip.zip"
    zipped(zipped_pack, made.whole.items())
    yield Case("a zip", zipped_pack, {"trust": made.trust}, None, None)
    yield from real(made)


def real(made: Makings) -> Iterator[Case]:
    """Yield packs that limen itself makes of a small declaration, one after the other."""
    from tests.evidence.packing import declared, ok, packed

    folder = made.folder / "real"
    declaration = declared(folder / "declaration")
    key, log = folder / "producer.pem", folder / "log"
    key.write_bytes(PRODUCER.private_pem())
    key.chmod(0o600)
    policy = folder / "policy.yaml"
    policy.write_text("signatures: {producer: 1}\nlog: true\n")
    options = ("--key", key, "--log", log, "--signing-policy", policy)
    first = packed(declaration, folder / "first", *options)
    head = folder / "head.txt"
    head.write_bytes((first / CHECKPOINT).read_bytes())
    second = packed(declaration, folder / "second.zip", *options, "--previous", first)
    origin = head.read_text().split("\n")[0]
    logs = [{"origin": origin, "public_key": (log / "public.pem").read_text()}]
    trust = made.trusting("real", {}, logs=logs)
    yield Case("made by limen", first, {"trust": trust}, None, None)
    yield Case(
        "made by limen after another one", second, {"trust": trust, "previous": first, "since": head}, None, None
    )
    shown = folder / "shown"
    ok("redact", first, "-o", shown, "--keep", "decision:0", "--keep", "core/inputs/signing.json")
    yield Case("made by limen and redacted", shown, {"trust": trust}, None, None)


def damaged(folder: Path) -> Iterator[Case]:
    """Yield packs that every verifier must refuse."""
    made = Makings(folder / "damaged")
    yield from by_file(made, "whole", made.whole)
    yield from by_file(made, "redacted", redacted(made.whole, KEPT))
    yield from resealed(made)
    yield from records_of(made)
    yield from signed_by_producers(made)
    yield from keys_of(made)
    yield from signatures_of(made)
    yield from timestamps_of(made)
    yield from logs_of(made)
    yield from redactions_of(made)
    yield from containers_of(made)
