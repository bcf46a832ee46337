"""The dead-letter store: what was refused at entry, sealed, with its reason, for stewards to look at and try again.

Sealed under the declared quarantine key for the declared flow to the quarantine, so that the component that writes
it can't read it back unless it may open with that key (NIST SP 800-53 SC-28, SI-10; 21 CFR 11.10(e)). The ledger gets
the id, the reason and a keyed digest, and nothing of the content. Opening, trying again and throwing away need a
person and a reason, and are in the ledger before they happen.

What becomes of a message is decided by one person at a time: it is taken, then recorded, then done. Whoever comes in
between is refused, unrecorded. A taking that was never finished may be taken up again by anybody, for any decision: at
once where the ledger didn't acknowledge the first one, after `TAKEN_FOR` where its process died or hangs. Either may be
in the ledger all the same (ADR 0034), so the entry of the second says which decisions it is instead of, and the first
one can't be finished any more.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from limen.controls.envelope import Envelopes
from limen.controls.envelope_text import Context
from limen.controls.ingress.private_files import PrivateFile
from limen.controls.ledger_entries import Entry
from limen.controls.refusals import Reason, RefusedError
from limen.errors import LimenError, Problem
from limen.integrity.canonical import canonical
from limen.integrity.instants import instant, instant_text

State = Literal["held", "accepted", "discarded"]
"""held: waits for a steward; accepted: tried again and let in; discarded: its content is gone, its row is not."""
MOST = 100_000
"""Messages that are held before everything further is refused unkept."""
_SCHEMA = """CREATE TABLE IF NOT EXISTS held (
    id TEXT PRIMARY KEY, time TEXT NOT NULL, tenant TEXT NOT NULL, source TEXT NOT NULL, item TEXT NOT NULL,
    form TEXT NOT NULL, message TEXT NOT NULL, reasons TEXT NOT NULL, problems TEXT NOT NULL, digest TEXT NOT NULL,
    people TEXT NOT NULL, attempts INTEGER NOT NULL, state TEXT NOT NULL, envelope BLOB) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS taken (
    id TEXT PRIMARY KEY, taking TEXT NOT NULL, time TEXT NOT NULL, states TEXT NOT NULL) WITHOUT ROWID"""
_COLUMNS = "id, time, tenant, source, item, form, message, reasons, problems, digest, people, attempts, state"
TAKEN_FOR = timedelta(minutes=5)
"""How long nobody else decides about a message that somebody has taken; far longer than a ledger takes to write."""
_LEAST_REASON = 8
"""Characters of the shortest reason that says anything."""


class Recorder(Protocol):
    """Where the quarantine records what happens to its messages: a `limen.controls.ledger.Ledger`."""

    def append(self, entry: Entry) -> Any:
        """Keep an entry durably, or raise LimenError."""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How an item gets into the quarantine, as declared."""

    flow: str
    """The declared flow from the component to the quarantine."""
    zone: str
    """The quarantine's zone."""
    label: str
    """The item's label, in words."""
    key: str
    """The declared key that seals it."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a message without opening it."""

    id: str
    time: str
    """When it was refused: UTC, to the second."""
    tenant: str
    source: str
    """The declared component or principal that sent it."""
    item: str
    form: str
    message: str
    """The message's own id where it was given from outside; empty without one."""
    reasons: tuple[Reason, ...]
    """Why it was refused; the first is the one that the sender was told."""
    problems: tuple[str, ...]
    """Each problem in words, by place; no values."""
    digest: str
    """Keyed digest of the content, the same for the same content."""
    people: tuple[str, ...]
    """Who stood for it when it came in."""
    attempts: int
    """How often it was refused, the first time included."""
    state: State


