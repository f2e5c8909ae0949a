"""Nothing of a person gets into the provable header by way of a host's or a model's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from privmw import TransferDenied, identify, install, purpose, uninstall
from privmw.context import open_context
from privmw.demo.standins import StandIn
from privmw.egress.hostnames import HostNames
from privmw.redaction.redactor import Redactor
from privmw.types import RecordKind
from tests.egress.conftest import Install
from tests.egress.support import ListSink, recipient, register
from tests.ledger.live_app import live_settings
from tests.ledger.writing_helpers import stored

LONG = ".".join(["abcdefgh" * 7] * 70)


@pytest.fixture
def names(redactor: Redactor) -> HostNames:
    """Names under a register with a declared host, a declared suffix and a declared address."""
    known = register(
        {
            "partner": recipient("api.partner.example"),
            "tenants": recipient("*.tenants.example"),
            "near": recipient("203.0.113.9:8080"),
        }
    )
    return HostNames(known, redactor)


@pytest.mark.parametrize(
    ("host", "port", "kept"),
    [
        ("api.partner.example", None, "api.partner.example"),
        ("API.Partner.example.", 443, "api.partner.example"),
        ("acme.tenants.example", None, "acme.tenants.example"),
        ("hong-010-1234-5678.tenants.example", None, "<PHONE_NUMBER>.tenants.example"),
        ("hong-gildong-010-1234-5678.example.net", None, "<PHONE_NUMBER>.example.net"),
        ("sub.820101-1234567.example.com", None, "sub.<KR_RRN>.example.com"),
        ("kim%40naver.com.evil.example", None, "<EMAIL_ADDRESS>"),
        ("d1a2b3c4e5f6g7.cloudfront.net", None, "d1a2b3c4e5f6g7.cloudfront.net"),
        ("203.0.113.9", 8080, "203.0.113.9"),
        ("8.8.4.4", None, "8.8.4.0/24"),
        ("2001:4860:4860::8888", None, "2001:4860:4860::/48"),
        ("10.1.2.3", None, "10.1.2.3"),
        ("[fe80::1]", None, "fe80::1"),
        ("x" * 300, None, "x" * 253),
        ("x" * 5_000, None, "<host>"),
    ],
)
def test_what_of_a_host_is_recorded(names: HostNames, host: str, port: int | None, kept: str) -> None:
    """A declared name as it is; of any other one no label with a personal value in it, and no single public address."""
    assert kept == names.of(host, port)


def test_a_host_that_can_not_be_looked_at_is_not_recorded(redactor: Redactor) -> None:
    """Where the redactor fails, no name is better than one with a person in it; a declared one needs no redactor."""

    class Broken:
        version = "broken"

        def transform(self, value: object, replace: object, /) -> Any:
            raise ValueError(f"cannot handle {value!r}")

    broken = HostNames(register({"partner": recipient("api.partner.example")}), Broken())
    assert ("api.partner.example", "<host>") == (broken.of("api.partner.example", None), broken.of("x.example", None))


@pytest.mark.parametrize(
    "host",
    [
        "hong-gildong-010-1234-5678.example.net",
        "kim%40naver.com.evil.example",
        "minsu-kim.hooks.example",
        "8.8.4.4",
        LONG,
    ],
)
@pytest.mark.parametrize(("unknown", "path"), [("deny", "/hook"), ("gap", "/v1/messages")])
def test_an_undeclared_host_leaves_no_person_in_the_ledger(tmp_path: Path, host: str, unknown: str, path: str) -> None:
    """Header, columns and error of a refused call hold no value out of its host, the identified person's name included."""
    sections = {"redaction": {}, "egress": {"unknown_hosts": unknown}, "recipients": {}}
    install(live_settings(tmp_path / "ledger", 9, sections=sections))
    try:
        with open_context(), purpose("reply"), httpx.Client(trust_env=False) as client:
            identify(subject_id="u_1", name="Minsu Kim")
            with pytest.raises(TransferDenied) as caught:
                client.post(f"https://{host}{path}", json={})
    finally:
        uninstall()
    (denied,) = [header for header in stored(tmp_path / "ledger") if header["kind"] == "denied"]
    said = f"{denied['server.address']} {denied['recipient_id']} {caught.value}"
    for part in ("010-1234", "kim%40", "naver", "minsu", "8.8.4.4", "hong"):
        assert part not in said.lower()
    assert len(str(denied["server.address"])) <= 253
    assert denied["server.address"] == denied["recipient_id"]
    files = b"".join(path.read_bytes() for path in (tmp_path / "ledger").glob("*.sqlite3*"))
    assert b"010-1234" not in files


@pytest.mark.parametrize(
    ("model", "kept"),
    [
        ("gpt-5-mini", "gpt-5-mini"),
        ("ft:gpt-4o:acme:support:abc123", "ft:gpt-4o:acme:support:abc123"),
        ("kim.minsu@naver.com", None),
        ("ft:gpt-4o:acme:kim-minsu-820101-1234567", None),
        ("support bot of Kim", None),
        ("x" * 120 + "-1", "x" * 120 + "-1"),
        ("minsu-kim", None),
    ],
)
def test_a_models_name_is_recorded_only_as_a_name(
    install: Install, sink: ListSink, openai_server: StandIn, model: str, kept: str | None
) -> None:
    """What looks like no name, or holds a personal value, is left out of the record; the call itself goes on."""
    install()
    body = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
    with open_context(), purpose("reply"), httpx.Client(trust_env=False) as client:
        identify(name="Minsu Kim")
        client.post(f"http://{openai_server.host}/v1/chat/completions", json=body)
    (intent,) = sink.of(RecordKind.TRANSFER)[:1]
    assert kept == intent.gen_ai_request_model
