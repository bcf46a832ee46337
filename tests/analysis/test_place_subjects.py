"""Zones, data items and components as rules see them."""

from __future__ import annotations

from typing import Any

from tests.analysis.subjects import detail, facts_of, inputs, some

ZONES: dict[str, Any] = {
    "outside": {"trust": 0, "callers": ["anyone"], "rate_limited": True, "segment": "net", "title": "The world"},
    "middle": {"trust": 1, "clearance": {"level": "internal", "compartments": ["phi"]}, "callers": ["zone:outside"]},
    "inside": {
        "trust": 3,
        "posture": {
            "at_rest": {"algorithm": "AES-256-GCM", "key": "disk"},
            "processing": {"zeroize": True, "plaintext_logging": "forbidden"},
        },
    },
    "core": {"trust": 5, "within": "inside"},
    "empty": {"trust": 2, "within": "nowhere"},
}
DATA: dict[str, Any] = {
    "record": {
        "label": {"level": "secret", "compartments": ["phi"]},
        "fields": ["name", "meaning", "signed_at"],
        "sensitive_fields": ["name", "name"],
        "identifiers": ["npi", "gtin", "serial", "name"],
        "retention": "P6Y",
        "requires_integrity": 2,
    },
    "receipt": {"label": {"level": "internal"}, "token": True},
    "note": {},
}
COMPONENTS: dict[str, Any] = {
    "portal": {"zone": "outside", "originates": ["record"], "identity": "spiffe://one", "tenant": "east"},
    "gateway": {
        "zone": "middle",
        "identity": "spiffe://one",
        "originates": ["receipt"],
        "roles": ["person", "robot", "nobody", "person"],
        "ingress": {
            "validates": ["record"],
            "canonicalises": ["npi", "ndc"],
            "quarantine": "bin",
            "refuses": ["unregistered", "discontinued"],
        },
    },
    "relay": {"zone": "middle"},
    "bin": {"zone": "middle", "stores": ["record"]},
    "db": {
        "zone": "core",
        "stores": ["record"],
        "opens_with": ["root"],
        "partitions_by": "tenant_id",
        "isolation": {"row_level_security": "forced", "tenant_keys": True},
        "at_rest": {"algorithm": "AES-128-GCM", "key": "disk"},
        "produces": [{"data": "note", "from": ["record"], "how": "sign"}],
    },
    "book": {"zone": "inside", "kind": "ledger"},
    "vault": {"zone": "inside", "kind": "secret-store"},
    "island": {"zone": "inside"},
}
FLOWS: list[dict[str, Any]] = [
    {"id": "upload", "from": "portal", "to": "gateway", "carries": ["record"], "returns": ["receipt"]},
    {"id": "pass", "from": "gateway", "to": "relay", "carries": ["record", "receipt"]},
    {"id": "keep", "from": "relay", "to": "db", "carries": ["record"]},
    {"id": "reject", "from": "gateway", "to": "bin", "carries": ["record"]},
    {"id": "read", "from": "gateway", "to": "db", "carries": [], "returns": ["record"]},
    {"id": "log", "from": "gateway", "to": "book", "carries": ["receipt"]},
]
SECTIONS: dict[str, Any] = {
    "zones": ZONES,
    "data": DATA,
    "keys": {"root": {"held_by": "vault"}, "disk": {"wrapped_by": "root", "custody": "kms", "algorithm": "AES-256"}},
    "roles": {
        "person": {"permissions": [], "subjects": "human"},
        "robot": {"permissions": [], "subjects": "workload"},
    },
    "ledgers": {"book": {"component": "book"}},
    "tenants": {"east": {"kind": "site"}},
    "secrets": {"store": "island"},
}
BOTTOM = {"level": 0, "compartments": [], "text": "public"}
SECRET = {"level": 2, "compartments": ["phi"], "text": "secret {phi}"}


