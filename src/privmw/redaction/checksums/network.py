"""Validity of network addresses, by the operating system's own parser."""

from __future__ import annotations

import socket

__all__ = ["ipv6"]


def ipv6(text: str) -> bool:
    """Return whether a text is an IPv6 address; a zone and a prefix length may follow it."""
    address = text.partition("/")[0].partition("%")[0]
    try:
        return len(socket.inet_pton(socket.AF_INET6, address)) == 16 and address != "::"
    except (OSError, ValueError):
        return False
