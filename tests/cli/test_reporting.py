"""Documents for auditors: asked for by name, never thrown at a terminal, and refused before anything is assessed."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from limen.cli.reporting import BY_NAME
from limen.reports import everyday, formats
from tests.cli.support import limen, names
from tests.cli.test_terminal import Terminal
from tests.reports.oscal_references import unresolved

Capsys = pytest.CaptureFixture[str]
OSCAL = ["oscal-component.json", "oscal-plan.json", "oscal-results.json"]


def test_the_help_names_what_all_leaves_out(capsys: Capsys) -> None:
    assert set(formats()) - set(everyday()) == set(BY_NAME)
    for command in ("check", "probe"):
        said = " ".join(limen(capsys, command, "--help").out.split())
        assert "all for every one but the auditors' documents oscal, pdf, xlsx (default: text)" in said


def test_all_and_a_document_by_name_go_together(system: Path, capsys: Capsys) -> None:
    (system / "reports").mkdir()
    assert limen(capsys, "check", system, "-f", "all,xlsx", "-f", "json", "-o", system / "reports").code == 0
    assert names(system / "reports") == [
        "limen-github.txt", "limen.html", "limen.json", "limen.jsonl", "limen.md", "limen.sarif", "limen.txt",
        "limen.xlsx", "limen.xml",
    ]  # fmt: skip


def test_oscal_in_a_folder_is_three_documents(weak: Path, capsys: Capsys) -> None:
    assert limen(capsys, "check", weak, "-f", "oscal,xlsx,pdf", "-o", weak / "reports").code == 1
    assert names(weak / "reports") == ["limen.pdf", "limen.xlsx", *OSCAL]
    results = json.loads((weak / "reports" / "oscal-results.json").read_bytes())["assessment-results"]
    assert results["import-ap"] == {"href": "oscal-plan.json"}


def test_oscal_as_a_file_is_the_results_by_themselves(weak: Path, capsys: Capsys) -> None:
    assert limen(capsys, "check", weak, "-f", "oscal", "-o", weak / "results.json").code == 1
    written = (weak / "results.json").read_bytes()
    printed = limen(capsys, "check", weak, "-f", "oscal").out
    assert list(json.loads(written)) == list(json.loads(printed)) == ["assessment-results"]
    assert json.loads(written)["assessment-results"]["import-ap"]["href"].startswith("#")


def test_a_workbook_goes_through_a_pipe(weak: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "limen", "check", weak, "-f", "xlsx"], capture_output=True)
    assert (done.returncode, done.stderr) == (1, b"")
    rows = list(openpyxl.load_workbook(io.BytesIO(done.stdout))["Exceptions"].iter_rows(values_only=True))
    assert rows[2][0] == "transit.tls_minimum"


@pytest.mark.parametrize("command", ["check", "probe"])
def test_no_terminal_gets_what_is_no_text(weak: Path, command: str) -> None:
    code, said = Terminal(command, weak / "boundaries.yaml", "-f", "xlsx,pdf", "--no-color").end()
    assert code == 2
    assert said.splitlines() == [
        "error: xlsx is no text, and this is a terminal",
        "  = add --output FILE, or redirect it",
        "error: pdf is no text, and this is a terminal",
        "  = add --output FILE, or redirect it",
        "limen: 2 problems",
    ]


def test_a_terminal_gets_the_text_where_the_workbook_goes_to_a_file(weak: Path) -> None:
    code, said = Terminal("check", weak, "-f", "xlsx", "-o", weak / "paper.xlsx", "--no-color").end()
    assert code == 1
    assert "does not conform: 1 finding" in said
    assert openpyxl.load_workbook(weak / "paper.xlsx").sheetnames[0] == "Summary"


@pytest.mark.parametrize(("name", "package"), [("xlsx", "xlsxwriter"), ("pdf", "typst")])
def test_a_missing_extra_is_named_before_anything_is_assessed(
    tmp_path: Path, name: str, package: str, capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    said = limen(capsys, "check", tmp_path / "nowhere", "-f", f"{name},htlm", "-o", tmp_path / "out")
    assert (said.code, said.out) == (2, "")
    assert f"error: {name} needs the package {package}\n  = pip install 'limen[evidence]'" in said.err
    assert "there is no format 'htlm'" in said.err  # both at once
    assert "nowhere" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_misspelt_document_is_told_its_name(system: Path, capsys: Capsys) -> None:
    said = limen(capsys, "check", system, "-f", "xslx,oscall")
    assert said.code == 2
    assert 'did you mean "xlsx"?' in said.err
    assert 'did you mean "oscal"?' in said.err


def test_every_reference_of_a_real_pack_leads_to_something_in_it(weak: Path, tmp_path: Path, capsys: Capsys) -> None:
    pack = tmp_path / "pack"
    assert limen(capsys, "pack", weak, "-o", pack).code == 1
    files = {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}
    documents = {name: json.loads((pack / "reports" / name).read_bytes()) for name in OSCAL}
    assert unresolved(documents, files) == []
    decisions = (pack / "core" / "decisions.jsonl").read_text("utf-8").splitlines()
    details = (pack / "core" / "details.jsonl").read_text("utf-8").splitlines()
    [result] = documents["oscal-results.json"]["assessment-results"]["results"]
    failed = [one for one in result["observations"] if one["types"] == ["finding"]]
    assert failed
    for one in failed:
        said = {prop["name"]: prop["value"] for prop in one["props"]}
        number = int(said["decision"])
        assert json.loads(decisions[number])["rule"] == said["rule"]
        assert json.loads(decisions[number])["status"] == said["status"]
        assert json.loads(details[number])["subject"] == said["subject"]
    sample = openpyxl.load_workbook(pack / "reports" / "limen.xlsx")["Sample"].iter_rows(values_only=True)
    drawn = [row for row in sample if isinstance(row[0], int)]
    assert len(drawn) == 25
    for row in drawn:
        assert json.loads(details[row[0] - 1])["rule"] == row[1]
        assert json.loads(details[row[0] - 1])["subject"] == row[2]
