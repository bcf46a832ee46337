"""A key store in one file: the embedded default where no key management service is at hand.

It holds versions of keys that seal (AES-256, ML-KEM-1024), sign (Ed25519, ECDSA, ML-DSA-65) and authenticate
(HMAC-SHA-256), with the dates and states of NIST SP 800-57 part 1: SC-12, SC-28(1), 21 CFR 11.10(d). `store_disk` says
what is demanded of the file and how it is written, `store_form` what it looks like.

What this can't do. Whoever runs as the same user, or as root, can read the file; a passphrase protects a copy of it,
and not against whoever reads this process's memory. There the secrets lie for as long as the store is open: Python
moves and copies `bytes` as it likes and overwrites none, and `cryptography` keeps its own copy of a key inside OpenSSL
for as long as its cipher object lives. So `close` forgets the secrets and does not promise that they are gone, and no
mlock keeps them from swap. Nor does anything count the messages of a key of the store: it wraps data keys, a few a
minute, with random nonces, and 2^32 of them (NIST SP 800-38D, 8.3) are never reached. An HSM or a key management
service does better in all of this; declare a key of a file with `custody: application`, which is what the probe sees.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec

from limen.adapters.forking import begins_in_children
from limen.adapters.key_providers import store_disk, store_form, store_secrets
from limen.adapters.key_providers.interface import KeyProviderError, Kind
from limen.adapters.key_providers.store_form import Algorithm, StoredKey, Version
from limen.integrity.instants import instant_text

if TYPE_CHECKING:
    from limen.adapters.key_providers.file import FileKey
    from limen.integrity.signatures import PublicKey, Signer

Clock = Callable[[], datetime.datetime]
COST = 1 << 17
"""Of scrypt (N) for a new store's passphrase: 128 MiB and less than a second."""
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,118}[A-Za-z0-9_])?", re.ASCII)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


