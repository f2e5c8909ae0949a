"""Korean numbers in the sentences they come in, and numbers of orders, parcels and accounts that look like them."""

from __future__ import annotations

import random
from functools import cache

import pytest

from privmw.redaction.checksums.arithmetic import weighted
from privmw.redaction.redactor import Redactor

LABELS = (
    "주문번호",
    "송장",
    "송장번호",
    "운송장번호",
    "바코드",
    "상품번호",
    "관리번호",
    "접수번호",
    "예약번호",
    "문서번호",
    "쿠폰",
)
FORMS = (
    "{label} {value}",
    "{label}: {value}",
    "{label}는 {value}입니다",
    "{label} {value} 확인 바랍니다",
    "{label}={value}",
    '{{"{label}": "{value}"}}',
)


@cache
def redactor(profile: str = "default") -> Redactor:
    """A redactor."""
    return Redactor(profile=profile)


def found(text: str) -> list[tuple[str, str]]:
    """What is found in a text."""
    return [(match.entity_type, text[match.start : match.end]) for match in redactor().find(text)]


def resident(rng: random.Random, genders: str = "1234", base: int = 11) -> str:
    """Thirteen digits of a resident (base 11) or foreigner (base 13) with the right check digit."""
    date = f"{rng.randint(40, 99):02d}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    digits = [int(char) for char in f"{date}{rng.choice(genders)}{rng.randint(0, 99999):05d}"]
    return "".join(map(str, digits)) + str((base - weighted(digits, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10)


@pytest.mark.parametrize("label", LABELS)
def test_numbers_of_things(label: str) -> None:
    """What is labelled as the number of a thing is nobody's, however well its digits fit."""
    rng = random.Random(label)
    values = [resident(rng) for _ in range(4)] + [resident(rng, "5678", 13) for _ in range(4)]
    values += [f"{value[:6]}-{value[6:]}" for value in values]
    values += ["220-81-62517", "3333-05-4854093", "4111111111111111", "01051631262", "20260918-6990", "1234567890"]
    texts = [form.format(label=label, value=value) for value in values for form in FORMS]
    assert {} == {text: found(text) for text in texts if found(text)}


@pytest.mark.parametrize("label", ["주민등록번호", "주민번호", "번호", "본인확인"])
def test_numbers_of_persons(label: str) -> None:
    """The same digits behind their own name, or behind a word that says nothing, are a person's."""
    rng = random.Random(label)
    for _ in range(8):
        value = resident(rng)
        for written in (value, f"{value[:6]}-{value[6:]}"):
            for form in FORMS:
                assert [("KR_RRN", written)] == found(form.format(label=label, value=written))


@pytest.mark.parametrize(
    ("label", "value"),
    [
        *(("우리 계좌번호", value) for value in ("1002062291844", "1002-759-203163")),
        *(("새마을금고", value) for value in ("9003293705776", "9003-2937-0577-6")),
        *(("국민 계좌번호", value) for value in ("56747539648724", "861891-86-714404")),
        *(("농협", value) for value in ("3010018683382", "302-3098-0225")),
        *(("기업은행 계좌", value) for value in ("01948147856", "162-392089-44")),
        ("산업은행", "793-16854277-933"), ("씨티은행", "5-312710-820"), ("저축은행", "067-49-02-2247798"), ("iM뱅크", "508-26-672866-8"),
        ("토스", "1000-1234-5678"), ("신한은행", "110 123 456789"), ("신한은행", "110.123.456789"), ("하나 입금 계좌", "03206797174230"),
        ("은행", "1234567890"), ("송금", "123-456-789012"),
    ],
)  # fmt: skip
def test_accounts(label: str, value: str) -> None:
    """Behind a bank or a word for account stands an account, whatever else it may look like."""
    assert [("KR_ACCOUNT", value)] == found(f"{label} {value}")


@pytest.mark.parametrize(
    "text",
    [
        "입금액 1234567890원", "기업 매출 1234567890원", "출금 한도 50000000000원", "하나 더 주문 123-456-7890", "은행 점포 수 1234567890", "이체 금액: 1234567890",
        "하나의 ID 1234567890123 사용", "계좌 개설일 2024-01-01", "우리는 2023-12-31 기준", "입금 100-200-300건", "1월 1일 생각해 보니", "좌석 12가 3456", "25호1234",
    ],
)  # fmt: skip
def test_amounts_and_dates(text: str) -> None:
    """Amounts, limits, counts and dates beside words for money are no accounts."""
    assert [] == found(text)


@pytest.mark.parametrize(
    ("kind", "value", "texts"),
    [
        ("PHONE_NUMBER", "1588-1234", ("고객센터 {}", "고객센터 {}로 문의", "콜센터({})", "대표전화 {}")),
        ("PHONE_NUMBER", "02 775 9729", ("사무실 {}", "문의: {}", "상담전화 {}")),
        ("PHONE_NUMBER", "02.371.1717", ("사무실 {}", "문의 {}")),
        ("PHONE_NUMBER", "0316564893", ("사무실 {}", "문의: {}", "직통 {}")),
        ("PHONE_NUMBER", "050412345678", ("안심번호 {}",)),
        ("PHONE_NUMBER", "010)1234-5678", ("{}", "연락처 {}")),
        ("PHONE_NUMBER", "010/1234/5678", ("연락처 {}",)),
        ("KR_DRIVER_LICENSE", "서울 60 293807 07", ("면허번호 {}", "번호 {} 확인")),
        ("KR_DRIVER_LICENSE", "경북9198254855", ("면허번호 {}", "운전면허 {}")),
        ("KR_DRIVER_LICENSE", "세종 45-215421-83", ("운전면허번호 {}", "{}")),
        ("KR_DRIVER_LICENSE", "11.06.220995.68", ("면허번호 {}",)),
        ("KR_LICENSE_PLATE", "서울3조9112", ("차량번호 {}", "{}")),
        ("KR_LICENSE_PLATE", "12가3456", ("{}", "제 차는 {}입니다", "차량 {}")),
        ("KR_PASSPORT", "JR1234567", ("여권 번호 {}", "여권번호: {}")),
        ("KR_PASSPORT", "M 123A4567", ("여권번호 {}",)),
        ("KR_PASSPORT", "M278J2247", ("코드 {}", "여권번호 {}")),
        ("KR_RRN", "1311164487024", ("{}", "번호는 {} 입니다")),
        ("KR_RRN", "1801203166811", ("{} 이 제 주민등록번호예요", "주민번호 {}")),
        ("KR_RRN", "900101-1******", ("{}", "주민번호 {}")),
        ("KR_FRN", "900101-5******", ("{}",)),
        ("KR_BRN", "1234567890", ("사업자번호 {}", "사업자등록번호: {}", '{{"사업자등록번호": "{}"}}')),
        ("DATE_OF_BIRTH", "1990년 1월 1일", ("{}생", "{} 출생", "{}생입니다")),
    ],
)  # fmt: skip
def test_forms(kind: str, value: str, texts: tuple[str, ...]) -> None:
    """Numbers are found in the forms in which they are written and said."""
    assert {} == {text: found(text.format(value)) for text in texts if found(text.format(value)) != [(kind, value)]}


@pytest.mark.parametrize(
    "text", ["ref G567A4020 ok", "code R903N5459", "bytes 751221-2529164/9999999", "+8201056699429"]
)
def test_codes_and_ranges(text: str) -> None:
    """Codes of other letters, ranges of bytes and telephones with too many digits are no Korean documents."""
    assert not {"KR_PASSPORT", "KR_RRN", "KR_FRN"}.intersection(kind for kind, _ in found(text))
