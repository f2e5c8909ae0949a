"""The same bytes for everyone: workloads made by a seeded generator, with the values planted in them.

Log lines, JSON and an error event look like those of a web application. Planted values have valid checksums and are put
together at run time. A *dense* text holds a value in nearly every sentence; a *clean* one holds none.
"""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["SEED", "Planted", "Workload", "people", "workloads"]

SEED = 20260517

_PATHS = ("/v1/orders/8841", "/api/search", "/static/app.js", "/healthz", "/v2/items/77/reviews", "/docs/index.html")
_MODULES = ("api.requests", "worker.mail", "db.pool", "cache.redis", "billing.jobs", "auth.session")
_SENTENCE = (
    "the request was handled and the answer went out after a short wait while the queue kept its pace and no item was "
    "lost because each worker takes one job at a time and reports when it is done so the next can start"
)
_WORDS = _SENTENCE.split()
_KOREAN = (
    "요청을 처리했고 응답은 짧은 대기 뒤에 나갔습니다",
    "작업자가 하나씩 일을 맡아 끝나면 보고합니다",
    "주문 상태가 변경되어 안내를 준비했습니다",
    "고객센터 운영 시간과 환불 규정을 확인해 주세요",
)


@dataclass(frozen=True)
class Planted:
    """A value hidden in a text: its entity type and the text itself."""

    entity_type: str
    value: str


@dataclass(frozen=True)
class Workload:
    """What every peer is given.

    Attributes:
        name: Shown in tables.
        kind: ``text``, ``lines`` (each line is one call) or ``value`` (a JSON-like object).
        data: The text, the lines, or the object.
        planted: Values that must not survive.
    """

    name: str
    kind: str
    data: Any
    planted: tuple[Planted, ...] = field(default=())

    @property
    def size(self) -> int:
        """Bytes of the data."""
        text = (
            self.data if self.kind == "text" else "".join(self.data) if self.kind == "lines" else json.dumps(self.data)
        )
        return len(text.encode())


