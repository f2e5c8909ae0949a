"""Restoring tokens from what models and streams make of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from privmw.redaction.pseudonyms import Pseudonymiser

KEY = b"a key of thirty-two bytes, older"
MAIL = 'Bob "x"@y.com'
NAME = "Kim\nMinji"


def make() -> Pseudonymiser:
    """A pseudonymiser that has issued two tokens."""
    pseudonyms = Pseudonymiser((KEY,), "s")
    pseudonyms.token("EMAIL_ADDRESS", MAIL)
    pseudonyms.token("PERSON", NAME)
    return pseudonyms


T_MAIL = make().token("EMAIL_ADDRESS", MAIL)
T_NAME = make().token("PERSON", NAME)
BARE = T_MAIL[1:-1]

SPELLINGS = [
    (T_MAIL, MAIL),
    (f"**{T_MAIL}**", f"**{MAIL}**"),
    (f"_{T_MAIL}_", f"_{MAIL}_"),
    (f"`{T_MAIL}`", f"`{MAIL}`"),
    (T_MAIL.lower(), MAIL),
    (T_MAIL.title(), MAIL),
    (T_MAIL.replace("_", "\\_"), MAIL),
    (f"\\[{BARE}\\]", MAIL),
    (f"\\[{BARE}]", f"\\{MAIL}"),
    (f"C:\\{T_MAIL}\\x", f"C:\\{MAIL}\\x"),
    (f"[{BARE}\\]", f"{MAIL}\\"),
    (T_MAIL.replace("_", " "), MAIL),
    (T_MAIL.replace("_", "-"), MAIL),
    (T_MAIL.replace("_", " _ "), MAIL),
    (f"[ {BARE} ]", MAIL),
    (f"[**{BARE}**]", MAIL),
    (T_MAIL.replace("ADDRESS", "ADD\nRESS"), MAIL),
    (T_MAIL.replace("ADDRESS", "ADD\u200bRESS"), MAIL),
    (f"%5B{BARE}%5D", MAIL),
    (f"?to=%5b{BARE}%5d&x=1", f"?to={MAIL}&x=1"),
    (f"【{BARE}】", MAIL),
    (f"［{BARE}］", MAIL),
    (f"[{T_MAIL}]", f"[{MAIL}]"),
    (f"{BARE}.", f"{MAIL}."),
    (f"<{BARE}>", f"<{MAIL}>"),
    (f"{BARE}_ and", f"{MAIL}_ and"),
    (BARE.replace("_", "\\_"), MAIL),
    (f"{T_MAIL}{T_NAME}", MAIL + NAME),
    (f"{T_MAIL}님께", f"{MAIL}님께"),
]


@pytest.mark.parametrize(("text", "expected"), SPELLINGS)
def test_spellings_are_restored(text: str, expected: str) -> None:
    """However a model writes a token, its original comes back, and nothing around it is lost."""
    assert expected == make().restore_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "[EMAIL_ADDRESS_BCDFGHJKMN]",
        f"[{BARE}S]",
        f"[{BARE[:-1]}]",
        f"X{BARE}",
        f"{BARE}s",
        "[see the note](https://example.com)",
        "list[int], 50%5",
        "[" * 50,
    ],
)
def test_everything_else_is_left_alone(text: str) -> None:
    """Invented tokens, pieces of tokens and ordinary brackets stay as they are."""
    pseudonyms = make()
    assert text == pseudonyms.restore_text(text)
    assert pseudonyms.restored == 0


@pytest.mark.parametrize("json_string", [False, True])
@pytest.mark.parametrize(("text", "_"), SPELLINGS)
def test_split_at_every_offset(text: str, _: str, json_string: bool) -> None:
    """Cut in two at any offset, a spelling restores to the same as in one piece."""
    text = f"Dear {text}, welcome"
    expected = make().restore_text(text, json_string=json_string)
    for cut in range(len(text) + 1):
        stream = make().stream(json_string=json_string)
        assert expected == stream.feed(text[:cut]) + stream.feed(text[cut:]) + stream.flush()
        assert stream.held == 0


PIECES = st.sampled_from(
    [
        *(text for text, _ in SPELLINGS),
        *(
            "[",
            "]",
            "\\",
            "\\\\",
            "%",
            "%5",
            "%5B",
            "_",
            " ",
            "E",
            "EMAIL",
            "PERSON_",
            "x",
            "5",
            "]]",
            "［",
            "[EMAIL",
            "ＡＢ",
        ),
        *("[PERSON_BCDFGHJKMN]", BARE[:-1], BARE[-1], "ß", "\n", '"', T_NAME[:9], T_NAME[9:], "A_", "_" * 150),
    ]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join), st.lists(st.integers(1, 9)), st.booleans())
@example(f"[{T_NAME}", [1], False)
def test_random_partitions(text: str, sizes: list[int], json_string: bool) -> None:
    """Whatever the text and however it is cut, streamed and whole restore agree, in text and in counts."""
    whole = make()
    expected = whole.restore_text(text, json_string=json_string)
    streamed = make()
    stream = streamed.stream(json_string=json_string)
    out, at, turn = "", 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)] if sizes else 1
        out += stream.feed(text[at : at + size])
        at, turn = at + size, turn + 1
    assert expected == out + stream.flush()
    assert whole.restored == streamed.restored
    assert whole.unknown == streamed.unknown


def test_only_an_open_token_is_held_back() -> None:
    """Ordinary text passes at once; a tail is held only while it may still become one of this request's tokens."""
    stream = make().stream()
    assert stream.feed("Hello [") == "Hello "
    assert stream.feed("note] and [ema") == "[note] and "
    assert stream.feed("nate]") == "[emanate]"
    assert stream.feed(" P") == " "
    assert stream.feed("aris is ") == "Paris is "
    assert stream.feed(T_NAME[:-1]) == ""
    assert stream.feed(T_NAME[-1:] + "!") == f"{NAME}!"
    assert stream.feed("[" + " " * 200) == "[" + " " * 200


