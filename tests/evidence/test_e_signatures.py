"""E-signatures: bound to one pack, in a chain, counted by person, and whole however a signing ends."""

from __future__ import annotations

import base64
import datetime
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.errors import UsageError
from limen.evidence.amending import _locked, held_pack
from limen.evidence.checks.interface import Check
from limen.evidence.e_signatures import Signatory, read_signatures, signature_names
from limen.evidence.layout import MANIFESTATION
from limen.evidence.reading import UnreadableError, open_pack
from limen.evidence.signing import Prospect, sign_pack
from limen.evidence.verifying import verified
from limen.evidence.writing import write_zip
from limen.integrity.e_signatures import MEANINGS
from limen.integrity.signatures import Signer
from limen.integrity.trust import read_trust
from tests.evidence.packing import declared, ok, packed
from tests.evidence.people import Person, person, trust_file
from tests.evidence.sealing import moment, seal, written
from tests.evidence.small_core import Small
from tests.needs import REPOSITORY, need_program

pytestmark = pytest.mark.xdist_group("e-signatures")
POLICY = "signatures: {producer: 1, approver: 2}\n"


def render(payloads: Sequence[Mapping[str, Any]]) -> bytes:
    """A manifestation that is the same for the same payloads, and another one for others."""
    assert all("manifestation" not in one for one in payloads)
    return b"%PDF-of-a-test " + json.dumps(payloads, sort_keys=True).encode()


def clock() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Person]:
    folder = tmp_path_factory.mktemp("keys")
    found = {
        "producer": person(folder, "build", "Build machine", "producer", open_=True),
        "ana": person(folder, "aruiz", "Ana Ruiz", "approver", "author", algorithm="ecdsa-p256"),
        "ana-pq": person(folder, "aruiz", "Ana Ruiz", "approver", "author", algorithm="ml-dsa-65"),
        "ben": person(folder, "bokoro", "Ben Okoro", "approver"),
        "eve": person(folder, "eve", "Eve", "nothing"),
    }
    trust_file(folder / "trust.json", *(one for name, one in found.items() if name != "eve"))
    return found


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, Person]) -> Path:
    """A folder with two packs, `one` and `other`, of the same inputs, and one of them as a zip."""
    folder = tmp_path_factory.mktemp("packs")
    source = declared(folder / "source", signing__yaml=POLICY)
    options = ["--key", keys["producer"].file, "--signing-policy", source / "signing.yaml"]
    packed(source, folder / "one", *options)
    packed(source, folder / "other", *options)
    write_zip(folder / "one", folder / "one.zip")
    return folder


@pytest.fixture
def pack(packs: Path, tmp_path: Path) -> Path:
    shutil.copytree(packs / "one", tmp_path / "one")
    return tmp_path / "one"


def trusting(keys: dict[str, Person]) -> Any:
    return read_trust((keys["ana"].file.parent / "trust.json").read_bytes())


def checks(pack: Path, keys: dict[str, Person] | None = None) -> list[Check]:
    with open_pack(pack) as files:
        return list(verified(files, trusting(keys) if keys else None, clock()).checks)


def broken(pack: Path, keys: dict[str, Person] | None = None) -> dict[str, str]:
    return {one.name: one.what for one in checks(pack, keys) if one.status == "broken"}


def sign(pack: Path, *people: Person, role: str = "approver", meaning: str = "approval", **more: Any) -> list[Prospect]:
    """Sign as the first of some people with the keys of all; return what was shown."""
    seen: list[Prospect] = []

    def consent(prospect: Prospect) -> list[Signer]:
        seen.append(prospect)
        return [one.signer for one in people]

    who = Signatory(user=people[0].user, name=people[0].name, meaning=meaning, role=role)
    sign_pack(pack, who, consent, more.get("render", render), more.get("clock", clock))
    return seen


