"""Which keys name a secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privmw.redaction.keys import secret_kind


def split(words: str) -> list[str]:
    """One key per word."""
    return words.split()


SECRET = split(
    "password Password user_password userPassword db-password mysql_pwd passwd passphrase secret client_secret "
    "clientSecret SECRET_KEY api_key apikey apiKey X-Api-Key x_api_key api.key private_key privatekey access_key "
    "AWS_SECRET_ACCESS_KEY aws_access_key_id authorization Authorization Proxy-Authorization auth oauth_token cookie "
    "Cookie Set-Cookie set_cookie csrf csrftoken _csrf_token X-CSRFToken XSRF-TOKEN sessionid session session_id "
    "user_session PHPSESSID connect.sid _session token access_token accessToken accesstoken refresh_token id_token "
    "jwt bearer credentials user[password] userpassword fcm_token fcm_tokens pin cvv cvc security_code "
    "verification_code otp 비밀번호 인증번호 connection_string stripe_signature X-Hub-Signature password_hint encryption_key "
    "account_key senha passwort contraseña 密码 비번 пароль pin_code pinCode redis_pass sshKey consumer_key sms_code code_verifier"
)

HARMLESS = split(
    "author authors author_id authority authenticated authored_by secretary max_tokens prompt_tokens "
    "completion_tokens total_tokens input_tokens token_count tokenCount tokens_used token_type token_url token_limit "
    "auth_method auth_type auth_provider password_changed_at passwordExpiresAt password_policy cookie_consent "
    "cookiePolicy secret_name public_key primary_key foreign_key key keys keyboard session_count sessions monkey "
    "passenger compass bypass pinned shipping spin name email id user message status tokenizer token_usage "
    "reasoning_tokens passage country_code zip_code session_duration"
)


@pytest.mark.parametrize("key", SECRET)
def test_secret_keys(key: str) -> None:
    """Every notation of a secret's name is known."""
    assert secret_kind(key) is not None


@pytest.mark.parametrize("key", HARMLESS)
def test_harmless_keys(key: str) -> None:
    """Names that only look like a secret's, or speak about one, are not."""
    assert secret_kind(key) is None


@pytest.mark.parametrize(
    ("kind", "key"), [("PASSWORD", "dbPassword"), ("COOKIE", "Set-Cookie"), ("SESSION_ID", "sid"), ("SECRET", "auth")]
)
def test_kinds(kind: str, key: str) -> None:
    """The placeholder says what was there."""
    assert kind == secret_kind(key)


@given(st.text())
def test_any_key(key: str) -> None:
    """Any text may be a key."""
    assert secret_kind(key) in {None, "PASSWORD", "COOKIE", "SESSION_ID", "SECRET"}
