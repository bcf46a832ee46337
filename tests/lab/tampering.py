"""Ledgers with each kind of tampering, as lines of limen-v1 and the anchors that a witness holds of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from limen.integrity.anchors import Anchor, statement
from limen.integrity.canonical import canonical
from limen.integrity.limen_v1 import Head, Record, appended, hmac_sha256, sha256

LENGTH = 40
"""Records of a ledger as it was written."""
TENANT = "pharmacy-014"
KEYS = {"audit-2025": bytes(range(32)), "audit-2026": bytes(range(32, 64))}
"""The keys of an HMAC chain by id; the second takes over with record 21."""
WITNESS = Ed25519PrivateKey.from_private_bytes(b"w" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
SECRET = "Margaret Hollingsworth"
"""What stands in each record's details and may never come out of a probe."""


class Tampered(NamedTuple):
    """A ledger as it is found, and what somebody else holds of it."""

    lines: list[bytes]
    """In the order in which they are stored; each with its newline, save where that is the defect."""
    anchors: list[Anchor] | None
    """None where nobody was given any."""
    keyed: bool = False
    options: dict[str, Any] = {}
    """Options of the probe."""
    witness: Ed25519PrivateKey = WITNESS
    """Who signs the anchors."""
    chain: dict[str, Any] = {}
    """What is declared of the chain, where it is not what is true of the good one."""


