"""``decide()``: may this transfer happen, in which form, and why not.

Pure: no clock, no I/O, no context. The first reason that applies is the answer, in the order of :data:`ORDER`, from
what is wrong with the register to what is wrong with this person's data:

1. whose host is it (``recipient.undeclared``), and is that recipient suspended (``country.suspended``);
2. transport (``transport.*``);
3. purpose (``purpose.*``), where ``payload = "deny"`` counts as a purpose that is not allowed;
4. country (``country.unknown``, ``.suspended``, ``.undeclared``), ``transfer.withdrawn``, ``mechanism.missing``;
5. the person's standing: ``subject.restricted``, ``.minor``, ``.objected``;
6. ``optout.gpc``, ``optout.account``, then ``consent.*``: an opt-out beats a consent;
7. content: ``content.unscannable``, ``.national_id``, ``.card``, ``.sensitive``, ``category.undeclared_for_recipient``;
8. ``provider.storage_not_disabled``.

Two kinds of call need no recipient: the app's own hosts (``[egress] first_party``) and endpoints that the catalogue
lists as free of personal data. Under ``enforcement = "shadow"`` nothing is denied and nothing is rewritten; the reason
stays, and what the register has no answer for is a ``gap``.
"""

from __future__ import annotations

from privmw.policy.content import content_reason
from privmw.policy.plan import Plan, abroad, missing_regime, plan_of
from privmw.policy.regions import country_of_region
from privmw.policy.register import Purpose, Recipient, Register
from privmw.policy.remedies import remedy_for
from privmw.policy.request import TransferRequest
from privmw.policy.routes import Key, Route
from privmw.policy.storage import storage_overrides
from privmw.policy.vocabulary import covered
from privmw.settings.countries import EU, covers
from privmw.types import (
    ConsentState,
    Decision,
    DecisionKind,
    Durability,
    Enforcement,
    PayloadMode,
    ReasonCode,
)

__all__ = ["ORDER", "TransferRequest", "decide"]

ORDER = (
    ReasonCode.RECIPIENT_UNDECLARED,
    ReasonCode.COUNTRY_SUSPENDED,
    ReasonCode.TRANSPORT_CLEARTEXT,
    ReasonCode.TRANSPORT_UNVERIFIED,
    ReasonCode.PURPOSE_MISSING,
    ReasonCode.PURPOSE_UNDECLARED,
    ReasonCode.PURPOSE_NOT_ALLOWED,
    ReasonCode.COUNTRY_UNKNOWN,
    ReasonCode.COUNTRY_UNDECLARED,
    ReasonCode.TRANSFER_WITHDRAWN,
    ReasonCode.MECHANISM_MISSING,
    ReasonCode.SUBJECT_RESTRICTED,
    ReasonCode.SUBJECT_MINOR,
    ReasonCode.SUBJECT_OBJECTED,
    ReasonCode.OPTOUT_GPC,
    ReasonCode.OPTOUT_ACCOUNT,
    ReasonCode.CONSENT_WITHDRAWN,
    ReasonCode.CONSENT_EXPIRED,
    ReasonCode.CONSENT_MISSING,
    ReasonCode.CONTENT_UNSCANNABLE,
    ReasonCode.CONTENT_NATIONAL_ID,
    ReasonCode.CONTENT_CARD,
    ReasonCode.CONTENT_SENSITIVE,
    ReasonCode.CATEGORY_UNDECLARED,
    ReasonCode.STORAGE_NOT_DISABLED,
)
"""Every reason that the policy can give, in the order in which they are looked for."""

_ROUTES = 4096
_CLEARTEXT = frozenset({"http", "ws", "grpc"})
_GAPS = frozenset(
    {
        ReasonCode.RECIPIENT_UNDECLARED,
        ReasonCode.PURPOSE_MISSING,
        ReasonCode.PURPOSE_UNDECLARED,
        ReasonCode.COUNTRY_UNKNOWN,
        ReasonCode.COUNTRY_UNDECLARED,
        ReasonCode.CATEGORY_UNDECLARED,
        ReasonCode.MECHANISM_MISSING,
    }
)
_CONSENT = {
    ConsentState.WITHDRAWN: ReasonCode.CONSENT_WITHDRAWN,
    ConsentState.EXPIRED: ReasonCode.CONSENT_EXPIRED,
}


def decide(register: Register, request: TransferRequest) -> Decision:
    """Answer one intended transfer.

    Args:
        register: What the policy declares.
        request: What is about to happen.

    Returns:
        The decision: kind, reason, form of personal data, and what the request must carry.
    """
    key = (request.host, request.port, request.purpose, request.region)
    try:
        route = register.routes[key]
    except KeyError:
        route = _learn(register, key)
    if route is None or not route.admits(request):
        return _decide(register, request)
    place = route.place(request)
    known = route.answers.get(place)
    if known is not None:
        return known
    decision = _decide(register, request)
    if decision.reason_code is None:
        route.answers[place] = decision
    return decision


