"""Dates of birth beside a word for birth; all dates and ages on request."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer, Specificity
from privmw.redaction.recognizers.shapes import MMDD, RIGHT, keyed

__all__ = ["RECOGNIZERS"]

BIRTH_WORDS = (
    "birth", "birthday", "birthdate", "DoB", "dateofbirth", "birth date", "bday", "born", "date of birth",  "birthdate", "geburtsdatum", "geboren", "geb",
    "date de naissance", "naissance", "né le", "née le", "nacimiento", "fecha de nacimiento", "nascimento", "data di nascita",
    "nato il", "geboortedatum", "född", "fødselsdato", "doğum", "생년월일", "생일", "출생", "출생일", "태어난", "生年月日", "誕生日", "出生日期", "生日",
)  # fmt: skip

_MONTH = (
    r"(?:jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|mar(?:ch)?|m[aä]rz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?"
    r"|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)"
)
_YEAR = "(?:18|19|20)[0-9]{2}"
_DAY = "(?:0?[1-9]|[12][0-9]|3[01])"
_MON = "(?:0?[1-9]|1[0-2])"
_DATE = (
    rf"(?:{_YEAR}[-./] ?{_MON}[-./] ?{_DAY}\.?|{_DAY}[-./] ?{_MON}[-./] ?(?:{_YEAR}|[0-9]{{2}})|{_MON}[-./]{_DAY}[-./](?:{_YEAR}|[0-9]{{2}})"
    rf"|{_YEAR} ?[년年] ?{_MON} ?[월月] ?{_DAY} ?[일日]?|{_DAY}(?:st|nd|rd|th|\.)?[ -](?:of )?{_MONTH}\.?,?[ -](?:{_YEAR}|'?[0-9]{{2}})"
    rf"|{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?,? ?(?:{_YEAR})"
)
_TRIGGER = (
    r"(?:[0-9]{1,4}[-./] ?[0-9]{1,2}[-./] ?[0-9]{1,4}|[0-9]{4} ?\xeb\x85\x84|[0-9]{4}\xe5\xb9\xb4|[0-9]{8}|[0-9]{6}"
    r"|[0-9]{1,2}(?:st|nd|rd|th|\.)?[ -](?:of )?[A-Za-z]{3,9}\.?,?[ -][0-9]|[A-Za-z]{3,9}\.? [0-9]{1,2}(?:st|nd|rd|th)?,? ?[0-9]{4})"
)

RECOGNIZERS: tuple[Recognizer, ...] = (
    keyed("date_of_birth", "DATE_OF_BIRTH", rf"(?<![0-9A-Za-z.-]){_DATE})(?:T[0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{{1,9}})?)?(?:Z|[+-][0-2][0-9]:?[0-9]{{2}})?)?{RIGHT}(?![-./][0-9])", _TRIGGER, BIRTH_WORDS, boosted=0.85,
          source="Written dates, ISO 8601"),
    keyed("date_of_birth_digits", "DATE_OF_BIRTH", rf"(?<![0-9A-Za-z_.-])(?:(?:19|20)?[0-9]{{2}}{MMDD}|{MMDD}(?:19|20)[0-9]{{2}})(?![0-9A-Za-z_-])", _TRIGGER, BIRTH_WORDS,
          boosted=0.8, specificity=Specificity.GENERIC, source="Six or eight digits beside a word for birth"),
    Recognizer(
        name="date_of_birth_korean",
        entity_type="DATE_OF_BIRTH",
        pattern=rf"(?<![0-9A-Za-z.-])(?P<value>(?:(?:18|19|20)?[0-9]{{2}})년 ?{_MON}월 ?{_DAY}일) ?(?:생(?![각산활성방일애])|출생|태어)",
        trigger=r"\xec\x9d\xbc ?(?:\xec\x83\x9d|\xec\xb6\x9c\xec\x83\x9d|\xed\x83\x9c\xec\x96\xb4)",
        lookback=40,
        lookahead=12,
        score=0.8,
        source="A date and the word that somebody was born on it",
    ),
    Recognizer(
        name="date",
        entity_type="DATE_TIME",
        pattern=rf"(?<![0-9A-Za-z.-]){_DATE})(?:[T ][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{{1,9}})?)?(?:Z|[+-][0-2][0-9]:?[0-9]{{2}})?)?{RIGHT}",
        lookback=48,
        lookahead=40,
        ignore_case=True,
        score=0.6,
        specificity=Specificity.CATCHALL,
        default=False,
        source="Presidio's DATE_TIME; opt-in, because almost every log line holds one",
    ),
    Recognizer(
        name="date_month",
        entity_type="DATE_TIME",
        pattern=rf"(?<![0-9A-Za-z.-])(?:{_MONTH}-(?:{_YEAR}|[0-9]{{2}})|{_DAY}-{_MONTH}){RIGHT}(?!-)",
        lookback=24,
        lookahead=16,
        ignore_case=True,
        score=0.6,
        specificity=Specificity.CATCHALL,
        default=False,
        source="A month with a year or a day",
    ),
    Recognizer(
        name="date_numeric_short",
        entity_type="DATE_TIME",
        pattern=rf"(?<![0-9A-Za-z/.-]){_MON}/(?:{_DAY}|{_YEAR}){RIGHT}(?![/.-]?[0-9])",
        lookback=16,
        lookahead=8,
        score=0.2,
        boosted=0.3,
        specificity=Specificity.CATCHALL,
        default=False,
        source="5/21, 5/2021: a fraction as often as a date",
    ),
    Recognizer(
        name="age",
        entity_type="AGE",
        pattern=r"(?<![0-9A-Za-z])(?P<value>1?[0-9]{1,2})(?:[ -](?:years?|yrs?)[ -]olds?|[ -]?y/?o(?![A-Za-z])|세(?![가-힣])|살(?![가-힣]))",
        lookback=24,
        lookahead=16,
        ignore_case=True,
        score=0.5,
        default=False,
        specificity=Specificity.GENERIC,
        source="Opt-in: an age alone identifies nobody",
    ),
)  # fmt: skip
