"""Republic of Korea: resident, foreigner, business and corporate numbers, documents."""

from __future__ import annotations

from privmw.redaction.checksums.korea import kr_bare_frn, kr_bare_rrn, kr_brn, kr_corporate, kr_frn, kr_rrn
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.labels import ACCOUNTS, COUNTERS, ORDERS, STRUCTURED_ID, labelled
from privmw.redaction.recognizers.shapes import LEFT, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, YYMMDD, keyed, never

__all__ = ["RECOGNIZERS"]

_DASHED = r"(?:[-~]| [-~] |-\r?\n)"
_DATE_TRIGGER = "[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_DASH_TRIGGER = r"(?:[-~ ]| [-~] |-\r?\n)?"
_RIGHT = r"(?![0-9])(?![.-][0-9])(?![0-9A-Za-z])(?!/[0-9])"
_OTHER = labelled((*ORDERS, "법인등록번호", "법인번호", "bytes"))
_OTHER_BARE = labelled((*ORDERS, *COUNTERS, *ACCOUNTS), also=STRUCTURED_ID)

RRN_WORDS = (
    "rrn", "resident registration", "resident number", "korean rrn", "jumin", "ssn", "주민등록번호", "주민번호", "주민등록",
    "주민", "생년월일", "본인확인", "실명", "등록번호",
)  # fmt: skip
FRN_WORDS = (
    "frn", "arc", "alien registration", "foreigner registration", "foreign registration", "외국인등록번호", "외국인번호",
    "외국인등록", "외국인", "거소신고번호", "국내거소", "등록번호",
)  # fmt: skip
_BRN_WORDS = (
    "brn", "business registration", "business number", "business no", "사업자등록번호", "사업자번호", "사업자등록", "사업자",
    "거래처", "등록번호", "상호", "공급자", "공급받는자",
)  # fmt: skip


def _resident(name: str, entity_type: str, genders: str, checksum: object, words: tuple[str, ...]) -> Recognizer:
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=rf"(?<![0-9+])(?<![0-9][.-]){YYMMDD}{_DASHED}{genders}[0-9]{{6}}{_RIGHT}",
        trigger=rf"{_DATE_TRIGGER}{_DASH_TRIGGER}[1-8][0-9]{{6}}",
        sieve=SIEVE,
        lookback=24,
        lookahead=8,
        score=0.85,
        boosted=1.0,
        checksum=checksum if callable(checksum) else None,
        policy=ChecksumPolicy.BOOSTS,
        context=words,
        other=_OTHER,
        source="Resident Registration Act, Enforcement Rule 2; no check digit on numbers issued since 2020-10-05",
    )


def _spaced_resident(name: str, entity_type: str, genders: str, words: tuple[str, ...]) -> Recognizer:
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=rf"(?<![0-9+])(?<![0-9][.-])(?<![0-9] ){YYMMDD} {genders}[0-9]{{6}}{_RIGHT}(?! [0-9])",
        trigger=rf"{_DATE_TRIGGER} [1-8][0-9]{{6}}",
        sieve=SIEVE,
        lookback=24,
        lookahead=8,
        score=0.65,
        boosted=0.95,
        context=words,
        other=_OTHER,
        source="As above, with a blank: not in a row of numbers",
    )


def _bare_resident(name: str, entity_type: str, genders: str, checksum: object, words: tuple[str, ...]) -> Recognizer:
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=rf"{NUM_LEFT}(?<!\+){YYMMDD}{genders}[0-9]{{6}}{_RIGHT}",
        trigger=rf"{_DATE_TRIGGER}{_DASH_TRIGGER}[1-8][0-9]{{6}}",
        sieve=SIEVE,
        lookback=24,
        lookahead=8,
        score=0.65,
        boosted=0.95,
        checksum=checksum if callable(checksum) else None,
        policy=ChecksumPolicy.REQUIRED,
        context=words,
        context_overrides=True,
        other=_OTHER_BARE,
        source="As above, written without a hyphen: a check digit or a context word has to speak for it",
    )


