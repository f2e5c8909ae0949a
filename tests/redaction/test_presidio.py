"""Presidio both ways: the same spans from the same recognizers, and our core in its engine."""

from __future__ import annotations

import random
import string
from itertools import pairwise
from typing import Any

import pytest
import tldextract
from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_analyzer.predefined_recognizers import PhoneRecognizer, UsSsnRecognizer

from privmw.errors import ConfigurationError
from privmw.redaction.engine import Engine
from privmw.redaction.presidio import GateRecognizer, NerRecognizer, predefined_recognizers, recognizers_from
from privmw.redaction.redactor import Redactor

SHIPPED = predefined_recognizers()


def split(words: str) -> list[str]:
    """One item per word."""
    return words.split()


SHAPES = (
    ".join(         [ 999999-9999 9999999999 99999999999 999999999999 AAAA99999A AA99 AAA AA99AAAA9999 A99999999",
    "A999 9999 AA-99-A-9999 9.9.9.99 999.99.9.9 hh:hh:hh:hh:hh:hh hhhhhhhh-hhhh-4hhh-ahhh-hhhhhhhhhhhh",
    "aaa.aaa@aaaaa.com http://www.aaaaa.co.uk/aaa 99/99/9999 9999-09-19 AAA 999 AAA 9999 AA 99 AA 9999",
    "AAAAAA99A99A999A DE999999999 4AAA9999999999999 CLM-99999999 9AA9-AA9-AA99 RX 99999999 claim number: 99999999",
    "99AAAAA9999A9A9 1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 90019 999999-9999999 010-9999-9999 9999/999999/99 AAA",
    "999999 GP 9A99AA9AA99 AB1 2CD 99 999999 A 999",
)
PARTS = [
    *(shape for line in SHAPES for shape in line.split()),
    "99 999 999 999",
    "AA99 AAA",
    "A999 9999",
    "AA 99 AA 9999",
]
LETTERS = {"9": string.digits, "A": string.ascii_uppercase, "a": string.ascii_lowercase, "h": "0123456789abcdef"}
WORDS = split("the order number and my id of to passport ssn license account is , . : ( ) - / # iban bank ")


def texts(count: int, seed: int) -> list[str]:
    """Generated texts: random values of many shapes between words."""
    chance = random.Random(seed)
    made = []
    for _ in range(count):
        pieces = []
        for _ in range(chance.randint(1, 6)):
            shape = chance.choice(PARTS)
            value = "".join(chance.choice(LETTERS[char]) if char in LETTERS else char for char in shape)
            pieces.append(value if chance.random() < 0.6 else chance.choice(WORDS))
        made.append(" ".join(pieces))
    return made


def covered(spans: list[tuple[int, int]]) -> set[int]:
    """Offsets of all characters in some spans."""
    return {offset for start, end in spans for offset in range(start, end)}


def engine_of(recognizers: list[Any], threshold: float = 0.0) -> Engine:
    """Our engine with Presidio's recognizers and no others; the exact gate, which needs no compilation."""
    return Engine([item for one in recognizers for item in recognizers_from(one)], threshold=threshold, gate="regex")


def analyzer_of(recognizers: list[Any]) -> AnalyzerEngine:
    """Presidio's engine without a language model."""
    provider = NlpEngineProvider(
        nlp_configuration={"nlp_engine_name": "no_op", "models": [{"lang_code": "en", "model_name": "none"}]}
    )
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=["en"])
    return AnalyzerEngine(registry=registry, nlp_engine=provider.create_engine(), supported_languages=["en"])


def test_every_shipped_recognizer_compiles() -> None:
    """All pattern recognizers of Presidio, those off by default included, become ours, under distinct names."""
    compiled = [item for one in SHIPPED for item in recognizers_from(one)]
    assert len(SHIPPED) >= 85
    assert len(compiled) == len({item.name for item in compiled})
    assert {one.supported_entities[0] for one in SHIPPED} == {item.entity_type for item in compiled}


