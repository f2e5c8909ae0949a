"""Numbers right beside their own name: in any separators, and with a check digit that may be wrong.

Who writes ``주민번호 900101.1234567`` or ``aadhaar: 123456789012`` has said what the number is; a check digit that does
not fit is then a typing error, or a number made up, and a slash where others write a hyphen is a habit. The words are
names of the number and of nothing else, and nothing but connecting words may stand between.
"""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.korea_accounts import ACCOUNT_WORDS
from privmw.redaction.recognizers.shapes import LEFT, NUM_LEFT, NUM_RIGHT, RIGHT, keyed, never

__all__ = ["RECOGNIZERS"]

_SIGN = "(?:[ \\t./_·ー~-]{0,2})"
_SIGNS = "[ \\t./_·ー~-]{1,2}"
_DAY = rf"(?:0[1-9]|1[0-2]){_SIGN}(?:0[1-9]|[12][0-9]|3[01])"


def _groups(*sizes: int) -> str:
    """Groups of digits with anything between them that people write there."""
    return _SIGN.join(f"[0-9]{{{size}}}" for size in sizes)


def _named(
    name: str, entity_type: str, body: str, words: tuple[str, ...], source: str, *, left: str = "", right: str = ""
) -> Recognizer:
    return keyed(
        name,
        entity_type,
        rf"{left or NUM_LEFT}{body}{right or NUM_RIGHT}",
        r"[0-9]{2}[^A-Za-z]{0,8}[0-9]{2}",
        words,
        checksum=never,
        overrides=True,
        boosted=0.8,
        ignore_case=False,
        lookback=64,
        within=40,
        far=0.0,
        source=source,
    )


_RRN = ("주민등록번호", "주민번호", "주민 번호", "rrn", "resident registration number", "jumin")
_FRN = ("외국인등록번호", "외국인번호", "외국인 등록번호", "frn", "alien registration number")

