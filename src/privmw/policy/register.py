"""The register: everything the policy declares, frozen, with the built-in catalogue merged in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from privmw.errors import ConfigurationError
from privmw.policy.catalog import CatalogEntry, entries
from privmw.policy.entries import Controller, Group, Policy, Purpose, Recipient, RetentionClass
from privmw.policy.hosts import Destination, HostIndex, HostRule
from privmw.policy.merge import known_recipient, purposes_named, recipient_of
from privmw.settings.nearest import did_you_mean
from privmw.settings.vocabulary import is_under
from privmw.types import Enforcement

if TYPE_CHECKING:
    from privmw.policy.diff import Change
    from privmw.policy.plan import Plan
    from privmw.policy.routes import Key, Route
    from privmw.settings import PrivacySettings

__all__ = ["Controller", "Group", "Policy", "Purpose", "Recipient", "Register", "RetentionClass"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Register:
    """Declared recipients, purposes and retention; build it with :meth:`from_settings`.

    Attributes:
        enforcement: Whether decisions are carried out or only recorded.
        controller: Who decides about the processing.
        policy: The published text, with its digest.
        purposes: By key.
        recipients: Declared ones, by key.
        known: Recipients of the built-in catalogue that nobody declared, by key; every transfer to them is denied.
        groups: Rows of the policy that name several recipients, by key.
        retention: Retention classes, by key.
        suspended_countries: Kill switch, by country.
        suspended_recipients: Kill switch, by recipient.
        first_party: Index of the app's own hosts.
        unknown_hosts: ``deny`` or ``gap``.
    """

    enforcement: Enforcement
    controller: Controller
    policy: Policy
    purposes: Mapping[str, Purpose]
    recipients: Mapping[str, Recipient]
    known: Mapping[str, Recipient]
    groups: Mapping[str, Group]
    retention: Mapping[str, RetentionClass]
    suspended_countries: frozenset[str]
    suspended_recipients: frozenset[str]
    first_party: HostIndex = field(repr=False)
    unknown_hosts: str
    hosts: HostIndex = field(repr=False)
    housekeeping: Mapping[tuple[str, str], tuple[frozenset[str], bool, str]] = field(repr=False)
    plans: dict[tuple[str, str], Plan] = field(default_factory=dict, repr=False)
    routes: dict[Key, Route | None] = field(default_factory=dict, repr=False)

    @classmethod
    def from_settings(cls, settings: PrivacySettings) -> Register:
        """Build the register that settings declare.

        Raises:
            ConfigurationError: A recipient is neither known nor given hosts, the policy's file is missing, or the kill
                switch names a recipient that does not exist.
        """
        catalogue = entries()
        purposes = {key: Purpose.of(key, item) for key, item in settings.purposes.items()}
        recipients = {}
        for key, item in settings.recipients.items():
            entry = catalogue.get(key)
            if entry is None and not item.hosts and item.channel in (None, "outbound"):
                raise ConfigurationError(
                    "this recipient is not in the built-in catalogue and has no hosts",
                    source=settings.source_of("recipients", key),
                    field=f"recipients.{key}",
                    remedy=did_you_mean(key, catalogue) or 'Add hosts = ["api.example.com"].',
                )
            recipients[key] = recipient_of(key, item, entry, purposes)
        known = {key: known_recipient(key, entry) for key, entry in catalogue.items() if key not in recipients}
        for key in settings.suspended.recipients:
            if key not in recipients and key not in known:
                raise ConfigurationError(
                    "this recipient does not exist",
                    source=settings.source_of("suspended", "recipients"),
                    field="suspended.recipients",
                    remedy=did_you_mean(key, (*recipients, *known)),
                )
        everyone = (*known.values(), *recipients.values())  # what is declared beats the catalogue
        return cls(
            enforcement=settings.enforcement,
            controller=Controller.of(settings.controller),
            policy=_policy(settings),
            purposes=purposes,
            recipients=recipients,
            known=known,
            groups={key: Group.of(key, item, recipients) for key, item in settings.groups.items()},
            retention={key: RetentionClass.of(key, item) for key, item in settings.retention.items()},
            suspended_countries=frozenset(settings.suspended.countries),
            suspended_recipients=frozenset(settings.suspended.recipients),
            first_party=HostIndex(HostRule(pattern, "") for pattern in settings.egress.first_party),
            unknown_hosts=settings.egress.unknown_hosts,
            hosts=HostIndex(rule for one in everyone for rule in one.hosts),
            housekeeping=_housekeeping(catalogue),
        )

    def recipient_for_host(self, host: str, port: int | None = None) -> Recipient | None:
        """The recipient behind a host, declared or only known; ``None`` when nobody knows it."""
        found = self.hosts.find(host, port)
        return None if found is None else self.recipient(found.rule.recipient)

    def recipient(self, key: str) -> Recipient | None:
        """A recipient by key, declared or only known."""
        return self.recipients.get(key) or self.known.get(key)

    def destination(self, host: str, port: int | None = None) -> Destination | None:
        """Recipient, country and evidence of a host, or ``None``."""
        return self.hosts.find(host, port)

    def is_first_party(self, host: str, port: int | None = None) -> bool:
        """Whether a host is the app's own (``[egress] first_party``)."""
        return self.first_party.find(host, port) is not None

    def purposes_under(self, rule: str) -> frozenset[str]:
        """Keys of the purposes that a rule names: a purpose key, or a data use and everything under it."""
        return purposes_named((rule,), self.purposes)

    def uses_under(self, use: str) -> bool:
        """Whether any declared purpose has a data use under this one."""
        return any(is_under(purpose.use, use) for purpose in self.purposes.values())

    def diff(self, older: Register) -> tuple[Change, ...]:
        """What changed since an older register; see :mod:`privmw.policy.diff`."""
        from privmw.policy.diff import changes

        return changes(older, self)


def _policy(settings: PrivacySettings) -> Policy:
    stated = settings.policy
    digest = None
    if stated.file is not None:
        path = settings.root / stated.file
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise ConfigurationError(
                f"the file of the policy cannot be read ({type(error).__name__})",
                source=settings.source_of("policy", "file"),
                field="policy.file",
                remedy="Name the published text, relative to the settings file.",
            ) from None
    return Policy(
        id=stated.id,
        version=stated.version,
        url=stated.url,
        file=stated.file,
        sha256=digest,
        timing=stated.timing,
        destruction=stated.destruction,
        stated=dict(stated.stated),
    )


def _housekeeping(catalogue: Mapping[str, CatalogEntry]) -> dict[tuple[str, str], tuple[frozenset[str], bool, str]]:
    return {
        (rule.host, rule.path): (rule.methods, rule.empty, key)
        for key, entry in catalogue.items()
        for rule in entry.housekeeping
    }
