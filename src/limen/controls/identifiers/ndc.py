"""National Drug Codes (21 CFR 207.33): which product of which labeler in which package. An NDC has no check digit.

Ten digits are written 4-4-2, 5-3-2 or 5-4-1. Without hyphens they are three different codes, so they are refused with
all three named, unless a directory knows exactly one of them. NDC-11 (5-4-2, for billing) puts a zero in front of the
segment that is one short; NDC-12 (6-4-2) is the form from 2033-03-07 on (91 FR 10749).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Literal

from limen.analysis.check_digits import gs1_checks
from limen.controls.identifiers.values import IdentifierError, Value, plain, refuse
from limen.errors import Problem

Form = Literal["4-4-2", "5-3-2", "5-4-1", "5-4-2", "6-4-2"]
"""How many digits the labeler, the product and the package have."""
NDC_12_SINCE = datetime.date(2033, 3, 7)
"""First day on which an NDC has twelve digits (91 FR 10749)."""
_FORMS: dict[tuple[int, int, int], Form] = {
    (4, 4, 2): "4-4-2",
    (5, 3, 2): "5-3-2",
    (5, 4, 1): "5-4-1",
    (5, 4, 2): "5-4-2",
    (6, 4, 2): "6-4-2",
}
_TEN: tuple[tuple[int, int, int], ...] = ((4, 4, 2), (5, 3, 2), (5, 4, 1))
_SEGMENTS = re.compile(r"(\d+)-(\d+)-(\d+)", re.ASCII)
_HCPCS = re.compile(r"[A-Za-z]\d{4}", re.ASCII)
_EXPECTED = "expected 4-4-2, 5-3-2, 5-4-1, 5-4-2 (NDC-11) or 6-4-2 (NDC-12) digits with hyphens, or 11 or 12 digits"


class Ndc(Value, frozen=True, kw_only=True, eq=False):
    """An NDC of a package; `canonical` is NDC-11 with hyphens, or NDC-12 where no ten digits can be behind it."""

    labeler: str
    """First segment, as given: four to six digits."""
    product: str
    """Second segment, as given: three or four digits."""
    package: str
    """Third segment, as given: one or two digits."""
    form: Form
    """Which of the five forms was given."""

    @property
    def hyphenated(self) -> str:
        """The NDC in the form that it was given in, with hyphens."""
        return f"{self.labeler}-{self.product}-{self.package}"

    @property
    def ndc12(self) -> str:
        """The same NDC as 6-4-2, with hyphens: zeros in front of each segment that is short."""
        return f"{self.labeler:0>6}-{self.product:0>4}-{self.package:0>2}"

    @property
    def ndc11(self) -> str:
        """The same NDC as 5-4-2, with hyphens; empty where its labeler has six digits."""
        return self.ndc12[1:] if self.ndc12[0] == "0" else ""

    def origins(self) -> tuple[Ndc, ...]:
        """Return the NDCs of ten digits that this may be: itself, or each that gives the same NDC-11; perhaps none.

        01234-0567-08 may have been any of the three forms: which one, only a directory knows.
        """
        if self.form not in ("5-4-2", "6-4-2"):
            return (self,)
        if not self.ndc11:
            return ()
        labeler, product, package = self.ndc11.split("-")
        found = []
        if labeler[0] == "0":
            found.append((labeler[1:], product, package))
        if product[0] == "0":
            found.append((labeler, product[1:], package))
        if package[0] == "0":
            found.append((labeler, product, package[1:]))
        return tuple(_ndc(*segments, original=self.original) for segments in found)


class AmbiguousNdcError(IdentifierError):
    """Digits that are several NDCs; `candidates` are all of them, and the problem's hint names them."""

    def __init__(self, message: str, candidates: tuple[Ndc, ...]) -> None:
        """Keep the candidates; they stand in the hint and never in the message, so that no log has them."""
        named = "; ".join(f"{one.hyphenated} ({one.form}, NDC-11 {one.ndc11})" for one in candidates)
        hint = f"write the hyphens, or give a directory; it may be {named}"
        super().__init__([Problem(message=message, hint=hint)], reason="identifier_ambiguous")
        self.candidates = candidates
        """What the digits may be, in the order 4-4-2, 5-3-2, 5-4-1."""


