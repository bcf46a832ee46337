"""Identifiers of products, packages, places and registrants: canonical form, original kept, nothing tidied silently."""

from limen.controls.identifiers.digital_links import elements_of_link, link_of, parse_link
from limen.controls.identifiers.elements import Elements, elements_of, parse_elements
from limen.controls.identifiers.epc_uris import Epc, parse_urn
from limen.controls.identifiers.epcs import parse_epc, parse_sgtin
from limen.controls.identifiers.gtin import Gtin, gtin_of_ndc, parse_gtin
from limen.controls.identifiers.keys import Gln, Lgtin, Sgtin, Sscc, lgtin, parse_gln, parse_sscc, sgtin
from limen.controls.identifiers.ndc import NDC_12_SINCE, AmbiguousNdcError, Ndc, ndc_candidates, parse_ndc
from limen.controls.identifiers.registrants import DeaNumber, Npi, parse_dea_number, parse_npi
from limen.controls.identifiers.schedules import NUMERALS, Schedule, parse_schedule
from limen.controls.identifiers.values import IdentifierError, Value

__all__ = [
    "NDC_12_SINCE",
    "NUMERALS",
    "AmbiguousNdcError",
    "DeaNumber",
    "Elements",
    "Epc",
    "Gln",
    "Gtin",
    "IdentifierError",
    "Lgtin",
    "Ndc",
    "Npi",
    "Schedule",
    "Sgtin",
    "Sscc",
    "Value",
    "elements_of",
    "elements_of_link",
    "gtin_of_ndc",
    "lgtin",
    "link_of",
    "ndc_candidates",
    "parse_dea_number",
    "parse_elements",
    "parse_epc",
    "parse_gln",
    "parse_gtin",
    "parse_link",
    "parse_ndc",
    "parse_npi",
    "parse_schedule",
    "parse_sgtin",
    "parse_sscc",
    "parse_urn",
    "sgtin",
]