def test_two_approvers_are_two_people(pack: Path, keys: dict[str, Person]) -> None:
    assert broken(pack, keys) == {"policy": "2 different users must sign as approver, and 0 did"}
    (shown,) = sign(pack, keys["ana"])
    assert (shown.pack.root, shown.predicate.verdict[:8]) == (verified_root(pack), "conforms")
    assert shown.missing() == {"approver": 1}
    assert broken(pack, keys) == {"policy": "2 different users must sign as approver, and 1 did"}
    sign(pack, keys["ana"], meaning="review")  # the same person once more counts once
    assert broken(pack, keys) == {"policy": "2 different users must sign as approver, and 1 did"}
    (shown,) = sign(pack, keys["ben"])
    assert shown.missing() == {}
    assert broken(pack, keys) == {}
    told = [one.what for one in checks(pack, keys) if one.name == "e-signatures"]
    assert [what.split(":")[0] for what in told] == [
        f"{name} signed as approver, {meaning}, at {at}".split(":")[0]
        for name, meaning, at in (
            (f"{one.name} ({one.user})", one.meaning, one.at) for one in read_signatures(open_pack(pack))
        )
    ]


def verified_root(pack: Path) -> str:
    with open_pack(pack) as files:
        return verified(files, None, clock()).root


def test_two_algorithms_sign_together_and_both_must_verify(pack: Path, keys: dict[str, Person]) -> None:
    sign(pack, keys["ana"], keys["ana-pq"])
    (signature,) = read_signatures(open_pack(pack))
    assert signature.signers == tuple(sorted((keys["ana"].key.id, keys["ana-pq"].key.id)))
    assert "e-signatures" not in broken(pack, keys)
    path = pack / "envelope/signatures/0001.json"
    envelope = json.loads(path.read_bytes())
    envelope["signatures"] = [one for one in envelope["signatures"] if one["keyid"] == keys["ana"].key.id]
    path.write_bytes(json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    assert "which it names, is missing" in broken(pack, keys)["e-signatures"]


def test_an_auditor_verifies_a_signature_with_openssl(pack: Path, keys: dict[str, Person], tmp_path: Path) -> None:
    sign(pack, keys["ana"])
    sign(pack, keys["ben"])
    for number, who in ((1, keys["ana"]), (2, keys["ben"])):
        envelope = json.loads((pack / f"envelope/signatures/000{number}.json").read_bytes())
        payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
        (tmp_path / "pae").write_bytes(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload))
        (tmp_path / "sig").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
        (tmp_path / "pub.pem").write_text(who.key.pem)
        given = ["dgst", "-sha256", "-verify", "pub.pem", "-signature", "sig", "pae"]
        if who.key.algorithm == "ed25519":
            given = ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "pub.pem", "-sigfile", "sig", "-in", "pae"]
        subprocess.run([str(need_program("openssl")), *given], cwd=tmp_path, check=True, capture_output=True)
        said = json.loads(payload)
        assert (said["name"], said["meaning"], said["order"]) == (who.name, "approval", number)
        statement = json.loads((pack / "envelope/statement.json").read_bytes())
        assert said["pack"]["statement"] == hashlib.sha256(base64.b64decode(statement["payload"])).hexdigest()
    assert said["previous"] == hashlib.sha256((pack / "envelope/signatures/0001.json").read_bytes()).hexdigest()
    assert said["manifestation"] == hashlib.sha256((pack / MANIFESTATION).read_bytes()).hexdigest()


