"""Electronic signatures of people at run time: two components, one key a person, a link that any edit breaks.

21 CFR 11.10(e), 11.50, 11.70, 11.100, 11.200 and 11.300. A signature counts when it verifies and the ledger has it: a
stolen key makes none that is older than the theft. Signing again is a new entry behind the ones before.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

import msgspec

from limen.adapters.forking import begins_in_children
from limen.controls import esign_history as history
from limen.controls.esign_documents import (
    FORMAT,
    TYPE,
    RecordSignature,
    SignedRecord,
    about,
    digest_of,
    manifestation,
    verified_document,
)
from limen.controls.esign_history import Recorded, SignatureHistory, SignedEntry
from limen.controls.esign_passwords import is_password
from limen.controls.esign_people import PASSWORD_AGE, People, Person
from limen.controls.esign_sessions import Sessions
from limen.controls.followed import Followed
from limen.controls.principals import SKEW
from limen.controls.refusals import Reason, RefusedError
from limen.errors import LimenError, Problem
from limen.integrity import dsse
from limen.integrity.canonical import canonical
from limen.integrity.e_signatures import Meaning, meaning_problems, printable_problems
from limen.integrity.instants import instant, instant_text
from limen.integrity.signatures import Signer

if TYPE_CHECKING:
    from limen.controls.ledger import Entry, Ledger, Line

__all__ = ["ElectronicSignatures", "Signed", "manifestation"]


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A signature that was made and recorded."""

    document: bytes
    """To be kept with the record; it is verified by `verify`."""
    signature: RecordSignature
    """What the person signed."""
    session: str
    """What the person shows to sign again with one component; a secret of theirs."""

    def __repr__(self) -> str:
        """Return a text without the session."""
        return f"Signed({self.signature.about.record!r}, {self.signature.meaning})"


