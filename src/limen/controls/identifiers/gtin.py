"""GTIN-8, -12, -13 and -14: which trade item. Canonical are fourteen digits; a drug's contain its NDC of ten digits."""

from __future__ import annotations

from limen.analysis.check_digits import gs1_check_digit
from limen.controls.identifiers.gs1 import checked
from limen.controls.identifiers.ndc import AmbiguousNdcError, Ndc, ndc_candidates
from limen.controls.identifiers.values import Value, plain, refuse

LENGTHS = (8, 12, 13, 14)
"""How many digits a GTIN may have."""
_DRUG = "03"
"""GS1 prefix 03: what stands in front of the NDC of a drug of the United States."""


class Gtin(Value, frozen=True, kw_only=True, eq=False):
    """A GTIN; `canonical` is GTIN-14, with zeros in front of shorter ones."""

    @property
    def indicator(self) -> int:
        """The first of fourteen digits: 0 the item itself, 1 to 8 a grouping of it, 9 of variable measure."""
        return int(self.canonical[0])

    @property
    def names_drug(self) -> bool:
        """Whether it is of the form indicator + 03 + NDC of ten digits + check digit."""
        return self.canonical[1:3] == _DRUG

    def ndcs(self) -> tuple[Ndc, ...]:
        """Return the three NDCs that a drug's GTIN may hold, since the hyphens are lost; none for other GTINs."""
        return ndc_candidates(self.canonical[3:13]) if self.names_drug else ()


def parse_gtin(text: str) -> Gtin:
    """Return the GTIN of 8, 12, 13 or 14 digits; raises IdentifierError where it is none."""
    text = plain(text, "a GTIN", longest=14)
    if not text.isdigit():
        refuse("a GTIN is of digits only", "expected 8, 12, 13 or 14 digits without hyphens")
    if len(text) not in LENGTHS:
        refuse(f"a GTIN has 8, 12, 13 or 14 digits, not {len(text)}", "leading zeros count")
    if not text.strip("0"):
        refuse("a GTIN of zeros only was never given to anything")
    return Gtin(canonical=checked(text, "a GTIN").zfill(14), original=text)


def gtin_of_ndc(ndc: Ndc, *, indicator: int = 0) -> Gtin:
    """Return indicator + 03 + NDC of ten digits + check digit, the GTIN-14 of a prescription drug.

    Raises AmbiguousNdcError where several NDCs of ten digits give this NDC-11, and IdentifierError where none does or
    the indicator is not 0 to 8.
    """
    if indicator not in range(9):
        refuse("the indicator of a drug's GTIN is 0 to 8")
    origins = ndc.origins()
    if not origins:
        refuse("no NDC of ten digits is behind this one, so that no GTIN holds it")
    if len({one.hyphenated.replace("-", "") for one in origins}) > 1:
        raise AmbiguousNdcError("an NDC-11 with several zeros may come from several NDCs of ten digits", origins)
    body = f"{indicator}{_DRUG}{origins[0].hyphenated.replace('-', '')}"
    digits = body + gs1_check_digit(body)
    return Gtin(canonical=digits, original=digits)
