"""Purpose enforcement on outbound calls, and what a user sees of a refusal."""

from __future__ import annotations

from starlette.types import Message, Receive, Scope, Send

from privmw.context import current_context
from privmw.middleware.base import SurfaceMiddleware
from privmw.middleware.problem import find_denial, problem, send_problem
from privmw.runtime import Surface

__all__ = ["PurposeMiddleware"]

POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1


class PurposeMiddleware(SurfaceMiddleware):
    """Installs the egress guard, and answers an unhandled denial with ``403 application/problem+json``.

    A denial inside a WebSocket closes it with code 1008. Where the response has begun, the denial goes on upwards. A 500
    that follows a refused call is held back until the app returns or raises, because a mounted app answers 500 for a
    denial before it lets it through.
    """

    surfaces = (Surface.EGRESS,)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on; turn a denial that nobody handled into a response."""
        started = False
        held: list[Message] = []

        async def noting_send(message: Message) -> None:
            nonlocal started
            if held or (message["type"] == "http.response.start" and message["status"] == 500 and _denied()):
                held.append(message)
                return
            started = started or message["type"] in ("http.response.start", "websocket.close")
            await send(message)

        try:
            await self.app(scope, receive, noting_send)
        except Exception as error:
            denial = find_denial(error)
            if denial is None or started:
                await _release(held, send)
                raise
            if scope["type"] == "http":
                await send_problem(send, 403, problem(denial))
            else:
                await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": denial.reason_code})
        else:
            await _release(held, send)


def _denied() -> bool:
    context = current_context()
    return context is not None and context.denied


async def _release(held: list[Message], send: Send) -> None:
    for message in held:
        await send(message)
