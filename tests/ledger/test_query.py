"""Questions to a ledger: right answers over several writers, pairs of intent and outcome, and damage that is told."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from privmw.errors import LedgerCorrupt, LedgerUnavailable
from privmw.ledger.query import Criteria, Ledger, Transfer
from privmw.ledger.sqlite import DirectoryStore
from privmw.ledger.writer import LedgerWriter
from privmw.types import DecisionKind, Durability, Enforcement, Outcome, RecordKind, SubjectPayload, TransferRecord
from tests.ledger.writing_helpers import intent, outcome_of

START = 1_772_000_000_000


def record_of(index: int) -> TransferRecord:
    """A record that differs from its neighbours in every member that can be asked for."""
    denied = index % 5 == 4
    return intent(
        index,
        time_ms=START + index * 1000,
        kind=RecordKind.DENIED if denied else RecordKind.TRANSFER,
        decision=DecisionKind.DENY if denied else (DecisionKind.ALLOW, DecisionKind.ALLOW_REDACTED)[index % 2],
        reason_code="consent.withdrawn" if denied else None,
        recipient_id=("openai", "anthropic", "mistral")[index % 3],
        destination_country=("US", "US", "FR")[index % 3],
        purpose=("essential.service.ai", "essential.service.support", "essential.services")[index % 3],
        data_categories=(("user.contact.email",), ("user.contact",), ("user.contacts", "user.name"), ())[index % 4],
        payload=SubjectPayload(subject_ref=f"s{index % 7}") if index % 2 else None,
    )


RECORDS = [record_of(index) for index in range(120)]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of three writers who took turns; even intents have an outcome."""
    place = tmp_path_factory.mktemp("ledger")
    writers = [LedgerWriter(place, host=f"h{number}") for number in range(3)]
    for index, record in enumerate(RECORDS):
        writers[index % 3].submit(record)
        if index % 2 == 0 and record.kind is RecordKind.TRANSFER:
            writers[index % 3].submit(outcome_of(record, Outcome.SENT if index % 4 else Outcome.FAILED))
    for writer in writers:
        writer.close()
    return place


@pytest.fixture
def ledger(directory: Path) -> Iterator[Ledger]:
    """The same, open."""
    with Ledger.open(directory) as opened:
        yield opened


CASES: list[tuple[Criteria, Callable[[TransferRecord], bool]]] = [
    (Criteria(), lambda record: True),
    (Criteria(since_ms=START + 50_000), lambda record: record.time_ms >= START + 50_000),
    (Criteria(until_ms=START + 50_000), lambda record: record.time_ms < START + 50_000),
    (Criteria(recipients=frozenset({"openai", "mistral"})), lambda record: record.recipient_id != "anthropic"),
    (Criteria(countries=frozenset({"FR"})), lambda record: record.destination_country == "FR"),
    (Criteria(purposes=frozenset({"essential.service"})), lambda record: record.purpose != "essential.services"),
    (Criteria(purposes=frozenset({"essential.service.ai"})), lambda record: record.purpose == "essential.service.ai"),
    (Criteria(decisions=frozenset({DecisionKind.DENY})), lambda record: record.decision is DecisionKind.DENY),
    (Criteria(kinds=frozenset({RecordKind.DENIED})), lambda record: record.kind is RecordKind.DENIED),
    (
        Criteria(categories=frozenset({"user.contact"})),
        lambda record: bool({"user.contact", "user.contact.email"} & set(record.data_categories)),
    ),
    (
        Criteria(subject_ref="s3"),
        lambda record: record.payload is not None and record.payload.subject_ref == "s3",
    ),
    (
        Criteria(
            subject_ref="s3",
            countries=frozenset({"US"}),
            decisions=frozenset({DecisionKind.ALLOW_REDACTED}),
            since_ms=START + 20_000,
            until_ms=START + 110_000,
        ),
        lambda record: (
            record.payload is not None
            and record.payload.subject_ref == "s3"
            and record.destination_country == "US"
            and record.decision is DecisionKind.ALLOW_REDACTED
            and START + 20_000 <= record.time_ms < START + 110_000
        ),
    ),
    (Criteria(recipients=frozenset({"nobody"})), lambda record: False),
]


@pytest.mark.parametrize(("criteria", "wanted"), CASES)
def test_answers_are_those_of_a_plain_filter(
    ledger: Ledger, criteria: Criteria, wanted: Callable[[TransferRecord], bool]
) -> None:
    """Over all writers, in time order, both ways and cut short, the records are those that a list comprehension finds."""
    expected = [record.record_id for record in RECORDS if wanted(record)]
    assert expected == [found.record.record_id for found in ledger.transfers(criteria)]
    newest = [found.record.record_id for found in ledger.transfers(criteria, newest_first=True, limit=7)]
    assert expected[::-1][:7] == newest


