"""Seals a core into a pack, straight from the format and without limen: an independent writer, for tests of verifiers.

Keys follow from their names, so that a pack is the same from one run to the next but for what is random by nature.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa

from tests.evidence import oracle
from tests.evidence.oracle import jcs, sha

Files = dict[str, bytes]
STATEMENT_TYPE = "application/vnd.in-toto+json"
SIGNATURE_TYPE = "application/vnd.limen.e-signature+json"
SUBJECTS = ("SHA256SUMS", "VERIFY.md", "envelope/run.json", "envelope/log.jsonl", "envelope/checkpoint.txt")
NOT_SUMMED = ("SHA256SUMS", "envelope/statement.json", "envelope/signatures")
ORIGIN = "log.example/limen"
WITNESS = "witness.example"


class Key:
    """A private key that follows from its name."""

    def __init__(self, name: str, algorithm: str = "ed25519") -> None:
        seed = hashlib.sha256(name.encode()).digest()
        self.name, self.algorithm = name, algorithm
        self.private: Any
        if algorithm == "ed25519":
            self.private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
        elif algorithm == "ecdsa-p256":
            self.private = ec.derive_private_key(int.from_bytes(seed, "big") >> 1, ec.SECP256R1())
        elif algorithm == "ecdsa-p384":
            self.private = ec.derive_private_key(int.from_bytes(seed, "big"), ec.SECP384R1())
        else:
            self.private = mldsa.MLDSA65PrivateKey.from_seed_bytes(seed)
        public = self.private.public_key()
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        self.pem = public.public_bytes(serialization.Encoding.PEM, form).decode()
        self.id = sha(public.public_bytes(serialization.Encoding.DER, form))

    def sign(self, message: bytes) -> bytes:
        if self.algorithm == "ecdsa-p256":
            return self.private.sign(message, ec.ECDSA(hashes.SHA256()))
        if self.algorithm == "ecdsa-p384":
            return self.private.sign(message, ec.ECDSA(hashes.SHA384()))
        return self.private.sign(message)

    def raw(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    def private_pem(self) -> bytes:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


LOG_KEY = Key("log")
WITNESS_KEY = Key("witness")


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def envelope(kind: str, payload: bytes, keys: Iterable[Key]) -> bytes:
    said = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    signatures = [{"keyid": key.id, "sig": b64(key.sign(said))} for key in keys]
    return jcs({"payload": b64(payload), "payloadType": kind, "signatures": signatures}) + b"\n"


def note_line(key: Key, name: str, kind: int, signature: bytes) -> str:
    short = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key.raw()).digest()[:4]
    return f"\u2014 {name} {b64(short + signature)}\n"


def checkpoint(
    entries: list[bytes],
    *,
    key: Key = LOG_KEY,
    origin: str = ORIGIN,
    witnesses: Mapping[str, Key] | None = None,
    at: int = 0,
) -> bytes:
    text = f"{origin}\n{len(entries)}\n{b64(oracle.root_of([oracle.entry_leaf(one) for one in entries]))}\n"
    lines = note_line(key, origin, 1, key.sign(text.encode()))
    for name, witness in (witnesses or {}).items():
        signed = witness.sign(f"cosignature/v1\ntime {at}\n{text}".encode())
        lines += note_line(witness, name, 4, at.to_bytes(8, "big") + signed)
    return f"{text}\n{lines}".encode()


def run_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


@dataclass
class Sealing:
    """What a pack is sealed with; whatever a test wants otherwise it says here."""

    signers: tuple[Key, ...] = (Key("producer"),)
    named: tuple[str, ...] | None = None
    """Key ids that the Statement names; None: those of the signers."""
    secret: bytes = bytes(range(32))
    before: list[bytes] = field(default_factory=list)
    """Entries of the log before this run."""
    after: list[bytes] = field(default_factory=list)
    """Entries after it."""
    run: int = 1
    started: bool = True
    ended: bool = True
    told: dict[str, Any] = field(default_factory=dict)
    """What the log's `ended` says otherwise."""
    headed: list[bytes] | None = None
    """Entries that the checkpoint is over; None: those of the log."""
    log_key: Key = LOG_KEY
    origin: str = ORIGIN
    witnesses: dict[str, Key] = field(default_factory=dict)
    previous: dict[str, Any] | None = None
    reports: Files = field(default_factory=lambda: {"reports/limen.json": b"{}\n", "reports/limen.txt": b"text\n"})
    predicate: dict[str, Any] = field(default_factory=dict)
    """What the Statement says otherwise."""
    subjects: list[dict[str, Any]] = field(default_factory=list)
    """What the Statement is about besides."""


