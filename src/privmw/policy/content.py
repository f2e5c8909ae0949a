"""Whether what was found in a body may go to a recipient."""

from __future__ import annotations

from privmw.policy.entries import Purpose, Recipient
from privmw.policy.plan import Plan
from privmw.policy.request import TransferRequest
from privmw.policy.vocabulary import CARD, covered, is_national_id, is_special, is_under
from privmw.types import PayloadMode, ReasonCode

__all__ = ["content_reason"]


def content_reason(request: TransferRequest, recipient: Recipient, purpose: Purpose, plan: Plan) -> ReasonCode | None:
    """The reason why the content may not go, or ``None``.

    What is replaced before it leaves (``pseudonyms``, ``redacted``) does not reach the recipient, so only
    ``deny_categories`` speak against it. An original must be declared; national ids, cards and special categories by
    their own key or a child of it, because ``user`` alone does not show that anybody thought of them.
    """
    if request.unscannable and purpose.key not in recipient.unscannable:
        return ReasonCode.CONTENT_UNSCANNABLE
    worst: ReasonCode | None = None
    for category in request.categories:
        reason = _category_reason(category, recipient, plan)
        if reason is not None and (worst is None or _RANK[reason] < _RANK[worst]):
            worst = reason
    return worst


_RANK = {
    ReasonCode.CONTENT_NATIONAL_ID: 0,
    ReasonCode.CONTENT_CARD: 1,
    ReasonCode.CONTENT_SENSITIVE: 2,
    ReasonCode.CATEGORY_UNDECLARED: 3,
}


def _category_reason(category: str, recipient: Recipient, plan: Plan) -> ReasonCode | None:
    denied = covered(category, recipient.deny_categories)
    if not denied and plan.mode is not PayloadMode.ORIGINALS:
        return None
    if is_national_id(category):
        reason, declared = ReasonCode.CONTENT_NATIONAL_ID, _by_itself(category, recipient, "user.government_id")
        if declared and plan.voids_with_national_id:
            return reason
    elif is_under(category, CARD):
        reason, declared = ReasonCode.CONTENT_CARD, _by_itself(category, recipient, "user.financial")
    elif is_special(category):
        parent = ".".join(category.split(".")[:2])
        reason, declared = ReasonCode.CONTENT_SENSITIVE, _by_itself(category, recipient, parent, inclusive=True)
        if parent == "user.demographic" and declared:
            declared = _by_itself(category, recipient, parent)
    else:
        reason, declared = ReasonCode.CATEGORY_UNDECLARED, covered(category, recipient.data_categories)
    return None if declared and not denied else reason


def _by_itself(category: str, recipient: Recipient, parent: str, *, inclusive: bool = False) -> bool:
    """Whether a rule below ``parent`` (or ``parent`` itself, if inclusive) covers the category."""
    return any(
        is_under(category, rule) and is_under(rule, parent) and (inclusive or rule != parent)
        for rule in recipient.data_categories
    )
