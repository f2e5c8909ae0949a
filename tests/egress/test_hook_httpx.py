"""The hook into httpx and httpx2: what it covers, what it leaves alone, and how it is taken out again."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any

import httpx
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from privmw.demo.standins import Reply, StandIn, openai_standin
from privmw.egress.guard import Guard
from privmw.egress.hooks import httpx as hook
from privmw.errors import ConfigurationError, TransferDenied
from privmw.purposes import purpose
from privmw.redaction.redactor import Redactor
from tests.egress.calls import chat, openai_client
from tests.egress.conftest import Install
from tests.egress.support import EMAIL, PROMPT, ListSink, recipient, register

pytestmark = pytest.mark.anyio

BODY = {"model": "m", "messages": [{"role": "user", "content": EMAIL}]}
both = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


def _said(response: Any) -> Any:
    return response.json()["choices"][0]["message"]["content"]


@both
def test_both_libraries_are_guarded(openai_server: StandIn, install: Install, library: Any) -> None:
    """A plain client of either library sends tokens, reads originals, and reports sizes and times as before."""
    install()
    with purpose("reply"), library.Client() as client:
        response = client.post(f"{openai_server.base_url}/chat/completions", json=BODY)
    assert f"You wrote: {EMAIL}" == _said(response)
    assert EMAIL.encode() not in openai_server.everything()
    assert response.elapsed.total_seconds() > 0
    assert "content-length" not in response.headers
    assert "identity" == openai_server.received[0].header("accept-encoding")


@both
async def test_both_asynchronous_clients_are_guarded(openai_server: StandIn, install: Install, library: Any) -> None:
    """The same for asynchronous clients, here with a body long enough to be prepared in a thread."""
    install()
    body = {"model": "m", "messages": [{"role": "user", "content": f"{EMAIL} {'word ' * 40_000}"}]}
    with purpose("reply"):
        async with library.AsyncClient() as client:
            response = await client.post(f"{openai_server.base_url}/chat/completions", json=body)
    assert EMAIL in _said(response)
    assert EMAIL.encode() not in openai_server.everything()
    assert response.elapsed.total_seconds() > 0


@both
def test_a_client_made_before_installation_is_guarded(openai_server: StandIn, install: Install, library: Any) -> None:
    """Methods are patched, so instances and subclasses that exist already are covered."""

    class Own(library.Client):  # type: ignore[misc]
        pass

    with Own() as client:
        install()
        with pytest.raises(TransferDenied):
            client.post(f"{openai_server.base_url}/chat/completions", json=BODY)
    assert 0 == openai_server.connections


@both
def test_each_hop_of_a_redirect_is_decided(
    openai_server: StandIn, redactor: Redactor, sink: ListSink, library: Any
) -> None:
    """A declared host may redirect to another, which is decided for itself: refused here, and pseudonymised there."""
    with openai_standin() as allowed, openai_standin() as refused:
        known = register(
            {
                "openai": recipient(openai_server.host),
                "other": recipient(allowed.host, payload="pseudonyms"),
                "speaker": recipient(refused.host, purposes=["speech"]),
            }
        )
        hook.install(Guard(known, redactor, sink, keys=[b"k" * 32]))
        try:
            with purpose("reply"), library.Client(follow_redirects=True) as client:
                openai_server.redirect_next = [f"{allowed.base_url}/chat/completions"]
                response = client.post(f"{openai_server.base_url}/chat/completions", json=BODY)
                openai_server.redirect_next = [f"{refused.base_url}/chat/completions"]
                with pytest.raises(TransferDenied, match=r"purpose\.not_allowed_for_recipient"):
                    client.post(f"{openai_server.base_url}/chat/completions", json=BODY)
        finally:
            hook.uninstall()
        assert f"You wrote: {EMAIL}" == _said(response)
        assert EMAIL.encode() not in openai_server.everything() + allowed.everything()
        assert 0 == refused.bytes_received


@both
def test_streamed_bodies_are_scanned_up_to_a_limit(openai_server: StandIn, install: Install, library: Any) -> None:
    """A body from a generator is read and rewritten while it is small, and refused where it is not."""
    guard = install()
    guard.max_body = 1000

    def small() -> Iterator[bytes]:
        yield b'{"model":"m","messages":[{"role":"user","content":"alice@'
        yield b'example.com"}]}'

    def large() -> Iterator[bytes]:
        yield from small()
        yield b" " * 2000

    headers = {"content-type": "application/json"}
    url = f"{openai_server.base_url}/chat/completions"
    with purpose("reply"), library.Client() as client:
        assert f"You wrote: {EMAIL}" == _said(client.post(url, content=small(), headers=headers))
        with pytest.raises(TransferDenied, match=r"content\.unscannable"):
            client.post(url, content=large(), headers=headers)
    assert 1 == len(openai_server.received)
    assert EMAIL.encode() not in openai_server.everything()


@both
async def test_streamed_bodies_may_pass_where_the_register_says_so(
    openai_server: StandIn, install: Install, library: Any
) -> None:
    """A purpose listed under ``unscannable`` may send what cannot be searched, whole and streamed."""
    guard = install(unscannable=["reply"], storage="allow")
    guard.max_body = 10

    async def audio() -> AsyncIterator[bytes]:
        yield b"first half of it, "
        yield b"second half"

    def spoken() -> Iterator[bytes]:
        yield b"first half of it, "
        yield b"second half"

    url = f"{openai_server.base_url}/audio/transcriptions"
    with purpose("reply"):
        async with library.AsyncClient() as client:
            await client.post(url, content=audio(), headers={"content-type": "audio/wav"})
        with library.Client() as client:
            client.post(url, content=spoken(), headers={"content-type": "audio/wav"})
    assert [b"first half of it, second half"] * 2 == [one.body for one in openai_server.received]


@both
def test_multipart_fields_are_rewritten_and_files_are_not(
    openai_server: StandIn, install: Install, sink: ListSink, library: Any
) -> None:
    """Form fields and file names are text; a binary file is counted and passes."""
    install(storage="allow")
    image = bytes(range(256))
    with purpose("reply"), library.Client() as client:
        client.post(
            f"{openai_server.base_url}/images/edits",
            data={"prompt": f"me, {EMAIL}"},
            files={"image": (f"{EMAIL}.png", image, "image/png")},
        )
    (received,) = openai_server.received
    assert EMAIL.encode() not in received.raw
    assert b"me, [EMAIL_ADDRESS_" in received.body
    assert image in received.body
    assert {"attachments": {"image/png": 1}} == sink.intents()[0].details


@both
def test_tracing_headers_stay_inside(openai_server: StandIn, install: Install, library: Any) -> None:
    """Baggage and vendor trace state, which may hold anything, do not go to third parties; traceparent does."""
    install()
    headers = {"baggage": "user=u_1", "tracestate": "v=1", "sentry-trace": "1-2", "traceparent": "00-1-2-01"}
    with purpose("reply"), library.Client() as client:
        client.post(f"{openai_server.base_url}/chat/completions", json=BODY, headers=headers)
    names = {name for name, _ in openai_server.received[0].headers}
    assert {"traceparent"} == names & set(headers)


@both
def test_purposes_may_send_originals(openai_server: StandIn, install: Install, library: Any) -> None:
    """Where the register says so, originals of declared categories leave unchanged; undeclared ones are refused."""
    install(payload={"speech": "originals"}, purposes=["speech"], data_categories=["user.contact.email"])
    with purpose("speech"), library.Client() as client:
        response = client.post(f"{openai_server.base_url}/audio/speech", json={"input": EMAIL, "voice": "v"})
        with pytest.raises(TransferDenied, match=r"category\.undeclared_for_recipient"):
            client.post(f"{openai_server.base_url}/audio/speech", json={"input": "call +1 212 555 0142"})
    assert response.content.startswith(b"ID3")
    assert [{"input": EMAIL, "voice": "v"}] == [one.json() for one in openai_server.received]


@both
def test_purposes_may_send_redacted_texts(openai_server: StandIn, install: Install, library: Any) -> None:
    """With ``redacted`` nothing comes back, because nothing was sent that could."""
    install(payload="redacted")
    with purpose("reply"), library.Client() as client:
        response = client.post(f"{openai_server.base_url}/chat/completions", json=BODY)
    assert "You wrote: <EMAIL_ADDRESS>" == _said(response)


@both
def test_token_numbers_are_refused(openai_server: StandIn, install: Install, library: Any) -> None:
    """A prompt given as token numbers cannot be searched, so it does not leave."""
    install()
    with purpose("reply"), library.Client() as client, pytest.raises(TransferDenied, match=r"content\.unscannable"):
        client.post(f"{openai_server.base_url}/embeddings", json={"model": "m", "input": [[101, 2023]]})
    assert 0 == openai_server.connections


@both
def test_signed_requests_are_refused_instead_of_broken(openai_server: StandIn, install: Install, library: Any) -> None:
    """A request signed before the guard cannot be rewritten; it passes only where nothing was found."""
    install(storage="allow")
    headers = {"authorization": "AWS4-HMAC-SHA256 Credential=x"}
    url = f"{openai_server.base_url}/chat/completions"
    with purpose("reply"), library.Client() as client:
        clean = client.post(url, json={"messages": [{"role": "user", "content": "hello"}]}, headers=headers)
        with pytest.raises(TransferDenied, match=r"content\.unscannable"):
            client.post(url, json=BODY, headers=headers)
    assert 200 == clean.status_code


def test_in_process_transports_are_left_alone(install: Install) -> None:
    """Test clients of the user's own app reach the app with originals, needing no purpose."""
    install()
    seen: list[str] = []

    async def endpoint(request: Request) -> PlainTextResponse:
        seen.append((await request.body()).decode())
        return PlainTextResponse("ok")

    app = Starlette(routes=[Route("/", endpoint, methods=["POST"])])
    with TestClient(app, base_url="https://api.openai.com") as client:
        client.post("/", content=EMAIL)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=request.content))
    with httpx.Client(transport=transport) as mocked:
        assert EMAIL == mocked.post("https://api.openai.com/v1/chat/completions", content=EMAIL).text
    assert [EMAIL] == seen


