"""Ambient transfers are counted per source and hour, and labelled as what they are."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from typing import Any

import bson
import pymongo
import pytest
import sqlalchemy

from privmw.errors import ConfigurationError
from privmw.ledger.ambient import HOUR_MS, AmbientCounter, AmbientSource
from privmw.ledger.receipts import LedgerReceipt
from privmw.types import Durability, RecordKind, SubjectPayload, TransferRecord
from tests.ledger.writing_helpers import FakeClock, intent


class ListSink:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[TransferRecord] = []

    def submit(self, record: TransferRecord, durability: Durability = Durability.GROUP) -> LedgerReceipt:
        """Keep a record."""
        self.records.append(record)
        receipt = LedgerReceipt()
        receipt.settle()
        return receipt


@pytest.fixture
def clock() -> FakeClock:
    """A clock at ten past some hour."""
    return FakeClock(HOUR_MS * 492_000 + 600_000)


def counter_on(sink: ListSink, clock: FakeClock) -> AmbientCounter:
    """A counter with one source."""
    counter = AmbientCounter(sink, clock=clock)
    template = intent(recipient_id="atlas", destination_country="SG", payload=SubjectPayload(subject_ref="s"))
    counter.declare("atlas", template)
    return counter


def test_an_hour_becomes_one_record(clock: FakeClock) -> None:
    """When the hour is over, its count is recorded once with its span, and nothing that relates to a person."""
    sink = ListSink()
    counter = counter_on(sink, clock)
    start = clock.now
    counter.count("atlas", bytes_out=100)
    clock.now += 1_000
    counter.count("atlas", number=2, bytes_out=50, bytes_in=7)
    counter.tick(clock.now)
    assert [] == sink.records
    clock.now += HOUR_MS
    counter.tick(clock.now)
    counter.tick(clock.now)
    (record,) = sink.records
    end = HOUR_MS * 492_001
    assert {"count": 3, "from": start, "to": end} == record.details
    assert (RecordKind.AMBIENT, "atlas", "SG", 256, 8, None) == (
        record.kind,
        record.recipient_id,
        record.destination_country,
        record.bytes_out,
        record.bytes_in,
        record.payload,
    )


def test_a_count_closes_the_hour_before_it(clock: FakeClock) -> None:
    """Without any tick, the first count of an hour records the one before; flush() records the rest."""
    sink = ListSink()
    counter = counter_on(sink, clock)
    counter.count("atlas")
    clock.now += 3 * HOUR_MS
    counter.count("atlas")
    counter.flush()
    counter.flush()
    assert [1, 1] == [record.details["count"] for record in sink.records]


def test_an_undeclared_source_is_an_error(clock: FakeClock) -> None:
    """Nothing is counted for a recipient that the register does not know."""
    with pytest.raises(ConfigurationError, match="'cdn' is not declared"):
        counter_on(ListSink(), clock).count("cdn")


def test_sqlalchemy_statements_are_counted(clock: FakeClock) -> None:
    """Each statement of the engine counts one, until the counting is ended."""
    sink = ListSink()
    counter = counter_on(sink, clock)
    engine = sqlalchemy.create_engine("sqlite://")
    stop = AmbientSource("atlas", lambda: counter).sqlalchemy(engine)
    with engine.connect() as connection:
        for _ in range(3):
            connection.execute(sqlalchemy.text("SELECT 1"))
    stop()
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("SELECT 1"))
    counter.flush()
    engine.dispose()
    assert [3] == [record.details["count"] for record in sink.records]


class MongoHandler(socketserver.BaseRequestHandler):
    """Answers MongoDB's wire protocol (OP_QUERY and OP_MSG) as far as a client needs to insert."""

    def handle(self) -> None:
        """Answer each command with success."""
        while len(head := self.request.recv(16, 0)) == 16:
            length, request_id, _, opcode = struct.unpack("<iiii", head)
            body = b""
            while len(body) < length - 16:
                body += self.request.recv(length - 16 - len(body))
            reply: dict[str, Any] = {
                "ok": 1.0,
                "n": 1,
                "isWritablePrimary": True,
                "minWireVersion": 0,
                "maxWireVersion": 21,
                "maxBsonObjectSize": 16777216,
                "maxMessageSizeBytes": 48000000,
                "maxWriteBatchSize": 100000,
            }
            document = bson.encode(reply)
            if opcode == 2004:  # OP_QUERY asks for OP_REPLY
                answer = struct.pack("<iqii", 8, 0, 0, 1) + document
                kind = 1
            else:
                answer = struct.pack("<IB", 0, 0) + document
                kind = 2013
            self.request.sendall(struct.pack("<iiii", 16 + len(answer), 1, request_id, kind) + answer)


@pytest.fixture
def mongo_port() -> Iterator[int]:
    """A server that speaks enough of MongoDB's protocol."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MongoHandler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_mongodb_commands_are_counted(clock: FakeClock, mongo_port: int) -> None:
    """Commands with data count one each; handshakes and pings do not."""
    sink = ListSink()
    counter = counter_on(sink, clock)
    listener = AmbientSource("atlas", lambda: counter).pymongo()
    client: Any = pymongo.MongoClient("127.0.0.1", mongo_port, event_listeners=[listener], directConnection=True)
    client.shop.orders.insert_one({"_id": 1})
    client.shop.orders.insert_one({"_id": 2})
    client.admin.command("ping")
    client.close()
    counter.flush()
    assert [2] == [record.details["count"] for record in sink.records]
