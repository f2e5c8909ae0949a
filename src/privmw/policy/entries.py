"""Rows of the register, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privmw.policy.catalog import NoStore
from privmw.policy.hosts import HostRule
from privmw.settings.countries import regimes_of
from privmw.settings.periods import Period, parse_period
from privmw.types import PayloadMode, TransferKind

if TYPE_CHECKING:
    from privmw.settings.policy import (
        ControllerSettings,
        GroupSettings,
        PurposeSettings,
        RetentionSettings,
        StatedSettings,
    )

__all__ = ["Controller", "Group", "Policy", "Purpose", "Recipient", "RetentionClass", "stated_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """Who decides why and how data are processed; ``regimes`` are the transfer laws that bind it."""

    name: str | None
    country: str | None
    contact: str | None
    privacy_officer: str | None
    phone: str | None
    address: str | None
    representative: str | None
    joint_controllers: tuple[str, ...]
    role: str
    measures: tuple[str, ...]
    regimes: tuple[str, ...]

    @classmethod
    def of(cls, settings: ControllerSettings) -> Controller:
        """Take the section as it is; without ``regimes`` the country's own applies."""
        return cls(
            name=settings.name,
            country=settings.country,
            contact=settings.contact,
            privacy_officer=settings.privacy_officer,
            phone=settings.phone,
            address=settings.address,
            representative=settings.representative,
            joint_controllers=settings.joint_controllers,
            role=settings.role,
            measures=settings.measures,
            regimes=settings.regimes if settings.regimes is not None else regimes_of(settings.country),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The published text: ``sha256`` is the digest of its file's bytes, ``stated`` words of it by topic."""

    id: str | None
    version: str | None
    url: str | None
    file: str | None
    sha256: str | None
    timing: str | None
    destruction: str | None
    stated: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why data are processed; ``opt_out`` = the policy promises that one may object to it with one click."""

    key: str
    use: str
    legal_basis: str
    retention_class: str | None
    feature: str | None
    alternative: str | None
    data_subjects: tuple[str, ...]
    opt_out: bool
    pseudonymised: bool
    on_withdrawal: str | None
    clause: str | None

    @classmethod
    def of(cls, key: str, settings: PurposeSettings) -> Purpose:
        """Take the section as it is."""
        return cls(key=key, **dict(settings))


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionClass:
    """How long a class of records is kept; ``period`` is ISO 8601, ``None`` where the policy gives no number."""

    key: str
    period: str | None
    clause: str | None
    title: str | None
    stated: str | None
    covers: tuple[str, ...]

    @classmethod
    def of(cls, key: str, settings: RetentionSettings) -> RetentionClass:
        """Take the section as it is."""
        return cls(key=key, **dict(settings))

    @property
    def parsed(self) -> Period | None:
        """The period as numbers."""
        return parse_period(self.period) if self.period else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A row of the policy that names several recipients together."""

    key: str
    title: str
    recipients: tuple[str, ...]
    stated: Mapping[str, str]

    @classmethod
    def of(cls, key: str, settings: GroupSettings, recipients: Mapping[str, Recipient]) -> Group:
        """Collect the recipients that name this group."""
        members = tuple(sorted(name for name, item in recipients.items() if item.group == key))
        return cls(key=key, title=settings.title, recipients=members, stated=stated_of(settings.stated))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """To whom data go, settings merged over the catalogue.

    Attributes:
        key: Register key.
        declared: The settings name it; otherwise it is only known, and denied.
        purposes: Purpose keys it may serve, after prefix rules and denials.
        named_purposes: The rules as the settings list them.
        payload: Form of personal data by purpose key, with ``default``.
        catalogued: It has an entry in the built-in catalogue.
        contract_type: ``service_provider``, ``contractor`` or ``third_party`` (CCPA).
        measures: Security measures agreed with it.
        stated: What the policy says in words, by topic.
    """

    key: str
    declared: bool
    catalogued: bool
    ai: bool
    channel: str
    legal_name: str | None
    description: str | None
    group: str | None
    contact: str | None
    policy_url: str | None
    contract_ref: str | None
    contract_type: str | None
    measures: tuple[str, ...]
    provider_name: str | None
    purposes: frozenset[str]
    named_purposes: tuple[str, ...]
    fixed_purpose: str | None
    data_categories: tuple[str, ...]
    deny_categories: tuple[str, ...]
    data_subjects: tuple[str, ...]
    countries: tuple[str, ...]
    countries_declared: bool
    hosts: tuple[HostRule, ...]
    transfer_kind: TransferKind
    ground: str | None
    mechanism: Mapping[str, str]
    mechanism_ref: str | None
    timing: str | None
    retention: str | None
    until: str | None
    backups: str | None
    refusal_how: str
    refusal_effect: str
    payload: Mapping[str, PayloadMode]
    storage: str
    storage_evidence: str | None
    stores_by_default: bool | None
    default_retention: str | None
    no_store: tuple[NoStore, ...]
    unscannable: frozenset[str]
    allow_cleartext: bool
    sale_or_share: bool
    stated: Mapping[str, str]


def stated_of(settings: StatedSettings) -> dict[str, str]:
    """The words that were given, by topic."""
    return {topic: text for topic, text in settings if text is not None}
