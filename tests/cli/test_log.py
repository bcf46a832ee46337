"""`limen log`: runs and gaps are listed, the head is printed, and a log that was rewritten is refused."""

from __future__ import annotations

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest

from limen.evidence.log_entries import Ended, Failed, Observed, Started
from limen.evidence.run_log import RunLog, open_log
from limen.evidence.witness import read_witness
from limen.integrity.base64_text import decoded
from limen.integrity.merkle import consistent
from limen.integrity.notes import read_checkpoint, read_note
from limen.integrity.signatures import key_signer, new_ed25519
from tests.cli.support import limen, program
from tests.simulators.witness import SmallWitness, served

Capsys = pytest.CaptureFixture[str]
AT = "2026-11-22T10:00:00Z"


def started() -> Started:
    return Started(run=str(uuid.uuid4()), at=AT, system="rx", scope="design")


def ended(run: str, code: int = 0) -> Ended:
    return Ended(run=run, at=AT, root="a" * 64, tree_size=9, public_size=3, exit_code=code, counts={"pass": 2})


def ran(log: RunLog, code: int = 0) -> str:
    one = started()
    log.append(one)
    log.append(ended(one.run, code))
    return one.run


@pytest.fixture
def log(tmp_path: Path) -> RunLog:
    """The log of a declaration, with a run that conforms and one with findings."""
    (tmp_path / "boundaries.yaml").write_text("{}")
    made = open_log(tmp_path / ".limen/log")
    ran(made)
    ran(made, 1)
    return made


def trust_file(log: RunLog, path: Path, **more: Any) -> Path:
    pem = (log.folder / "public.pem").read_text()
    logs = [{"origin": log.head().origin, "public_key": pem}]
    path.write_text(json.dumps({"format": "limen-trust-1", "logs": logs, **more}))
    return path


def test_runs_are_listed(log: RunLog, tmp_path: Path, capsys: Capsys) -> None:
    log.append(Observed(run=str(uuid.uuid4()), at=AT, recording="b" * 64, nonce="for \x1b[31mMs Ruiz"))
    said = limen(capsys, "log", tmp_path)
    head = log.head()
    assert said.code == 0
    assert f"log   {head.origin}\nhead  5 entries, root {head.root.hex()}\n" in said.out
    for run, result in zip(log.entries()[1:4:2], ("exit 0", "exit 1"), strict=True):
        assert f"{run.run}\t{AT}\trx\tdesign\t{result}\t{'a' * 64}" in said.out
    assert f"{'b' * 64}\t{AT}\tnonce for " in said.out
    assert "\x1b" not in said.out
    assert said.out.endswith("no gaps\n")


def test_it_is_found_from_below_and_by_name(log: RunLog, tmp_path: Path, capsys: Capsys) -> None:
    assert limen(capsys, "log", "--log", log.folder).out == limen(capsys, "log", tmp_path / "boundaries.yaml").out
    (tmp_path / "below").mkdir()
    assert program("log", cwd=tmp_path / "below").out == limen(capsys, "log", tmp_path).out


def test_gaps_gate(log: RunLog, tmp_path: Path, capsys: Capsys) -> None:
    one, other = started(), started()
    log.append(one)
    log.append(other)
    log.append(Failed(run=other.run, at=AT, reason="UnassessedError"))
    said = limen(capsys, "log", tmp_path)
    assert said.code == 3
    assert f"1 gap\n  entry 4, run {one.run}: the run was started and has no end" in said.out
    assert f"{other.run}\t{AT}\trx\tdesign\tfailed: UnassessedError\t" in said.out
    log.append(ended(one.run))
    log.append(Failed(run=one.run, at=AT, reason="UsageError"))
    said = limen(capsys, "log", tmp_path)
    assert said.code == 0
    assert "failed after its end: no pack: UsageError" in said.out


def test_the_head_is_a_file_for_somebody_else(log: RunLog, tmp_path: Path, capsys: Capsys) -> None:
    said = limen(capsys, "log", tmp_path, "--head")
    assert said.code == 0
    assert said.out.encode() == (log.folder / "checkpoint").read_bytes()
    assert read_checkpoint(read_note(said.out.encode()).text) == log.head()


def test_a_log_that_grew_is_proved_to_have_grown(log: RunLog, tmp_path: Path, capsys: Capsys) -> None:
    held = tmp_path / "head"
    held.write_text(limen(capsys, "log", tmp_path, "--head").out)
    old = log.head()
    for _ in range(3):
        ran(log)
    said = limen(capsys, "log", tmp_path, "--since", held)
    assert said.code == 0
    assert "the log only grew since the head that you hold: its 4 entries are the first of 10" in said.out
    found = json.loads(limen(capsys, "log", tmp_path, "--since", held, "--format", "json").out)
    assert found["exit_code"] == 0
    assert (found["size"], found["since"]["size"]) == (10, 4)
    proof = [decoded(one) for one in found["since"]["proof"]]
    assert consistent(4, 10, old.root, bytes.fromhex(found["root"]), proof)
    assert [run["ended"]["exit_code"] for run in found["runs"]] == [0, 1, 0, 0, 0]
    assert found["gaps"] == found["observed"] == []


