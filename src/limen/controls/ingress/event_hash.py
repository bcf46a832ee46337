"""Event ids that are hashes of their event (CBV 2.0, section 8.9: ni:///sha-256;…?ver=CBV2.0), computed again.

Such an id says that nobody changed the event since; one that is not the hash of its event is refused. Where the
standard's readers disagree about a text (signs in serials, lots that look like numbers) or an event holds what is not
carried here (extensions, corrections), nothing is computed and the id is a name like any other. It proves no origin.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
from collections.abc import Iterable

from limen.controls.identifiers import Epc, Gln, Gtin, Lgtin, Sgtin, Sscc
from limen.controls.ingress.events import Event, Kind, Quantity

_ID = re.compile(r"ni:///sha-256;([0-9a-f]{64})\?ver=CBV2\.0")
_PLAIN = re.compile(r"[A-Za-z0-9._~-]+")
"""Serials and lots that nobody percent-encodes."""
_NUMBER = re.compile(r"[1-9][0-9]{0,14}")
"""Numbers that nobody writes in another way."""
_LISTS: dict[Kind, tuple[str, str]] = {
    "object": ("epcList", "quantityList"),
    "aggregation": ("childEPCs", "childQuantityList"),
    "transaction": ("epcList", "quantityList"),
    "transformation": ("inputEPCList", "inputQuantityList"),
    "association": ("childEPCs", "childQuantityList"),
}
_ORDER = ("epcList", "parentID", "inputEPCList", "childEPCs", "quantityList", "childQuantityList", "inputQuantityList")


def contradicts(event: Event) -> bool:
    """Return whether an event's id is a hash, can be computed again, and is that of another event."""
    match = _ID.fullmatch(event.id)
    if match is None or not _computable(event):
        return False
    # Generators differ in whether the type of a document or party stands before it or behind.
    return not any(hmac.compare_digest(event_hash(event, first), match[1]) for first in (True, False))


def event_hash(event: Event, type_first: bool = True) -> str:
    """Return the hash of an event that has neither extensions nor a correction, as 64 hex digits."""
    return hashlib.sha256(_text(event, type_first).encode()).hexdigest()


def _computable(event: Event) -> bool:
    epcs = [*event.epcs, *event.outputs, *((event.parent,) if event.parent else ())]
    epcs += [one.of for one in (*event.quantities, *event.output_quantities)]
    texts = [epc.serial if isinstance(epc, Sgtin) else epc.lot for epc in epcs if isinstance(epc, Sgtin | Lgtin)]
    places = [place for place in (event.read_point, event.location) if place]
    places += [place for _, place in (*event.sources, *event.destinations)]
    texts += [place.extension for place in places if place.extension]
    texts += [event.lot] if event.lot else []
    ids = [event.transformation, *(name for _, name in event.transactions)]
    return (
        not event.extensions
        and event.correction is None
        and all(map(_is_plain, texts))
        and not any(name.startswith(("urn:epc:", "http")) for name in ids)
    )


def _is_plain(text: str) -> bool:
    """Return whether every generator writes a serial or lot alike: some take 007 and 1e5 for numbers."""
    try:
        float(text)
    except ValueError:
        return _PLAIN.fullmatch(text) is not None
    return _NUMBER.fullmatch(text) is not None


def _text(event: Event, type_first: bool) -> str:
    epcs, quantities = _LISTS[event.kind]
    lists = {
        epcs: _list(epcs, [f"epc={_uri(epc)}" for epc in event.epcs]),
        quantities: _list(quantities, map(_quantity, event.quantities)),
        "parentID": f"parentID={_uri(event.parent)}" if event.parent else "",
    }
    parts = [
        f"eventType={event.kind.capitalize()}Event",
        f"eventTime={_moment(event.time)}",
        f"eventTimeZoneOffset={event.offset}",
        *(lists.get(name, "") for name in _ORDER),
        _list("outputEPCList", [f"epc={_uri(epc)}" for epc in event.outputs]),
        _list("outputQuantityList", map(_quantity, event.output_quantities)),
        f"action={event.action}" if event.action else "",
        f"transformationID={event.transformation}" if event.transformation else "",
        f"bizStep={_word(event.step, 'BizStep')}" if event.step else "",
        f"disposition={_word(event.disposition, 'Disp')}" if event.disposition else "",
        _persistent(event),
        f"readPointid={_uri(event.read_point)}" if event.read_point else "",
        f"bizLocationid={_uri(event.location)}" if event.location else "",
        _typed("bizTransactionList", "bizTransaction", "BTT", event.transactions, type_first),
        _typed("sourceList", "source", "SDT", [(kind, _uri(place)) for kind, place in event.sources], type_first),
        _typed(
            "destinationList", "destination", "SDT", [(kind, _uri(one)) for kind, one in event.destinations], type_first
        ),
        _ilmd(event),
    ]
    return "".join(parts)


def _moment(time: datetime.datetime) -> str:
    rounded = time + datetime.timedelta(microseconds=500)
    return rounded.strftime("%Y-%m-%dT%H:%M:%S.") + f"{rounded.microsecond // 1000:03d}Z"


def _uri(epc: Epc) -> str:
    if isinstance(epc, Sscc):
        return epc.link
    if isinstance(epc, Gtin):
        return f"https://id.gs1.org/01/{epc.canonical}"
    if isinstance(epc, Gln):
        return epc.link
    return epc.canonical


def _word(name: str, kind: str) -> str:
    return name if ":" in name else f"https://ref.gs1.org/cbv/{kind}-{name}"


def _list(name: str, values: Iterable[str]) -> str:
    found = sorted(values)
    return name + "".join(found) if found else ""


def _quantity(one: Quantity) -> str:
    unit = f"uom={one.unit}" if one.unit else ""
    return f"quantityElementepcClass={_uri(one.of)}quantity={one.amount}{unit}"


def _persistent(event: Event) -> str:
    values = [f"set={_word(name, 'Disp')}" for name in event.set_dispositions]
    values += [f"unset={_word(name, 'Disp')}" for name in event.unset_dispositions]
    return _list("persistentDisposition", values)


def _typed(name: str, member: str, kind: str, pairs: Iterable[tuple[str, str]], type_first: bool) -> str:
    values = []
    for given, value in pairs:
        named = f"type={_word(given, kind)}" if given else ""
        values.append(f"{named}{member}={value}" if type_first else f"{member}={value}{named}")
    return _list(name, values)


def _ilmd(event: Event) -> str:
    space = "{urn:epcglobal:cbv:mda:}"
    values = [f"{space}itemExpirationDate={event.expiry}"] if event.expiry else []
    values += [f"{space}lotNumber={event.lot}"] if event.lot else []
    return _list("ilmd", values)
