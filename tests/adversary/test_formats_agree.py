"""Every format tells the same end: verdict, numbers and exit code agree, and no gap is ever shown as good."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from limen.assess import Request, assess
from limen.records.assessment import Assessment
from limen.records.statuses import STATUSES
from limen.records.verdict import exit_code, gates, gating
from limen.reports import Options, report
from tests.needs import REPOSITORY
from tests.reference import reference_text
from tests.weakenings.edits import weaken

SYSTEMS = {
    "reference": REPOSITORY,
    "model": REPOSITORY / "examples" / "model",
    **{path.parent.name: path.parent for path in sorted(REPOSITORY.glob("examples/*/violating"))},
    **{f"{path.parent.name}, violating": path for path in sorted(REPOSITORY.glob("examples/*/violating"))},
}
VARIANTS = ("with gaps", "with gaps and findings", "raised threshold", "one flow", "one rule")
ACCEPTED = ("waived", "in the baseline")
VIOLATING = REPOSITORY / "examples" / "serialization" / "violating"
GAPS = {"drop": ["keys/phi-data-key/custody", "flows/submit/authn/credential"]}
FINDINGS = {"put": {"flows/verify/in_transit/tls/min": "1.2"}}


def _variant(name: str, folder: Path) -> Assessment:
    plain = json.loads(reference_text())
    if "gaps" in name:
        weaken(plain, GAPS)
    if name != "with gaps":
        weaken(plain, FINDINGS)
    path = folder / "boundaries.yaml"
    path.write_text(json.dumps(plain), encoding="utf-8")
    if name == "raised threshold":
        return assess(Request(path=path, fail_on="critical")).assessment
    if name == "one flow":
        return assess(Request(path=path, flows=("submit",))).assessment
    if name == "one rule":
        return assess(Request(path=path, rules=("rest.key_custody",))).assessment
    return assess(Request(path=path)).assessment


def _accepted(name: str, folder: Path) -> Assessment:
    """Return a violating system of which every finding but the first is accepted."""
    shutil.copy(VIOLATING / "boundaries.yaml", folder)
    _, *found = assess(Request(path=folder)).assessment.findings
    names = [finding.fingerprint for finding in found]
    if name == "waived":
        of_all = {
            "owner": "ops",
            "requested_by": "jo",
            "approved_by": "kim",
            "reason": "the partner moves in January",
            "compensating_control": "transit.plaintext",
            "expires": "2999-01-01",
        }
        waivers = [{"fingerprint": fingerprint, **of_all} for fingerprint in names]
        (folder / "waivers.yaml").write_text(json.dumps({"waivers": waivers}), encoding="utf-8")
    else:
        baseline = {"created": "2026-01-01", "expires": "2999-01-01", "fingerprints": names}
        (folder / "baseline.json").write_text(json.dumps(baseline), encoding="utf-8")
    assessment = assess(Request(path=folder)).assessment
    assert sum(finding.disposition != "open" for finding in assessment.findings) == len(names) > 3
    return assessment


@pytest.fixture(scope="module", params=[*SYSTEMS, *VARIANTS, *ACCEPTED])
def assessment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Assessment:
    if request.param in SYSTEMS:
        return assess(Request(path=SYSTEMS[request.param])).assessment
    make = _accepted if request.param in ACCEPTED else _variant
    return make(request.param, tmp_path_factory.mktemp("variant"))


def _rendered(name: str, assessment: Assessment) -> str:
    return report(name).render(assessment, Options()).decode()


def _open(assessment: Assessment) -> Counter[str]:
    return Counter(finding.status for finding in assessment.findings if finding.disposition == "open")


def test_the_exit_code_follows_from_what_is_listed(assessment: Assessment) -> None:
    gating_ones = [finding for finding in assessment.findings if gates(finding, assessment)]
    assert sum(gating(assessment)) == len(gating_ones)
    expected = 1 if any(finding.status == "fail" for finding in gating_ones) else 3 if gating_ones else 0
    assert exit_code(assessment, partial_accepted=True) == expected
    assert exit_code(assessment) == expected or (bool(assessment.partial) and expected == 0)
    assert assessment.verdict().startswith("partial assessment") == bool(assessment.partial)


def test_every_decision_that_is_not_good_is_listed(assessment: Assessment) -> None:
    """Nothing is lost between a decision and the list of findings, unless the assessment is of some flows only."""
    listed = {(f.rule, f.subject) for f in assessment.findings}
    bad = {(d.rule, d.subject) for d in assessment.each_decision() if d.status in ("fail", "error", "not_assessed")}
    assert listed <= bad
    if "only flow" not in assessment.partial:
        assert listed == bad


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_json_agrees(assessment: Assessment, name: str) -> None:
    text = _rendered(name, assessment)
    if name == "json":
        document: dict[str, Any] = json.loads(text)
    else:
        rows = [json.loads(line) for line in text.splitlines()]
        document = {kind + "s": [row for row in rows if row["type"] == kind] for kind in ("finding", "decision")}
        document |= rows[0]
    assert document["counts"] == assessment.counts
    counted = Counter(row["status"] for row in document["decisions"])
    assert {status: counted[status] for status in STATUSES} == assessment.counts
    assert Counter(r["status"] for r in document["findings"] if r["disposition"] == "open") == _open(assessment)
    assert (document["exit_code"], document["verdict"]) == (exit_code(assessment), assessment.verdict())
    assert document["partial"] == assessment.partial


def test_sarif_agrees(assessment: Assessment) -> None:
    (run,) = json.loads(_rendered("sarif", assessment))["runs"]
    kinds = Counter(result["kind"] for result in run["results"] if "suppressions" not in result)
    found = _open(assessment)
    assert kinds["fail"] == found["fail"]
    assert kinds["open"] == found["error"] + found["not_assessed"]
    assert kinds["pass"] == assessment.counts["pass"]
    assert run["invocations"][0]["exitCode"] == exit_code(assessment)
    assert run["properties"]["counts"] == assessment.counts
    assert (run["properties"]["verdict"], run["properties"]["partial"]) == (assessment.verdict(), assessment.partial)
    assert run["properties"]["resultsLeftOut"] == 0


def test_junit_agrees(assessment: Assessment) -> None:
    root = etree.fromstring(_rendered("junit", assessment).encode())
    accepted = {(f.rule, f.subject) for f in assessment.findings if f.disposition != "open"}
    accepted -= {(f.rule, f.subject) for f in assessment.findings if f.disposition == "open"}
    counts = assessment.counts
    assert int(root.get("failures", "")) == counts["fail"] - len(accepted)
    assert int(root.get("errors", "")) == counts["error"] + counts["not_assessed"]
    assert len(root.findall(".//skipped")) == counts["not_applicable"] + counts["out_of_scope"] + len(accepted)
    assert int(root.get("tests", "")) == sum(counts.values())
    assert assessment.verdict() in root.get("name", "")


@pytest.mark.parametrize("name", ["text", "markdown", "github", "html"])
def test_what_people_read_agrees(assessment: Assessment, name: str) -> None:
    text = _rendered(name, assessment)
    good = exit_code(assessment) == 0
    plain = " ".join(re.sub(r"\\(.)", r"\1", text).split())
    if name == "text":
        assert text.splitlines()[-1] == assessment.verdict()
    elif name == "markdown":
        assert text.startswith("## ✅" if good else "## ❌")
        assert re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), plain).count(assessment.verdict()) == 1
    elif name == "github":
        *lines, last = text.splitlines()
        assert last.startswith("::notice title=limen::")
        assert assessment.verdict().replace("%", "%25") in last
        assert sum(line.startswith("::error ") for line in lines) == sum(gating(assessment))
        assert len(lines) == len(assessment.findings)
    else:
        (first, *_) = html.document_fromstring(text).find_class("verdict")
        assert first.text_content().split(maxsplit=1)[1].strip() == assessment.verdict()
        assert ("good" in first.get("class").split()) == good
    if assessment.partial:
        assert "partial assessment" in plain
