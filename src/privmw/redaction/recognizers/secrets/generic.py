r"""Secrets without a mark of their own, known by the name beside them: ``password=``, ``client_secret:``, ``api_key``.

The name decides how strict the value is looked at. After ``password`` anything but a template or a word of prose
counts. After ``secret``, ``token`` or ``api_key`` the value must look drawn at random; after a bare ``key`` or ``auth`` it must
also be more than a hexadecimal number or UUID, which are mostly ids and hashes. Triggers hold name, separator and the
start of the value, so that prose about passwords and tokens wakes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.secrets.plausibility import looks_random, plausible_password, strong_random
from privmw.redaction.recognizers.secrets.shapes import any_case

__all__ = ["RECOGNIZERS"]

_STANDS_IN = (
    r"(?!<[A-Z][A-Z0-9_]*>|\[[A-Za-z][\w .-]*\]|\*{2}|\$\{|\{\{|%s"
    r"|None\b|null\b|true\b|false\b|[a-z][0-9a-z+.-]{1,16}://)"
)
_REST = r"[\w.-]{0,24}"
_CLOSE = r"[\"'\]})\\]{0,3}[ \t]{0,3}"
_ASSIGN = r"(?:[=:?+.]?=>?|:{1,3}=?|\|{1,2}|,)"
_TYPE = (
    r"\??(?:[ \t]{0,3}:[ \t]{0,3}(?:&(?:'[a-z]{1,8} )?)?[A-Za-z][A-Za-z_.]{1,24}[0-9]{0,2}(?:[\[<][\w., ]{1,24}[\]>])?\??|[ \t]{1,3}(?:string|str|String))"
    r"[ \t]{1,3}=(?!=)"
)
"""Between name and value of a declaration: ``: string =``, ``: &str =``, ``: Optional[str] =``, `` string =``."""

_TYPE_WOKEN = _TYPE.replace("(?!=)", "")
_OPEN = r"[\s\"'`\\(]{0,6}"
_BARE = r"(?:[^\s\"'`<>&;,\\)\]}]|&(?!\w{1,32}=|amp;|quot;|#))"
"""Up to the next parameter of a query, but over an ampersand that is part of a password."""

_TAG = r"[^\s<>]"

_DIRECTORY = r"(?![\"'=: ]{0,4}(?:[/~]|[A-Za-z]:\\))"
"""``PWD`` is the working directory of a shell as well; passwords hardly begin like a path."""

_FOREIGN = "passwort|kennwort|contrase(?:ñ|n)a|senha|wachtwoord|has(?:ł|l)o|heslo|lösenord|mot de passe|парол[ьяю]|密码|密碼|口令|パスワード"
_PASSWORDS = rf"passw(?:or)?d|passwd|passphrase|passcode|pwd{_DIRECTORY}|pswd|pass(?-i:(?<=_PASS))(?![A-Za-z])|비밀번호|비번|암호|패스워드|{_FOREIGN}"
_PASSWORDS_WOKEN = rf"passw(?:or)?d|passwd|passphrase|passcode|pwd|pswd|_pass|비밀번호|비번|암호|패스워드|{_FOREIGN}"
_SHORT_NAMES = (
    "pass(?<![0-9A-Za-z].{4})(?![A-Za-z])|pass(?-i:(?<=[a-z]Pass))(?![a-z])|pw(?<![0-9A-Za-z].{2})(?![A-Za-z])"
)
_SHORT_WOKEN = "pass|pw"
_SECRETS = r"secret|token(?<!publickeytoken)(?!iz)|credentials?|토큰|비밀키"
_SECRETS_WOKEN = r"secret|token|credentials?|토큰|비밀키"
_ABOUT = (
    r"(?![\w.-]{0,16}(?i:ids?|names?|counts?|types?|version|arn|ur[il]|path|files?|expir\w*|length|size|limit|usage"
    r"|endpoint)[\"'\]})\\]{0,3}[ \t]{0,3}[=:])"
)
"""What a name goes on with when its value is about a secret and not one: ``token_type=``, ``secret_name:``."""

_QUALIFIERS = (
    *("api", "access", "account", "private", "encryption", "signing", "master", "license", "subscription", "auth"),
    *("service", "storage", "secret", "consumer", "app", "client", "session", "webhook", "admin", "deploy", "write"),
)
_KEYS = "key(?:" + "|".join(f"(?<={word}key)|(?<={word}[ _.-]key)" for word in _QUALIFIERS) + ")"
_KEYS_WOKEN = f"(?:{'|'.join(_QUALIFIERS)})[ _.-]?key"
_LOOSE = r"key(?<![0-9A-Za-z].{3})(?<!(?i:public).key)(?![0-9A-Za-z])|auth(?<![0-9A-Za-z].{4})(?![0-9A-Za-z])|creds?(?![0-9A-Za-z])"


def _assigned(
    name: str,
    entity_type: str,
    keys: str,
    value: str,
    woken: str,
    check: Callable[[str], bool],
    *,
    score: float,
    trigger_keys: str = "",
    about: str = "",
    separator: str = _ASSIGN,
    opening: str = _OPEN,
    specificity: Specificity = Specificity.GENERIC,
    source: str = "OWASP secrets management cheat sheet",
) -> Recognizer:
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=rf"{any_case(keys)}{about}{_REST}{_CLOSE}(?:{_TYPE}|{separator}){opening}{_STANDS_IN}(?P<value>{value})",
        trigger=rf"(?i:{trigger_keys or keys}){_REST}{_CLOSE}(?:{_TYPE_WOKEN}|{separator}){opening}{woken}",
        lookback=152,
        lookahead=64,
        score=score,
        boosted=score,
        checksum=check,
        policy=ChecksumPolicy.REQUIRED,
        specificity=specificity,
        secret=True,
        source=source,
    )


_MEASURE = re.compile(r"[0-9][0-9.,/:]*[A-Za-z%]{0,4}")
_IDENTIFIER = re.compile(r"[a-z]+(?:[_.:/-][a-z0-9]+)+|[A-Z][a-zA-Z]+(?:[_.:][A-Za-z0-9]+)*")


def _said_password(text: str) -> bool:
    """True for a password behind a colon, where prose goes on as well: it needs a digit, a sign or mixed case."""
    bare = text.rstrip(".,!?")
    mixed = any(c.isupper() for c in bare[1:]) and any(c.islower() for c in bare)
    return plausible_password(bare) and (mixed or any(not c.isalpha() for c in bare.replace("'", "")))


def _short_named(text: str) -> bool:
    """True for a password behind ``pass`` or ``pw``, which name other things as well: letters with digits or signs."""
    bare = text.rstrip(".,!?")
    if not any(map(str.isalpha, bare)) or _MEASURE.fullmatch(bare) or _IDENTIFIER.fullmatch(bare):
        return False
    return _said_password(text) and (any(map(str.isdigit, bare)) or not bare.isalnum())


RECOGNIZERS: tuple[Recognizer, ...] = (
    _assigned(
        "password_assigned",
        "PASSWORD",
        _PASSWORDS,
        rf"(?!&){_BARE}{{3,256}}",
        r"[^\s\"'`<>;,\\)\]}]{3}",
        plausible_password,
        separator=r"[:?+.]{0,3}=>?",
        trigger_keys=_PASSWORDS_WOKEN,
        about=_ABOUT,
        score=0.85,
    ),
    _assigned(
        "password_quoted",
        "PASSWORD",
        _PASSWORDS,
        r"[^\"'\r\n<>]{3,128}(?=[\"'](?!\s{0,3}:))",
        r"[^\s\"'<>]{3}",
        plausible_password,
        opening=r"\s{0,4}\\?[\"']",
        trigger_keys=_PASSWORDS_WOKEN,
        about=_ABOUT,
        score=0.85,
    ),
    _assigned(
        "password_said",
        "PASSWORD",
        _PASSWORDS,
        rf"(?!&){_BARE}{{4,256}}",
        r"[^\s\"'`<>;,\\)\]}]{4}",
        _said_password,
        separator=r"(?::|\sis:?|\s=)",
        opening=r"\s{0,4}",
        trigger_keys=_PASSWORDS_WOKEN,
        about=_ABOUT,
        score=0.75,
    ),
    _assigned(
        "password_short_name",
        "PASSWORD",
        _SHORT_NAMES,
        rf"(?!&){_BARE}{{4,256}}",
        r"[^\s\"'`<>;,\\)\]}]{4}",
        _short_named,
        separator=r"(?::|[:?]?=)",
        opening=r"[ \t]{0,4}\\?[\"']?",
        trigger_keys=_SHORT_WOKEN,
        about=_ABOUT,
        score=0.7,
    ),
    Recognizer(
        name="password_element",
        entity_type="PASSWORD",
        pattern=rf"<(?i:[\w:.-]{{0,24}}(?:password|passwd|pwd|secret|(?:api|access|account|private|encryption|signing|master)[_-]?key|token)[\w.-]{{0,12}})>\s*{_STANDS_IN}(?P<value>{_TAG}{{3,512}})\s*</",
        trigger=rf"<(?i:[\w:.-]{{0,24}}(?:password|passwd|pwd|secret|(?:api|access|account|private|encryption|signing|master)[_-]?key|token)[\w.-]{{0,12}})>\s{{0,32}}{_TAG}{{3}}",
        lookback=96,
        lookahead=192,
        score=0.85,
        checksum=plausible_password,
        policy=ChecksumPolicy.REQUIRED,
        specificity=Specificity.GENERIC,
        secret=True,
        source="SOAP and configuration files in XML",
    ),
    _assigned(
        "named_secret",
        "SECRET",
        _SECRETS,
        r"[0-9A-Za-z_.~+/=:@!#$%^*-]{8,512}",
        r"[0-9A-Za-z_.~+/=:@!#$%^*-]{8}",
        looks_random,
        trigger_keys=_SECRETS_WOKEN,
        about=_ABOUT,
        score=0.8,
    ),
    _assigned(
        "named_key",
        "SECRET",
        _KEYS,
        r"[0-9A-Za-z_.~+/=:@!#$%^*-]{8,512}",
        r"[0-9A-Za-z_.~+/=:@!#$%^*-]{8}",
        looks_random,
        trigger_keys=_KEYS_WOKEN,
        about=_ABOUT,
        score=0.8,
    ),
    _assigned(
        "loose_secret",
        "SECRET",
        _LOOSE,
        r"[0-9A-Za-z_.~+/=-]{16,512}",
        r"[0-9A-Za-z_.~+/=-]{16}",
        strong_random,
        trigger_keys="auth|key|creds?",
        specificity=Specificity.CATCHALL,
        score=0.7,
    ),
)