def test_a_signature_moved_to_another_pack_is_refused(packs: Path, keys: dict[str, Person], tmp_path: Path) -> None:
    one, other = (shutil.copytree(packs / name, tmp_path / name) for name in ("one", "other"))
    sign(one, keys["ana"])
    shutil.copytree(one / "envelope/signatures", other / "envelope/signatures")
    shutil.copy(one / MANIFESTATION, other / MANIFESTATION)
    assert broken(other, keys)["e-signatures"] == "it was made for another pack"
    assert broken(other)["e-signatures"] == "it was made for another pack"  # and without any trust as well
    with pytest.raises(UsageError, match="it was made for another pack"):
        sign(other, keys["ben"])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGE: dict[str, Any] = {
    "a record": lambda pack: _flip(pack / "core/details.jsonl"),
    "the secret": lambda pack: _flip(pack / "envelope/secret"),
    "the statement": lambda pack: _flip(pack / "envelope/statement.json"),
    "the log": lambda pack: _flip(pack / "envelope/log.jsonl"),
    "a stranger": lambda pack: (pack / "envelope/notes.txt").write_text("x"),
    "an earlier signature": lambda pack: _flip(pack / "envelope/signatures/0001.json"),
    "an earlier signature gone": lambda pack: (pack / "envelope/signatures/0001.json").unlink(),
    "another manifestation": lambda pack: (pack / MANIFESTATION).write_bytes(b"%PDF of something else"),
    "no manifestation": lambda pack: (pack / MANIFESTATION).unlink(),
    "a link": lambda pack: (pack / "core/details.jsonl").rename(pack / "core/claims.jsonl"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_pack_is_not_signed(what: str, pack: Path, keys: dict[str, Person]) -> None:
    sign(pack, keys["ana"])
    sign(pack, keys["ana"], meaning="review")
    DAMAGE[what](pack)
    before = snapshot(pack)
    with pytest.raises(UsageError) as raised:
        sign(pack, keys["ben"], render=lambda _: pytest.fail("nothing is rendered"))
    assert any(one.location for one in raised.value.problems)
    assert raised.value.problems[-1].hint
    assert snapshot(pack) == before


def snapshot(pack: Path) -> dict[str, str]:
    return {
        str(path.relative_to(pack)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(pack.rglob("*"))
        if path.is_file()
    }


def test_who_does_not_agree_changes_nothing(pack: Path, keys: dict[str, Person]) -> None:
    before = snapshot(pack)

    def refuse(_: Prospect) -> list[Signer]:
        raise KeyboardInterrupt

    who = Signatory(user="aruiz", name="Ana Ruiz", meaning="review", role="approver")
    with pytest.raises(KeyboardInterrupt):
        sign_pack(pack, who, refuse, render, clock)
    assert snapshot(pack) == before


def test_a_pack_that_changes_while_somebody_is_asked(packs: Path, pack: Path, keys: dict[str, Person]) -> None:
    def swapped(_: Prospect) -> list[Signer]:
        shutil.rmtree(pack)
        shutil.copytree(packs / "other", pack)
        return [keys["ana"].signer]

    who = Signatory(user="aruiz", name="Ana Ruiz", meaning="review", role="approver")
    with pytest.raises(UsageError, match="the pack was changed while somebody was asked"):
        sign_pack(pack, who, swapped, render, clock)
    assert signature_names(open_pack(pack)) == []


@pytest.mark.parametrize(
    ("signatory", "words"),
    [
        ({"meaning": "reviw"}, "'reviw' is no meaning"),
        ({"role": "producer"}, "no person signs as it"),
        ({"role": "aprover"}, "nobody signs this pack as 'aprover'"),
        ({"name": " Ana"}, "the name ' Ana' can't be printed as it is"),
        ({"name": ""}, "the name '' can't be printed"),
        ({"name": "Ana\u202eRuiz"}, "can't be printed"),
        ({"name": "Ana\nRuiz"}, "can't be printed"),
        ({"name": "Jose\u0301"}, "not in Unicode's composed form"),
        ({"user": "a" * 201}, "can't be printed"),
    ],
)
def test_a_signatory_who_is_none(signatory: dict[str, str], words: str, pack: Path, keys: dict[str, Person]) -> None:
    given = {"user": "aruiz", "name": "Ana Ruiz", "meaning": "review", "role": "approver"} | signatory
    with pytest.raises(UsageError) as raised:
        sign_pack(pack, Signatory(**given), lambda _: [keys["ana"].signer], render, clock)
    assert words in str(raised.value)
    assert snapshot(pack).keys() == {name for name in snapshot(pack) if "signatures" not in name}


def test_a_person_signs_once_and_a_key_is_one_persons(pack: Path, keys: dict[str, Person]) -> None:
    sign(pack, keys["ana"])
    with pytest.raises(UsageError, match="signed this pack as approver .approval. already"):
        sign(pack, keys["ana"])
    with pytest.raises(UsageError, match="it can't be bokoro's as well"):
        sign(pack, keys["ben"]._replace(signer=keys["ana"].signer))
    with pytest.raises(UsageError, match="before"):
        sign(pack, keys["ana"]._replace(name="Anna Ruiz"), meaning="review")
    with pytest.raises(UsageError, match="the same key is named twice"):
        sign(pack, keys["ben"], keys["ben"])
    assert len(signature_names(open_pack(pack))) == 1


def test_an_interrupted_signing_is_finished_by_the_next(pack: Path, keys: dict[str, Person]) -> None:
    sign(pack, keys["ana"])
    whole = (pack / MANIFESTATION).read_bytes()
    (pack / MANIFESTATION).unlink()
    with pytest.raises(UsageError, match="already"):  # by the same person: it was made, and is finished
        sign(pack, keys["ana"])
    assert (pack / MANIFESTATION).read_bytes() == whole
    (pack / MANIFESTATION).unlink()
    (shown,) = sign(pack, keys["ben"])
    assert shown.interrupted == "finished"
    assert broken(pack, keys) == {}


def test_an_interrupted_signing_that_is_drawn_otherwise_here(pack: Path, keys: dict[str, Person]) -> None:
    """As where another version of typst signed: that signature's page can't be made, and the next one's replaces it."""

    def other(payloads: Sequence[Mapping[str, Any]]) -> bytes:
        return render(payloads) + b" otherwise"

    sign(pack, keys["ana"])
    (pack / MANIFESTATION).unlink()
    with pytest.raises(UsageError, match="already.*drawn otherwise here"):
        sign(pack, keys["ana"], render=other)
    assert "manifestation" in broken(pack, keys)
    (shown,) = sign(pack, keys["ben"], render=other)
    assert shown.interrupted == "unfinished"
    assert broken(pack, keys) == {}


def test_a_clock_that_stands_before_the_pack(pack: Path, keys: dict[str, Person]) -> None:
    sign(pack, keys["ana"])
    times = iter([clock(), clock() - datetime.timedelta(minutes=5)])
    with pytest.raises(UsageError, match="which is before signature 1"):
        sign(pack, keys["ben"], clock=lambda: next(times))


def test_a_key_that_the_auditor_does_not_know(pack: Path, keys: dict[str, Person]) -> None:
    sign(pack, keys["eve"])
    assert "not in the trust file" in broken(pack, keys)["e-signatures"]


def test_a_zip_is_signed_as_a_whole(packs: Path, keys: dict[str, Person], tmp_path: Path) -> None:
    pack = tmp_path / "one.zip"
    shutil.copy(packs / "one.zip", pack)
    pack.chmod(0o640)
    with zipfile.ZipFile(pack) as archive:
        before = {name: archive.read(name) for name in archive.namelist()}
    sign(pack, keys["ana"])
    sign(pack, keys["ben"])
    assert broken(pack, keys) == {}
    assert pack.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["one.zip"]
    with zipfile.ZipFile(pack) as archive:
        names = archive.namelist()
        assert names == sorted(names)
        assert {name: archive.read(name) for name in before} == before
        assert set(names) - set(before) == {
            "envelope/signatures.pdf", "envelope/signatures/0001.json", "envelope/signatures/0002.json",
        }  # fmt: skip
        assert {(one.date_time, one.extra, one.external_attr >> 16) for one in archive.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), b"", 0o100644)
        }


def test_a_zip_that_is_signed_is_the_zip_of_the_signed_folder(pack: Path, keys: dict[str, Person]) -> None:
    write_zip(pack, pack.with_name("whole.zip"))
    at = clock()
    sign(pack, keys["ben"], clock=lambda: at)
    sign(pack.with_name("whole.zip"), keys["ben"], clock=lambda: at)  # Ed25519 signs the same twice
    write_zip(pack, pack.with_name("again.zip"))
    assert pack.with_name("whole.zip").read_bytes() == pack.with_name("again.zip").read_bytes()


def test_a_pack_is_signed_through_a_link(pack: Path, keys: dict[str, Person]) -> None:
    pack.with_name("link").symlink_to(pack)
    sign(pack.with_name("link"), keys["ana"])
    assert pack.with_name("link").is_symlink()
    assert len(signature_names(open_pack(pack))) == 1


def test_a_redacted_pack_is_not_signed(pack: Path, keys: dict[str, Person]) -> None:
    ok("redact", pack, "-o", pack.with_name("redacted"))
    with pytest.raises(UsageError, match="a redacted pack can't be signed"):
        sign(pack.with_name("redacted"), keys["ana"])


@pytest.mark.parametrize("form", ["one", "one.zip"])
def test_signers_at_once_both_sign(form: str, packs: Path, keys: dict[str, Person], tmp_path: Path) -> None:
    source = packs / form
    pack = tmp_path / form
    shutil.copytree(source, pack) if source.is_dir() else shutil.copy(source, pack)
    failures: list[BaseException] = []

    def one(who: Person, meaning: str) -> None:
        try:
            sign(pack, who, meaning=meaning)
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [
        threading.Thread(target=one, args=(keys[who], meaning)) for who in ("ana", "ben") for meaning in MEANINGS[:3]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [one.order for one in read_signatures(open_pack(pack))] == [1, 2, 3, 4, 5, 6]
    assert broken(pack, keys) == {}


def test_a_pack_that_somebody_holds_for_long(pack: Path) -> None:
    with held_pack(pack), pytest.raises(UsageError, match="somebody else is signing"), held_pack(pack, patience=0.3):
        pytest.fail("it is held twice")


def test_a_zip_that_is_replaced_between_opening_and_locking_it(tmp_path: Path) -> None:
    """Whoever locked the old one would write over what the one before has just added."""
    small(tmp_path / "one.zip")

    class Late:
        """The system's locks, asked just after somebody else has finished."""

        LOCK_EX, LOCK_NB, asked = fcntl.LOCK_EX, fcntl.LOCK_NB, 0

        def flock(self, handle: int, operation: int) -> None:
            self.asked += 1
            if self.asked == 1:
                shutil.copy(tmp_path / "one.zip", tmp_path / "new")
                (tmp_path / "new").replace(tmp_path / "one.zip")
            fcntl.flock(handle, operation)

    late = Late()
    handle = _locked(tmp_path / "one.zip", time.monotonic() + 5, late)
    try:
        assert os.path.samestat(os.fstat(handle), (tmp_path / "one.zip").stat())
        assert late.asked == 2
    finally:
        os.close(handle)


@pytest.mark.parametrize("form", ["one", "one.zip"])
def test_killed_at_any_moment(form: str, tmp_path: Path) -> None:
    """What is left verifies as before or as signed, or is finished by the next signer; nothing is left beside it."""
    source, work = tmp_path / "source" / form, tmp_path / "work"
    work.mkdir()
    small(source)
    done = subprocess.run(
        [sys.executable, "-m", "tests.evidence.killed_signing", str(source), str(work)],
        cwd=REPOSITORY,
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode()
    moments = json.loads(done.stdout)
    assert len(moments) > 10
    assert [one["died"] for one in moments] == [True] * (len(moments) - 1) + [False]
    for number, one in enumerate(moments):
        assert one["broken"] in ([], ["manifestation"]), number
        assert one["count"] in (1, 2)
        already = "second signed this pack as approver"
        assert one["again"] == "signed" if one["count"] == 1 else one["again"].startswith(already), number
        assert one["after"] == [3, [], [form]], number
    assert {one["count"] for one in moments} == {1, 2}
    assert any(one["broken"] for one in moments) is (form == "one")  # a zip has no such moment


def small(place: Path) -> None:
    """Write a pack as small as can be, folder or zip, by a writer that shares nothing with limen."""
    folder = written(seal(Small(moment(clock() - datetime.timedelta(minutes=1)), {}).files()), place.with_suffix(""))
    if place.suffix:
        write_zip(folder, place)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.sampled_from([b"{}", b'{"payload":"e30=","payloadType":"a","signatures":[]}\n']))
def test_arbitrary_bytes_are_no_signature(packs: Path, content: bytes) -> None:
    name = "envelope/signatures/0001.json"
    with open_pack(packs / "one") as files:

        class Changed(type(files)):  # type: ignore[misc]
            def names(self) -> list[str]:
                return [name]

            def read(self, _: str, most: int = 0) -> bytes:
                return content

        files.__class__ = Changed
        with pytest.raises(UnreadableError):
            read_signatures(files)
