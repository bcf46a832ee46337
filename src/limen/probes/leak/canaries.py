"""Canaries: identifiers that nobody has, with valid check digits, that differ from run to run.

Each says of itself that it is synthetic: NDC labeler 99999 is of no manufacturer, GS1 keeps prefix 952 for
demonstrations and examples (GS1's list of company prefixes), and the rest begins with ZZ. An NDC has no check digit; a
GTIN has GS1's, weights 3 and 1; an MRN here has Luhn's, as many systems ask for.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import get_args

import msgspec

from limen.model.probing import CanaryKind

KINDS: tuple[CanaryKind, ...] = get_args(CanaryKind)
LEAST = 8
"""Letters and digits that a canary has at least: fewer are found by chance."""
MOST = 10_000
"""Canaries of a list at most."""
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


class Canary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One synthetic identifier."""

    kind: CanaryKind
    value: str


class CanaryList(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The canaries of one run."""

    canaries: tuple[Canary, ...]
    sent_at: int | None = None
    """When they were sent or planted: seconds since 1970; None where that is not known."""


def derive(seed: bytes, run: str, kinds: Sequence[CanaryKind] = KINDS) -> tuple[Canary, ...]:
    """Return one canary of each kind, the same for the same seed and run and for no other."""
    return tuple(Canary(kind, _value(kind, seed, run)) for kind in dict.fromkeys(kinds))


def read_list(content: bytes) -> CanaryList:
    """Return the canaries in a file's content; raises ValueError, which repeats none of it."""
    try:
        found = msgspec.json.decode(content, type=CanaryList)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise ValueError('it is not {"canaries": [{"kind": "mrn", "value": "…"}, …]}') from None
    if not any(one.kind != "marker" for one in found.canaries):
        raise ValueError("it lists no canary")
    if len(found.canaries) > MOST:
        raise ValueError(f"it lists more than {MOST:,} canaries")
    for place, one in enumerate(found.canaries, 1):
        if sum(character.isalnum() for character in one.value) < LEAST:
            raise ValueError(f"canary {place} has fewer than {LEAST} letters and digits: it would be found by chance")
        if not one.value.isprintable() or len(one.value) > 200:
            raise ValueError(f"canary {place} is no line of at most 200 printable characters")
    return found


def gtin_check_digit(digits: str) -> str:
    """Return GS1's check digit of the digits before it: weights 3 and 1 from the right."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def luhn_check_digit(digits: str) -> str:
    """Return Luhn's check digit of the digits before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def _value(kind: CanaryKind, seed: bytes, run: str) -> str:
    number = int.from_bytes(hmac.digest(seed, f"limen-canary-v1|{kind}|{run}".encode(), "sha256"), "big")
    if kind == "ndc":
        return f"99999-{number % 10_000:04}-{number // 10_000 % 100:02}"
    if kind == "gtin":
        digits = f"0952{number % 10**9:09}"
        return digits + gtin_check_digit(digits)
    if kind == "mrn":
        digits = f"9{number % 10**10:010}"
        return f"ZZ{digits}{luhn_check_digit(digits)}"
    word = _word(number)
    if kind == "serial":
        return f"ZZS{word}{number % 10_000:04}"
    if kind == "name":
        return f"Zzcanary Zz{word.lower()}"
    return f"limen-marker-{word.lower()}"


def _word(number: int) -> str:
    letters = []
    for _ in range(12):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)