def test_zones() -> None:
    found = facts_of(COMPONENTS, FLOWS, **SECTIONS)
    zone = inputs(found.tables["zone"])
    assert zone["outside"] == {
        "trust": 0,
        "cleared": False,
        "clearance": BOTTOM,
        "callers_declared": True,
        "anonymous": True,
        "rate_limited": True,
        "asserted": 0,
        "segmented": True,
        "nested": False,
        "trust_gain": 0,
        "components": 1,
        "entering_flows": 0,
        "standing": {
            "tls": {"mutual": "undeclared", "suites": [], "key_exchange": [], "pins": 0},
            "protects_rest": False,
            "at_rest": "undeclared",
            "protects_processing": False,
            "processing": {
                "envelope": False,
                "field_encryption": False,
                "zeroize": False,
                "plaintext_logging": "undeclared",
                "core_dumps": "undeclared",
                "debug_output": "undeclared",
            },
            "basis": False,
            "clearance_beyond": False,
            "named_callers": 0,
            "same_segment": 0,
            "keeps_keys": False,
            "trusted_as_keys": False,
        },
    }
    assert some(
        zone["middle"], "cleared", "clearance", "anonymous", "rate_limited", "entering_flows", "components"
    ) == {
        "cleared": True,
        "clearance": {"level": 1, "compartments": ["phi"], "text": "internal {phi}"},
        "anonymous": False,
        "rate_limited": False,
        "entering_flows": 1,
        "components": 3,
    }
    # keep and read enter the core through the zone around it; log enters only that.
    assert {name: values["entering_flows"] for name, values in zone.items()} == {
        "outside": 0,
        "middle": 1,
        "inside": 3,
        "core": 2,
        "empty": 0,
    }
    assert some(zone["core"], "nested", "trust_gain", "callers_declared") == {
        "nested": True,
        "trust_gain": 2,
        "callers_declared": False,
    }
    assert some(zone["empty"], "nested", "trust_gain", "components") == {
        "nested": True,
        "trust_gain": 0,
        "components": 0,
    }
    assert detail(found.tables["zone"], "outside").title == "The world"


def test_data_items() -> None:
    found = facts_of(COMPONENTS, FLOWS, **SECTIONS)
    assert inputs(found.tables["data"]) == {
        "record": {
            "labelled": True,
            "label": SECRET,
            "identifiers": 4,
            "sensitive_fields": 1,
            "unmarked_identifiers": 0,
            "unmarked_sensitive": 0,
            "token_fields": 0,
            "published": False,
            "asserted": 0,
            "retained": True,
            "retention": 6 * 31_556_952,
            "signature": False,
            "manifestation": ["meaning", "signed_at"],
            "token": False,
            "stored": 2,
            "ledger_stored": 0,
            "moved": 5,
            "requires_integrity": 2,
            "validated": 1,
            "classified": 0,
            "enters": 1,
        },
        "receipt": {
            "labelled": True,
            "label": {"level": 1, "compartments": [], "text": "internal"},
            "identifiers": 0,
            "sensitive_fields": 0,
            "unmarked_identifiers": 0,
            "unmarked_sensitive": 0,
            "token_fields": 0,
            "published": True,
            "asserted": 0,
            "retained": False,
            "signature": False,
            "manifestation": [],
            "token": True,
            "stored": 0,
            "ledger_stored": 1,
            "moved": 3,
            "validated": 0,
            "classified": 0,
            "enters": 0,
        },
        "note": {
            "labelled": False,
            "label": {"level": 2, "compartments": ["phi", "trial"], "text": "secret {phi, trial}"},
            "identifiers": 0,
            "sensitive_fields": 0,
            "unmarked_identifiers": 0,
            "unmarked_sensitive": 0,
            "token_fields": 0,
            "published": False,
            "asserted": 0,
            "retained": False,
            "signature": True,
            "manifestation": [],
            "token": False,
            "stored": 0,
            "ledger_stored": 0,
            "moved": 0,
            "validated": 0,
            "classified": 0,
            "enters": 0,
        },
    }


def test_a_gateway_and_its_ingress() -> None:
    found = facts_of(COMPONENTS, FLOWS, **SECTIONS)
    gateway = inputs(found.tables["component"])["gateway"]
    assert gateway["ingress"] == {
        "declared": True,
        "unvalidated": 0,
        "unclassified": 1,
        "canonicalises": 2,
        "product_identifiers": 3,
        # gtin has a canonical form and is not brought into it; a serial number has none.
        "uncanonical": 1,
        "quarantine": True,
        "refuses": ["discontinued", "unregistered"],
    }
    assert some(
        gateway,
        "trust",
        "effective_label",
        "holds_plaintext",
        "originates",
        "stores",
        "stored_label",
        "entry",
        "egress",
        "egress_items",
        "egress_unsigned",
        "roles",
        "human_roles",
        "unknown_roles",
        "same_identity",
        "flows",
        "opens_flows",
        "relays",
        "relays_plaintext",
        "identity",
        "tenants_held",
        "reachable",
    ) == {
        "trust": 1,
        "effective_label": SECRET,
        "holds_plaintext": 2,
        "originates": 1,
        "stores": 0,
        "stored_label": BOTTOM,
        "entry": True,
        "egress": True,
        "egress_items": 1,
        "egress_unsigned": 1,
        "roles": 3,
        "human_roles": 1,
        "unknown_roles": 1,
        "same_identity": 1,
        "flows": 5,
        "opens_flows": 4,
        "relays": 1,
        "relays_plaintext": 1,
        "identity": True,
        "tenants_held": 1,
        "reachable": True,
    }
    known = detail(found.tables["component"], "gateway")
    assert known.provenance["ingress.unclassified"] == "record"
    assert known.provenance["egress_unsigned"] == "receipt"


