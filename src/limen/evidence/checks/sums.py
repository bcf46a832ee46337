"""Check `sums`: SHA256SUMS names every file that it should, with its digest, as `sha256sum -c` reads it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from limen.evidence.checks.interface import Check, broken, or_ok
from limen.evidence.checks.pack import Pack
from limen.evidence.layout import SUMS, is_summed
from limen.evidence.reading import PackFiles, UnreadableError

_LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)")


def check(pack: Pack) -> Iterator[Check]:
    """Yield what is wrong with the digests of a pack; nothing of a redacted one, which has none."""
    if pack.redacted or SUMS not in pack.files:
        return iter(())
    return or_ok("sums", _found(pack.files), "every file has the digest that SHA256SUMS says")


def digest(files: PackFiles, name: str) -> str:
    """Return the hex SHA-256 of a file; raises UnreadableError."""
    made = hashlib.sha256()
    for chunk in files.chunks(name):
        made.update(chunk)
    return made.hexdigest()


def _found(files: PackFiles) -> Iterator[Check]:
    said: dict[str, str] = {}
    last = ""
    try:
        for index, line in enumerate(files.lines(SUMS)):
            match = _LINE.fullmatch(line.decode("utf-8", "replace"))
            if match is None:
                yield broken("sums", "no line of it: expected 64 hex digits, two blanks and a path", SUMS, index)
                continue
            name = match[2]
            if name <= last:
                yield broken("sums", f"{name} does not come after {last}", SUMS, index)
            last = name
            if not is_summed(name):
                yield broken("sums", f"it may not name {name}", SUMS, index)
            elif name not in files:
                yield broken("sums", f"{SUMS} names it, and it is not there", name)
            else:
                said[name] = match[1]
    except UnreadableError as error:
        yield broken("sums", error.what, error.name)
    for name in files.names():
        if not is_summed(name):
            continue
        if name not in said:
            yield broken("sums", f"{SUMS} says nothing of it", name)
            continue
        try:
            if digest(files, name) != said[name]:
                yield broken("sums", f"it is not what {SUMS} says", name)
        except UnreadableError as error:
            yield broken("sums", error.what, error.name)
