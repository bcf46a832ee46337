"""The workpaper: read back by openpyxl, drawn again by its own recipe, and never a formula whatever text holds."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import openpyxl
import pytest
from hypothesis import example, given, settings

from limen.errors import UsageError
from limen.records.assessment import Assessment
from limen.records.statuses import STATUSES
from limen.records.subjects import Detail
from limen.reports import Options
from limen.reports._workpaper import MOST_ROWS, waivers
from limen.reports._workpaper_decisions import SAMPLE_SIZE
from limen.reports.xlsx import MOST_CHARACTERS, render
from tests.reports.building import HOSTILE, conforming, decided, finding, many, rule, sample, table
from tests.reports.hostility import around, hostile
from tests.reports.observed import observed

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Rows = list[tuple[Any, ...]]


def book(assessment: Assessment) -> Any:
    return openpyxl.load_workbook(io.BytesIO(render(assessment, Options())))


def split(sheet: Any) -> tuple[list[str], tuple[str, ...], Rows]:
    """Return a sheet's notes, headings and rows."""
    head = sheet.freeze_panes
    number = int(re.sub(r"\D", "", head)) - 1
    rows = list(sheet.iter_rows(values_only=True))
    return [row[0] for row in rows[: number - 1]], rows[number - 1], rows[number:]


def rows(assessment: Assessment, name: str) -> list[dict[str, Any]]:
    _, headings, found = split(book(assessment)[name])
    return [dict(zip(headings, row, strict=True)) for row in found]


def notes(assessment: Assessment, name: str) -> list[str]:
    return split(book(assessment)[name])[0]


def parts(content: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: ElementTree.fromstring(file.read(name)) for name in file.namelist()}


def test_the_sheets() -> None:
    names = ["Summary", "Population", "Kinds", "Sample", "Results", "Exceptions", "Waivers", "Controls"]
    assert book(sample()).sheetnames == names
    assert book(observed()).sheetnames == [*names, "Claims", "Attempts"]


def test_the_summary_says_the_verdict_and_all_six_statuses() -> None:
    said = {row["What"]: row["Value"] for row in rows(sample(), "Summary")}
    assert said["Verdict"] == sample().verdict()
    assert said["Exit code"] == 1
    assert {s: said[f"Decisions: {s.replace('_', ' ')}"] for s in STATUSES} == sample().counts
    assert said["Deviation"] == "zero-trust: tls_minimum of transit.tls_minimum is 1.2 in place of 1.3"
    assert said["Note"] == "1 unattested waiver"
    partial = {row["What"]: row["Value"] for row in rows(sample(partial="only rule x"), "Summary")}
    assert partial["Partial"] == "only rule x"
    assert partial["Verdict"].startswith("partial assessment (only rule x)")


def test_the_population_has_every_rule_and_its_lines() -> None:
    found = rows(sample(), "Population")
    decisions = [decision.rule for decision in sample().each_decision()]
    assert [row["Rule"] for row in found] == list(sample().decisions)
    for row in found:
        assert row["Subjects"] == decisions.count(row["Rule"])
        assert sum(row[s.replace("_", " ").capitalize()] for s in STATUSES) == row["Subjects"]
        if row["Subjects"]:
            assert set(decisions[row["First"] - 1 : row["Last"]]) == {row["Rule"]}
        else:
            assert (row["First"], row["Last"]) == (None, None)
    said = notes(sample(), "Population")
    assert said[0].startswith("7 rules on every subject of its kind: 16 decisions, 1 error, 5 fail, 1 not assessed,")
    assert said[1].startswith("2 rules without subjects decided nothing")


def test_a_kind_that_no_rule_judges_is_listed() -> None:
    tables = sample().tables | {"zone": sample().tables["flow"]}
    found = {row["Kind"]: (row["Subjects"], row["Rules"]) for row in rows(sample(tables=tables), "Kinds")}
    assert found["zone"] == (5, 0)
    assert found["tenant"] == (0, 1)  # a rule judges it, and there is none


def _by_recipe(assessment: Assessment) -> list[int]:
    """Return what the program printed on the sheet prints, run by Python alone."""
    said = notes(assessment, "Sample")
    program = "\n".join(said[said.index("import hashlib") :])
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    return [int(number) for number in re.findall(r"\d+", done.stdout)]


