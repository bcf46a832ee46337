"""What policies/frameworks/ says of law and standards: real ids and titles, dated, and nothing proposed called law."""

from __future__ import annotations

import csv
import datetime
import re

import pytest

from limen.policy.catalog import Catalog, load_catalog
from limen.policy.frameworks import in_force
from limen.records.rules import Control
from tests.needs import need_data

CFR_SECTIONS = {
    "21 CFR 11.10": "Controls for closed systems",
    "21 CFR 11.50": "Signature manifestations",
    "21 CFR 11.70": "Signature/record linking",
    "21 CFR 11.100": "General requirements",
    "21 CFR 11.200": "Electronic signature components and controls",
    "21 CFR 11.300": "Controls for identification codes/passwords",
    "21 CFR 1304.03": "Persons required to keep records and file reports",
    "21 CFR 1304.04": "Maintenance of records and inventories",
    "21 CFR 1304.21": "General requirements for continuing records",
    "21 CFR 1305.27": "Preservation of electronic orders",
    "21 CFR 1311.305": "Recordkeeping",
    "45 CFR 164.308": "Administrative safeguards",
    "45 CFR 164.312": "Technical safeguards",
    "45 CFR 164.316": "Policies and procedures and documentation requirements",
    "45 CFR 164.502": "Uses and disclosures of protected health information: General rules",
}
"""Sections of the Code of Federal Regulations that are cited, with their headings there."""

CFR_PARAGRAPHS = {
    "45 CFR 164.308(a)(6)(ii)": "Response and reporting",
    "45 CFR 164.312(a)(1)": "Access control",
    "45 CFR 164.312(a)(2)(iv)": "Encryption and decryption",
    "45 CFR 164.312(b)": "Audit controls",
    "45 CFR 164.312(c)(1)": "Integrity",
    "45 CFR 164.312(d)": "Person or entity authentication",
    "45 CFR 164.312(e)(1)": "Transmission security",
    "45 CFR 164.312(e)(2)(i)": "Integrity controls",
    "45 CFR 164.312(e)(2)(ii)": "Encryption",
    "45 CFR 164.316(b)(2)(i)": "Time limit",
    "45 CFR 164.502(b)": "Minimum necessary",
}
"""Paragraphs of 45 CFR 164 that have headings of their own."""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def _of(catalog: Catalog, framework: str) -> dict[str, Control]:
    return {control.id: control for control in catalog.controls.values() if control.framework == framework}


def test_every_control_that_a_rule_serves_is_in_a_framework(catalog: Catalog) -> None:
    unknown = {
        (rule_id, name)
        for rule_id, entry in catalog.entries.items()
        for name in entry.rule.controls
        if name not in catalog.controls
    }
    assert unknown == set()


def test_nist_800_53_ids_and_titles_are_those_of_the_high_baseline(catalog: Catalog) -> None:
    path = need_data("nist-800-53r5-high.tsv")
    with path.open(encoding="utf-8") as lines:
        real = {row["label"]: row["title"] for row in csv.DictReader(lines, delimiter="\t")}
    ours = {control.id: control.title for control in _of(catalog, "nist-800-53r5").values()}
    assert {id_: title for id_, title in ours.items() if real.get(id_) != title} == {}
    assert {control.citation for control in _of(catalog, "nist-800-53r5").values()} == {
        f"NIST SP 800-53 Rev. 5, {id_}" for id_ in ours
    }


@pytest.mark.parametrize("framework", ["21cfr11", "21cfr1304", "21cfr1305", "21cfr1311", "45cfr164"])
def test_cfr_citations_name_sections_that_exist_with_their_headings(catalog: Catalog, framework: str) -> None:
    title, part = framework.split("cfr")
    for control in _of(catalog, framework).values():
        if control.status == "proposed":
            continue
        assert control.citation == f"{title} CFR {control.id}"
        section = control.citation.split("(")[0]
        assert section in CFR_SECTIONS, control.citation
        assert section.startswith(f"{title} CFR {part}."), control.citation
        if part == "164":
            assert control.title == CFR_PARAGRAPHS[control.citation]
        else:
            assert control.title.split(":")[0] == CFR_SECTIONS[section]


def test_only_statutes_and_regulations_are_called_law(catalog: Catalog) -> None:
    law = {control.framework for control in catalog.controls.values() if control.status == "law"}
    assert law == {"21cfr11", "21cfr1304", "21cfr1305", "21cfr1311", "45cfr164", "dscsa"}
    for control in catalog.controls.values():
        if control.status == "law":
            assert re.match(r"(21|45) CFR \d+\.\d+|FD&C Act 582", control.citation), control.citation


def test_drafts_and_proposals_are_never_in_force_and_no_rule_rests_on_one(catalog: Catalog) -> None:
    open_ = {name for name, control in catalog.controls.items() if control.status in ("draft", "proposed")}
    assert open_ == {"45cfr164:nprm-2025", "eu-annex-11:draft-2025", "nist-ir-8547:classical"}
    assert not any(in_force(catalog.controls[name], "2099-01-01") for name in open_)
    assert not {name for entry in catalog.entries.values() for name in entry.rule.controls} & open_


def test_what_was_not_checked_against_its_text_is_called_unverified(catalog: Catalog) -> None:
    unverified = {name for name, control in catalog.controls.items() if control.status == "unverified"}
    assert unverified == {"dscsa:582-suspect-product", "nist-800-57pt1r5:5.3.6-data-encryption"}


@pytest.mark.parametrize(
    ("control", "last_day_before", "first_day"),
    [
        ("dscsa:582(g)(1)(A)", "2024-11-26", "2024-11-27"),
        ("21cfr11:11.50", "1997-08-19", "1997-08-20"),
        ("fips-203:ml-kem", "2024-08-12", "2024-08-13"),
        ("fips-140-3:140-2-transition", "2026-09-20", "2026-09-21"),
    ],
)
def test_law_holds_from_its_first_day(catalog: Catalog, control: str, last_day_before: str, first_day: str) -> None:
    assert not in_force(catalog.controls[control], last_day_before)
    assert in_force(catalog.controls[control], first_day)


def test_every_control_is_dated_with_its_source(catalog: Catalog) -> None:
    for name, control in catalog.controls.items():
        assert datetime.date.fromisoformat(control.valid_from).year > 1970, name
        assert control.source, name
        assert control.title, name
