"""Envelopes under keys of real custodians: OpenBao, a PKCS#11 token, AWS KMS (simulated), and a key store file.

Each is sealed, rotated at the custodian, opened, rewrapped and refused through one interface.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785

from limen.adapters.key_providers import Access, KeyProviderError, open_key
from limen.controls.custodians import Declared
from limen.controls.envelope import Context, EnvelopeError, Envelopes, Limits
from limen.controls.keyring import Keyring
from limen.controls.lasting_key import LastingKey
from limen.controls.refusals import RefusedError
from limen.integrity.signatures import verifies
from limen.model.keys import Key
from tests.lab import kms as lab
from tests.lab.place import Place

pytestmark = pytest.mark.xdist_group("kms-controls")
CONTEXT = Context(zone="core", flow="store", record="r-1", label="phi")
CUSTODIANS = ("vault", "pkcs11", "aws-kms", "file")


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Any]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(lab.SERVERS[name]()) for name in CUSTODIANS}


@pytest.fixture(scope="module")
def places(servers: dict[str, Any]) -> dict[str, Place]:
    return {name: server.make("test-key") for name, server in servers.items()}


def access(provider: str, place: Place, **changed: Any) -> Access:
    given = {"provider": provider, "endpoint": place.endpoint, "key": place.key, "credential": place.credential}
    return Access(**(given | {"patience": 30.0} | changed))


def keyring(places: dict[str, Place], **given: Any) -> Keyring:
    keys = {f"{name}-key": Key(provider=name, id=place.key) for name, place in places.items()}
    return Keyring.of_declared(keys, lambda name, key: access(str(key.provider), places[name[:-4]]), **given)


def of(envelope: bytes, name: str) -> str:
    return str(json.loads(envelope)[name])


@pytest.mark.parametrize("provider", CUSTODIANS)
def test_an_envelope_opens_after_a_rotation(provider: str, places: dict[str, Place]) -> None:
    ring = keyring(places)
    envelopes = ring.seals(f"{provider}-key")
    try:
        old = envelopes.seal(b"secret", CONTEXT)
        assert envelopes.inspect(old, CONTEXT).standing == "live"
        administrator = open_key(access(provider, places[provider], deadline=time.monotonic() + 30))
        administrator.rotate()
        administrator.close()
        envelopes.forget()
        assert ring.opens(f"{provider}-key").open(old, CONTEXT) == b"secret"
        again = envelopes.rewrap(old, CONTEXT)
        assert of(again, "version") != of(old, "version")
        assert envelopes.inspect(old).standing == "readable"
        assert envelopes.inspect(again).standing == "live"
        assert Envelopes(f"{provider}-key", LastingKey(lambda: access(provider, places[provider]))).open(
            again, CONTEXT
        ) == b"secret"  # fmt: skip
    finally:
        ring.close()


@pytest.mark.parametrize("provider", CUSTODIANS)
def test_the_algorithm_is_what_the_custodian_says(provider: str, places: dict[str, Place]) -> None:
    missing = {"vault": "{0}-none", "pkcs11": "none", "aws-kms": "{0}-none", "file": "none"}[provider]
    key = places[provider].key
    absent = {provider: places[provider]._replace(key=missing.format(key))}
    ring, nobody = keyring(places), keyring(absent)
    try:
        assert ring.algorithm(f"{provider}-key") == "AES-256"
        with pytest.raises(RefusedError) as found:
            nobody.algorithm(f"{provider}-key")
        assert found.value.reason == "key_unavailable"
        with pytest.raises(RefusedError):
            ring.algorithm("unknown")
    finally:
        ring.close()
        nobody.close()


@pytest.mark.parametrize("provider", CUSTODIANS)
def test_what_was_changed_is_refused(provider: str, places: dict[str, Place]) -> None:
    """The custodian sees some of it, and the cipher the rest; nobody opens it."""
    ring = keyring(places)
    envelopes = ring.opens(f"{provider}-key")
    try:
        body = json.loads(ring.seals(f"{provider}-key").seal(b"secret", CONTEXT))
        wrapped = body["wrapped"]
        variants = [wrapped[:-1], wrapped + "=", "x" + wrapped, wrapped[:-6] + "AAAAA=", wrapped.upper(), "1:AAAA"]
        flipped = [wrapped[:at] + chr(ord(wrapped[at]) ^ 1) + wrapped[at + 1 :] for at in range(0, len(wrapped), 7)]
        flipped += [wrapped[:-2] + chr(ord(wrapped[-2]) + 1) + wrapped[-1]]
        for other in {*variants, *flipped} - {wrapped}:
            with pytest.raises(EnvelopeError) as found:
                envelopes.open(rfc8785.dumps(body | {"wrapped": other}), CONTEXT)
            assert found.value.reason in ("envelope_refused", "key_unavailable")
        for name in ("version", "key", "zone", "flow", "record", "label"):
            with pytest.raises(EnvelopeError):
                envelopes.open(rfc8785.dumps(body | {name: body[name] + "0"}), CONTEXT)
        assert envelopes.open(rfc8785.dumps(body), CONTEXT) == b"secret"
        absent = envelopes.inspect(rfc8785.dumps(body | {"version": "777"}))
        assert (absent.standing, absent.is_sound) == ("absent", False)
    finally:
        ring.close()


@pytest.mark.parametrize("provider", CUSTODIANS)
def test_a_disabled_key_neither_seals_nor_opens(provider: str, places: dict[str, Place]) -> None:
    ring = keyring(places, limits=Limits(lifetime=0.001))
    envelopes = ring.seals(f"{provider}-key")
    administrator = open_key(access(provider, places[provider], deadline=time.monotonic() + 30))
    try:
        envelope = envelopes.seal(b"secret", CONTEXT)
        administrator.disable()
        time.sleep(0.002)  # the lifetime
        for do in (lambda: envelopes.seal(b"x", CONTEXT), lambda: envelopes.open(envelope, CONTEXT)):
            with pytest.raises(EnvelopeError):
                do()
        assert envelopes.inspect(envelope).standing == "unreadable"
        administrator.enable()
        assert envelopes.open(envelope, CONTEXT) == b"secret"
    finally:
        administrator.enable()
        administrator.close()
        ring.close()


def test_a_dead_custodian_is_no_key(places: dict[str, Place]) -> None:
    """What answered is stopped; nothing is sealed without it, and nothing opened."""
    with lab.transit() as server:
        place = server.make("test-key")
        ring = Keyring.of_declared(
            {"k": Key(provider="openbao", id=place.key)},
            lambda name, key: access("openbao", place, patience=2.0),
            limits=Limits(lifetime=0.001),
        )
        envelopes = ring.seals("k")
        envelope = envelopes.seal(b"secret", CONTEXT)
        assert envelopes.open(envelope, CONTEXT) == b"secret"
    time.sleep(0.002)
    for do in (lambda: envelopes.seal(b"x", CONTEXT), lambda: envelopes.open(envelope, CONTEXT)):
        with pytest.raises(EnvelopeError) as found:
            do()
        assert found.value.reason == "key_unavailable"
        assert place.credential not in str(found.value)
    assert envelopes.inspect(envelope).standing == "unknown"
    ring.close()


def test_a_child_process_that_died_is_begun_anew(places: dict[str, Place]) -> None:
    opened: list[Any] = []

    def remembering(where: Access) -> Any:
        opened.append(open_key(where))
        return opened[-1]

    key = LastingKey(lambda: access("pkcs11", places["pkcs11"]), remembering)
    try:
        sealed = key.encrypt(b"secret", b"context")
        opened[0]._process.kill()
        opened[0]._process.wait()
        assert key.decrypt(sealed.ciphertext, b"context") == b"secret"
        assert len(opened) == 2
    finally:
        key.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_a_child_of_its_own(places: dict[str, Place]) -> None:
    key = LastingKey(lambda: access("pkcs11", places["pkcs11"]))
    try:
        sealed = key.encrypt(b"secret", b"context")
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            signal.alarm(20)  # what hangs has failed
            try:
                os.write(writing, key.decrypt(sealed.ciphertext, b"context"))
                key.close()
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            assert pipe.read() == b"secret"
        os.waitpid(child, 0)
        assert key.decrypt(sealed.ciphertext, b"context") == b"secret"
    finally:
        key.close()


@pytest.mark.parametrize("kind", ["unreachable", "odd", "denied"])
def test_what_was_lost_is_opened_anew_once(kind: Any) -> None:
    class Failing:
        def __init__(self, fails: bool) -> None:
            self.fails, self.closed, self.asked = fails, False, 0

        def rotate(self) -> None:
            self.asked += 1
            if self.fails:
                raise KeyProviderError(kind, "no")

        disable = rotate

        def close(self) -> None:
            self.closed = True

    keys = [Failing(False), Failing(False), Failing(True), Failing(True)]
    opened = iter(keys)
    key = LastingKey(lambda: access("vault", Place("", "", "", {})), lambda where: next(opened))  # type: ignore[arg-type, return-value]
    key.disable()
    keys[0].fails = True
    key.disable()
    assert (keys[0].closed, keys[1].asked) == (True, 1)
    keys[1].fails = True
    with pytest.raises(KeyProviderError):
        key.disable()
    assert (keys[2].closed, keys[2].asked) == (True, 1)
    keys[3].fails = False
    key.rotate()
    keys[3].fails = True
    with pytest.raises(KeyProviderError):
        key.rotate()  # what may have happened is not asked for twice
    assert keys[3].asked == 2


class TestDeclared:
    """Signatures and secrets of declared keys, wherever they are kept."""

    @contextmanager
    def of(self, provider: str, place: Place, **given: Any) -> Iterator[Keyring]:
        keys = {"k": Key(provider=provider, id=place.key), "bare": Key(), "odd": Key(provider="acme", id="x")}
        custodian = Declared(keys, lambda name, key: access(str(key.provider), place), **given)
        ring = Keyring(custodian)
        yield ring
        ring.close()

    def test_a_transit_key_signs(self, servers: dict[str, Any]) -> None:
        server = servers["vault"]
        server.engine("signing")
        server.server.call("POST", "signing/keys/line", {"type": "ecdsa-p256"})
        token = server.server.environment["VAULT_TOKEN"]
        with self.of("openbao", Place(server.address, "signing/line", token, {})) as ring:
            signer = ring.signer("k")
            assert verifies(signer.key, signer.sign(b"a record"), b"a record")
            assert ring.verifiers("k") == (signer.key,)
            assert ring.signer("k") is signer
            with pytest.raises(RefusedError, match="does not give its secret away"):
                ring.mac("k")

    def test_a_key_of_aws_signs(self, servers: dict[str, Any]) -> None:
        place = servers["aws-kms"].place("line", spec="ECC_NIST_P384", ages=(30,))
        with self.of("aws-kms", place) as ring:
            signer = ring.signer("k")
            assert signer.key.algorithm == "ecdsa-p384"
            assert verifies(ring.verifiers("k")[0], signer.sign(b"a record"), b"a record")

    def test_a_signer_is_opened_anew_after_a_while(self, servers: dict[str, Any]) -> None:
        server, now = servers["vault"], [0.0]
        server.engine("rotating")
        server.server.call("POST", "rotating/keys/line", {"type": "ed25519"})
        token = server.server.environment["VAULT_TOKEN"]
        with self.of("vault", Place(server.address, "rotating/line", token, {}), ticks=lambda: now[0]) as ring:
            first = ring.signer("k").key
            server.server.call("POST", "rotating/keys/line/rotate")
            assert ring.signer("k").key == first
            now[0] = 301.0
            assert ring.signer("k").key != first

    def test_a_file_s_keys_are_had_by_their_declared_names(self, tmp_path: Path) -> None:
        from limen.adapters.key_providers.file import KeyStore

        store = KeyStore.create(tmp_path / "keys.json")
        store.new("line", "Ed25519")
        with self.of("file", Place(str(tmp_path / "keys.json"), "line", "", {})) as ring:
            assert ring.signer("k").key == store.public("line")
            assert ring.verifiers("k") == store.publics("line")
            with pytest.raises(RefusedError) as found:
                ring.mac("k")
            assert found.value.reason == "key_unavailable"
        store.new("audit", "HMAC-SHA-256")
        with self.of("file", Place(str(tmp_path / "keys.json"), "audit", "", {})) as ring:
            assert ring.mac("k") == store.secret("audit")
            assert ring.macs("k") == store.secrets("audit")

    def test_what_is_given_counts(self, servers: dict[str, Any], places: dict[str, Place], tmp_path: Path) -> None:
        from limen.adapters.key_providers.file import KeyStore

        store = KeyStore.create(tmp_path / "keys.json")
        store.new("partner", "Ed25519")
        public = store.publics("partner")
        given = {"publics": {"k": public}, "secrets": {"k": {"k.v1": b"1" * 32, "k.v2": b"2" * 32}}}
        with self.of("vault", places["vault"], **given) as ring:
            assert ring.verifiers("k") == public
            assert ring.mac("k") == ("k.v2", b"2" * 32)
            assert dict(ring.macs("k")) == given["secrets"]["k"]

    @pytest.mark.parametrize("name", ["bare", "odd", "unknown"])
    def test_what_is_not_declared_or_kept_by_nobody(self, name: str, places: dict[str, Place]) -> None:
        with self.of("vault", places["vault"]) as ring:
            asked = (ring.signer, ring.verifiers, ring.mac, ring.macs, lambda one: ring.seals(one).seal(b"x", CONTEXT))
            for ask in asked:
                with pytest.raises(RefusedError) as found:
                    ask(name)
                assert found.value.reason == "key_unavailable"

    def test_an_encrypting_key_signs_nothing(self, places: dict[str, Place]) -> None:
        for provider in ("vault", "aws-kms", "pkcs11"):
            with self.of(provider, places[provider]) as ring, pytest.raises(RefusedError) as found:
                ring.signer("k")
            assert found.value.reason == "key_unavailable"


def test_the_deadline_of_a_custodian_is_bounded() -> None:
    where = access("vault", Place("http://127.0.0.1:1", "transit/k", "t", {}))
    assert where.left() == 30.0
    assert msgspec.structs.replace(where, deadline=time.monotonic() + 5).left() <= 5
    assert "patience" not in repr(where)
