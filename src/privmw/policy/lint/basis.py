"""Contradictions between a purpose, its legal basis and what the policy promises."""

from __future__ import annotations

from collections.abc import Iterator

from privmw.policy.lint.finding import Finding, Severity
from privmw.policy.register import Register
from privmw.policy.vocabulary import covered
from privmw.types import Enforcement

__all__ = ["lint_basis"]

_CONSENT_USES = ("marketing", "third_party_sharing", "train_ai_system", "personalize.profiling")
_STATISTICS_OR_RESEARCH = ("analytics.reporting",)


def lint_basis(register: Register) -> Iterator[Finding]:
    """Look at each purpose, and at what the register says of itself."""
    for key, purpose in register.purposes.items():
        here = f"purposes.{key}"
        if purpose.legal_basis == "consent" and purpose.opt_out:
            yield Finding(
                "basis.consent_and_opt_out",
                Severity.ERROR,
                f"{here}.opt_out",
                "the policy asks for consent (opt-in) and promises an opt-out for the same purpose; privmw asks first",
                "Decide for one of them in the published text.",
                "GDPR art. 4(11), 7; PIPA 15(1)1, 22",
            )
        if covered(purpose.use, _CONSENT_USES) and purpose.legal_basis != "consent":
            yield Finding(
                "basis.consent_expected",
                Severity.WARNING,
                f"{here}.legal_basis",
                "advertising, sharing, profiling or training without consent",
                'Set legal_basis = "consent", or note why another basis holds.',
                "PIPA 22; ePrivacy Directive art. 13",
            )
        if purpose.pseudonymised and not covered(purpose.use, _STATISTICS_OR_RESEARCH):
            yield Finding(
                "pseudonymisation.purpose",
                Severity.WARNING,
                f"{here}.use",
                "pseudonymised data may be used without consent for statistics, scientific research and archiving in "
                "the public interest; this purpose is not plainly one of them",
                "Have the privacy officer confirm another basis, or ask for consent.",
                "PIPA 28-2(1)",
            )
        if not any(key in recipient.purposes for recipient in register.recipients.values()):
            yield Finding(
                "purpose.no_recipient",
                Severity.WARNING,
                here,
                "no recipient serves this purpose, so every transfer for it is denied",
                "Nothing to do if the data stay in the app; else list it with a recipient.",
            )
    yield from _itself(register)


def _itself(register: Register) -> Iterator[Finding]:
    controller, policy = register.controller, register.policy
    for field, empty, what, clause in (
        ("controller.name", not controller.name, "who the controller is", "30(1)(a)"),
        ("controller.country", not controller.country, "where the controller is", "30(1)(a)"),
        ("controller.contact", not controller.contact, "how to reach the controller", "30(1)(a)"),
        ("policy.version", not policy.version, "which version is in force", "13"),
        ("policy.file", not policy.sha256, "where the published text is, whose digest every record carries", "5(2)"),
    ):
        if empty:
            yield Finding(
                f"{field}_missing",
                Severity.ERROR,
                field,
                f"the register does not say {what}",
                f"Set {field}.",
                f"GDPR art. {clause}",
            )
    suspended = register.suspended_countries or register.suspended_recipients
    if suspended and register.enforcement is Enforcement.SHADOW:
        yield Finding(
            "suspended.in_shadow",
            Severity.ERROR,
            "suspended",
            "the kill switch stops nothing while enforcement is 'shadow'",
            'Set enforcement = "block".',
            "PIPA 28-9",
        )
