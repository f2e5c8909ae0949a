"""Finds words in a policy that leave open what law wants said: who, where, how long."""

from __future__ import annotations

import re
from collections.abc import Iterator

from privmw.policy.lint.finding import Finding, Severity
from privmw.policy.register import Register

__all__ = ["lint_wording", "vague_words"]

_BRACKET = re.compile(r"\[[^\[\]]{1,80}\]")
_VAGUE = re.compile(
    r"""\betc\b\.? | \band\ (?:so\ on|others|other\ \w+)\b | \bother\ (?:regions?|countries|providers?)\b | \bsuch\ as\b
      | \be\.\ ?g\b\.? | \bfor\ (?:example|instance)\b | \bdepend(?:s|ing)?\ on\b | \b(?:according\ to|per)\ (?:the\ )?
        (?:\w+\ )?(?:settings?|polic(?:y|ies))\b | \bby\ provider\b | \bas\ (?:needed|necessary|applicable)\b
      | \ba\ few\b | \bseveral\b | \bshort(?:ly)?\b | \bbrief(?:ly)?\b | \breasonable\b | \bin\ principle\b
      | \bgenerally\b
      | \btypically\b | \bglobal(?:ly)?\b | \bvarious\b | \bmulti-region\b | \bmay\ be\b | 등(?=[\s.,)]|$) | 필요\ ?시
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PIPA_NOTICE = "PIPA 28-8(2)"
_TOPICS = {
    "recipient": (
        "notice.recipient_open_ended",
        "the list of recipients is left open ({words})",
        "Name every recipient, each with its own country and contact.",
        f"{_PIPA_NOTICE} 3; PIPC guide on privacy policies: no 'etc.'",
    ),
    "country": (
        "country.depends_on_settings",
        "the country is left open ({words})",
        "Pin the region in the provider's settings and name the one country that the endpoint shows.",
        f"{_PIPA_NOTICE} 2; GDPR art. 30(1)(e)",
    ),
    "retention": (
        "retention.vague",
        "the period is left open ({words})",
        "Put a number, with the clause that it comes from.",
        f"{_PIPA_NOTICE} 4; GDPR art. 13(2)(a)",
    ),
    "items": (
        "notice.items_open_ended",
        "the items are left open ({words})",
        "List every item.",
        f"{_PIPA_NOTICE} 1; GDPR art. 30(1)(c)",
    ),
    "contact": (
        "notice.contact_open_ended",
        "the contact is left open ({words})",
        "Give the recipient's name and contact.",
        f"{_PIPA_NOTICE} 3",
    ),
    "storage": (
        "storage.stated_vaguely",
        "whether the provider keeps the data is left open ({words})",
        "Say for each provider whether and for how long it keeps them.",
        f"{_PIPA_NOTICE} 4",
    ),
}


def vague_words(text: str) -> tuple[str, ...]:
    """The words of a text that leave something open, in order, each once."""
    found = [match.group().strip().rstrip(".") for match in _VAGUE.finditer(text)]
    return tuple(dict.fromkeys(word.lower() for word in found))


def lint_wording(register: Register) -> Iterator[Finding]:
    """Look through everything that a register quotes of the published text."""
    for field, topic, text in _quotes(register):
        if _BRACKET.search(text):
            yield Finding(
                "text.unresolved_bracket",
                Severity.ERROR,
                field,
                "a drafting bracket was published",
                "Decide, and publish the decision without brackets.",
                "GDPR art. 13(2)(a)" if topic == "retention" else None,
            )
        words = vague_words(text)
        if words and topic in _TOPICS:
            code, what, remedy, clause = _TOPICS[topic]
            listed = ", ".join(repr(word) for word in words)
            yield Finding(code, Severity.ERROR, field, what.format(words=listed), remedy, clause)
    for key, retention in register.retention.items():
        if retention.period is None:
            yield Finding(
                "retention.no_period",
                Severity.ERROR,
                f"retention.{key}.period",
                "there is no period that could be enforced",
                "Put an ISO 8601 duration ('P90D', 'P3M', 'P5Y') and the clause that it comes from.",
                "GDPR art. 30(1)(f)",
            )


def _quotes(register: Register) -> Iterator[tuple[str, str, str]]:
    for topic, text in register.policy.stated.items():
        yield f"policy.stated.{topic}", topic, text
    for group in register.groups.values():
        for topic, text in group.stated.items():
            yield f"groups.{group.key}.stated.{topic}", topic, text
    for recipient in register.recipients.values():
        for topic, text in recipient.stated.items():
            yield f"recipients.{recipient.key}.stated.{topic}", topic, text
    for key, retention in register.retention.items():
        if retention.stated is not None:
            yield f"retention.{key}.stated", "retention", retention.stated
