"""Pseudonyms: what a token promises."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privmw.errors import ConfigurationError
from privmw.redaction.digest import KeyedDigest
from privmw.redaction.pseudonyms import Pseudonymiser
from privmw.redaction.tokens import TOKEN, code_of, contains_token, is_token

KEY = b"a key of thirty-two bytes, older"
NEW_KEY = b"a key of thirty-two bytes, newer"


def make(*keys: bytes, scope: str = "tenant/conversation") -> Pseudonymiser:
    """A pseudonymiser of one request."""
    return Pseudonymiser(keys or (KEY,), scope)


def test_same_value_same_token() -> None:
    """Two requests of one conversation give one value the same token, whatever else they hold."""
    first, second = make(), make()
    second.token("PERSON", "Kim Minji")
    assert first.token("EMAIL_ADDRESS", "a@b.co") == second.token("EMAIL_ADDRESS", "a@b.co")


def test_scopes_and_keys_separate_tokens() -> None:
    """Another conversation, key, entity type or spelling gives another token."""
    tokens = {
        make().token("PERSON", "Kim Minji"),
        make(scope="tenant/other").token("PERSON", "Kim Minji"),
        make(NEW_KEY).token("PERSON", "Kim Minji"),
        make().token("PERSON", "kim minji"),
        make().token("SUBJECT_ID", "Kim Minji"),
    }
    assert len(tokens) == 5


@given(st.text(), st.sampled_from(["EMAIL_ADDRESS", "PERSON", "KR_RRN", "IPV4"]))
def test_token_round_trip(original: str, entity_type: str) -> None:
    """Every token has the published shape and restores to the original exactly as written."""
    pseudonyms = make()
    token = pseudonyms.token(entity_type, original)
    assert is_token(original) or TOKEN.fullmatch(token)
    assert f"<{original}>" == pseudonyms.restore_text(f"<{token}>") or is_token(original)


def test_token_is_never_tokenised_again() -> None:
    """A token that comes round again (a retry, a redirect, a history kept by the app) stays as it is."""
    pseudonyms = make()
    token = pseudonyms.token("PERSON", "Kim Minji")
    assert token == pseudonyms.token("PERSON", token)
    assert token[1:-1] == make().token("URL", token[1:-1])
    assert pseudonyms.sent == 1


def test_counts() -> None:
    """Tokens sent, originals restored and tokens invented by a model are counted, occurrences each."""
    pseudonyms = make()
    token = pseudonyms.token("PERSON", "Kim Minji")
    pseudonyms.token("PERSON", "Kim Minji")
    restored = pseudonyms.restore_text(f"{token}, {token}, {token} and [PERSON_BCDFGHJKMN]")
    assert restored == "Kim Minji, Kim Minji, Kim Minji and [PERSON_BCDFGHJKMN]"
    assert (pseudonyms.sent, pseudonyms.restored, pseudonyms.unknown, pseudonyms.distinct) == (2, 3, 1, 1)


def test_key_rotation_in_a_conversation() -> None:
    """The newest key makes tokens; those that an older key made for the same value are restored."""
    before = make(KEY).token("PERSON", "Kim Minji")
    pseudonyms = make(KEY, NEW_KEY)
    now = pseudonyms.token("PERSON", "Kim Minji")
    assert now == make(NEW_KEY).token("PERSON", "Kim Minji") != before
    assert pseudonyms.restore_text(f"{before} = {now}") == "Kim Minji = Kim Minji"


def test_another_scopes_token_is_not_restored() -> None:
    """A token of another tenant means nothing here."""
    foreign = make(scope="other").token("PERSON", "Kim Minji")
    pseudonyms = make()
    pseudonyms.token("PERSON", "Kim Minji")
    assert foreign == pseudonyms.restore_text(foreign)
    assert pseudonyms.unknown == 1


def test_colliding_codes_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two values whose digests give one code still get two tokens."""
    digest = KeyedDigest.of
    monkeypatch.setattr(KeyedDigest, "of", lambda self, message: digest(self, message[-1:]))
    pseudonyms = make()
    first, second = pseudonyms.token("PERSON", "Anna"), pseudonyms.token("PERSON", "Maria")
    assert first != second
    assert pseudonyms.restore_text(f"{first} {second}") == "Anna Maria"


@pytest.mark.parametrize("keys", [(), (b"short",), (KEY, b"")])
def test_weak_keys_are_refused(keys: tuple[bytes, ...]) -> None:
    """Without a key, or with a short one, nothing starts, and the message holds no key."""
    with pytest.raises(ConfigurationError) as caught:
        Pseudonymiser(keys, "s")
    assert caught.value.field == "pseudonyms.keys"
    assert "short" not in str(caught.value)


def test_repr_holds_no_original() -> None:
    """What a debugger or a log line shows of it are counts."""
    pseudonyms = make()
    pseudonyms.token("PERSON", "Kim Minji")
    assert "Kim" not in repr(pseudonyms) + repr(pseudonyms._vault)


@given(st.binary(max_size=200), st.binary(min_size=1, max_size=200))
def test_digest_is_hmac_sha256(message: bytes, key: bytes) -> None:
    """The digest with its pads hashed in advance is RFC 2104's, for keys of any length."""
    assert hmac.digest(key, message, hashlib.sha256) == KeyedDigest(key).of(message)


@given(st.binary(min_size=8, max_size=64))
def test_code_has_no_digit_and_no_vowel(digest: bytes) -> None:
    """A code holds nothing that a recognizer takes for a number and nothing that reads as a word."""
    code = code_of(digest)
    assert len(code) == 10
    assert not set(code) - set("BCDFGHJKMNPQRSTVWXYZ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("see [PERSON_BCDFGHJKMN].", True), ("[PERSON_BCD]", False), ("<PERSON>", False), ("[NOTE]", False), ("", False)],
)
def test_contains_token(text: str, expected: bool) -> None:
    """Tokens are told from ordinary brackets."""
    assert expected == contains_token(text)
