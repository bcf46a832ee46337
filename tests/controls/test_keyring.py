"""A keyring has the keys that its component declares, and no other; a key that is not to be had is refused."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from limen.adapters.key_providers import KeyProviderError
from limen.adapters.key_providers.file import KeyStore
from limen.controls.envelope import Context, Limits
from limen.controls.keyring import Keyring, Uses
from limen.controls.refusals import RefusedError
from limen.integrity.signatures import verifies

CONTEXT = Context(zone="core", flow="store", record="r-1", label="phi")


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    made = KeyStore.create(tmp_path / "keys.json")
    made.new("phi-key", "AES-256")
    made.new("sponsor-key", "ML-KEM-1024")
    made.new("line-key", "ECDSA-P-256")
    made.new("audit-key", "HMAC-SHA-256")
    return made


def refused(do: Callable[[], Any], words: str = "") -> RefusedError:
    with pytest.raises(RefusedError) as found:
        do()
    assert (found.value.reason, words in str(found.value)) == ("key_unavailable", True), str(found.value)
    return found.value


@pytest.mark.parametrize("name", ["phi-key", "sponsor-key"])
def test_a_key_seals_and_opens(store: KeyStore, name: str) -> None:
    ring = Keyring.of_store(store)
    envelope = ring.seals(name).seal(b"secret", CONTEXT)
    assert ring.opens(name).open(envelope, CONTEXT) == b"secret"
    assert ring.seals(name) is ring.opens(name)
    store.rotate(name)
    assert Keyring.of_store(store).opens(name).open(envelope, CONTEXT) == b"secret"
    assert ring.seals(name).inspect(envelope, CONTEXT).standing == "readable"


def test_a_key_signs_and_authenticates(store: KeyStore) -> None:
    ring = Keyring.of_store(store)
    old = ring.signer("line-key")
    signature = old.sign(b"a record")
    store.rotate("line-key")
    assert ring.signer("line-key").key != old.key
    assert [verifies(key, signature, b"a record") for key in ring.verifiers("line-key")] == [False, True]
    first = ring.mac("audit-key")
    store.rotate("audit-key")
    assert ring.mac("audit-key")[0] == "audit-key.v2"
    assert dict(ring.macs("audit-key")) == dict([first, ring.mac("audit-key")])


def test_a_key_is_of_an_algorithm(store: KeyStore) -> None:
    ring = Keyring.of_store(store)
    assert [ring.algorithm(name) for name in store.names()] == ["HMAC-SHA-256", "ECDSA-P-256", "AES-256", "ML-KEM-1024"]
    refused(lambda: ring.algorithm("nothing"), "nothing")


def test_a_key_that_is_not_there(store: KeyStore) -> None:
    ring = Keyring.of_store(store)
    for do in (ring.signer, ring.verifiers, ring.mac, ring.macs, lambda name: ring.seals(name).seal(b"x", CONTEXT)):
        refused(lambda do=do: do("nothing"), "nothing")  # type: ignore[misc]
    envelope = ring.seals("phi-key").seal(b"secret", CONTEXT)
    with pytest.raises(RefusedError):
        ring.opens("nothing").open(envelope, CONTEXT)


def test_a_key_of_another_sort(store: KeyStore) -> None:
    ring = Keyring.of_store(store)
    refused(lambda: ring.signer("phi-key"), "AES-256")
    refused(lambda: ring.verifiers("audit-key"), "HMAC-SHA-256")
    refused(lambda: ring.mac("phi-key"), "AES-256")
    refused(lambda: ring.seals("line-key").seal(b"x", CONTEXT), "ECDSA-P-256")


def test_a_component_has_its_keys_and_no_others(store: KeyStore) -> None:
    uses = Uses(seals=frozenset({"phi-key"}), opens=frozenset({"sponsor-key"}), verifies=frozenset({"line-key"}))
    every = Keyring.of_store(store)
    ring = every.limited(uses)
    envelope = ring.seals("phi-key").seal(b"secret", CONTEXT)
    assert ring.opens("sponsor-key").open(every.seals("sponsor-key").seal(b"x", CONTEXT), CONTEXT) == b"x"
    assert ring.verifiers("line-key") == every.verifiers("line-key")
    refused(lambda: ring.opens("phi-key"), "declares no key that it opens with")
    refused(lambda: ring.seals("phi-key").open(envelope, CONTEXT), "opens nothing with phi-key")
    refused(lambda: ring.seals("phi-key").rewrap(envelope, CONTEXT), "opens nothing")
    refused(lambda: ring.seals("sponsor-key"), "declares no key that it seals with")
    refused(lambda: ring.opens("sponsor-key").seal(b"x", CONTEXT), "seals nothing with sponsor-key")
    refused(lambda: ring.signer("line-key"), "declares no key")
    refused(lambda: ring.mac("audit-key"), "declares no key")
    refused(lambda: ring.macs("audit-key"), "declares no key")
    refused(lambda: every.limited(Uses()).verifiers("line-key"), "declares no key")


def test_nothing_is_made_with_a_retired_key(store: KeyStore) -> None:
    ring = Keyring.of_store(store)
    envelope = ring.seals("phi-key").seal(b"secret", CONTEXT)
    signature, public = ring.signer("line-key").sign(b"a record"), ring.signer("line-key").key
    for name in store.names():
        store.retire(name)
    for do in (lambda: ring.seals("phi-key").seal(b"x", CONTEXT), lambda: ring.signer("line-key")):
        refused(do, "retired")
    refused(lambda: ring.mac("audit-key"), "retired")
    assert ring.opens("phi-key").open(envelope, CONTEXT) == b"secret"
    assert ring.verifiers("line-key") == (public,)
    assert verifies(public, signature, b"a record")
    assert list(ring.macs("audit-key")) == ["audit-key.v1"]
    store.destroy("line-key", 1, distrust=True)
    refused(lambda: ring.verifiers("line-key"), "no version of it is trusted")


def test_a_store_that_is_gone_is_no_key(store: KeyStore) -> None:
    ring = Keyring.of_store(store)
    envelope = ring.seals("phi-key").seal(b"secret", CONTEXT)
    ring.signer("line-key"), ring.mac("audit-key")
    store.path.unlink()
    refused(lambda: ring.seals("phi-key").seal(b"x", CONTEXT), "there is no key store")
    refused(lambda: ring.opens("phi-key").open(envelope, CONTEXT), "there is no key store")
    for do in (lambda: ring.signer("line-key"), lambda: ring.mac("audit-key"), lambda: ring.macs("audit-key")):
        refused(do, "there is no key store")


def test_forgetting_and_closing(store: KeyStore) -> None:
    ring = Keyring.of_store(store, limits=Limits(messages=5))
    one = ring.seals("phi-key").seal(b"secret", CONTEXT)
    ring.forget()
    two = ring.seals("phi-key").seal(b"secret", CONTEXT)
    wrapped = [text.partition(b'"wrapped":')[2] for text in (one, two)]
    assert wrapped[0] != wrapped[1]
    ring.close()
    refused(lambda: ring.seals("phi-key").seal(b"x", CONTEXT), "closed")


def test_nothing_secret_is_shown(store: KeyStore) -> None:
    ring = Keyring.of_store(store)
    ring.seals("phi-key").seal(b"secret", CONTEXT)
    identity, secret = ring.mac("audit-key")
    shown = f"{ring!r}{ring.seals('phi-key')!r}{ring.signer('line-key')!r}{store!r}"
    assert repr(secret)[2:-1] not in shown
    assert identity == "audit-key.v1"


def test_the_package_is_imported_without_cryptography() -> None:
    code = "import sys, limen.controls; print([m for m in sys.modules if m.split('.')[0] in ('cryptography', 'boto3')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class Remote:
    """A custodian that tells nobody of changes, and can be dead."""

    def __init__(self, store: KeyStore) -> None:
        self._store, self.dead = store, False

    def key(self, name: str) -> Any:
        real, remote = self._store.key(name), self

        class Key:
            def encrypt(self, plaintext: bytes, context: bytes) -> Any:
                remote.asked()
                return real.encrypt(plaintext, context)

            def decrypt(self, ciphertext: bytes, context: bytes) -> bytes:
                remote.asked()
                return real.decrypt(ciphertext, context)

        return Key()

    def asked(self) -> None:
        if self.dead:
            raise KeyProviderError("denied", "disabled")

    def close(self) -> None:
        self.dead = True


@pytest.mark.parametrize("how", [Keyring.forget, Keyring.close])
def test_limited_keyrings_forget_with_theirs(store: KeyStore, how: Callable[[Keyring], None]) -> None:
    """They went on with their data keys for a whole lifetime."""
    remote: Any = Remote(store)
    ring, uses = Keyring(remote), Uses(seals=frozenset({"phi-key"}), opens=frozenset({"phi-key"}))
    part = ring.limited(uses)
    parts = [part.seals("phi-key"), part.limited(uses).seals("phi-key"), ring.limited(uses).seals("phi-key")]
    gc.collect()  # two of them have no keyring any more
    envelopes = [one.seal(b"secret", CONTEXT) for one in parts]
    remote.dead = True
    assert [one.open(envelope, CONTEXT) for one, envelope in zip(parts, envelopes, strict=True)] == [b"secret"] * 3
    how(ring)
    for one, envelope in zip(parts, envelopes, strict=True):
        refused(lambda one=one: one.seal(b"x", CONTEXT))  # type: ignore[misc]
        refused(lambda one=one, envelope=envelope: one.open(envelope, CONTEXT))  # type: ignore[misc]


def test_a_limited_keyring_forgets_its_own_only(store: KeyStore) -> None:
    remote: Any = Remote(store)
    ring = Keyring(remote)
    part = ring.limited(Uses(seals=frozenset({"phi-key"})))
    ring.seals("phi-key").seal(b"x", CONTEXT), part.seals("phi-key").seal(b"x", CONTEXT)
    remote.dead = True
    part.forget()
    assert ring.seals("phi-key").seal(b"x", CONTEXT)
    refused(lambda: part.seals("phi-key").seal(b"x", CONTEXT))


def test_a_keyring_keeps_no_limited_one_alive(store: KeyStore) -> None:
    ring = Keyring.of_store(store)
    kept = weakref.ref(ring.limited(Uses(seals=frozenset({"phi-key"}))).seals("phi-key"))
    gc.collect()
    assert kept() is None


def test_keyrings_are_limited_while_all_is_forgotten(store: KeyStore) -> None:
    ring, uses = Keyring.of_store(store), Uses(seals=frozenset({"phi-key"}))
    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(lambda: ring.limited(uses).seals("phi-key").seal(b"x", CONTEXT)) for _ in range(100)]
        for _ in range(200):
            ring.forget()
        sealed = [one.result() for one in made]
    assert [ring.opens("phi-key").open(one, CONTEXT) for one in sealed] == [b"x"] * 100
