"""Secrets that a name beside them tells, in the forms in which code, configuration and people write them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from privmw.redaction.redactor import Redactor


@cache
def redactor(profile: str = "default") -> Redactor:
    """A redactor."""
    return Redactor(profile=profile)


@cache
def by_gate(gate: str) -> Redactor:
    """A redactor with a gate."""
    return Redactor(gate=gate)


@pytest.mark.parametrize("profile", ["default", "logs"])
@pytest.mark.parametrize(
    "text",
    [
        "sudo: bob : TTY=pts/0 ; PWD=/srv/app ; USER=root ; COMMAND=/bin/ls",
        "PWD=/var/www",
        "PWD=C:\\inetpub\\wwwroot",
        "OLDPWD=/usr/local/bin",
        "pwd: /srv/app",
        '{"PWD": "/app", "pwd": "~/app"}',
        "System.Xml, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089",
        "tokenizer=cl100k_base",
        "tokenizer: bert-base-uncased-2018",
        "public key: MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A",
        "reset_password_url=/reset",
        "password_file=/run/secrets/db-1",
        "[pid 2041:tid 140069314888547] AH00094: done",
        "thread=140384012345678 started",
        '{"thread": 139894772970860, "msg": "ok"}',
    ],
)
def test_what_only_looks_like_a_secret(text: str, profile: str) -> None:
    """Directories, public keys, tokenizers, addresses of reset pages and threads are no secrets and nobody's numbers."""
    assert [] == [(match.entity_type, text[match.start : match.end]) for match in redactor(profile).find(text)]


@pytest.mark.parametrize("value", [{"env": {"PWD": "/app"}}, {"OLDPWD": "/srv"}, {"pwd": "C:\\app"}])
def test_a_directory_under_its_key(value: Any) -> None:
    """The working directory of a process is no password."""
    assert value == redactor().value(value)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("UID=sa;PWD=hunter2;", "hunter2"),
        ("MYSQL_PWD=hunter2", "hunter2"),
        ("pwd: hunter2!", "hunter2!"),
    ],
)
def test_a_secret_beside_its_name(text: str, secret: str) -> None:
    """The whole secret is replaced, and nothing else."""
    assert [secret] == [text[match.start : match.end] for match in redactor().find(text)]


def test_a_password_under_its_key() -> None:
    """The same name of a key may hold a password."""
    assert {"db": {"pwd": "<PASSWORD>", "PWD": "<PASSWORD>"}} == redactor().value(
        {"db": {"pwd": "hunter2", "PWD": "hunter2"}}
    )


DIGEST = 'username="Mufasa", realm="x", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", response="6629fae49393a05397450978507c4ef1"'


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Cookie: lang=en; sid=s%3Aabcd.efgh", "lang=en; sid=s%3Aabcd.efgh"),
        ("Cookie: a=b; session=abcdef1234567890", "a=b; session=abcdef1234567890"),
        ("Cookie: session=abcdef1234567890; a=b\r\nHost: x", "session=abcdef1234567890; a=b"),
        ("cookie: name=Mirae Seong; e=1", "name=Mirae Seong; e=1"),
        ('{"Cookie": "lang=en; sid=abc123", "x": 1}', "lang=en; sid=abc123"),
        ("curl -H 'Cookie: lang=en; sid=abc123' https://x.io", "lang=en; sid=abc123"),
        ("Set-Cookie: id=a3fWa; Path=/; Expires=Thu, 31 Oct 2026 07:28:00 GMT; HttpOnly", "a3fWa"),
        ("Set-Cookie: JSESSIONID=0A1B2C3D4E5F60718293A4B5C6D7E8F9; Max-Age=3600", "0A1B2C3D4E5F60718293A4B5C6D7E8F9"),
        (f"Proxy-Authorization: Digest {DIGEST}", DIGEST),
        (f"Authorization: Digest {DIGEST}", DIGEST),
        ("Authorization: ApiKey abcDEF123456", "abcDEF123456"),
        ("Authorization: SSWS 00QCjAl4MlV-WPXM_abcdef", "00QCjAl4MlV-WPXM_abcdef"),
        ("Authorization: GenieKey eb243592-faa2-4ba2-a551-1afdf565c889", "eb243592-faa2-4ba2-a551-1afdf565c889"),
    ],
)  # fmt: skip
def test_headers_go_whole(text: str, secret: str) -> None:
    """All of a cookie or of credentials is replaced once, and redacting again changes nothing."""
    assert [secret] == [text[match.start : match.end] for match in redactor().find(text)]
    once = redactor().text(text)
    assert once == redactor().text(once)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: ApiKey <AUTHORIZATION>",
        "Authorization: Digest <AUTHORIZATION>",
        "Cookie: <COOKIE>",
        "authorization: access denied for user bob",
        "authorization=granted user=55",
        "cookies: accepted",
    ],
)
def test_headers_without_credentials(text: str) -> None:
    """What was replaced, and prose about authorization, holds no secret."""
    assert [] == redactor().find(text)


