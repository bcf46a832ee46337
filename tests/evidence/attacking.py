"""Whoever holds a redacted pack and the format, and guesses what was withheld: every hash that could give it away.

A guess is a whole declaration; from it the attacker makes the whole core, the reports and the lists of digests, as the
owner of the pack would, and looks for any hash over any of it among the bytes of the pack, however they are written.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from limen.assess import Assessed, Request, assess
from limen.assess.rendering import ALWAYS
from limen.evidence import layout
from limen.evidence.core import Core, write_core
from limen.evidence.tree import core_tree
from limen.reports import Options, report
from tests.evidence import oracle

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{20,}={0,2}")
_HEX = re.compile(rb"[0-9a-fA-F]{32,}")
_NAMED = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SIZES = (16, 20, 32)
"""Bytes of a UUID or fingerprint, of a SHA-1 and of a SHA-256."""


def unfolded(files: Mapping[str, bytes]) -> list[bytes]:
    """The bytes of all files, and those that stand in them as base64, as often as it takes."""
    found: list[bytes] = []
    waiting = list(files.values())
    for _ in range(3):
        found += waiting
        waiting = [one for content in waiting for text in _BASE64.findall(content) if (one := _plain(text))]
    return found + waiting


def _plain(text: bytes) -> bytes:
    padded = text.rstrip(b"=").replace(b"-", b"+").replace(b"_", b"/")
    try:
        return base64.b64decode(padded + b"=" * (-len(padded) % 4))
    except binascii.Error:
        return b""


def windows(contents: Iterable[bytes]) -> set[bytes]:
    """Whatever could be a hash: each run of that many bytes in what is short, in hex and in UUIDs."""
    found: set[bytes] = set()
    for content in contents:
        raw = [content] if len(content) <= 200_000 and not content.isascii() else []
        runs = [
            bytes.fromhex(run[at:].decode()[: (len(run) - at) // 2 * 2])
            for run in _HEX.findall(content)
            for at in (0, 1)
        ]
        runs += [bytes.fromhex(one.replace(b"-", b"").decode()) for one in _NAMED.findall(content)]
        for run in (*raw, *runs):
            for size in SIZES:
                found.update(run[at : at + size] for at in range(len(run) - size + 1))
        if len(content) in SIZES:
            found.add(content)
    return found


def made(
    declaration: Path, rules: tuple[str, ...], at: datetime.datetime, folder: Path
) -> tuple[Assessed, dict[str, bytes]]:
    """The core that follows from a declaration, as anybody with limen can make it."""
    assessed = assess(Request(path=declaration, rules=rules, assessed_at=at))
    folder.mkdir()
    modules = dict.fromkeys(assessed.assessment.decisions, "")
    core = Core(
        assessment=assessed.assessment,
        waivers=None,
        modules=modules,
        vanished={},
        undeclared={},
        approvals={},
        sensitivity={},
    )
    write_core(core, folder)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    text = declaration.read_bytes()
    return assessed, {**files, f"{layout.DECLARATION}boundaries.yaml": text}


def guesses(
    assessed: Assessed, core: Mapping[str, bytes], salts: Iterable[bytes], common: frozenset[bytes]
) -> set[bytes]:
    """Every hash that follows from a core, but for records and files that every guess has in `common`."""
    found: set[bytes] = set()
    salted = [b"", bytes(32), *salts]
    for kind, path, index, content in oracle.contents(core):
        found.update(bytes.fromhex(one.replace(b"-", b"").decode()) for one in _NAMED.findall(content))
        if content in common:
            continue
        for text in (content, content + b"\n"):
            found.update(
                (hashlib.sha256(text).digest(), hashlib.sha256(b"\0" + text).digest(), hashlib.sha1(text).digest())
            )
        found.update(oracle.leaf_of(salt, kind, path, index, content) for salt in salted)
    found.update(hashlib.sha256(content).digest() for content in core.values())
    found.add(core_tree(core, bytes(32)).root)
    found.add(bytes.fromhex(assessed.loaded.digest))
    assessment = msgspec.structs.replace(assessed.assessment, declaration="boundaries.yaml")
    reports = {f"reports/limen.{report(name).EXTENSION}": report(name).render(assessment, Options()) for name in ALWAYS}
    files = {**core, **reports}
    digests = {name: oracle.sha(content) for name, content in files.items()}
    found.update(map(bytes.fromhex, digests.values()))
    sums = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()
    found.add(hashlib.sha256(sums).digest())
    return found
