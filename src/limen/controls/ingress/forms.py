"""The forms that a message may have, and who reads each."""

from __future__ import annotations

from typing import Literal, assert_never

from limen.controls.ingress.accepted import Anything
from limen.controls.ingress.reading import Reading
from limen.controls.ingress.seen import Claim
from limen.model.data import DataItem

Form = Literal["epcis-json", "epcis-xml", "x12-852", "x12-867", "record", "perpetual-sync", "adjustment"]
"""EPCIS 2.0 in JSON-LD; EPCIS 1.2 or 2.0 in XML; X12 852 and 867; records of a declared item; stock movements."""


def read(
    form: Form,
    raw: bytes,
    reading: Reading,
    item: DataItem,
    kinds: frozenset[str],
    message: str,
    people: tuple[str, ...],
) -> tuple[list[Anything], list[Claim]]:
    """Return the events of a message and what its envelope claims to be; faults are in the reading."""
    events: list[Anything] = []
    match form:
        case "epcis-json":
            from limen.controls.ingress.epcis_json import read_json

            events += read_json(raw, reading)
        case "epcis-xml":
            from limen.controls.ingress.epcis_xml import read_xml

            events += read_xml(raw, reading)
        case "x12-852" | "x12-867":
            from limen.controls.ingress.x12_reports import read_reports

            reports, claims = read_reports(raw, reading, form.removeprefix("x12-"))
            return [*reports], claims
        case "record":
            from limen.controls.ingress.records import read_records

            events += read_records(raw, reading, item, kinds, message)
        case "perpetual-sync":
            from limen.controls.ingress.movements import read_movement

            events += read_movement(raw, reading, item, kinds)
        case "adjustment":
            from limen.controls.ingress.movements import read_adjustment

            events += read_adjustment(raw, reading, item, kinds, people)
        case _:
            assert_never(form)
    return events, []
