"""All of privmw in one class."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from privmw.consent import ConsentLookup
from privmw.errors import PrivmwError
from privmw.middleware.analytics import AnalyticsMiddleware
from privmw.middleware.base import SurfaceMiddleware
from privmw.middleware.context import ContextMiddleware
from privmw.middleware.input_guard import InputGuardMiddleware
from privmw.middleware.logs import LogRedactionMiddleware
from privmw.middleware.purpose import PurposeMiddleware
from privmw.middleware.sentry import SentryRedactionMiddleware
from privmw.middleware.transfer_log import TransferLogMiddleware
from privmw.runtime import Runtime
from privmw.settings import PrivacySettings

__all__ = ["PrivacyMiddleware"]

# Innermost first. The ledger opens before and closes after everything that writes to it; the context outlives all.
_STACK: tuple[type[SurfaceMiddleware], ...] = (
    InputGuardMiddleware,
    PurposeMiddleware,
    AnalyticsMiddleware,
    SentryRedactionMiddleware,
    LogRedactionMiddleware,
    TransferLogMiddleware,
    ContextMiddleware,
)


class PrivacyMiddleware:
    """Mounts every middleware of privmw around an app.

        app.add_middleware(PrivacyMiddleware)                  # reads privmw.toml
        app.add_middleware(PrivacyMiddleware, settings=PrivacySettings(enforcement="shadow"))

    Args:
        app: The app to wrap.
        settings: Settings; read from ``privmw.toml`` and the environment when ``None``.
        runtime: A runtime built by hand, instead of ``settings``.
        consent: Asked for a data subject's consent each time a call that needs it is made; answers with its state, or with the
            :class:`privmw.Consent` that :func:`privmw.record_consent` gave.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: PrivacySettings | None = None,
        runtime: Runtime | None = None,
        consent: ConsentLookup | None = None,
    ) -> None:
        try:
            self.runtime = runtime if runtime is not None else Runtime.shared(settings)
        except PrivmwError:
            self.app: ASGIApp = ContextMiddleware(
                app, settings=settings
            )  # which meets the same error, and tells the server
            return
        if consent is not None:
            self.runtime.consent_lookup = consent
        for middleware in _STACK:
            app = middleware(app, runtime=self.runtime)
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection, or the lifespan."""
        await self.app(scope, receive, send)
