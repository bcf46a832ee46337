"""Check `timestamps`: RFC 3161 timestamps are over the files as they are, by authorities that the auditor trusts."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from limen.evidence import layout
from limen.evidence.checks.interface import Check, broken, ok, unchecked
from limen.evidence.checks.pack import SMALL, Pack, ReadSignature, Stamp
from limen.evidence.checks.sums import digest
from limen.evidence.reading import UnreadableError
from limen.evidence.timestamps import MOST, TimestampError, Token, covered, lapses, read_timestamp, verify_timestamp
from limen.integrity.instants import instant_text

SLACK = datetime.timedelta(minutes=10)
"""How far clocks of different machines may be apart."""
OTHER_DATA = "over other data"
"""How `verify_timestamp` words it."""


def check(pack: Pack) -> Iterator[Check]:
    """Yield what each timestamp comes to; nothing where there is none. Sets `pack.stamps`."""
    names = pack.numbered(layout.TIMESTAMPS)
    count = max((int(name[-9:-5] if name.endswith(".json") else name[-8:-4]) for name in names), default=0)
    tokens: list[Token] = []
    good = True
    for number in range(1, min(count, len(names)) + 1):
        answers = list(_stamped(pack, number, tokens))
        good = good and all(one.status == "ok" for one in answers)
        yield from answers
    if count > len(names):
        yield broken("timestamps", "timestamps before it are missing", names[-1])
    if good and tokens:
        yield from (unchecked("timestamps", what) for what in lapses(tokens, pack.now))


def _stamped(pack: Pack, number: int, tokens: list[Token]) -> Iterator[Check]:
    stem = f"{layout.TIMESTAMPS}{number:04}"
    data, response = f"{stem}.json", f"{stem}.tsr"
    missing = [name for name in (data, response) if name not in pack.files]
    if missing:
        yield from (broken("timestamps", "it is missing", name) for name in missing)
        return
    try:
        content, answer = pack.files.read(data, SMALL), pack.files.read(response, MOST)
        digests = covered(content)
    except UnreadableError as error:
        yield broken("timestamps", error.what, error.name)
        return
    except ValueError as error:
        yield broken("timestamps", str(error), data)
        return
    wrong = list(_covering(pack, digests, number, data))
    yield from wrong
    try:
        token = read_timestamp(answer)
    except TimestampError as error:
        yield broken("timestamps", str(error), response)
        return
    tokens.append(token)
    authorities = pack.trust.authorities if pack.trust else ()
    if not authorities:
        yield unchecked("timestamps", "no trust file names an authority that could have made it", response)
        return
    reasons = []
    for authority in authorities:
        try:
            time = verify_timestamp(answer, content, [pem.encode() for pem in authority.certificates])
        except TimestampError as error:
            reasons.append(f"{authority.name}: {error}")
            continue
        if time - pack.now > SLACK:
            yield unchecked("timestamps", f"it is of {instant_text(time)}, which is yet to come", response)
        elif not wrong:
            covers = frozenset(digests) if _shows_today(pack, digests) else frozenset(digests) - {layout.MANIFESTATION}
            stamp = Stamp(number=number, time=time, until=token.until, covers=covers, authority=authority.name)
            pack.stamps = (*pack.stamps, stamp)
            yield ok("timestamps", f"{authority.name} saw {len(digests)} files at {instant_text(time)}")
        return
    yield broken("timestamps", "; ".join(reasons)[:500], response)
    if any(OTHER_DATA in reason for reason in reasons):
        yield broken("timestamps", f"{response} is over another content of it", data)


def _covering(pack: Pack, digests: Mapping[str, str], number: int, data: str) -> Iterator[Check]:
    """Yield where a digests file names what is not so."""
    for earlier in range(1, number):
        for suffix in ("json", "tsr"):
            name = f"{layout.TIMESTAMPS}{earlier:04}.{suffix}"
            if name not in digests:
                yield broken("timestamps", f"it does not cover {name}, which was there before it", data)
    for name, said in digests.items():
        if name == layout.MANIFESTATION:
            if said != _shown(pack, digests):
                what = f"{data} is over another one than its last signature names"
                yield broken("timestamps", what, name)
            continue
        try:
            if digest(pack.files, name) != said:
                yield broken("timestamps", f"{data} is over another content of it", name)
        except UnreadableError as error:
            yield broken("timestamps", f"{data} covers it: {error.what}", error.name)


def _last(pack: Pack, digests: Mapping[str, str]) -> ReadSignature | None:
    """Return the last e-signature that a digests file covers."""
    named = [one for one in pack.signatures if isinstance(one, ReadSignature) and one.file in digests]
    return named[-1] if named else None


def _shown(pack: Pack, digests: Mapping[str, str]) -> str:
    """Return the digest that signatures.pdf had when a digests file was made; it changes with each signature."""
    last = _last(pack, digests)
    return last.said.manifestation if last else ""


def _shows_today(pack: Pack, digests: Mapping[str, str]) -> bool:
    last = _last(pack, digests)
    return last is not None and last is pack.signatures[-1]
