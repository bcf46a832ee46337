"""Names of jurisdictions, by ISO 3166: a country, or a country and one of its subdivisions, such as US-IA."""

from __future__ import annotations

from collections.abc import Iterable

_COUNTRY_NAMES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA
    CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB
    GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG
    KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB
    SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US
    UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW EU"""
"""ISO 3166-1 alpha-2, and EU, which the standard reserves for the European Union."""
_STATE_NAMES = """
    AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA
    RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR UM VI"""
"""ISO 3166-2:US."""

_COUNTRIES, _STATES = frozenset(_COUNTRY_NAMES.split()), frozenset(_STATE_NAMES.split())


def misnamed(names: Iterable[str]) -> list[str]:
    """Return the names that mean nothing: no country, no state of the US, or a subdivision without its country."""
    given = set(names)
    return sorted(name for name in given if not _known(name) or ("-" in name and name.partition("-")[0] not in given))


def stateless(names: Iterable[str]) -> bool:
    """Return whether the United States are named and none of their states, which license and may ask for more."""
    given = set(names)
    return "US" in given and not any(name.startswith("US-") for name in given)


def _known(name: str) -> bool:
    country, _, subdivision = name.partition("-")
    return country in _COUNTRIES and (
        "-" not in name or subdivision in _STATES or (country != "US" and subdivision != "")
    )
