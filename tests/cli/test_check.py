"""`limen check`: verdicts, exit codes, formats and where they go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import declaration
from tests.cli.support import limen, names, program
from tests.reports.kinds import TEXTUAL, readable

Capsys = pytest.CaptureFixture[str]


def test_a_conforming_system(system: Path, capsys: Capsys) -> None:
    said = limen(capsys, "check", system)
    assert said.code == 0
    assert said.err == ""
    assert said.out.splitlines()[-1].startswith("conforms as declared; ")
    assert said.out.splitlines()[-1].endswith(" claims, 0 observed")
    assert " decisions: 0 error, 0 fail, 0 not assessed, " in said.out


def test_a_finding_names_flow_value_place_and_remedy(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "check", weak)
    assert said.code == 1
    line = 1 + next(n for n, text in enumerate((weak / "boundaries.yaml").read_text().splitlines()) if '"1.2"' in text)
    assert "hand-over: gateway → service" in said.out
    assert "the TLS minimum is 1.2; the profile requires 1.3" in said.out
    assert f"boundaries.yaml:{line}:46" in said.out
    assert "fix: Raise in_transit.tls.min" in said.out
    assert said.out.splitlines()[-1].startswith("does not conform: 1 finding; ")


@pytest.mark.parametrize("where", ["", "a/b/c"])
def test_finds_the_declaration_upwards(
    system: Path, where: str, monkeypatch: pytest.MonkeyPatch, capsys: Capsys
) -> None:
    (system / where).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(system / where)
    assert limen(capsys, "check").code == 0


def test_no_declaration_anywhere_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    monkeypatch.chdir(tmp_path)
    said = limen(capsys, "check")
    assert (said.code, said.out) == (2, "")
    assert f"no boundaries.yaml in {tmp_path} or above it" in said.err
    assert "limen init" in said.err


@pytest.mark.parametrize("form", ["file", "folder"])
def test_takes_a_file_or_its_folder(system: Path, form: str, capsys: Capsys) -> None:
    assert limen(capsys, "check", system / "boundaries.yaml" if form == "file" else system).code == 0


def test_an_unknown_path(tmp_path: Path, capsys: Capsys) -> None:
    said = limen(capsys, "check", tmp_path / "nowhere.yaml")
    assert (said.code, said.out) == (2, "")
    assert f"error: no such file or folder: {tmp_path / 'nowhere.yaml'}" in said.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--profile", "hippa"], "did you mean hipaa?"),
        (["--only-profile", "hippa"], "did you mean hipaa?"),
        (["--rule", "transit.tls_minimun"], "did you mean transit.tls_minimum?"),
        (["--rule", "transitt.*"], "the profiles select no rule 'transitt.*'"),
        (["--only", "hand-ovr"], 'did you mean "hand-over"?'),
        (["--format", "sarfi"], 'did you mean "sarif"?'),
        (["--format", "xyzzy"], "formats: "),
        (["--fail-on", "hihg"], 'did you mean "high"?'),
        (["--as-of", "2026-13-01"], "'2026-13-01' is no date; expected YYYY-MM-DD"),
        (["--policies", "nowhere"], "nowhere: error: there is no such folder"),
        (["--waivers", "nowhere.yaml"], "nowhere.yaml"),
        (["--baseline", "nowhere.json"], "nowhere.json"),
        (["--format", "json,sarif"], "2 formats need a folder"),
        (["--quite"], "did you mean --quiet?"),
        (["--out=x"], "did you mean --output?"),
        (["second"], "there is no argument 'second' here"),
    ],
)
def test_a_misspelt_word_is_refused_with_a_suggestion(
    system: Path, arguments: list[str], said: str, capsys: Capsys
) -> None:
    run = limen(capsys, "check", system, *arguments)
    assert (run.code, run.out) == (2, "")
    assert said.replace('"', "") in run.err.replace('"', "")


def test_every_unknown_format_is_named(system: Path, capsys: Capsys) -> None:
    said = limen(capsys, "check", system, "--format", "sarfi,text", "-f", "htlm")
    assert said.code == 2
    assert "there is no format 'sarfi'" in said.err
    assert "there is no format 'htlm'" in said.err


@pytest.mark.parametrize("name", TEXTUAL)
def test_each_format_to_standard_output(weak: Path, name: str, capsys: Capsys) -> None:
    said = limen(capsys, "check", weak, "--format", name)
    assert said.code == 1
    assert "transit.tls_minimum" in said.out.replace("\\_", "_")  # Markdown escapes it
    assert "\x1b" not in said.out
    assert said.err == ""


def test_a_pdf_to_a_file_prints_the_text_too(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "check", weak, "-f", "pdf", "-o", weak / "report.pdf")
    assert said.code == 1
    content = (weak / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert "transit.tls_minimum" in readable("pdf", content)
    assert "transit.tls_minimum" in said.out  # the text, as with any format that goes to a file


def test_one_format_to_a_file_prints_the_text(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "check", weak, "-f", "json", "-o", weak / "out" / "report.json")
    assert said.code == 1
    assert json.loads((weak / "out" / "report.json").read_bytes())
    assert "does not conform: 1 finding" in said.out


def test_one_format_to_a_folder(system: Path, capsys: Capsys) -> None:
    (system / "reports").mkdir()
    assert limen(capsys, "check", system, "-f", "sarif", "-o", system / "reports").code == 0
    assert names(system / "reports") == ["limen.sarif"]


def test_all_formats_to_a_folder(system: Path, capsys: Capsys) -> None:
    assert limen(capsys, "check", system, "-f", "all", "-o", system / "reports").code == 0
    assert names(system / "reports") == [
        "limen-github.txt", "limen.html", "limen.json", "limen.jsonl", "limen.md", "limen.sarif", "limen.txt",
        "limen.xml",
    ]  # fmt: skip


def test_several_formats_repeated_or_by_commas(system: Path, capsys: Capsys) -> None:
    limen(capsys, "check", system, "-f", "json,junit", "-f", "json", "-o", system / "reports")
    assert names(system / "reports") == ["limen.json", "limen.xml"]


def test_a_report_that_cannot_be_placed_leaves_nothing_behind(system: Path, capsys: Capsys) -> None:
    reports = system / "reports"
    (reports / "limen.xml").mkdir(parents=True)  # in the way of the last of them
    (reports / "limen.json").write_text("old", encoding="utf-8")
    said = limen(capsys, "check", system, "-f", "json,sarif,junit", "-o", reports)
    assert (said.code, said.out) == (2, "")
    assert f"cannot write {reports / 'limen.xml'}" in said.err
    assert names(reports) == ["limen.json", "limen.xml"]
    assert (reports / "limen.json").read_text(encoding="utf-8") == "old"


def test_a_file_where_a_folder_is_needed(system: Path, capsys: Capsys) -> None:
    (system / "reports").write_text("mine", encoding="utf-8")
    said = limen(capsys, "check", system, "-f", "json,sarif", "-o", system / "reports")
    assert (said.code, said.out) == (2, "")
    assert "cannot write" in said.err
    assert (system / "reports").read_text(encoding="utf-8") == "mine"


def test_a_device_is_written_to_and_never_replaced(system: Path, capsys: Capsys) -> None:
    assert limen(capsys, "check", system, "-f", "json", "-o", "/dev/null").code == 0
    assert not Path("/dev/null").is_file()


def test_a_full_disk_is_told(system: Path, capsys: Capsys) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this platform has no /dev/full")
    said = limen(capsys, "check", system, "-f", "json", "-o", "/dev/full")
    assert said.code == 2
    assert "cannot write /dev/full: No space left on device" in said.err


def test_quiet_prints_findings_and_the_verdict_only(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "check", weak, "--quiet")
    assert said.out.splitlines()[0] == "hand-over: gateway → service"
    assert said.out.splitlines()[-1].startswith("does not conform: 1 finding")
    assert "decisions:" not in said.out


def test_quiet_and_conforming_is_one_line(system: Path, capsys: Capsys) -> None:
    said = limen(capsys, "check", system, "-q")
    assert len(said.out.splitlines()) == 1
    assert said.out.startswith("conforms as declared; ")


@pytest.mark.parametrize(
    ("arguments", "mark"),
    [
        (["--rule", "transit.tls_minimum"], "only rule transit.tls_minimum"),
        (["--rule", "transit.*", "--rule", "audit.chained"], "only rule transit.*, audit.chained"),
        (["--only", "submit"], "only flow submit"),
        (["--only-profile", "zero-trust"], "only profile zero-trust"),
    ],
)
def test_a_partial_assessment_is_marked_and_exits_3(
    system: Path, arguments: list[str], mark: str, capsys: Capsys
) -> None:
    said = limen(capsys, "check", system, *arguments)
    assert said.code == 3
    assert said.out.splitlines()[-1].startswith(f"partial assessment ({mark}): conforms as declared; ")
    accepted = limen(capsys, "check", system, *arguments, "--partial")
    assert accepted.code == 0
    assert accepted.out.splitlines()[-1] == said.out.splitlines()[-1]
    document = json.loads(limen(capsys, "check", system, *arguments, "-f", "json").out)
    assert mark in json.dumps(document)


def test_partial_accepted_never_accepts_a_finding(weak: Path, capsys: Capsys) -> None:
    assert limen(capsys, "check", weak, "--rule", "transit.*", "--partial").code == 1
    assert limen(capsys, "check", weak, "--rule", "transit.*").code == 1


def test_only_a_flow_shows_its_findings(weak: Path, capsys: Capsys) -> None:
    assert limen(capsys, "check", weak, "--only", "hand-over").code == 1
    other = limen(capsys, "check", weak, "--only", "submit")
    assert other.code == 3
    assert "hand-over" not in other.out


def test_a_raised_threshold_says_what_lies_below_it(weak: Path, capsys: Capsys) -> None:
    said = limen(capsys, "check", weak, "--fail-on", "critical")
    assert said.code == 0
    assert said.out.splitlines()[-1].startswith("1 finding below the threshold critical; ")
    assert "conforms" not in said.out.splitlines()[-1]
    assert limen(capsys, "check", weak, "--fail-on", "high").code == 1


def test_another_profile_only_adds(system: Path, capsys: Capsys) -> None:
    before = json.loads(limen(capsys, "check", system, "-f", "json").out)
    after = json.loads(limen(capsys, "check", system, "-f", "json", "--profile", "hipaa").out)
    assert set(_rules(before)) <= set(_rules(after))
    assert not limen(capsys, "check", system, "--profile", "hipaa").out.count("partial")


def _rules(document: dict[str, object]) -> list[str]:
    found = document["rules"]
    assert isinstance(found, list)
    return [rule["id"] for rule in found]


def test_the_law_of_another_day(tmp_path: Path, capsys: Capsys) -> None:
    text = declaration().replace("standard: FIPS 140-3", "standard: FIPS 140-2")
    (tmp_path / "boundaries.yaml").write_text(text, encoding="utf-8")
    before = limen(capsys, "check", tmp_path, "--as-of", "2026-09-21", "--rule", "rest.module")
    after = limen(capsys, "check", tmp_path, "--as-of", "2026-09-22", "--rule", "rest.module")
    assert (before.code, after.code) == (3, 1)
    assert "law as of 2026-09-22" in after.out
    assert "rest.module" in after.out


def test_an_interrupted_clock_is_refused(system: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    said = limen(capsys, "check", system)
    assert (said.code, said.out) == (2, "")
    assert "SOURCE_DATE_EPOCH is 'soon'" in said.err


def test_reports_are_reproducible(system: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capsys) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    first = [limen(capsys, "check", system, "-f", name).out for name in TEXTUAL]
    second = [limen(capsys, "check", system, "-f", name, "--no-memo").out for name in TEXTUAL]
    assert first == second


def test_a_process_of_its_own_says_the_same(system: Path, capsys: Capsys) -> None:
    said = limen(capsys, "check", system, "--no-color")
    assert said.code == 0
    assert program("check", system, "--no-color").out == said.out


def test_profiles_that_do_not_exist_are_named_with_their_places(system: Path, capsys: Capsys) -> None:
    file = system / "boundaries.yaml"
    text = file.read_text()
    assert "\nprofiles: [zero-trust]" in text
    file.write_text(text.replace("\nprofiles: [zero-trust]", "\nprofiles: [zero-trust, hippa, qqqqqq]"))
    said = limen(capsys, "check", system)
    assert said.code == 2
    line = file.read_text().splitlines().index("profiles: [zero-trust, hippa, qqqqqq]") + 1
    lines = said.err.splitlines()
    assert lines[0] == f"{file}:{line}:24: error: there is no profile 'hippa'"
    assert lines[3] == '  = did you mean "hipaa"?'
    assert lines[4] == f"{file}:{line}:31: error: there is no profile 'qqqqqq'"
    assert limen(capsys, "check", system, "--only-profile", "zero-trust", "--partial").code == 0
