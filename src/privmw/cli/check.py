"""``privmw check``: are the settings right, and does the policy that they carry hold together?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap

from privmw.errors import ConfigurationError
from privmw.policy.lint import Finding, Severity, lint
from privmw.policy.register import Register
from privmw.runtime import Runtime
from privmw.settings import PrivacySettings

__all__ = ["HELP", "configure", "run"]

HELP = "validate privmw.toml and lint the policy it carries"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--config", metavar="FILE", help="settings file (default: ./privmw.toml)")
    parser.add_argument("--json", action="store_true", help="print the findings as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Check settings and policy.

    Returns:
        0 nothing wrong (warnings at most), 1 at least one error, 2 the settings file is not there.
    """
    config = arguments.config
    if config is not None and not Path(config).is_file():
        print(f"privmw check: {config}: no such file", file=sys.stderr)
        return 2
    files: Sequence[str] = ("unread",)
    findings: Sequence[Finding]
    try:
        settings = PrivacySettings(config_file=config)
        files = settings.files
        findings = [*lint(Register.from_settings(settings))]
        findings = [*_unusable(settings), *findings]
    except ConfigurationError as error:
        findings = [_finding(one) for one in error.problems or (error,)]
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if arguments.json:
        print(json.dumps(_report(findings, errors), indent=2, ensure_ascii=False))
    else:
        if not files:
            print("There is no privmw.toml here: these are the defaults, under which no recipient is declared.")
        print(_table(findings, errors))
    return 1 if errors else 0


def _unusable(settings: PrivacySettings) -> list[Finding]:
    """What would stop the app at its start, here: a pattern, operator or profile that is none, a missing key or model."""
    try:
        runtime = Runtime(settings)
        if runtime.names is not None:
            with settings.placing("ner", "model"):
                runtime.names.load()
    except ConfigurationError as error:
        return [_finding(error)]
    return []


def _finding(error: ConfigurationError) -> Finding:
    place = ": ".join(part for part in (error.source, error.field) if part)
    return Finding("settings.invalid", Severity.ERROR, place, error.message, error.remedy or "")


def _report(findings: Sequence[Finding], errors: int) -> dict[str, object]:
    return {
        "ok": not errors,
        "errors": errors,
        "warnings": len(findings) - errors,
        "findings": [asdict(finding) for finding in findings],
    }


def _table(findings: Sequence[Finding], errors: int) -> str:
    """One block for each thing that is wrong, with every place where it is."""
    places: dict[tuple[str, str, str, str], list[str]] = {}
    for finding in findings:
        tail = finding.remedy + (f"  [{finding.clause}]" if finding.clause else "")
        places.setdefault((finding.severity.value, finding.code, finding.what, tail), []).append(finding.field)
    lines = []
    for (severity, code, what, tail), fields in places.items():
        lines.append(f"{severity:<7}  {code}")
        lines += _indented(", ".join(fields), 9, "")
        lines += _indented(what, 9, "")
        lines += _indented(tail, 9, "→ ")
    warnings = len(findings) - errors
    lines.append(f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}")
    return "\n".join(lines)


def _indented(text: str, width: int, mark: str) -> list[str]:
    edge = " " * width
    return wrap(text, 118, initial_indent=edge + mark, subsequent_indent=edge + " " * len(mark), break_on_hyphens=False)
