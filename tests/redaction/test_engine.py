"""The engine: which match stands, what context says, what is never a match, and joined texts."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privmw.errors import ConfigurationError
from privmw.redaction.engine import Engine
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.redactor import Redactor
from privmw.redaction.selection import engine_for, select


def rule(name: str, pattern: str, **options: Any) -> Recognizer:
    """A recognizer of one's own; its trigger is its pattern."""
    return Recognizer(name=name, entity_type=options.pop("entity_type", name.upper()), pattern=pattern, **options)


def even(text: str) -> bool:
    """A checksum: the last digit is even."""
    return text[-1] in "02468"


def names(engine: Engine, text: str, key_mask: int = 0) -> list[tuple[str, str]]:
    """What is found: recognizer and text."""
    return [(item[4].recognizer.name, text[item[0] : -item[1]]) for item in engine.find(text, key_mask)]


def plain(found: Sequence[Any]) -> list[tuple[int, int, str]]:
    """Matches in a form that can be compared."""
    return [(item[0], -item[1], item[4].recognizer.name) for item in found]


@cache
def default() -> Engine:
    """The default set."""
    return engine_for(select((), None), 0.5, "auto", frozenset(), False)


both = pytest.mark.parametrize("gate", ["hyperscan", "regex"])


@both
@pytest.mark.parametrize(
    ("expected", "rules", "text"),
    [
        pytest.param(
            [("a", "1234")], [rule("a", "[0-9]{4}"), rule("b", "(?<=1)[0-9]{2}")], "x 1234", id="earlier-start"
        ),
        pytest.param([("a", "12345")], [rule("b", "123"), rule("a", "12345")], "x 12345", id="longer-at-one-start"),
        pytest.param(
            [("a", "1234")],
            [rule("b", "1234", score=0.9, specificity=Specificity.GENERIC), rule("a", "1234")],
            "x 1234",
            id="more-specific-of-one-span",
        ),
        pytest.param(
            [("a", "1234")], [rule("b", "1234"), rule("a", "1234", score=0.8)], "x 1234", id="higher-score-of-one-span"
        ),
        pytest.param(
            [("a", "1234")],
            [
                rule("b", "1234", score=0.8),
                rule("a", "1234", checksum=even, policy=ChecksumPolicy.BOOSTS),
            ],
            "x 1234",
            id="verified-of-one-span",
        ),
        pytest.param(
            [("b", "abcdef12"), ("a", "345678")],
            [rule("b", "abcdef12"), rule("a", "12345678")],
            "abcdef12345678",
            id="tail",
        ),
        pytest.param(
            [("b", "abcdef12")], [rule("b", "abcdef12"), rule("a", "12345")], "abcdef12345", id="tail-too-short"
        ),
        pytest.param(
            [("a", "12345678")],
            [
                rule("b", "AA1234567"),
                rule("a", "12345678", checksum=even, policy=ChecksumPolicy.BOOSTS),
            ],
            "AA12345678",
            id="verified-and-covers-most",
        ),
        pytest.param(
            [("a", "12345678")],
            [
                rule("b", '"?12345678"?', specificity=Specificity.GENERIC, checksum=even, policy=ChecksumPolicy.BOOSTS),
                rule("a", "12345678", checksum=even, policy=ChecksumPolicy.BOOSTS),
            ],
            '"12345678"',
            id="specific-without-the-quotes",
        ),
        pytest.param([("a", "12"), ("a", "34")], [rule("a", "[0-9]{2}")], "12 34", id="several"),
        pytest.param([("a", "12"), ("a", "34")], [rule("a", "[0-9]{2}")], "1234", id="side-by-side"),
    ],
)
def test_overlaps(expected: list[tuple[str, str]], rules: list[Recognizer], text: str, gate: str) -> None:
    """Earlier start, then longer, then better rank; a verified match that covers most wins; tails stay covered."""
    assert expected == names(Engine(rules, gate=gate), text)


CONTEXT = rule(
    "licence", "[0-9]{6}", score=0.3, boosted=0.9, needs_context=True, context=("lic", "card number", "면허")
)


@both
@pytest.mark.parametrize(
    ("found", "text"),
    [
        (True, "lic 123456"),
        (True, "LIC: 123456"),
        (True, "lics 123456"),
        (False, "public 123456"),
        (False, "license 123456"),
        (True, "myLic=123456"),
        (True, "my_lic=123456"),
        (True, "my-lic: 123456"),
        (True, "driverLicNo=123456"),
        (True, "XMLLic=123456"),
        (True, "cardNumber=123456"),
        (True, "card number 123456"),
        (True, "card-number: 123456"),
        (True, "Card  Numbers 123456"),
        (False, "card of any kind, number 123456"),
        (True, "123456 (lic)"),
        (False, "123456 " + "x " * 12 + "lic"),
        (True, "lic " + "x " * 20 + "123456"),
        (False, "lic " + "x " * 60 + "123456"),
        (True, "운전면허는123456입니다"),
        (True, "면허번호: 123456"),
        (False, "<LIC_CARD> 123456"),
        (False, "123456 subscriber liceu"),
        (False, "café publicé 123456"),
        (False, "licé 123456"),
    ],
)
def test_context_words(found: bool, text: str, gate: str) -> None:
    """A word counts whole, in parts of camelCase and snake_case, glued in Hangul, near, and not in a placeholder."""
    assert ([("licence", "123456")] if found else []) == names(Engine([CONTEXT], gate=gate), text)