@pytest.mark.parametrize("system", ["rx-trace", "it's \"\\ {x}\n é", "\ud800"])
def test_the_sample_is_drawn_again_by_the_recipe_on_the_sheet(system: str) -> None:
    assessment = msgspec.structs.replace(many(400), system=system)
    found = rows(assessment, "Sample")
    assert len(found) == SAMPLE_SIZE
    assert [row["Line"] for row in found] == _by_recipe(assessment)
    decisions = list(assessment.each_decision())
    for row in found:
        decision = decisions[row["Line"] - 1]
        assert (row["Rule"], row["Subject"]) == (decision.rule, decision.subject)


def test_the_seed_is_said_with_its_text() -> None:
    said = notes(sample(), "Sample")
    text = "limen workpaper sample: system rx-trace, law as of 2026-11-22"
    assert said[1] == f'The seed is the SHA-256 of the text "{text}": {hashlib.sha256(text.encode()).hexdigest()}'
    assert said[0] == "16 decisions of 16 were drawn, each as likely as any other."


def test_another_system_or_day_gives_another_sample() -> None:
    base = many(60)
    drawn = {
        tuple(row["Line"] for row in rows(one, "Sample"))
        for one in (
            base,
            msgspec.structs.replace(base, as_of="2026-11-23"),
            msgspec.structs.replace(base, system="another"),
        )
    }
    assert len(drawn) == 3
    later = msgspec.structs.replace(base, assessed_at="2026-11-23T05:00:00Z")
    assert rows(later, "Sample") == rows(base, "Sample")  # nobody draws until the sample pleases


def test_the_auditor_has_room_for_a_result() -> None:
    for row in rows(sample(), "Sample"):
        assert [row["Tested by"], row["On"], row["Result of the test"]] == [None, None, None]


def test_results_begin_with_the_worst() -> None:
    found = rows(sample(), "Results")
    assert [row["Status"] for row in found] == [
        *["error"], *["fail"] * 5, "not assessed", *["pass"] * 7, "not applicable", "out of scope",
    ]  # fmt: skip
    decisions = list(sample().each_decision())
    for row in found:
        decision = decisions[row["Line"] - 1]
        assert (row["Rule"], row["Subject"]) == (decision.rule, decision.subject)
    assert {row["Why"] for row in found if row["Status"] == "not applicable"} == {"reason of not_applicable"}


def test_exceptions_have_place_severity_and_witness() -> None:
    found = {row["Fingerprint"]: row for row in rows(sample(), "Exceptions")}
    assert len(found) == len(sample().findings)
    one = found[f"{3:032x}"]
    assert (one["Place"], one["Severity"], one["Status"]) == ("boundaries.yaml:13:5", "critical", "fail")
    assert one["Gates"] == "yes"
    assert one["Witness"].startswith("site-portal originates submission, in plaintext; gateway receives")
    assert found[f"{2:032x}"]["Gates"] == "no"  # waived
    assert found[f"{8:032x}"]["Status"] == "not assessed"


def test_waivers_are_told_with_who_why_and_until_when() -> None:
    found = rows(sample(), "Waivers")
    assert [(row["Disposition"], row["Approved by, why and until when"]) for row in found] == [
        ("waived", "approved by ciso until 2027-01-01: legacy"),
        ("baseline", "nobody: it was there before"),
        ("inherited", "nobody: it was there at the reference"),
        ("void", None),
    ]


def test_controls_have_their_verdicts_and_what_no_rule_judges() -> None:
    found = {row["Control"]: row for row in rows(sample(), "Controls")}
    assert found["21-cfr-11:11.10(e)"]["Verdict"] == "not met"
    assert found["21-cfr-11:11.10(e)"]["What no rule judges"] == "What applications record inside."
    assert found["iso-27001:A.8.24"]["Verdict"] == "unknown"
    assert rows(conforming(), "Controls")[0]["Verdict"] == "met as declared"


def test_claims_and_attempts_are_told_the_worst_first() -> None:
    claims = rows(observed(), "Claims")
    assert [row["State"] for row in claims][:4] == ["contradicted", "contradicted", "in error", "not observed"]
    assert (claims[0]["Declared"], claims[0]["Observed"], claims[0]["Age"]) == ("1.3", "1.2", "60 min")
    attempts = rows(observed(), "Attempts")
    assert [row["Ended"] for row in attempts] == ["completed", "error", "none", "not scheduled", "completed"]
    assert attempts[1]["Why"] == "connection refused"
    assert attempts[4]["Asked for"] == "no"