def test_records_come_back_as_they_were_given(ledger: Ledger) -> None:
    """Every field survives, the payload too; lists come sorted."""
    found = {transfer.record.record_id: transfer.record for transfer in ledger.transfers()}
    for record in RECORDS:
        expected = {
            name: getattr(record, name) for name in ("removed", "mechanism", "reason_code", "payload", "time_ms")
        }
        assert expected == {name: getattr(found[record.record_id], name) for name in expected}
        assert sorted(record.data_categories) == list(found[record.record_id].data_categories)


def test_intents_are_paired_with_their_outcomes(ledger: Ledger) -> None:
    """A recorded outcome is shown, a missing one is unknown, a refusal has none."""
    for index, transfer in enumerate(ledger.transfers()):
        if transfer.record.kind is RecordKind.DENIED:
            assert transfer.outcome is None
        elif index % 2:
            assert (Outcome.UNKNOWN, None) == (transfer.outcome, transfer.result)
        else:
            assert (Outcome.SENT if index % 4 else Outcome.FAILED) is transfer.outcome
            assert transfer.result is not None
            assert 200 == transfer.result.record.status_code


def test_a_refusal_in_shadow_was_sent(tmp_path: Path) -> None:
    """Where nothing is enforced, a refusal without an outcome is unknown, like any other intent."""
    writer = LedgerWriter(tmp_path)
    writer.submit(intent(kind=RecordKind.DENIED, decision=DecisionKind.DENY, enforcement=Enforcement.SHADOW))
    writer.submit(intent(kind=RecordKind.GAP, decision=DecisionKind.GAP))
    writer.close()
    with Ledger.open(tmp_path) as opened:
        assert [Outcome.UNKNOWN] * 2 == [transfer.outcome for transfer in opened.transfers()]


def test_an_outcome_in_another_file_is_found(tmp_path: Path) -> None:
    """A writer that had to change its file between intent and outcome loses no pair."""
    record = intent()
    for host, item in (("a", record), ("b", outcome_of(record))):
        writer = LedgerWriter(tmp_path, host=host)
        writer.submit(item)
        writer.close()
    with Ledger.open(tmp_path) as opened:
        assert [Outcome.SENT] == [transfer.outcome for transfer in opened.transfers()]


def test_other_kinds_come_when_they_are_asked_for(ledger: Ledger) -> None:
    """Epoch records are no transfers, but they are records."""
    wanted = Criteria(kinds=frozenset({RecordKind.EPOCH_OPEN}))
    assert [RecordKind.EPOCH_OPEN] * 3 == [transfer.record.kind for transfer in ledger.transfers(wanted)]
    assert {None} == {transfer.outcome for transfer in ledger.transfers(wanted)}


def test_many_facets_are_found_by_time(tmp_path: Path) -> None:
    """More combinations than can be merged by cursor give the same answer."""
    writer = LedgerWriter(tmp_path)
    records = [intent(index, time_ms=START + index, recipient_id=f"r{index % 90}") for index in range(300)]
    for record in records:
        writer.submit(record)
    writer.submit(intent(time_ms=START, destination_country="FR"))
    writer.close()
    with Ledger.open(tmp_path) as opened:
        found = opened.transfers(Criteria(countries=frozenset({"US"})), newest_first=True, limit=250)
        assert [record.record_id for record in records[::-1][:250]] == [item.record.record_id for item in found]


def test_a_purged_payload_is_said_to_be(tmp_path: Path) -> None:
    """The record stays, without what related to a person, and is found by subject no more."""
    writer = LedgerWriter(tmp_path)
    writer.submit(intent(5))
    writer.close()
    (chain,) = DirectoryStore(tmp_path).chains()
    purgeable = DirectoryStore(tmp_path).open_purgeable(chain.writer_id)
    assert 1 == purgeable.delete_payloads([1, 2])
    assert purgeable.erase().complete
    assert b"subject-5" not in purgeable.path.read_bytes()
    purgeable.close()
    with Ledger.open(tmp_path) as opened:
        (transfer,) = opened.transfers()
        assert (True, None) == (transfer.entry.purged, transfer.record.payload)
        assert [] == list(opened.transfers(Criteria(subject_ref="subject-5")))


def test_following_shows_what_comes(tmp_path: Path) -> None:
    """New transfers come as they become durable, those of writers that start later too."""
    first = LedgerWriter(tmp_path, host="a")
    first.submit(intent(), Durability.BEFORE_SEND).wait(5)
    seen: list[Transfer] = []
    opened = Ledger.open(tmp_path)

    def follow() -> None:
        for transfer in opened.follow(interval=0.01):
            seen.append(transfer)
            if len(seen) == 3:
                return

    thread = threading.Thread(target=follow)
    thread.start()
    time.sleep(0.1)
    second = LedgerWriter(tmp_path, host="b")
    records = [intent(number) for number in range(3)]
    for record, writer in zip(records, (first, second, first), strict=True):
        writer.submit(record, Durability.BEFORE_SEND).wait(5)
    thread.join(10)
    opened.close()
    first.close()
    second.close()
    assert {record.record_id for record in records} == {transfer.record.record_id for transfer in seen}


