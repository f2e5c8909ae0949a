"""Rebuilds OpenTelemetry's log records without personal data."""

from __future__ import annotations

import copy
from typing import Any

from opentelemetry.trace import get_current_span

from privmw.context import current_context, latest_context
from privmw.otel.redactor import FAILED, Attributes, Parts, context_for, remember, text_or_failed
from privmw.otel.spans import Scope, all_dropped

__all__ = ["RecordRedactor"]

_LEDGER = "privmw.ledger"
"""Scope of the ledger's own events: headers that hold nothing of a person, and whose hashes must fit to their members."""


class RecordRedactor:
    """Redacts log records: body, attributes, event name, resource and instrumentation scope.

    Args:
        parts: What looks at their parts.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def emitted(self, record: Any) -> Any:
        """Redact a record on its way to the processors, and note to which request it belongs."""
        safe = self.redact(record)
        inner = safe.log_record
        try:
            known = current_context() or latest_context() or context_for(get_current_span(inner.context))
            remember(inner, known)
        except Exception:  # noqa: BLE001 - only what is added later is looked at without it
            self._parts.failures += 1
        return safe

    def redact(self, record: Any) -> Any:
        """Return the record itself where it is clean, otherwise a redacted copy; never the original on failure.

        Processors may change a record, so that one that was looked at is looked at again before it is exported.
        """
        try:
            scope = record.instrumentation_scope
            if scope is not None and scope.name == _LEDGER:
                return record
            self._parts.enter()
            try:
                return self._redacted(record)
            finally:
                self._parts.leave()
        except Exception:  # noqa: BLE001 - whatever went wrong, the original must not leave
            self._parts.failures += 1
            return self._emptied(record)

    def _redacted(self, record: Any) -> Any:
        inner = record.log_record
        of_record, scope = Attributes(inner.attributes), Scope(record.instrumentation_scope, self._parts)
        parts: list[Any] = [inner.body, of_record.looked, inner.event_name, inner.severity_text]
        if scope.looked:
            parts.append(scope.looked)
        noted = context_for(inner) or context_for(get_current_span(inner.context))
        safe = self._parts.look(parts, noted)
        resource = record.resource if record.resource is None else self._parts.resource(record.resource)
        if safe is parts and resource is record.resource and scope.unchanged:
            return record
        body, attributes, event_name, severity, *more = safe
        new = copy.copy(inner)
        new.body = body
        new.attributes = of_record.rebuilt(attributes)
        new.event_name = text_or_failed(event_name)
        new.severity_text = text_or_failed(severity)
        new.exception = None  # its text stands among the attributes already
        return _copied(record, new, resource, scope.rebuilt(more[0] if more else None))

    def _emptied(self, record: Any) -> Any:
        """What is left of a record that could not be looked at: that it happened, how grave it was and how much it held."""
        inner = record.log_record
        new = copy.copy(inner)
        new.body = FAILED
        new.attributes = all_dropped(inner.attributes)
        new.event_name = new.severity_text = new.exception = None
        resource = record.resource if record.resource is None else self._parts.resource(record.resource)
        return _copied(record, new, resource, None)


def _copied(record: Any, inner: Any, resource: Any, scope: Any) -> Any:
    """A record of the same kind, frozen or not, without its constructor, which would count and warn once more."""
    new = copy.copy(record)
    for name, value in (("log_record", inner), ("resource", resource), ("instrumentation_scope", scope)):
        object.__setattr__(new, name, value)
    return new
