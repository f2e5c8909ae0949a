"""United Kingdom and Ireland."""

from __future__ import annotations

from privmw.redaction.checksums.europe import ie_pps, uk_nhs
from privmw.redaction.checksums.standard import standard
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.shapes import LEFT, NOT_SIZE, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, keyed, or_size

__all__ = ["RECOGNIZERS"]

_NINO_WORDS = (
    "nino",
    "national insurance",
    "insurance",
    "national insurance number",
    "ni number",
    "ni no",
    "insurance number",
)
_NINO = "(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{6} ?[A-D]"
_NINO_LOOSE = (
    r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[A-D]"
)
_AREA = "[A-HJ-PR-Y][A-HJ-PR-Y]"
_LETTERS = "[A-HJ-PR-Z]{3}"
_POSTCODE = r"(?:GIR ?0AA|(?:[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]|[A-HK-Y][0-9][0-9]|[0-9][A-HJKPS-UW]|[A-HK-Y][0-9][ABEHMNPRV-Y])) ?[0-9][ABD-HJLNP-UW-Z]{2})"

RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="uk_nino",
        entity_type="UK_NINO",
        pattern=rf"{LEFT}{_NINO}{RIGHT}",
        trigger=r"[A-Z]{2} ?[0-9]{6} ?[A-D]\b",
        sieve=SIEVE,
        lookback=24,
        lookahead=2,
        score=0.7,
        boosted=0.95,
        context=_NINO_WORDS,
        source="HMRC NIM39110",
    ),
    keyed(
        "uk_nino_loose", "UK_NINO", rf"{LEFT}{_NINO_LOOSE}{RIGHT}", r"[A-Z]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}", _NINO_WORDS,
        boosted=0.95, source="HMRC NIM39110, lower case and mixed spacing",
    ),
    keyed(
        "uk_nhs", "UK_NHS", rf"{NUM_LEFT}[0-9]{{3}}[ -]?[0-9]{{3}}[ -]?[0-9]{{4}}{NUM_RIGHT}", r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{2}",
        ("nhs", "nhs number", "national health service", "health service", "health authority"), checksum=uk_nhs, boosted=0.95,
        source="NHS Data Dictionary: mod 11",
    ),
    keyed(
        "uk_utr", "UK_UTR", rf"{NUM_LEFT}[0-9]{{5}} ?[0-9]{{5}}K?{NUM_RIGHT}", r"[0-9]{5} ?[0-9]{5}",
        ("utr", "unique taxpayer", "unique taxpayer reference", "self assessment", "tax reference"),
        checksum=standard("gb.utr"), policy=ChecksumPolicy.BOOSTS, source="HMRC",
    ),
    Recognizer(
        name="uk_driving_licence",
        entity_type="UK_DRIVING_LICENCE",
        pattern=rf"{LEFT}(?:[A-Z]{{5}}|[A-Z]{{4}}9|[A-Z]{{3}}99|[A-Z]{{2}}999|[A-Z]9999)[0-9](?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]"
        rf"[A-Z9]{{2}}[0-9A-Z][A-Z]{{2}}(?: ?[0-9]{{2}})?{RIGHT}",
        trigger=r"[A-Z9]{4}[0-9][015-6][0-9]{4}[A-Z9]{2}[0-9A-Z][A-Z]{2}",
        sieve=SIEVE,
        lookback=24,
        lookahead=8,
        score=0.65,
        boosted=0.95,
        context=("driving licence", "driver licence", "licence", "dvla", "license"),
        source="DVLA: surname, birth date and sex, initials",
    ),
    keyed(
        "uk_driving_licence_lower",
        "UK_DRIVING_LICENCE",
        rf"{LEFT}(?:[A-Z]{{5}}|[A-Z]{{4}}9|[A-Z]{{3}}99|[A-Z]{{2}}999|[A-Z]9999)[0-9](?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]"
        rf"[A-Z9]{{2}}[0-9A-Z][A-Z]{{2}}(?: ?[0-9]{{2}})?{RIGHT}",
        r"[A-Z9]{4}[0-9][015-6][0-9]{4}",
        ("driving licence", "driver licence", "licence", "dvla", "license"),
        boosted=0.95,
        source="As uk_driving_licence, any case",
    ),
    keyed(
        "uk_passport", "UK_PASSPORT", rf"{NUM_LEFT}(?:[A-Z]{{2}}[0-9]{{7}}|[0-9]{{9}}){NUM_RIGHT}", r"[0-9]{7}",
        ("british passport", "uk passport", "hm passport", "hmpo", "her majesty", "his majesty", "united kingdom"),
        boosted=0.9, specificity=Specificity.GENERIC, source="HM Passport Office; a bare \"passport\" is US_PASSPORT's word",
    ),
    keyed(
        "uk_postcode", "UK_POSTCODE", rf"{LEFT}{_POSTCODE}{RIGHT}", r"[A-Z][0-9][0-9A-Z]? ?[0-9][A-Z]{2}|GIR ?0AA",
        ("postcode", "post code", "postal code", "address", "zip"), source="Royal Mail PAF",
    ),
    keyed(
        "uk_vehicle_registration",
        "UK_VEHICLE_REGISTRATION",
        rf"{LEFT}(?:{_AREA}(?:0[2-9]|[12][0-9]|5[1-9]|[67][0-9])[ -]?{_LETTERS}|[A-HJ-NPR-TV-Y][ -]?[0-9]{{1,3}}[ -]?{_LETTERS}"
        rf"|{_LETTERS}[ -]?[0-9]{{1,3}}[ -]?[A-HJ-NPR-TV-Y]){RIGHT}",
        r"[A-Z][ -]?[0-9]{1,3}[ -]?[A-Z]",
        ("vehicle", "registration", "car reg", "vrn", "v5c", "logbook", "car", "number plate", "numberplate", "vrm", "licence plate", "license plate",
         "plate", "dvla", "vehicles"),
        source="DVLA: current, prefix and suffix styles",
    ),
    Recognizer(
        name="ie_ppsn",
        entity_type="IE_PPSN",
        pattern=rf"{LEFT}(?<!/)(?<!->)(?<!K\()[0-9]{{7}}[A-W][ABHTW]?{RIGHT}{NOT_SIZE}",
        trigger=r"[0-9]{7}[A-W][A-W]?\b",
        sieve=SIEVE,
        lookback=16,
        lookahead=4,
        score=0.55,
        boosted=0.95,
        checksum=or_size(ie_pps),
        policy=ChecksumPolicy.REQUIRED,
        context=("pps", "ppsn", "pps number", "personal public service"),
        context_overrides=True,
        specificity=Specificity.GENERIC,
        source="Social Welfare Consolidation Act 2005: mod 23",
    ),
    keyed(
        "ie_eircode", "IE_EIRCODE", rf"{LEFT}(?:[AC-FHKNPRTV-Y][0-9]{{2}}|D6W) ?[0-9AC-FHKNPRTV-Y]{{4}}{RIGHT}",
        r"[A-Y][0-9][0-9W] ?[0-9A-Y]{4}", ("eircode", "address", "postcode", "post code"), source="Eircode",
    ),
)  # fmt: skip
