r"""Secrets without a mark of their own, known by the name beside them: ``password=``, ``client_secret:``, ``api_key``.

The name decides how strict the value is looked at. After ``password`` anything but a template or a word of prose
counts. After ``secret``, ``token`` or ``api_key`` the value must look drawn at random; after a bare ``key`` or ``auth`` it must
also be more than a hexadecimal number or UUID, which are mostly ids and hashes. Triggers hold name, separator and the
start of the value, so that prose about passwords and tokens wakes nothing.
"""

from __future__ import annotations

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
_OPEN = r"[\s\"'`\\(]{0,6}"
_BARE = r"[^\s\"'`<>&;,\\)\]}]"
_TAG = r"[^\s<>]"

_DIRECTORY = r"(?![\"'=: ]{0,4}(?:[/~]|[A-Za-z]:\\))"
"""``PWD`` is the working directory of a shell as well; passwords hardly begin like a path."""

_PASSWORDS = rf"passw(?:or)?d|passwd|passphrase|passcode|pwd{_DIRECTORY}|비밀번호|비번|암호|패스워드"
_PASSWORDS_WOKEN = r"passw(?:or)?d|passwd|passphrase|passcode|pwd|비밀번호|비번|암호|패스워드"
_SECRETS = r"secret|token(?<!publickeytoken)(?!iz)|credentials?"
_SECRETS_WOKEN = r"secret|token|credentials?"
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
        pattern=rf"{any_case(keys)}{about}{_REST}{_CLOSE}{separator}{opening}{_STANDS_IN}(?P<value>{value})",
        trigger=rf"(?i:{trigger_keys or keys}){_REST}{_CLOSE}{separator}{opening}{woken}",
        lookback=80,
        lookahead=64,
        score=score,
        boosted=score,
        checksum=check,
        policy=ChecksumPolicy.REQUIRED,
        specificity=specificity,
        secret=True,
        source=source,
    )


def _said_password(text: str) -> bool:
    """True for a password behind a colon, where prose goes on as well: it needs a digit, a sign or mixed case."""
    bare = text.rstrip(".,!?")
    mixed = any(c.isupper() for c in bare[1:]) and any(c.islower() for c in bare)
    return plausible_password(bare) and (mixed or any(not c.isalpha() for c in bare.replace("'", "")))


RECOGNIZERS: tuple[Recognizer, ...] = (
    _assigned(
        "password_assigned",
        "PASSWORD",
        _PASSWORDS,
        rf"{_BARE}{{3,256}}",
        r"[^\s\"'`<>&;,\\)\]}]{3}",
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
        r"[^\"'\r\n<>]{3,128}(?=[\"'])",
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
        rf"{_BARE}{{4,256}}",
        r"[^\s\"'`<>&;,\\)\]}]{4}",
        _said_password,
        separator=r"(?::|\sis|\s=)",
        opening=r"\s{0,4}",
        trigger_keys=_PASSWORDS_WOKEN,
        about=_ABOUT,
        score=0.75,
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
