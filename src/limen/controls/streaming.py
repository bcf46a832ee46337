"""Streams: what is too large for one envelope, sealed in segments that none can be taken from, added to or moved.

The STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015) on AES-256-GCM: a stream has a data key of
its own, and the nonce of a segment is its number in eleven bytes and one byte that is 1 for the last. So a segment
that is cut off, left out, repeated, moved, changed, or taken from another stream is refused, and so is an end that is
none; no nonce occurs twice, since no key has two streams. NIST SP 800-53 SC-8(1), SC-13, SC-28(1).

A stream is one line and its segments. The line is an RFC 8785 object and a newline:

    {"flow":…,"format":"limen-stream-v1","key":…,"label":…,"record":…,"segment":65536,"version":…,"wrapped":…,"zone":…}

and is authenticated with every segment. A segment is the ciphertext of `segment` bytes and its tag of 16; the last one
may be shorter, is never left out, and is empty only in a stream of nothing. Memory is a few segments, whatever the
length.

Plaintext is handed out as each segment is verified, before the end is: whoever opens a stream keeps what comes of it
apart until the end was reached without an error, and throws it away otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from limen.controls.data_keys import DataKey
from limen.controls.envelope import Envelopes
from limen.controls.envelope_text import CONTEXT, TAG, Context, EnvelopeError
from limen.errors import Problem
from limen.integrity.canonical import canonical

FORMAT = "limen-stream-v1"
SEGMENT = 1 << 16
"""Bytes of plaintext in each segment but the last."""
SMALLEST, LARGEST = 1 << 6, 1 << 24
"""Bytes that a segment may have."""
MOST_SEGMENTS = 1 << 32
"""Segments of one stream at most (NIST SP 800-38D, 8.3): 2^48 bytes at the usual size."""
MOST_LINE = 1 << 16
"""Bytes of a stream's first line at most."""


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    flow: str
    format: str
    key: str
    label: str
    record: str
    segment: int
    version: str
    wrapped: str
    zone: str


def seal_stream(
    envelopes: Envelopes, chunks: Iterable[bytes], context: Context, *, segment: int = SEGMENT
) -> Iterator[bytes]:
    """Return the parts of a stream, of chunks of plaintext of any size, bound to a context.

    Raises EnvelopeError: key_unavailable where the key can't be used or may not write, envelope_refused where a chunk
    is no bytes or the stream too long. What was handed out before an error is no stream, and is refused. The data key
    lives as long as the stream.
    """
    if not SMALLEST <= segment <= LARGEST:
        raise EnvelopeError(Problem(message="a segment can't have that size", hint=f"{SMALLEST} to {LARGEST} bytes"))
    key = envelopes.stream_key()
    return _sealed(envelopes, key, chunks, context, segment)


def open_stream(envelopes: Envelopes, chunks: Iterable[bytes], context: Context) -> Iterator[bytes]:
    """Return the plaintext of a stream that is bound to exactly this context, segment by segment.

    Raises EnvelopeError: envelope_refused where anything of it was changed, moved, cut off or added, key_unavailable
    where the custodian can't be asked. Trust the whole only when the iterator has ended without an error.
    """
    source = _Source(chunks)
    line = source.line()
    found = _checked(line, envelopes.name, context)
    key = envelopes.stream_key_of(found.version, found.wrapped)
    return _opened(key, source, line, found.segment)


def _sealed(
    envelopes: Envelopes, key: DataKey, chunks: Iterable[bytes], context: Context, segment: int
) -> Iterator[bytes]:
    members: dict[str, Any] = {name: getattr(context, name) for name in CONTEXT}
    members |= {"format": FORMAT, "key": envelopes.name, "segment": segment}
    line = canonical(members | {"version": key.frame.version, "wrapped": key.frame.wrapped})
    yield line + b"\n"
    source = _Source(chunks)
    part, number = source.take(segment), 0
    while True:
        following = source.take(segment) if len(part) == segment else b""
        last = not following
        yield key.cipher.encrypt(_nonce(number, last=last), part, line)
        if last:
            return
        part, number = following, number + 1


def _opened(key: DataKey, source: _Source, line: bytes, segment: int) -> Iterator[bytes]:
    from cryptography.exceptions import InvalidTag

    whole = segment + TAG
    part, number = source.take(whole), 0
    while True:
        following = source.take(whole) if len(part) == whole else b""
        last = not following
        if len(part) < TAG + (number > 0):
            raise _refused("the stream ends within a segment, or before its last one")
        try:
            plaintext: bytes = key.cipher.decrypt(_nonce(number, last=last), part, line)
        except InvalidTag:
            raise _refused(f"segment {number + 1} of the stream was changed or moved, or the end is none") from None
        if plaintext:
            yield plaintext
        if last:
            return
        part, number = following, number + 1


def _nonce(number: int, *, last: bool) -> bytes:
    if number >= MOST_SEGMENTS:
        raise _refused("the stream is longer than any that is taken")
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")


_END = object()


class _Source:
    """Chunks of any size, taken in pieces of another."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._held = bytearray()

    def take(self, size: int) -> bytes:
        """Return so many bytes, or what is left."""
        while len(self._held) < size and self._more():
            pass
        found = bytes(memoryview(self._held)[:size])
        del self._held[:size]
        return found

    def line(self) -> bytes:
        """Return the first line without its newline; raises EnvelopeError where there is none."""
        while b"\n" not in self._held[: MOST_LINE + 1] and len(self._held) <= MOST_LINE and self._more():
            pass
        end = self._held.find(b"\n", 0, MOST_LINE + 1)
        if end < 0:
            raise _refused(f"it is no stream of {FORMAT}: it has no first line")
        line = bytes(self._held[:end])
        del self._held[: end + 1]
        return line

    def _more(self) -> bool:
        chunk: object = next(self._chunks, _END)  # None is no end: a source that does not wait says it
        if chunk is _END:
            return False
        if not isinstance(chunk, bytes | bytearray | memoryview):
            raise _refused("a chunk of the stream is no bytes")
        self._held += chunk
        return True


def _checked(line: bytes, key: str, context: Context) -> _Line:
    """Return the first line of a stream that is for this key and context; raises EnvelopeError with all that is not."""
    try:
        found = msgspec.json.decode(line, type=_Line)
        right = canonical(msgspec.to_builtins(found)) == line
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise _refused(f"it is no stream of {FORMAT}: its first line is none") from None
    wrong = [
        f"the stream is bound to another {name}" for name in CONTEXT if getattr(found, name) != getattr(context, name)
    ]
    if not right or found.format != FORMAT or not found.version or not found.wrapped:
        wrong.append(f"the first line of the stream is not as {FORMAT} has it")
    if found.key != key:
        wrong.append("the stream is for another key")
    if not SMALLEST <= found.segment <= LARGEST:
        wrong.append("the stream's segments have a size that is not taken")
    if wrong:
        raise EnvelopeError([Problem(message=message) for message in wrong])
    return found


def _refused(message: str) -> EnvelopeError:
    return EnvelopeError(Problem(message=message))
