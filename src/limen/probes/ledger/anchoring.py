"""The anchors of a ledger, read from where somebody else keeps them, and their signatures checked."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import UNSET

from limen.adapters.ledgers.blocks import StoreError
from limen.adapters.ledgers.files import opened
from limen.adapters.ledgers.stores import place
from limen.integrity.anchors import Anchor, anchors, moment, statement
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.ledger.verification import AnchorsRead

_MOST = 1 << 28
"""Bytes of anchors that are read: seven years of one a minute, without digests."""


class Anchoring(NamedTuple):
    """What anchors say."""

    read: AnchorsRead
    heads: dict[int, str]
    """The head for each length; of contradictory ones the first."""
    digested: Anchor | None
    """The newest one that holds digests of the text."""
    bases: frozenset[tuple[int, str]] = frozenset()
    """Lengths and heads behind which the ledger may begin, since its witness signed that the records up to there were
    moved or lawfully deleted; none without the witness's key."""


def anchoring(target: Target, context: Context) -> Anchoring:
    """Read the anchors of the target's ledger; raises AttemptError where they can't be read."""
    location = place(str(target.options.anchors), target.folder)
    try:
        with opened(location) as file:
            text = file.read(_MOST + 1)
    except StoreError as error:
        raise AttemptError(f"the anchors: {error.reason}", again=error.again) from None
    except OSError as error:
        raise AttemptError(f"the anchors can't be read: {error.strerror}") from None
    if len(text) > _MOST:
        raise AttemptError(f"the anchors are larger than {_MOST:,} bytes")
    context.remaining()
    try:
        found = [one for one in anchors(text) if target.section == "typed" or one.ledger == target.name]
    except ValueError as error:
        raise AttemptError(f"the anchors: {error}") from None
    if len({one.ledger for one in found}) > 1:
        raise AttemptError("the anchors are of several ledgers; probe the one that is meant by its declaration")
    return _sorted(found, target)


def _sorted(found: list[Anchor], target: Target) -> Anchoring:
    witnessed = _witnessed(found, target)
    heads: dict[int, str] = {}
    contradictory = 0
    for one in sorted(found, key=moment):
        contradictory += heads.setdefault(one.length, one.head) != one.head
    bases = frozenset((one.length, one.head) for one in found if one.base and one.signature)
    ordered = sorted((one for one in found if not one.base), key=moment)
    read = AnchorsRead(
        moments=tuple(map(moment, ordered)),
        lengths=tuple(one.length for one in ordered),
        longest=max((one.length for one in ordered), default=0),
        contradictory=contradictory,
        witnessed=witnessed,
    )
    digested = next((one for one in reversed(ordered) if one.digests), None)
    return Anchoring(read, heads, digested, bases if witnessed else frozenset())


def _witnessed(found: list[Anchor], target: Target) -> bool | None:
    """Return whether each anchor is signed with the witness's key; None where no key was given."""
    if target.options.witness is UNSET:
        return None
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ImportError:
        raise AttemptError("a witness's key needs limen[ledger]: pip install 'limen[ledger]'") from None
    try:
        with opened(place(str(target.options.witness), target.folder)) as file:
            key = load_pem_public_key(file.read(1 << 16))
    except StoreError as error:
        raise AttemptError(f"the witness's key: {error.reason}") from None
    except (OSError, ValueError):
        raise AttemptError("the witness's key can't be read: a PEM file with an Ed25519 public key is wanted") from None
    if not isinstance(key, Ed25519PublicKey):
        raise AttemptError("the witness's key is not of Ed25519")
    for one in found:
        try:
            key.verify(bytes.fromhex(one.signature), statement(one))
        except (InvalidSignature, ValueError):
            return False
    return True
