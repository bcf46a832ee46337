"""What a text must not show by its form alone, whoever wrote it: identifiers, and what names them in pharmacy logs.

The detectors of packs (`limen.analysis.identifiers`) know what has a check digit, marks of its own or a telling name
before it. In a log more is cheap to lose: any e-mail address, any phone number, an NDC with its hyphens, a GTIN whose
check digit is right, a prescription's number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from limen.analysis.check_digits import gs1_checks
from limen.analysis.identifiers import identifiers

_EMAIL = rb"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}(?:@|%40)[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}(?![\w@])"
_NDC = rb"(?<![\w.-])(?:\d{4}-\d{4}-\d{2}|\d{5}-\d{3}-\d{2}|\d{5}-\d{4}-\d{1,2}|\d{6}-\d{4}-\d{2})(?![\w-])"
_PHONE = rb"(?<![\w.+-])(?:\+?1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])"
_SSN = rb"(?<![\w.-])(?!000|666|9)\d{3} (?!00)\d{2} (?!0000)\d{4}(?![\w-])"
_MRN = (
    rb"(?i:mrns?|medical record)[ :#=_-]{0,4}(?i:no|number|nr|num|id)?[ .:#='\"_-]{0,4}"
    rb"((?=[A-Za-z/-]{0,12}\d)[A-Za-z0-9][\w./-]{2,38})"
)
_RX = rb"(?i:(?<![A-Za-z])(?:rx|prescription)s?[ _-]?(?:number|num|no|nr|id)?)[ _.:=#'\"-]{0,6}(\d[\d-]{3,})"
_FORMS = re.compile(b"|".join((_EMAIL, _NDC, _PHONE, _SSN, _MRN, _RX)), re.ASCII)
_GTIN = re.compile(rb"(?<![\w.-])\d{14}(?![\w-])", re.ASCII)
_ANY_FORM = re.compile(rb"[0-9]{3}|[0-9]-|@|%40|(?i:mrn|medical|rx|prescription)")
"""What stands in every text in which one of the forms stands."""
_CLOSED = re.compile(rb"""['",;](?!\w)""")
"""What ends a quoted text, where a detector read on over it."""
_KEPT = re.compile(rb"\[(?:redacted|protected)\]|tok:v1:[A-Za-z0-9_.\-]{1,128}:[0-9a-f]{64}")


def sensitive_spans(data: bytes, allowed: Collection[bytes] = ()) -> Iterator[tuple[int, int]]:
    """Yield where something sensitive begins and ends; `allowed` are values that the declaration itself names.

    Tokens stand for identifiers and stay. Raises UsageError where RE2 is not installed.
    """
    kept = [match.span() for match in _KEPT.finditer(data)]
    for start, end in _all(data):
        if data[start:end] not in allowed and not any(a <= start and end <= b for a, b in kept):
            yield start, end


def _all(data: bytes) -> Iterator[tuple[int, int]]:
    for one in identifiers(data):
        closed = _CLOSED.search(data, one.start, one.end) if one.kind == "person" else None
        yield one.start, closed.start() if closed else one.end
    if _ANY_FORM.search(data) is None:
        return
    for match in _FORMS.finditer(data):
        yield match.span(match.lastindex or 0)
    for match in _GTIN.finditer(data):
        if gs1_checks(match[0].decode()):
            yield match.span()