@both
@pytest.mark.parametrize(
    ("found", "key"),
    [
        (True, "lic"),
        (True, "licNo"),
        (True, "card[number]"),
        (True, "cardNumber"),
        (True, "면허"),
        (False, "public"),
        (False, ""),
    ],
)
def test_keys_are_context(found: bool, key: str, gate: str) -> None:
    """A key above a text speaks for it as a word beside it does."""
    engine = Engine([CONTEXT], gate=gate)
    assert ([("licence", "123456")] if found else []) == names(engine, "123456", engine.cues.of_key(key))
    leaves = ["987654", "123456"]
    expected = {1: ["123456"]} if found else {}
    joined = engine.find_leaves(leaves, {1: engine.cues.of_key(key)})
    assert expected == {place: [leaves[place][f[0] : -f[1]] for f in items] for place, items in joined.items()}


@both
@pytest.mark.parametrize(
    ("found", "policy", "overrides", "text"),
    [
        (True, ChecksumPolicy.REQUIRED, False, "12345678"),
        (False, ChecksumPolicy.REQUIRED, False, "12345679"),
        (False, ChecksumPolicy.REQUIRED, False, "lic 12345679"),
        (True, ChecksumPolicy.REQUIRED, True, "lic 12345679"),
        (False, ChecksumPolicy.REQUIRED, True, "no word 12345679"),
        (True, ChecksumPolicy.BOOSTS, False, "12345679"),
        (True, ChecksumPolicy.NONE, False, "12345679"),
    ],
)
def test_checksum_policies(found: bool, policy: ChecksumPolicy, overrides: bool, text: str, gate: str) -> None:
    """A failed required checksum drops a match unless a word may override it; otherwise it only lacks the boost."""
    one = rule("n", "[0-9]{8}", checksum=even, policy=policy, context_overrides=overrides, context=("lic",))
    assert found == bool(names(Engine([one], gate=gate), text))


@both
def test_a_checksum_may_leave_it_open(gate: str) -> None:
    """A check that cannot say lets the match stand unverified."""
    one = rule("n", "[0-9]{8}", checksum=lambda text: None, policy=ChecksumPolicy.REQUIRED)
    (found,) = Engine([one], gate=gate).find("12345679")
    assert found[3] is False


@both
@pytest.mark.parametrize(
    ("expected", "threshold", "text"),
    [
        ([], 0.8, "123456"),
        (["123456"], 0.8, "lic 123456"),
        (["123456"], 0.3, "123456"),
        ([], 0.95, "lic 123456"),
    ],
)
def test_threshold(expected: list[str], threshold: float, text: str, gate: str) -> None:
    """A match below the threshold is dropped unless context lifts it."""
    one = rule("n", "[0-9]{6}", score=0.4, boosted=0.9, context=("lic",))
    redactor = Redactor(entities=["N"], recognizers=[one], threshold=threshold, gate=gate)
    assert expected == [text[match.start : match.end] for match in redactor.find(text)]


@both
def test_allow_list(gate: str) -> None:
    """An allowed value is no match, compared as written; a longer one that holds it is."""
    engine = Engine([rule("n", "[0-9]{4,6}")], allow=["1234"], gate=gate)
    assert [("n", "12345"), ("n", "4321")] == names(engine, "1234 12345 4321")


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (True, base64.b64encode(b"mail jane.doe@example.com").decode()),
        (True, base64.urlsafe_b64encode(b"mail jane.doe@example.com").decode().rstrip("=")),
        (False, base64.b64encode(b"nothing to see in here, move on").decode()),
        (False, "mail " + base64.b64encode(b"jane.doe@example.com").decode()),
        (False, "bm90IGJhc2U2NA=====" * 3),
    ],
)
def test_base64(found: bool, text: str) -> None:
    """A text that is base64 of something to be found is a match as a whole, if that was asked for."""
    engine = Engine([one for one in select((), None) if one.name == "email"], base64=True)
    expected = [(0, len(text), "email")] if found else []
    assert expected == plain(engine.find(text))
    assert ({1: expected} if found else {}) == {k: plain(v) for k, v in engine.find_leaves(["x", text]).items()}
    assert [] == Engine(engine.recognizers).find(text)


