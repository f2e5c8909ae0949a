"""Countries that a register leaves open without saying so in words."""

from __future__ import annotations

from collections.abc import Iterator

from privmw.policy.lint.finding import Finding, Severity
from privmw.policy.register import Register

__all__ = ["lint_places"]


def lint_places(register: Register) -> Iterator[Finding]:
    """A recipient with several countries needs endpoints that tell which; a host that nobody can place is denied."""
    for recipient in register.recipients.values():
        if not recipient.purposes or "country" in recipient.stated:
            continue
        pinned = {rule.country for rule in recipient.hosts if rule.evidence == "config"}
        if len(recipient.countries) > 1 and not pinned:
            listed = ", ".join(recipient.countries)
            yield Finding(
                "country.depends_on_settings",
                Severity.WARNING,
                f"recipients.{recipient.key}.countries",
                f"several countries are possible ({listed}), and which it is depends on the endpoint that is used",
                "Pin the endpoint under hosts, with its country; each record shows the observed one.",
                "PIPA 28-8(2) 2; GDPR art. 30(1)(e)",
            )
        if not recipient.countries_declared:
            yield Finding(
                "country.from_catalogue",
                Severity.WARNING,
                f"recipients.{recipient.key}.countries",
                "the country is the catalogue's guess, not a statement of the policy",
                "Name it under countries.",
                "PIPA 28-8(2) 2",
            )
