"""What policies/frameworks/ says of law and standards: real ids and titles, dated, and nothing proposed called law."""

from __future__ import annotations

import datetime
import re

import msgspec
import pytest
from msgspec import UNSET

from limen.policy.catalog import Catalog, load_catalog
from limen.policy.coverage import FrameworkCoverage, coverage, load_frameworks
from limen.policy.frameworks import in_force, standing
from limen.records.rules import Control
from tests.policies.real_ids import CITATIONS, LISTS, OURS, real, wrong

DEMANDED = {
    "21cfr11", "21cfr1304", "21cfr1305", "21cfr1311", "45cfr164", "dscsa", "eu-annex-11", "fips-140-3", "fips-203",
    "fips-204", "fips-205", "iso-27001-2022", "nist-800-131ar2", "nist-800-207", "nist-800-52r2", "nist-800-53r5",
    "nist-800-57pt1r5", "pci-dss-4.0.1",
}  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def covered(catalog: Catalog) -> tuple[FrameworkCoverage, ...]:
    return coverage(load_frameworks(catalog.places), catalog.rules, catalog.rules, "2026-11-22")


def test_every_framework_that_is_asked_for_is_there(catalog: Catalog) -> None:
    found = {control.framework for control in catalog.controls.values()}
    assert found >= DEMANDED
    assert found == set(CITATIONS)


def test_every_control_that_a_rule_serves_is_in_a_framework(catalog: Catalog) -> None:
    unknown = {
        (rule_id, name)
        for rule_id, entry in catalog.entries.items()
        for name in entry.rule.controls
        if name not in catalog.controls
    }
    assert unknown == set()


def test_every_id_citation_and_title_is_real(catalog: Catalog) -> None:
    assert wrong(catalog.controls.values()) == {}


def test_nothing_in_the_lists_is_left_over(catalog: Catalog) -> None:
    """A list of a framework that is gone, or an exception for an entry that is gone, would hide the next mistake."""
    assert {path.stem for path in LISTS.glob("*.tsv")} == set(CITATIONS) - {"nist-ir-8547"}
    assert set(OURS) <= set(catalog.controls)


def _planted(control: Control, **changes: str) -> bool:
    return bool(wrong([msgspec.structs.replace(control, **changes)]))


def test_a_wrong_id_is_caught_in_every_entry(catalog: Catalog) -> None:
    """Also where the citation goes along with the id."""
    missed = []
    for name, control in catalog.controls.items():
        for bad in (f"{control.id}9", f"{control.id}(z)", f"9{control.id}", f"{control.id}@nobody"):
            if bad in real(control.framework):
                continue
            citation = CITATIONS[control.framework].format(id=bad, tail=bad[3:])
            if not _planted(control, id=bad) or not _planted(control, id=bad, citation=citation):
                missed.append((name, bad))
    assert missed == []


@pytest.mark.parametrize(
    ("framework", "id_"),
    [
        ("21cfr11", "11.10(l)"), ("21cfr11", "11.20"), ("21cfr1304", "1304.27"), ("21cfr1305", "1305.30"),
        ("21cfr1311", "1311.310"), ("45cfr164", "164.312(f)"), ("45cfr164", "164.312(e)(2)(iii)"),
        ("dscsa", "582(g)(1)(G)"), ("dscsa", "582(b)(9)"), ("eu-annex-11", "18"), ("eu-annex-11", "12.5"),
        ("fips-203", "12"),
        ("iso-27001-2022", "5.38"), ("iso-27001-2022", "8.35"), ("nist-800-131ar2", "11"), ("nist-800-207", "tenet-8"),
        ("nist-800-52r2", "3.9"), ("nist-800-53r5", "SC-8(9)"), ("nist-800-53r5", "AC-99"),
        ("nist-800-57pt1r5", "8.3.6"), ("pci-dss-4.0.1", "3.7.10"), ("pci-dss-4.0.1", "13.1.1"),
    ],
)  # fmt: skip
def test_an_id_that_no_text_has_is_caught(framework: str, id_: str) -> None:
    citation = CITATIONS[framework].format(id=id_, tail=id_[3:])
    planted = Control(
        framework=framework, id=id_, citation=citation, title="T", status="law", valid_from="2020-01-01", source="S"
    )
    assert wrong([planted]) == {f"{framework}:{id_}": f"{framework} has no {id_!r}"}


def test_a_citation_of_another_entry_is_caught(catalog: Catalog) -> None:
    controls = list(catalog.controls.values())
    missed = [
        f"{one.framework}:{one.id}"
        for one, other in zip(controls, [*controls[1:], controls[0]], strict=True)
        if one.citation != other.citation and not _planted(one, citation=other.citation)
    ]
    assert missed == []


def test_a_title_of_another_entry_is_caught(catalog: Catalog) -> None:
    missed = []
    for name, control in catalog.controls.items():
        heading = real(control.framework).get(control.id.partition("@")[0], "")
        if heading and not _planted(control, title=f"Not {control.title}"):
            missed.append(name)
    assert missed == []


