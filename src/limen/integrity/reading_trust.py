"""A trust file's plain value, checked as a whole: every problem is found, each with its place in the file."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from limen.integrity.instants import instant
from limen.integrity.signatures import PublicKey, public_key
from limen.integrity.trust import (
    FORMAT,
    Requirements,
    Revocation,
    Trust,
    TrustedAuthority,
    TrustedKey,
    TrustedLog,
    TrustedWitness,
)

_Text = Annotated[str, Meta(min_length=1, max_length=1 << 16)]
_Word = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\A\S(?:[^\n]*\S)?\Z")]
_Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\A[^\s+]+\Z")]
_SECTIONS = ("keys", "logs", "witnesses", "authorities")
_NEVER = datetime.datetime.max.replace(tzinfo=datetime.UTC)


class _Revoked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    at: str
    reason: _Word


class _Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    public_key: _Text
    holder: _Word
    user: _Word
    roles: Annotated[list[_Word], Meta(min_length=1)]
    valid_from: str
    valid_to: str
    revoked: _Revoked | None = None


class _Log(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    origin: _Name
    public_key: _Text


class _Witness(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: _Name
    public_key: _Text


class _Authority(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: _Word
    certificates: Annotated[list[_Text], Meta(min_length=1)]


class _Require(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    signatures: dict[_Word, Annotated[int, Meta(ge=1, le=1000)]] = {}
    timestamp: bool = False
    log: bool = False
    witnesses: Annotated[int, Meta(ge=0, le=1000)] = 0


_Struct = TypeVar("_Struct", bound=msgspec.Struct)


def trust_of(value: Any) -> tuple[Trust, list[str]]:
    """Return what could be read of a trust file's value, and everything that is wrong with it."""
    if not isinstance(value, dict):
        return Trust(), ["it is no trust file: expected names and values"]
    if value.get("format") != FORMAT:
        return Trust(), [f"its format is {value.get('format')!r:.40}, and this limen reads {FORMAT!r}"]
    problems = [
        f"there is no section {name!r:.60}: expected {', '.join(_SECTIONS)} and require"
        for name in value
        if name not in {"format", "require", *_SECTIONS}
    ]
    require, wrong = requirements_of(value.get("require", {}), "require.")
    trust = Trust(
        keys=tuple(_keys(value, problems)),
        logs=tuple(
            TrustedLog(origin=one.origin, key=key)
            for place, one in _entries(value, "logs", _Log, problems)
            if (key := _public(one.public_key, place, problems, notes=True))
        ),
        witnesses=tuple(
            TrustedWitness(name=one.name, key=key)
            for place, one in _entries(value, "witnesses", _Witness, problems)
            if (key := _public(one.public_key, place, problems, notes=True))
        ),
        authorities=tuple(_authorities(value, problems)),
        require=require,
    )
    return trust, [*problems, *wrong, *_contradictions(trust)]


def requirements_of(value: Any, before: str) -> tuple[Requirements, list[str]]:
    """Return requirements of a plain value and what is wrong with them; `before` leads to their place."""
    try:
        found = msgspec.convert(value, _Require)
    except msgspec.ValidationError as error:
        return Requirements(), [_located(before.rstrip(".") or "the signing policy", error)]
    return Requirements(**msgspec.structs.asdict(found)), []


def _keys(value: dict[str, Any], problems: list[str]) -> Iterator[TrustedKey]:
    for place, one in _entries(value, "keys", _Key, problems):
        key = _public(one.public_key, place, problems)
        begin = _instant(one.valid_from, f"{place}.valid_from", problems)
        end = _instant(one.valid_to, f"{place}.valid_to", problems)
        revoked = None
        if one.revoked is not None:
            at = _instant(one.revoked.at, f"{place}.revoked.at", problems)
            revoked = Revocation(at=at, reason=one.revoked.reason)
        if begin >= end and _NEVER not in (begin, end):
            problems.append(f"{place}: valid_to is not after valid_from")
        if len(set(one.roles)) != len(one.roles):
            problems.append(f"{place}.roles: a role stands twice")
        if key is not None:
            yield TrustedKey(
                key=key,
                holder=one.holder,
                user=one.user,
                roles=tuple(one.roles),
                valid_from=begin,
                valid_to=end,
                revoked=revoked,
            )


