"""Tenants and pairs of tenants as rules see them, and check digits."""

from __future__ import annotations

from typing import Any

import pytest

from limen.analysis.check_digits import dea_number_checks, npi_checks
from limen.analysis.tenancy_subjects import ALL_PAIRS_LIMIT
from tests.analysis.subjects import detail, facts_of, inputs, some

BINDING = {"algorithm": "HMAC-SHA-256", "key": "bind", "inputs": ["npi", "facility"], "carried_in": ["row", "header"]}
TENANTS: dict[str, Any] = {
    "east": {
        "kind": "pharmacy",
        "dea_number": "AP5836727",
        "npi": "1234567893",
        "facility": "F-1",
        "jurisdictions": ["US", "US-IA"],
        "binding": BINDING,
    },
    "west": {
        "kind": "pharmacy",
        "dea_number": "AP5836728",
        "npi": "1234567894",
        "facility": "F-2",
        "binding": {**BINDING, "key": "lost"},
    },
    "copy": {"kind": "pharmacy", "npi": "1234567893", "facility": "F-1", "binding": {"inputs": ["facility", "npi"]}},
    "bare": {"kind": "other"},
    "vague": {"kind": "other", "title": "Vague", "binding": {"inputs": ["title", "address", "gln", "binding"]}},
}


def test_tenants() -> None:
    components = {"a": {"tenant": "east"}, "b": {"tenant": "east"}, "c": {}}
    found = facts_of(components, [], tenants=TENANTS, keys={"bind": {}})
    tenant = inputs(found.tables["tenant"])
    assert tenant["east"] == {
        "components": 2,
        "binding": {
            "declared": True,
            "algorithm": "HMAC-SHA-256",
            "key": True,
            "inputs": ["facility", "npi"],
            "undeclared_inputs": 0,
            "unbound": ["dea_number"],
            "carried_in": ["header", "row"],
        },
        "same_binding_values": 1,
        "dea_number": True,
        "dea_number_checks": True,
        "npi_checks": True,
        "same_registrations": 1,
        "kind_fits": True,
        "jurisdictions": 2,
        "misnamed_jurisdictions": 0,
        "state_missing": False,
    }
    assert tenant["bare"] == {
        "components": 0,
        "binding": {
            "declared": False,
            "key": False,
            "inputs": [],
            "undeclared_inputs": 0,
            "unbound": [],
            "carried_in": [],
        },
        "same_binding_values": 0,
        "dea_number": False,
        "same_registrations": 0,
        "kind_fits": True,
        "misnamed_jurisdictions": 0,
        "state_missing": False,
        "jurisdictions": 0,
    }
    assert some(tenant["west"], "dea_number_checks", "npi_checks", "same_binding_values") == {
        "dea_number_checks": False,
        "npi_checks": False,
        "same_binding_values": 0,
    }
    assert tenant["west"]["binding"]["key"] is False, "no key of `keys`"
    assert tenant["vague"]["binding"]["undeclared_inputs"] == 3
    assert detail(found.tables["tenant"], "copy").peers == ("east",)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("AP5836727", True),
        ("AP5836728", False),
        ("A95836727", True),
        ("AP583672", False),
        ("ap5836727", False),
        ("AP\u0665836727", False),
        ("", False),
    ],
)
def test_dea_numbers(number: str, expected: bool) -> None:
    assert dea_number_checks(number) is expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [("1234567893", True), ("1234567890", False), ("123456789", False), ("12345678931", False), ("123456789x", False)],
)
def test_npis(number: str, expected: bool) -> None:
    assert npi_checks(number) is expected


COMPONENTS: dict[str, Any] = {
    "left": {"zone": "outside", "tenant": "east", "originates": ["record"], "seals_with": ["shared", "public"]},
    "right": {
        "zone": "outside",
        "tenant": "west",
        "originates": ["record"],
        "opens_with": ["shared"],
        "seals_with": ["public"],
    },
    "hub": {"opens_with": ["public"]},
    "store": {"stores": ["record"], "partitions_by": "tenant_id"},
    "apart": {
        "stores": ["record"],
        "isolation": {"row_level_security": "forced", "tenant_predicate": "proxy", "tenant_keys": True},
    },
}
KEYS = {"shared": {"algorithm": "AES-256"}, "public": {"algorithm": "ML-KEM-768"}}
FLOWS: list[dict[str, Any]] = [
    {"id": f"{side}-{store}", "from": side, "to": store, "carries": ["record"]}
    for side in ("left", "right")
    for store in ("store", "apart")
]


def test_pairs_of_tenants() -> None:
    cross = {"id": "across", "from": "left", "to": "right", "carries": ["record"]}
    tenants = {name: {"kind": "site"} for name in ("west", "east", "far")}
    found = facts_of(COMPONENTS, [*FLOWS, cross], keys=KEYS, tenants=tenants)
    nothing = {"shared_keys": 0, "shared_stores": 0, "unforced_stores": 0, "foreign_arrivals": 0, "transfers": 0}
    assert inputs(found.tables["tenant_pair"]) == {
        "east/far": nothing,
        # Both seal with the public half of `public`, which is no secret.
        "east/west": {
            "shared_keys": 1,
            "shared_stores": 2,
            "unforced_stores": 1,
            "foreign_arrivals": 1,
            "transfers": 0,
        },
        "far/west": nothing,
    }
    known = detail(found.tables["tenant_pair"], "east/west")
    assert known.peers == ("shared", "store", "apart")
    assert known.provenance == {
        "shared_keys": "shared",
        "shared_stores": "store, apart",
        "foreign_arrivals": "record at right",
    }
    lawful = facts_of(
        COMPONENTS, [*FLOWS, cross], keys=KEYS, tenants=tenants, transfers=[{"id": "t", "flows": ["across"]}]
    )
    pair = inputs(lawful.tables["tenant_pair"])["east/west"]
    assert some(pair, "foreign_arrivals", "transfers") == {"foreign_arrivals": 0, "transfers": 1}


def test_of_very_many_tenants_only_related_pairs_are_subjects() -> None:
    tenants = {f"t{number:03}": {"kind": "site"} for number in range(ALL_PAIRS_LIMIT + 1)}
    components = {f"c{number}": {"tenant": name, "opens_with": ["all"]} for number, name in enumerate(tenants)}
    components["c7"]["opens_with"] = components["c3"]["opens_with"] = ["two"]
    few = facts_of(components, [], tenants=tenants, keys={"all": {}, "two": {}})
    # The key of 255 tenants is judged as a key of so many; as pairs they would be 32,385.
    assert inputs(few.tables["key"])["all"]["tenants"] == ALL_PAIRS_LIMIT - 1
    pairs = inputs(few.tables["tenant_pair"])
    assert pairs["t003/t007"]["shared_keys"] == 1
    components["c7"]["opens_with"] = components["c3"]["opens_with"] = ["all", "two"]
    many = facts_of(components, [], tenants=tenants, keys={"all": {}, "two": {}})
    assert list(inputs(many.tables["tenant_pair"])) == ["t003/t007"]
