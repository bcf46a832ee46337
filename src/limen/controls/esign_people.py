"""The people who sign: one identification code, one key and one printed name each, never another's and never reused.

21 CFR 11.100(a), 11.200(a) and 11.300(a) to (c). A person who left or lost a key stays in the registry, revoked: so the
code and the key can't become somebody else's, and what was signed before can still be verified.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from limen.controls.esign_passwords import Kept, read_kept
from limen.errors import Problem, UsageError
from limen.integrity.canonical import canonical
from limen.integrity.e_signatures import printable_problems
from limen.integrity.forms import Form, read_form
from limen.integrity.instants import instant, instant_text
from limen.integrity.signatures import PublicKey, public_key

FORMAT = "limen-people-1"
"""The form of the registry's text."""
PASSWORD_AGE = timedelta(days=90)
"""How long a password is good for, unless something else is said (21 CFR 11.300(b): periodically revised)."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who signs."""

    user: str
    """The identification code."""
    name: str
    """The printed name (21 CFR 11.50(a)(1))."""
    key: PublicKey
    """The public half of the key that only this person signs with."""
    password: Kept
    password_set: datetime
    """When the password was set."""
    since: datetime
    """From when signatures count."""
    revoked: datetime | None = None
    """From when signatures count no more: the key was lost, or the person left."""

    def __repr__(self) -> str:
        """Return a text without name, key and password."""
        return f"Person({self.user!r})"


class _Person(Form, frozen=True):
    user: str
    name: str
    public_key: str
    password: str
    password_set: str
    since: str
    revoked: str = ""


class _People(Form, frozen=True):
    format: str
    people: tuple[_Person, ...]


class People:
    """The registry. It is a value: enrolling and revoking give another one, to be kept whole or not at all."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        """Keep people; raises UsageError with everything that two of them share, or that can't be printed."""
        self._all = tuple(people)
        problems = []
        for one in self._all:
            problems += printable_problems(user=one.user, name=one.name)
            for what, at in (("since", one.since), ("password_set", one.password_set), ("revoked", one.revoked)):
                if at is not None and at.utcoffset() is None:
                    problems.append(Problem(message=f"{what} of {one.user!r:.60} has no time zone"))
        problems += _shared((one.user.casefold() for one in self._all), "an identification code", "11.100(a)")
        problems += _shared((one.key.id for one in self._all), "a key", "11.100(a)")
        if problems:
            raise UsageError(problems)
        self._by_user = {one.user: one for one in self._all}
        self._by_key = {one.key.id: one for one in self._all}

    def by_user(self, user: str) -> Person | None:
        """Return who has an identification code; None where nobody has."""
        return self._by_user.get(user)

    def by_key(self, key_id: str) -> Person | None:
        """Return whose key it is; None where it is nobody's."""
        return self._by_key.get(key_id)

    def every(self) -> tuple[Person, ...]:
        """Return everybody, in the order of enrolment."""
        return self._all

    def enrolled(self, person: Person) -> People:
        """Return the registry with one more; raises UsageError where code or key is, or was, somebody's."""
        return People((*self._all, person))

    def revoked(self, user: str, at: datetime) -> People:
        """Return the registry in which somebody's signatures count no more from a time on (21 CFR 11.300(c)).

        Raises UsageError where there is nobody, or an earlier time was said already.
        """
        one = self._had(user)
        if one.revoked is not None and one.revoked <= at:
            raise UsageError(f"{user!r:.60} was revoked before")
        return self._with(msgspec.structs.replace(one, revoked=at))

    def with_password(self, user: str, kept: str, at: datetime) -> People:
        """Return the registry with somebody's new password, as `kept_password` gives it; raises UsageError."""
        try:
            password = read_kept(kept)
        except ValueError as error:
            raise UsageError(str(error)) from None
        return self._with(msgspec.structs.replace(self._had(user), password=password, password_set=at))

    def text(self) -> bytes:
        """Return the registry as RFC 8785 with a newline; passwords can be tried against it, so keep it 0600."""
        people = [
            {
                "user": one.user,
                "name": one.name,
                "public_key": one.key.pem,
                "password": one.password.text,
                "password_set": instant_text(one.password_set),
                "since": instant_text(one.since),
                "revoked": "" if one.revoked is None else instant_text(one.revoked),
            }
            for one in self._all
        ]
        return canonical({"format": FORMAT, "people": people}) + b"\n"

    def _had(self, user: str) -> Person:
        one = self.by_user(user)
        if one is None:
            raise UsageError(Problem(message=f"nobody has the identification code {user!r:.60}", hint="enrol them"))
        return one

    def _with(self, person: Person) -> People:
        return People(person if one.user == person.user else one for one in self._all)


def read_people(text: bytes) -> People:
    """Return the registry of a text; raises UsageError with everything that is wrong, without keys and passwords."""
    try:
        said = read_form(text.removesuffix(b"\n"), _People)
    except ValueError:
        hint = f"RFC 8785 as People.text writes it, of the format {FORMAT}"
        raise UsageError(Problem(message="it is no registry of people", hint=hint)) from None
    problems = (
        [] if said.format == FORMAT else [Problem(message="its format is another one", hint=f"expected {FORMAT}")]
    )
    found = []
    for number, one in enumerate(said.people):
        try:
            found.append(
                Person(
                    user=one.user,
                    name=one.name,
                    key=public_key(one.public_key),
                    password=read_kept(one.password),
                    password_set=instant(one.password_set),
                    since=instant(one.since),
                    revoked=instant(one.revoked) if one.revoked else None,
                )
            )
        except ValueError as error:
            problems.append(Problem(message=f"people[{number}]: {error}"))
    if problems:
        raise UsageError(problems)
    return People(found)


def _shared(values: Iterable[str], what: str, law: str) -> list[Problem]:
    """Return that two people share something, where they do."""
    found = list(values)
    count = len(found) - len(set(found))
    hint = f"each person has their own, for ever (21 CFR {law})"
    return [Problem(message=f"{what} is two people's", hint=hint)] if count else []
