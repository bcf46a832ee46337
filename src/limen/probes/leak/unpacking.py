"""What a file holds where it is compressed or an archive, archives within archives too; what stays closed is unread."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from typing import IO, Any, cast

from limen.probes.interface import AttemptError, Context
from limen.probes.leak.searching import CHUNK, Search

DEEPEST = 4
"""Archives within archives that are unpacked."""
_HEAD = 512
"""Bytes that tell what a file is."""
_LARGEST = 1 << 30
"""Bytes of an archive within an archive beyond which it is unread."""
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"PK\x03\x04": "zip",
}
_OPAQUE = (
    b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x04\x22\x4d\x18", b"\x1f\x9d", b"\x1f\xa0", b"PAR1", b"Obj\x01", b"ORC",
    b"\xff\x06\x00\x00sNaPpY", b"LPKSHHRH", b"LZIP", b"Salted__", b"SQLCipher", b"age-encryption.org/",
)  # fmt: skip
"""How files begin that compress or encrypt in a way that is not undone here: 7z, RAR, LZ4, compress, Parquet, Avro,
ORC, Snappy, systemd's journal, lzip, and what openssl and age encrypt."""


def look_within(search: Search, name: str, file: IO[bytes], context: Context, depth: int = DEEPEST) -> None:
    """Look through a file that can be sought in, as it is and through what it holds."""
    head = file.read(_HEAD)
    file.seek(0)
    search.stream(name, _chunks(file, context))
    kind = _kind(head)
    if not kind:
        return
    if kind == "opaque" or not depth:
        search.unread += 1
        return
    file.seek(0)
    try:
        for inner, content in _members(kind, file):
            with closing(content):
                _look_at_member(search, f"{name}!{inner}", content, context, depth, searched=kind == "tar")
    except _damaged():
        search.unread += 1  # damaged, or behind a password


def _look_at_member(
    search: Search, name: str, content: IO[bytes], context: Context, depth: int, *, searched: bool
) -> None:
    head = content.read(_HEAD)
    if not _kind(head):
        if not searched:
            search.stream(name, _chunks(content, context, head))
        return
    with tempfile.SpooledTemporaryFile(max_size=16 << 20) as spool:
        for chunk in _chunks(content, context, head):
            spool.write(chunk)
            if spool.tell() > _LARGEST:
                search.unread += 1
                return
        spool.seek(0)
        look_within(search, name, cast(IO[bytes], spool), context, depth - 1)


def _kind(head: bytes) -> str:
    if head[257:262] == b"ustar":
        return "tar"
    if any(head.startswith(magic) for magic in _OPAQUE):
        return "opaque"
    return next((kind for magic, kind in _PACKED.items() if head.startswith(magic)), "")


def _members(kind: str, file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    if kind == "zip":
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                yield member.filename, archive.open(member)
    elif kind == "tar":
        with tarfile.open(fileobj=file, mode="r:") as archive:
            for one in archive:
                content = archive.extractfile(one) if one.isreg() else None
                if content is not None:
                    yield one.name, content
    elif kind == "zstandard":
        yield "", cast(IO[bytes], _zstandard().ZstdDecompressor().stream_reader(file, read_across_frames=True))
    else:
        openers: dict[str, Any] = {"gzip": gzip.open, "bzip2": bz2.open, "xz": lzma.open}
        yield "", openers[kind](file)


def _damaged() -> tuple[type[Exception], ...]:
    """Return what the unpackers raise where there is nothing to unpack."""
    damaged: list[type[Exception]] = [EOFError, OSError, NotImplementedError, ValueError, RuntimeError]
    damaged += [zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError, _zstandard().ZstdError]
    return tuple(damaged)


def _zstandard() -> Any:
    try:
        import zstandard
    except ImportError:
        raise AttemptError("the probe leak needs limen[storage]: pip install 'limen[storage]'") from None
    return zstandard


def _chunks(file: IO[bytes], context: Context, head: bytes = b"") -> Iterator[bytes]:
    if head:
        yield head
    while chunk := file.read(CHUNK):
        context.remaining()
        yield chunk
