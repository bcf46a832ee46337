"""Probes as rules see them, and which of the things that they could test they are asked about."""

from __future__ import annotations

from typing import Any, get_args

from limen.analysis.probe_subjects import TARGETS
from limen.model.operations import ProbeName
from tests.analysis.subjects import detail, facts_of, inputs, some

COMPONENTS: dict[str, Any] = {
    "portal": {"zone": "outside", "originates": ["record"]},
    "gateway": {},
    "broker": {},
    "reader": {},
    "copy": {},
    "book": {},
}
FLOWS: list[dict[str, Any]] = [
    {"id": "upload", "from": "portal", "to": "gateway", "carries": ["record"]},
    {"id": "publish", "from": "gateway", "to": "broker", "carries": ["record"], "in_transit": {"protocol": "amqps"}},
    {"id": "deliver", "from": "broker", "to": "reader", "carries": ["record"], "in_transit": {"protocol": "amqps"}},
    {"id": "save", "from": "reader", "to": "copy", "carries": ["record"], "of": "storage"},
]
PROBES: list[dict[str, Any]] = [
    {"probe": "tls", "flow": "upload", "endpoint": "gateway.example:443", "every": "P1D"},
    {"probe": "tls", "flow": "upload", "endpoint": "gateway.example:8443"},
    {"probe": "tls", "endpoint": "nowhere.example:443"},
    {"probe": "kms", "key": "leaf", "credential": "env:TOKEN"},
    {"probe": "kms", "key": "leaf", "flow": "upload"},
    {"probe": "ledger", "ledger": "book"},
    {"probe": "storage", "component": "copy"},
    {"probe": "secrets", "endpoint": "."},
]
SECTIONS: dict[str, Any] = {
    "data": {"record": {}},
    "keys": {"root": {}, "leaf": {"wrapped_by": "root"}, "other": {}},
    "ledgers": {"book": {"component": "book"}, "quiet": {"component": "book"}},
}


def test_every_probe_has_its_targets() -> None:
    assert set(TARGETS) == set(get_args(ProbeName))


def test_what_is_asked() -> None:
    found = facts_of(COMPONENTS, FLOWS, probes=PROBES, **SECTIONS)
    probe = inputs(found.tables["probe"])
    assert list(probe) == [
        "tls/upload", "tls/upload/2", "tls", "kms/leaf", "kms/upload%2Bleaf", "ledger/book", "storage/copy", "secrets",
    ]  # fmt: skip
    assert probe["tls/upload"] == {
        "probe": "tls",
        "target": "flow",
        "fits": True,
        "endpoint": True,
        "needs_credential": False,
        "credential": False,
        "every": 86_400,
        "untold": [],
        "attempt": "none",
    }
    assert some(probe["tls"], "target", "fits") == {"target": "none", "fits": False}
    assert some(probe["kms/leaf"], "target", "fits", "endpoint", "needs_credential", "credential") == {
        "target": "key", "fits": True, "endpoint": False, "needs_credential": True, "credential": True,
    }  # fmt: skip
    assert some(probe["kms/upload%2Bleaf"], "target", "fits") == {"target": "several", "fits": False}
    assert some(probe["secrets"], "target", "fits") == {"target": "none", "fits": True}
    known = detail(found.tables["probe"], "tls/upload/2")
    assert (known.path, known.title) == (("probes", 1), "probe tls of upload")


def test_of_whom_it_is_asked() -> None:
    found = facts_of(COMPONENTS, FLOWS, probes=PROBES, **SECTIONS)
    component = inputs(found.tables["component"])
    assert {name: subject["probes"] for name, subject in component.items() if subject["probes"]} == {
        "gateway": ["tls"],
        "copy": ["storage"],
    }
    assert [name for name, subject in component.items() if subject["brokered"]] == ["broker"]
    assert {name: subject["copies"] for name, subject in component.items() if subject["copies"]} == {"copy": 1}
    key = inputs(found.tables["key"])
    assert {name for name, subject in key.items() if subject["probed"]} == {"root", "leaf"}
    ledger = inputs(found.tables["ledger"])
    assert {name: subject["probed"] for name, subject in ledger.items()} == {"book": True, "quiet": False}
    assert inputs(found.tables["system"])["small"]["probes"] == ["kms", "ledger", "secrets", "storage", "tls"]


def test_a_broker_that_is_asked_for_what_it_holds() -> None:
    pull = [
        FLOWS[1],
        {"id": "pull", "from": "reader", "to": "broker", "carries": [], "returns": ["record"],
         "in_transit": {"protocol": "amqps"}},
    ]  # fmt: skip
    component = inputs(facts_of(COMPONENTS, pull, data={"record": {}}).tables["component"])
    assert [name for name, subject in component.items() if subject["brokered"]] == ["broker"]


def test_what_a_probe_is_not_told() -> None:
    ledgers = {
        "sealed": {
            "component": "book",
            "chain": {"algorithm": "HMAC-SHA-256", "key": "root"},
            "anchors": {"every": "PT1H", "to": "portal"},
        },
        "hashed": {"component": "book", "chain": {"algorithm": "SHA-256"}},
    }
    told = {"anchors": "a.jsonl", "witness": "w.pem", "chain_keys": [{"id": "root", "secret": "env:ROOT"}]}
    probes: list[dict[str, Any]] = [
        {"probe": "leak", "component": "gateway"},
        {"probe": "leak", "component": "broker", "options": {"canaries": "canaries.json"}},
        {"probe": "leak", "component": "reader", "options": {"driver": ["send"]}},
        {"probe": "tenancy", "component": "copy"},
        {"probe": "tenancy", "component": "book", "options": {"tenant_setting": "app.tenant"}},
        {"probe": "ledger", "ledger": "sealed"},
        {"probe": "ledger", "ledger": "sealed", "options": {**told, "chain_keys": []}},
        {"probe": "ledger", "ledger": "sealed", "options": told},
        {"probe": "ledger", "ledger": "hashed"},
        {"probe": "tls", "flow": "upload"},
    ]
    found = facts_of(COMPONENTS, FLOWS, probes=probes, **(SECTIONS | {"ledgers": ledgers}))
    assert {name: probe["untold"] for name, probe in inputs(found.tables["probe"]).items() if probe["untold"]} == {
        "leak/gateway": ["canaries"],
        "tenancy/copy": ["tenant_setting"],
        "ledger/sealed": ["anchors", "chain_keys", "witness"],
        "ledger/sealed/2": ["chain_keys"],
    }
