"""Every error privmw raises on purpose.

    PrivmwError
    ├── ConfigurationError      settings, register, recognizer or set-up is wrong; names where and what to do
    ├── TransferDenied          an outbound call may not happen; carries the Decision's reason
    ├── RedactionError          a value could not be redacted within its limits and the profile says block
    └── LedgerError
        ├── LedgerUnavailable   a record that must be durable could not be made durable
        └── LedgerCorrupt       a ledger file cannot be read as one

None of them subclasses an HTTP client's or SDK's error, so that no retry loop catches them, and no message, argument or
``repr`` holds a value that was checked, only its place (field, recipient, reason code).
"""

from __future__ import annotations

__all__ = [
    "ConfigurationError",
    "LedgerCorrupt",
    "LedgerError",
    "LedgerUnavailable",
    "PrivmwError",
    "RedactionError",
    "TransferDenied",
]


class PrivmwError(Exception):
    """Base of all errors raised by privmw."""


class ConfigurationError(PrivmwError):
    """Settings, register, recognizer or installation is wrong.

    Attributes:
        message: What is wrong, without its place and remedy.
        source: File or variable that holds the mistake (``privmw.toml``, ``PRIVMW_ENFORCEMENT``), or ``None``.
        field: Dotted path of the setting, or ``None``.
        remedy: What to do about it, in one sentence, or ``None``.
        problems: Each mistake by itself where several were found at once; else empty.
    """

    problems: tuple[ConfigurationError, ...] = ()

    def __init__(
        self, message: str, *, source: str | None = None, field: str | None = None, remedy: str | None = None
    ) -> None:
        self.message = message
        self.source = source
        self.field = field
        self.remedy = remedy
        place = ": ".join(part for part in (source, field) if part)
        text = f"{place}: {message}" if place else message
        super().__init__(f"{text}. {remedy}" if remedy else text)

    def placed(self, source: str | None, field: str) -> ConfigurationError:
        """The same mistake, at the place in the settings that it comes from."""
        return ConfigurationError(self.message, source=source, field=field, remedy=self.remedy)


class TransferDenied(PrivmwError):
    """An outbound call is not allowed by the policy; no byte of it was sent.

    Attributes:
        reason_code: Stable code, one of :class:`privmw.types.ReasonCode` (``"recipient.undeclared"``).
        recipient: Register key of the recipient, or its host when it is not declared.
        purpose: Purpose key of the call, or ``None`` when none was resolved.
        feature: What the user cannot use now, as the register names it, or ``None``.
        alternative: What the user can do instead, as the register names it, or ``None``.
        remedy: What a developer can do about it, or ``None``.
    """

    def __init__(
        self,
        reason_code: str,
        *,
        recipient: str,
        purpose: str | None = None,
        feature: str | None = None,
        alternative: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.reason_code = str(reason_code)
        self.recipient = recipient
        self.purpose = purpose
        self.feature = feature
        self.alternative = alternative
        self.remedy = remedy
        message = f"transfer to {recipient!r} denied: {self.reason_code}"
        if purpose is not None:
            message += f" (purpose {purpose!r})"
        super().__init__(f"{message}. {remedy}" if remedy else message)


class RedactionError(PrivmwError):
    """A value could not be redacted within its limits, and its profile says that it must not pass.

    Attributes:
        limit: Which limit was hit: ``bytes``, ``depth``, ``items``, ``matches``, ``time`` or ``type``; ``model`` where the
            NER tier was too busy or too slow.
        remedy: What can be done about it, or ``None``.
    """

    def __init__(self, limit: str, *, remedy: str | None = None) -> None:
        self.limit = limit
        self.remedy = remedy
        super().__init__(f"redaction limit reached: {limit}" + (f". {remedy}" if remedy else ""))


class LedgerError(PrivmwError):
    """The transfer ledger could not do what was asked."""


class LedgerUnavailable(LedgerError):
    """A record that must be durable before its call is sent could not be made durable."""


class LedgerCorrupt(LedgerError):
    """A ledger file is not one, or cannot be read."""
