"""The laboratory writes what it saw in real runs, so that a pack can say what its probes notice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from limen.evidence.sensitivity import KnownBadResults, read_evidence
from tests.evidence.packing import contents, declared, ok, packed, run
from tests.needs import REPOSITORY, need_program

ROWS = """
import pytest
from typing import NamedTuple

class Row(NamedTuple):
    defect: str
    findings: list

ROWS = [Row("seen", ["a.b::c"]), Row("missed", ["a.b::c"]), Row("skipped", [])]

@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.defect)
def test_a_row(row):
    if row.defect == "skipped":
        pytest.skip("no server")
    assert row.defect == "seen"

def test_something_else():
    pass
"""


def program(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script] if script else [sys.executable, "-m", "tests.lab.results"]
    return subprocess.run([*command, *map(str, arguments)], cwd=REPOSITORY, capture_output=True, text=True, timeout=120)


def test_a_row_that_is_missed_is_said_to_be_and_one_that_did_not_run_is_no_evidence(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/test_lab.py").write_text(ROWS)
    script = (
        "import json, sys; from pathlib import Path; from tests.lab.results import collected\n"
        "found = collected([Path(sys.argv[1])], '--rootdir', sys.argv[1])\n"
        "sys.stderr.write(json.dumps([found.results, found.skipped]))"
    )
    results, skipped = json.loads(program(script, tmp_path / "secrets").stderr)
    assert [(one["probe"], one["case"], one["expected"], one["noticed"]) for one in results] == [
        ("secrets", "seen", ["a.b::c"], True),
        ("secrets", "missed", ["a.b::c"], False),
    ]
    assert skipped == ["secrets: skipped"]


def test_real_rows_become_evidence_in_a_pack(tmp_path: Path) -> None:
    need_program("git")
    done = program("", tmp_path / "bad.json", "secrets", "-k", "allowed and nothing")
    assert (done.returncode, "1 rows, 0 not noticed, 0 not run" in done.stdout) == (0, True), done.stdout + done.stderr
    assert isinstance(read_evidence((tmp_path / "bad.json").read_bytes()), KnownBadResults)

    at = declared(tmp_path / "system")
    (at / "files").mkdir()
    (at / "files/a.txt").write_text("nothing here\n")
    text = (at / "boundaries.yaml").read_text()
    start = text.index("probes:\n  - {probe: tls")
    (at / "boundaries.yaml").write_text(text[:start] + 'probes:\n  - {probe: secrets, endpoint: "files", every: P1D}\n')
    run("probe", at, "--record", tmp_path / "seen", "--rule", "transit.*")
    score = json.loads(ok("mutate", "declaration", at, "--only", "system", "--format", "json", "--partial"))
    (tmp_path / "score.json").write_text(json.dumps(score))
    score["system"] = "another"
    (tmp_path / "other.json").write_text(json.dumps(score))
    given = [word for name in ("bad", "score", "other") for word in ("--sensitivity", tmp_path / f"{name}.json")]
    pack = packed(at, tmp_path / "pack", "--observations", tmp_path / "seen", "--rule", "transit.*", *given, code=3)
    said = json.loads(contents(pack)["core/sensitivity.json"])
    (probe,) = said["probes"]
    assert probe["probe"] == "secrets"
    assert [(one["case"], one["noticed"]) for one in probe["known_bad"]] == [("allowed nothing", True)]
    assert [one["file"] for one in said["declaration"]] == ["0002.json"]
    assert said["unused"] == [{"about": "declaration", "file": "0003.json", "why": "it is about another system"}]
    assert "transit.tls_minimum" in said["without"]["rules"]


def test_a_probe_without_rows_is_a_mistake(tmp_path: Path) -> None:
    done = program("", tmp_path / "out.json", "secrts")
    assert (done.returncode, "there is no row of secrts" in done.stderr) == (2, True)
    assert program("").returncode == 2
    assert not list(tmp_path.iterdir())
