"""Private keys and certificates' secrets: from BEGIN to END, or to the end of the text when it was cut."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.secrets.shapes import LEFT

__all__ = ["RECOGNIZERS"]


def _armoured(name: str, entity_type: str, label: str, *, source: str) -> Recognizer:
    """A PEM or ASCII-armoured block; what follows BEGIN is secret even where no END is left."""
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=rf"-----BEGIN {label}-----(?s:.)*?(?:-----END {label}-----|\Z)",
        trigger=rf"-----BEGIN {label}-----",
        lookback=96,
        lookahead=8192,
        score=1.0,
        secret=True,
        source=source,
    )


RECOGNIZERS: tuple[Recognizer, ...] = (
    _armoured("pkcs8_private_key", "PRIVATE_KEY", "(?:ENCRYPTED )?PRIVATE KEY", source="RFC 5958, RFC 7468"),
    _armoured("pkcs1_private_key", "PRIVATE_KEY", "(?:RSA|EC|DSA|ANY) PRIVATE KEY", source="RFC 8017, RFC 5915"),
    _armoured("openssh_private_key", "PRIVATE_KEY", "OPENSSH PRIVATE KEY", source="OpenSSH PROTOCOL.key"),
    _armoured("ssh2_private_key", "PRIVATE_KEY", "SSH2 ENCRYPTED PRIVATE KEY", source="Tectia SSH key format"),
    _armoured("pgp_private_key", "PGP_PRIVATE_KEY", "PGP PRIVATE KEY BLOCK", source="RFC 9580"),
    Recognizer(
        name="putty_private_key",
        entity_type="PRIVATE_KEY",
        pattern=r"PuTTY-User-Key-File-[23]: (?s:.)*?(?:Private-MAC: [0-9a-f]{40,64}|\Z)",
        trigger=r"PuTTY-User-Key-File-[23]: ",
        lookback=32,
        lookahead=8192,
        score=1.0,
        secret=True,
        source="PuTTY user manual, PPK format",
    ),
    Recognizer(
        name="age_secret_key",
        entity_type="AGE_SECRET_KEY",
        pattern=r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}(?![0-9A-Za-z])",
        trigger=r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{10}",
        lookback=40,
        lookahead=80,
        score=1.0,
        secret=True,
        source="age-encryption.org/v1, Bech32 with upper case",
    ),
    Recognizer(
        name="wireguard_private_key",
        entity_type="WIREGUARD_PRIVATE_KEY",
        pattern=r"(?i:private_?key|preshared_?key)\s*[=:]\s*[\"']?(?P<value>[0-9A-Za-z+/]{42}[AEIMQUYcgkosw048]=)(?![0-9A-Za-z+/=])",
        trigger=r"(?i:private_?key|preshared_?key)\s{0,4}[=:]\s{0,4}[\"']?[0-9A-Za-z+/]{43}=",
        lookback=80,
        lookahead=8,
        score=0.95,
        secret=True,
        source="wg(8): 32 bytes in base64",
    ),
    Recognizer(
        name="minisign_secret_key",
        entity_type="PRIVATE_KEY",
        pattern=LEFT + r"RWRTY0I[0-9A-Za-z+/]{200,4096}={0,2}",
        trigger=r"RWRTY0I[0-9A-Za-z+/]{16}",
        lookback=48,
        lookahead=256,
        score=0.95,
        secret=True,
        source="jedisct1.github.io/minisign secret key format",
    ),
    Recognizer(
        name="jwk_private_member",
        entity_type="PRIVATE_KEY",
        pattern=r"\"(?:d|dp|dq|qi)\"\s*:\s*\"(?P<value>[0-9A-Za-z_-]{40,4096})\"",
        trigger=r"\"(?:d|dp|dq|qi)\"\s{0,4}:\s{0,4}\"[0-9A-Za-z_-]{40}",
        lookback=72,
        lookahead=700,
        score=0.95,
        secret=True,
        source="RFC 7518 section 6: private members of a JSON Web Key",
    ),
)
