"""Data keys end in time, and with the key that wraps them; nobody goes on with one that has ended."""

from __future__ import annotations

import base64
import json
import os
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from limen.adapters.key_providers import Answer, KeyProviderError, Sealed
from limen.adapters.key_providers.file import FileKey, KeyStore
from limen.controls.data_keys import DataKeys
from limen.controls.envelope import Context, EnvelopeError, Envelopes, Limits
from limen.errors import UsageError

CONTEXT = Context(zone="core", flow="store", record="r-1", label="phi")


class Counting:
    """A remote custodian: it counts what it is asked, tells nobody of changes, and can be dead."""

    def __init__(self, key: FileKey) -> None:
        self._key = key
        self.wrapped = self.unwrapped = 0
        self.dead: KeyProviderError | None = None
        self.gate: Callable[[], None] = lambda: None

    def encrypt(self, plaintext: bytes, context: bytes) -> Sealed:
        self._asked()
        self.wrapped += 1
        return self._key.encrypt(plaintext, context)

    def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
        self._asked()
        self.unwrapped += 1
        return self._key.decrypt(ciphertext, context)

    def describe(self) -> Mapping[str, Answer]:
        self._asked()
        return self._key.describe()

    def __getattr__(self, name: str) -> Any:
        if name == "stamp":
            raise AttributeError(name)
        return getattr(self._key, name)

    def _asked(self) -> None:
        self.gate()
        if self.dead is not None:
            raise self.dead


