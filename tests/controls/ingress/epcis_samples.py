"""One event of each kind, as JSON-LD of EPCIS 2.0 and as XML of EPCIS 1.2, made up."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from limen.controls.identifiers import gtin_of_ndc, parse_ndc, sgtin
from tests.controls.ingress.ingress_bench import FREE

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
GTIN = gtin_of_ndc(parse_ndc(FREE)).canonical
PREFIX = 7


def package(serial: str, ndc: str = FREE, *, indicator: int = 0) -> str:
    """Return the EPC URI of a package."""
    return sgtin(gtin_of_ndc(parse_ndc(ndc), indicator=indicator), serial).urn(6 if ndc[4] == "-" else PREFIX)


def event(**changes: Any) -> dict[str, Any]:
    """Return a commissioning event."""
    return {
        "type": "ObjectEvent",
        "eventID": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "eventTime": "2026-11-22T05:00:00.000-05:00",
        "eventTimeZoneOffset": "-05:00",
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "epcList": [package("A1"), package("A2")],
        "readPoint": {"id": "urn:epc:id:sgln:0614141.12345.0"},
        "bizLocation": {"id": "urn:epc:id:sgln:0614141.12345.line-1"},
        "ilmd": {"cbvmda:lotNumber": "LOT7", "cbvmda:itemExpirationDate": "2028-05-31"},
        **changes,
    }


def document(*events: Any, **changes: Any) -> bytes:
    """Return a document of events."""
    value = {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-11-22T10:01:00Z",
        "epcisBody": {"eventList": list(events)},
        **changes,
    }
    return json.dumps(value).encode()


def events() -> dict[str, dict[str, Any]]:
    """Return one event of each kind, by kind."""
    common = event()
    for name in ("ilmd", "epcList", "eventID"):
        del common[name]
    lot = "urn:epc:class:lgtin:" + package("x").split(":")[-1].rsplit(".", 1)[0] + ".LOT7"
    unit = "urn:epc:id:sscc:0614141.1234567890"
    aggregation = {
        **common,
        "type": "AggregationEvent",
        "eventID": "urn:uuid:00000000-0000-4000-8000-000000000002",
        "bizStep": "packing",
        "disposition": "in_progress",
        "parentID": unit,
        "childEPCs": [package("A2"), package("A1")],
        "childQuantityList": [{"epcClass": lot, "quantity": 10.5, "uom": "KGM"}],
    }
    transaction = {
        **common,
        "type": "TransactionEvent",
        "eventID": "urn:uuid:00000000-0000-4000-8000-000000000003",
        "bizStep": "shipping",
        "disposition": "in_transit",
        "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epcglobal:cbv:bt:0614141000005:PO-1"}],
        "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:0614141.12345"}],
        "destinationList": [{"type": "possessing_party", "destination": "urn:epc:id:sgln:0614141.12345.400"}],
        "epcList": [package("A1"), unit],
        "quantityList": [{"epcClass": lot, "quantity": 3}],
    }
    transformation = {
        **common,
        "type": "TransformationEvent",
        "eventID": "urn:uuid:00000000-0000-4000-8000-000000000004",
        "bizStep": "repackaging",
        "inputEPCList": [package("A1")],
        "inputQuantityList": [{"epcClass": lot, "quantity": 3}],
        "outputEPCList": [package("B1"), package("B2")],
        "outputQuantityList": [{"epcClass": lot, "quantity": 1}],
        "transformationID": "urn:epc:id:gdti:0614141.12345.400",
        "ilmd": {"cbvmda:lotNumber": "LOT8"},
    }
    del transformation["action"]
    correction = {
        **event(eventID="urn:uuid:00000000-0000-4000-8000-000000000005"),
        "errorDeclaration": {
            "declarationTime": "2026-11-22T11:00:00Z",
            "reason": "incorrect_data",
            "correctiveEventIDs": ["urn:uuid:00000000-0000-4000-8000-000000000006"],
        },
    }
    association = {
        **common,
        "type": "AssociationEvent",
        "eventID": "urn:uuid:00000000-0000-4000-8000-000000000007",
        "bizStep": "assembling",
        "parentID": package("P1"),
        "childEPCs": [package("A1")],
    }
    return {
        "object": event(),
        "aggregation": aggregation,
        "transaction": transaction,
        "transformation": transformation,
        "correction": correction,
        "association": association,
    }


def xml(*values: dict[str, Any], version: str = "1.2", header: str = "") -> bytes:
    """Return events of JSON's shape as a document of EPCIS 1.2 (or 2.0) in XML, written by hand for this test."""
    namespace = "urn:epcglobal:epcis:xsd:1" if version != "2.0" else "urn:epcglobal:epcis:xsd:2"
    body = "\n".join(_xml_event(value, old=version != "2.0") for value in values)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<epcis:EPCISDocument xmlns:epcis="{namespace}"'
        f' xmlns:cbvmda="urn:epcglobal:cbv:mda" schemaVersion="{version}" creationDate="2026-11-22T10:01:00Z">{header}'
        f"<EPCISBody><EventList>{body}</EventList></EPCISBody></epcis:EPCISDocument>"
    ).encode()


