"""South Africa, Nigeria, Kenya, Egypt, the United Arab Emirates, Saudi Arabia, Israel."""

from __future__ import annotations

from privmw.redaction.checksums.asia import ae_eid, za_id
from privmw.redaction.checksums.standard import standard
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.shapes import LEFT, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, YYMMDD, keyed, never

__all__ = ["RECOGNIZERS"]

_ZA_WORDS = (
    "south african id",
    "rsa id",
    "sa id",
    "id number",
    "identity number",
    "identity",
    "smart id",
    "national id",
    "permanent resident",
    "refugee",
)

RECOGNIZERS: tuple[Recognizer, ...] = (
    keyed("za_id", "ZA_ID_NUMBER", rf"{NUM_LEFT}{YYMMDD} ?[0-9]{{4}} ?[0-2][0-9][0-9]{NUM_RIGHT}", r"[0-9]{6} ?[0-9]{4} ?[0-2][0-9]{2}", _ZA_WORDS,
          checksum=za_id, boosted=0.95, source="Department of Home Affairs: Luhn"),
    keyed("za_passport", "ZA_PASSPORT", rf"{LEFT}[ADMT][0-9]{{8}}{RIGHT}", r"[ADMT][0-9]{8}", ("south african passport", "rsa passport", "travel document", "dha", "passport"),
          specificity=Specificity.GENERIC, source="Department of Home Affairs"),
    keyed("za_tax", "ZA_INCOME_TAX_NUMBER", rf"{NUM_LEFT}[01239][0-9]{{9}}{NUM_RIGHT}", r"[01239][0-9]{9}", ("sars", "income tax", "tax number", "itr", "tax reference", "taxpayer"),
          source="SARS"),
    keyed("za_vat", "ZA_VAT_NUMBER", rf"{NUM_LEFT}4[0-9]{{9}}{NUM_RIGHT}", r"4[0-9]{9}", ("vat", "vat number", "sars"), source="SARS"),
    keyed("za_company", "ZA_COMPANY_REGISTRATION", rf"{LEFT}(?:(?:19|20)[0-9]{{2}}/[0-9]{{6}}/[0-9]{{2}}|(?:CK|NR|[KTWBMN])[0-9]{{4}}/[0-9]{{6}}){RIGHT}",
          r"[0-9]{4}/[0-9]{6}", ("cipc", "registration number", "company registration", "company reg", "enterprise number", "close corporation"), source="CIPC"),
    keyed("za_traffic_register", "ZA_TRAFFIC_REGISTER_NUMBER", rf"{NUM_LEFT}[0-9]{{13}}{NUM_RIGHT}", r"[0-9]{13}", ("traffic register", "trn", "enatis", "natis"),
          checksum=never, overrides=True, source="NaTIS; nothing but its name tells it from an identity number"),
    keyed("za_driver_license", "ZA_DRIVER_LICENSE", rf"{LEFT}(?=[0-9]*[A-Z])[0-9]{{7,10}}[0-9A-Z]{{2,5}}(?<=[0-9A-Z]{{12}}){RIGHT}", r"[0-9]{6}[0-9A-Z]{2}",
          ("enatis", "natis", "south african licence", "drivers licence", "driver's licence", "driving license", "licence number", "license number", "sa driving licence", "driving licence"), specificity=Specificity.CATCHALL, source="NaTIS"),
    keyed("za_license_plate", "ZA_LICENSE_PLATE", rf"{LEFT}(?:(?:[A-Z]{{2,3}} ?[0-9]{{2,3}} ?(?:[A-Z]{{2}} ?)?|[0-9]{{3}} ?[A-Z]{{3}} ?)(?:GP|ZN|WP|EC|NC|FS|LP|MP|NW|L)|C[A-Z]{{1,2}} ?[0-9]{{3,6}}){RIGHT}",
          r"[A-Z] ?[0-9]{2}|[0-9]{3} ?[A-Z]{3} ?[A-Z]{2}", ("licence plate", "license plate", "number plate", "natis", "enatis", "registration", "plate number", "vehicle registration", "plate"), source="NaTIS"),
    keyed("za_mobile", "ZA_MOBILE_NUMBER", rf"(?<![0-9A-Za-z+])(?:\+27|0027|0)[ -]?[678][0-9][ -]?[0-9]{{3}}[ -]?[0-9]{{4}}{NUM_RIGHT}", r"[678][0-9][ -]?[0-9]{3}[ -]?[0-9]{4}",
          ("mobile", "cell", "cellphone", "phone", "whatsapp", "call", "tel"), default=False, source="ICASA numbering plan; PHONE_NUMBER covers it in the default set"),
    keyed("za_telephone", "ZA_TELEPHONE_NUMBER", rf"(?<![0-9A-Za-z+])(?:\+27|0027|0)[ -]?[1-5][0-9][ -]?[0-9]{{3}}[ -]?[0-9]{{4}}{NUM_RIGHT}", r"[1-5][0-9][ -]?[0-9]{3}[ -]?[0-9]{4}",
          ("telephone", "tel", "phone", "landline", "call", "fax"), default=False, source="ICASA numbering plan; PHONE_NUMBER covers it in the default set"),
    keyed("ng_nin", "NG_NIN", rf"{NUM_LEFT}[1-9][0-9]{{10}}{NUM_RIGHT}", r"[1-9][0-9]{10}", ("nin", "nimc", "national identification number", "national identity"),
          checksum=standard("verhoeff"), overrides=True, source="NIMC; a Verhoeff digit is common but not published, so a word suffices"),
    keyed("ng_bvn", "NG_BVN", rf"{NUM_LEFT}22[0-9]{{9}}{NUM_RIGHT}", r"22[0-9]{9}", ("bvn", "bank verification", "bank verification number"), source="NIBSS"),
    keyed("ng_vehicle", "NG_VEHICLE_REGISTRATION", rf"{LEFT}[A-Z]{{3}}[ -]?[0-9]{{3}}[ -]?[A-Z]{{2}}{RIGHT}", r"[A-Z]{3}[ -]?[0-9]{3}[ -]?[A-Z]{2}",
          ("plate number", "vehicle registration", "registration", "license plate", "number plate", "plate", "vehicle"), source="FRSC"),
    keyed("ke_id", "KE_NATIONAL_ID", rf"{NUM_LEFT}[0-9]{{7,8}}{NUM_RIGHT}", r"[0-9]{7}", ("kenyan id", "kenya id", "huduma"), source="National Registration Bureau of Kenya"),
    keyed("eg_id", "EG_NATIONAL_ID", rf"{NUM_LEFT}[23]{YYMMDD}(?:0[1-4]|[123][0-9]|88)[0-9]{{5}}{NUM_RIGHT}", r"[23][0-9]{13}",
          ("الرقم القومي", "egyptian id", "national id", "رقم قومي"), source="Civil Status Organization of Egypt"),
    Recognizer(
        name="ae_eid",
        entity_type="AE_EMIRATES_ID",
        pattern=rf"{NUM_LEFT}784([ -])(?:19|20)[0-9]{{2}}\1[0-9]{{7}}\1[0-9]{NUM_RIGHT}",
        trigger=r"784[ -][12][09][0-9]{2}[ -][0-9]{7}[ -][0-9]",
        sieve=SIEVE,
        lookback=24,
        lookahead=2,
        score=0.75,
        boosted=0.95,
        checksum=ae_eid,
        policy=ChecksumPolicy.BOOSTS,
        context=("emirates id", "eid", "uae id", "الهوية"),
        source="Federal Authority for Identity: Luhn",
    ),
    keyed("ae_eid_bare", "AE_EMIRATES_ID", rf"{NUM_LEFT}784(?:19|20)[0-9]{{2}}[0-9]{{8}}{NUM_RIGHT}", r"784[12][09][0-9]{10}",
          ("emirates id", "eid", "uae id", "الهوية"), checksum=ae_eid, boosted=0.95, source="Federal Authority for Identity"),
    keyed("sa_id", "SA_NATIONAL_ID", rf"{NUM_LEFT}[12][0-9]{{9}}{NUM_RIGHT}", r"[12][0-9]{9}", ("iqama", "saudi id", "الإقامة", "absher", "رقم الهوية"),
          checksum=standard("luhn"), boosted=0.95, source="Ministry of Interior of Saudi Arabia: Luhn"),
    keyed("il_id", "IL_ID_NUMBER", rf"{NUM_LEFT}[0-9]{{8}}-?[0-9]{NUM_RIGHT}", r"[0-9]{8}-?[0-9]", ("teudat zehut", "תעודת זהות", "ת.ז", "israeli id", "mispar zehut"),
          checksum=standard("il.idnr"), boosted=0.95, source="Population Authority of Israel: Luhn"),
)  # fmt: skip
