"""Taking a timestamp over a pack, or renewing it: verified first, asked, judged, written, while nobody else writes.

In a folder the digests file is renamed into place before the response. Whoever is killed in between leaves a digests
file without a response, which proves nothing and which the next `limen timestamp` takes away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from limen.errors import Problem, UnassessedError, UsageError
from limen.evidence.amending import HeldPack, held_pack
from limen.evidence.damage import damage, refusal
from limen.evidence.e_signatures import bound
from limen.evidence.layout import STATEMENT, TIMESTAMPS
from limen.evidence.reading import PackFiles, UnreadableError, open_pack
from limen.evidence.timestamps import (
    TimestampError,
    Token,
    digests_file,
    is_covered,
    lapses,
    read_timestamp,
    renewal_due,
    verify_timestamp,
)
from limen.evidence.verifying import verified
from limen.integrity.instants import instant, instant_text

LATE = timedelta(hours=24)
"""By how much the first timestamp may be later than the assessment; a later one would show a backdated pack."""
MOST_TIMESTAMPS = 9999


class Stamped(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking for a timestamp."""

    name: str
    """The response's file; empty where no renewal was due."""
    token: Token
    """The last timestamp of the pack."""
    due: datetime
    """By when it should be renewed, UTC."""
    trusted: bool
    """Whether it was verified with certificates that the caller trusts."""
    lapsed: tuple[str, ...]
    """Where the timestamps have a gap, in words."""
    removed: str = ""
    """A digests file without a response, of a run that was interrupted, that was taken away; empty for none."""


def timestamp_pack(
    path: Path,
    authority: Callable[[bytes], bytes],
    certificates: Sequence[bytes],
    clock: Callable[[], datetime],
    *,
    renew: bool = False,
) -> Stamped:
    """Take a timestamp over a pack's envelope, or with `renew` only where the last one's end is near.

    `authority` returns the RFC 3161 response over some data; `certificates` are PEM texts of those trusted to make it,
    none where nobody says. Raises UsageError where the pack is damaged or there is nothing to renew, UnassessedError
    where there is no timestamp that counts.
    """
    with held_pack(path) as held:
        removed = _tidied(held)
        with open_pack(held.path) as files:
            now = clock()
            _intact(files, now)
            before = _tokens(files)
            if renew and not before:
                hint = "take the first one without --renew"
                raise UsageError(Problem(message="the pack has no timestamp to renew", hint=hint))
            if renew and now < renewal_due(before[-1]):
                return _stamped("", before, now, trusted=False, removed=removed)
            if len(before) >= MOST_TIMESTAMPS:
                raise UsageError(Problem(message=f"the pack has {MOST_TIMESTAMPS} timestamps: no further one fits"))
            content = digests_file((name, _digest(files, name)) for name in files.names() if is_covered(name))
            assessed_at = bound(files)[1].assessed_at
        response = authority(content)
        token = _judged(response, content, certificates)
        if not before:
            _in_time(token, assessed_at)
        place = f"{TIMESTAMPS}{len(before) + 1:04}"
        held.put([(f"{place}.json", content), (f"{place}.tsr", response)])
        return _stamped(f"{place}.tsr", [*before, token], clock(), trusted=bool(certificates), removed=removed)


def _stamped(name: str, tokens: Sequence[Token], now: datetime, *, trusted: bool, removed: str) -> Stamped:
    return Stamped(
        name=name,
        token=tokens[-1],
        due=renewal_due(tokens[-1]),
        trusted=trusted,
        lapsed=tuple(lapses(tokens, now)),
        removed=removed,
    )


def _tidied(held: HeldPack) -> str:
    """Take away a last digests file whose response was never written, and return its name, if any."""
    with open_pack(held.path) as files:
        names = [name for name in files.names() if name.startswith(TIMESTAMPS)]
    if names and names[-1].endswith(".json"):
        held.put([], remove=[names[-1]])
        return names[-1]
    return ""


def _intact(files: PackFiles, now: datetime) -> None:
    if found := damage(verified(files, None, now)):
        interrupted = all(check.name == "manifestation" for check in found)
        hint = "a damaged pack gets no timestamp; limen verify says everything"
        raise refusal(found, "was a signing interrupted? limen sign finishes it" if interrupted else hint)


def _tokens(files: PackFiles) -> list[Token]:
    found = []
    for name in files.names():
        if name.startswith(TIMESTAMPS) and name.endswith(".tsr"):
            try:
                found.append(read_timestamp(files.read(name)))
            except TimestampError as error:
                raise UnreadableError(name, str(error)) from None
    return found


def _digest(files: PackFiles, name: str) -> str:
    digest = hashlib.sha256()
    for chunk in files.chunks(name):
        digest.update(chunk)
    return digest.hexdigest()


def _judged(response: bytes, content: bytes, certificates: Sequence[bytes]) -> Token:
    """Return the token of a response over this content; raises UnassessedError where it does not count."""
    try:
        token = read_timestamp(response)
        if token.digest != hashlib.sha256(content).digest():
            raise TimestampError("it is over other data")
        if certificates:
            verify_timestamp(response, content, certificates)
    except TimestampError as error:
        hint = "nothing was written; name another authority, or the right certificates with --trust"
        raise UnassessedError(Problem(message=f"the timestamp does not count: {error}", hint=hint)) from None
    return token


def _in_time(token: Token, assessed_at: str) -> None:
    """Raise UsageError where a first timestamp would show that the assessment's own time is false."""
    try:
        assessed = instant(assessed_at)
    except ValueError as error:
        raise UnreadableError(STATEMENT, str(error)) from None
    if token.time - assessed > LATE:
        message = f"the pack was assessed at {assessed_at}, and the authority's time is {instant_text(token.time)}"
        hint = "verifiers take a first timestamp more than 24 h later for a backdated pack: make a new one"
        raise UsageError(Problem(message=message, hint=hint))
