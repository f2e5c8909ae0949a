"""Your privacy policy, enforced on every request: request-time privacy middleware for ASGI apps.

Names are loaded on first use, so that ``import privmw`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from privmw.consent import Consent as Consent
    from privmw.context import RequestContext as RequestContext
    from privmw.context import current_context as current_context
    from privmw.context import identify as identify
    from privmw.errors import ConfigurationError as ConfigurationError
    from privmw.errors import LedgerError as LedgerError
    from privmw.errors import PrivmwError as PrivmwError
    from privmw.errors import RedactionError as RedactionError
    from privmw.errors import TransferDenied as TransferDenied
    from privmw.middleware import PrivacyMiddleware as PrivacyMiddleware
    from privmw.purposes import Purpose as Purpose
    from privmw.purposes import purpose as purpose
    from privmw.redaction.redactor import Redactor as Redactor
    from privmw.runtime import Runtime as Runtime
    from privmw.runtime import ambient as ambient
    from privmw.runtime import install as install
    from privmw.runtime import record_consent as record_consent
    from privmw.runtime import uninstall as uninstall
    from privmw.settings import PrivacySettings as PrivacySettings
    from privmw.types import ConsentState as ConsentState
    from privmw.types import Match as Match

__version__ = "0.1.0"

_HOMES = {
    "ConfigurationError": "privmw.errors",
    "Consent": "privmw.consent",
    "ConsentState": "privmw.types",
    "LedgerError": "privmw.errors",
    "Match": "privmw.types",
    "PrivacyMiddleware": "privmw.middleware",
    "PrivacySettings": "privmw.settings",
    "PrivmwError": "privmw.errors",
    "Purpose": "privmw.purposes",
    "RedactionError": "privmw.errors",
    "Redactor": "privmw.redaction.redactor",
    "RequestContext": "privmw.context",
    "Runtime": "privmw.runtime",
    "TransferDenied": "privmw.errors",
    "ambient": "privmw.runtime",
    "current_context": "privmw.context",
    "identify": "privmw.context",
    "install": "privmw.runtime",
    "purpose": "privmw.purposes",
    "record_consent": "privmw.runtime",
    "uninstall": "privmw.runtime",
}

__all__ = [
    "ConfigurationError",
    "Consent",
    "ConsentState",
    "LedgerError",
    "Match",
    "PrivacyMiddleware",
    "PrivacySettings",
    "PrivmwError",
    "Purpose",
    "RedactionError",
    "Redactor",
    "RequestContext",
    "Runtime",
    "TransferDenied",
    "ambient",
    "current_context",
    "identify",
    "install",
    "purpose",
    "record_consent",
    "uninstall",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'privmw' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