class Clock:
    """Seconds that go by when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Place:
    """A store, a remote custodian before it, and a clock."""

    def __init__(self, folder: Path, **limits: Any) -> None:
        self.store = KeyStore.create(folder / "keys.json")
        self.store.new("phi", "AES-256")
        self.remote, self.clock = Counting(self.store.key("phi")), Clock()
        self.envelopes = Envelopes("phi", self.remote, limits=Limits(**limits), ticks=self.clock)

    def sealed(self, plaintext: bytes = b"secret") -> bytes:
        return self.envelopes.seal(plaintext, CONTEXT)

    def opened(self, envelope: bytes) -> bytes:
        return self.envelopes.open(envelope, CONTEXT)

    def refused(self, do: Callable[[], Any], reason: str = "key_unavailable") -> EnvelopeError:
        with pytest.raises(EnvelopeError) as found:
            do()
        assert found.value.reason == reason
        return found.value


def of(envelope: bytes, name: str) -> str:
    return str(json.loads(envelope)[name])


def test_one_data_key_serves_many_messages(tmp_path: Path) -> None:
    place = Place(tmp_path)
    envelopes = [place.sealed() for _ in range(100)]
    assert len({of(one, "wrapped") for one in envelopes}) == 1
    assert [place.opened(one) for one in envelopes] == [b"secret"] * 100
    assert (place.remote.wrapped, place.remote.unwrapped) == (1, 0)


def test_the_number_of_messages_is_bounded(tmp_path: Path) -> None:
    place = Place(tmp_path, messages=3)
    wrapped = [of(place.sealed(), "wrapped") for _ in range(9)]
    assert [wrapped.count(one) for one in dict.fromkeys(wrapped)] == [3, 3, 3]


def test_the_number_of_bytes_is_bounded(tmp_path: Path) -> None:
    place = Place(tmp_path, volume=100)
    wrapped = [of(place.sealed(bytes(40)), "wrapped") for _ in range(4)]
    assert [wrapped.count(one) for one in dict.fromkeys(wrapped)] == [2, 2]
    place.refused(lambda: place.sealed(bytes(101)), "envelope_refused")
    assert place.opened(place.sealed(bytes(100))) == bytes(100)


@pytest.mark.parametrize(
    "odd", [{"messages": 2**32 + 1}, {"messages": 0}, {"volume": 2**38 + 1}, {"lifetime": 0.0}, {"lifetime": 1e9},
            {"lifetime": float("nan")}, {"opened": 0}],
)  # fmt: skip
def test_no_limit_is_beyond_what_the_standard_allows(odd: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Limits(**odd)


def test_every_limit_that_is_wrong_is_named() -> None:
    with pytest.raises(UsageError) as found:
        Limits(messages=0, lifetime=0, volume=0, opened=0)
    assert len(found.value.problems) == 4
    assert Limits().messages <= 2**32 / 1000


def test_a_data_key_ends_in_time(tmp_path: Path) -> None:
    place = Place(tmp_path, lifetime=60.0)
    old = place.sealed()
    place.clock.now += 59.9
    assert of(place.sealed(), "wrapped") == of(old, "wrapped")
    place.clock.now += 0.1
    assert of(place.sealed(), "wrapped") != of(old, "wrapped")
    assert place.remote.unwrapped == 0
    assert place.opened(old) == b"secret"
    assert place.remote.unwrapped == 1


def test_a_custodian_that_is_slower_than_the_lifetime_serves_one_message_each(tmp_path: Path) -> None:
    """It once was asked again and again, for a key that had ended before it came."""
    place = Place(tmp_path, lifetime=1.0)

    def slow() -> None:
        place.clock.now += 2.0

    place.remote.gate = slow
    envelopes = [place.sealed() for _ in range(3)]
    assert len({of(one, "wrapped") for one in envelopes}) == place.remote.wrapped == 3
    assert [place.opened(one) for one in envelopes] == [b"secret"] * 3
    assert place.remote.unwrapped == 3


def test_a_dead_custodian_stops_all_within_the_lifetime(tmp_path: Path) -> None:
    place = Place(tmp_path, lifetime=60.0)
    envelope = place.sealed()
    place.remote.dead = KeyProviderError("unreachable", "nobody answers", again=True)
    assert place.opened(place.sealed(b"within")) == b"within"
    place.clock.now += 60
    for do in (place.sealed, lambda: place.opened(envelope), lambda: place.envelopes.rewrap(envelope, CONTEXT)):
        assert "nobody answers" in str(place.refused(do))
    found = place.envelopes.inspect(envelope)
    assert (found.is_sound, found.standing) == (False, "unknown")
    place.remote.dead = None
    assert place.opened(envelope) == b"secret"


@pytest.mark.parametrize("kind", ["refused", "denied", "absent", "throttled", "unreachable", "unsupported", "odd"])
def test_whatever_a_custodian_says_nothing_is_sealed_without_it(tmp_path: Path, kind: Any) -> None:
    place = Place(tmp_path)
    place.remote.dead = KeyProviderError(kind, "no")
    place.refused(place.sealed)
    place.remote.dead = None
    envelope = place.sealed()
    place.envelopes.forget()
    place.remote.dead = KeyProviderError(kind, "no")
    place.refused(lambda: place.opened(envelope), "envelope_refused" if kind == "refused" else "key_unavailable")


@pytest.mark.parametrize(
    "made",
    [
        Sealed(ciphertext=b"wrapped", version=""),
        Sealed(ciphertext=b"", version="1"),
        Sealed(ciphertext=b"\xff\xfe", version="1"),
        Sealed(ciphertext=b"wrapped", version="\ud800"),
    ],
)
def test_a_custodian_that_wraps_oddly_wraps_nothing(tmp_path: Path, made: Sealed) -> None:
    place = Place(tmp_path)
    place.remote.encrypt = lambda plaintext, context: made  # type: ignore[method-assign]
    with pytest.raises(EnvelopeError):
        place.sealed()


@pytest.mark.parametrize(
    "written",
    [
        lambda key: key,
        base64.b64encode,
        base64.urlsafe_b64encode,
        lambda key: base64.b64encode(key).rstrip(b"="),
        lambda key: key.hex().encode(),
        lambda key: key.hex().upper().encode(),
    ],
)
def test_a_custodian_that_writes_the_data_key_down_wraps_nothing(
    tmp_path: Path, written: Callable[[bytes], bytes]
) -> None:
    place = Place(tmp_path)

    def pretends(plaintext: bytes, context: bytes) -> Sealed:
        return Sealed(ciphertext=b"vault:v1:" + written(plaintext), version="1")

    place.remote.encrypt = pretends  # type: ignore[method-assign]
    place.refused(place.sealed)


@pytest.mark.parametrize("material", [b"", bytes(16), bytes(31), bytes(33)])
def test_what_is_unwrapped_is_a_data_key(tmp_path: Path, material: bytes) -> None:
    place = Place(tmp_path)
    envelope = place.sealed()
    place.envelopes.forget()
    place.remote.decrypt = lambda ciphertext, context: material  # type: ignore[method-assign]
    place.refused(lambda: place.opened(envelope), "envelope_refused")


@pytest.mark.parametrize("wrapped", ["ä", "1:" + "A" * (1 << 15)])
def test_nobody_is_asked_to_unwrap_what_nobody_wrapped(tmp_path: Path, wrapped: str) -> None:
    place = Place(tmp_path)
    odd = rfc8785.dumps(json.loads(place.sealed()) | {"wrapped": wrapped})
    place.refused(lambda: place.opened(odd), "envelope_refused")
    assert place.remote.unwrapped == 0


def test_rotated_keys_read_and_the_newest_writes(tmp_path: Path) -> None:
    place = Place(tmp_path, lifetime=60.0)
    old = place.sealed()
    place.store.rotate("phi")
    assert of(place.sealed(), "version") == "1"  # a remote custodian tells nobody: within the lifetime
    place.clock.now += 60
    new = place.sealed()
    assert (of(old, "version"), of(new, "version")) == ("1", "2")
    assert place.opened(old) == place.opened(new) == b"secret"
    again = place.envelopes.rewrap(old, CONTEXT)
    assert (of(again, "version"), place.opened(again)) == ("2", b"secret")


def test_rewrapping_takes_the_newest_version_at_once(tmp_path: Path) -> None:
    place = Place(tmp_path, lifetime=60.0)
    old = place.sealed()
    place.clock.now += 2
    place.store.rotate("phi")
    again = [place.envelopes.rewrap(old, CONTEXT) for _ in range(20)]
    assert {of(one, "version") for one in again} == {"2"}
    assert place.remote.wrapped == 2  # one for all that are rewrapped within a second
    with pytest.raises(EnvelopeError):
        place.envelopes.rewrap(old, Context(zone="edge", flow="store", record="r-1", label="phi"))


def test_a_retired_key_reads_and_does_not_write(tmp_path: Path) -> None:
    place = Place(tmp_path, lifetime=60.0)
    old = place.sealed()
    place.store.retire("phi")
    place.clock.now += 60
    assert place.opened(old) == b"secret"
    for do in (place.sealed, lambda: place.envelopes.rewrap(old, CONTEXT), place.envelopes.stream_key):
        assert "retired" in str(place.refused(do))
    assert place.envelopes.inspect(old).standing == "readable"


class TestAFileStore:
    """A file tells of every change: it counts at once, whoever makes it."""

    def place(self, folder: Path) -> tuple[KeyStore, KeyStore, Envelopes]:
        store = KeyStore.create(folder / "keys.json")
        store.new("phi", "AES-256")
        return store, KeyStore.open(folder / "keys.json"), Envelopes("phi", store.key("phi"))

    @pytest.mark.parametrize("mine", [True, False])
    def test_retired(self, tmp_path: Path, mine: bool) -> None:
        store, other, envelopes = self.place(tmp_path)
        old = envelopes.seal(b"secret", CONTEXT)
        (store if mine else other).retire("phi")
        with pytest.raises(EnvelopeError, match="retired") as found:
            envelopes.seal(b"secret", CONTEXT)
        assert found.value.reason == "key_unavailable"
        assert envelopes.open(old, CONTEXT) == b"secret"

    @pytest.mark.parametrize("mine", [True, False])
    def test_rotated_destroyed_disabled(self, tmp_path: Path, mine: bool) -> None:
        store, other, envelopes = self.place(tmp_path)
        who = store if mine else other
        old = envelopes.seal(b"old", CONTEXT)
        who.rotate("phi")
        new = envelopes.seal(b"new", CONTEXT)
        assert (of(old, "version"), of(new, "version")) == ("1", "2")
        assert envelopes.open(old, CONTEXT) == b"old"
        who.destroy("phi", 1)
        with pytest.raises(EnvelopeError, match="destroyed") as found:
            envelopes.open(old, CONTEXT)
        assert found.value.reason == "envelope_refused"
        assert envelopes.inspect(old).standing == "unreadable"
        assert envelopes.open(new, CONTEXT) == b"new"
        who.disable("phi")
        for do in (lambda: envelopes.open(new, CONTEXT), lambda: envelopes.seal(b"", CONTEXT)):
            with pytest.raises(EnvelopeError, match="disabled"):
                do()
        who.enable("phi")
        assert envelopes.open(new, CONTEXT) == b"new"

    def test_gone(self, tmp_path: Path) -> None:
        _, _, envelopes = self.place(tmp_path)
        envelope = envelopes.seal(b"secret", CONTEXT)
        (tmp_path / "keys.json").unlink()
        for do in (lambda: envelopes.open(envelope, CONTEXT), lambda: envelopes.seal(b"", CONTEXT)):
            with pytest.raises(EnvelopeError, match="there is no key store") as found:
                do()
            assert found.value.reason == "key_unavailable"

    def test_readable_by_others(self, tmp_path: Path) -> None:
        _, _, envelopes = self.place(tmp_path)
        envelopes.seal(b"secret", CONTEXT)
        (tmp_path / "keys.json").chmod(0o644)
        with pytest.raises(EnvelopeError, match="0600"):
            envelopes.seal(b"secret", CONTEXT)


def test_few_unwrapped_keys_are_kept(tmp_path: Path) -> None:
    place = Place(tmp_path, messages=1, opened=3)
    envelopes = [place.sealed() for _ in range(5)]
    for one in envelopes[2:]:
        assert place.opened(one) == b"secret"
    assert place.remote.unwrapped == 0
    assert place.opened(envelopes[0]) == b"secret"
    assert place.opened(envelopes[4]) == b"secret"
    assert place.remote.unwrapped == 1
    assert place.opened(envelopes[2]) == b"secret"
    assert place.remote.unwrapped == 2


def test_threads_share_a_data_key_and_keep_its_limit(tmp_path: Path) -> None:
    place = Place(tmp_path, messages=100)
    made: list[bytes] = []
    begin = threading.Barrier(8)

    def work() -> None:
        begin.wait()
        for _ in range(125):
            envelope = place.sealed()
            assert place.opened(envelope) == b"secret"
            made.append(envelope)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wrapped = [of(one, "wrapped") for one in made]
    assert (len(made), len({of(one, "nonce") for one in made})) == (1000, 1000)
    assert sorted(wrapped.count(one) for one in set(wrapped)) == [100] * 10
    assert place.remote.wrapped == 10


def test_one_thread_asks_and_the_others_wait(tmp_path: Path) -> None:
    place = Place(tmp_path)
    waiting = threading.Event()
    place.remote.gate = lambda: waiting.wait(5) and None
    threads = [threading.Thread(target=place.sealed) for _ in range(6)]
    for thread in threads:
        thread.start()
    waiting.set()
    for thread in threads:
        thread.join()
    assert place.remote.wrapped == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_begins_anew_even_while_a_thread_holds_the_locks(tmp_path: Path) -> None:
    place = Place(tmp_path, messages=10)
    mine = place.sealed()
    keys: DataKeys = place.envelopes._data_keys
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with keys._lock, keys._making, place.store._lock:
            held.set()
            done.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # what hangs has failed
        try:
            envelope = place.sealed()
            right = keys._current is not None and keys._current.messages == 1 and place.opened(mine) == b"secret"
            os.write(writing, envelope if right else b"{}")
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        theirs = pipe.read()
    os.waitpid(child, 0)
    done.set()
    thread.join()
    assert place.opened(theirs) == b"secret"
    assert of(theirs, "wrapped") != of(mine, "wrapped")
    assert of(theirs, "nonce") != of(mine, "nonce")
    assert of(place.sealed(), "wrapped") == of(mine, "wrapped")


def meanwhile(do: Callable[[], Any], asked: Any, name: str = "encrypt", times: int = 1) -> None:
    """Have something happen between a custodian's answer and its use."""
    answer, left = getattr(asked, name), [times]

    def answers(*given: Any) -> Any:
        made = answer(*given)
        if left[0]:
            left[0] -= 1
            do()
        return made

    setattr(asked, name, answers)


