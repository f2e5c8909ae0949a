"""The guard by itself: whose business a request is, what is recorded, and whose pseudonyms it gets."""

from __future__ import annotations

from typing import Any

import pytest

from privmw.context import RequestContext, current_context, identify, open_context
from privmw.egress import refusal
from privmw.egress.guard import Guard
from privmw.egress.identity import endpoint_of, is_in_process, is_loopback
from privmw.egress.outgoing import Outgoing
from privmw.errors import LedgerUnavailable, TransferDenied
from privmw.purposes import purpose
from privmw.redaction.redactor import Redactor
from privmw.types import Durability, RecordKind, TransferRecord
from tests.egress.support import EMAIL, Durable, ListSink, recipient, register

BODY = f'{{"messages":[{{"content":"{EMAIL}"}}]}}'.encode()


def outgoing(host: str, path: str = "/v1/chat/completions", **more: Any) -> Outgoing:
    """A POST of JSON over TLS."""
    headers = [("content-type", "application/json"), ("content-length", str(len(BODY)))]
    members: dict[str, Any] = {"method": "POST", "scheme": "https", "port": None, **more}
    return Outgoing(host=host, target=path, headers=headers, **members)


def guard_of(redactor: Redactor, sink: Any, *, recipients: Any = None, **sections: Any) -> Guard:
    """A guard whose register knows OpenAI by its real host."""
    known = register(recipients or {"openai": recipient("api.openai.com")}, **sections)
    return Guard(known, redactor, sink, keys=[b"k" * 32], enforcement=known.enforcement)


def sent(guard: Guard, request: Outgoing | None = None) -> bytes:
    """The body that would leave."""
    call = guard.open(request or outgoing("api.openai.com"))
    assert call is not None
    return call.prepare(BODY).body or b""


def test_unknown_hosts_are_denied_by_default(redactor: Redactor, sink: ListSink) -> None:
    """A host that neither the register nor the catalogue knows is refused, on any path, and the refusal recorded."""
    guard = guard_of(redactor, sink)
    with purpose("reply"), pytest.raises(TransferDenied, match=r"recipient\.undeclared"):
        guard.open(outgoing("files.unknown.example", "/upload"))
    assert [RecordKind.DENIED] == [record.kind for record in sink.records]


def test_a_gap_is_recorded_once_a_minute(redactor: Redactor, sink: ListSink) -> None:
    """Where the settings let unknown hosts pass, each host and purpose leaves one record, not one per call."""
    guard = guard_of(redactor, sink, egress={"unknown_hosts": "gap"})
    for host in ("one.example", "one.example", "two.example"):
        assert guard.open(outgoing(host, "/upload")) is None
    assert ["one.example", "two.example"] == [record.server_address for record in sink.of(RecordKind.TRANSFER)]


def test_own_hosts_pass(redactor: Redactor, sink: ListSink) -> None:
    """The app's own hosts are no recipients."""
    guard = guard_of(redactor, sink, egress={"first_party": ["*.internal.example"]})
    assert guard.open(outgoing("api.internal.example")) is None
    assert [] == sink.records


def test_a_catalogued_provider_needs_a_declaration(redactor: Redactor, sink: ListSink) -> None:
    """A provider that the catalogue knows and the register does not is refused, with the lines that would allow it."""
    guard = guard_of(redactor, sink)
    with purpose("reply"), pytest.raises(TransferDenied, match=r"\[recipients\.anthropic\]\s+purposes"):
        guard.open(outgoing("api.anthropic.com", "/v1/messages"))


def test_clear_text_is_refused(redactor: Redactor, sink: ListSink) -> None:
    """Without TLS nothing goes out, unless the register allows it for a recipient."""
    guard = guard_of(redactor, sink, recipients={"openai": recipient("api.openai.com", allow_cleartext=False)})
    with purpose("reply"), pytest.raises(TransferDenied, match=r"transport\.cleartext"):
        guard.open(outgoing("api.openai.com", scheme="http"))


def test_a_person_in_one_conversation_keeps_the_same_token(redactor: Redactor, sink: ListSink) -> None:
    """Tokens are stable within a conversation or a subject, and unlinkable over conversations, subjects and tenants."""
    guard = guard_of(redactor, sink)

    def for_whom(**who: Any) -> bytes:
        with open_context(RequestContext()), purpose("reply"):
            identify(**who)
            return sent(guard)

    first = for_whom(subject_id="u_1", tenant="t", conversation="c")
    assert EMAIL.encode() not in first
    assert first == for_whom(subject_id="u_2", tenant="t", conversation="c")
    assert for_whom(subject_id="u_1") == for_whom(subject_id="u_1")
    everyone = [
        first,
        for_whom(subject_id="u_1", tenant="t2", conversation="c"),
        for_whom(subject_id="u_1", tenant="t", conversation="c2"),
        for_whom(subject_id="u_1"),
        for_whom(subject_id="u_2"),
    ]
    assert len(everyone) == len(set(everyone))


