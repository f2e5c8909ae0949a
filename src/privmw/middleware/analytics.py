"""Analytics without direct identifiers, and without those who opted out."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from privmw.analytics.signals import opt_out_cookie
from privmw.context import require_context
from privmw.middleware.base import SurfaceMiddleware
from privmw.runtime import Surface

__all__ = ["AnalyticsMiddleware"]


class AnalyticsMiddleware(SurfaceMiddleware):
    """Installs the analytics surfaces; honours ``Sec-GPC: 1``, the opt-out cookie and an account's opt-out.

    The account's opt-out is the app's to set: ``current_context().opt_out = True``.
    """

    surfaces = (Surface.ANALYTICS,)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the opt-out cookie into the context and pass the connection on."""
        context = require_context("AnalyticsMiddleware")
        cookie = self.runtime.settings.analytics.opt_out_cookie
        if cookie and opt_out_cookie(scope["headers"], cookie):
            context.opt_out = True
        await self.app(scope, receive, send)
