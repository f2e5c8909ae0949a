"""One finding of the policy lint."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Severity"]


class Severity(StrEnum):
    """``error``: the policy contradicts itself or a law it is under; ``warning``: someone has to look at it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """A contradiction or gap in a register.

    Attributes:
        code: Stable name (``notice.contact_missing``).
        severity: How bad it is.
        field: Dotted path of the setting.
        what: What is wrong, in one sentence.
        remedy: What to do about it.
        clause: Law or rule that asks for it, or ``None``.
    """

    code: str
    severity: Severity
    field: str
    what: str
    remedy: str
    clause: str | None = None