def _luhn(digits: str) -> str:
    total = 0
    for index, char in enumerate(reversed(digits)):
        number = int(char) * (2 if index % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return digits + str(-total % 10)


def _email(rng: random.Random) -> str:
    first, last = rng.choice(("mina", "otto", "ana", "raj")), rng.choice(("kim", "berg", "silva"))
    return f"{first}.{last}{rng.randint(1, 999)}@{rng.choice(('example', 'mail-test'))}.com"


def _iban(rng: random.Random) -> str:
    account = "".join(rng.choices(string.digits, k=18))
    check = 98 - int(account + "131400") % 97
    return f"DE{check:02d}{account}"


def _ssn(rng: random.Random) -> str:
    return f"{rng.choice((219, 310, 451, 523))}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}"


def _rrn(rng: random.Random) -> str:
    born = f"{rng.randint(70, 99)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    body = f"{born}{rng.choice('12')}{rng.randint(0, 99999):05d}"
    check = (11 - sum(int(c) * w for c, w in zip(body, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True)) % 11) % 10
    return f"{body[:6]}-{body[6:]}{check}"


def _random(alphabet: str, size: int) -> Callable[[random.Random], str]:
    return lambda rng: "".join(rng.choices(alphabet, k=size))


_ALNUM = string.ascii_letters + string.digits

MAKERS: dict[str, Callable[[random.Random], str]] = {
    "EMAIL_ADDRESS": _email,
    "PHONE_NUMBER": lambda rng: f"+1 {rng.choice((212, 415, 617))}-555-{rng.randint(1000, 9999)}",
    "CREDIT_CARD": lambda rng: _luhn("4" + "".join(rng.choices(string.digits, k=14))),
    "IP_ADDRESS": lambda rng: (
        f"{rng.choice((81, 93, 203))}.{rng.randint(1, 254)}.{rng.randint(1, 254)}.{rng.randint(1, 254)}"
    ),
    "US_SSN": _ssn,
    "IBAN_CODE": _iban,
    "KR_RRN": _rrn,
    "KR_PHONE": lambda rng: f"010-{rng.randint(2000, 9999)}-{rng.randint(1000, 9999)}",
    "URL_CREDENTIALS": lambda rng: f"postgres://svc:{_random(_ALNUM, 14)(rng)}@db.example.org/app",
    "AWS_ACCESS_KEY_ID": lambda rng: "AKIA" + _random(string.ascii_uppercase + "234567", 16)(rng),
    "OPENAI_API_KEY": lambda rng: "sk-proj-" + _random(_ALNUM, 48)(rng),
    "GITHUB_TOKEN": lambda rng: "ghp_" + _random(_ALNUM, 36)(rng),
}


def _line(rng: random.Random, size: int) -> str:
    parts = [
        f"2026-05-{rng.randint(10, 28)}T{rng.randint(10, 23)}:{rng.randint(10, 59)}:07.{rng.randint(100, 999)}Z",
        rng.choice(("INFO", "DEBUG", "WARNING")),
        rng.choice(_MODULES),
        f"request_id={rng.getrandbits(32):08x} method=GET path={rng.choice(_PATHS)} status=200",
        f"duration_ms={rng.randint(2, 90)} worker={rng.randint(1, 8)} cache=hit region=eu-west-1",
        'agent="Mozilla/5.0 (X11; Linux)" attempt=1 queue=default',
    ]
    text = " ".join(parts)
    while len(text) < size:
        text += " " + rng.choice(_WORDS)
    return text[:size].rstrip()


def _prose(rng: random.Random, size: int) -> str:
    text = ""
    while len(text) < size:
        text += f"{_line(rng, 120)}\n" if rng.random() < 0.4 else " ".join(rng.choices(_WORDS, k=12)) + ".\n"
    return text[:size]


def _dense(rng: random.Random, size: int) -> tuple[str, tuple[Planted, ...]]:
    planted: list[Planted] = []
    pieces: list[str] = []
    length = 0
    kinds = list(MAKERS)
    index = 0
    while length < size:
        kind = kinds[index % len(kinds)]
        value = MAKERS[kind](rng)
        piece = f"user {' '.join(rng.choices(_WORDS, k=3))} {kind.lower().replace('_', ' ')}: {value} "
        index += 1
        if length + len(piece) > size and planted:
            break
        planted.append(Planted(kind, value))
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces), tuple(planted)


def _korean(rng: random.Random, size: int) -> tuple[str, tuple[Planted, ...]]:
    planted: list[Planted] = []
    text = ""
    while len(text.encode()) < size:
        kind = rng.choice(("KR_RRN", "KR_PHONE", "EMAIL_ADDRESS"))
        value = MAKERS[kind](rng)
        planted.append(Planted(kind, value))
        label = {"KR_RRN": "주민등록번호는", "KR_PHONE": "연락처는", "EMAIL_ADDRESS": "이메일은"}[kind]
        text += f"{rng.choice(_KOREAN)}. {label} {value}입니다. {rng.choice(_KOREAN)}.\n"
    return text, tuple(planted)


