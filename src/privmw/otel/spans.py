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
from privmw.otel.redactor import FAILED, Attributes, Parts, context_for, remember, text_or_failed

__all__ = ["Scope", "SpanRedactor", "all_dropped"]

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
            self._parts.enter()
            try:
                safe = self._redacted(span, context_for(span if live is None else live))
            finally:
                self._parts.leave()
        except Exception:  # noqa: BLE001 - whatever went wrong, the original must not leave
            self._parts.failures += 1
            safe = _emptied(span, self._parts)
        if not isinstance(safe, Span):  # a live one may still change
            safe.__dict__[_LOOKED] = self
        return safe

    def _redacted(self, span: ReadableSpan, noted: RequestContext | None) -> ReadableSpan:
        context, status, attributes = span.context, span.status, Attributes(span._attributes)
        parts: list[Any] = [span.name, status.description, attributes.looked]
        optional: dict[str, Any] = {}
        if context is not None and context.trace_state:
            optional["state"] = dict(context.trace_state)
        events, links = span.events, span.links
        of_events = [Attributes(event.attributes) for event in events]
        of_links = [Attributes(link.attributes) for link in links]
        if events:
            optional["events"] = [[e.name, held.looked, None] for e, held in zip(events, of_events, strict=True)]
        if links:
            optional["links"] = [
                [dict(link.context.trace_state), held.looked, None] for link, held in zip(links, of_links, strict=True)
            ]
        scope = Scope(span.instrumentation_scope, self._parts)
        if scope.looked:
            optional["scope"] = scope.looked
        parts += optional.values()
        safe = self._parts.look(parts, noted)
        resource = self._parts.resource(span.resource)
        if safe is parts and resource is span.resource and scope.unchanged:
            return span
        new = dict(zip(optional, safe[3:], strict=True))
        new_events: Any = span._events
        if (given := optional.get("events", ())) is not new.get("events", ()):
            new_events = _like(new_events, [
                event if one is old else Event(one[0], held.rebuilt(one[1]), event.timestamp)
                for event, held, old, one in zip(events, of_events, given, new["events"], strict=True)
            ])  # fmt: skip
        new_links: Any = span._links
        if (given := optional.get("links", ())) is not new.get("links", ()):
            new_links = _like(new_links, [
                link if one is old else Link(_context(link.context, one[0]), held.rebuilt(one[1]))
                for link, held, old, one in zip(links, of_links, given, new["links"], strict=True)
            ])  # fmt: skip
        if "state" in new and new["state"] is not optional["state"]:
            context = _context(context, new["state"])
        new_scope = scope.rebuilt(new.get("scope"))
        description = text_or_failed(safe[1])
        return ReadableSpan(
            name=text_or_failed(safe[0]),
            context=context,
            parent=span.parent,
            resource=resource,
            attributes=attributes.rebuilt(safe[2]),
            events=new_events,
            links=new_links,
            kind=span.kind,
            instrumentation_info=span._instrumentation_info if new_scope is span.instrumentation_scope else None,
            status=status if description == status.description else Status(status.status_code, description),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=new_scope,
        )


class Scope:
    """An instrumentation scope: name and version are looked at once, attributes with each span or log record.

    Attributes:
        looked: Attributes that must be looked at.
        unchanged: Name and version are what they were.
    """

    __slots__ = ("_attributes", "_safe", "looked", "unchanged")

    def __init__(self, scope: InstrumentationScope | None, parts: Parts) -> None:
        self._safe = None if scope is None else parts.scope(scope)
        self._attributes = Attributes(None if scope is None else scope.attributes)
        self.looked = self._attributes.looked
        self.unchanged = self._safe is scope

    def rebuilt(self, safe: Any) -> InstrumentationScope | None:
        """The scope with what a redactor made of :attr:`looked`; ``None`` where it was not asked."""
        scope = self._safe
        if scope is None or safe is None or safe is self.looked:
            return scope
        return InstrumentationScope(scope.name, scope.version, scope.schema_url, self._attributes.rebuilt(safe))


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
