"""The NER tier: a real model beside the core, bounded, never silent."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import spacy

from privmw.errors import ConfigurationError, RedactionError
from privmw.redaction.ner import Findings, NerOptions, NerRedactor, NerTier, load_model
from privmw.redaction.nermodel import OnnxModel, Span, _pieces, find_model
from privmw.redaction.nerspacy import SpacyModel
from privmw.redaction.pseudonyms import Pseudonymiser
from privmw.redaction.redactor import Redactor
from privmw.types import Match

NAMES = """Amelia Thornbury|Rajesh Venkataraman|Oluwaseun Adebayo|Chiara Bellandi|Tomasz Wieczorek|Mei Ling Huang
Fatima Al-Rashid|Henrik Sjöberg|Carlos Quintana|Siobhan Gallagher|Dmitri Volkonsky|Aaliyah Freeman|Jun Watanabe
Beatriz Carvalho|Noah Whitfield|Priya Raghunathan|Lars Mikkelsen|Zoe Papadakis|Kwame Mensah|Eleanor Ashworth
Mateo Villanueva|Ingrid Halvorsen|Samuel Okonkwo|Yuki Tanabe|Margaret Dunleavy|Ahmed Benali|Sofia Lindqvist
Peter Brannigan|Anneke Visser|Daniel Rosenthal""".replace("\n", "|").split("|")  # fmt: skip
SENTENCES = (
    "Hello, my name is {} and I would like to change my booking.",
    "Please forward the contract to {} before Friday.",
    "I spoke with {} from your support team yesterday, and she was very helpful.",
    "Could you draft a short reply to {}, thanking them for the feedback?",
    "The invoice was approved by {} last week, but it has not been paid yet.",
    "According to {}, the delivery never arrived at the warehouse.",
)
ADDRESS = "Please send it to 42 Maple Street, Springfield, and call me."


@pytest.fixture(scope="module")
def model() -> OnnxModel:
    """The model that the extra ships."""
    return OnnxModel(find_model("rampart"))


@pytest.fixture
def tiers() -> Iterator[list[NerTier]]:
    """Tiers that a test makes are closed behind it."""
    made: list[NerTier] = []
    yield made
    for tier in made:
        tier.close()


class Slow:
    """A model that takes its time, and finds a name at the start of a text."""

    entity_types = frozenset({"PERSON"})

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.threads: set[str] = set()
        self.looked = 0

    def find(self, text: str) -> list[Span]:
        """Wait, then find."""
        time.sleep(self.seconds)
        self.threads.add(threading.current_thread().name)
        self.looked += 1
        if text == "Bad text":
            raise ValueError(text)
        return [Span("PERSON", 0, text.index(" "), 0.9), Span("ORGANIZATION", 0, 1, 0.9)]


def tier_of(model: Any, tiers: list[NerTier], **options: Any) -> NerTier:
    """A tier over a given model."""
    tier = NerTier(NerOptions(**options), model=model)
    tiers.append(tier)
    return tier


def test_names_in_prose(model: OnnxModel) -> None:
    """At least 85 % of names in English prose are covered, of many origins, and nothing else is taken for one."""
    found = false = 0
    for number, name in enumerate(NAMES):
        for sentence in SENTENCES[number % 2 :: 2]:
            text = sentence.format(name)
            start = text.index(name)
            spans = [span for span in model.find(text) if span.entity_type == "PERSON"]
            found += any(span.start <= start and span.end >= start + len(name) for span in spans)
            false += sum(span.end <= start or span.start >= start + len(name) for span in spans)
    assert found >= 0.85 * len(NAMES) * 3
    assert false <= 2


def test_a_further_mention_is_found(model: OnnxModel) -> None:
    """A part of a name that was found once is found where it stands again."""
    text = "I met Margaret Dunleavy on Monday. Weather, cost, Dunleavy: ok."
    assert [text.index("Dunleavy: ok")] == [span.start for span in model.find(text) if span.start > 30]


def test_addresses_and_places(model: OnnxModel) -> None:
    """Street and town are found; a lone number is not an address."""
    covered = {ADDRESS[span.start : span.end]: span.entity_type for span in model.find(ADDRESS)}
    assert covered["42 Maple Street"] == "STREET_ADDRESS"
    assert covered["Springfield"] == "LOCATION"
    assert model.find("My brother just turned 68") == []


@pytest.mark.parametrize("text", ["", " ", "7", "\n\n", "\ud800", "가나다", "\x00" * 50, "A" * 3000])
def test_any_text(model: OnnxModel, text: str) -> None:
    """Odd texts are looked at without an error."""
    spans = model.find(text.encode("utf-8", "replace").decode())
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


def test_long_texts_are_windowed(model: OnnxModel) -> None:
    """Names are found wherever they stand in a text of many windows, with the offsets of the whole text."""
    filler = "The quarterly figures were discussed at some length and nothing was decided. " * 12
    text = "".join(f"{filler}Then {name} left the room. " for name in NAMES[:10])
    spans = {text[span.start : span.end] for span in model.find(text) if span.entity_type == "PERSON"}
    assert len(spans & set(NAMES[:10])) >= 9


def test_long_texts_are_cut_where_no_name_stands(model: OnnxModel) -> None:
    """Pieces cover a text, each no longer than allowed, and end between paragraphs, sentences or words."""
    for text in ("word " * 5000, "One sentence. " * 2000, "A line\n" * 3000, "x" * 20_001, "", "short"):
        pieces = list(_pieces(text))
        assert text == "".join(text[start:end] for start, end in pieces)
        assert all(end - start <= 8000 for start, end in pieces)
        assert all(text[end - 1] in " \n" for _, end in pieces[:-1]) or text.startswith("x")
    text = "The quarterly figures were discussed at some length. " * 150 + "Then Margaret Dunleavy left the room. " * 9
    spans = [span for span in model.find(text) if span.entity_type == "PERSON"]
    assert {"Margaret Dunleavy"} == {text[span.start : span.end] for span in spans}
    assert len(spans) == 9


def test_escaped_line_breaks_are_no_letters(model: OnnxModel) -> None:
    """In JSON within a text the n of an escaped line break is no part of the name behind it."""
    text = r"Regards,\nMargaret Dunleavy"
    assert ["Margaret Dunleavy"] == [text[span.start : span.end] for span in model.find(text)]


@pytest.mark.parametrize("name", ["/nowhere", "spacy:no_such_pipeline"])
def test_a_missing_model_stops_the_start(name: str, tiers: list[NerTier]) -> None:
    """Loading says what is missing and what to do, before the first request."""
    tier = NerTier(NerOptions(model=name))
    tiers.append(tier)
    with pytest.raises(ConfigurationError) as caught:
        tier.load()
    assert caught.value.field == "ner.model"
    assert caught.value.remedy


def test_a_broken_model_stops_the_start(tmp_path: Path) -> None:
    """A folder with a broken file is refused."""
    (tmp_path / "config.json").write_text('{"id2label": {"0": "O"}}')
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(ConfigurationError, match="token-classification"):
        OnnxModel(tmp_path)


@pytest.mark.parametrize("options", [{"workers": 0}, {"queue": -1}, {"timeout": 0}, {"overload": "ignore"}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    """A mistake in the settings is refused with its field."""
    with pytest.raises(ConfigurationError, match=r"ner\."):
        NerOptions(**options)


def test_any_spacy_pipeline_will_do() -> None:
    """An installed pipeline's entities are translated; one without entities is refused."""
    pipeline = spacy.blank("en")
    ruler: Any = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": "Ann"}, {"label": "GPE", "pattern": "Rome"}])
    model = SpacyModel(pipeline)
    assert [("PERSON", 0, 3), ("LOCATION", 7, 11)] == [span[:3] for span in model.find("Ann in Rome")]
    assert {"PERSON", "LOCATION"} == model.entity_types
    with pytest.raises(ConfigurationError, match="no entities"):
        SpacyModel(spacy.blank("en"))


