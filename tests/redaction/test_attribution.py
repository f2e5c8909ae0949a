"""A context word speaks for its own value, and not for the neighbour of that value."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from privmw.redaction.attribution import connected, own_label
from privmw.redaction.redactor import Redactor

DIGITS = {
    "phone": ("4155550132", "PHONE_NUMBER"),
    "mobile": ("4155550132", "PHONE_NUMBER"),
    "ssn": ("123456789", "US_SSN"),
    "passport": ("912803456", "US_PASSPORT"),
    "accountNumber": ("945456787", "US_BANK_NUMBER"),
    "dob": ("1990-01-01", "DATE_OF_BIRTH"),
    "bank": ("1234567890", "KR_ACCOUNT"),
}
"""Words, and a value that nothing but such a word makes one."""

FOREIGN = ("id", "total", "created", "timestamp", "orderNo", "ticket", "txn", "price", "updated_at", "row_count")
"""Labels of what is nobody's."""


@cache
def redactor(profile: str = "default") -> Redactor:
    """A redactor."""
    return Redactor(profile=profile)


def found(text: str, profile: str = "default") -> list[tuple[str, str]]:
    """What is found in a text."""
    return [(match.entity_type, text[match.start : match.end]) for match in redactor(profile).find(text)]


@pytest.mark.parametrize("word", DIGITS)
@pytest.mark.parametrize("label", FOREIGN)
def test_a_word_of_a_neighbour_says_nothing(word: str, label: str) -> None:
    """A value with a label of its own is not what the label before or behind it names."""
    value, _ = DIGITS[word]
    pairs: list[dict[str, Any]] = [{word: None, label: value}, {label: value, word: None}, {label: value, word: True}]
    for pair in pairs:
        texts = [
            json.dumps(pair),
            json.dumps(json.dumps(pair)),
            " ".join(f"{key}={item}" for key, item in pair.items()),
            ", ".join(f"{key}: {item}" for key, item in pair.items()),
            "&".join(f"{key}={item or ''}" for key, item in pair.items()),
            "".join(f"<{key}>{item or ''}</{key}>" for key, item in pair.items()),
        ]
        assert [] == [text for text in texts if found(text)]


@pytest.mark.parametrize("word", [word for word in DIGITS if word != "bank"])
def test_a_word_speaks_for_its_own_value(word: str) -> None:
    """The same values are found behind a label that names them."""
    value, kind = DIGITS[word]
    texts = [
        json.dumps({"id": 17, word: value}),
        json.dumps({word: value, "id": 17}),
        f"id=17 {word}={value}",
        f"status: none, {word}: {value}",
        f"id=17&{word}={value}&x=1",
        f"<id>17</id><{word}>{value}</{word}>",
        f"my {word} is {value}",
        f"{word} {value}",
        f"{value} is my {word}",
        f"{word} ({value})",
        f"my {word} number: {value}",
        json.dumps({word: {"value": value}}),
        json.dumps({word: ["x", value]}),
    ]
    assert [] == [text for text in texts if (kind, value) not in found(text)]


@pytest.mark.parametrize(
    "key",
    [
        *("phone_id", "phoneId", "smsId", "mobileAppVersion", "faxCount", "telCount", "card_id", "phone_model", "mobileBuild", "ssn_hash"),
        *("accountNumberHash", "phone_verified_at", "mobile_updated", "cardTxnId", "call_id", "passport_status"),
    ],
)  # fmt: skip
def test_keys_about_something_else(key: str) -> None:
    """A key whose last word is about an id, a count, a version or a time names no telephone and no card."""
    for value in ("12345678", "8171884004965494", "123456789"):
        assert {key: value} == redactor().value({key: value})
        assert [] == found(f"{key}={value}")


