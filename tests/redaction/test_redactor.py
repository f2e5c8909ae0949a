"""The facade: never raises, never changes its input, is idempotent and bounded, fails closed, and lets nothing through."""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privmw.context import identify, open_context
from privmw.errors import ConfigurationError, RedactionError
from privmw.redaction.limits import FAILED, LIMITED, Limits
from privmw.redaction.operators import Operator
from privmw.redaction.profiles import PROFILES, Profile
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.redactor import Redactor

PLANTED = {
    "jane.doe@example.com": "EMAIL_ADDRESS",
    "960121-1021413": "KR_RRN",
    "4111 1111 1111 1111": "CREDIT_CARD",
    "GB29NWBK60161331926819": "IBAN_CODE",
    "010-1234-5678": "PHONE_NUMBER",
    "219-45-6789": "US_SSN",
    "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc": "STRIPE_API_KEY",
    "AKIA" + "IOSFODNN7EXAMPLQ": "AWS_ACCESS_KEY_ID",
    "192.168.10.77": "IP_ADDRESS",
}


PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]+>")


@cache
def redactor(**options: Any) -> Redactor:
    """A default one, or with options."""
    return Redactor(**options)


def raising(text: str) -> bool:
    """A checksum with a bug."""
    raise RuntimeError(text)


def kept(once: str, twice: str) -> bool:
    """Whether the placeholders of a redacted text all stand, in order, in what redacting it again gave."""
    left = iter(PLACEHOLDER.findall(twice))
    return all(one in left for one in PLACEHOLDER.findall(once))


