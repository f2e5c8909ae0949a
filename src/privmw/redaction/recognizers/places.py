"""Places: coordinates, home directories, Korean and English street addresses."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer, Specificity
from privmw.redaction.recognizers.shapes import keyed

__all__ = ["RECOGNIZERS"]


def _bytes_of(words: str) -> str:
    """Write Hangul words as alternatives of bytes, as triggers have them."""
    return "|".join("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in words.split())


_GEO_WORDS = (
    "latitude", "longitude", "lat", "lng", "lon", "latlng", "latlon", "coordinates", "coords", "gps", "geo", "location", "geolocation",
    "position", "위도", "경도", "좌표", "위치",
)  # fmt: skip
_LAT = r"[-+]?(?:[0-8]?[0-9]\.[0-9]{3,16}|90\.0{3,16})"
_LON = r"[-+]?(?:1[0-7][0-9]|[0-9]?[0-9])\.[0-9]{3,16}"
_PROVINCE = (
    "(?:서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주|충청북|충청남|전라북|전라남|경상북|경상남)"
    "(?:특별자치|특별|광역)?(?:시|도)?"
)
_DETAIL = (
    r"(?:[ ,]{1,2}(?:[0-9가-힣A-Za-z]{1,20}(?:아파트|빌라|오피스텔|타워|빌딩|맨션|주택|하이츠|캐슬|자이|힐스테이트|푸르지오|래미안)"
    r"|(?:지하 ?)?[0-9]{1,4}[가-힣A-Z]?(?:동|호|층)(?: ?[0-9]{1,4}(?:호|층))?"
    r"(?=(?:입니다|이에요|예요|에서|에|으로|로|이고|이며|이|은|는|을|를|까지)?(?![가-힣]))))*"
    r"(?: ?\([가-힣0-9, ]{2,30}\))?"
)
_STREET = r"[가-힣][가-힣0-9·]{0,14}(?:대로|로|길)(?:[0-9]{1,4}(?:번)?(?:가|나|다)?길)? ?(?:지하 ?)?[1-9][0-9]{0,4}(?:-[0-9]{1,4})?(?:번지)?(?![0-9가-힣]{2}|[0-9])(?! ?(?:명|개|시|분|월|일|년|원|회|건|차|%))"
_LOT = r"[가-힣]{1,8}[0-9]{0,2}(?:동|리|읍|면|가) ?(?:산 ?)?[1-9][0-9]{0,4}(?:-[0-9]{1,4})?(?:번지)?(?![0-9])(?! ?(?:명|개|시|분|월|일|년|원|회|건|차|%))"

_NO_ADVERB = "(?!(?:다시|역시|혹시|즉시|잠시|수시|임시|일시|표시|동시|택시|필시|친구|입구|출구|도구|요구|연구|축구|야구|농구|지구|가구|기구|복구) )"
_WAY_BYTES = _bytes_of("로 길 동 리 가 읍 면")

RECOGNIZERS: tuple[Recognizer, ...] = (
    keyed(
        "geo_coordinate",
        "GEO_COORDINATE",
        rf"(?<![0-9A-Za-z.]){_LAT}[ ,;/°NS]{{1,4}}(?:(?i:lon|lng|longitude)[\"' :=]{{1,4}})?{_LON}(?![0-9A-Za-z.])",
        r"[0-9]\.[0-9]{3}",
        _GEO_WORDS,
        boosted=0.75,
        specificity=Specificity.GENERIC,
        source="ISO 6709, decimal degrees",
    ),
    keyed(
        "geo_degree",
        "GEO_COORDINATE",
        rf"(?<![0-9A-Za-z.])(?:{_LON}|{_LAT})(?![0-9A-Za-z.])",
        r"[0-9]\.[0-9]{3}",
        ("longitude", "lng", "lon", "경도"),
        boosted=0.75,
        specificity=Specificity.CATCHALL,
        source="One of the two, under its own name",
    ),
    keyed(
        "geo_latitude",
        "GEO_COORDINATE",
        rf"(?<![0-9A-Za-z.]){_LAT}(?![0-9A-Za-z.])(?=\0|\Z|[\s\S]{{1,24}}(?:(?i:l(?:on|ng)(?![a-km-z])|longitude)|경도))",
        r"[0-9]\.[0-9]{3}",
        ("latitude", "lat", "위도"),
        boosted=0.75,
        specificity=Specificity.CATCHALL,
        source="A latitude that a longitude follows, or all there is under its key; alone it is a line around the earth",
    ),
    Recognizer(
        name="user_path",
        entity_type="USER_PATH",
        pattern=r"(?:(?<![0-9A-Za-z._~-])/(?:home|Users)/|[A-Za-z]:\\{1,2}(?:Users|Documents and Settings)\\{1,2})"
        r"(?!(?:Shared|Public|Default|runner|ubuntu|ec2-user|vagrant|app|node|appuser|runneradmin|ContainerAdministrator)(?![0-9A-Za-z._-]))"
        r"(?P<value>[0-9A-Za-z가-힣_][0-9A-Za-z가-힣._ @-]{0,30}?)(?=[/\\\s\"'<>:;,)\]]|$)",
        trigger=r"/home/[0-9A-Za-z_\x80-\xff]|/Users/[0-9A-Za-z_\x80-\xff]|:\\{1,2}(?:Users|Documents and Settings)\\{1,2}[0-9A-Za-z_\x80-\xff]",
        lookback=40,
        lookahead=40,
        score=0.65,
        specificity=Specificity.GENERIC,
        source="Sentry Relay @userpath",
    ),
    Recognizer(
        name="kr_address_road",
        entity_type="KR_ADDRESS",
        pattern=rf"(?<![가-힣]){_PROVINCE} {{0,2}}(?:[가-힣]{{1,6}}(?:시|군|구) {{0,2}}){{0,2}}(?:[가-힣]{{1,6}}(?:읍|면|동) {{0,2}})?(?:{_STREET}|{_LOT}){_DETAIL}"
        rf"|(?<![가-힣]){_NO_ADVERB}(?:[가-힣]{{1,6}}(?:시|군|구) ){{1,2}}(?:[가-힣]{{1,6}}(?:읍|면|동) )?(?:{_STREET}|{_LOT}){_DETAIL}",
        trigger=rf"(?:{_WAY_BYTES}) ?(?:(?:\xec\xa7\x80\xed\x95\x98|\xec\x82\xb0) ?)?[1-9]",
        lookback=128,
        lookahead=64,
        score=0.75,
        context=("주소", "거주", "거주지", "배송지", "자택", "사는 곳", "address"),
        source="Road Name Address Act; lot-number addresses",
    ),
    Recognizer(
        name="us_street_address",
        entity_type="STREET_ADDRESS",
        pattern=r"(?<![0-9A-Za-z.-])[0-9]{1,6} (?:[NSEW]\.? )?(?:[A-Z][a-z']{1,20}\.? |[0-9]{1,3}(?:st|nd|rd|th) ){1,3}"
        r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Court|Ct|Place|Pl|Way|Terrace|Circle|Highway|Hwy|Parkway|Pkwy)\.?(?![a-z])"
        r"(?:,? (?:Apt|Suite|Ste|Unit|#)\.? ?[0-9A-Za-z]{1,6})?",
        lookback=64,
        lookahead=48,
        score=0.5,
        default=False,
        specificity=Specificity.GENERIC,
        source="USPS Publication 28; opt-in, as the NER tier finds more",
    ),
)  # fmt: skip
