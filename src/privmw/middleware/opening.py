"""Opens the context of a connection."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from starlette.types import Scope

from privmw.analytics.signals import global_privacy_control
from privmw.context import RequestContext, current_context, enter_context, exit_context, remember_context
from privmw.runtime import Runtime

__all__ = ["in_context", "is_open"]

_OPENED = "privmw.context"
"""Key of a scope, and of its copies, for the id of the connection's context. The context itself there would be a circle, in
which everything of a request would wait for the garbage collector."""


def is_open(scope: Scope) -> bool:
    """Whether another class has opened the context of this connection, which then belongs to this scope, too."""
    context = current_context()
    if context is None or context.request_id is None or scope.get(_OPENED) != context.request_id:
        return False
    context.scope = scope  # perhaps a copy, in which the router will put the endpoint
    return True


async def in_context(scope: Scope, runtime: Runtime, handle: Callable[[], Awaitable[None]]) -> None:
    """Handle an HTTP request or WebSocket connection in a context of its own.

    The trace id comes from ``traceparent`` (W3C Trace Context), the opt-out signal from ``Sec-GPC``. Opt-outs and
    withdrawals that the connection showed are recorded when it is over, where they changed.

    Args:
        scope: The connection's scope.
        runtime: Looks up consent, and records it.
        handle: Does the rest.
    """
    headers = scope["headers"]
    context = RequestContext(
        request_id=secrets.token_hex(8),
        trace_id=_trace_id(headers),
        scope=scope,
        gpc=global_privacy_control(headers),
        consent_lookup=runtime.consent_lookup,
        consent_recorder=runtime.consents.record,
    )
    scope[_OPENED] = context.request_id
    token = enter_context(context, outlives=True)
    try:
        await handle()
    except Exception as error:
        remember_context(error, context)
        raise
    finally:
        runtime.consents.observe(context)
        exit_context(token)


def _trace_id(headers: list[tuple[bytes, bytes]]) -> str | None:
    for name, value in headers:
        if name == b"traceparent":
            parts = value.split(b"-")
            if len(parts) >= 4 and len(parts[1]) == 32 and parts[1].isalnum():
                return parts[1].decode("ascii").lower()
    return None