def moment(back: float) -> str:
    """Return the time so many seconds ago."""
    return datetime.fromtimestamp(time.time() - back, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def records() -> list[Record]:
    """Return what happened: one event a minute, the last one a minute ago."""
    return [
        Record(
            tenant=TENANT,
            time=moment(60 * (LENGTH - number)),
            actor="svc-ingest",
            action="dispense",
            record=f"rx-{number:05}",
            details={"lot": f"L-{number:04}", "patient": SECRET, "note": 'größer {"key":"x"}'},
        )
        for number in range(LENGTH)
    ]


def key_of(number: int) -> str:
    """Return the id of the key of a record, counted from 1."""
    return "audit-2025" if number <= 20 else "audit-2026"


def written(events: Sequence[Record], head: Head | None = None, *, keyed: bool = False) -> list[bytes]:
    """Return events as a chain that follows a head."""
    head = head or Head()
    lines = []
    for event in events:
        name = key_of(head.length + 1) if keyed else ""
        line, head = appended(event, head, key_id=name, key=KEYS.get(name, b""))
        lines.append(line)
    return lines


def head_of(line: bytes) -> Head:
    """Return the head that a record makes."""
    found = json.loads(line)
    return Head(hash=found["_hash"], length=found["_seq"])


def anchored(lines: Sequence[bytes], every: int = 10, signer: Ed25519PrivateKey | None = WITNESS) -> list[Anchor]:
    """Return the anchors that were given away as the records were written: one for every ten."""
    made = []
    for number in range(every, len(lines) + 1, every):
        head = head_of(lines[number - 1])
        anchor = Anchor(
            ledger="crossing-log",
            length=head.length,
            head=head.hash,
            bytes=sum(map(len, lines[:number])),
            at=json.loads(lines[number - 1])["time"],
            to="witness",
        )
        if signer is not None:
            anchor = msgspec.structs.replace(anchor, signature=signer.sign(statement(anchor)).hex())
        made.append(anchor)
    return made


def public(key: Ed25519PrivateKey) -> bytes:
    """Return the PEM text of a witness's public key."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def sealed(content: dict[str, Any], key: bytes = b"") -> bytes:
    """Return a line that has the right hash for whatever it says."""
    body = canonical({name: value for name, value in content.items() if name != "_hash"})
    made = (hmac_sha256(key) if key else sha256)(body)
    return b'{"_hash":"' + made.encode() + b'",' + body[1:] + b"\n"


def changed(line: bytes, **changes: Any) -> bytes:
    """Return a line that says something else under its old hash."""
    return canonical(json.loads(line) | changes) + b"\n"


def resealed(lines: Sequence[bytes], start: int, key: bytes = b"", **changes: Any) -> list[bytes]:
    """Return lines with record `start`, from 1, changed and all from there on sealed anew: what a forger does."""
    made = list(lines[: start - 1])
    for number, line in enumerate(lines[start - 1 :], start):
        content = json.loads(line) | (changes if number == start else {})
        content["_prev"] = json.loads(made[-1])["_hash"] if made else "0" * 64
        made.append(sealed(content, key))
    return made


def _rewritten(**changes: Any) -> Callable[[], Tampered]:
    """Return what makes a ledger whose writer itself wrote record 12 so: the anchors hold it as it is."""

    def make() -> Tampered:
        lines = resealed(written(records()), 12, **changes)
        return Tampered(lines, anchored(lines))

    return make


def _moved(
    move: Callable[[list[bytes]], list[bytes]], *, keyed: bool = False, held: bool = True
) -> Callable[[], Tampered]:
    """Return what makes a ledger whose lines were moved after it was anchored."""

    def make() -> Tampered:
        lines = written(records(), keyed=keyed)
        return Tampered(move(list(lines)), anchored(lines) if held else None, keyed)

    return make


def _edited(number: int) -> Callable[[list[bytes]], list[bytes]]:
    def edit(lines: list[bytes]) -> list[bytes]:
        lines[number - 1] = changed(lines[number - 1], action="return")
        return lines

    return edit


def _inserted(lines: list[bytes]) -> list[bytes]:
    """Put a record that follows record 11 and has the right hash before record 12."""
    event = msgspec.structs.replace(records()[11], action="return", time=json.loads(lines[11])["time"])
    return [*lines[:11], *written([event], head_of(lines[10])), *lines[11:]]


def _inserted_blindly(lines: list[bytes]) -> list[bytes]:
    """Put a record with the hash of another before record 12."""
    return [*lines[:11], changed(lines[11], action="return"), *lines[11:]]


def _swapped(lines: list[bytes]) -> list[bytes]:
    lines[11], lines[12] = lines[12], lines[11]
    return lines


def _forked(lines: list[bytes]) -> list[bytes]:
    """Let two histories follow record 30, one after the other, each intact by itself."""
    other = written(
        [msgspec.structs.replace(event, actor="svc-other") for event in records()[30:35]], head_of(lines[29])
    )
    return [*lines, *other]


def _numbered(start: int, step: int) -> Callable[[], Tampered]:
    """Return what makes a chain whose writer counted wrongly from a record on."""

    def make() -> Tampered:
        lines: list[bytes] = []
        for number, line in enumerate(written(records()), 1):
            content = json.loads(line)
            content["_seq"] = number + (step if number >= start else 0)
            content["_prev"] = json.loads(lines[-1])["_hash"] if lines else "0" * 64
            lines.append(sealed(content))
        return Tampered(lines, None)

    return make


def _keyed_wrongly(name: str, key: bytes) -> Callable[[], Tampered]:
    """Return what makes a chain whose last ten records somebody else wrote, under a key of theirs."""

    def make() -> Tampered:
        lines = written(records(), keyed=True)
        made = lines[:30]
        for line in lines[30:]:
            content = json.loads(line) | {"key": name, "_prev": json.loads(made[-1])["_hash"]}
            made.append(sealed(content, key))
        return Tampered(made, anchored(lines[:30]), keyed=True)

    return make


def _with(place: int, line: bytes) -> Callable[[list[bytes]], list[bytes]]:
    def replace(lines: list[bytes]) -> list[bytes]:
        return [*lines[: place - 1], line, *lines[place:]]

    return replace


def _good() -> Tampered:
    lines = written(records())
    return Tampered(lines, anchored(lines))


def _keyed() -> Tampered:
    lines = written(records(), keyed=True)
    return Tampered(lines, anchored(lines), keyed=True)


def _forged(*, held: bool) -> Callable[[], Tampered]:
    def make() -> Tampered:
        lines = written(records())
        return Tampered(resealed(lines, 12, action="return"), anchored(lines) if held else None)

    return make


def _downgraded() -> Tampered:
    """Write a chain that had keys anew without any, as somebody does who holds none."""
    lines = written(records(), keyed=True)
    return Tampered(written(records()), anchored(lines), keyed=True)


def _loose(text: Callable[[bytes], bytes]) -> Callable[[], Tampered]:
    """Return what makes a ledger whose record 40 is not canonical, though its hash is right."""

    def make() -> Tampered:
        lines = written(records())
        body = text(b"{" + lines[-1][76:-1])
        lines[-1] = b'{"_hash":"' + sha256(body).encode() + b'",' + body[1:] + b"\n"
        return Tampered(lines, anchored(lines), options={"strict": True})

    return make


def _anchors(**given: Any) -> Callable[[], Tampered]:
    def make() -> Tampered:
        lines = written(records())
        return Tampered(lines, anchored(lines, **given))

    return make


def _ahead() -> Tampered:
    lines = resealed(written(records()), LENGTH, time=moment(-86_400))
    return Tampered(lines, anchored(lines, every=20)[:1])


def _loosely_made() -> Tampered:
    """Write a foreign chain: each hash is of two texts one after the other, and not of the hash before."""
    lines, before = [], ""
    for number, event in enumerate(records(), 1):
        digest = sha256(f"{event.actor}{event.action}".encode())
        content = {"actor": event.actor, "action": event.action, "previous": before, "digest": digest, "number": number}
        lines.append(canonical({**content, "tenant": event.tenant, "time": event.time}) + b"\n")
        before = digest
    recipe = {
        "hash": "digest", "prev": "previous", "form": "joined", "fields": ["actor", "action"], "seq": "number",
        "time": "time", "tenant": "tenant",
    }  # fmt: skip
    return Tampered(lines, None, options={"recipe": recipe}, chain={"format": "foreign"})


def _seldom() -> Tampered:
    lines = written(records())
    old = msgspec.structs.replace(anchored(lines)[0], at=moment(86_400))
    signed = msgspec.structs.replace(old, signature=WITNESS.sign(statement(old)).hex())
    return Tampered(lines, [signed])


DEFECTS: dict[str, Callable[[], Tampered]] = {
    "good": _good,
    "good-keyed": _keyed,
    "unanchored": _moved(list, held=False),
    "edited": _moved(_edited(12)),
    "edited-first": _moved(_edited(1)),
    "edited-last": _moved(_edited(40)),
    "edited-keyed": _moved(_edited(12), keyed=True),
    "deleted": _moved(lambda lines: lines[:11] + lines[12:]),
    "deleted-first": _moved(lambda lines: lines[1:]),
    "inserted": _moved(_inserted),
    "inserted-blindly": _moved(_inserted_blindly),
    "swapped": _moved(_swapped),
    "duplicated": _moved(lambda lines: lines[:12] + lines[11:]),
    "forked": _moved(_forked),
    "truncated": _moved(lambda lines: lines[:35]),
    "truncated-unanchored": _moved(lambda lines: lines[:35], held=False),
    "emptied": _moved(lambda lines: []),
    "empty": _moved(lambda lines: [], held=False),
    "clock-back": _rewritten(time="2020-01-01T00:00:00.000000Z"),
    "clock-ahead": _ahead,
    "clock-unreadable": _rewritten(time="yesterday"),
    "gap": _numbered(12, 1),
    "repeated-number": _numbered(12, -1),
    "wrong-tenant": _rewritten(tenant="pharmacy-022"),
    "forged": _forged(held=True),
    "forged-unanchored": _forged(held=False),
    "wrong-key": _keyed_wrongly("audit-2026", b"x" * 32),
    "unknown-key": _keyed_wrongly("audit-2027", b"x" * 32),
    "downgraded": _downgraded,
    "twice-named": _loose(lambda body: body.replace(b'"actor":', b'"actor":"somebody","actor":')),
    "not-canonical": _loose(lambda body: body.replace(b'"details":{', b'"details":{ ')),
    "half-line": _moved(lambda lines: [*lines[:-1], lines[-1][:100]]),
    "nul-bytes": _moved(_with(12, b"\0" * 400 + b"\n")),
    "wrong-encoding": _moved(lambda lines: [*lines[:11], lines[11].decode().encode("latin-1", "replace"), *lines[12:]]),
    "long-line": _moved(_with(12, b'{"_hash":"' + b"a" * 3_000_000 + b'"}\n')),
    "loosely-made": _loosely_made,
    "anchors-seldom": _seldom,
    "anchors-unsigned": _anchors(signer=None),
    "anchors-forged": _anchors(signer=STRANGER),
    "anchors-none": lambda: _good()._replace(anchors=[]),
}
"""By name, what makes a ledger with that defect."""
