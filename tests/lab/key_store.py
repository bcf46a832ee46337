"""Keys of key store files, each with one defect; the store is limen's own, so that it is a custodian like any other."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from limen.adapters.key_providers.file import KeyStore
from tests.lab.place import Place

NAME = "phi"
PASSPHRASE = "laboratory-passphrase"
SOFTWARE = {"custody": "application", "grantees": None}
"""What a declaration truly says of a key in a file, and what it can't say."""


class Stores:
    """Makes keys; each defect has a store of its own."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder of the stores."""
        self._folder = folder

    def make(self, defect: str) -> Place:
        """Make the key of a defect, `good` among them, and return where it is."""
        found: Place = getattr(self, "_" + defect.replace("-", "_"))(self._folder / f"{defect}.json")
        return found

    def store(
        self, path: Path, ages: tuple[int, ...] = (200, 30), algorithm: Any = "AES-256", **given: Any
    ) -> KeyStore:
        """Make a store with a key whose versions have these ages in days."""
        moments = [datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=age) for age in ages]
        clock = iter(moments)
        store = KeyStore.create(path, clock=lambda: next(clock, moments[-1]), cost=1 << 14, **given)
        store.new(NAME, algorithm)
        for _ in ages[1:]:
            store.rotate(NAME)
        return store

    def place(self, path: Path, credential: str = "", old_ciphertext: str = "", **declared: Any) -> Place:
        """Return where the key of a store is."""
        return Place(str(path), NAME, credential, SOFTWARE | declared, old_ciphertext=old_ciphertext)

    def _good(self, path: Path) -> Place:
        self.store(path)
        return self.place(path)

    def _under_a_passphrase(self, path: Path) -> Place:
        self.store(path, passphrase=PASSPHRASE)
        return self.place(path, PASSPHRASE)

    def _no_service(self, path: Path) -> Place:
        self.store(path)
        return self.place(path, custody="kms")

    def _no_hardware(self, path: Path) -> Place:
        self.store(path)
        return self.place(path, custody="hsm", origin="hsm")

    def _never_rotated(self, path: Path) -> Place:
        self.store(path, ages=(400,))
        return self.place(path)

    def _future_date(self, path: Path) -> Place:
        self.store(path, ages=(200, -30))
        return self.place(path)

    def _old_version_destroyed(self, path: Path) -> Place:
        self.store(path, ages=(300, 200, 30)).destroy(NAME, 1)
        return self.place(path)

    def _disabled(self, path: Path) -> Place:
        self.store(path).disable(NAME)
        return self.place(path)

    def _retired(self, path: Path) -> Place:
        self.store(path).retire(NAME)
        return self.place(path)

    def _another_algorithm(self, path: Path) -> Place:
        self.store(path, algorithm="HMAC-SHA-256")
        return self.place(path)

    def _missing(self, path: Path) -> Place:
        KeyStore.create(path)
        return self.place(path)

    def _no_file(self, path: Path) -> Place:
        return self.place(path)

    def _readable_by_others(self, path: Path) -> Place:
        self.store(path)
        path.chmod(0o640)
        return self.place(path)

    def _wrong_passphrase(self, path: Path) -> Place:
        self.store(path, passphrase=PASSPHRASE)
        return self.place(path, "not-the-passphrase-of-it")

    def _edited(self, path: Path) -> Place:
        self.store(path)
        path.write_bytes(path.read_bytes().replace(b'"state":"live"', b'"state":"retired"', 1))
        return self.place(path)

    def _test_key(self, path: Path) -> Place:
        store = self.store(path, passphrase=PASSPHRASE)
        old = store.key(NAME).encrypt(b"long ago", b"limen/probe/right-context").ciphertext.decode()
        return self.place(path, PASSPHRASE, old_ciphertext=old, environment="test")

    def _test_key_old_lost(self, path: Path) -> Place:
        store = self.store(path)
        old = store.key(NAME).encrypt(b"long ago", b"limen/probe/right-context").ciphertext.decode()
        store.rotate(NAME)
        store.destroy(NAME, 2)
        return self.place(path, old_ciphertext=old, environment="test")


@contextmanager
def key_store() -> Iterator[Stores]:
    """Keep stores for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="limen-key-store-") as folder:
        yield Stores(Path(folder))
