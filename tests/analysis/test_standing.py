"""What zones declare, looked at by itself."""

from __future__ import annotations

from typing import Any

from tests.analysis.subjects import facts_of, inputs, some

TLS = {"min": "1.3", "mutual": "required", "suites": ["S"], "key_exchange": ["G", "H"], "pins": ["sha256/AAAA"]}
PROCESSING = {"envelope": True, "zeroize": True, "core_dumps": "disabled"}


def standing(zones: dict[str, Any], components: dict[str, Any], **sections: Any) -> dict[str, dict[str, Any]]:
    """The standing of every zone of a small system without flows."""
    table = inputs(facts_of(components, [], zones=zones, **sections).tables["zone"])
    return {name: values["standing"] for name, values in table.items()}


def test_defaults_as_they_are_declared() -> None:
    posture = {"in_transit": {"tls": TLS}, "at_rest": {"algorithm": "AES-256-GCM"}, "processing": PROCESSING}
    found = standing({"inside": {"trust": 1, "posture": posture}}, {})["inside"]
    assert found["tls"] == {"min": 13, "mutual": "required", "suites": ["S"], "key_exchange": ["G", "H"], "pins": 1}
    assert some(found, "protects_rest", "at_rest", "protects_processing") == {
        "protects_rest": True,
        "at_rest": "AES-256-GCM",
        "protects_processing": True,
    }
    assert found["processing"] == {
        "envelope": True,
        "field_encryption": False,
        "zeroize": True,
        "plaintext_logging": "undeclared",
        "core_dumps": "disabled",
        "debug_output": "undeclared",
    }


def test_a_section_without_words_protects_nothing() -> None:
    posture: dict[str, Any] = {"in_transit": {}, "at_rest": {}, "processing": {}}
    found = standing({"inside": {"trust": 1, "posture": posture}}, {})["inside"]
    assert some(found, "protects_rest", "at_rest", "protects_processing") == {
        "protects_rest": True,
        "at_rest": "undeclared",
        "protects_processing": True,
    }
    assert "min" not in found["tls"]


def test_a_clearance_beyond_what_the_zone_holds() -> None:
    def beyond(zone: dict[str, Any], **component: Any) -> bool:
        zones = {"inside": {"trust": 1, "clearance": {"basis": "A duty", **zone}}}
        data = {"report": {"label": {"level": "internal", "compartments": ["phi"]}}}
        found = standing(zones, {"store": {"stores": ["report"], **component}}, data=data)["inside"]
        assert found["basis"] is True
        return bool(found["clearance_beyond"])

    assert not beyond({"level": "internal", "compartments": ["phi"]})
    assert not beyond({"level": "public"})
    assert beyond({"level": "secret", "compartments": ["phi"]})
    assert beyond({"level": "internal", "compartments": ["phi", "trial"]})
    # what only a component with a clearance of its own reads needs none of the zone's
    assert beyond({"level": "internal"}, clearance={"level": "internal", "compartments": ["phi"], "basis": "A duty"})


def test_segments_that_zones_share() -> None:
    zones = {
        "a": {"trust": 1, "segment": "net"},
        "b": {"trust": 1, "segment": "net"},
        "c": {"trust": 1, "segment": "own"},
    }
    found = standing({**zones, "d": {"trust": 1}, "e": {"trust": 1}}, {})
    assert {name: values["same_segment"] for name, values in found.items()} == {"a": 1, "b": 1, "c": 0, "d": 0, "e": 0}


def test_trust_beside_the_keys() -> None:
    zones = {"low": {"trust": 1}, "keys": {"trust": 3}, "spare": {"trust": 2}, "high": {"trust": 3}}
    components = {"vault": {"zone": "keys"}, "safe": {"zone": "spare"}}
    keys = {"one": {"held_by": "vault"}, "two": {"held_by": "safe"}, "three": {}}
    found = standing(zones, components, keys=keys)
    assert {name: (values["keeps_keys"], values["trusted_as_keys"]) for name, values in found.items()} == {
        "low": (False, False),
        "keys": (True, True),
        "spare": (True, False),
        "high": (False, True),
    }
    nobody = standing(zones, components)
    assert not any(values["trusted_as_keys"] for values in nobody.values())
