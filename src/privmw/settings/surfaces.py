"""Sections that set up the machinery: pseudonyms, ledger and each surface."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr

from privmw.settings.fields import HostPattern, Section, Texts, from_list_text

__all__ = [
    "AnalyticsSettings",
    "EgressSettings",
    "InputGuardSettings",
    "LedgerSettings",
    "LogsSettings",
    "OTelSettings",
    "PseudonymSettings",
    "SentrySettings",
    "SubjectSettings",
]

Hosts = Annotated[tuple[HostPattern, ...], BeforeValidator(from_list_text)]
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(from_list_text)]


class PseudonymSettings(Section):
    """``[pseudonyms]``: HMAC keys, oldest first; best by ``PRIVMW_PSEUDONYMS__KEYS`` or a file outside the code."""

    keys: Secrets = ()
    key_file: str | None = None


class LedgerSettings(Section):
    """``[ledger]``: where transfer records go.

    ``anchor_file`` keeps the signed checkpoints elsewhere: an append-only file on another machine's disk. ``maintenance``
    purges what is due once a day and signs a super-checkpoint once an hour. ``postgres_dsn`` (role ``privmw_writer``) is
    the fleet's copy, ``purge_dsn`` (role ``privmw_purger``) has it purged as well. ``otlp`` emits events and metrics
    through the application's OpenTelemetry providers.
    """

    enabled: bool = True
    directory: str = "privmw-ledger"
    deployment: str = "default"
    queue_limit: int = Field(default=10_000, ge=1)
    signing_key_file: str | None = None
    checkpoint_every: int = Field(default=1_000, ge=1)
    anchor_file: str | None = None
    timezone: str = "UTC"
    maintenance: bool = True
    postgres_dsn: SecretStr | None = None
    purge_dsn: SecretStr | None = None
    otlp: bool = False


class LogsSettings(Section):
    """``[logs]``: redaction of log records."""

    enabled: bool = True
    profile: str | None = None


class SentrySettings(Section):
    """``[sentry]``: redaction of events before they are sent."""

    enabled: bool = True
    profile: str | None = None


class OTelSettings(Section):
    """``[otel]``: redaction of spans and OTel log records."""

    enabled: bool = True
    profile: str | None = None


class AnalyticsSettings(Section):
    """``[analytics]``: identifiers removed, signals honoured."""

    enabled: bool = True
    profile: str | None = None
    honour_gpc: bool = True
    opt_out_cookie: str = "privmw_opt_out"


class EgressSettings(Section):
    """``[egress]``: outbound calls. ``first_party`` hosts are the app's own and pass untouched.

    ``unknown_hosts``: ``deny`` (default), or ``gap``: let a host that nobody declared pass, recorded as a gap.
    """

    enabled: bool = True
    first_party: Hosts = ()
    unknown_hosts: Literal["deny", "gap"] = "deny"
    max_body_bytes: int = Field(default=4_000_000, ge=1)


class InputGuardSettings(Section):
    """``[input_guard]``: what happens to request bodies that hold national ids or special categories."""

    enabled: bool = True
    action: Literal["block", "redact", "flag"] = "flag"
    entities: Texts = ()


class SubjectSettings(Section):
    """``[subjects]``: age below which a person is a minor (14 under PIPA, up to 16 under GDPR art. 8)."""

    minimum_age: int = Field(default=16, ge=0, le=21)
