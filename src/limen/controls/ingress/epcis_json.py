"""EPCIS 2.0 in JSON-LD: a document with its events, or one bare event. No context is ever fetched.

JSON-LD lets a context change what a name means. So the context is GS1's own, and whatever stands beside it may only
give prefixes to names beyond the standard.
"""

from __future__ import annotations

import re
from typing import Any

from limen.controls.ingress.epcis import KINDS, event_of
from limen.controls.ingress.epcis_terms import words
from limen.controls.ingress.events import Event
from limen.controls.ingress.reading import Reading
from limen.integrity.strict_json import strict_json

CONTEXTS = frozenset(
    f"{start}/standards/epcis/{version}epcis-context.jsonld"
    for start in ("https://ref.gs1.org", "https://gs1.github.io/EPCIS")
    for version in ("", "2.0.0/", "2.0.1/")
) | {"https://gs1.github.io/EPCIS/epcis-context.jsonld"}
"""Addresses of GS1's context for EPCIS 2.0."""
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}", re.ASCII)
_OURS = {
    "cbvmda": ("urn:epcglobal:cbv:mda", "urn:epcglobal:cbv:mda:"),
    "cbv": ("https://ref.gs1.org/cbv/",),
    "gs1": ("https://gs1.org/voc/", "https://ref.gs1.org/voc/"),
    "epcis": ("https://ref.gs1.org/epcis/",),
}
"""Prefixes of the standard and what they may be said to mean."""
_RESERVED = words(
    """id type action bizStep disposition eventID eventTime eventTimeZoneOffset recordTime epcList quantityList parentID
    childEPCs childQuantityList ilmd readPoint bizLocation bizTransactionList bizTransaction sourceList source
    destinationList destination errorDeclaration persistentDisposition set unset epcClass quantity uom epcisBody
    eventList epcisHeader schemaVersion creationDate inputEPCList inputQuantityList outputEPCList outputQuantityList
    transformationID sensorElementList declarationTime reason correctiveEventIDs EPCISDocument
    urn http https ni"""
)
"""Names of the standard, and schemes of identifiers, that no context may give another meaning: with a prefix urn,
urn:epc:… is to a reader of JSON-LD whatever the prefix says."""
_DOCUMENT = words(
    "@context id type schemaVersion creationDate epcisHeader epcisBody sender receiver instanceIdentifier"
)


def read_json(raw: bytes, reading: Reading) -> list[Event]:
    """Return the events of a message, those without faults; the faults are in the reading."""
    try:
        value = strict_json(raw)
    except ValueError:
        # The reason names what the message says: it stays out of every log.
        hint = "UTF-8, each name once in an object, no NaN, no deep nesting"
        reading.fault("", "no strict JSON", hint=hint)
        return []
    members = reading.members(value, "the message")
    if members.get("type") == "EPCISDocument":
        return _document(dict(members), reading)
    if isinstance(members.get("type"), str) and members["type"] in KINDS:
        _context(members.get("@context"), reading)
        bare = {name: inner for name, inner in members.items() if name != "@context"}
        event = event_of(bare, reading, "event 1")
        return [event] if event else []
    if not reading.faults:
        reading.fault("", "neither an EPCISDocument nor an event", hint="type is EPCISDocument, or that of an event")
    return []


def _document(members: dict[str, Any], reading: Reading) -> list[Event]:
    _context(members.get("@context"), reading)
    if members.keys() - _DOCUMENT:
        reading.fault("the document", "a member that no rule knows", reason="fields_undeclared")
    if members.get("schemaVersion") not in ("2.0", "2.0.0", "2.0.1"):
        reading.fault("the document", "another schemaVersion than 2.0")
    reading.instant(members.get("creationDate"), "creationDate")
    body = reading.members(members.get("epcisBody"), "epcisBody")
    if body.keys() != {"eventList"}:
        reading.fault("epcisBody", "something else than one eventList", reason="fields_undeclared")
    events = reading.list_of(body.get("eventList", []), "eventList")
    return events_of(events, reading)


def events_of(values: list[Any], reading: Reading) -> list[Event]:
    """Return the events of a list, those without faults; an empty list and one that is too long are faults."""
    if not values:
        reading.fault("eventList", "no events")
    if len(values) > reading.limits.events:
        reading.fault("eventList", f"more than {reading.limits.events} events in one message", reason="too_large")
        return []
    found = [event_of(value, reading, f"event {number}") for number, value in enumerate(values, 1)]
    return [event for event in found if event is not None]


def _context(value: Any, reading: Reading) -> None:
    parts = value if isinstance(value, list) else [value]
    if not any(isinstance(part, str) and part in CONTEXTS for part in parts):
        reading.fault("@context", "not GS1's context of EPCIS 2.0", hint="expected " + min(CONTEXTS, key=len))
    for part in parts:
        if isinstance(part, str) and part in CONTEXTS:
            continue
        if not isinstance(part, dict):
            reading.fault("@context", "a context that would have to be fetched", hint="give prefixes in an object")
            continue
        for name, meaning in part.items():
            # A prefix ends in a sign that parts it from the name; a term would give a name another meaning.
            ends = isinstance(meaning, str) and meaning[-1:] in ("/", ":", "#")
            allowed = meaning in _OURS[name] if name in _OURS else ends
            if not _PREFIX.fullmatch(name) or not allowed or name in KINDS or name in _RESERVED:
                reading.fault("@context", "something else than a prefix for names beyond the standard")
