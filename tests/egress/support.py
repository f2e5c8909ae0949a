"""What the egress tests share: a list of records, a register for stand-ins, a redactor that breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from privmw import PrivacySettings
from privmw.errors import LedgerUnavailable
from privmw.policy.register import Register
from privmw.types import Durability, Outcome, RecordKind, TransferRecord

EMAIL = "alice@example.com"
PHONE = "+1 212 555 0142"
PROMPT = f"안녕, I am {EMAIL}, call {PHONE}."


class Durable:
    """A receipt of a record that is durable at once, or never."""

    def __init__(self, *, lost: bool = False) -> None:
        self.lost = lost
        self.waited = 0

    def wait(self, timeout: float) -> None:
        """Fail if the record is lost."""
        self.waited += 1
        if self.lost:
            raise LedgerUnavailable("lost")

    async def wait_async(self, timeout: float) -> None:  # noqa: ASYNC109
        """The same."""
        self.wait(timeout)


@dataclass
class ListSink:
    """Keeps records in a list."""

    records: list[TransferRecord] = field(default_factory=list)
    receipt: Durable = field(default_factory=Durable)
    on_submit: Callable[[TransferRecord], None] | None = None

    def submit(self, record: TransferRecord, durability: Durability = Durability.GROUP) -> Durable:
        """Keep the record."""
        self.records.append(record)
        if self.on_submit is not None:
            self.on_submit(record)
        return self.receipt

    def of(self, kind: RecordKind) -> list[TransferRecord]:
        """Records of one kind."""
        return [record for record in self.records if record.kind is kind]

    def intents(self) -> list[TransferRecord]:
        """Records made before sending."""
        return [record for record in self.of(RecordKind.TRANSFER) if record.intent_id is None]

    def outcomes(self) -> list[TransferRecord]:
        """Records made after the answer."""
        return [record for record in self.records if record.intent_id is not None]

    def outcome(self) -> tuple[Outcome | None, int | None]:
        """How the last transfer ended."""
        last = self.outcomes()[-1]
        return last.outcome, last.status_code


class BrokenRedactor:
    """A redactor with a bug, whose error carries the value."""

    version = "broken"

    def transform(self, value: object, replace: object, /) -> Any:
        """Fail."""
        raise ValueError(f"cannot handle {value!r}")


def recipient(host: str, **more: Any) -> dict[str, Any]:
    """A declared recipient that is really a stand-in on loopback."""
    return {
        "hosts": {host: "US"},
        "countries": ["US"],
        "purposes": ["reply"],
        "data_categories": ["user"],
        "mechanism": {"kr": "28-8(1)3"},
        "allow_cleartext": True,
        **more,
    }


def register(recipients: Mapping[str, Mapping[str, Any]], **sections: Any) -> Register:
    """A register with the purposes ``reply`` and ``speech`` and these recipients."""
    settings = PrivacySettings(
        controller={"name": "Example", "country": "KR", "contact": "privacy@example.com"},
        purposes=sections.pop("purposes", None)
        or {
            "reply": {"use": "essential.service.ai_inference", "legal_basis": "contract", "feature": "AI replies"},
            "speech": {"use": "essential.service.ai_inference", "legal_basis": "contract"},
            "asked": {"use": "analytics.reporting.product_usage", "legal_basis": "consent"},
        },
        recipients=dict(recipients),
        **sections,
    )
    return Register.from_settings(settings)
