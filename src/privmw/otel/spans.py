"""Rebuilds spans without personal data."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.trace import Event, ReadableSpan, Span
from opentelemetry.sdk.util import BoundedList
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, Status, TraceState, get_current_span

from privmw.context import RequestContext, current_context, latest_context
from privmw.otel.redactor import FAILED, Attributes, Parts, context_for, remember

__all__ = ["SpanRedactor", "all_dropped", "redacted_scope"]

_LOOKED = "_privmw_looked"


class SpanRedactor:
    """Redacts spans: name, attributes, events, links, status, resource, instrumentation scope and trace state.

    Args:
        parts: What looks at their parts.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def identified(self, context: RequestContext) -> None:
        """Note on the running span to which request it belongs: it may be the server's, which ends outside of it."""
        with suppress(Exception):
            span: Any = get_current_span()
            if isinstance(span, Span) and context_for(span) is None:
                remember(span, context)

    def started(self, span: Any, parent_context: Any) -> None:
        """Note to which request a span belongs, as it may end where that is not known.

        Without a request it belongs to its parent's; a parent without one, as a server's span is that starts before the
        request is opened, to that of its first child.
        """
        with suppress(Exception):  # a note is no reason to fail; what this thread knows at the end is redacted anyway
            context = current_context() or latest_context()
            parent: Any = get_current_span(parent_context)
            if context is None:
                context = context_for(parent)
            elif isinstance(parent, Span) and context_for(parent) is None:
                remember(parent, context)
            remember(span, context)

    def redact(self, span: Any, live: Any = None) -> Any:
        """Return the span itself where it is clean, otherwise a redacted copy; never the original on failure.

        Args:
            span: The span.
            live: The span that it was made of, if its request is noted there.
        """
        if getattr(span, _LOOKED, None) is self:
            return span
        try:
            with self._parts.alone():
                safe = self._redacted(span, context_for(span if live is None else live))
        except Exception:  # noqa: BLE001 - whatever went wrong, the original must not leave
            self._parts.failures += 1
            safe = _emptied(span, self._parts)
        if not isinstance(safe, Span):  # a live one may still change
            safe.__dict__[_LOOKED] = self
        return safe

    def _redacted(self, span: ReadableSpan, noted: RequestContext | None) -> ReadableSpan:
        context, scope, status = span.context, span.instrumentation_scope, span.status
        events, links = span.events, span.links
        of_span, of_scope = Attributes(span._attributes), Attributes(scope.attributes if scope is not None else None)
        of_events = [Attributes(event.attributes) for event in events]
        of_links = [Attributes(link.attributes) for link in links]
        parts: list[Any] = [
            span.name,
            status.description,
            of_span.looked,
            dict(context.trace_state) if context is not None else {},
            [scope.name, scope.version, of_scope.looked] if scope is not None else None,
            [[event.name, held.looked, None] for event, held in zip(events, of_events, strict=True)],
            [
                [dict(link.context.trace_state), held.looked, None]
                for link, held in zip(links, of_links, strict=True)
            ],
        ]  # fmt: skip
        safe = self._parts.look(parts, noted)
        resource = self._parts.resource(span.resource)
        if safe is parts and resource is span.resource:
            return span
        name, description, attributes, state, new_scope, new_events, new_links = safe
        rebuilt_events: Any = span._events
        if new_events is not parts[5]:
            rebuilt_events = _like(span._events, [
                event if new is old else Event(new[0], held.rebuilt(new[1]), event.timestamp)
                for event, held, old, new in zip(events, of_events, parts[5], new_events, strict=True)
            ])  # fmt: skip
        rebuilt_links: Any = span._links
        if new_links is not parts[6]:
            rebuilt_links = _like(span._links, [
                link if new is old else Link(_context(link.context, new[0]), held.rebuilt(new[1]))
                for link, held, old, new in zip(links, of_links, parts[6], new_links, strict=True)
            ])  # fmt: skip
        same_scope = new_scope is parts[4]
        return ReadableSpan(
            name=_text(name),
            context=context if context is None or state is parts[3] else _context(context, state),
            parent=span.parent,
            resource=resource,
            attributes=of_span.rebuilt(attributes),
            events=rebuilt_events,
            links=rebuilt_links,
            kind=span.kind,
            instrumentation_info=span._instrumentation_info if same_scope else None,
            status=status if description == status.description else Status(status.status_code, _text(description)),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=scope if same_scope or scope is None else redacted_scope(scope, new_scope, of_scope),
        )


def redacted_scope(scope: InstrumentationScope, safe: Any, attributes: Attributes) -> InstrumentationScope:
    """A scope with what a redactor made of its name, version and attributes."""
    name, version, looked = safe
    return InstrumentationScope(_text(name), version, scope.schema_url, attributes.rebuilt(looked))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else FAILED


def _context(context: SpanContext, state: Any) -> SpanContext:
    """A context whose vendors' entries are left out where they changed: placeholders would be no valid trace state."""
    kept = [
        (key, value) for key, value in context.trace_state.items() if type(state) is dict and state.get(key) == value
    ]
    return SpanContext(
        context.trace_id, context.span_id, context.is_remote, context.trace_flags, TraceState(kept) if kept else None
    )


def _like(original: Any, items: list[Any]) -> Any:
    """Items in a list that counts what the original had dropped."""
    new = BoundedList.from_seq(None, items)
    new.dropped = getattr(original, "dropped", 0)
    return new


def all_dropped(attributes: Any) -> BoundedAttributes:
    """Attributes that hold nothing, and count what others held among what was dropped."""
    empty = BoundedAttributes(0)
    empty.dropped = len(attributes or ()) + getattr(attributes, "dropped", 0)
    return empty


def _emptied(span: ReadableSpan, parts: Parts) -> ReadableSpan:
    """What is left of a span that could not be looked at: that it happened, and how much it held."""
    events: Any = BoundedList(0)
    events.dropped = len(span._events) + span.dropped_events
    links = [Link(_context(link.context, None)) for link in span._links]
    status = span.status
    return ReadableSpan(
        name=FAILED,
        context=span.context and _context(span.context, None),
        parent=span.parent,
        resource=parts.resource(span.resource),
        attributes=all_dropped(span._attributes),
        events=events,
        links=_like(span._links, links),
        kind=span.kind,
        status=Status(status.status_code, FAILED) if status.description else status,
        start_time=span.start_time,
        end_time=span.end_time,
    )
