"""Signatures of people: made with two components, bound to one record, and refused for everything else by reason."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.controls.esign import ElectronicSignatures, manifestation
from limen.controls.esign_documents import TYPE, RecordSignature, about, verified_document
from limen.controls.esign_history import LOCKED_FOR, MOST_FAILURES
from limen.controls.esign_people import People
from limen.controls.esign_sessions import Sessions
from limen.controls.refusals import RefusedError
from limen.errors import UnassessedError
from limen.integrity import dsse
from limen.integrity.canonical import canonical
from limen.integrity.e_signatures import MEANINGS
from tests.controls.signatories import CONTENT, PASSWORDS, PLACE, START, Desk, key_of, person
from tests.integrity.keys import signer
from tests.needs import need_program


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "crossing-log.jsonl")
    yield made
    made.close()


def refused(reason: str, step: Callable[[], Any]) -> RefusedError:
    with pytest.raises(RefusedError) as told:
        step()
    assert told.value.reason == reason, told.value
    assert told.value.__cause__ is None
    return told.value


def rewritten(document: bytes, by: str = "aruiz", kind: str = TYPE, **changed: Any) -> bytes:
    """Return a signature that says something else, signed anew."""
    said = {**json.loads(dsse.decoded(document).payload), **changed}
    return dsse.encoded(dsse.signed(kind, canonical(said), [key_of(by)]))


@pytest.mark.parametrize("meaning", MEANINGS)
def test_a_signature_and_its_manifestation(desk: Desk, meaning: str) -> None:
    made = desk.sign(meaning=meaning)
    desk.later(days=400)
    found = desk.verify(made.document, meaning=meaning)
    assert found == made.signature
    lines = manifestation(found)
    assert lines[0] == "Electronically signed by: Ana Ruiz (aruiz)"
    assert lines[1] == "Date and time: 2026-11-22 10:00:00 UTC"
    assert lines[2].startswith(f"Meaning: {meaning}. I ")
    assert all(line.isprintable() and "<" not in line for line in lines)
    desk.restart()
    assert desk.verify(made.document) == found


def test_what_is_recorded(desk: Desk) -> None:
    made = desk.sign()
    (line,) = desk.lines()
    assert (line.tenant, line.actor, line.action, line.record) == ("site-012", "aruiz", "esign:signed", "S-1")
    assert line.details["meaning"] == "approval"
    assert line.details["signature"] == hashlib.sha256(made.document).hexdigest()
    digest = hashlib.sha256(CONTENT).hexdigest()  # whoever guesses the content could test the guess by it
    for told in (PASSWORDS["aruiz"], made.session, "Ana Ruiz", "4.2", digest):
        assert told.encode() not in line.raw
    assert made.session not in repr(made)
    assert "Ruiz" not in repr(desk.people.by_user("aruiz"))


def test_signing_again_is_a_new_entry(desk: Desk) -> None:
    first = desk.sign()
    second = desk.sign("bli", meaning="review")
    third = desk.sign(session=first.session)
    assert [one.signature.order for one in (first, second, third)] == [1, 2, 3]
    assert third.signature.previous == hashlib.sha256(second.document).hexdigest()
    for one in (first, second, third):
        assert desk.verify(one.document) == one.signature
    assert [line.action for line in desk.lines()] == ["esign:signed"] * 3
    assert [one.user for one in desk.signatures.recorded(**PLACE)] == ["aruiz", "bli", "aruiz"]


def test_an_edit_breaks_the_link_and_signing_anew_makes_another(desk: Desk) -> None:
    made = desk.sign()
    edited = CONTENT.replace(b"4.2", b"4.3")
    assert "changed" in str(refused("mismatch", lambda: desk.verify(made.document, edited)))
    again = desk.sign(content=edited, session=made.session)
    assert desk.verify(again.document, edited).order == 2
    refused("mismatch", lambda: desk.verify(again.document))
    assert desk.verify(made.document).order == 1  # what was signed then is still what was signed then


@given(place=st.integers(0, 10**9), bit=st.integers(0, 7))
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_no_flipped_bit_is_taken(place: int, bit: int) -> None:
    changed = bytearray(_DOCUMENT)
    changed[place % len(changed)] ^= 1 << bit
    with pytest.raises(RefusedError):
        verified_document(bytes(changed), about(CONTENT, **PLACE), _PEOPLE, START)


@given(st.binary(max_size=400))
def test_rubbish_is_no_signature(document: bytes) -> None:
    with pytest.raises(RefusedError) as told:
        verified_document(document, about(CONTENT, **PLACE), _PEOPLE, START)
    assert told.value.reason == "signature_refused"


def forgeries() -> dict[str, tuple[str, Callable[[Desk, bytes], bytes], dict[str, Any]]]:
    digest = hashlib.sha256(CONTENT).hexdigest()

    def unsigned(desk: Desk, good: bytes) -> bytes:
        envelope = dsse.decoded(good)
        return dsse.encoded(msgspec.structs.replace(envelope, signatures=()))

    def by_two(desk: Desk, good: bytes) -> bytes:
        envelope = dsse.decoded(good)
        return dsse.encoded(dsse.signed(TYPE, envelope.payload, [key_of("aruiz"), key_of("bli")]))

    def renamed(desk: Desk, good: bytes) -> bytes:
        """Bo's key under Ana's name."""
        return rewritten(good, "bli", key=key_of("bli").key.id)

    def hashed(desk: Desk, good: bytes) -> bytes:
        said = json.loads(dsse.decoded(good).payload)
        return canonical({**said, "signature_hash": hashlib.sha256(canonical(said)).hexdigest()})

    def again(desk: Desk, good: bytes) -> bytes:
        """The same payload under the right key, and not by `sign`: nobody recorded it."""
        return rewritten(good)

    def later(desk: Desk, good: bytes) -> bytes:
        return rewritten(good, at="2026-11-23T10:00:00Z")

    same: Callable[[Desk, bytes], bytes] = lambda desk, good: good  # noqa: E731
    return {
        "a digest": ("signature_refused", lambda desk, good: digest.encode(), {}),
        "an object with a digest": ("signature_refused", lambda desk, good: canonical({"sha256": digest}), {}),
        "a manifest of hashes": ("signature_refused", hashed, {}),
        "an envelope without a signature": ("signature_refused", unsigned, {}),
        "an envelope with two": ("signature_refused", by_two, {}),
        "of another type": ("signature_refused", lambda desk, good: rewritten(good, kind="text/plain"), {}),
        "of another format": ("signature_refused", lambda desk, good: rewritten(good, format="x"), {}),
        "a meaning that is none": ("signature_refused", lambda desk, good: rewritten(good, meaning="approved"), {}),
        "a member too many": ("signature_refused", lambda desk, good: rewritten(good, note="x"), {}),
        "another person's key": ("signature_refused", lambda desk, good: rewritten(good, "bli"), {}),
        "another person's name": ("wrong_identity", renamed, {}),
        "a name that is not the person's": ("wrong_identity", lambda desk, good: rewritten(good, name="Ana Rúiz"), {}),
        "another meaning than asked for": ("mismatch", same, {"meaning": "review"}),
        "another content": ("mismatch", same, {"content": CONTENT + b" "}),
        "moved to another record": ("mismatch", same, {"record": "S-2"}),
        "moved to another item": ("mismatch", same, {"item": "deid-report"}),
        "moved to another tenant": ("mismatch", same, {"tenant": "site-031"}),
        "a meaning changed by its owner": ("unregistered", lambda desk, good: rewritten(good, meaning="review"), {}),
        "a second one that nobody recorded": ("unregistered", again, {}),
        "one out of order": ("unregistered", lambda desk, good: rewritten(good, order=2), {}),
        "order zero": ("unregistered", lambda desk, good: rewritten(good, order=0), {}),
        "of the future": ("signature_refused", later, {}),
        "of before the person": ("signature_refused", lambda d, good: rewritten(good, at="2026-11-20T10:00:00Z"), {}),
        "backdated": ("unregistered", lambda desk, good: rewritten(good, at="2026-11-22T09:00:00Z"), {}),
        "a time that is none": ("signature_refused", lambda desk, good: rewritten(good, at="yesterday"), {}),
    }


@pytest.mark.parametrize("name", forgeries())
def test_what_is_no_signature_of_this_record(desk: Desk, name: str) -> None:
    reason, forged, given = forgeries()[name]
    good = desk.sign().document
    given = dict(given)
    content = given.pop("content", CONTENT)
    refused(reason, lambda: desk.verify(forged(desk, good), content, **given))
    assert desk.verify(good).order == 1


def test_unknown_people_and_revoked_keys(desk: Desk) -> None:
    made = desk.sign()
    desk.signatures.people = People([person("bli")])
    refused("wrong_identity", lambda: desk.verify(made.document))
    desk.signatures.people = desk.people.revoked("aruiz", START)
    refused("late", lambda: desk.verify(made.document))
    refused("late", lambda: desk.sign(record="S-2"))
    desk.later(minutes=5)
    desk.signatures.people = desk.people.revoked("aruiz", desk.now)
    assert desk.verify(made.document).user == "aruiz"  # signed and recorded before
    refused("late", lambda: desk.sign(record="S-2"))
    backdated = rewritten(made.document, at="2026-11-22T10:01:00Z", order=2)
    refused("unregistered", lambda: desk.verify(backdated))  # by whoever stole the key


def test_a_signature_that_says_another_time_than_its_entry(desk: Desk) -> None:
    made = desk.sign(now=START - timedelta(hours=2))
    refused("signature_refused", lambda: desk.verify(made.document))


def test_both_components_first_then_one(desk: Desk) -> None:
    refused("unauthenticated", lambda: desk.sign(user=""))
    refused("unauthenticated", lambda: desk.sign(password=""))
    refused("unauthenticated", lambda: desk.sign(session="rubbish"))
    first = desk.sign()
    for number in range(6):
        desk.later(minutes=14)
        assert desk.sign(session=first.session).signature.order == number + 2
    desk.later(minutes=16)
    refused("unauthenticated", lambda: desk.sign(session=first.session))  # nothing was signed for a while
    second = desk.sign()
    assert second.session != first.session
    for _ in range(34):
        desk.later(minutes=14)
        desk.sign(session=second.session)
    desk.later(minutes=14)
    refused("unauthenticated", lambda: desk.sign(session=second.session))  # eight hours are over


def test_sessions_that_end_sooner(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "sooner.jsonl", sessions=Sessions(idle=timedelta(minutes=1)))
    session = desk.sign().session
    desk.later(seconds=61)
    refused("unauthenticated", lambda: desk.sign(session=session))
    desk.close()


def test_a_session_is_one_persons(desk: Desk) -> None:
    ana = desk.sign().session
    desk.sign("bli")
    refused("wrong_identity", lambda: desk.sign(session=ana, signer=key_of("bli")))
    refused("unauthenticated", lambda: desk.sign(session=ana, user="bli"))  # Ana's session and password, Bo's code
    ana = desk.sign().session
    refused("unauthenticated", lambda: desk.sign("bli", session=ana))  # Bo's password in Ana's session ends it
    refused("unauthenticated", lambda: desk.sign(session=ana))
    refused("unauthenticated", lambda: desk.sign("bli", session=desk.sign().session, user="bli"))
    again = desk.sign().session
    desk.signatures.end(again)
    refused("unauthenticated", lambda: desk.sign(session=again))
    third = desk.sign().session
    desk.restart()
    refused("unauthenticated", lambda: desk.sign(session=third))


def test_wrong_components_look_alike_and_are_recorded(desk: Desk) -> None:
    told = {
        str(refused("unauthenticated", step))
        for step in (
            lambda: desk.sign(password="wrong password"),
            lambda: desk.sign(user="nobody"),
            lambda: desk.sign(user="bli"),
            lambda: desk.sign(user="aruiz "),
            lambda: desk.sign(session="x"),
        )
    }
    assert len(told) == 1
    assert [(line.actor, line.details["why"]) for line in desk.lines()] == [
        ("aruiz", "component"),
        ("", "component"),
        ("bli", "component"),
        ("", "component"),
        ("", "component"),
    ]
    assert b"nobody" not in b"".join(line.raw for line in desk.lines())


def test_a_lockout_outlives_the_process(desk: Desk) -> None:
    for _ in range(MOST_FAILURES):
        refused("unauthenticated", lambda: desk.sign(password="wrong password"))
    desk.restart()
    refused("unauthenticated", desk.sign)  # the right password, too
    assert desk.lines()[-1].details["why"] == "locked"
    assert desk.sign("bli").signature.user == "bli"
    desk.later(seconds=LOCKED_FOR.total_seconds() - 1)
    refused("unauthenticated", desk.sign)
    desk.later(seconds=1)
    refused("unauthenticated", lambda: desk.sign(password="wrong password"))  # one more, and locked again
    refused("unauthenticated", desk.sign)
    refused("duty_conflict", lambda: desk.signatures.unlock("aruiz", by="aruiz"))
    desk.signatures.unlock("aruiz", by="bli")
    assert desk.sign().signature.user == "aruiz"


@pytest.mark.parametrize(
    ("user", "by", "reason"),
    [
        ("aruiz", "", "content_refused"),
        ("aruiz", " ", "content_refused"),
        ("aruiz", "bli ", "content_refused"),
        ("aruiz", "b\u200bli", "content_refused"),
        ("", "bli", "content_refused"),
        ("aruiz", "ARUIZ", "duty_conflict"),
        ("Aruiz", "aruiZ", "duty_conflict"),
        ("aruiz", " Aruiz", "content_refused"),
    ],
)
def test_a_lockout_is_lifted_by_somebody_else_with_a_name(desk: Desk, user: str, by: str, reason: str) -> None:
    before = len(desk.lines())
    refused(reason, lambda: desk.signatures.unlock(user, by=by))
    refused("content_refused", lambda: desk.signatures.unlock("aruiz", by="bli", tenant=" "))
    assert len(desk.lines()) == before


def test_a_lockout_ends(desk: Desk) -> None:
    for _ in range(MOST_FAILURES):
        refused("unauthenticated", lambda: desk.sign(password="wrong password"))
    desk.later(seconds=LOCKED_FOR.total_seconds())
    assert desk.sign().signature.user == "aruiz"


def test_a_lockout_raises_an_alarm_once(tmp_path: Path) -> None:
    told: list[str] = []

    def alarm(user: str) -> None:
        told.append(user)
        raise OSError("the pager is broken")

    desk = Desk(tmp_path / "alarmed.jsonl", alarm=alarm)
    for _ in range(MOST_FAILURES + 3):
        refused("unauthenticated", lambda: desk.sign(password="wrong password"))
        refused("unauthenticated", lambda: desk.sign(user="nobody"))
    assert told == ["aruiz"]
    desk.close()


def test_a_right_password_forgets_the_wrong_ones(desk: Desk) -> None:
    for _ in range(3):
        for _ in range(MOST_FAILURES - 1):
            refused("unauthenticated", lambda: desk.sign(password="wrong password"))
        desk.sign()


def test_guesses_at_once_are_counted(desk: Desk) -> None:
    begin, told = threading.Barrier(12), []

    def guess() -> None:
        begin.wait()
        try:
            desk.sign(password="wrong password")
        except RefusedError as error:
            told.append(error.reason)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["unauthenticated"] * 12
    whys = [line.details["why"] for line in desk.lines()]
    assert whys.count("component") == MOST_FAILURES


def test_an_old_password_signs_nothing(desk: Desk) -> None:
    desk.later(days=89, seconds=-1)
    desk.sign()
    desk.later(seconds=2)
    refused("credential_expired", desk.sign)
    desk.signatures.people = desk.people.with_password("aruiz", desk.people.by_user("aruiz").password.text, desk.now)
    desk.sign()


def test_nobody_signs_before_they_are_enrolled(desk: Desk) -> None:
    desk.signatures.people = People([person("aruiz", since=START + timedelta(seconds=1))])
    refused("unauthenticated", desk.sign)
    desk.later(seconds=1)
    assert desk.sign().signature.order == 1


def test_only_the_persons_own_key(desk: Desk) -> None:
    refused("wrong_identity", lambda: desk.sign(signer=key_of("bli")))
    refused("wrong_identity", lambda: desk.sign(signer=signer("ed25519", 44)))
    assert all(line.action == "esign:refused" for line in desk.lines())


def test_a_key_store_that_lies_or_fails(desk: Desk) -> None:
    class Lying:
        key = key_of("aruiz").key

        def sign(self, message: bytes) -> bytes:
            return key_of("bli").sign(message)

    class Dead:
        key = key_of("aruiz").key

        def sign(self, message: bytes) -> bytes:
            raise UnassessedError("gone: S-1")

    refused("signature_refused", lambda: desk.sign(signer=Lying()))
    refused("key_unavailable", lambda: desk.sign(signer=Dead()))
    assert not desk.signatures.recorded(**PLACE)


@pytest.mark.parametrize(
    "wrong",
    [{"meaning": "approved"}, {"meaning": ""}, {"record": ""}, {"record": "a\nb"}, {"item": " x"}, {"tenant": "\x00"}],
)
def test_what_can_not_be_signed(desk: Desk, wrong: dict[str, str]) -> None:
    refused("content_refused", lambda: desk.sign(**wrong))
    (line,) = desk.lines()
    assert line.action == "esign:refused"


def test_a_time_without_a_zone(desk: Desk) -> None:
    refused("content_refused", lambda: desk.sign(now=START.replace(tzinfo=None)))
    refused("content_refused", lambda: desk.sign(now=START.replace(tzinfo=None), session="x"))
    opened = desk.sign().session
    refused("content_refused", lambda: desk.sign(now=START.replace(tzinfo=None), session=opened))
    refused("internal", lambda: desk.verify(desk.sign().document, now=START.replace(tzinfo=None)))


def test_a_ledger_that_can_not_be_written_signs_nothing(desk: Desk) -> None:
    made = desk.sign()
    desk.ledger.close()
    refused("ledger_unavailable", desk.sign)
    refused("ledger_unavailable", lambda: desk.sign(password="wrong password"))
    refused("ledger_unavailable", lambda: desk.sign(meaning="x"))
    refused("ledger_unavailable", lambda: desk.verify(made.document))
    refused("ledger_unavailable", lambda: desk.signatures.unlock("aruiz", by="bli"))


def test_a_ledger_that_was_replaced_knows_nothing(desk: Desk, tmp_path: Path) -> None:
    made = desk.sign()
    other = Desk(tmp_path / "other.jsonl")
    refused("unregistered", lambda: other.verify(made.document))
    read = Desk(tmp_path / "next.jsonl", earlier=desk.lines())  # what left for an archive still counts
    assert read.verify(made.document) == made.signature
    assert read.sign().signature.order == 2
    other.close()
    read.close()


def test_two_desks_over_one_ledger(desk: Desk) -> None:
    other = Desk(desk.path)
    documents = [desk.sign().document, other.sign("bli").document, desk.sign().document]
    assert [desk.verify(one).order for one in documents] == [1, 2, 3]
    assert [other.verify(one).order for one in documents] == [1, 2, 3]
    other.close()


def test_openssl_and_a_few_lines_agree(desk: Desk, tmp_path: Path) -> None:
    openssl = need_program("openssl")
    envelope = json.loads(desk.sign().document)
    payload = base64.b64decode(envelope["payload"])
    said = json.loads(payload)
    assert (said["name"], said["at"], said["meaning"]) == ("Ana Ruiz", "2026-11-22T10:00:00Z", "approval")
    assert said["about"]["digest"] == hashlib.sha256(CONTENT).hexdigest()
    kind = envelope["payloadType"].encode()
    (tmp_path / "message").write_bytes(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload))
    (tmp_path / "signature").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    (tmp_path / "key.pem").write_text(key_of("aruiz").key.pem)
    files = ["-sigfile", tmp_path / "signature", "-in", tmp_path / "message", "-inkey", tmp_path / "key.pem"]
    asked = [openssl, "pkeyutl", "-verify", "-pubin", "-rawin", "-digest", "sha384", *files]
    assert subprocess.run(asked, capture_output=True, timeout=30).returncode == 0


def test_damaged_entries_verify_nothing(desk: Desk) -> None:
    made = desk.sign()
    lines = [msgspec.structs.replace(desk.lines()[0], details={"signature": made.signature.key})]
    signatures = ElectronicSignatures(desk.people, ledger=Desk(desk.path.parent / "x.jsonl").ledger, earlier=lines)
    refused("unregistered", lambda: signatures.verify(made.document, CONTENT, **PLACE, now=START))


_PEOPLE = People([person("aruiz")])
_SAID = RecordSignature(
    format="limen-record-signature-1",
    about=about(CONTENT, **PLACE),
    user="aruiz",
    name="Ana Ruiz",
    at="2026-11-22T10:00:00Z",
    meaning="approval",
    order=1,
    previous="",
    key=key_of("aruiz").key.id,
)
_DOCUMENT = dsse.encoded(dsse.signed(TYPE, canonical(msgspec.to_builtins(_SAID)), [key_of("aruiz")]))


def test_the_document_of_the_fuzz_is_good() -> None:
    assert verified_document(_DOCUMENT, about(CONTENT, **PLACE), _PEOPLE, START) == _SAID