@both
@pytest.mark.parametrize("path", ["orders", "responses", "conversations/7", "messages", "v1/chat/rooms"])
def test_own_services_on_this_machine_are_left_alone(install: Install, sink: ListSink, library: Any, path: str) -> None:
    """What never leaves the machine is no transfer: undeclared loopback hosts get what is sent, without a record."""
    install()
    with StandIn("own", lambda received: Reply(received.body)) as own, library.Client() as client:
        answer = client.post(f"{own.base_url}/{path}", json={"to": EMAIL})
    assert {"to": EMAIL} == answer.json()
    assert [] == sink.records


AI_PATHS = (
    "v1/chat/completions",
    "openai/deployments/x/chat/completions",
    "v1/responses",
    "v1/messages",
    "v1/messages/batches",
    "v1/completions",
    "v1/embeddings",
    "v1beta/models/gemini-3-pro:streamGenerateContent",
)


@both
@pytest.mark.parametrize("path", AI_PATHS)
def test_an_undeclared_ai_endpoint_on_this_machine_is_refused(
    install: Install, sink: ListSink, library: Any, path: str
) -> None:
    """A proxy beside the app passes prompts on to a provider, so a call in a provider's dialect needs a declaration."""
    install()
    with (
        openai_standin() as sidecar,
        library.Client() as client,
        purpose("reply"),
        pytest.raises(TransferDenied, match=r"recipient\.undeclared") as caught,
    ):
        client.post(f"http://{sidecar.host}/{path}", json=BODY)
    assert 0 == sidecar.connections
    assert "[egress] first_party" in (caught.value.remedy or "")
    assert "[recipients]" in (caught.value.remedy or "")
    assert ["recipient.undeclared"] == [record.reason_code for record in sink.records]


