"""Telephone numbers."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer, Specificity
from privmw.redaction.recognizers.labels import ACCOUNTS, COUNTERS, ORDERS, STRUCTURED_ID, labelled
from privmw.redaction.recognizers.phone_lengths import PHONE_INTERNATIONAL
from privmw.redaction.recognizers.shapes import NUM_RIGHT, SIEVE, keyed

__all__ = ["PHONE_WORDS", "RECOGNIZERS"]

PHONE_WORDS = (
    "phone", "telephone", "tel", "mobile", "cell", "cellphone", "call",  "fax", "sms", "text me", "phonenumber", "phoneno", "mobileno", "mobilenumber", "mobilephone", "handphone", "homephone", "workphone", "cellno", "telno", "faxno", "handynr",
    "texted", "whatsapp", "hotline", "dial",  "reach me", "messages to", "voicemail", "landline", "contact",
    "number is", "contact number", "answering at",  "msisdn", "telefon", "telefonnummer", "rufnummer", "handy",
    "téléphone", "portable", "teléfono", "telefono", "móvil", "celular", "telefone", "telemóvel", "cellulare",
    "telefoon", "mobiel", "puhelin", "telefonnr", "mobil", "cep", "gsm", "telefonum", "numaram",
    "전화", "전화번호", "연락처", "연락", "휴대폰", "핸드폰", "휴대전화", "팩스", "문자", "대표번호", "내선", "電話", "携帯",
    "电话", "手机", "联系方式", "handynummer", "mobilnummer", "mobiltelefon", "festnetz", "tél", "portatile", "call me",
    "text us", "text him", "text her", "call us", "call him", "call her", "reach him", "reach her", "phone no", "kontaktnummer", "rückrufnummer", "telefonisch",
    "contact no", "mob no", "ph no", "phone nr", "caller id", "callback number", "pager", "whats app", "emergency contact", "from number", "to number",
    "contactno", "callerid", "사무실", "고객센터", "콜센터", "상담전화", "상담 전화", "직통", "안심번호", "대표전화", "문의", "문의전화", "수신번호", "발신번호",
)  # fmt: skip

_LOOSE_WORDS = ("call", "contact", "messages to", "answering at", "number is", "dial", "voicemail", "text me")
_STRICT_WORDS = tuple(word for word in PHONE_WORDS if word not in _LOOSE_WORDS)
"""Words that make a telephone number of bare digits; "call 12345678" may be anything."""

_BESIDE_WORDS = (
    "unter der nummer", "meine nummer", "mon numéro", "au numéro", "mi número", "al número", "mio numero", "meu número", "my number", "direct line", "direct number", "office number", "callback", "ring me", "ring us", "please text", "text to", "mob", "ph", "reach us", "helpline",
    "telegram", "viber", "imessage", "상담", "내 번호", "제 번호", "번호로",
)  # fmt: skip
"""Words that are said of telephones and of much else: enough only right beside a number."""

_OTHER = labelled((*ORDERS, *COUNTERS, *ACCOUNTS), also=STRUCTURED_ID)
_PHONE = "PHONE_NUMBER"
_PLUS = r"(?:\((?=\+[0-9]{1,4}\)))?\+"
_EXTENSION = r"(?:[ ,]{0,2}(?:x|ext\.?|extension)[ .]?[0-9]{1,6}(?![0-9]))?"
_BEFORE = r"(?<![0-9A-Za-z+])(?<![0-9][.-])(?<![0-9]\))"


def _dialled(text: str) -> bool:
    """Return whether a notation holds as many digits as a telephone number has."""
    return 6 <= sum(map(str.isdigit, text)) <= 22


def _phone(
    name: str,
    body: str,
    trigger: str,
    *,
    score: float = 0.75,
    specificity: Specificity = Specificity.GENERIC,
    sieve: str = SIEVE,
    other: str = "",
) -> Recognizer:
    return Recognizer(
        name=name,
        entity_type=_PHONE,
        pattern=rf"{_BEFORE}{body}{NUM_RIGHT}",
        trigger=trigger,
        sieve=sieve,
        lookback=40,
        lookahead=24,
        score=score,
        boosted=0.9,
        context=PHONE_WORDS,
        other=other,
        specificity=specificity,
        source="ITU-T E.164 and national numbering plans",
    )


RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="phone_international",
        entity_type=_PHONE,
        pattern=rf"(?<![0-9A-Za-z+]){_PLUS}{PHONE_INTERNATIONAL}{_EXTENSION}(?![0-9A-Za-z_])",
        trigger=r"\+[1-9][0-9 ()./-]{6}",
        reach="+0-9 ()./-",
        lookback=40,
        lookahead=40,
        score=0.85,
        boosted=0.95,
        context=PHONE_WORDS,
        source="ITU-T E.164; national lengths from libphonenumber metadata",
    ),
    Recognizer(
        name="phone_international_odd",
        entity_type=_PHONE,
        pattern=rf"(?<![0-9A-Za-z+]){_PLUS}(?!{PHONE_INTERNATIONAL}{_EXTENSION}(?![0-9A-Za-z_]))[1-9][0-9]{{0,2}}(?:[ ()./-]{{0,3}}[0-9]){{7,12}}(?![0-9A-Za-z_])",
        trigger=r"\+[1-9][0-9 ()./-]{6}",
        reach="+0-9 ()./-",
        lookback=40,
        lookahead=40,
        score=0.7,
        boosted=0.9,
        context=PHONE_WORDS,
        specificity=Specificity.GENERIC,
        source="ITU-T E.164; with a digit too many or too few for its country",
    ),
    _phone(
        "phone_kr_mobile",
        r"(?:82-10-[0-9]{4}-[0-9]{4}|82 10 [0-9]{4} [0-9]{4}|0082[ -]?10[ -][0-9]{4}[ -][0-9]{4}"
        r"|01(?:0(?:[ .-]|\) ?)[0-9]{4}[ .-]?[0-9]{4}|0[0-9]{4}[ .-][0-9]{4}|[16789](?:([ .-])[0-9]{3,4}\1|\) ?[0-9]{3,4}-)[0-9]{4}))",
        r"01[016-9](?:[ .-]|\) ?)[0-9]{3,4}[ .-]?[0-9]{4}|010[0-9]{4}[ .-][0-9]{4}|82-10-[0-9]{4}-[0-9]{4}|82 10 [0-9]{4} [0-9]{4}"
        r"|82[ -]?10[ -][0-9]{4}[ -][0-9]{4}",
        score=0.85,
        specificity=Specificity.SPECIFIC,
    ),
    _phone(
        "phone_kr_mobile_bare",
        r"010[0-9]{8}",
        r"\b010[0-9]{8}\b",
        score=0.75,
        specificity=Specificity.SPECIFIC,
        other=_OTHER,
    ),
    _phone(
        "phone_kr_mobile_old",
        r"01[16789][0-9]{7,8}",
        r"\b01[16789][0-9]{7,8}\b",
        score=0.55,
        other=_OTHER,
    ),
    _phone(
        "phone_kr_landline",
        r"(?:\(?0(?:2|3[1-3]|4[1-4]|5[1-5]|6[0-4]|70|80|50[0-9])\) ?[0-9]{3,4}[.-]|0(?:2|3[1-3]|4[1-4]|5[1-5]|6[0-4]|70|80|50[0-9])-[0-9]{3,4}-)[0-9]{4}",
        r"\b0[235-8][0-9]{0,2}[) .-]{1,2}[0-9]{3,4}[.-][0-9]{4}",
        score=0.8,
        specificity=Specificity.SPECIFIC,
        other=_OTHER,
    ),
    _phone(
        "phone_nanp",
        rf"(?:001[ .-]|\+?1[ .-])?(?:\([2-9][0-9]{{2}}\) ?[2-9][0-9]{{2}}[.-]|[2-9][0-9]{{2}}([.-])[2-9][0-9]{{2}}\1)[0-9]{{4}}{_EXTENSION}",
        r"[2-9][0-9]{2}(?:\) ?|[.-])[2-9][0-9]{2}[.-][0-9]{4}",
        score=0.7,
    ),
    _phone(
        "phone_pairs",
        r"(?<![0-9] )0[1-9]([ .-])[0-9]{2}(?:\1[0-9]{2}){3}(?! [0-9])",
        r"\b0[1-9][ .-][0-9]{2}[ .-][0-9]{2}[ .-][0-9]{2}[ .-][0-9]{2}",
        score=0.7,
    ),
    _phone(
        "phone_trunk_hyphens",
        r"(?<![0-9A-Fa-f]-)(?=[0-9-]{10}[0-9])0[1-9][0-9]{0,3}-[0-9]{2,4}-[0-9]{4}",
        r"\b0[1-9][0-9]{0,3}-[0-9]{2,4}-[0-9]{4}",
        score=0.65,
        other=_OTHER,
    ),
    _phone(
        "phone_trunk_brackets",
        r"(?:(?:[18][ -]{0,2})?\(0?[1-9][0-9]{0,3}\) ?[0-9]{3,5}[ -][0-9]{2,5}(?:[ -][0-9]{2,4})?|\(0[1-9][0-9]{0,4}\)[ -]{0,2}(?:[0-9]{5,8}|[0-9]{4,5} [0-9]{3,4}))",
        r"\(0?[1-9][0-9]{0,3}\) ?[0-9]{3,5}[ -][0-9]{2}|\(0[1-9][0-9]{0,4}\)[ -]{0,2}[0-9]{4,5} ?[0-9]",
        score=0.65,
        sieve="",
    ),
    _phone(
        "phone_uk_mobile",
        r"07[0-9]{3}(?: [0-9]{3} ?[0-9]{3}|[0-9]{3} [0-9]{3})",
        r"\b07[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b",
        score=0.65,
    ),
    _phone(
        "phone_uk_mobile_bare",
        r"07[0-9]{9}",
        r"\b07[0-9]{9}\b",
        score=0.55,
        other=_OTHER,
    ),
    _phone(
        "phone_mobile_spaced",
        r"(?:0[45][0-9]{2} [0-9]{3} (?:[0-9]{3}|[0-9]{2} [0-9]{2})|0[1-9][0-9] [0-9]{3} [0-9]{2} [0-9]{2}|0 5[0-9]{2} [0-9]{3} [0-9]{2} [0-9]{2})",
        r"\b0 ?[45][0-9]{2} [0-9]{3} [0-9]{2}|\b0[1-9][0-9] [0-9]{3} [0-9]{2} [0-9]{2}",
        score=0.65,
    ),
    keyed(
        "phone_kr_service",
        _PHONE,
        rf"{_BEFORE}1[568][0-9]{{2}}[ .-]?[0-9]{{4}}{NUM_RIGHT}",
        r"1[568][0-9]{2}[ .-]?[0-9]{4}",
        _STRICT_WORDS,
        within=24,
        far=0.55,
        boosted=0.8,
        source="Korean nationwide service numbers 15xx, 16xx, 18xx",
    ),
    keyed(
        "phone_national",
        _PHONE,
        rf"(?:{_BEFORE}|(?<=\\[nrt]))(?<!\" )(?<![A-Za-z][/-])(?<![0-9]:)(?![0-9]{{1,3}}\.[0-9]+(?![0-9]|[ ./-][0-9])|[0-9]+\.[0-9]{{5,}}(?![0-9]|[ ./-][0-9]))(?=(?:[^0-9]{{0,2}}[0-9]){{6}})(?![12][09][0-9]{{2}}[-/.][01]?[0-9][-/.])(?![0-9]{{1,4}}/[0-9]{{1,4}}(?![0-9]|[ ./-][0-9]))(?:1[ .-]{{1,2}}|8[ .-]{{0,2}}(?=\())?"
        r"(?:\(\+?[0-9]{1,5}\)[ -]{0,2}[0-9]{2,10}(?:[ ./-]{1,2}[0-9]{2,8}){0,4}"
        r"|(?:00[1-9][0-9]{0,2}[ .-])?(?:[0-9]{2,5}|[0-9](?=[ -]))(?:[ ./-]{1,2}[0-9]{1,9}){1,4})"
        rf"{_EXTENSION}(?<=[0-9]{{2}}){NUM_RIGHT}",
        r"[0-9]{1,5}[ ./)-]{1,3}[0-9]{2,5}",
        PHONE_WORDS,
        checksum=_dialled,
        boosted=0.75,
        within=32,
        specificity=Specificity.GENERIC,
        other=_OTHER,
        source="National notations, beside a word for telephone",
    ),
    keyed(
        "phone_national_beside",
        _PHONE,
        rf"{_BEFORE}(?=(?:[^0-9]{{0,2}}[0-9]){{8}})(?:\(\+?[0-9]{{1,5}}\)[ -]{{0,2}})?[0-9]{{1,5}}(?:[ ./-]{{1,2}}[0-9]{{1,9}}){{1,5}}{_EXTENSION}(?<=[0-9]{{2}}){NUM_RIGHT}",
        r"[0-9]{1,5}[ ./)-]{1,3}[0-9]{2,5}",
        _BESIDE_WORDS,
        checksum=_dialled,
        boosted=0.7,
        within=32,
        far=0.0,
        other=_OTHER,
        specificity=Specificity.GENERIC,
        source="National notations, right beside words that are said of telephones and of much else",
    ),
    keyed(
        "phone_digits",
        _PHONE,
        rf"(?:(?<![0-9A-Za-z+])(?<![0-9][.-])|(?<=\\[nrt]))[0-9]{{7,13}}{NUM_RIGHT}",
        r"[0-9]{7}",
        _STRICT_WORDS,
        boosted=0.75,
        within=24,
        far=0.55,
        specificity=Specificity.GENERIC,
        other=_OTHER,
        source="Bare digits beside a word for telephone",
    ),
    keyed(
        "phone_digits_beside",
        _PHONE,
        rf"(?<![0-9A-Za-z+])(?<![0-9][.-])[0-9]{{9,13}}{NUM_RIGHT}",
        r"[0-9]{9}",
        (*_LOOSE_WORDS, *_BESIDE_WORDS),
        boosted=0.55,
        within=24,
        far=0.0,
        other=_OTHER,
        specificity=Specificity.CATCHALL,
        source="Nine digits and more right beside such words; not in logs, where they are ids",
    ),
    Recognizer(
        name="phone_with_place",
        entity_type=_PHONE,
        pattern=rf"{_BEFORE}(?P<value>(?=(?:[^0-9]{{0,2}}[0-9]){{8}})(?:\(\+?[0-9]{{1,5}}\)[ -]{{0,2}})?[0-9]{{1,13}}(?:[ ./-]{{1,2}}[0-9]{{1,9}}){{0,5}}{_EXTENSION})"
        r"(?<=[0-9]{2})(?:-| \()(?:Office|Home|Work|Mobile|Cell|Fax)(?![0-9A-Za-z_-])(?! ?[=:])",
        trigger=r"[0-9](?:-| \()(?:Office|Home|Work|Mobile|Cell|Fax)",
        lookback=48,
        lookahead=8,
        score=0.65,
        other=_OTHER,
        specificity=Specificity.GENERIC,
        source="Cards and letters: a number and where it rings, as in ``082 472 8690-Office``",
    ),
    Recognizer(
        name="phone_signature",
        entity_type=_PHONE,
        pattern=r"(?<![^\s|,;·(])[TMPFDWH][:.] ?(?P<value>(?:\+|\(0|0)[0-9][0-9 ()./-]{6,16}[0-9])(?![0-9A-Za-z])",
        trigger=r"(?:^|[\s|,;(])[TMPFDWH][:.] ?[+(0][0-9(]",
        lookback=8,
        lookahead=32,
        score=0.7,
        specificity=Specificity.GENERIC,
        source="Signatures of letters: T, M, F and a number",
    ),
)
