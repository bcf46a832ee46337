"""JSON Lines in files: plain, gzip or zstd, told apart by their first bytes; local, or wherever fsspec reaches."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Literal

from limen.adapters.ledgers.blocks import BLOCK_BYTES, LINE_BYTES, Block, StoreError, aligned

Compression = Literal["none", "gzip", "zstd"]
_MAGIC: dict[bytes, Compression] = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_SETTLE = 1.0
"""Seconds that a writer gets to end the line that it is writing."""


class FileStore:
    """One file; what it holds is fixed when it is opened, however it grows afterwards."""

    compression: Compression
    size: int | None
    """Bytes that count; None where they are compressed."""

    def __init__(self, location: str, *, size: int | None = None) -> None:
        """Look at the file; raises StoreError where it can't be read.

        With `size` it is a plain one that was looked at before, and so many of its bytes count.
        """
        self.location = location
        self.cut = False
        """Whether the compressed data ended before their end; known when all blocks were read."""
        if size is not None:
            self.compression, self.size = "none", size
            return
        with opened(location) as file:
            head = _read(file, 4)
            self.compression = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), "none")
            self.size = _settled(file) if self.compression == "none" else None

    def blocks(self, start: int = 0, end: int | None = None) -> Iterator[Block]:
        """Yield the lines that begin from `start` to before `end`; raises StoreError where they can't be read.

        Compressed files are read as a whole.
        """
        with opened(self.location) as file:
            if self.size is not None:
                yield from self._plain(file, start, self.size if end is None else min(end, self.size))
            else:
                yield from aligned(self._decompressed(file))

    def _plain(self, file: IO[bytes], start: int, end: int) -> Iterator[Block]:
        size = 0 if self.size is None else self.size
        if start:
            # A line belongs to the stretch in which it begins, so look at the byte before.
            file.seek(start - 1)
            start = _next_line(file, start - 1, size)
        if start >= end:
            return
        file.seek(start)
        yield from aligned(self._pieces(file, start, end, size), start)

    def _pieces(self, file: IO[bytes], at: int, end: int, size: int) -> Iterator[bytes]:
        """Yield what is from one byte to another, and then to the end of the line that is under way."""
        last = b""
        while at < size and (at < end or last != b"\n"):
            piece = _read(file, min(BLOCK_BYTES, end - at) if at < end else min(1 << 16, size - at))
            if not piece:
                raise StoreError("it became shorter while it was read", again=True)
            if at >= end:
                piece = piece[: piece.find(b"\n") + 1 or len(piece)]
            at += len(piece)
            last = piece[-1:]
            yield piece

    def _decompressed(self, file: IO[bytes]) -> Iterator[bytes]:
        stream: Any
        if self.compression == "gzip":
            stream = gzip.GzipFile(fileobj=file)
        else:
            stream = _zstandard().ZstdDecompressor().stream_reader(file, read_across_frames=True)
        while True:
            try:
                piece = stream.read(BLOCK_BYTES)
            except EOFError:
                self.cut = True
                return
            except (OSError, zlib.error, _zstd_error()) as error:
                raise StoreError(f"its {self.compression} data are damaged: {_words(error)}") from None
            if not piece:
                return
            yield piece


@contextmanager
def opened(location: str) -> Iterator[IO[bytes]]:
    """Open a path or an URL for reading; raises StoreError, in words, where that fails."""
    try:
        file = _remote(location) if "://" in location else open(location, "rb")  # noqa: SIM115, PTH123
    except Exception as error:  # noqa: BLE001 what a file system of fsspec raises is of no family
        raise StoreError(_words(error)) from None
    with file:
        yield file


def _remote(location: str) -> IO[bytes]:
    try:
        import fsspec
    except ImportError:
        raise StoreError("an URL needs limen[cluster]: pip install 'limen[cluster]'") from None
    found: IO[bytes] = fsspec.open(location, "rb", block_size=BLOCK_BYTES).open()
    return found


def _zstandard() -> Any:
    try:
        import zstandard
    except ImportError:
        raise StoreError("zstd needs limen[ledger]: pip install 'limen[ledger]'") from None
    return zstandard


def _zstd_error() -> type[Exception]:
    try:
        import zstandard
    except ImportError:
        return EOFError
    error: type[Exception] = zstandard.ZstdError
    return error


def _read(file: IO[bytes], size: int) -> bytes:
    try:
        return file.read(size)
    except Exception as error:  # noqa: BLE001 what a file system of fsspec raises is of no family
        raise StoreError(_words(error)) from None


def _words(error: Exception) -> str:
    """Return what an error says, without the path that it may repeat and without a credential in an URL."""
    if isinstance(error, StoreError):
        return error.reason
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "it may not be read: permission denied"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    said = getattr(error, "strerror", None)
    return said if isinstance(said, str) and said else type(error).__name__


def _settled(file: IO[bytes]) -> int:
    """Return the bytes that a plain file has now, up to the end of a line if one is being written."""
    until = time.monotonic() + _SETTLE
    while True:
        size = file.seek(0, 2)
        at = max(0, size - LINE_BYTES)
        file.seek(at)
        tail = _read(file, size - at)
        if not tail or tail.endswith(b"\n"):
            return size
        if time.monotonic() >= until:
            return size
        time.sleep(0.05)
        if file.seek(0, 2) != size:
            # It grows: what is whole by now will do, unless not even one line is.
            whole = at + tail.rfind(b"\n") + 1
            if whole > at:
                return whole


def _next_line(file: IO[bytes], at: int, end: int) -> int:
    """Return where the first line begins after a byte."""
    while at < end:
        piece = _read(file, min(1 << 16, end - at))
        if not piece:
            return end
        found = piece.find(b"\n")
        if found >= 0:
            return at + found + 1
        at += len(piece)
    return end
