"""Words of the Core Business Vocabulary 2.0, by short name; a URN, a web address or a CURIE names the same word."""

from __future__ import annotations

import re
from types import MappingProxyType


def words(text: str) -> frozenset[str]:
    """Return the words of a text that are parted by blanks."""
    return frozenset(text.split())


STEPS = words(
    """accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting
    decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting
    installing killing loading other packing picking receiving removing repackaging repairing replacing reserving
    retail_selling sampling sensor_reporting shipping staging_outbound stock_taking stocking storing transforming
    transporting unloading unpacking void_shipping"""
)
DISPOSITIONS = words(
    """active available completeness_inferred completeness_verified conformant container_closed container_open damaged
    destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class mismatch_instance
    mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed
    recalled reserved retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable
    unknown"""
)
TRANSACTIONS = words("bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt")
PARTIES = frozenset(("owning_party", "possessing_party", "location"))
ERRORS = frozenset(("did_not_occur", "incorrect_data"))
KINDS = MappingProxyType({"bizstep": STEPS, "disp": DISPOSITIONS, "btt": TRANSACTIONS, "sdt": PARTIES, "er": ERRORS})
"""The words of each kind, by the name that the kind has in URNs."""
_WRITTEN = re.compile(
    r"(?:urn:epcglobal:cbv:(?P<urn>bizstep|disp|btt|sdt|er):"
    r"|(?:https://ref\.gs1\.org/cbv/|cbv:)(?P<web>BizStep|Disp|BTT|SDT|ER)-)?(?P<word>[a-z_]{1,40})"
)


def word(text: object, kind: str, admitted: frozenset[str]) -> str | None:
    """Return the short name of a word of a kind, or an admitted URI as it is; None for any other text."""
    if not isinstance(text, str):
        return None
    if text in admitted:
        return text
    match = _WRITTEN.fullmatch(text)
    if match is None or match["word"] not in KINDS[kind]:
        return None
    named = match["urn"] or (match["web"] or kind).lower()
    return match["word"] if named == kind else None
