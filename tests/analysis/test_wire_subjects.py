"""Wires of small systems: which subjects there are, and what each says."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from limen.analysis.flow_columns import Hop
from limen.analysis.wire_subjects import channels, wire_table
from limen.records.subjects import SubjectTable
from tests.analysis.systems import Analysed, system

SEALED = {"record": [{"sealed": "outer"}]}
TLS = {"protocol": "https", "tls": {"min": "1.3"}}


def table(components: dict[str, Any], flows: list[dict[str, Any]], **sections: Any) -> SubjectTable:
    return wire_table(Analysed(system(components, flows, **sections)).wires)


def subjects(found: SubjectTable) -> dict[str, dict[str, Any]]:
    """Each subject's input by its name."""
    return {name.removeprefix("wire:"): msgspec.json.decode(found.json(at)) for at, name in enumerate(found.names())}


def only(found: SubjectTable, *fields: str) -> dict[str, Any]:
    """Some fields of the only subject."""
    (subject,) = subjects(found).values()
    return {name: subject.get(name) for name in fields}


def test_one_subject_for_each_flow_direction_and_item() -> None:
    components = {"a": {"originates": ["record", "report"]}, "b": {"originates": ["receipt"]}}
    flows = [
        {"from": "a", "to": "b", "carries": ["record", "report"], "returns": ["receipt"]},
        {"from": "b", "to": "a", "carries": []},
    ]
    assert list(subjects(table(components, flows))) == [
        "f0/forward/1/record",
        "f0/forward/1/report",
        "f0/return/1/receipt",
    ]


def test_all_fields_of_a_wire() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["outer"], "tenant": "east"},
        "b": {"zone": "outside"},
    }
    flows = [{"from": "a", "to": "b", "carries": ["record"], "protection": SEALED, "in_transit": TLS}]
    assert only(table(components, flows), *msgspec.structs.asdict(_whole())) == msgspec.structs.asdict(_whole())


class _Expected(msgspec.Struct):
    label: dict[str, Any]
    labelled: bool = True
    plaintext: bool = False
    depth: int = 1
    held: bool = True
    channel: str = "tls"
    crossing: bool = True
    leaves_trust: bool = True
    least_trust: int = 0
    greatest_trust: int = 3
    crosses_tenants: bool = True
    unheld_seals: int = 0
    unheld_signatures: int = 0
    signed: bool = False
    verified: bool = False
    verifiable: bool = False
    storage: bool = False
    identifiers: int = 0
    sensitive_fields: int = 1
    key_material: bool = False


def _whole() -> _Expected:
    return _Expected({"level": 2, "compartments": ["phi"], "text": "secret {phi}"})


def test_unlabelled_items_count_as_the_top() -> None:
    found = only(
        table({"a": {"originates": ["odd"]}, "b": {}}, [{"from": "a", "to": "b", "carries": ["odd"]}]),
        "label",
        "labelled",
    )
    assert found == {
        "label": {"level": 2, "compartments": ["phi", "trial"], "text": "secret {phi, trial}"},
        "labelled": None,
    }


def test_a_seal_that_the_sender_does_not_hold_is_counted() -> None:
    layers = {"record": [{"sealed": "outer"}, {"sealed": "inner"}]}
    flows = [{"from": "a", "to": "b", "carries": ["record"], "protection": layers}]
    found = table({"a": {"originates": ["record"], "seals_with": ["inner"]}, "b": {}}, flows)
    assert only(found, "depth", "plaintext", "unheld_seals") == {"depth": 1, "plaintext": False, "unheld_seals": 1}
    found = table({"a": {"originates": ["record"]}, "b": {}}, flows)
    assert only(found, "depth", "plaintext", "unheld_seals") == {"depth": 0, "plaintext": True, "unheld_seals": 2}


def test_a_relay_needs_no_key_for_what_is_sealed_already() -> None:
    flows = [
        {"from": "a", "to": "b", "carries": ["record"], "protection": SEALED},
        {"from": "b", "to": "c", "carries": ["record"], "protection": SEALED},
    ]
    components: dict[str, Any] = {"a": {"originates": ["record"], "seals_with": ["outer"]}, "b": {}, "c": {}}
    found = subjects(table(components, flows))["f1/forward/1/record"]
    assert (found["depth"], found["unheld_seals"]) == (1, 0)
    components["b"]["opens_with"] = ["outer"]
    found = subjects(table(components, flows))["f1/forward/1/record"]
    assert (found["depth"], found["unheld_seals"]) == (0, 1)


