"""Every kind of secret is found in an example and left alone in a near-miss."""

from __future__ import annotations

import importlib.util
import random
import re
import zlib
from functools import cache
from pathlib import Path

import pytest

from benchmarks.from_pattern import draw
from privmw.redaction.engine import Engine
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.registry import builtin_recognizers
from privmw.redaction.recognizers.secrets.crc import atlassian_crc, base62_crc
from privmw.redaction.redactor import Redactor

_spec = importlib.util.spec_from_file_location("secret_examples", Path(__file__).with_name("secret_examples.py"))
assert _spec is not None
assert _spec.loader is not None
examples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(examples)

SECRETS = tuple(recognizer for recognizer in builtin_recognizers() if recognizer.secret)
BY_NAME = {recognizer.name: recognizer for recognizer in SECRETS}
PEM = "-----BEGIN {0}-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n" * 3 + "-----END {0}-----"

WRITTEN = {
    "jwt": (examples.jwt(), examples.build("eyJ{A20}.eyJ{A20}.{w43}")),
    "jwt_base64": (
        __import__("base64").b64encode(examples.jwt().encode()).decode(),
        examples.build("ZXlK{A80}"),
    ),
    "git_remote_token": (
        examples.build("https://x-access-token:{A40}@example.org/r"),
        "x-access-token:short@example.org",
    ),
    "jdbc_thin_password": (
        examples.build("jdbc:oracle:thin:scott/{A10}@//db:1521/orcl"),
        "jdbc:oracle:thin:@//db:1521/orcl",
    ),
    "password_quoted": ('"password": "correct horse battery staple"', '"password": "<PASSWORD>"'),
    "sentry_dsn_key": (
        examples.build("https://{h32}@o1.ingest.example.org/42"),
        "https://abc@o1.ingest.example.org/42",
    ),
    "url_credentials": (examples.build("redis://default:{A16}@cache:6379/0"), "redis://cache:6379/0?x=a@b"),
    "url_token_userinfo": (examples.build("https://{A40}@example.org/r.git"), "https://example.org/people/a@b"),
    "command_option": (
        examples.build("tool --db-password {A14} run"),
        "tool --password-file secrets.txt --token-type bearer",
    ),
    "environment_line": (examples.build("ENV SERVICE_TOKEN {A20}"), "ENV SECRET_NAME production"),
    "secret_key_line": (
        examples.build("SECRET_KEY = '{A20}(=+)&{A20}'"),
        "SECRET_KEY = 'changeme-changeme-changeme-changeme'",
    ),
    "netrc_password": (examples.build("machine x.io login bob password {A14}"), "machine x.io login bob account main"),
    "mysql_password": (examples.build("mysqldump -uroot -p{A12} shop"), "mysqldump -uroot -p shop"),
    "sqlplus_password": (examples.build("sqlplus scott/{A10}@orcl"), "sqlplus scott@orcl"),
    "password_said_korean": (examples.build("비밀번호는 {A9}1!입니다"), "비밀번호는 필수입니다"),
    "teams_webhook": (
        examples.build("https://x.webhook.office.com/webhookb2/{u}@{u}/IncomingWebhook/{h32}/{u}"),
        "https://x.webhook.office.com/webhookb2/",
    ),
    "named_key": (examples.build("encryption_key={A24}"), "encryption_key=AES-256"),
    "fal_api_key": (examples.build("FAL_KEY={u}:{h32}"), examples.build("FAL_KEY={u}")),
    "ansible_vault": ("$ANSIBLE_VAULT;1.1;AES256\n" + "6162636465666768" * 6, "$ANSIBLE_VAULT;1.1;AES256"),
    "kubernetes_secret_data": (
        examples.build("kind: Secret\nmetadata:\n  name: x\ndata:\n  pass: {b24}\n  user: {b16}\n"),
        examples.build("kind: ConfigMap\ndata:\n  pass: {b24}\n"),
    ),
    "kubernetes_secret_data_first": (
        examples.build("data:\n  pass: {b24}\nkind: Secret\n"),
        examples.build("data:\n  pass: {b24}\nkind: ConfigMap\n"),
    ),
    "ado_net_password": ("Server=db;User Id=sa;Password=hunter2;", "Server=db;Integrated Security=true;"),
    "libpq_password": ("host=db user=svc password=hunter2", "host=db user=svc sslmode=require"),
    "cookie_header": (examples.build("Cookie: sid={A24}; theme=dark"), "Cookie: consent is required"),
    "authorization_parameters": (
        examples.build('Authorization: Digest username="bob", nonce="{h32}"'),
        "Authorization: Digest is required",
    ),
    "one_time_code": ("OTP: 482915", "OTP: 482"),
    "card_security_code": ("CVV: 417", "CVV: 41"),
    "pin_code": ("PIN: 4711", "PIN: 47"),
    "password_pair": ('{"name": "db_password", "value": "hunter2"}', '{"name": "db_password_file", "path": "/run/x"}'),
    "secret_pair": (examples.build('name="API_KEY" value="{A32}"'), 'name="API_KEY" value="short"'),
    "sql_password": ("ALTER USER bob IDENTIFIED BY 'hunter2'", "ALTER USER bob IDENTIFIED BY RANDOM PASSWORD"),
    "form_password": ('name="password"\r\n\r\nhunter2\r\n', 'name="password_hint"\r\n\r\nmy dog\r\n'),
    "naver_client_secret": (examples.build("x-ncp-apigw-api-key: {A40}"), "x-ncp-apigw-api-key: short"),
    "password_beside": ("passwd hunter2!", "password hunter2"),
    "secret_beside": (examples.build("my api key {A32} ok"), "my api key identifier-of-something"),
    "pkcs8_private_key": (PEM.format("PRIVATE KEY"), PEM.format("PUBLIC KEY")),
    "pkcs1_private_key": (PEM.format("RSA PRIVATE KEY"), PEM.format("CERTIFICATE")),
    "openssh_private_key": (PEM.format("OPENSSH PRIVATE KEY"), "openssh private key"),
    "ssh2_private_key": (PEM.format("SSH2 ENCRYPTED PRIVATE KEY"), PEM.format("SSH2 PUBLIC KEY")),
    "pgp_private_key": (PEM.format("PGP PRIVATE KEY BLOCK"), PEM.format("PGP PUBLIC KEY BLOCK")),
    "putty_private_key": (
        "PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: " + "0a" * 32,
        "PuTTY-User-Key-File: ssh-rsa",
    ),
}