words = st.sampled_from(
    (
        "plain",
        "주문",
        "card",
        "ssn",
        "는",
        "1",
        "-",
        "{",
        "<EMAIL_ADDRESS>",
        "\x00",
        "\ud800",
        "%",
        "１",
        "\n",
        "password",
        "\x1b[35m",
        "version",
        "server=",
        "10.1.2.3-",
        "phone",
        "id=",
    )
)
planted = st.sampled_from(sorted(PLANTED))
texts = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=60),
    st.lists(words | planted, max_size=6).map(" ".join),
    st.lists(words | planted, max_size=6).map("".join),
)
apart = st.lists(words | planted, max_size=8).map(" ".join)
keys = st.sampled_from(
    ("id", "note", "password", "card", "x-api-key", "name", "value", "jane.doe@example.com", "")
) | st.text(max_size=5)
numbers = st.one_of(
    st.integers(),
    st.sampled_from((9601211021413, 4111111111111111, 10**40, -(10**900), 1 << 70, 2**53)),
    st.floats(),
)
leaves = texts | numbers | st.booleans() | st.none() | st.binary(max_size=20)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=12,
)
jsons = st.recursive(
    texts
    | numbers.filter(lambda number: abs(number) < 10**40 if number == number else False)
    | st.booleans()
    | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(texts)
@settings(max_examples=120, deadline=None, derandomize=True)
def test_find(text: str) -> None:
    """Matches lie in the text, in order, apart, each with a type that is known and a score from 0 to 1."""
    end = 0
    for match in redactor().find(text):
        assert end <= match.start < match.end <= len(text)
        assert 0 <= match.score <= 1
        assert match.entity_type in redactor().entity_types
        end = match.end


@given(texts)
@settings(max_examples=120, deadline=None, derandomize=True)
def test_text(text: str) -> None:
    """A text is rebuilt around its matches, and comes out the very same where there are none; placeholders stay."""
    matches = redactor().find(text)
    expected, position = "", 0
    for match in matches:
        expected += f"{text[position : match.start]}<{match.entity_type}>"
        position = match.end
    once = redactor().text(text)
    assert expected + text[position:] == once
    assert matches or once is text
    assert kept(once, redactor().text(once))


@given(apart)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_twice_is_once(text: str) -> None:
    """Where values are set apart, redacting again changes nothing, in texts, values and documents."""
    once = redactor().text(text)
    assert once == redactor().text(once)
    value = redactor().value({"note": text, "card": [text, 1], text: {"password": text}})
    assert value is redactor().value(value)
    document = redactor().json(json.dumps({"note": text, "ssn": text}).encode())
    assert document == redactor().json(document)


@given(values)
@settings(max_examples=120, deadline=None, derandomize=True)
def test_value(value: Any) -> None:
    """A value keeps its shape and its input, and comes out the very same where nothing is found; placeholders stay."""
    before = copy.deepcopy(value)
    once = redactor().value(value)
    assert repr(before) == repr(value)
    assert type(once) is type(value) or isinstance(once, str)
    if isinstance(value, (dict, list, tuple)):
        assert len(value) == len(once)
    assert once is value or repr(once) != repr(before)
    assert kept(repr(once), repr(redactor().value(once)))


@given(jsons)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_json(value: Any) -> None:
    """A document stays a document, the very same where nothing is found, and is redacted as its value is."""
    data = json.dumps(value).encode()
    once = redactor().json(data)
    expected = redactor().value(json.loads(data))
    assert repr(expected) == repr(json.loads(once)) or once == data
    assert kept(once.decode(), redactor().json(once).decode())


@given(st.binary(max_size=60) | texts.map(lambda text: text.encode("utf-8", "surrogatepass")))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_json_of_anything(data: bytes) -> None:
    """What is no document is redacted as text, whatever its bytes; placeholders stay."""
    once = redactor().json(data)
    assert kept(*(source.decode("latin-1") for source in (once, redactor().json(once))))
    for value in PLANTED:
        assert f" {value} ".encode() not in once


@given(st.lists(texts, min_size=2, max_size=2), planted, st.sampled_from(("note", "items", "a.b", "메모")))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_planted_values_are_gone(around: list[str], value: str, key: str) -> None:
    """A value set apart by spaces is gone from texts, values and documents, wherever it stands."""
    text = f"{around[0]} {value} {around[1]}"
    structure = {key: [text, {"k": (text, 1)}], "other": text}
    alone = f" {value} "
    assert alone not in redactor().text(text)
    assert alone not in repr(redactor().value(structure))
    assert alone.encode() not in redactor().json(json.dumps({key: text}).encode())
    assert alone not in repr(redactor().transform(structure, lambda entity_type, original: "…").value)


@pytest.mark.parametrize("empty", ["", "<PASSWORD>", None, "[PASSWORD_BCDFGHJKMN]"])
def test_what_stands_beside_an_empty_secret(empty: str | None) -> None:
    """A secret that is empty or a placeholder stays, and every member beside it gets its own replacement."""
    value = {
        "password": empty,
        "id": "010-1234-5678",
        "headers": [["authorization", empty], ["x", "a@b.co"]],
        "pin": [1, empty, "x"],
    }
    expected = {
        "password": empty,
        "id": "<PHONE_NUMBER>",
        "headers": [["authorization", empty], ["x", "<EMAIL_ADDRESS>"]],
        "pin": ["<PASSWORD>", empty, "<PASSWORD>"],
    }
    assert expected == redactor().value(value)
    assert expected == json.loads(redactor().json(json.dumps(value).encode()))


def test_huge_numbers() -> None:
    """Numbers that cannot even be written are handed back, and do not keep what is beside them from being redacted."""
    huge = 10**5000
    result: Any = redactor().value({"n": huge, "card": [huge, 4111111111111111], "mail": "a@b.co"})
    assert huge == result["n"] == result["card"][0]
    assert ("<CREDIT_CARD>", "<EMAIL_ADDRESS>") == (result["card"][1], result["mail"])


def test_planted_values_have_their_type() -> None:
    """Each planted value is replaced by the name of its type, also under a key and as a number."""
    for value, entity_type in PLANTED.items():
        assert {"note": f"see <{entity_type}>, ok"} == redactor().value({"note": f"see {value}, ok"})
    number: Any = redactor().value({"card": 4111111111111111, "jane.doe@example.com": 1})
    assert {"card": "<CREDIT_CARD>", "<EMAIL_ADDRESS>": 1} == number
    assert b'{"ssn":"<US_SSN>"}' == redactor().json(b'{"ssn": 219456789}')


@pytest.mark.parametrize(
    ("expected", "limits", "value"),
    [
        (LIMITED, Limits(bytes=10), "x" * 11),
        (["x" * 6, LIMITED, LIMITED], Limits(bytes=10), ["x" * 6, "y" * 6, "z"]),
        ({"a": {"b": LIMITED}}, Limits(depth=2), {"a": {"b": {"c": "x"}}}),
        (LIMITED, Limits(matches=2), "a@b.co c@d.co e@f.co"),
        (["<EMAIL_ADDRESS>", LIMITED, "x"], Limits(matches=2), ["a@b.co", "c@d.co e@f.co", "x"]),
        (["x" * 600_000, LIMITED, LIMITED], Limits(time=1e-9), ["x" * 600_000, "y" * 600_000, "z"]),
    ],
)
def test_limits(expected: object, limits: Limits, value: Any) -> None:
    """What exceeds a limit is replaced whole and counted; where nothing may be lost, it is refused by name."""
    bounded = Redactor(limits=limits)
    result = bounded.value(value)
    if limits.time < 1:
        result = [result[0] if result[0] != LIMITED else expected[0], *result[1:]]  # type: ignore[index]
    assert expected == result
    assert bounded.failures["limit"] >= 1
    assert 0 == bounded.failures["failed"]
    if not isinstance(value, str):
        with pytest.raises(RedactionError):
            bounded.transform(value, lambda entity_type, original: "…")


def test_values_that_contain_themselves() -> None:
    """A cycle ends where it closes."""
    value: dict[str, Any] = {"mail": "a@b.co"}
    value["self"] = value
    bounded = Redactor()
    result: Any = bounded.value(value)
    assert {"mail": "<EMAIL_ADDRESS>", "self": LIMITED} == result
    assert 1 == bounded.failures["limit"]


def _broken(text: str) -> str:
    raise ValueError(text)


BROKEN: dict[str, Callable[[], Redactor]] = {
    "operator": lambda: Redactor(operators={"EMAIL_ADDRESS": Operator("custom", {"lambda": _broken})}),
    "checksum": lambda: Redactor(
        entities=["N"],
        recognizers=[
            Recognizer(name="n", entity_type="N", pattern="a@b", checksum=raising, policy=ChecksumPolicy.REQUIRED)
        ],
    ),
}


@pytest.mark.parametrize("part", BROKEN)
def test_what_raises_fails_closed(part: str) -> None:
    """When an operator or checksum raises, the text goes, not the value; it is counted, and the rest is redacted."""
    broken = BROKEN[part]()
    assert FAILED == broken.text("mail a@b.co")
    assert FAILED == broken.value("mail a@b.co")
    assert {"k": [FAILED, "fine"], "n": 1} == broken.value({"k": ["mail a@b.co", "fine"], "n": 1})
    assert b"a@b.co" not in broken.json(b'{"k": "mail a@b.co", "n": 1}')
    assert b"a@b.co" not in broken.json(b"no json: a@b.co")
    assert broken.failures["failed"] >= 5
    with pytest.raises(RedactionError) as caught:
        broken.transform({"k": "mail a@b.co"}, _broken_replace if part == "operator" else lambda kind, original: "…")
    assert "a@b.co" not in str(caught.value)


def _broken_replace(entity_type: str, original: str) -> str:
    raise ValueError(entity_type, original)


def test_what_is_no_text_fails_closed() -> None:
    """Something else in place of a text is not handed back."""
    one = Redactor()
    assert FAILED == one.text(None)  # type: ignore[arg-type]
    assert FAILED == one.text(b"a@b.co")  # type: ignore[arg-type]
    assert b'"<REDACTION_FAILED>"' == one.json(None)  # type: ignore[arg-type]
    assert 3 == one.failures["failed"]


@pytest.mark.parametrize("name", PROFILES)
def test_profiles(name: str) -> None:
    """Every profile redacts what is certain; the stricter one leaves less certain numbers alone."""
    profiled = Redactor(profile=name)
    assert PROFILES[name] is profiled.profile
    for value, entity_type in PLANTED.items():
        assert f"x <{entity_type}> y" == profiled.text(f"x {value} y")


def test_a_profile_of_ones_own() -> None:
    """A profile's entities, exceptions, threshold, operators, limits and allowed values hold; arguments override them."""
    profile = Profile(
        name="own",
        entities=("EMAIL_ADDRESS", "US_SSN"),
        without=frozenset({"US_SSN"}),
        operators={"EMAIL_ADDRESS": Operator("replace", {"new_value": "[mail]"})},
        limits=Limits(matches=2),
        allow_list=frozenset({"info@example.com"}),
    )
    own = Redactor(profile=profile)
    assert frozenset({"EMAIL_ADDRESS"}) == own.entity_types
    assert "[mail] 219-45-6789 info@example.com" == own.text("a@b.co 219-45-6789 info@example.com")
    assert LIMITED == own.text("a@b.co c@d.co e@f.co")
    more = Redactor(profile=profile, limits=Limits(), allow_list=["a@b.co"], operators={"DEFAULT": Operator("redact")})
    assert "a@b.co [mail] [mail]" == more.text("a@b.co c@d.co e@f.co")
    none = Redactor(profile=profile, threshold=1.0)
    assert [] == none.find("219-45-6789")


def test_all_entities() -> None:
    """``all`` adds what is found only on request, such as dates."""
    everything = Redactor(entities="all")
    assert redactor().entity_types < everything.entity_types
    assert "US_SSN" in redactor().entity_types
    assert [] == redactor().find("on 2026-01-31")
    assert ["DATE_TIME"] == [match.entity_type for match in Redactor(entities=["DATE_TIME"]).find("on 2026-01-31")]
    assert everything.entity_types == Redactor(entities=["all"]).entity_types


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("Did you mean EMAIL_ADDRESS", {"entities": ["EMAIL_ADRESS"]}),
        ("Did you mean KR_RRN", {"entities": ["kr_rn"]}),
        ("See Redactor", {"entities": ["ZZZZZZZZ"]}),
        ("Use one of default", {"profile": "log"}),
        ("between 0 and 1", {"threshold": 1.5}),
        ("between 0 and 1", {"threshold": math.nan}),
        ("there is no gate", {"gate": "hyper"}),
        ("operator", {"operators": {"EMAIL_ADDRESS": Operator("delete")}}),
        ("recognizer mine", {"recognizers": [Recognizer(name="mine", entity_type="MINE", pattern="(")]}),
        ("recognizer mine", {"recognizers": [Recognizer(name="mine", entity_type="MINE", pattern="a*")]}),
    ],
)
def test_wrong_settings_are_refused(said: str, options: dict[str, Any]) -> None:
    """A wrong name, number, operator or pattern is refused at start-up, with what to do about it."""
    with pytest.raises(ConfigurationError, match=said):
        Redactor(**options)


