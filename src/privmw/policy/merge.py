"""Merges a recipient's settings over its catalogue entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from privmw.policy.catalog import CatalogEntry
from privmw.policy.entries import Purpose, Recipient, stated_of
from privmw.policy.hosts import HostRule
from privmw.settings.vocabulary import is_under
from privmw.types import PayloadMode, TransferKind

if TYPE_CHECKING:
    from privmw.settings.policy import RecipientSettings

__all__ = ["known_recipient", "purposes_named", "recipient_of"]


def purposes_named(rules: Iterable[str], purposes: Mapping[str, Purpose]) -> frozenset[str]:
    """Purpose keys that rules name: keys themselves, and those whose data use is one of the rules or under it."""
    named = tuple(rules)
    return frozenset(
        key
        for key, purpose in purposes.items()
        if key in named or any(is_under(purpose.use, rule) for rule in named if rule not in purposes)
    )


def known_recipient(key: str, entry: CatalogEntry | None) -> Recipient:
    """A recipient that nobody declared: nothing but its catalogue entry, or the safest defaults where it has none."""
    return Recipient(
        key=key,
        declared=False,
        catalogued=entry is not None,
        ai=entry.ai if entry else False,
        channel=entry.channel if entry else "outbound",
        legal_name=entry.legal_name if entry else None,
        description=None,
        group=None,
        contact=None,
        policy_url=entry.policy_url if entry else None,
        contract_ref=None,
        contract_type=None,
        measures=(),
        provider_name=entry.provider_name if entry else None,
        purposes=frozenset(),
        named_purposes=(),
        fixed_purpose=None,
        data_categories=(),
        deny_categories=(),
        data_subjects=(),
        countries=entry.countries if entry else (),
        countries_declared=False,
        hosts=entry.hosts if entry else (),
        transfer_kind=TransferKind.ENTRUSTMENT,
        ground=None,
        mechanism={},
        mechanism_ref=None,
        timing=None,
        retention=None,
        until=None,
        backups=None,
        refusal_how="",
        refusal_effect="",
        payload={"default": entry.payload if entry else PayloadMode.REDACTED},
        storage="switch",
        storage_evidence=None,
        stores_by_default=entry.stores_by_default if entry else None,
        default_retention=entry.default_retention if entry else None,
        no_store=entry.no_store if entry else (),
        unscannable=frozenset(),
        allow_cleartext=False,
        sale_or_share=False,
        stated={},
    )


def recipient_of(
    key: str, settings: RecipientSettings, entry: CatalogEntry | None, purposes: Mapping[str, Purpose]
) -> Recipient:
    """A declared recipient: settings win, then the catalogue, then the safest default."""
    base = known_recipient(key, entry)
    allowed = purposes_named(settings.purposes, purposes)
    if settings.fixed_purpose is not None:
        allowed |= {settings.fixed_purpose}
    own_hosts = tuple(
        HostRule(pattern, key, country, "config" if country else "assumed")
        for pattern, country in settings.hosts.items()
    )
    return replace(
        base,
        declared=True,
        channel=settings.channel or base.channel,
        legal_name=settings.legal_name or base.legal_name,
        description=settings.description,
        group=settings.group,
        contact=settings.contact,
        policy_url=settings.policy_url or base.policy_url,
        contract_ref=settings.contract_ref,
        contract_type=settings.contract_type,
        measures=settings.measures,
        purposes=allowed - purposes_named(settings.deny_purposes, purposes),
        named_purposes=settings.purposes,
        fixed_purpose=settings.fixed_purpose,
        data_categories=settings.data_categories,
        deny_categories=settings.deny_categories,
        data_subjects=settings.data_subjects,
        countries=settings.countries if settings.countries is not None else base.countries,
        countries_declared=settings.countries is not None,
        hosts=(*base.hosts, *own_hosts),
        transfer_kind=settings.transfer_kind,
        ground=settings.ground,
        mechanism=dict(settings.mechanism),
        mechanism_ref=settings.mechanism_ref,
        timing=settings.timing,
        retention=settings.retention,
        until=settings.until,
        backups=settings.backups,
        refusal_how=settings.refusal.how,
        refusal_effect=settings.refusal.effect,
        payload={**base.payload, **settings.payload},
        storage=settings.storage,
        storage_evidence=settings.storage_evidence,
        unscannable=frozenset(settings.unscannable),
        allow_cleartext=settings.allow_cleartext,
        sale_or_share=settings.sale_or_share,
        stated=stated_of(settings.stated),
    )