class KeyStore:
    """The keys in one file. Safe for threads and for several processes: each sees at once what another changed.

    Every method raises KeyProviderError, and nothing else, where the file or the key does not allow what is asked.
    """

    def __init__(self, path: Path, passphrase: str, clock: Clock) -> None:
        """Keep where the file is; `create` and `open` are for others."""
        self.path = path
        self._passphrase, self._clock = passphrase, clock
        self._lock = threading.RLock()
        begins_in_children(self)
        self._keys: dict[str, StoredKey] = {}
        self._stamp: store_disk.Stamp = ()
        self._digest = b""
        self._signers: dict[str, Signer] = {}
        self._publics: dict[str, tuple[PublicKey, ...]] = {}
        self._cover: tuple[store_form.Costs, bytes] | None = None
        self._closed = False

    @classmethod
    def create(cls, path: Path | str, *, passphrase: str = "", clock: Clock = _now, cost: int = COST) -> KeyStore:
        """Return a new, empty store, which is on the disk; with a passphrase only whoever has it can read the file.

        `cost` is scrypt's N, a power of two from 2^14. Raises KeyProviderError where something lies at the path.
        """
        store = cls(Path(path).absolute(), passphrase, clock)
        if passphrase:
            costs = store_form.Costs(n=cost, r=8, p=1, salt=os.urandom(16))
            if not store_form.is_taken(costs):
                _refuse("refused", "the passphrase can't be made into a key at that cost", "a power of two from 2^14")
            store_secrets.demand_cryptography()
            store._cover = costs, _made_of(passphrase, costs)
        with store_disk.locked(store.path):
            if store_disk.exists(store.path):
                _refuse("refused", f"{store.path} exists", "open it, or name another place: no key store is replaced")
            store._written({})
        return store

    @classmethod
    def open(cls, path: Path | str, *, passphrase: str = "", clock: Clock = _now) -> KeyStore:
        """Return the store in a file; raises KeyProviderError where it is none, or others could have read it."""
        store = cls(Path(path).absolute(), passphrase, clock)
        store._read()
        return store

    def __repr__(self) -> str:
        """Return a text without any secret."""
        return f"KeyStore({str(self.path)!r})"

    def names(self) -> tuple[str, ...]:
        """Return the names of the keys, sorted."""
        return tuple(sorted(self._fresh()))

    def new(self, name: str, algorithm: Algorithm) -> None:
        """Make a key with its first version; raises where the name is taken, or is no identifier."""
        if not _NAME.fullmatch(name):
            _refuse("refused", "a key's name is of letters, digits, '_', '.' and '-', 120 at most", "name it so")

        def change(keys: dict[str, StoredKey]) -> StoredKey:
            if name in keys:
                _refuse("refused", f"the key store has a key {name}", "rotate it, or choose another name")
            return StoredKey(algorithm=algorithm, state="live", versions=(self._version(algorithm, 1),))

        self._change(name, change)

    def rotate(self, name: str) -> None:
        """Give a live key a new version, which writes from now on; old versions go on reading."""

        def change(keys: dict[str, StoredKey]) -> StoredKey:
            key = _live(name, keys)
            following = self._version(key.algorithm, key.newest.number + 1)
            return msgspec.structs.replace(key, versions=(*key.versions, following))

        self._change(name, change)

    def retire(self, name: str) -> None:
        """End the writing of a key, for good: it opens and verifies what there is, and nothing new is made with it."""
        self._change(name, lambda keys: msgspec.structs.replace(_live(name, keys), state="retired"))

    def disable(self, name: str) -> None:
        """Stop a live key from writing and reading, so that `enable` can undo it."""
        self._change(name, lambda keys: msgspec.structs.replace(_live(name, keys), state="disabled"))

    def enable(self, name: str) -> None:
        """Undo `disable`; a key that is live stays so, a retired one is not revived."""

        def change(keys: dict[str, StoredKey]) -> StoredKey:
            key = _known(name, keys)
            if key.state == "retired":
                _refuse("refused", f"the key {name} is retired", "retired keys stay retired: make a new one")
            return msgspec.structs.replace(key, state="live")

        self._change(name, change)

    def destroy(self, name: str, version: int, *, distrust: bool = False) -> None:
        """Remove the secret of one version: what it sealed can't be opened again by anybody.

        Signatures of it still verify, unless `distrust` says that others may have had the secret. The newest version
        of a live key is not destroyed: rotate or retire it first.
        """

        def change(keys: dict[str, StoredKey]) -> StoredKey:
            key = _known(name, keys)
            old = numbered(name, key, version)
            if key.state != "retired" and old is key.newest:
                _refuse("refused", f"version {version} of {name} still writes", "rotate or retire the key first")
            if old.state == "distrusted" or (old.state == "destroyed" and not distrust):
                _refuse("refused", f"version {version} of {name} is {old.state}", "there is nothing left to destroy")
            state = "distrusted" if distrust else "destroyed"
            ended = old.ended or instant_text(self._clock())
            gone = msgspec.structs.replace(old, secret=b"", state=state, ended=ended)
            versions = tuple(gone if one is old else one for one in key.versions)
            return msgspec.structs.replace(key, versions=versions)

        self._change(name, change)

    def key(self, name: str) -> FileKey:
        """Return a key that seals and opens; a `KeyProvider`. Whether there is such a key is asked when it is used."""
        from limen.adapters.key_providers.file import FileKey

        return FileKey(self, name)

    def algorithm(self, name: str) -> str | None:
        """Return a key's algorithm, in the words of the declaration."""
        return self.stored(name).algorithm

    def signer(self, name: str) -> Signer:
        """Return the newest version of a live key that signs, as long as the key is live: that is asked at each use."""
        from limen.integrity.signatures import KeySigner

        with self._lock:
            key = self.live(name, store_secrets.SIGNING, "sign")
            if name not in self._signers:
                try:
                    private = KeySigner(store_secrets.private_of(key.newest.secret))
                    self._signers[name] = _LiveSigner(self, name, key.newest.number, private)
                except ValueError:
                    _refuse("unsupported", f"limen does not sign with {key.algorithm} here", "upgrade limen[controls]")
            return self._signers[name]

    def public(self, name: str) -> PublicKey:
        """Return the public half of the version that signs now, or signed last."""
        found = self.publics(name)
        if not found:
            _refuse("refused", f"no version of {name} is trusted", "rotate the key")
        return found[0]

    def publics(self, name: str) -> tuple[PublicKey, ...]:
        """Return the public halves of all versions that are trusted, the newest first; none of a disabled key."""
        from limen.integrity.signatures import public_key

        with self._lock:
            key = self.readable(name, store_secrets.SIGNING, "sign")
            if name not in self._publics:
                trusted = [one for one in reversed(key.versions) if one.state != "distrusted"]
                try:
                    self._publics[name] = tuple(public_key(one.public) for one in trusted)
                except ValueError:
                    _refuse("unsupported", f"limen does not verify {key.algorithm} here", "upgrade limen[controls]")
            return self._publics[name]

    def secret(self, name: str) -> tuple[str, bytes]:
        """Return id and secret of the newest version of a live HMAC key; the id is `NAME.vNUMBER`."""
        key = self.live(name, frozenset({"HMAC-SHA-256"}), "authenticate")
        return secret_id(name, key.newest.number), key.newest.secret

    def secrets(self, name: str) -> dict[str, bytes]:
        """Return the secrets of all versions of an HMAC key that are not destroyed, by their ids."""
        key = self.readable(name, frozenset({"HMAC-SHA-256"}), "authenticate")
        return {secret_id(name, one.number): one.secret for one in key.versions if one.state == "live"}

    def stored(self, name: str) -> StoredKey:
        """Return a key with its versions; its text shows no secret."""
        return _known(name, self._fresh())

    def stamp(self) -> bytes:
        """Return what changes whenever any process changes the file: for those who keep something of a key."""
        with self._lock:
            self._fresh()
            return self._digest

    @property
    def is_sealed(self) -> bool:
        """Whether the file lies under a passphrase."""
        return self._cover is not None

    def begin(self) -> None:
        """Take a lock that nobody holds, and read the file again; for a process that was forked just now."""
        self._lock = threading.RLock()
        self._stamp, self._digest = (), b""

    def close(self) -> None:
        """Forget the secrets, as far as Python can (see above), and do nothing more."""
        with self._lock:
            self._closed, self._keys, self._cover, self._passphrase = True, {}, None, ""
            self._stamp, self._digest, self._signers, self._publics = (), b"", {}, {}

    def __enter__(self) -> KeyStore:
        """Return the store."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _version(self, algorithm: Algorithm, number: int) -> Version:
        secret, public = store_secrets.new_secret(algorithm)
        created = instant_text(self._clock())
        return Version(number=number, created=created, state="live", secret=secret, public=public, ended="")

    def live(self, name: str, algorithms: frozenset[str], use: str) -> StoredKey:
        """Return a key that writes, of one of these algorithms; raises where it is another, or not live."""
        return _live(name, {name: self.readable(name, algorithms, use)})

    def readable(self, name: str, algorithms: frozenset[str], use: str) -> StoredKey:
        """Return a key that reads, of one of these algorithms; raises where it is another, or disabled."""
        key = _known(name, self._fresh())
        if key.algorithm not in algorithms:
            _refuse("unsupported", f"{name} is a key of {key.algorithm}, which does not {use}", "name another key")
        if key.state == "disabled":
            _refuse("refused", f"the key {name} is disabled", "enable it")
        return key

    def _fresh(self) -> dict[str, StoredKey]:
        """Return the keys as the file has them now."""
        with self._lock:
            if self._closed:
                _refuse("refused", f"{self.path} is closed here", "open it again")
            if not self._stamp or store_disk.stamp(self.path) != self._stamp:
                self._read()
            return self._keys

    def _read(self) -> None:
        text, stamp = store_disk.read(self.path)
        digest = hashlib.sha256(text).digest()
        if digest == self._digest:  # nothing but the file's age has changed
            self._stamp = stamp
            return
        self._signers, self._publics = {}, {}
        try:
            if store_form.is_sealed(text):
                text = self._uncovered(text)
            elif self._passphrase:
                _refuse("denied", f"{self.path} is under no passphrase, and one is given", "is it the right file?")
            self._keys, self._stamp, self._digest = store_form.keys_of(text), stamp, digest
        except ValueError as error:
            _refuse("odd", f"{self.path} is not opened: {error}", "restore it from a backup")

    def _uncovered(self, text: bytes) -> bytes:
        store_secrets.demand_cryptography()
        found = store_form.covering(text)
        if not self._passphrase:
            _refuse("denied", f"{self.path} is under a passphrase, and none is given", "give it as the credential")
        if self._cover is None or self._cover[0] != found.scrypt:
            self._cover = found.scrypt, _made_of(self._passphrase, found.scrypt)
        opened = store_form.uncovered(found, self._cover[1])
        if opened is None:
            _refuse(
                "denied", f"{self.path}: the passphrase is wrong, or the file was changed", "try another, or a backup"
            )
        return opened

    def _change(self, name: str, change: Callable[[dict[str, StoredKey]], StoredKey]) -> None:
        """Change one key, as the file has it now and not as it was when it was last read."""
        with self._lock, store_disk.locked(self.path):
            if self._closed:
                _refuse("refused", f"{self.path} is closed here", "open it again")
            self._read()
            self._written(self._keys | {name: change(self._keys)})

    def _written(self, keys: dict[str, StoredKey]) -> None:
        if self._cover is None:
            text = store_form.text_of(keys)
        else:
            text = store_form.sealed_text(keys, *self._cover, os.urandom(12))
        self._stamp = ()  # whatever happens now, the file is read again
        store_disk.replace(self.path, text)


class _LiveSigner:
    """A version that signs; whoever keeps it signs no longer than the key lives (NIST SP 800-57 part 1)."""

    def __init__(self, store: KeyStore, name: str, number: int, private: Signer) -> None:
        self._store, self._name, self._number, self._private = store, name, number, private

    @property
    def key(self) -> PublicKey:
        """Its public half."""
        return self._private.key

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message; raises KeyProviderError where the key, or its version, ended meanwhile."""
        key = self._store.live(self._name, store_secrets.SIGNING, "sign")
        version = numbered(self._name, key, self._number)
        if version.state != "live" or version.public != self.key.pem:
            _refuse("refused", f"version {self._number} of {self._name} is gone", "ask the store for its signer again")
        return self._private.sign(message)


