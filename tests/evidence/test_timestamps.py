"""Timestamps over packs: what they cover, who is believed, how they are renewed, and whole however it ends."""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limen.adapters.timestamp_authority import timestamped
from limen.errors import LimenError, UnassessedError, UsageError
from limen.evidence.e_signatures import Signatory
from limen.evidence.reading import open_pack
from limen.evidence.signing import sign_pack
from limen.evidence.timestamping import Stamped, timestamp_pack
from limen.evidence.timestamps import (
    TimestampError,
    Token,
    covered,
    digests_file,
    lapses,
    read_timestamp,
    renewal_due,
    verify_timestamp,
)
from limen.evidence.verifying import verified
from limen.evidence.writing import write_zip
from limen.integrity.signatures import key_signer, new_ed25519
from limen.integrity.token_order import in_order
from limen.integrity.trust import Trust, TrustedAuthority
from tests.evidence.packing import ok
from tests.evidence.sealing import moment, seal, written
from tests.evidence.small_core import Small
from tests.needs import REPOSITORY
from tests.simulators.timestamp_authority import Authority, timestamp_authority, verified_by_openssl

pytestmark = pytest.mark.xdist_group("timestamps")
DAY, SECOND = datetime.timedelta(days=1), datetime.timedelta(seconds=1)
STATEMENT = "envelope/statement.json"


def clock() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Authority, str]]:
    with timestamp_authority() as made:
        yield made


@pytest.fixture(scope="module")
def response(running: tuple[Authority, str]) -> bytes:
    running[0].fault = ""
    return timestamped(running[1], b"data")


@pytest.fixture
def lab(running: tuple[Authority, str]) -> Iterator[tuple[Authority, str]]:
    running[0].fault = ""
    yield running
    running[0].fault = ""


def small(place: Path, ago: datetime.timedelta = datetime.timedelta(minutes=1)) -> Path:
    """Write a pack by a writer that shares nothing with limen; a zip where the name ends so."""
    folder = written(seal(Small(moment(clock() - ago), {}).files()), place.with_suffix(""))
    if not place.suffix:
        return folder
    write_zip(folder, place)
    shutil.rmtree(folder)
    return place


def stamp(pack: Path, lab: tuple[Authority, str], **more: Any) -> Stamped:
    given = {"certificates": lab[0].trusted, "clock": clock} | more
    return timestamp_pack(pack, lambda data: timestamped(lab[1], data, 3), **given)


def sign(pack: Path, user: str) -> None:
    key = key_signer(new_ed25519())
    who = Signatory(user=user, name=user, meaning="review", role="approver")
    sign_pack(pack, who, lambda _: [key], lambda payloads: b"%PDF " + repr(payloads).encode(), clock)


def judged(
    pack: Path, *authorities: Authority, at: datetime.datetime | None = None
) -> dict[str, list[tuple[str, str]]]:
    """Return status and words of the checks about time, trusting authorities and nobody else."""
    trust = Trust(
        authorities=tuple(
            TrustedAuthority(name=f"a{number}", certificates=tuple(pem.decode() for pem in one.trusted))
            for number, one in enumerate(authorities)
        )
    )
    found: dict[str, list[tuple[str, str]]] = {"timestamps": [], "time": [], "manifestation": []}
    with open_pack(pack) as files:
        for check in verified(files, trust, at or clock()).checks:
            if check.name in found:
                found[check.name].append((check.status, check.what))
    return found


@pytest.mark.parametrize("form", ["one", "one.zip"])
def test_a_timestamp_covers_the_envelope(form: str, lab: tuple[Authority, str], tmp_path: Path) -> None:
    pack = small(tmp_path / form)
    sign(pack, "ana")
    stamped = stamp(pack, lab)
    assert (stamped.name, stamped.trusted, stamped.lapsed) == ("envelope/timestamps/0001.tsr", True, ())
    assert stamped.due == lab[0].until - 90 * DAY
    assert [path.name for path in tmp_path.iterdir()] == [form]
    with open_pack(pack) as files:
        content, response = files.read("envelope/timestamps/0001.json"), files.read("envelope/timestamps/0001.tsr")
        digests = covered(content)
        assert sorted(digests) == ["envelope/signatures.pdf", "envelope/signatures/0001.json", STATEMENT]
        assert all(hashlib.sha256(files.read(name)).hexdigest() == digest for name, digest in digests.items())
    assert verified_by_openssl(lab[0], content, response)
    assert verify_timestamp(response, content, lab[0].trusted) == stamped.token.time
    found = judged(pack, lab[0])
    assert [status for status, _ in found["timestamps"]] == ["ok"]
    assert [status for status, _ in found["time"]] == ["ok"]


