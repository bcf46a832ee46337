"""What GS1's keys share: check digits, the character sets of serials and lots, and dates of six digits.

GS1 General Specifications: 7.9 (check digits), 7.11 (characters), 7.12 (dates); serials and lots are of set 82.
"""

from __future__ import annotations

import calendar
import datetime
import re

from limen.analysis.check_digits import gs1_check_digit
from limen.controls.identifiers.values import plain, refuse

CHARACTERS_82 = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
"""The invariant characters of ISO/IEC 646 that a serial or a lot may be of; no blank, no #, @, [ or ~."""
MOST_OF_A_SERIAL = 20
"""Characters of the longest serial, lot or extension."""
_DATE = re.compile(r"(\d\d)(\d\d)(\d\d)", re.ASCII)


def characters(text: str, kind: str, *, longest: int = MOST_OF_A_SERIAL) -> str:
    """Return the text where it is of 1 to `longest` characters of set 82; raises IdentifierError otherwise."""
    text = plain(text, kind, longest=longest)
    if not CHARACTERS_82.issuperset(text):
        refuse(
            f"{kind} has a character outside GS1's character set 82", "no blank and none of # $ @ [ \\ ] ^ ` { | } ~"
        )
    return text


def checked(digits: str, kind: str) -> str:
    """Return the digits where the last one is their check digit; raises IdentifierError otherwise."""
    if gs1_check_digit(digits[:-1]) != digits[-1]:
        refuse(f"{kind} has a wrong check digit", "GS1 modulo 10, weights 3 and 1 from the right; read it again")
    return digits


def date_of(text: str, kind: str, *, today: datetime.date) -> datetime.date:
    """Return the day of YYMMDD; day 00 is the last of the month, and a year is at most 50 away from today's.

    GS1 General Specifications 7.12: of a difference of 51 to 99 years the century before is meant, of -99 to -50 the
    next. Raises IdentifierError where there is no such day.
    """
    match = _DATE.fullmatch(plain(text, kind, longest=6))
    if match is None:
        refuse(f"{kind} is not a date of six digits", "expected YYMMDD; 00 for the day is the last of the month")
    year, month, day = map(int, match.groups())
    away = year - today.year % 100
    century = today.year // 100 + (-1 if away >= 51 else 1 if away <= -50 else 0)
    year += 100 * century
    if not 1 <= month <= 12:
        refuse(f"{kind} has no month from 01 to 12")
    last = calendar.monthrange(year, month)[1]
    if day > last:
        refuse(f"{kind} has a day that its month lacks")
    return datetime.date(year, month, day or last)


def six_digits(text: str, kind: str) -> str:
    """Return a date of six digits unchanged; raises IdentifierError where no year of its number has such a day."""
    date_of(text, kind, today=datetime.date(2000 + int(text[:2]) if text[:2].isdecimal() else 2000, 1, 1))
    return text
