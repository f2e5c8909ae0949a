"""What an AI call costs on its way through the guard: a 4 KB prompt, with and without values, whole and streamed."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.tables import microseconds, show
from benchmarks.timing import measure, percentile

__all__ = ["CLEAN", "DENSE", "collect", "report"]

_SENTENCE = (
    "Thank you for the quick answer, the second batch was moved to the other hall, and the figures of the last quarter "
    "were discussed at some length without a decision. "
)
_VALUES = ("alice@example.com", "+1 212 555 0142", "bob.smith@corp.example", "4111 1111 1111 1111", "10.20.30.40")
_HEADERS = (
    ("Accept-Encoding", "gzip"),
    ("Connection", "keep-alive"),
    ("Accept", "application/json"),
    ("Content-Type", "application/json"),
    ("User-Agent", "OpenAI/Python 3.0"),
    ("X-Stainless-Lang", "python"),
    ("X-Stainless-Package-Version", "3.0.0"),
    ("X-Stainless-OS", "Linux"),
    ("X-Stainless-Arch", "x64"),
    ("X-Stainless-Runtime", "CPython"),
    ("X-Stainless-Runtime-Version", "3.13"),
    ("Authorization", "Bearer of-the-provider"),
    ("x-stainless-retry-count", "0"),
)
_URL = "https://api.openai.com/v1/chat/completions"


def _body(values: tuple[str, ...]) -> bytes:
    messages = [{"role": "system", "content": "You answer the questions of customers."}]
    for at, value in enumerate((*values, "our office") if values else ("our office",) * 6):
        turn = _SENTENCE * 3 + f"Reach me by way of {value} if you can. " + _SENTENCE * 3
        messages.append({"role": ("user", "assistant")[at % 2], "content": turn[:683]})
    return json.dumps({"model": "gpt-5-mini", "messages": messages}, separators=(",", ":")).encode()


CLEAN, DENSE = _body(()), _body(_VALUES)
"""Bodies of a call: six turns of 683 characters; the second holds five values, one in each turn but the last."""


class _Durable:
    def wait(self, timeout: float) -> None:
        pass

    async def wait_async(self, timeout: float) -> None:  # noqa: ASYNC109
        pass


class _Sink:
    def submit(self, record: object, durability: object = None) -> _Durable:
        return _Durable()


def _guard(finder: Any = None) -> Any:
    from privmw import PrivacySettings
    from privmw.egress.guard import Guard
    from privmw.policy.register import Register
    from privmw.redaction.redactor import Redactor

    settings = PrivacySettings(
        controller={"name": "Example", "country": "KR"},
        purposes={"reply": {"use": "essential.service.ai_inference", "legal_basis": "contract"}},
        recipients={"openai": {"purposes": ["reply"], "countries": ["US"], "mechanism": {"kr": "28-8(1)3"}}},
    )
    redactor = Redactor(profile="ai")
    return Guard(
        Register.from_settings(settings),
        redactor if finder is None else finder(redactor),
        _Sink(),
        keys=[b"k" * 32],
        subject_ref=lambda value: value,
    )


def _answer(sent: bytes) -> bytes:
    said = json.loads(sent)["messages"][1]["content"]
    message = {"role": "assistant", "content": f"You wrote: {said}"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 900, "completion_tokens": 140}
    return json.dumps({"id": "c", "object": "chat.completion", "choices": [choice], "usage": usage}).encode()


def _in_request(work: Callable[[], Any]) -> Any:
    from privmw.context import Identity, RequestContext, open_context
    from privmw.purposes import purpose

    with open_context(RequestContext(request_id="r", identities=(Identity(subject_id="u_2718"),))), purpose("reply"):
        return work()


def _call(guard: Any, body: bytes, answer: bytes) -> tuple[bytes, bytes]:
    from privmw.egress.outgoing import Outgoing

    headers = [("Host", "api.openai.com"), *_HEADERS, ("Content-Length", str(len(body)))]
    call = guard.open(Outgoing("POST", "https", "api.openai.com", None, "/v1/chat/completions", headers))
    prepared = call.prepare(body)
    call.wait()
    reply = call.answered(200, "application/json", "", "HTTP/1.1", "TLSv1.3")
    return prepared.body or body, reply.feed(answer) + reply.end()


def _guarded(guard: Any, body: bytes, seconds: float) -> dict[str, float]:
    """One call through the guard, without any HTTP."""
    answer = _answer(_in_request(lambda: _call(guard, body, b"{}"))[0])
    restored = _in_request(lambda: _call(guard, body, answer))[1]
    if _VALUES[0].encode() in body and _VALUES[0].encode() not in restored:
        raise SystemExit("the answer was not restored")
    clock = time.perf_counter_ns

    def once() -> float:  # each in a request of its own, whose opening is not the guard's
        start = clock()
        _call(guard, body, answer)
        return (clock() - start) / 1e3

    timed: list[float] = []
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline or len(timed) < 5:
        timed.append(_in_request(once))
    return {"median_us": statistics.median(timed), "p99_us": percentile(timed, 0.99), "calls": len(timed)}


def _through_httpx(guard: Any, body: bytes, seconds: float) -> dict[str, float]:
    """What the hook adds to a call of an httpx client whose transport answers at once, measured in turns."""
    import httpx

    from privmw.egress.hooks import httpx as hook

    answer = _answer(_in_request(lambda: _call(guard, body, b"{}"))[0])

    class Instant(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, headers={"content-type": "application/json"}, stream=httpx.ByteStream(answer))

    headers = dict(_HEADERS)
    differences: list[float] = []
    bare: list[float] = []
    with httpx.Client(transport=Instant()) as client:

        def once() -> float:
            start = time.perf_counter_ns()
            client.post(_URL, content=body, headers=headers)
            return (time.perf_counter_ns() - start) / 1e3

        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline or len(differences) < 5:
            without = statistics.median(_in_request(once) for _ in range(20))
            hook.install(guard)
            differences.append(statistics.median(_in_request(once) for _ in range(20)) - without)
            hook.uninstall()
            bare.append(without)
    return {"median_us": statistics.median(differences), "bare_us": statistics.median(bare)}


def _chunks() -> tuple[Any, list[bytes]]:
    from privmw.redaction.pseudonyms import Pseudonymiser

    names = Pseudonymiser([b"k" * 32], "s")
    token = names.token("EMAIL_ADDRESS", _VALUES[0])
    words = f"The figures were sent to {token} and the other hall knows of it now. ".split(" ") * 20
    events = (
        {
            "id": "c",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "gpt-5-mini",
            "choices": [{"index": 0, "delta": {"content": f"{word} "}, "finish_reason": None}],
        }
        for word in words
    )
    return names, [b"data: " + json.dumps(event).encode() + b"\n\n" for event in events]


def _streamed(seconds: float) -> dict[str, float]:
    """One event of a streamed answer in which every fourteenth fragment is a token."""
    from privmw.egress.answers import answer_for

    names, chunks = _chunks()

    def run() -> None:
        answer = answer_for("text/event-stream", "", names)
        assert answer is not None
        for chunk in chunks:
            answer.feed(chunk)
        answer.end()

    timed = measure(run, seconds)
    return {name: value / len(chunks) for name, value in timed.items() if name != "calls"}


def _decided(guard: Any, seconds: float) -> dict[str, float]:
    from privmw.policy.decision import TransferRequest, decide

    request = TransferRequest(host="api.openai.com", path="/v1/chat/completions", purpose="reply")
    return measure(lambda: decide(guard.means.register, request), seconds)


def _named(seconds: float) -> dict[str, Any]:
    """The same call with the NER tier: texts seen for the first time, texts seen before, and what the loop feels."""
    from privmw.redaction.ner import NerOptions, NerRedactor, NerTier

    tier = NerTier(NerOptions(timeout=60.0))
    tier.load()
    guard = _guard(lambda core: NerRedactor(core, tier))
    number = 0
    late: list[float] = []

    def fresh() -> None:
        nonlocal number
        number += 1
        body = DENSE.replace(b"quick answer", b"quick answer %d" % number)
        _in_request(lambda: _call(guard, body, b"{}"))

    async def looped() -> None:
        async def beat() -> None:
            while True:
                due = time.perf_counter() + 0.001
                await asyncio.sleep(0.001)
                late.append((time.perf_counter() - due) * 1e6)

        watch = asyncio.create_task(beat())
        texts = [f"{turn['content']} {time.time_ns()}" for turn in json.loads(DENSE)["messages"]]
        for _ in range(max(1, int(seconds * 4))):
            texts = [f"{text}." for text in texts]
            await tier.find_async(texts)
        watch.cancel()

    try:
        result = {"first": measure(fresh, seconds), "again": _guarded(guard, DENSE, seconds)}
        asyncio.run(looped())
    finally:
        tier.close()
    return {**result, "timer_late_p99_us": percentile(late or [0.0], 0.99)}


def collect(*, quick: bool) -> dict[str, Any]:
    """Run everything of this page."""
    seconds = 0.05 if quick else 2.0
    guard = _guard()
    return {
        "guard": {
            "clean": _guarded(guard, CLEAN, seconds),
            "five values": _guarded(guard, DENSE, seconds),
        },
        "httpx": {
            "clean": _through_httpx(guard, CLEAN, seconds),
            "five values": _through_httpx(guard, DENSE, seconds),
        },
        "decide": _decided(guard, seconds),
        "stream chunk": _streamed(seconds),
        "ner": _named(seconds),
    }


def report(result: dict[str, Any]) -> None:
    """Print the tables."""
    rows = []
    for name in ("clean", "five values"):
        timed = result["guard"][name]
        rows.append([f"guard, rewrite and restore, {name}", microseconds(timed["median_us"]), _tail(timed)])
    for name in ("clean", "five values"):
        timed = result["httpx"][name]
        rows.append([f"added to an httpx call, {name}", microseconds(timed["median_us"]), ""])
    rows.append(["decision", microseconds(result["decide"]["median_us"]), _tail(result["decide"])])
    rows.append(["one event of a streamed answer", microseconds(result["stream chunk"]["median_us"]), ""])
    show("An AI call with a prompt of 4 KB", ["", "median", "p99"], rows)
    ner = result["ner"]
    show(
        "The same with the NER tier",
        ["", "median"],
        [
            ["all texts new", microseconds(ner["first"]["median_us"])],
            ["all texts seen before", microseconds(ner["again"]["median_us"])],
            ["1 ms timer late while the model works, p99", microseconds(ner["timer_late_p99_us"])],
        ],
    )


def _tail(timed: dict[str, float]) -> str:
    return microseconds(timed["p99_us"])
