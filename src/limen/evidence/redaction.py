"""A pack with records withheld: each that is not shown is a bare hash in the tree, so that it is proven present.

What is public stays. Nothing in what is left may be a plain digest over what is withheld (docs/adr/0023), so that
SHA256SUMS, the secret and the reports go, and a record that names a withheld one by a digest can't be kept without it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from limen.errors import InternalError, Location, Problem, UsageError
from limen.evidence import layout
from limen.evidence.keeping import About, Describing, Pattern
from limen.evidence.leaf_reading import Leaf, digest, leaves, record, records, root_of
from limen.evidence.reading import PackFiles, UnreadableError, open_pack
from limen.evidence.writing import place, refuse, settle, staging
from limen.integrity.canonical import canonical
from limen.integrity.merkle import root

FORMAT = "limen-redaction-1"
_NAMED = re.compile(
    rb"(?<![0-9a-f-])(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-f])"
)
"""What could be a digest, a fingerprint or an id."""
_IDS = ("id", "fingerprint")
"""Fields of records that are hashes over names and values."""
_RUN = f"{layout.OBSERVATIONS}run.json"
_SALT = re.compile(rb'"salt": ?"[0-9a-f]{64}"')
"""What a recording holds, so that its digest tells nothing of the rest."""
_SHOWN = 8
"""Problems of one kind that are listed."""


class Redacted:
    """The files of the pack that is left; made by `redacted`."""

    def __init__(self, source: PackFiles, root: bytes, leaves: bytes, kept: dict[str, list[int]], size: int) -> None:
        """Keep what is to be written: for each file of core the numbers of its lines in the source."""
        self._source = source
        self.root = root
        """Root of the tree, which is that of the source."""
        self._kept = kept
        self.shown = sum(map(len, kept.values()))
        """How many leaves are shown."""
        self.withheld = size - self.shown
        """How many leaves are not."""
        said = {"format": FORMAT, "kept": self.shown, "reperformable": False, "withheld": self.withheld}
        self._made = {layout.LEAVES: leaves, layout.REDACTION: canonical(said)}

    def names(self) -> list[str]:
        """Return the names of the files, sorted."""
        stays = (name for name in self._source.names() if not name.startswith((layout.CORE, layout.REPORTS)))
        gone = {layout.SUMS, layout.SECRET}
        return sorted({*self._made, *self._kept, *(name for name in stays if name not in gone)})

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a file's bytes in order; raises UnreadableError."""
        if name in self._made:
            yield self._made[name]
        elif not layout.is_record_file(name):
            yield from self._source.chunks(name)
        else:
            wanted = iter(self._kept[name])
            following = next(wanted, -1)
            for number, line in enumerate(self._source.lines(name)):
                if number == following:
                    yield line + b"\n"
                    following = next(wanted, -1)


def redacted(files: PackFiles, patterns: Sequence[Pattern]) -> Redacted:
    """Return the pack with the public leaves and those that a pattern keeps; the pack must be intact.

    Raises UsageError for a pattern that keeps nothing, and where something kept names what is withheld by a digest;
    UnreadableError where the pack is damaged after all.
    """
    describing = Describing(*_public(files))
    used = {  # a file of records that has none is there, and nothing of it can be withheld
        pattern
        for pattern in patterns
        for name in files.names()
        if name.startswith(layout.CORE) and pattern.keeps({"file": (name,)})
    }
    text: list[bytes] = []
    kept: dict[str, list[int]] = {}
    numbers: dict[str, int] = {}
    withheld: dict[bytes, str] = {}
    hashes: list[bytes] = []
    for leaf in leaves(files):
        hashes.append(leaf.hash)
        number = numbers.get(leaf.path, 0)
        if leaf.path:
            numbers[leaf.path] = number + 1
            matched = []
            if leaf.path not in layout.PUBLIC:
                about = _about(describing, leaf)
                matched = [pattern for pattern in patterns if pattern.keeps(about)]
                used.update(matched)
            if matched or leaf.path in layout.PUBLIC:
                kept.setdefault(leaf.path, []).append(number)
                shown = {"index": leaf.index, "path": leaf.path, "salt": leaf.salt.hex(), "type": leaf.kind}
                text.append(canonical(shown))
                continue
            _note(files, leaf, withheld)
        text.append(canonical({"hash": leaf.hash.hex()}))
    problems = [describing.unmatched(pattern) for pattern in patterns if pattern not in used]
    if problems:
        raise UsageError(problems)
    made = Redacted(files, root(hashes), b"".join(line + b"\n" for line in text), kept, len(hashes))
    problems = [*_named(made, withheld), *_guided(made, withheld), *_unsalted(files, made, withheld)]
    if problems:
        more = len(problems) - _SHOWN
        rest = [Problem(message=f"and {more} more of this kind")] if more > 0 else []
        raise UsageError([*problems[:_SHOWN], *rest])
    return made