def test_only_statutes_and_regulations_are_called_law(catalog: Catalog) -> None:
    law = {control.framework for control in catalog.controls.values() if control.status == "law"}
    assert law == {"21cfr11", "21cfr1304", "21cfr1305", "21cfr1311", "21cfr207", "45cfr164", "dscsa"}
    for control in catalog.controls.values():
        if control.status == "law":
            assert re.match(r"(21|45) CFR \d+\.\d+|FD&C Act 582", control.citation), control.citation


def test_drafts_and_proposals_are_never_in_force_and_no_rule_rests_on_one(catalog: Catalog) -> None:
    open_ = {name for name, control in catalog.controls.items() if control.status in ("draft", "proposed")}
    assert open_ == {"45cfr164:nprm-2025", "eu-annex-11:draft-2025", "nist-ir-8547:classical"}
    assert not any(in_force(catalog.controls[name], "2099-01-01") for name in open_)
    assert not {name for entry in catalog.entries.values() for name in entry.rule.controls} & open_


def test_what_was_not_checked_against_its_text_is_called_unverified(catalog: Catalog) -> None:
    """What facts.md marks, what is sold, and no entry whose number alone is in doubt carries a rule."""
    unverified = {name for name, control in catalog.controls.items() if control.status == "unverified"}
    whole = {control.framework for control in catalog.controls.values()} - {
        control.framework for name, control in catalog.controls.items() if name not in unverified
    }
    assert whole == {"iso-27001-2022", "pci-dss-4.0.1"}
    assert unverified >= {"nist-800-57pt1r5:5.3.6", *(f"dscsa:582({part})(4)" for part in "bcde")}
    served = {name for entry in catalog.entries.values() for name in entry.rule.controls}
    assert "nist-800-57pt1r5:5.3.6" not in served


@pytest.mark.parametrize(
    ("control", "before", "first_day"),
    [
        ("21cfr11:11.50", "1997-08-19", "1997-08-20"),
        ("21cfr207:207.33@ndc-12", "2033-03-06", "2033-03-07"),
        ("dscsa:582(g)(1)(A)", "2024-11-26", "2024-11-27"),
        ("dscsa:582(g)(1)@manufacturers", "2025-05-26", "2025-05-27"),
        ("dscsa:582(g)(1)@wholesale-distributors", "2025-08-26", "2025-08-27"),
        ("dscsa:582(g)(1)@dispensers", "2025-11-26", "2025-11-27"),
        ("dscsa:582(g)(1)@small-dispensers", "2026-11-26", "2026-11-27"),
        ("fips-203:8", "2024-08-12", "2024-08-13"),
        ("fips-140-3:140-2-transition", "2026-09-20", "2026-09-21"),
        ("pci-dss-4.0.1:8.6.2", "2025-03-31", "2025-04-01"),
    ],
)
def test_law_holds_from_its_first_day(catalog: Catalog, control: str, before: str, first_day: str) -> None:
    assert standing(catalog.controls[control], before) == "not yet in force"
    assert standing(catalog.controls[control], first_day) == "in force"


@pytest.mark.parametrize(
    ("control", "last_day", "after"),
    [
        ("fips-140-3:140-2-active", "2026-09-20", "2026-09-21"),
        ("21cfr207:207.33", "2033-03-06", "2033-03-07"),
    ],
)
def test_law_holds_to_its_last_day(catalog: Catalog, control: str, last_day: str, after: str) -> None:
    assert standing(catalog.controls[control], last_day) == "in force"
    assert standing(catalog.controls[control], after) == "expired"


def test_every_control_is_dated_with_its_source(catalog: Catalog) -> None:
    for name, control in catalog.controls.items():
        assert datetime.date.fromisoformat(control.valid_from).year > 1970, name
        assert control.source, name
        assert control.title, name


def test_coverage_is_said_of_every_control_and_agrees_with_the_rules(covered: tuple[FrameworkCoverage, ...]) -> None:
    """What a rule names says how far it is judged; what none names says why."""
    for one in covered:
        for entry, row in zip(one.framework.controls, one.rows, strict=True):
            assert entry.summary, row.name
            assert (entry.covered is not UNSET) == bool(row.rules), row.name
            assert bool(row.gap) == (row.verdict != "covered"), row.name


def test_what_was_not_read_is_never_said_to_be_covered_wholly(covered: tuple[FrameworkCoverage, ...]) -> None:
    unread = [row for one in covered for row in one.rows if row.control.status == "unverified"]
    assert unread
    assert [row.name for row in unread if row.verdict == "covered"] == []


def test_each_framework_says_what_is_not_covered(covered: tuple[FrameworkCoverage, ...]) -> None:
    """Nothing is covered whole: each framework but those of a single entry has partly covered or uncovered ones."""
    whole = {one.framework.id for one in covered if all(row.verdict == "covered" for row in one.rows)}
    assert whole == set()
    uncovered = {one.framework.id for one in covered if one.count("not covered")}
    assert uncovered >= DEMANDED - {"fips-204", "fips-205"}
