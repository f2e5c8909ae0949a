"""What identifies a person directly in an analytics event, and what an event looks like without it.

Field classes decide first, because a display name or a city has no pattern; the redactor then goes over what is left.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from privmw.types import CountingRedactor

__all__ = ["IdentifierStripper", "Removed"]

Removed = dict[str, int]
"""How many values of each entity type were taken out, filled while stripping."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_REFERENCE = re.compile(r"anon-[0-9a-f]{32}")

# A property is dropped when its words contain one of these phrases: "$user_email", "firstName", "ip_address". What it
# would have held, by entity type; free text and pictures are of no single one.
_CLASSES = {
    "EMAIL_ADDRESS": "email, e mail, mail address",
    "PHONE_NUMBER": "phone, mobile, msisdn, fax",
    "PERSON": (
        "first name, last name, full name, given name, family name, middle name, surname, nickname, display name,"
        "real name, customer name, contact name"
    ),
    "USERNAME": "user name, username, screen name",
    "IP_ADDRESS": "ip",
    "USER_AGENT": "user agent, useragent",
    "DEVICE_ID": "device id, idfa, idfv, gaid, imei, mac address, fingerprint",
    "STREET_ADDRESS": "address, street",
    "ZIP_CODE": "postal code, zip, zip code, postcode",
    "GPS_COORDINATES": "latitude, longitude, lat, lng, lon, geo",
    "LOCATION": "location",
    "DATE_OF_BIRTH": "birth, birthday, birthdate, dob",
    "NATIONAL_ID": "ssn, passport, rrn, national id",
    "PASSWORD": "password",
    "SECRET": "secret, token, authorization",
    "COOKIE": "cookie",
    "CREDIT_CARD": "card number",
    "IBAN_CODE": "iban",
    "": (
        "avatar, photo, ai input, ai output, ai output choices, ai tools, prompt, completion, message body,"
        "code variables"
    ),
}
_DROPPED = tuple(
    (tuple(phrase.split()), entity) for entity, phrases in _CLASSES.items() for phrase in phrases.split(",")
)
_DROPPED_WHOLE = {"name": "PERSON", "message": "", "title": ""}
_IDS = frozenset(
    {"distinct_id", "$user_id", "$anon_distinct_id", "alias", "$device_id", "user_id", "userid", "account_id"}
)
_GROUPS = frozenset({"$groups", "$group_key"})
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

    def __init__(self, redactor: CountingRedactor, *, key: bytes, recipient: str) -> None:
        self._redactor = redactor
        self._key = hmac.new(key, f"analytics:{recipient}".encode(), hashlib.sha256).digest()

    def reference(self, identifier: object, removed: Removed | None = None) -> str:
        """The keyed reference of a distinct id; stable, and never hashed twice."""
        text = str(identifier)
        if _REFERENCE.fullmatch(text):
            return text
        _count(removed, "SUBJECT_ID")
        return "anon-" + hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]

    def properties(self, properties: Mapping[str, Any], removed: Removed | None = None) -> dict[str, Any]:
        """A copy without direct identifiers, nested maps included; vendor control keys are kept."""
        kept = self._members(properties, removed)
        safe: dict[str, Any] = self.value(kept, removed)
        return {key: value if key not in _CONTROL else properties[key] for key, value in safe.items()}

    def value(self, value: Any, removed: Removed | None = None) -> Any:
        """Any other value, redacted."""
        safe, counts = self._redactor.counted(value)
        for entity, count in counts.items():
            _count(removed, entity, count)
        return safe

    def groups(self, groups: Any, removed: Removed | None = None) -> Any:
        """Keys of groups: those that name a person become references, so that what belongs together stays together."""
        if isinstance(groups, Mapping):
            return {self.value(kind): self.groups(key, removed) for kind, key in groups.items()}
        if groups is None or self._redactor.value(str(groups)) == str(groups):
            return groups
        return self.reference(groups, removed)

    def _members(self, members: Mapping[Any, Any], removed: Removed | None) -> dict[str, Any]:
        kept = {}
        for key, value in members.items():
            entity = _class_of(key) if isinstance(key, str) else None
            if entity is None:
                kept[key] = self._stripped(key, value, removed)
            elif entity and value is not None:
                _count(removed, entity)
        return kept

    def _stripped(self, key: Any, value: Any, removed: Removed | None) -> Any:
        name = key.lower() if isinstance(key, str) else ""
        if name in _IDS and value is not None:
            return self.reference(value, removed)
        if name in _GROUPS:
            return self.groups(value, removed)
        if isinstance(value, str) and any(part in name for part in _URLS):
            return _without_query(value)
        if isinstance(value, Mapping):
            return self._members(value, removed)
        if isinstance(value, (list, tuple)):
            return [self._stripped(key, part, removed) for part in value]
        return value


def _count(removed: Removed | None, entity: str, count: int = 1) -> None:
    if removed is not None:
        removed[entity] = removed.get(entity, 0) + count


@lru_cache(maxsize=4096)
def _class_of(key: str) -> str | None:
    """Entity type of what a property of this name holds, empty where it is of no single one; ``None`` = it is kept."""
    if key in _CONTROL:
        return None
    whole = _DROPPED_WHOLE.get(key.lower().lstrip("$"))
    if whole is not None:
        return whole
    words = tuple(word.lower() for word in _WORDS.findall(key))
    for phrase, entity in _DROPPED:
        if any(words[start : start + len(phrase)] == phrase for start in range(len(words))):
            return entity
    return None


def _without_query(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, host + port, parts.path, "", ""))
