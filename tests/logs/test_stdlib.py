"""Log records, as handlers see them."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from uvicorn.logging import AccessFormatter

from privmw.logs import stdlib
from privmw.redaction.redactor import Redactor

EMAIL = "ana.ruiz@example.org"


class _Seen(logging.Handler):
    """Keeps each record, and everything a handler could read off it."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def everything(self) -> str:
        return "\n".join(
            repr({key: value if key != "exc_info" else _deep(value) for key, value in vars(record).items()})
            + _line(record)
            for record in self.records
        )


def _line(record: logging.LogRecord) -> str:
    try:
        return logging.Formatter("%(message)s").format(record)
    except TypeError:  # the template does not fit; Handler.handleError would print the arguments
        return repr(record.args)


def _deep(exc_info: Any) -> str:
    return "" if not exc_info else repr(exc_info[1]) + repr(exc_info[1].args)


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    """One redactor for the module."""
    return Redactor(profile="logs")


@pytest.fixture
def seen(redactor: Redactor) -> Iterator[_Seen]:
    """A handler on the root logger, behind the installed surface."""
    handler = _Seen()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    stdlib.install(redactor)
    yield handler
    stdlib.uninstall()
    root.removeHandler(handler)
    root.setLevel(level)


def _raise() -> None:
    raise ValueError(f"no account for {EMAIL}")


def _log_exception(logger: logging.Logger) -> None:
    try:
        _raise()
    except ValueError:
        logger.exception("failed")


def _log_quietly(_: logging.Logger) -> None:
    quiet = logging.getLogger("app.quiet")
    quiet.propagate = False
    quiet.handlers = [handler for handler in logging.getLogger().handlers if isinstance(handler, _Seen)]
    quiet.warning("hello %s", EMAIL)


CALLS: dict[str, Callable[[logging.Logger], None]] = {
    "message": lambda logger: logger.info(f"hello {EMAIL}"),  # noqa: G004
    "argument": lambda logger: logger.info("hello %s", EMAIL),
    "mapping": lambda logger: logger.info("hello %(who)s", {"who": EMAIL, "unused": EMAIL}),
    "object": lambda logger: logger.info("failed: %s", ValueError(EMAIL)),
    "split": lambda logger: logger.info("hello ana.ruiz@%s", "example.org"),
    "extra": lambda logger: logger.info("hello", extra={"user": {"mail": [EMAIL]}}),
    "extra key": lambda logger: logger.info("hello", extra={EMAIL: 1}),
    "exception": _log_exception,
    "stack": lambda logger: logger.info("hello", stack_info=True, extra={"mail": EMAIL}),
    "bad template": lambda logger: logger.info("hello %d %d", EMAIL),
    "record": lambda logger: logger.handle(
        logging.makeLogRecord({"name": "made", "msg": EMAIL, "message": EMAIL, "levelno": 20})
    ),
    "quiet logger": _log_quietly,
}
POSITIONS = list(CALLS)


def _log(position: str) -> None:
    CALLS[position](logging.getLogger("app.accounts"))


@pytest.mark.parametrize("position", POSITIONS)
def test_no_handler_sees_the_value(position: str, seen: _Seen) -> None:
    """Wherever a value stands in a log call, neither the line nor any attribute of the record holds it."""
    _log(position)
    assert len(seen.records) == 1
    assert EMAIL not in seen.everything()


@pytest.mark.parametrize("position", POSITIONS)
def test_without_the_surface_every_position_leaks(position: str, seen: _Seen) -> None:
    """The same calls leak when privmw is off, so the test above could fail."""
    stdlib.uninstall()
    with suppress(TypeError):  # pytest's own handler raises where the template does not fit
        _log(position)
    text = seen.everything()
    assert EMAIL in text or "example.org" in text


def test_a_clean_record_is_handed_on_as_it_is(seen: _Seen) -> None:
    """Redaction costs a clean record nothing but the look."""
    logging.getLogger("app").info("%d rows in %.2f s", 12, 0.5)
    (record,) = seen.records
    assert (12, 0.5) == record.args
    assert "12 rows in 0.50 s" == record.getMessage()


def test_the_traceback_is_kept_without_the_value(seen: _Seen) -> None:
    """Developers still see where it failed."""
    _log("exception")
    (record,) = seen.records
    assert "ValueError: no account for <EMAIL_ADDRESS>" in str(record.exc_text)
    assert "in _raise" in str(record.exc_text)