def test_sdks_are_refused_there_at_once(install: Install, sink: ListSink) -> None:
    """The real SDK on an undeclared sidecar: one attempt, no connection."""
    install()
    with (
        openai_standin() as sidecar,
        openai_client(sidecar) as client,
        purpose("reply"),
        pytest.raises(TransferDenied, match=r"recipient\.undeclared"),
    ):
        chat(client)
    assert 0 == sidecar.connections
    assert 1 == len(sink.records)


@both
def test_a_redirect_to_an_undeclared_ai_endpoint_is_refused(
    openai_server: StandIn, install: Install, library: Any
) -> None:
    """Another name of the same machine is another host."""
    install()
    openai_server.redirect_next = [f"http://localhost:{openai_server.port}/v1/chat/completions"]
    with (
        purpose("reply"),
        library.Client(follow_redirects=True) as client,
        pytest.raises(TransferDenied, match=r"recipient\.undeclared"),
    ):
        client.post(f"{openai_server.base_url}/chat/completions", json=BODY)
    assert EMAIL.encode() not in openai_server.everything()


def test_a_model_of_the_apps_own_passes(openai_server: StandIn, install: Install, sink: ListSink) -> None:
    """A model on this machine is declared as a first party, and gets what is sent."""
    with openai_standin() as local:
        install(sections={"egress": {"first_party": [local.host]}})
        with openai_client(local) as client:
            assert f"You wrote: {PROMPT}" == chat(client)
    assert [] == sink.records


