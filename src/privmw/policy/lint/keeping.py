"""Contradictions about how long data are kept, by us and by those who get them."""

from __future__ import annotations

from collections.abc import Iterator

from privmw.policy.entries import Recipient
from privmw.policy.lint.finding import Finding, Severity
from privmw.policy.register import Register
from privmw.settings.periods import parse_period

__all__ = ["lint_keeping"]

_OPERATOR_DAYS = 365


def lint_keeping(register: Register) -> Iterator[Finding]:
    """Look at retention classes, then at each live recipient."""
    covered = {what for item in register.retention.values() for what in item.covers}
    if "transfer_record" not in covered:
        yield Finding(
            "retention.transfer_record_missing",
            Severity.ERROR,
            "retention",
            "no retention class covers the transfer records themselves",
            'Add a class with covers = ["transfer_record"], and one with covers = ["transfer_payload"].',
            "GDPR art. 30(1)(f)",
        )
    yield from _operator_access(register, covered)
    for recipient in register.recipients.values():
        if not recipient.purposes:
            continue
        yield from _backups(register, recipient)
        yield from _storage(recipient)
        yield from _longer(register, recipient)


def _operator_access(register: Register, covered: set[str]) -> Iterator[Finding]:
    if "kr" not in register.controller.regimes:
        return
    rule = "PIPC Standard on safety measures, art. 8"
    if "operator_access" not in covered:
        yield Finding(
            "retention.operator_access_missing",
            Severity.ERROR,
            "retention",
            "no retention class covers the access records of staff, as opposed to those of users",
            'Add a class of at least P1Y (P2Y for large or sensitive systems) with covers = ["operator_access"].',
            rule,
        )
    for key, item in register.retention.items():
        if "operator_access" in item.covers and item.parsed and item.parsed.approximate_days < _OPERATOR_DAYS:
            yield Finding(
                "retention.operator_access_short",
                Severity.ERROR,
                f"retention.{key}.period",
                "access records of staff are kept for less than a year",
                "Set at least P1Y, or P2Y for large or sensitive systems.",
                rule,
            )


def _backups(register: Register, recipient: Recipient) -> Iterator[Finding]:
    period = parse_period(recipient.backups) if recipient.backups else None
    if period is None or period.approximate_days == 0 or register.policy.destruction != "without_delay":
        return
    yield Finding(
        "retention.backups_outlive_deletion",
        Severity.ERROR,
        f"recipients.{recipient.key}.backups",
        f"backups live on for {recipient.backups}, while the policy destroys data without delay",
        "Say in the policy until when backups hold deleted data, and count the deadline from there.",
        "PIPA 21(1), Decree 16; GDPR art. 17",
    )


def _storage(recipient: Recipient) -> Iterator[Finding]:
    stated = parse_period(recipient.retention) if recipient.retention else None
    if not recipient.stores_by_default or recipient.storage_evidence is not None:
        return
    promised = recipient.storage == "forbid" or (stated is not None and stated.approximate_days == 0)
    if not promised:
        return
    known = f" ({recipient.default_retention})" if recipient.default_retention else ""
    here = f"recipients.{recipient.key}.storage"
    if recipient.storage == "allow" or not recipient.no_store:
        yield Finding(
            "storage.on_by_default",
            Severity.ERROR,
            here,
            f"the policy says that nothing is stored, but this provider stores by default{known}, and no request can "
            "turn that off",
            "Get a zero-retention agreement and name it under storage_evidence, or publish the real period.",
            "PIPA 28-8(2) 4; GDPR art. 5(1)(a)",
        )
    else:
        paths = sorted({switch.path or "every endpoint" for switch in recipient.no_store})
        yield Finding(
            "storage.on_by_default",
            Severity.WARNING,
            here,
            f"this provider stores by default{known}; it is only because privmw turns that off in each request "
            f"({', '.join(paths)}) that the policy is true",
            "Keep the switch on; calls that do not pass privmw are stored.",
            "PIPA 28-8(2) 4; GDPR art. 5(1)(a)",
        )


def _longer(register: Register, recipient: Recipient) -> Iterator[Finding]:
    theirs = parse_period(recipient.retention) if recipient.retention else None
    default = parse_period(recipient.default_retention) if recipient.default_retention else None
    attested = recipient.storage_evidence is not None or recipient.no_store
    if theirs and default and not attested and 0 < theirs.approximate_days < default.approximate_days:
        yield Finding(
            "retention.mismatch",
            Severity.ERROR,
            f"recipients.{recipient.key}.retention",
            f"the policy states {recipient.retention}, the provider keeps {recipient.default_retention} by default",
            "Publish the real period, or name an agreement under storage_evidence.",
            "PIPA 28-8(2) 4",
        )
    for key in sorted(recipient.purposes):
        named = register.purposes[key].retention_class
        ours = register.retention[named].parsed if named else None
        if ours and theirs and theirs.approximate_days > ours.approximate_days + 1:
            yield Finding(
                "retention.mismatch",
                Severity.ERROR,
                f"recipients.{recipient.key}.retention",
                f"the recipient keeps {recipient.retention}, longer than {register.retention[str(named)].period} of "
                f"retention class {named!r} that purpose {key!r} has",
                "Shorten it by contract, or give the purpose another class.",
                "GDPR art. 5(1)(e)",
            )
