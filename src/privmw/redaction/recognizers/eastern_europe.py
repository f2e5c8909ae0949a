"""Poland, Czechia, Slovakia, Hungary, Romania, Bulgaria, Greece, Cyprus, Slovenia, Croatia, the Baltic states, Turkey."""

from __future__ import annotations

from privmw.redaction.checksums.europe import cz_birth_number, lv_code, pl_id_card, pl_pesel, tr_national_id
from privmw.redaction.checksums.standard import standard
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.shapes import DDMMYY, LEFT, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, keyed

__all__ = ["RECOGNIZERS"]

_ELEVEN = rf"{NUM_LEFT}[0-9]{{11}}{NUM_RIGHT}"
_ELEVEN_TRIGGER = "[0-9]{11}"
_BIRTH_WORDS = ("rodné číslo", "rodne cislo", "rodného čísla", "rodne", "rč", "birth number")

RECOGNIZERS: tuple[Recognizer, ...] = (
    keyed(
        "pl_pesel", "PL_PESEL", _ELEVEN, _ELEVEN_TRIGGER, ("pesel", "nr pesel", "numer pesel", "polish id"), checksum=pl_pesel,
        boosted=0.95, source="Ustawa o ewidencji ludności",
    ),
    keyed(
        "pl_nip", "PL_NIP", rf"{NUM_LEFT}(?:PL ?)?[0-9]{{3}}[ -]?[0-9]{{2,3}}[ -]?[0-9]{{2}}[ -]?[0-9]{{2,3}}{NUM_RIGHT}", r"[0-9]{3}[ -]?[0-9]{2,3}[ -]?[0-9]{2}",
        ("nip", "numer identyfikacji podatkowej", "podatkowy"), checksum=standard("pl.nip"), boosted=0.95, source="Ustawa o NIP",
    ),
    keyed(
        "pl_id_card", "PL_ID_CARD", rf"{LEFT}[A-Z]{{3}} ?[0-9]{{6}}{RIGHT}", r"[A-Z]{3} ?[0-9]{6}",
        ("dowód", "dowod", "dowód osobisty", "dowodu osobistego", "nr dowodu", "identity card", "seria i numer"), checksum=pl_id_card,
        boosted=0.95, source="MSWiA: weights 7 3 1 9 7 3 1 7 3",
    ),
    keyed(
        "pl_regon", "PL_REGON", rf"{NUM_LEFT}(?:[0-9]{{9}}|[0-9]{{14}}){NUM_RIGHT}", r"[0-9]{9}", ("regon", "nr regon"),
        checksum=standard("pl.regon"), boosted=0.95, source="GUS",
    ),
    Recognizer(
        name="cz_birth_number",
        entity_type="CZ_BIRTH_NUMBER",
        pattern=rf"{NUM_LEFT}[0-9]{{2}}[0-8][0-9][0-3][0-9]/[0-9]{{4}}{NUM_RIGHT}(?!/)",
        trigger=r"[0-9]{2}[0-8][0-9][0-3][0-9]/[0-9]{4}\b",
        sieve=SIEVE,
        lookback=16,
        lookahead=2,
        score=0.65,
        boosted=0.95,
        checksum=cz_birth_number,
        policy=ChecksumPolicy.REQUIRED,
        context=_BIRTH_WORDS,
        source="Zákon 133/2000 Sb.: divisible by 11",
    ),
    keyed(
        "cz_birth_number_bare", "CZ_BIRTH_NUMBER", rf"{NUM_LEFT}[0-9]{{2}}[0-8][0-9][0-3][0-9] ?/? ?[0-9]{{3,4}}{NUM_RIGHT}", r"[0-9]{6} ?/? ?[0-9]{3}",
        _BIRTH_WORDS, checksum=cz_birth_number, boosted=0.95, source="Zákon 133/2000 Sb.",
    ),
    keyed(
        "cz_dic", "CZ_TAX_ID", rf"{LEFT}(?:CZ)?[0-9]{{8,10}}{RIGHT}", r"[0-9]{8}", ("dič", "dic", "ičo", "daňové"),
        checksum=standard("cz.dic"), boosted=0.9, source="Zákon o DPH",
    ),
    keyed(
        "hu_tin", "HU_TAX_ID", rf"{NUM_LEFT}(?:8[0-9]{{9}}|[0-9]{{8}}-?[1-5]-?[0-9]{{2}}){NUM_RIGHT}", r"[0-9]{8}",
        ("adóazonosító", "adóazonosító jel", "adószám", "adoszam", "tax id"), source="NAV",
    ),
    keyed(
        "hu_taj", "HU_TAJ", rf"{NUM_LEFT}[0-9]{{3}}[ -]?[0-9]{{3}}[ -]?[0-9]{{3}}{NUM_RIGHT}", r"[0-9]{3}[ -]?[0-9]{3}",
        ("taj", "taj szám", "tajszám", "társadalombiztosítási"), source="NEAK",
    ),
    keyed(
        "ro_cnp", "RO_CNP", rf"{NUM_LEFT}[1-9][0-9]{{12}}{NUM_RIGHT}", r"[1-9][0-9]{12}",
        ("cnp", "cod numeric personal", "numeric personal", "romanian id"), checksum=standard("ro.cnp"), boosted=0.95, source="Legea 105/1996",
    ),
    keyed(
        "bg_egn", "BG_EGN", rf"{NUM_LEFT}[0-9]{{10}}{NUM_RIGHT}", r"[0-9]{10}", ("egn", "егн", "ЕГН", "единен граждански"),
        checksum=standard("bg.egn"), boosted=0.95, source="GRAO",
    ),
    keyed(
        "gr_amka", "GR_AMKA", _ELEVEN, _ELEVEN_TRIGGER, ("amka", "αμκα", "ΑΜΚΑ"), checksum=standard("gr.amka"), boosted=0.95, source="IDIKA: Luhn",
    ),
    keyed(
        "gr_afm", "GR_AFM", rf"{NUM_LEFT}(?:EL)?[0-9]{{9}}{NUM_RIGHT}", r"[0-9]{9}", ("afm", "αφμ", "ΑΦΜ", "Α.Φ.Μ", "tin", "vat"),
        checksum=standard("gr.vat"), boosted=0.95, source="AADE",
    ),
    keyed(
        "si_emso", "SI_EMSO", rf"{NUM_LEFT}[0-3][0-9][01][0-9]{{10}}{NUM_RIGHT}", r"[0-3][0-9][01][0-9]{10}",
        ("emšo", "emso", "EMŠO", "jmbg", "matični broj", "maticni broj", "enotna matična"), checksum=standard("si.emso"), boosted=0.95,
        source="JMBG/EMŠO: mod 11",
    ),
    keyed(
        "si_tin", "SI_TAX_ID", rf"{LEFT}(?:SI ?)?[1-9][0-9]{{7}}{RIGHT}", r"[1-9][0-9]{7}", ("davčna", "davčna številka", "davcna", "id za ddv"),
        checksum=standard("si.ddv"), boosted=0.95, source="FURS",
    ),
    keyed(
        "hr_oib", "HR_OIB", rf"{LEFT}(?:HR ?)?[0-9]{{11}}{RIGHT}", _ELEVEN_TRIGGER, ("oib", "osobni identifikacijski"), checksum=standard("hr.oib"),
        boosted=0.95, source="Zakon o OIB: ISO 7064 mod 11,10",
    ),
    keyed(
        "lt_code", "LT_PERSONAL_CODE", rf"{NUM_LEFT}[1-6][0-9]{{10}}{NUM_RIGHT}", _ELEVEN_TRIGGER,
        ("asmens kodas", "asmens",  "personal code", "lithuanian id"), checksum=standard("lt.asmens"), boosted=0.95, source="LR Gyventojų registras",
    ),
    keyed(
        "ee_code", "EE_PERSONAL_CODE", rf"{NUM_LEFT}[1-8][0-9]{{10}}{NUM_RIGHT}", _ELEVEN_TRIGGER, ("isikukood", "personal code", "estonian id"),
        checksum=standard("ee.ik"), boosted=0.95, source="EVS 585",
    ),
    keyed(
        "lv_code", "LV_PERSONAL_CODE", rf"{NUM_LEFT}(?:{DDMMYY}|32[0-9]{{4}})-?[0-9]{{5}}{NUM_RIGHT}", r"[0-3][0-9]{5}-?[0-9]{5}",
        ("personas kods", "personas",  "personal code", "latvian id"), checksum=lv_code, policy=ChecksumPolicy.BOOSTS, boosted=0.9,
        source="Fizisko personu reģistra likums",
    ),
    keyed(
        "sk_vat", "SK_TAX_ID", rf"{LEFT}(?:SK)?[1-9][0-9]{{9}}{RIGHT}", r"[1-9][0-9]{9}", ("ič dph", "dič", "sk dic"),
        checksum=standard("sk.dph"), boosted=0.9, source="Finančná správa",
    ),
    keyed(
        "cy_tin", "CY_TAX_ID", rf"{LEFT}(?:CY)?[0-9]{{8}}[A-Z]{RIGHT}", r"[0-9]{8}[A-Z]", ("tic", "tax identification code", "cyprus", "vat"),
        checksum=standard("cy.vat"), boosted=0.9, source="Cyprus Tax Department",
    ),
    keyed(
        "mt_id", "MT_ID_CARD", rf"{LEFT}[0-9]{{3,7}}[MGAPLHBZ]{RIGHT}", r"[0-9]{3}[A-Z]|[0-9]{3,7}[A-Z]", ("identity card", "id card", "karta tal-identità", "malta"),
        source="Identity Malta",
    ),
    keyed(
        "tr_national_id", "TR_NATIONAL_ID", rf"{NUM_LEFT}[1-9][0-9]{{10}}{NUM_RIGHT}", _ELEVEN_TRIGGER,
        ("tc", "tckn", "nüfus cüzdanı", "türk kimlik",  "kimlik", "kimlik no", "kimlik numarası", "tc kimlik", "turkish id", "national id"), checksum=tr_national_id, boosted=0.95,
        source="Nüfus ve Vatandaşlık İşleri",
    ),
    keyed(
        "tr_license_plate", "TR_LICENSE_PLATE", rf"{LEFT}(?:0[1-9]|[1-7][0-9]|8[01])[ -]?[A-Z]{{1,3}}[ -]?[0-9]{{2,5}}{RIGHT}", r"[0-8][0-9][ -]?[A-Z]{1,3}[ -]?[0-9]{2}",
        ("plaka", "plakalı", "araç", "plakası", "number plate", "taşıt", "kayıt plakası", "license plate", "plate"), source="Karayolları Trafik Yönetmeliği",
    ),
    keyed(
        "tr_phone", "TR_PHONE_NUMBER", rf"(?<![0-9A-Za-z+])(?:\+?90[ -]?|0[ -]?)?\(?(?:5[0-9]{{2}}|[2-4][0-9]{{2}})\)?[ .-]?[0-9]{{3}}[ .-]?[0-9]{{2}}[ .-]?[0-9]{{2}}{NUM_RIGHT}",
        r"[2-5][0-9]{2}\)?[ .-]?[0-9]{3}[ .-]?[0-9]{2}", ("telefon", "cep", "gsm", "tel", "phone", "telefonum", "numara", "birinci", "ikinci", "numaram"),
        default=False, specificity=Specificity.GENERIC, source="BTK numbering plan; PHONE_NUMBER covers it in the default set",
    ),
)  # fmt: skip
