"""What verifying a pack says: never more than it knows, and never an exception."""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limen.cli.trusting import trust_of
from limen.evidence.checks.interface import MOST_SHOWN
from limen.evidence.reading import open_pack
from limen.evidence.timestamps import TimestampError, verify_timestamp
from limen.evidence.verifying import Report, verified
from limen.integrity.notes import read_checkpoint, read_note
from limen.integrity.trust import Trust
from tests.evidence.makings import BEN, DAY, KEPT, LATER, NOW, PRODUCER, Makings, entry
from tests.evidence.sealing import Files, Key, Sealing, e_signed, moment, redacted, seal, timestamped, written
from tests.evidence.small_core import Small

ECDSA_WITH_SHA256 = bytes.fromhex("2a8648ce3d040302")
"""The name of the algorithm, as DER has it."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Makings:
    return Makings(tmp_path_factory.mktemp("makings"))


@functools.cache
def trusted(path: Path) -> Trust:
    return trust_of(path)


def judged(
    files: Files, place: Path, trust: Path | None = None, now: datetime.datetime = LATER, **more: object
) -> Report:
    with open_pack(written(files, place)) as opened:
        return verified(opened, None if trust is None else trusted(trust), now, **more)


def states(found: Report) -> dict[str, set[str]]:
    told: dict[str, set[str]] = {}
    for check in found.checks:
        told.setdefault(check.status, set()).add(check.name)
    return told


def test_without_a_trust_file_a_pack_is_intact_and_unauthenticated(made: Makings, tmp_path: Path) -> None:
    found = judged(made.whole, tmp_path)
    assert (found.outcome, found.words) == (3, "intact, unauthenticated")
    assert states(found) == {
        "ok": {"files", "sums", "core-format", "tree", "population", "statement", "manifestation", "log"},
        "unchecked": {"timestamps", "time", "signatures-producer", "e-signatures", "checkpoint", "policy"},
    }
    assert found.proof.until == ""


def test_without_a_trust_file_damage_is_still_damage(made: Makings, tmp_path: Path) -> None:
    other = e_signed(seal(made.core.files(), Sealing(secret=bytes(32))), (BEN,), "ben", "Ben Weiß", made.at)
    moved = {name: content for name, content in other.items() if "signatures" in name}
    found = judged({**made.plain, **moved}, tmp_path)
    assert found.outcome == 1
    assert states(found)["broken"] == {"e-signatures"}


def test_a_pack_that_nobody_signed_is_never_verified(made: Makings, tmp_path: Path) -> None:
    files = seal(Small(made.at).files(), Sealing(signers=()))
    found = judged(files, tmp_path, made.trust)
    assert found.outcome == 3
    assert states(found)["unchecked"] == {"signatures-producer"}


def test_a_log_that_the_auditor_does_not_know_is_unchecked(made: Makings, tmp_path: Path) -> None:
    files = seal(Small(made.at).files(), Sealing(origin="other.example/log"))
    found = judged(files, tmp_path, made.trust)
    assert (found.outcome, states(found)["unchecked"]) == (3, {"checkpoint"})


def test_timestamps_of_an_authority_that_is_gone_prove_nothing_any_more(made: Makings, tmp_path: Path) -> None:
    found = judged(timestamped(made.plain, made.authority), tmp_path, made.trust, NOW + 4500 * DAY)
    assert found.outcome == 3
    assert any("ended" in check.what for check in found.checks if check.status == "unchecked")


def test_a_timestamp_that_is_yet_to_come_proves_nothing(made: Makings, tmp_path: Path) -> None:
    found = judged(timestamped(made.plain, made.authority), tmp_path, made.trust, NOW - DAY / 48)
    assert found.outcome == 1  # the assessment is yet to come, too
    assert {
        check.what[-20:] for check in found.checks if check.status == "unchecked" and check.name == "timestamps"
    } == {"which is yet to come"}


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_no_byte_of_a_timestamp_can_be_changed_but_for_its_algorithm(made: Makings) -> None:
    answer, roots = made.authority.response(b"data"), [made.authority.certificate.encode()]
    assert verify_timestamp(answer, b"data", roots)
    loose = answer.rfind(ECDSA_WITH_SHA256)
    passed = []
    for at in range(len(answer)):
        changed = answer[:at] + bytes([answer[at] ^ 1]) + answer[at + 1 :]
        with contextlib.suppress(TimestampError):
            verify_timestamp(changed, b"data", roots)
            passed.append(at)
    assert set(passed) <= set(range(loose, loose + len(ECDSA_WITH_SHA256)))


def test_runs_that_failed_or_never_ended_are_told(made: Makings, tmp_path: Path) -> None:
    at = made.at
    others = [
        entry("started", 7, at),
        entry("started", 8, at),
        entry("failed", 8, at, reason="policy"),
        entry("started", 9, at),
        entry("ended", 9, at, root="0" * 64, tree_size=1, public_size=1, exit_code=0, counts={}),
    ]
    found = judged(seal(made.core.files(), Sealing(before=others)), tmp_path, made.trust)
    assert found.outcome == 0
    assert [(run.run[-1], run.state, run.detail) for run in found.runs] == [
        ("7", "unfinished", ""), ("8", "failed", "policy"), ("9", "another pack", "0" * 64),
        ("1", "this pack", found.root),
    ]  # fmt: skip


def test_until_when_the_proof_holds(made: Makings, tmp_path: Path) -> None:
    plain = judged(made.plain, tmp_path / "a", made.trust).proof
    assert plain.until == moment(NOW + 400 * DAY)  # its key
    assert plain.retention == "P6Y"  # the longest that is declared; one in a comment is none
    assert plain.short
    stamped = judged(timestamped(made.plain, made.authority), tmp_path / "b", made.trust).proof
    assert stamped.until[:4] == "2036"  # the authority's certificate ends after its algorithm
    assert not stamped.short
    asked = judged(made.plain, tmp_path / "c", made.trust, retention=["P90Y", "P1D"]).proof
    assert (asked.retention, asked.duty[:4]) == ("P90Y", str(NOW.year + 90))
    quantum = seal(made.core.files(), Sealing(signers=(PRODUCER, Key("producer", "ml-dsa-65"))))
    assert judged(quantum, tmp_path / "d", made.trust).proof.until == moment(NOW + 400 * DAY)


def test_a_redacted_pack_says_how_much_is_not_shown(made: Makings, tmp_path: Path) -> None:
    found = judged(redacted(made.plain, KEPT), tmp_path, made.trust)
    assert found.outcome == 0
    assert found.words == f"verified; {found.tree_size - 13} records withheld, not re-performable"
    assert found.withheld == found.tree_size - 13  # 1 summary, 2 rules, 5 decisions and 5 that are kept


def test_a_redacted_pack_that_withholds_its_policy_is_not_verified(made: Makings, tmp_path: Path) -> None:
    found = judged(redacted(made.plain, set()), tmp_path / "a", made.trust)
    assert (found.outcome, states(found)["unchecked"]) == (3, {"policy"})
    wanted = made.trusting("approver", {"signatures": {"approver": 1}})
    assert states(judged(redacted(made.plain, set()), tmp_path / "b", wanted))["broken"] == {"policy"}


def test_a_pack_before_that_is_damaged_is_no_pack_before(made: Makings, tmp_path: Path) -> None:
    for number, name in enumerate(("core/notes.json", "envelope/statement.json")):
        before = written({**made.plain, name: b"[]"}, tmp_path / f"before-{number}")
        with open_pack(before) as opened:
            found = judged(made.whole, tmp_path / "whole", made.trust, previous_files=opened)
        assert states(found)["broken"] == {"previous"}


def test_without_a_statement_all_that_needs_it_is_open(made: Makings, tmp_path: Path) -> None:
    head = read_checkpoint(read_note(made.plain["envelope/checkpoint.txt"]).text)
    files = {**made.whole, "envelope/statement.json": b"{}", "envelope/checkpoint.txt": b"none"}
    with open_pack(written(made.plain, tmp_path / "before")) as before:
        found = judged(files, tmp_path / "pack", made.trust, since=head, previous_files=before)
    assert {"tree", "time", "signatures-producer", "checkpoint", "since", "previous"} <= states(found)["unchecked"]
    assert (found.outcome, found.system, found.proof.until) == (1, "", "")


def test_witnesses_that_the_pack_asks_for_are_open_without_a_trust_file(made: Makings, tmp_path: Path) -> None:
    core = Small(made.at, {"witnesses": 1})
    assert "witnesses" in states(judged(seal(core.files()), tmp_path))["unchecked"]


def test_what_a_log_does_not_account_for_is_told(made: Makings, tmp_path: Path) -> None:
    before = [entry("started", 7, made.at), entry("started", 8, moment(NOW - DAY))]
    found = judged(seal(made.core.files(), Sealing(before=before)), tmp_path, made.trust)
    assert found.outcome == 0
    assert [gap.split(":")[0] for gap in found.gaps] == ["entry 0", "entry 1", "entry 1"]


def test_breaks_are_told_up_to_a_number(made: Makings, tmp_path: Path) -> None:
    more = {f"reports/{number}": b"" for number in range(MOST_SHOWN + 5)}
    found = [check for check in judged({**made.plain, **more}, tmp_path, made.trust).checks if check.name == "files"]
    assert len(found) == MOST_SHOWN + 1
    assert found[-1].what == "5 more of the kind"


def test_records_are_named_by_their_line(made: Makings, tmp_path: Path) -> None:
    files = dict(made.plain)
    lines = files["core/details.jsonl"].split(b"\n")
    lines[2] = b"{}"
    files["core/details.jsonl"] = b"\n".join(lines)
    found = judged(files, tmp_path, made.trust)
    assert ("population", "core/details.jsonl", 2) in {(c.name, c.file, c.record) for c in found.checks}


JUNK = st.one_of(
    st.binary(max_size=200),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=9,
    ).map(lambda value: json.dumps(value).encode()),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bytes_in_any_file_give_a_report(made: Makings, tmp_path: Path, data: st.DataObject) -> None:
    files = data.draw(st.sampled_from([made.whole, redacted(made.whole, KEPT)]))
    name = data.draw(st.sampled_from(sorted(files)))
    junk = data.draw(JUNK)
    how = data.draw(st.sampled_from(["replace", "insert", "member"]))
    content = files[name]
    if how == "insert":
        at = data.draw(st.integers(0, len(content)))
        junk = content[:at] + junk + content[at + len(junk) :]
    elif how == "member" and (value := _mutable(content)):
        member = data.draw(st.sampled_from(sorted(value)))
        value[member] = _value(junk)
        junk = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(errors="replace")
    if junk == content:
        return
    place = tmp_path / ("r" if "envelope/leaves.jsonl" in files else "w")
    if not place.exists():
        written(files, place)
    (place / name).write_bytes(junk)
    with open_pack(place) as opened:
        found = verified(opened, trusted(made.trust), LATER)
    (place / name).write_bytes(content)
    # What a redacted pack says of itself may be written with a newline or without. Which algorithm the authority's
    # signature is by is not signed in a timestamp, and not believed either. Nothing else may differ.
    loose = {"envelope/redaction.json": b"\n", "envelope/timestamps/0001.tsr": ECDSA_WITH_SHA256}.get(name)
    assert found.outcome == 1 or (loose and _without(loose, junk, content))
    msgspec.json.encode(found)


def _without(loose: bytes, one: bytes, other: bytes) -> bool:
    """Whether two contents are the same but for some bytes at their end, or in place of the last that are loose."""
    at = other.rfind(loose)
    same_around = len(one) == len(other) and (one[:at], one[at + len(loose) :]) == (
        other[:at],
        other[at + len(loose) :],
    )
    return same_around or one.strip(b"\n") == other.strip(b"\n")


def _mutable(content: bytes) -> dict[str, object]:
    try:
        value = json.loads(content.split(b"\n")[0])
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _value(junk: bytes) -> object:
    try:
        return json.loads(junk)
    except ValueError:
        return junk.decode(errors="replace")
