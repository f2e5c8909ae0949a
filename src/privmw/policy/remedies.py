"""What a developer can do about a refusal, as lines that can be pasted."""

from __future__ import annotations

import re

from privmw.policy.entries import Recipient
from privmw.policy.plan import missing_regime
from privmw.policy.register import Register
from privmw.settings.nearest import nearest
from privmw.types import ReasonCode

__all__ = ["remedy_for"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_MECHANISM = {"kr": "28-8(1)3", "eu": "A46-2-c", "uk": "IDTA"}


def remedy_for(
    register: Register, reason: ReasonCode, recipient: Recipient | None, named: str, purpose: str | None
) -> str | None:
    """One text per reason; for an undeclared recipient or purpose, the TOML that would allow the call.

    Args:
        register: The register that refused.
        reason: Why.
        recipient: Whom, where known.
        named: Register key or host.
        purpose: Purpose key, ``None`` where unresolved.
    """
    if reason in (ReasonCode.RECIPIENT_UNDECLARED, ReasonCode.PURPOSE_UNDECLARED, ReasonCode.PURPOSE_MISSING):
        return _declare(register, recipient, named, purpose)
    if reason is ReasonCode.PURPOSE_NOT_ALLOWED and recipient is not None:
        return f"To allow it, list the purpose in privmw.toml: {_path('recipients', named)}.purposes"
    if reason is ReasonCode.MECHANISM_MISSING:
        return f"Name the legal ground of this transfer in privmw.toml: {_path('recipients', named)}.mechanism"
    if reason is ReasonCode.COUNTRY_UNKNOWN:
        return f"Say where this host stands in privmw.toml: {_path('recipients', named)}.hosts"
    if reason is ReasonCode.COUNTRY_UNDECLARED:
        return f"If the policy names that country, add it in privmw.toml: {_path('recipients', named)}.countries"
    return _FIXED.get(reason)


_FIXED = {
    ReasonCode.COUNTRY_SUSPENDED: "The kill switch is set: [suspended] in privmw.toml.",
    ReasonCode.TRANSPORT_CLEARTEXT: "Use TLS; on loopback set allow_cleartext = true on the recipient.",
    ReasonCode.TRANSPORT_UNVERIFIED: "Do not switch certificate checks off.",
    ReasonCode.CATEGORY_UNDECLARED: "Send pseudonyms, or declare the category under data_categories.",
    ReasonCode.CONTENT_NATIONAL_ID: "Send pseudonyms; an original needs its own key under data_categories and a law.",
    ReasonCode.CONTENT_CARD: "Send pseudonyms; an original needs its own key under data_categories.",
    ReasonCode.CONTENT_SENSITIVE: "Send pseudonyms; an original needs its own key under data_categories.",
    ReasonCode.CONTENT_UNSCANNABLE: "If the purpose may send such bodies, list it under unscannable.",
    ReasonCode.STORAGE_NOT_DISABLED: 'Name the agreement under storage_evidence, or set storage = "allow" and say so.',
}


def _declare(register: Register, recipient: Recipient | None, named: str, purpose: str | None) -> str:
    ai = recipient is not None and recipient.ai
    key = purpose if purpose is not None else ("ai_reply" if ai else "my_purpose")
    target = recipient.key if recipient is not None else _key_of(named)
    lines = []
    if key not in register.purposes:
        use = "essential.service.ai_inference" if ai else "essential.service.operations"
        lines += [f"[{_path('purposes', key)}]", f'use = "{use}"', 'legal_basis = "contract"']
    told = []
    if recipient is None:
        told += [f'hosts = ["{named}"]', 'countries = ["??"]  # where it stands']
    if recipient is None or key not in recipient.purposes:
        listed = ", ".join(
            f'"{name}"' for name in (*(sorted(recipient.purposes) if recipient is not None else ()), key)
        )
        told.append(f"purposes = [{listed}]")
    regime = _regime_missing(register, recipient)
    if regime is not None:
        told.append(f'mechanism.{regime} = "{_MECHANISM[regime]}"')
    if told:
        lines += [f"[{_path('recipients', target)}]", *told]
    start = _start(register, purpose, key)
    if recipient is None:
        start = f'If it is a service of your own, list it: [egress] first_party = ["{named}"]. {start}'
    if purpose is None:
        start += f', mark the route with @purpose("{key}")'
    if not lines:
        return start
    there = target in register.recipients or key in register.purposes
    where = "add to privmw.toml" + (", or change in the table that is there" if there else "")
    return f"{start}{' and' if purpose is None else ','} {where}:\n  " + "\n  ".join(lines)


def _start(register: Register, purpose: str | None, key: str) -> str:
    near = nearest(key, register.purposes) if purpose is not None and key not in register.purposes else None
    return (f"Did you mean the purpose {near!r}? " if near else "") + "If the privacy policy allows it"


def _regime_missing(register: Register, recipient: Recipient | None) -> str | None:
    for land in recipient.countries if recipient is not None else ():
        regime = missing_regime(register.controller, recipient, land)  # type: ignore[arg-type]
        if regime is not None:
            return regime
    return None


def _key_of(host: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", host.lower()).strip("_") or "my_recipient"


def _path(table: str, key: str) -> str:
    return f"{table}.{key}" if _BARE.fullmatch(key) else f'{table}."{key}"'
