"""Germany."""

from __future__ import annotations

from privmw.redaction.checksums.europe import (
    de_document,
    de_health_insurance,
    de_lanr,
    de_social_security,
    de_tax_id,
    de_vat,
)
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.shapes import LEFT, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, keyed

__all__ = ["RECOGNIZERS"]

_ICAO = "[CFGHJKLMNPRTVWXYZ]"
_ICAO_ANY = "[0-9CFGHJKLMNPRTVWXYZ]"
_SVNR = "[0-9]{2}(?:0[1-9]|[12][0-9]|3[01]|5[1-9]|[67][0-9]|8[01])(?:0[1-9]|1[0-2])[0-9]{2}[A-Z][0-9]{3}"
_PASS_WORDS = (
    "passport number",
    "dokumentennummer",
    "mrz",
    "reisepass",
    "reisepassnummer",
    "passnummer",
    "pass-nr",
    "pass nr",
    "pass",
    "passport",
    "ausweisdokument",
)
_ID_WORDS = (
    "ausweisdokument",
    "dokumentennummer",
    "seriennummer",
    "bundespersonalausweis",
    "neuer personalausweis",
    "national id",
    "personalausweis",
    "personalausweisnummer",
    "ausweis",
    "ausweisnummer",
    "ausweis-nr",
    "identity card",
    "id card",
    "npa",
)

_VAT_WORDS = (
    "ust-idnr", "ust-id", "ustid", "ustidnr", "umsatzsteuer", "umsatzsteueridentifikationsnummer", "vat", "vat id",
    "umsatzsteuer-id", "mehrwertsteuer", "rechnung", "steueridentifikation",
)  # fmt: skip

