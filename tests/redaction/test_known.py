"""Known identities: the exact values of who is asking."""

from __future__ import annotations

import html
import json
from itertools import pairwise
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privmw.context import Identity, RequestContext, identify, open_context
from privmw.redaction.known import Known, current_known
from privmw.redaction.spellings import _ALSO_WORDS

BOB = Identity(
    "user_8f3k2", "Bob.Kim@Example.com", "Robert van der Kim", "+82 10-1234-5678", (("KR_RRN", "900101-1234567"),)
)
MINJI = Identity(name="김민지", phone="010 9876 5432")
KNOWN = Known([BOB, MINJI])


def found(text: str, known: Known = KNOWN) -> list[tuple[str, str]]:
    """What is found in a text, as it stands there."""
    return [(match.entity_type, text[match.start : match.end]) for match in known.find(text)]


@pytest.mark.parametrize(
    ("entity_type", "value", "text"),
    [
        ("EMAIL_ADDRESS", "bob.kim@example.com", "mail bob.kim@example.com!"),
        ("EMAIL_ADDRESS", "%42ob.Kim%40Example.com", "?to=%42ob.Kim%40Example.com&x"),
        ("EMAIL_ADDRESS", "bob.kim%2540example.com", "bob.kim%2540example.com"),
        ("EMAIL_ADDRESS", "BOB.KIM@EXAMPLE.COM", "<BOB.KIM@EXAMPLE.COM>"),
        ("PERSON", "ROBERT KIM", "Dear ROBERT KIM,"),
        ("PERSON", "kim, robert", "kim, robert"),
        ("PERSON", "Robert van der Kim", "(Robert van der Kim)"),
        ("PERSON", "robert.kim", "robert.kim@other"),
        ("PERSON", "robert", "hi robert"),
        ("PERSON", "Robert", "Robert님"),
        ("PERSON", "Kim", "Mrs Kim."),
        ("PERSON", "Ｒｏｂｅｒｔ", "Ｒｏｂｅｒｔ!"),
        ("PERSON", "김민지", "김민지님께서"),
        ("PERSON", "김 민지", "김 민지"),
        ("PERSON", "김민지", "고객김민지"),
        ("PERSON", "민지", "민지야, 안녕"),
        ("PERSON", "민지 김", "민지 김"),
        ("PERSON", "\\uae40\\ubbfc\\uc9c0", '{"name": "\\uae40\\ubbfc\\uc9c0"}'),
        ("PERSON", "%EA%B9%80%EB%AF%BC%EC%A7%80", "/users/%EA%B9%80%EB%AF%BC%EC%A7%80"),
        ("PHONE_NUMBER", "01012345678", "tel:01012345678"),
        ("PHONE_NUMBER", "+82-10-1234-5678", "+82-10-1234-5678"),
        ("PHONE_NUMBER", "(010) 1234 5678", "call (010) 1234 5678"),
        ("PHONE_NUMBER", "+82 (0)10 1234 5678", "+82 (0)10 1234 5678"),
        ("PHONE_NUMBER", "821098765432", "821098765432"),
        ("KR_RRN", "900101 1234567", "900101 1234567"),
        ("KR_RRN", "9001011234567", "9001011234567"),
        ("SUBJECT_ID", "user_8f3k2", "/users/user_8f3k2/orders"),
    ],
)
def test_spellings(entity_type: str, value: str, text: str) -> None:
    """Known values are found however they are written, with the span they have in the original text."""
    assert [(entity_type, value)] == found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Roberts",
        "서민지역",
        "민지구",
        "xuser_8f3k2",
        "van der",
        "kim chi",
        "101012345678",
        "<PERSON> [PERSON_BCDFGHJKMN]",
        "",
    ],
)
def test_near_misses(text: str) -> None:
    """Longer words, other numbers, particles of names and placeholders are nobody."""
    assert found(text) == []


def test_placeholders_are_not_torn() -> None:
    """A person called Person does not destroy placeholders and tokens."""
    known = Known([Identity(name="Person Email")])
    assert found("<PERSON> <EMAIL_ADDRESS> [PERSON_BCDFGHJKMN]", known) == []
    assert found("Person!", known) == [("PERSON", "Person")]


@pytest.mark.parametrize(
    ("name", "quiet", "loud"),
    [("Will Smith", "it will work", "Will said"), ("Mark May", "mark it in may", "Mark"), ("Bo Li", "bo li", "Bo")],
)
def test_names_that_are_words(name: str, quiet: str, loud: str) -> None:
    """A part that is an ordinary word or very short counts only with a capital."""
    known = Known([Identity(name=name)])
    assert [] == found(quiet, known) or name == "Bo Li"
    assert found(loud, known)


@pytest.mark.parametrize("identity", [Identity(), Identity("7", "@", "A", "12"), Identity("12", name="de la")])
def test_values_too_short_to_mean_anyone(identity: Identity) -> None:
    """What would match half of every log is not searched for."""
    assert found("7 12 A @ de la", Known([identity])) == []


@given(
    st.text(alphabet=st.characters(whitelist_categories=["Lu", "Ll"], max_codepoint=0x17F), min_size=4, max_size=12),
    st.sampled_from(
        [str, quote, lambda v: quote(quote(v)), lambda v: json.dumps(v)[1:-1], html.escape, str.upper, str.lower]
    ),
    st.text(alphabet=" .,:;!?", min_size=1, max_size=3),
)
def test_encoded_names(name: str, encode: object, around: str) -> None:
    """A name of letters survives no common encoding unseen."""
    name = name.replace("ß", "s").replace("ŉ", "n").replace("ſ", "s").replace("ı", "i").replace("İ", "I")
    text = around + encode(name) + around  # type: ignore[operator]
    known = Known([Identity(name=name)])
    if known and name.lower() not in _ALSO_WORDS:  # those count with a capital only
        assert len(found(text, known)) == 1


@given(st.text(), st.text(), st.text(), st.text(), st.text())
def test_any_identity_any_text(subject: str, email: str, name: str, phone: str, text: str) -> None:
    """Nothing that an app passes makes it raise, and spans are ordered and apart."""
    known = Known([Identity(subject, email, name, phone, (("X", text),))])
    matches = known.find(f"{text} {name} {email} {phone} {subject}")
    assert all(first.end <= second.start for first, second in pairwise(matches))
    assert repr(known).startswith("Known(")


def test_the_running_request() -> None:
    """Nobody is known outside a request or before identify(); afterwards compiled once, and again when one is added."""
    assert current_known() is None
    with open_context(RequestContext()):
        assert current_known() is None
        identify(email="a.b@c.example")
        first = current_known()
        assert first is not None
        assert first is current_known()
        identify(name="Minji Kim")
        second = current_known()
        assert second is not None
        assert [("EMAIL_ADDRESS", "a.b@c.example"), ("PERSON", "Minji")] == found("a.b@c.example Minji", second)
    assert current_known() is None


def test_nobody_is_compiled_for_texts_that_mention_nobody() -> None:
    """Compiling takes a millisecond, and is left until a text comes that may hold a value."""
    known = Known(
        [Identity(subject_id="u_2718", name="Minji Kim", email="minji@example.org", phone="+82 10-1234-5678")]
    )
    assert [] == found("GET /health 200 in 3 ms", known)
    assert known._compiled is None
    assert [("PERSON", "Minji Kim")] == found("ask Minji Kim", known)
    assert known._compiled is not None
