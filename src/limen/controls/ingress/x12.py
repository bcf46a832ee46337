"""X12 interchanges (004010, 005010): ISA, GS and ST envelopes with their separators, control numbers and counts.

Every count and control number of a trailer is held against what stands there: a segment that was lost on the way, or
put in, does not come through (NIST SP 800-53 SI-10). One interchange a message.
"""

from __future__ import annotations

import re

from limen.controls.identifiers.values import Unshown
from limen.controls.ingress.reading import Reading

Segment = tuple[str, ...]
"""A segment's name and its elements, so that element 1 of LIN is `segment[1]`."""
_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
"""Characters of the elements of ISA, which are of fixed length."""
_ISA = 3 + len(_WIDTHS) + sum(_WIDTHS)
"""Characters of ISA; the next one ends every segment."""
_VERSIONS = {"00401": "004010", "00501": "005010"}
"""ISA12, and what GS08 begins with then."""
_NAME = re.compile(r"[A-Z][A-Z0-9]{1,2}", re.ASCII)
_CONTROL = re.compile(r"\d{1,9}", re.ASCII)
_FUNCTIONS = {"852": "PD", "867": "PT"}
"""GS01 of each transaction set."""


class TransactionSet(Unshown, frozen=True, kw_only=True):
    """One ST to SE."""

    control: str
    """ST02."""
    group: str
    """GS06 of its group."""
    place: str
    """Which one it is in its message, from 0001: its control number may be anything, and is told nowhere."""
    segments: tuple[Segment, ...]
    """What stands between ST and SE."""


class Interchange(Unshown, frozen=True, kw_only=True):
    """One ISA to IEA."""

    sender: str
    """ISA05 and ISA06, joined by a colon."""
    receiver: str
    """ISA07 and ISA08."""
    control: str
    """ISA13: nine digits."""
    sets: tuple[TransactionSet, ...]

    @property
    def name(self) -> str:
        """What no other interchange of the sender may be named."""
        return f"isa:{self.sender}:{self.receiver}:{self.control}"


def read_interchange(raw: bytes, reading: Reading, kind: str) -> Interchange | None:
    """Return the interchange of a message with transaction sets of a kind (852, 867), or None with faults."""
    segments = _segments(raw, reading)
    if segments is None:
        return None
    before = len(reading.faults)
    isa = segments[0]
    if isa[12] not in _VERSIONS:
        reading.fault("ISA12", "another version than 00401 or 00501")
    if isa[15] != reading.limits.interchange:
        reading.fault("ISA15", "a test interchange where production is read, or the reverse")
    if not _CONTROL.fullmatch(isa[13]):
        reading.fault("ISA13", "no control number of nine digits")
    if _party(isa, 5) not in reading.senders:
        hint = "name the interchange senders of each source in Intake(senders=…)"
        reading.fault("ISA06", "a sender that this source isn't known as", hint=hint, reason="wrong_identity")
    iea = segments[-1]
    if iea[0] != "IEA" or len(iea) != 3:
        reading.fault("IEA", "the interchange does not end in IEA with a count and a control number")
        return None
    if iea[2] != isa[13]:
        reading.fault("IEA02", "another control number than ISA13")
    sets = _groups(segments[1:-1], reading, kind, _VERSIONS.get(isa[12], ""), iea[1])
    if len(reading.faults) != before:
        return None
    return Interchange(sender=_party(isa, 5), receiver=_party(isa, 7), control=isa[13], sets=tuple(sets))


def _party(isa: Segment, at: int) -> str:
    return f"{isa[at].strip()}:{isa[at + 1].strip()}"