def test_signing_and_timestamping_in_turn(lab: tuple[Authority, str], tmp_path: Path) -> None:
    pack = small(tmp_path / "one")
    stamp(pack, lab)
    sign(pack, "ana")
    stamp(pack, lab)
    sign(pack, "ben")
    stamp(pack, lab)
    found = judged(pack, lab[0])
    assert [status for status, _ in found["timestamps"]] == ["ok", "ok", "ok"]
    assert [status for status, _ in found["manifestation"]] == ["ok"]
    with open_pack(pack) as files:
        counts = [len(covered(files.read(f"envelope/timestamps/000{number}.json"))) for number in (1, 2, 3)]
    assert counts == [1, 1 + 2 + 2, 1 + 3 + 4]


def test_of_two_authorities_each_is_judged_by_its_own(lab: tuple[Authority, str], tmp_path: Path) -> None:
    with timestamp_authority(name="Other", chain=True) as other:
        pack = small(tmp_path / "one")
        stamp(pack, lab)
        stamp(pack, other)
        assert [status for status, _ in judged(pack, lab[0], other[0])["timestamps"]] == ["ok", "ok"]
        assert [status for status, _ in judged(pack, lab[0])["timestamps"]] == ["ok", "broken"]
        assert "no trusted authority made it" in judged(pack, other[0])["timestamps"][0][1]