class ElectronicSignatures:
    """Makes and verifies signatures of people; every one, and every refusal, is recorded in one ledger."""

    def __init__(
        self,
        people: People,
        *,
        ledger: Ledger,
        sessions: Sessions | None = None,
        earlier: Iterable[Line] = (),
        password_age: timedelta = PASSWORD_AGE,
        alarm: Callable[[str], None] | None = None,
    ) -> None:
        """Read the ledger; `earlier` are records that left it for an archive. Raises LedgerError.

        `alarm` is told the identification code of whoever is locked out, at once (21 CFR 11.300(d)); what it raises
        changes nothing.
        """
        self.people = people
        """The registry; another one takes its place by assignment, and counts from the next signature on."""
        self._sessions = sessions or Sessions()
        self._age, self._alarm = password_age, alarm
        self._history = SignatureHistory()
        for line in earlier:
            self._history.take(line)
        self._followed = Followed(ledger, self._history.take)
        self.begin()
        begins_in_children(self)

    def begin(self) -> None:
        """Begin with a lock that nobody holds; in a forked child, too, where the ledger itself refuses to be used."""
        self._lock = threading.Lock()

    def sign(
        self,
        content: bytes,
        *,
        item: str,
        record: str,
        tenant: str,
        meaning: Meaning,
        signer: Signer,
        password: str,
        now: datetime,
        user: str = "",
        session: str = "",
    ) -> Signed:
        """Sign a record's content for a person, after both components (or, within a session, one) were verified.

        The first signature of a session takes `user` and `password`, later ones `session` and `password`. `signer` has
        the person's own key. `now` is aware. Raises RefusedError: unauthenticated (a component is wrong or missing, or
        the person is locked out), credential_expired (the password is too old), wrong_identity (another's key), late
        (the key is revoked), content_refused, ledger_unavailable. Nothing says which component was wrong.
        """
        expected = about(content, item=item, record=record, tenant=tenant)
        with self._lock:  # one at a time: else many guesses would pass before the first of them is counted
            try:
                _check(expected, meaning, now)
                person = self._person(user, session, password, now)
                self._fit(person, signer, now)
                document, signature = self._made(expected, meaning, person, signer, now)
            except _No as no:
                self._refused(expected, no.user, no.error, no.why)
                self._told(no, now)
                raise no.error from None
            except RefusedError as error:
                self._refused(expected, self._who(user, session, now), error)
                raise error from None
            except LimenError:
                raise _unavailable() from None
            if session:
                self._sessions.used(session, now)
            return Signed(
                document=document, signature=signature, session=session or self._sessions.begin(person.user, now)
            )

    def verify(
        self,
        document: bytes,
        content: bytes,
        *,
        item: str,
        record: str,
        tenant: str,
        now: datetime,
        meaning: Meaning | None = None,
    ) -> RecordSignature:
        """Return what a person signed, where the signature holds for this record, unchanged, and was recorded.

        With `meaning` another one is refused. Raises RefusedError: signature_refused, mismatch (the record was changed,
        or is another), wrong_identity, late (signed after the key was revoked), unregistered (the ledger does not have
        it), ledger_unavailable.
        """
        expected = about(content, item=item, record=record, tenant=tenant)
        signature = verified_document(document, expected, self.people, now, meaning=meaning)
        recorded = self.recorded(item=item, record=record, tenant=tenant)
        one = recorded[signature.order - 1] if 0 < signature.order <= len(recorded) else None
        said = (digest_of(document), signature.previous, signature.user)
        if one is None or (one.entry.signature, one.entry.previous, one.user) != said:
            _refuse("unregistered", "the ledger does not have this signature", "what was not recorded does not count")
        if abs(one.at - instant(signature.at)) > SKEW + timedelta(seconds=1):
            _refuse("signature_refused", "it says another time than the one at which it was recorded")
        return signature

    def recorded(self, *, item: str, record: str, tenant: str) -> tuple[Recorded, ...]:
        """Return the signatures of a record, in order; raises RefusedError (ledger_unavailable)."""
        try:
            self._followed.catch_up()
        except LimenError:
            raise _unavailable() from None
        return self._history.of((tenant, item, record))

    def unlock(self, user: str, *, by: str, tenant: str = "") -> None:
        """Lift somebody's lockout; `by` is who does so, never the same, whatever case it is written in.

        `tenant` is whose ledger it is, where it is one tenant's. Raises RefusedError: content_refused where one of them
        is no name that can be printed, duty_conflict, ledger_unavailable.
        """
        from limen.controls.ledger import Entry

        problems = printable_problems(**{"identification code": user, "name of who lifts a lockout": by})
        if tenant:
            problems += printable_problems(tenant=tenant)
        if problems:
            raise RefusedError(problems, reason="content_refused")
        if user.casefold() == by.casefold():  # codes are unique by this, and neither has blanks at its ends
            _refuse("duty_conflict", "nobody lifts their own lockout")
        try:
            self._followed.ledger.append(Entry(tenant=tenant, actor=by, action=history.UNLOCKED, record=user))
        except LimenError:
            raise _unavailable() from None

    def end(self, session: str) -> None:
        """End a session: the person went away."""
        self._sessions.end(session)

    def _who(self, user: str, session: str, now: datetime) -> str:
        """Return whom a refusal is recorded under: somebody who is enrolled, else nobody."""
        if session and now.utcoffset() is not None:
            user = self._sessions.user(session, now) or ""
        return user if self.people.by_user(user) is not None else ""

    def _person(self, user: str, session: str, password: str, now: datetime) -> Person:
        """Return who signs, both components being right; raises _No, with the same words for whatever is wrong."""
        self._followed.catch_up()
        if session:
            found = self._sessions.user(session, now)
            user = found if found is not None and user in ("", found) else ""
        person = self.people.by_user(user)
        if person is not None and self._history.locked(user, now):
            self._sessions.end_of(user)
            raise _No(user, "locked")  # not even tried: else the right one could be told from wrong ones
        right = is_password(password, None if person is None else person.password)
        if person is None or not right:
            self._sessions.end(session)
            raise _No("" if person is None else user, history.WRONG)
        return person

    def _fit(self, person: Person, signer: Signer, now: datetime) -> None:
        """Raise RefusedError where a person may not sign now, or not with this key."""
        if now >= person.password_set + self._age:
            _refuse("credential_expired", "the password is too old", "set another one (21 CFR 11.300(b))")
        if person.revoked is not None and now >= person.revoked:
            _refuse("late", "the person's key is revoked", "enrol the person with another key")
        if now < person.since:
            _refuse("unauthenticated", "the person is not enrolled yet")
        if signer.key.id != person.key.id:
            _refuse(
                "wrong_identity", "the key is not this person's own", "each signs with their own key (21 CFR 11.100)"
            )

    def _made(
        self, expected: SignedRecord, meaning: Meaning, person: Person, signer: Signer, now: datetime
    ) -> tuple[bytes, RecordSignature]:
        """Make the signature that follows those of the record, verify it, record it and return it."""
        from limen.controls.ledger import Entry

        made: list[tuple[bytes, RecordSignature]] = []
        place = (expected.tenant, expected.item, expected.record)

        def decide() -> Entry:
            before = self._history.of(place)
            signature = RecordSignature(
                format=FORMAT,
                about=expected,
                user=person.user,
                name=person.name,
                at=instant_text(now),
                meaning=meaning,
                order=len(before) + 1,
                previous=before[-1].entry.signature if before else "",
                key=person.key.id,
            )
            payload = canonical(msgspec.to_builtins(signature))
            try:
                document = dsse.encoded(dsse.signed(TYPE, payload, [signer]))
            except LimenError:
                _refuse("key_unavailable", "the person's key does not sign")
            verified_document(document, expected, self.people, now, meaning=meaning)  # a key store may be broken
            made[:] = [(document, signature)]
            entry = SignedEntry(
                item=expected.item,
                meaning=meaning,
                signature=digest_of(document),
                previous=signature.previous,
                key=person.key.id,
            )
            return Entry(
                tenant=expected.tenant,
                actor=person.user,
                action=history.SIGNED,
                record=expected.record,
                details=msgspec.to_builtins(entry),
            )

        self._followed.append(decide)
        return made[0]

    def _told(self, no: _No, now: datetime) -> None:
        """Raise the alarm where this wrong password locked somebody out."""
        with contextlib.suppress(LimenError):
            self._followed.catch_up()
        if self._alarm is not None and no.why == history.WRONG and self._history.locked(no.user, now):
            with contextlib.suppress(Exception):
                self._alarm(no.user)

    def _refused(self, expected: SignedRecord, user: str, error: RefusedError, why: str = "") -> None:
        from limen.controls.ledger import Entry

        details = {"reason": error.reason, **({"why": why} if why else {})}
        fits = not printable_problems(item=expected.item, record=expected.record)
        entry = Entry(
            tenant=expected.tenant if fits else "",
            actor=user,
            action=history.REFUSED,
            record=expected.record if fits else "",
            details=details,
        )
        try:
            self._followed.ledger.append(entry)
        except LimenError:
            raise _unavailable() from None


