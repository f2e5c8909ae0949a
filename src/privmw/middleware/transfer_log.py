"""The transfer ledger's life: started with the app, flushed and closed with it."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from privmw.middleware.base import SurfaceMiddleware
from privmw.runtime import Surface

__all__ = ["TransferLogMiddleware"]


class TransferLogMiddleware(SurfaceMiddleware):
    """Starts the ledger before the app and closes it after; counts ambient transfers (hosting, CDN) per request."""

    surfaces = (Surface.LEDGER,)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request for each ambient recipient and pass it on."""
        self.runtime.count_ambient()
        await self.app(scope, receive, send)
