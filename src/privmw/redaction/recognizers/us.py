"""United States: Social Security and taxpayer numbers, health care, documents."""

from __future__ import annotations

from privmw.redaction.checksums.americas import us_dea, us_npi, us_ssn
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.shapes import LEFT, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, keyed, never

__all__ = ["RECOGNIZERS"]

_SSN_WORDS = (
    "ssn",
    "social security",
    "social security number",
    "ssns",
    "soc sec",
    "tax id",
    "social",
)
_ITIN_WORDS = ("itin", "individual taxpayer", "tax id", "taxpayer id", "tin", "tax payer")
_MBI_LETTER = "[AC-HJKMNP-RT-Y]"
_MBI_ANY = "[0-9AC-HJKMNP-RT-Y]"
_LICENCE_WORDS = (
    "driver license", "driver licence", "drivers license", "driver's license", "driver's licence", "driving license",
    "driving licence", "dl", "dl number", "dln", "driver lic", "lic", "drivers lic", "driver license number", "license number",
)  # fmt: skip

RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="us_ssn",
        entity_type="US_SSN",
        pattern=r"(?<![0-9A-Za-z])(?<![0-9][.-])(?!000|666|9)[0-9]{3}([ -])(?!00)[0-9]{2}\1(?!0000)[0-9]{4}"
        r"(?![0-9A-Za-z])(?![.-][0-9])",
        trigger=r"[0-8][0-9]{2}[ -][0-9]{2}[ -][0-9]{4}",
        sieve=SIEVE,
        lookback=20,
        lookahead=8,
        score=0.75,
        boosted=0.95,
        checksum=us_ssn,
        policy=ChecksumPolicy.REQUIRED,
        context=_SSN_WORDS,
        context_overrides=True,
        source="SSA: areas 000, 666 and 9xx, group 00 and serial 0000 are never issued; randomised since 2011",
    ),
    keyed(
        "us_ssn_bare",
        "US_SSN",
        rf"{NUM_LEFT}(?!000|666|9)[0-9]{{3}}(?:([ .-]{{1,3}})(?!00)[0-9]{{2}}(?:\1)?|(?!00)[0-9]{{2}}[ .-]{{0,3}})(?!0000)[0-9]{{4}}{NUM_RIGHT}",
        r"[0-8][0-9]{2}[ .-]{0,3}[0-9]{2}",
        _SSN_WORDS,
        checksum=us_ssn,
        overrides=True,
        boosted=0.9,
        source="SSA",
    ),
    Recognizer(
        name="us_itin",
        entity_type="US_ITIN",
        pattern=rf"{NUM_LEFT}9[0-9]{{2}}([ -])(?:5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])\1[0-9]{{4}}{NUM_RIGHT}",
        trigger=r"9[0-9]{2}[ -][5-9][0-9][ -][0-9]{4}",
        sieve=SIEVE,
        lookback=20,
        lookahead=8,
        score=0.75,
        boosted=0.95,
        context=_ITIN_WORDS,
        source="IRS: 9xx with group 50-65, 70-88, 90-92, 94-99",
    ),
    keyed(
        "us_itin_bare",
        "US_ITIN",
        rf"{NUM_LEFT}9[0-9]{{2}}[ -]?(?:5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])[ -]?[0-9]{{4}}{NUM_RIGHT}",
        r"9[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{4}",
        _ITIN_WORDS,
        source="IRS",
    ),
    keyed(
        "us_ein",
        "US_EIN",
        rf"{NUM_LEFT}(?:0[1-6]|1[0-6]|2[0-7]|3[0-9]|4[0-8]|5[0-9]|6[0-8]|7[1-7]|8[0-8]|9[0-589])-?[0-9]{{7}}{NUM_RIGHT}",
        r"[0-9]{2}-?[0-9]{7}",
        (
            "ein",
            "employer identification",
            "employer id",
            "fein",
            "federal tax id",
            "tax id",
            "employer identification number",
        ),
        source="IRS: EIN prefixes",
    ),
    keyed(
        "us_passport",
        "US_PASSPORT",
        rf"{NUM_LEFT}(?:[A-Z][0-9]{{8}}|[0-9]{{9}}){NUM_RIGHT}",
        r"[0-9]{8}",
        ("passport", "passport number", "passport no", "travel document", "us passport"),
        specificity=Specificity.GENERIC,
        source="US Department of State: nine digits, next-generation book one letter and eight digits",
    ),
    keyed(
        "us_driver_license",
        "US_DRIVER_LICENSE",
        rf"{NUM_LEFT}(?:[A-Z][0-9]{{5,14}}|[A-Z]{{2}}[0-9]{{5,7}}|[A-Z][0-9]{{3}}-?[0-9]{{3,4}}-?[0-9]{{2,4}}(?:-[0-9]{{1,4}})?[A-Z]?"
        r"|[0-9]{7,12}|[0-9]{3}-?[0-9]{2}-?[0-9]{4}|[0-9]{2,3}[A-Z]{2,3}[0-9]{4,6}|[A-Z]{3}\*\*[0-9]{3}[0-9A-Z]{3}"
        rf"|[A-Z]{{3,7}}[0-9A-Z]{{5,9}}(?<=[0-9][0-9A-Z]{{2}})){NUM_RIGHT}",
        r"[0-9A-Z][0-9]{2}[0-9A-Z-]{3}",
        _LICENCE_WORDS,
        boosted=0.8,
        specificity=Specificity.GENERIC,
        source="AAMVA: licence formats per state",
    ),
    keyed(
        "us_driver_license_letters",
        "US_DRIVER_LICENSE",
        rf"{NUM_LEFT}(?:[A-Z][0-9]{{6}}R|[A-Z]{{2}}[0-9]{{6}}[A-Z]|[A-Z][0-9][A-Z][0-9][A-Z]|[0-9]{{7,9}}[A-Z]|[0-9]{{8}}[A-Z]{{2}}|[A-Z][0-9]{{18}}|[0-9]{{13,16}})"
        rf"{NUM_RIGHT}",
        r"[0-9]{6}|[A-Z][0-9][A-Z][0-9][A-Z]",
        _LICENCE_WORDS,
        boosted=0.75,
        specificity=Specificity.GENERIC,
        source="AAMVA: Idaho, Kansas, Maine, Missouri, Montana, New York, Vermont",
    ),
    keyed(
        "us_driver_license_short",
        "US_DRIVER_LICENSE",
        rf"{NUM_LEFT}(?:[A-Z][0-9]{{1,4}}|[A-Z]{{2}}[0-9]{{2,4}}){NUM_RIGHT}",
        r"[A-Z][0-9]",
        _LICENCE_WORDS,
        score=0.1,
        boosted=0.3,
        specificity=Specificity.CATCHALL,
        source="AAMVA: numbers of the first holders; too short to stand beside a word",
    ),
    keyed(
        "us_npi",
        "US_NPI",
        rf"{NUM_LEFT}[12][0-9]{{3}}[ -]?[0-9]{{3}}[ -]?[0-9]{{3}}{NUM_RIGHT}",
        r"[12][0-9]{3}[ -]?[0-9]{3}",
        ("npi", "national provider", "provider id", "provider identifier", "physician"),
        checksum=us_npi,
        boosted=0.95,
        source="45 CFR 162.406: Luhn with prefix 80840",
    ),
    keyed(
        "us_dea",
        "MEDICAL_LICENSE",
        rf"{LEFT}(?:[ABCDEFGHJKLMPRSTUX][A-Z9])[0-9]{{7}}{RIGHT}",
        r"[A-Z][A-Z9][0-9]{7}",
        (
            "dea",
            "dea number",
            "prescriber",
            "medical license",
            "medical licence",
            "certificate",
            "registration number",
            "narcotic",
            "controlled substance",
        ),
        checksum=us_dea,
        boosted=0.95,
        source="21 CFR 1301: (d1+d3+d5) + 2 (d2+d4+d6), last digit",
    ),
    keyed(
        "us_mbi",
        "US_MBI",
        rf"{LEFT}[1-9]{_MBI_LETTER}{_MBI_ANY}[0-9]-?{_MBI_LETTER}{_MBI_ANY}[0-9]-?{_MBI_LETTER}{{2}}[0-9]{{2}}{RIGHT}",
        r"[1-9][A-Y][0-9A-Y][0-9]-?[A-Y][0-9A-Y][0-9]",
        ("mbi", "medicare", "medicare number", "beneficiary", "cms"),
        boosted=0.95,
        source="CMS: Medicare Beneficiary Identifier, position classes",
    ),
    keyed(
        "us_health_member",
        "US_HEALTH_INSURANCE_MEMBER_ID",
        rf"{NUM_LEFT}(?=[0-9A-Z-]*[0-9]{{3}})[A-Z]{{1,5}}-?(?=[0-9A-Z]*[0-9])[0-9A-Z]{{5,14}}{NUM_RIGHT}",
        r"[A-Z]-?[0-9A-Z]{5}",
        ("member id", "subscriber id", "insurance id", "policy number", "policy id", "member number", "subscriber number",
         "health plan", "member no", "insurance card", "insurance member", "health insurance"),
        checksum=never,
        overrides=True,
        boosted=0.75,
        specificity=Specificity.GENERIC,
        source="Health plan member cards: a few letters of the plan, then the number; no common standard",
    ),
    keyed(
        "us_zip",
        "US_ZIP_CODE",
        rf"(?:(?<=[A-Z] )|{NUM_LEFT})[0-9]{{5}}(?:-[0-9]{{4}})?{NUM_RIGHT}",
        r"[0-9]{5}",
        ("zip", "zip code", "zipcode", "postal code", "zip+4"),
        boosted=0.7,
        specificity=Specificity.GENERIC,
        default=False,
        source="USPS ZIP and ZIP+4; opt-in, because a ZIP alone names a district",
    ),
)
