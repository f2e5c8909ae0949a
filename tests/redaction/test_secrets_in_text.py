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