def test_only_asked_for_entities_and_each_text_once(tiers: list[NerTier]) -> None:
    """Results are remembered; entities that were not asked for are left out; texts without prose are not looked at."""
    model = Slow()
    tier = tier_of(model, tiers)
    expected = Findings({"Ann came": (Match("PERSON", 0, 3, 0.9),)}, complete=True)
    assert expected == tier.find(["Ann came", "Ann came", "7", "user_id"])
    assert expected == tier.find(["Ann came"]) == tier.remembered(["Ann came"])
    assert model.looked == 1
    assert all(name.startswith("privmw-ner") for name in model.threads)
    assert not tier.remembered(["Ann left"]).complete


def test_memory_of_results_is_bounded_and_keyed(tiers: list[NerTier]) -> None:
    """Only so many results are kept, and no text among them."""
    tier = tier_of(Slow(), tiers, remembered=3)
    tier.find([f"Ann {number}" for number in range(9)])
    assert len(tier._remembered) == 3
    assert all(len(key) == 16 for key in tier._remembered)


@pytest.mark.parametrize("overload", ["block", "core_only"])
def test_a_full_queue_has_a_stated_outcome(overload: Any, tiers: list[NerTier]) -> None:
    """Block raises, core_only goes on flagged and counted; afterwards there is room again."""
    tier = tier_of(Slow(0.2), tiers, queue=1, overload=overload)
    with ThreadPoolExecutor(2) as others:
        running = [others.submit(tier.find, [f"Ann {number}"]) for number in range(2)]
        while tier._calls < 2:
            time.sleep(0.005)
        if overload == "block":
            with pytest.raises(RedactionError, match="queue") as caught:
                tier.find(["Bob left", "Bob came"])
            assert caught.value.limit == "model"
        else:
            assert Findings({}, complete=False) == tier.find(["Bob left", "Bob came"])
        assert all(call.result().complete for call in running)
    assert tier.skipped == {"full": 2}
    assert tier._calls == 0
    assert tier.find(["Bob left"]).complete


