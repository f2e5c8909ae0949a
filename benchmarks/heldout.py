"""Values that no recognizer had a hand in: drawn from national standards, in sentences of nine languages, JSON, logs, CSV.

Check digits come from python-stdnum, telephone numbers from libphonenumber's numbering plans; neither reads our patterns.
Values with a context label stand beside one a person would write; those whose form or check digit speaks for itself also
stand bare.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from importlib import import_module

from benchmarks.data import SEED

__all__ = ["FRAMES", "heldout"]

_BARE = (
    "{v}",
    "see {v} please",
    "value={v}",
    '{{"data": "{v}"}}',
    "a;{v};b",
    "({v})",
    "은 {v}입니다",
    "<p>{v}</p>",
    "x\t{v}\ty",
)
_LABELLED = (
    "{k}: {v}", "{k} {v}", "{k} is {v}.", "my {k} is {v}, thanks", '{{"{k}": "{v}"}}', "{k}={v};next=1", "{k}\t{v}\tok",
    "Please note the {k} {v} for this customer.", "<td>{k}</td><td>{v}</td>",
)  # fmt: skip
_KOREAN = (
    "{k}는 {v}입니다", "{k} {v}로 등록해 주세요", "{k}: {v}", "고객님의 {k}가 {v}이고 확인이 필요합니다",
    "제 {k}({v})을 바꿔 주세요", '{{"{k}": "{v}"}}', "{k}={v}",
)  # fmt: skip
FRAMES = (*_BARE, *_LABELLED, *_KOREAN)
"""What values are put into."""

_NUMBERS: tuple[tuple[str, str, str, str], ...] = (
    # entity type, python-stdnum module, form, labels ("" = none, the value stands bare)
    ("AR_CUIT", "ar.cuit", "20-########-#", ""),
    ("AT_SOCIAL_SECURITY", "at.vnr", "####ddmmyy", "Sozialversicherungsnummer|SVNR"),
    ("AU_ABN", "au.abn", "## ### ### ###", "ABN|Australian Business Number"),
    ("AU_ACN", "au.acn", "### ### ###", "ACN"),
    ("AU_TFN", "au.tfn", "### ### ###", "TFN|tax file number"),
    ("BE_NATIONAL_NUMBER", "be.nn", "yy.mm.dd-###.##", ""),
    ("BG_EGN", "bg.egn", "yymmdd####", "EGN|ЕГН"),
    ("BR_CNPJ", "br.cnpj", "##.###.###/0001-##", ""),
    ("BR_CPF", "br.cpf", "###.###.###-##", ""),
    ("CA_SIN", "ca.sin", "### ### ###", "SIN|social insurance number"),
    ("CH_AHV", "ch.ssn", "756.####.####.##", ""),
    ("CL_RUT", "cl.rut", "##.###.###-#", "RUT"),
    ("CN_RESIDENT_ID", "cn.ric", "110101yyyymmdd####", ""),
    ("CO_NIT", "co.nit", "900######-#", "NIT"),
    ("CZ_BIRTH_NUMBER", "cz.rc", "yymmdd/####", ""),
    ("DE_TAX_ID", "de.idnr", "## ### ### ###", "Steuer-ID|Steueridentifikationsnummer"),
    ("DE_VAT_ID", "de.vat", "DE#########", ""),
    ("DK_CPR", "dk.cpr", "ddmmyy-####", "CPR|CPR-nummer"),
    ("EE_PERSONAL_CODE", "ee.ik", "3yymmdd####", "isikukood"),
    ("ES_NIF", "es.dni", "########@", ""),
    ("ES_NIE", "es.nie", "X#######@", ""),
    ("FI_PERSONAL_IDENTITY_CODE", "fi.hetu", "ddmmyy-###@", ""),
    ("FR_NIR", "fr.nir", "1 yy mm 75 ### ### ##", ""),
    ("FR_SIRET", "fr.siret", "### ### ### #####", "SIRET"),
    ("GR_AMKA", "gr.amka", "ddmmyy#####", "AMKA|ΑΜΚΑ"),
    ("HR_OIB", "hr.oib", "###########", "OIB"),
    ("IE_PPSN", "ie.pps", "#######@", "PPS number|PPSN"),
    ("IMEI", "imei", "35-######-######-#", "IMEI"),
    ("IN_AADHAAR", "in_.aadhaar", "#### #### ####", "Aadhaar|Aadhaar number"),
    ("IS_KENNITALA", "is_.kennitala", "ddmmyy-####", "kennitala"),
    ("IT_VAT_CODE", "it.iva", "###########", "Partita IVA|P.IVA"),
    ("JP_MY_NUMBER", "jp.in_", "#### #### ####", "マイナンバー|My Number"),
    ("LT_PERSONAL_CODE", "lt.asmens", "3yymmdd####", "asmens kodas"),
    ("NL_BSN", "nl.bsn", "#########", "BSN|burgerservicenummer"),
    ("NO_FODSELSNUMMER", "no.fodselsnummer", "ddmmyy#####", "fødselsnummer"),
    ("NZ_IRD", "nz.ird", "##-###-###", "IRD number|IRD"),
    ("PL_NIP", "pl.nip", "###-###-##-##", "NIP"),
    ("PL_PESEL", "pl.pesel", "yymmdd#####", "PESEL"),
    ("PT_NIF", "pt.nif", "2########", "NIF|contribuinte"),
    ("RO_CNP", "ro.cnp", "1yymmdd40####", "CNP"),
    ("SE_PERSONNUMMER", "se.personnummer", "yymmdd-####", ""),
    ("SI_EMSO", "si.emso", "ddmm9##500###", "EMŠO|JMBG"),
    ("TH_TNIN", "th.pin", "1-####-#####-##-#", ""),
    ("TR_NATIONAL_ID", "tr.tckimlik", "###########", "TC kimlik no|TCKN"),
    ("UK_NHS", "gb.nhs", "### ### ####", "NHS number|NHS no"),
    ("US_SSN", "us.ssn", "###-##-####", ""),
    ("US_ITIN", "us.itin", "9##-7#-####", ""),
    ("ABA_ROUTING_NUMBER", "us.rtn", "0########", "routing number|ABA"),
    ("ZA_ID_NUMBER", "za.idnr", "yymmdd####08#", "South African ID|ID number"),
)  # fmt: skip

_KOREAN_LABELS = {
    "KR_RRN": "주민등록번호|주민번호",
    "KR_FRN": "외국인등록번호",
    "KR_BRN": "사업자등록번호|사업자번호",
    "PHONE_NUMBER": "연락처|전화번호|휴대폰",
    "CREDIT_CARD": "카드번호|신용카드",
    "EMAIL_ADDRESS": "이메일|메일 주소",
    "KR_ACCOUNT": "계좌번호|국민은행 계좌|입금 계좌",
    "KR_DRIVER_LICENSE": "운전면허번호",
    "KR_PASSPORT": "여권번호",
}
_REGIONS = (
    "US", "GB", "DE", "FR", "ES", "IT", "PT", "NL", "BE", "CH", "AT", "SE", "NO", "DK", "FI", "IE", "PL", "CZ",
    "HU", "RO", "GR", "TR", "IL", "AE", "SA", "EG", "NG", "KE", "ZA", "IN", "PK", "BD", "CN", "TW", "HK", "JP",
    "SG", "MY", "TH", "VN", "ID", "PH", "AU", "NZ", "CA", "MX", "BR", "AR", "CL", "CO", "PE", "UA",
)  # fmt: skip


def _written(form: str, rng: random.Random) -> str:
    """Fill a form: ``#`` a digit, ``@`` a capital, ``yy mm dd yyyy`` parts of a birth date."""
    day, month, year = f"{rng.randint(1, 28):02d}", f"{rng.randint(1, 12):02d}", rng.randint(1950, 1999)
    text = form.replace("yyyy", str(year)).replace("yy", str(year)[2:]).replace("mm", month).replace("dd", day)
    pools = {"#": string.digits, "@": string.ascii_uppercase}
    return "".join(rng.choice(pools[char]) if char in pools else char for char in text)


