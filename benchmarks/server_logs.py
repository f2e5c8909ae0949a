"""Ordinary server logs, in which only client addresses are personal data: for counting false alarms.

Timestamps, epochs, versions, hashes, UUIDs, trace and request ids, ports, durations, offsets, sizes, serial numbers and
article numbers, as web servers, databases, queues, kernels, containers and applications write them.
"""

from __future__ import annotations

import base64
import datetime as dt
import random
import string
import uuid
from collections.abc import Callable, Iterator

from benchmarks.data import SEED

__all__ = ["server_logs"]

_WORDS = (
    "order", "user", "payment", "cache", "worker", "queue", "session", "invoice", "mail", "report", "search", "billing",
    "export", "sync", "upload", "cart", "product", "image", "webhook", "index",
)  # fmt: skip


class _Fields:
    """Draws what log lines consist of."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def number(self, low: int, high: int) -> int:
        return self.rng.randint(low, high)

    def of(self, size: int, alphabet: str = string.digits) -> str:
        return "".join(self.rng.choices(alphabet, k=size))

    def hex(self, size: int) -> str:
        return self.of(size, "0123456789abcdef")

    def word(self) -> str:
        return self.rng.choice(_WORDS)

    def ip(self) -> str:
        return f"{self.rng.choice(('10.0', '203.0', '192.168', '172.16'))}.{self.number(0, 255)}.{self.number(1, 254)}"

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def base64(self, size: int) -> str:
        return base64.b64encode(self.rng.randbytes(size)).decode()

    def time(self) -> dt.datetime:
        n = self.number
        return dt.datetime(2026, n(1, 12), n(1, 28), n(0, 23), n(0, 59), n(0, 59), n(0, 999_999))  # noqa: DTZ001

    def iso(self) -> str:
        precision = self.rng.choice(("milliseconds", "seconds", "microseconds"))
        return self.time().isoformat(timespec=precision) + self.rng.choice(("Z", "+00:00", "+09:00", ""))

    def epoch(self, digits: int = 10) -> str:
        return str(self.number(1_700_000_000, 1_800_000_000)) + self.of(digits - 10)

    def version(self) -> str:
        return ".".join(str(self.number(0, 30)) for _ in range(self.rng.choice((2, 3, 4))))


_Line = Callable[[_Fields], str]
_CLF = "%d/%b/%Y:%H:%M:%S +0000"
_LINES: tuple[_Line, ...] = (
    lambda f: f"{f.iso()} INFO [main] o.s.b.w.embedded.tomcat.TomcatWebServer : Tomcat started on port(s): {f.number(1000, 65535)} (http)",
    lambda f: f'{f.ip()} - - [{f.time():{_CLF}}] "GET /{f.word()}/{f.number(1, 10**9)}?page=3&v={f.version()} HTTP/1.1" 200 {f.number(1, 10**7)} '
    f'"-" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.{f.number(1, 40)} (KHTML, like Gecko) Chrome/{f.number(90, 140)}.0.{f.of(4)}.{f.number(1, 250)}"',
    lambda f: f'{f.ip()} - - [{f.time():{_CLF}}] "GET /mobile/{f.word()} HTTP/1.1" 200 {f.number(10**6, 10**9)} "https://m.example.com/phone" '
    f'"Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/120.0.{f.of(4)}.{f.number(1, 250)} Mobile Safari/537.36" 0.{f.of(3)} 0.{f.of(3)} {f.hex(32)}',
    lambda f: f"{f.time():%b %d %H:%M:%S} web-{f.number(1, 20)} sshd[{f.number(1, 99999)}]: Connection closed by {f.ip()} port {f.number(1024, 65535)} [preauth]",
    lambda f: f"{f.time():%b %d %H:%M:%S} node{f.number(1, 20)} kernel: [{f.number(1, 9999999)}.{f.of(6)}] usb 1-2: new high-speed USB device number 7",
    lambda f: f'I{f.time():%m%d %H:%M:%S.%f}   {f.number(1, 99999)} kubelet.go:{f.number(100, 3000)}] "SyncLoop UPDATE" pods=["default/{f.word()}-{f.hex(9)}-{f.hex(5)}"]',
    lambda f: f'{{"level":"info","ts":{f.epoch()}.{f.of(7)},"caller":"server.go:{f.number(1, 999)}","trace_id":"{f.hex(32)}","span_id":"{f.hex(16)}","duration_ms":{f.number(0, 9)}.{f.of(4)}}}',
    lambda f: f'{{"@timestamp":"{f.iso()}","message":"slow query took {f.number(100, 99999)} ms","process.pid":{f.number(1, 99999)},"service.version":"{f.version()}","ecs.version":"1.6.0"}}',
    lambda f: f'{{"time":{f.epoch(13)},"pid":{f.number(1, 99999)},"reqId":"req-{f.hex(4)}","res":{{"statusCode":200}},"responseTime":{f.number(0, 999)}.{f.of(13)}}}',
    lambda f: f'{{"ua":"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1","ts":{f.epoch()},"bytes":{f.number(1, 10**8)},"rt":0.{f.of(6)}}}',
    lambda f: f"{f.iso()} DEBUG {f.word()}.service - id={f.number(1, 10**12)} code={f.number(1, 10**6)} number={f.number(1, 10**9)} name={f.word()} key={f.word()}:{f.number(1, 10**7)}",
    lambda f: f"{f.iso()} INFO {f.word()}: processed {f.number(1, 10**6)} rows in {f.number(0, 99)}.{f.of(3)}s (batch {f.uuid()})",
    lambda f: f"{f.iso()} request_id={f.uuid()} method=GET path=/{f.word()}/{f.hex(24)} status=200 duration={f.number(0, 999)}.{f.of(2)} db={f.number(0, 99)}.{f.of(2)}",
    lambda f: f"[{f.iso()}] ERROR in app: Exception on /{f.word()} [POST] request={f.hex(32)} build={f.hex(7)} image=sha256:{f.hex(64)}",
    lambda f: f"{f.iso()} [{f.number(1, 99999)}] LOG:  checkpoint complete: wrote {f.number(1, 99999)} buffers; write={f.number(0, 269)}.{f.of(3)} s; lsn=1/{f.hex(8).upper()}",
    lambda f: f"{f.iso()} postgres@app LOG:  duration: {f.number(0, 9999)}.{f.of(3)} ms  statement: SELECT id FROM {f.word()}s WHERE id = {f.number(1, 10**10)} AND created_at > '{f.time():%Y-%m-%d %H:%M:%S}'",
    lambda f: f"[kafka-producer-network-thread | producer-1] Partition {f.word()}s-{f.number(0, 63)} offset {f.number(10**6, 10**10)} leaderEpoch {f.number(1, 999)} timestamp {f.epoch(13)}",
    lambda f: f"[GC (Allocation Failure) [PSYoungGen: {f.number(10**4, 10**7)}K->{f.number(10**3, 10**6)}K({f.number(10**5, 10**7)}K)] {f.number(10**5, 10**7)}K->{f.number(10**4, 10**7)}K({f.number(10**5, 10**8)}K), 0.{f.of(7)} secs]",
    lambda f: f"\tat com.example.{f.word()}.Service.handle(Service.java:{f.number(1, 999)}) ~[app-{f.version()}.jar!/:{f.version()}]",
    lambda f: f'{f.time():%Y/%m/%d %H:%M:%S} [error] {f.number(1, 9999)}#{f.number(1, 9999)}: *{f.number(1, 10**9)} upstream timed out (110: Connection timed out), client: {f.ip()}, request: "GET /{f.word()} HTTP/1.1"',
    lambda f: f'{f.iso()} x-amzn-RequestId={f.uuid()} x-amz-id-2={f.base64(56)} s3 key={f.word()}/{f.time():%Y/%m/%d}/{f.word()}-{f.epoch()}.parquet etag="{f.hex(32)}"',
    lambda f: f"REPORT RequestId: {f.uuid()}\tDuration: {f.number(1, 9999)}.{f.of(2)} ms\tBilled Duration: {f.number(1, 9999)} ms\tMemory Size: 512 MB",
    lambda f: f"{f.iso()} arn:aws:ecs:us-east-1:{f.of(12)}:task/{f.word()}/{f.hex(32)} stopped exit={f.number(0, 255)}",
    lambda f: f"commit {f.hex(40)} tag v{f.version()} built {f.time():%Y%m%d%H%M%S} artifact {f.word()}-{f.version()}.tar.gz sha1={f.hex(40)} md5={f.hex(32)} size={f.number(1, 10**10)}",
    lambda f: f"{f.iso()} celery@{f.word()}-1: Task {f.word()}.tasks.send[{f.uuid()}] succeeded in {f.number(0, 99)}.{f.of(14)}s: None",
    lambda f: f"{f.iso()} {f.word()} order_id={f.time():%Y%m%d}{f.of(8)} sku=SKU-{f.of(8)} ean=40{f.of(11)} qty=2 total={f.number(1, 9999)}.{f.of(2)} currency=EUR",
    lambda f: f"{f.time():%H:%M:%S.%f} IP {f.ip()}.{f.number(1024, 65535)} > {f.ip()}.443: Flags [P.], seq {f.number(1, 2**32)}, ack {f.number(1, 2**32)}, win {f.number(1, 65535)}, length 512",
    lambda f: f"type=SYSCALL msg=audit({f.epoch()}.{f.of(3)}:{f.number(1, 10**6)}): arch=c000003e syscall=42 success=yes a0={f.hex(12)} ppid={f.number(1, 99999)} auid=4294967295 uid=0",
    lambda f: f"{f.iso()} certificate serial {f.hex(32).upper()} fingerprint {':'.join(f.hex(2).upper() for _ in range(20))} expires in {f.number(1, 90)} days",
    lambda f: f"{f.iso()} docker: container {f.hex(12)} ({f.word()}) healthy image registry.example.com/{f.word()}/{f.word()}:{f.version()}-{f.hex(8)}",
    lambda f: f"{f.iso()} INFO token bucket refilled: tokens={f.number(1, 10**6)} secret rotation skipped, password policy ok, key count={f.number(1, 99)}",
    lambda f: f"{f.iso()} cache HIT key={f.word()}:v2:{f.hex(16)} ttl={f.number(1, 86400)} size={f.number(1, 10**6)} kB",
    lambda f: f"{f.iso()} span {f.word()}.{f.word()} traceparent=00-{f.hex(32)}-{f.hex(16)}-01 snowflake {f.number(10**17, 10**18)}",
    lambda f: f"{f.iso()} mongodb [conn{f.number(1, 99999)}] command db.{f.word()}s find {{ _id: ObjectId('{f.hex(24)}') }} reslen:{f.number(1, 9999)} {f.number(1, 999)}ms",
    lambda f: f'level=info ts={f.iso()} caller=head.go:{f.number(1, 999)} msg="Head GC completed" duration={f.number(1, 999)}.{f.of(6)}ms mint={f.epoch(13)} maxt={f.epoch(13)}',
    lambda f: f"{f.iso()} GET /assets/{f.word()}.{f.hex(20)}.js?v={f.epoch()} 304 0 - {f.number(0, 99)}.{f.of(3)} ms",
    lambda f: f"{f.iso()} firmware {f.version()} usb id {f.hex(4)}:{f.hex(4)} vehicle tracker batch={f.number(10**5, 10**9)} license valid until {f.time():%Y-%m-%d}",
    lambda f: f"{f.iso()} phone service: tel gateway queue depth={f.number(1, 9999)}, contact sync done, {f.number(10**6, 10**9)} records, bank transfer job run {f.number(10**8, 10**9)} finished",
)  # fmt: skip


def server_logs(count: int, seed: int = SEED) -> Iterator[tuple[str, list[str]]]:
    """Yield lines, each with the client addresses in it.

    Args:
        count: How many lines.
        seed: Seed of the generator.
    """
    fields = _Fields(seed)
    drawn: list[str] = []
    draw = fields.ip

    def ip() -> str:
        drawn.append(draw())
        return drawn[-1]

    fields.ip = ip  # type: ignore[method-assign]
    for number in range(count):
        drawn.clear()
        line = _LINES[number % len(_LINES)](fields)
        yield line, list(drawn)
