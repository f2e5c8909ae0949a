"""Pluggable pure ASGI middleware: one class per file, each mountable alone and in any mix, all sharing one runtime."""

from privmw.middleware.analytics import AnalyticsMiddleware as AnalyticsMiddleware
from privmw.middleware.context import ContextMiddleware as ContextMiddleware
from privmw.middleware.input_guard import InputGuardMiddleware as InputGuardMiddleware
from privmw.middleware.logs import LogRedactionMiddleware as LogRedactionMiddleware
from privmw.middleware.privacy import PrivacyMiddleware as PrivacyMiddleware
from privmw.middleware.purpose import PurposeMiddleware as PurposeMiddleware
from privmw.middleware.sentry import SentryRedactionMiddleware as SentryRedactionMiddleware
from privmw.middleware.transfer_log import TransferLogMiddleware as TransferLogMiddleware

__all__ = [
    "AnalyticsMiddleware",
    "ContextMiddleware",
    "InputGuardMiddleware",
    "LogRedactionMiddleware",
    "PrivacyMiddleware",
    "PurposeMiddleware",
    "SentryRedactionMiddleware",
    "TransferLogMiddleware",
]
