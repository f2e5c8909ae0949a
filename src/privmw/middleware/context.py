"""The request context, which every other surface reads."""

from __future__ import annotations

import secrets

from starlette.types import Receive, Scope, Send

from privmw.analytics.signals import global_privacy_control
from privmw.context import RequestContext, current_context, enter_context, exit_context, remember_context
from privmw.middleware.base import SurfaceMiddleware

__all__ = ["ContextMiddleware"]


class ContextMiddleware(SurfaceMiddleware):
    """Opens a :class:`~privmw.context.RequestContext` for each HTTP request and WebSocket connection.

    Takes the trace id from ``traceparent`` (W3C Trace Context) and the opt-out signal from ``Sec-GPC``. The purpose is
    resolved later, from the route that the router will choose. Opt-outs and withdrawals that the request showed are recorded
    when it is over, where they changed.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open the context, pass the connection on, close the context."""
        if current_context() is not None and current_context().scope is scope:  # type: ignore[union-attr]
            await self.app(scope, receive, send)  # mounted twice, e.g. alone and inside PrivacyMiddleware
            return
        headers = scope["headers"]
        context = RequestContext(
            request_id=secrets.token_hex(8),
            trace_id=_trace_id(headers),
            scope=scope,
            gpc=global_privacy_control(headers),
            consent_lookup=self.runtime.consent_lookup,
            consent_recorder=self.runtime.consents.record,
        )
        token = enter_context(context)
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            remember_context(error, context)
            raise
        finally:
            self.runtime.consents.observe(context)
            exit_context(token)


def _trace_id(headers: list[tuple[bytes, bytes]]) -> str | None:
    for name, value in headers:
        if name == b"traceparent":
            parts = value.split(b"-")
            if len(parts) >= 4 and len(parts[1]) == 32 and parts[1].isalnum():
                return parts[1].decode("ascii").lower()
    return None