@pytest.mark.parametrize("assessment", [sample(), observed(), many(50)], ids=["sample", "observed", "many"])
def test_headings_are_frozen_filtered_and_repeated_in_print(assessment: Assessment) -> None:
    for sheet in book(assessment):
        _, headings, found = split(sheet)
        row = int(re.sub(r"\D", "", sheet.freeze_panes)) - 1
        last = openpyxl.utils.get_column_letter(len(headings))
        assert sheet.auto_filter.ref == f"A{row}:{last}{row + len(found)}"
        assert sheet.print_title_rows == f"${row}:${row}"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in (None, 1)  # which is what it means where nothing is said
        assert sheet.page_setup.fitToHeight == 0  # as many pages as it takes
        assert sheet.page_setup.paperSize == 9
        assert all(sheet.column_dimensions[openpyxl.utils.get_column_letter(n + 1)].width for n in range(len(headings)))
        assert all(headings)


def _no_spreadsheet_runs_it(content: bytes) -> None:
    """Fail on a formula, a link, anything from outside, or text that becomes a formula once it is edited."""
    found = parts(content)
    assert not [name for name in found if "externalLinks" in name or "vba" in name.lower() or "drawings" in name]
    quoted = {
        number
        for number, xf in enumerate(found["xl/styles.xml"].find(f"{MAIN}cellXfs") or ())
        if xf.get("quotePrefix") == "1"
    }
    texts = found.get("xl/sharedStrings.xml", ElementTree.Element("none"))
    assert not list(texts.iter(f"{MAIN}r")), "rich text"
    shared = ["".join(one.itertext()) for one in texts]
    for name, tree in found.items():
        if name.endswith(".rels"):
            assert not [one for one in tree if one.get("TargetMode") == "External"]
        if not name.startswith("xl/worksheets/"):
            continue
        assert not list(tree.iter(f"{MAIN}f")), "a formula"
        assert not list(tree.iter(f"{MAIN}hyperlink")), "a link"
        for cell in tree.iter(f"{MAIN}c"):
            assert cell.get("t") in ("s", None)
            if cell.get("t") == "s" and shared[int(cell.findtext(f"{MAIN}v", ""))].startswith(("=", "+", "-", "@")):
                assert int(cell.get("s", "0")) in quoted, shared[int(cell.findtext(f"{MAIN}v", ""))]


@settings(max_examples=30)
@given(hostile)
@example("".join(HOSTILE))
@example("=cmd|' /C calc'!A0")
@example("+1-1")
@example("\t=1+1")
@example("http://evil.example")
@example("internal:Sheet2!A1")
@example("_x0041_")
@example("{=SUM(A1)}")
def test_no_text_is_a_formula_or_a_link(text: str) -> None:
    for assessment in (sample(around(text)), observed(around(text))):
        _no_spreadsheet_runs_it(render(assessment, Options()))


def test_text_is_read_back_as_it_was_written() -> None:
    for text in (
        "=1+1",
        "@SUM(A1)",
        "-2",
        "+2",
        "0012",
        "_x0041_",
        "<b>&amp;</b>",
        "http://evil.example",
        "TRUE",
        "1e5",
    ):
        said = {row["What"]: row["Value"] for row in rows(sample(system_title=text), "Summary")}
        assert said["Title"] == text
        assert isinstance(said["Title"], str)


def test_the_test_for_formulas_sees_one() -> None:
    import xlsxwriter

    for write in ("=1+1", "http://evil.example", "@x"):  # which XlsxWriter takes for what it looks like
        content = io.BytesIO()
        workbook = xlsxwriter.Workbook(content, {"in_memory": True})
        workbook.add_worksheet("Summary").write(0, 0, write)
        workbook.close()
        with pytest.raises(AssertionError):
            _no_spreadsheet_runs_it(content.getvalue())


@settings(max_examples=20)
@given(hostile)
def test_hostile_text_adds_no_row_and_no_column(text: str) -> None:
    found, harmless = book(sample(around(text))), book(sample(around("x")))
    assert [(s.max_row, s.max_column) for s in found] == [(s.max_row, s.max_column) for s in harmless]