RECOGNIZERS: tuple[Recognizer, ...] = (
    keyed(
        "de_tax_id", "DE_TAX_ID", rf"{NUM_LEFT}[1-9](?:[ ]?[0-9]){{10}}{NUM_RIGHT}", r"[1-9][0-9]{1,2} ?[0-9]{3}",
        ("steueridentifikationsnummer", "steuer-id", "steuerid", "steuer id", "identifikationsnummer", "idnr", "steuer-idnr",
         "tin", "tax id", "steuerliche", "steuernummer", "bzst", "tax identification number"),
        checksum=de_tax_id, boosted=0.95, source="AO 139b: ISO 7064 mod 11,10",
    ),
    keyed(
        "de_tax_number", "DE_TAX_NUMBER",
        rf"{NUM_LEFT}(?<!/)(?:(?:0[1-9]|1[0-6])[0-9]{{11}}|[0-9]{{2,3}}[/ ][0-9]{{3,4}}[/ ][0-9]{{4,5}}){NUM_RIGHT}(?!/)",
        r"[0-9]{2,3}[/ ]?[0-9]{3,4}[/ ]?[0-9]{4}",
        ("steuernummer", "steuer-nr", "einkommensteuer", "körperschaftsteuer", "gewerbesteuer", "steuerveranlagung", "steuer nr", "st.-nr", "st-nr", "stnr", "finanzamt", "umsatzsteuer", "steuerbescheid"),
        source="ELSTER uniform number and state notations",
    ),
    Recognizer(
        name="de_social_security",
        entity_type="DE_SOCIAL_SECURITY",
        pattern=rf"{LEFT}{_SVNR}{RIGHT}",
        trigger=r"[0-9]{2}[0-8][0-9][01][0-9]{3}[A-Z][0-9]{3}\b",
        sieve=SIEVE,
        lookback=24,
        lookahead=2,
        score=0.65,
        boosted=0.95,
        checksum=de_social_security,
        policy=ChecksumPolicy.REQUIRED,
        context=("rentenversicherungsnummer", "sozialversicherungsnummer", "versicherungsnummer", "rvnr", "svnr", "sv-nummer", "rentenversicherung", "sozialversicherung", "sozialversicherungsausweis", "drv"),
        source="VKVV: area, birth date, initial, serial, check digit",
    ),
    keyed(
        "de_social_security_spaced", "DE_SOCIAL_SECURITY", rf"{LEFT}[0-9]{{2}}[ -]?[0-8][0-9][01][0-9]{{3}}[ -]?[A-Z][ -]?[0-9]{{3}}{RIGHT}",
        r"[0-9]{2}[ -]?[0-8][0-9][01][0-9]{3}", ("rentenversicherungsnummer", "sozialversicherungsnummer", "versicherungsnummer", "rvnr", "svnr", "sv-nummer", "rentenversicherung", "sozialversicherung", "sozialversicherungsausweis", "drv"),
        checksum=de_social_security, boosted=0.95, source="VKVV, spaced or in lower case",
    ),
    keyed(
        "de_health_insurance", "DE_HEALTH_INSURANCE", rf"{LEFT}[A-Z][0-9]{{9}}{RIGHT}", r"[A-Z][0-9]{9}",
        ("krankenversicherungsnummer", "krankenversichertennummer", "gkv", "gesetzliche krankenversicherung", "krankenversicherungsausweis", "versichertenausweis", "versichertenkarte", "tkk", "dak", "versichertennummer", "kvnr", "krankenkasse",
         "krankenversicherung", "gesundheitskarte", "egk", "versicherten-nr", "aok", "barmer"),
        checksum=de_health_insurance, boosted=0.95, source="SGB V 290",
    ),
    keyed(
        "de_id_card", "DE_ID_CARD", rf"{LEFT}(?:{_ICAO}{_ICAO_ANY}{{7}}[0-9]{{1,2}}|T[0-9]{{8,9}}){RIGHT}", r"[A-Z][0-9A-Z]{7}[0-9]",
        _ID_WORDS, checksum=de_document, overrides=True, boosted=0.95, source="PAuswG; the ICAO 9303 check digit stands in the machine-readable zone, so a label suffices",
    ),
    keyed(
        "de_passport", "DE_PASSPORT", rf"{LEFT}{_ICAO}{_ICAO_ANY}{{7}}[0-9]{{1,2}}{RIGHT}", r"[A-Z][0-9A-Z]{7}[0-9]",
        _PASS_WORDS, checksum=de_document, overrides=True, boosted=0.95, source="PassG; as for identity cards",
    ),
    keyed(
        "de_driver_license", "DE_FUEHRERSCHEIN", rf"{LEFT}(?=[0-9]*[A-Z])[0-9A-Z][0-9]{{2}}[0-9A-Z]{{6}}[0-9][0-9A-Z]{RIGHT}|{LEFT}[A-Z]{{2}}[0-9]{{8}}[0-9A-Z]{RIGHT}",
        r"[0-9A-Z]{11}", ("führerschein", "führerscheinnummer", "fahrerlaubnisklasse", "führerscheininhaber", "kraftfahrt-bundesamt", "driver's license", "driving license", "licence number", "license number", "dokument-nr", "fuehrerschein", "fahrerlaubnis", "fahrerlaubnisnummer",
                          "driving licence", "driver license", "FÜHRERSCHEIN"),
        source="FeV annex 8",
    ),
    Recognizer(
        name="de_vat_id",
        entity_type="DE_VAT_ID",
        pattern=rf"{LEFT}DE[ -]?[0-9]{{3}}([ -]?)[0-9]{{3}}\1[0-9]{{3}}{RIGHT}",
        trigger=r"DE[ -]?[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}",
        sieve=SIEVE,
        lookback=20,
        lookahead=2,
        score=0.65,
        boosted=0.95,
        checksum=de_vat,
        policy=ChecksumPolicy.REQUIRED,
        context=_VAT_WORDS,
        source="UStG 27a: ISO 7064 mod 11,10",
    ),
    keyed(
        "de_vat_id_loose", "DE_VAT_ID", rf"{LEFT}DE[ .-]?[0-9]{{3}}[ .-]?[0-9]{{3}}[ .-]?[0-9]{{3}}{RIGHT}", r"[dD][eE][ .-]?[0-9]{3}",
        _VAT_WORDS, score=0.4, boosted=0.9, source="UStG 27a; the check digit is a convention, not published law",
    ),
    keyed(
        "de_bsnr", "DE_BSNR", rf"{NUM_LEFT}(?!0{{9}})[0-9]{{9}}{NUM_RIGHT}", r"[0-9]{9}",
        ("bsnr", "betriebsstättennummer", "betriebsstätten-nummer", "arztpraxis", "kassenärztliche vereinigung", "kv-nummer", "vertragsarztpraxis", "nebenbetriebsstätte", "hauptbetriebsstätte", "behandlungsort", "praxisadresse", "praxisstandort", "betriebsstätte", "praxisnummer", "praxis"), source="KBV",
    ),
    keyed(
        "de_lanr", "DE_LANR", rf"{NUM_LEFT}[0-9]{{9}}{NUM_RIGHT}", r"[0-9]{9}",
        ("lanr", "arztnummer", "arzt-nummer", "kassenarzt", "kbv", "rezept", "verschreibung", "hausarzt", "facharzt", "behandelnder arzt", "kassenärztliche vereinigung", "lebenslange arztnummer", "arzt-nr", "vertragsarzt", "arzt nr"), checksum=de_lanr, boosted=0.95,
        source="KBV: weights 4 and 9",
    ),
    Recognizer(
        name="de_handelsregister",
        entity_type="DE_HANDELSREGISTER",
        pattern=rf"{LEFT}HR[AB] ?[0-9]{{1,6}}{RIGHT}",
        trigger=r"HR[AB] ?[0-9]",
        lookback=12,
        lookahead=8,
        ignore_case=True,
        score=0.6,
        context=("handelsregister", "amtsgericht", "registergericht"),
        specificity=Specificity.GENERIC,
        source="HGB 8, commercial register",
    ),
    keyed(
        "de_license_plate", "DE_KFZ", rf"(?<![0-9A-Za-z-])[A-ZÄÖÜ]{{1,3}}[ -][A-Z]{{1,2}}[ -]?[0-9]{{1,4}}[EH]?{RIGHT}",
        r"[ -][A-Z]{1,2}[ -]?[0-9]{1,4}", ("kennzeichen", "kfz", "kfz-kennzeichen", "kraftfahrzeugkennzeichen", "fahrzeugkennzeichen", "zulassung", "lkw", "fahrzeugschein", "fahrzeugbrief", "zulassungsbescheinigung", "nummernschild", "fahrzeug", "pkw", "auto"),
        ignore_case=False, source="FZV 9",
    ),
    keyed(
        "de_license_plate_lower", "DE_KFZ", rf"(?<![0-9A-Za-z-])[A-ZÄÖÜ]{{1,3}}[ -][A-Z]{{1,2}}[ -][0-9]{{1,4}}[EH]?{RIGHT}",
        r"[ -][A-Z]{1,2}[ -][0-9]{1,4}", ("kennzeichen", "kfz-kennzeichen", "nummernschild"), score=0.1, boosted=0.3,
        default=False, source="FZV 9, in lower case: too common a shape to stand beside a word",
    ),
    keyed(
        "de_postcode", "DE_PLZ", rf"{NUM_LEFT}(?!01000|99999)(?:0[1-9]|[1-9][0-9])[0-9]{{3}}{NUM_RIGHT}", r"[0-9]{5}",
        ("plz", "postleitzahl", "adresse", "wohnanschrift", "lieferadresse", "rechnungsadresse", "straße", "strasse", "hausnummer", "postfach", "stadt", "gemeinde", "postanschrift", "wohnort", "anschrift"), default=False, specificity=Specificity.GENERIC,
        source="Deutsche Post; opt-in, because it names a district",
    ),
)  # fmt: skip
