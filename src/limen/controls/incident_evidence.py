"""Evidence of an incident, sealed before anybody is called: facts, and the ledgers as they are, signed and read-only.

A folder of its own: `facts.json`, `ledger-NAME.jsonl` for each ledger concerned, and `seal.json`, which signs or
authenticates the digest of each file. It appears as a whole or not at all. Nothing of a payload is in it: facts are
names of the declaration, digests and counts, and a ledger holds no more than it was written. Serves NIST SP 800-53
IR-4, AU-9 and SI-7, and 21 CFR 11.10(e).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from limen.adapters.ledgers.disk import Disk
from limen.adapters.ledgers.parts import PartsStore
from limen.adapters.ledgers.stores import Layout, open_store
from limen.adapters.whole_files import whole_folder, write_whole
from limen.errors import Problem, UnassessedError
from limen.integrity import base64_text, dsse
from limen.integrity.canonical import canonical
from limen.integrity.signatures import PublicKey, Signer, verifies
from limen.integrity.strict_json import strict_json

FORMAT = "limen-incident-v1"
PAYLOAD_TYPE = "application/vnd.limen.incident+json"
MOST = 1 << 26
"""Bytes of a ledger that are copied; of a longer one its end."""
_DOMAIN = b"limen-incident-mac-v1\0"
_SEAL = "seal.json"


class EvidenceError(UnassessedError):
    """Sealed evidence is not what it was when it was sealed, or can't be read; says which file, and how."""


