"""Tiers: a ledger on its way from hot to cold is one chain at every moment, whatever stops it on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from limen.adapters.key_providers.file import KeyStore
from limen.adapters.object_stores.store import StoreAnswer
from limen.adapters.timestamp_authority import AuthorityError
from limen.controls.cold_storage import Cold, Proof, proved
from limen.controls.keyring import Keyring
from limen.controls.ledger import BrokenLedgerError, Entry, LedgerError
from limen.controls.segments import SegmentedLedger, open_segmented
from limen.controls.tiers import Tiers, verified_across
from limen.controls.worm import WormError, WormStore
from limen.errors import DeclarationError, LimenError, UsageError
from limen.integrity.verifying import Expected
from limen.model.ledgers import Ledger as Declared
from limen.model.ledgers import Tier
from limen.model.probing import ChainKey, TierFiles
from tests.controls.test_segments import Crash, Failing
from tests.lab.storage import Store, bucket, minio
from tests.probes.ledger.test_runs import probed, seen
from tests.simulators.timestamp_authority import Authority, timestamp_authority, verified_by_openssl

pytestmark = pytest.mark.xdist_group("tiers")
NOW = datetime.now(UTC).replace(microsecond=0)
KEY = ("audit", bytes(range(32)))
YEAR = timedelta(days=366)
TIERS = (
    Tier(name="hot", until="P365D"),
    Tier(name="warm", until="P3Y", worm=True),
    Tier(name="cold", until="P7Y", worm=True, compressed=True, encrypted=True, proof_of_existence="rfc3161"),
)
DECLARED = Declared(component="log", tiers=TIERS)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Place:
    """A ledger with everything real: MinIO that locks, OpenSSL that stamps, a key store that seals."""

    def __init__(self, folder: Path, store: Store, authority: tuple[Authority, str]) -> None:
        self.folder, self.store, self.clock = folder / "ledger", store, Clock()
        self.folder.mkdir()
        with KeyStore.create(folder / "keys.json") as keys:
            keys.new("cold-key", "AES-256")
        self.keyring = Keyring.of_store(KeyStore.open(folder / "keys.json"))
        self.worm = WormStore(store.service(), "ledgers", f"{folder.name}/")
        self.proof = Proof(authority[1], [authority[0].root, authority[0].intermediate])
        self.ledger = self.opened()

    def opened(self, disk: Any = None) -> SegmentedLedger:
        self.cold = Cold(self.keyring.seals("cold-key"), zone="records", label="internal")
        return open_segmented(self.folder, name="log", key=KEY, clock=self.clock, disk=disk, opens=self.cold.opens)

    def tiers(self, **given: Any) -> Tiers:
        usual: dict[str, Any] = {"worm": self.worm, "cold": self.cold, "proof": self.proof, "tenant": "t"}
        return Tiers(self.ledger, given.pop("declared", DECLARED), **(usual | given))

    def grow(self, count: int = 4) -> None:
        for number in range(count):
            self.ledger.append(Entry(tenant="t", actor="a", action="b", record=f"r-{number}"))

    def later(self, gone: timedelta) -> datetime:
        self.clock.now += gone
        return self.clock.now

    def intact(self, records: int) -> None:
        found = verified_across(self.ledger, Expected(tenant="t", strict=True))
        assert (found.faults, found.records, found.unread) == ({}, self.ledger.head().length, 0)
        assert [line.seq for line in self.ledger.read()] == list(range(1, found.records + 1))
        assert found.records >= records


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with minio() as server:
        bucket(server, "ledgers", "plain HTTP", "unencrypted", "no default lock")
        yield server


@pytest.fixture(scope="module")
def authority() -> Iterator[tuple[Authority, str]]:
    with timestamp_authority() as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, store: Store, authority: tuple[Authority, str]) -> Iterator[Place]:
    made = Place(tmp_path, store, authority)
    yield made
    made.ledger.close()


def test_a_segment_goes_from_hot_to_cold_and_is_the_same_chain(place: Place, authority: tuple[Authority, str]) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    assert place.tiers().run(place.later(timedelta(days=364))) == ()
    place.grow(2)
    (warm,) = place.tiers().run(place.later(timedelta(days=2)))
    assert (warm.to, warm.segment) == ("warm", segment)
    body = place.ledger.files.body(segment)
    assert body.stat().st_mode & 0o777 == 0o400
    place.intact(7)
    (cold,) = place.tiers().run(place.later(3 * YEAR))
    assert cold.to == "cold"
    assert not body.exists()
    place.intact(8)
    place.tiers().check()
    actions = [line.action for line in place.ledger.read()]
    assert actions[-2:] == ["segment.warm", "segment.cold"]
    sealed = place.ledger.files.sealed(segment).read_bytes()
    assert sealed.startswith(b"{")
    assert b'"action"' not in sealed
    noted = place.ledger.files.noted(segment, "cold")
    assert noted is not None
    from limen.integrity.canonical import canonical

    response = (place.folder / f"{segment.stem}.tsr").read_bytes()
    assert verified_by_openssl(authority[0], canonical(noted["statement"]), response)
    assert abs(proved(place.ledger.files, segment, place.proof) - datetime.now(UTC)) < timedelta(minutes=10)
    assert place.tiers().run(place.later(20 * YEAR)) == ()  # nothing is deleted by itself


def test_locked_copies_can_not_be_deleted_by_their_owner(place: Place, store: Store) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    place.tiers().run(place.later(YEAR))
    noted = place.ledger.files.noted(segment, "warm")
    assert noted is not None
    kept = noted["worm"]
    answer = store.service().ask(
        "delete_object", Bucket="ledgers", Key=kept["key"], VersionId=kept["version"], BypassGovernanceRetention=True
    )
    assert answer.code
    assert datetime.fromisoformat(kept["until"]) >= datetime.fromisoformat(segment.newest) + timedelta(days=3 * 365)


def test_what_was_damaged_is_restored_from_the_locked_copy(place: Place) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    with pytest.raises(LedgerError, match="no copy"):
        place.tiers().restore(segment)
    for gone, path in ((YEAR, place.ledger.files.body(segment)), (3 * YEAR, place.ledger.files.sealed(segment))):
        place.tiers().run(place.later(gone))
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-3] + b"abc")
        with pytest.raises(LedgerError):
            list(place.ledger.read())
        with pytest.raises(LedgerError):
            place.tiers().check()
        place.tiers().restore(segment)
        place.intact(5)
        place.tiers().check()


@pytest.mark.parametrize("to", ["warm", "cold"])
def test_a_kill_at_any_write_loses_nothing_and_the_next_run_goes_on(place: Place, to: str) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    place.later(YEAR if to == "warm" else timedelta())
    if to == "cold":
        place.tiers().run(place.later(YEAR))
        place.later(3 * YEAR)
    crashed = 0
    for step in range(20):
        place.ledger.files.disk = Failing(step)
        try:
            place.tiers().run(place.clock.now)
            break
        except Crash:
            crashed += 1
        place.ledger.close()
        place.ledger = place.opened()
        place.intact(4)
        place.tiers().check()  # what is under way is nothing wrong
    assert crashed >= (2 if to == "warm" else 6)
    place.ledger.close()
    place.ledger = place.opened()
    place.tiers().run(place.clock.now)
    place.tiers().check()
    place.intact(5)
    assert place.ledger.files.body(segment).exists() is (to == "warm")


class Dead:
    """A store that answers nothing."""

    def ask(self, operation: str, /, **parameters: Any) -> Any:
        from limen.adapters.object_stores.store import ObjectStoreError

        raise ObjectStoreError("no answer", again=True)


def test_a_step_that_fails_leaves_the_segment_where_it_was(place: Place, authority: tuple[Authority, str]) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    place.later(YEAR)
    with pytest.raises(WormError):
        place.tiers(worm=WormStore(Dead(), "ledgers")).run(place.clock.now)
    assert [step.to for step in place.tiers().plan(place.clock.now)] == ["warm"]
    place.tiers().run(place.clock.now)
    place.later(3 * YEAR)
    for fault in ("server-error", "hanging-up", "other-data"):
        authority[0].fault = fault
        try:
            with suppress(AuthorityError, LedgerError):
                place.tiers().run(place.clock.now)
                raise AssertionError(fault)
        finally:
            authority[0].fault = ""
        assert place.ledger.files.body(segment).exists()
        assert place.ledger.files.noted(segment, "cold") is None
        place.intact(5)
    other = Proof(place.proof._url, [own_root()])
    with pytest.raises(LedgerError, match="proof of existence"):
        place.tiers(proof=other).run(place.clock.now)
    assert place.ledger.files.body(segment).exists()
    place.tiers().run(place.clock.now)
    place.intact(6)


class Empty:
    """A store from which everything is gone."""

    def ask(self, operation: str, /, **parameters: Any) -> StoreAnswer:
        return StoreAnswer(status=404, code="NoSuchKey", content={})


def test_a_copy_that_is_gone_is_missed_whatever_is_noted(place: Place) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    gone = WormStore(Empty(), "ledgers")
    for passed, state in ((YEAR, "warm"), (3 * YEAR, "cold")):
        place.tiers().run(place.later(passed))
        place.tiers().check()
        note = place.folder / f"{segment.stem}.{state}"
        whole = note.read_bytes()
        said = msgspec.json.decode(whole)
        kept = said["worm"]
        with pytest.raises(WormError):
            place.tiers(worm=gone).check()
        note.chmod(0o600)
        for worm in (None, {}, 5, {**kept, "version": "other"}, {**kept, "sha256": "0" * 64}):
            note.write_bytes(msgspec.json.encode(said | {"worm": worm}))
            with pytest.raises(BrokenLedgerError, match="not what is recorded"):
                place.tiers().check()
            with pytest.raises((BrokenLedgerError, WormError)):
                place.tiers(worm=gone).check()
        note.unlink()
        with pytest.raises(WormError):
            place.tiers(worm=gone).check()
        note.write_bytes(whole)
        place.tiers().check()


def test_a_proof_that_is_gone_is_missed_whatever_is_noted(place: Place) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    place.tiers().run(place.later(YEAR))
    place.tiers().run(place.later(3 * YEAR))
    proof, note = (place.folder / f"{segment.stem}.{suffix}" for suffix in ("tsr", "cold"))
    response, whole = proof.read_bytes(), note.read_bytes()
    proof.unlink()
    with pytest.raises(LedgerError, match="proof"):
        place.tiers().check()
    note.unlink()
    with pytest.raises(BrokenLedgerError, match="its note is gone"):
        place.tiers().check()
    proof.write_bytes(response)
    with pytest.raises(BrokenLedgerError, match="its note is gone"):
        place.tiers().check()
    note.write_bytes(whole)
    place.tiers().check()


def test_what_nothing_records_was_not_done(place: Place) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    details = {name: getattr(segment, name) for name in ("first", "last", "head", "sha256")} | {"worm": None}
    for said in ({}, details | {"head": "0" * 64}, details | {"sha256": "0" * 64}, details | {"last": 3}):
        place.ledger.append(Entry(tenant="t", actor="a", action="segment.warm", record=segment.stem, details=said))
    note = place.folder / f"{segment.stem}.warm"
    note.write_bytes(b'{"worm":null}')  # so that it would never be copied
    with pytest.raises(BrokenLedgerError, match="not what is recorded"):
        place.tiers().check()
    note.unlink()
    place.tiers().check()
    sealed = place.ledger.files.sealed(segment)
    sealed.write_bytes(b"".join(place.cold.sealing(segment, place.ledger.text(segment))))
    place.tiers().check()  # as a crash leaves it
    place.ledger.files.body(segment).unlink()
    with pytest.raises(BrokenLedgerError, match="nothing records"):
        place.tiers().check()


def test_a_tier_declared_as_written_once_needs_the_copy(place: Place) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    plain = Declared(component="log", tiers=(TIERS[0], Tier(name="warm", until="P3Y"), TIERS[2]))
    place.tiers(declared=plain).run(place.later(YEAR))
    place.tiers(declared=plain).check()
    with pytest.raises(LedgerError, match="no copy that is written once"):
        place.tiers().check()
    with pytest.raises(LedgerError, match="no copy that is written once"):
        place.tiers().restore(segment)
    place.tiers(declared=plain).run(place.later(3 * YEAR))
    place.tiers().check()  # it was warm, and is that no more


def test_what_is_not_declared_is_not_asked_for(place: Place) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    cold = Tier(name="cold", until="P7Y", compressed=True, encrypted=True)
    plain = place.tiers(declared=Declared(component="log", tiers=(TIERS[0], cold)), worm=None, proof=None)
    assert [step.to for step in plain.run(place.later(YEAR))] == ["cold"]
    plain.check()
    with pytest.raises(LedgerError, match="no copy that is written once"):
        place.tiers().check()
    once = Tier(name="cold", until="P7Y", compressed=True, encrypted=True, proof_of_existence="rfc3161")
    with pytest.raises(LedgerError, match="the proof"):
        place.tiers(declared=Declared(component="log", tiers=(TIERS[0], once))).check()


@pytest.mark.parametrize("sha256", [None, "0" * 64])
def test_a_copy_of_something_else_is_none(place: Place, monkeypatch: pytest.MonkeyPatch, sha256: str | None) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    put = WormStore.put

    def other(store: WormStore, name: str, content: bytes, until: datetime) -> Any:
        kept = put(store, name, b"something else", until)
        return msgspec.structs.replace(kept, sha256=sha256) if sha256 else kept

    monkeypatch.setattr(WormStore, "put", other)
    place.tiers().run(place.later(YEAR))
    for look in (place.tiers().check, lambda: place.tiers().restore(segment)):
        with pytest.raises(BrokenLedgerError, match="of something else"):
            look()
    place.intact(5)


def test_entries_that_say_less_of_a_copy_need_its_note(place: Place) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    kept = msgspec.structs.asdict(place.worm.put("x", b"".join(place.ledger.text(segment)), place.clock.now + 9 * YEAR))
    details = {name: getattr(segment, name) for name in ("first", "last", "head", "sha256")}
    details["worm"] = {name: kept[name] for name in ("version", "until")}
    place.ledger.append(Entry(tenant="t", actor="a", action="segment.warm", record=segment.stem, details=details))
    place.ledger.files.note(segment, "warm", {"worm": kept})
    place.tiers().check()
    (place.folder / f"{segment.stem}.warm").unlink()
    with pytest.raises(BrokenLedgerError, match="nothing says where"):
        place.tiers().check()


def test_an_older_segment_is_restored_while_a_later_one_is_damaged(place: Place) -> None:
    segments = []
    for _ in range(2):
        place.grow()
        segments.append(place.ledger.cut())
    place.tiers().run(place.later(YEAR))
    bodies = [place.ledger.files.body(segment) for segment in segments if segment is not None]
    for body in bodies:
        body.chmod(0o600)
        body.write_bytes(body.read_bytes()[:-3] + b"abc")
    for segment in segments:
        assert segment is not None
        place.tiers().restore(segment)
    place.intact(10)
    place.tiers().check()


def own_root() -> bytes:
    with timestamp_authority() as (other, _):
        return other.root


def test_broken_records_go_nowhere(place: Place) -> None:
    place.grow()
    segment = place.ledger.cut()
    assert segment is not None
    body = place.ledger.files.body(segment)
    whole = body.read_bytes()
    body.write_bytes(whole.replace(b"r-2", b"r-9"))
    with pytest.raises(BrokenLedgerError):
        place.tiers().run(place.later(YEAR))
    assert place.ledger.files.noted(segment, "warm") is None
    body.write_bytes(whole)
    place.tiers().run(place.clock.now)
    place.intact(5)


def test_a_cold_file_can_not_stand_in_for_another(place: Place) -> None:
    segments = []
    for _ in range(2):
        place.grow()
        segments.append(place.ledger.cut())
    place.tiers().run(place.later(YEAR))
    place.tiers().run(place.later(3 * YEAR))
    one, other = (place.ledger.files.sealed(segment) for segment in segments if segment is not None)
    first, second = one.read_bytes(), other.read_bytes()
    other.chmod(0o600)
    for wrong in (first, second[:-1], second + b"\0", b"", second[:200] + bytes([second[200] ^ 1]) + second[201:]):
        other.write_bytes(wrong)
        with pytest.raises(LedgerError):
            list(place.ledger.read())
        with pytest.raises(LedgerError):
            verified_across(place.ledger)
    other.write_bytes(second)
    place.intact(12)


def test_the_key_of_cold_segments_may_be_rotated(place: Place, tmp_path: Path) -> None:
    place.grow()
    place.ledger.cut()
    place.tiers().run(place.later(YEAR))
    place.tiers().run(place.later(3 * YEAR))
    with KeyStore.open(tmp_path / "keys.json") as keys:
        keys.rotate("cold-key")
    place.intact(6)


@pytest.mark.parametrize(
    ("tiers", "lacking", "words"),
    [
        (TIERS, "worm", "nothing is that"),
        (TIERS, "cold", "can't be as it is declared"),
        (TIERS, "proof", "nobody proves it"),
        ((), "", "declares no tiers"),
        ((TIERS[0], TIERS[2], TIERS[1]), "", "comes after one that is as cold"),
        ((TIERS[0], TIERS[1], TIERS[1]), "", "ends no later than the one before"),
        ((Tier(name="hot", until="P1D", worm=True),), "", "the first tier is appended to"),
        ((TIERS[0], Tier(name="cold", until="P3Y", compressed=True)), "", "can't be as it is declared"),
    ],
)
def test_what_could_not_be_as_declared_is_refused(place: Place, tiers: Any, lacking: str, words: str) -> None:
    given = {lacking: None} if lacking else {}
    with pytest.raises(DeclarationError) as raised:
        place.tiers(declared=Declared(component="log", tiers=tiers), **given)
    assert words in " ".join(f"{problem.message} {problem.hint}" for problem in raised.value.problems)
    with pytest.raises(UsageError):
        Proof("http://127.0.0.1:1/tsr", [])


def test_a_store_that_does_not_lock_is_found_out(place: Place, store: Store) -> None:
    store.do("create_bucket", Bucket=f"open-{place.folder.parent.name}"[:60].replace("_", "-").strip("-"))
    unlocked = WormStore(store.service(), f"open-{place.folder.parent.name}"[:60].replace("_", "-").strip("-"))
    with pytest.raises(WormError):
        unlocked.put("x", b"content", NOW + YEAR)
    with pytest.raises(WormError):
        WormStore(store.service(), "no-such-bucket").put("x", b"content", NOW + YEAR)


def test_the_probe_sees_the_tiers(place: Place) -> None:
    for _ in range(2):
        place.grow()
        place.ledger.cut()
        place.later(YEAR)
    place.tiers().run(place.later(YEAR))
    place.grow(1)
    (place.folder / "audit.key").touch(0o600)
    (place.folder / "audit.key").write_text(KEY[1].hex())
    tiers = (TierFiles(tier="cold", files="log-*.sealed"), TierFiles(tier="warm", files="log-*.jsonl"))
    key = ChainKey(id="audit", secret="file:audit.key")
    found = seen(probed(place.folder, "log*.jsonl", chain_keys=(key,), tier_files=tiers))
    assert found["tiers"][0]["encrypted"] is True
    assert (found["tiers"][1]["encrypted"], found["tiers"][1]["compressed"]) == (False, False)


def test_errors_are_of_the_family(place: Place) -> None:
    assert issubclass(WormError, LimenError)
    assert place.tiers().plan(place.clock.now) == ()
