"""Builds the ledger that settings describe: the writer, and everything that watches, copies, keeps or feeds it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from privmw.errors import ConfigurationError
from privmw.ledger.activation import PolicyActivation
from privmw.ledger.ambient import AmbientCounter
from privmw.ledger.anchors import Anchor, FileAnchor, OtlpAnchor
from privmw.ledger.clock import SystemClock
from privmw.ledger.maintenance import Maintenance
from privmw.ledger.observer import Observer
from privmw.ledger.retention import Schedule, zone_named
from privmw.ledger.service import LedgerService
from privmw.ledger.writer import LedgerWriter
from privmw.policy.members import members_of
from privmw.policy.register import Register
from privmw.settings import PrivacySettings
from privmw.types import Clock, Durability, Receipt, RecordKind, TransferRecord

if TYPE_CHECKING:
    from privmw.ledger.checkpoints import Checkpointer
    from privmw.ledger.otlp import OtlpObserver
    from privmw.ledger.shipper import Shipper
    from privmw.ledger.signing import SigningKeys

__all__ = ["anchors_of", "assemble", "checkpointer_of", "keys_of"]


class _Forward:
    """Stands for the writer where its own observers need it before it exists."""

    writer: LedgerWriter

    def submit(self, record: TransferRecord, durability: Durability = Durability.GROUP) -> Receipt:
        """Hand a record to the writer."""
        return self.writer.submit(record, durability)


def assemble(settings: PrivacySettings, register: Register) -> LedgerService:
    """Build the ledger of ``[ledger]``: writer, policy records, ambient counters, checkpoints, copies and upkeep.

    Nothing is written or connected yet: a server or disk that is down later has its stated outcome then.

    Raises:
        ConfigurationError: A key, anchor, database, time zone or OpenTelemetry that is asked for can not be used.
    """
    section = settings.ledger
    directory = settings.root / section.directory
    if directory.exists() and not directory.is_dir():
        raise _wrong(settings, "directory", "is not a directory", "Name a directory; it is made when missing.")
    clock = SystemClock()
    keys, anchors = keys_of(settings, directory), anchors_of(settings)
    sink = _Forward()
    ambient = AmbientCounter(sink, clock=clock)
    for key in register.recipients:
        ambient.declare(key, _template(register, key))
    observers: list[Observer] = [PolicyActivation(register, sink, directory, clock=clock), ambient]
    if keys is not None:
        observers.append(checkpointer_of(settings, keys, anchors, clock, directory))
    exporter = _exporter(settings)
    if exporter is not None:
        observers.append(exporter)
    writer = sink.writer = LedgerWriter(
        directory, deployment=section.deployment, queue_limit=section.queue_limit, clock=clock, observers=observers
    )
    if exporter is not None:
        exporter.watch(writer)
    return LedgerService(
        writer,
        ambient,
        shipper=_shipper(settings, directory),
        maintenance=_maintenance(settings, register, writer, keys, anchors, clock),
    )


def keys_of(settings: PrivacySettings, directory: Path) -> SigningKeys | None:
    """The keys of ``ledger.signing_key_file``, ``None`` where none is set; they must not lie in the ledger's directory.

    Raises:
        ConfigurationError: The file can not be used.
    """
    from privmw.ledger.signing import SigningKeys

    if settings.ledger.signing_key_file is None:
        return None
    with settings.placing("ledger", "signing_key_file"):
        return SigningKeys.load(settings.root / settings.ledger.signing_key_file, ledger=directory)


def anchors_of(settings: PrivacySettings) -> tuple[Anchor, ...]:
    """Where checkpoints are kept elsewhere: ``ledger.anchor_file``, and OpenTelemetry with ``ledger.otlp``.

    Raises:
        ConfigurationError: The anchor file is asked for without a key, lies in the ledger, or can not be appended to.
    """
    section = settings.ledger
    found: list[Anchor] = []
    if section.anchor_file is not None:
        path = settings.root / section.anchor_file
        if section.signing_key_file is None:
            remedy = "Set ledger.signing_key_file; make a key with: privmw verify --new-key FILE"
            raise _wrong(settings, "anchor_file", "there is nothing to anchor without a signing key", remedy)
        if path.resolve().is_relative_to((settings.root / section.directory).resolve()):
            remedy = "Name a file on another machine's disk, or on a volume that only takes appends."
            raise _wrong(settings, "anchor_file", "lies in the ledger's directory, where it proves nothing", remedy)
        if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
            raise _wrong(
                settings, "anchor_file", "can not be appended to", "Make its folder, and let the app write it."
            )
        found.append(FileAnchor(path))
    if section.otlp and section.signing_key_file is not None:
        found.append(OtlpAnchor())
    return tuple(found)


def checkpointer_of(
    settings: PrivacySettings, keys: SigningKeys, anchors: tuple[Anchor, ...], clock: Clock, directory: Path
) -> Checkpointer:
    """Signs the checkpoints of a writer of this ledger."""
    from privmw.ledger.checkpoints import Checkpointer

    return Checkpointer(
        keys,
        clock=clock,
        every=settings.ledger.checkpoint_every,
        anchors=anchors,
        directory=directory,
    )


def _exporter(settings: PrivacySettings) -> OtlpObserver | None:
    if not settings.ledger.otlp:
        return None
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        remedy = "Unset OTEL_SDK_DISABLED, or set PRIVMW_LEDGER__OTLP=false beside it."
        raise _wrong(settings, "otlp", "OpenTelemetry is switched off by OTEL_SDK_DISABLED", remedy)
    from privmw.ledger.otlp import OtlpObserver

    try:
        return OtlpObserver()
    except Exception as error:  # noqa: BLE001 - OpenTelemetry's loader of a named provider raises what it likes
        problem = f"OpenTelemetry's logger provider can not be loaded ({type(error).__name__})"
        raise _wrong(settings, "otlp", problem, "Correct or unset OTEL_PYTHON_LOGGER_PROVIDER.") from None


def _shipper(settings: PrivacySettings, directory: Path) -> Shipper | None:
    if settings.ledger.postgres_dsn is None:
        return None
    dsn = _checked_dsn(settings, "postgres_dsn", settings.ledger.postgres_dsn.get_secret_value())
    from privmw.ledger.shipper import Shipper

    return Shipper(directory, dsn)


def _checked_dsn(settings: PrivacySettings, field: str, dsn: str) -> str:
    """Refuse what can not be a server's address; an error never shows it, for it may hold a password."""
    if not dsn.startswith(("postgresql://", "postgres://")):
        raise _wrong(settings, field, "is not a postgresql:// URI", "Write postgresql://user@host/database.")
    try:
        from privmw.ledger.postgres import check_dsn
    except ImportError:
        raise _wrong(settings, field, "psycopg is not installed", "pip install 'privmw[postgres]'") from None
    problem = check_dsn(dsn)
    if problem is not None:
        raise _wrong(settings, field, problem, "Write postgresql://user@host/database.")
    return dsn