def write_redacted(made: Redacted, target: Path) -> None:
    """Write a redacted pack, folder or zip: all of it or nothing, and only where it leads to the root of the source.

    Raises UsageError where the place is taken or can't be written, InternalError where the roots differ.
    """
    with staging(target) as folder:
        try:
            for name in made.names():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as file:
                    file.writelines(made.chunks(name))
            settle(folder)
        except OSError as error:
            refuse(target, error)
        with open_pack(folder) as again:
            if root_of(again) != made.root:
                raise InternalError("the redacted pack does not lead to the root of the whole one")
        place(folder, target)


def _about(describing: Describing, leaf: Leaf) -> About:
    """Return what a leaf is about; raises UnreadableError for a record that is not of the format."""
    if leaf.content is None:
        return describing.file(leaf.path)
    try:
        return describing.record(leaf.path, record(leaf))
    except (KeyError, TypeError, AttributeError):
        raise UnreadableError(leaf.path, f"its record {leaf.index} is not one of the format") from None


def _public(files: PackFiles) -> tuple[dict[str, Sequence[str]], list[str]]:
    """Return the controls of each rule and the status of each decision."""
    rules: dict[str, Sequence[str]] = {one["rule"]: tuple(one["controls"]) for one in records(files, layout.RULES)}
    return rules, [one["status"] for one in records(files, layout.DECISIONS)]


def _note(files: PackFiles, leaf: Leaf, withheld: dict[bytes, str]) -> None:
    """Note by which hashes a leaf that is withheld could be named."""
    what = f"a record of {leaf.path}" if leaf.content is not None else leaf.path
    if leaf.content is None:
        withheld[digest(files, leaf.path).encode()] = what
        return
    withheld[hashlib.sha256(leaf.content).hexdigest().encode()] = what
    said = record(leaf)
    for name in _IDS:
        if isinstance(found := said.get(name), str) and found:
            withheld[found.encode()] = what


def _named(made: Redacted, withheld: dict[bytes, str]) -> Iterator[Problem]:
    """Yield where something that is kept names what is withheld by a hash: whoever reads it could guess."""
    for path in made.names():
        if not path.startswith(layout.CORE) or path in layout.PUBLIC:
            continue
        for number, chunk in enumerate(_searched(made, path), 1):
            for name in dict.fromkeys(_NAMED.findall(chunk)):
                if name in withheld:
                    what = withheld[name]
                    message = f"it would be kept, and names {what} by a digest, from which that can be guessed"
                    location = Location(file=path, line=number if layout.is_record_file(path) else 0)
                    yield Problem(message=message, location=location, hint=f"keep {what} as well, or neither")


def _guided(made: Redacted, withheld: dict[bytes, str]) -> Iterator[Problem]:
    """Yield that a recording is kept without the declaration, of which it has digests."""
    if _RUN in made.names() and any(what.startswith(layout.DECLARATION) for what in withheld.values()):
        message = "it would be kept, and has digests over the declaration, a part of which would be withheld"
        hint = f"keep {layout.DECLARATION}* as well, or withhold it"
        yield Problem(message=message, location=Location(file=_RUN), hint=hint)


def _unsalted(files: PackFiles, made: Redacted, withheld: dict[bytes, str]) -> Iterator[Problem]:
    """Yield where the envelope, which stays, names what is withheld by a hash over nothing random."""
    for path in (layout.RUN, layout.LOG):
        for name in dict.fromkeys(_NAMED.findall(b"".join(made.chunks(path)))):
            what = withheld.get(name)
            if what is None or (what == _RUN and _SALT.search(files.read(_RUN))):
                continue
            message = f"it names {what} by a digest, from which that can be guessed, and can't be changed"
            yield Problem(message=message, location=Location(file=path), hint=f"keep {what}")


def _searched(made: Redacted, path: str) -> Iterator[bytes]:
    """Yield a file in pieces that cut no digest apart: its records, or the whole of it."""
    if layout.is_record_file(path):
        yield from made.chunks(path)
    else:
        yield b"".join(made.chunks(path))
