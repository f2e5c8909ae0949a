"""What the middleware classes share: a runtime, surfaces that stay installed while the app runs, and a context."""

from __future__ import annotations

import logging
from functools import partial
from typing import ClassVar

from starlette.types import ASGIApp, Receive, Scope, Send

from privmw.errors import PrivmwError
from privmw.middleware.opening import in_context, is_open
from privmw.runtime import Runtime, Surface
from privmw.settings import PrivacySettings

__all__ = ["SurfaceMiddleware", "failed_start"]

logger = logging.getLogger("privmw")


class SurfaceMiddleware:
    """Base of the middleware classes.

    Each opens the request's context where none is open yet, so that it works alone as well as behind
    :class:`~privmw.middleware.ContextMiddleware`. Wrong settings, and a surface that cannot be installed, stop the server
    at its start; under a server without lifespan support every request is refused instead, as it would pass unprotected.

    Args:
        app: The app to wrap.
        settings: Settings of the runtime; read from ``privmw.toml`` and the environment when ``None``. All middleware
            with equal settings share one runtime.
        runtime: A runtime built by hand, instead of ``settings``.
    """

    surfaces: ClassVar[tuple[Surface, ...]] = ()

    def __init__(
        self, app: ASGIApp, *, settings: PrivacySettings | None = None, runtime: Runtime | None = None
    ) -> None:
        self.app = app
        self._in_use = False
        self._problem: PrivmwError | None = None
        try:
            self.runtime = runtime if runtime is not None else Runtime.shared(settings)
        except PrivmwError as error:  # Starlette makes middleware inside the start, where raising is not heard
            self._problem = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Install the surfaces, then pass the connection on; lifespan and unknown types go straight through."""
        if scope["type"] == "lifespan":
            try:
                self._use()
            except PrivmwError as error:
                await failed_start(error, receive, send)
                raise
            try:
                await self.app(scope, receive, send)
            finally:
                self._release()
            return
        if not self._in_use:
            self._use()  # a server without lifespan support
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif is_open(scope):
            await self.handle(scope, receive, send)
        else:
            await in_context(scope, self.runtime, partial(self.handle, scope, receive, send))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one HTTP or WebSocket connection."""
        await self.app(scope, receive, send)

    def _use(self) -> None:
        if self._in_use:
            return
        if self._problem is not None:
            raise self._problem.with_traceback(None)
        used: list[Surface] = []
        try:
            for surface in self.surfaces:
                self.runtime.use(surface)
                used.append(surface)
            self._in_use = True
        finally:
            if not self._in_use:
                for surface in reversed(used):
                    self.runtime.release(surface)

    def _release(self) -> None:
        self._in_use = False
        for surface in reversed(self.surfaces):
            self.runtime.release(surface)


async def failed_start(error: PrivmwError, receive: Receive, send: Send) -> None:
    """Tell the server that the app cannot start, and why; a server that only tries lifespan then stops as well."""
    logger.error("privmw cannot start: %s", error)
    await receive()
    await send({"type": "lifespan.startup.failed", "message": f"privmw cannot start: {error}"})