def _learn(register: Register, key: Key) -> Route | None:
    """The route of requests to a declared recipient for a declared purpose; ``None`` where it is never that simple."""
    host, port, asked, _ = key
    found = register.hosts.find(host, port)
    recipient = register.recipients.get(found.rule.recipient) if found is not None else None
    purpose = register.purposes.get((recipient.fixed_purpose or asked) or "") if recipient is not None else None
    route = None
    if recipient is not None and purpose is not None and not _may_be_exempt(register, host, port):
        route = Route(recipient, purpose, _plan(register, recipient, purpose))
    if len(register.routes) >= _ROUTES:
        register.routes.clear()  # a crawler of hosts must not grow it without end
    register.routes[key] = route
    return route


def _may_be_exempt(register: Register, host: str, port: int | None) -> bool:
    if register.first_party.find(host, port) is not None:
        return True
    name = host.lower().removesuffix(":443")
    return any(exempt == name for exempt, _ in register.housekeeping)


def _decide(register: Register, request: TransferRequest) -> Decision:
    exempt = _exempt(register, request)
    if exempt is not None:
        return exempt
    found = register.hosts.find(request.host, request.port)
    recipient = register.recipient(found.rule.recipient) if found is not None else None
    if found is None or recipient is None:
        return _undeclared(register, request, None)
    if recipient.key in register.suspended_recipients:
        return _refused(register, request, recipient, ReasonCode.COUNTRY_SUSPENDED, "suspended.recipients")
    if not recipient.declared:
        return _undeclared(register, request, recipient)
    country, evidence = _country(recipient, request.region, found.country, found.evidence)
    key = recipient.fixed_purpose or request.purpose
    purpose = register.purposes.get(key) if key is not None else None
    plan = _plan(register, recipient, purpose) if purpose is not None else None
    reason = _reason(register, request, recipient, key, purpose, plan, country)
    blocked, body, headers = storage_overrides(recipient, request)
    if reason is None and blocked:
        reason = ReasonCode.STORAGE_NOT_DISABLED
    if reason is not None or plan is None or purpose is None:
        return _refused(
            register, request, recipient, reason or ReasonCode.PURPOSE_MISSING, "", key, purpose, country, evidence
        )
    shadow = register.enforcement is Enforcement.SHADOW
    mode = PayloadMode.ORIGINALS if shadow else plan.mode
    rewritten = bool(request.categories) and mode is not PayloadMode.ORIGINALS
    overseas = country is not None and abroad(register.controller, country)
    return Decision(
        kind=DecisionKind.ALLOW_REDACTED if rewritten else DecisionKind.ALLOW,
        rule_id=f"recipients.{recipient.key}",
        payload=mode,
        recipient=recipient.key,
        purpose=key,
        country=country,
        country_evidence=evidence,
        durability=Durability.BEFORE_SEND if overseas or plan.needs_consent else Durability.GROUP,
        body_overrides={} if shadow else body,
        header_overrides={} if shadow else headers,
        feature=purpose.feature,
        alternative=purpose.alternative,
    )


def _exempt(register: Register, request: TransferRequest) -> Decision | None:
    if register.first_party.find(request.host, request.port) is not None:
        return Decision(
            kind=DecisionKind.ALLOW,
            rule_id="egress.first_party",
            payload=PayloadMode.ORIGINALS,
            recipient=request.host,
            purpose=request.purpose,
            country=register.controller.country,
            country_evidence="config",
        )
    rule = register.housekeeping.get((request.host.lower().removesuffix(":443"), request.path))
    if rule is None:
        return None
    methods, empty, key = rule
    method = request.method.upper()
    body = request.has_body and method not in ("GET", "HEAD")
    if method not in methods or (empty and body) or key in register.suspended_recipients:
        return None
    return Decision(
        kind=DecisionKind.ALLOW,
        rule_id=f"catalog.{key}.housekeeping",
        payload=PayloadMode.ORIGINALS,
        recipient=key,
        purpose=request.purpose,
    )


def _plan(register: Register, recipient: Recipient, purpose: Purpose) -> Plan:
    key = (recipient.key, purpose.key)
    plan = register.plans.get(key)
    if plan is None:
        plan = register.plans[key] = plan_of(recipient, purpose)
    return plan


