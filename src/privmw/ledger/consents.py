"""``consent`` records: what a person decided, and the signals by which they opted out.

A decision is recorded when the app tells of it (:func:`privmw.record_consent`). States that a request only shows (a lookup
that says "withdrawn", ``Sec-GPC``, an opt-out cookie or account) are recorded when they change, not with each request. Who
has opted out is remembered by keyed reference for the life of the process, so each process tells of it once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from privmw.consent import Consent
from privmw.context import RequestContext
from privmw.errors import ConfigurationError
from privmw.ledger.clock import SystemClock
from privmw.policy.members import members_of
from privmw.policy.register import Register
from privmw.settings.nearest import did_you_mean
from privmw.types import Clock, ConsentState, Durability, RecordKind, TransferRecord, TransferSink, new_record_id

__all__ = ["ConsentRecorder"]

logger = logging.getLogger("privmw.ledger")

DECISIONS: Final = (ConsentState.GIVEN, ConsentState.REFUSED, ConsentState.WITHDRAWN, ConsentState.EXPIRED)
AGAINST: Final = frozenset(DECISIONS[1:])

_SIGNALS: Final = ("gpc", "opt_out", "transfer_withdrawn")
_REMEMBERED: Final = 20_000


class ConsentRecorder:
    """Writes the consent records of one runtime.

    Args:
        register: Says which purposes there are.
        sink: Takes the records; ``None`` where no ledger is kept.
        reference: Turns a subject or tenant id into a keyed reference.
        clock: Source of time.
    """

    def __init__(
        self,
        register: Register,
        sink: TransferSink | None,
        *,
        reference: Callable[[str], str],
        clock: Clock | None = None,
    ) -> None:
        self._register = register
        self._sink = sink
        self._reference = reference
        self._clock = clock if clock is not None else SystemClock()
        self._against: dict[tuple[str, str], object] = {}

    def record(
        self, context: RequestContext, purpose: str, state: ConsentState, notice_version: str | None = None
    ) -> Consent:
        """Record a decision of the person whom a context is about, and have it hold from now on.

        Raises:
            ConfigurationError: The purpose is not declared, the state is no decision, or the version is none.
        """
        if purpose not in self._register.purposes:
            remedy = did_you_mean(purpose, self._register.purposes)
            raise ConfigurationError(
                "consent is given to a declared purpose", field=f"purposes.{purpose}", remedy=remedy
            )
        if state not in DECISIONS:
            raise ConfigurationError("a decision is given, refused, withdrawn or expired", field="state")
        consent = Consent(ConsentState(state), notice_version)
        record_id = self._submit(context, {"event": "consent.changed"}, purpose, consent)
        consent = context.consent[purpose] = Consent(consent.state, notice_version, record_id)
        subject = context.subject_id
        if subject is not None:
            self._changed(
                self._reference(subject), f"consent {purpose}", consent.state, against=consent.state in AGAINST
            )
        return consent

    def observe(self, context: RequestContext) -> None:
        """Record what a request that is over showed to have changed for its identified person; never raises."""
        try:
            self._observe(context)
        except Exception as error:  # noqa: BLE001 - the app has answered, and its answer stands
            logger.warning("signals of a request were not recorded: %s", type(error).__name__)

    def _observe(self, context: RequestContext) -> None:
        subject = context.subject_id
        if subject is None:
            return
        shown = {name: bool(getattr(context, name)) for name in _SIGNALS}
        consents = context.relied
        if not (self._against or consents or any(shown.values())):
            return
        person = self._reference(subject)
        for name, on in shown.items():
            if self._changed(person, name, on, against=on):
                self._submit(context, {"event": "signal.changed", "signal": name, "on": on})
        for purpose, consent in consents.items():
            if consent.state not in DECISIONS or purpose not in self._register.purposes:
                continue
            changed = self._changed(person, f"consent {purpose}", consent.state, against=consent.state in AGAINST)
            if changed and consent.record_id is None:  # with an id it is on record
                self._submit(context, {"event": "consent.observed"}, purpose, consent)

    def _changed(self, person: str, what: str, state: object, *, against: bool) -> bool:
        """Whether a state is another one than before; only what is against processing is remembered."""
        known = self._against.pop((person, what), None)
        if against:
            self._against[person, what] = state
            if len(self._against) > _REMEMBERED:
                with suppress(StopIteration, RuntimeError, KeyError):  # other threads remember, too
                    del self._against[next(iter(self._against))]
            return known != state
        return known is not None

    def _submit(
        self,
        context: RequestContext,
        details: dict[str, Any],
        purpose: str | None = None,
        consent: Consent | None = None,
    ) -> str | None:
        if self._sink is None:
            return None
        now = self._clock.time_ms()
        record = TransferRecord(
            kind=RecordKind.CONSENT,
            record_id=new_record_id(now),
            time_ms=now,
            enforcement=self._register.enforcement,
            purpose=purpose,
            consent_state=consent.state if consent is not None else None,
            notice_version=consent.notice_version if consent is not None else None,
            gpc=context.gpc,
            opt_out=context.opt_out,
            details=details,
            payload=context.payload(self._reference),
            **members_of(self._register, None, self._register.purposes.get(purpose or "")),
        )
        self._sink.submit(record, Durability.GROUP)
        return record.record_id