class Exhibit(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is copied into the evidence."""

    name: str
    """Name of the file: letters, digits, `-`, `_` and `.`."""
    pieces: Callable[[], Iterable[bytes]]
    """Reads it, anew each time; raises whatever it likes, which becomes a fact."""

    def __post_init__(self) -> None:
        """Refuse a name that leads elsewhere, or is that of a file of ours; raises ValueError."""
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,200}", self.name) or self.name in ("facts.json", _SEAL):
            raise ValueError("an exhibit's name is a file's, of letters, digits, '-', '_' and '.'")


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence as it was sealed."""

    folder: Path
    digest: str
    """SHA-256 of `seal.json`, 64 hex digits: what the ledger records."""
    manifest: dict[str, Any]
    """What was signed."""


Seal = Signer | tuple[str, bytes]
"""A key that signs, or the id and the bytes of a key for HMAC-SHA-256."""


def ledger_exhibit(
    name: str, endpoint: str, *, credential: Callable[[], str | None] = lambda: None, most: int = MOST
) -> Exhibit:
    """Return a ledger as an exhibit: its lines, whether they verify or not; the last `most` bytes of them."""

    def pieces() -> Iterator[bytes]:
        with open_store(endpoint, Path(), Layout(), credential, 10.0) as store:
            if isinstance(store, PartsStore) and store.size is not None:
                for piece in store.ranges(most):
                    if piece.base + piece.end > store.size - most:
                        start = max(piece.start, store.size - most - piece.base)
                        for block in msgspec.structs.replace(piece, start=start).blocks():
                            yield block.data
                return
            kept: deque[bytes] = deque()
            size = 0
            for block in store.blocks():
                kept.append(block.data)
                size += len(block.data)
                while size - len(kept[0]) > most:
                    size -= len(kept.popleft())
            yield from kept

    return Exhibit(name=f"ledger-{name}.jsonl", pieces=pieces)


def sealed(
    folder: Path, facts: Mapping[str, Any], exhibits: Sequence[Exhibit], seal: Seal, *, disk: Disk | None = None
) -> Sealed:
    """Write evidence into a new folder and seal it; return it when it is durable.

    What can't be read becomes a line of the manifest instead of a file. Raises OSError where it can't be written,
    and whatever the signer raises; then no folder is there.
    """
    with whole_folder(folder, disk=disk) as new:
        text = canonical(dict(facts))
        write_whole(new / "facts.json", [text], disk=disk)
        files: dict[str, Any] = {"facts.json": _described([text])}
        missing: dict[str, str] = {}
        for exhibit in exhibits:
            made = _Digesting(exhibit)
            write_whole(new / exhibit.name, made, disk=disk)
            if made.failed:
                missing[exhibit.name] = made.failed
            files[exhibit.name] = {"bytes": made.size, "sha256": made.sha256.hexdigest()}
        manifest = {"format": FORMAT, "facts": dict(facts), "files": files, "incomplete": missing}
        content = _sealing(canonical(manifest), seal)
        write_whole(new / _SEAL, [content], disk=disk)
    return Sealed(folder=folder, digest=hashlib.sha256(content).hexdigest(), manifest=manifest)


def verified(folder: Path, *, keys: Sequence[PublicKey] = (), macs: Mapping[str, bytes] = {}) -> Sealed:
    """Return sealed evidence after everything in it was verified; raises EvidenceError with all that is wrong."""
    try:
        content = (folder / _SEAL).read_bytes()
        manifest = strict_json(_opened(content, keys, macs))
        files: dict[str, dict[str, Any]] = manifest["files"]
        wrong = [
            f"{name} is not what was sealed"
            for name, was in files.items()
            if name != Path(name).name or _described(_read(folder / name)) != was
        ]
        if manifest["format"] != FORMAT:
            wrong.append("it is of another format")
        wrong += [f"{name} was not sealed" for name in sorted(_names(folder) - {*files, _SEAL})]
    except OSError as error:
        raise EvidenceError(f"the evidence can't be read: {error.strerror or type(error).__name__}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise EvidenceError("the evidence has no seal that verifies with the keys given") from None
    if wrong:
        raise EvidenceError([Problem(message=one) for one in wrong])
    return Sealed(folder=folder, digest=hashlib.sha256(content).hexdigest(), manifest=manifest)


class _Digesting:
    """The pieces of an exhibit as they are written, digested; an error ends them and is kept as a word."""

    def __init__(self, exhibit: Exhibit) -> None:
        self._exhibit = exhibit
        self.sha256, self.size, self.failed = hashlib.sha256(), 0, ""

    def __iter__(self) -> Iterator[bytes]:
        try:
            for piece in self._exhibit.pieces():
                self.sha256.update(piece)
                self.size += len(piece)
                yield piece
        except Exception as error:  # noqa: BLE001 a dead store is a reason for an incident, never one against sealing it
            self.failed = type(error).__name__


def _described(pieces: Iterable[bytes]) -> dict[str, Any]:
    made, size = hashlib.sha256(), 0
    for piece in pieces:
        made.update(piece)
        size += len(piece)
    return {"bytes": size, "sha256": made.hexdigest()}


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _sealing(payload: bytes, seal: Seal) -> bytes:
    if isinstance(seal, tuple):
        name, key = seal
        made = hmac.digest(key, _DOMAIN + payload, "sha256").hex()
        return canonical({"key": name, "mac": made, "payload": base64_text.encoded(payload)}) + b"\n"
    return dsse.encoded(dsse.signed(PAYLOAD_TYPE, payload, [seal]))


def _opened(content: bytes, keys: Sequence[PublicKey], macs: Mapping[str, bytes]) -> bytes:
    """Return what a seal covers; raises ValueError where none of the keys verifies it."""
    found = strict_json(content)
    if "mac" in found:
        payload = base64_text.decoded(found["payload"])
        key = macs.get(found["key"], b"")
        made = hmac.digest(key, _DOMAIN + payload, "sha256").hex()
        if not key or not hmac.compare_digest(made, str(found["mac"])):
            raise ValueError("no key verifies it")
        return payload
    envelope = dsse.decoded(content)
    message = dsse.pae(envelope.payload_type, envelope.payload)
    if envelope.payload_type != PAYLOAD_TYPE or not any(
        verifies(key, one.sig, message) for one in envelope.signatures for key in keys if key.id == one.keyid
    ):
        raise ValueError("no key verifies it")
    return envelope.payload