def test_pseudonyms_do_not_outlive_the_request(redactor: Redactor, sink: ListSink) -> None:
    """What restores tokens lives in the request's context, and the guard itself holds no value."""
    guard = guard_of(redactor, sink)
    with open_context(RequestContext(request_id="r")), purpose("reply"):
        sent(guard)
        who = current_context()
        assert who is not None
        assert 1 == guard.means.names(who).distinct
    with open_context(RequestContext(request_id="r")) as another:
        assert 0 == guard.means.names(another).distinct


def test_the_person_asking_is_never_sent(redactor: Redactor, sink: ListSink) -> None:
    """Names and ids given to ``identify()`` are replaced, though no pattern would find them."""
    guard = guard_of(redactor, sink)
    body = b'{"messages":[{"content":"I am Margarethe Quast, u_93jf, quast at work"}]}'
    with open_context(RequestContext()), purpose("reply"):
        identify(subject_id="u_93jf", name="Margarethe Quast")
        call = guard.open(outgoing("api.openai.com"))
        assert call is not None
        left = call.prepare(body).body or b""
    for value in (b"Margarethe", b"Quast", b"u_93jf"):
        assert value.lower() not in left.lower()


def test_records_refer_to_people_by_key_only(redactor: Redactor, sink: ListSink) -> None:
    """The purgeable part holds a keyed reference, the provable part nothing of a person."""
    known = register({"openai": recipient("api.openai.com")})
    guard = Guard(known, redactor, sink, keys=[b"k" * 32], subject_ref=lambda value: f"ref-of-{len(value)}")
    with open_context(RequestContext(request_id="r_1", trace_id="t_1")), purpose("reply"):
        identify(subject_id="u_1234", tenant="acme", email=EMAIL)
        sent(guard)
    payload = sink.records[0].payload
    assert payload is not None
    assert ("ref-of-6", "ref-of-4", "r_1") == (payload.subject_ref, payload.tenant_ref, payload.request_id)
    assert "u_1234" not in repr(sink.records)
    assert "acme" not in repr(sink.records)


class FullSink(ListSink):
    """Takes no record that must be durable."""

    def submit(self, record: TransferRecord, durability: Durability = Durability.GROUP) -> Durable:
        """Refuse."""
        raise LedgerUnavailable("full")


def test_a_sink_that_takes_nothing_stops_transfers_abroad(redactor: Redactor) -> None:
    """No record, no transfer; and the refusal stands although it cannot be recorded either."""
    guard = guard_of(redactor, FullSink())
    with purpose("reply"), pytest.raises(TransferDenied, match=r"ledger\.unavailable"):
        sent(guard)


def test_a_failing_register_lets_nothing_leave(
    redactor: Redactor, sink: ListSink, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever breaks before the decision, the answer is a refusal, and the log says that it was the guard's."""
    refusal._told.clear()
    guard = guard_of(redactor, sink)
    guard.means.register = None  # type: ignore[assignment]
    with purpose("reply"), pytest.raises(TransferDenied, match=r"guard\.failed"):
        guard.open(outgoing("api.openai.com"))
    assert "The guard itself failed (AttributeError)" in caplog.text


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("x.localhost", True),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
        ("127.0.0.1.nip.io", False),
    ],
)
def test_loopback_is_only_this_machine(host: str, expected: bool) -> None:
    """Names that merely contain a loopback address are not loopback."""
    assert expected is is_loopback(host)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/chat/completions", "chat"),
        ("/openai/deployments/x/chat/completions", "chat"),
        ("/v1/messages", "chat"),
        ("/v1/responses", "chat"),
        ("/v1beta/models/gemini-3-pro:streamGenerateContent", "generate_content"),
        ("/v1/embeddings", "embeddings"),
        ("/v1/completions", "text_completion"),
        ("/api/messages", None),
        ("/responses/12", None),
        ("/upload", None),
    ],
)
def test_ai_endpoints_are_known_by_their_path(path: str, expected: str | None) -> None:
    """The dialects of AI providers are recognised on any host."""
    assert expected == endpoint_of(path)


def test_only_known_classes_are_in_process() -> None:
    """A transport is exempt for what it is, not for a name that anyone may choose."""
    lookalike = type("MockTransport", (), {"__module__": "somewhere"})
    assert not is_in_process(lookalike())


def test_records_hold_nothing_but_their_fields(redactor: Redactor, sink: ListSink) -> None:
    """What is assembled without the record's constructor is what the constructor would make."""
    guard = guard_of(redactor, sink)
    with purpose("reply"):
        call = guard.open(outgoing("api.openai.com"))
        assert call is not None
        call.prepare(BODY)
        call.answered(200, "application/json", "", "HTTP/1.1", None).end()
    assert 2 == len(sink.records)
    for record in sink.records:
        assert TransferRecord(**vars(record)) == record


def test_headers_that_cannot_be_told_apart_are_not_sent(redactor: Redactor, sink: ListSink) -> None:
    """A value that looks like the border between two headers stops the call instead of moving a value elsewhere."""
    request = outgoing("api.openai.com")
    request = Outgoing(
        "POST", "https", request.host, None, request.target, [*request.headers, ("user-agent", f"a\n~~\n{EMAIL}")]
    )
    with purpose("reply"), pytest.raises(TransferDenied, match=r"guard\.failed"):
        sent(guard_of(redactor, sink), request)
