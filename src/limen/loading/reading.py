"""Bytes from disk as text: regular files only, bounded, UTF-8."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path
from typing import BinaryIO

from limen.errors import DeclarationError, Location, Problem

DOCUMENT_LIMIT = 32 * 2**20
"""Bytes of one YAML or JSON file; more belongs into JSON Lines, which needs no tree in memory."""

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_regular(path: Path, name: str) -> BinaryIO:
    """Open a regular file for reading bytes; never waits for the other end of a pipe.

    `name` is what messages call the file. Raises DeclarationError where it is missing, unreadable or no file.
    """
    try:
        # O_NONBLOCK: opening a pipe would wait for a writer before its kind can be looked at.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise unreadable(name, error) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise _refusal(name, f"the file can't be read: it is {kind}", "name a regular file")
    return os.fdopen(descriptor, "rb")


def read_document(path: Path, name: str) -> bytes:
    """Return the bytes of a YAML or JSON file.

    Raises DeclarationError where it is unreadable, no regular file, or over 32 MB (which is seen before reading).
    """
    with open_regular(path, name) as file:
        size = os.fstat(file.fileno()).st_size
        try:
            data = file.read(DOCUMENT_LIMIT + 1) if size <= DOCUMENT_LIMIT else b""
        except OSError as error:
            raise unreadable(name, error) from error
    if max(size, len(data)) > DOCUMENT_LIMIT:
        raise _refusal(
            name,
            f"the file has {max(size, len(data)) // 2**20} MB; YAML and JSON may have {DOCUMENT_LIMIT // 2**20} MB",
            "keep flows as JSON Lines, one flow a line, and name that file under include: [flows.jsonl]",
        )
    return data


def decode(data: bytes, name: str) -> str:
    """Return UTF-8 bytes as text, without a byte order mark.

    Raises DeclarationError, with line and column, for any other encoding and for binary content.
    """
    for mark, encoding in (
        (codecs.BOM_UTF32_LE, "UTF-32"),
        (codecs.BOM_UTF32_BE, "UTF-32"),
        (codecs.BOM_UTF16_LE, "UTF-16"),
        (codecs.BOM_UTF16_BE, "UTF-16"),
    ):
        if data.startswith(mark):
            raise _refusal(name, f"the file is {encoding}", "save it as UTF-8", line=1, column=1)
    data = data.removeprefix(codecs.BOM_UTF8)
    zero = data.find(b"\0")
    if zero >= 0:
        raise _at(data, zero, name, "the file is binary: it holds a NUL byte", "name a text file in UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"the text is not UTF-8: byte 0x{data[error.start]:02x}"
        raise _at(data, error.start, name, message, "save the file as UTF-8") from error


def unreadable(name: str, error: OSError | ValueError) -> DeclarationError:
    """Return the error that says why a file could not be read."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "its name is not valid"
    hint = "check the path" if isinstance(error, FileNotFoundError) else "check the file's permissions and the path"
    return _refusal(name, f"the file can't be read: {reason}", hint)


def _refusal(name: str, message: str, hint: str, line: int = 0, column: int = 0) -> DeclarationError:
    return DeclarationError(Problem(message=message, location=Location(file=name, line=line, column=column), hint=hint))


def _at(data: bytes, offset: int, name: str, message: str, hint: str) -> DeclarationError:
    start = data.rfind(b"\n", 0, offset) + 1
    before = data[start:offset].decode("utf-8", "replace")
    return _refusal(name, message, hint, line=data.count(b"\n", 0, offset) + 1, column=len(before) + 1)
