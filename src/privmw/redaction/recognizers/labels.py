r"""Labels that say a value is something else: ``version 1.2.3.4``, ``order_id=4111111111111111``, ``주문번호 9001011234568``.

The text before a value is read backwards, from the value on, so that one attempt at one place decides: a pattern that
searched forwards would try every character before a value, which costs more than all other checks of it together. Keys
of mappings are labels as well (:func:`key_label`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["ACCOUNTS", "COUNTERS", "LABEL", "ORDERS", "STRUCTURED_ID", "key_label", "labelled", "reads"]

LABEL = 40
"""Characters before a value in which a label must begin."""


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


ORDERS = _split(
    "order invoice inv parcel tracking shipment waybill barcode sku isbn issn ean upc gtin item product article "
    "ticket coupon voucher txn tx trx transaction lot case part run rev build serial range 주문 주문번호 상품 "
    "상품번호 상품코드 송장 송장번호 운송장 운송장번호 참조번호 접수번호 승인번호 예약 예약번호 바코드 관리번호 "
    "일련번호 시리얼 쿠폰 쿠폰번호 문서번호 품목코드 품목 거래번호 결제번호 영수증 등기번호 사건번호 게시글 글번호 "
    "티켓 좌석 모델번호 계약번호 문의번호 상담번호 회원번호 고객번호 사번 학번 금액 결제금액 매출 한도 잔액 수량"
)
"""What is ordered, sent, sold and filed under numbers of its own."""

COUNTERS = _split(
    "offset tid thread seq sequence lsn xid ack request req trace span event msg job batch epoch timestamp ts "
    "time created updated tick latency elapsed duration size bytes byte rows count total uid pid fd commit "
    "cursor checksum crc etag inode mtime generation resourceversion version rx"
)
"""What machines count and measure."""

ACCOUNTS = _split(
    "계좌 계좌번호 입금계좌 환불계좌 가상계좌 통장 통장번호 은행 뱅크 농협 새마을금고 신협 수협 우체국 신한 국민 "
    "카카오뱅크 카뱅 토스 우리 하나 기업 법인등록번호 법인번호"
)
"""Labels of Korean accounts and corporations, whose numbers look like those of persons."""

_PERSONAL = "(?i:rellac|lanoitan|nezitic|tnediser|lanosrep|tropssap)"
STRUCTURED_ID = (
    rf"[\s\"'`\\]{{0,4}}(?:[=:][\s\"'`\\]{{0,4}}(?:di(?![A-Za-z]|[_ -]?{_PERSONAL})|(?:dI|DI)(?!_?{_PERSONAL})(?=[a-z_]))"
    rf"|di_(?!{_PERSONAL})|dI(?!{_PERSONAL})(?=[a-z])|\(? ?(?i:ni) [\"'`]?di(?![A-Za-z])|:[0-9A-Za-z_.-]{{1,24}}[=:]yek(?![A-Za-z]))"
)
"""The id of a record, read backwards: ``id=``, ``"id":``, ``user_id``, ``userId``; not ``ID:`` as people write it.

So are those that a query asks for (``"id" IN (123``), and the end of a key in parts (``key=phone:123``).
"""

_SIGNS = r"[\s\"'`\\(\[:=#>]{0,6}+\.?"
_IS = "(?:(?i:si|saw|era) )?"
_START = r"(?:(?![A-Za-z])|(?<=[a-z][A-Z])|(?<=[A-Z][A-Z])(?![A-Z]))"
"""Where a word begins, read backwards: ``order``, ``user_order``, ``userOrder``, ``userID``, but not the end of ``reorder``."""

_NUMBER = rf"(?:(?i:s?rebmun|mun|on|rn|di|edoc){_START}[ _.-]?|(?:호번|드코|호|를|을|는|은|가|이|로|의) ?)?"
"""What may stand between a label's word and the signs behind it, read backwards: ``number``, ``_id``, a particle."""


def labelled(words: Iterable[str], *, also: str = "") -> str:
    """Return the source of a pattern that reads a label of one of some words backwards, for ``Recognizer.other``.

    Args:
        words: Lower case; ASCII words stand whole, in any of the usual cases, alone or as the end of ``snake_case`` and
            ``camelCase``; words of other scripts may be glued to what is before them.
        also: Another source that reads the text before a value backwards.
    """
    ascii_words = sorted({word for word in words if word.isascii()})
    others = sorted({word[::-1] for word in words if not word.isascii()})
    branches = []
    if ascii_words:
        branches.append(rf"s?{_alternatives([form for word in ascii_words for form in _forms(word)])}{_START}")
    if others:
        branches.append(_alternatives(others))
    source = rf"{_SIGNS}{_IS}{_NUMBER}(?:{'|'.join(branches)})"
    return f"{source}|{also}" if also else source


def key_label(path: str) -> str:
    """The keys above a value as the label that :func:`reads` takes, written backwards."""
    return "=" + path.replace("[]", "")[: -LABEL - 1 : -1]


def reads(source: str) -> re.Pattern[str]:
    """Compile a source that reads backwards."""
    return re.compile(source, re.ASCII)


def _forms(word: str) -> tuple[str, str]:
    """A word backwards: in lower case or as a title, and in capitals."""
    first = f"[{word[0]}{word[0].upper()}]" if word[0].isalpha() else re.escape(word[0])
    return "".join(map(re.escape, word[:0:-1])) + first, "".join(map(re.escape, word[::-1].upper()))


def _alternatives(sources: list[str]) -> str:
    """Alternatives that share what they begin with, because ``re`` tells branches apart by one literal."""
    tails: dict[str, list[str]] = {}
    for source in sources:
        head = source[: source.index("]") + 1] if source[:1] == "[" else source[: 2 if source[:1] == "\\" else 1]
        tails.setdefault(head, []).append(source[len(head) :])
    parts = [head + (_alternatives(rest) if any(rest) else "") for head, rest in tails.items()]
    if "" in tails:
        parts = [part for part in parts if part] + [""]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
