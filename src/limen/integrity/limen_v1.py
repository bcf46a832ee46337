"""limen-v1: the one definition of limen's chained record, how it is written and how one is read.

A line, its newline included, is `{"_hash":"<64 hex>","_prev":"<64 hex>","_seq":12,"action":…}`, RFC 8785 as a whole:
its other names begin with a to z and so stand behind the three. The hashed bytes are `{` + line[76:-1], the same object
without `_hash`: whoever verifies slices, and parses nothing. `_seq` counts from 1, the first `_prev` is 64 zeros.
`time` is UTC with six digits of a second, so that texts sort as times do.

Without a key the hash is SHA-256 and anybody can make it; with one it is HMAC-SHA-256 and `key` is the key's id.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Protocol

import msgspec

from limen.integrity.canonical import CanonicalError, canonical
from limen.integrity.chains import GENESIS

HASHED = 76
"""Where the hashed part of a line begins; a brace takes the place of what is before."""
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
"""What a time looks like."""
KEY_ID = re.compile(r"[!#-\[\]-z|~]{1,256}", re.ASCII)
"""What the id of a key looks like: readers find it by slices."""
LEAST_KEY = 16
"""Bytes of the shortest key that is taken (NIST SP 800-107r1 asks for 14 of an HMAC key)."""


class Hash(Protocol):
    """What hashes one message: an object of hashlib, or an HMAC whose pads are computed once."""

    def __call__(self, message: bytes, /) -> str:
        """Return the hash of a message, 64 hex digits."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger records of one event."""

    tenant: str
    time: str
    """UTC, as `TIME`."""
    actor: str
    action: str
    record: str
    """Id of what was acted on."""
    details: dict[str, Any] = {}


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Where a chain stands: what the next record follows."""

    hash: str = GENESIS
    length: int = 0
    """Records so far."""


def sha256(message: bytes) -> str:
    """Return the SHA-256 of a message, 64 hex digits."""
    return hashlib.sha256(message).hexdigest()


def hmac_sha256(key: bytes) -> Hash:
    """Return HMAC-SHA-256 under a key (RFC 2104); its pads are hashed once, which is twice as fast as hmac.digest.

    Raises ValueError where the key is shorter than `LEAST_KEY`.
    """
    inner, outer = pads(key)

    def computed(message: bytes, /) -> str:
        first, second = inner(), outer()
        first.update(message)
        second.update(first.digest())
        made: str = second.hexdigest()
        return made

    return computed


def pads(key: bytes) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Return what copies the inner and the outer hash of an HMAC key; raises ValueError where it is too short."""
    if len(key) < LEAST_KEY:
        raise ValueError(f"a key of {len(key)} bytes; {LEAST_KEY} at least")
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    return inner.copy, outer.copy


class Prepared(NamedTuple):
    """An event as canonical text already, in the two parts between which the id of a key stands."""

    before: bytes
    """`"action":…,"actor":…,"details":{…}`"""
    after: bytes
    """`"record":…,"tenant":…`"""


def prepared(*, tenant: str, actor: str, action: str, record: str, details: Mapping[str, Any]) -> Prepared:
    """Return an event as canonical text; raises CanonicalError where it has none or is none of the right types."""
    if not type(tenant) is type(actor) is type(action) is type(record) is str or not isinstance(details, dict):
        raise CanonicalError("tenant, actor, action and record are texts, and details an object")
    return Prepared(
        canonical({"action": action, "actor": actor, "details": details})[1:-1],
        canonical({"record": record, "tenant": tenant})[1:-1],
    )


