"""What a recipient and a purpose decide by themselves, worked out once so that a decision is a few comparisons."""

from __future__ import annotations

from dataclasses import dataclass

from privmw.policy.entries import Controller, Purpose, Recipient
from privmw.policy.vocabulary import covered
from privmw.settings.countries import EEA
from privmw.types import PayloadMode, TransferKind

__all__ = ["Plan", "abroad", "missing_regime", "plan_of"]

_KEPT_ON_WITHDRAWAL = ("essential.legal_obligation", "essential.service.authentication")
_KEPT_FOR_MINORS = (
    "essential.fraud_detection",
    "essential.legal_obligation",
    "essential.service.authentication",
    "essential.service.security",
)
_OPT_OUT = ("analytics", "third_party_sharing", "marketing.advertising", "personalize.profiling")
_NEVER_ORIGINALS = ("train_ai_system", "functional.service.improve", "essential.service.operations.improve")
_CONSENT_MECHANISMS = frozenset({("kr", "28-8(1)1"), ("eu", "A49-1-a"), ("uk", "derogation-consent")})


@dataclass(frozen=True, slots=True)
class Plan:
    """Answers that depend on recipient and purpose alone.

    Attributes:
        mode: Form of personal data.
        needs_consent: The legal basis or the mechanism of the transfer is consent.
        honours_opt_out: Opt-out and ``Sec-GPC`` end it.
        denied_for_minors: Not essential enough for a minor.
        denied_when_restricted: Neither storage nor legal duty.
        denied_when_withdrawn: Ends when overseas transfer was withdrawn.
        may_object: An objection ends it.
        ground_missing: A provision to a third party without a ground.
        voids_with_national_id: Its mechanism does not cover national ids (recognition of the EU under PIPA 28-8(1)5).
    """

    mode: PayloadMode
    needs_consent: bool
    honours_opt_out: bool
    denied_for_minors: bool
    denied_when_restricted: bool
    denied_when_withdrawn: bool
    may_object: bool
    ground_missing: bool
    voids_with_national_id: bool


def plan_of(recipient: Recipient, purpose: Purpose) -> Plan:
    """Work out a plan."""
    use = purpose.use
    mode = recipient.payload.get(purpose.key, recipient.payload["default"])
    if mode is PayloadMode.ORIGINALS and (purpose.pseudonymised or covered(use, _NEVER_ORIGINALS)):
        mode = PayloadMode.PSEUDONYMS
    legal_duty = covered(use, ("essential.legal_obligation",)) or purpose.legal_basis == "legal_obligation"
    kept = purpose.on_withdrawal or ("keep" if covered(use, _KEPT_ON_WITHDRAWAL) else "deny")
    return Plan(
        mode=mode,
        needs_consent=purpose.legal_basis == "consent"
        or recipient.ground == "consent"
        or any(item in _CONSENT_MECHANISMS for item in recipient.mechanism.items()),
        honours_opt_out=covered(use, _OPT_OUT) or recipient.sale_or_share or purpose.opt_out,
        denied_for_minors=not covered(use, _KEPT_FOR_MINORS),
        denied_when_restricted=not legal_duty and recipient.transfer_kind is not TransferKind.STORAGE,
        denied_when_withdrawn=kept == "deny",
        may_object=not legal_duty,
        ground_missing=recipient.transfer_kind is TransferKind.PROVISION and recipient.ground is None,
        voids_with_national_id=recipient.mechanism.get("kr") == "28-8(1)5",
    )


def abroad(controller: Controller, country: str) -> bool:
    """Whether a destination lies outside the controller's country; within the EEA nothing is abroad for an EEA one."""
    home = controller.country
    return home is not None and country != home and not (home in EEA and country in EEA)


def missing_regime(controller: Controller, recipient: Recipient, country: str) -> str | None:
    """The first transfer law that asks for a mechanism the recipient does not name, or ``None``."""
    for regime in controller.regimes:
        inside = country in EEA if regime == "eu" else country == {"kr": "KR", "uk": "GB"}[regime]
        if not inside and regime not in recipient.mechanism:
            return regime
    return None
