"""The files of a pack that is a zip; what two readers of it could take for different things is refused."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from limen.errors import Problem, UsageError
from limen.evidence.reading import CHUNK, MOST_FILES, Fault, UnreadableError

_ENCRYPTED = 0x41
"""Bits 0 and 6 of an entry's flags: encryption, weak and strong (APPNOTE 4.4.4)."""
_DESCRIBED = (OSError, ValueError, EOFError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile)
"""What zipfile raises for entries that are damaged."""
_HEADER = struct.Struct("<4s5H3I2H")
"""An entry's own header (APPNOTE 4.3.7): signature, version, flags, method, time, date, CRC, sizes, two lengths."""
_LISTED = struct.Struct("<4s24x3H12x")
"""An entry of the directory (APPNOTE 4.3.12): its signature, and how long name, extra field and comment are."""
_BEHIND = 0x08
"""Bit 3 of an entry's flags: its checksum and sizes stand behind it (APPNOTE 4.3.9)."""
_SAID = _ENCRYPTED | _BEHIND | 0x800
"""Flags that say how an entry is read; bit 11 is that its name is UTF-8."""
_LARGE = 0xFFFFFFFF
"""A size that stands in the extra field."""
_ENDS = (22, 22 + 20 + 56)
"""Bytes behind the directory: the end record, before it that of zip64 with its locator (APPNOTE 4.3.14-16)."""
_MOST_LISTED = 1 << 28
"""Bytes of a directory."""


class ZipFiles:
    """A zip of stored or deflated files; use `close` afterwards."""

    def __init__(self, path: Path) -> None:
        """Open it; raises UsageError where it is no zip."""
        try:
            self.archive = zipfile.ZipFile(path)
        except _DESCRIBED as error:
            hint = "a pack is a folder or a zip"
            raise UsageError(Problem(message=f"{path} can't be read as a zip: {error}"[:300], hint=hint)) from None
        self.path = path

    def listed(self) -> tuple[dict[str, int], list[Fault]]:
        """Return the size of each plain file by its name, and what is none; raises UsageError past MOST_FILES."""
        entries = self.archive.infolist()
        if len(entries) > MOST_FILES:
            raise UsageError(Problem(message=f"{self.path} holds more files than any pack", hint="name a pack"))
        sizes: dict[str, int] = {}
        faults: list[Fault] = []
        if self.archive.comment:
            faults.append(Fault(self.path.name, "the zip has a comment, in which another zip could lie"))
        if hidden := self._hidden(entries):
            faults.append(hidden)
        for entry in entries:
            name = entry.orig_filename
            if what := _wrong(entry):
                faults.append(Fault(name, what))
            elif entry.is_dir():
                continue
            elif name in sizes:
                faults.append(Fault(name, "the zip has it twice"))
            else:
                sizes[name] = entry.file_size
        return sizes, faults

    def _hidden(self, entries: list[zipfile.ZipInfo]) -> Fault | None:
        """Return the first place with bytes that the directory does not account for.

        Who reads a zip from its beginning, as many unpackers do, would find another pack there.
        """
        own, at = self.path.name, 0
        with self.path.open("rb") as file:
            for entry in sorted(entries, key=lambda one: one.header_offset):
                if entry.header_offset != at:
                    what = "it lies over another file of the zip" if at else "the zip begins with something else"
                    if entry.header_offset > at > 0:
                        what = "before it lies something that the zip's directory does not name"
                    return Fault(entry.orig_filename if at else own, what)
                file.seek(at)
                at = _end(file, entry)
                if not at:
                    return Fault(entry.orig_filename, "its own header says otherwise than the zip's directory")
            if self.archive.start_dir != at:
                return Fault(own, "before the zip's directory lies something that it does not name")
            file.seek(at)
            rest = file.read(_MOST_LISTED)
        at = 0
        for _ in entries:
            if len(rest) < at + _LISTED.size:
                break
            at += _LISTED.size + sum(_LISTED.unpack_from(rest, at)[1:])
        if len(rest) - at not in _ENDS:
            return Fault(own, "behind the zip's directory lies something else")
        return None

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes; raises UnreadableError, for what the entry's checksum does not fit as well."""
        try:
            with self.archive.open(name) as file:
                while chunk := file.read(CHUNK):
                    yield chunk
        except _DESCRIBED as error:
            raise UnreadableError(name, f"the zip is damaged there: {error}"[:200]) from None
        except KeyError:
            raise UnreadableError(name, "it is missing") from None

    def close(self) -> None:
        """Close the archive."""
        self.archive.close()


def _end(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Return where an entry ends of which the header comes next; 0 where it is not the one of the directory."""
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return 0
    signature, _, flags, method, _, _, checksum, packed, size, name, extra = _HEADER.unpack(header)
    if (signature, method, flags & _SAID) != (b"PK\3\4", entry.compress_type, entry.flag_bits & _SAID):
        return 0
    behind = flags & _BEHIND
    said = (entry.CRC, entry.compress_size, entry.file_size)
    if not behind and (checksum, packed, size) not in (said, (entry.CRC, _LARGE, _LARGE)):
        return 0
    end: int = entry.header_offset + _HEADER.size + name + extra + entry.compress_size
    if not behind:
        return end
    file.seek(end)
    found = file.read(24)
    for form in ("<4s3I", "<4sI2Q", "<3I", "<I2Q"):
        if "Q" not in form and max(said) > _LARGE:
            continue
        made = struct.pack(form, *([b"PK\7\x08"] if "s" in form else []), *said)
        if found.startswith(made):
            return end + len(made)
    return 0


def _wrong(entry: zipfile.ZipInfo) -> str:
    """Return what keeps an entry from being a plain file or a folder, in words."""
    if entry.filename != entry.orig_filename:
        return "its name ends early, or has another system's separators"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "it is a link, and a pack holds plain files alone"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is a device, and a pack holds plain files alone"
    if entry.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is compressed in another way than a pack's files are"
    if entry.is_dir() and entry.file_size:
        return "it is a folder with content"
    return ""
