"""The request context, which every other surface reads."""

from __future__ import annotations

from privmw.middleware.base import SurfaceMiddleware

__all__ = ["ContextMiddleware"]


class ContextMiddleware(SurfaceMiddleware):
    """Opens a :class:`~privmw.context.RequestContext` for each HTTP request and WebSocket connection, and no more.

    The other classes open one, too, where none is open: mount this one outermost where other middleware of the app is to
    see it. The purpose is resolved later, from the route that the router will choose.
    """
