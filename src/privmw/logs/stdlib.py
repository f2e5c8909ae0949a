"""Redaction of the standard library's logging, at the one point that no logger or handler gets around.

``logging.Logger.callHandlers`` is wrapped, and every handler receives a redacted copy of the record. Filters,
formatters and record factories each miss something: propagation, ``extra``, the exception object, a library's handlers.
"""

from __future__ import annotations

import copy
import logging
import threading
import traceback
from collections.abc import Mapping
from types import CellType, FunctionType
from typing import Any

from privmw.context import context_of
from privmw.types import ValueRedactor

__all__ = ["LogRedactor", "install", "installed", "uninstall"]

FAILED = "<REDACTION_FAILED>"
_ACCESS_LOGGER = "uvicorn.access"
_ACCESS_LINE = '%s - "%s %s HTTP/%s" %d'
_REMEMBERED = 4096
_PLAIN_LENGTH = len(vars(logging.makeLogRecord({})))
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_NUMBERS = frozenset({int, float, bool, type(None)})
_SIMPLE = _NUMBERS | {str, dict, list, tuple}


class LogRedactor:
    """Turns a log record into one that holds no personal data.

    Args:
        redactor: What finds and replaces personal data.

    Attributes:
        failures: How many records were replaced whole because redaction failed.
    """

    def __init__(self, redactor: ValueRedactor) -> None:
        self._redactor = redactor
        self._busy = threading.local()
        self._names: dict[tuple[str | None, ...], int] = {}
        self.failures = 0

    def redact(self, record: logging.LogRecord) -> logging.LogRecord:
        """Return the record itself where it is clean, otherwise a redacted copy; never the original on failure.

        The copy has no ``exc_info``: its traceback stands redacted in ``exc_text``, which stdlib formatters print.
        """
        if getattr(self._busy, "on", False):  # redaction itself logged something
            return self._emptied(record)
        self._busy.on = True
        try:
            if record.exc_info:
                with context_of(record.exc_info[1]):
                    return self._redacted(record)
            return self._redacted(record)
        except Exception:  # noqa: BLE001 - whatever went wrong, the original must not reach a handler
            return self._emptied(record)
        finally:
            self._busy.on = False

    def _redacted(self, record: logging.LogRecord) -> logging.LogRecord:
        changed = self._message(record)
        names = record.name, record.threadName, record.processName, getattr(record, "taskName", None)
        if self._names.get(names) != 0:
            changed.update(self._named(names))
        extras: dict[str, Any] = {}
        if len(record.__dict__) > _PLAIN_LENGTH:
            extras = {key: value for key, value in record.__dict__.items() if key not in _PLAIN}
            safe_extras = self._redactor.value(extras)
            if safe_extras is extras:
                extras = {}
            changed.update(safe_extras if extras else {})
        if record.exc_info or record.exc_text:
            changed.update(exc_info=None, exc_text=self._redactor.text(_traceback_of(record)))
        if record.stack_info:
            changed["stack_info"] = self._redactor.text(record.stack_info)
        if not changed:
            return record
        safe = _copied(record)
        safe.__dict__.pop("message", None)  # rendered by an earlier formatter, from the original
        for key in extras:  # the name of an extra may itself hold personal data
            del safe.__dict__[key]
        safe.__dict__.update(changed)
        return safe

    def _named(self, names: tuple[str | None, ...]) -> dict[str, Any]:
        """What to change in the names of a record's logger, thread, process and task, most of which come again and again."""
        safe = self._redactor.value(names)
        if safe is names:
            if len(self._names) >= _REMEMBERED:
                self._names.clear()
            self._names[names] = 0
            return {}
        return dict(zip(("name", "threadName", "processName", "taskName"), safe, strict=True))

    def _message(self, record: logging.LogRecord) -> dict[str, Any]:
        """What to change so that neither the message nor its arguments hold personal data."""
        template, args = record.msg, record.args
        if not args:
            message = template if type(template) is str else str(template)
            safe_message = self._redactor.text(message)
            return {} if safe_message is template else {"msg": safe_message, "args": None}
        if type(args) is tuple:
            changed = self._at_once(record.name, template, args)
            if changed is not None:
                return changed
        safe_args: Any = args if _all_numbers(args) else self._redactor.value(args)
        message = _assemble(template, safe_args, args)
        safe_message = self._redactor.text(message)  # a value may be split between template and argument
        if record.name == _ACCESS_LOGGER and isinstance(safe_args, tuple):  # its formatter unpacks five arguments
            if safe_message != message:
                safe_args = tuple(FAILED if isinstance(arg, str) else arg for arg in safe_args)
            return {} if safe_args is args else {"args": safe_args}
        if safe_args is args and safe_message == message and _all_simple(args):
            return {}
        return {"msg": safe_message, "args": None}

    def _at_once(self, logger: str, template: Any, args: tuple[Any, ...]) -> dict[str, Any] | None:
        """What to change, from one scan of the message and each argument by itself; ``None`` where that does not settle it."""
        if not _all_simple(args):
            return None
        pieces = list(map(str, args))
        served = logger == _ACCESS_LOGGER and template == _ACCESS_LINE  # whose arguments stand apart in the message
        if not served:
            try:
                pieces.insert(0, str(template) % args)
            except (TypeError, ValueError, KeyError):
                return None
        whole = "\x00".join(pieces)
        safe = self._redactor.text(whole)
        if safe is whole:
            return {}
        parts = safe.split("\x00")
        if len(parts) != len(pieces) or not _all_plain(args):
            return None
        first = 0 if served else 1
        safe_args = tuple(
            arg if part == piece else part for arg, piece, part in zip(args, pieces[first:], parts[first:], strict=True)
        )
        if served:
            return {"args": safe_args} if isinstance(safe_args[-1], int) else None
        try:
            fits = logger != _ACCESS_LOGGER and str(template) % safe_args == parts[0]
        except (TypeError, ValueError, KeyError):
            return None
        return {"msg": parts[0], "args": None} if fits else None

    def _emptied(self, record: logging.LogRecord) -> logging.LogRecord:
        self.failures += 1
        kept = {key: value for key, value in record.__dict__.items() if key in _PLAIN and key != "message"}
        kept.update(msg=FAILED, args=None, exc_info=None, exc_text=None, stack_info=None)
        if record.name == _ACCESS_LOGGER and isinstance(record.args, tuple):
            kept.update(msg=record.msg, args=tuple(FAILED if isinstance(arg, str) else 0 for arg in record.args))
        return logging.makeLogRecord(kept)


