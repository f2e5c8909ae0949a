"""Declaring why a route or job processes data, and finding that purpose again at send time.

The purpose is bound to the route on the server side; whoever is unresolved is denied, never exempt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar, Token
from typing import Any, NamedTuple, TypeVar

from privmw.context import RequestContext, current_context, enter_context, exit_context, require_context
from privmw.errors import ConfigurationError

__all__ = ["Purpose", "declared_purpose", "purpose", "resolve"]

_MARK = "__privmw_purpose__"
# A block's purpose is lexical: unlike the context it must not be seen by sibling tasks of the same request.
# Frames are linked, so that one `purpose` object may be entered by many tasks at once.
_entered: ContextVar[_Frame | None] = ContextVar("privmw_purpose", default=None)
_F = TypeVar("_F", bound=Callable[..., Any])


class _Frame(NamedTuple):
    key: str
    opened: Token[RequestContext | None] | None
    outer: _Frame | None


class purpose:  # noqa: N801 - reads as a decorator and as a context manager
    """Declare the purpose of an endpoint, or run a block for a purpose.

    As a decorator it only marks the function, so it costs nothing per request, works above or below ``@app.get`` and on
    plain Starlette endpoints. As a context manager it enters the purpose, and opens a context where none is (jobs).

        @purpose("support_reply")
        async def reply(...): ...

        with purpose("nightly_summary"): ...

    Args:
        key: Purpose key of the register (``[purposes.support_reply]``).
    """

    def __init__(self, key: str) -> None:
        if not key or not isinstance(key, str):
            raise ConfigurationError("a purpose is a non-empty key of [purposes]", field="purpose")
        self.key = key

    def __call__(self, endpoint: _F) -> _F:
        """Mark a function (or endpoint class) with this purpose and return it unchanged."""
        setattr(endpoint, _MARK, self.key)
        return endpoint

    def __enter__(self) -> RequestContext:
        context = current_context()
        opened = None
        if context is None:
            context = RequestContext()
            opened = enter_context(context)
        _entered.set(_Frame(self.key, opened, _entered.get()))
        return context

    def __exit__(self, *exc: object) -> None:
        frame = _entered.get()
        if frame is None:
            raise RuntimeError("this block was entered in another task")
        _entered.set(frame.outer)
        if frame.opened is not None:
            exit_context(frame.opened)

    def __repr__(self) -> str:
        return f"purpose({self.key!r})"


class Purpose:
    """The same as a FastAPI dependency, for defaults of a whole router.

        router = APIRouter(dependencies=[Depends(Purpose("support_reply"))])

    The endpoint's own :class:`purpose` wins over it.
    """

    def __init__(self, key: str) -> None:
        if not key or not isinstance(key, str):
            raise ConfigurationError("a purpose is a non-empty key of [purposes]", field="Purpose")
        self.key = key
        setattr(self, _MARK, key)

    async def __call__(self) -> None:
        """Remember the key as this request's default; a route's dependency runs after its router's and wins."""
        require_context("Depends(Purpose(...))").default_purpose = self.key

    def __repr__(self) -> str:
        return f"Purpose({self.key!r})"


def declared_purpose(endpoint: object) -> str | None:
    """The purpose that an endpoint was marked with, looking through ``functools.wraps`` and ``partial``."""
    for candidate in _unwrapped(endpoint):
        key = getattr(candidate, _MARK, None)
        if isinstance(key, str):
            return key
    return None


def resolve(context: RequestContext | None) -> str | None:
    """Find the purpose of a request or job: entered block, then endpoint, then router default.

    Returns:
        A purpose key, or ``None`` when nothing declares one; the caller must then deny.
    """
    entered = _entered.get()
    if entered is not None:
        return entered.key
    if context is None:
        return None
    scope: Mapping[str, Any] = context.scope or {}
    endpoint = scope.get("endpoint")
    if endpoint is not None:
        marked = declared_purpose(endpoint)
        if marked is not None:
            return marked
    return context.default_purpose


def _unwrapped(endpoint: object) -> Iterator[object]:
    seen = 0
    current: object | None = endpoint
    while current is not None and seen < 32:  # a cycle of __wrapped__ would otherwise never end
        yield current
        current = getattr(current, "__wrapped__", None) or getattr(current, "func", None)
        seen += 1
