"""Singapore, Thailand, the Philippines, Malaysia, Indonesia, Vietnam."""

from __future__ import annotations

from privmw.redaction.checksums.asia import ph_tin, ph_umid, sg_nric, th_tnin
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.shapes import LEFT, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, YYMMDD, keyed

__all__ = ["RECOGNIZERS"]

_TH_WORDS = ("เลขประจำตัวประชาชน", "บัตรประชาชน", "รหัสปชช", "เลขบัตร", "thai id", "national id", "tnin", "citizen id")

_UMID_WORDS = (
    "umid",
    "crn",
    "common reference",
    "sss",
    "gsis",
    "unified multi-purpose",
    "unified multipurpose",
    "philhealth",
    "pag-ibig",
)

RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="sg_nric",
        entity_type="SG_NRIC_FIN",
        pattern=rf"{LEFT}[STFGM][0-9]{{7}}[A-Z]{RIGHT}",
        trigger=r"[STFGM][0-9]{7}[A-Z]\b",
        sieve=SIEVE,
        lookback=12,
        lookahead=2,
        score=0.65,
        boosted=0.95,
        checksum=sg_nric,
        policy=ChecksumPolicy.REQUIRED,
        context=("nric", "fin", "nric no", "singapore id", "identity card"),
        context_overrides=True,
        source="Immigration and Checkpoints Authority; the check letter of the M series is not published",
    ),
    keyed("sg_nric_loose", "SG_NRIC_FIN", rf"{LEFT}[A-Z][0-9]{{7}}[A-Z]{RIGHT}", r"[A-Z][0-9]{7}[A-Z]", ("nric", "fin", "nric/fin", "singapore"),
          source="As sg_nric, any case and letter"),
    keyed("sg_uen", "SG_UEN", rf"{LEFT}(?:[0-9]{{8,9}}[A-Z]|[RST][0-9]{{2}}[A-Z]{{2}}[0-9]{{4}}[A-Z]){RIGHT}", r"[0-9]{4}[A-Z]",
          ("uen", "acra", "unique entity", "business registration"), source="ACRA"),
    Recognizer(
        name="th_tnin",
        entity_type="TH_TNIN",
        pattern=rf"{NUM_LEFT}[1-8]([ -])[0-9]{{4}}\1[0-9]{{5}}\1[0-9]{{2}}\1[0-9]{NUM_RIGHT}",
        trigger=r"[1-8][ -][0-9]{4}[ -][0-9]{5}[ -][0-9]{2}[ -][0-9]\b",
        sieve=SIEVE,
        lookback=24,
        lookahead=2,
        score=0.75,
        boosted=0.95,
        checksum=th_tnin,
        policy=ChecksumPolicy.REQUIRED,
        context=_TH_WORDS,
        context_overrides=True,
        source="Department of Provincial Administration: mod 11",
    ),
    keyed("th_tnin_bare", "TH_TNIN", rf"{NUM_LEFT}[1-8][0-9]{{12}}{NUM_RIGHT}", r"[1-8][0-9]{12}", _TH_WORDS, checksum=th_tnin, boosted=0.95,
          source="Department of Provincial Administration"),
    keyed("ph_tin", "PH_TIN", rf"{NUM_LEFT}[0-9]{{3}}-?[0-9]{{3}}-?[0-9]{{3}}(?:-?[0-9]{{3}})?{NUM_RIGHT}", r"[0-9]{3}-?[0-9]{3}-?[0-9]{3}",
          ("tin", "bir", "taxpayer", "tax id", "taxpayer id", "rdo", "your id"), checksum=ph_tin, boosted=0.95, source="Bureau of Internal Revenue"),
    keyed("ph_umid", "PH_UMID", rf"{NUM_LEFT}[0-9]{{4}}-[0-9]{{7}}-[0-9]{NUM_RIGHT}", r"[0-9]{4}-[0-9]{7}",
          _UMID_WORDS, source="SSS"),
    keyed("ph_umid_bare", "PH_UMID", rf"{NUM_LEFT}[0-9]{{12}}{NUM_RIGHT}", r"[0-9]{12}", _UMID_WORDS, checksum=ph_umid, overrides=True,
          source="SSS; without hyphens"),
    keyed("ph_passport", "PH_PASSPORT", rf"{LEFT}(?:[A-Z][0-9]{{7}}[A-Z]|[A-Z]{{2}}[0-9]{{7}}){RIGHT}", r"[A-Z][0-9A-Z][0-9]{6}",
          ("philippine passport", "passport", "pasaporte", "dfa"), source="Department of Foreign Affairs"),
    keyed("my_nric", "MY_NRIC", rf"{NUM_LEFT}{YYMMDD}-?[0-9]{{2}}-?[0-9]{{4}}{NUM_RIGHT}", r"[0-9]{6}-?[0-9]{2}-?[0-9]{4}",
          ("nric", "MyKad", "kad pengenalan", "no kp", "ic", "ic number", "malaysian id"), source="National Registration Department"),
    keyed("id_nik", "ID_NIK", rf"{NUM_LEFT}[1-9][0-9]{{5}}(?:[0-6][0-9]|7[01])(?:0[1-9]|1[0-2])[0-9]{{6}}{NUM_RIGHT}", r"[1-9][0-9]{15}",
          ("nik", "ktp", "nomor induk", "kependudukan"), source="Dukcapil"),
    keyed("vn_cccd", "VN_CCCD", rf"{NUM_LEFT}(?:0[0-9]{{11}}|[0-9]{{9}}){NUM_RIGHT}", r"[0-9]{9}", ("cccd", "cmnd", "căn cước", "chứng minh", "can cuoc"),
          source="Ministry of Public Security of Vietnam"),
)  # fmt: skip
