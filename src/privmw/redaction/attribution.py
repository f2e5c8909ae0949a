r"""Whose word is it: which context words around a value speak for that value, and which for its neighbour.

``{"id": 123456789, "phone": "…"}`` holds a word for telephones right behind a number that is none. A value with a label of
its own right before it (``id=``, ``"created":``, ``<total>``) is what that label says; a word behind a value belongs to it
only up to the next comma, and not where it is the label of what follows; and a label whose last word is about something
else (``phone_id``, ``card count``) speaks for nothing.
"""

from __future__ import annotations

import re

__all__ = ["LABELS_NEXT", "NEUTRAL", "behind_until", "connected", "harmless", "own_label"]


def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())


NEUTRAL = _split(
    "number numbers num no nr nummer numero número numéro value val field it its this that these here "
    "there follows following below above is are was new old current correct home work office personal "
    "main primary secondary alternate other user customer agent assistant bot caller patient at on by in "
    "of me you q a answer reply human ai info details string str item 번호 번호는 번호가 값 는 은 이 가 "
    "고객 고객님 상담원 나 사용자 손님 답 답변 새 기존"
)
"""Words that a label may consist of without saying what the value is."""

_HARMLESS = _split(
    "id ids uuid guid count counts total totals sum amount amounts balance price cost fee size length len "
    "version ver build hash hashes model type types status state created updated modified deleted "
    "verified verification enabled disabled timestamp ts time epoch index seq sequence offset page limit "
    "quota usage latency duration ms seconds bytes rows port pid tid txn tx trx transaction order orders "
    "request req event job queue depth cache hits attempts retries batch miss rssi brand level rate ratio "
    "score age ttl expires expiry serial session"
)
"""Words that, last in a label, say that it is about something else than the value that it also names."""

_HARMLESS_KOREAN = re.compile(
    "금액|[금체]액|전표|개설일|한도|매출|잔액|총액|수량|건수|점포|순위|수수료|주문|예약|상품|송장|접수|승인"
)

_WORDLESS_TAGS = _split(
    "td th tr li dd dt p b i u a em strong span div font code pre value item string int long double field "
    "entry h1 h2 h3 h4 h5 h6 label input cell data br html body option text"
)
_OPENING = r"(?:[(\[{]|[\"'`]\\?[bBrRuU]?){0,3}\s{0,4}(?:[\"'`]\\?)?"
_SIGN = re.compile(rf"{_OPENING}(?:>=|=:|>-|[:=：＝])(?P<gap>\s{{0,3}})(?P<quote>[\"'`]\\?)?")
_TAG = re.compile(r"\s{0,4}>(?:[^<>]{0,40}\s)??(?P<name>[\w:.-]{1,48})<")
_CLAUSE = re.compile(r"[^,;&|{}<>\n\r\t?!=:\"：]{1,64}?(?=\s\.|[,;&|{}<>\n\r\t?!=:\"：]|\Z)")
_IN_LIST = re.compile(r"(?:[\"'`]\\?)?\s{0,2}[,\[]")
_WORD = re.compile(r"[^\W_]+")
_MANY_WORDS = 4
"""A label of so many words is a sentence, and its words count as those of any other."""

LABELS_NEXT = re.compile(r"[\w.-]{0,32}(?: \w{1,16})?[\"'`\\]{0,2}\s{0,2}[:=：]|[\s#(+-]{1,3}[0-9][0-9 ().-]{5}")
"""What follows a word that is, or begins, the label of the next value."""

_STOP = re.compile(r"[,;&|{}\[\]\n\r<>\"'`]|[.!?](?:\s|\Z)")

_CONNECTING = _split(
    "number numbers num no nr id is was are be at on to of for as the a an my your his her our their its "
    "it this that here follows following below ending with and or me us him them back now please new "
    "current old correct mobile home work office cell line direct main primary personal private business "
    "holder value has have been changed updated set given registered listed using via by from in nummer "
    "numero número numéro ist lautet est es er är il el la le les al der die das mein meine mi mon ma mio "
    "meu minha su sein ihre unter de di do da du del номер это мой"
)
_KOREAN = (
    "번호|은행|뱅크|계좌|입금|송금|통장|으로|로|는|은|이|가|를|을|의|에|도|만|입니다|이고|이며|라고|님|께|부터|및|"
    "또는|명의|직통|제|내|저희|본인|고객님|고객"
)
_WORDS = "|".join(sorted(_CONNECTING, key=lambda word: (-len(word), word)))
_CONNECTED = re.compile(
    rf"(?:[^\w/?&{{}}<>|]|_|<[^<>]{{1,60}}>|(?<![^\W\d_])(?:{_WORDS})(?![^\W\d_])|{_KOREAN})*+", re.IGNORECASE
)


def own_label(text: str, low: int, start: int) -> int:
    """Where the label begins that a value has right before it, at ``low`` or later; -1 where it has none.

    A label that says nothing (``number:``, ``Customer:``) and one that is a sentence count as none.
    """
    before = text[low:start][::-1]
    sign = _SIGN.match(before)
    if sign is None:
        at = before.find("[")
        if at < 0 or "]" in before[:at] or "{" in before[:at] or _IN_LIST.match(before) is None:
            return _tag(before, start)
        sign = _SIGN.match(before, at)
        if sign is None:
            return -1
    behind = sign.end()
    if sign["quote"]:
        close = before.find(sign["quote"][0], behind)
        length = (len(before) if close < 0 else close) - behind
    else:
        found = _CLAUSE.match(before, behind)
        if found is None:
            return -1
        length = found.end() - behind
        if not sign["gap"] and (before[behind - 1] == "=" or _glued(before, behind)):
            length = _key(before, behind, length)
    end = start - behind
    words = _WORD.findall(text, end - length, end)
    if not words or len(words) >= _MANY_WORDS or all(word.lower() in NEUTRAL or word.isdigit() for word in words):
        return -1
    return end - length


def _glued(before: str, behind: int) -> bool:
    """Whether a colon has the value right behind it, as in ``key:value``."""
    return behind == 1 or not before[behind - 2].isspace()


def _key(before: str, behind: int, length: int) -> int:
    """Length of a key that a sign is glued to (``asmens kodas=``), a value before it left out (``phone=none id=``)."""
    words = before[behind : behind + length].split()
    if len(words) >= _MANY_WORDS:
        return len(words[0])
    if len(words) > 1 and before[behind + length : behind + length + 1] in {"=", ":"}:
        return before.rindex(words[-1], behind, behind + length) - behind
    return length


def _tag(before: str, start: int) -> int:
    tag = _TAG.match(before)
    if tag is None or tag["name"][::-1].lower() in _WORDLESS_TAGS:
        return -1
    return start - tag.end("name")


def behind_until(text: str, end: int, high: int) -> int:
    """Where words behind a value cease to belong to it, at ``high`` at the latest."""
    first = end + 1 if text[end : end + 1] in {'"', "'", "`"} else end
    stop = _STOP.search(text, first, high)
    return high if stop is None else stop.start()


def harmless(word: str) -> bool:
    """Whether a word, last in a label, says that the label is about something else."""
    return word in _HARMLESS if word.isascii() else _HARMLESS_KOREAN.search(word) is not None


def connected(text: str, first: int, last: int) -> bool:
    """Whether nothing but connecting words and signs stands between a context word and a value (``number is``, ``는``)."""
    return first >= last or _CONNECTED.fullmatch(text, first, last) is not None