@cache
def engine() -> Engine:
    """One engine over all kinds of secret."""
    return Engine(SECRETS)


def _accepts(recognizer: Recognizer, text: str) -> re.Match[str] | None:
    for match in re.compile(recognizer.pattern, re.ASCII).finditer(text):
        value = match[match.re.groupindex.get("value", 0)]
        if recognizer.policy is not ChecksumPolicy.REQUIRED or recognizer.checksum is None:
            return match
        if recognizer.checksum(value):
            return match
    return None


def example_of(recognizer: Recognizer) -> tuple[str, str]:
    """An example and a near-miss: the written ones, or one drawn from the pattern and its value cut to a quarter."""
    if recognizer.name in WRITTEN:
        return WRITTEN[recognizer.name]
    rng = random.Random(recognizer.name)
    for _ in range(60):
        text, value = draw(recognizer.pattern, rng)
        match = _accepts(recognizer, f"note {text} end")
        if match is not None:
            value = match[match.re.groupindex.get("value", 0)]
            return f"note {text} end", f"note {text.replace(value, value[: max(1, len(value) // 4)])} "
    raise AssertionError(f"no example could be drawn for {recognizer.name}; write one")


@pytest.mark.parametrize("name", BY_NAME)
def test_example_is_found_by_the_engine(name: str) -> None:
    """The engine, with all kinds of secret at once, covers the whole value of the example."""
    recognizer = BY_NAME[name]
    example, _ = example_of(recognizer)
    match = _accepts(recognizer, example)
    assert match is not None
    group = match.re.groupindex.get("value", 0)
    spans = [(found[0], -found[1]) for found in engine().find(example)]
    left = set(range(match.start(group), match.end(group)))
    for start, end in spans:
        left -= set(range(start, end))
    assert "" == "".join(example[index] for index in sorted(left) if example[index].isalnum())


@pytest.mark.parametrize("name", BY_NAME)
def test_near_miss_is_left_alone(name: str) -> None:
    """A value that breaks the recognizer's rule (length, header, label) is not its match."""
    recognizer = BY_NAME[name]
    _, near_miss = example_of(recognizer)
    assert None is _accepts(recognizer, near_miss)


@pytest.mark.parametrize(("entity_type", "template"), [(k, t) for k, ts in examples.TEMPLATES.items() for t in ts])
def test_described_secret_gets_its_type(entity_type: str, template: str) -> None:
    """A secret built from its issuer's description is found as what it is."""
    text = f"ok {examples.build(template)}"
    assert entity_type in {found[4].entity_type for found in engine().find(text)}


@pytest.mark.parametrize("text", examples.HARMLESS)
def test_harmless_text_holds_no_secret(text: str) -> None:
    """Log lines, prose, placeholders, templates and code without a literal secret are left alone."""
    assert [] == [(text[f[0] : -f[1]], f[4].entity_type) for f in engine().find(text)]


def test_there_are_two_hundred_kinds() -> None:
    """The set is as large as promised, in recognizers and in entity types."""
    assert len(SECRETS) >= 200
    assert len({recognizer.entity_type for recognizer in SECRETS}) >= 200
    assert all(recognizer.source for recognizer in SECRETS)


def test_redacted_text_is_left_alone() -> None:
    """Redacting twice gives what redacting once gives, for every kind."""
    redactor = Redactor()
    once = [redactor.text(example_of(recognizer)[0]) for recognizer in SECRETS]
    assert once == [redactor.text(text) for text in once]


def test_crc_is_proof_where_it_holds() -> None:
    """A GitHub token with its checksum is told from one whose last character was changed."""
    token = examples.github("ghp_")
    assert base62_crc(token)
    assert not base62_crc(token[:-1] + ("a" if token[-1] != "a" else "b"))
    body = examples.build("ATATT3{w180}")
    assert atlassian_crc(f"{body}={zlib.crc32(body.encode()):08X}")
    assert not atlassian_crc(f"{body}=00000000")
