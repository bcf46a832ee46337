"""Check digits of registrants' numbers. A wrong one is a warning at most: some DEA numbers are off the formula."""

from __future__ import annotations

import re

_DEA = re.compile(r"[A-Z][A-Z9](\d{7})", re.ASCII)
_NPI = re.compile(r"\d{10}", re.ASCII)
_NPI_PREFIX = "80840"
_DIGITS = re.compile(r"\d+", re.ASCII)


def dea_number_checks(number: str) -> bool:
    """Return whether a DEA number is well formed and (d1+d3+d5) + 2(d2+d4+d6) ends in d7."""
    found = _DEA.fullmatch(number)
    if found is None:
        return False
    digits = [int(digit) for digit in found.group(1)]
    return (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]


def npi_checks(number: str) -> bool:
    """Return whether an NPI has ten digits and passes Luhn over 80840 and the number (45 CFR 162.406)."""
    if _NPI.fullmatch(number) is None:
        return False
    total = 0
    for place, digit in enumerate(reversed(_NPI_PREFIX + number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def gs1_check_digit(digits: str) -> str:
    """Return GS1's check digit of the digits before it: modulo 10, weights 3 and 1 from the right; not Luhn.

    GS1 General Specifications, section 7.9.1; for GTIN, SSCC and GLN alike. Raises ValueError where something else
    than digits is given.
    """
    if _DIGITS.fullmatch(digits) is None:
        raise ValueError("a check digit is computed over digits")
    total = 3 * sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)


def gs1_checks(number: str) -> bool:
    """Return whether a number of two digits or more ends in GS1's check digit of the others."""
    return len(number) > 1 and _DIGITS.fullmatch(number) is not None and gs1_check_digit(number[:-1]) == number[-1]
