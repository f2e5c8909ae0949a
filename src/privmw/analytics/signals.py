"""Opt-out signals of a request: Global Privacy Control and the app's own cookie."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["global_privacy_control", "opt_out_cookie"]


def global_privacy_control(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request carries ``Sec-GPC: 1``.

    Only the exact value ``1`` counts, any other must be ignored, and of several headers one exact ``1`` is enough
    (W3C Global Privacy Control, editor's draft of 3 April 2026).
    """
    return any(name == b"sec-gpc" and value.strip(b" \t") == b"1" for name, value in headers)


def opt_out_cookie(headers: Iterable[tuple[bytes, bytes]], name: str) -> bool:
    """Whether a cookie of this name is present with a value other than ``0``, ``false`` or nothing."""
    wanted = name.encode("latin-1")
    for header, value in headers:
        if header != b"cookie":
            continue
        for pair in value.split(b";"):
            key, _, content = pair.strip().partition(b"=")
            if key == wanted and content.strip(b'" ').lower() not in (b"", b"0", b"false"):
                return True
    return False
