"""GS1 element strings: (01)09506000134352(21)12345 as people read them, or with FNC1 as scanners send them.

GS1 General Specifications 7.8: an application identifier says what follows; one of predefined length ends by itself,
any other by FNC1 (the character GS) or at the end. An identifier that is not in the table is refused: without its
length nobody knows where it ends.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from limen.controls.identifiers.gs1 import characters, checked, date_of, six_digits
from limen.controls.identifiers.gtin import Gtin, parse_gtin
from limen.controls.identifiers.keys import Sgtin, Sscc, parse_sscc, sgtin
from limen.controls.identifiers.values import Unshown, refuse, text_of

GS = "\x1d"
"""What FNC1 is transmitted as."""
LONGEST = 512
"""Characters of the longest element string that is looked at."""
_NUMBERS = {"00": 18, "01": 14, "02": 14, "20": 2, "410": 13, "411": 13, "412": 13, "413": 13, "414": 13, "415": 13,
            "416": 13, "417": 13}  # fmt: skip
"""Identifiers of so many digits."""
_CHECKED = frozenset(_NUMBERS) - {"20"}
_DATES = frozenset(("11", "12", "13", "15", "16", "17"))
_TEXTS = {"10": 20, "21": 20, "22": 20, "235": 28, "240": 30, "241": 30, "243": 20, "250": 30, "251": 30, "254": 20,
          "400": 30, "710": 20, "711": 20, "712": 20, "713": 20, "714": 20, "715": 20, "716": 20}  # fmt: skip
"""Identifiers of at most so many characters of set 82."""
_COUNTS = {"30": 8, "37": 8}
"""Identifiers of at most so many digits."""
_PREDEFINED = frozenset(_NUMBERS) | _DATES
"""Identifiers whose end needs no FNC1."""
_BRACKETED = re.compile(r"\((\d{2,4})\)([^()]*)", re.ASCII)
_SYMBOLOGY = re.compile(r"\](?:C1|e0|d2|Q3|J1)")


class Elements(Unshown, frozen=True, kw_only=True):
    """What an element string or a Digital Link says, by application identifier."""

    values: Mapping[str, str]
    """Value of each application identifier, in the order given, each checked by its own rule."""
    original: str
    """What was given."""

    @property
    def gtin(self) -> Gtin | None:
        """The GTIN (01), if there is one."""
        return parse_gtin(self.values["01"]) if "01" in self.values else None

    @property
    def sgtin(self) -> Sgtin | None:
        """The GTIN (01) with its serial (21), if both are there."""
        gtin = self.gtin
        return sgtin(gtin, self.values["21"], original=self.original) if gtin and "21" in self.values else None

    @property
    def sscc(self) -> Sscc | None:
        """The SSCC (00), if there is one."""
        return parse_sscc(self.values["00"], original=self.original) if "00" in self.values else None

    @property
    def lot(self) -> str:
        """The lot (10); empty without one."""
        return self.values.get("10", "")

    def expiry(self, *, today: datetime.date) -> datetime.date | None:
        """Return the last day of use (17), or None without one; day 00 is the last of the month."""
        return date_of(self.values["17"], "an expiry", today=today) if "17" in self.values else None

    def bracketed(self) -> str:
        """Return the elements as people read them; raises IdentifierError where a value has brackets itself."""
        if any("(" in value or ")" in value for value in self.values.values()):
            refuse("a value with brackets can't stand between brackets", "write it with FNC1 or as a Digital Link")
        return "".join(f"({name}){value}" for name, value in self.values.items())

    def scanned(self) -> str:
        """Return the elements as a scanner sends them, with GS behind those whose length isn't predefined."""
        parts = [name + value + ("" if name in _PREDEFINED else GS) for name, value in self.values.items()]
        return "".join(parts).removesuffix(GS)


def parse_elements(text: str) -> Elements:
    """Return the elements of a bracketed or a scanned string; raises IdentifierError where it is neither."""
    text = text_of(text, "an element string", longest=LONGEST)
    if text.startswith("("):
        found = _BRACKETED.findall(text)
        if "".join(f"({name}){value}" for name, value in found) != text:
            refuse("an element string whose brackets are not those of application identifiers")
        return elements_of(found, original=text)
    return elements_of(_scanned(_SYMBOLOGY.sub("", text, count=1) if text[0] == "]" else text), original=text)


def elements_of(pairs: Iterable[tuple[str, str]], *, original: str) -> Elements:
    """Return elements of identifiers and values, each checked; raises IdentifierError where one is wrong or twice."""
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            refuse(f"an element string with two elements ({name})")
        values[name] = _checked(name, value)
    if not values:
        refuse("an element string without elements")
    return Elements(values=MappingProxyType(values), original=original)


def _checked(name: str, value: str) -> str:
    kind = f"the element ({name})"
    if name in _DATES:
        return six_digits(value, kind)
    if name in _TEXTS:
        return characters(value, kind, longest=_TEXTS[name])
    count = _NUMBERS.get(name) or _COUNTS.get(name)
    if count is None:
        refuse("an application identifier that is not in the table", "read are " + ", ".join(sorted(_known())))
    if not (value.isascii() and value.isdigit()) or len(value) > count or (name in _NUMBERS and len(value) != count):
        refuse(f"{kind} has {'' if name in _NUMBERS else 'at most '}{count} digits")
    return checked(value, kind) if name in _CHECKED else value


def _scanned(text: str) -> list[tuple[str, str]]:
    pairs = []
    at = 1 if text.startswith(GS) else 0
    while at < len(text):
        name = next((text[at : at + count] for count in (2, 3) if text[at : at + count] in _known()), None)
        if name is None:
            refuse("an element string that goes on with no application identifier of the table")
        at += len(name)
        end = text.find(GS, at)
        end = len(text) if end < 0 else end
        if name in _PREDEFINED:
            end = min(end, at + (6 if name in _DATES else _NUMBERS[name]))
        pairs.append((name, text[at:end]))
        if text[end : end + 1] == GS:
            end += 1
            if end == len(text):
                refuse("an element string that ends in FNC1: the rest of it may be lost")
        at = end
    return pairs


def _known() -> frozenset[str]:
    return _PREDEFINED | frozenset(_TEXTS) | frozenset(_COUNTS)
