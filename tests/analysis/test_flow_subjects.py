"""Flows as rules see them: a conforming one, one that says nothing, and odd ones; and fallbacks, roles and fields."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.analysis.permissions import grants, is_wildcard, overlaps
from tests.analysis.subjects import detail, facts_of, inputs, some

PUBLIC = {"level": 0, "compartments": [], "text": "public"}
TLS = {"min": "1.3", "mutual": "required", "suites": ["TLS_AES_256_GCM_SHA384"], "key_exchange": ["X25519MLKEM768"]}
ZONES = {
    "outside": {"trust": 0, "callers": ["anyone"]},
    "middle": {"trust": 1, "callers": ["zone:outside", "component:portal", "role:uploader", "role:reader"]},
    "inside": {"trust": 3, "callers": ["zone:middle"]},
    "core": {"trust": 4, "within": "inside"},
}
COMPONENTS: dict[str, Any] = {
    "portal": {"zone": "outside", "tenant": "east", "roles": ["uploader"], "originates": ["record"]},
    "proxy": {"zone": "middle"},
    "gateway": {"zone": "middle"},
    "worker": {"zone": "inside"},
    "store": {"zone": "core", "stores": ["record"]},
    "book": {"zone": "core", "kind": "ledger"},
}
SECTIONS: dict[str, Any] = {
    "zones": ZONES,
    "data": {
        "record": {
            "label": {"level": "secret", "compartments": ["phi"]},
            "fields": ["name", "dose"],
            "sensitive_fields": ["name"],
        },
        "receipt": {"label": {"level": "internal"}, "fields": ["number"]},
        "note": {},
    },
    "roles": {
        "uploader": {"permissions": ["packet:upload"], "subjects": "human", "needs": {"record": ["name", "dose"]}},
        "reader": {"permissions": ["packet:*"], "subjects": "workload"},
    },
    "ledgers": {"book": {"component": "book"}},
    "tenants": {"east": {"kind": "site"}},
    "transfers": [{"id": "t", "flows": ["upload"]}],
}
UPLOAD = {
    "id": "upload",
    "from": "portal",
    "to": "gateway",
    "carries": ["record"],
    "returns": ["receipt"],
    "via": [{"component": "proxy", "tls": "terminate", "reestablishes": True}],
    "in_transit": {"protocol": "https", "tls": {**TLS, "pins": ["sha256/AAAA"]}},
    "authn": {"method": "mtls", "credential": {"lifetime": "PT1H"}},
    "authz": {"roles": ["uploader"], "permission": "packet:upload"},
    "audit": {"ledger": "book", "by": "to", "redacts": True},
    "purpose": "Receive packets",
}
ENTRY = {"id": "entry", "from": "gateway", "to": "book", "carries": ["receipt"]}


def test_a_conforming_flow_says_everything() -> None:
    found = facts_of(COMPONENTS, [UPLOAD, ENTRY], **SECTIONS)
    assert inputs(found.tables["flow"])["upload"] == {
        "crossing": True,
        "crosses_zones": 2,
        "crosses_tenants": True,
        "transfer": True,
        "least_trust": 0,
        "greatest_trust": 1,
        "trust_change": 1,
        "tenant_end": True,
        "moves": 2,
        "carriage_declared": True,
        "returns_declared": True,
        "storage": False,
        "label": {"level": 2, "compartments": ["phi"], "text": "secret {phi}"},
        "unlabelled": 0,
        "key_material": False,
        "in_transit": {
            "protocol": "https",
            "channel": "tls",
            "tls": {
                "min": 13,
                "mutual": "required",
                "suites": ["TLS_AES_256_GCM_SHA384"],
                "key_exchange": ["X25519MLKEM768"],
                "pins": 1,
            },
        },
        "authn": {"method": "mtls", "credential_lifetime": 3600},
        "authz": {
            "roles": 1,
            "permission": True,
            "unknown_roles": 0,
            "granting_roles": 1,
            "caller_roles": 1,
            "workload_roles": 0,
            "wildcard": False,
            "network_location": False,
        },
        # zone:outside, component:portal and role:uploader mean the portal; role:reader does not.
        "entered": [{"ref": 0, "trust": 1, "callers_declared": True, "callers_matched": 3}],
        "audit": {
            "ledger": "declared",
            "reachable": True,
            "by": "to",
            "redacts": True,
            "silent_end": False,
            "own_ledger": False,
        },
        "via": [{"ref": 1, "tls": "terminate", "reestablishes": True}],
        "field_encryption": False,
        "uncovered_fields": 0,
        "necessity": {"purpose": True, "identifying_items": 1, "needs_declared": True, "fields_beyond": 0},
        "uneven": [],
        "replaces": False,
    }
    known = detail(found.tables["flow"], "upload")
    assert (known.path, known.title, known.crossing) == (("flows", "upload"), "portal → gateway", "upload")
    assert known.peers == ("middle", "proxy")
    assert known.provenance["in_transit.tls.min"] == "declared on flow upload"
    assert known.provenance["label"] == "record (secret {phi}), receipt (internal)"


def test_a_silent_flow_is_undeclared_everywhere_and_moves_all_that_its_source_holds() -> None:
    silent = {"id": "silent", "from": "portal", "to": "store"}
    found = facts_of(COMPONENTS, [silent], **(SECTIONS | {"transfers": []}))
    whole = inputs(found.tables["flow"])["silent"]
    assert whole == {
        "crossing": True,
        "crosses_zones": 3,
        "crosses_tenants": True,
        "transfer": False,
        "least_trust": 0,
        "greatest_trust": 4,
        "trust_change": 4,
        "tenant_end": True,
        "moves": 1,
        "carriage_declared": False,
        "returns_declared": False,
        "storage": False,
        "label": {"level": 2, "compartments": ["phi"], "text": "secret {phi}"},
        "unlabelled": 0,
        "key_material": False,
        "in_transit": {
            "channel": "undeclared",
            "tls": {"mutual": "undeclared", "suites": [], "key_exchange": [], "pins": 0},
        },
        "authn": {"method": "undeclared"},
        "authz": dict.fromkeys(("roles", "unknown_roles", "granting_roles", "caller_roles", "workload_roles"), 0)
        | {"permission": False, "wildcard": False, "network_location": False},
        # Entering the core from outside crosses the zone around it on the way; neither takes calls from there.
        "entered": [
            {"ref": 0, "trust": 3, "callers_declared": True, "callers_matched": 0},
            {"ref": 1, "trust": 4, "callers_declared": False, "callers_matched": 0},
        ],
        "audit": {
            "ledger": "undeclared",
            "reachable": False,
            "by": "undeclared",
            "redacts": False,
            "silent_end": False,
            "own_ledger": False,
        },
        "via": [],
        "field_encryption": False,
        "uncovered_fields": 0,
        "necessity": {"purpose": False, "identifying_items": 1, "needs_declared": False, "fields_beyond": 0},
        "uneven": [],
        "replaces": False,
    }
    assert detail(found.tables["flow"], "silent").peers == ("inside", "core")


def test_odd_flows() -> None:
    flows = [
        {"id": "inside-out", "from": "store", "to": "worker", "carries": [], "returns": []},
        {"id": "alone", "from": "worker", "to": "worker", "carries": ["note"], "returns": []},
        {"id": "log", "from": "worker", "to": "book", "carries": ["receipt"]},
        {"id": "key", "from": "worker", "to": "gateway", "carries": ["key:k"], "returns": [], "of": "storage"},
        {"id": "oneway", "from": "gateway", "to": "worker", "carries": ["receipt"], "in_transit": {"protocol": "udp"}},
        {
            "id": "lost",
            "from": "gateway",
            "to": "worker",
            "carries": ["receipt"],
            "audit": {"ledger": "nowhere", "by": "both"},
            "authz": {"roles": ["nobody", "reader"], "permission": "packet:open", "network_location": True},
        },
        {
            "id": "unreached",
            "from": "gateway",
            "to": "worker",
            "carries": ["receipt"],
            "audit": {"ledger": "book", "by": "both"},
        },
    ]
    for flow in flows[2:]:
        flow.setdefault("returns", [])
    del flows[4]["returns"]
    found = facts_of(COMPONENTS, flows, **SECTIONS)
    flow = inputs(found.tables["flow"])
    # Leaving a nested zone for the one around it crosses one border and enters nothing.
    assert some(flow["inside-out"], "crossing", "crosses_zones", "entered", "trust_change", "moves", "label") == {
        "crossing": True,
        "crosses_zones": 1,
        "entered": [],
        "trust_change": -1,
        "moves": 0,
        "label": PUBLIC,
    }
    assert some(flow["alone"], "crossing", "crosses_zones", "unlabelled", "tenant_end") == {
        "crossing": False,
        "crosses_zones": 0,
        "unlabelled": 1,
        "tenant_end": False,
    }
    assert flow["alone"]["label"]["text"] == "secret {phi, trial}"
    assert flow["log"]["audit"] == {
        "ledger": "undeclared",
        "reachable": True,
        "by": "undeclared",
        "redacts": False,
        "silent_end": False,
        "own_ledger": True,
    }
    assert some(flow["key"], "key_material", "unlabelled", "storage") == {
        "key_material": True,
        "unlabelled": 0,
        "storage": True,
    }
    assert flow["oneway"]["returns_declared"] is True
    assert flow["oneway"]["in_transit"]["channel"] == "none"
    assert flow["lost"]["audit"]["ledger"] == "unknown"
    assert flow["lost"]["audit"]["reachable"] is False
    assert flow["lost"]["necessity"]["purpose"] is False
    assert flow["lost"]["authz"] == {
        "roles": 2,
        "permission": True,
        "unknown_roles": 1,
        "granting_roles": 1,
        "caller_roles": 0,
        "workload_roles": 1,
        "wildcard": True,
        "network_location": True,
    }
    # Both ends should record, and only the worker has a flow to the ledger.
    assert flow["unreached"]["audit"]["reachable"] is False


def test_fields_that_no_role_needs() -> None:
    flow = {**UPLOAD, "fields": {"record": ["name", "dose", "weight"]}}
    sections = {
        **SECTIONS,
        "data": {**SECTIONS["data"], "photo": {"fields": ["face", "size"], "identifiers": ["face"]}},
    }
    found = facts_of(COMPONENTS, [{**flow, "carries": ["record", "photo"]}, ENTRY], **sections)
    assert inputs(found.tables["flow"])["upload"]["necessity"] == {
        "purpose": True,
        "identifying_items": 2,
        "needs_declared": True,
        "fields_beyond": 2,
    }
    assert detail(found.tables["flow"], "upload").provenance["fields"] == "record.weight, photo.face"


PRIMARY = {**UPLOAD, "protection": {"record": [{"sealed": "k"}, {"signed": "s"}]}}
SAME = {**PRIMARY, "id": "spare", "fallback_for": "upload"}


@pytest.mark.parametrize(
    ("change", "weaker"),
    [
        ({}, []),
        (
            {"in_transit": {"protocol": "https", "tls": {**TLS, "min": "1.2"}}},
            ["in_transit.tls.min", "in_transit.tls.pins"],
        ),
        (
            {"in_transit": {"protocol": "ssh"}},
            [f"in_transit.tls.{field}" for field in ("key_exchange", "min", "mutual", "pins", "suites")],
        ),
        (
            {"in_transit": {"protocol": "http"}},
            [
                "in_transit.channel",
                *(f"in_transit.tls.{field}" for field in ("key_exchange", "min", "mutual", "pins", "suites")),
            ],
        ),
        (
            {
                "in_transit": {
                    "protocol": "https",
                    "tls": {**TLS, "mutual": "optional", "suites": ["A"], "pins": ["sha256/BBBB"]},
                }
            },
            ["in_transit.tls.mutual", "in_transit.tls.suites"],
        ),
        ({"authn": {"method": "oidc"}}, ["authn.credential_lifetime", "authn.method"]),
        ({"authn": {"method": "spiffe", "credential": {"lifetime": "PT2H"}}}, ["authn.credential_lifetime"]),
        (
            {"authz": {"roles": ["uploader", "reader"], "network_location": True}},
            ["authz.network_location", "authz.permission", "authz.roles"],
        ),
        ({"audit": {"ledger": "book"}}, ["audit.redacts"]),
        ({"protection": {"record": [{"sealed": "k"}]}}, ["protection"]),
        ({"protection": {}}, ["protection"]),
        ({"fallback_for": "gone"}, None),
    ],
)
def test_a_fallback_names_what_is_weaker(change: dict[str, Any], weaker: list[str] | None) -> None:
    found = facts_of(COMPONENTS, [PRIMARY, {**SAME, **change}, ENTRY], **SECTIONS)
    flows = inputs(found.tables["flow"])
    assert flows["spare"]["fallback"] == {"known": weaker is not None, "weaker": weaker or []}
    assert flows["spare"]["replaces"] is True
    assert "fallback" not in flows["upload"]


def test_a_fallback_without_any_access_control_is_weaker_in_all_of_it() -> None:
    bare = {key: value for key, value in SAME.items() if key not in ("authn", "authz", "audit")}
    found = facts_of(COMPONENTS, [PRIMARY, bare, ENTRY], **SECTIONS)
    assert inputs(found.tables["flow"])["spare"]["fallback"]["weaker"] == [
        "audit.ledger",
        "authn.credential_lifetime",
        "authn.method",
        "authz.permission",
        "authz.roles",
    ]


@pytest.mark.parametrize(
    ("granted", "asked", "expected"),
    [
        ("packet:upload", "packet:upload", True),
        ("packet:*", "packet:upload", True),
        ("packet:*", "packet:upload:now", True),
        ("*:upload", "packet:upload", True),
        ("*", "packet:upload", True),
        ("packet:*", "packet", False),
        ("packet:upload", "packet:*", False),
        ("packet", "packet:upload", False),
        ("packet:*:now", "packet:upload:now", True),
        ("packet:*:now", "packet:upload:later", False),
    ],
)
def test_permissions(granted: str, asked: str, expected: bool) -> None:
    assert grants(granted, asked) is expected
    assert is_wildcard("packet:*")
    assert not is_wildcard("packet:up*load")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a:b", "a:b", True),
        ("a:b", "a:c", False),
        ("a:*", "a:c", True),
        ("a:*", "*:c", True),
        ("*", "a:b:c", True),
        ("a:*", "a:b:c", True),
        ("a:b", "a:b:c", False),
        ("a:b", "a:b:*", False),
        ("a:*:c", "a:b", False),
        ("*:b", "a:*:c", False),
        ("x:*", "a:*", False),
    ],
)
def test_overlaps(one: str, other: str, expected: bool) -> None:
    assert overlaps(one, other) is overlaps(other, one) is expected


PARTS = st.lists(st.sampled_from(["a", "b", "*"]), min_size=1, max_size=3).map(":".join)
PLAIN = st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=4).map(":".join)


@given(PARTS, PARTS, PLAIN)
def test_what_both_grant_overlaps(one: str, other: str, asked: str) -> None:
    if grants(one, asked) and grants(other, asked):
        assert overlaps(one, other)
    if "*" not in other:
        assert overlaps(one, other) is grants(one, other)


@pytest.mark.parametrize(
    ("item", "layers", "expected"),
    [
        ("record", [{"field_encrypted": {"key": "k", "fields": ["name"]}}], (True, 0, "")),
        ("record", [{"field_encrypted": {"key": "k", "fields": ["dose"]}}], (True, 1, "record.name")),
        ("record", [{"sealed": "k"}, {"field_encrypted": {"key": "k", "fields": ["dose"]}}], (True, 0, "")),
        ("receipt", [{"field_encrypted": {"key": "k", "fields": ["number"]}}], (True, 0, "")),
        ("record", [{"sealed": "k"}], (False, 0, "")),
        ("note", [{"field_encrypted": {"key": "k", "fields": ["any"]}}], (True, 1, "note")),
    ],
)
def test_field_encryption_leaves_out_sensitive_fields(
    item: str, layers: list[dict[str, Any]], expected: tuple[bool, int, str]
) -> None:
    flow = {**UPLOAD, "carries": [item], "protection": {item: layers}}
    table = facts_of(COMPONENTS, [flow, ENTRY], **SECTIONS).tables["flow"]
    found = inputs(table)["upload"]
    left = detail(table, "upload").provenance.get("protection", "")
    assert (found["field_encryption"], found["uncovered_fields"], left) == expected