class _No(Exception):  # noqa: N818 never leaves this module
    """A component is wrong or missing; `why` is for the ledger only."""

    def __init__(self, user: str, why: str) -> None:
        super().__init__(why)
        hint = "first sign with identification code and password, then within the session with the password"
        problem = Problem(message="a component of the signature is wrong or missing", hint=hint)
        self.user, self.why = user, why
        self.error = RefusedError(problem, reason="unauthenticated")


def _check(expected: SignedRecord, meaning: str, now: datetime) -> None:
    """Raise RefusedError where something can't be signed as it is asked for."""
    problems = [
        *meaning_problems(meaning),
        *printable_problems(item=expected.item, record=expected.record),
        *(printable_problems(tenant=expected.tenant) if expected.tenant else ()),
    ]
    if now.utcoffset() is None:
        problems.append(Problem(message="the time of signing has no time zone"))
    if problems:
        raise RefusedError(problems, reason="content_refused")


def _unavailable() -> RefusedError:
    problem = Problem(message="the ledger of signatures can't be used", hint="nothing is signed that is not recorded")
    return RefusedError(problem, reason="ledger_unavailable")


def _refuse(reason: Reason, message: str, hint: str = "") -> NoReturn:
    raise RefusedError(Problem(message=message, hint=hint), reason=reason) from None
