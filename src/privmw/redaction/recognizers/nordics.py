"""Finland, Sweden, Norway, Denmark, Iceland."""

from __future__ import annotations

from privmw.redaction.checksums.europe import dk_cpr, fi_hetu, no_fnr, se_organisation, se_personnummer
from privmw.redaction.checksums.standard import standard
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.labels import ORDERS, labelled
from privmw.redaction.recognizers.shapes import DDMMYY, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, keyed

__all__ = ["RECOGNIZERS"]

_OTHER = labelled(ORDERS)
_RECENT = "(?:19|2[0-9])"
"""Years in which runs, backups and orders are dated now; a child's number needs a word."""

_SE_WORDS = ("svensk id",
    "personnummer", "pnr", "samordningsnummer", "svenskt", "swedish id", "personal identity number", "swedish", "id code",
    "identity code", "personal number",
)  # fmt: skip
_SE_DATE = "[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])"

RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="fi_hetu",
        entity_type="FI_PERSONAL_IDENTITY_CODE",
        pattern=rf"(?<![0-9])(?<![0-9][.-])(?!....{_RECENT}){DDMMYY}[-+A-FU-Y][0-9]{{3}}[0-9A-FHJ-NPR-Y]{RIGHT}",
        trigger=r"[0-3][0-9][01][0-9]{3}[-+A-FU-Y][0-9]{3}[0-9A-Y]\b",
        sieve=SIEVE,
        lookback=16,
        lookahead=2,
        score=0.7,
        boosted=0.95,
        checksum=fi_hetu,
        policy=ChecksumPolicy.REQUIRED,
        context=("hetu", "henkilötunnus", "personbeteckning", "personal identity code", "finnish id"),
        other=_OTHER,
        source="DVV: modulo 31, century signs of 2023",
    ),
    keyed(
        "fi_hetu_lower", "FI_PERSONAL_IDENTITY_CODE", rf"(?<![0-9]){DDMMYY}[-+A-FU-Y][0-9]{{3}}[0-9A-Y]{RIGHT}",
        r"[0-9]{6}[-+A-Y][0-9]{3}[0-9A-Y]", ("hetu", "henkilötunnus", "personal identity code"), checksum=fi_hetu, boosted=0.95,
        source="As fi_hetu, in lower case",
    ),
    Recognizer(
        name="se_personnummer",
        entity_type="SE_PERSONNUMMER",
        pattern=rf"(?<![0-9])(?<![0-9][.-])(?!(?:20)?{_RECENT}[0-9]{{4}}-)(?:18|19|20)?{_SE_DATE}[-+][0-9]{{4}}{NUM_RIGHT}",
        trigger=r"[0-9]{2}[01][0-9]{3}[-+][0-9]{4}\b",
        sieve=SIEVE,
        lookback=20,
        lookahead=2,
        score=0.65,
        boosted=0.95,
        checksum=se_personnummer,
        policy=ChecksumPolicy.REQUIRED,
        context=_SE_WORDS,
        other=_OTHER,
        source="Skatteverket SKV 704: Luhn",
    ),
    keyed(
        "se_personnummer_bare", "SE_PERSONNUMMER", rf"(?<![0-9])(?<![0-9][.-])(?:18|19|20)?{_SE_DATE}[-+]?[0-9]{{4}}{NUM_RIGHT}", r"[0-9]{6}[-+]?[0-9]{4}",
        _SE_WORDS, checksum=se_personnummer, boosted=0.95, source="Skatteverket SKV 704",
    ),
    keyed(
        "se_organisation", "SE_ORGANISATIONSNUMMER", rf"{NUM_LEFT}[0-9]{{6}}-?[0-9]{{4}}{NUM_RIGHT}", r"[0-9]{6}-?[0-9]{4}",
        ("organisationsnummer", "orgnr", "företagsnummer", "org nr", "org.nr", "orgnummer", "företag", "company identity", "bolag"), checksum=se_organisation,
        boosted=0.95, source="Skatteverket SKV 709: Luhn",
    ),
    keyed(
        "no_fnr", "NO_FODSELSNUMMER", rf"{NUM_LEFT}[0-7][0-9][0-9]{{4}} ?[0-9]{{5}}{NUM_RIGHT}", r"[0-7][0-9]{5} ?[0-9]{5}",
        ("fødselsnummer", "fodselsnummer", "fnr", "personnummer", "d-nummer", "national identity number", "norwegian id", "birth number"),
        checksum=no_fnr, boosted=0.95, source="Skatteetaten: two mod-11 digits",
    ),
    Recognizer(
        name="dk_cpr",
        entity_type="DK_CPR",
        pattern=rf"{NUM_LEFT}(?!....{_RECENT}){DDMMYY}[- ][0-9]{{4}}{NUM_RIGHT}",
        trigger=r"[0-3][0-9][01][0-9]{3}[ -][0-9]{4}\b",
        sieve=SIEVE,
        lookback=16,
        lookahead=2,
        score=0.6,
        boosted=0.95,
        checksum=dk_cpr,
        policy=ChecksumPolicy.REQUIRED,
        context=("cpr", "cpr-nummer", "cpr-nr", "cprnr", "personnummer", "cpr number"),
        context_overrides=True,
        other=_OTHER,
        source="CPR-kontoret; numbers issued since 2007 need not pass mod 11, so a context word suffices",
    ),
    keyed(
        "dk_cpr_bare", "DK_CPR", rf"{NUM_LEFT}{DDMMYY}[- ]?[0-9]{{4}}{NUM_RIGHT}", r"[0-3][0-9][01][0-9]{3}[- ]?[0-9]{4}",
        ("cpr", "cpr-nummer", "cprnr", "cpr-nr", "cpr number"), source="CPR-kontoret",
    ),
    keyed(
        "is_kennitala", "IS_KENNITALA", rf"{NUM_LEFT}[0-7][0-9][01][0-9][0-9]{{2}}-?[0-9]{{4}}{NUM_RIGHT}", r"[0-7][0-9][01][0-9]{3}-?[0-9]{4}",
        ("kennitala", "kt", "icelandic id"), checksum=standard("is_.kennitala"), boosted=0.95, source="Þjóðskrá: mod 11",
    ),
)  # fmt: skip
