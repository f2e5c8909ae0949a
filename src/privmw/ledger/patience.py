"""An anchor that is away stops nothing: what it did not take is offered again."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence

from privmw.ledger.anchors import Anchor

__all__ = ["PatientAnchor"]

logger = logging.getLogger("privmw.ledger")

_KEPT_NOTES = 1_000


class PatientAnchor:
    """Wraps an anchor; keeping never fails.

    Args:
        anchor: The anchor.
    """

    def __init__(self, anchor: Anchor) -> None:
        self._anchor = anchor
        self._waiting: deque[bytes] = deque(maxlen=_KEPT_NOTES)

    def keep(self, notes: Sequence[bytes]) -> None:
        """Keep notes, with those that were not taken before."""
        self._waiting.extend(notes)
        self.offer()

    def offer(self) -> None:
        """Offer what waits."""
        if not self._waiting:
            return
        try:
            self._anchor.keep(list(self._waiting))
        except Exception as error:  # noqa: BLE001 - anchors are anybody's code, and upkeep goes on without them
            name = type(self._anchor).__name__
            logger.warning("checkpoints could not be anchored: %s in %s", type(error).__name__, name)
        else:
            self._waiting.clear()