def _maintenance(
    settings: PrivacySettings,
    register: Register,
    writer: LedgerWriter,
    keys: SigningKeys | None,
    anchors: tuple[Anchor, ...],
    clock: Clock,
) -> Maintenance | None:
    section = settings.ledger
    try:
        zone = zone_named(section.timezone)
    except ConfigurationError as error:
        raise _wrong(settings, "timezone", "there is no time zone of this name here", error.remedy) from None
    schedule = Schedule.from_classes(register.retention.values(), zone=zone)
    dsn = None
    if section.purge_dsn is not None:
        dsn = _checked_dsn(settings, "purge_dsn", section.purge_dsn.get_secret_value())
        if section.postgres_dsn is None:
            remedy = "Set ledger.postgres_dsn, by which the purge records get there."
            raise _wrong(settings, "purge_dsn", "there is no copy to purge", remedy)
    if not section.maintenance:
        return None
    return Maintenance(
        writer.directory,
        schedule,
        writer,
        clock=clock,
        deployment=section.deployment,
        keys=keys,
        anchors=anchors,
        dsn=dsn,
        outbox=None if section.postgres_dsn is None else section.postgres_dsn.get_secret_value(),
    )


def _wrong(settings: PrivacySettings, field: str, problem: str, remedy: str | None) -> ConfigurationError:
    return ConfigurationError(
        problem, source=settings.source_of("ledger", field), field=f"ledger.{field}", remedy=remedy
    )


def _template(register: Register, key: str) -> TransferRecord:
    """What every ambient record of a recipient says, but for its count."""
    recipient = register.recipients[key]
    purpose = register.purposes.get(recipient.fixed_purpose or min(recipient.purposes, default=""))
    return TransferRecord(
        kind=RecordKind.AMBIENT,
        record_id="",
        time_ms=0,
        rule_id=f"recipients.{key}",
        enforcement=register.enforcement,
        recipient_id=key,
        destination_country=recipient.countries[0] if recipient.countries else None,
        country_evidence="config",
        purpose=purpose.key if purpose is not None else None,
        feature=purpose.feature if purpose is not None else None,
        data_categories=recipient.data_categories,
        **members_of(register, recipient, purpose),
    )