RECOGNIZERS: tuple[Recognizer, ...] = (
    _named("kr_rrn_named", "KR_RRN", rf"[0-9]{{2}}{_SIGN}{_DAY}{_SIGN}[0-49]{_SIGN}[0-9]{{6}}", _RRN, "As kr_rrn"),
    _named("kr_frn_named", "KR_FRN", rf"[0-9]{{2}}{_SIGN}{_DAY}{_SIGN}[5-8]{_SIGN}[0-9]{{6}}", _FRN, "As kr_frn"),
    _named(
        "kr_account_named",
        "KR_ACCOUNT",
        rf"(?![0-9]{{4}}[/.][0-9]{{2}}[/.][0-9]{{2}})(?=(?:[^0-9]{{0,2}}[0-9]){{10,14}}(?![0-9]))[0-9]{{2,6}}{_SIGNS}[0-9]{{2,7}}(?:{_SIGNS}[0-9]{{2,8}}){{1,2}}",
        ACCOUNT_WORDS,
        "As kr_account_hyphens",
    ),
    _named(
        "kr_driver_license_named",
        "KR_DRIVER_LICENSE",
        rf"(?:1[1-9]|2[0-8]){_SIGN}{_groups(2, 6, 2)}",
        ("면허", "운전면허", "면허번호", "운전면허번호"),
        "As kr_driver_license",
    ),
    _named(
        "card_named",
        "CREDIT_CARD",
        rf"[2-69][0-9]{{3}}{_SIGN}{_groups(4, 4, 4)}",
        ("card", "card number", "credit card", "creditcard", "cardnumber", "cardno", "카드", "카드번호", "신용카드"),
        "ISO/IEC 7812-1: sixteen digits",
    ),
    _named(
        "us_ssn_named",
        "US_SSN",
        rf"(?!000|666|9)[0-9]{{3}}{_SIGN}(?!00)[0-9]{{2}}{_SIGN}(?!0000)[0-9]{{4}}",
        ("ssn", "social security number", "social security"),
        "SSA",
    ),
    _named(
        "iban_named",
        "IBAN_CODE",
        rf"[A-Z]{{2}}[0-9]{{2}}(?:{_SIGN}[0-9A-Z]{{4}}){{2,6}}{_SIGN}(?:[0-9A-Z]{{4}}|[0-9]{{1,4}})",
        ("iban",),
        "ISO 13616",
        left=LEFT,
        right=RIGHT,
    ),
    _named(
        "phone_named",
        "PHONE_NUMBER",
        rf"(?:0[0-9]{{1,3}}{_SIGNS}[0-9]{{3,4}}|[2-9][0-9]{{2}}{_SIGNS}[0-9]{{3}}){_SIGNS}[0-9]{{4}}",
        ("phone", "mobile", "telephone", "tel", "전화", "전화번호", "연락처", "휴대폰", "핸드폰"),
        "National notations",
    ),
    _named("in_aadhaar_named", "IN_AADHAAR", _groups(4, 4, 4), ("aadhaar", "aadhar", "adhaar", "आधार"), "UIDAI"),
    _named("au_tfn_named", "AU_TFN", _groups(3, 3, 3), ("tfn", "tax file number"), "ATO"),
    _named("ca_sin_named", "CA_SIN", _groups(3, 3, 3), ("sin", "social insurance number"), "Service Canada"),
    _named("br_cpf_named", "BR_CPF", _groups(3, 3, 3, 2), ("cpf",), "Receita Federal"),
    _named("uk_nhs_named", "UK_NHS", _groups(3, 3, 4), ("nhs", "nhs number"), "NHS Digital"),
    _named(
        "uk_nino_named",
        "UK_NINO",
        rf"[A-Za-z]{{2}}{_SIGN}{_groups(2, 2, 2)}{_SIGN}[A-Za-z]",
        ("nino", "national insurance number", "ni number"),
        "HMRC",
        left=LEFT,
        right=RIGHT,
    ),
    _named("nl_bsn_named", "NL_BSN", _groups(3, 3, 3), ("bsn", "burgerservicenummer"), "RvIG"),
    _named(
        "pl_pesel_named",
        "PL_PESEL",
        rf"[0-9]{{2}}{_SIGN}{_groups(2, 2, 2, 3)}",
        ("pesel",),
        "Ministry of Digital Affairs",
    ),
    _named(
        "de_tax_id_named",
        "DE_TAX_ID",
        _groups(2, 3, 3, 3),
        ("steueridentifikationsnummer", "steuer-id", "steuer-idnr"),
        "BZSt",
    ),
    _named(
        "fr_nir_named",
        "FR_NIR",
        rf"[1-478]{_SIGN}[0-9]{{2}}{_SIGN}[0-9]{{2}}{_SIGN}[0-9][0-9AB]{_SIGN}{_groups(3, 3, 2)}",
        ("nir", "numéro de sécurité sociale", "sécurité sociale"),
        "INSEE",
    ),
    _named(
        "se_personnummer_named",
        "SE_PERSONNUMMER",
        rf"(?:19|20)?[0-9]{{2}}{_SIGN}{_DAY}{_SIGN}[0-9]{{4}}",
        ("personnummer",),
        "SKV 704",
    ),
    _named("no_fnr_named", "NO_FODSELSNUMMER", _groups(6, 5), ("fødselsnummer", "fodselsnummer"), "Skatteetaten"),
    _named(
        "jp_my_number_named",
        "JP_MY_NUMBER",
        _groups(4, 4, 4),
        ("マイナンバー", "個人番号"),
        "National Tax Agency of Japan",
    ),
    _named("us_npi_named", "US_NPI", _groups(10), ("npi", "npi number"), "45 CFR 162.406"),
    _named(
        "aba_routing_named",
        "ABA_ROUTING_NUMBER",
        _groups(4, 4, 1),
        ("routing number", "aba number", "aba routing"),
        "ABA",
    ),
    _named("imei_named", "IMEI", _groups(2, 6, 6, 1), ("imei",), "3GPP TS 23.003"),
)
