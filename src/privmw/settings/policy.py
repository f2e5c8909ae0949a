"""Sections that carry the privacy policy: who, why, to whom, where, how long."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from privmw.settings.fields import (
    Category,
    Country,
    HostPattern,
    KeyName,
    Mechanisms,
    PeriodText,
    Section,
    Subject,
    Texts,
    Use,
    from_list_text,
    problem,
)
from privmw.types import PayloadMode, TransferKind

__all__ = [
    "ControllerSettings",
    "GroupSettings",
    "PolicySettings",
    "PurposeSettings",
    "RecipientSettings",
    "RefusalSettings",
    "RetentionSettings",
    "StatedSettings",
    "SuspendedSettings",
]

LegalBasis = Literal[
    "consent", "contract", "legal_obligation", "vital_interests", "public_interest", "legitimate_interests", "safety"
]

Coverage = Literal[
    "account",
    "advertising",
    "contract",
    "dispute",
    "operator_access",
    "other",
    "payment",
    "statistics",
    "support",
    "transfer_payload",
    "transfer_record",
    "user_access",
]

Categories = Annotated[tuple[Category, ...], BeforeValidator(from_list_text)]
Countries = Annotated[tuple[Country, ...], BeforeValidator(from_list_text)]
Subjects = Annotated[tuple[Subject, ...], BeforeValidator(from_list_text)]
Regimes = Annotated[tuple[Literal["kr", "eu", "uk"], ...], BeforeValidator(from_list_text)]


def _payload_table(value: Any) -> Any:
    return {"default": value} if isinstance(value, str) else value


def _host_table(value: Any) -> Any:
    value = from_list_text(value)
    if isinstance(value, list | tuple):
        if not all(isinstance(host, str) for host in value):
            raise problem("a host is a string")
        return dict.fromkeys(value)
    return value


class ControllerSettings(Section):
    """``[controller]``: who decides why and how data are processed.

    ``regimes`` are the transfer laws that bind each transfer abroad; by default the one of the controller's country.
    ``representative``, ``joint_controllers`` and ``measures`` (technical and organisational security, in words) are what
    GDPR art. 30(1)(a) and (g) ask for besides.
    """

    name: str | None = None
    country: Country | None = None
    contact: str | None = None
    privacy_officer: str | None = None
    phone: str | None = None
    address: str | None = None
    representative: str | None = None
    joint_controllers: Texts = ()
    role: Literal["controller", "processor", "joint"] = "controller"
    measures: Texts = ()
    regimes: Regimes | None = None


class PolicySettings(Section):
    """``[policy]``: the published text that the register carries, and what it says of everyone."""

    id: str | None = None
    version: str | None = None
    file: str | None = None
    url: str | None = None
    timing: str | None = None
    destruction: Literal["without_delay", "by_class"] | None = None
    stated: dict[KeyName, str] = Field(default_factory=dict)


class PurposeSettings(Section):
    """``[purposes.KEY]``: why data are processed. Without a ``legal_basis`` the strictest one, consent, applies."""

    use: Use
    legal_basis: LegalBasis = "consent"
    retention_class: str | None = None
    feature: str | None = None
    alternative: str | None = None
    data_subjects: Subjects = ()
    opt_out: bool = False
    pseudonymised: bool = False
    on_withdrawal: Literal["deny", "keep"] | None = None
    clause: str | None = None


class RefusalSettings(Section):
    """``refusal``: how a person refuses a transfer, and what they lose."""

    how: str = ""
    effect: str = ""


class StatedSettings(Section):
    """``stated``: what the published policy says in words, where words and enforced values differ; read by the lint."""

    recipient: str | None = None
    country: str | None = None
    retention: str | None = None
    items: str | None = None
    contact: str | None = None
    storage: str | None = None


class RecipientSettings(Section):
    """``[recipients.KEY]``: to whom data go; merged over the built-in catalogue entry of the same key.

    ``fixed_purpose`` serves processors that are called in the background (error reports, analytics, sign-in), where no
    route's purpose is at hand: every call to them has that purpose. ``storage``: ``switch`` turns the provider's
    storing off where a request can say so; ``forbid`` also denies where it cannot and no ``storage_evidence`` is named;
    ``allow`` leaves it. ``unscannable`` lists the purposes that may send bodies that cannot be searched (audio, files).
    ``channel`` says where the recipient sees data: ``ambient`` by its place in the network (hosting, CDN), counted with each
    request instead of recorded one by one; ``browser`` by a script in the page. Without it the catalogue's applies.
    ``contract_type`` is what the contract makes of the recipient under the CCPA (Civ. Code 1798.140); ``measures`` are the
    security measures agreed with it, beside the controller's own.
    """

    purposes: Texts = ()
    deny_purposes: Texts = ()
    fixed_purpose: str | None = None
    data_categories: Categories = ()
    deny_categories: Categories = ()
    data_subjects: Subjects = ()
    countries: Countries | None = None
    hosts: Annotated[dict[HostPattern, Country | None], BeforeValidator(_host_table)] = Field(default_factory=dict)
    legal_name: str | None = None
    contact: str | None = None
    policy_url: str | None = None
    contract_ref: str | None = None
    contract_type: Literal["service_provider", "contractor", "third_party"] | None = None
    measures: Texts = ()
    description: str | None = None
    channel: Literal["outbound", "ambient", "browser"] | None = None
    group: str | None = None
    transfer_kind: TransferKind = TransferKind.ENTRUSTMENT
    ground: Literal["consent", "law", "urgent", "permitted"] | None = None
    mechanism: Mechanisms = Field(default_factory=dict)
    mechanism_ref: str | None = None
    timing: str | None = None
    retention: PeriodText | None = None
    until: str | None = None
    backups: PeriodText | None = None
    refusal: RefusalSettings = RefusalSettings()
    payload: Annotated[dict[str, PayloadMode], BeforeValidator(_payload_table)] = Field(default_factory=dict)
    storage: Literal["switch", "forbid", "allow"] = "switch"
    storage_evidence: str | None = None
    unscannable: Texts = ()
    allow_cleartext: bool = False
    sale_or_share: bool = False
    stated: StatedSettings = StatedSettings()


class GroupSettings(Section):
    """``[groups.KEY]``: recipients that the policy names in one row ("AI inference"), with the words of that row."""

    title: str
    stated: StatedSettings = StatedSettings()


class RetentionSettings(Section):
    """``[retention.KEY]``: how long a class of records is kept. ``covers`` says what the class is for, for the lint."""

    period: PeriodText | None = None
    clause: str | None = None
    title: str | None = None
    stated: str | None = None
    covers: Annotated[tuple[Coverage, ...], BeforeValidator(from_list_text)] = ()


class SuspendedSettings(Section):
    """``[suspended]``: the kill switch; no transfer to these countries or recipients, whatever else is declared."""

    countries: Countries = ()
    recipients: Texts = ()
