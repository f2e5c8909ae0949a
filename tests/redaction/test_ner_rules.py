"""What the model says is weighed: programs and theorems are no persons, and introductions in other scripts are."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import main
from benchmarks.names import ORDINARY
from privmw.redaction.nermodel import OnnxModel, find_model
from privmw.redaction.nerrules import Span, by_rules

NOTHING_PERSONAL = (
    "You are a helpful assistant. Answer in JSON.",
    "Explain how Kubernetes Ingress works with NGINX.",
    "Our Django app uses Celery and Redis.",
    "Jenkins build #345 failed on branch feature/login.",
    "Tesla shares rose 5% on Friday.",
    "Summarise the Q3 report for Acme Corp.",
    "Maven Central and Gradle Plugin Portal",
    "Take Ibuprofen 200mg twice daily for Parkinson's disease.",
    "He just turned 74 years old",
    "Use the Bellman-Ford algorithm.",
)


@pytest.fixture(scope="module")
def model() -> OnnxModel:
    """The model that the extra ships."""
    return OnnxModel(find_model("rampart"))


def found(model: OnnxModel, text: str) -> list[tuple[str, str]]:
    """What the model and the rules find."""
    return [(span.entity_type, text[span.start : span.end]) for span in model.find(text)]


@pytest.mark.parametrize("text", NOTHING_PERSONAL)
def test_technology_and_things_named_after_people_are_no_persons(model: OnnxModel, text: str) -> None:
    """Names of programs, formats, firms, theorems and diseases stay."""
    assert [] == found(model, text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I asked Jenkins about it", "Jenkins"),
        ("My name is Redis Celery", "Redis Celery"),
        ("Dear Markov,\nthank you.", "Markov"),
        ("Tell Bob that it is ready", "Bob"),
        ("Customer: SMITH", "SMITH"),
        ("Mr. Tesla shares his office with us", "Tesla"),
    ],
)
def test_a_name_beside_a_cue_is_one(model: OnnxModel, text: str, name: str) -> None:
    """Where a title, salutation or label says so, a name is found, whatever else it is the name of."""
    assert ("PERSON", name) in found(model, text)


@pytest.mark.parametrize(
    ("text", "entity_type", "value"),
    [
        ("P.O. Box 1234", "STREET_ADDRESS", "P.O. Box 1234"),
        ("Send it to PO Box 77, Springfield", "STREET_ADDRESS", "PO Box 77"),
        ("私は田中太郎です", "PERSON", "田中太郎"),
        ("名前は山田 花子です。", "PERSON", "山田 花子"),
        ("田中太郎と申します", "PERSON", "田中太郎"),
        ("제 이름은 홍길동입니다", "PERSON", "홍길동"),
        ("성함은 김민지 님이고 번호는", "PERSON", "김민지"),
        ("이름: 홍길동 전화: 없음", "PERSON", "홍길동"),
        ("我的名字是王小明，请帮我", "PERSON", "王小明"),
    ],
)
def test_what_the_model_tears_or_misses(model: OnnxModel, text: str, entity_type: str, value: str) -> None:
    """Post office boxes, and introductions in Japanese, Korean and Chinese, are found whole."""
    assert (entity_type, value) in found(model, text)


@pytest.mark.parametrize("text", ["이름은 나중에 정할게요", "私は学生です", "the PO boxed 12 items", "나는 학생입니다"])
def test_near_misses_of_the_rules(text: str) -> None:
    """No rule finds a name where none is said."""
    assert [] == by_rules(text, [])


def test_rules_win_over_pieces() -> None:
    """A piece that the model found inside a rule's span goes; the others stay, in order."""
    text = "P.O. Box 1234, Springfield"
    pieces = [Span("STREET_ADDRESS", 2, 3, 0.9), Span("LOCATION", 15, 26, 0.9)]
    assert [Span("STREET_ADDRESS", 0, 13, 0.9), pieces[1]] == by_rules(text, pieces)


def test_pieces_that_go_on_are_joined() -> None:
    """Where the model's address goes on behind a rule's, one span covers both; so it is with two parts of one name."""
    text = "PO Box 77 Unit 5"
    assert [Span("STREET_ADDRESS", 0, 16, 0.9)] == by_rules(text, [Span("STREET_ADDRESS", 3, 16, 0.8)])
    torn = [Span("PERSON", 2, 3, 0.5), Span("PERSON", 4, 5, 0.5)]
    assert [(2, 6)] == [span[1:3] for span in by_rules("私は田中太郎です", torn)]


def test_the_benchmark_tells_what_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    """At least 95 % of the names of many origins are covered, and few ordinary lines are said to hold one."""
    assert 0 == main(["names", "--format", "plain"])
    printed = capsys.readouterr().out
    total = (
        next(line for line in printed.splitlines() if line.strip(" |│").startswith("all ")).replace("│", " ").split()
    )
    assert float(total[3].rstrip("%")) >= 95
    wrong = int(printed.split("to hold one: ")[1].split()[0])
    assert wrong <= 7 <= len(ORDINARY) / 7
