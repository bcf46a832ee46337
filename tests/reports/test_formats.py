"""Formats are found by location; each shows all six statuses; all together are quick."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from limen.errors import Location
from limen.records.statuses import STATUSES
from limen.reports import Options, binary, everyday, files, formats, lacks, report
from tests.reports.building import many, sample
from tests.reports.kinds import BINARY, readable, xlsx_text

FOLDER = Path(__file__).resolve().parents[2] / "src" / "limen" / "reports"


def test_every_module_without_an_underscore_is_a_format() -> None:
    found = {path.stem for path in FOLDER.glob("*.py") if not path.name.startswith("_")}
    assert set(formats()) == found
    assert found == {
        "github", "html", "json", "jsonl", "junit", "markdown", "oscal", "pdf", "sarif", "text", "xlsx",
    }  # fmt: skip


def test_documents_for_auditors_are_asked_for_by_name() -> None:
    assert set(formats()) - set(everyday()) == {"oscal", "pdf", "xlsx"}


def test_what_is_no_text_says_so() -> None:
    assert {name for name in formats() if binary(name)} == BINARY
    for name in formats():
        content = report(name).render(sample(), Options())
        assert (b"\x00" in content) == binary(name), name


def test_only_what_comes_with_the_extra_may_be_missing() -> None:
    assert {name: report(name).NEEDS for name in formats() if hasattr(report(name), "NEEDS")} == {
        "pdf": "typst", "xlsx": "xlsxwriter",
    }  # fmt: skip
    assert [name for name in formats() if lacks(name)] == []


def test_a_folder_gets_all_three_documents_of_oscal_and_one_file_of_the_rest() -> None:
    assert set(files("oscal", sample(), Options(), "limen")) == {
        "oscal-plan.json", "oscal-results.json", "oscal-component.json",
    }  # fmt: skip
    for name in everyday():
        assert files(name, sample(), Options(), "limen") == {
            f"limen.{report(name).EXTENSION}": report(name).render(sample(), Options())
        }


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(KeyError):
        report("docx")


def test_no_two_formats_share_an_ending_but_the_two_for_a_log() -> None:
    endings = Counter(report(name).EXTENSION for name in formats())
    assert {ending for ending, count in endings.items() if count > 1} == {"txt"}


def _statuses_said(name: str) -> dict[str, int]:
    """Return how often each status is said, read as a program would."""
    content = report(name).render(sample(), Options())
    if name == "pdf":
        found = readable(name, content).split("Decisions 18 ")[1]
        return {s: int(found.split(f"{s.replace('_', ' ')} ")[1].split()[0]) for s in STATUSES}
    if name == "json":
        return Counter(decision["status"] for decision in json.loads(content)["decisions"])
    if name == "jsonl":
        lines = [json.loads(line) for line in content.splitlines()]
        return Counter(line["status"] for line in lines if line["type"] == "decision")
    if name == "oscal":
        [result] = json.loads(content)["assessment-results"]["results"]
        said = {prop["name"]: prop["value"] for prop in result["props"]}
        return {s: int(said[f"decisions-{s.replace('_', '-')}"]) for s in STATUSES}
    text = xlsx_text(content) if name == "xlsx" else content.decode()
    words = {status: status.replace("_", " ") for status in STATUSES}
    if name == "html":
        return {s: int(text.split(f'<li class="tile {s}"><b>')[1].split("<")[0]) for s in STATUSES}
    line = next(line for line in text.splitlines() if "decisions: " in line)
    return {s: int(line.split(f" {words[s]}")[0].split()[-1]) for s in STATUSES}


COUNTS = {"error": 1, "fail": 5, "not_assessed": 1, "pass": 7, "not_applicable": 3, "out_of_scope": 1}


@pytest.mark.parametrize("name", ["json", "jsonl", "text", "markdown", "html", "oscal", "pdf", "xlsx"])
def test_every_status_is_counted(name: str) -> None:
    assert _statuses_said(name) == COUNTS


def test_the_sample_has_the_counts_of_its_decisions() -> None:
    assert sample().counts == COUNTS


def test_junit_ends_each_status_in_its_way() -> None:
    root = ElementTree.fromstring(report("junit").render(sample(), Options()))
    ends = {
        f"{case.get('classname')}::{case.get('name')}": [(child.tag, child.get("type")) for child in case]
        for case in root.iter("testcase")
    }
    assert ends["limen.transit.tls_minimum::flow:intake"] == []
    assert ends["limen.transit.tls_minimum::flow:site-upload"] == [("failure", "high")]
    assert ends["limen.transit.tls_minimum::flow:audit"] == [("skipped", "not_applicable")]
    assert ends["limen.keys.rotation::key:phi-data-key"] == [("error", "error")]
    assert ends["limen.classification.clearance::exposure:gateway%2Fsubmission"] == [("error", "not_assessed")]
    assert ends["limen.conformance.observed::claim:site-upload"] == [("skipped", "out_of_scope")]
    assert ends["limen.audit.chained::no subject of kind ledger"] == [("skipped", "not_applicable")]


def test_github_has_a_line_for_each_finding_and_gap_and_the_verdict() -> None:
    lines = report("github").render(sample(), Options()).decode().splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error"] * 5 + ["::notice"] * 4
    assert lines[0].startswith("::error file=boundaries.yaml,line=14,col=5,title=keys.rotation::")
    assert lines[-1] == (
        "::notice title=limen::does not conform: 3 findings, 2 not assessed or in error; 74 claims, 0 observed"
    )


def test_github_warns_below_the_threshold_but_a_gap_is_an_error_whatever_its_severity() -> None:
    lines = report("github").render(sample(fail_on="critical"), Options()).decode().splitlines()
    levels = {line.split("title=")[1].split("::")[0]: line.split(" ")[0] for line in lines}
    assert levels["transit.tls_minimum"] == "::warning"
    assert levels["keys.rotation"] == "::error"  # medium, but in error


def test_a_file_name_adds_nothing_to_a_github_command() -> None:
    place = Location(file="a,line=1::b%0A.yaml", line=3)
    finding = msgspec.structs.replace(sample().findings[0], location=place)
    line = report("github").render(sample(findings=(finding,)), Options()).decode().splitlines()[0]
    assert line.startswith("::error file=a%2Cline=1%3A%3Ab%250A.yaml,line=3,title=keys.rotation::")


@pytest.mark.parametrize("name", formats())
def test_a_partial_assessment_is_marked(name: str) -> None:
    content = readable(name, report(name).render(sample(partial="only rule transit.tls_minimum"), Options()))
    assert "partial assessment (only rule transit.tls" in content.replace("\\_", "_")


@pytest.mark.parametrize("name", formats())
def test_the_same_assessment_gives_the_same_bytes(name: str) -> None:
    assert report(name).render(sample(), Options()) == report(name).render(sample(), Options())


def test_ten_thousand_findings_are_quick_in_every_format() -> None:
    assessment = many(10_000)
    started = time.process_time()
    for name in formats():
        report(name).render(assessment, Options())
    assert time.process_time() - started < 10  # about 1.3 s; the room is for slow and shared machines


def test_only_html_loads_the_template_engine_and_nothing_loads_networkx_numpy_or_rich() -> None:
    script = (
        "import sys\n"
        "from limen.reports import Options, formats, report\n"
        "from tests.reports.building import sample\n"
        "assessment = sample()\n"
        "for name in formats():\n"
        "    if name != 'html': report(name).render(assessment, Options())\n"
        "print([n for n in ('jinja2', 'networkx', 'numpy', 'rich', 'jsonschema') if n in sys.modules])\n"
    )
    root = FOLDER.parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["text", "github", "markdown", "html", "sarif", "oscal", "pdf", "xlsx"])
def test_places_are_as_the_user_would_type_them(name: str) -> None:
    there = sample(declaration="examples/pharmacy/boundaries.yaml")
    content = readable(name, report(name).render(there, Options()))
    assert "examples/pharmacy/boundaries.yaml" in content.replace("\\", "").split("law as of", 1)[-1]
    assert "examples/pharmacy/waivers.yaml" not in content  # that path is as it was given already
    assert "waivers.yaml" in content


def test_an_absolute_path_and_a_folder_that_is_here_stay_as_they_are() -> None:
    for declaration in ("boundaries.yaml", "./boundaries.yaml"):
        content = report("github").render(sample(declaration=declaration), Options()).decode()
        assert "::error file=boundaries.yaml,line=14" in content
    content = report("github").render(sample(declaration="/srv/x/boundaries.yaml"), Options()).decode()
    assert "::error file=/srv/x/boundaries.yaml,line=14" in content
