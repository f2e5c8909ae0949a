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
        ("Set-Cookie: id=a3fWa; Path=/; Expires=Thu, 31 Oct 2026 07:28:00 GMT; HttpOnly", "id=a3fWa"),
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