def test_following_may_begin_in_the_past(directory: Path) -> None:
    """With a start time, older transfers come first."""
    with Ledger.open(directory) as opened:
        stream = opened.follow(Criteria(since_ms=START + 118_000))
        assert [RECORDS[118].record_id, RECORDS[119].record_id] == [next(stream).record.record_id for _ in range(2)]


def test_nothing_is_not_an_empty_ledger(tmp_path: Path) -> None:
    """A wrong path is an error, not "no transfers"."""
    with pytest.raises(LedgerUnavailable, match="there is no ledger"):
        Ledger.open(tmp_path / "nowhere")


def test_an_unreadable_file_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    """Answers never hide that a part is missing from them."""
    writer = LedgerWriter(tmp_path)
    writer.submit(intent())
    writer.close()
    (tmp_path / "junk.sqlite3").write_bytes(b"junk" * 500)
    (tmp_path / "empty.sqlite3").write_bytes(b"")
    with sqlite3.connect(tmp_path / "other.sqlite3") as other:
        other.execute("CREATE TABLE meta (key, value)")
    other.close()
    with Ledger.open(tmp_path) as opened:
        assert 1 == len(list(opened.transfers()))
        assert {"junk.sqlite3", "empty.sqlite3", "other.sqlite3"} == {name for name, _ in opened.unreadable}


def test_a_broken_record_stops_the_answer(tmp_path: Path) -> None:
    """A header that cannot be read is an error that names the record, not a record less."""
    writer = LedgerWriter(tmp_path)
    writer.submit(intent())
    writer.close()
    (path,) = tmp_path.glob("*.sqlite3")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE headers SET header = x'7b' WHERE seq = 1")
    connection.close()
    with Ledger.open(tmp_path) as opened, pytest.raises(LedgerCorrupt, match=r"record 1 of .*privmw verify"):
        list(opened.transfers())


def test_search_columns_that_lie_are_found(tmp_path: Path) -> None:
    """A column edited to hide a record from a search is named."""
    writer = LedgerWriter(tmp_path)
    writer.submit(intent())
    writer.close()
    (path,) = tmp_path.glob("*.sqlite3")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE headers SET time = 0 WHERE seq = 1")
    connection.close()
    (chain,) = DirectoryStore(tmp_path).chains()
    assert [1] == list(chain.facet_mismatches())
    chain.close()


def test_a_read_only_copy_can_be_read(directory: Path, tmp_path: Path) -> None:
    """One file by itself, without its neighbours, answers for its writer."""
    source = min(directory.glob("*.sqlite3"))
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(source.read_bytes())
    with Ledger.open(copy) as opened:
        assert 40 == len(list(opened.transfers()))


def test_an_abandoned_answer_does_no_harm(directory: Path) -> None:
    """Whoever stops reading and closes the ledger gets no error, now or when the rest is collected."""
    with Ledger.open(directory) as opened:
        answer = opened.transfers()
        assert RECORDS[0].record_id == next(answer).record.record_id
    del answer


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(),
        Criteria(since_ms=START, until_ms=START + 50_000),
        Criteria(decisions=frozenset({DecisionKind.DENY}), since_ms=START + 10_000),
        Criteria(recipients=frozenset({"openai"}), countries=frozenset({"US"})),
        Criteria(purposes=frozenset({"essential.service"}), categories=frozenset({"user.contact"})),
        Criteria(kinds=frozenset({RecordKind.POLICY})),
        Criteria(subject_ref="s3"),
        Criteria(subject_ref="s3", decisions=frozenset({DecisionKind.DENY})),
        Criteria(recipients=frozenset({"nobody"})),
    ],
)
@pytest.mark.parametrize("newest_first", [True, False])
def test_no_question_reads_a_whole_ledger(ledger: Ledger, criteria: Criteria, newest_first: bool) -> None:
    """Every statement that a question leads to searches by an index; only the few facets are read whole."""
    connection = ledger._chains[0]._connection  # type: ignore[attr-defined]
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    list(ledger.transfers(criteria, newest_first=newest_first, limit=10))
    connection.set_trace_callback(None)
    assert statements
    steps = [step for sql in statements for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert {"facets"} >= {step.split()[1] for step in steps if step.startswith("SCAN") and "json_each" not in step}


def test_more_kinds_of_transfer_than_cursors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a question matches very many facets, one walk over the time index gives the same answers as many cursors."""
    writer = LedgerWriter(tmp_path / "ledger")
    for index in range(300):
        writer.submit(intent(index, time_ms=START + index, recipient_id=f"recipient{index % 100}"))
    writer.close()
    with Ledger.open(tmp_path / "ledger") as opened:
        wanted = Criteria(countries=frozenset({"US"}), since_ms=START + 20)
        answers = [list(opened.transfers(wanted, newest_first=order, limit=50)) for order in (False, True)]
        monkeypatch.setattr("privmw.ledger.sqlite_find._MOST_CURSORS", 10)
        assert answers == [list(opened.transfers(wanted, newest_first=order, limit=50)) for order in (False, True)]
    assert [START + 20, START + 299] == [found[0].record.time_ms for found in answers]
