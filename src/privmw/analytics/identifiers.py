"""What identifies a person directly in an analytics event, and what an event looks like without it.

Field classes decide first, because a display name or a city has no pattern; the redactor then goes over what is left.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from privmw.types import ValueRedactor

__all__ = ["IdentifierStripper"]

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# A property is dropped when its words contain one of these sequences: "$user_email", "firstName", "ip_address".
_DROPPED = tuple(
    tuple(phrase.split())
    for phrase in (
        "email", "e mail", "mail address", "phone", "mobile", "msisdn", "fax",
        "first name", "last name", "full name", "given name", "family name", "middle name", "surname", "nickname",
        "display name", "real name", "user name", "username", "screen name", "customer name", "contact name",
        "ip", "user agent", "useragent", "device id", "idfa", "idfv", "gaid", "imei", "mac address", "fingerprint",
        "address", "street", "postal code", "zip", "zip code", "postcode", "latitude", "longitude", "lat", "lng", "lon",
        "geo", "location", "birth", "birthday", "birthdate", "dob", "ssn", "passport", "rrn", "national id",
        "password", "secret", "token", "cookie", "authorization", "card number", "iban", "avatar", "photo",
        "ai input", "ai output", "ai output choices", "ai tools", "prompt", "completion", "message body",
    )
)  # fmt: skip
_DROPPED_WHOLE = frozenset({"name", "message", "title"})
_IDS = frozenset(
    {"distinct_id", "$user_id", "$anon_distinct_id", "alias", "$device_id", "user_id", "userid", "account_id"}
)
_URLS = ("url", "referrer", "pathname", "href")
# Vendor control keys whose words would otherwise drop them.
_CONTROL = frozenset({"$geoip_disable", "token", "$lib", "$lib_version", "$ip_disable", "$process_person_profile"})


class IdentifierStripper:
    """Strips direct identifiers from analytics properties.

    Args:
        redactor: Goes over every value that no field class drops.
        key: Secret of the references that replace ids; scoped per recipient, so that two vendors cannot join theirs.
        recipient: Register key of the vendor.
    """

    def __init__(self, redactor: ValueRedactor, *, key: bytes, recipient: str) -> None:
        self._redactor = redactor
        self._key = hmac.new(key, f"analytics:{recipient}".encode(), hashlib.sha256).digest()

    def reference(self, identifier: object) -> str:
        """The keyed reference of a distinct id; stable, and never hashed twice."""
        text = str(identifier)
        if text.startswith("anon-") and len(text) == 37:
            return text
        return "anon-" + hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]

    def properties(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """A copy without direct identifiers, nested maps included; vendor control keys are kept."""
        kept = {key: self._stripped(key, value) for key, value in properties.items() if not _is_direct(key)}
        safe: dict[str, Any] = self._redactor.value(kept)
        return {key: value if key not in _CONTROL else properties[key] for key, value in safe.items()}

    def _stripped(self, key: str, value: Any) -> Any:
        if key.lower() in _IDS and value is not None:
            return self.reference(value)
        if isinstance(value, str) and any(part in key.lower() for part in _URLS):
            return _without_query(value)
        if isinstance(value, Mapping):
            return {name: self._stripped(name, part) for name, part in value.items() if not _is_direct(name)}
        if isinstance(value, list):
            return [self._stripped(key, part) for part in value]
        return value


def _is_direct(key: object) -> bool:
    if not isinstance(key, str) or key in _CONTROL:
        return False
    lowered = key.lower().lstrip("$")
    if lowered in _DROPPED_WHOLE:
        return True
    words = [word.lower() for word in _WORDS.findall(key)]
    return any(
        tuple(words[start : start + len(phrase)]) == phrase for phrase in _DROPPED for start in range(len(words))
    )


def _without_query(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, host + port, parts.path, "", ""))