def _leaves(rng: random.Random, count: int) -> tuple[dict[str, Any], tuple[Planted, ...]]:
    planted: list[Planted] = []
    items: list[dict[str, Any]] = []
    for index in range(count // 10):
        item: dict[str, Any] = {f"field_{n}": " ".join(rng.choices(_WORDS, k=5)) for n in range(8)}
        item["count"] = rng.randint(1, 500)
        if index % 3 == 0:
            value = MAKERS["EMAIL_ADDRESS"](rng)
            planted.append(Planted("EMAIL_ADDRESS", value))
            item["note"] = f"wrote to {value} yesterday"
        else:
            item["note"] = " ".join(rng.choices(_WORDS, k=6))
        items.append(item)
    return {"items": items}, tuple(planted)


def _event(rng: random.Random, size: int) -> tuple[dict[str, Any], tuple[Planted, ...]]:
    mail, card, key = (MAKERS[k](rng) for k in ("EMAIL_ADDRESS", "CREDIT_CARD", "OPENAI_API_KEY"))
    planted = (Planted("EMAIL_ADDRESS", mail), Planted("CREDIT_CARD", card), Planted("OPENAI_API_KEY", key))
    frames: list[dict[str, Any]] = []
    event: dict[str, Any] = {
        "event_id": f"{rng.getrandbits(128):032x}",
        "level": "error",
        "platform": "python",
        "timestamp": "2026-05-17T10:00:00Z",
        "request": {
            "url": "https://shop.example.org/checkout",
            "method": "POST",
            "headers": {"User-Agent": "Mozilla/5.0", "Accept": "*/*", "Content-Type": "application/json"},
            "data": {"note": f"card {card} for {mail}"},
        },
        "breadcrumbs": {
            "values": [{"category": "httplib", "message": _line(rng, 90), "level": "info"} for _ in range(20)]
        },
        "exception": {
            "values": [{"type": "ValueError", "value": f"bad answer for {mail}", "stacktrace": {"frames": frames}}]
        },
        "extra": {"api": f"called with {key}"},
    }
    while len(json.dumps(event)) < size:
        frames.append(
            {
                "filename": f"app/{rng.choice(_MODULES).replace('.', '/')}.py",
                "function": rng.choice(_WORDS),
                "lineno": rng.randint(1, 900),
                "context_line": f"    return self.{rng.choice(_WORDS)}({rng.choice(_WORDS)}, {rng.choice(_WORDS)})",
                "pre_context": [f"    # {' '.join(rng.choices(_WORDS, k=6))}" for _ in range(5)],
                "vars": {rng.choice(_WORDS): repr(rng.randint(1, 10**6)) for _ in range(4)},
            }
        )
    return event, planted


def _access_log(rng: random.Random, lines: int) -> tuple[list[str], tuple[Planted, ...]]:
    planted: list[Planted] = []
    out: list[str] = []
    for _ in range(lines):
        address = MAKERS["IP_ADDRESS"](rng)
        planted.append(Planted("IP_ADDRESS", address))
        out.append(
            f'{address} - - [17/May/2026:10:{rng.randint(10, 59)}:03 +0000] "GET {rng.choice(_PATHS)} HTTP/1.1" 200 '
            f'{rng.randint(200, 90000)} "-" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"'
        )
    return out, tuple(planted)


def _make() -> Iterator[Workload]:
    rng = random.Random(SEED)
    yield Workload("line-200B-clean", "text", _line(rng, 200))
    text, planted = _dense(rng, 200)
    yield Workload("line-200B-dense", "text", text, planted)
    for size, label in ((1024, "1KB"), (10240, "10KB")):
        yield Workload(f"text-{label}-clean", "text", _prose(rng, size))
        text, planted = _dense(rng, size)
        yield Workload(f"text-{label}-dense", "text", text, planted)
    text, planted = _korean(rng, 1024)
    yield Workload("korean-1KB", "text", text, planted)
    value, planted = _leaves(rng, 100)
    yield Workload("dict-100-leaves", "value", value, planted)
    value, planted = _event(rng, 20 * 1024)
    yield Workload("sentry-event-20KB", "value", value, planted)
    out, planted = _access_log(rng, 200)
    yield Workload("access-log-200", "lines", out, planted)


def workloads() -> tuple[Workload, ...]:
    """All workloads, the same in every process and run."""
    return tuple(_make())


def people(count: int, seed: int = SEED) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """Sentences with one planted value each, for accuracy: text and spans ``(entity type, start, end)``."""
    rng = random.Random(seed)
    kinds = list(MAKERS)
    for index in range(count):
        kind = kinds[index % len(kinds)]
        value = MAKERS[kind](rng)
        before = rng.choice(("please use ", "the customer sent ", "value=", "received '", "see: ", "연락: "))
        after = rng.choice((" today", ", thanks", "'", ".", " ok", "입니다"))
        words = " ".join(rng.choices(_WORDS, k=rng.randint(2, 8)))
        text = f"{words} {before}{value}{after} {words}"
        # Of a URL only the credentials are secret: scheme, host and path stay readable.
        secret = value.partition("://")[2].partition("@")[0] if "://" in value else value
        start = len(words) + 1 + len(before) + value.index(secret)
        yield text, [(kind, start, start + len(secret))]