KEY = "QorLnz838EQRTIr49DpJVfJmTvX9wzpT"


@pytest.mark.parametrize("gate", ["hyperscan", "regex"])
@pytest.mark.parametrize(
    ("secret", "texts"),
    [
        (KEY, ('var apiToken: string = "{}"', 'val apiKey: String = "{}"', 'let api_key: &str = "{}";', 'api_key: str = "{}"')),
        (KEY, ('var apiToken string = "{}"', "api_key ?= {}", "api_key\t{}", "my api key {} please", 'token: Optional[str] = "{}"')),
        (KEY, ('{{"name":"API_KEY","value":"{}"}}', "- name: API_KEY\n  value: {}", '<add key="ApiKey" value="{}" />')),
        ("hunter2", ('password: str = "{}"', 'var password string = "{}"', "DB_PASS={}", "REDIS_PASS={}", "SMTP_PASS: {}", "pass: {}")),
        ("hunter2", ("pw: {}", "dbPass={}", "the password is: {}", "--db-pass {}", "비번 {}", "비밀번호는 {}", "Passwort: {}", "Kennwort: {}")),
        ("hunter2", ("contraseña: {}", "senha: {}", "密码：{}", "пароль: {}", "パスワード: {}", "mot de passe : {}", "wachtwoord={}")),
        ("hunter2", ('<setting name="password" value="{}"/>', '<input name="user[password]" value="{}">', '{{"name": "db_password", "value": "{}"}}')),
        ("hunter2", ('name="password"\r\n\r\n{}\r\n--x', 'name="password"\r\nContent-Type: text/plain\r\n\r\n{}\r\n--x')),
        ("hunter2", ("IDENTIFIED BY '{}'", "ALTER USER bob WITH PASSWORD '{}'", "identified with mysql_native_password by '{}'", "PASSWORD('{}')")),
        ("Tr0ub4dor&3x", ("password: {}", "password={}&user=bob", "password={} x")),
        ("hunter2!", ("passwd {}", "password {} please")),
        ("sudBcBVnshOnBB", ("sumo_token: {}", "SUMO_TOKEN ?= {}", "sumologic_token = '{}'")),
        ("123456", ("OTP: {}", "Your verification code is {}", "인증번호 {}", "인증번호는 {} 입니다", "인증번호 [{}]", "{} is your OTP")),
        ("123", ("CVV: {}", "cvc={}", "exp 12/27 cvv {}")),
        ("1234", ("PIN: {}", "pin code {}")),
        ("$2b$12$KIXQ0vL9L8zvQ5b1m3q0IeS7xY5Z1a2b3c4d5e6f7g8h9i0j1k2lm", ("bob {} x", "hash={}")),
        ("$6$saltsalt$" + "hA5h" * 21 + "hA", ("root:{}:18000:0:99999:7:::",)),
        ("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b5dWRWJTmaaQ", ("{}",)),
        ("pbkdf2_sha256$600000$saltsaltsalt$" + "aB3d" * 11 + "=", ("{}",)),
        ("{SSHA}" + "aB3d" * 8 + "==", ("userPassword: {}",)),
    ],
)  # fmt: skip
def test_written_secrets(secret: str, texts: tuple[str, ...], gate: str) -> None:
    """The whole secret is replaced, and nothing else, through either gate."""
    wrong = {}
    for form in texts:
        text = form.format(secret)
        found = [text[match.start : match.end] for match in by_gate(gate).find(text)]
        if found != [secret]:
            wrong[text] = found
    assert {} == wrong


@pytest.mark.parametrize(
    "text",
    [
        "PASS: test_login_1", "pass: 12 fail: 3", "first_pass=12.3ms", "bypass=enabled1", "passenger=bob123", "test_pass=120", "render_pass: shadow_1",
        "pass=true", "pw=3.5", "passthrough=1a2b3c", "password: string", "password: str = Field(...)", "token: Token = ...", "the token 3fa85f64-5717-4562-b3fc-2c963f66afa6 expired",
        "token count 12345678901234567890", "session token validation failed", "verification code 404 not found", "GPIO pin 12 set", "인증번호 확인 2024",
        '{"name": "API_KEY", "value": "${API_KEY}"}', '{"name": "token_count", "value": "12345678"}', "IDENTIFIED BY '<PASSWORD>'", "password is required", "$6 or $5",
        "costs $1$ or $2$", "otp service port 8443 listening", "비밀번호 8자리 이상", "비밀번호 변경 페이지",
    ],
)  # fmt: skip
def test_what_is_no_written_secret(text: str) -> None:
    """Results of tests, declarations without a value, counters and prose hold none."""
    assert [] == [(match.entity_type, text[match.start : match.end]) for match in redactor().find(text)]