def _valid(module: str, form: str, rng: random.Random) -> str:
    is_valid: Callable[[str], bool] = import_module(f"stdnum.{module}").is_valid
    while True:
        value = _written(form, rng)
        if is_valid(value) and len(set(value) - set(" -./")) > 2:
            return value


def _korean(entity_type: str, rng: random.Random) -> str:
    if entity_type in {"KR_RRN", "KR_FRN"}:
        dash = rng.choice(("-", "-", ""))
        return (
            _written(f"yymmdd{dash}", rng)
            + rng.choice("12" if entity_type == "KR_RRN" else "56")
            + _written("######", rng)
        )
    if entity_type == "KR_BRN":
        return _brn(rng)
    if entity_type == "CREDIT_CARD":
        return _card(rng)
    if entity_type == "EMAIL_ADDRESS":
        return _email(rng)
    forms = {
        "PHONE_NUMBER": (
            "010-2###-####",
            "0109#######",
            "02-7##-####",
            "031-2##-####",
            "070-4###-####",
            "+82 10-5###-####",
        ),
        "KR_ACCOUNT": ("######-##-######", "110-###-######", "1002-###-######", "3333-##-#######", "###-####-####-##"),
        "KR_DRIVER_LICENSE": ("11-##-######-##", "28-##-######-##"),
        "KR_PASSPORT": ("M########", "M###A####", "S########"),
    }
    return _written(rng.choice(forms[entity_type]), rng)


