"""`limen probe --log`: what is recorded is logged by a digest that nobody can guess, with a head or a nonce."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from limen.evidence.log_entries import Observed, attested
from limen.evidence.run_log import open_log
from limen.integrity.signatures import new_ed25519
from limen.probes.recording import read_run
from tests.cli.support import limen

Capsys = pytest.CaptureFixture[str]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "plain.txt").write_text("nothing secret\n")
    return tmp_path / "target"


def observed(folder: Path) -> Observed:
    entry = open_log(folder).entries()[-1]
    assert isinstance(entry, Observed)
    return entry


def test_a_recording_is_logged_with_the_head_before(target: Path, tmp_path: Path, capsys: Capsys) -> None:
    log = tmp_path / "log"
    for number in range(2):
        recording = tmp_path / f"run{number}"
        before = open_log(log).head()
        said = limen(capsys, "probe", "secrets", target, "--record", recording, "--log", log)
        assert said.code == 0, said.err
        assert f"entry {number} of the run log {log} says that it was made" in said.err
        entry = observed(log)
        digest = hashlib.sha256((recording / "run.json").read_bytes()).hexdigest()
        assert entry.recording == digest
        assert entry.nonce is None
        assert entry.head is not None
        assert (entry.head.origin, entry.head.size) == (before.origin, number)
        assert entry.head.root == before.root.hex()
        assert attested(digest, open_log(log).entries())
        assert not attested(hashlib.sha256(b"").hexdigest(), open_log(log).entries())


def test_a_recording_is_logged_with_an_auditor_s_nonce(target: Path, tmp_path: Path, capsys: Capsys) -> None:
    log = tmp_path / "log"
    said = limen(
        capsys,
        "probe",
        "secrets",
        target,
        "--record",
        tmp_path / "run",
        "--log",
        log,
        "--nonce",
        "Ms Ruiz, 22 Nov: 7f3",
    )
    assert said.code == 0, said.err
    assert (observed(log).nonce, observed(log).head) == ("Ms Ruiz, 22 Nov: 7f3", None)


def test_a_key_that_is_kept_elsewhere_signs(target: Path, tmp_path: Path, capsys: Capsys) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(new_ed25519())
    key.chmod(0o600)
    asked = ["probe", "secrets", target, "--record", tmp_path / "run", "--log", tmp_path / "log", "--log-key", key]
    assert limen(capsys, *asked).code == 0
    assert not (tmp_path / "log" / "key.pem").exists()
    asked[4] = tmp_path / "again"
    assert limen(capsys, *asked[:-2]).code == 2  # the log has no key of its own
    assert not (tmp_path / "again").exists()


def test_equal_recordings_have_unguessable_digests(target: Path, tmp_path: Path, capsys: Capsys) -> None:
    """A plain digest would tell who guesses a withheld recording right that it is; the salt keeps it from that."""
    salts = set()
    for number in range(3):
        limen(capsys, "probe", "secrets", target, "--record", tmp_path / f"run{number}")
        document = json.loads((tmp_path / f"run{number}" / "run.json").read_text())
        assert len(bytes.fromhex(document["salt"])) == 32
        assert read_run(tmp_path / f"run{number}").salt == document["salt"]
        salts.add(document["salt"])
    assert len(salts) == 3


def test_nothing_is_asked_where_it_can_t_be_logged(target: Path, tmp_path: Path, capsys: Capsys) -> None:
    log = open_log(tmp_path / "log")
    log.append(
        Observed(run="11111111-1111-4111-8111-111111111111", at="2026-11-22T10:00:00Z", recording="0" * 64, nonce="a")
    )
    (tmp_path / "log" / "entries.jsonl").write_bytes(b"")
    said = limen(capsys, "probe", "secrets", target, "--record", tmp_path / "run", "--log", tmp_path / "log")
    assert said.code == 2
    assert "entry 0 is missing" in said.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--log", "log"], "--log says that a recording was made, and none is"),
        (["--nonce", "x", "--record", "run"], "--nonce is of a run log, and none is named"),
        (["--log-key", "x", "--record", "run"], "--log-key is of a run log, and none is named"),
        (["--log", "log", "--record", "run", "--nonce", "x" * 201], "--nonce has more than 200 characters"),
        (["--log", "log", "--record", "run", "--nonce", "\udcff"], "--nonce"),
        (["--log", "log", "--record", "run", "--log-key", "nowhere.pem"], "nowhere.pem"),
    ],
)
def test_usage(
    arguments: list[str], words: str, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    said = limen(capsys, "probe", "secrets", target, *arguments)
    assert said.code == 2
    assert words in said.err
    assert not (tmp_path / "run").exists()