def test_nothing_is_held_back_without_tokens() -> None:
    """A request that sent no token gets its answer untouched, fragment by fragment."""
    pseudonyms = Pseudonymiser((KEY,), "s")
    stream = pseudonyms.stream()
    assert stream.feed("[") == "["
    assert stream.feed("PERSON_BCDFGHJKMN]") == "PERSON_BCDFGHJKMN]"
    assert stream.flush() == ""
    assert pseudonyms.unknown == 1


def test_two_fields_do_not_mix() -> None:
    """Interleaved fields (choices, blocks, tool calls) each restore on their own."""
    pseudonyms = make()
    text, tool = pseudonyms.stream(), pseudonyms.stream(json_string=True)
    out = text.feed(T_MAIL[:5]), tool.feed('{"to": "' + T_MAIL[:5]), text.feed(T_MAIL[5:]), tool.feed(T_MAIL[5:] + '"}')
    assert out[0] + out[2] == MAIL
    assert json.loads(out[1] + out[3]) == {"to": MAIL}


@given(st.text(), st.text(max_size=5), st.integers(1, 7))
def test_json_arguments_stay_json(original: str, around: str, size: int) -> None:
    """An original full of quotes, backslashes and line breaks cannot break out of the string it is restored into."""
    pseudonyms = Pseudonymiser((KEY,), "s")
    arguments = {"to": around + pseudonyms.token("PERSON", original), "n": 1}
    source = json.dumps(arguments, ensure_ascii=False)
    stream = pseudonyms.stream(json_string=True)
    out = "".join(stream.feed(source[at : at + size]) for at in range(0, len(source), size)) + stream.flush()
    assert {"to": around + original, "n": 1} == json.loads(out)
    assert out == pseudonyms.restore_text(source, json_string=True)


def test_restore_value_keeps_what_it_does_not_touch() -> None:
    """Strings and keys are restored, shapes kept, untouched parts handed back as the same objects."""
    pseudonyms = make()
    untouched = {"a": ["b", 1]}
    value = {"text": f"to {T_MAIL}", T_NAME: (T_MAIL, None), "rest": untouched}
    restored = pseudonyms.restore_value(value)
    assert {"text": f"to {MAIL}", NAME: (MAIL, None), "rest": untouched} == restored
    assert untouched is restored["rest"]
    assert value["text"] == f"to {T_MAIL}"
    assert untouched is pseudonyms.restore_value(untouched)


def test_restored_keys_never_collide() -> None:
    """Where restoring a key would overwrite another, the token stays."""
    pseudonyms = make()
    assert pseudonyms.restore_value({NAME: 1, T_NAME: 2}) == {NAME: 1, T_NAME: 2}


def test_bottomless_values_are_left_alone() -> None:
    """A value nested deeper than any JSON is returned, not followed for ever."""
    value: list[object] = []
    value.append(value)
    assert value is make().restore_value(value)
