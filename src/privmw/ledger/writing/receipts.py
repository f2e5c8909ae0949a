"""The promise that a submitted record becomes durable."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from privmw.errors import LedgerUnavailable
from privmw.types import Durability, TransferRecord

__all__ = ["Item", "LedgerReceipt"]


class LedgerReceipt:
    """Settled by the writer's thread, awaited by anyone.

    Waiters are appended before the state is read and taken off after it is set, so that each is called once and none
    is missed, without a lock.

    Attributes:
        problem: Why the record is not durable; ``None`` while that is open and when it is.
    """

    __slots__ = ("_settled", "_waiters", "problem")

    def __init__(self) -> None:
        self._settled = False
        self._waiters: list[Callable[[], object]] = []
        self.problem: str | None = None

    @property
    def durable(self) -> bool:
        """Whether the record is on disk."""
        return self._settled and self.problem is None

    def settle(self, problem: str | None = None) -> None:
        """Tell all who wait; ``problem`` is ``None`` when the record is durable."""
        if self._settled:
            return
        self.problem = problem
        self._settled = True
        while self._waiters:
            # IndexError: a waiter that gave up took itself off. RuntimeError: its event loop is closed.
            with suppress(IndexError, RuntimeError):
                self._waiters.pop()()

    def wait(self, timeout: float) -> None:
        """Block until the record is durable.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            LedgerUnavailable: The record is not durable, and may never be.
        """
        if not self._settled:
            event = threading.Event()
            self._waiters.append(event.set)
            if not self._settled:
                event.wait(timeout)
        self._judge(timeout)

    async def wait_async(self, timeout: float) -> None:  # noqa: ASYNC109 - mirrors wait(); no task is cancelled
        """The same without blocking the event loop."""
        if not self._settled:
            loop = asyncio.get_running_loop()
            done: asyncio.Future[None] = loop.create_future()

            def wake() -> None:
                loop.call_soon_threadsafe(_finish, done)

            self._waiters.append(wake)
            if not self._settled:
                await asyncio.wait([done], timeout=timeout)
        self._judge(timeout)

    def _judge(self, timeout: float) -> None:
        if not self._settled:
            raise LedgerUnavailable(f"the record was not durable within {timeout:g} s")
        if self.problem is not None:
            raise LedgerUnavailable(self.problem)


class Item(NamedTuple):
    """A queued record; without a record it only marks a place (``flush``)."""

    record: TransferRecord | None
    durability: Durability
    receipt: LedgerReceipt


def _finish(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)
