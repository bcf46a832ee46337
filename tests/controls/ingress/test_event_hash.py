"""Event ids that are hashes: the published ones of CBV 2.0's reference examples, and every change of an event."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from limen.controls.ingress.epcis_json import read_json
from limen.controls.ingress.epcis_xml import read_xml
from limen.controls.ingress.event_hash import event_hash
from limen.controls.ingress.reading import Reading
from tests.controls.ingress.epcis_samples import document, events, package, xml
from tests.controls.ingress.ingress_bench import NOW

# The first event of epcisDocWithShippingAndTransportingEvent of the algorithm's reference implementation.
DEPARTING: dict[str, Any] = {
    "type": "ObjectEvent",
    "eventTime": "2022-02-16T12:50:00+01:00",
    "eventTimeZoneOffset": "+01:00",
    "epcList": ["urn:epc:id:sscc:4012345.1112223334"],
    "action": "OBSERVE",
    "bizStep": "departing",
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00022.0"},
    "bizTransactionList": [{"type": "desadv", "bizTransaction": "urn:epcglobal:cbv:bt:4012345000009:ASN1099"}],
    "sourceList": [{"type": "possessing_party", "source": "urn:epc:id:pgln:4012345.00000"}],
    "destinationList": [{"type": "possessing_party", "destination": "urn:epc:id:pgln:4023333.00000"}],
}
PUBLISHED = "2919bf0587534fef0e25eea97b5dda68f345e6bbf2c6b4cb27b2a52e0039272b"
# Texts that the reference implementation hashes for events of epcisDocWithVariousEventTypes.
PACKING = (
    "eventType=AggregationEventeventTime=2019-10-21T15:30:56.591ZeventTimeZoneOffset=+02:00parentID=https://id.gs1.org/00"
    "/040123441111111333childQuantityListquantityElementepcClass=https://id.gs1.org/01/04054739123451/10/lot2quantity=17"
    "quantityElementepcClass=https://id.gs1.org/01/04054739999025/10/P2quantity=12uom=KGMaction=ADDbizStep="
    "https://ref.gs1.org/cbv/BizStep-packingreadPointid=https://id.gs1.org/414/4012345000252"
)
PACKING_EVENT: dict[str, Any] = {
    "type": "AggregationEvent",
    "eventTime": "2019-10-21T17:30:56.591+02:00",
    "eventTimeZoneOffset": "+02:00",
    "parentID": "https://id.gs1.org/00/040123441111111333",
    "childQuantityList": [
        {"epcClass": "https://id.gs1.org/01/04054739999025/10/P2", "quantity": 12.0, "uom": "KGM"},
        {"epcClass": "https://id.gs1.org/01/04054739123451/10/lot2", "quantity": 17},
    ],
    "action": "ADD",
    "bizStep": "packing",
    "readPoint": {"id": "https://example.com/414/4012345000252"},
}


def read(value: dict[str, Any]) -> tuple[list[Any], list[tuple[str, str]]]:
    reading = Reading(now=NOW)
    return read_json(document(value), reading), [(one.reason, one.problem.message) for one in reading.faults]


def name(digest: str, version: str = "CBV2.0") -> str:
    return f"ni:///sha-256;{digest}?ver={version}"


def test_a_published_hash() -> None:
    (found,), faults = read({**DEPARTING, "eventID": name(PUBLISHED)})
    assert faults == []
    assert event_hash(found) == PUBLISHED


def test_what_is_hashed_is_what_the_reference_hashes() -> None:
    (found,), _ = read(PACKING_EVENT)
    assert event_hash(found) == hashlib.sha256(PACKING.encode()).hexdigest()


CHANGES: list[dict[str, Any]] = [
    {"eventTime": "2022-02-16T12:50:01+01:00"},
    {"eventTimeZoneOffset": "+02:00"},
    {"epcList": ["urn:epc:id:sscc:4012345.1112223335"]},
    {"action": "DELETE"},
    {"bizStep": "arriving"},
    {"disposition": "in_transit"},
    {"readPoint": {"id": "urn:epc:id:sgln:4012345.00022.1"}},
    {"bizLocation": {"id": "urn:epc:id:sgln:4012345.00022.0"}},
    {"bizTransactionList": [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:4012345000009:ASN1099"}]},
    {"sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00000"}]},
    {"destinationList": [{"type": "possessing_party", "destination": "urn:epc:id:sgln:4023333.00000.0"}]},
    {"quantityList": [{"epcClass": "urn:epc:idpat:sgtin:4012345.012345.*", "quantity": 1}]},
    {"persistentDisposition": {"set": ["completeness_verified"]}},
]


@pytest.mark.parametrize("changes", CHANGES, ids=lambda value: next(iter(value)))
def test_any_change_is_seen(changes: dict[str, Any]) -> None:
    found, faults = read({**DEPARTING, "eventID": name(PUBLISHED), **changes})
    assert found == []
    assert faults == [("mismatch", "event 1, eventID: a hash, and that of another event")]


@pytest.mark.parametrize("kind", ["object", "aggregation", "transaction", "association"])
def test_every_kind_and_both_formats(kind: str) -> None:
    plain = events()[kind]
    (found,), _ = read(plain)
    value = {**plain, "eventID": name(event_hash(found))}
    assert read(value)[1] == []
    late = {**value, "eventTime": "2026-11-22T05:00:01-05:00"}
    assert [reason for reason, _ in read(late)[1]] == ["mismatch"]
    reading = Reading(now=NOW)
    assert len(read_xml(xml(value, version="2.0"), reading)) == 1
    # The type of a document or party behind it, as older generators have it.
    assert read({**plain, "eventID": name(event_hash(found, False))})[1] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"eventID": name(PUBLISHED, "CBV2.1")},
        {"eventID": name(PUBLISHED), "epcList": [package("a/b")]},
        {"eventID": name(PUBLISHED), "epcList": [package("007")]},
        {"eventID": name(PUBLISHED), "epcList": [package("1e5")]},
        {"eventID": name(PUBLISHED), "epcList": [package("1_0")]},
        {"eventID": "ni:///sha-512;00?ver=CBV2.0"},
    ],
    ids=[
        "another version",
        "a sign in a serial",
        "a serial like a number",
        "another number",
        "a third",
        "another digest",
    ],
)
def test_what_can_not_be_computed_is_a_name(changes: dict[str, Any]) -> None:
    assert read({**DEPARTING, **changes})[1] == []


def test_milliseconds_are_rounded() -> None:
    first, second = ({**DEPARTING, "eventTime": f"2022-02-16T12:50:00.{text}+01:00"} for text in ("0005", "001"))
    assert event_hash(read(first)[0][0]) == event_hash(read(second)[0][0])
