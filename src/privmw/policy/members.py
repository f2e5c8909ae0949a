"""What the register says of a transfer, as members of its record: controller, policy, recipient, purpose."""

from __future__ import annotations

from typing import Any

from privmw.policy.entries import Purpose, Recipient
from privmw.policy.register import Register

__all__ = ["members_of"]


def members_of(register: Register, recipient: Recipient | None, purpose: Purpose | None) -> dict[str, Any]:
    """Fields of :class:`privmw.types.TransferRecord` that follow from the register alone.

    Args:
        register: The register.
        recipient: Whom it is about, ``None`` where nobody is declared.
        purpose: What for, ``None`` where that is unknown.
    """
    members: dict[str, Any] = {
        "policy_id": register.policy.id,
        "policy_version": register.policy.version,
        "policy_sha256": register.policy.sha256,
        "controller_ref": register.controller.name,
        "controller_role": register.controller.role,
        "origin_country": register.controller.country,
    }
    if recipient is not None:
        members |= {
            "recipient_legal_name": recipient.legal_name,
            "recipient_contact": recipient.contact,
            "contract_ref": recipient.contract_ref,
            "transfer_kind": recipient.transfer_kind,
            "mechanism": recipient.mechanism,
            "mechanism_ref": recipient.mechanism_ref,
            "recipient_retention": recipient.retention,
            "refusal_effect": recipient.refusal_effect or None,
            "sale_or_share": recipient.sale_or_share,
        }
    if purpose is not None:
        members |= {
            "legal_basis": purpose.legal_basis,
            "retention_class": purpose.retention_class,
            "data_subject_categories": purpose.data_subjects,
        }
    return members
