"""How a refusal is told: to the caller as an exception, to whoever runs the app in the log."""

from __future__ import annotations

import logging
from typing import NoReturn

from privmw.context import RequestContext
from privmw.errors import TransferDenied
from privmw.types import Decision, ReasonCode

__all__ = ["refuse"]

logger = logging.getLogger("privmw.egress")

_MOST = 1_000
_told: set[tuple[str, str, str | None]] = set()


def refuse(decision: Decision, recipient: str, who: RequestContext | None) -> NoReturn:
    """Raise a refusal; the first of its kind in this process is logged, with what a developer can do about it.

    Args:
        decision: Why.
        recipient: Whom the call was meant for: the register's name for it, or what of its host's name may be repeated.
        who: Context of the request, which remembers that a call of it was refused.

    Raises:
        TransferDenied: Always.
    """
    remedy = decision.remedy
    if remedy is not None and recipient != decision.recipient:
        remedy = "Declare the host under [recipients]; its name may hold personal data and is not repeated here."
    denial = TransferDenied(
        decision.reason_code or ReasonCode.GUARD_FAILED,
        recipient=recipient,
        purpose=decision.purpose,
        feature=decision.feature,
        alternative=decision.alternative,
        remedy=remedy,
    )
    if who is not None:
        who.denied = True
    kind = (denial.reason_code, denial.recipient, denial.purpose)
    if kind not in _told and len(_told) < _MOST:
        _told.add(kind)
        logger.warning("%s", denial)
    raise denial
