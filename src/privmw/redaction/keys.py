"""Keys that name a secret: whatever stands under ``password``, ``authorization`` or ``api_key`` is redacted whole.

The list is the union of the key lists of Sentry's SDK and Relay, Logfire and the OWASP logging cheat sheet, matched by
words, so that ``dbPassword``, ``X-Api-Key``, ``api.key`` and ``user[password]`` count and ``author``, ``secretary``,
``max_tokens`` and ``password_changed_at`` do not.
"""

from __future__ import annotations

from itertools import pairwise

from privmw.redaction.cues import words_of

__all__ = ["secret_kind"]


def _split(words: str) -> list[str]:
    return words.split()


_WORDS = {
    **dict.fromkeys(
        _split(
            "password passwords passwd passwds pwd pswd passphrase passcode userpass dbpass 비밀번호 패스워드 "
            "암호 비번 passwort kennwort contraseña contrasena senha wachtwoord hasło heslo lösenord пароль "
            "密码 密碼 口令 パスワード"
        ),
        "PASSWORD",
    ),
    **dict.fromkeys(["cookie", "cookies"], "COOKIE"),
    **dict.fromkeys(_split("sessionid sessid sid phpsessid jsessionid aspsessionid"), "SESSION_ID"),
    **dict.fromkeys(
        _split(
            "secret secrets credential credentials cred creds authorization auth csrf xsrf csrftoken xcsrftoken "
            "xsrftoken jwt bearer apikey apikeys apitoken accesskey accesstoken authtoken refreshtoken idtoken "
            "secretkey privatekey clientsecret token tokens cvv cvv2 cvc cvc2 cvn otp totp mnemonic 인증번호 토큰 비밀키"
        ),
        "SECRET",
    ),
}
_ALONE = {"session": "SESSION_ID", "pin": "PASSWORD", "pass": "PASSWORD", "pw": "PASSWORD"}
"""Words that name a secret only where they are the whole key."""

_PAIRS = {
    **{
        (word, "key"): "SECRET"
        for word in _split(
            "api access secret private signing encryption account auth master service license storage shared host "
            "deploy subscription function consumer ssh kms"
        )
    },
    **{
        (word, "code"): "SECRET"
        for word in _split("security verification recovery backup otp auth authorization reset sms confirmation login")
    },
    **{("session", word): "SESSION_ID" for word in ("id", "key", "token", "cookie", "secret")},
    **{(word, "session"): "SESSION_ID" for word in ("user", "aiohttp", "symfony", "laravel")},
    **{(word, "signature"): "SECRET" for word in ("amz", "hub", "slack", "stripe", "goog")},
    **dict.fromkeys(
        [
            *((word, "pass") for word in _split("user db smtp redis admin root mysql ftp mail")),
            ("card", "pin"),
            ("pin", "code"),
        ],
        "PASSWORD",
    ),
    ("connect", "sid"): "SESSION_ID",
    ("connection", "string"): "SECRET",
    ("seed", "phrase"): "SECRET",
    ("code", "verifier"): "SECRET",
}

_ENDINGS = ("password", "passwd", "passphrase", "secret", "token", "apikey", "secretkey", "privatekey", "credentials")
"""Endings of words that are written as one, like ``userpassword`` and ``fcmtoken``."""

_HARMLESS = frozenset(
    _split(
        "count counts limit limits usage max min total num number length size budget price cost rate ratio details "
        "logprobs bias expires expired expiry expiration ttl age at date time timestamp updated changed created "
        "issued lifetime duration url uri endpoint path name names type types method methods provider providers mode "
        "scheme schemes status state enabled disabled required policy consent hint strength format class version "
        "parser position index field label prompt input output completion cached reasoning per minute second day used "
        "remaining available left right middleware backend error errors failed failure success valid invalid verified "
        "domain samesite secure httponly flow flows tokenizer symbol address balance supply standard arn"
    )
)
"""Words beside a secret word that make the key a fact about a secret, not the secret."""

_NEVER_HARMLESS = frozenset({"password", "passwd", "pwd", "passphrase", "비밀번호"})
_ABOUT_A_PASSWORD = frozenset(
    _split(
        "at date time timestamp updated changed created expires expired expiry expiration age ttl policy strength "
        "length enabled disabled required status url uri type version verified valid invalid min max error errors "
        "failed"
    )
)


def secret_kind(key: str) -> str | None:
    """Return the entity type of the secret that a key names, or ``None`` where it names none.

    Args:
        key: A mapping key, header, cookie, parameter or attribute name, in any notation.
    """
    words = words_of(key[:128])
    if not words:
        return None
    if len(words) == 1 and words[0] in _ALONE:
        return _ALONE[words[0]]
    kind = _kind(words)
    if kind is None or len(words) == 1:
        return kind
    facts = _ABOUT_A_PASSWORD if _NEVER_HARMLESS.intersection(words) else _HARMLESS
    return None if facts.intersection(words) else kind


def _kind(words: list[str]) -> str | None:
    for word in reversed(words):
        kind = _WORDS.get(word)
        if kind is not None:
            return kind
        if word.endswith(_ENDINGS):
            return "PASSWORD" if "pass" in word else "SECRET"
    for pair in pairwise(words):
        kind = _PAIRS.get(pair)
        if kind is not None:
            return kind
    return None