def entries_of(core: Mapping[str, bytes], root: str, size: int, public: int, how: Sealing) -> list[bytes]:
    import json

    said = json.loads(core["core/assessment.json"])
    at = said["assessed_at"]
    common = {"format": "limen-log-1", "run": run_id(how.run), "at": at}
    found = list(how.before)
    if how.started:
        found.append(jcs({**common, "type": "started", "system": said["system"], "scope": said["scope"]}))
    if how.ended:
        counted = {"exit_code": said["exit_code"], "counts": said["counts"]}
        found.append(
            jcs(
                {
                    **common,
                    "type": "ended",
                    "root": root,
                    "tree_size": size,
                    "public_size": public,
                    **counted,
                    **how.told,
                }
            )
        )
    return [*found, *how.after]


def seal(core: Mapping[str, bytes], how: Sealing | None = None) -> Files:
    """Return all files of a pack."""
    import json

    how = how or Sealing()
    said = json.loads(core["core/assessment.json"])
    leaves = oracle.hashes(core, how.secret)
    root = oracle.root_of(leaves).hex()
    public = sum(path in oracle.PUBLIC for _, path, _, _ in oracle.contents(core))
    entries = entries_of(core, root, len(leaves), public, how)
    at = int(datetime.datetime.fromisoformat(said["assessed_at"]).timestamp())
    files = {
        **core,
        **how.reports,
        "VERIFY.md": b"# How to verify\n",
        "envelope/secret": how.secret.hex().encode() + b"\n",
        "envelope/run.json": jcs({"format": "limen-run-1", "engine": "none"}),
        "envelope/log.jsonl": b"".join(one + b"\n" for one in entries),
        "envelope/checkpoint.txt": checkpoint(
            entries if how.headed is None else how.headed,
            key=how.log_key,
            origin=how.origin,
            witnesses=how.witnesses,
            at=at,
        ),
    }
    return stated(files, how, root, len(leaves), public)


def sums(files: Mapping[str, bytes]) -> bytes:
    summed = [
        name for name in sorted(files, key=str.encode) if not name.startswith((*NOT_SUMMED, "envelope/timestamps"))
    ]
    return "".join(f"{sha(files[name])}  {name}\n" for name in summed).encode()


def stated(files: Files, how: Sealing, root: str, size: int, public: int) -> Files:
    """Return files with SHA256SUMS and a Statement over them."""
    import json

    said = json.loads(files["core/assessment.json"])
    files = {**files, "SHA256SUMS": sums(files)}
    entries = files["envelope/log.jsonl"].split(b"\n")[:-1]
    log_root = oracle.root_of([oracle.entry_leaf(one) for one in entries]).hex()
    repeated = ("system", "assessed_at", "as_of", "scope", "partial", "verdict", "exit_code", "counts")
    payload = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": "https://limen.dev/evidence-pack/v1",
        "subject": [
            {"name": "core", "digest": {"sha256": root}},
            *({"name": name, "digest": {"sha256": sha(files[name])}} for name in SUBJECTS),
            *how.subjects,
        ],
        "predicate": {
            "format": "limen-pack-1",
            **{name: said[name] for name in repeated},
            "tree_size": size,
            "public_size": public,
            "previous": how.previous,
            "log": {"origin": how.origin, "size": len(entries), "root": log_root},
            "signers": sorted(key.id for key in how.signers) if how.named is None else list(how.named),
            **how.predicate,
        },
    }
    return {**files, "envelope/statement.json": envelope(STATEMENT_TYPE, jcs(payload), how.signers)}


def statement_payload(files: Mapping[str, bytes]) -> bytes:
    import json

    return base64.b64decode(json.loads(files["envelope/statement.json"])["payload"])


def root_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    """What another pack says of this one as the one before it."""
    import json

    said = json.loads(statement_payload(files))
    return {"root": said["subject"][0]["digest"]["sha256"], "tree_size": said["predicate"]["tree_size"]}


def e_signed(files: Mapping[str, bytes], keys: tuple[Key, ...], user: str, name: str, at: str, **other: Any) -> Files:
    """Return files with one more e-signature; `other` replaces what is signed."""
    there = sorted(one for one in files if one.startswith("envelope/signatures/"))
    order = len(there) + 1
    shown = b"%PDF manifestation of " + str(order).encode() + user.encode() + b"\n"
    payload = {
        "format": "limen-e-signature-1",
        "pack": {**root_of(files), "statement": sha(statement_payload(files))},
        "user": user,
        "name": name,
        "at": at,
        "meaning": "approval",
        "role": "approver",
        "order": order,
        "previous": sha(files[there[-1]]) if there else "",
        "signers": sorted(key.id for key in keys),
        "manifestation": sha(shown),
        **other,
    }
    made = {f"envelope/signatures/{order:04}.json": envelope(SIGNATURE_TYPE, jcs(payload), keys)}
    return {**files, **made, "envelope/signatures.pdf": shown}