def test_a_log_that_was_rewritten_or_rolled_back_is_refused(log: RunLog, tmp_path: Path, capsys: Capsys) -> None:
    subprocess.run(["cp", "-a", log.folder, tmp_path / "copy"], check=True)
    ran(log)
    held = tmp_path / "head"
    held.write_bytes(log.signed_checkpoint())
    said = limen(capsys, "log", "--log", tmp_path / "copy", "--since", held)
    assert said.code == 1
    assert "broken: the head that you hold covers 6 entries, and the log has 4: entries were dropped" in said.out
    fork = open_log(tmp_path / "copy")
    for _ in range(2):
        ran(fork)
    said = limen(capsys, "log", "--log", tmp_path / "copy", "--since", held)
    assert said.code == 1
    assert "broken: the first 6 entries are not those of the head that you hold: the log was rewritten" in said.out
    other = open_log(tmp_path / "other")
    said = limen(capsys, "log", "--log", other.folder, "--since", held)
    assert said.code == 1
    assert f"broken: the head that you hold is of another log, {log.head().origin}" in said.out


def test_a_changed_entry_is_named(log: RunLog, tmp_path: Path, capsys: Capsys) -> None:
    path = log.folder / "entries.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"exit_code":1', b'"exit_code":0'))
    for asked in ([], ["--head"], ["--format", "json"]):
        said = limen(capsys, "log", tmp_path, *asked)
        assert said.code == 1
        assert said.out == ""
        assert f"{path}:4: error: the run log is broken: entry 3 was changed" in said.err


def test_a_trust_file_decides_whose_log_it_is(log: RunLog, tmp_path: Path, capsys: Capsys) -> None:
    good = trust_file(log, tmp_path / "trust.json")
    said = limen(capsys, "log", tmp_path, "--trust", good)
    assert said.code == 0
    assert "the head is signed by the trusted key of the log, and cosigned by no trusted witness" in said.out
    strange = key_signer(new_ed25519()).key.pem
    forged = trust_file(log, tmp_path / "forged.json", logs=[{"origin": log.head().origin, "public_key": strange}])
    said = limen(capsys, "log", tmp_path, "--trust", forged)
    assert said.code == 1
    assert "broken: the head is not signed by the key that the trust file names" in said.out
    silent = trust_file(log, tmp_path / "silent.json", logs=[])
    said = limen(capsys, "log", tmp_path, "--trust", silent)
    assert said.code == 3
    assert f"unchecked: the trust file names no log {log.head().origin}" in said.out
    said = limen(capsys, "log", tmp_path, "--trust", silent, "--head")
    assert (said.code, said.err) == (3, f"unchecked: the trust file names no log {log.head().origin}\n")


def test_witnesses_are_counted(log: RunLog, tmp_path: Path, capsys: Capsys) -> None:
    small = SmallWitness("witness.example/w1", tmp_path / "state.json", {log.head().origin: log._signer.key})
    witnesses = [{"name": small.name, "public_key": small.signer.key.pem}]
    trust = trust_file(log, tmp_path / "trust.json", witnesses=witnesses, require={"witnesses": 1})
    said = limen(capsys, "log", tmp_path, "--trust", trust)
    assert said.code == 1
    assert "cosigned by no trusted witness; 1 are required" in said.out
    with served(small) as url:
        run = started()
        log.append(run)
        log.sealed(ended(run.run), [read_witness(small.description(url))])
    said = limen(capsys, "log", tmp_path, "--trust", trust)
    assert said.code == 0
    assert "and cosigned by witness.example/w1 at 20" in said.out


def test_a_run_that_was_interrupted_while_it_wrote(log: RunLog, tmp_path: Path, capsys: Capsys) -> None:
    with (log.folder / "entries.jsonl").open("ab") as file:
        file.write(b'{"half')
    said = limen(capsys, "log", tmp_path)
    assert said.code == 0
    assert "behind the head stands an entry that it does not cover yet" in said.out
    assert json.loads(limen(capsys, "log", tmp_path, "--format", "json").out)["uncovered"] is True


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--log", "nowhere"], "there is no run log at nowhere"),
        (["--log", ".", "."], "--log names the log, so a declaration has no meaning"),
        (["nowhere"], "no such file or folder: nowhere"),
        (["--sinse", "x"], "did you mean --since?"),
        (["--head", "--format", "json"], "--head prints the head alone"),
        (["--head", "--since", "x"], "--head prints the head alone"),
        (["--since", "nowhere"], "nowhere: error: can't read the file"),
        (["--trust", "nowhere"], "nowhere"),
        (["--format", "yaml"], "invalid choice: 'yaml'"),
    ],
)
def test_usage(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    said = limen(capsys, "log", *arguments)
    assert said.code == 2
    assert words in said.err
    assert said.out == ""


def test_a_head_that_is_rubbish(log: RunLog, tmp_path: Path, capsys: Capsys) -> None:
    (tmp_path / "rubbish").write_bytes(b"\xff\0")
    said = limen(capsys, "log", tmp_path, "--since", tmp_path / "rubbish")
    assert said.code == 2
    assert "it is no signed note" in said.err