_EXTENDED = ("quantityList", "childQuantityList", "sourceList", "destinationList", "ilmd")


def _xml_event(value: dict[str, Any], *, old: bool) -> str:
    kind = value["type"]
    first = ("eventTime", "eventTimeZoneOffset")
    base = "".join(_xml_member(name, value[name]) for name in ("eventID", "errorDeclaration") if name in value)
    parts = "".join(_xml_member(name, value[name]) for name in first)
    parts += f"<baseExtension>{base}</baseExtension>" if old and base else base
    plain_kind = kind == "TransformationEvent"
    extended = ""
    for name, inner in value.items():
        if name in ("type", *first, "eventID", "errorDeclaration"):
            continue
        if old and name in _EXTENDED and not plain_kind:
            extended += _xml_member(name, inner)
        else:
            parts += _xml_member(name, inner)
    parts += f"<extension>{extended}</extension>" if extended else ""
    text = f"<{kind}>\n  {parts}\n</{kind}>"
    return f"<extension>{text}</extension>" if old and plain_kind else text


def _xml_member(name: str, value: Any) -> str:
    if name in ("epcList", "childEPCs", "inputEPCList", "outputEPCList"):
        inner = "".join(f"<epc>{escape(one)}</epc>" for one in value)
    elif name.endswith("uantityList"):
        inner = "".join(
            "<quantityElement>" + "".join(f"<{key}>{one}</{key}>" for key, one in row.items()) + "</quantityElement>"
            for row in value
        )
    elif name in ("bizTransactionList", "sourceList", "destinationList"):
        member = name.removesuffix("List")
        inner = "".join(f'<{member} type="{_CBV[name]}:{row["type"]}">{row[member]}</{member}>' for row in value)
    elif name == "errorDeclaration":
        ids = "".join(f"<correctiveEventID>{one}</correctiveEventID>" for one in value["correctiveEventIDs"])
        inner = f"<declarationTime>{value['declarationTime']}</declarationTime>"
        inner += (
            f"<reason>urn:epcglobal:cbv:er:{value['reason']}</reason><correctiveEventIDs>{ids}</correctiveEventIDs>"
        )
    elif isinstance(value, dict):
        inner = "".join(f"<{key}>{one}</{key}>" for key, one in value.items())
    elif name in ("bizStep", "disposition"):
        inner = f"urn:epcglobal:cbv:{'bizstep' if name == 'bizStep' else 'disp'}:{value}"
    else:
        inner = escape(value)
    return f"<{name}>{inner}</{name}>"


_CBV = {
    "bizTransactionList": "urn:epcglobal:cbv:btt",
    "sourceList": "urn:epcglobal:cbv:sdt",
    "destinationList": "urn:epcglobal:cbv:sdt",
}