FAULTS = {
    "wrong-nonce": "the nonce is not ours",
    "other-data": "over other data",
    "refused": "refused it: status 2",
    "expired": "the authority's certificate had ended at that time",
    "wrong-eku": "not for timestamps alone",
    "eku-not-critical": "not for timestamps alone",
    "weak-digest": "signs a weak digest",
    "twin-certificate": "two certificates for its signer",
    "garbage": "no RFC 3161 response",
    "hanging": "did not answer in time",
    "gigabyte": "more than 1048576 bytes",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_authority_that_fails_leaves_the_pack_as_it_was(
    fault: str, lab: tuple[Authority, str], tmp_path: Path
) -> None:
    pack = small(tmp_path / "one")
    stamp(pack, lab)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    lab[0].fault = fault
    with pytest.raises(UnassessedError) as raised:
        stamp(pack, lab)
    assert FAULTS[fault] in raised.value.problems[0].message
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_root_that_is_another_one(lab: tuple[Authority, str], tmp_path: Path) -> None:
    pack = small(tmp_path / "one")
    with timestamp_authority(name="Other") as other:
        with pytest.raises(UnassessedError, match="no trusted authority made it"):
            stamp(pack, lab, certificates=other[0].trusted)
        with pytest.raises(UsageError, match="no PEM"):
            stamp(pack, lab, certificates=[b"rubbish"])


def test_without_a_root_it_is_taken_and_not_judged(lab: tuple[Authority, str], tmp_path: Path) -> None:
    pack = small(tmp_path / "one")
    assert stamp(pack, lab, certificates=[]).trusted is False
    with open_pack(pack) as files:
        states = {one.name: one.status for one in verified(files, None, clock()).checks}
    assert (states["timestamps"], states["time"]) == ("unchecked", "unchecked")


def test_a_first_timestamp_a_day_late_would_show_a_backdated_pack(lab: tuple[Authority, str], tmp_path: Path) -> None:
    pack = small(tmp_path / "one", ago=datetime.timedelta(hours=25))
    with pytest.raises(UsageError, match="the pack was assessed at"):
        stamp(pack, lab)
    assert not (pack / "envelope/timestamps").exists()


@pytest.mark.parametrize("name", ["core/details.jsonl", "envelope/secret", STATEMENT, "envelope/timestamps/0001.tsr"])
def test_a_damaged_pack_gets_no_timestamp(name: str, lab: tuple[Authority, str], tmp_path: Path) -> None:
    pack = small(tmp_path / "one")
    stamp(pack, lab)
    content = bytearray((pack / name).read_bytes())
    content[4 if name.endswith("tsr") else len(content) // 2] ^= 1
    (pack / name).write_bytes(content)
    asked = lab[0].requests
    with pytest.raises(UsageError) as raised:
        stamp(pack, lab)
    assert name in {one.location.file for one in raised.value.problems if one.location}
    assert lab[0].requests == asked


def test_an_interrupted_signing_is_finished_before_a_timestamp(lab: tuple[Authority, str], tmp_path: Path) -> None:
    pack = small(tmp_path / "one")
    sign(pack, "ana")
    (pack / "envelope/signatures.pdf").unlink()
    with pytest.raises(UsageError) as raised:
        stamp(pack, lab)
    assert raised.value.problems[-1].hint == "was a signing interrupted? limen sign finishes it"


def test_a_redacted_pack_is_timestamped_too(lab: tuple[Authority, str], tmp_path: Path) -> None:
    """Whoever holds nothing else renews it."""
    pack = small(tmp_path / "one")
    sign(pack, "ana")
    stamp(pack, lab)
    ok("redact", pack, "-o", tmp_path / "redacted")
    assert stamp(tmp_path / "redacted", lab).name == "envelope/timestamps/0002.tsr"
    assert {status for status, _ in judged(tmp_path / "redacted", lab[0])["timestamps"]} == {"ok"}


def test_changing_anything_covered_breaks_the_timestamp(lab: tuple[Authority, str], tmp_path: Path) -> None:
    pack = small(tmp_path / "one")
    sign(pack, "ana")
    stamp(pack, lab)
    stamp(pack, lab)
    for name in ("envelope/signatures/0001.json", "envelope/timestamps/0001.json", "envelope/timestamps/0001.tsr"):
        whole = (pack / name).read_bytes()
        (pack / name).write_bytes(whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:])
        assert "broken" in {status for status, _ in judged(pack, lab[0])["timestamps"]}, name
        (pack / name).write_bytes(whole)
    assert {status for status, _ in judged(pack, lab[0])["timestamps"]} == {"ok"}


def test_renewal_before_the_certificate_ends(lab: tuple[Authority, str], tmp_path: Path) -> None:
    pack = small(tmp_path / "one")
    with pytest.raises(UsageError, match="no timestamp to renew"):
        stamp(pack, lab, renew=True)
    with timestamp_authority(name="Short", days=2) as short:
        stamp(pack, short)
        later = clock() + 10 * DAY  # its certificate has ended: the token is judged at its own time
        assert [status for status, _ in judged(pack, short[0])["timestamps"]] == ["ok"]
        (first, gap) = judged(pack, short[0], at=later)["timestamps"]
        assert (first[0], gap[0]) == ("ok", "unchecked")
        assert "was not renewed" in gap[1]
        renewed = stamp(pack, lab, renew=True)
        assert (renewed.name, renewed.lapsed) == ("envelope/timestamps/0002.tsr", ())
        assert [status for status, _ in judged(pack, short[0], lab[0], at=later)["timestamps"]] == ["ok", "ok"]
    asked = lab[0].requests
    again = stamp(pack, lab, renew=True)  # a year is left
    assert (again.name, lab[0].requests) == ("", asked)
    assert again.due == lab[0].until - 90 * DAY
    assert stamp(pack, lab, renew=True, clock=lambda: lab[0].until - 89 * DAY).name == "envelope/timestamps/0003.tsr"


def test_a_renewal_that_came_too_late_is_said(lab: tuple[Authority, str], tmp_path: Path) -> None:
    start = clock()
    tokens = [
        Token(time=start + at * DAY, until=start + until * DAY, authority="CN=a", nonce=1, digest=b"")
        for at, until in ((0, 100), (90, 300), (301, 900))
    ]
    assert lapses(tokens[:1], start + 99 * DAY) == []
    assert len(lapses(tokens[:1], start + 101 * DAY)) == 1
    assert lapses(tokens[:2], start + 299 * DAY) == []
    (gap,) = lapses(tokens, start + 400 * DAY)
    assert gap.startswith("timestamp 0002 ended on")
    assert "was renewed only on" in gap
    assert renewal_due(tokens[1]) == start + 210 * DAY


def test_a_certificate_that_has_ended_since(lab: tuple[Authority, str], tmp_path: Path) -> None:
    """It is judged at the token's time; that nobody renewed it in time stays to be seen."""
    pack = small(tmp_path / "one")
    with timestamp_authority(name="Brief", days=4 / 86_400) as brief:
        stamp(pack, brief)
        with open_pack(pack) as files:
            content, response = (files.read(f"envelope/timestamps/0001.{end}") for end in ("json", "tsr"))
        time.sleep(max(0.0, (brief[0].until - clock()).total_seconds() + 1.1))
        assert verify_timestamp(response, content, brief[0].trusted) < brief[0].until
        assert not verified_by_openssl(brief[0], content, response)  # which asks what counts now,
        assert verified_by_openssl(brief[0], content, response, at=brief[0].until - 2 * SECOND)  # or then
        with pytest.raises(UnassessedError, match="had ended at that time"):
            stamp(pack, brief)
        late = stamp(pack, lab, renew=True)
        (gap,) = late.lapsed
        assert gap.startswith("timestamp 0001 ended on")
        assert "was renewed only on" in gap
        found = judged(pack, brief[0], lab[0])["timestamps"]
        assert [status for status, _ in found] == ["ok", "ok", "unchecked"]


def test_a_digests_file_without_a_response_goes(lab: tuple[Authority, str], tmp_path: Path) -> None:
    pack = small(tmp_path / "one")
    stamp(pack, lab)
    (pack / "envelope/timestamps/0002.json").write_bytes(b"left behind")
    stamped = stamp(pack, lab)
    assert (stamped.name, stamped.removed) == ("envelope/timestamps/0002.tsr", "envelope/timestamps/0002.json")
    assert [status for status, _ in judged(pack, lab[0])["timestamps"]] == ["ok", "ok"]


@pytest.mark.parametrize("form", ["one", "one.zip"])
def test_killed_at_any_moment(form: str, lab: tuple[Authority, str], tmp_path: Path) -> None:
    """What is left verifies, or has a digests file that nothing answers yet; the next one mends it."""
    (tmp_path / "work").mkdir()
    source = small(tmp_path / "source" / form)
    done = subprocess.run(
        [sys.executable, "-m", "tests.evidence.killed_timestamping", str(source), str(tmp_path / "work"), lab[1]],
        cwd=REPOSITORY,
        capture_output=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode()
    moments = json.loads(done.stdout)
    assert len(moments) > 10
    assert [one["died"] for one in moments] == [True] * (len(moments) - 1) + [False]
    one, two = ([f"envelope/timestamps/000{number}.{end}" for end in ("json", "tsr")] for number in (1, 2))
    half = ["timestamps envelope/timestamps/0001.tsr"]
    for moment_ in moments:
        assert moment_["left"] in ([[], []], [half, one[:1]], [[], one])
        there = one + two if moment_["left"][1] == one else one
        assert moment_["after"] == [[], there, [form]]
    assert any(moment_["left"][0] for moment_ in moments) is (form == "one")


def test_an_intermediate_alone_is_no_root(lab: tuple[Authority, str]) -> None:
    response = timestamped(lab[1], b"data")
    for certificates in ([], [lab[0].intermediate], [lab[0].certificate], [lab[0].root]):
        with pytest.raises(TimestampError):
            verify_timestamp(response, b"data", certificates)
    assert verify_timestamp(response, b"data", [lab[0].root + lab[0].intermediate])


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_response_with_a_changed_byte_never_says_another_time(
    running: tuple[Authority, str], response: bytes, data: st.DataObject
) -> None:
    at = verify_timestamp(response, b"data", running[0].trusted)
    place = data.draw(st.integers(0, len(response) - 1))
    changed = response[:place] + bytes([data.draw(st.integers(0, 255))]) + response[place + 1 :]
    try:
        assert verify_timestamp(changed, b"data", running[0].trusted) == at
    except TimestampError:
        return


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_no_timestamp(content: bytes) -> None:
    assert sorted(in_order(content)) == sorted(content)
    with pytest.raises(TimestampError):
        read_timestamp(content)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_arbitrary_bytes_are_no_digests_file(content: bytes) -> None:
    with pytest.raises(ValueError, match="it is"):
        covered(content)


@pytest.mark.parametrize(
    ("digests", "words"),
    [
        ({}, "does not name envelope/statement.json"),
        ({STATEMENT: "0" * 63}, "no SHA-256"),
        ({STATEMENT: "0" * 64, "core/details.jsonl": "0" * 64}, "which no timestamp covers"),
        ({STATEMENT: "0" * 64, "envelope/timestamps/../0001.tsr": "0" * 64}, "which no timestamp covers"),
    ],
)
def test_a_digests_file_that_names_what_it_must_not(digests: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        covered(digests_file(digests.items()))


def test_a_digests_file_has_one_text() -> None:
    content = digests_file([(STATEMENT, "0" * 64)])
    assert covered(content) == {STATEMENT: "0" * 64}
    for other in (content[:-1], content + b"\n", content.replace(b":", b": "), b" " + content):
        with pytest.raises(ValueError, match="one text|written"):
            covered(other)


def test_every_error_is_one_of_ours(lab: tuple[Authority, str], tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(LimenError):
            stamp(path, lab)