def test_a_long_text_is_cut_and_says_so() -> None:
    said = {row["What"]: row["Value"] for row in rows(sample(owner="\U0001f512" * 20_000), "Summary")}
    assert said["Owner"].startswith("\U0001f512" * MOST_CHARACTERS + "…")
    assert said["Owner"].endswith("(12,000 more characters)")


def test_the_same_assessment_gives_the_same_bytes_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first = render(sample(), Options())
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert render(sample(), Options()) == first
    script = (
        "import hashlib\nfrom limen.reports import Options, xlsx\nfrom tests.reports.building import sample\n"
        "print(hashlib.sha256(xlsx.render(sample(), Options())).hexdigest())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/Caracas"},
    )  # fmt: skip
    assert done.stdout.strip() == hashlib.sha256(first).hexdigest()


def test_the_properties_carry_the_time_of_the_assessment() -> None:
    properties = book(sample()).properties
    assert properties.created == properties.modified == datetime(2026, 11, 22, 5, 0)  # noqa: DTZ001 (as Office has it)
    assert properties.creator == "limen"
    with zipfile.ZipFile(io.BytesIO(render(sample(), Options()))) as file:
        assert {info.date_time for info in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_hundred_thousand_decisions_are_summed_up() -> None:
    assessment = many(100_000)
    content = render(assessment, Options())
    assert len(content) < 2_000_000
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    for name, noun in (("Results", "decisions"), ("Exceptions", "findings")):
        [first, *others] = [row[0] for row in workbook[name].iter_rows(max_col=1, values_only=True)]
        left = f"95,000 are left out and stand in core/{noun}.jsonl."
        assert first == f"5,000 of 100,000 {noun} are listed; {left}"
        assert MOST_ROWS < len(others) < MOST_ROWS + 3
    population = next(iter(workbook["Population"].iter_rows(values_only=True)))[0]
    assert "100,000 decisions, 0 error, 100,000 fail" in population


def test_what_is_left_out_of_the_results_is_the_harmless_end() -> None:
    statuses = ["pass"] * MOST_ROWS + ["fail", "not_assessed", "out_of_scope"]
    names = [f"f{number}" for number in range(len(statuses))]
    flows = table("flow", names, lambda index: Detail(path=("flows", names[index])))
    decisions = {"transit.tls_minimum": decided(rule("transit.tls_minimum", "flow"), statuses)}
    assessment = sample(tables={"flow": flows}, decisions=decisions, findings=())
    assert notes(assessment, "Results")[1] == (
        "The worst come first. Left out: 0 error, 0 fail, 0 not assessed, 2 pass, 0 not applicable, 1 out of scope."
    )
    assert [row["Status"] for row in rows(assessment, "Results")][:3] == ["fail", "not assessed", "pass"]


class _Counted(tuple):  # type: ignore[type-arg]
    """Findings that may be taken by slices only, as a report takes those that it shows."""

    __slots__ = ()

    def __iter__(self) -> Any:
        raise AssertionError("every finding would be made")

    def __getitem__(self, index: Any) -> Any:
        assert isinstance(index, slice)
        taken = super().__getitem__(index)
        assert len(taken) <= MOST_ROWS
        return taken


def test_findings_that_are_not_shown_are_not_made() -> None:
    base = many(3 * MOST_ROWS)
    render(msgspec.structs.replace(base, findings=_Counted(base.findings)), Options())


def test_accepted_findings_at_the_end_of_many_are_listed() -> None:
    base = many(3 * MOST_ROWS)
    last = finding("transit.tls_minimum", "flow:flow-1", number=1, disposition="waived")
    tally = msgspec.structs.replace(base.tally, accepted=1)
    assessment = msgspec.structs.replace(base, findings=(*base.findings[1:], last), tally=tally)
    assert [row[0] for row in waivers(assessment).rows] == ["waived"]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(UsageError, match="needs the package xlsxwriter") as refused:
        render(sample(), Options())
    assert refused.value.problems[0].hint == "pip install 'limen[evidence]'"


def test_nothing_lies_in_the_temporary_folder_at_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is assessed is nobody else's business, and a killed process removes nothing."""
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "there is no such folder"))
    assert render(sample(), Options()).startswith(b"PK")