@pytest.mark.parametrize(
    "shipped", [one for one in SHIPPED if one.name != "IbanRecognizer"], ids=lambda one: str(one.name)
)
def test_same_characters_as_presidio(shipped: Any) -> None:
    """On generated texts each compiled recognizer covers what its original covers; a rejected match hides none behind it."""
    engine = engine_of([shipped])
    for text in texts(150, seed=7):
        expected = covered([(found.start, found.end) for found in shipped.analyze(text, shipped.supported_entities)])
        found = covered([(item[0], -item[1]) for item in engine.find(text)])
        assert expected <= found, text
        if expected != found:  # Presidio goes on behind a rejected match, we right after its start
            rest = "".join(text[offset] if offset in found - expected else "\n" for offset in range(len(text)))
            assert any(shipped.analyze(piece, shipped.supported_entities) for piece in rest.split("\n") if piece), text


def test_same_spans_and_scores_as_the_analyzer_engine() -> None:
    """With the same recognizers, where none overlap, spans, types and scores are those of Presidio's engine."""
    recognizers = [
        one
        for one in SHIPPED
        if one.name
        in {"UsSsnRecognizer", "EmailRecognizer", "IpRecognizer", "CreditCardRecognizer", "MacAddressRecognizer"}
    ]
    analyzer, ours = analyzer_of(recognizers), engine_of(recognizers, 0.01)
    compared = 0
    for text in texts(600, seed=11):
        expected = sorted((one.start, one.end, one.entity_type, one.score) for one in analyzer.analyze(text, "en"))
        if any(first[1] > second[0] for first, second in pairwise(expected)):
            continue
        compared += len(expected)
        found = [(item[0], -item[1], item[4].entity_type, ours.score_of(text, item)) for item in ours.find(text)]
        assert expected == found, text
    assert compared > 60


def test_validators_decide_as_in_presidio() -> None:
    """Confirmed means 1, refused means nothing, left open means the pattern's score, more beside a context word."""

    class Odd(PatternRecognizer):
        def validate_result(self, pattern_text: str) -> bool | None:
            return {"0": False, "1": True}.get(pattern_text[-1])

        def invalidate_result(self, pattern_text: str) -> bool | None:
            return pattern_text.startswith("9")

    engine = engine_of([Odd("TICKET", patterns=[Pattern("t", r"\bT?\d{5}\b", 0.3)], context=["ticket"])])
    found = {
        text: [engine.score_of(text, item) for item in engine.find(text)]
        for text in ("10001", "10000", "10002", "90002", "ticket 10002")
    }
    assert {"10001": [1.0], "10000": [], "10002": [0.3], "90002": [], "ticket 10002": [0.65]} == found


def test_a_validator_that_raises_does_not_hide_a_match() -> None:
    """Where a validator fails, the match stands at its pattern's score."""

    class Raising(PatternRecognizer):
        def validate_result(self, pattern_text: str) -> bool | None:
            raise ValueError(pattern_text)

    engine = engine_of([Raising("TICKET", patterns=[Pattern("t", r"\d{5}", 0.3)])])
    assert [0.3] == [engine.score_of("12345", item) for item in engine.find("12345")]


def test_users_own_recognizers() -> None:
    """Patterns, deny lists and flags of a user's own recognizer work in a redactor, beside the built-in ones."""
    title = PatternRecognizer("TITLE", deny_list=["Mr.", "Mrs."], global_regex_flags=0, name="Titles")
    staff = PatternRecognizer("STAFF_ID", patterns=[Pattern("staff", r"\bs(?i)t-\d{4}\b", 0.9)])
    redactor = Redactor(recognizers=[title, staff])
    assert "<TITLE> Kim, mr. Lee, <STAFF_ID>, <EMAIL_ADDRESS>" == redactor.text("Mr. Kim, mr. Lee, ST-1234, a@b.co")
    assert {"TITLE", "STAFF_ID"} <= redactor.entity_types


