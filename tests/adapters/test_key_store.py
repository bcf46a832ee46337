"""A key store file: read where nobody else can read it, whole after any crash, and true to what each process did."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from limen.adapters.key_providers import Access, KeyProviderError, open_key
from limen.adapters.key_providers.file import KeyStore
from limen.adapters.key_providers.key_store import secret_id
from limen.adapters.key_providers.store_disk import locked, read, stamp
from limen.adapters.key_providers.store_form import covering, keys_of
from limen.adapters.key_providers.store_secrets import SEALING, SIGNING
from limen.integrity.signatures import verifies

ALGORITHMS = ("AES-256", "HMAC-SHA-256", "Ed25519", "ECDSA-P-256", "ECDSA-P-384", "ML-DSA-65", "ML-KEM-1024")
CHEAP = 1 << 14
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def refused(do: Callable[[], Any], kind: str, words: str = "") -> KeyProviderError:
    with pytest.raises(KeyProviderError) as found:
        do()
    assert (found.value.kind, words in found.value.message) == (kind, True), found.value.message
    return found.value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture
def store(path: Path) -> KeyStore:
    made = KeyStore.create(path)
    made.new("phi", "AES-256")
    return made


class TestKeys:
    @pytest.mark.parametrize("algorithm", sorted(SEALING))
    def test_a_key_seals_and_opens_for_its_context(self, store: KeyStore, algorithm: Any) -> None:
        store.new("one", algorithm)
        key = store.key("one")
        sealed = key.encrypt(b"secret", b"context")
        assert (key.decrypt(sealed.ciphertext, b"context"), sealed.version) == (b"secret", "1")
        refused(lambda: key.decrypt(sealed.ciphertext, b"another"), "refused")
        store.rotate("one")
        again = key.rewrap(sealed.ciphertext, b"context")
        assert (key.decrypt(again.ciphertext, b"context"), again.version) == (b"secret", "2")
        body = again.ciphertext.partition(b":")[2]
        refused(lambda: key.decrypt(b"1:" + body, b"context"), "refused")
        store.new("two", algorithm)
        refused(lambda: store.key("two").decrypt(sealed.ciphertext, b"context"), "refused")

    @pytest.mark.parametrize("algorithm", sorted(SEALING))
    def test_every_character_of_a_ciphertext_counts(self, store: KeyStore, algorithm: Any) -> None:
        store.new("one", algorithm)
        key = store.key("one")
        sealed = key.encrypt(b"secret", b"context").ciphertext
        for at in range(0, len(sealed), max(1, len(sealed) // 100)):
            for other in (b"", bytes([sealed[at] ^ 1]), bytes([sealed[at] ^ 0x80]), sealed[at : at + 1] + b"A"):
                refused(
                    lambda other=other, at=at: key.decrypt(sealed[:at] + other + sealed[at + 1 :], b"context"),
                    "refused",
                )  # type: ignore[misc]

    @SHARED
    @given(content=st.binary(max_size=60) | st.from_regex(rb"[0-9]{1,3}:[A-Za-z0-9+/]{0,40}={0,2}", fullmatch=True))
    def test_any_other_ciphertext_is_refused(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "keys.json"
        store = KeyStore.open(path) if path.exists() else KeyStore.create(path)
        if not store.names():
            store.new("phi", "AES-256")
        refused(lambda: store.key("phi").decrypt(content, b""), "refused")

    @pytest.mark.parametrize("algorithm", sorted(SIGNING))
    def test_a_key_signs_and_all_its_versions_verify(self, store: KeyStore, algorithm: Any) -> None:
        store.new("line", algorithm)
        first = store.signer("line")
        old = first.sign(b"a record")
        assert store.public("line") == first.key
        store.rotate("line")
        new = store.signer("line")
        assert store.publics("line") == (new.key, first.key)
        assert verifies(store.publics("line")[1], old, b"a record")
        assert verifies(store.publics("line")[0], new.sign(b"a record"), b"a record")
        store.destroy("line", 1)
        assert store.publics("line") == (new.key, first.key)
        store.destroy("line", 1, distrust=True)
        assert store.publics("line") == (new.key,)
        store.retire("line")
        refused(lambda: store.signer("line"), "refused", "retired")
        assert store.publics("line") == (new.key,)
        store.destroy("line", 2, distrust=True)
        refused(lambda: store.public("line"), "refused", "no version")

    def test_a_key_authenticates_with_a_secret_of_each_version(self, store: KeyStore) -> None:
        store.new("audit", "HMAC-SHA-256")
        identity, secret = store.secret("audit")
        assert (identity, len(secret)) == ("audit.v1", 32)
        store.rotate("audit")
        assert store.secrets("audit") == {"audit.v1": secret, "audit.v2": store.secret("audit")[1]}
        assert store.secret("audit")[0] == secret_id("audit", 2)
        store.destroy("audit", 1)
        assert list(store.secrets("audit")) == ["audit.v2"]
        store.retire("audit")
        refused(lambda: store.secret("audit"), "refused", "retired")
        assert list(store.secrets("audit")) == ["audit.v2"]

    @pytest.mark.parametrize("algorithm", ALGORITHMS)
    def test_a_key_has_one_use(self, store: KeyStore, algorithm: Any) -> None:
        store.new("one", algorithm)
        uses = {
            "seal": (SEALING, lambda: store.key("one").encrypt(b"x", b"")),
            "open": (SEALING, lambda: store.key("one").decrypt(b"1:AAAA", b"")),
            "sign": (SIGNING, lambda: store.signer("one")),
            "public": (SIGNING, lambda: store.public("one")),
            "secret": ({"HMAC-SHA-256"}, lambda: store.secret("one")),
            "secrets": ({"HMAC-SHA-256"}, lambda: store.secrets("one")),
        }
        for algorithms, do in uses.values():
            if algorithm not in algorithms:
                refused(do, "unsupported", "which does not")

    def test_two_keys_never_share_a_secret(self, store: KeyStore) -> None:
        for number in range(20):
            store.new(f"k{number}", "HMAC-SHA-256")
            store.rotate(f"k{number}")
        secrets = [secret for name in store.names() if name != "phi" for secret in store.secrets(name).values()]
        assert len(set(secrets)) == 40

    def test_states(self, store: KeyStore) -> None:
        key = store.key("phi")
        sealed = key.encrypt(b"x", b"").ciphertext
        key.disable()
        for do in (lambda: key.encrypt(b"x", b""), lambda: key.decrypt(sealed, b""), key.rotate, key.disable):
            refused(do, "refused", "disabled")
        refused(lambda: store.retire("phi"), "refused", "disabled")
        key.enable()
        key.enable()
        refused(lambda: store.destroy("phi", 1), "refused", "still writes")
        store.rotate("phi")
        store.destroy("phi", 1)
        refused(lambda: key.decrypt(sealed, b""), "refused", "destroyed")
        refused(lambda: store.destroy("phi", 1), "refused", "destroyed")
        refused(lambda: store.destroy("phi", 3), "refused", "no version")
        refused(lambda: store.destroy("phi", 0), "refused", "no version")
        store.retire("phi")
        for do in (key.rotate, key.enable, key.disable, lambda: key.encrypt(b"x", b"")):
            refused(do, "refused", "retired")
        store.destroy("phi", 2)
        assert [one.state for one in store.stored("phi").versions] == ["destroyed", "destroyed"]

    def test_dates_are_the_clock_s(self, path: Path) -> None:
        now = [datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)]
        store = KeyStore.create(path, clock=lambda: now[0])
        store.new("phi", "AES-256")
        now[0] += datetime.timedelta(days=90)
        store.rotate("phi")
        now[0] += datetime.timedelta(days=1)
        store.destroy("phi", 1)
        versions = [(one.created, one.ended) for one in store.stored("phi").versions]
        assert versions == [("2026-01-01T00:00:00Z", "2026-04-02T00:00:00Z"), ("2026-04-01T00:00:00Z", "")]

    @pytest.mark.parametrize("name", ["", ".", "-a", "a-", "a b", "a/b", "a\n", "ä", "x" * 121, "../x"])
    def test_a_name_is_an_identifier(self, store: KeyStore, name: str) -> None:
        refused(lambda: store.new(name, "AES-256"), "refused", "a key's name")

    def test_what_there_is_not(self, store: KeyStore) -> None:
        refused(lambda: store.new("phi", "AES-256"), "refused", "has a key phi")
        refused(lambda: store.new("a", "3DES"), "unsupported")  # type: ignore[arg-type]
        for do in (store.rotate, store.retire, store.signer, store.secret, lambda name: store.destroy(name, 1)):
            refused(lambda do=do: do("nothing"), "absent")  # type: ignore[misc]
        assert store.key("nothing").describe()["key"].outcome == "absent"

    def test_nothing_secret_is_shown(self, store: KeyStore, path: Path) -> None:
        store.new("audit", "HMAC-SHA-256")
        secret = store.secret("audit")[1]
        stored = store.stored("audit")
        texts = [repr(store), repr(stored), str(stored), repr(stored.versions), repr(store.key("audit").describe())]
        assert not any(part in text for text in texts for part in (repr(secret)[2:-1], secret.hex()))
        assert base64.b64encode(secret).decode() in path.read_text()
        assert base64.b64encode(secret).decode() not in "".join(texts)

    def test_a_closed_store_has_nothing(self, store: KeyStore) -> None:
        with store:
            key = store.key("phi")
        for do in (store.names, lambda: key.encrypt(b"x", b""), lambda: store.new("a", "AES-256"), store.stamp):
            refused(do, "refused", "closed")


class TestFile:
    def test_its_mode_is_0600_whatever_the_umask(self, path: Path) -> None:
        before = os.umask(0)
        try:
            KeyStore.create(path).new("phi", "AES-256")
        finally:
            os.umask(before)
        assert path.stat().st_mode & 0o777 == 0o600
        assert (path.parent / "keys.json.lock").stat().st_mode & 0o777 == 0o600
        before = os.umask(0o777)
        try:
            KeyStore.open(path).rotate("phi")
        finally:
            os.umask(before)
        assert path.stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o700, 0o777])
    def test_another_mode_is_refused(self, store: KeyStore, path: Path, mode: int) -> None:
        path.chmod(mode)
        for do in (lambda: KeyStore.open(path), store.names, lambda: store.rotate("phi")):
            refused(do, "denied", "0600")

    def test_a_file_that_can_not_be_written_is_read(self, store: KeyStore, path: Path) -> None:
        path.chmod(0o400)
        assert KeyStore.open(path).names() == ("phi",)

    def test_a_link_is_refused(self, store: KeyStore, path: Path, tmp_path: Path) -> None:
        link = tmp_path / "link.json"
        link.symlink_to(path)
        refused(lambda: KeyStore.open(link), "denied", "symbolic link")
        refused(lambda: KeyStore.create(link), "refused", "exists")
        (tmp_path / "nowhere").symlink_to(tmp_path / "nothing")
        refused(lambda: KeyStore.create(tmp_path / "nowhere"), "refused", "exists")
        os.link(path, tmp_path / "second")
        refused(lambda: KeyStore.open(path), "denied", "another name")

    def test_a_lock_that_is_a_link_is_refused(self, path: Path, tmp_path: Path) -> None:
        (tmp_path / "keys.json.lock").symlink_to(tmp_path / "victim")
        refused(lambda: KeyStore.create(path), "denied", "symbolic link")
        assert not (tmp_path / "victim").exists()

    def test_what_is_no_file(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe", 0o600)
        for name in ("pipe", "."):
            refused(lambda name=name: KeyStore.open(tmp_path / name), "denied", "is no file")  # type: ignore[misc]
        refused(lambda: KeyStore.open(tmp_path / "nothing"), "absent", "there is no key store")
        refused(lambda: KeyStore.open(tmp_path / "nowhere" / "nothing"), "absent")
        for odd in ("a\0b", "a\0/b"):
            refused(lambda odd=odd: KeyStore.open(odd), "absent", "no path")  # type: ignore[misc]
            refused(lambda odd=odd: KeyStore.create(odd), "absent", "no path")  # type: ignore[misc]

    def test_a_folder_that_is_not_there_is_what_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "no" / "such" / "keys.json"
        for do in (KeyStore.create, KeyStore.open):
            error = refused(lambda do=do: do(path), "absent", f"there is no folder {path.parent}")  # type: ignore[misc]
            assert error.problems[0].hint.startswith("make it first")

    @pytest.mark.parametrize("algorithm", ["RSA-4096", "ECDSA-P-521", "AES256", "", None])
    def test_an_algorithm_that_it_does_not_make(self, store: KeyStore, algorithm: Any) -> None:
        refused(lambda: store.new("zz", algorithm), "unsupported", f"it makes {', '.join(ALGORITHMS)};")
        assert store.names() == ("phi",)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
    def test_another_owner_is_refused(self, store: KeyStore, path: Path, tmp_path: Path) -> None:
        os.chown(path, 12345, 12345)
        refused(lambda: KeyStore.open(path), "denied", "another user")
        os.chown(path, 0, 0)
        os.chown(tmp_path, 12345, 12345)
        refused(lambda: KeyStore.open(path), "denied", "another user")
        os.chown(tmp_path, 0, 0)

    @pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
    def test_a_folder_that_others_write_to_is_refused(self, tmp_path: Path, mode: int) -> None:
        folder = tmp_path / "folder"
        folder.mkdir()
        folder.chmod(mode)
        refused(lambda: KeyStore.create(folder / "keys.json"), "denied", "others may write")
        folder.chmod(0o700)
        KeyStore.create(folder / "keys.json")
        folder.chmod(mode)
        refused(lambda: KeyStore.open(folder / "keys.json"), "denied", "others may write")
        folder.chmod(0o1777)
        KeyStore.open(folder / "keys.json")

    def test_a_file_too_large_is_not_read(self, store: KeyStore, path: Path) -> None:
        os.truncate(path, (16 << 20) + 1)
        refused(lambda: KeyStore.open(path), "odd", "larger than 16 MiB")

    def test_nothing_is_replaced_by_a_new_store(self, store: KeyStore, path: Path) -> None:
        before = path.read_bytes()
        refused(lambda: KeyStore.create(path), "refused", "exists")
        assert path.read_bytes() == before

    def test_every_byte_of_a_file_counts(self, store: KeyStore, path: Path) -> None:
        content = path.read_bytes()
        for at in range(len(content)):
            for other in (bytes([content[at] ^ 1]), bytes([content[at] ^ 32]), b"", content[at : at + 1] * 2):
                damaged = content[:at] + other + content[at + 1 :]
                if damaged != content:
                    with pytest.raises(ValueError, match="it is"):
                        keys_of(damaged)

    @given(st.binary(max_size=300) | st.recursive(
        st.none() | st.text(max_size=5) | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(
            st.sampled_from(["format", "digest", "keys", "ciphertext", "nonce", "scrypt"]), inner), max_leaves=8
    ).map(lambda value: json.dumps(value).encode()))  # fmt: skip
    def test_any_other_content_is_refused(self, content: bytes) -> None:
        for form in (keys_of, covering):
            with pytest.raises(ValueError, match="it is"):
                form(content)

    @pytest.mark.parametrize(
        "change",
        [
            {"versions": []},
            {"state": "odd"},
            {"algorithm": "AES-128"},
            {"more": 1},
            {"versions": [{"number": 2}]},
            {"versions": [{"secret": ""}]},
            {"versions": [{"state": "destroyed"}]},
            {"versions": [{"ended": "2026-01-01T00:00:00Z"}]},
        ],
    )
    def test_a_store_that_contradicts_itself_is_refused(self, path: Path, store: KeyStore, change: Any) -> None:
        body = json.loads(path.read_bytes())
        key = body["keys"]["phi"]
        if change.get("versions"):
            key["versions"][0] |= change["versions"][0]
        else:
            key |= change
        del body["digest"]
        body["digest"] = hashlib.sha256(rfc8785.dumps(body)).hexdigest()
        path.write_bytes(rfc8785.dumps(body))
        refused(lambda: KeyStore.open(path), "odd")

    def test_an_endpoint_is_an_absolute_path(self, store: KeyStore, path: Path) -> None:
        for endpoint in (str(path), f"file://{path}"):
            key = open_key(Access(provider="file", endpoint=endpoint, key="phi"))
            assert key.decrypt(key.encrypt(b"x", b"").ciphertext, b"") == b"x"
            key.close()
            refused(lambda key=key: key.encrypt(b"x", b""), "refused", "closed")  # type: ignore[misc]
        refused(
            lambda: open_key(Access(provider="file", endpoint="keys.json", key="phi")), "absent", "names no key store"
        )


class TestPassphrase:
    def test_only_with_it(self, path: Path) -> None:
        store = KeyStore.create(path, passphrase="correct horse", cost=CHEAP)
        store.new("phi", "AES-256")
        sealed = store.key("phi").encrypt(b"x", b"").ciphertext
        text = path.read_bytes()
        assert b"phi" not in text
        assert b"AES" not in text
        again = KeyStore.open(path, passphrase="correct horse")
        assert again.key("phi").decrypt(sealed, b"") == b"x"
        again.rotate("phi")
        assert store.stored("phi").newest.number == 2
        for wrong, words in (("", "none is given"), ("correct horsf", "wrong"), ("Correct horse", "wrong")):
            error = refused(lambda wrong=wrong: KeyStore.open(path, passphrase=wrong), "denied", words)  # type: ignore[misc]
            assert "horse" not in f"{error} {error!r}"

    def test_it_is_a_text(self, path: Path) -> None:
        refused(lambda: KeyStore.create(path, passphrase="\ud800", cost=CHEAP), "denied", "no text")

    def test_not_where_there_is_none(self, store: KeyStore, path: Path) -> None:
        refused(lambda: KeyStore.open(path, passphrase="x"), "denied", "under no passphrase")

    def test_no_text_is_sealed_twice_with_one_nonce(self, path: Path) -> None:
        store = KeyStore.create(path, passphrase="p", cost=CHEAP)
        nonces = set()
        for number in range(8):
            store.new(f"k{number}", "AES-256")
            nonces.add(covering(path.read_bytes()).nonce)
        assert len(nonces) == 8

    def test_changes_anywhere_are_refused(self, path: Path) -> None:
        store = KeyStore.create(path, passphrase="p", cost=CHEAP)
        store.new("phi", "AES-256")
        content = path.read_bytes()
        step = max(1, len(content) // 60)
        for at in range(0, len(content), step):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            with pytest.raises(KeyProviderError):
                KeyStore.open(path, passphrase="p")
        path.write_bytes(content)
        KeyStore.open(path, passphrase="p")

    @pytest.mark.parametrize(
        "change",
        [{"n": 1 << 13}, {"n": 1 << 21}, {"n": (1 << 14) + 1}, {"r": 1}, {"p": 2}, {"salt": "AAAA"}, {"n": -1}],
    )
    def test_no_cheap_and_no_ruinous_way(self, path: Path, change: dict[str, Any]) -> None:
        KeyStore.create(path, passphrase="p", cost=CHEAP)
        body = json.loads(path.read_bytes())
        body["scrypt"] |= change
        path.write_bytes(rfc8785.dumps(body))
        refused(lambda: KeyStore.open(path, passphrase="p"), "odd")

    def test_a_cost_that_is_none_makes_no_store(self, path: Path) -> None:
        for cost in (0, 3, 1 << 13, 1 << 21):
            refused(lambda cost=cost: KeyStore.create(path, passphrase="p", cost=cost), "refused")  # type: ignore[misc]
        assert not path.exists()


def _rotate(path: str, times: int) -> None:
    store = KeyStore.open(path)
    for _ in range(times):
        store.rotate("phi")
        store.new(f"k{os.getpid()}-{store.stored('phi').newest.number}", "AES-256")


class TestTogether:
    def test_several_processes_lose_nothing(self, store: KeyStore, path: Path) -> None:
        context = multiprocessing.get_context("spawn")
        processes = [context.Process(target=_rotate, args=(str(path), 5)) for _ in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0, 0, 0]
        assert store.stored("phi").newest.number == 16
        assert len(store.names()) == 16
        assert KeyStore.open(path).names() == store.names()

    def test_several_threads_lose_nothing(self, store: KeyStore, path: Path) -> None:
        other = KeyStore.open(path)
        threads = [threading.Thread(target=one.rotate, args=("phi",)) for one in (store, other) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.stored("phi").newest.number == other.stored("phi").newest.number == 13

    def test_what_another_did_is_seen_at_once(self, store: KeyStore, path: Path) -> None:
        other = KeyStore.open(path)
        for number in range(2, 40):  # so quickly that the file's age may not tell
            store.rotate("phi")
            assert other.stored("phi").newest.number == number
            store.disable("phi")
            assert other.stored("phi").state == "disabled"
            store.enable("phi")
            assert other.stored("phi").state == "live"

    def test_a_file_that_was_just_written_is_read_again(self, store: KeyStore, path: Path) -> None:
        """Its age may not tell it from the next one: only one that has settled is known by it."""
        assert read(path)[1] == ()
        long_ago = time.time() - 60
        os.utime(path, (long_ago, long_ago))
        assert read(path)[1] == stamp(path) != ()

    def test_a_writer_waits_and_gives_up(self, store: KeyStore, path: Path) -> None:
        with locked(path):
            refused(lambda: locked(path, patience=0.05).__enter__(), "unreachable", "another writer")
        with locked(path, patience=0.05):
            pass


STEPS = frozenset({"open", "write", "fsync", "fdatasync", "fchmod", "unlink", "replace", "rename", "close", "flock"})


def _killed_at(step: int, do: Callable[[], Any]) -> bool:
    """Do something in a child that kills itself at a step that asks the operating system; return whether it did."""
    child = os.fork()
    if child == 0:
        seen = [0]

        def profile(frame: Any, event: str, function: Any) -> None:
            if event in ("c_call", "c_return") and getattr(function, "__name__", "") in STEPS:
                seen[0] += 1
                if seen[0] == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.setprofile(profile)
            do()
        finally:
            sys.setprofile(None)
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
class TestCrashes:
    def test_killed_at_every_step_of_a_change(self, store: KeyStore, path: Path) -> None:
        sealed, known, step = store.key("phi").encrypt(b"x", b"").ciphertext, 1, 0
        seen = set()
        while True:
            step += 1
            killed = _killed_at(step, lambda: KeyStore.open(path).rotate("phi"))
            now = KeyStore.open(path).stored("phi").newest.number
            assert now - known in (0, 1)
            seen.add((killed, now - known))
            assert KeyStore.open(path).key("phi").decrypt(sealed, b"") == b"x"
            assert (path.stat().st_mode & 0o777, path.stat().st_nlink) == (0o600, 1)
            known = now
            if not killed:
                break
        assert seen == {(True, 0), (True, 1), (False, 1)}
        assert step > 15
        store.rotate("phi")
        assert {one.name for one in path.parent.iterdir()} == {"keys.json", "keys.json.lock"}

    def test_killed_at_every_step_of_a_creation(self, tmp_path: Path) -> None:
        step, seen = 0, set()
        while True:
            step += 1
            path = tmp_path / str(step) / "keys.json"
            path.parent.mkdir()
            killed = _killed_at(step, lambda path=path: KeyStore.create(path))  # type: ignore[misc]
            made = path.exists()
            seen.add((killed, made))
            if made:
                assert KeyStore.open(path).names() == ()
            else:
                KeyStore.create(path)
            if not killed:
                break
        assert seen == {(True, False), (True, True), (False, True)}


class Life(RuleBasedStateMachine):
    """A store's keys against a model of them, through two stores on one file."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="limen-store-")
        path = Path(self.folder.name) / "keys.json"
        self.stores = [KeyStore.create(path), KeyStore.open(path)]
        self.stores[0].new("phi", "AES-256")
        self.state, self.versions = "live", ["live"]
        self.sealed: list[tuple[int, bytes]] = []

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(which=st.integers(0, 1))
    def seal(self, which: int) -> None:
        key = self.stores[which].key("phi")
        if self.state != "live":
            refused(lambda: key.encrypt(b"x", b"c"), "refused", self.state)
            return
        made = key.encrypt(b"x", b"c")
        assert made.version == str(len(self.versions))
        self.sealed.append((len(self.versions), made.ciphertext))

    @rule(which=st.integers(0, 1), do=st.sampled_from(["rotate", "retire", "disable"]))
    def change(self, which: int, do: str) -> None:
        change = getattr(self.stores[which], do)
        if self.state != "live":
            refused(lambda: change("phi"), "refused", self.state)
            return
        change("phi")
        if do == "rotate":
            self.versions.append("live")
        else:
            self.state = {"retire": "retired", "disable": "disabled"}[do]

    @rule(which=st.integers(0, 1))
    def enable(self, which: int) -> None:
        if self.state == "retired":
            refused(lambda: self.stores[which].enable("phi"), "refused", "retired")
        else:
            self.stores[which].enable("phi")
            self.state = "live"

    @precondition(lambda self: len(self.versions) > 1)
    @rule(which=st.integers(0, 1), data=st.data())
    def destroy(self, which: int, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, len(self.versions)))
        writes = number == len(self.versions) and self.state != "retired"
        if writes or self.versions[number - 1] != "live":
            refused(lambda: self.stores[which].destroy("phi", number), "refused")
        else:
            self.stores[which].destroy("phi", number)
            self.versions[number - 1] = "destroyed"

    @invariant()
    def what_is_sealed_opens_while_it_may(self) -> None:
        for store in self.stores:
            assert (store.stored("phi").state, [one.state for one in store.stored("phi").versions]) == (
                self.state, self.versions,
            )  # fmt: skip
            for number, ciphertext in self.sealed[-4:]:
                if self.state == "disabled" or self.versions[number - 1] != "live":
                    refused(lambda c=ciphertext, s=store: s.key("phi").decrypt(c, b"c"), "refused")  # type: ignore[misc]
                else:
                    assert store.key("phi").decrypt(ciphertext, b"c") == b"x"


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)


@pytest.fixture(autouse=True)
def _unprofiled() -> Iterator[None]:
    yield
    assert sys.getprofile() is None
