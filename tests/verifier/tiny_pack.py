"""A small pack by the letter of the format, and one of any size: made with no code of limen's that verifies.

The corpus of tests/evidence is what verifiers must agree on; this is for what needs a pack of its own: how long a large
one takes, keys of an algorithm that openssl here does not know, documents that are wrong and signed all the same.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa

from tests.evidence.oracle import contents, entry_leaf, jcs, leaf_of, root_of, salt_of, sha

SECRET = bytes(range(32))
ORIGIN = "limen.example/acme"
AT = "2026-11-22T10:00:00Z"
NOW = "2026-11-22T12:00:00Z"


class Key:
    """A private key with what a trust file says of it."""

    def __init__(self, private: Any, user: str, holder: str, roles: Iterable[str]) -> None:
        self.private, self.user, self.holder, self.roles = private, user, holder, list(roles)
        public = private.public_key()
        info = serialization.PublicFormat.SubjectPublicKeyInfo
        self.pem = public.public_bytes(serialization.Encoding.PEM, info).decode()
        self.der = public.public_bytes(serialization.Encoding.DER, info)
        self.id = sha(self.der)

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return self.private.sign(message, ec.ECDSA(hashes.SHA256()))
        return self.private.sign(message)

    def trusted(self, **more: Any) -> dict[str, Any]:
        times = {"valid_from": "2026-01-01T00:00:00Z", "valid_to": "2028-01-01T00:00:00Z"}
        who = {"public_key": self.pem, "holder": self.holder, "user": self.user, "roles": self.roles}
        return {**who, **times, **more}


def ed25519_key(user: str = "ci", holder: str = "Build service", roles: Iterable[str] = ("producer",)) -> Key:
    return Key(ed25519.Ed25519PrivateKey.generate(), user, holder, roles)


def ecdsa_key(user: str = "aruiz", holder: str = "Ana Ruiz", roles: Iterable[str] = ("approver",)) -> Key:
    return Key(ec.generate_private_key(ec.SECP256R1()), user, holder, roles)


def ml_dsa_key(user: str = "ci", holder: str = "Build service", roles: Iterable[str] = ("producer",)) -> Key:
    return Key(mldsa.MLDSA65PrivateKey.generate(), user, holder, roles)


def dsse(kind: str, payload: bytes, signers: Iterable[Key]) -> bytes:
    message = b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(payload), payload)
    made = [{"keyid": key.id, "sig": base64.b64encode(key.sign(message)).decode()} for key in signers]
    text = base64.b64encode(payload).decode()
    return jcs({"payload": text, "payloadType": kind, "signatures": made}) + b"\n"


def signed_note(text: str, name: str, key: Key) -> bytes:
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + key.der[12:]).digest()[:4]
    line = base64.b64encode(key_id + key.sign(text.encode())).decode()
    return f"{text}\n— {name} {line}\n".encode()


def records(rows: Iterable[Any]) -> bytes:
    return b"".join(jcs(row) + b"\n" for row in rows)


def core_files(subjects: int = 3, rules: int = 2, failing: int = 0) -> dict[str, bytes]:
    """The core of a conforming assessment of `subjects` times `rules` decisions; of the first rule, some fail."""
    names = [f"crossing:flow-{number}/record" for number in range(subjects)]
    decisions = [(rule, name) for rule in range(rules) for name in range(subjects)]
    statuses = ["fail" if rule == 0 and name < failing else "pass" for rule, name in decisions]
    counts = dict.fromkeys(("error", "fail", "not_assessed", "pass", "not_applicable", "out_of_scope"), 0)
    for status in statuses:
        counts[status] += 1
    words = f"does not conform: {failing} finding{'s' * (failing != 1)}; " if failing else "conforms as declared; "
    severities = dict.fromkeys(("critical", "high", "medium", "low"), 0)
    assessment = {
        "format": "limen-pack-1", "system": "acme", "title": "Acme", "owner": "team", "scope": "design", "partial": "",
        "assessed_at": AT, "as_of": "2026-11-22", "fail_on": "low", "profiles": ["zero-trust"], "counts": counts,
        "findings": {"failed": {**severities, "high": failing}, "gaps": 0, "accepted": 0},
        "verdict": f"{words}12 claims, 0 observed", "exit_code": 1 if failing else 0, "claims": 12, "observed": 0,
        "unseeable": 0, "population": {"crossing": subjects, "zone": 0}, "deviations": [], "controls": {},
        "withheld": 0,
    }  # fmt: skip
    rule = [f"transport.rule_{number}" for number in range(rules)]
    result = {"check": "tls", "path": "in_transit.tls.min", "status": "pass", "message": "", "actual": 1.5, "refs": []}
    return {
        "core/assessment.json": jcs(assessment),
        "core/rules.jsonl": records(
            {"rule": one, "title": "A rule", "subject": "crossing", "severity": "high", "scope": "design",
             "controls": ["nist-800-53r5:SC-8"], "profiles": ["zero-trust"], "parameters": {"min": 1.2}, "module": "m"}
            for one in rule
        ),
        "core/decisions.jsonl": records(
            {"rule": rule[one], "status": status, "severity": "high", "controls": ["nist-800-53r5:SC-8"],
             "kind": "crossing"}
            for (one, _), status in zip(decisions, statuses, strict=True)
        ),
        "core/details.jsonl": records(
            {"id": "x", "decision": index, "rule": rule[one], "subject": names[name],
             "results": [{**result, "status": status}], "reason": "", "witness": []}
            for index, ((one, name), status) in enumerate(zip(decisions, statuses, strict=True))
        ),
        "core/subjects.jsonl": records(
            {"id": "x", "kind": "crossing", "subject": name, "input": {"flow": name, "arrow": "a → b", "tls": 1.3}}
            for name in names
        ),
        "core/findings.jsonl": records(
            {"rule": rule[0], "subject": names[name], "status": "fail", "severity": "high", "disposition": "open",
             "fingerprint": "0" * 32}
            for name in range(failing)
        ),
        **{f"core/{name}.jsonl": b"" for name in ("claims", "attempts", "crossings", "waivers")},
        **{f"core/{name}.json": b"{}" for name in ("vanished", "undeclared", "approvals", "sensitivity")},
        "core/notes.json": b"[]",
        "core/inputs/request.json": jcs({"format": "limen-request-1"}),
        "core/inputs/declaration/boundaries.yaml": b"id: acme\n",
    }  # fmt: skip


def complete(
    core: Mapping[str, bytes], producers: Iterable[Key], log: Key, *, previous: Any = None, runs: int = 1
) -> dict[str, bytes]:
    """A whole pack over a core, by the letter of the format."""
    producers = list(producers)
    assessment = json.loads(core["core/assessment.json"])
    leaves = [
        leaf_of(salt_of(SECRET, path, index), kind, path, index, content)
        for kind, path, index, content in contents(core)
    ]
    root = merkle(leaves).hex()
    sizes = {
        "tree_size": len(leaves),
        "public_size": sum(path in PUBLIC for _, path, _, _ in contents(core)),
    }
    said = {name: assessment[name] for name in ("exit_code", "counts")}
    entries = []
    for number in range(runs):
        run = f"00000000-0000-4000-8000-{number:012}"
        entries.append(
            {"format": "limen-log-1", "type": "started", "run": run, "at": AT, "system": "acme", "scope": "design"}
        )
        ended = {"format": "limen-log-1", "type": "ended", "run": run, "at": AT, "root": root, **sizes, **said}
        failed = {"format": "limen-log-1", "type": "failed", "run": run, "at": AT, "reason": "PolicyError"}
        entries.append(ended if number == runs - 1 else failed)
    lines = [jcs(entry) for entry in entries]
    head = merkle([entry_leaf(line) for line in lines])
    checkpoint = f"{ORIGIN}\n{len(lines)}\n{base64.b64encode(head).decode()}\n"
    files = {
        **core,
        "VERIFY.md": b"# Verify\n",
        "envelope/secret": SECRET.hex().encode() + b"\n",
        "envelope/run.json": jcs({"limen": "0"}),
        "envelope/log.jsonl": b"".join(line + b"\n" for line in lines),
        "envelope/checkpoint.txt": signed_note(checkpoint, ORIGIN, log),
    }
    listed = sorted(files, key=str.encode)
    files["SHA256SUMS"] = "".join(f"{sha(files[name])}  {name}\n" for name in listed).encode()
    named = ["SHA256SUMS", "VERIFY.md", "envelope/run.json", "envelope/log.jsonl", "envelope/checkpoint.txt"]
    repeated = ("system", "assessed_at", "as_of", "scope", "partial", "verdict", "exit_code", "counts")
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": "https://limen.dev/evidence-pack/v1",
        "subject": [
            {"name": "core", "digest": {"sha256": root}},
            *({"name": name, "digest": {"sha256": sha(files[name])}} for name in named),
        ],
        "predicate": {
            "format": "limen-pack-1", **{name: assessment[name] for name in repeated}, **sizes, "previous": previous,
            "log": {"origin": ORIGIN, "size": len(lines), "root": head.hex()},
            "signers": sorted(key.id for key in producers),
        },
    }  # fmt: skip
    files["envelope/statement.json"] = dsse("application/vnd.in-toto+json", jcs(statement), producers)
    return files


PUBLIC = ("core/assessment.json", "core/rules.jsonl", "core/decisions.jsonl")


def merkle(leaves: list[bytes]) -> bytes:
    """The root, level by level; the oracle's is by the letter and too slow for a large pack."""
    if len(leaves) < 1000:
        return root_of(leaves)
    while len(leaves) > 1:
        pairs = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(leaves[::2], leaves[1::2], strict=False)]
        leaves = pairs + leaves[len(leaves) & ~1 :]
    return leaves[0]


def trust(keys: Iterable[Key], log_key: Key | None, **require: Any) -> dict[str, Any]:
    """A trust file."""
    logs = [] if log_key is None else [{"origin": ORIGIN, "public_key": log_key.pem}]
    return {
        "format": "limen-trust-1", "keys": [key.trusted() for key in keys], "logs": logs, "witnesses": [],
        "authorities": [], "require": require,
    }  # fmt: skip


def write(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write a pack's files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def payload_of(envelope: bytes) -> bytes:
    """What an envelope is around."""
    return base64.b64decode(json.loads(envelope)["payload"])