@both
@pytest.mark.parametrize(
    "text",
    ["<EMAIL_ADDRESS>", "see <KR_RRN> and <US_SSN>", "[EMAIL_ADDRESS_QWXKTRBMPD]", "<A1B2C3D4>", "x<CODE_123456>y"],
)
def test_placeholders_are_never_matched(text: str, gate: str) -> None:
    """Nothing in a placeholder or token is a match, whatever the patterns say."""
    engine = Engine([rule("upper", "[A-Z][A-Z0-9]{3,}"), rule("digits", "[0-9]{6}")], gate=gate)
    assert [] == engine.find(text)
    assert [("upper", "REAL")] == names(engine, f"{text} REAL")


SAMPLES = (
    *("jane.doe@example.com", "010-1234-5678", "960121-1021413", "4111 1111 1111 1111", "GB29NWBK60161331926819"),
    *(
        "card",
        "account",
        "lic",
        "전화",
        "주민번호",
        "주민등록번호",
        "password=hunter2",
        "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    ),
    *(
        "１２３",
        "a%40b.co",
        "jane&#64;example.com",
        "192.168.0.1",
        " ",
        "-",
        ",",
        "",
        "\n",
        "는",
        "plain words",
        "12",
        "\ud800",
    ),
)
leaf = st.lists(st.sampled_from(SAMPLES), max_size=5).map("".join) | st.text(max_size=20)


@given(
    st.lists(leaf, max_size=12),
    st.lists(st.sampled_from(("", "ssn", "card_number", "phone", "계좌번호")), min_size=12, max_size=12),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_joined_texts_are_found_as_each_alone(leaves: list[str], keys: list[str]) -> None:
    """One scan over many texts finds in each what a scan of that text alone finds, keys included."""
    engine = default()
    masks = {place: mask for place, key in enumerate(keys[: len(leaves)]) if (mask := engine.cues.of_key(key))}
    expected = {place: plain(engine.find(text, masks.get(place, 0))) for place, text in enumerate(leaves)}
    assert {place: found for place, found in expected.items() if found} == {
        place: plain(found) for place, found in engine.find_leaves(leaves, masks).items()
    }


@given(st.integers(1, 15), st.sampled_from(SAMPLES[:5]), st.booleans())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_no_match_crosses_texts(cut: int, value: str, padded: bool) -> None:
    """A value cut in two texts is not put together, and every offset lies inside its text."""
    leaves = [value[:cut], value[cut:], "x" * (50 if padded else 0)]
    for place, found in default().find_leaves(leaves).items():
        assert all(0 <= item[0] < -item[1] <= len(leaves[place]) for item in found)
    words = default().find_leaves(["ssn", "219456789"])
    assert {} == words


def test_explanations() -> None:
    """An explanation names recognizer, checksum, context word, score and source of a match."""
    redactor = Redactor()
    (card,) = redactor.explain("see 4111 1111 1111 1111 ok")
    assert ("CREDIT_CARD", 4, 23, "credit_card", "valid", None) == (*card[:3], *card[4:7])
    assert card.source
    (bare,) = redactor.explain("my ssn is 219456789 ok")
    assert ("US_SSN", "us_ssn_bare", "ssn") == (bare.entity_type, bare.recognizer, bare.context)
    assert 0.5 <= bare.score <= 1
    (mail,) = redactor.explain("write to jane@example.com")
    assert ("EMAIL_ADDRESS", None) == (mail.entity_type, mail.checksum)
    lower, higher = (redactor.explain(text)[0].score for text in ("see 02-123-4567", "phone 02-123-4567"))
    assert lower < higher


def test_two_recognizers_of_one_name() -> None:
    """Names are unique, so that an explanation is."""
    with pytest.raises(ConfigurationError, match="two recognizers have this name"):
        Engine([rule("a", "x1"), rule("a", "y1")])


@pytest.mark.parametrize("name", ["", "hyper", "re"])
def test_unknown_gate(name: str) -> None:
    """A gate that does not exist is refused."""
    with pytest.raises(ConfigurationError, match="there is no gate"):
        Engine([rule("a", "x1")], gate=name)


def test_version() -> None:
    """Equal rules have one version; another threshold, pattern, score or context has another."""
    base = Engine([rule("a", "x1")])
    assert base.version == Engine([rule("a", "x1")], gate="regex").version
    others = [
        Engine([rule("a", "x2")]),
        Engine([rule("a", "x1", score=0.6)]),
        Engine([rule("a", "x1", context=("lic",))]),
        Engine([rule("a", "x1")], threshold=0.4),
        Engine([rule("b", "x1")]),
    ]
    assert 6 == len({base.version, *(other.version for other in others)})


def test_the_version_tells_how_far_context_reaches() -> None:
    """Engines that differ only in how far before a value a context word counts have different versions."""
    near, far = (
        Recognizer(name="badge", entity_type="BADGE", pattern="[0-9]{6}", context=("badge",), within=within)
        for within in (8, 64)
    )
    assert Engine([near]).version != Engine([far]).version
    assert Engine([near]).version == Engine([near]).version
