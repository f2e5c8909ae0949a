"""Purposes: declared on endpoints and blocks, resolved at send time."""

import asyncio
import functools
from collections.abc import Callable
from typing import Any

import pytest

from privmw.context import RequestContext, current_context, identify, open_context
from privmw.errors import ConfigurationError
from privmw.purposes import Purpose, declared_purpose, purpose, resolve


def test_a_marked_endpoint_is_returned_unchanged_and_found_through_wrappers() -> None:
    """The decorator costs nothing per request and survives functools.wraps and partial."""

    def endpoint() -> str:
        return "answer"

    def logged(function: Callable[[], str]) -> Callable[[], str]:
        @functools.wraps(function)
        def wrapper() -> str:
            return function()

        return wrapper

    marked = purpose("support_reply")(endpoint)
    assert marked is endpoint
    assert declared_purpose(logged(marked)) == "support_reply"
    assert declared_purpose(functools.partial(marked)) == "support_reply"
    assert declared_purpose(len) is None


def test_resolution_prefers_block_then_endpoint_then_router_default() -> None:
    """The innermost declaration wins; with none of them the purpose is unresolved."""

    @purpose("chat")
    def endpoint() -> None: ...

    context = RequestContext(scope={"endpoint": endpoint}, default_purpose="router")
    assert resolve(context) == "chat"
    with open_context(context), purpose("summary"):
        assert resolve(context) == "summary"
        with purpose("inner"):
            assert resolve(context) == "inner"
        assert resolve(context) == "summary"
    assert resolve(RequestContext(scope={"endpoint": len}, default_purpose="router")) == "router"
    assert resolve(RequestContext()) is None
    assert resolve(None) is None


def test_a_block_outside_a_request_opens_a_context_of_its_own() -> None:
    """Jobs and scripts need no middleware."""
    assert current_context() is None
    with purpose("nightly_summary") as context:
        assert current_context() is context
        assert resolve(current_context()) == "nightly_summary"
    assert current_context() is None


@pytest.mark.anyio
async def test_blocks_of_sibling_tasks_do_not_mix() -> None:
    """Two tasks of one request that enter different purposes, even through one object, each see their own."""
    shared = purpose("chat")

    async def work(block: purpose, pause: float) -> str | None:
        with block:
            await asyncio.sleep(pause)
            return resolve(current_context())

    with open_context():
        found = await asyncio.gather(work(purpose("summary"), 0.02), work(shared, 0.01), work(shared, 0.03))
    assert list(found) == ["summary", "chat", "chat"]


@pytest.mark.anyio
async def test_a_router_dependency_sets_the_default_of_the_request() -> None:
    """``Depends(Purpose(...))`` mutates the context, so that it is seen whatever thread or task it ran in."""
    with open_context() as context:
        await asyncio.create_task(Purpose("support_reply")())
        assert resolve(context) == "support_reply"


@pytest.mark.parametrize("declare", [purpose, Purpose])
def test_an_empty_purpose_is_refused(declare: Callable[[str], Any]) -> None:
    """A purpose names a key of the register."""
    with pytest.raises(ConfigurationError, match="non-empty key"):
        declare("")


def test_identify_outside_a_request_says_what_to_do() -> None:
    """Forgetting the middleware fails loudly, and the message holds no value."""
    with pytest.raises(ConfigurationError, match="Mount ContextMiddleware") as caught:
        identify(email="ana@example.org")
    assert "ana@" not in str(caught.value)


def test_identity_is_not_shown_by_repr() -> None:
    """A context that lands in a log or a traceback shows nobody."""
    with open_context() as context:
        identify(subject_id="u_123", email="ana@example.org", name="Ana Ruiz", tenant="acme")
        assert "u_123" == context.subject_id
        assert not {"ana", "u_123", "Ruiz", "acme"} & set(repr(context).replace("'", " ").split())
        assert "ana@example.org" not in repr(context) + repr(context.identities)