def test_one_call_may_have_many_texts(tiers: list[NerTier]) -> None:
    """The queue counts calls: a conversation of hundred turns is one, however short the queue."""
    tier = tier_of(Slow(), tiers, queue=1)
    findings = tier.find([f"Ann {number}" for number in range(100)])
    assert (True, 100) == (findings.complete, len(findings.matches))


@pytest.mark.anyio
async def test_a_call_that_nobody_waits_for_gives_its_place_back(tiers: list[NerTier]) -> None:
    """When the caller goes away, or is refused for the time, the texts that wait are not looked at."""
    import asyncio

    model = Slow(0.1)
    tier = tier_of(model, tiers, timeout=0.05)
    with pytest.raises(RedactionError, match="slow"):
        await tier.find_async([f"Ann {number}" for number in range(20)])
    gone = asyncio.create_task(tier.find_async([f"Bob {number}" for number in range(20)]))
    await asyncio.sleep(0.02)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    await asyncio.sleep(0.3)
    assert tier._calls == 0
    assert model.looked <= 3


@pytest.mark.parametrize("overload", ["block", "core_only"])
def test_a_slow_model_has_a_stated_outcome(overload: Any, tiers: list[NerTier]) -> None:
    """The time that a call may take is kept, and what happens then is the profile's decision."""
    tier = tier_of(Slow(0.4), tiers, timeout=0.05, overload=overload)
    started = time.monotonic()
    if overload == "block":
        with pytest.raises(RedactionError, match="slow"):
            tier.find(["Ann came"])
    else:
        assert Findings({}, complete=False) == tier.find(["Ann came"])
    assert time.monotonic() - started < 0.35
    assert tier.skipped["slow"] == 1


def test_wait_waits(tiers: list[NerTier]) -> None:
    """With wait, neither the queue's length nor the time ends a call."""
    tier = tier_of(Slow(0.02), tiers, queue=1, timeout=0.01, overload="wait")
    findings = tier.find([f"Ann {number}" for number in range(8)])
    assert (True, 8) == (findings.complete, len(findings.matches))


@pytest.mark.anyio
async def test_closing_refuses_what_waits(tiers: list[NerTier]) -> None:
    """A call whose texts were dropped at the end of the app is refused; its task is not cancelled. A later one works."""
    import asyncio

    tier = tier_of(Slow(0.2), tiers)
    texts = [f"Ann {number}" for number in range(5)]
    waiting = asyncio.create_task(tier.find_async(texts))
    with ThreadPoolExecutor(1) as others:
        blocking = others.submit(tier.find, [f"Bob {number}" for number in range(5)])
        await asyncio.sleep(0.05)
        await asyncio.to_thread(tier.close)
        for refused in (waiting, asyncio.wrap_future(blocking)):
            with pytest.raises(RedactionError, match="closed"):
                await refused
    assert tier._calls == 0
    assert tier.find(["Ann came"]).complete


