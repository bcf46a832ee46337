"""DEA schedules I to V (21 USC 812), by enumeration: a pattern such as ^[II-V]$ accepts J and rejects II.

2N and 3N are no schedules of a product: they are what a registration covers (II and III, non-narcotic), so they are
refused with these words. Digits are refused, too: 2 is a schedule to one system and a refill count to the next.
"""

from __future__ import annotations

from typing import Literal, cast, get_args

from limen.controls.identifiers.values import Value, plain, refuse

Numeral = Literal["I", "II", "III", "IV", "V"]
"""The five schedules."""
NUMERALS: tuple[Numeral, ...] = get_args(Numeral)
"""The five schedules, strictest first."""
_WRITTEN = {text: numeral for numeral in NUMERALS for text in (numeral, f"C{numeral}", f"C-{numeral}")}
_REGISTERED = frozenset(("2", "2N", "3", "3N", "4", "5", "1", "IIN", "IIIN"))


class Schedule(Value, frozen=True, kw_only=True, eq=False):
    """A schedule of a controlled substance; `canonical` is its numeral."""

    @property
    def numeral(self) -> Numeral:
        """I, II, III, IV or V."""
        return cast(Numeral, self.canonical)

    @property
    def needs_order_form(self) -> bool:
        """Whether stock moves between registrants only on Form 222 or through CSOS (21 CFR 1305.03)."""
        return self.canonical in ("I", "II")


def parse_schedule(text: str) -> Schedule:
    """Return the schedule of I to V, also written CII or C-II; raises IdentifierError for anything else."""
    text = plain(text, "a schedule", longest=8)
    if text in _REGISTERED:
        refuse("what a registration covers is not a product's schedule", "expected I, II, III, IV or V")
    numeral = _WRITTEN.get(text)
    if numeral is None:
        refuse("a schedule is one of I, II, III, IV and V", "in capitals; also CII or C-II")
    return Schedule(canonical=numeral, original=text)
