r"""Secrets whose name stands farther off: as a pair of ``name`` and ``value``, as SQL, behind a space, as a short code.

``{"name": "API_KEY", "value": "…"}``, ``- name: API_KEY\n  value: …``, ``<add key="ApiKey" value="…"/>``, fields of a form,
``IDENTIFIED BY '…'``, ``api_key …`` in a table, ``OTP: 123456``.
"""

from __future__ import annotations

from collections.abc import Callable

from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.secrets.plausibility import looks_random, plausible_password, strong_random
from privmw.redaction.recognizers.shapes import NUM_LEFT, NUM_RIGHT

__all__ = ["RECOGNIZERS"]

_STANDS_IN = r"(?!<[A-Z][A-Z0-9_]*>|\[[A-Za-z][\w .-]*\]|\*{2}|\$\{|\{\{|%s)"
_PASSWORD = r"passw(?:or)?d|passwd|passphrase|pwd"
_SECRET = r"secret|token|credential|(?:api|access|private|signing|encryption|account|client|service|auth)[ _.-]?key"
_ABOUT = r"(?![\w-]{0,4}(?:hint|ids?|names?|types?|ur[il]|files?|paths?|counts?|expir|length|policy))"
_QUOTE = r"[\"'\\]{0,2}"


def _pair(name: str, entity_type: str, words: str, value: str, check: Callable[[str], bool]) -> Recognizer:
    """Declare a secret under ``value`` where the name before it is that of a secret."""
    named = (
        rf"(?:name|key|id){_QUOTE}\s{{0,4}}[:=]\s{{0,4}}{_QUOTE}[\w.\[-]{{0,32}}(?:{words}){_ABOUT}[\w\]-]{{0,8}}{_QUOTE}\s{{0,8}},?\s{{0,24}}{_QUOTE}"
        rf"(?:value|content){_QUOTE}\s{{0,4}}[:=]\s{{0,4}}{_QUOTE}"
    )
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=rf"(?<![0-9A-Za-z])(?i:{named}){_STANDS_IN}(?P<value>{value})",
        trigger=rf"(?i:{named.replace(_ABOUT, '')})[^\"'\r\n<>]{{3}}",
        lookback=200,
        lookahead=128,
        score=0.85,
        checksum=check,
        policy=ChecksumPolicy.REQUIRED,
        specificity=Specificity.GENERIC,
        secret=True,
        source="Kubernetes env, HTTP archives, web.config, HTML forms: a name and its value apart",
    )


def _code(name: str, digits: str, context: tuple[str, ...], within: int, source: str) -> Recognizer:
    """Declare a short number that is a secret right beside its name."""
    return Recognizer(
        name=name,
        entity_type="SECRET",
        pattern=rf"{NUM_LEFT}{digits}{NUM_RIGHT}",
        trigger="[0-9]{3}",
        lookback=24,
        lookahead=8,
        score=0.2,
        boosted=0.75,
        far=0.1,
        context=context,
        within=within,
        needs_context=True,
        specificity=Specificity.CATCHALL,
        secret=True,
        source=source,
    )


def _told(text: str) -> bool:
    """True for a value behind a space that no prose would have there: letters and digits, drawn at random."""
    return strong_random(text) and any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def _signed(text: str) -> bool:
    """True for a password behind a space: letters with a digit, and a sign or two digits."""
    bare = text.rstrip(".,")
    if not plausible_password(bare) or not any(map(str.isalpha, bare)) or not any(map(str.isdigit, bare)):
        return False
    return any(char in "!@#$%^&*+?" for char in bare)


