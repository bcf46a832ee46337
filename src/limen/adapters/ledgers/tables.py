"""Rows as the lines of a text: what stores in databases share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from limen.adapters.ledgers.blocks import BLOCK_BYTES

UNREADABLE = b"\0"
"""What stands for a value that is no line: none at all, longer than a line may be, no text, or of several lines."""


def lines(rows: Iterable[object]) -> Iterator[bytes]:
    """Yield the values of rows as pieces of whole lines, each about `BLOCK_BYTES` long; one row is one line."""
    held: list[bytes] = []
    size = 0
    for value in rows:
        line = value if type(value) is bytes else UNREADABLE
        if line.endswith(b"\n"):
            line = line[:-1]
        if not line or b"\n" in line:
            line = UNREADABLE
        held.append(line)
        size += len(line) + 1
        if size >= BLOCK_BYTES:
            yield b"\n".join(held) + b"\n"
            held, size = [], 0
    if held:
        yield b"\n".join(held) + b"\n"