def test_identified_persons() -> None:
    """Who is identified is redacted exactly, in texts, values, keys and documents, and only in that context."""
    text = "Dear Mina Kim (acct u-7731), thanks"
    with open_context():
        identify(subject_id="u-7731", name="Mina Kim")
        assert "Dear <PERSON> (acct <SUBJECT_ID>), thanks" == redactor().text(text)
        assert {"<PERSON>": ["hi <PERSON>"]} == redactor().value({"Mina Kim": ["hi Mina"]})
        assert b'["<SUBJECT_ID>"]' == redactor().json(b'["u-7731"]')
        assert {"PERSON": 1, "SUBJECT_ID": 1} == redactor().transform(text, lambda kind, original: "…").counts
    assert text is redactor().text(text)


def test_transform() -> None:
    """What a function says takes the place of each match; counts and paths name no values."""
    seen: list[tuple[str, str]] = []

    def replace(entity_type: str, original: str) -> str:
        seen.append((entity_type, original))
        return f"[{len(seen)}]"

    done = redactor().transform({"m": ["a@b.co", "x"], "n": {"t": "to c@d.co, a@b.co"}, "k": 1}, replace)
    assert {"m": ["[1]", "x"], "n": {"t": "to [2], [3]"}, "k": 1} == done.value
    assert {"EMAIL_ADDRESS": 3} == done.counts
    assert ("m[]", "n.t") == done.fields
    assert [("EMAIL_ADDRESS", "a@b.co"), ("EMAIL_ADDRESS", "c@d.co"), ("EMAIL_ADDRESS", "a@b.co")] == seen
    clean = {"a": [1, "x"]}
    assert clean is redactor().transform(clean, replace).value


