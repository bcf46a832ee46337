"""Witnesses of a run log: whoever cosigns a checkpoint has seen that every earlier one leads to it.

A witness keeps the last head that it cosigned and refuses any other history, so that a log can't be rewritten or rolled
back behind its back. Source: https://c2sp.org/tlog-witness (add-checkpoint)
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from limen.adapters.bounded_http import BoundsError, HttpAnswer, send
from limen.errors import Problem, UnassessedError
from limen.evidence.logged import BrokenLogError
from limen.integrity import base64_text
from limen.integrity.merkle import consistency_proof
from limen.integrity.notes import Note, NoteSignature, cosigned_at, note_text, read_checkpoint, read_signatures
from limen.integrity.signatures import PublicKey, public_key
from limen.integrity.strict_json import strict_json

TIMEOUT = 20.0
"""Seconds that a witness has for all its answers."""
_CLOCKS = 600
"""Seconds by which a witness's clock may differ from ours."""
_MOST = 1 << 16
"""Bytes of an answer."""
_TRIES = 3
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,17})\n")


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """A witness that is asked to cosign."""

    name: str
    url: str
    """Its submission prefix."""
    key: PublicKey
    """Of Ed25519."""


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["limen-witness-1"]
    name: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\s+]+$")]
    url: Annotated[str, Meta(max_length=2000)]
    public_key: str


def read_witness(text: bytes) -> Witness:
    """Return the witness of a JSON text with format, name, url and public_key; raises ValueError where it is none."""
    try:
        found = msgspec.convert(strict_json(text), _File)
    except msgspec.ValidationError as error:
        raise ValueError(f"it describes no witness: {error}") from None
    try:
        parts = urlsplit(found.url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not parts.username
    except ValueError:  # its words may hold a part of the URL, and so a password
        good = False
    if not good or parts.query or parts.fragment:
        raise ValueError("its url is none of a witness: expected https://HOST/PREFIX")
    key = public_key(found.public_key)
    if key.algorithm != "ed25519":
        raise ValueError(f"its key is of {key.algorithm}, and witnesses sign by Ed25519")
    return Witness(name=found.name, url=found.url.rstrip("/"), key=key)


def cosigned(note: Note, hashes: Sequence[bytes], witness: Witness, *, now: float) -> NoteSignature:
    """Return a witness's cosignature of a signed checkpoint, verified; `hashes` are those of all entries it covers.

    `now` is our clock, in seconds since 1970. Raises UnassessedError where the witness is down, does not know the log
    or answers something else, and BrokenLogError where it has seen another history of the log.
    """
    head = read_checkpoint(note.text)
    deadline = time.monotonic() + TIMEOUT
    old = 0
    for _ in range(_TRIES):
        answer = _sent(note, hashes, old, witness, deadline)
        if answer.status == 200:
            return _verified(note, answer.body, witness, now)
        known = _SIZE.fullmatch(answer.body) if answer.status == 409 else None
        if known is None:
            raise _refusal(answer.status, witness, old)
        size = int(known[1])
        if size > head.size:
            raise _rewritten(witness, f"it has seen {size} entries, and the log has {head.size}: entries were dropped")
        if size == old:
            raise _rewritten(witness, f"it has seen other entries among the first {size}")
        old = size
    raise _failed(witness, "it names another size each time", "try again")


def _sent(note: Note, hashes: Sequence[bytes], old: int, witness: Witness, deadline: float) -> HttpAnswer:
    proof = "".join(f"{base64_text.encoded(one)}\n" for one in consistency_proof(hashes, old))
    body = f"old {old}\n{proof}\n".encode() + note_text(note)
    headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": "limen"}
    try:
        return send("POST", f"{witness.url}/add-checkpoint", headers, body, deadline=deadline, most=_MOST)
    except BoundsError as error:
        raise _failed(witness, error.reason, "try again when it is up, or leave the witness out") from None


def _verified(note: Note, body: bytes, witness: Witness, now: float) -> NoteSignature:
    """Return the cosignature of an answer; lines of other keys are passed over."""
    try:
        found = read_signatures(body.decode())
    except ValueError:
        raise _failed(witness, "its answer holds no cosignature", "ask who runs it") from None
    for one in found:
        at = cosigned_at(Note(text=note.text, signatures=(one,)), witness.name, witness.key)
        if at is None:
            continue
        if abs(at - now) > _CLOCKS:
            raise _failed(witness, f"its clock is {abs(at - now):.0f} seconds from ours", "set the clocks")
        return one
    raise _failed(witness, "its answer holds no cosignature by its key", "check name and public_key of the witness")


def _refusal(status: int, witness: Witness, old: int) -> UnassessedError | BrokenLogError:
    if status == 422:
        return _rewritten(witness, f"the first {old} entries are not those that it has seen")
    if status == 409:
        return _rewritten(witness, "it has seen another history of the same length")
    reasons = {
        404: ("it does not know this log", "give who runs it the log's origin and public.pem"),
        403: ("it does not accept the log's key", "give who runs it the log's public.pem"),
    }
    what, hint = reasons.get(status, (f"it answered {status}", "ask who runs it"))
    return _failed(witness, what, hint)


def _rewritten(witness: Witness, words: str) -> BrokenLogError:
    hint = "the log was rewritten or restored from an older copy; the witness and auditors hold the heads that prove it"
    return BrokenLogError(Problem(message=f"the witness {witness.name} refuses the run log: {words}", hint=hint))


def _failed(witness: Witness, words: str, hint: str) -> UnassessedError:
    return UnassessedError(Problem(message=f"the witness {witness.name} did not cosign: {words}", hint=hint))