def test_uvicorn_access_logs_keep_their_five_arguments(seen: _Seen) -> None:
    """The formatter of uvicorn unpacks five arguments; address and query are redacted inside them."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AccessFormatter('%(client_addr)s - "%(request_line)s" %(status_code)s', use_colors=False))
    logger = logging.getLogger("uvicorn.access")
    logger.addHandler(handler)
    path = "/users/ana.ruiz%40example.org?mail=ana.ruiz@example.org"
    try:
        logger.info('%s - "%s %s HTTP/%s" %d', "203.0.113.9:5123", "GET", path, "1.1", 200)
    finally:
        logger.removeHandler(handler)
    line = stream.getvalue()
    assert 5 == len(seen.records[0].args or ())
    assert "ruiz" not in line
    assert "203.0.113.9" not in line
    assert "GET /users/" in line
    assert "HTTP/1.1" in line
    assert "200" in line


@pytest.mark.parametrize("position", POSITIONS)
def test_a_redactor_that_raises_lets_nothing_out(position: str, seen: _Seen) -> None:
    """If our own code fails, the record is replaced, counted, and the app goes on."""

    class Broken:
        def text(self, text: str) -> str:
            raise RuntimeError(text)

        def value(self, value: Any) -> Any:
            raise RuntimeError(value)

    logs = stdlib.install(Broken())
    _log(position)
    assert 1 == len(seen.records)
    assert EMAIL not in seen.everything()
    assert "<REDACTION_FAILED>" in seen.everything()
    assert 1 == logs.failures


def test_a_redactor_that_logs_does_not_recurse(seen: _Seen) -> None:
    """A log call from within redaction is emptied instead of redacted again."""

    class Chatty:
        def text(self, text: str) -> str:
            logging.getLogger("inside").info("looking at %s", text)
            return "safe"

        def value(self, value: Any) -> Any:
            return value

    stdlib.install(Chatty())
    logging.getLogger("app").info(EMAIL)
    assert ["<REDACTION_FAILED>", "safe"] == [record.getMessage() for record in seen.records]


def test_json_formatters_get_redacted_extras(seen: _Seen) -> None:
    """Extras keep their shape."""
    logging.getLogger("app").info("done", extra={"order": {"mail": EMAIL, "lines": [1, 2]}})
    assert {"mail": "<EMAIL_ADDRESS>", "lines": [1, 2]} == json.loads(json.dumps(vars(seen.records[0])["order"]))


def test_uninstalling_restores_what_was_there(redactor: Redactor) -> None:
    """Install and uninstall leave no trace, also when repeated."""
    before = logging.Logger.callHandlers
    stdlib.install(redactor)
    stdlib.install(redactor)
    assert stdlib.installed()
    stdlib.uninstall()
    stdlib.uninstall()
    assert before is logging.Logger.callHandlers
    assert not stdlib.installed()


def test_a_wrapper_that_came_later_is_not_torn_out(seen: _Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who wrapped the same method after us stays; ours then passes records through untouched."""
    ours = logging.Logger.callHandlers

    def theirs(self: logging.Logger, record: logging.LogRecord) -> None:
        ours(self, record)

    monkeypatch.setattr(logging.Logger, "callHandlers", theirs)
    stdlib.uninstall()
    assert theirs is logging.Logger.callHandlers
    logging.getLogger("app").info(EMAIL)
    assert EMAIL in seen.everything()


def test_names_of_loggers_and_threads_are_redacted(redactor: Redactor) -> None:
    """A tenant's address as the name of a logger or thread leaves no more than one in a message, each time."""
    record = logging.makeLogRecord(
        {"name": f"tenant.{EMAIL}", "threadName": f"worker {EMAIL}", "processName": "MainProcess", "msg": "hello"}
    )
    logs = stdlib.LogRedactor(redactor)
    for _ in range(2):
        safe = logs.redact(record)
        assert ("<EMAIL_ADDRESS>", "worker <EMAIL_ADDRESS>") == (safe.name.removeprefix("tenant."), safe.threadName)
    plain = logging.makeLogRecord({"name": "app", "threadName": "MainThread", "msg": "hello"})
    assert plain is logs.redact(plain) is logs.redact(plain)
