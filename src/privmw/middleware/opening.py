"""Opens the context of a connection."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Scope

from privmw.analytics.signals import global_privacy_control
from privmw.context import RequestContext, current_context, enter_context, exit_context, remember_context
from privmw.runtime import Runtime

__all__ = ["connection_context"]

_OPENED = "privmw.context"
"""Key of a scope, and of its copies, in which the context of the connection stands."""


@contextmanager
def connection_context(scope: Scope, runtime: Runtime) -> Iterator[None]:
    """Run a block in the context of an HTTP request or WebSocket connection; in the one that is open, if one is.

    The trace id comes from ``traceparent`` (W3C Trace Context), the opt-out signal from ``Sec-GPC``. Opt-outs and
    withdrawals that the connection showed are recorded when it is over, where they changed.

    Args:
        scope: The connection's scope.
        runtime: Looks up consent, and records it.
    """
    opened: RequestContext | None = scope.get(_OPENED)
    if opened is not None and opened is current_context():
        opened.scope = scope  # perhaps a copy, in which the router will put the endpoint
        yield
        return
    headers = scope["headers"]
    context = RequestContext(
        request_id=secrets.token_hex(8),
        trace_id=_trace_id(headers),
        scope=scope,
        gpc=global_privacy_control(headers),
        consent_lookup=runtime.consent_lookup,
        consent_recorder=runtime.consents.record,
    )
    scope[_OPENED] = context
    token = enter_context(context, outlives=True)
    try:
        yield
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
