"""What the middleware classes share: a runtime, and surfaces that stay installed while the app runs."""

from __future__ import annotations

from typing import ClassVar

from starlette.types import ASGIApp, Receive, Scope, Send

from privmw.runtime import Runtime, Surface
from privmw.settings import PrivacySettings

__all__ = ["SurfaceMiddleware"]


class SurfaceMiddleware:
    """Base of the middleware classes.

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
        self.runtime = runtime if runtime is not None else Runtime.shared(settings)
        self._in_use = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Install the surfaces, then pass the connection on; lifespan and unknown types go straight through."""
        if scope["type"] == "lifespan":
            self._use()
            try:
                await self.app(scope, receive, send)
            finally:
                self._release()
            return
        if not self._in_use:
            self._use()  # a server without lifespan support
        if scope["type"] in ("http", "websocket"):
            await self.handle(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one HTTP or WebSocket connection."""
        await self.app(scope, receive, send)

    def _use(self) -> None:
        if not self._in_use:
            self._in_use = True
            for surface in self.surfaces:
                self.runtime.use(surface)

    def _release(self) -> None:
        self._in_use = False
        for surface in reversed(self.surfaces):
            self.runtime.release(surface)
