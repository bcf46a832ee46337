"""Holds entries of policies/frameworks/ against the ids and headings that the texts really have."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from limen.records.rules import Control
from tests.needs import need_data

LISTS = Path(__file__).parent / "real"

CITATIONS = {
    "21cfr11": "21 CFR {id}",
    "21cfr1304": "21 CFR {id}",
    "21cfr1305": "21 CFR {id}",
    "21cfr1311": "21 CFR {id}",
    "21cfr207": "21 CFR {id}",
    "45cfr164": "45 CFR {id}",
    "dscsa": "FD&C Act {id}, 21 USC 360eee-1{tail}",
    "eu-annex-11": "EU GMP Annex 11 (2011), {id}",
    "fips-140-3": "FIPS 140-3, ISO/IEC 19790:2012, {id}",
    "fips-203": "FIPS 203, {id}",
    "fips-204": "FIPS 204, {id}",
    "fips-205": "FIPS 205, {id}",
    "iso-27001-2022": "ISO/IEC 27001:2022, Annex A, {id}",
    "nist-800-131ar2": "NIST SP 800-131A Rev. 2, {id}",
    "nist-800-207": "NIST SP 800-207, {id}",
    "nist-800-52r2": "NIST SP 800-52 Rev. 2, {id}",
    "nist-800-53r5": "NIST SP 800-53 Rev. 5, {id}",
    "nist-800-57pt1r5": "NIST SP 800-57 Part 1 Rev. 5, {id}",
    "nist-ir-8547": "",
    "pci-dss-4.0.1": "PCI DSS 4.0.1, {id}",
}
"""How each framework's entries are cited; `tail` is what follows the section's number."""

OURS = {
    "21cfr207:207.33@ndc-12": "21 CFR 207.33, 91 FR 10749",
    "45cfr164:nprm-2025": "90 FR 898",
    "eu-annex-11:draft-2025": "EU GMP Annex 11, draft of 2025-07-07",
    "fips-140-3:140-2-active": "FIPS 140-3; CMVP transition from FIPS 140-2",
    "fips-140-3:140-2-transition": "FIPS 140-3; CMVP transition from FIPS 140-2",
    "fips-140-3:validation": "FIPS 140-3",
    "nist-ir-8547:classical": "NIST IR 8547 (draft)",
    **{f"nist-800-207:tenet-{number}": f"NIST SP 800-207, 2.1, tenet {number}" for number in range(1, 8)},
}
"""Entries whose id is a name of ours, with their exact citation."""

ADDRESSEES = {"ndc-12", "manufacturers", "wholesale-distributors", "dispensers", "small-dispensers"}
"""What may stand behind the @ of an id."""


@cache
def real(framework: str) -> dict[str, str]:
    """Return the heading of each id that a framework's text has; ids of SP 800-53 come from the shared list, too."""
    paths = [LISTS / f"{framework}.tsv"] if (LISTS / f"{framework}.tsv").exists() else []
    found: dict[str, str] = {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as lines:
            found |= {row["id"]: row["title"] for row in csv.DictReader(lines, delimiter="\t")}
    if framework == "nist-800-53r5":
        with need_data("nist-800-53r5-high.tsv").open(encoding="utf-8", newline="") as lines:
            found |= {row["label"]: row["title"] for row in csv.DictReader(lines, delimiter="\t")}
    return found


def wrong(controls: Iterable[Control]) -> dict[str, str]:
    """Return what is wrong with the ids, citations and titles of controls, by framework:control."""
    found = {}
    for control in controls:
        name = f"{control.framework}:{control.id}"
        if objection := _objection(control, name):
            found[name] = objection
    return found


def _objection(control: Control, name: str) -> str:
    base, _, addressee = control.id.partition("@")
    if addressee and addressee not in ADDRESSEES:
        return f"nobody is called {addressee!r}"
    known = real(control.framework)
    if name not in OURS and base not in known:
        return f"{control.framework} has no {base!r}"
    expected = OURS.get(name) or CITATIONS[control.framework].format(id=base, tail=base[3:])
    if control.citation != expected:
        return f"cited as {control.citation!r}, not {expected!r}"
    heading = known.get(base, "")
    if heading and control.title != heading and not control.title.startswith(f"{heading}: "):
        return f"its heading is {heading!r}"
    return ""
