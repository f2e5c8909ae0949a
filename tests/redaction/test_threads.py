"""One redactor for all threads, and for the processes that fork from it."""

from __future__ import annotations

import json
import multiprocessing
import random
import threading
from typing import Any

import pytest

from privmw.redaction.redactor import Redactor

THREADS = 8
PIECES = (
    *("jane.doe@example.com", "010-1234-5678", "960121-1021413", "4111 1111 1111 1111", "GB29NWBK60161331926819"),
    *(
        "2026-11-23 10:05:03,431 INFO app [worker-3] order_id=84213377 status=shipped took=43ms",
        "주민번호는 9601211021413입니다",
    ),
    *(
        "password=hunter2",
        "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
        "４１１１１１１１１１１１１１１１",
        "jane%40example.com",
        "ssn 219456789",
    ),
    *(
        "GET /api/v1/orders?page=2 HTTP/1.1 200 78075",
        "plain words",
        "\n",
        "",
        "1234-5678",
        "card",
        "😀",
        "\ud800",
        "192.168.0.1",
    ),
)


def mixed(seed: int, count: int) -> list[str]:
    """Texts from a few characters to some kilobytes, the same ones for a seed."""
    rng = random.Random(seed)
    return [
        rng.choice((" ", ", ", "\n", "")).join(rng.choices(PIECES, k=rng.choice((1, 2, 3, 5, 8, 60))))
        for _ in range(count)
    ]


def answers(redactor: Redactor, texts: list[str]) -> list[Any]:
    """What a redactor says of texts, in every way."""
    said: list[Any] = []
    for place, text in enumerate(texts):
        said.append(redactor.find(text))
        said.append(redactor.text(text))
        said.append(redactor.value({"card": [text, place], "note": {"password": text, "n": 4111111111111111}}))
        said.append(redactor.json(json.dumps({"ssn": 219456789, "text": text}).encode()))
    return said


def test_eight_threads_get_the_answers_of_one() -> None:
    """Each of eight threads that share one redactor gets what a single thread gets, whatever the others do."""
    shares = [mixed(seed, 25) for seed in range(THREADS)]
    expected = [answers(Redactor(), share) for share in shares]
    shared = Redactor()
    gate = threading.Barrier(THREADS)
    got: dict[int, list[Any]] = {}

    def work(number: int) -> None:
        gate.wait()
        for _ in range(3):
            got[number] = answers(shared, shares[number])

    workers = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert expected == [got[number] for number in range(THREADS)]


def test_a_first_call_in_eight_threads() -> None:
    """Patterns and tables that are made on first use are made right when eight threads ask for them at once."""
    texts = [text for text in mixed(99, 40) if text]
    expected = [Redactor().text(text) for text in texts]
    for threshold in (0.41, 0.42, 0.43):  # an engine of its own, which has seen nothing yet
        fresh = Redactor(
            entities=["CREDIT_CARD", "KR_RRN", "EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN"], threshold=threshold
        )
        alone = Redactor(
            entities=["CREDIT_CARD", "KR_RRN", "EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN"],
            threshold=threshold,
            gate="regex",
        )
        gate = threading.Barrier(THREADS)
        got: list[list[str]] = []

        def work(gate: threading.Barrier = gate, fresh: Redactor = fresh, got: list[list[str]] = got) -> None:
            gate.wait()
            got.append([fresh.text(text) for text in texts])

        workers = [threading.Thread(target=work) for _ in range(THREADS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert [[alone.text(text) for text in texts]] * THREADS == got
    assert expected == [Redactor().text(text) for text in texts]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_use_after_a_fork() -> None:
    """A process that forks from one that has redacted, with threads at work, finds the same; so does its parent."""
    shared = Redactor()
    texts = mixed(7, 15)
    expected = answers(shared, texts)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            shared.text(texts[0] + texts[1])

    worker = threading.Thread(target=work)
    worker.start()
    try:
        context = multiprocessing.get_context("fork")
        receive, send = context.Pipe(duplex=False)

        def child() -> None:
            send.send(answers(shared, texts) == expected)

        processes = [context.Process(target=child) for _ in range(2)]
        for process in processes:
            process.start()
        results = [receive.recv() if receive.poll(30) else None for _ in processes]
        for process in processes:
            process.join(10)
    finally:
        stop.set()
        worker.join()
    assert [True, True] == results
    assert expected == answers(shared, texts)
