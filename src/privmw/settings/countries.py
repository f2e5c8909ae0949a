"""Countries of a transfer: ISO 3166-1 alpha-2, plus ``EU`` for "somewhere in the European Union"."""

from __future__ import annotations

__all__ = ["COUNTRIES", "EEA", "EU", "NAMES", "covers", "regimes_of"]

_ISO = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW "
    "BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI "
    "FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN "
    "IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME "
    "MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF "
    "PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
    "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE "
    "YT ZA ZM ZW"
)
_UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
COUNTRIES = frozenset(_ISO.split())
"""ISO 3166-1 alpha-2 codes."""

EU = frozenset(_UNION.split())
"""Member states of the European Union."""

EEA = EU | {"IS", "LI", "NO", "EU"}
"""Where GDPR chapter V sees no transfer to a third country; holds the pseudo-code ``EU`` too."""

NAMES = {
    "america": "US",
    "australia": "AU",
    "austria": "AT",
    "belgium": "BE",
    "brazil": "BR",
    "britain": "GB",
    "canada": "CA",
    "chn": "CN",
    "china": "CN",
    "denmark": "DK",
    "deu": "DE",
    "england": "GB",
    "estonia": "EE",
    "europe": "EU",
    "european union": "EU",
    "eea": "EU",
    "finland": "FI",
    "france": "FR",
    "gbr": "GB",
    "germany": "DE",
    "great britain": "GB",
    "hong kong": "HK",
    "india": "IN",
    "ireland": "IE",
    "israel": "IL",
    "italy": "IT",
    "japan": "JP",
    "jpn": "JP",
    "kor": "KR",
    "korea": "KR",
    "netherlands": "NL",
    "norway": "NO",
    "poland": "PL",
    "portugal": "PT",
    "republic of korea": "KR",
    "singapore": "SG",
    "south korea": "KR",
    "spain": "ES",
    "sweden": "SE",
    "switzerland": "CH",
    "taiwan": "TW",
    "uk": "GB",
    "united kingdom": "GB",
    "united states": "US",
    "united states of america": "US",
    "usa": "US",
}
"""How people write the commonest destinations, for the remedy of an error."""


def covers(declared: frozenset[str] | tuple[str, ...], country: str) -> bool:
    """Whether a country is among the declared ones; ``EU`` covers its member states."""
    return country in declared or (country in EU and "EU" in declared)


def regimes_of(country: str | None) -> tuple[str, ...]:
    """Transfer regimes that bind a controller by its seat: ``kr``, ``eu`` or ``uk``, or none that privmw knows."""
    if country == "KR":
        return ("kr",)
    if country == "GB":
        return ("uk",)
    if country in EEA:
        return ("eu",)
    return ()
