"""The values of the leak matrix, all made up, and the forms in which each may lie in captured bytes."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

__all__ = ["SECRET_PART", "VALUES", "forms", "leaked"]

VALUES = {
    "name": "Mirae Seong",
    "identified e-mail": "mirae.seong@example.org",
    "identified phone": "010-4821-7735",
    "somebody else's e-mail": "ivo.brandt@example.net",
    "phone": "+82 10-9931-0042",
    "card": "4111 1111 1111 1111",
    "IBAN": "DE89 3704 0044 0532 0130 00",
    "IPv4": "203.0.113.77",
    "IPv6": "2001:db8:85a3::8a2e:370:7334",
    "KR RRN": "900214-2345671",
    "KR FRN": "900214-6345672",
    "US SSN": "219-09-9999",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "OpenAI key": "sk-proj-" + "Zq3v9LmT4xWc7RbN2kHs8PdY6fGj1VuA5eQoXzCiB0MtKlWnSrEhJyUa",
    "URL credentials": "https://deploy:" + "Hq7vR2mZ9x@db.example.com/prod",
}
"""Values by what they are. The first three belong to the identified data subject."""

# What must not arrive of a value whose remainder may: of a URL only the userinfo is a secret.
SECRET_PART = {"URL credentials": "deploy:Hq7vR2mZ9x"}


def forms(value: str) -> set[bytes]:
    """The shapes in which a value may lie in captured bytes, lower case."""
    texts = {
        value,
        quote(value),
        quote(value, safe=""),
        quote_plus(value),
        value.replace(" ", "+"),  # a query whose escapes but not its spaces were decoded
        json.dumps(value)[1:-1],
        json.dumps(json.dumps(value))[3:-3],
    }
    found = {text.lower().encode() for text in texts}
    for lead in ("", "a", "aa"):  # base64 of a value differs with its offset in the text around it
        found.add(base64.b64encode((lead + value).encode())[4:-4].lower())
    return found


def leaked(kind: str, everything: bytes) -> bool:
    """Whether a value, or the part of it that is secret, lies in captured bytes in any form."""
    lower = everything.lower()
    return any(form in lower for form in forms(SECRET_PART.get(kind, VALUES[kind])))