def secret_id(name: str, number: int) -> str:
    """Return the id of a version of an HMAC key, such as `trial-audit-key.v2`."""
    return f"{name}.v{number}"


def _known(name: str, keys: Mapping[str, StoredKey]) -> StoredKey:
    if name not in keys:
        _refuse("absent", "the key store has no key of this name", "is it the right file? KeyStore.names() lists them")
    return keys[name]


def _live(name: str, keys: Mapping[str, StoredKey]) -> StoredKey:
    key = _known(name, keys)
    if key.state != "live":
        _refuse("refused", f"the key {name} is {key.state}", "nothing is made with it: make a new key")
    return key


def numbered(name: str, key: StoredKey, number: int) -> Version:
    """Return a version of a key by its number; raises KeyProviderError where there is none."""
    if not 1 <= number <= len(key.versions):
        _refuse("refused", f"the key {name} has no version {number}", "")
    return key.versions[number - 1]


def _made_of(passphrase: str, costs: store_form.Costs) -> bytes:
    """Return the key that scrypt makes of a passphrase (RFC 7914)."""
    memory = 128 * costs.n * costs.r * 2
    try:
        given = passphrase.encode()
    except UnicodeEncodeError:
        _refuse("denied", "the passphrase is no text in UTF-8", "type another")
    return hashlib.scrypt(given, salt=costs.salt, n=costs.n, r=costs.r, p=costs.p, maxmem=memory, dklen=32)


def _refuse(kind: Kind, message: str, hint: str) -> NoReturn:
    raise KeyProviderError(kind, message, hint=hint) from None