@pytest.mark.parametrize(
    ("signs", "verifies", "expected"),
    [
        (["seal"], ["seal"], (True, True, 0)),
        (["seal"], [], (True, False, 0)),
        ([], ["seal"], (False, False, 1)),
    ],
)
def test_signatures(signs: list[str], verifies: list[str], expected: tuple[bool, bool, int]) -> None:
    components = {"a": {"originates": ["record"], "signs_with": signs}, "b": {"verifies_with": verifies}}
    flows = [{"from": "a", "to": "b", "carries": ["record"], "protection": {"record": [{"signed": "seal"}]}}]
    found = only(table(components, flows), "signed", "verified", "unheld_signatures")
    assert tuple(found.values()) == expected


@pytest.mark.parametrize(("opens", "expected"), [(["outer"], True), ([], False)])
def test_a_signature_can_be_verified_only_where_the_item_is_readable(opens: list[str], expected: bool) -> None:
    components = {
        "a": {"originates": ["record"], "signs_with": ["seal"], "seals_with": ["outer"]},
        "b": {"opens_with": opens},
    }
    layers = {"record": [{"sealed": "outer"}, {"signed": "seal"}]}
    flows = [{"from": "a", "to": "b", "carries": ["record"], "protection": layers}]
    assert only(table(components, flows), "signed", "verifiable") == {"signed": True, "verifiable": expected}
    components["a"]["signs_with"] = []
    assert only(table(components, flows), "signed", "verifiable") == {"signed": False, "verifiable": False}


def test_what_the_sender_cannot_hold_counts_as_plaintext() -> None:
    found = only(
        table({"a": {}, "b": {}}, [{"from": "a", "to": "b", "carries": ["record"]}]), "held", "plaintext", "depth"
    )
    assert found == {"held": False, "plaintext": True, "depth": 0}


def test_storage_and_key_material() -> None:
    at_rest = {"algorithm": "AES-256-GCM", "key": "disk"}
    components = {"db": {"stores": ["record"], "at_rest": at_rest}, "b": {}, "vault": {"originates": ["key:disk"]}}
    flows = [
        {"from": "db", "to": "b", "carries": ["record"], "of": "storage"},
        {"from": "vault", "to": "b", "carries": ["key:disk"]},
    ]
    found = subjects(table(components, flows))
    stored, key = found["f0/forward/1/record"], found["f1/forward/1/key%3Adisk"]
    assert (stored["storage"], stored["depth"], stored["key_material"]) == (True, 1, False)
    assert (key["storage"], key["depth"], key["key_material"]) == (False, 0, True)


def test_segments_between_hops_have_their_own_channel() -> None:
    components = {"a": {"originates": ["record"]}, "b": {"originates": ["receipt"]}, "p": {}, "q": {}}
    via = [
        {"component": "p", "tls": "terminate", "reestablishes": False},
        {"component": "q", "tls": "terminate", "reestablishes": True},
    ]
    flows = [{"from": "a", "to": "b", "carries": ["record"], "returns": ["receipt"], "via": via, "in_transit": TLS}]
    found = {name: subject["channel"] for name, subject in subjects(table(components, flows)).items()}
    assert found == {
        "f0/forward/1/record": "tls",
        "f0/forward/2/record": "none",
        "f0/forward/3/record": "tls",
        "f0/return/1/receipt": "tls",
        "f0/return/2/receipt": "none",
        "f0/return/3/receipt": "tls",
    }


@pytest.mark.parametrize(
    ("channel", "hops", "expected"),
    [
        ("tls", (), ("tls",)),
        ("tls", ((False, None),), ("tls", "tls")),
        ("tls", ((True, None),), ("tls", "undeclared")),
        ("tls", ((True, False),), ("tls", "none")),
        ("tls", ((True, True),), ("tls", "tls")),
        ("tls", ((True, False), (False, None), (True, True)), ("tls", "none", "none", "tls")),
        ("none", ((True, None),), ("none", "none")),
        ("none", ((True, True),), ("none", "none")),
        ("undeclared", ((True, True),), ("undeclared", "undeclared")),
    ],
)
def test_channels(channel: str, hops: tuple[tuple[bool, bool | None], ...], expected: tuple[str, ...]) -> None:
    assert channels(channel, tuple(Hop(0, ends, again) for ends, again in hops)) == expected


