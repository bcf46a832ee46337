"""What policies/profiles/ selects: every rule somewhere, no value weakened, and what each law needs."""

from __future__ import annotations

import datetime

import pytest

from limen.model.scalars import duration_seconds
from limen.policy.catalog import Catalog, load_catalog
from limen.policy.selection import Selection, select

AS_OF = datetime.date(2026, 11, 22)
FIVE = ("zero-trust", "dscsa", "dea-controlled-substances", "part-11", "hipaa")
TWO_YEARS, SIX_YEARS = duration_seconds("P2Y"), duration_seconds("P6Y")
SHIPPED = ("baseline", *FIVE, "pqc-readiness", "strict")


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


def test_the_five_select_every_rule_but_the_post_quantum_one(catalog: Catalog, five: Selection) -> None:
    assert set(catalog.entries) - set(five.rules) == {"transit.post_quantum"}
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