def test_a_model_that_raises_blocks(tiers: list[NerTier]) -> None:
    """A failing model is never taken for one that found nothing, and its error holds no text."""
    tier = tier_of(Slow(), tiers)
    with pytest.raises(RedactionError) as caught:
        tier.find(["Bad text"])
    assert "Bad text" not in str(caught.value)


@pytest.mark.anyio
async def test_async_calls_leave_the_loop_free(tiers: list[NerTier]) -> None:
    """While the model works the event loop runs on; outcomes are those of the blocking call."""
    import asyncio

    tier = tier_of(Slow(0.1), tiers)
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.005)
            beats += 1

    task = asyncio.create_task(beat())
    findings = await tier.find_async(["Ann came"])
    task.cancel()
    assert ("Ann came" in findings.matches, findings.complete) == (True, True)
    assert beats >= 5
    slow = tier_of(Slow(0.3), tiers, timeout=0.02)
    with pytest.raises(RedactionError, match="slow"):
        await slow.find_async(["Ann left"])
    with pytest.raises(RedactionError):
        await tier.find_async(["Bad text"])
    lenient = tier_of(Slow(0.3), tiers, timeout=0.02, overload="core_only")
    assert not (await lenient.find_async(["Ann left"])).complete
    patient = tier_of(Slow(0.05), tiers, timeout=0.01, overload="wait")
    assert (await patient.find_async(["Ann left"])).complete


def test_core_and_model_together(tiers: list[NerTier]) -> None:
    """One transform replaces what either finds; the core's spans stand where both find something."""
    redactor = NerRedactor(Redactor(), tier_of(OnnxModel(find_model("rampart")), tiers))
    pseudonyms = Pseudonymiser((b"k" * 32,), "s")
    value = {"content": "My name is Margaret Dunleavy, mail margaret.dunleavy@mail.example or 4111 1111 1111 1111."}
    transformed = redactor.transform(value, pseudonyms.token)
    assert "Dunleavy" not in str(transformed.value)
    assert "dunleavy" not in str(transformed.value)
    assert {"PERSON": 1, "EMAIL_ADDRESS": 1, "CREDIT_CARD": 1} == transformed.counts
    assert value == pseudonyms.restore_value(transformed.value)
    assert {"PERSON", "CREDIT_CARD"} <= redactor.entity_types
    assert redactor.core.version in redactor.version


def test_tokens_are_not_taken_for_names(tiers: list[NerTier]) -> None:
    """A text that went through once is not changed by a second turn."""
    redactor = NerRedactor(Redactor(), tier_of(OnnxModel(find_model("rampart")), tiers))
    pseudonyms = Pseudonymiser((b"k" * 32,), "s")
    once = redactor.transform(["I spoke with Margaret Dunleavy from Springfield."], pseudonyms.token).value
    assert once == redactor.transform(once, pseudonyms.token).value


@pytest.mark.anyio
async def test_on_the_event_loop_only_what_was_prepared(tiers: list[NerTier]) -> None:
    """A transform on the loop runs no model: prepared texts are merged, others are refused or flagged."""
    redactor = NerRedactor(Redactor(), tier_of(Slow(), tiers))
    with pytest.raises(RedactionError, match="prepare"):
        redactor.transform({"content": "Ann came"}, lambda kind, _: kind)
    await redactor.prepare({"content": "Ann came"})
    assert redactor.transform({"content": "Ann came"}, lambda kind, _: kind).value == {"content": "PERSON came"}
    lenient = NerRedactor(Redactor(), tier_of(Slow(), tiers, overload="core_only"))
    assert lenient.transform({"content": "Ann came"}, lambda kind, _: kind).value == {"content": "Ann came"}


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own(tiers: list[NerTier]) -> None:
    """A tier whose real model worked in the parent works in the child, and in the parent again."""
    tier = tier_of(None, tiers)
    tier.find(["I met Margaret Dunleavy."])
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writer, b"%d" % len(tier.find(["I met Henrik Sjöberg."]).matches))
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        assert b"1" == answer.read()
    os.waitpid(child, 0)
    assert 1 == len(tier.find(["I met Priya Raghunathan."]).matches)


def test_the_default_model_loads_by_name() -> None:
    """The options' default names the model that the extra ships."""
    assert {"PERSON", "STREET_ADDRESS", "LOCATION"} <= load_model(NerOptions()).entity_types