def test_a_flow_without_carries_has_one_subject_a_direction_and_segment() -> None:
    components = {
        "a": {"originates": ["record", "odd"], "seals_with": ["outer"]},
        "b": {"originates": ["report"]},
        "p": {},
    }
    flows = [{"from": "a", "to": "b", "via": [{"component": "p", "tls": "passthrough"}], "protection": SEALED}]
    data = {
        "record": {"label": {"level": "secret"}, "sensitive_fields": ["x", "y"]},
        "report": {"label": {"level": "internal"}, "identifiers": ["i"]},
    }
    found = table(components, flows, data=data)
    assert list(subjects(found)) == ["f0/forward/1/%2A", "f0/forward/2/%2A", "f0/return/1/%2A", "f0/return/2/%2A"]
    assert [found.assumed_flow(index) for index in range(found.size)] == ["f0"] * 4
    forward, back = subjects(found)["f0/forward/1/%2A"], subjects(found)["f0/return/1/%2A"]
    assert (forward["label"]["text"], forward.get("labelled"), forward["depth"]) == ("secret {phi, trial}", None, 0)
    assert forward["sensitive_fields"] == 2
    # What was assumed to arrive at b could come back from there.
    assert (back["label"]["text"], back["identifiers"], back["held"]) == ("secret {phi, trial}", 1, True)


def test_a_flow_without_carries_whose_sender_holds_nothing() -> None:
    found = table({"a": {}, "b": {}}, [{"from": "a", "to": "b", "returns": []}])
    assert only(found, "held", "plaintext", "labelled") == {"held": False, "plaintext": True, "labelled": True}
    assert found.assumed_flow(0) == "f0"


def test_assumed_facts_that_show_plaintext_are_subjects_of_their_own() -> None:
    components = {
        "a": {"originates": ["record"], "seals_with": ["outer"]},
        "b": {},
        "c": {},
        "d": {"originates": ["record"]},
    }
    flows = [
        {"from": "a", "to": "b", "carries": ["record"], "protection": SEALED},
        {"from": "b", "to": "c", "carries": ["record"]},
        {"from": "d", "to": "b", "returns": []},
    ]
    found = table(components, flows)
    names = list(found.names())
    assert [name for name in names if "f1" in name] == ["wire:f1/forward/1/record", "wire:f1/forward/1/record/assumed"]
    certain, assumed = (names.index(f"wire:f1/forward/1/record{more}") for more in ("", "/assumed"))
    assert [found.assumed_flow(at) for at in (certain, assumed)] == ["", "f2"]
    assert [msgspec.json.decode(found.json(at))["plaintext"] for at in (certain, assumed)] == [False, True]
    assert [step.flow for step in found.details(assumed).witness] == ["", "f2", "f1"]
    assert [step.component for step in found.details(certain).witness] == ["a", "a", "b", "c"]


def test_what_only_an_assumption_brings_to_the_sender_is_assumed() -> None:
    components = {"a": {"originates": ["record"], "seals_with": ["outer"]}, "b": {}, "c": {}}
    flows = [
        {"from": "a", "to": "b", "returns": [], "protection": SEALED},
        {"from": "b", "to": "c", "carries": ["record"]},
    ]
    found = table(components, flows)
    names = list(found.names())
    at = names.index("wire:f1/forward/1/record")
    assert names.count("wire:f1/forward/1/record") == len([name for name in names if "f1" in name]) == 1
    assert found.assumed_flow(at) == "f0"
    assert msgspec.json.decode(found.json(at))["depth"] == 1


def test_details() -> None:
    components = {"a": {"originates": ["record"], "seals_with": ["outer"]}, "b": {"zone": "outside"}}
    zones = {
        "inside": {"trust": 3, "posture": {"in_transit": TLS}},
        "outside": {"trust": 0, "posture": {"in_transit": TLS}},
    }
    flows = [{"from": "a", "to": "b", "carries": ["record"], "protection": SEALED}]
    detail = table(components, flows, zones=zones).details(0)
    assert (detail.path, detail.title, detail.crossing) == (("flows", "f0"), "record: a → b", "f0")
    assert [step.action for step in detail.witness] == ["originates", "seals", "flows"]
    assert detail.provenance["label"] == "data record"
    assert detail.provenance["channel"].startswith("derived from protocol https")


@pytest.mark.parametrize(
    ("receiver", "protection", "verified", "verifiable"),
    [
        ({"verifies_with": ["seal"]}, [{"signed": "seal"}], True, True),
        ({}, [{"signed": "seal"}], False, True),
        ({}, [{"sealed": "outer"}, {"signed": "seal"}], False, False),
        ({"opens_with": ["outer"]}, [{"sealed": "outer"}, {"signed": "seal"}], False, True),
        ({}, [{"sealed": "outer"}], False, False),
    ],
)
def test_a_signature_can_be_checked_where_the_item_can_be_read(
    receiver: dict[str, Any], protection: list[dict[str, str]], verified: bool, verifiable: bool
) -> None:
    components = {"a": {"originates": ["record"], "seals_with": ["outer"], "signs_with": ["seal"]}, "b": receiver}
    flows = [{"from": "a", "to": "b", "carries": ["record"], "protection": {"record": protection}}]
    found = table(components, flows)
    assert only(found, "verified", "verifiable") == {"verified": verified, "verifiable": verifiable}
