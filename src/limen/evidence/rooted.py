"""Whether a pack is the one that its Statement speaks of; the least that must hold before anything is read from it."""

from __future__ import annotations

import msgspec

from limen.errors import Problem, UsageError
from limen.evidence import layout
from limen.evidence.leaf_reading import root_of
from limen.evidence.reading import PackFiles, UnreadableError
from limen.integrity.dsse import decoded


class _Subject(msgspec.Struct, frozen=True):
    name: str
    digest: dict[str, str]


class _Statement(msgspec.Struct, frozen=True):
    subject: tuple[_Subject, ...]


def stated_root(files: PackFiles) -> bytes:
    """Return the root of a pack's tree.

    Raises UsageError where the Statement says another one, UnreadableError where something can't be read.
    """
    root = root_of(files)
    if root != _stated(files):
        hint = "limen verify says what is wrong with it"
        raise UsageError(Problem(message=f"{files.where} is not the pack that its Statement speaks of", hint=hint))
    return root


def _stated(files: PackFiles) -> bytes:
    try:
        said = msgspec.json.decode(decoded(files.read(layout.STATEMENT)).payload, type=_Statement)
        return next(bytes.fromhex(one.digest["sha256"]) for one in said.subject if one.name == layout.CORE_SUBJECT)
    except (ValueError, KeyError, StopIteration):
        raise UnreadableError(layout.STATEMENT, "it is no Statement of a pack") from None
