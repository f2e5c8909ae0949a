"""China, Taiwan, Hong Kong, Macau, Japan."""

from __future__ import annotations

from privmw.redaction.checksums.asia import cn_resident_id, cn_uscc, hk_hkid, jp_my_number, tw_id
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.shapes import LEFT, MMDD, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, keyed

__all__ = ["RECOGNIZERS"]

_JP_PLATE = "[あいうえかきくけこさすせそたちつてとなにぬねのはひふほまみむめもやゆよらりるれろわ]"

RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="cn_resident_id",
        entity_type="CN_RESIDENT_ID",
        pattern=rf"{NUM_LEFT}[1-9][0-9]{{5}}(?:18|19|20)[0-9]{{2}}{MMDD}[0-9]{{3}}[0-9X]{NUM_RIGHT}",
        trigger=r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9]{4}[0-9X]\b",
        sieve=SIEVE,
        lookback=24,
        lookahead=2,
        score=0.8,
        boosted=0.98,
        checksum=cn_resident_id,
        policy=ChecksumPolicy.REQUIRED,
        context=("身份证", "身份证号", "居民身份证", "身份證", "resident id", "chinese id", "id card"),
        context_overrides=True,
        source="GB 11643-1999: ISO 7064 mod 11-2",
    ),
    keyed("cn_resident_id_lower", "CN_RESIDENT_ID", rf"{NUM_LEFT}[1-9][0-9]{{5}}(?:18|19|20)[0-9]{{2}}{MMDD}[0-9]{{3}}x{NUM_RIGHT}", r"[1-9][0-9]{16}x",
          ("身份证", "身份证号", "居民身份证", "身份證", "resident id", "chinese id", "id card", "证件号"), checksum=cn_resident_id, boosted=0.95,
          ignore_case=False, source="GB 11643-1999, x in lower case"),
    keyed("cn_uscc", "CN_USCC", rf"{LEFT}[1-9A-HJ-NP-RTUWXY][0-9A-HJ-NP-RTUWXY][0-9]{{6}}[0-9A-HJ-NP-RTUWXY]{{10}}{RIGHT}", r"[0-9]{6}[0-9A-Y]{10}",
          ("统一社会信用代码", "信用代码", "uscc", "unified social credit", "纳税人识别号"), checksum=cn_uscc, boosted=0.95, source="GB 32100-2015: mod 31"),
    keyed("cn_passport", "CN_PASSPORT", rf"{LEFT}(?:[EG][0-9]{{8}}|E[A-HJ-NP-Z][0-9]{{7}}){RIGHT}", r"[EG][0-9A-Z][0-9]{7}",
          ("护照", "护照号", "护照号码", "chinese passport", "passport"), source="National Immigration Administration"),
    keyed("cn_mobile", "PHONE_NUMBER", rf"{NUM_LEFT}1[3-9][0-9](?:[ -]?[0-9]{{4}}){{2}}{NUM_RIGHT}", r"1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}",
          ("手机", "手机号", "电话", "联系", "微信", "联系方式", "手機"), boosted=0.9, source="MIIT numbering plan"),
    Recognizer(
        name="tw_id",
        entity_type="TW_NATIONAL_ID",
        pattern=rf"{LEFT}[A-Z][1289][0-9]{{8}}{RIGHT}",
        trigger=r"[A-Z][1289][0-9]{8}\b",
        sieve=SIEVE,
        lookback=16,
        lookahead=2,
        score=0.6,
        boosted=0.95,
        checksum=tw_id,
        policy=ChecksumPolicy.REQUIRED,
        context=("身分證", "身分證字號", "身份證", "統一證號", "居留證", "taiwan id", "national id"),
        source="Ministry of the Interior: letter-weighted mod 10",
    ),
    keyed("tw_permit", "TW_NATIONAL_ID", rf"{LEFT}[A-Z][A-D][0-9]{{8}}{RIGHT}", r"[A-Z][A-D][0-9]{8}", ("統一證號", "居留證", "taiwan id", "arc", "身分證"),
          checksum=tw_id, boosted=0.95, source="National Immigration Agency of Taiwan: permits until 2021"),
    Recognizer(
        name="hk_hkid",
        entity_type="HK_HKID",
        pattern=rf"{LEFT}[A-Z]{{1,2}}[0-9]{{6}}\([0-9A]\)",
        trigger=r"[A-Z][0-9]{6}\([0-9A]\)",
        sieve=SIEVE,
        lookback=20,
        lookahead=2,
        score=0.75,
        boosted=0.95,
        checksum=hk_hkid,
        policy=ChecksumPolicy.REQUIRED,
        context=("hkid", "identity card", "香港身份證", "身份證"),
        source="Hong Kong Immigration Department: mod 11",
    ),
    keyed("hk_hkid_bare", "HK_HKID", rf"{LEFT}[A-Z]{{1,2}}[0-9]{{6}} ?\(?[0-9A]\)?{RIGHT}", r"[A-Z][0-9]{6}", ("hkid", "香港身份證", "身份證", "hong kong id"),
          checksum=hk_hkid, boosted=0.95, source="Hong Kong Immigration Department"),
    keyed("jp_my_number", "JP_MY_NUMBER", rf"{NUM_LEFT}[0-9]{{4}}[ -]?[0-9]{{4}}[ -]?[0-9]{{4}}{NUM_RIGHT}", r"[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}",
          ("マイナンバー", "個人番号", "my number", "mynumber", "individual number"), checksum=jp_my_number, boosted=0.95, source="My Number Act"),
    keyed("jp_passport", "JP_PASSPORT", rf"{LEFT}[A-Z]{{2}}[0-9]{{7}}{RIGHT}", r"[A-Z]{2}[0-9]{7}", ("旅券", "パスポート", "旅券番号", "japanese passport"),
          source="Ministry of Foreign Affairs of Japan"),
    keyed("jp_driver_license", "JP_DRIVER_LICENSE", rf"{NUM_LEFT}[0-9]{{12}}{NUM_RIGHT}", r"[0-9]{12}", ("運転免許", "免許証", "免許証番号", "免許"),
          source="National Police Agency"),
    keyed("jp_license_plate", "JP_LICENSE_PLATE", rf"[一-龥ぁ-ん]{{1,4}} ?[0-9]{{2,3}} ?{_JP_PLATE} ?[0-9]{{1,2}}[-・ ]?[0-9]{{2}}(?![0-9])",
          r"[0-9]{2,3} ?\xe3[\x81\x82][\x80-\xbf] ?[0-9]{1,2}", ("ナンバー", "車両番号", "ナンバープレート", "車"), ignore_case=False,
          source="Ministry of Land of Japan"),
    keyed("jp_postal_code", "JP_POSTAL_CODE", rf"{NUM_LEFT}[0-9]{{3}}-?[0-9]{{4}}{NUM_RIGHT}", r"[0-9]{3}-?[0-9]{4}", ("郵便番号",),
          source="Japan Post"),
)  # fmt: skip
