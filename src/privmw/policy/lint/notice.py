"""What a person must be told of each recipient abroad: the items of PIPA art. 28-8(2), which GDPR asks for as well."""

from __future__ import annotations

from collections.abc import Iterator

from privmw.policy.entries import Recipient
from privmw.policy.lint.finding import Finding, Severity
from privmw.policy.plan import abroad, missing_regime
from privmw.policy.register import Register
from privmw.types import TransferKind

__all__ = ["lint_notice"]


def lint_notice(register: Register) -> Iterator[Finding]:
    """Every live recipient × country must have every item; a live recipient is one that has a purpose."""
    for recipient in register.recipients.values():
        if not recipient.purposes:
            yield Finding(
                "recipient.no_purpose",
                Severity.ERROR,
                f"recipients.{recipient.key}.purposes",
                "data cannot go to this recipient, because it serves no purpose",
                "List its purposes, or remove it from the policy.",
                "GDPR art. 5(1)(b)",
            )
            continue
        yield from _items(register, recipient)
        yield from _mechanisms(register, recipient)
        if recipient.transfer_kind is TransferKind.ENTRUSTMENT and recipient.contract_ref is None:
            yield Finding(
                "contract.missing",
                Severity.WARNING,
                f"recipients.{recipient.key}.contract_ref",
                "no contract with this processor is named",
                "Name the data processing agreement.",
                "GDPR art. 28(3); PIPA 26(1)",
            )


def _items(register: Register, recipient: Recipient) -> Iterator[Finding]:
    here = f"recipients.{recipient.key}"
    destinations = recipient.countries or (None,)
    for country in destinations:
        overseas = country is None or abroad(register.controller, country)
        severity = Severity.ERROR if overseas else Severity.WARNING
        place = f" ({country})" if country else ""
        for code, field, empty, what, number in (
            ("notice.items_missing", "data_categories", not recipient.data_categories, "the items", "1"),
            ("notice.country_missing", "countries", not recipient.countries, "the country", "2"),
            ("notice.method_missing", "timing", not _timing(register, recipient), "time and method", "2"),
            ("notice.name_missing", "legal_name", not recipient.legal_name, "the recipient's legal name", "3"),
            ("notice.contact_missing", "contact", not recipient.contact, "the recipient's contact", "3"),
            ("notice.retention_missing", "retention", not _retention(recipient), "the period of use", "4"),
            ("notice.refusal_missing", "refusal.how", not recipient.refusal_how, "how to refuse", "5"),
            ("notice.effect_missing", "refusal.effect", not recipient.refusal_effect, "the effect of refusing", "5"),
        ):
            if empty:
                yield Finding(
                    code,
                    severity,
                    f"{here}.{field}",
                    f"the notice of this transfer{place} lacks {what}",
                    f"Set {field} and publish it.",
                    f"PIPA 28-8(2) {number}",
                )


def _mechanisms(register: Register, recipient: Recipient) -> Iterator[Finding]:
    for country in recipient.countries:
        regime = missing_regime(register.controller, recipient, country)
        if regime is not None:
            yield Finding(
                "mechanism.missing",
                Severity.ERROR,
                f"recipients.{recipient.key}.mechanism.{regime}",
                f"no legal ground is named for the transfer to {country}, so it is denied",
                "Name the ground, apart from provision and entrustment.",
                {"kr": "PIPA 28-8(1)", "eu": "GDPR art. 44-49", "uk": "UK GDPR art. 44-49"}[regime],
            )
    if recipient.transfer_kind is TransferKind.PROVISION and recipient.ground is None:
        yield Finding(
            "provision.ground_missing",
            Severity.ERROR,
            f"recipients.{recipient.key}.ground",
            "a provision to a third party has no ground, so it is denied",
            "Set ground to 'consent', 'law', 'urgent' or 'permitted'.",
            "PIPA 17(1), 18(2)",
        )


def _timing(register: Register, recipient: Recipient) -> bool:
    return bool(recipient.timing or register.policy.timing)


def _retention(recipient: Recipient) -> bool:
    return recipient.retention is not None or bool(recipient.until)