def _country(recipient: Recipient, region: str | None, country: str | None, evidence: str) -> tuple[str | None, str]:
    if evidence == "host" and country is not None:
        return country, evidence  # the name of the host is better evidence than what a client says of itself
    if region is not None:
        return country_of_region(region), "config"
    if country is not None:
        return country, evidence
    if recipient.countries_declared and len(recipient.countries) == 1:
        return recipient.countries[0], "config"
    return None, "assumed"


def _reason(
    register: Register,
    request: TransferRequest,
    recipient: Recipient,
    key: str | None,
    purpose: Purpose | None,
    plan: Plan | None,
    country: str | None,
) -> ReasonCode | None:
    if country is not None and register.suspended_countries and _suspended(register, country):
        return ReasonCode.COUNTRY_SUSPENDED
    if request.scheme.lower() in _CLEARTEXT and not recipient.allow_cleartext:
        return ReasonCode.TRANSPORT_CLEARTEXT
    if not request.verified:
        return ReasonCode.TRANSPORT_UNVERIFIED
    if key is None:
        return ReasonCode.PURPOSE_MISSING
    if purpose is None or plan is None:
        return ReasonCode.PURPOSE_UNDECLARED
    if key not in recipient.purposes or plan.mode is PayloadMode.DENY:
        return ReasonCode.PURPOSE_NOT_ALLOWED
    if country is None:
        return ReasonCode.COUNTRY_UNKNOWN
    if not covers(recipient.countries, country):
        return ReasonCode.COUNTRY_UNDECLARED
    if request.transfer_withdrawn and plan.denied_when_withdrawn and _may_be_abroad(register, country):
        return ReasonCode.TRANSFER_WITHDRAWN
    if plan.ground_missing or missing_regime(register.controller, recipient, country) is not None:
        return ReasonCode.MECHANISM_MISSING
    return _standing(request, purpose, plan) or content_reason(request, recipient, purpose, plan)


def _suspended(register: Register, country: str) -> bool:
    suspended = register.suspended_countries
    if covers(suspended, country):
        return True
    return country == "EU" and not suspended.isdisjoint(EU)  # it may be just that member state


def _may_be_abroad(register: Register, country: str) -> bool:
    return register.controller.country is None or abroad(register.controller, country)


def _standing(request: TransferRequest, purpose: Purpose, plan: Plan) -> ReasonCode | None:
    if request.restricted and plan.denied_when_restricted:
        return ReasonCode.SUBJECT_RESTRICTED
    if request.minor and plan.denied_for_minors:
        return ReasonCode.SUBJECT_MINOR
    if (
        request.objected
        and plan.may_object
        and (purpose.key in request.objected or covered(purpose.use, request.objected))
    ):
        return ReasonCode.SUBJECT_OBJECTED
    if plan.honours_opt_out:
        if request.gpc:
            return ReasonCode.OPTOUT_GPC
        if request.opt_out:
            return ReasonCode.OPTOUT_ACCOUNT
    if plan.needs_consent and request.consent is not ConsentState.GIVEN:
        return _CONSENT.get(request.consent, ReasonCode.CONSENT_MISSING)
    return None


def _undeclared(register: Register, request: TransferRequest, known: Recipient | None) -> Decision:
    reason = ReasonCode.RECIPIENT_UNDECLARED
    if known is None and register.unknown_hosts == "gap":
        return Decision(
            kind=DecisionKind.GAP,
            reason_code=reason,
            rule_id="egress.unknown_hosts",
            payload=PayloadMode.ORIGINALS,
            recipient=request.host.lower(),
            purpose=request.purpose,
        )
    return _refused(register, request, known, reason)


def _refused(
    register: Register,
    request: TransferRequest,
    recipient: Recipient | None,
    reason: ReasonCode,
    rule: str = "",
    key: str | None = None,
    purpose: Purpose | None = None,
    country: str | None = None,
    evidence: str = "assumed",
) -> Decision:
    shadow = register.enforcement is Enforcement.SHADOW
    kind = DecisionKind.DENY
    if shadow:
        kind = DecisionKind.GAP if reason in _GAPS else DecisionKind.ALLOW
    named = recipient.key if recipient is not None else request.host.lower()
    key = key if key is not None else request.purpose
    declared = recipient is not None and recipient.declared
    return Decision(
        kind=kind,
        reason_code=reason,
        rule_id=rule or (f"recipients.{named}" if declared else "default.deny"),
        payload=PayloadMode.ORIGINALS if shadow else PayloadMode.DENY,
        recipient=named,
        purpose=key,
        country=country,
        country_evidence=evidence,
        feature=purpose.feature if purpose else None,
        alternative=purpose.alternative if purpose else None,
        remedy=remedy_for(register, reason, recipient, named, key),
    )
