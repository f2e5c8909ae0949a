"""The sink of a deployment that switched its ledger off."""

from __future__ import annotations

from privmw.types import Durability, Receipt, TransferRecord

__all__ = ["Unkept"]


class _NullReceipt:
    def wait(self, timeout: float) -> None:
        """Nothing to wait for."""

    async def wait_async(self, timeout: float) -> None:  # noqa: ASYNC109 - the protocol's name
        """Nothing to wait for."""


class Unkept:
    """Takes records and forgets them."""

    def submit(self, record: TransferRecord, durability: Durability = Durability.GROUP) -> Receipt:
        """Forget the record."""
        return _NullReceipt()
