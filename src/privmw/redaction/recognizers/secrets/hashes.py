"""Hashes of passwords, as databases and shadow files keep them: what a dictionary turns back into passwords."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer

__all__ = ["RECOGNIZERS"]

_B64 = "[./0-9A-Za-z]"


def _hash(name: str, pattern: str, trigger: str, source: str) -> Recognizer:
    return Recognizer(
        name=name,
        entity_type="PASSWORD_HASH",
        pattern=rf"(?<![0-9A-Za-z$]){pattern}(?![./0-9A-Za-z])",
        trigger=trigger,
        lookback=112,
        lookahead=160,
        score=0.9,
        secret=True,
        source=source,
    )


RECOGNIZERS: tuple[Recognizer, ...] = (
    _hash(
        "bcrypt_hash",
        rf"\$2[abxy]\$[0-3][0-9]\${_B64}{{53}}",
        rf"\$2[abxy]\$[0-3][0-9]\${_B64}{{8}}",
        "OpenBSD bcrypt: 22 characters of salt, 31 of digest",
    ),
    _hash(
        "shadow_hash",
        rf"\$(?:1|5|6|7|y|gy)\$(?:rounds=[0-9]{{1,9}}\$|j[./0-9A-Za-z]{{1,8}}\$)?{_B64}{{1,32}}\${_B64}{{20,128}}",
        rf"\$(?:1|5|6|7|y|gy)\$[./0-9A-Za-z=$]{{1,48}}\${_B64}{{20}}",
        "crypt(5): MD5, SHA-256, SHA-512, scrypt, yescrypt",
    ),
    _hash(
        "argon2_hash",
        r"\$argon2(?:id|i|d)\$v=[0-9]{1,3}\$m=[0-9]{1,9},t=[0-9]{1,6},p=[0-9]{1,4}\$[+/0-9A-Za-z]{8,128}\$[+/0-9A-Za-z]{16,256}",
        r"\$argon2(?:id|i|d)\$v=[0-9]",
        "RFC 9106, PHC string format",
    ),
    _hash(
        "django_hash",
        r"(?:pbkdf2_sha(?:256|1)|scrypt|bcrypt_sha256|argon2)\$[0-9]{1,9}\$[0-9A-Za-z]{8,64}\$[+/0-9A-Za-z]{20,128}={0,2}",
        r"(?:pbkdf2_sha(?:256|1)|scrypt|bcrypt_sha256|argon2)\$[0-9]{1,9}\$[0-9A-Za-z]{8}",
        "docs.djangoproject.com password storage",
    ),
    _hash(
        "ldap_hash",
        r"\{(?:SSHA|SHA|SMD5|CRYPT|SSHA256|SSHA512|PBKDF2)\}[+./$0-9A-Za-z]{20,256}={0,2}",
        r"\{(?:SSHA|SHA|SMD5|CRYPT|SSHA256|SSHA512|PBKDF2)\}[+./$0-9A-Za-z]{8}",
        "RFC 2307 userPassword",
    ),
)
