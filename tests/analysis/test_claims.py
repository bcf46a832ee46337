"""Claims: which declared values reality could contradict, by which probe, and which of them are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.analysis.subjects import detail, facts_of, inputs

ZONES: dict[str, Any] = {
    "outside": {"trust": 0},
    "inside": {
        "trust": 3,
        "posture": {
            "in_transit": {"tls": {"min": "1.3", "mutual": "required"}},
            "at_rest": {"algorithm": "AES-256-GCM"},
            "processing": {"plaintext_logging": "forbidden"},
        },
    },
}
COMPONENTS: dict[str, Any] = {
    "portal": {"zone": "outside"},
    "gateway": {"zone": "inside", "processing": {"plaintext_logging": "allowed"}},
    "db": {
        "zone": "inside",
        "stores": ["record"],
        "at_rest": {"key": "k"},
        "partitions_by": "tenant_id",
        "isolation": {"row_level_security": "forced"},
    },
    "book": {"zone": "outside", "kind": "ledger", "at_rest": {"algorithm": "none"}},
}
FLOWS: list[dict[str, Any]] = [
    {"id": "inherits", "from": "gateway", "to": "db", "carries": []},
    {
        "id": "own",
        "from": "portal",
        "to": "gateway",
        "carries": [],
        "in_transit": {"protocol": "kafka", "tls": {"min": "1.2", "suites": ["B", "A", "B"], "pins": ["sha256/AAAA"]}},
    },
    {"id": "ssh", "from": "gateway", "to": "db", "carries": [], "in_transit": {"protocol": "ssh"}},
    {"id": "bare", "from": "portal", "to": "book", "carries": [], "in_transit": {"protocol": "https"}},
]
SECTIONS: dict[str, Any] = {
    "zones": ZONES,
    "keys": {
        "k": {
            "custody": "kms",
            "provider": "aws-kms",
            "algorithm": "AES-256",
            "rotation": "P1D",
            "retains_old_versions": False,
            "origin": "hsm",
            "grantees": ["db", "db"],
        },
        "x": {},
    },
    "ledgers": {
        "book": {
            "component": "book",
            "chain": {"algorithm": "HMAC-SHA-256", "key": "k"},
            "append_only": True,
            "anchors": {"every": "PT1H", "to": "portal"},
            "tiers": [{"name": "hot", "until": "P1D"}],
        }
    },
    "secrets": {"scanning": {"repository": ".", "in_ci": True}},
}
EXPECTED: dict[str, tuple[str, Any, bool]] = {
    "flow/inherits/in_transit.tls.min": ("tls", 13, True),
    "flow/inherits/in_transit.tls.mutual": ("tls", "required", True),
    "flow/own/in_transit.tls.min": ("brokers", 12, False),
    "flow/own/in_transit.tls.suites": ("brokers", ["A", "B"], False),
    "flow/own/in_transit.tls.pins": ("brokers", ["sha256/AAAA"], False),
    "key/k/custody": ("kms", "kms", False),
    "key/k/algorithm": ("kms", "AES-256", False),
    "key/k/origin": ("kms", "hsm", False),
    "key/k/rotation": ("kms", 86_400, False),
    "key/k/retains_old_versions": ("kms", False, False),
    "key/k/grantees": ("kms", ["db"], False),
    "ledger/book/chain": ("ledger", {"algorithm": "HMAC-SHA-256", "key": "k"}, False),
    "ledger/book/append_only": ("ledger", True, False),
    "ledger/book/anchors": ("ledger", {"every": 3600, "to": "portal"}, False),
    "ledger/book/tiers": (
        "ledger",
        [{"name": "hot", "until": 86_400, "worm": False, "compressed": False, "encrypted": False}],
        False,
    ),
    "component/gateway/processing.plaintext_logging": ("leak", "allowed", False),
    "component/db/partitions_by": ("tenancy", "tenant_id", False),
    "component/db/isolation.row_level_security": ("tenancy", "forced", False),
    "component/db/at_rest.algorithm": ("storage", "AES-256-GCM", True),
    "component/db/at_rest.key": ("storage", "k", False),
    "component/db/processing.plaintext_logging": ("leak", "forbidden", True),
    "component/book/at_rest.algorithm": ("storage", "none", False),
    "system/small/secrets.scanning.in_ci": ("secrets", True, False),
}


def test_claims() -> None:
    found = facts_of(COMPONENTS, FLOWS, **SECTIONS)
    claims = inputs(found.tables["claim"])
    assert {name: (claim["probe"], claim["declared"], claim["inherited"]) for name, claim in claims.items()} == EXPECTED
    for name, claim in claims.items():
        assert claim["claim"] == name.split("/")[2]
        assert (claim["requested"], claim["seen"]) == (False, False)
        assert not {"observed", "agrees", "age"} & claim.keys()


@pytest.mark.parametrize(
    ("probe", "requested"),
    [
        (
            {"probe": "tls", "flow": "inherits"},
            ["flow/inherits/in_transit.tls.min", "flow/inherits/in_transit.tls.mutual"],
        ),
        (
            {"probe": "tls", "component": "db"},
            ["flow/inherits/in_transit.tls.min", "flow/inherits/in_transit.tls.mutual"],
        ),
        ({"probe": "tls", "flow": "own"}, [name for name in EXPECTED if name.startswith("flow/own/")]),
        ({"probe": "tls", "component": "book"}, []),
        ({"probe": "brokers", "flow": "own"}, ["flow/own/in_transit.tls.min"]),
        ({"probe": "kms", "key": "k"}, [name for name in EXPECTED if name.startswith("key/k/")]),
        ({"probe": "kms", "key": "x"}, []),
        ({"probe": "ledger", "ledger": "book"}, [name for name in EXPECTED if name.startswith("ledger/book/")]),
        (
            {"probe": "tenancy", "component": "db"},
            ["component/db/partitions_by", "component/db/isolation.row_level_security"],
        ),
        ({"probe": "storage", "component": "db"}, ["component/db/at_rest.algorithm", "component/db/at_rest.key"]),
        ({"probe": "code", "component": "db"}, []),  # it can break that promise, and never keep it
        ({"probe": "leak", "component": "gateway"}, ["component/gateway/processing.plaintext_logging"]),
        ({"probe": "secrets"}, ["system/small/secrets.scanning.in_ci"]),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else "",
)
def test_what_probes_ask_for(probe: dict[str, str], requested: list[str]) -> None:
    found = facts_of(COMPONENTS, FLOWS, **SECTIONS, probes=[probe])
    claims = inputs(found.tables["claim"])
    assert [name for name, claim in claims.items() if claim["requested"]] == requested


def test_details_locate_a_claim_and_say_where_it_came_from() -> None:
    table = facts_of(COMPONENTS, FLOWS, **SECTIONS).tables["claim"]
    shown = {
        name: (detail(table, name).path, *detail(table, name).provenance.values(), detail(table, name).crossing)
        for name in (
            "flow/inherits/in_transit.tls.min",
            "flow/own/in_transit.tls.pins",
            "key/k/rotation",
            "component/db/at_rest.algorithm",
            "component/db/partitions_by",
            "system/small/secrets.scanning.in_ci",
        )
    }
    assert list(shown.values()) == [
        (("flows", "inherits", "in_transit", "tls", "min"), "zone inside", "inherits"),
        (("flows", "own", "in_transit", "tls", "pins"), "declared on flow own", "own"),
        (("keys", "k", "rotation"), "declared on key k", ""),
        (("components", "db", "at_rest", "algorithm"), "zone inside", ""),
        (("components", "db", "partitions_by"), "declared on component db", ""),
        (("secrets", "scanning", "in_ci"), "declared on system small", ""),
    ]
