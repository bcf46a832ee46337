"""What policies/profiles/ selects: every rule somewhere, no value weakened, and what each law needs."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path
from typing import Any

import pytest

from limen.assess import Request, assess
from limen.errors import PolicyError
from limen.model.scalars import duration_seconds
from limen.policy.catalog import Catalog, load_catalog
from limen.policy.selection import Selection, select
from tests.needs import REPOSITORY
from tests.reference import reference_text
from tests.weakenings.edits import weaken

AS_OF = datetime.date(2026, 11, 22)
FIVE = ("zero-trust", "dscsa", "dea-controlled-substances", "part-11", "hipaa")
TWO_YEARS, SIX_YEARS = duration_seconds("P2Y"), duration_seconds("P6Y")
SHIPPED = ("baseline", *FIVE, "annex-11", "assured", "pqc-readiness", "strict")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def five(catalog: Catalog) -> Selection:
    return select(catalog, FIVE, as_of=AS_OF)


def test_these_profiles_are_shipped(catalog: Catalog) -> None:
    assert sorted(catalog.profiles) == sorted(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_each_profile_can_be_used_alone_and_weakens_nothing(catalog: Catalog, name: str) -> None:
    selection = select(catalog, [name], as_of=AS_OF)
    assert selection.rules
    assert selection.deviations == ()


def test_the_five_select_every_rule_but_those_of_quantum_computers_and_of_doubt(
    catalog: Catalog, five: Selection
) -> None:
    """What the law asks is there whole; the others are policies of ours."""
    others = {"transit.post_quantum"} | set(select(catalog, ["assured"], as_of=AS_OF).rules)
    assert set(catalog.entries) - set(five.rules) - others == set()
    assert "transit.post_quantum" not in five.rules
    assert five.deviations == ()


def test_strict_selects_every_rule(catalog: Catalog) -> None:
    assert set(select(catalog, ["strict"], as_of=AS_OF).rules) == set(catalog.entries)


@pytest.mark.parametrize(
    ("profile", "sections"),
    [
        ("baseline", {"labels", "data", "zones", "components", "flows", "keys", "roles", "secrets"}),
        ("zero-trust", {"ledgers", "secrets", "incident_response", "verification"}),
        ("dscsa", {"ledgers", "data", "verification"}),
        ("dea-controlled-substances", {"ledgers", "tenants", "transfers", "separation_of_duties"}),
        ("part-11", {"ledgers", "roles", "separation_of_duties", "principals"}),
        ("annex-11", {"ledgers", "incident_response", "verification"}),
        ("hipaa", {"ledgers", "incident_response"}),
        ("strict", {"assertions", "probes", "key_rotation_procedure"}),
    ],
)
def test_what_a_profile_requires_fails_where_it_is_missing(catalog: Catalog, profile: str, sections: set[str]) -> None:
    selection = select(catalog, [profile], as_of=AS_OF)
    assert sections <= set(selection.requires)
    parameters = selection.rules["structure.required_sections"].parameters
    assert parameters == {"required_sections": list(selection.requires)}


@pytest.mark.parametrize(
    ("rule", "parameter", "value"),
    [
        ("transit.tls_minimum", "tls_minimum", 13),
        ("retention.period", "retention_minimum", {
            "controlled-substance": TWO_YEARS, "phi": SIX_YEARS, "regulatory": SIX_YEARS, "serialization": SIX_YEARS,
        }),
        ("rest.key_custody", "custodians", ["hsm", "kms"]),
        ("access.credential_lifetime", "credential_lifetime", 12 * 3600),
        ("transit.unsealed_item", "protected_compartments", [
            "controlled-substance", "phi", "regulatory", "serialization",
        ]),
        ("operations.triggers", "incident_triggers", [
            "chain-mismatch", "crypto-failure", "schedule-anomaly", "tenant-collision",
        ]),
        ("operations.verification_coverage", "verification_of", ["ledgers", "retention", "tenancy"]),
        ("tenancy.transfer_acknowledgement", "acknowledgement_maximum", 86400),
        ("audit.anchored", "anchor_maximum", 3600),
    ],
)  # fmt: skip
def test_together_the_strictest_value_wins(five: Selection, rule: str, parameter: str, value: object) -> None:
    assert five.rules[rule].parameters[parameter] == value


def test_the_least_age_of_each_claim_reaches_the_rules(five: Selection) -> None:
    assert five.rules["conformance.unobserved"].parameters["claim_ages"] == {
        "append_only": 7 * 86400,
        "at_rest.algorithm": 30 * 86400,
        "chain": 86400,
        "grantees": 30 * 86400,
        "in_transit.tls.min": 7 * 86400,
        "in_transit.tls.mutual": 7 * 86400,
        "isolation.row_level_security": 7 * 86400,
        "processing.plaintext_logging": 30 * 86400,
        "tiers": 30 * 86400,
    }


def test_only_the_strict_and_the_part_11_profile_want_signed_waivers(catalog: Catalog) -> None:
    wanting = {name for name in SHIPPED if select(catalog, [name], as_of=AS_OF).attested_waivers}
    assert wanting == {"part-11", "strict"}


ANNEX_11 = {
    "audit trail (9)": (
        {"drop": ["flows/submit/audit"]},
        "audit.crossing_logged::flow:submit::audit.ledger",
    ),
    "entries without their author (12.4)": (
        {"take": {"ledgers/crossing-log/records": "actor"}},
        "audit.entry_content::ledger:crossing-log::records",
    ),
    "signature without its time (14)": (
        {
            "take": {
                "data/approval/fields": "signed_at",
                "roles/regulatory_reviewer/needs/approval": "signed_at",
            }
        },
        "signatures.manifestation::data:approval::fields",
    ),
    "data exchanged in the open (5)": (
        {"put": {"flows/store-record/in_transit/protocol": "http"}},
        "transit.plaintext::flow:store-record::in_transit.channel",
    ),
    "evaluated once a year (11)": (
        {"put": {"verification/schedule": "P365D"}},
        "operations.verification_schedule::system:aldermoor::verification.schedule",
    ),
    "archived for three years (7.1)": (
        {"put": {"data/submission/retention": "P3Y"}},
        "retention.period::data:submission::retention[0]",
    ),
}
"""What weakens the reference system against a clause, and the finding that it raises under annex-11 alone."""


def test_under_annex_11_alone_the_reference_system_conforms() -> None:
    whole = assess(Request(path=REPOSITORY / "boundaries.yaml", only_profiles=("annex-11",))).assessment
    assert whole.findings == ()
    asked = {f"eu-annex-11:{clause}" for clause in ("4.3", "5", "7.1", "9", "11", "12.1", "12.4", "13", "14", "17")}
    assert {name for name in whole.controls if name.startswith("eu-annex-11:")} == asked
    passed = {rule for rule, decided in whole.decisions.items() if "eu-annex-11:9" in decided.selected.rule.controls}
    assert passed >= {"audit.crossing_logged", "audit.entry_content", "audit.append_only"}


@pytest.mark.parametrize("case", ANNEX_11)
def test_under_annex_11_alone_a_violation_is_caught(case: str, tmp_path: Path) -> None:
    edits, expected = ANNEX_11[case]
    plain: dict[str, Any] = json.loads(reference_text())
    weaken(plain, edits)
    path = tmp_path / "boundaries.yaml"
    path.write_text(json.dumps(plain), encoding="utf-8")
    whole = assess(Request(path=path, only_profiles=("annex-11",))).assessment
    found = {finding.id: finding for finding in whole.findings}
    assert expected in found, sorted(found)
    assert found[expected].status == "fail"
    clauses = re.findall(r"[0-9.]+", case.partition("(")[2])
    assert {f"eu-annex-11:{clause}" for clause in clauses} <= set(found[expected].controls)


STRUCTURAL = {
    ("access.separation_of_duties", 2): "a pair has two duties",
    ("tenancy.transfer_route", 2): "a transfer has two ends",
    ("transit.pins_agree", 2): "there is one set of pins, and no second",
    ("transit.weak_suites", 13): "from TLS 1.3 on the suites are the protocol's own",
}
"""Numbers that a rule may hold, and why they are no parameter."""


def test_limits_come_from_profiles_and_never_from_a_rule(catalog: Catalog) -> None:
    found = set()
    for rule_id, entry in catalog.entries.items():
        body = re.sub(r'"[^"\n]*"|`[^`]*`', "", entry.rule.source.split("\npackage ", 1)[1])
        code = "\n".join(line.partition("#")[0] for line in body.splitlines())
        found |= {(rule_id, int(number)) for number in re.findall(r"(?<![\w.])\d+(?![\w.])", code) if int(number) > 1}
    assert found == set(STRUCTURAL)


def test_a_circle_of_profiles_is_refused_at_its_place(tmp_path: Path) -> None:
    """However long: each profile of it is named, and the line that closes it."""
    folder = tmp_path / "profiles"
    folder.mkdir()
    for name, base in (("one", "two"), ("two", "three"), ("three", "one")):
        (folder / f"{name}.yaml").write_text(
            f"id: {name}\ntitle: T\ndescription: D.\nextends: [baseline,\n  {base}]\n", encoding="utf-8"
        )
    with pytest.raises(PolicyError) as caught:
        select(load_catalog((tmp_path,)), ["two"], as_of=AS_OF)
    (problem,) = caught.value.problems
    assert problem.message == "the profile extends itself: two -> three -> one -> two"
    assert problem.location is not None
    assert (Path(problem.location.file).name, problem.location.line, problem.location.column) == ("one.yaml", 5, 3)
