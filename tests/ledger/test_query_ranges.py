"""Questions that match very many facets: the answers of a plain sort, found without opening what lies elsewhere."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from privmw.ledger.postgres_store import PostgresStore
from privmw.ledger.query import Ledger
from privmw.ledger.reader import Criteria
from privmw.ledger.shipper import Shipper
from privmw.ledger.sqlite import DirectoryStore
from privmw.ledger.writer import LedgerWriter
from privmw.types import DecisionKind, RecordKind
from tests.ledger.conftest import Database
from tests.ledger.writing_helpers import intent

START = 1_772_000_000_000


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 refusals of 200 undeclared hosts at 50 times, in no order, then 100 transfers to one recipient."""
    place = tmp_path_factory.mktemp("ledger")
    chance = random.Random(5)
    writer = LedgerWriter(place)
    for index in range(600):
        refused = {"kind": RecordKind.DENIED, "decision": DecisionKind.DENY, "purpose": "crawl.web"}
        time_ms = START + chance.randrange(50) * 1000
        writer.submit(intent(index, time_ms=time_ms, recipient_id=f"host{chance.randrange(200)}.example", **refused))
    for index in range(100):
        writer.submit(intent(index, time_ms=START + 60_000 + index))
    writer.close()
    return place


QUESTIONS = [
    Criteria(decisions=frozenset({DecisionKind.DENY})),
    Criteria(purposes=frozenset({"crawl"})),
    Criteria(kinds=frozenset({RecordKind.DENIED, RecordKind.TRANSFER}), since_ms=START + 7_000),
    Criteria(decisions=frozenset(DecisionKind), until_ms=START + 30_000),
    Criteria(decisions=frozenset({DecisionKind.DENY}), since_ms=START + 10_000, until_ms=START + 20_000),
    Criteria(countries=frozenset({"US"}), categories=frozenset({"user.contact"})),
    Criteria(categories=frozenset({"user"})),
    Criteria(categories=frozenset({"user.cont"})),
    Criteria(purposes=frozenset({"crawl.we"})),
]


def plain(store: DirectoryStore, criteria: Criteria) -> list[tuple[int, int]]:
    """Time and number of what satisfies criteria, by looking at every record."""
    from privmw.ledger.facets import matches

    (chain,) = store.chains()
    facets = dict(chain.facets())
    rows = chain._rows("SELECT time, seq, facet FROM headers ORDER BY time, seq")
    since, until = criteria.since_ms or 0, criteria.until_ms or 2**62
    return [(time, seq) for time, seq, facet in rows if since <= time < until and matches(facets[facet], criteria)]


@pytest.fixture(scope="module")
def store(directory: Path) -> Iterator[DirectoryStore]:
    """The same, open."""
    opened = DirectoryStore(directory)
    yield opened
    opened.close()


@pytest.mark.parametrize("criteria", QUESTIONS)
@pytest.mark.parametrize("most_open", [1_000, 20, 0])
def test_answers_are_those_of_a_plain_sort(
    store: DirectoryStore, criteria: Criteria, most_open: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ways, whole and in part, with ranges merged, walked by time, and both in one answer; ties go by number."""
    monkeypatch.setattr("privmw.ledger.sqlite_find._MOST_CURSORS", most_open)
    expected = plain(store, criteria)
    (chain,) = store.chains()
    assert expected == [(row.time_ms, row.seq) for row in chain.find(criteria)]
    assert expected[::-1] == [(row.time_ms, row.seq) for row in chain.find(criteria, newest_first=True)]
    assert expected[::-1][:130] == [(r.time_ms, r.seq) for r in chain.find(criteria, newest_first=True, limit=130)]


@pytest.mark.parametrize("newest_first", [True, False])
def test_ranges_that_lie_elsewhere_are_not_opened(directory: Path, newest_first: bool) -> None:
    """Of 200 matching facets only those are opened from which an answer comes, or may come next."""
    with Ledger.open(directory) as ledger:
        statements: list[str] = []
        ledger._chains[0]._connection.set_trace_callback(statements.append)  # type: ignore[attr-defined]
        answers = list(ledger.transfers(QUESTIONS[0], newest_first=newest_first, limit=5))
        ledger._chains[0]._connection.set_trace_callback(None)  # type: ignore[attr-defined]
    assert 5 == len(answers)
    assert 5 <= sum("h.facet = " in text and "max(" not in text and "min(" not in text for text in statements) < 60


@pytest.fixture
def copy(directory: Path, fleet: Database) -> Iterator[PostgresStore]:
    """The same records in PostgreSQL."""
    shipper = Shipper(directory, fleet.dsn)
    shipper.ship()
    shipper.close()
    opened = PostgresStore(fleet.dsn)
    yield opened
    opened.close()


def test_the_copy_gives_the_same_answers(
    store: DirectoryStore, copy: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL gives the same records in the same order, with pages of any size."""
    (chain,) = copy.chains()
    for pages in ((64, 256, 1_000), (3, 10, 25)):
        monkeypatch.setattr("privmw.ledger.postgres_find.PAGES", pages)
        monkeypatch.setattr("privmw.ledger.postgres_find._MOST_RANGES", pages[0])
        for criteria in (*QUESTIONS, Criteria(since_ms=START + 60_000), Criteria(subject_ref="subject-7")):
            expected = plain(store, criteria) if criteria.subject_ref is None else None
            found = [(row.time_ms, row.seq) for row in chain.find(criteria)]
            if expected is not None:
                assert expected == found
            assert found[::-1] == [(row.time_ms, row.seq) for row in chain.find(criteria, newest_first=True)]
            assert found[::-1][:70] == [(r.time_ms, r.seq) for r in chain.find(criteria, newest_first=True, limit=70)]
