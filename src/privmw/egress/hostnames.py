"""What of a host's name goes on record: all of a declared one, of any other only what relates to nobody.

A host that the register names is the recipient's. Any other name was made by whoever wrote the URL, and may hold a
telephone number, an address or the name of the person who is asking; records and errors outlive the call.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from privmw.egress.leaves import TextRewriter
from privmw.policy.register import Register

__all__ = ["HostNames"]

LONGEST: Final = 253
"""Characters of a name in the DNS (RFC 1035, section 2.3.4); what is longer is none."""

UNNAMED: Final = "<host>"

_SCANNED = 4096
_WILD = frozenset("*{")
_PLACEHOLDER = re.compile(r"<[A-Z0-9_]+>")


class HostNames:
    """Names for records and errors.

    Args:
        register: Says which hosts are declared.
        redactor: Finds personal data in the others.
    """

    def __init__(self, register: Register, redactor: TextRewriter) -> None:
        self._register = register
        self._redactor = redactor

    def of(self, host: str, port: int | None) -> str:
        """The name to record.

        Labels in which something personal was found are replaced by a placeholder; an address of the public internet by
        its network, as anonymised addresses are written.

        Args:
            host: Host as addressed, in any case.
            port: Port, for patterns that name one.
        """
        name = host.lower().strip("[]").rstrip(".")
        found = self._register.destination(name, port)
        if found is not None and _WILD.isdisjoint(found.rule.pattern):
            return name
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return self._redacted(name)
        if not address.is_global:
            return name
        return str(ipaddress.ip_network(f"{name}/{24 if address.version == 4 else 48}", strict=False))

    def _redacted(self, name: str) -> str:
        if len(name) > _SCANNED:
            return UNNAMED
        try:
            safe: str = self._redactor.transform(name, lambda entity_type, _: f"<{entity_type}>").value
        except Exception:  # noqa: BLE001 - whatever it is, no name is better than one with a person in it
            return UNNAMED
        labels = (_PLACEHOLDER.search(label) or label for label in safe.split("."))
        return ".".join(label if isinstance(label, str) else label[0] for label in labels)[:LONGEST]
