"""Context words in the spellings that people use: with capitals inside, in plural, with dots, run together in keys."""

from __future__ import annotations

from functools import cache

import pytest

from privmw.redaction.cuewords import word_triggers
from privmw.redaction.redactor import Redactor


@cache
def redactor(gate: str) -> Redactor:
    """A redactor."""
    return Redactor(gate=gate)


@pytest.mark.parametrize("gate", ["hyperscan", "regex"])
@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("PHONE_NUMBER", "020 7571 2941", ("WhatsApp", "my WhatsApp is", "MobilePhone", "cellPhone", "TelNo", "phoneno", "T.E.L.", "homephone")),
        ("KR_ACCOUNT", "100-123-456789", ("KBank", "TossBank", "KakaoBank", "kbank", "KBANK")),
        ("PH_UMID", "0111-2345678-9", ("PhilHealth", "UMIDs")),
        ("MY_NRIC", "900101-14-1234", ("MyKad", "mykad", "MYKAD")),
        ("US_SSN", "123456789", ("SSNs:", "S.S.N.", "s.s.n:", "socialsecuritynumber=", "SocialSecurityNumber:")),
        ("DATE_OF_BIRTH", "1990-01-01", ("DoB", "D.O.B.", "d.o.b:", "dateofbirth=", "BirthDate")),
        ("CA_SIN", "130692544", ("S.I.N.", "SIN")),
        ("US_EIN", "12-3456789", ("E.I.N.", "EIN")),
        ("US_DRIVER_LICENSE", "D1234567", ("D/L", "D.L. No", "DL#", "driverlicense", "DriversLicense")),
        ("US_PASSPORT", "912803456", ("passportno", "PassportNo:")),
        ("US_BANK_NUMBER", "945456787654", ("accountnumber=", "AccountNo", "acctno")),
    ],
)  # fmt: skip
def test_spellings(kind: str, value: str, words: tuple[str, ...], gate: str) -> None:
    """A word is known in each of its spellings, through either gate."""
    for word in words:
        text = f"{word} {value}"
        assert [(kind, value)] == [
            (match.entity_type, text[match.start : match.end]) for match in redactor(gate).find(text)
        ], word


@pytest.mark.parametrize(
    "text", ["do b 1990-01-01", "what to do. B 1990-01-01", "to be seen 123456789", "m.y.k. 900101-14-1234"]
)
def test_other_words(text: str) -> None:
    """Letters that belong to other words do not make one."""
    assert [] == redactor("auto").find(text)


@pytest.mark.parametrize(
    "key",
    [
        "phonenumber",
        "phoneNumber",
        "accountno",
        "dateofbirth",
        "passportno",
        "driverlicense",
        "socialsecuritynumber",
        "bankaccount",
    ],
)
def test_keys_run_together(key: str) -> None:
    """A key in lower case says what its words say."""
    values = {
        "dateofbirth": "1990-01-01",
        "driverlicense": "D1234567",
        "phonenumber": "4155550132",
        "phoneNumber": "4155550132",
        "socialsecuritynumber": "123456789",
    }
    value = values.get(key, "912803456")
    assert {key: value} != redactor("auto").value({key: value})


def test_triggers_of_unusual_spellings() -> None:
    """A short word fires with dots, one of two letters with a slash, one given with capitals inside in that form."""
    (trigger,) = word_triggers(["KBank"])
    assert trigger.endswith("|KBank")
    assert [r"(?i:d\.o\.b)" in one for one in word_triggers(["dob"])] == [True]
    assert ["(?i:d[./]l)" in one for one in word_triggers(["dl"])] == [True]
    assert word_triggers(["dob", "DoB"]) == word_triggers(["DoB"])
