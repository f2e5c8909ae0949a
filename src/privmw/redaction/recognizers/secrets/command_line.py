"""Secrets as shells and configuration files write them: options, environment lines, ``.netrc``, clients of databases."""

from __future__ import annotations

from collections.abc import Callable

from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.secrets.plausibility import plausible_password

__all__ = ["RECOGNIZERS"]

_STANDS_IN = r"(?!<[A-Z][A-Z0-9_]*>|\[[A-Za-z][\w .-]*\]|\*{2}|\$|\{\{|%|-)"
_NAME = r"(?i:passw(?:or)?d|passphrase|pass(?![a-z])|pw(?![a-z])|secret|token|credential|(?:api|access|private|signing|master|encryption|account|admin|app|auth|openai)[_-]?key)"
_NAME_WOKEN = _NAME.replace("(?![a-z])", "")
_ABOUT = r"(?!(?i:[_-]?(?:file|path|type|name|ids?|ttl|ur[il]|env|stdin|length|policy|expir)))"
_WORD = r"[^\s\"'`<>|;&]"
_MIXED = r"(?=[^\s\"'`<>|;&]{0,512}[0-9A-Z!@#%^*+=/])"
"""What :func:`_given` asks for, as far as a pattern can say it: names of further options are not even candidates."""

_SPACE = r"[ \t]{1,4}"


def _given(text: str) -> bool:
    """Tell a value from the next option or a word of prose: it holds a digit or a sign, or mixes cases."""
    bare = text.rstrip(".,!?:")
    mixed = any(char.isupper() for char in bare[1:]) and any(char.islower() for char in bare)
    return plausible_password(bare) and (mixed or any(not char.isalpha() for char in bare.replace("'", "")))


def _drawn(text: str) -> bool:
    """Tell a drawn key from code and placeholders: many different characters, a digit among them."""
    return len(set(text)) >= 16 and any(map(str.isdigit, text))


def _behind(
    name: str,
    entity_type: str,
    before: str,
    value: str,
    trigger: str,
    *,
    after: str = "",
    check: Callable[[str], bool] = _given,
    lookback: int = 128,
    score: float = 0.8,
    specificity: Specificity = Specificity.GENERIC,
    source: str,
) -> Recognizer:
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=rf"{before}{_STANDS_IN}(?P<value>{value}){after}",
        trigger=trigger,
        lookback=lookback,
        lookahead=128,
        score=score,
        boosted=score,
        checksum=check,
        policy=ChecksumPolicy.REQUIRED,
        specificity=specificity,
        secret=True,
        source=source,
    )


RECOGNIZERS: tuple[Recognizer, ...] = (
    _behind(
        "command_option",
        "SECRET",
        rf"--[0-9A-Za-z_-]{{0,24}}{_NAME}{_ABOUT}[0-9A-Za-z_-]{{0,8}}{_SPACE}[\"']?",
        rf"{_MIXED}{_WORD}{{6,512}}",
        rf"--[0-9A-Za-z_-]{{0,24}}{_NAME_WOKEN}[0-9A-Za-z_-]{{0,8}}{_SPACE}[\"']?{_WORD}{{6}}",
        source="POSIX utility conventions: an option and its argument",
    ),
    _behind(
        "environment_line",
        "SECRET",
        rf"(?<![0-9A-Za-z])(?:setenv|setx|ENV|ARG){_SPACE}[0-9A-Za-z_-]{{0,32}}{_NAME}{_ABOUT}[0-9A-Za-z_]{{0,16}}{_SPACE}[\"']?",
        rf"{_MIXED}{_WORD}{{6,512}}",
        rf"(?:setenv|setx|ENV|ARG){_SPACE}[0-9A-Za-z_-]{{0,32}}{_NAME_WOKEN}[0-9A-Za-z_]{{0,16}}{_SPACE}[\"']?{_WORD}{{6}}",
        source="csh setenv, Windows setx, Dockerfile ENV and ARG",
    ),
    _behind(
        "secret_key_line",
        "SECRET",
        r"(?<![0-9A-Za-z])[A-Z_]{0,24}SECRET_KEY[\"']?[ \t]{0,4}[=:][ \t]{0,4}[\"']?",
        r"(?:(?!SECRET_KEY)[!#-&(-~]){30,128}",
        r"SECRET_KEY[\"']?[ \t]{0,4}[=:][ \t]{0,4}[\"']?[!#-&(-~]{30}",
        after=r"(?=[\"'\s]|$)",
        check=_drawn,
        score=0.85,
        specificity=Specificity.SPECIFIC,
        source="Django SECRET_KEY: 50 characters, brackets and signs among them",
    ),
    _behind(
        "netrc_password",
        "PASSWORD",
        r"(?<![0-9A-Za-z])login[ \t\r\n]{1,4}\S{1,64}[ \t\r\n]{1,8}password[ \t]{1,4}",
        r"\S{4,128}",
        r"login[ \t\r\n]{1,4}\S{1,64}[ \t\r\n]{1,8}password[ \t]{1,4}\S{4}",
        check=plausible_password,
        source="The .netrc file of ftp, curl and git",
    ),
    _behind(
        "mysql_password",
        "PASSWORD",
        r"(?<![0-9A-Za-z])(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump|sshpass)(?![0-9A-Za-z])[^\n|;&]{0,80}? -p ?[\"']?",
        rf"{_MIXED}{_WORD}{{4,64}}",
        rf"(?:mysql|mariadb|sshpass)[^\n|;&]{{0,96}} -p ?[\"']?{_WORD}{{4}}",
        lookback=160,
        source="mysql and sshpass take the password right behind -p",
    ),
    _behind(
        "sqlplus_password",
        "PASSWORD",
        r"(?<![0-9A-Za-z])sqlplus[ \t]{1,4}(?:-[SLsl][ \t]{1,4}){0,2}[0-9A-Za-z_$#]{1,32}/",
        r"[^\s@/\"']{3,64}",
        r"sqlplus[ \t]{1,4}(?:-[SLsl][ \t]{1,4}){0,2}[0-9A-Za-z_$#]{1,32}/[^\s@/\"']{3,64}@",
        after="(?=@)",
        check=plausible_password,
        source="Oracle SQL*Plus logon: user/password@database",
    ),
    _behind(
        "password_said_korean",
        "PASSWORD",
        r"(?:비밀번호|비번|암호|패스워드)(?:(?:은|는|이|가)[ \t]{0,3}|[ \t]{1,2})",
        r"[!#-&(-~]{4,128}",
        r"(?:비밀번호|비번|암호|패스워드)(?:(?:은|는|이|가)[ \t]{0,3}|[ \t]{1,2})[!#-&(-~]{4}",
        source="A password behind the particle of its word",
    ),
)
