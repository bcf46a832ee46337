"""A cursor over bytes with length-prefixed parts, as TLS and SSH write them. Pure."""

from __future__ import annotations

import struct


class MalformedError(ValueError):
    """What was received is shorter than it says, or longer than it may be."""


class Reader:
    """Reads from the front; every read past the end raises MalformedError."""

    __slots__ = ("_data", "_place")

    def __init__(self, data: bytes) -> None:
        """Start at the front."""
        self._data, self._place = data, 0

    def __bool__(self) -> bool:
        return self._place < len(self._data)

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        end = self._place + count
        if end > len(self._data):
            raise MalformedError(f"{count} bytes at {self._place} of {len(self._data)}")
        found = self._data[self._place : end]
        self._place = end
        return found

    def number(self, size: int) -> int:
        """Return the next unsigned number of `size` bytes, the most significant first."""
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        """Return the next part, whose length stands before it in `size` bytes."""
        return self.take(self.number(size))

    def part(self, size: int) -> Reader:
        """Return a reader of the next part."""
        return Reader(self.vector(size))

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.take(len(self._data) - self._place)


def vector(data: bytes, size: int) -> bytes:
    """Return data with its length before it, in `size` bytes."""
    return len(data).to_bytes(size, "big") + data


def numbers(values: tuple[int, ...] | list[int], size: int = 2) -> bytes:
    """Return numbers of two bytes, with the length of all before them in `size` bytes."""
    return vector(struct.pack(f"!{len(values)}H", *values), size)
