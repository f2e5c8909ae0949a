"""Personal data that users must not send in: national ids and special categories, found while the body streams."""

from __future__ import annotations

from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from privmw.context import current_context
from privmw.middleware.base import SurfaceMiddleware
from privmw.middleware.bodytext import BodyText, Unreadable, in_string, replaced
from privmw.middleware.problem import send_problem
from privmw.redaction.redactor import Redactor
from privmw.types import Match, ReasonCode

__all__ = ["InputGuardMiddleware"]

# Longest stretch that may lie across two chunks: an id number with separators, escapes and its context word.
_HOLD_BACK = 256
_GONE: Message = {"type": "http.disconnect"}


class InputGuardMiddleware(SurfaceMiddleware):
    """Looks at what users send, as it streams in, and blocks, redacts or flags what the policy asks them not to send.

    ``[input_guard] action`` decides: ``block`` answers ``422 application/problem+json``, whatever the app makes of the
    body, of which it sees nothing from the value on; ``redact`` replaces the values before the app reads them; ``flag``
    only notes the entity types in ``current_context().input_flags``. At most 256 bytes are held back, never the body.

    The path, the query and the body are looked at, gzip and deflate unfolded. Where a value cannot be rewritten without
    harm (in a path, in multipart, compressed or non-UTF-8 bodies), ``redact`` blocks; a body that cannot be looked into
    because of its content coding is answered with 415, except by ``flag``. In WebSocket messages values are redacted.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Guard the path, query and body of an HTTP request, or the messages of a WebSocket."""
        guard = self.runtime.input_guard
        if guard is None:
            await self.app(scope, receive, send)
            return
        responder = _Responder(guard, self.runtime.settings.input_guard.action, scope, receive, send)
        if scope["type"] == "websocket":
            await self.app(scope, responder.receive_frame, send)
            return
        scope = responder.checked_scope()
        if responder.refusal is None:
            try:
                await self.app(scope, responder.receive, responder.send)
            except Exception:
                if responder.refusal is None or responder.started:
                    raise
        if responder.refusal is not None and not responder.started:
            await responder.refuse()


class _Responder:
    """State of one guarded connection."""

    def __init__(self, guard: Redactor, action: str, scope: Scope, receive: Receive, send: Send) -> None:
        self._guard = guard
        self._action = action
        self._scope = scope
        self._receive = receive
        self._send = send
        self._text: BodyText | None = None
        self._inside: bool | None = None
        self._begun = False
        self._held = ""
        self._held_bytes = b""
        self._refused = False
        self.refusal: dict[str, str | int] | None = None
        self.started = False

    @property
    def _body(self) -> BodyText:
        """What reads the body; most requests have none."""
        if self._text is None:
            headers = Headers(scope=self._scope)
            self._text = BodyText(headers.get("content-type", ""), headers.get("content-encoding", ""))
            self._inside = False if self._text.is_json else None
        return self._text

    def checked_scope(self) -> Scope:
        """The scope for the app: with a clean query, and without a length where the body may be rewritten."""
        scope = self._scope
        changes: dict[str, object] = {}
        path, query = scope["path"], scope.get("query_string", b"").decode("latin-1")
        if self._guard.find(
            f"{path}\0{query}" if query else path
        ):  # one scan for both, and two where it finds something
            if self._found(path) and self._action != "flag":
                self._forbid()
            matches = self._found(query)
            if matches and self._action == "block":
                self._forbid()
            elif matches and self._action == "redact":
                changes["query_string"] = _in_query(query, matches).encode("latin-1")
        if self._action == "redact" and self._body.rewritable:
            headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
            if len(headers) < len(scope["headers"]):
                changes["headers"] = headers
        if not changes:
            return scope
        changed = {**scope, **changes}
        context = current_context()
        if context is not None:
            context.scope = changed  # the router will put the endpoint there, which declares the purpose
        return changed

    async def receive(self) -> Message:
        """Pass the next piece of the body on, without what must not be in it."""
        if self.refusal is not None:
            return _GONE
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        data, last = message.get("body", b""), not message.get("more_body", False)
        whole, self._begun = last and not self._begun, True
        if whole and not data:
            return message
        try:
            text = self._held + self._body.feed(data, last=last)
        except Unreadable:
            return message if self._action == "flag" else self._unreadable()
        matches = self._found(text)
        if whole and not matches:
            return message  # clean, as most are
        if self._action == "redact" and self._body.rewritable:
            safe = replaced(text, matches, inside=self._inside) if matches else text
            keep = 0 if last else min(_HOLD_BACK, len(safe))
            released, self._held = safe[: len(safe) - keep], safe[len(safe) - keep :]
            if self._inside is not None and not last:
                self._inside = in_string(released, self._inside)
            return {**message, "body": released.encode("utf-8", "surrogateescape")}
        self._held = "" if last else text[-_HOLD_BACK:]  # only to be looked at again
        if self._action == "flag":
            return message
        if matches:
            return self._forbid()
        data = self._held_bytes + data
        keep = 0 if last else min(_HOLD_BACK, len(data))
        released_bytes, self._held_bytes = data[: len(data) - keep], data[len(data) - keep :]
        return {**message, "body": released_bytes}

    async def receive_frame(self) -> Message:
        """Check one WebSocket message; what must not be in it is redacted, or noted."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        for key in ("text", "bytes"):
            content = message.get(key)
            if content:
                text = content if isinstance(content, str) else content.decode("utf-8", "surrogateescape")
                matches = self._found(text)
                if matches and self._action != "flag":
                    safe = replaced(text, matches, inside=False if text.lstrip()[:1] in "{[" else None)
                    message = {**message, key: safe if key == "text" else safe.encode("utf-8", "surrogateescape")}
        return message

    async def send(self, message: Message) -> None:
        """Pass the response on, unless the request is to be refused."""
        if self.refusal is not None and not self.started:
            await self.refuse()
        if self._refused:
            return
        self.started = self.started or message["type"] == "http.response.start"
        await self._send(message)

    async def refuse(self) -> None:
        """Answer for the app."""
        assert self.refusal is not None
        self.started = self._refused = True
        await send_problem(self._send, int(self.refusal["status"]), self.refusal)

    def _forbid(self) -> Message:
        context = current_context()
        self.refusal = {
            "type": f"urn:privmw:input:{ReasonCode.CONTENT_NATIONAL_ID}",
            "title": "The request holds information that must not be entered here",
            "status": 422,
            "reason": str(ReasonCode.CONTENT_NATIONAL_ID),
            "found": ", ".join(sorted(context.input_flags)) if context is not None else "",
        }
        return _GONE

    def _unreadable(self) -> Message:
        self.refusal = {
            "type": f"urn:privmw:input:{ReasonCode.CONTENT_UNSCANNABLE}",
            "title": "The request body cannot be looked into",
            "status": 415,
            "reason": str(ReasonCode.CONTENT_UNSCANNABLE),
            "alternative": "Send it without Content-Encoding, or with gzip",
        }
        return _GONE

    def _found(self, text: str) -> list[Match]:
        """What must not be in a text, noted in the request's context."""
        matches = self._guard.find(text) if text else []
        context = current_context()
        if matches and context is not None:
            context.input_flags |= {match.entity_type for match in matches}
        return matches


def _in_query(query: str, matches: list[Match]) -> str:
    """A query with values replaced; the signs of a placeholder are escaped there."""
    for match in reversed(matches):
        query = query[: match.start] + quote(f"<{match.entity_type}>") + query[match.end :]
    return query
