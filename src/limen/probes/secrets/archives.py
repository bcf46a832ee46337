"""What lies in archives and compressed files, opened in memory and bounded: zip, tar, gzip, bzip2, xz and zstandard."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

MOST_MEMBERS = 20_000
"""Members of one archive beyond which the rest is not searched."""
MOST_UNPACKED = 128 << 20
"""Bytes that one file of the target may unpack to, whatever lies in it."""
_MOST_MEMBER = 32 << 20
_END_OF_ZIP = 22 + (1 << 16)
"""Bytes at the end of a zip archive in which its directory's end is: its comment is the last of it."""
_OPAQUE = {
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive, which is not opened",
    b"Rar!\x1a\x07": "a RAR archive, which is not opened",
    b"%PDF-": "a PDF, whose text is compressed",
    b"\x04\x22\x4d\x18": "LZ4, which is not opened",
    b"MSCF": "a cabinet archive, which is not opened",
    b"LZIP": "lzip, which is not opened",
    b"\x1f\x9d": "compress, which is not opened",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Office document, which is not opened",
}


class Member(NamedTuple):
    """One file in an archive; with a reason, it could not be read."""

    layer: str
    """What it was taken out of: zip, tar, gzip and so on."""
    name: str
    """Its name; empty where the whole is one compressed file."""
    content: bytes
    reason: str = ""


class Budget:
    """How much one file of the target may still unpack to."""

    def __init__(self, left: int = MOST_UNPACKED) -> None:
        """Start with so many bytes."""
        self.left = left

    def take(self, size: int) -> bool:
        """Take bytes off, and return whether there were as many."""
        self.left -= size
        return self.left >= 0


def opaque(data: bytes) -> str:
    """Return why a file can't be searched though its bytes are there, or an empty text."""
    return next((reason for magic, reason in _OPAQUE.items() if data.startswith(magic)), "")


def members(data: bytes, budget: Budget) -> Iterator[Member] | None:
    """Return what lies in an archive or a compressed file, one level deep; None where data is neither."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(data, budget)
    if data[257:262] == b"ustar":
        return _tar(data, budget)
    for magic, layer, opener in _COMPRESSED:
        if data.startswith(magic):
            return _single(layer, opener, data, budget)
    if not opaque(data) and b"PK\x05\x06" in data[-_END_OF_ZIP:] and zipfile.is_zipfile(io.BytesIO(data)):
        return _behind(data, budget)
    return None


def _behind(data: bytes, budget: Budget) -> Iterator[Member]:
    """Yield what is before an archive, such as the script that unpacks it, and what lies in it."""
    yield Member("zip", "", data[: data.index(b"PK\x03\x04")] if b"PK\x03\x04" in data else b"")
    yield from _zip(data, budget)


def _zip(data: bytes, budget: Budget) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        yield Member("zip", "", b"", "a damaged archive")
        return
    if archive.comment:
        yield Member("zip", "", archive.comment)
    for number, info in enumerate(infos):
        if number == MOST_MEMBERS:
            yield Member("zip", "", b"", "an archive with too many members")
            return
        if info.is_dir():
            continue
        if info.flag_bits & 1:
            yield Member("zip", info.filename, b"", "encrypted in an archive")
            continue
        try:
            with archive.open(info) as member:
                content = _read(member, budget)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error,
                lzma.LZMAError):  # fmt: skip
            yield Member("zip", info.filename, b"", "damaged, or compressed in a way that is not known")
            continue
        yield Member("zip", info.filename, content or b"", "" if content is not None else "too large when unpacked")


def _tar(data: bytes, budget: Budget) -> Iterator[Member]:
    if b"GNU.sparse." in data:  # a map of holes that takes minutes to read costs its maker nothing
        yield Member("tar", "", b"", "a sparse archive, which is not opened")
        return
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for number, info in enumerate(archive):
                if number == MOST_MEMBERS:
                    yield Member("tar", "", b"", "an archive with too many members")
                    return
                if not info.isreg() or (member := archive.extractfile(info)) is None:
                    continue
                content = _read(member, budget)
                reason = "" if content is not None else "too large when unpacked"
                yield Member("tar", info.name, content or b"", reason)
    except (tarfile.TarError, OSError, ValueError, EOFError, OverflowError, RecursionError):
        yield Member("tar", "", b"", "a damaged archive")


def _single(layer: str, opener: Any, data: bytes, budget: Budget) -> Iterator[Member]:
    try:
        with opener(io.BytesIO(data)) as stream:
            content = _read(stream, budget)
    except ImportError:
        yield Member(layer, "", b"", "zstandard, which needs the package zstandard")
        return
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - each library has errors of its own, and zstandard none in common
        yield Member(layer, "", b"", "damaged, or compressed in a way that is not known")
        return
    yield Member(layer, "", content or b"", "" if content is not None else "too large when unpacked")


def _read(stream: Any, budget: Budget) -> bytes | None:
    """Return a stream's bytes; None where they are too many."""
    most = min(_MOST_MEMBER, max(0, budget.left))
    parts: list[bytes] = []
    size = 0
    while block := stream.read(1 << 18):
        size += len(block)
        if size > most:
            budget.take(size)
            return None
        parts.append(block)
    budget.take(size)
    return b"".join(parts)


def _zstandard(stream: io.BytesIO) -> Any:
    import zstandard

    return zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(stream, read_across_frames=True)


_COMPRESSED: tuple[tuple[bytes, str, Any], ...] = (
    (b"\x1f\x8b\x08", "gzip", lambda stream: gzip.GzipFile(fileobj=stream)),
    (b"BZh", "bzip2", bz2.BZ2File),
    (b"\xfd7zXZ\x00", "xz", lzma.LZMAFile),
    (b"\x28\xb5\x2f\xfd", "zstandard", _zstandard),
)
