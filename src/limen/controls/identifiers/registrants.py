"""Numbers of registrants: NPI (45 CFR 162.406) and DEA number (21 CFR 1301).

A wrong check digit of an NPI is an error. One of a DEA number is a warning: numbers off the formula have been issued,
and a prescriber who is turned away is a patient without a medicine.
"""

from __future__ import annotations

import re

from limen.analysis.check_digits import dea_number_checks, npi_checks
from limen.controls.identifiers.values import Value, plain, refuse

_DEA = re.compile(r"([A-Z][A-Z9]\d{7})(?:-([A-Za-z0-9]{1,12}))?", re.ASCII)
_REGISTRANTS = frozenset("ABCDEFGHJKLMPRSTUX")
"""First letters that are known to be issued: practitioners, pharmacies, hospitals, distributors, researchers."""
_OFF_FORMULA = "its last digit is not that of the formula; check it with the registrant"
_UNKNOWN_LETTER = "its first letter is none that is known to be issued"


class Npi(Value, frozen=True, kw_only=True, eq=False):
    """A National Provider Identifier; `canonical` is its ten digits."""


class DeaNumber(Value, frozen=True, kw_only=True, eq=False):
    """A DEA registration number; `canonical` is two letters and seven digits, and the suffix where there is one."""

    suffix: str = ""
    """Internal code of a practitioner under a hospital's number (21 CFR 1301.22(c)(5)); empty without one."""
    warnings: tuple[str, ...] = ()
    """What is unusual about it, in words; never a reason to reject it."""


def parse_npi(text: str) -> Npi:
    """Return the NPI of ten digits, or of fifteen with 80840 in front; raises IdentifierError where it is none."""
    text = plain(text, "an NPI", longest=15)
    digits = text.removeprefix("80840") if len(text) == 15 else text
    if len(digits) != 10 or not digits.isdigit():
        refuse("an NPI has ten digits", "or fifteen, of which the first are 80840")
    if digits[0] not in "12":
        refuse("an NPI begins with 1 or 2")
    if not npi_checks(digits):
        refuse("an NPI has a wrong check digit", "Luhn over 80840 and the ten digits; read it again")
    return Npi(canonical=digits, original=text)


def parse_dea_number(text: str) -> DeaNumber:
    """Return the DEA number of a text; one off the formula is returned with a warning.

    Raises IdentifierError where it is not two capital letters (the second may be 9) and seven digits.
    """
    text = plain(text, "a DEA number", longest=24)
    match = _DEA.fullmatch(text)
    if match is None:
        refuse("a DEA number is two capital letters and seven digits", "the second letter may be a 9")
    warnings = [] if dea_number_checks(match[1]) else [_OFF_FORMULA]
    if text[0] not in _REGISTRANTS:
        warnings.append(_UNKNOWN_LETTER)
    return DeaNumber(canonical=text, original=text, suffix=match[2] or "", warnings=tuple(warnings))
