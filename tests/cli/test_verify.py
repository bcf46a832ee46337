"""`limen verify`: every check is told, the culprit is named, and the exit code says no more than is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.support import limen
from tests.evidence.makings import DAY, KEPT, LATER, NOW, STRANGER, Makings, entry, log_of
from tests.evidence.sealing import Sealing, moment, redacted, seal

Capsys = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Makings:
    return Makings(tmp_path_factory.mktemp("makings"))


@pytest.fixture(scope="module")
def pack(made: Makings) -> Path:
    return made.put("whole", made.whole)


def test_a_good_pack(made: Makings, pack: Path, capsys: Capsys) -> None:
    said = limen(capsys, "verify", pack, "--trust", made.trust)
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == f"clinic, assessed {made.at}: does not conform: 1 finding; 4 claims, 0 observed"
    assert lines[-1] == "verified"
    told = {line[11:32].strip() for line in lines if line.startswith("ok ")}
    assert told == {
        "files", "sums", "core-format", "tree", "population", "statement", "timestamps", "time", "policy",
        "signatures-producer", "e-signatures", "manifestation", "log", "checkpoint",
    }  # fmt: skip
    assert any("Ana Ruiz (ana) signed as author, authorship" in line for line in lines)
    assert "it must be kept until" in said.out
    assert "the proof holds until 2036-01-01T00:00:00Z" in said.out


def test_without_trust(pack: Path, capsys: Capsys) -> None:
    said = limen(capsys, "verify", pack)
    assert said.code == 3
    assert said.out.splitlines()[-1] == "intact, unauthenticated"


def test_a_broken_pack_names_file_and_record(made: Makings, capsys: Capsys) -> None:
    files = dict(made.plain)
    files["core/details.jsonl"] = files["core/details.jsonl"].replace(b'"decision":3', b'"decision":9')
    said = limen(capsys, "verify", made.put("broken", files), "--trust", made.trust)
    assert said.code == 1
    assert (
        "broken     population           core/details.jsonl, record 3: it is not the detail of decision 3" in said.out
    )
    assert "broken     sums                 core/details.jsonl: it is not what SHA256SUMS says" in said.out
    assert said.out.splitlines()[-1].startswith("refused: ")
    assert "proof" not in said.out


def test_a_trust_file_in_yaml_is_the_same(made: Makings, pack: Path, tmp_path: Path, capsys: Capsys) -> None:
    path = tmp_path / "trust.yaml"
    path.write_text(yaml.safe_dump(json.loads(made.trust.read_text()), allow_unicode=True))
    assert limen(capsys, "verify", pack, "--trust", path).code == 0


def test_json(made: Makings, pack: Path, capsys: Capsys) -> None:
    said = limen(capsys, "verify", pack, "--trust", made.trust, "--format", "json")
    told = json.loads(said.out)
    assert (told["format"], told["exit_code"], told["outcome"]) == ("limen-verification-1", 0, "verified")
    assert {check["status"] for check in told["checks"]} == {"ok"}
    assert set(told["checks"][0]) == {"name", "status", "what", "file", "record"}
    assert told["proof"]["retention"] == "P6Y"


def test_runs_that_are_not_in_the_pack_are_listed(made: Makings, capsys: Capsys) -> None:
    at = made.at
    before = [entry("started", 7, at), entry("started", 8, at), entry("failed", 8, at, reason="PolicyError")]
    files = seal(made.core.files(), Sealing(before=before))
    said = limen(capsys, "verify", made.put("runs", files), "--trust", made.trust)
    assert said.code == 0
    assert f"  00000000-0000-4000-8000-000000000007 started {at}, unfinished at {at}" in said.out
    assert f"  00000000-0000-4000-8000-000000000008 started {at}, failed (PolicyError) at {at}" in said.out
    assert "2 runs in the log without a pack:" in said.out
    assert "what else" not in said.out
    again = [
        *before,
        *log_of(seal(made.core.files(), Sealing(secret=bytes(32)))),
        entry("started", 9, moment(NOW - DAY)),
    ]
    files = seal(made.core.files(), Sealing(before=again, run=3))
    said = limen(capsys, "verify", made.put("more runs", files), "--trust", made.trust)
    assert f"1 other run in the log ended with a pack of its own, the last at {at}" in said.out
    assert "what else the log does not account for:\n  entry 5: its time" in said.out


def test_held_heads_packs_before_and_times(made: Makings, pack: Path, tmp_path: Path, capsys: Capsys) -> None:
    before = made.put("before", made.plain)
    head = tmp_path / "head"
    head.write_bytes(made.whole["envelope/checkpoint.txt"])
    trust = ("--trust", made.trust)
    said = limen(capsys, "verify", pack, *trust, "--previous", before, "--since", head, "--at", moment(LATER))
    assert said.code == 0
    assert "ok         since" in said.out
    assert "ok         previous" in said.out
    assert limen(capsys, "verify", before, *trust, "--since", head).code == 1
    assert limen(capsys, "verify", before, *trust, "--previous", pack).code == 1
    assert limen(capsys, "verify", before, *trust, "--at", "2020-01-01").code == 1  # the assessment is not made yet
    head.write_bytes(seal(made.core.files(), Sealing(log_key=STRANGER))["envelope/checkpoint.txt"])
    assert limen(capsys, "verify", pack, *trust, "--since", head).code == 2


def test_a_redacted_pack(made: Makings, capsys: Capsys) -> None:
    said = limen(capsys, "verify", made.put("redacted", redacted(made.whole, KEPT)), "--trust", made.trust)
    assert said.code == 0
    assert said.out.splitlines()[-1].endswith("records withheld, not re-performable")


def test_retention(made: Makings, pack: Path, capsys: Capsys) -> None:
    trust = ("--trust", made.trust)
    said = limen(capsys, "verify", pack, *trust, "--retention", "P30Y", "--retention", "P1Y")
    assert "(retention P30Y)" in said.out
    assert "renew it before 2036-01-01T00:00:00Z: limen timestamp PACK" in said.out


def test_nothing_of_a_pack_can_write_lines_of_ours(made: Makings, tmp_path: Path, capsys: Capsys) -> None:
    core = made.core.copy().recount()
    core.assessment["system"] = "clinic\nverified\x1b[2J"
    place = made.put("lines", {**seal(core.files()), "core/x\nverified": b""})
    said = limen(capsys, "verify", place, "--trust", made.trust)
    assert said.code == 1
    assert "verified" not in said.out.splitlines()
    assert "\x1b" not in said.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--trust", "nope"), "can't read the file"),
        (("--trust", "rubbish"), "format"),
        (("--since", "rubbish"), "expected a checkpoint"),
        (("--since", "nope"), "can't read the file"),
        (("--previous", "nope"), "there is no pack at nope"),
        (("--at", "noon"), "expected UTC such as"),
        (("--retention", "six years"), "expected ISO 8601"),
        (("--format", "xml"), "invalid choice"),
        (("--trsut", "x"), "did you mean --trust?"),
    ],
)
def test_what_can_t_be_used_is_said(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys, arguments: tuple[str, str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rubbish").write_text("a: 1\n")
    said = limen(capsys, "verify", pack, *arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


@pytest.mark.parametrize("name", ["nope", "file", "empty"])
def test_what_is_no_pack_is_said(tmp_path: Path, capsys: Capsys, name: str) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    said = limen(capsys, "verify", tmp_path / name)
    assert (said.code, said.out) == (2, "")
    assert "pack" in said.err
