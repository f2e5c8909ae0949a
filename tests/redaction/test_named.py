"""Which word decides between types, numbers beside their own name, and what a log holds instead of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from privmw.redaction.redactor import Redactor


@cache
def redactor(profile: str = "default") -> Redactor:
    """A redactor."""
    return Redactor(profile=profile)


def found(text: str, profile: str = "default") -> list[tuple[str, str]]:
    """What is found in a text."""
    return [(match.entity_type, text[match.start : match.end]) for match in redactor(profile).find(text)]


@pytest.mark.parametrize(
    ("word", "value", "kind"),
    [
        ("CPR=", "180364-6932", "DK_CPR"),
        ("kennitala is ", "171270-3089", "IS_KENNITALA"),
        ("AMKA: ", "01048671117", "GR_AMKA"),
        ("OIB: ", "01094283421", "HR_OIB"),
        ("fødselsnummer ", "01010750160", "NO_FODSELSNUMMER"),
        ("South African ID ", "7502176499083", "ZA_ID_NUMBER"),
        ("I cannot open my account, my tel is ", "4622358960", "PHONE_NUMBER"),
        ("my tel is on file, my account number is ", "4622358960", "US_BANK_NUMBER"),
    ],
)
def test_the_nearest_word_decides(word: str, value: str, kind: str) -> None:
    """Where a value is valid as more than one type, the word that is nearest to it names it, as text and under a key."""
    assert found(word + value) == [(kind, value)]


def test_a_key_decides() -> None:
    """A key above a value names it where the value is valid as another type too."""
    value = {"AMKA": "01048671117", "cpr": "180364-6932"}
    assert redactor().value(value) == {"AMKA": "<GR_AMKA>", "cpr": "<DK_CPR>"}


@pytest.mark.parametrize("sign", [".", "/", "_", "·", "ー", "  ", "--"])
@pytest.mark.parametrize(
    ("word", "groups", "kind"),
    [
        ("주민번호 ", ("900101", "1234567"), "KR_RRN"),
        ("사업자번호 ", ("220", "81", "62517"), "KR_BRN"),
        ("card number ", ("4111", "1111", "1111", "1111"), "CREDIT_CARD"),
        ("ssn ", ("123", "45", "6789"), "US_SSN"),
        ("면허번호 ", ("11", "22", "333333", "44"), "KR_DRIVER_LICENSE"),
    ],
)
def test_any_signs_beside_the_name(word: str, groups: tuple[str, ...], kind: str, sign: str) -> None:
    """Groups are parted by whatever people write, and by different signs; without the name they are not that number."""
    value = sign.join(groups)
    assert found(word + value) == [(kind, value)]
    mixed = groups[0] + sign + "-".join(groups[1:])
    assert found(word + mixed) == [(kind, mixed)]


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("aadhaar", "123456789012", "IN_AADHAAR"),
        ("aadhaar", 123456789012, "IN_AADHAAR"),
        ("tfn", "123456789", "AU_TFN"),
        ("cpf", "12345678901", "BR_CPF"),
        ("iban", "DE89370400440532013001", "IBAN_CODE"),
        ("cardno", "4111111111111112", "CREDIT_CARD"),
        ("caller_id", "4155550132", "PHONE_NUMBER"),
        ("national_id", "9001011234567", "KR_RRN"),
        ("dob", "1990-01-01T00:00:00Z", "DATE_OF_BIRTH"),
    ],
)
def test_a_key_that_says_what_it_is(key: str, value: Any, kind: str) -> None:
    """A value under a key that names it is replaced even where its check digit is wrong."""
    assert redactor().value({key: value}) == {key: f"<{kind}>"}


@pytest.mark.parametrize(
    "text",
    [
        "Chrome/26.0.1410.58 Mobile Safari/537.36",
        "rate limit key=phone:574725293 count=2168",
        'SELECT 1 FROM "mobile" WHERE "mobile"."id" IN (9692927677)',
        "finished in 58567 ms on phone (executor 65) (191/200)",
        "hostname passport-1e1904438b-18ba2",
        "lat=37.443361 region=kr-3 zoom=13",
        "dict[::2] x[1::2] 5::7 1:2:3:4:5:6:7:8",
        "mtu 1234.5678.9012",
        "7.77 10.21 0.93 154 6021 64954 310414 2756817",
    ],
)
def test_nothing_in_a_log_line(text: str) -> None:
    """Versions, slices, ratios, ids and counters are nobody's."""
    assert found(text, "logs") == []


@pytest.mark.parametrize(
    "lines",
    [
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
        ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"),
        ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"),
    ],
)
def test_machine_readable_zones(lines: tuple[str, ...]) -> None:
    """The examples of ICAO 9303 are found whole, the name in them too, and not with a wrong check digit."""
    text = "\n".join(lines)
    assert found(f"scan:\n{text}\nend") == [("MRZ", text)]
    assert "MRZ" not in [kind for kind, _ in found(text.replace("740812", "740813"))]
