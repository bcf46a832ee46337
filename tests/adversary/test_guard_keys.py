"""A key that somebody kept hold of signs no longer than it lives."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.adapters.key_providers.interface import KeyProviderError
from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.refusals import RefusedError
from limen.controls.signing import sign_item, verify_item
from limen.integrity.signatures import verifies

NAMES = {"item": "order", "flow": "f", "record": "r-1", "tenant": ""}


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    tmp_path.chmod(0o700)
    made = KeyStore.create(tmp_path / "keys.json")
    made.new("signs", "ECDSA-P-384")
    return made


def end(store: KeyStore, how: str) -> None:
    with KeyStore.open(store.path) as other:  # as another process does
        if how == "destroy":
            other.rotate("signs")
            other.destroy("signs", 1)
        else:
            getattr(other, how)("signs")


@pytest.mark.parametrize("how", ["retire", "disable", "destroy"])
def test_a_signer_that_was_kept_ends_with_its_key(store: KeyStore, how: str) -> None:
    """Services keep signers for as long as they run, and went on signing with retired and destroyed keys."""
    signer = store.signer("signs")
    signed = sign_item(b"x", **NAMES, signer=signer)
    end(store, how)
    with pytest.raises(KeyProviderError):
        signer.sign(b"x")
    with pytest.raises(RefusedError) as refused:
        sign_item(b"x", **NAMES, signer=signer)
    assert refused.value.reason == "key_unavailable"
    if how != "disable":
        assert verify_item(signed, **NAMES, keys=store.publics("signs")) == b"x"


def test_a_signer_of_a_rotated_key_still_signs_as_what_it_says(store: KeyStore) -> None:
    signer = store.signer("signs")
    store.rotate("signs")
    assert verifies(signer.key, signer.sign(b"x"), b"x")
    assert store.signer("signs").key != signer.key


def test_a_store_that_was_closed_signs_nothing(store: KeyStore) -> None:
    signer = store.signer("signs")
    store.close()
    with pytest.raises(KeyProviderError):
        signer.sign(b"x")