class Authority:
    """A timestamp authority of one's own: openssl ts with a certificate that is for timestamps alone."""

    def __init__(self, folder: Path, name: str = "tsa") -> None:
        self.folder = folder / name
        self.folder.mkdir(parents=True)
        (self.folder / "serial").write_text("01\n")
        (self.folder / "ts.cnf").write_text(
            "[ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n"
            "[tsa]\nbasicConstraints=CA:false\nkeyUsage=critical,digitalSignature\n"
            "extendedKeyUsage=critical,timeStamping\n"
            f"[ts]\nserial={self.folder}/serial\nsigner_cert={self.folder}/tsa.pem\ncerts={self.folder}/ca.pem\n"
            f"signer_key={self.folder}/tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\n"
            "ess_cert_id_alg=sha256\n[req]\ndistinguished_name=dn\n[dn]\n"
        )
        self._certified("ca", ["-x509", "-extensions", "ca", "-days", "5000"], f"/CN={name} CA")
        self._certified("tsa", [], f"/CN={name}")
        self._openssl(
            "x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "4000",
            "-extfile", "ts.cnf", "-extensions", "tsa", "-out", "tsa.pem",
        )  # fmt: skip

    @property
    def certificate(self) -> str:
        return (self.folder / "ca.pem").read_text()

    def response(self, content: bytes) -> bytes:
        (self.folder / "data").write_bytes(content)
        self._openssl("ts", "-query", "-data", "data", "-sha256", "-cert", "-out", "query.tsq")
        self._openssl("ts", "-reply", "-config", "ts.cnf", "-section", "ts", "-queryfile", "query.tsq", "-out", "r.tsr")
        return (self.folder / "r.tsr").read_bytes()

    def _certified(self, name: str, more: list[str], subject: str) -> None:
        out = f"{name}.pem" if more else f"{name}.csr"
        self._openssl(
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key",
            "-config", "ts.cnf", "-subj", subject, "-out", out, *more,
        )  # fmt: skip

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=60)


def timestamped(
    files: Mapping[str, bytes], authority: Authority, over: bytes | None = None, without: str = "?", **other: str
) -> Files:
    """Return files with one more timestamp.

    `over` is what is stamped in truth, `other` what is said of files, `without` the beginning of those left out.
    """
    covered = ("envelope/statement.json", "envelope/signatures", "envelope/timestamps/")
    digests = {name: sha(content) for name, content in files.items() if name.startswith(covered)}
    digests = {name: digest for name, digest in digests.items() if not name.startswith(without)}
    number = sum(name.startswith("envelope/timestamps/") for name in files) // 2 + 1
    content = jcs({"format": "limen-timestamped-1", "digests": {**digests, **other}}) + b"\n"
    stem = f"envelope/timestamps/{number:04}"
    answer = authority.response(content if over is None else over)
    return {**files, f"{stem}.json": content, f"{stem}.tsr": answer}


def redacted(
    files: Mapping[str, bytes], keep: set[tuple[str, int]], withhold: tuple[tuple[str, int], ...] = ()
) -> Files:
    """Return a redacted pack of a whole one; `withhold` withholds what must not be."""
    secret = bytes.fromhex(files["envelope/secret"].decode())
    lines, kept, withheld = [], 0, 0
    there: dict[str, list[bytes]] = {}
    for kind, path, index, content in oracle.contents(files):
        salt = oracle.salt_of(secret, path, index)
        if (path in oracle.PUBLIC or (path, index) in keep) and (path, index) not in withhold:
            lines.append(jcs({"index": index, "path": path, "salt": salt.hex(), "type": kind}))
            there.setdefault(path, []).append(content + (b"\n" if kind == "record" else b""))
            kept += 1
        else:
            lines.append(jcs({"hash": oracle.leaf_of(salt, kind, path, index, content).hex()}))
            withheld += 1
    left = {
        name: content
        for name, content in files.items()
        if not name.startswith(("core/", "reports/")) and name not in ("SHA256SUMS", "envelope/secret")
    }
    said = {"format": "limen-redaction-1", "withheld": withheld, "kept": kept, "reperformable": False}
    return {
        **left,
        **{path: b"".join(parts) for path, parts in there.items()},
        "envelope/leaves.jsonl": b"".join(line + b"\n" for line in lines),
        "envelope/redaction.json": jcs(said) + b"\n",
    }


def written(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write files to a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def moment(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
