"""Signed notes, checkpoints and cosignatures as C2SP defines them: how a log says where it stands, and who saw it.

A note is a text, an empty line and signature lines `— name base64(key id, signature)`. A checkpoint is a note whose
text is the log's origin, its size and its root. A cosignature is a witness's signature over a time and the whole text:
at that time this was the largest tree of the log that it knew, and everything before led to it.
Sources: https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint, https://c2sp.org/tlog-cosignature
"""

from __future__ import annotations

import hashlib
import re

import msgspec

from limen.integrity import base64_text
from limen.integrity.merkle import HASH_BYTES
from limen.integrity.signatures import PublicKey, Signer, raw_ed25519, verifies

ED25519 = 0x01
"""Type of a plain signature of a note."""
COSIGNATURE = 0x04
"""Type of a cosignature by Ed25519, with a time."""
_TIMESTAMP_BYTES = 8
_MOST = 1 << 20
"""Bytes beyond which a note is none of ours."""
_MOST_SIGNATURES = 100
_DASH = "— "
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_NAME = re.compile(r"[^\s+\x1c-\x1f]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


class NoteSignature(msgspec.Struct, frozen=True, kw_only=True):
    """One signature line of a note."""

    name: str
    """Name of the key, such as `limen.example/log`."""
    key_id: bytes
    """Four bytes that tell keys of one name apart; no proof of anything."""
    signature: bytes
    """What the key made; before it, of a cosignature, the time in 8 bytes."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A text and who signed it, if they did."""

    text: str
    """With its last newline."""
    signatures: tuple[NoteSignature, ...]


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where a log stands."""

    origin: str
    """What the log is called; the same as the name of its key."""
    size: int
    """Leaves of its tree."""
    root: bytes
    """Root of its tree, 32 bytes."""


def key_id(name: str, kind: int, key: PublicKey) -> bytes:
    """Return the four bytes that name a key in a signature line; raises ValueError where it is not Ed25519."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + raw_ed25519(key)).digest()[:4]


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Return the text of a checkpoint, without signatures."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64_text.encoded(checkpoint.root)}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint of a note's text; raises ValueError where it is none.

    Extension lines, which C2SP lets a log add, are refused: limen's logs have none, and nobody could check them.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1]:
        raise ValueError("it is no checkpoint: expected a line each for origin, size and root")
    origin, size, root = lines[:3]
    if len(lines) > 4:
        raise ValueError("the checkpoint has more lines than origin, size and root, which nothing here can check")
    if not _NAME.fullmatch(origin):
        raise ValueError("the checkpoint's origin is empty, or has a space or a plus")
    if not _SIZE.fullmatch(size):
        raise ValueError("the checkpoint's size is no number from 0 in decimal digits")
    try:
        digest = base64_text.decoded(root)
    except ValueError as error:
        raise ValueError(f"the checkpoint's root is unreadable: {error}") from None
    if len(digest) != HASH_BYTES:
        raise ValueError(f"the checkpoint's root has {len(digest)} bytes, and a SHA-256 has {HASH_BYTES}")
    return Checkpoint(origin=origin, size=int(size), root=digest)


def signed_note(text: str, name: str, signer: Signer) -> bytes:
    """Return a text as a note with one signature; raises ValueError where key or text can't be in one."""
    made = NoteSignature(name=name, key_id=key_id(name, ED25519, signer.key), signature=signer.sign(text.encode()))
    return note_text(Note(text=text, signatures=(made,)))


def cosignature(text: str, name: str, signer: Signer, time: int) -> NoteSignature:
    """Return a witness's signature of a checkpoint's text at a time, in seconds since 1970."""
    made = signer.sign(_cosigned(text, time))
    stamp = time.to_bytes(_TIMESTAMP_BYTES, "big")
    return NoteSignature(name=name, key_id=key_id(name, COSIGNATURE, signer.key), signature=stamp + made)


def note_text(note: Note) -> bytes:
    """Return a note as it is written; raises ValueError where nobody could read it back."""
    content = (note.text + "\n" + signature_lines(note.signatures)).encode()
    if read_note(content) != note:
        raise ValueError("the text does not end in a newline, or has empty lines at its end")
    return content


def signature_lines(signatures: tuple[NoteSignature, ...]) -> str:
    """Return the lines of signatures."""
    return "".join(f"{_DASH}{one.name} {base64_text.encoded(one.key_id + one.signature)}\n" for one in signatures)


def read_note(content: bytes) -> Note:
    """Return the note of a text; raises ValueError where it is none. Nothing is verified."""
    if len(content) > _MOST:
        raise ValueError(f"it is no signed note: longer than {_MOST} bytes")
    try:
        whole = content.decode()
    except UnicodeDecodeError:
        raise ValueError("it is no signed note: not in UTF-8") from None
    if _CONTROL.search(whole):
        raise ValueError("it is no signed note: it has control characters")
    text, separator, lines = whole.rpartition("\n\n")
    if not separator or not text:
        raise ValueError("it is no signed note: expected a text, an empty line and signatures")
    return Note(text=text + "\n", signatures=read_signatures(lines))


def read_signatures(lines: str) -> tuple[NoteSignature, ...]:
    """Return the signatures of lines, of which there must be one; raises ValueError where a line is none."""
    if not lines.endswith("\n"):
        raise ValueError("it is no signed note: its last line has no newline")
    found = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(found) > _MOST_SIGNATURES:
        raise ValueError(f"the note has more than {_MOST_SIGNATURES} signatures")
    return found


def verify_note(note: Note, name: str, key: PublicKey) -> bool:
    """Return whether a key signed a note: there is a line of that name and key, and each such line verifies.

    Lines of other keys are passed over, as C2SP asks. Raises ValueError where the key is not Ed25519.
    """
    wanted = key_id(name, ED25519, key)
    made = [one.signature for one in note.signatures if one.name == name and one.key_id == wanted]
    return bool(made) and all(verifies(key, one, note.text.encode()) for one in made)


def cosigned_at(note: Note, name: str, key: PublicKey) -> int | None:
    """Return when a witness cosigned a checkpoint, in seconds since 1970, the latest where it did more than once.

    None where there is no line of that name and key, or any such line does not verify. Raises ValueError where the key
    is not Ed25519.
    """
    wanted = key_id(name, COSIGNATURE, key)
    times = []
    for one in note.signatures:
        if one.name != name or one.key_id != wanted:
            continue
        stamp, made = one.signature[:_TIMESTAMP_BYTES], one.signature[_TIMESTAMP_BYTES:]
        time = int.from_bytes(stamp, "big")
        if len(stamp) != _TIMESTAMP_BYTES or time >= 1 << 63 or not verifies(key, made, _cosigned(note.text, time)):
            return None
        times.append(time)
    return max(times, default=None)


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _signature(line: str) -> NoteSignature:
    name, separator, rest = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not separator or not _NAME.fullmatch(name):
        raise ValueError(f"the note has a line that is no signature: {line[:60]!r}")
    try:
        content = base64_text.decoded(rest)
    except ValueError as error:
        raise ValueError(f"the signature of {name[:60]!r} is unreadable: {error}") from None
    if len(content) < 5:
        raise ValueError(f"the signature of {name[:60]!r} is too short")
    return NoteSignature(name=name, key_id=content[:4], signature=content[4:])
