"""Blocks: a ledger's text as it is read, in pieces of whole lines, so that memory stays the same however long it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

BLOCK_BYTES = 1 << 22
"""Bytes of a block, about; also the length of the segments whose digests anchors hold."""
LINE_BYTES = 1 << 20
"""Bytes of the longest line that is read; a longer one is skipped and told."""


class StoreError(Exception):
    """A ledger that can't be read, with the reason in words; never with what it says."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        """Keep the reason; `again` says that another try may succeed."""
        super().__init__(reason)
        self.reason, self.again = reason, again


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Whole lines of a ledger, each with its newline; the very last may lack it."""

    start: int
    """Its first byte, from 0, in the ledger without its compression."""
    data: bytes = b""
    skipped: int = 0
    """Bytes of the one line that was too long to be kept; `data` is then empty."""

    @property
    def end(self) -> int:
        """The byte after its last one."""
        return self.start + len(self.data) + self.skipped


def aligned(pieces: Iterable[bytes], start: int = 0, line_bytes: int = LINE_BYTES) -> Iterator[Block]:
    """Yield pieces of a text, of any length, as blocks of whole lines; `start` is their first byte.

    Holds one piece and one line at most. A line longer than `line_bytes` becomes a block of its own, without content.
    """
    rest, long = b"", 0
    for whole in pieces:
        piece = whole
        if long:
            end = piece.find(b"\n") + 1
            if not end:
                long += len(piece)
                continue
            yield Block(start=start, skipped=long + end)
            start += long + end
            piece, long = piece[end:], 0
        end = piece.rfind(b"\n") + 1
        if end:
            for block in _split(rest + piece[:end], start, line_bytes):
                yield block
                start = block.end
            rest = piece[end:]
        else:
            rest += piece
        if len(rest) > line_bytes:
            rest, long = b"", len(rest)
    if long:
        yield Block(start=start, skipped=long)
    elif rest:
        yield from _split(rest, start, line_bytes)


def _split(data: bytes, start: int, line_bytes: int) -> Iterator[Block]:
    """Yield whole lines as one block, or, where one among them is too long, as those before, itself and those after."""
    begin = at = 0
    while len(data) - at > line_bytes:
        # The last newline within reach; if there is none, the line that begins here is too long.
        end = data.rfind(b"\n", at, at + line_bytes + 1) + 1
        if end:
            at = end
            continue
        if at > begin:
            yield Block(start=start + begin, data=data[begin:at])
        end = data.find(b"\n", at) + 1 or len(data)
        yield Block(start=start + at, skipped=end - at)
        begin = at = end
    if begin < len(data):
        yield Block(start=start + begin, data=data[begin:] if begin else data)
