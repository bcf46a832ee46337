"""Check `redaction`: what is kept lies where the leaves say, and nothing public is withheld.

The leaves of a redacted pack stand for those of the whole one, in its order: a kept one names its place and its salt,
a withheld one is a bare hash. The k-th line of a record file is the k-th kept leaf of that file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from limen.evidence import layout
from limen.evidence.checks.forms import KeptLeaf, Redaction, WithheldLeaf
from limen.evidence.checks.interface import Check, broken, or_ok
from limen.evidence.checks.pack import SMALL, CoreRoot, Pack
from limen.evidence.reading import PackFiles, UnreadableError
from limen.integrity.forms import is_canonical, read_form
from limen.integrity.leaves import salted_leaf
from limen.integrity.merkle import root

_PLACE = {path: place for place, path in enumerate(layout.PUBLIC)}


def check(pack: Pack) -> Iterator[Check]:
    """Yield what is wrong with a redacted pack's leaves; nothing of a whole pack. Sets `pack.core`."""
    if not pack.redacted:
        return iter(())
    public = 0 if isinstance(pack.statement, ValueError) else pack.statement.said.predicate.public_size
    reading = _Leaves(pack.files, public)
    found = list(reading.read())
    if reading.whole:
        pack.core = CoreRoot(root=root(reading.hashes).hex(), size=len(reading.hashes), public_size=reading.public)
    pack.withheld, pack.details = reading.withheld, tuple(reading.details)
    found += _said(pack, reading)
    what = f"{reading.withheld} records withheld, not re-performable; the {reading.kept} that are kept are in the tree"
    return or_ok("redaction", found, what)


def _said(pack: Pack, leaves: _Leaves) -> Iterator[Check]:
    try:
        said = read_form(pack.files.read(layout.REDACTION, SMALL).removesuffix(b"\n"), Redaction)
    except UnreadableError as error:
        yield broken("redaction", error.what, error.name)
    except ValueError as error:
        yield broken("redaction", str(error), layout.REDACTION)
    else:
        if (said.withheld, said.kept) != (leaves.withheld, leaves.kept):
            what = f"it says {said.withheld} withheld and {said.kept} kept: {leaves.withheld} and {leaves.kept} are"
            yield broken("redaction", what, layout.REDACTION)


class _Leaves:
    """The leaves as they are read; one use."""

    def __init__(self, files: PackFiles, public_size: int) -> None:
        self.files, self.public_size = files, public_size
        self.hashes: list[bytes] = []
        self.kept = self.withheld = self.public = 0
        self.details: list[int] = []
        """Numbers of the details that are kept."""
        self.whole = False
        """Whether every leaf was read, so that there is a root to compare."""
        self._contents: dict[str, Iterator[str]] = {}

    def read(self) -> Iterator[Check]:
        """Yield what is wrong; hashes and counts are there afterwards."""
        line = 0
        try:
            last: tuple[int, bytes, int] = (-1, b"", -1)
            for line, text in enumerate(self.files.lines(layout.LEAVES)):
                if not is_canonical(text):
                    yield broken("redaction", "it is not written as RFC 8785 has it", layout.LEAVES, line)
                    return
                leaf = _leaf(text)
                if isinstance(leaf, WithheldLeaf):
                    if len(self.hashes) < self.public_size:
                        what = "it is withheld and public: status, rule, controls and counts can't be"
                        yield broken("redaction", what, layout.LEAVES, line)
                    self.hashes.append(bytes.fromhex(leaf.hash))
                    self.withheld += 1
                    continue
                place = (_PLACE.get(leaf.path, len(_PLACE)), leaf.path.encode(), leaf.index)
                if place <= last:
                    yield broken("redaction", f"{leaf.path} {leaf.index} does not come in order", layout.LEAVES, line)
                    return
                last = place
                yield from self._keep(leaf, line)
            self.whole = True
            yield from self._left()
        except UnreadableError as error:
            yield broken("redaction", error.what, error.name)
        except ValueError as error:
            yield broken("redaction", f"it is no leaf: {error}"[:300], layout.LEAVES, line)

    def _keep(self, leaf: KeptLeaf, line: int) -> Iterator[Check]:
        """Add a leaf whose content is there."""
        if leaf.path in _PLACE:
            self.public += 1
        elif leaf.path == layout.DETAILS:
            self.details.append(leaf.index)
        if (leaf.type == "record") is not layout.is_record_file(leaf.path) or (leaf.type == "file" and leaf.index):
            raise ValueError(f"{leaf.path} {leaf.index} can't be of type {leaf.type}")
        if not leaf.path.startswith(layout.CORE):
            raise ValueError(f"{leaf.path[:100]!r} is no file of core")
        content = next(self._content(leaf), None)
        if content is None:
            yield broken("redaction", f"its line for record {leaf.index} is missing", leaf.path)
            content = ""
        self.hashes.append(salted_leaf(bytes.fromhex(leaf.salt), leaf.type, leaf.path, leaf.index, content))
        self.kept += 1

    def _content(self, leaf: KeptLeaf) -> Iterator[str]:
        if leaf.path not in self._contents:
            self._contents[leaf.path] = _digests(self.files, leaf)
        return self._contents[leaf.path]

    def _left(self) -> Iterator[Check]:
        """Yield the public that is not whole, and what lies in core without a leaf."""
        for path in layout.PUBLIC:
            if path in self.files and path not in self._contents:
                yield broken("redaction", "none of it is kept, and it can't be withheld", path)
        for path in self.files.names():
            if not path.startswith(layout.CORE):
                continue
            if path not in self._contents:
                yield broken("redaction", "no leaf stands for it", path)
            elif next(self._contents[path], None) is not None:
                yield broken("redaction", "it has more lines than leaves stand for", path)


def _leaf(text: bytes) -> KeptLeaf | WithheldLeaf:
    if text.startswith(b'{"hash"'):
        return msgspec.json.decode(text, type=WithheldLeaf)
    return msgspec.json.decode(text, type=KeptLeaf)


def _digests(files: PackFiles, leaf: KeptLeaf) -> Iterator[str]:
    """Yield the digest of each line of a record file, or of a file."""
    if leaf.type == "record":
        for line in files.lines(leaf.path):
            yield hashlib.sha256(line).hexdigest()
    else:
        made = hashlib.sha256()
        for chunk in files.chunks(leaf.path):
            made.update(chunk)
        yield made.hexdigest()
