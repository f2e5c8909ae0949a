"""What spans and log records have in common: who is known for them, how their parts are looked at, and their resource."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from privmw.context import RequestContext, current_context, latest_context, open_context
from privmw.errors import RedactionError
from privmw.otel.structure import is_structural
from privmw.types import ValueRedactor

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    from privmw.otel.records import RecordRedactor
    from privmw.otel.spans import SpanRedactor

__all__ = ["FAILED", "Attributes", "Parts", "TelemetryRedactor", "context_for", "remember", "text_or_failed"]

_T = TypeVar("_T")

FAILED = "<REDACTION_FAILED>"
_CONTEXT = "_privmw_context"
_REMEMBERED = 512


class TelemetryRedactor:
    """Redacts spans and log records.

    Args:
        redactor: What finds and replaces personal data.
    """

    def __init__(self, redactor: ValueRedactor) -> None:
        self._parts = Parts(redactor)

    @property
    def failures(self) -> int:
        """How many spans, log records and resources were replaced by a skeleton because redaction failed."""
        return self._parts.failures

    @cached_property
    def spans(self) -> SpanRedactor:
        """Redacts spans; imports OpenTelemetry's SDK."""
        from privmw.otel.spans import SpanRedactor

        return SpanRedactor(self._parts)

    @cached_property
    def records(self) -> RecordRedactor:
        """Redacts log records; imports OpenTelemetry's SDK."""
        from privmw.otel.records import RecordRedactor

        return RecordRedactor(self._parts)


class Parts:
    """Looks at all parts of a span or log record in one scan.

    Args:
        redactor: What finds and replaces personal data.

    Attributes:
        failures: How often redaction failed.
    """

    def __init__(self, redactor: ValueRedactor) -> None:
        self._redactor = redactor
        self._busy = threading.local()
        self._known: dict[int, tuple[Any, Any]] = {}
        self.failures = 0

    def look(self, parts: list[Any], noted: RequestContext | None) -> list[Any]:
        """Redact parts; the same list where nothing is found.

        What the request of this thread knows is redacted, and what the request knows that was noted earlier.

        Args:
            parts: At least three, as two would be taken for a name and its value.
            noted: The request to which the parts belong, if it was noted.

        Raises:
            RedactionError: They could not be looked at.
        """
        now = current_context() or latest_context()
        if noted is None or noted is now or not noted.identities:
            safe = self._redactor.value(parts)
        else:
            with open_context(noted):
                safe = self._redactor.value(parts)
            if now is not None and now.identities:
                safe = self._redactor.value(safe)
        if type(safe) is not list or len(safe) != len(parts):
            raise RedactionError("type", remedy="The parts could not be looked at")
        return safe

    def resource(self, resource: Resource) -> Resource:
        """Redact a resource, once: it describes a process, so that who is asking has no part in it."""
        held = self._known.get(id(resource))
        if held is not None:
            kept: Resource = held[1]
            return kept
        attributes = Attributes(resource.attributes)
        try:
            url, _, looked = self._once([resource.schema_url, None, attributes.looked])
            same = looked is attributes.looked and url == resource.schema_url
            safe = resource if same else type(resource)(attributes.rebuilt(looked), url)
        except Exception:  # noqa: BLE001 - fail closed
            self.failures += 1
            return type(resource).get_empty()
        return self._keep(resource, safe)

    def scope(self, scope: InstrumentationScope) -> InstrumentationScope:
        """Redact name and version of an instrumentation scope, once, as they name a library; not its attributes."""
        held = self._known.get(id(scope))
        if held is not None:
            kept: InstrumentationScope = held[1]
            return kept
        given: list[Any] = [scope.name, scope.version, scope.schema_url]
        safe = self._once(given)
        if safe is given:
            return self._keep(scope, scope)
        name, version, url = map(text_or_failed, safe)
        return self._keep(scope, type(scope)(name, version, url, scope.attributes))

    def _once(self, parts: list[Any]) -> list[Any]:
        with open_context(RequestContext()):
            return self.look(parts, None)

    def _keep(self, given: _T, safe: _T) -> _T:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[id(given)] = given, safe  # held, so that no other gets its id
        return safe

    def enter(self) -> None:
        """Begin with one span or log record, in this thread.

        Raises:
            RedactionError: Redaction itself caused it.
        """
        if getattr(self._busy, "on", False):
            raise RedactionError("depth", remedy="Redaction itself was traced")
        self._busy.on = True

    def leave(self) -> None:
        """End what :meth:`enter` began."""
        self._busy.on = False


class Attributes:
    """Attributes, apart from those that can be nobody's.

    Args:
        attributes: Attributes of OpenTelemetry, or any mapping.

    Attributes:
        looked: Those that must be looked at.
    """

    __slots__ = ("_attributes", "_structure", "looked")

    def __init__(self, attributes: Mapping[str, Any] | None) -> None:
        self._attributes = attributes
        every = {} if not attributes else attributes.copy() if hasattr(attributes, "copy") else dict(attributes)
        self._structure = {key: value for key, value in every.items() if is_structural(key, value)}
        if self._structure:
            every = {key: value for key, value in every.items() if key not in self._structure}
        self.looked = every

    def rebuilt(self, safe: Any) -> Any:
        """The attributes with what a redactor made of :attr:`looked`; the very same where it changed nothing.

        Raises:
            RedactionError: It is no mapping.
        """
        if safe is self.looked:
            return self._attributes
        if type(safe) is not dict:
            raise RedactionError("type", remedy="The attributes could not be looked at")
        every = {**self._structure, **safe}
        if not hasattr(self._attributes, "dropped"):
            return every
        new: Any = copy.copy(self._attributes)  # with its bounds, and the number of those that it dropped
        new._dict = every
        return new


def text_or_failed(value: Any) -> Any:
    """A text or nothing; what a redactor made of anything else would not fit."""
    return value if value is None or isinstance(value, str) else FAILED


def remember(holder: Any, context: RequestContext | None) -> None:
    """Note on a span or log record to which request it belongs."""
    if context is not None:
        holder.__dict__[_CONTEXT] = context


def context_for(holder: Any) -> RequestContext | None:
    """The request that was noted on a span or log record."""
    return getattr(holder, _CONTEXT, None)