RECOGNIZERS: tuple[Recognizer, ...] = (
    _pair("password_pair", "PASSWORD", _PASSWORD, r"[^\"'\r\n<>]{3,128}?(?=[\"'\r\n<]|\s*$)", plausible_password),
    _pair("secret_pair", "SECRET", _SECRET, r"[0-9A-Za-z_.~+/=:@!#$%^*-]{8,512}", looks_random),
    Recognizer(
        name="form_password",
        entity_type="PASSWORD",
        pattern=rf"name=\"[\w.\[-]{{0,32}}(?i:(?:{_PASSWORD}|secret|token){_ABOUT})[\w\]-]{{0,8}}\"(?:\r?\n[^\r\n]{{1,200}}){{0,2}}\r?\n\r?\n"
        rf"{_STANDS_IN}(?P<value>[^\r\n]{{3,256}})",
        trigger=rf"name=\"[\w.\[-]{{0,32}}(?i:{_PASSWORD}|secret|token)[\w\]-]{{0,8}}\"(?:\r?\n[^\r\n]{{1,200}}){{0,2}}\r?\n\r?\n[^\r\n]{{3}}",
        lookback=520,
        lookahead=264,
        score=0.9,
        secret=True,
        source="RFC 7578 multipart/form-data",
    ),
    Recognizer(
        name="sql_password",
        entity_type="PASSWORD",
        pattern=r"[iIpP](?:(?<=[iI])(?i:dentified[ ]{1,3}(?:with[ ]{1,3}['\"`]?\w{1,40}['\"`]?[ ]{1,3})?(?:by|as)(?:[ ]{1,3}password)?)"
        r"|(?<=[pP])(?i:assword(?:[ ]{1,3}for[ ]{1,3}\S{1,64})?))(?:[ ]{1,3}|[ ]{0,3}=[ ]{0,3}|\()(?:(?i:password)\()?['\"]"
        rf"{_STANDS_IN}(?P<value>[^'\"\r\n]{{3,128}})(?=['\"])",
        trigger=r"(?i:identified[ ]{1,3}(?:with[ ]{1,3}['\"`]?\w{1,40}['\"`]?[ ]{1,3})?(?:by|as)|password)[^'\"\r\n]{1,80}['\"][^'\"\r\n]{3}",
        lookback=200,
        lookahead=136,
        score=0.85,
        checksum=plausible_password,
        policy=ChecksumPolicy.REQUIRED,
        specificity=Specificity.GENERIC,
        secret=True,
        source="CREATE and ALTER USER, SET PASSWORD of MySQL, MariaDB, PostgreSQL, Oracle, SQL Server",
    ),
    Recognizer(
        name="secret_beside",
        entity_type="SECRET",
        pattern=r"[aAsStTcC](?:(?<=[aA])(?i:pi[ _-]?key|ccess[ _-]?(?:key|token)|uth[ _-]?token)|(?<=[sS])(?i:ecret(?:[ _-]?key)?)|(?<=[tT])(?i:oken)"
        r"|(?<=[cC])(?i:lient[ _-]?secret))[ \t]{1,4}(?:(?i:is|was)[ ]{1,2})?(?P<value>[0-9A-Za-z_+/=.~-]{16,512})(?![0-9A-Za-z(])",
        trigger=r"(?i:api[ _-]?key|access[ _-]?key|secret|token)[ \t]{1,4}(?:(?i:is|was)[ ]{1,2})?[0-9A-Za-z_+/=.~-]{16}",
        lookback=64,
        lookahead=128,
        score=0.65,
        checksum=_told,
        policy=ChecksumPolicy.REQUIRED,
        specificity=Specificity.CATCHALL,
        secret=True,
        source="Tables and sentences: a name, a space, and a value that is no word",
    ),
    Recognizer(
        name="password_beside",
        entity_type="PASSWORD",
        pattern=r"[pP](?i:assw(?:or)?d|asswd)[ \t]{1,2}"
        rf"{_STANDS_IN}(?P<value>[!-~]{{6,64}})(?=[\s,.]|$|[가-힣])",
        trigger=r"(?i:passw(?:or)?d|passwd)[ \t]{1,2}[!-~]{6}",
        lookback=48,
        lookahead=64,
        score=0.65,
        checksum=_signed,
        policy=ChecksumPolicy.REQUIRED,
        specificity=Specificity.CATCHALL,
        secret=True,
        source="A password told without a sign between",
    ),
    _code(
        "one_time_code",
        "[0-9]{4,8}",
        ("otp", "one time code", "one time password", "one time passcode", "verification code", "confirmation code", "security code", "auth code",
         "authentication code", "login code", "2fa code", "passcode", "인증번호", "인증 번호", "인증코드", "확인코드", "보안코드", "验证码", "認証コード"),
        24,
        "RFC 4226, RFC 6238; codes sent by SMS",
    ),
    _code("card_security_code", "[0-9]{3,4}", ("cvv", "cvv2", "cvc", "cvc2", "cvn", "card security code", "card verification"), 24,
          "ISO/IEC 7813: the code printed on a card"),
    _code("pin_code", "[0-9]{4,6}", ("pin", "pin code", "pin number", "pin no"), 16, "ISO 9564"),
)  # fmt: skip