@pytest.mark.parametrize("gate", ["hyperscan", "regex"])
@pytest.mark.parametrize(
    "pattern", [r"(?P<a>[A-Z]{2})-\d{3}-(?P=a)", r"([A-Z]{2})-\d{3}-\1", r"(?P<a>[A-Z]{2})-(?P=a)0?"]
)
def test_back_references(pattern: str, gate: str) -> None:
    """A group may be asked for again, by number or by name; both gates agree."""
    twin = PatternRecognizer("TWIN", patterns=[Pattern("twin", pattern, 0.8)], name="Twin", global_regex_flags=0)
    redactor = Redactor(recognizers=[twin], gate=gate, entities=["TWIN"])
    assert redactor.text("AB-123-AB and AB-AB0").count("<TWIN>") == 1
    assert redactor.find("AB-123-CD and AB-CD0") == []


def test_deny_list_words_in_hangul() -> None:
    """Boundaries are ASCII: a word of a deny list is found with Hangul glued to it, as every value is."""
    place = PatternRecognizer("CAMPUS", deny_list=["서울", "Seoul"], name="Campus")
    redactor = Redactor(recognizers=[place], entities=["CAMPUS"])
    assert "나는<CAMPUS>에서, <CAMPUS>에서, XSeoul" == redactor.text("나는서울에서, Seoul에서, XSeoul")


@pytest.mark.parametrize(
    "recognizer",
    [PhoneRecognizer(), object(), PatternRecognizer("X", patterns=[Pattern("x", r"a(?<=b*c)\d", 0.5)], name="X")],
    ids=["no patterns", "no recognizer", "foreign syntax"],
)
def test_what_cannot_be_compiled_is_refused(recognizer: Any) -> None:
    """At start-up, by name, with what to do instead."""
    with pytest.raises(ConfigurationError) as caught:
        recognizers_from(recognizer)
    assert caught.value.remedy is not None
    assert "recognizer " in str(caught.value)


def test_a_recognizer_with_an_analyze_of_its_own_is_refused() -> None:
    """Code cannot be compiled, and is not silently left out."""

    class Own(UsSsnRecognizer):
        def analyze(self, *args: Any, **options: Any) -> Any:
            return []

    with pytest.raises(ConfigurationError, match="analyze"):
        recognizers_from(Own())


def test_our_core_in_presidios_engine() -> None:
    """The gate recognizer gives an AnalyzerEngine our entity types, with scores and explanations."""
    analyzer = analyzer_of([GateRecognizer()])
    text = "mail a@b.internal, 4111 1111 1111 1111"
    results = {one.entity_type: one for one in analyzer.analyze(text, "en", return_decision_process=True)}
    assert {"EMAIL_ADDRESS", "CREDIT_CARD"} == set(results)
    assert text[results["EMAIL_ADDRESS"].start : results["EMAIL_ADDRESS"].end] == "a@b.internal"
    explanation = results["CREDIT_CARD"].analysis_explanation
    assert (True, "GateRecognizer") == (explanation.validation_result, explanation.recognizer)
    only = analyzer.analyze(text, "en", entities=["CREDIT_CARD"])
    assert ["CREDIT_CARD"] == [one.entity_type for one in only]


def test_the_model_in_presidios_engine() -> None:
    """Core and model together make an AnalyzerEngine that finds names without a spaCy pipeline."""
    model = NerRecognizer()
    text = "Margaret Dunleavy wrote from margaret@mail.example about Springfield."
    results = analyzer_of([GateRecognizer(), model]).analyze(text, "en")
    model.tier.close()
    found = {text[one.start : one.end]: one.entity_type for one in results}
    assert found == found | {
        "Margaret Dunleavy": "PERSON",
        "margaret@mail.example": "EMAIL_ADDRESS",
        "Springfield": "LOCATION",
    }
    assert [] == model.analyze("7", ["PERSON"])


def test_nothing_is_fetched() -> None:
    """The public suffix list is the one that tldextract ships (the test run has no network to fetch another)."""
    assert tldextract.extract("a@example.co.uk").suffix == "co.uk"
    assert not tldextract.tldextract.TLD_EXTRACTOR.suffix_list_urls
