"""The real SDKs and HTTP libraries that the app of the leak matrix sends with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
from anthropic import Anthropic, AsyncAnthropic
from openai import AsyncOpenAI, OpenAI
from posthog import AsyncPosthog, Posthog
from starlette.requests import Request

if TYPE_CHECKING:
    from tests.leaks.otel_positions import Telemetry

__all__ = ["Act", "Sdks", "in_thread"]


class Sdks:
    """Everything that can send, pointed at the stand-ins.

    Args:
        urls: Base URL of each stand-in, by name.
        telemetry: Providers of spans and log records.
    """

    def __init__(self, urls: dict[str, str], telemetry: Telemetry) -> None:
        self.telemetry = telemetry
        self.openai = AsyncOpenAI(api_key="k", base_url=urls["openai"])
        self.openai_sync = OpenAI(api_key="k", base_url=urls["openai"])
        self.anthropic = AsyncAnthropic(api_key="k", base_url=urls["anthropic"])
        self.anthropic_sync = Anthropic(api_key="k", base_url=urls["anthropic"])
        self.posthog = Posthog("phc", host=urls["posthog"], sync_mode=True, enable_exception_autocapture=False)
        self.posthog_async = AsyncPosthog("phc_2", host=urls["posthog"])
        self.http = httpx2.AsyncClient(base_url=urls["http"])
        self.http_sync = httpx.Client(base_url=urls["http"])

    async def aclose(self) -> None:
        """Close what has connections."""
        await self.openai.close()
        await self.anthropic.close()
        await self.posthog_async.shutdown()
        await self.http.aclose()
        for client in (self.openai_sync, self.anthropic_sync, self.http_sync):
            client.close()
        self.posthog.shutdown()


Act = Callable[[str, Request, Sdks], Awaitable[Any]]
"""Puts a value in a position."""


@dataclass(frozen=True)
class _InThread:
    work: Callable[[str, Sdks], Any]

    async def __call__(self, value: str, _: Request, sdks: Sdks) -> None:
        await asyncio.to_thread(self.work, value, sdks)


def in_thread(work: Callable[[str, Sdks], Any]) -> Act:
    """What a synchronous client does, in a thread of its own as FastAPI's synchronous routes run."""
    return _InThread(work)
