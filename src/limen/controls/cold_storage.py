"""Cold segments: compressed by zstd, sealed as a stream, and proved by a trusted timestamp to exist since then.

What is sealed is opened and compared before the plain records go; what was compressed is bound to its segment, its
ledger and its zone, so that no file can stand in for another. Serves NIST SP 800-53 SC-28(1), AU-11 and AU-10, and 21
CFR 11.10(c). The proof is RFC 3161 over a statement that names the place in the chain and both digests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from limen.adapters.timestamp_authority import timestamped
from limen.controls.envelope import Context, EnvelopeError, Envelopes
from limen.controls.ledger import BrokenLedgerError, LedgerError
from limen.controls.segment_files import Segment, SegmentFiles
from limen.controls.streaming import open_stream, seal_stream
from limen.errors import Problem, UsageError
from limen.integrity.canonical import canonical
from limen.integrity.time_tokens import TimestampError, verify_timestamp

_PIECE = 1 << 20
_LEVEL = 9


class Proof:
    """Who says since when something exists: an authority, and the roots that are trusted for it."""

    def __init__(self, url: str, roots: Sequence[bytes], *, ask: Callable[[str, bytes], bytes] = timestamped) -> None:
        """Keep the authority's address and trusted certificates in PEM; raises UsageError where there are none."""
        if not roots:
            raise UsageError(Problem(message="no authority is trusted for timestamps", hint="give its root in PEM"))
        self._url, self._roots, self._ask = url, tuple(roots), ask

    def made(self, statement: bytes) -> bytes:
        """Return an authority's response over a statement, verified; raises AuthorityError, or LedgerError."""
        response = self._ask(self._url, statement)
        self.at(response, statement)
        return response

    def at(self, response: bytes, statement: bytes) -> datetime:
        """Return since when a statement exists, by a trusted authority; raises LedgerError where none says so."""
        try:
            return verify_timestamp(response, statement, self._roots)
        except TimestampError as error:
            raise LedgerError(f"the proof of existence does not verify: {error}") from None


class Cold:
    """How the segments of one ledger are sealed and opened."""

    def __init__(self, envelopes: Envelopes, *, zone: str, label: str) -> None:
        """Keep the key; `zone` is that of the ledger's component, `label` that of its entries."""
        self._envelopes, self._zone, self._label = envelopes, zone, label

    def sealing(self, segment: Segment, text: Iterable[bytes]) -> Iterator[bytes]:
        """Yield a segment's text, compressed and sealed; raises EnvelopeError."""
        yield from seal_stream(self._envelopes, _compressed(text), self._context(segment))

    def opens(self, segment: Segment, sealed: Path) -> Iterator[bytes]:
        """Yield the text of a segment from its sealed file.

        Raises BrokenLedgerError where that is not what was sealed, LedgerError where the key can't be had.
        """
        try:
            packed = open_stream(self._envelopes, _read(sealed), self._context(segment))
            yield from _decompressed(packed, segment)
        except EnvelopeError as error:
            if error.reason == "key_unavailable":
                raise LedgerError(f"the key of {segment.stem} can't be used now") from None
            message = f"the ledger {segment.ledger} is broken: {segment.stem} is not what was sealed"
            raise BrokenLedgerError(message) from None

    def _context(self, segment: Segment) -> Context:
        return Context(zone=self._zone, flow=f"tier:{segment.ledger}", record=segment.stem, label=self._label)


def statement(segment: Segment, sealed: Path) -> dict[str, Any]:
    """Return what a timestamp of a cold segment is over, as canonical JSON; raises LedgerError."""
    made = hashlib.sha256()
    for piece in _read(sealed):
        made.update(piece)
    return {
        "format": "limen-segment-v1",
        "ledger": segment.ledger,
        "first": segment.first,
        "last": segment.last,
        "before": segment.before,
        "head": segment.head,
        "sha256": segment.sha256,
        "sealed": made.hexdigest(),
    }


def proved(files: SegmentFiles, segment: Segment, proof: Proof) -> datetime:
    """Return since when a cold segment exists as it is now; raises LedgerError where nothing proves that."""
    noted = files.noted(segment, "cold")
    try:
        response = (files.folder / f"{segment.stem}.tsr").read_bytes()
    except OSError as error:
        raise LedgerError(f"the proof of {segment.stem} can't be read: {error.strerror}") from None
    said = statement(segment, files.sealed(segment))
    if noted is None or noted.get("statement") != said:
        raise BrokenLedgerError(f"the ledger {segment.ledger} is broken: {segment.stem} is not what was proved")
    return proof.at(response, canonical(said))


def _compressed(text: Iterable[bytes]) -> Iterator[bytes]:
    made = _zstandard().ZstdCompressor(level=_LEVEL, write_checksum=True).compressobj()
    for piece in text:
        if packed := made.compress(piece):
            yield packed
    yield made.flush()


def _decompressed(packed: Iterable[bytes], segment: Segment) -> Iterator[bytes]:
    """Yield what was compressed, and no more than the segment has."""
    zstandard = _zstandard()
    made, size = zstandard.ZstdDecompressor().decompressobj(), 0
    try:
        for piece in packed:
            text = made.decompress(piece)
            size += len(text)
            if size > segment.bytes:
                raise BrokenLedgerError(f"the ledger {segment.ledger} is broken: {segment.stem} is too long")
            if text:
                yield text
    except zstandard.ZstdError:
        raise BrokenLedgerError(f"the ledger {segment.ledger} is broken: {segment.stem} is damaged") from None


def _read(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as error:
        raise LedgerError(f"the segment {path.name} can't be read: {error.strerror}") from None


def _zstandard() -> Any:
    try:
        import zstandard
    except ImportError:
        message = "cold segments need zstandard"
        raise UsageError(Problem(message=message, hint="pip install 'limen[controls]'")) from None
    return zstandard
