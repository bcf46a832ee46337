"""The registry of people, their passwords and their sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.controls.esign_passwords import LEAST, MOST, is_password, kept_password, read_kept
from limen.controls.esign_people import People, read_people
from limen.controls.esign_sessions import IDLE, LONGEST, Sessions
from limen.errors import UsageError
from tests.controls.signatories import PASSWORDS, START, kept, key_of, person

DAY = timedelta(days=1)


def wrong(*people: object) -> str:
    with pytest.raises(UsageError) as told:
        People(people)  # type: ignore[arg-type]
    return str(told.value)


def test_one_code_one_key_one_person() -> None:
    ana, bo = person("aruiz"), person("bli")
    assert People([ana, bo]).every() == (ana, bo)
    assert "a key is two people's" in wrong(ana, person("bli", key=ana.key))
    assert "an identification code is two people's" in wrong(ana, person("bli", user="aruiz"))
    assert "an identification code is two people's" in wrong(ana, person("bli", user="ARuiz"))
    both = wrong(ana, person("aruiz"))
    assert "a key" in both
    assert "an identification code" in both


def test_what_was_somebodys_stays_theirs() -> None:
    """21 CFR 11.100(a): not reused by, or reassigned to, anyone else."""
    people = People([person("aruiz")]).revoked("aruiz", START)
    for again in (person("aruiz"), person("bli", key=key_of("aruiz").key), person("bli", user="aruiz")):
        with pytest.raises(UsageError, match="two people's"):
            people.enrolled(again)
    assert people.enrolled(person("bli")).by_user("bli") is not None
    for at in (START, START + DAY):
        with pytest.raises(UsageError, match="revoked before"):
            people.revoked("aruiz", at)
    assert people.revoked("aruiz", START - DAY).by_user("aruiz").revoked == START - DAY
    with pytest.raises(UsageError, match="nobody has"):
        people.revoked("nobody", START)


def test_a_new_password() -> None:
    people = People([person("aruiz")])
    changed = people.with_password("aruiz", kept("bli"), START).by_user("aruiz")
    assert changed is not None
    assert (changed.password.text, changed.password_set) == (kept("bli"), START)
    with pytest.raises(UsageError, match="no password as limen keeps it"):
        people.with_password("aruiz", PASSWORDS["aruiz"], START)
    with pytest.raises(UsageError, match="nobody has"):
        people.with_password("nobody", kept("bli"), START)


def test_names_are_printable_and_times_have_zones() -> None:
    told = wrong(person("aruiz", name="Ana\u202e"), person("bli", user=" bli", since=START.replace(tzinfo=None)))
    assert "the name" in told
    assert "the user" in told
    assert "time zone" in told


def test_the_registry_as_text() -> None:
    people = People([person("aruiz"), person("bli")]).revoked("bli", START)
    text = people.text()
    assert read_people(text).every() == people.every()
    assert read_people(text).text() == text
    assert PASSWORDS["aruiz"].encode() not in text


@given(st.binary(max_size=300))
def test_rubbish_is_no_registry(text: bytes) -> None:
    with pytest.raises(UsageError):
        read_people(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"limen-people-1", b"limen-people-2"),
        (b"BEGIN PUBLIC", b"BEGIN PRIVATE"),
        (b"scrypt$14", b"scrypt$04"),
        (b"scrypt$14", b"bcrypt$14"),
        (b"2026-11-21T10:00:00Z", b"2026-11-21T10:00:00"),
        (b'"user":"aruiz"', b'"user":"aruiz","user":"aruiz"'),
        (b'"revoked":""', b'"revoked":"","role":"x"'),
        (b'"aruiz"', b'" aruiz"'),
    ],
)
def test_damaged_registries(old: bytes, new: bytes) -> None:
    text = People([person("aruiz")]).text()
    assert old in text
    with pytest.raises(UsageError) as told:
        read_people(text.replace(old, new))
    assert kept("aruiz").split("$")[5] not in str(told.value)


def test_passwords() -> None:
    one = read_kept(kept("aruiz"))
    assert is_password(PASSWORDS["aruiz"], one)
    for other in ("", PASSWORDS["aruiz"] + " ", PASSWORDS["bli"], "\ud800", "x" * 5000):
        assert not is_password(other, one)
    assert not is_password(PASSWORDS["aruiz"], None)
    assert kept_password(PASSWORDS["aruiz"], cost=14) != kept("aruiz")  # a salt of its own
    assert read_kept(kept("aruiz")).text == kept("aruiz")


@pytest.mark.parametrize("password", ["", "x" * (LEAST - 1), "x" * (MOST + 1), " " * 20])
def test_passwords_that_are_not_taken(password: str) -> None:
    with pytest.raises(UsageError, match="too short, too long or blank"):
        kept_password(password)
    with pytest.raises(UsageError, match="14 to 20"):
        kept_password("long enough for it", cost=10)


@given(
    st.text(max_size=80)
    | st.from_regex(r"scrypt\$\d{1,3}\$\d{1,3}\$\d{1,3}\$[A-Za-z0-9+/=]{0,30}\$[A-Za-z0-9+/=]{0,48}")
)
def test_rubbish_is_no_kept_password(text: str) -> None:
    try:
        found = read_kept(text).text
    except ValueError as error:
        found = "" if len(text) > 20 and text in str(error) else text
    assert found == text  # taken as it stands, or refused without being quoted


@pytest.mark.parametrize(
    "text",
    [
        f"scrypt$15$8$1${'A' * 22}==$AAAA",
        f"scrypt$15$8$1$AAAA${'A' * 43}=",
        "scrypt$30$8$1$x$y",
        "scrypt$15$99$1$x$y",
        "scrypt$15$8$64$x$y",
        "scrypt$15$8$1$AAAA$AAAA",
        "plain",
    ],
)
def test_kept_passwords_that_protect_nothing_or_stop_the_service(text: str) -> None:
    with pytest.raises(ValueError, match="it is no password"):
        read_kept(text)


@given(st.lists(st.timedeltas(timedelta(0), timedelta(minutes=20)), max_size=60))
def test_a_session_lasts_while_it_is_used_and_not_too_long(pauses: list[timedelta]) -> None:
    sessions, now, alive = Sessions(), START, True
    shown = sessions.begin("aruiz", now)
    for pause in pauses:
        now += pause
        alive = alive and pause <= IDLE and now - START <= LONGEST
        assert sessions.user(shown, now) == ("aruiz" if alive else None)
        sessions.used(shown, now)


def test_sessions_end() -> None:
    sessions = Sessions()
    ana, too, bo = (sessions.begin(user, START) for user in ("aruiz", "aruiz", "bli"))
    assert len({ana, too, bo}) == 3
    sessions.end(ana)
    assert sessions.user(ana, START) is None
    assert sessions.user(too, START) == "aruiz"
    sessions.end_of("aruiz")
    assert sessions.user(too, START) is None
    assert sessions.user(bo, START) == "bli"
    assert sessions.user(bo, START - timedelta(seconds=1)) is None  # a clock that ran back
    for rubbish in ("", "x", "\ud800"):
        assert sessions.user(rubbish, START) is None
