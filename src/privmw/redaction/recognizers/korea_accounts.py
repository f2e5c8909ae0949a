"""Korean bank accounts: no check digit, so a bank's name, a word for account, or a bank's own format decides."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer, Specificity
from privmw.redaction.recognizers.shapes import NUM_RIGHT, SIEVE, keyed

__all__ = ["ACCOUNT_WORDS", "RECOGNIZERS"]

ACCOUNT_WORDS = (
    "계좌", "계좌번호", "입금", "송금", "이체", "통장", "예금주", "환불계좌", "가상계좌", "자동이체", "출금",
    "국민", "신한", "우리", "하나", "농협", "기업은행", "기업", "은행", "카카오뱅크", "카뱅", "토스뱅크", "케이뱅크", "새마을금고",
    "새마을", "신협", "우체국", "수협", "부산은행", "대구은행", "광주은행", "전북은행", "경남은행", "제주은행", "씨티은행", "씨티",
    "제일은행", "산업은행", "저축은행", "sc제일", "kakaobank", "tossbank", "KBank",
)  # fmt: skip
_ENGLISH = ("bank account", "account number", "account no", "acct no", "bank acct")
_INITIALS = ("kb", "nh", "ibk", "sc", "im")
"""Banks by their initials: enough beside hyphens, not beside a row of digits (``35 kB 1739293532``)."""

_NOT_ORDER = "".join(
    rf"(?<!{word}{gap}[0-9])"
    for word in (
        "주문번호",
        "상품코드",
        "송장번호",
        "참조번호",
        "운송장",
        "운송장번호",
        "상품번호",
        "접수번호",
        "승인번호",
        "예약번호",
        "전화번호",
    )
    for gap in ("", " ", ":", ": ", "는 ", "은 ")
)
"""An order, product, parcel or reference number beside a bank's name is not an account."""

_FIRST = rf"(?<![0-9A-Za-z_])(?<![0-9][.-])[0-9]{_NOT_ORDER}"

RECOGNIZERS: tuple[Recognizer, ...] = (
    keyed(
        "kr_account_hyphens",
        "KR_ACCOUNT",
        rf"{_FIRST}(?!(?:[0-9])?[0-9]{{2}}-[0-9]{{1,2}}-[0-9]{{1,2}}(?![0-9-]))(?<!01[016-9])"
        rf"[0-9]{{1,5}}-[0-9]{{2,6}}-[0-9]{{2,8}}(?:-[0-9]{{1,5}})?{NUM_RIGHT}",
        r"[0-9]{2,6}-[0-9]{2,6}-[0-9]{2}",
        (*ACCOUNT_WORDS, *_INITIALS, *_ENGLISH),
        boosted=0.85,
        ignore_case=False,
        specificity=Specificity.GENERIC,
        source="Account formats of Korean banks (Korea Financial Telecommunications and Clearings Institute)",
    ),
    keyed(
        "kr_account_digits",
        "KR_ACCOUNT",
        rf"{_FIRST}[0-9]{{9,15}}{NUM_RIGHT}",
        r"[0-9]{10}",
        ACCOUNT_WORDS,
        within=40,
        boosted=0.8,
        ignore_case=False,
        specificity=Specificity.GENERIC,
        source="As above, without hyphens",
    ),
    Recognizer(
        name="kr_account_kakaobank",
        entity_type="KR_ACCOUNT",
        pattern=rf"(?<![0-9A-Za-z_])(?<![0-9][.-])3{_NOT_ORDER.replace('[0-9])', '3)')}333-?[0-9]{{2}}-?[0-9]{{7}}{NUM_RIGHT}",
        trigger=r"3333-?[0-9]{2}-?[0-9]{7}\b",
        sieve=SIEVE,
        lookback=32,
        lookahead=4,
        score=0.65,
        boosted=0.9,
        context=ACCOUNT_WORDS,
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