def test_a_store_its_medium_and_its_tenants() -> None:
    found = facts_of(COMPONENTS, FLOWS, **SECTIONS)
    component = inputs(found.tables["component"])
    assert some(
        component["db"],
        "stores",
        "stored_label",
        "opens",
        "produces",
        "partitioned",
        "isolation",
        "at_rest",
        "tenants_stored",
        "processing",
        "tenant",
    ) == {
        "stores": 1,
        "stored_label": SECRET,
        # root opens the key that it wraps.
        "opens": 2,
        "produces": 1,
        "partitioned": True,
        "isolation": {"row_level_security": "forced", "tenant_predicate": "undeclared", "tenant_keys": True},
        "at_rest": {"algorithm": "AES-128-GCM", "key": True, "key_custody": "kms", "key_algorithm": "AES-256"},
        "tenants_stored": 1,
        "tenant": False,
        # `within` gives no posture.
        "processing": {
            "envelope": False,
            "field_encryption": False,
            "zeroize": False,
            "plaintext_logging": "undeclared",
            "core_dumps": "undeclared",
            "debug_output": "undeclared",
        },
    }
    assert component["island"]["processing"]["zeroize"] is True
    assert {name for name, values in component.items() if values["keeps_ledger"]} == {"book"}
    assert {name for name, values in component.items() if values["keeps_secrets"]} == {"vault", "island"}
    assert {name for name, values in component.items() if not values["reachable"]} == {"vault", "island"}
    assert {name for name, values in component.items() if values["relays"]} == {"gateway", "relay"}


def test_who_writes_to_a_quarantine_and_reads_production() -> None:
    found = facts_of(COMPONENTS, FLOWS, **SECTIONS)
    component = inputs(found.tables["component"])
    assert {name for name, values in component.items() if values["quarantine"]} == {"bin"}
    assert component["bin"]["quarantine_writer_reads"] == 1
    assert detail(found.tables["component"], "bin").peers == ("db",)
    fewer = [flow for flow in FLOWS if flow["id"] != "read"]
    assert inputs(facts_of(COMPONENTS, fewer, **SECTIONS).tables["component"])["bin"]["quarantine_writer_reads"] == 0


def test_what_leaves_for_trust_0_as_an_answer_is_egress_and_what_comes_back_is_entry() -> None:
    components: dict[str, Any] = {
        "partner": {"zone": "outside", "originates": ["record"]},
        "packager": {"zone": "middle", "originates": ["receipt"], "signs_with": ["k"]},
    }
    signed = {"protection": {"receipt": [{"signed": "k"}]}}
    pull = [{"from": "partner", "to": "packager", "carries": [], "returns": ["receipt"], **signed}]
    ask = [{"from": "packager", "to": "partner", "carries": [], "returns": ["record"]}]
    for flows, expected in (
        (pull, {"entry": False, "egress": True, "egress_items": 1, "egress_unsigned": 0}),
        (ask, {"entry": True, "egress": False, "egress_items": 0, "egress_unsigned": 0}),
    ):
        packager = inputs(facts_of(components, flows, data=DATA, keys={"k": {}}).tables["component"])["packager"]
        assert some(packager, *expected) == expected
        assert packager["ingress"]["unvalidated"] == expected["entry"]


def test_a_hop_is_passed_and_reached() -> None:
    flow = {"from": "portal", "to": "gateway", "carries": [], "via": [{"component": "relay", "tls": "passthrough"}]}
    component = inputs(facts_of(COMPONENTS, [flow], **SECTIONS).tables["component"])
    assert some(component["relay"], "flows", "opens_flows", "reachable") == {
        "flows": 1,
        "opens_flows": 0,
        "reachable": True,
    }


def test_a_field_identifies_however_it_is_spelt() -> None:
    items: dict[str, Any] = {
        "marked": {"fields": ["rx", "dob"], "identifiers": ["rx", "dob"], "sensitive_fields": ["rx", "dob"]},
        "camel": {"fields": ["patientName", "RX", "SERIAL", "visit", "subjectToken"]},
    }
    data = inputs(facts_of(COMPONENTS | {"portal": {}}, [], **SECTIONS | {"data": DATA | items}).tables["data"])
    fields = ("unmarked_identifiers", "unmarked_sensitive", "token_fields")
    assert some(data["marked"], *fields) == {fields[0]: 0, fields[1]: 0, fields[2]: 0}
    assert some(data["camel"], *fields) == {fields[0]: 3, fields[1]: 2, fields[2]: 1}