def _authorities(value: dict[str, Any], problems: list[str]) -> Iterator[TrustedAuthority]:
    from cryptography import x509

    for place, one in _entries(value, "authorities", _Authority, problems):
        for number, pem in enumerate(one.certificates):
            where = f"{place}.certificates[{number}]"
            if pem.count("-----BEGIN") != 1:
                problems.append(f"{where}: expected one certificate in PEM")
                continue
            try:
                x509.load_pem_x509_certificate(pem.encode())
            except ValueError:
                problems.append(f"{where}: it is no certificate in PEM")
        yield TrustedAuthority(name=one.name, certificates=tuple(one.certificates))


def _contradictions(trust: Trust) -> Iterator[str]:
    """Yield what two entries say against each other."""
    yield from _shared_keys(trust)
    users: dict[str, str] = {}
    for one in trust.keys:
        if users.setdefault(one.user, one.holder) != one.holder:
            yield f"the user {one.user!r:.60} has two names: {users[one.user]!r:.60} and {one.holder!r:.60}"
    yield from _namesakes(users)
    names = [one.name for one in trust.authorities]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"the authority {name!r:.60} stands twice"


def _namesakes(users: dict[str, str]) -> Iterator[str]:
    """Yield users of one printed name: whoever looks alike, as `aruiz` does in two scripts, would count as two."""
    named: dict[str, str] = {}
    for user, holder in users.items():
        other = named.setdefault(unicodedata.normalize("NFKC", holder).casefold(), user)
        if other != user:
            yield f"the users {other!r:.60} and {user!r:.60} have one name, {holder!r:.60}: tell two people apart by it"


def _shared_keys(trust: Trust) -> Iterator[str]:
    """Yield each pair of entries that have one key and must not."""
    entries: list[tuple[str, int, PublicKey]] = [
        *(("keys", place, one.key) for place, one in enumerate(trust.keys)),
        *(("logs", place, one.key) for place, one in enumerate(trust.logs)),
        *(("witnesses", place, one.key) for place, one in enumerate(trust.witnesses)),
    ]
    for number, (section, place, key) in enumerate(entries):
        for other_section, other_place, other_key in entries[:number]:
            if key.id != other_key.id:
                continue
            both = f"{other_section}[{other_place}] and {section}[{place}] are the same key"
            if (section, other_section) != ("keys", "keys"):
                yield f"{both}: each log and each witness has a key of its own"
            else:
                yield from (f"{both}{why}" for why in _overlap(trust.keys[other_place], trust.keys[place]))


def _overlap(one: TrustedKey, other: TrustedKey) -> Iterator[str]:
    """Yield why two entries of one key can't stand side by side."""
    if (one.user, one.holder) != (other.user, other.holder):
        yield ", and name different holders: a key is one person's alone"
    elif one.valid_from < other.valid_to and other.valid_from < one.valid_to:
        yield ", and their times overlap: say once what holds at a time"
    elif one.revoked != other.revoked:
        yield ", and only one says that it is revoked, or they say it differently"


def _entries(
    value: dict[str, Any], section: str, kind: type[_Struct], problems: list[str]
) -> Iterator[tuple[str, _Struct]]:
    """Yield the entries of a section that have the right shape, with their places; add what is wrong with others."""
    found = value.get(section, [])
    if not isinstance(found, list):
        problems.append(f"{section}: expected a list")
        return
    for number, one in enumerate(found):
        place = f"{section}[{number}]"
        try:
            yield place, msgspec.convert(one, kind)
        except msgspec.ValidationError as error:
            problems.append(_located(place, error))


def _public(pem: str, place: str, problems: list[str], *, notes: bool = False) -> PublicKey | None:
    try:
        key = public_key(pem)
    except ValueError as error:
        problems.append(f"{place}.public_key: {error}")
        return None
    if notes and key.algorithm != "ed25519":
        problems.append(f"{place}.public_key: it is of {key.algorithm}, and logs and witnesses sign by Ed25519")
        return None
    return key


def _instant(text: str, place: str, problems: list[str]) -> datetime.datetime:
    try:
        return instant(text)
    except ValueError as error:
        problems.append(f"{place}: {error}")
        return _NEVER


def _located(place: str, error: msgspec.ValidationError) -> str:
    """Return msgspec's words with the place in the whole file."""
    words, separator, path = str(error).partition(" - at `$")
    return f"{place}{path.rstrip('`') if separator else ''}: {words[:1].lower()}{words[1:]}"