def _plausible_resident(name: str, entity_type: str, genders: str, words: tuple[str, ...]) -> Recognizer:
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=rf"{NUM_LEFT}(?<!\+)(?!1[3-8]|880){YYMMDD}{genders}[0-9]{{6}}{_RIGHT}",
        trigger=rf"{_DATE_TRIGGER}{_DASH_TRIGGER}[1-8][0-9]{{6}}",
        sieve=SIEVE,
        lookback=24,
        lookahead=8,
        score=0.55,
        boosted=0.9,
        context=words,
        other=_OTHER_BARE,
        source="As above, neither checked nor named: milliseconds since 1970 and Korean article numbers left out",
    )


def _masked(name: str, entity_type: str, genders: str) -> Recognizer:
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=rf"(?<![0-9])(?<![0-9][.-]){YYMMDD}[-~]{genders}(?:\*{{6}}|[xX]{{6}})(?![0-9A-Za-z*])",
        trigger=rf"[-~]{genders}(?:\*\*\*\*|[xX]{{4}})",
        lookback=24,
        lookahead=8,
        score=0.7,
        source="As printed on papers: birth date and sex are left readable",
    )


_PLATE = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호"
_PLATE_SURE = "가나다라마거너더러머버어저고노모보소오누두루무우바사아자배하허"


def _bytes_of(letters: str) -> str:
    return "|".join("".join(f"\\x{byte:02x}" for byte in letter.encode()) for letter in letters)


_REGIONS = "서울|부산|경기|강원|충북|충남|전북|전남|경북|경남|제주|세종|대구|인천|광주|대전|울산"


def _driver_license(name: str, region: str, trigger: str, sieve: str = "", gap: str = "-") -> Recognizer:
    return Recognizer(
        name=name,
        entity_type="KR_DRIVER_LICENSE",
        pattern=rf"{NUM_LEFT}{region}[0-9]{{2}}{gap}[0-9]{{6}}{gap}[0-9]{{2}}{NUM_RIGHT}",
        trigger=trigger,
        sieve=sieve,
        lookback=32,
        lookahead=4,
        score=0.75,
        boosted=0.95,
        context=("면허", "운전면허", "면허번호", "운전면허번호", "driver license", "driving licence", "driver licence"),
        source="Road Traffic Act, Enforcement Rule: region, year, serial, check",
    )


