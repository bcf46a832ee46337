"""`--as-of` decides what is cited: nothing that is not in force on the day, no draft and no proposal, in no report."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path

import pytest

from limen.assess import Request, assess
from limen.policy.catalog import Catalog, load_catalog
from limen.policy.frameworks import in_force
from limen.policy.selection import select
from limen.records.assessment import Assessment
from limen.reports import Options, formats, report
from tests.needs import REPOSITORY
from tests.policy.support import write_profile, write_rule
from tests.reports.kinds import readable

VIOLATING = REPOSITORY / "examples" / "serialization" / "violating" / "boundaries.yaml"
DSCSA = "dscsa:582(g)(1)"
EDGES = [
    ("2024-11-26", set()),
    ("2024-11-27", {"(A)"}),
    ("2025-05-26", {"(A)"}),
    ("2025-05-27", {"(A)", "@manufacturers"}),
    ("2025-08-26", {"(A)", "@manufacturers"}),
    ("2025-08-27", {"(A)", "@manufacturers", "@wholesale-distributors"}),
    ("2025-11-26", {"(A)", "@manufacturers", "@wholesale-distributors"}),
    ("2025-11-27", {"(A)", "@manufacturers", "@wholesale-distributors", "@dispensers"}),
    ("2026-11-26", {"(A)", "@manufacturers", "@wholesale-distributors", "@dispensers"}),
    ("2026-11-27", {"(A)", "@manufacturers", "@wholesale-distributors", "@dispensers", "@small-dispensers"}),
]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@cache
def _assessed(day: str) -> Assessment:
    return assess(Request(path=VIOLATING, as_of=datetime.date.fromisoformat(day))).assessment


def _cited(catalog: Catalog, rule: str, day: str) -> set[str]:
    return set(select(catalog, ["strict"], as_of=datetime.date.fromisoformat(day)).rules[rule].rule.controls)


@pytest.mark.parametrize(("day", "expected"), EDGES)
def test_section_582_begins_on_a_day_for_each(catalog: Catalog, day: str, expected: set[str]) -> None:
    cited = _cited(catalog, "transit.plaintext", day)
    assert {name.removeprefix(DSCSA) for name in cited if name.startswith(DSCSA)} == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-09-20", "fips-140-3:140-2-active"), ("2026-09-21", "fips-140-3:140-2-transition")],
)
def test_fips_140_2_certificates_become_historical(catalog: Catalog, day: str, expected: str) -> None:
    cited = _cited(catalog, "rest.module", day)
    assert {name for name in cited if "140-2" in name} == {expected}


@pytest.mark.parametrize(
    ("day", "expected"), [("2033-03-06", "21cfr207:207.33"), ("2033-03-07", "21cfr207:207.33@ndc-12")]
)
def test_the_national_drug_code_gets_twelve_digits(catalog: Catalog, day: str, expected: str) -> None:
    cited = _cited(catalog, "ingress.canonical_identifiers", day)
    assert {name for name in cited if name.startswith("21cfr207:")} == {expected}


@pytest.mark.parametrize("day", ["1990-01-01", "2024-11-26", "2026-11-22", "2026-11-27", "2033-03-07"])
def test_an_assessment_holds_only_what_is_in_force(catalog: Catalog, day: str) -> None:
    whole = _assessed(day)
    cited = {name for decided in whole.decisions.values() for name in decided.selected.rule.controls}
    cited |= {name for finding in whole.findings for name in finding.controls}
    assert cited == set(whole.controls)
    assert {name for name in cited if not in_force(catalog.controls[name], day)} == set()
    assert whole.findings


def test_on_the_last_exempt_day_no_report_cites_the_end_of_the_exemption() -> None:
    last, first = _assessed("2026-11-26"), _assessed("2026-11-27")
    for name in formats():
        assert "@small-dispensers" not in readable(name, report(name).render(last, Options())), name
    assert b"@small-dispensers" in report("sarif").render(first, Options())


def test_findings_keep_their_fingerprints_whatever_may_be_cited() -> None:
    """A waiver does not reopen because an exemption ended."""
    last, first = _assessed("2026-11-26"), _assessed("2026-11-27")
    for whole in (last, first):
        assert [one for one in whole.findings if one.rule.startswith("transit.")]
    prints = [
        {one.fingerprint for one in whole.findings if not one.rule.startswith("keys.")} for whole in (last, first)
    ]
    assert prints[0] == prints[1]  # a key's age is another every day


@pytest.mark.parametrize("status", ["draft", "proposed"])
def test_a_draft_of_the_users_own_is_cited_by_no_report(tmp_path: Path, status: str) -> None:
    """Even where a rule names it, and where its day has come."""
    text = (REPOSITORY / "rego/limen/rules/transit/plaintext/plaintext.rego").read_text("utf-8")
    start, end = text.index("#   controls:"), text.index("#   remediation:")
    text = text[:start] + '#   controls: ["mine:1", "mine:2"]\n' + text[end:]
    text = text.replace("transit.plaintext", "transit.mine").replace("# title: ", "# title: Mine ", 1)
    write_rule(tmp_path, text)
    write_profile(tmp_path, "id: mine\ntitle: M\ndescription: M.\nextends: [baseline]\nrules: [transit.mine]\n")
    (tmp_path / "frameworks").mkdir()
    (tmp_path / "frameworks" / "mine.yaml").write_text(
        "id: mine\ntitle: M\npublisher: M\nstatus: guidance\nsource: M\nvalid_from: 2020-01-01\ncontrols:\n"
        "  - {id: '1', citation: Our own handbook 1, title: M}\n"
        f"  - {{id: '2', citation: Nobody has decided this, title: M, status: {status}}}\n",
        encoding="utf-8",
    )
    whole = assess(Request(path=VIOLATING, profiles=("mine",), policies=(tmp_path,))).assessment
    assert whole.decisions["transit.mine"].selected.rule.controls == ("mine:1",)
    for name in formats():
        rendered = readable(name, report(name).render(whole, Options()))
        assert "Nobody has decided this" not in rendered, name
        assert "mine:2" not in rendered, name
    assert b"Our own handbook 1: M (guidance)" in report("sarif").render(whole, Options())


@pytest.mark.parametrize("name", ["text", "markdown", "html", "sarif", "json"])
def test_no_report_calls_by_the_name_of_law_what_is_not(name: str) -> None:
    """Where a status is shown, it is the one of the framework's file."""
    rendered = report(name).render(_assessed("2026-11-22"), Options()).decode()
    for citation in ("90 FR 898", "draft of 2025-07-07", "NIST IR 8547"):
        assert citation not in rendered