def _brn(rng: random.Random) -> str:
    body = _written(rng.choice(("1##81####", "2##86####", "6##30####")), rng)
    total = sum(int(digit) * weight for digit, weight in zip(body, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True))
    total += int(body[8]) * 5 // 10
    return f"{body[:3]}-{body[3:5]}-{body[5:]}{-total % 10}"


def _card(rng: random.Random) -> str:
    luhn = import_module("stdnum.luhn")
    prefix, length = rng.choice(
        (
            ("4", 16),
            ("4", 16),
            ("51", 16),
            ("55", 16),
            ("2221", 16),
            ("2720", 16),
            ("34", 15),
            ("37", 15),
            ("6011", 16),
            ("3530", 16),
            ("36", 14),
            ("62", 16),
        )
    )
    body = prefix + _written("#" * (length - 1 - len(prefix)), rng)
    number = body + luhn.calc_check_digit(body)
    sign = rng.choice(("", " ", "-"))
    parts = (4, 6, 5) if length == 15 else (4, 6, 4) if length == 14 else (4, 4, 4, 4)
    cut, pieces = 0, []
    for part in parts:
        pieces.append(number[cut : cut + part])
        cut += part
    return sign.join(pieces)


def _email(rng: random.Random) -> str:
    first = rng.choice(("anna", "j.doe", "kim_minjun", "o'neil", "m-müller", "x", "sales+eu", "1984fan"))
    host = rng.choice(
        (
            "example.com",
            "mail.example.co.kr",
            "corp.internal",
            "xn--bcher-kva.example",
            "a-b.io",
            "db.local",
            "uni.ac.uk",
        )
    )
    return f"{first}{rng.randint(1, 99)}@{host}"


_ACCOUNTS = {
    "AT": "#" * 16, "BE": "#" * 12, "CH": "#" * 17, "DE": "#" * 18, "ES": "#" * 20, "FR": "#" * 23, "GB": "NWBK" + "#" * 14,
    "IT": "X" + "#" * 22, "NL": "ABNA" + "#" * 10, "PL": "#" * 24, "PT": "#" * 21, "SE": "#" * 20,
}  # fmt: skip


def _iban(rng: random.Random) -> str:
    country, digits = rng.choice(sorted(_ACCOUNTS.items()))
    body = _written(digits, rng)
    compact: str = country + import_module("stdnum.iban").calc_check_digits(f"{country}00{body}") + body
    if rng.random() < 0.5:
        return compact
    return " ".join(compact[start : start + 4] for start in range(0, len(compact), 4))


