"""Names, durations and the other one-word types of a declaration."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import Meta

# One line, printable, no markup and no bidirectional controls: an id appears in file names, shells,
# terminals, SARIF and HTML. Free text (titles, purposes, reasons) has no such limit and is escaped.
# A description here would hide the one of the field that uses the type, so these have comments instead.
# Letters, digits, '_', '.', '-'; starts and ends with a letter, digit or '_'.
Identifier = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?$(?!\n)",
        max_length=128,
    ),
]
# Parts joined by ':', such as packet:upload; '*' stands for any part, and is judged.
Permission = Annotated[
    str,
    Meta(
        pattern=r"^(?:\*|[A-Za-z0-9_.\-]+)(?::(?:\*|[A-Za-z0-9_.\-]+))*$(?!\n)",
        max_length=128,
    ),
]
# A data item, or key:NAME where key material itself is moved.
ItemReference = Annotated[
    str,
    Meta(
        pattern=r"^(?:key:)?[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?$(?!\n)",
        max_length=132,
    ),
]
# zone:NAME, component:NAME, role:NAME or anyone.
PartyReference = Annotated[
    str,
    Meta(
        pattern=r"^(?:anyone|(?:zone|component|role):[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?)$(?!\n)",
        max_length=138,
    ),
]
# A zone or a component; zone:NAME or component:NAME where both exist.
PlaceReference = Annotated[
    str,
    Meta(
        pattern=r"^(?:(?:zone|component):)?[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?$(?!\n)",
        max_length=138,
    ),
]
# ISO 8601, such as P365D, PT1H or P6Y; a year counts 365.2425 days. Never zero: what happens every zero days is
# nothing that happens, and would be shorter than every maximum.
Duration = Annotated[
    str,
    Meta(
        pattern=r"^P(?=\d|T\d)(?=[^1-9]*[1-9])(?:\d{1,6}Y)?(?:\d{1,6}M)?(?:\d{1,6}W)?(?:\d{1,6}D)?(?:T(?=\d)(?:\d{1,6}H)?(?:\d{1,6}M)?(?:\d{1,6}S)?)?$(?!\n)",
        max_length=48,
    ),
]
Date = Annotated[
    str,
    Meta(pattern=r"^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$(?!\n)"),
]
# A blank is no reason, no basis and no owner.
Text = Annotated[str, Meta(max_length=4000, pattern=r"\S")]
# "1.3", "1.2", "1.1", "1.0" or ssl3.
TlsVersion = Annotated[
    str,
    Meta(pattern=r"^(?:ssl3|1\.[0-3])$(?!\n)"),
]

TLS_RANKS = {"ssl3": 9, "1.0": 10, "1.1": 11, "1.2": 12, "1.3": 13}
"""TLS versions as integers that rules compare; SSL 3.0 is 9."""

SECONDS_A_YEAR = 31_556_952
"""The mean Gregorian year of 365.2425 days, so that P6Y is never shorter than six calendar years' mean."""

_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?\Z")
_UNITS = (SECONDS_A_YEAR, SECONDS_A_YEAR // 12, 7 * 86_400, 86_400, 3_600, 60, 1)


def duration_seconds(duration: str) -> int:
    """Return an ISO 8601 duration (``P365D``) in whole seconds.

    Raises ValueError where the text is no duration; the model's pattern refuses such text earlier.
    """
    found = _DURATION.match(duration)
    if found is None or duration in ("P", "PT"):
        raise ValueError(f"not an ISO 8601 duration: {duration!r}")
    return sum(int(count) * unit for count, unit in zip(found.groups(), _UNITS, strict=True) if count)


def duration_text(seconds: int) -> str:
    """Return seconds as the shortest ISO 8601 duration, the inverse of `duration_seconds` up to spelling."""
    if seconds == 0:
        return "PT0S"
    if seconds % SECONDS_A_YEAR == 0:
        return f"P{seconds // SECONDS_A_YEAR}Y"
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    clock = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if count)
    return "P" + (f"{days}D" if days else "") + (f"T{clock}" if clock else "")


class Entity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Base of all that a declaration says: frozen, keyword-only, unknown fields refused."""
