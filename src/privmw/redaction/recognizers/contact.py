"""E-mail addresses."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer

__all__ = ["RECOGNIZERS"]

_WIDE = "\u00c0-\u1fff"
"""Letters of scripts that put spaces between words; Hangul, kana and Han are glued to an address without one."""

_CJK = "\u2e80-\u9fff\uac00-\ud7a3"
_ATEXT = rf"[0-9A-Za-z_{_WIDE}]"
_LOCAL = rf"(?:{_ATEXT}[0-9A-Za-z_.+'%~{_WIDE}-]{{0,128}}+|[{_CJK}]{{1,64}}+)"
_QUOTED = r"\"[^\"\\\s@][^\"\\\r\n]{0,62}\""
_LABEL = rf"(?:{_ATEXT}[0-9A-Za-z_{_WIDE}-]{{0,62}}+(?<!-)|[{_CJK}]{{1,63}}+)"
_TOP = (
    rf"(?:xn--[0-9A-Za-z-]{{2,59}}|(?!(?:png|jpe?g|gif|webp|svg|css|js|map|ico|woff2?)(?![0-9A-Za-z-]))"
    rf"[A-Za-z]{{2,63}}(?![0-9A-Za-z_-]*[0-9A-Za-z])|[{_WIDE}]{{2,63}}|[{_CJK}]{{2,63}})"
)
_DOMAIN = rf"(?![0-9]+\.[0-9]+[.-])(?:{_LABEL}\.){{1,12}}{_TOP}"

_HOST = rf"(?:{_DOMAIN}|localhost(?![0-9A-Za-z._-])|\[(?:[0-9.]{{7,15}}|IPv6:[0-9A-Fa-f:.]{{2,45}})\])"

RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="email",
        entity_type="EMAIL_ADDRESS",
        pattern=rf"(?<![0-9A-Za-z_.+%{_WIDE}])(?<![0-9A-Za-z{_WIDE}][~-])(?:(?<=\\)[nrt])?(?P<value>(?!git@)(?!(?<=://)[0-9A-Za-z_.-]{{20}}){_LOCAL}@{_HOST})",
        trigger=r"@[0-9A-Za-z\[\x80-\xff]",
        reach="0-9A-Za-z_.+'%~@\\[-",
        lookback=136,
        lookahead=64,
        score=0.95,
        source="RFC 5321, RFC 6531; no public-suffix check, so that .internal and .local count",
    ),
    Recognizer(
        name="email_quoted",
        entity_type="EMAIL_ADDRESS",
        pattern=rf"(?<![0-9A-Za-z_.+%{_WIDE}])(?<![0-9A-Za-z{_WIDE}][~-]){_QUOTED}@{_HOST}",
        trigger=r"\"@[0-9A-Za-z\[\x80-\xff]",
        lookback=80,
        lookahead=64,
        score=0.95,
        source="RFC 5321 section 4.1.2: a quoted local part",
    ),
)
