"""Builds the ledger that settings describe: the writer, and everything that watches or feeds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from privmw.ledger.activation import PolicyActivation
from privmw.ledger.ambient import AmbientCounter
from privmw.ledger.clock import SystemClock
from privmw.ledger.observer import Observer
from privmw.ledger.writer import LedgerWriter
from privmw.policy.register import Register
from privmw.settings import PrivacySettings
from privmw.types import Durability, Receipt, RecordKind, TransferRecord

if TYPE_CHECKING:
    from privmw.ledger.checkpoints import Checkpointer

__all__ = ["assemble"]


class _Forward:
    """Stands for the writer where its own observers need it before it exists."""

    writer: LedgerWriter

    def submit(self, record: TransferRecord, durability: Durability = Durability.GROUP) -> Receipt:
        """Hand a record to the writer."""
        return self.writer.submit(record, durability)


def assemble(settings: PrivacySettings, register: Register) -> tuple[LedgerWriter, AmbientCounter]:
    """Build a writer that records policy changes and ambient transfers, and signs checkpoints where a key is set.

    Raises:
        ConfigurationError: The signing key cannot be used.
    """
    section = settings.ledger
    directory = settings.root / section.directory
    sink = _Forward()
    ambient = AmbientCounter(sink)
    for key, recipient in register.recipients.items():
        if recipient.channel == "ambient":
            ambient.declare(key, _template(register, key))
    observers: list[Observer] = [PolicyActivation(register, sink, directory), ambient]
    if section.signing_key_file:
        observers.append(_checkpointer(settings, directory))
    sink.writer = LedgerWriter(
        directory, deployment=section.deployment, queue_limit=section.queue_limit, observers=observers
    )
    return sink.writer, ambient


def _template(register: Register, key: str) -> TransferRecord:
    recipient = register.recipients[key]
    purpose = register.purposes.get(recipient.fixed_purpose or next(iter(sorted(recipient.purposes)), ""))
    return TransferRecord(
        kind=RecordKind.AMBIENT,
        record_id="",
        time_ms=0,
        policy_id=register.policy.id,
        policy_version=register.policy.version,
        policy_sha256=register.policy.sha256,
        recipient_id=key,
        recipient_legal_name=recipient.legal_name,
        recipient_contact=recipient.contact,
        transfer_kind=recipient.transfer_kind,
        destination_country=recipient.countries[0] if recipient.countries else None,
        country_evidence="config",
        purpose=purpose.key if purpose is not None else None,
        data_categories=recipient.data_categories,
        mechanism=dict(recipient.mechanism),
        recipient_retention=recipient.retention,
    )


def _checkpointer(settings: PrivacySettings, directory: Path) -> Checkpointer:
    from privmw.ledger.anchors import OtlpAnchor
    from privmw.ledger.checkpoints import Checkpointer
    from privmw.ledger.signing import SigningKeys

    section = settings.ledger
    return Checkpointer(
        SigningKeys.load(settings.root / str(section.signing_key_file), ledger=directory),
        clock=SystemClock(),
        every=section.checkpoint_every,
        anchors=(OtlpAnchor(),) if section.otlp else (),
        directory=directory,
    )