def test_shadow_only_records_it(install: Install, sink: ListSink) -> None:
    """Under ``enforcement = "shadow"`` the call passes as it is, and leaves a record."""
    install(sections={"enforcement": "shadow"})
    with openai_standin() as sidecar, openai_client(sidecar) as client, purpose("reply"):
        assert f"You wrote: {PROMPT}" == chat(client)
    assert ["recipient.undeclared"] == [record.reason_code for record in sink.records]


@both
def test_an_unverified_connection_is_refused(install: Install, library: Any) -> None:
    """A client that does not check certificates may not carry a transfer."""
    install()
    with (
        purpose("reply"),
        library.Client(verify=False) as client,
        pytest.raises(TransferDenied, match=r"transport\.unverified"),
    ):
        client.post("https://api.anthropic.com/v1/messages", json=BODY)


@both
def test_a_failed_connection_is_recorded(
    openai_server: StandIn, install: Install, sink: ListSink, library: Any
) -> None:
    """A transfer that was intended and could not be sent has an outcome that says so."""
    install()
    url = f"{openai_server.base_url}/chat/completions"
    openai_server.stop()
    with purpose("reply"), library.Client() as client, pytest.raises(library.ConnectError):
        client.post(url, json=BODY)
    assert ("failed", None) == sink.outcome()


def test_uninstalling_restores_the_methods(install: Install) -> None:
    """Installing twice wraps once, and uninstalling leaves no trace."""
    before = httpx.Client._send_single_request
    install()
    install()
    assert ["httpx.AsyncClient", "httpx.Client", "httpx2.AsyncClient", "httpx2.Client"] == hook.installed_in()
    hook.uninstall()
    assert before is httpx.Client._send_single_request
    assert [] == hook.installed_in()


def test_a_wrapper_around_ours_is_not_broken(openai_server: StandIn, install: Install) -> None:
    """Where someone wrapped our method, uninstalling leaves theirs in place and ours passing everything."""
    install()
    ours = httpx.Client._send_single_request
    seen: list[str] = []

    def theirs(self: httpx.Client, request: httpx.Request) -> httpx.Response:
        seen.append(request.method)
        return ours(self, request)

    original = ours.__wrapped__  # type: ignore[attr-defined]
    httpx.Client._send_single_request = theirs  # type: ignore[method-assign]
    try:
        hook.uninstall()
        with httpx.Client() as client:
            client.post(f"{openai_server.base_url}/chat/completions", json=BODY)
    finally:
        httpx.Client._send_single_request = original  # type: ignore[method-assign]
        hook._originals.clear()
    assert ["POST"] == seen
    assert EMAIL.encode() in openai_server.everything()


def test_a_library_without_the_method_is_reported(install: Install) -> None:
    """A release that renamed the private method fails loudly instead of leaking."""
    install()
    module = ModuleType("httpx9._client")
    module.Client = type("Client", (), {})  # type: ignore[attr-defined]
    module.SyncByteStream = module.AsyncByteStream = object  # type: ignore[attr-defined]
    with pytest.raises(ConfigurationError, match=r"httpx9\._client\.Client has no _send_single_request"):
        hook._patch(module)


SCRIPT = """
    import sys
    from privmw.egress.hooks import httpx as hook
    from privmw.lazy import when_imported
    assert "httpx2" not in sys.modules and "httpx" not in sys.modules
    hook.install(object())
    assert hook.installed_in() == []
    {imports}
    print(",".join(hook.installed_in()))
    hook.uninstall()
    print(httpx2.Client._send_single_request.__qualname__, httpx2._client.__spec__.loader.__class__.__name__)
"""


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ("import httpx2", 2),
        ("import httpx2, httpx", 4),
        ("import httpx2; httpx2.alias_httpx(); import httpx; assert httpx.Client is httpx2.Client", 2),
    ],
    ids=["later", "both", "alias"],
)
def test_a_library_imported_after_installation_is_patched_once(imports: str, expected: int) -> None:
    """Whichever of the two is imported later is hooked then, under an alias as well, and no sooner."""
    script = textwrap.dedent(SCRIPT).format(imports=imports)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    installed, restored = done.stdout.split("\n")[:2]
    assert expected == len(installed.split(","))
    assert "Client._send_single_request SourceFileLoader" == restored