def test_the_version_names_the_rules() -> None:
    """Equal settings have one version, whatever replaces the matches; other rules have another."""
    base = Redactor(entities=["EMAIL_ADDRESS"])
    assert base.version == Redactor(entities=["EMAIL_ADDRESS"], operators={"DEFAULT": Operator("redact")}).version
    assert base.version != Redactor(entities=["EMAIL_ADDRESS", "US_SSN"]).version
    assert base.version != Redactor(entities=["EMAIL_ADDRESS"], threshold=0.9).version


def test_both_gates_redact_the_same() -> None:
    """A redactor without native code gives the same texts."""
    slow = Redactor(gate="regex", entities=["EMAIL_ADDRESS", "KR_RRN", "CREDIT_CARD", "PHONE_NUMBER"])
    fast = Redactor(gate="hyperscan", entities=["EMAIL_ADDRESS", "KR_RRN", "CREDIT_CARD", "PHONE_NUMBER"])
    for value in PLANTED:
        text = f"a {value}, 전화{value}은 b"
        assert slow.text(text) == fast.text(text)


def test_counts_come_with_the_same_value() -> None:
    """Counting changes nothing in what comes out, counts no placeholder, and knows who was identified."""
    item = {"to": "jane.doe@example.com, jane.doe@example.com", "n": (1, "192.168.10.77"), "password": "kingfisher"}
    with open_context():
        identify(name="Mirae Seong")
        item["by"] = "Mirae Seong"
        value, counts = redactor().counted(item)
        assert redactor().value(item) == value
        assert {"EMAIL_ADDRESS": 2, "IP_ADDRESS": 1, "PASSWORD": 1, "PERSON": 1} == counts
        assert (value, {}) == redactor().counted(value)
    assert ("plain", {}) == redactor().counted("plain")
    assert ("<EMAIL_ADDRESS>", {"EMAIL_ADDRESS": 1}) == redactor().counted("jane.doe@example.com")


def test_counting_fails_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be looked at does not come out."""
    made = Redactor()
    monkeypatch.setattr(made, "_walker", None)
    item: Any = {"to": "jane.doe@example.com"}
    assert (FAILED, {}) == made.counted(item)