@pytest.mark.parametrize("seen", [True, False])
def test_what_was_wrapped_before_a_key_was_retired_seals_nothing(tmp_path: Path, seen: bool) -> None:
    """Somebody else had seen the retirement, so that nobody looked again: it sealed for a whole lifetime."""
    store = KeyStore.create(tmp_path / "keys.json")
    store.new("phi", "AES-256")
    key = store.key("phi")
    old = Envelopes("phi", store.key("phi")).seal(b"old", CONTEXT)
    envelopes = Envelopes("phi", key)

    def retire() -> None:
        KeyStore.open(tmp_path / "keys.json").retire("phi")
        if seen:
            assert envelopes.open(old, CONTEXT) == b"old"

    meanwhile(retire, key)
    for do in (lambda: envelopes.seal(b"x", CONTEXT), lambda: envelopes.seal(b"x", CONTEXT), envelopes.stream_key):
        with pytest.raises(EnvelopeError, match="retired") as found:
            do()
        assert found.value.reason == "key_unavailable"


def test_what_was_wrapped_before_all_was_forgotten_seals_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)

    def incident() -> None:
        place.remote.dead = KeyProviderError("denied", "disabled")
        place.envelopes.forget()

    meanwhile(incident, place.remote)
    for _ in range(2):
        assert "disabled" in str(place.refused(place.sealed))


