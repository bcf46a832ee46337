"""Declared isolation held against what a database showed: the weakest counts, the unknown agrees with nothing."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from limen.analysis.kinds.observed_tenancy import PolicyPart, TenancyFacts
from limen.analysis.reconciliation.tenancy import CLAIMS

GOOD = PolicyPart(permissive=1, constant=0, unbound=0, defaulted=0, checks_weak=0, checks_missing=0)


def table(**given: object) -> TenancyFacts:
    """Return the facts of a good table, but for what is given."""
    usual: dict[str, object] = {"what": "table", "column": "tenant_id", "partitioned": True, "row_security": "forced"}
    return TenancyFacts(**{**usual, "policies": GOOD, **given})  # type: ignore[arg-type]


def policies(**given: object) -> TenancyFacts:
    """Return the facts of a table whose policies differ from good ones."""
    usual = {name: getattr(GOOD, name) for name in GOOD.__struct_fields__}
    return table(policies=PolicyPart(**{**usual, **given}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "declared", "facts", "expected"),
    [
        ("partitions_by", "tenant_id", [table()], ("tenant_id", True)),
        ("partitions_by", "site_id", [table()], ("tenant_id", False)),
        ("partitions_by", "tenant_id", [table(), table(partitioned=False)], ("none", False)),
        ("partitions_by", "tenant_id", [TenancyFacts(what="database", column="tenant_id")], None),
        ("isolation.row_level_security", "forced", [table()], ("forced", True)),
        ("isolation.row_level_security", "enabled", [table()], ("forced", True)),
        ("isolation.row_level_security", "forced", [table(), table(row_security="enabled")], ("enabled", False)),
        ("isolation.row_level_security", "enabled", [table(), table(row_security="off")], ("off", False)),
        ("isolation.row_level_security", "off", [table(row_security="off")], ("off", True)),
        ("isolation.row_level_security", "forced", [table(row_security=UNSET)], None),
        ("isolation.tenant_predicate", "database", [table()], ("database", True)),
        ("isolation.tenant_predicate", "database", [table(), table(row_security="off")], ("none", False)),
        ("isolation.tenant_predicate", "database", [policies(permissive=0)], ("none", False)),
        ("isolation.tenant_predicate", "database", [policies(constant=1)], ("none", False)),
        ("isolation.tenant_predicate", "database", [policies(unbound=2)], ("none", False)),
        ("isolation.tenant_predicate", "database", [policies(unbound=UNSET)], None),
        ("isolation.tenant_predicate", "proxy", [table()], None),
        ("isolation.tenant_predicate", "none", [table()], None),
    ],
)
def test_a_claim_is_held_against_the_weakest(
    path: str, declared: str, facts: list[TenancyFacts], expected: tuple[str, bool] | None
) -> None:
    found = CLAIMS[path](declared, facts)
    assert (None if found is None else (found.observed, found.agrees)) == expected


@pytest.mark.parametrize("path", sorted(CLAIMS))
def test_nothing_seen_agrees_with_nothing(path: str) -> None:
    assert CLAIMS[path]("database", []) is None


def test_which_key_seals_a_row_is_out_of_sight() -> None:
    assert "isolation.tenant_keys" not in CLAIMS
