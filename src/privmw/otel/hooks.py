"""The places in OpenTelemetry's SDK that no provider, processor or exporter gets around.

``Span.end`` hands every processor what ``Span._readable_span`` makes, and every log record passes one of two classes that
fan it out. Both are private (as of 1.45); installation fails loudly where one is missing. The processors that
feed exporters, and ``export`` of every exporter, are looked at as well: some vendors build spans by hand, or export a span
that has not ended.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from privmw.context import RequestContext, on_identity
from privmw.errors import ConfigurationError
from privmw.lazy import cancel, when_imported
from privmw.otel.redactor import TelemetryRedactor

__all__ = ["current", "install", "uninstall"]

_SDK = "opentelemetry.sdk.trace"
_BATCHES = ("spans", "batch")
"""Names of the argument of ``export``."""

_surface: TelemetryRedactor | None = None
_placed: dict[tuple[type, str], tuple[Any, Any]] = {}
"""By class and method, our wrapper and what was there before; ``None`` where the class had none of its own."""

_undo: list[Callable[[], None]] = []
_lock = threading.RLock()


def current() -> TelemetryRedactor | None:
    """What redacts at the moment."""
    return _surface


def install(surface: TelemetryRedactor) -> None:
    """Hook into those modules of the SDK that are imported, and into the others when they are.

    Raises:
        ConfigurationError: A class has no method to hook into.
    """
    global _surface
    with _lock:
        _surface = surface
        try:
            for name, patch in _PATCHES.items():
                when_imported(name, patch)
        except BaseException:
            uninstall()
            raise
        if not _undo:
            _undo.append(on_identity(_identified))


def uninstall() -> None:
    """Undo :func:`install`. Where someone else wrapped a wrapper of ours, it stays and lets everything pass."""
    global _surface
    with _lock:
        _surface = None
        while _undo:
            _undo.pop()()
        for name in _PATCHES:
            cancel(name)
        for (owner, name), (wrapper, original) in list(_placed.items()):
            if owner.__dict__.get(name) is not wrapper:
                continue
            if original is None:
                delattr(owner, name)
            else:
                setattr(owner, name, original)
            del _placed[owner, name]


def _identified(context: RequestContext) -> None:
    surface = _surface
    if surface is not None and _SDK in sys.modules:
        surface.spans.identified(context)


def _patch_spans(module: ModuleType) -> None:
    if _surface is not None:
        _ = _surface.spans  # imported now, where an SDK that does not fit is heard of
    _wrap(_class(module, "Span"), "_readable_span", _readable)
    _wrap(_class(module, "Span"), "start", _started)


def _patch_span_exporters(module: ModuleType) -> None:
    for name in ("SimpleSpanProcessor", "BatchSpanProcessor"):
        _wrap(_class(module, name), "on_end", _ended)
    _wrap_exporters(_class(module, "SpanExporter"), _exports_spans)


def _patch_records(module: ModuleType) -> None:
    if _surface is not None:
        _ = _surface.records
    for name in ("SynchronousMultiLogRecordProcessor", "ConcurrentMultiLogRecordProcessor"):
        _wrap(_class(module, name), "on_emit", _emitted)


def _patch_record_exporters(module: ModuleType) -> None:
    _wrap_exporters(_class(module, "LogRecordExporter"), _exports_records)


_PATCHES: dict[str, Callable[[ModuleType], None]] = {
    _SDK: _patch_spans,
    "opentelemetry.sdk.trace.export": _patch_span_exporters,
    "opentelemetry.sdk._logs._internal": _patch_records,
    "opentelemetry.sdk._logs._internal.export": _patch_record_exporters,
}


def _class(module: ModuleType, name: str) -> Any:
    found = getattr(module, name, None)
    if not isinstance(found, type):
        raise _missing(f"{module.__name__}.{name} is missing")
    return found


def _missing(what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{what}, so spans and log records cannot be redacted",
        field="otel",
        remedy="Use opentelemetry-sdk 1.45 or a privmw release that knows this one, or set otel.enabled = false",
    )


def _wrap(owner: type, name: str, make: Callable[[Any], Any]) -> None:
    if (owner, name) in _placed:  # still there under somebody's wrapper, or installed again
        return
    original = owner.__dict__.get(name)
    if original is None:
        raise _missing(f"{owner.__qualname__} has no {name}")
    wrapper = make(original)
    setattr(owner, name, wrapper)
    _placed[owner, name] = wrapper, original


def _wrap_exporters(base: Any, make: Callable[[Any], Any]) -> None:
    """Wrap ``export`` of every exporter there is, and of those that will be made."""

    def wrap(exporter: type) -> None:
        own = exporter.__dict__.get("export")
        if callable(own) and not getattr(own, "__isabstractmethod__", False):
            _wrap(exporter, "export", make)

    def wrap_below(exporter: Any) -> None:
        for one in exporter.__subclasses__():
            wrap(one)
            wrap_below(one)

    if (base, "__init_subclass__") not in _placed:
        own = base.__dict__.get("__init_subclass__")

        def init_subclass(cls: Any, **kwargs: Any) -> None:
            if own is not None:
                own.__get__(None, cls)(**kwargs)
            else:
                super(base, cls).__init_subclass__(**kwargs)
            with _lock:
                if _surface is not None:
                    wrap(cls)

        wrapper: Any = classmethod(init_subclass)  # type: ignore[arg-type]
        base.__init_subclass__ = wrapper
        _placed[base, "__init_subclass__"] = wrapper, own
    wrap_below(base)


def _readable(original: Any) -> Any:
    @wraps(original)
    def _readable_span(self: Any) -> Any:
        span, surface = original(self), _surface
        return span if surface is None else surface.spans.redact(span, self)

    return _readable_span


def _started(original: Any) -> Any:
    @wraps(original)
    def start(self: Any, start_time: int | None = None, parent_context: Any = None) -> None:
        surface = _surface
        if surface is not None:
            surface.spans.started(self, parent_context)
        original(self, start_time, parent_context)

    return start


def _ended(original: Any) -> Any:
    @wraps(original)
    def on_end(self: Any, span: Any) -> None:
        surface = _surface
        original(self, span if surface is None else surface.spans.redact(span))

    return on_end


def _emitted(original: Any) -> Any:
    @wraps(original)
    def on_emit(self: Any, log_record: Any) -> None:
        surface = _surface
        original(self, log_record if surface is None else surface.records.emitted(log_record))

    return on_emit


def _exports_spans(original: Any) -> Any:
    return _exporting(original, lambda surface: surface.spans.redact)


def _exports_records(original: Any) -> Any:
    return _exporting(original, lambda surface: surface.records.redact)


def _exporting(original: Any, redact_of: Callable[[TelemetryRedactor], Callable[[Any], Any]]) -> Any:
    @wraps(original)
    def export(self: Any, *args: Any, **kwargs: Any) -> Any:
        surface = _surface
        if surface is not None:
            redact = redact_of(surface)
            args = (_each(redact, args[0]), *args[1:]) if args else args
            kwargs = {name: _each(redact, value) if name in _BATCHES else value for name, value in kwargs.items()}
        return original(self, *args, **kwargs)

    return export


def _each(redact: Callable[[Any], Any], batch: Any) -> Any:
    """A batch with each item redacted; the very same where all are clean."""
    items = batch if isinstance(batch, (list, tuple)) else tuple(batch)
    safe = [redact(item) for item in items]
    if all(new is old for new, old in zip(safe, items, strict=True)):
        return items
    return tuple(safe)