def _all_numbers(args: Any) -> bool:
    """Whether no argument can be an identifier: numbers, and integers of at most six digits."""
    return type(args) is tuple and all(
        type(arg) in _NUMBERS and (type(arg) is not int or -999_999 <= arg <= 999_999) for arg in args
    )


def _all_simple(args: Any) -> bool:
    """Whether the arguments hold no object that knows more than it prints."""
    return all(type(arg) in _SIMPLE for arg in (args.values() if isinstance(args, Mapping) else args))


def _all_plain(args: tuple[Any, ...]) -> bool:
    """Whether the arguments are texts and numbers."""
    return all(type(arg) is str or type(arg) in _NUMBERS for arg in args)


def _copied(record: logging.LogRecord) -> logging.LogRecord:
    if type(record) is not logging.LogRecord:
        return copy.copy(record)
    safe = logging.LogRecord.__new__(logging.LogRecord)  # as copy.copy, at a tenth of the time
    safe.__dict__.update(record.__dict__)
    return safe


def _assemble(template: Any, args: Any, originals: Any) -> str:
    try:
        return f"{str(template) % args}"
    except (TypeError, ValueError, KeyError):  # e.g. "%d" of a number that became a placeholder
        pass
    try:
        return f"{str(template) % originals}"
    except (TypeError, ValueError, KeyError):  # the app's own mistake, which Handler.handleError would print raw
        return f"{template} <ARGUMENTS_DO_NOT_FIT>"


def _traceback_of(record: logging.LogRecord) -> str:
    if record.exc_info and record.exc_info[0] is not None:
        return "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
    return record.exc_text or ""


class _Patch:
    """Our wrapper around ``callHandlers``; passes records through untouched once it is switched off."""

    def __init__(self, logs: LogRedactor) -> None:
        self.logs: LogRedactor | None = logs
        self._sentry = _sentry_cell(logging.Logger.callHandlers)
        inner = self._inner = logging.Logger.callHandlers if self._sentry is None else self._sentry.cell_contents

        def call_handlers(logger: logging.Logger, record: logging.LogRecord) -> None:
            logs = self.logs
            inner(logger, record if logs is None else logs.redact(record))

        self._wrapper = call_handlers
        self._put(call_handlers)

    def _put(self, function: Any) -> None:
        if self._sentry is None:
            logging.Logger.callHandlers = function  # type: ignore[method-assign]
        else:
            self._sentry.cell_contents = function

    def remove(self) -> None:
        """Put back what was there; where somebody wrapped us since, stay in the chain and do nothing."""
        self.logs = None
        top: Any = logging.Logger.callHandlers if self._sentry is None else self._sentry.cell_contents
        if top is self._wrapper:
            self._put(self._inner)


_patch: _Patch | None = None
_lock = threading.Lock()


def install(redactor: ValueRedactor) -> LogRedactor:
    """Redact every record of every logger, until :func:`uninstall`.

    Where Sentry has patched the same method already, ours goes underneath its patch: Sentry then still sees the
    exception object (its own hooks redact it), whichever of the two was installed first.
    """
    global _patch
    with _lock:
        if _patch is not None:
            _patch.remove()
        logs = LogRedactor(redactor)
        _patch = _Patch(logs)
        return logs


def uninstall() -> None:
    """Undo :func:`install`; harmless when nothing is installed."""
    global _patch
    with _lock:
        if _patch is not None:
            _patch.remove()
            _patch = None


def installed() -> bool:
    """Whether log records are being redacted."""
    return _patch is not None


def _sentry_cell(function: Any) -> CellType | None:
    """The closure cell in which Sentry's patch keeps what it wrapped, if the function is that patch."""
    if not getattr(function, "__module__", "").startswith("sentry_sdk."):
        return None
    for cell in getattr(function, "__closure__", None) or ():
        if isinstance(cell.cell_contents, FunctionType):
            found: CellType = cell
            return found
    return None
