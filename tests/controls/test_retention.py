"""Retention: years of a ledger, day by day, with everything real; and what fails keeps nothing else from being done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from limen.adapters.key_providers.file import KeyStore
from limen.controls.cold_storage import Cold, Proof
from limen.controls.keyring import Keyring
from limen.controls.ledger import Entry
from limen.controls.retention import Retention, RetentionError
from limen.controls.segments import SegmentedLedger, open_segmented
from limen.controls.tiers import Tiers, verified_across
from limen.controls.witness import FileWitness, WitnessError
from limen.errors import LimenError
from limen.model.ledgers import Tier
from limen.model.probing import ChainKey
from tests.controls.deleting import ANCHORER, KEY, WITNESS, Place
from tests.probes.ledger.test_runs import probed, seen
from tests.simulators.timestamp_authority import timestamp_authority

pytestmark = pytest.mark.xdist_group("tiers")
TIERS = (
    Tier(name="hot", until="P30D"),
    Tier(name="warm", until="P60D"),
    Tier(name="cold", until="P100D", compressed=True, encrypted=True, proof_of_existence="rfc3161"),
)


@pytest.fixture(scope="module")
def proof() -> Iterator[Proof]:
    with timestamp_authority() as (authority, url):
        yield Proof(url, [authority.root, authority.intermediate])


class Years(Place):
    """A ledger that is kept day by day."""

    def __init__(self, folder: Path, proof: Proof) -> None:
        (folder / "ledger").mkdir()
        with KeyStore.create(folder / "keys.json") as keys:
            keys.new("cold-key", "AES-256")
        self.keyring, self.proof = Keyring.of_store(KeyStore.open(folder / "keys.json")), proof
        super().__init__(folder / "ledger", tiers=TIERS)

    def open(self, disk: Any = None) -> None:
        super().open(disk)
        self.ledger.close()
        self.cold = Cold(self.keyring.seals("cold-key"), zone="records", label="internal")
        self.ledger: SegmentedLedger = open_segmented(
            self.folder, name="log", key=KEY, clock=self.clock, opens=self.cold.opens
        )
        self.anchoring._ledger = self.ledger
        self.holds._ledger = self.ledger
        self.deletions = self.deleting()

    def retention(self, **given: Any) -> Retention:
        tiers = Tiers(self.ledger, self.declaration.ledgers["log"], cold=self.cold, proof=self.proof, tenant="t")
        return Retention(self.ledger, tiers, self.anchoring, self.deletions, **given)

    def probed(self) -> dict[str, Any]:
        (self.folder / "audit.key").touch(0o600)
        (self.folder / "audit.key").write_text(KEY[1].hex())
        (self.folder / "witness.pem").write_text(WITNESS.key.pem)
        key = ChainKey(id="audit", secret="file:audit.key")
        made = probed(self.folder, "log*.jsonl", chain_keys=(key,), anchors="anchors.jsonl", witness="witness.pem")
        return seen(made)


def test_a_ledger_is_kept_day_by_day_as_declared(tmp_path: Path, proof: Proof) -> None:
    place = Years(tmp_path, proof)
    retention = place.retention(every=timedelta(days=10))
    for _ in range(45):
        place.grow(2)
        retention.run(place.later(3))
    files = place.ledger.files
    cold = [one for one in place.ledger.segments() if files.sealed(one).exists()]
    warm = [one for one in place.ledger.segments() if files.body(one).exists() and files.noted(one, "warm")]
    assert len(cold) >= 5
    assert len(warm) >= 2
    found = verified_across(place.ledger)
    assert (found.faults, found.records) == ({}, place.ledger.head().length)
    seen_now = place.probed()
    assert seen_now["base"] == cold[-1].last
    assert (seen_now["chain"]["faults"], seen_now["sequence"]["faults"]) == (0, 0)
    assert (seen_now["anchors"]["missing"], seen_now["anchors"]["differing"]) == (0, 0)
    assert seen_now["anchors"]["longest_gap"] is not None
    expired = place.deletions.expired(place.clock.now)
    assert expired
    assert place.ledger.read(1).__next__().seq == 1  # expiry alone deletes nothing
    request = place.deletions.request(expired[-1].last, "kept for long enough")
    place.deletions.delete(request, place.approvals(request), place.clock.now)
    retention.run(place.later(1))
    assert place.records()[0] == expired[-1].last + 1
    assert verified_across(place.ledger).faults == {}
    assert place.probed()["sequence"]["faults"] == 0
    place.ledger.close()


def test_one_part_that_fails_keeps_no_other_from_being_done(tmp_path: Path, proof: Proof) -> None:
    place = Years(tmp_path, proof)
    retention = place.retention(every=timedelta(days=10))
    place.grow()
    retention.run(place.later(10))
    place.grow()

    class Down(FileWitness):
        def keep(self, anchor: Any) -> Any:
            raise WitnessError("it is down")

    place.anchoring._witness = Down(place.folder / "anchors.jsonl", WITNESS, submitter=ANCHORER.key, clock=place.clock)
    with pytest.raises(RetentionError, match="it is down"):
        retention.run(place.later(40))
    assert len(place.ledger.segments()) == 1
    assert place.ledger.files.noted(place.ledger.segments()[0], "warm") is not None
    place.anchoring._witness = place.witness
    assert retention.run(place.clock.now).cut is not None
    place.ledger.append(Entry(tenant="t", actor="a", action="b", record="r"))
    assert issubclass(RetentionError, LimenError)
    place.ledger.close()


def test_segments_are_a_twelfth_of_the_first_tier(tmp_path: Path, proof: Proof) -> None:
    place = Years(tmp_path, proof)
    assert place.retention().every == timedelta(days=2.5)
    place.ledger.close()
