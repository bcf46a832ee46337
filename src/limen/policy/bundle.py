"""OPA bundles of a user's own policies: read from their archive, in memory, so that nothing is ever unpacked.

A bundle is a gzipped tar with what a folder for ``--policies`` holds: rules/, lib/, profiles/ and frameworks/. As
``opa build`` keeps Rego and data alone, profiles and frameworks may also be data: ``data.limen.profiles.<id>`` and
``data.limen.frameworks.<id>``. `.manifest` says which roots it owns, `.signatures.json` who signed it.
Source: https://www.openpolicyagent.org/docs/latest/management-bundles/
"""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from limen.errors import Location, PolicyError, Problem
from limen.policy.bundle_signature import SIGNATURES, Trust, verify
from limen.policy.documents import MAX_BYTES, read_bytes

MAX_UNPACKED = 64_000_000
"""Largest archive that is read, in bytes, unpacked: policies are written by hand."""
MAX_MEMBERS = 10_000
"""Most files and folders in an archive."""
SUFFIXES = (".tar.gz", ".tgz")
MANIFEST = ".manifest"

_REFUSED = {
    "policy.wasm": "WebAssembly can't be read by an auditor: build it with --target rego",
    "plan.json": "a plan can't be read by an auditor: build it with --target rego",
    "patch.json": "a delta bundle changes another one: give the whole bundle",
}


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a bundle."""

    shown: str
    """Its name in messages."""
    text: bytes


def read_bundle(path: Path, trust: Trust, shown: str = "") -> dict[str, Held]:
    """Return a bundle's rules, libraries, profiles and frameworks, by their place in a folder of policies.

    Raises PolicyError where the archive can't be read, is not safe to read, is not signed as `trust` demands, or holds
    what limen can't judge by.
    """
    from limen.policy.bundle_content import content

    shown = shown or path.as_posix()
    files = _members(path, shown)
    for name, hint in _REFUSED.items():
        if name in files:
            raise PolicyError(_problem(f"{shown}/{name}", "not a bundle of policies in Rego", hint))
    verify(files, trust, shown)
    return content({name: text for name, text in files.items() if name != SIGNATURES}, shown)


def _members(path: Path, shown: str) -> dict[str, bytes]:
    """Return the archive's files by name, without a leading slash."""
    text = _unpacked(read_bytes(path, shown, PolicyError), shown)
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    try:
        with tarfile.open(fileobj=io.BytesIO(text), mode="r:") as archive:
            for count, member in enumerate(_each(archive)):
                if count >= MAX_MEMBERS:
                    raise PolicyError(_problem(shown, f"the archive has more than {MAX_MEMBERS:,} members"))
                name = member.name.lstrip("/").removeprefix("./")
                if member.isdir():
                    continue
                objection = _objection(member, name, name in found)
                if objection:
                    problems.append(_problem(f"{shown}/{_printable(name)}", objection))
                    continue
                held = archive.extractfile(member)
                found[name] = held.read() if held else b""
                if len(found[name]) != member.size:
                    raise PolicyError(_problem(shown, "not a tar archive: it ends within a file"))
            # The reader takes a damaged header for the end, and what stands behind it would be left out silently.
            if text[archive.offset :].strip(b"\0"):
                raise PolicyError(_problem(shown, "not a tar archive: something stands behind its end"))
    except (tarfile.TarError, EOFError, ValueError, OverflowError, OSError) as error:
        raise PolicyError(
            _problem(shown, f"not a tar archive: {error}", "make it with opa build or tar -czf")
        ) from None
    if problems:
        raise PolicyError(problems)
    return found


def _each(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (member := archive.next()) is not None:
        yield member
        archive.members.clear()  # type: ignore[attr-defined]  # it would keep every header that it has read


def _unpacked(packed: bytes, shown: str) -> bytes:
    """Return what gzip packed, to its end with its checksum; raise PolicyError where it is too large or damaged."""
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        text = inflate.decompress(packed, MAX_UNPACKED + 1)
    except zlib.error as error:
        reason = str(error).rpartition(": ")[2]
        raise PolicyError(_problem(shown, f"not gzip: {reason}", "make it with opa build or tar -czf")) from None
    if len(text) > MAX_UNPACKED:
        raise PolicyError(_problem(shown, f"the archive is larger than {MAX_UNPACKED:,} bytes, unpacked"))
    if not inflate.eof:
        raise PolicyError(_problem(shown, "the archive is cut off", "fetch it again"))
    if inflate.unused_data.strip(b"\0"):
        raise PolicyError(_problem(shown, "something follows the archive", "give one bundle a file"))
    return text


def _objection(member: tarfile.TarInfo, name: str, double: bool) -> str:
    """Return why a member is refused, or an empty text."""
    parts = name.split("/")
    if member.issym() or member.islnk():
        return "a link is not allowed in a bundle"
    if member.type not in tarfile.REGULAR_TYPES or member.issparse():
        return "neither a file nor a folder"
    if any(part in ("", ".", "..") for part in parts) or "\\" in name or not name.isprintable():
        return "the name leads out of the bundle, or is none"
    if member.size > MAX_BYTES:
        return f"file is larger than {MAX_BYTES:,} bytes"
    return "the file is there twice" if double else ""


def _printable(name: str) -> str:
    return name.encode("unicode_escape").decode() if not name.isprintable() else name


def _problem(file: str, message: str, hint: str = "") -> Problem:
    return Problem(message=message, location=Location(file=file), hint=hint)