class Splicer:
    """Writes the lines of a chain under one key: what is canonical text already is only put together."""

    def __init__(self, key_id: str = "", key: bytes = b"") -> None:
        """Prepare the key; without an id the chain is of SHA-256.

        Raises ValueError where the key is too short or its id is not of `KEY_ID`.
        """
        if (key_id or key) and not KEY_ID.fullmatch(key_id):
            raise ValueError("a key's id is of printable ASCII without quotes, backslashes and braces")
        self._hash: Hash = hmac_sha256(key) if key_id else sha256
        self.key_id = key_id
        """Id of the key; empty for a chain of SHA-256."""
        self._key = b',"key":"' + key_id.encode() + b'",' if key_id else b","

    def lines(self, entries: Iterable[Prepared], last: str, seq: int, time: str) -> list[bytes]:
        """Return the lines of events, all of one time (as `TIME`), behind a record with a hash and a number."""
        made: list[bytes] = []
        hashed, key = self._hash, self._key
        tail = b',"time":"' + time.encode() + b'"}'
        for before, after in entries:
            seq += 1
            body = f'"_prev":"{last}","_seq":{seq},'.encode() + before + key + after + tail
            last = hashed(b"{" + body)
            made.append(b'{"_hash":"' + last.encode() + b'",' + body + b"\n")
        return made


def appended(record: Record, head: Head, *, key_id: str = "", key: bytes = b"") -> tuple[bytes, Head]:
    """Return the line of a record that follows a head, its newline included, and the new head.

    With `key_id` the hash is an HMAC under `key`. Raises ValueError where the time is none or the key can't be used,
    CanonicalError where the record has no canonical text.
    """
    if not TIME.fullmatch(record.time):
        raise ValueError("a time is written as 2026-11-22T10:00:00.000000Z")
    entry = prepared(
        tenant=record.tenant, actor=record.actor, action=record.action, record=record.record, details=record.details
    )
    (line,) = Splicer(key_id, key).lines((entry,), head.hash, head.length, record.time)
    return line, Head(hash=hash_of(line), length=head.length + 1)


def hash_of(line: bytes) -> str:
    """Return the hash that stands in a line."""
    return line[10:74].decode()


class Keys:
    """The keys of a chain by id: HMACs ready to be computed, and which ids are not known."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Prepare the keys; raises ValueError where one is too short."""
        self.pads = {name: pads(key) for name, key in keys.items()}
        self.hashes = {name: hmac_sha256(key) for name, key in keys.items()}

    def __contains__(self, name: str) -> bool:
        """Return whether a key is known."""
        return name in self.hashes


_HEADER = re.compile(rb'\{"_hash":"([0-9a-f]{64})","_prev":"([0-9a-f]{64})","_seq":([1-9][0-9]{0,17}),')
_STRING = rb'"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*"'
_TAIL = re.compile(rb',"tenant":(' + _STRING + rb'),"time":("[^"\\]*")\}\Z')
_KEY = re.compile(rb',"key":"([^"\\]*)"(?:,"[a-z]+":' + _STRING + rb")+\}\Z")
KEY_NAME = b',"key":"'


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One line of limen-v1, taken apart by slices; None and empty are what can't be read."""

    hash: str
    prev: str
    seq: int
    key: str
    """Id of the key that the record names; empty for SHA-256."""
    tenant: bytes
    """The tenant as JSON text."""
    time: str | None


def read(line: bytes) -> Reading | None:
    """Return a line, without its newline, taken apart; None where it is no limen-v1."""
    header, tail = _HEADER.match(line), _TAIL.search(line)
    if header is None or tail is None or b"\0" in line or not _utf8(line):
        return None
    time = tail[2][1:-1].decode("ascii", "replace")
    return Reading(
        hash=header[1].decode(),
        prev=header[2].decode(),
        seq=int(header[3]),
        key=_key(line),
        tenant=tail[1],
        time=time if TIME.fullmatch(time) else None,
    )


def _utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _key(line: bytes) -> str:
    """Return the id of the key that a record names: the last `key`, unless it lies within another object."""
    at = line.rfind(KEY_NAME)
    if at < 0:
        return ""
    if line.find(b"}", at, -1) < 0:
        return line[at + len(KEY_NAME) : line.find(b'"', at + len(KEY_NAME))].decode("ascii", "replace")
    found = _KEY.match(line, at)
    return "" if found is None else found[1].decode("ascii", "replace")