@pytest.mark.parametrize(
    "value",
    [
        {"bank_account": {"balance": 1234567890}},
        {"phone": {"updated": 1709460672, "id": 12345678}},
        {"birth": {"created_at": "2024-01-01"}},
        {"card": {"id": "8171884004965494"}},
    ],
)
def test_keys_below_keys(value: Any) -> None:
    """What a key names does not hold for members that are about something else."""
    assert value == redactor().value(value)


def test_members_of_a_named_value() -> None:
    """Members that say nothing of their own are what the key above them names."""
    masked = {"phone": {"home": "<PHONE_NUMBER>", "number": "<PHONE_NUMBER>"}, "passport": {"id": "<PASSPORT_NUMBER>"}}
    assert masked == redactor().value(
        {"phone": {"home": "4155550132", "number": "4155550133"}, "passport": {"id": "912803456"}}
    )


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("id", "phone=none id="),
        ("id", '{"phone": null, "id": "'),
        ("id", '{\\"phone\\": null, \\"id\\": \\"'),
        ("asmens kodas", "asmens kodas="),
        ("my tel", "ok, my tel: "),
        ("a key", "a key:"),
        ("total", "<phone/><total>"),
        ("ids", '"phone": 1, "ids": [1, '),
        ("주문 번호", "연락처 없음, 주문 번호: "),
        (None, "number: "),
        (None, "User: "),
        (None, "my phone number is "),
        (None, "can you please tell me who owns: "),
        (None, "phone "),
        (None, "<td>"),
        (None, "12:30 "),
        (None, "phones (a, "),
        (None, "phones: [a], "),
        (None, ""),
    ],
)  # fmt: skip
def test_own_labels(label: str | None, text: str) -> None:
    """The label right before a value, if it says what the value is."""
    start = own_label(text, 0, len(text))
    if label is None:
        assert start == -1
    else:
        assert text[start:].strip().startswith(label)


@pytest.mark.parametrize(
    ("yes", "between"),
    [
        *((True, gap) for gap in ("", " ", ": ", " is ", " number is now: ", "번호는 ", "은 ", " no. ", '": "', " at ", " nummer ")),
        *((False, gap) for gap in (" cache ", "/", " build ", " service tx ", "?v=", "is", " storage ")),
    ],
)  # fmt: skip
def test_connecting_words(yes: bool, between: str) -> None:
    """Between a word and its value stand signs and words that connect."""
    assert yes == connected(f"x{between}y", 1, 1 + len(between))


@pytest.mark.parametrize("text", ["x9tel4 020 7571 2941", "OK 1515373716 p4cep00pcowip3pbdnu", "a1phone2b 4155550132"])
def test_words_inside_codes(text: str) -> None:
    """Letters between digits are no word."""
    assert [] == found(text)


@pytest.mark.parametrize("text", ["tel4 020 7571 2941", "phone2: 4155550132", "contact1Phone=4155550132"])
def test_words_with_a_number(text: str) -> None:
    """A word with a number behind it is one, and so is the end of a name in camelCase."""
    assert found(text)


@pytest.mark.parametrize(
    "text",
    [
        *("phone cache miss key 995804472", "passport strategy jwt user 463748047", "my account page has 12345678 hits", "GET /mobile/12345678 200"),
        *("gsm modem signal 1234567", '"Mozilla/5.0 Mobile Safari/537.36" 20240303123', "card service transfer 8171884004965494"),
        *("/img/mobile-12345678.png", "GET /mobile.js?v=20240303"),
    ],
)  # fmt: skip
def test_logs_ask_for_a_word_right_beside_the_value(text: str) -> None:
    """Where other words stand between, bare digits in a log are nobody's."""
    assert [] == found(text, "logs")


@pytest.mark.parametrize(
    "text",
    ["phone: 995804472", "passport no. 463748047", "account number is 12345678", "call me on my mobile 4155550132"],
)
def test_logs_take_a_value_right_beside_its_word(text: str) -> None:
    """Where nothing but connecting words stand between, it is found."""
    assert found(text, "logs")
