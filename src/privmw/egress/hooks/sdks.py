"""Keeping SDKs from retrying a refusal."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any

from privmw.errors import TransferDenied

__all__ = ["unretried"]


def unretried(error: TransferDenied, client: object, headers: Any) -> TransferDenied:
    """Make a refusal one that the SDK behind a client passes on at once.

    openai does so with any exception that is not its HTTP library's. anthropic 2 wraps every exception but its own in a
    connection error, and retries that; so for its clients the refusal is one of its errors as well.
    """
    module = sys.modules.get("anthropic")
    base = getattr(module, "AnthropicError", None)
    if base is None or isinstance(error, base):
        return error
    if "anthropic-version" in headers or any(kind.__module__.startswith("anthropic.") for kind in type(client).__mro__):
        error.__class__ = _both(base)
    return error


@lru_cache(maxsize=4)
def _both(base: type[Exception]) -> type[TransferDenied]:
    return type("TransferDenied", (TransferDenied, base), {"__module__": TransferDenied.__module__})
