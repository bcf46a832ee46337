"""One door for all ways in which a GS1 key may be written."""

from __future__ import annotations

from limen.controls.identifiers.digital_links import LONGEST, epc_of, parse_link
from limen.controls.identifiers.elements import parse_elements
from limen.controls.identifiers.epc_uris import Epc, parse_urn
from limen.controls.identifiers.keys import Sgtin
from limen.controls.identifiers.values import refuse, text_of


def parse_epc(text: str) -> Epc:
    """Return what an EPC URI or a Digital Link names; raises IdentifierError where it is neither."""
    text = text_of(text, "an EPC", longest=LONGEST)
    return parse_link(text) if text.startswith(("https://", "http://")) else parse_urn(text)


def parse_sgtin(text: str) -> Sgtin:
    """Return the SGTIN that an EPC URI, a Digital Link or an element string names, whatever else is in the string.

    Raises IdentifierError where it is none of them, or names no serial.
    """
    text = text_of(text, "an SGTIN", longest=LONGEST)
    found = parse_epc(text) if "://" in text or text[:4] == "urn:" else epc_of(parse_elements(text), original=text)
    if not isinstance(found, Sgtin):
        refuse("it names no single package", "expected a GTIN with its serial")
    return found
