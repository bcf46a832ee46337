"""EPC URIs (EPC Tag Data Standard 2.0, section 6): urn:epc:id:sgtin, sscc, sgln and pgln, class:lgtin, idpat:sgtin."""

from __future__ import annotations

import re
from urllib.parse import unquote

from limen.analysis.check_digits import gs1_check_digit
from limen.controls.identifiers.gtin import Gtin
from limen.controls.identifiers.keys import (
    Gln,
    Lgtin,
    Sgtin,
    Sscc,
    encoded,
    gtin_of_parts,
    lgtin,
    parse_gln,
    parse_sscc,
    sgtin,
)
from limen.controls.identifiers.values import plain, refuse

Epc = Sgtin | Lgtin | Gtin | Sscc | Gln
"""What an EPC URI or a Digital Link may name."""
LONGEST = 256
"""Characters of the longest URI that is looked at."""
_URN = re.compile(r"urn:epc:(id:sgtin|id:sscc|id:sgln|id:pgln|class:lgtin|idpat:sgtin):([^:]\S*)", re.ASCII)
_PARTS = {
    "id:sgtin": re.compile(r"(\d{6,12})\.(\d{1,7})\.(\S+)", re.ASCII),
    "class:lgtin": re.compile(r"(\d{6,12})\.(\d{1,7})\.(\S+)", re.ASCII),
    "idpat:sgtin": re.compile(r"(\d{6,12})\.(\d{1,7})\.\*", re.ASCII),
    "id:sscc": re.compile(r"(\d{6,12})\.(\d{5,11})", re.ASCII),
    "id:sgln": re.compile(r"(\d{6,12})\.(\d{0,6})\.(\S+)", re.ASCII),
    "id:pgln": re.compile(r"(\d{6,12})\.(\d{0,6})", re.ASCII),
}
_DIGITS = {"id:sgtin": 13, "class:lgtin": 13, "idpat:sgtin": 13, "id:sscc": 17, "id:sgln": 12, "id:pgln": 12}
"""How many digits the first two parts have together."""


def parse_urn(text: str) -> Epc:
    """Return what an EPC URI names; an idpat of all serials is its GTIN. Raises IdentifierError where it is none."""
    text = plain(text, "an EPC URI", longest=LONGEST)
    match = _URN.fullmatch(text)
    if match is None:
        refuse(
            "an EPC URI of no scheme that is read here",
            "expected urn:epc:id:sgtin, id:sscc, id:sgln, id:pgln, class:lgtin or idpat:sgtin, in lower case",
        )
    scheme, rest = match.groups()
    parts = _PARTS[scheme].fullmatch(rest)
    if parts is None:
        refuse(f"an EPC URI of {scheme} with parts that it doesn't have", "expected company prefix, reference, serial")
    prefix, reference = parts[1], parts[2]
    if len(prefix) + len(reference) != _DIGITS[scheme]:
        refuse(f"the first two parts of an EPC URI of {scheme} have {_DIGITS[scheme]} digits together")
    if scheme == "id:sscc":
        body = reference[0] + prefix + reference[1:]
        return parse_sscc(body + gs1_check_digit(body), original=text, prefix_digits=len(prefix))
    if scheme in ("id:sgln", "id:pgln"):
        body = prefix + reference
        extension = _decoded(parts[3]) if scheme == "id:sgln" and parts[3] != "0" else ""
        return parse_gln(
            body + gs1_check_digit(body),
            extension=extension,
            party=scheme == "id:pgln",
            original=text,
            prefix_digits=len(prefix),
        )
    gtin = gtin_of_parts(prefix, reference)
    if scheme == "idpat:sgtin":
        return Gtin(canonical=gtin.canonical, original=text)
    qualifier = _decoded(parts[3])
    if scheme == "id:sgtin":
        return sgtin(gtin, qualifier, original=text, prefix_digits=len(prefix))
    return lgtin(gtin, qualifier, original=text, prefix_digits=len(prefix))


def _decoded(text: str) -> str:
    """Return a percent-encoded part; refused where it is encoded in another way than there is one of."""
    try:
        found = unquote(text, errors="strict")
    except UnicodeDecodeError:
        found = ""
    if encoded(found) != text:
        refuse("a part of an EPC URI is not encoded as the standard has it", 'percent-encode only " % & / < > ?')
    return found
