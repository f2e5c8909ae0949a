"""Korean bank accounts: no check digit, so a bank's name, a word for account, or a bank's own format decides."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer, Specificity
from privmw.redaction.recognizers.labels import COUNTERS, ORDERS, STRUCTURED_ID, labelled
from privmw.redaction.recognizers.shapes import NUM_RIGHT, SIEVE, keyed

__all__ = ["ACCOUNT_WORDS", "RECOGNIZERS"]

ACCOUNT_WORDS = (
    "계좌", "계좌번호", "통장", "예금주", "환불계좌", "가상계좌", "신한", "국민은행", "우리은행", "하나은행", "기업은행", "농협", "카카오뱅크", "카뱅", "토스뱅크",
    "케이뱅크", "뱅크", "새마을금고", "새마을", "신협", "우체국", "수협", "부산은행", "대구은행", "광주은행", "전북은행", "경남은행", "제주은행", "씨티은행", "씨티",
    "제일은행", "산업은행", "저축은행", "sc제일", "kakaobank", "tossbank", "KBank",
)  # fmt: skip
_ORDINARY = ("우리", "하나", "기업", "국민", "은행", "입금", "송금", "이체", "출금", "자동이체", "토스")
"""Names of banks that are everyday words, and words for what is done with money: enough only right beside the number."""

_ENGLISH = ("bank account", "account number", "account no", "acct no", "bank acct")
_INITIALS = ("kb", "nh", "ibk", "sc", "im")
"""Banks by their initials: enough beside hyphens, not beside a row of digits (``35 kB 1739293532``)."""

_OTHER = labelled(
    (*ORDERS, *COUNTERS, "전화번호", "전화", "연락처", "휴대폰", "핸드폰", "팩스", "주민번호", "주민등록번호"),
    also=STRUCTURED_ID,
)
_FIRST = r"(?<![0-9A-Za-z_])(?<![0-9][.-])"
_NO_AMOUNT = r"(?! ?(?:원|건|개|명|점|달러|엔))"
_HYPHENS = (
    rf"{_FIRST}(?!(?:19|20)[0-9]{{2}}-[01]?[0-9]-[0-3]?[0-9](?![0-9-]))"
    rf"(?!(?:[0-9])?[0-9]{{2}}-[0-9]{{1,2}}-[0-9]{{1,2}}(?![0-9-]))(?!01[016-9]-[0-9]{{3,4}}-[0-9]{{4}}(?![0-9-]))"
    rf"[0-9]{{1,6}}-[0-9]{{2,8}}-[0-9]{{2,8}}(?:-[0-9]{{1,8}})?{NUM_RIGHT}{_NO_AMOUNT}"
)
_DIGITS = rf"{_FIRST}[0-9]{{9,15}}{NUM_RIGHT}{_NO_AMOUNT}"
_SPACED = (
    rf"{_FIRST}(?=(?:[ .]?[0-9]){{10,14}}(?![ .]?[0-9]))[0-9]{{2,6}}(?:[ .][0-9]{{2,7}}){{1,3}}{NUM_RIGHT}{_NO_AMOUNT}"
)


def _account(
    name: str,
    pattern: str,
    trigger: str,
    words: tuple[str, ...],
    boosted: float,
    source: str,
    *,
    within: int = 64,
    far: float | None = None,
) -> Recognizer:
    return keyed(
        name,
        "KR_ACCOUNT",
        pattern,
        trigger,
        words,
        within=within,
        far=far,
        other=_OTHER,
        boosted=boosted,
        ignore_case=False,
        specificity=Specificity.GENERIC,
        source=source,
    )


_FORMATS = "Account formats of Korean banks (Korea Financial Telecommunications and Clearings Institute)"

RECOGNIZERS: tuple[Recognizer, ...] = (
    _account(
        "kr_account_hyphens",
        _HYPHENS,
        r"[0-9]{1,6}-[0-9]{2,8}-[0-9]{2}",
        (*ACCOUNT_WORDS, *_INITIALS, *_ENGLISH),
        0.85,
        _FORMATS,
    ),
    _account(
        "kr_account_hyphens_beside",
        _HYPHENS,
        r"[0-9]{1,6}-[0-9]{2,8}-[0-9]{2}",
        _ORDINARY,
        0.85,
        _FORMATS,
        within=40,
        far=0.0,
    ),
    _account("kr_account_digits", _DIGITS, r"[0-9]{9}", ACCOUNT_WORDS, 0.8, "As above, without hyphens", within=40),
    _account(
        "kr_account_digits_beside",
        _DIGITS,
        r"[0-9]{10}",
        _ORDINARY,
        0.8,
        "As above, without hyphens",
        within=40,
        far=0.0,
    ),
    _account(
        "kr_account_spaced",
        _SPACED,
        r"[0-9]{2,6}[ .][0-9]{2,7}",
        ACCOUNT_WORDS,
        0.75,
        "As above, in groups",
        within=24,
        far=0.0,
    ),
    Recognizer(
        name="kr_account_kakaobank",
        entity_type="KR_ACCOUNT",
        pattern=rf"{_FIRST}3333-?[0-9]{{2}}-?[0-9]{{7}}{NUM_RIGHT}",
        trigger=r"3333-?[0-9]{2}-?[0-9]{7}\b",
        sieve=SIEVE,
        lookback=32,
        lookahead=4,
        score=0.65,
        boosted=0.9,
        context=ACCOUNT_WORDS,
        other=_OTHER,
        specificity=Specificity.GENERIC,
        source="KakaoBank: 3333 and nine digits",
    ),
    Recognizer(
        name="kr_account_labelled",
        entity_type="KR_ACCOUNT",
        pattern=rf"(?:계좌(?:번호)?|통장(?:번호)?)[ .:#=는은]{{0,4}}(?P<value>[0-9]{{2,6}}(?: [0-9]{{2,7}}){{2,3}}){NUM_RIGHT}",
        trigger=r"(?:\xea\xb3\x84\xec\xa2\x8c|\xed\x86\xb5\xec\x9e\xa5)[\s\S]{0,20}[0-9]{2,6} [0-9]{2,7} [0-9]{2}",
        lookback=64,
        lookahead=32,
        score=0.8,
        boosted=0.85,
        specificity=Specificity.CATCHALL,
        source="Spaced groups behind the word for account",
    ),
)