RECOGNIZERS: tuple[Recognizer, ...] = (
    _resident("kr_rrn", "KR_RRN", "[1-4]", kr_rrn, RRN_WORDS),
    _spaced_resident("kr_rrn_spaced", "KR_RRN", "[1-4]", RRN_WORDS),
    _spaced_resident("kr_frn_spaced", "KR_FRN", "[5-8]", FRN_WORDS),
    _bare_resident("kr_rrn_bare", "KR_RRN", "[1-4]", kr_bare_rrn, RRN_WORDS),
    _plausible_resident("kr_rrn_plausible", "KR_RRN", "[1-4]", RRN_WORDS),
    *(
        _masked(name, entity_type, genders)
        for name, entity_type, genders in (("kr_rrn_masked", "KR_RRN", "[1-4]"), ("kr_frn_masked", "KR_FRN", "[5-8]"))
    ),
    _resident("kr_frn", "KR_FRN", "[5-8]", kr_frn, FRN_WORDS),
    _bare_resident("kr_frn_bare", "KR_FRN", "[5-8]", kr_bare_frn, FRN_WORDS),
    _plausible_resident("kr_frn_plausible", "KR_FRN", "[5-8]", FRN_WORDS),
    Recognizer(
        name="kr_brn",
        entity_type="KR_BRN",
        pattern=rf"{NUM_LEFT}[1-9][0-9]{{2}}-[0-9]{{2}}-[0-9]{{5}}{NUM_RIGHT}",
        trigger=r"[1-9][0-9]{2}-[0-9]{2}-[0-9]{5}",
        sieve=SIEVE,
        lookback=24,
        lookahead=4,
        score=0.7,
        boosted=0.95,
        checksum=kr_brn,
        policy=ChecksumPolicy.REQUIRED,
        context=_BRN_WORDS,
        context_overrides=True,
        other=_OTHER,
        source="National Tax Service: weights 1 3 7 1 3 7 1 3 5",
    ),
    keyed(
        "kr_brn_bare",
        "KR_BRN",
        rf"{NUM_LEFT}[1-9][0-9]{{2}} ?[0-9]{{2}} ?[0-9]{{5}}{NUM_RIGHT}",
        r"[1-9][0-9]{2} ?[0-9]{2} ?[0-9]{5}",
        _BRN_WORDS,
        checksum=kr_brn,
        boosted=0.9,
        source="National Tax Service",
    ),
    keyed(
        "kr_brn_named",
        "KR_BRN",
        rf"{NUM_LEFT}[1-9][0-9]{{2}}[ ./_·ー-]{{0,2}}[0-9]{{2}}[ ./_·ー-]{{0,2}}[0-9]{{5}}{NUM_RIGHT}",
        r"[1-9][0-9]{2}[^A-Za-z0-9]{0,6}[0-9]{2}",
        (
            "사업자등록번호",
            "사업자번호",
            "사업자 번호",
            "사업자 등록번호",
            "business registration number",
            "brn",
            "bizno",
            "biz no",
            "biz reg no",
            "brno",
        ),
        checksum=never,
        overrides=True,
        boosted=0.85,
        far=0.0,
        specificity=Specificity.GENERIC,
        source="National Tax Service; right beside its name a wrong check digit is a typing error",
    ),
    keyed(
        "kr_corporate",
        "KR_CORPORATE_NUMBER",
        rf"{NUM_LEFT}[0-9]{{6}}[ ]?-?[ ]?[0-9]{{7}}{NUM_RIGHT}",
        r"[0-9]{6} ?-? ?[0-9]{7}",
        ("법인등록번호", "법인번호", "법인", "corporate registration", "crn", "corporation number"),
        checksum=kr_corporate,
        policy=ChecksumPolicy.BOOSTS,
        source="Registry rules of the Supreme Court of Korea",
    ),
    Recognizer(
        name="kr_passport_new",
        entity_type="KR_PASSPORT",
        pattern=rf"{LEFT}M[0-9]{{3}}[A-Z][0-9]{{4}}{RIGHT}",
        trigger=r"M[0-9]{3}[A-Z][0-9]{4}\b",
        sieve=SIEVE,
        lookback=12,
        lookahead=2,
        score=0.6,
        boosted=0.9,
        context=("passport", "passport number", "여권", "여권번호"),
        source="Ministry of Foreign Affairs: next-generation passport since 2021-12-21",
    ),
    keyed(
        "kr_passport",
        "KR_PASSPORT",
        rf"{LEFT}(?:[MSRODG][ -]?[0-9]{{3}}[A-Z][0-9]{{4}}|[MSRODG][ -]?[0-9]{{8}}|[A-Z]{{2}}[0-9]{{7}}){RIGHT}",
        r"[A-Z][ -]?[0-9]{3}[0-9A-Z][0-9]{4}|[A-Z]{2}[0-9]{7}",
        ("passport", "passport number", "여권", "여권번호"),
        boosted=0.9,
        source="Ministry of Foreign Affairs: next-generation passport since 2021-12-21",
    ),
    _driver_license("kr_driver_license", r"(?:1[1-9]|2[0-8])-?", r"[0-9]{2}-[0-9]{6}-[0-9]{2}", SIEVE),
    _driver_license(
        "kr_driver_license_region",
        rf"(?:{_REGIONS})[ -]?",
        rf"(?:{_REGIONS})[ -]?[0-9]{{2}}[ -][0-9]{{6}}[ -][0-9]{{2}}",
        gap="[ -]",
    ),
    keyed(
        "kr_driver_license_bare",
        "KR_DRIVER_LICENSE",
        rf"{NUM_LEFT}(?:1[1-9]|2[0-8]|(?:{_REGIONS}))[ .-]?[0-9]{{2}}[ .-]?[0-9]{{6}}[ .-]?[0-9]{{2}}{NUM_RIGHT}",
        rf"(?:[12][0-9]|(?:{_REGIONS}))[ .-]?[0-9]{{2}}[ .-]?[0-9]{{6}}",
        (
            "면허",
            "운전면허",
            "면허번호",
            "운전면허번호",
            "driver license",
            "driving licence",
            "driver licence",
            "licence number",
        ),
        boosted=0.9,
        source="Road Traffic Act",
    ),
    keyed(
        "kr_health_insurance",
        "KR_HEALTH_INSURANCE",
        rf"{NUM_LEFT}[1-9]-?[0-9]{{10}}{NUM_RIGHT}",
        r"[1-9]-?[0-9]{10}",
        ("건강보험", "보험증", "건강보험증번호", "증번호", "건보", "health insurance number"),
        source="National Health Insurance Service",
    ),
    keyed(
        "kr_postal_code",
        "KR_POSTAL_CODE",
        rf"(?<![0-9A-Za-z_])(?<![0-9][.-])(?:[0-6][0-9]{{4}}|[0-9]{{3}}-[0-9]{{3}}){NUM_RIGHT}",
        r"[0-9]{3}-?[0-9]{2}",
        ("우편번호", "postcode", "postal code", "zip code"),
        source="Korea Post: five digits since 2015, six before",
    ),
    keyed(
        "kr_pnu",
        "KR_PNU",
        rf"{NUM_LEFT}(?:1[1-9]|[2-5][0-9])[0-9]{{3}}[- ]?[0-9]{{3}}[- ]?[0-9]{{2}}[- ]?[1289][- ]?[0-9]{{4}}[- ]?[0-9]{{4}}{NUM_RIGHT}",
        r"[0-9]{5}[- ]?[0-9]{3}",
        ("pnu", "필지", "필지고유번호", "토지고유번호", "토지 고유번호", "고유번호", "parcel number"),
        source="Spatial data act: ten digits of the district, kind of land, main and side number of the lot",
    ),
    keyed(
        "kr_pccc",
        "KR_PCCC",
        rf"{LEFT}P[0-9]{{12}}{RIGHT}",
        r"P[0-9]{12}",
        ("통관", "개인통관고유부호", "통관부호", "통관번호", "pccc", "customs", "customs code"),
        source="Korea Customs Service: P and twelve digits",
    ),
    Recognizer(
        name="kr_vehicle_plate_bare",
        entity_type="KR_LICENSE_PLATE",
        pattern=rf"(?<![0-9A-Za-z])(?<![0-9][.,-])(?:(?:{_REGIONS}) ?[0-9]{{1,2}} ?[{_PLATE}]|[0-9]{{2,3}}[{_PLATE_SURE}](?! )) ?[0-9]{{4}}(?![0-9A-Za-z])(?![.,-][0-9])"
        r"(?! ?(?:억|만|천|백|원|년|개|명|월|번))",
        trigger=rf"[0-9] ?(?:{_bytes_of(_PLATE)}) ?[0-9]{{4}}",
        lookback=32,
        lookahead=8,
        score=0.55,
        boosted=0.85,
        context=("차량", "차량번호", "번호판", "자동차", "차번호", "주차", "차주", "license plate"),
        other=_OTHER,
        specificity=Specificity.GENERIC,
        source="As kr_vehicle_plate; without a word only letters that count nothing else, or behind a region",
    ),
    keyed(
        "kr_vehicle_plate",
        "KR_LICENSE_PLATE",
        rf"(?<![0-9])(?:(?:{_REGIONS}) ?[0-9]{{1,2}}|[0-9]{{2,3}}) ?(?:[{_PLATE}]|외교|영사|준외) ?[0-9]{{4}}(?![0-9])",
        r"[0-9]{1,3} ?(?:[\xea-\xed][\x80-\xbf][\x80-\xbf]){1,2} ?[0-9]{4}",
        (
            "차량",
            "차량번호",
            "번호판",
            "자동차",
            "차번호",
            "차 번호",
            "내 차",
            "제 차",
            "주차",
            "차주",
            "plate",
            "license plate",
            "vehicle",
            "car",
        ),
        ignore_case=False,
        source="Motor Vehicle Registration Plate notice, Ministry of Land",
    ),
)