def _phone(region: str, style: str, rng: random.Random) -> str:
    import phonenumbers

    kind = rng.choice((phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE))
    number = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    assert number is not None
    for _ in range(40):
        changed = phonenumbers.PhoneNumber(
            country_code=number.country_code, italian_leading_zero=number.italian_leading_zero
        )
        digits = str(number.national_number)
        changed.national_number = int(digits[:-4] + f"{rng.randint(1000, 9999)}")
        if phonenumbers.is_valid_number(changed):
            number = changed
            break
    return str(phonenumbers.format_number(number, getattr(phonenumbers.PhoneNumberFormat, style)))


def _row(
    kind: str, value: str, labels: str, rng: random.Random, frames: tuple[str, ...]
) -> tuple[str, list[tuple[str, int, int]]]:
    frame = rng.choice(frames)
    text = frame.format(k=rng.choice(labels.split("|")), v="\x00")
    start = text.index("\x00")
    return text.replace("\x00", value), [(kind, start, start + len(value))]


def heldout(each: int, seed: int = SEED) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """Yield text and spans ``(entity type, start, end)``.

    Args:
        each: Texts of each entity type.
        seed: Seed of the generator.
    """
    for kind, module, form, labels in _NUMBERS:
        rng = random.Random(f"{seed}{kind}")
        for _ in range(each):
            yield _row(
                kind, _valid(module, form, rng), labels or "number", rng, _LABELLED if labels else (*_BARE, *_LABELLED)
            )
    makers: tuple[tuple[str, Callable[[random.Random], str], str, tuple[str, ...]], ...] = (
        ("CREDIT_CARD", _card, "card|credit card number|Kreditkarte|tarjeta|carte bancaire|カード", (*_BARE, *_LABELLED)),
        ("EMAIL_ADDRESS", _email, "e-mail|mail|Kontakt|correo|courriel|メール", (*_BARE, *_LABELLED)),
        ("IBAN_CODE", _iban, "IBAN|Konto|compte|account", (*_BARE, *_LABELLED)),
        ("PHONE_NUMBER", lambda rng: _phone(rng.choice(_REGIONS), "INTERNATIONAL", rng), "reach", (*_BARE, *_LABELLED)),
        ("PHONE_NUMBER", lambda rng: _phone(rng.choice(_REGIONS), "E164", rng), "to", (*_BARE, *_LABELLED)),
        (
            "PHONE_NUMBER",
            lambda rng: _phone(rng.choice(_REGIONS), "NATIONAL", rng),
            "phone|Tel|mobile|Telefon|Handynummer|téléphone|teléfono|telefone|telefono|電話|电话",
            _LABELLED,
        ),
        ("IP_ADDRESS", _address, "client|ip|from", (*_BARE, *_LABELLED)),
        ("MAC_ADDRESS", _hardware, "mac|dev", (*_BARE, *_LABELLED)),
    )  # fmt: skip
    for place, (kind, make, labels, frames) in enumerate(makers):
        rng = random.Random(f"{seed}{kind}{place}")
        for _ in range(each * 2):
            yield _row(kind, make(rng), labels, rng, frames)
    for kind, labels in _KOREAN_LABELS.items():
        rng = random.Random(f"{seed}{kind}ko")
        for _ in range(each * 2):
            yield _row(kind, _korean(kind, rng), labels, rng, _KOREAN)


def _hardware(rng: random.Random) -> str:
    return rng.choice(":-").join(f"{rng.randint(1, 254):02x}" for _ in range(6))


def _address(rng: random.Random) -> str:
    if rng.random() < 0.6:
        return ".".join(str(rng.randint(1, 254)) for _ in range(4))
    groups = [f"{rng.getrandbits(16):x}" for _ in range(8)]
    return "2001:db8:" + (":".join(groups[:6]) if rng.random() < 0.5 else f"{groups[0]}::{groups[1]}")
