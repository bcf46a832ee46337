"""GS1 keys with what qualifies them: SGTIN (one package), LGTIN (one lot), SSCC (one shipping unit), GLN (one place).

Each is written as an EPC URI (EPC Tag Data Standard 2.0, section 6), as a GS1 Digital Link, or as an element string.
An EPC URI shows where the company prefix ends, which a number alone doesn't tell: it is kept where it was seen, and
asked for where it was not.
"""

from __future__ import annotations

from urllib.parse import quote

from limen.analysis.check_digits import gs1_check_digit
from limen.controls.identifiers.gs1 import characters, checked
from limen.controls.identifiers.gtin import Gtin, parse_gtin
from limen.controls.identifiers.values import Value, plain, refuse

RESOLVER = "https://id.gs1.org"
"""Where canonical Digital Links point (GS1 Digital Link URI Syntax, section 5)."""
_URI_PLAIN = "!'()*+,-.:;=_"
"""Signs of set 82 that an EPC URI writes as they are; the others are percent-encoded."""


class Sgtin(Value, frozen=True, kw_only=True, eq=False):
    """One package: a GTIN and its serial; `canonical` is its Digital Link."""

    gtin: Gtin
    serial: str
    """1 to 20 characters of set 82; upper and lower case differ."""
    prefix_digits: int = 0
    """How many digits the company prefix has, 6 to 12; 0 where unknown."""

    def urn(self, prefix_digits: int = 0) -> str:
        """Return urn:epc:id:sgtin:…; raises IdentifierError where the prefix's length is given nowhere."""
        return f"urn:epc:id:sgtin:{_split_gtin(self.gtin, prefix_digits or self.prefix_digits)}.{encoded(self.serial)}"


class Lgtin(Value, frozen=True, kw_only=True, eq=False):
    """One lot of a trade item: a GTIN and a lot; `canonical` is its Digital Link."""

    gtin: Gtin
    lot: str
    """1 to 20 characters of set 82."""
    prefix_digits: int = 0
    """How many digits the company prefix has, 6 to 12; 0 where unknown."""

    def urn(self, prefix_digits: int = 0) -> str:
        """Return urn:epc:class:lgtin:…; raises IdentifierError where the prefix's length is given nowhere."""
        return f"urn:epc:class:lgtin:{_split_gtin(self.gtin, prefix_digits or self.prefix_digits)}.{encoded(self.lot)}"


class Sscc(Value, frozen=True, kw_only=True, eq=False):
    """One shipping unit; `canonical` is eighteen digits with their check digit."""

    prefix_digits: int = 0
    """How many digits the company prefix has, 6 to 12; 0 where unknown."""

    @property
    def link(self) -> str:
        """Its canonical Digital Link."""
        return f"{RESOLVER}/00/{self.canonical}"

    def urn(self, prefix_digits: int = 0) -> str:
        """Return urn:epc:id:sscc:…; raises IdentifierError where the prefix's length is given nowhere."""
        count = _prefix_length(prefix_digits or self.prefix_digits)
        digits = self.canonical
        return f"urn:epc:id:sscc:{digits[1 : 1 + count]}.{digits[0]}{digits[1 + count : 17]}"


class Gln(Value, frozen=True, kw_only=True, eq=False):
    """One place or party; `canonical` is thirteen digits, or the Digital Link where a part of the place is named."""

    digits: str
    """The thirteen digits with their check digit."""
    extension: str = ""
    """Which part of the place, 1 to 20 characters of set 82; empty for the whole."""
    party: bool = False
    """Whether it was given as a party (PGLN, 417) and not as a place (SGLN, 414); both are the same number."""
    prefix_digits: int = 0
    """How many digits the company prefix has, 6 to 12; 0 where unknown."""

    @property
    def link(self) -> str:
        """Its canonical Digital Link."""
        extension = f"/254/{quote(self.extension, safe='')}" if self.extension else ""
        return f"{RESOLVER}/{'417' if self.party else '414'}/{self.digits}{extension}"

    def urn(self, prefix_digits: int = 0) -> str:
        """Return urn:epc:id:sgln:… of a place, urn:epc:id:pgln:… of a party.

        Raises IdentifierError where the prefix's length is given nowhere.
        """
        count = _prefix_length(prefix_digits or self.prefix_digits)
        if self.party:
            return f"urn:epc:id:pgln:{self.digits[:count]}.{self.digits[count:12]}"
        return f"urn:epc:id:sgln:{self.digits[:count]}.{self.digits[count:12]}.{encoded(self.extension) or '0'}"


def sgtin(gtin: Gtin, serial: str, *, original: str = "", prefix_digits: int = 0) -> Sgtin:
    """Return the SGTIN of a GTIN and a serial; raises IdentifierError where the serial is none."""
    serial = characters(serial, "a serial")
    link = f"{RESOLVER}/01/{gtin.canonical}/21/{quote(serial, safe='')}"
    return Sgtin(canonical=link, original=original or link, gtin=gtin, serial=serial, prefix_digits=prefix_digits)


def lgtin(gtin: Gtin, lot: str, *, original: str = "", prefix_digits: int = 0) -> Lgtin:
    """Return the LGTIN of a GTIN and a lot; raises IdentifierError where the lot is none."""
    lot = characters(lot, "a lot")
    link = f"{RESOLVER}/01/{gtin.canonical}/10/{quote(lot, safe='')}"
    return Lgtin(canonical=link, original=original or link, gtin=gtin, lot=lot, prefix_digits=prefix_digits)


def parse_sscc(text: str, *, original: str = "", prefix_digits: int = 0) -> Sscc:
    """Return the SSCC of eighteen digits; raises IdentifierError where they are none."""
    digits = checked(_digits(text, "an SSCC", 18), "an SSCC")
    return Sscc(canonical=digits, original=original or text, prefix_digits=prefix_digits)


def parse_gln(
    text: str, *, extension: str = "", party: bool = False, original: str = "", prefix_digits: int = 0
) -> Gln:
    """Return the GLN of thirteen digits, with or without an extension; raises IdentifierError where it is none."""
    digits = checked(_digits(text, "a GLN", 13), "a GLN")
    canonical = digits
    if extension:
        canonical = f"{RESOLVER}/414/{digits}/254/{quote(characters(extension, 'an extension'), safe='')}"
    return Gln(
        canonical=canonical,
        original=original or canonical,
        digits=digits,
        extension=extension,
        party=party,
        prefix_digits=prefix_digits,
    )


def gtin_of_parts(prefix: str, item: str) -> Gtin:
    """Return the GTIN-14 of an EPC URI's company prefix and item reference, whose first digit is the indicator."""
    body = item[0] + prefix + item[1:]
    return parse_gtin(body + gs1_check_digit(body))


def encoded(text: str) -> str:
    """Return a serial, lot or extension as an EPC URI writes it."""
    return quote(text, safe=_URI_PLAIN)


def _split_gtin(gtin: Gtin, prefix_digits: int) -> str:
    count = _prefix_length(prefix_digits)
    digits = gtin.canonical
    return f"{digits[1 : 1 + count]}.{digits[0]}{digits[1 + count : 13]}"


def _prefix_length(count: int) -> int:
    if count not in range(6, 13):
        refuse(
            "an EPC URI needs the length of the company prefix, 6 to 12",
            "a drug's is 03 and the labeler: 6 or 7 digits; others are in GS1's registry",
        )
    return count


def _digits(text: str, kind: str, count: int) -> str:
    text = plain(text, kind, longest=count)
    if len(text) != count or not text.isdigit():
        refuse(f"{kind} has {count} digits")
    return text