def parse_ndc(text: str, *, registered: Callable[[Ndc], bool] | None = None) -> Ndc:
    """Return the NDC of a text; `registered` answers for each candidate of ten digits without hyphens.

    Raises AmbiguousNdcError where ten digits have no hyphens and not exactly one candidate is registered, and
    IdentifierError where it is no NDC of a package (21 CFR 207.33(b)).
    """
    text = plain(text, "an NDC", longest=20)
    if match := _SEGMENTS.fullmatch(text):
        return _of_segments(*match.groups(), original=text)
    if not text.isdigit():
        _refuse_form(text)
    if len(text) == 10:
        return _resolved(ndc_candidates(text), registered)
    if len(text) not in (11, 12):
        refuse(f"an NDC has 10, 11 or 12 digits, not {len(text)}", _EXPECTED)
    if len(text) == 12 and text[0] == "3" and gs1_checks(text):
        refuse("twelve digits that may be an NDC-12 or the GTIN-12 on a package", "write an NDC with its hyphens")
    return _of_segments(text[:-6], text[-6:-2], text[-2:], original=text)


def ndc_candidates(digits: str) -> tuple[Ndc, ...]:
    """Return the three NDCs that ten digits may be; raises IdentifierError where they are not ten digits."""
    if len(plain(digits, "an NDC", longest=20)) != 10 or not digits.isdigit():
        refuse("an NDC without hyphens has ten digits", _EXPECTED)
    return tuple(_ndc(digits[:a], digits[a : a + b], digits[a + b :], original=digits) for a, b, _ in _TEN)


def _resolved(candidates: tuple[Ndc, ...], registered: Callable[[Ndc], bool] | None) -> Ndc:
    known = candidates if registered is None else tuple(one for one in candidates if registered(one))
    if registered is not None and len(known) == 1:
        return known[0]
    told = "" if registered is None else f", of which the directory has {len(known)}"
    raise AmbiguousNdcError(
        f"ten digits without hyphens are three different NDCs{told}: 4-4-2, 5-3-2 and 5-4-1", candidates
    )


def _of_segments(labeler: str, product: str, package: str, *, original: str) -> Ndc:
    lengths = (len(labeler), len(product), len(package))
    if lengths not in _FORMS:
        refuse(f"segments of {'-'.join(map(str, lengths))} digits are no NDC", _EXPECTED)
    if lengths == (5, 4, 2) and "0" not in (labeler[0], product[0], package[0]):
        refuse(
            "an NDC-11 has a zero in front of the segment that is short in ten digits; this one has none",
            "give the ten digits with hyphens, or NDC-12",
        )
    return _ndc(labeler, product, package, original=original)


def _ndc(labeler: str, product: str, package: str, *, original: str) -> Ndc:
    twelve = f"{labeler:0>6}-{product:0>4}-{package:0>2}"
    # Without a zero in front of any segment there are no ten digits behind it, so that eleven would be none either.
    shorter = twelve[0] == "0" and "0" in (twelve[1], twelve[7], twelve[12])
    return Ndc(
        canonical=twelve[1:] if shorter else twelve,
        original=original,
        labeler=labeler,
        product=product,
        package=package,
        form=_FORMS[len(labeler), len(product), len(package)],
    )


def _refuse_form(text: str) -> None:
    if "*" in text:
        refuse("an NDC with an asterisk in place of a digit", "write the zero that it stands for, and the hyphens")
    if _HCPCS.fullmatch(text):
        refuse("an HCPCS code is not an NDC: it names a service, and no package", _EXPECTED)
    if text.upper().startswith("N4"):
        refuse("an NDC with the qualifier N4 of a claim or a message in front", "give the NDC without it")
    if text.count("-") == 1:
        refuse("two segments name a product, not a package", _EXPECTED)
    refuse("an NDC is of digits and two hyphens", _EXPECTED)