class Quarantine:
    """The dead-letter store of one component."""

    def __init__(
        self,
        path: Path,
        *,
        component: str,
        actor: str,
        seals: Callable[[str], Envelopes],
        ledger: Recorder,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        most: int = MOST,
    ) -> None:
        """Open the file, mode 0600.

        `component` is the quarantine's declared name, `actor` that of the component which writes, `seals` gives the
        envelopes of a declared key (`Keyring.seals`). Raises RefusedError (quarantine_unavailable).
        """
        self.component = component
        self._actor, self._seals, self._ledger, self._clock, self._most = actor, seals, ledger, clock, most
        self._file = PrivateFile(path, _SCHEMA, what="the quarantine", reason="quarantine_unavailable")

    def hold(
        self,
        raw: bytes | None,
        way: Way,
        *,
        tenant: str,
        source: str,
        item: str,
        form: str,
        message: str,
        reasons: tuple[Reason, ...],
        problems: tuple[str, ...],
        digest: str,
        people: tuple[str, ...] = (),
    ) -> str:
        """Keep a refused message and return its id; `raw` is None where it is too large to be kept.

        Raises RefusedError: quarantine_unavailable, key_unavailable, ledger_unavailable. It stays refused all the same.
        """
        name = f"q-{uuid.uuid4().hex}"
        held = Held(
            id=name,
            time=instant_text(self._clock()),
            tenant=tenant,
            source=source,
            item=item,
            form=form,
            message=message,
            reasons=reasons,
            problems=problems,
            digest=digest,
            people=people,
            attempts=1,
            state="held",
        )
        envelope = None
        if raw is not None:
            envelope = self._seals(way.key).seal(raw, context_of(way, _bound(held)))
        row = (name, held.time, tenant, source, item, form, message)
        texts = tuple(msgspec.json.encode(value).decode() for value in (reasons, problems))
        with self._file.change() as connection:
            (count,) = connection.execute("SELECT count(*) FROM held WHERE state = 'held'").fetchone()
            if count >= self._most:
                raise self._file.refused(f"it holds {count} messages already", "look at them, and at who sends them")
            connection.execute(
                f"INSERT INTO held ({_COLUMNS}, envelope) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608 constants
                (*row, *texts, digest, msgspec.json.encode(people).decode(), 1, "held", envelope),
            )
        details = {"digest": digest, "form": form, "item": item, "reasons": list(reasons), "source": source}
        self._record("quarantined", name, tenant, self._actor, details)
        return name

    def held(self, state: State | None = "held") -> tuple[Held, ...]:
        """Return what is known of all messages of a state, oldest first; of all states for None."""
        where, given = ("WHERE state = ?", (state,)) if state else ("", ())
        with self._file.look() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM held {where} ORDER BY time, id",  # noqa: S608 constants
                given,
            ).fetchall()
        return tuple(map(_held, rows))

    def look(self, name: str) -> Held:
        """Return what is known of one message; raises RefusedError where there is none of that id."""
        with self._file.look() as connection:
            return self._look(connection, name)

    def release(self, name: str, way: Way, *, opens: Envelopes, person: str, reason: str) -> bytes:
        """Return the content of a held message to a person with a reason, after that was recorded.

        `opens` are the envelopes of the quarantine's key for whoever may open it (`Keyring.opens`), which the
        component that wrote it need not be. Raises RefusedError: unapproved without person or reason,
        ledger_unavailable, key_unavailable, envelope_refused, quarantine_unavailable.
        """
        _demand(person, reason)
        held = self._waiting(self.look(name))
        self._record("quarantine-opened", name, held.tenant, person, {"item": held.item, "reason": reason})
        with self._file.look() as connection:
            envelope, state = connection.execute("SELECT envelope, state FROM held WHERE id = ?", (name,)).fetchone()
        if envelope is None:
            self._waiting(msgspec.structs.replace(held, state=state))  # it may have been discarded in this very moment
            raise self._file.refused("the message was too large to be kept", "ask its sender")
        # As what it came as: whoever edits the row, such as who sent it and who stood for it, can't have it opened.
        return opens.open(envelope, context_of(way, _bound(held)))

    def settle(self, name: str, state: State, *, person: str, reason: str, reasons: tuple[Reason, ...] = ()) -> None:
        """Keep that a held message was accepted, discarded (its content with it), or refused once more (held).

        Raises RefusedError: unapproved without person or reason, ledger_unavailable, quarantine_unavailable, also where
        somebody else is deciding about it or has decided.
        """
        _demand(person, reason)
        taking = uuid.uuid4().hex
        held, instead = self._take(name, taking, state)
        details = {"item": held.item, "reason": reason, "state": state, "reasons": list(reasons)}
        if instead:
            details["instead"] = instead
        try:
            self._record("quarantine-settled", name, held.tenant, person, details)
        except RefusedError:
            self._let_go(name, taking)
            raise
        gone = ", envelope = NULL" if state == "discarded" else ""
        again = 1 if state == "held" else 0
        with self._file.change() as connection:
            mine = connection.execute("DELETE FROM taken WHERE id = ? AND taking = ?", (name, taking)).rowcount
            if mine != 1:
                raise self._file.refused("somebody else took the message up meanwhile", "see Quarantine.look")
            connection.execute(
                f"UPDATE held SET state = ?, attempts = attempts + ?{gone} WHERE id = ? AND state = 'held'",  # noqa: S608
                (state, again, name),
            )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _take(self, name: str, taking: str, state: State) -> tuple[Held, list[str]]:
        """Take a message, so that nobody else decides about it; return it, and what was decided and never finished."""
        now = self._clock()
        with self._file.change() as connection:
            held = self._waiting(self._look(connection, name))
            row = connection.execute("SELECT time, states FROM taken WHERE id = ?", (name,)).fetchone()
            # A time ahead of ours is of a clock that was wrong: it must not hold the message for ever.
            if row is not None and row[0] and abs(now - instant(row[0])) < TAKEN_FOR:
                hint = f"if nobody is, it may be taken up again {TAKEN_FOR.seconds // 60} minutes after {row[0]}"
                raise self._file.refused("somebody else is deciding about the message", hint)
            instead = [] if row is None else msgspec.json.decode(row[1], type=list[str])
            states = msgspec.json.encode(list(dict.fromkeys([*instead, state]))).decode()
            connection.execute(
                "INSERT OR REPLACE INTO taken VALUES (?, ?, ?, ?)", (name, taking, instant_text(now), states)
            )
        return held, instead

    def _let_go(self, name: str, taking: str) -> None:
        """Let others decide at once; what was decided stays known, since the ledger may have it unacknowledged."""
        with contextlib.suppress(RefusedError), self._file.change() as connection:  # else it ends with its time
            connection.execute("UPDATE taken SET time = '' WHERE id = ? AND taking = ?", (name, taking))

    def _waiting(self, one: Held) -> Held:
        if one.state != "held":
            raise self._file.refused(f"the message is {one.state} already", "see Quarantine.held")
        return one

    def _look(self, connection: sqlite3.Connection, name: str) -> Held:
        row = connection.execute(
            f"SELECT {_COLUMNS} FROM held WHERE id = ?",  # noqa: S608 constants
            (name,),
        ).fetchone()
        if row is None:
            raise self._file.refused("no message of that id", "see Quarantine.held")
        return _held(row)

    def _record(self, action: str, name: str, tenant: str, actor: str, details: Mapping[str, Any]) -> None:
        try:
            self._ledger.append(Entry(tenant=tenant, actor=actor, action=action, record=name, details=dict(details)))
        except RefusedError:
            raise
        except LimenError:
            problem = Problem(
                message="the ledger of the quarantine can't be written", hint="nothing happens unrecorded"
            )
            raise RefusedError(problem, reason="ledger_unavailable") from None


def _demand(person: str, reason: str) -> None:
    if not person.strip() or len(reason.strip()) < _LEAST_REASON:
        message = "a quarantined message is touched by a person with a reason only"
        raise RefusedError(
            Problem(message=message, hint="give the principal's name and a sentence"), reason="unapproved"
        )


def context_of(way: Way, record: str) -> Context:
    """Return what a message's envelope is bound to: the quarantine's zone, the flow into it, its row, its label."""
    return Context(zone=way.zone, flow=way.flow, record=record, label=way.label)


def _bound(held: Held) -> str:
    """Return the id of a message with the digest of all that its row says and that never changes."""
    said = {name: value for name, value in msgspec.to_builtins(held).items() if name not in ("attempts", "state")}
    return f"{held.id}:{hashlib.sha256(canonical(said)).hexdigest()}"


def _held(row: tuple[Any, ...]) -> Held:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for name in ("reasons", "problems", "people"):
        values[name] = tuple(msgspec.json.decode(values[name]))
    return Held(**values)
