"""A person's consent to a purpose, and how an app answers when it is asked for one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import iscoroutine

from privmw.errors import ConfigurationError
from privmw.types import ConsentState

__all__ = ["Consent", "ConsentLookup", "consent_of"]

_VERSION = re.compile(r"[A-Za-z0-9][\w.:/+-]{0,63}", re.ASCII)
_STATES = frozenset(map(str, ConsentState))
_ANSWERS = {True: ConsentState.GIVEN, False: ConsentState.REFUSED, None: ConsentState.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Consent:
    """A person's consent to a purpose, and what it rests on.

    Attributes:
        state: Its state.
        notice_version: Version of the notice that the person saw (``2026-04-17``); it goes into the provable record, so it is
            a version and nothing about the person.
        record_id: Id of its record in the ledger, as :func:`privmw.record_consent` gave it.

    Raises:
        ConfigurationError: The version is none.
    """

    state: ConsentState = ConsentState.UNKNOWN
    notice_version: str | None = None
    record_id: str | None = None

    def __post_init__(self) -> None:
        if self.notice_version is not None and not _VERSION.fullmatch(self.notice_version):
            raise ConfigurationError("a version is up to 64 letters, digits and . : / + _ -", field="notice_version")


ConsentLookup = Callable[[str | None, str], Consent | ConsentState | str | bool | None]
"""Answers ``(subject_id, purpose)`` at send time, so that a withdrawal takes effect on the very next call: a consent, its
state or the state's name, or whether it is given; ``None`` = not known."""


def consent_of(answer: object) -> Consent:
    """What a lookup's answer says.

    Raises:
        ConfigurationError: It is no consent.
    """
    if isinstance(answer, Consent):
        return answer
    if answer is None or isinstance(answer, bool):
        return Consent(_ANSWERS[answer])
    if isinstance(answer, str) and answer in _STATES:
        return Consent(ConsentState(answer))
    if iscoroutine(answer):
        answer.close()
    raise ConfigurationError(
        "the consent lookup answered with something that is no consent state",
        field="consent",
        remedy="Return a ConsentState, a Consent, True, False or None, without awaiting anything: it is asked while a call "
        'waits. What must be awaited, look up in your auth dependency and set current_context().consent["purpose"]',
    )
