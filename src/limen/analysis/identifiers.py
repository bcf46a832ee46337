"""Identifiers of people and packages in a text: by their form and check digit, or by the name that stands before them.

One pass of RE2 over the bytes finds where something could begin; what stands there is then looked at closely. A form
that chance makes as well (ten digits) counts only behind a telling name; one with a check digit or marks of its own
counts by itself. A name in a sentence has no form: only the value of a field that is called one is found.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from limen.analysis.check_digits import dea_number_checks, gs1_checks, npi_checks
from limen.errors import Problem, UsageError


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """An identifier within some bytes."""

    kind: str
    """ssn, npi, dea, mrn, person, birth_date, email, phone, sgtin, sscc or epc; the domain of its token."""
    start: int
    end: int


_AFTER = (
    rb"""(?:["'`\])}]{0,2}[ \t]{0,8}(?:=>|:=|[:=#|>(]|\bno\b\.?|\bnr\b\.?|\bnum(?:ber)?\b|\bis\b|\bwas\b|\bof\b|"""
    rb"""\bon\b|,[ \t]{0,3}["']value["'][ \t]{0,3}:)?[ \t]{0,8}(?:\r?\n[ \t#]{0,24}-[ \t]{1,3})?["'`(\[]{0,2})"""
)
"""What may stand between a name and its value."""
_MORE = rb"""["'`]?(?:[ \t]{0,3},[ \t]{0,3}(?:\r?\n[ \t]{0,24})?|\r?\n[ \t#]{0,24}-[ \t]{1,3})["'`]?"""
"""What stands between a value and the next one of a list."""
_NUMBER = rb"(?:[_ -]?(?:number|num|no|nr|id|ident|identifier|ref|code)s?\.?)"
_MRN_NAMES = (
    rb"mrns?|mr[_ -]?no|medical[_ -]?record"
    + _NUMBER
    + rb"|(?:patient|participant|subject|member|enrollee|beneficiary|"
    rb"encounter|chart|randomi[sz]ation|screening|prescription|rx|accession|insurance|policyholder|health[_ -]?plan|"
    rb"donor|specimen)" + _NUMBER
)
_PERSON_NAMES = (
    rb"(?:patient|participant|subject|member|enrollee|beneficiary|prescriber|caregiver|guardian)"
    rb"[_ -]?(?:full[_ -]?)?names?"
)
_PEOPLE = (
    rb"patient|participant|enrollee|beneficiary|investigator|physician|prescriber|caregiver|guardian|"
    rb"next[_ -]of[_ -]kin"
)
_BORN = rb"dob|date[_ -]?of[_ -]?birth|birth[_ -]?da(?:te|y)|born"
_MAIL = rb"e-?mail"
_PHONE = rb"phone|telephone|tel|mobile|cell|fax|pager"
_ANCHORS: dict[str, bytes] = {
    "ssn": rb"[0-9]{3}-[0-9]{2}-[0-9]{4}",
    "ssn_named": rb"(?:\b|_|\\[nrt])(?i:ssn|social[_ -]security)",  # not each classname of a report
    "dea": rb"[A-Z][A-Z9][0-9]{7}",
    "dea_named": rb"(?i:dea)",
    "npi": rb"80840[0-9]{10}",
    "npi_named": rb"(?i:npi|national[_ -]provider)",
    "mrn_joined": rb"(?i:mrn)[-_]?[0-9]{5,}",
    "mrn": rb"(?i:" + _MRN_NAMES + rb")",
    "person": rb"(?i:" + _PERSON_NAMES + rb")",
    "birth_date": rb"(?i:" + _BORN + rb")",
    "contact": rb"(?i:" + _PEOPLE + rb"|" + _MAIL + rb"|" + _PHONE + rb")",
    "gs1": rb"\((?:00|01)\)|\][dCQ][12]|urn:epc:|(?:/|%2[Ff])(?:00|01)(?:/|%2[Ff])[0-9]{14}|0[01][0-9]{14}",
}
_ORDER = tuple(_ANCHORS)

_SSN = re.compile(rb"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\w-]|\.\d)")
_SSN_NAMED = re.compile(
    rb"(?:" + _NUMBER + rb"|s)?" + _AFTER + rb"((?!000|666|9)[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4})(?!\w)", re.IGNORECASE
)
_DEA = re.compile(rb"[A-Z][A-Z9][0-9]{7}(?!\w)")
_DEA_NAMED = re.compile(
    rb"(?:" + _NUMBER + rb"|[_ -]registration(?:" + _NUMBER + rb")?)?" + _AFTER + rb"([A-Za-z][A-Za-z9][0-9]{7})(?!\w)",
    re.IGNORECASE,
)
_NPI = re.compile(rb"80840([0-9]{10})(?!\w)")
_NPI_NAMED = re.compile(
    rb"(?:[_ -]identifier)?(?:" + _NUMBER + rb"|s)?" + _AFTER + rb"([0-9]{10})(?!\w)", re.IGNORECASE
)
_CODE = rb"((?=(?:[A-Za-z./-]*\d){3})[A-Za-z0-9][A-Za-z0-9./-]{2,38}[A-Za-z0-9])(?![\w:])"
"""A number of somebody's: letters, digits and a few signs, three digits at least."""
_MRN = re.compile(_AFTER + rb"(?!\d{4}-\d\d-\d\d\b|sha-?\d|hmac|tok:v\d)" + _CODE, re.IGNORECASE)
_MRN_NEXT = re.compile(_MORE + _CODE, re.IGNORECASE)
_WORD = rb"[A-Z\xc3][\w'.\x80-\xff-]{0,30}"
_PERSON = re.compile(_AFTER.replace(rb"\bof\b|", b"") + rb"(" + _WORD + rb"(?:,? " + _WORD + rb"){1,3})")
_PERSON_NEXT = re.compile(_MORE + rb"(" + _WORD + rb"(?: " + _WORD + rb"){1,3})")
_MONTH = rb"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = (
    rb"(?:(?:18|19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:18|19|20)?\d\d|(?:19|20)\d{6}|"
    rb"\d{1,2}\.? " + _MONTH + rb",? (?:18|19|20)\d\d|" + _MONTH + rb" \d{1,2},? (?:18|19|20)\d\d)"
)
_BIRTH = re.compile(_AFTER + rb"(" + _DATE + rb")(?!\d)", re.IGNORECASE)
_GOES_ON = re.compile(rb"(?!s(?![A-Za-z]))[A-Za-z]")
"""Where a word is a part of a longer one, its plural aside."""
_NEAR = 80
"""Bytes behind a word about people, on its line, within which an address or a number is theirs."""
_EMAIL = re.compile(rb"(?<![\w.+:/@-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z]{2,24}(?![\w@])")
_PHONE_NUMBER = re.compile(
    rb"(?<![\w.+-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,4}|"
    rb"(?:1[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])"
)
_SERIAL = rb"[A-Za-z0-9!%&*+./:;=?_-]{0,19}[A-Za-z0-9]"
_BRACKETS = re.compile(rb"\((?:01\)\d{14}(?:\(\d{2,4}\)[^()\s\"]{1,30}){0,6}?\(21\)" + _SERIAL + rb"|00\)\d{18})")
_ENDED = rb"(?:\x1d|\\u001d|<GS>|~1)"
"""FNC1, as scanners and texts write it."""
_SCANNED = re.compile(
    rb"(?:\][dCQ][12])?" + _ENDED + rb"?(?:01(\d{14})(?:1[1-7]\d{6}|10[!-~]{1,20}?" + _ENDED + rb"){0,3}"
    rb"21([A-Za-z0-9]{4,20})|00(\d{18}))(?!\w)"
)
_URN = re.compile(
    rb"urn:epc:(?:id|tag|raw):(sgtin|sscc|grai|giai|gsrnp?|gdti|cpi|itip)[\w-]*:[\w.%:+-]*[\w%]", re.IGNORECASE
)
_SLASH = rb"(?:/|%2[Ff])"
_LINK = re.compile(
    _SLASH
    + rb"(?:01"
    + _SLASH
    + rb"\d{14}(?:"
    + _SLASH
    + rb"\d\d"
    + _SLASH
    + rb"[\w.~-]{1,30}?){0,2}"
    + _SLASH
    + rb"21"
    + _SLASH
    + rb"[\w.~%-]{1,20}|00"
    + _SLASH
    + rb"\d{18})(?!\w)"
)
_LETTERS = frozenset(bytes([one]) for one in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_INSIDE = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def identifiers(data: bytes) -> list[Identifier]:
    """Return the identifiers in a text, in order; of those that overlap the one that begins first, then the longest.

    Raises UsageError where RE2 is not installed.
    """
    found: list[Identifier] = []
    for match in _anchors().finditer(data):
        start, end = match.span()
        found += _LOOKING[_ORDER[match.lastindex - 1]](data, start, end)
    return _apart(found)


def _ssn(data: bytes, start: int, end: int) -> Iterator[Identifier]:
    if _free(data, start, b"-.") and (match := _SSN.match(data, start)):
        yield Identifier("ssn", start, match.end())


def _ssn_named(data: bytes, start: int, end: int) -> Iterator[Identifier]:
    yield from _named("ssn", _SSN_NAMED, None, data, start, end)


def _dea(data: bytes, start: int, end: int) -> Iterator[Identifier]:
    match = _DEA.match(data, start)
    if match and _free(data, start, b"_") and dea_number_checks(match[0].decode()):
        yield Identifier("dea", start, match.end())


def _dea_named(data: bytes, start: int, end: int) -> Iterator[Identifier]:
    yield from _named("dea", _DEA_NAMED, None, data, start, end)


def _npi(data: bytes, start: int, end: int) -> Iterator[Identifier]:
    match = _NPI.match(data, start)
    if match and _free(data, start, b"") and npi_checks(match[1].decode()):
        yield Identifier("npi", start, match.end())


def _npi_named(data: bytes, start: int, end: int) -> Iterator[Identifier]:
    yield from _named("npi", _NPI_NAMED, None, data, start, end)


def _mrn(data: bytes, start: int, end: int) -> Iterator[Identifier]:
    yield from _named("mrn", _MRN, _MRN_NEXT, data, start, end)
    yield from _contact(data, start, end)


def _mrn_joined(data: bytes, start: int, end: int) -> Iterator[Identifier]:
    if _free(data, start, b"") and data[end : end + 1] not in _LETTERS:
        yield Identifier("mrn", start, end)


def _person(data: bytes, start: int, end: int) -> Iterator[Identifier]:
    yield from _named("person", _PERSON, _PERSON_NEXT, data, start, end)
    yield from _contact(data, start, end)


def _birth(data: bytes, start: int, end: int) -> Iterator[Identifier]:
    yield from _named("birth_date", _BIRTH, None, data, start, end)


def _contact(data: bytes, start: int, end: int) -> Iterator[Identifier]:
    """Yield addresses and numbers on the rest of the line behind a word about people."""
    if not _free(data, start, b"") or _GOES_ON.match(data, end):
        return
    limit = min(end + _NEAR, len(data))
    newline = data.find(b"\n", end, limit)
    limit = limit if newline < 0 else newline
    # A match may go on beyond the limit: it only has to begin before it.
    for kind, pattern in (("email", _EMAIL), ("phone", _PHONE_NUMBER)):
        match = pattern.search(data, end, min(limit + 64, len(data)))
        if match and match.start() < limit:
            yield Identifier(kind, match.start(), match.end())


def _gs1(data: bytes, start: int, end: int) -> Iterator[Identifier]:
    for pattern in (_BRACKETS, _URN, _LINK):
        if match := pattern.match(data, start):
            kind = match[1].decode().lower() if pattern is _URN else "sgtin" if b"01" in match[0][:5] else "sscc"
            yield Identifier(kind if kind in ("sgtin", "sscc") else "epc", start, match.end())
            return
    if not _free(data, start, b""):
        return
    match = _SCANNED.match(data, start)
    if match and gs1_checks((match[1] or match[3]).decode()):
        yield Identifier("sgtin" if match[1] else "sscc", start, match.end())


def _named(
    kind: str, value: re.Pattern[bytes], following: re.Pattern[bytes] | None, data: bytes, start: int, end: int
) -> Iterator[Identifier]:
    """Yield the value behind a name, and those of the list that it begins."""
    if not _free(data, start, b""):
        return
    match = value.match(data, end)
    while match:
        yield Identifier(kind, *match.span(1))
        match = following.match(data, match.end(1)) if following is not None else None


def _free(data: bytes, start: int, also: bytes) -> bool:
    """Return whether no letter or digit, nor one of some other characters, stands before a place."""
    if data[start] in b"_\\":
        return True
    before = data[start - 1] if start else 0x20
    if before not in _INSIDE:
        return before not in also
    # The letter of an escape, such as that of \\n in JSON, is none of a word.
    return before in b"nrtbf" and data[start - 2 : start - 1] == b"\\"


_Looking = Callable[[bytes, int, int], Iterator[Identifier]]
_LOOKING: dict[str, _Looking] = {
    "ssn": _ssn,
    "ssn_named": _ssn_named,
    "dea": _dea,
    "dea_named": _dea_named,
    "npi": _npi,
    "npi_named": _npi_named,
    "mrn": _mrn,
    "mrn_joined": _mrn_joined,
    "person": _person,
    "birth_date": _birth,
    "contact": _contact,
    "gs1": _gs1,
}


def _apart(found: list[Identifier]) -> list[Identifier]:
    kept: list[Identifier] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or kept[-1].end <= one.start:
            kept.append(one)
    return kept


def overlapping(found: list[Identifier], start: int, end: int) -> bool:
    """Return whether one of some identifiers, in order and apart, shares a byte with a span."""
    at = bisect_left(found, end, key=lambda one: one.start)
    return at > 0 and found[at - 1].end > start


@functools.cache
def _anchors() -> Any:
    try:
        import re2
    except ImportError:
        message = "packs are screened for identifiers with RE2, which is not installed"
        raise UsageError(Problem(message=message, hint="pip install 'limen[evidence]'")) from None
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    return re2.compile(b"|".join(b"(" + one + b")" for one in _ANCHORS.values()), options)
