"""The system as rules see it."""

from __future__ import annotations

from limen.analysis.system_subjects import SECTIONS
from limen.loading.sections import IDENTIFIED, NAMED, NUMBERED, SINGLE
from tests.analysis.subjects import detail, facts_of, inputs


def test_every_section_of_the_format_is_counted() -> None:
    assert set(SECTIONS) == {*NAMED, *IDENTIFIED, *NUMBERED, *SINGLE, "key_rotation_procedure"}
    assert list(SECTIONS) == sorted(SECTIONS)


def test_a_full_system() -> None:
    found = facts_of(
        {"a": {}},
        [{"from": "a", "to": "a", "carries": []}],
        system={"id": "full", "title": "Full", "owner": "us"},
        profiles=["one", "two", "one"],
        secrets={
            "store": "a",
            "injected_as": "memory",
            "on_missing": "refuse-to-start",
            "lifetime": "PT12H",
            "scanning": {"repository": ".", "in_ci": True},
        },
        incident_response={
            "runbook": "run.md",
            "triggers": ["tenant-collision", "chain-mismatch", "chain-mismatch"],
            "preserves_evidence": True,
            "hook": "ops",
        },
        verification={"schedule": "P1D", "of": ["tenancy", "ledgers"]},
        key_rotation_procedure="rotation.md",
        keys={"k": {}},
    )
    present = [
        "components",
        "data",
        "flows",
        "incident_response",
        "key_rotation_procedure",
        "keys",
        "labels",
        "secrets",
        "verification",
        "zones",
    ]
    assert inputs(found.tables["system"]) == {
        "full": {
            "probes": [],
            "sections": present,
            "missing_sections": sorted(set(SECTIONS) - set(present)),
            "owner": True,
            "profiles": 2,
            "secrets": {
                "declared": True,
                "store": True,
                "store_called": True,
                "store_trust": 3,
                "injected_as": "memory",
                "on_missing": "refuse-to-start",
                "lifetime": 43_200,
                "scanned_in_ci": True,
            },
            "incident_response": {
                "declared": True,
                "runbook": True,
                "triggers": ["chain-mismatch", "tenant-collision"],
                "preserves_evidence": True,
                "hook": True,
                "hook_called": False,
            },
            "verification": {"declared": True, "schedule": 86_400, "of": ["ledgers", "tenancy"]},
            "key_rotation_procedure": True,
            "keys": 1,
            "ledgers": 0,
            "tenants": 0,
        }
    }
    assert detail(found.tables["system"], "full").title == "Full"


def test_sections_that_say_nothing_are_missing() -> None:
    found = facts_of(
        {"a": {}},
        [],
        system={"id": "bare"},
        secrets={},
        incident_response={},
        verification={},
    )
    system = inputs(found.tables["system"])["bare"]
    assert system["sections"] == ["components", "data", "labels", "zones"]
    assert (system["owner"], system["key_rotation_procedure"]) == (False, False)
    assert system["secrets"] == {
        "declared": True,
        "store": False,
        "store_called": False,
        "injected_as": "undeclared",
        "on_missing": "undeclared",
        "scanned_in_ci": False,
    }
    none = inputs(facts_of({"a": {}}, []).tables["system"])["small"]
    assert none["secrets"]["declared"] is False
    assert none["incident_response"] == {
        "declared": False,
        "runbook": False,
        "triggers": [],
        "preserves_evidence": False,
        "hook": False,
        "hook_called": False,
    }
    assert none["verification"] == {"declared": False, "of": []}
