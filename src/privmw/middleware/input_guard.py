"""Personal data that users must not send in: national ids and special categories, found while the body streams."""

from __future__ import annotations

from codecs import getincrementaldecoder

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from privmw.context import current_context
from privmw.middleware.base import SurfaceMiddleware
from privmw.middleware.problem import send_problem
from privmw.redaction.redactor import Redactor
from privmw.types import ReasonCode

__all__ = ["InputGuardMiddleware"]

# Longest stretch that may lie across two chunks: an id number with separators, escapes and its context word.
_HOLD_BACK = 256
_TEXTUAL = ("application/json", "application/x-www-form-urlencoded", "text/", "application/xml", "application/graphql")


class InputGuardMiddleware(SurfaceMiddleware):
    """Looks at request bodies as they stream in, and blocks, redacts or flags what the policy asks users not to send.

    ``[input_guard] action`` decides: ``block`` answers ``422 application/problem+json``, whatever the app makes of it;
    ``redact`` replaces the values before the app reads them; ``flag`` only notes the entity types in
    ``current_context().cache["input_flags"]``. At most 256 bytes are held back, never the body. Multipart and other
    bodies that are not text cannot be rewritten without harm, so ``redact`` blocks them.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard the body of an HTTP request; WebSocket messages are guarded one by one."""
        guard = self.runtime.input_guard
        if guard is None:
            await self.app(scope, receive, send)
            return
        responder = _Responder(guard, self.runtime.settings.input_guard.action, receive, send)
        if scope["type"] == "websocket":
            await self.app(scope, responder.receive_frame, send)
            return
        responder.read_headers(scope)
        try:
            await self.app(responder.scope(scope), responder.receive, responder.send)
        except Exception:
            if not responder.blocked or responder.started:
                raise
        if responder.blocked and not responder.started:
            await responder.refuse()


class _Responder:
    """State of one guarded request."""

    def __init__(self, guard: Redactor, action: str, receive: Receive, send: Send) -> None:
        self._guard = guard
        self._action = action
        self._receive = receive
        self._send = send
        self._rewritable = True
        self._decoder = getincrementaldecoder("utf-8")("surrogateescape")
        self._held = ""
        self.blocked: tuple[str, ...] = ()
        self.started = False
        self._refused = False

    def read_headers(self, scope: Scope) -> None:
        """Learn from the content type whether the body may be rewritten."""
        kind = Headers(scope=scope).get("content-type", "").lower()
        self._rewritable = not kind or kind.startswith(_TEXTUAL) or "+json" in kind

    def scope(self, scope: Scope) -> Scope:
        """The scope for the app; a body that may be rewritten has no certain length."""
        if self._action != "redact" or not self._rewritable:
            return scope
        headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        return scope if len(headers) == len(scope["headers"]) else {**scope, "headers": headers}

    async def receive(self) -> Message:
        """Pass the next piece of the body on, without what must not be in it."""
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        last = not message.get("more_body", False)
        text = self._held + self._decoder.decode(message.get("body", b""), final=last)
        safe = self._checked(text)
        if self._action != "redact" or not self._rewritable:
            self._held = "" if last else text[-_HOLD_BACK:]  # only looked at again, the app has it already
            return message
        keep = 0 if last else min(_HOLD_BACK, len(safe))
        self._held = safe[len(safe) - keep :]
        released = safe[: len(safe) - keep].encode("utf-8", "surrogateescape")
        return {**message, "body": released}

    async def receive_frame(self) -> Message:
        """Check one WebSocket message; a forbidden one is redacted, or replaced whole when the setting says block."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        for key in ("text", "bytes"):
            content = message.get(key)
            if content:
                text = content if isinstance(content, str) else content.decode("utf-8", "surrogateescape")
                safe = self._checked(text)
                if safe is not text and self._action != "flag":
                    message = {**message, key: safe if key == "text" else safe.encode("utf-8", "surrogateescape")}
        return message

    async def send(self, message: Message) -> None:
        """Pass the response on, unless the request is to be refused."""
        if self.blocked and not self.started:
            await self.refuse()
        if self._refused:
            return
        self.started = self.started or message["type"] == "http.response.start"
        await self._send(message)

    async def refuse(self) -> None:
        """Answer for the app."""
        self.started = self._refused = True
        await send_problem(
            self._send,
            422,
            {
                "type": f"urn:privmw:input:{ReasonCode.CONTENT_NATIONAL_ID}",
                "title": "The request holds information that must not be entered here",
                "status": 422,
                "reason": str(ReasonCode.CONTENT_NATIONAL_ID),
                "found": ", ".join(self.blocked),
            },
        )

    def _checked(self, text: str) -> str:
        found = tuple(sorted({match.entity_type for match in self._guard.find(text)})) if text else ()
        if not found:
            return text
        context = current_context()
        if context is not None:
            context.cache["input_flags"] = tuple(sorted({*context.cache.get("input_flags", ()), *found}))
        if self._action == "block" or (self._action == "redact" and not self._rewritable):
            self.blocked = found
        safe: str = self._guard.text(text)
        return safe
