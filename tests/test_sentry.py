"""Sentry: what its real SDK sends to an ingest on loopback."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import sentry_sdk
from sentry_sdk import logger as sentry_logger
from sentry_sdk.attachments import Attachment
from sentry_sdk.envelope import Envelope, Item, PayloadRef
from sentry_sdk.transport import Transport

from privmw import sentry
from privmw.demo.standins import StandIn, sentry_standin
from privmw.redaction.redactor import Redactor

pytestmark = pytest.mark.filterwarnings("ignore:The send_default_pii option")

EMAIL = "ana.ruiz@example.org"


@pytest.fixture
def ingest() -> Iterator[StandIn]:
    """A Sentry ingest on loopback."""
    with sentry_standin() as standin:
        yield standin


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    """One redactor for the module."""
    return Redactor(profile="errors")


@pytest.fixture(autouse=True)
def _clean_sdk() -> Iterator[None]:
    yield
    sentry.uninstall()
    sentry_sdk.get_client().close(timeout=0.5)
    sentry_sdk.get_global_scope().set_client(None)
    sentry_sdk.get_isolation_scope().clear()
    sentry_sdk.get_current_scope().clear()


def _init(ingest: StandIn, **options: Any) -> None:
    sentry_sdk.init(
        ingest.base_url,
        traces_sample_rate=1.0,
        send_default_pii=True,
        release="app@1",
        default_integrations=False,
        enable_logs=True,
        integrations=[],
        **options,
    )


def _crash() -> None:
    customer = EMAIL  # noqa: F841 - a local variable that the SDK would send
    raise LookupError(f"no account for {EMAIL}")


def _capture_crash() -> None:
    try:
        _crash()
    except LookupError as error:
        sentry_sdk.capture_exception(error)


def _request_processor(event: Any, _: Any) -> Any:
    event["request"] = {
        "url": f"https://app.example/users/{EMAIL}",
        "query_string": f"mail={EMAIL.replace('@', '%40')}",
        "headers": {"X-User": EMAIL},
        "cookies": {"who": EMAIL},
        "data": {"mail": EMAIL},
    }
    return event


def _with_request() -> None:
    with sentry_sdk.new_scope() as scope:
        scope.add_event_processor(_request_processor)
        scope.capture_message("hello")


def _transaction() -> None:
    with (
        sentry_sdk.start_transaction(op="task", name=f"mail {EMAIL}"),
        sentry_sdk.start_span(op="db", name=f"SELECT '{EMAIL}'") as span,
    ):
        span.set_data("mail", EMAIL)


def _attachment() -> None:
    with sentry_sdk.new_scope() as scope:
        scope.add_attachment(bytes=EMAIL.encode(), filename=f"{EMAIL}.txt")
        scope.capture_message("hello")


def _session() -> None:
    sentry_sdk.set_user({"id": "u_9", "email": EMAIL, "ip_address": "203.0.113.9"})
    sentry_sdk.get_isolation_scope().start_session()
    sentry_sdk.get_isolation_scope().end_session()


def _scoped(set_up: Callable[[Any], Any]) -> Callable[[], None]:
    def act() -> None:
        with sentry_sdk.new_scope() as scope:
            set_up(scope)
            scope.capture_message("hello")

    return act


def _for_user(act: Callable[[], object]) -> Callable[[], None]:
    """An action while the SDK knows a person who is not the one that identify() named."""

    def run() -> None:
        with sentry_sdk.isolation_scope() as scope:
            scope.set_user({"id": "ana.ruiz", "email": EMAIL, "username": "Ana.Ruiz", "ip_address": "203.0.113.9"})
            act()

    return run


def _ai_span() -> None:
    with sentry_sdk.start_transaction(op="task", name="answer") as transaction:
        transaction.set_data("http.request.body.data", "from ana.ruiz")
        transaction.set_data("user.name", "Ana.Ruiz")
        with sentry_sdk.start_span(op="gen_ai.chat", name="chat") as span:
            for name in AI_DATA:
                span.set_data(name, '[{"role":"user","content":"I am ana.ruiz"}]')
            span.set_data("gen_ai.usage.input_tokens", 42)
            span.set_data("gen_ai.request.model", "gpt-test")


AI_DATA = (
    "gen_ai.request.messages",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.response.text",
    "gen_ai.response.tool_calls",
    "gen_ai.system_instructions",
    "gen_ai.embeddings.input",
    "gen_ai.tool.input",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.prompt.0.content",
    "ai.input_messages",
)


def _metric() -> None:
    sentry_sdk.metrics.count("seen", 1, attributes={"who": EMAIL})


ACTIONS: dict[str, Callable[[], object]] = {
    "exception value and locals": _capture_crash,
    "message": lambda: sentry_sdk.capture_message(f"hello {EMAIL}"),
    "user": _scoped(lambda scope: scope.set_user({"id": EMAIL, "email": EMAIL, "username": EMAIL})),
    "tag": _scoped(lambda scope: scope.set_tag("who", EMAIL)),
    "context": _scoped(lambda scope: scope.set_context("account", {"mail": EMAIL})),
    "extra": _scoped(lambda scope: scope.set_extra("mail", [EMAIL])),
    "breadcrumb": _scoped(lambda scope: scope.add_breadcrumb({"message": f"mail {EMAIL}", "data": {"to": EMAIL}})),
    "transaction name": _scoped(lambda scope: scope.set_transaction_name(f"/u/{EMAIL}")),
    "request": _with_request,
    "transaction and spans": _transaction,
    "attachment": _attachment,
    "session": _session,
    "log": lambda: sentry_logger.info("hello {mail}", mail=EMAIL),
    "log for a user": _for_user(lambda: sentry_logger.info("hello")),
    "metric": _metric,
    "metric for a user": _for_user(lambda: sentry_sdk.metrics.count("seen", 1)),
    "event for a user": _for_user(lambda: sentry_sdk.capture_message("hello")),
    "AI call": _ai_span,
    "AI call for a user": _for_user(_ai_span),
}

STREAMED: dict[str, Callable[[], object]] = {
    "span": lambda: _streamed_span(note=EMAIL),
    "span for a user": _for_user(lambda: _streamed_span()),
    "body": lambda: _streamed_span(**{"http.request.body.data": "from ana.ruiz", "http.request.header.cookie": EMAIL}),
    "AI call": lambda: _streamed_span(**dict.fromkeys(AI_DATA, "I am ana.ruiz")),
}


def _streamed_span(**attributes: Any) -> None:
    from sentry_sdk.traces import start_span

    with start_span(f"mail {EMAIL}") as span:
        for name, value in attributes.items():
            span.set_attribute(name, value)


def _leaks(ingest: StandIn) -> bool:
    everything = ingest.everything().lower()
    return any(form in everything for form in (b"ana.ruiz", b"example.org", b"203.0.113.9"))


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("order", ["before init", "after init"])
def test_nothing_personal_arrives(action: str, order: str, ingest: StandIn, redactor: Redactor) -> None:
    """Whichever was installed first, no item of any kind carries the value over the wire."""
    if order == "before init":
        sentry.install(redactor)
        _init(ingest)
    else:
        _init(ingest)
        sentry.install(redactor)
    ACTIONS[action]()
    sentry_sdk.flush(2)
    ingest.wait_for(1)
    assert not _leaks(ingest)


@pytest.mark.parametrize("action", ACTIONS)
def test_without_privmw_the_value_arrives(action: str, ingest: StandIn) -> None:
    """The same actions leak when privmw is off, so the test above could fail."""
    _init(ingest)
    ACTIONS[action]()
    sentry_sdk.flush(2)
    ingest.wait_for(1)
    assert _leaks(ingest)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_redactor_that_raises_lets_nothing_out(action: str, ingest: StandIn) -> None:
    """If our own code fails in a hook or in the transport, the original is not sent."""

    class Broken:
        def text(self, text: str) -> str:
            raise RuntimeError(text)

        def value(self, value: Any) -> Any:
            raise RuntimeError(str(value))

        counted = value

    _init(ingest)
    surface = sentry.install(Broken())
    ACTIONS[action]()
    sentry_sdk.flush(2)
    assert not _leaks(ingest)
    assert surface.failures > 0


@pytest.mark.parametrize("action", STREAMED)
@pytest.mark.parametrize("guarded", [True, False], ids=["with", "without"])
def test_streamed_spans(action: str, guarded: bool, ingest: StandIn, redactor: Redactor) -> None:
    """Spans that are sent one by one lose the same; without privmw they carry it."""
    _init(ingest, trace_lifecycle="stream")
    if guarded:
        sentry.install(redactor)
    STREAMED[action]()
    sentry_sdk.flush(2)
    ingest.wait_for(1)
    assert guarded is not _leaks(ingest)


def test_what_spans_are_measured_by_is_kept(ingest: StandIn, redactor: Redactor) -> None:
    """Models, token counts and the reference of a user survive; nobody can read what was said."""
    _init(ingest)
    sentry.install(redactor, reference_key=b"k" * 32)
    _for_user(_ai_span)()
    _for_user(lambda: sentry_logger.info("hello"))()
    sentry_sdk.flush(2)
    content = b"".join(one.content() for one in ingest.wait_for(1))
    assert b"gen_ai.usage.input_tokens" in content
    assert b"gpt-test" in content
    assert b'"user.id":{"value":"pseudonym-' in content


def test_what_was_removed_is_handed_over(ingest: StandIn, redactor: Redactor) -> None:
    """The record is given how many values of which kind an envelope lost, from hooks that ran long before too."""
    told: list[dict[str, int]] = []

    def permit(removed: Mapping[str, int]) -> bool:
        told.append(dict(removed))
        return True

    _init(ingest)
    sentry.install(redactor, permit=permit)
    with sentry_sdk.new_scope() as scope:
        scope.add_breadcrumb({"message": f"mail {EMAIL}", "data": {"to": EMAIL}})
        scope.set_user({"id": "u_9", "email": EMAIL})
        scope.set_tag("from", "203.0.113.9")
        scope.capture_message(f"hello {EMAIL}")
    sentry_logger.info("hello {mail}", mail=EMAIL)
    sentry_logger.info("hello {mail}", mail="203.0.113.9")
    sentry_sdk.metrics.count("seen", 1, attributes={"who": EMAIL})
    sentry_sdk.flush(2)
    event, *batches = told
    assert {"EMAIL_ADDRESS": 4, "SUBJECT_ID": 1, "IP_ADDRESS": 1} == event
    assert 1 == max(batch.get("IP_ADDRESS", 0) for batch in batches) // 2  # in the text and as its parameter
    assert all(batch["EMAIL_ADDRESS"] for batch in batches)
    assert b"privmw.removed" not in ingest.everything()


def test_what_developers_need_is_kept(ingest: StandIn, redactor: Redactor) -> None:
    """Type, place and level of an error survive, and users are still counted by a keyed reference."""
    _init(ingest)
    sentry.install(redactor, reference_key=b"k" * 32)
    with sentry_sdk.new_scope() as scope:
        scope.set_user({"id": "u_9", "email": EMAIL})
        _capture_crash()
    sentry_sdk.flush(2)
    event = b"".join(one.content() for one in ingest.wait_for(1)).decode()
    assert '"type":"LookupError"' in event
    assert "no account for <EMAIL_ADDRESS>" in event
    assert '"function":"_crash"' in event
    assert '"user":{"id":"pseudonym-' in event
    assert '"vars"' not in event


def test_the_users_own_hook_runs_first(ingest: StandIn, redactor: Redactor) -> None:
    """A before_send of the app still works, cannot add a leak, and cannot cause one by raising."""

    def add(event: Any, _: Any) -> Any:
        event["tags"] = {"added": EMAIL, "kept": "yes"}
        return event

    _init(ingest, before_send=add)
    sentry.install(redactor)
    sentry_sdk.capture_message("hello")
    sentry_sdk.flush(2)
    content = b"".join(one.content() for one in ingest.wait_for(1))
    assert b'"kept":"yes"' in content
    assert not _leaks(ingest)


def test_log_records_and_sentry_work_together_in_either_order(ingest: StandIn, redactor: Redactor) -> None:
    """With the log surface installed after Sentry, Sentry still gets the exception with its frames, redacted."""
    from sentry_sdk.integrations.logging import LoggingIntegration

    from privmw.logs import stdlib

    sentry_sdk.init(ingest.base_url, default_integrations=False, integrations=[LoggingIntegration()])
    sentry.install(redactor)
    stdlib.install(redactor)
    try:
        try:
            _crash()
        except LookupError:
            logging.getLogger("app").exception("failed for %s", EMAIL)
    finally:
        stdlib.uninstall()
    sentry_sdk.flush(2)
    event = b"".join(one.content() for one in ingest.wait_for(1)).decode()
    assert '"type":"LookupError"' in event
    assert '"function":"_crash"' in event
    assert not _leaks(ingest)


def test_a_forbidden_envelope_is_dropped(ingest: StandIn, redactor: Redactor) -> None:
    """Where the policy does not permit the transfer, nothing is sent."""
    _init(ingest)
    sentry.install(redactor, permit=lambda _: False)
    sentry_sdk.capture_message("hello")
    sentry_sdk.flush(0.5)
    assert 0 == ingest.connections


def test_uninstalling_gives_the_client_back(ingest: StandIn, redactor: Redactor) -> None:
    """Hooks, transport and options are as before."""
    _init(ingest)
    client = sentry_sdk.get_client()
    transport = client.transport
    sentry.install(redactor)
    assert isinstance(client.transport, sentry.RedactingTransport)
    sentry.uninstall()
    assert transport is client.transport
    assert client.options["before_send"] is None
    assert client.options["include_local_variables"] is True


def test_the_transport_stands_for_the_inner_one(redactor: Redactor) -> None:
    """Flush, kill, health and loss reports reach the transport that sends; unreadable items are left out."""
    calls: list[str] = []

    class Inner(Transport):
        def capture_envelope(self, envelope: Envelope) -> None:
            calls.append(f"envelope of {len(envelope.items)}")

        def flush(self, timeout: float, callback: Any = None) -> None:
            calls.append("flush")

        def kill(self) -> None:
            calls.append("kill")

        def record_lost_event(self, *args: Any, **kwargs: Any) -> None:
            calls.append("lost")

        marker = "inner"

    outer = sentry.RedactingTransport(Inner(), sentry.SentryRedactor(redactor))
    envelope = Envelope(
        items=[Item(payload=b"\xff\x00", type="profile"), Item(payload=PayloadRef(json={}), type="log")]
    )
    outer.capture_envelope(envelope)
    outer.capture_envelope(Envelope(items=[Attachment(bytes=b"x", filename="f").to_envelope_item()]))
    outer.flush(1.0)
    outer.record_lost_event("reason")
    assert outer.is_healthy()
    outer.kill()
    assert ["envelope of 1", "flush", "lost", "kill"] == calls
    assert "inner" == outer.marker
