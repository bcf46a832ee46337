"""One key store for all tests of the guard, which only read it, and a world for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.adapters.key_providers.key_store import KeyStore
from tests.controls.guard.world import World, key_store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyStore]:
    """Return the keys of the reference system."""
    with key_store(tmp_path_factory.mktemp("keys")) as made:
        yield made


@pytest.fixture
def world(tmp_path: Path, store: KeyStore) -> Iterator[World]:
    """Return the reference system with new ledgers."""
    made = World(tmp_path, store)
    yield made
    made.close()