def _segments(raw: bytes, reading: Reading) -> list[Segment] | None:
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        reading.fault("", "characters outside ASCII", hint="X12's basic and extended character sets")
        return None
    if len(text) <= _ISA or not text.startswith("ISA"):
        reading.fault("ISA", f"the message does not begin with an ISA of {_ISA} characters")
        return None
    element, component, end = text[3], text[_ISA - 1], text[_ISA]
    fields = tuple(text[:_ISA].split(element))
    if len(fields) != 17 or any(len(field) != width for field, width in zip(fields[1:], _WIDTHS, strict=True)):
        reading.fault("ISA", "its elements are not of their fixed lengths")
        return None
    separators = [element, component, end] + ([fields[11]] if fields[12] == "00501" else [])
    if len(set(separators)) != len(separators) or any(one.isalnum() or one in " -+." for one in separators):
        reading.fault("ISA", "separators that are the same, or letters, digits or signs of numbers")
        return None
    parts = text[_ISA + 1 :].split(end)
    if parts[-1].strip("\r\n"):
        reading.fault("", "something behind the last segment's end")
        return None
    if len(parts) > 100 + 4 * reading.limits.identifiers:
        reading.fault("", "more segments than a message may have", reason="too_large")
        return None
    found: list[Segment] = [fields]
    within = separators[1:2] + separators[3:]
    for number, part in enumerate(parts[:-1], 2):
        segment = tuple(part.strip("\r\n").split(element))
        if any(one in part for one in within):
            hint = "composite and repeated elements stand nowhere in what is read here"
            reading.fault(f"segment {number}", "an element with a separator in it", hint=hint)
            return None
        if not _NAME.fullmatch(segment[0]) or len(segment) > 40 or not part.strip("\r\n").isprintable():
            reading.fault(f"segment {number}", "no segment: a name of two or three characters, and its elements")
            return None
        found.append(segment)
    return found


def _groups(segments: list[Segment], reading: Reading, kind: str, version: str, count: str) -> list[TransactionSet]:
    sets: list[TransactionSet] = []
    groups: set[str] = set()
    at = 0
    while at < len(segments):
        end = next((i for i in range(at, len(segments)) if segments[i][0] == "GE"), None)
        header = segments[at]
        if header[0] != "GS" or end is None or len(header) != 9 or len(segments[end]) != 3:
            reading.fault("GS", "something else than groups of GS with eight elements to GE with two")
            return sets
        trailer, control = segments[end], header[6]
        if header[1] != _FUNCTIONS[kind]:
            reading.fault("GS01", f"another function than {_FUNCTIONS[kind]} of {kind}")
        if header[7] != "X" or not version or not header[8].startswith(version):
            reading.fault("GS08", "another version than the interchange's")
        if not _CONTROL.fullmatch(control) or control in groups:
            reading.fault("GS06", "no control number, or one that another group has", reason="duplicate")
        if trailer[2] != control:
            reading.fault("GE02", "another control number than GS06")
        groups.add(control)
        inner = _sets(segments[at + 1 : end], reading, kind, control, len(sets))
        if trailer[1] != str(len(inner)):
            reading.fault("GE01", "another count than there are transaction sets")
        sets += inner
        at = end + 1
    if count != str(len(groups)):
        reading.fault("IEA01", "another count than there are groups")
    if not sets:
        reading.fault("ST", "no transaction sets")
    if len(sets) > reading.limits.events:
        reading.fault("ST", f"more than {reading.limits.events} transaction sets", reason="too_large")
    return sets


def _sets(segments: list[Segment], reading: Reading, kind: str, group: str, before: int) -> list[TransactionSet]:
    sets: list[TransactionSet] = []
    controls: set[str] = set()
    at = 0
    while at < len(segments):
        end = next((i for i in range(at, len(segments)) if segments[i][0] == "SE"), None)
        header = segments[at]
        if header[0] != "ST" or end is None or len(header) < 3 or len(segments[end]) != 3:
            reading.fault("ST", "something else than transaction sets of ST to SE")
            return sets
        trailer, control = segments[end], header[2]
        if header[1] != kind:
            reading.fault("ST01", f"another transaction set than {kind}")
        if not 4 <= len(control) <= 9 or not control.isalnum() or control in controls:
            reading.fault("ST02", "no control number, or one that another set of the group has", reason="duplicate")
        if trailer[2] != control:
            reading.fault("SE02", "another control number than ST02")
        if trailer[1] != str(end - at + 1):
            reading.fault("SE01", "another count than there are segments from ST to SE")
        controls.add(control)
        inner = tuple(segments[at + 1 : end])
        if any(segment[0] in ("ISA", "GS", "ST", "GE", "IEA") for segment in inner):
            reading.fault("ST", "an envelope within a transaction set")
        place = f"{before + len(sets) + 1:04}"
        sets.append(TransactionSet(control=control, group=group, place=place, segments=inner))
        at = end + 1
    return sets
