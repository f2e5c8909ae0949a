"""The policy lint: contradictions and gaps that can be seen in a register without running anything."""

from __future__ import annotations

from privmw.policy.lint.basis import lint_basis
from privmw.policy.lint.finding import Finding, Severity
from privmw.policy.lint.keeping import lint_keeping
from privmw.policy.lint.notice import lint_notice
from privmw.policy.lint.places import lint_places
from privmw.policy.lint.wording import lint_wording
from privmw.policy.register import Register

__all__ = ["Finding", "Severity", "lint"]

_RULES = (lint_wording, lint_basis, lint_notice, lint_places, lint_keeping)


def lint(register: Register) -> tuple[Finding, ...]:
    """Find what contradicts itself or is left open.

    Returns:
        Findings, errors first, then by code and field; each once.
    """
    found = dict.fromkeys(finding for rule in _RULES for finding in rule(register))
    return tuple(sorted(found, key=lambda one: (one.severity is not Severity.ERROR, one.code, one.field, one.what)))