def test_what_was_unwrapped_before_all_was_forgotten_opens_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    envelope = place.sealed()
    place.envelopes.forget()

    def incident() -> None:
        place.remote.dead = KeyProviderError("denied", "disabled")
        place.envelopes.forget()

    meanwhile(incident, place.remote, "decrypt")
    for _ in range(2):
        assert "disabled" in str(place.refused(lambda: place.opened(envelope)))


def test_what_was_unwrapped_before_a_version_was_destroyed_opens_nothing(tmp_path: Path) -> None:
    store = KeyStore.create(tmp_path / "keys.json")
    store.new("phi", "AES-256")
    envelope = Envelopes("phi", store.key("phi")).seal(b"old", CONTEXT)
    store.rotate("phi")
    key = store.key("phi")
    meanwhile(lambda: KeyStore.open(tmp_path / "keys.json").destroy("phi", 1), key, "decrypt")
    with pytest.raises(EnvelopeError, match="destroyed"):
        Envelopes("phi", key).open(envelope, CONTEXT)


@pytest.mark.parametrize("times", [1, 3, 4])
def test_a_custodian_is_asked_again_a_few_times(tmp_path: Path, times: int) -> None:
    place = Place(tmp_path)
    envelope = place.sealed()
    for name, do in (("encrypt", place.sealed), ("decrypt", lambda: place.opened(envelope))):
        place.envelopes.forget()
        place.remote.wrapped = place.remote.unwrapped = 0
        meanwhile(place.envelopes.forget, place.remote, name, times)
        if times < 4:
            assert do()
        else:
            assert "faster than it answers" in str(place.refused(do))
        assert place.remote.wrapped + place.remote.unwrapped == min(times + 1, 4)


def test_a_data_key_from_before_a_renewal_serves_its_own_message_only(tmp_path: Path) -> None:
    place = Place(tmp_path)

    def renewed() -> None:
        place.clock.now += 5
        place.envelopes._data_keys.renew(within=1.0)

    meanwhile(renewed, place.remote)
    first, second, third = (place.sealed() for _ in range(3))
    assert of(first, "wrapped") != of(second, "wrapped") == of(third, "wrapped")
    assert [place.opened(one) for one in (first, second, third)] == [b"secret"] * 3
