"""Consent and opt-outs on record, through a real app: what a person decided, under which notice, and what relied on it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import privmw
from privmw import (
    ConfigurationError,
    Consent,
    ConsentState,
    PrivacyMiddleware,
    Runtime,
    TransferDenied,
    current_context,
    identify,
    purpose,
    record_consent,
)
from privmw.context import open_context
from privmw.ledger.canonical import parse
from privmw.ledger.sqlite import DirectoryStore
from tests.ledger.live_app import Partner, live_settings, partner
from tests.ledger.proof_helpers import check, found

Records = list[tuple[dict[str, Any], dict[str, Any]]]


@pytest.fixture
def recipient() -> Iterator[Partner]:
    """Who receives what people consent to."""
    with partner() as server:
        yield server


class App:
    """A shop whose newsletter rests on consent; it keeps people's choices in a table of its own.

    Attributes:
        choices: The table, as the app got it from :func:`privmw.record_consent`.
    """

    def __init__(self, folder: Path, recipient: Partner, **sections: Any) -> None:
        self.ledger = folder / "ledger"
        self.choices: dict[tuple[str | None, str], Consent] = {}
        self.recipient = recipient
        target = {
            "hosts": {f"127.0.0.1:{recipient.port}": "US"},
            "countries": ["US"],
            "purposes": ["newsletter"],
            "data_categories": ["user"],
            "mechanism": {"kr": "28-8(1)1"},
            "allow_cleartext": True,
        }
        newsletter = {"use": "marketing.communications", "legal_basis": "consent", "retention_class": "subject_3m"}
        settings = live_settings(self.ledger, recipient.port, maintenance=False, sections={
            "policy": {"id": "shop", "version": "2026-04-17"},
            "purposes": {"newsletter": newsletter},
            "recipients": {"partner": target},
            "pseudonyms": {"keys": ["k" * 32]},
            "analytics": {"enabled": True, "opt_out_cookie": "no_stats"},
            **sections,
        })  # fmt: skip
        self.api = FastAPI()
        self.api.add_middleware(
            PrivacyMiddleware, settings=settings, consent=lambda who, why: self.choices.get((who, why), Consent())
        )
        self.api.post("/choice/{state}")(self.choose)
        self.api.post("/send")(self.send)
        self.api.get("/page")(self.page)

    def choose(self, state: str, subject: str, notice: str | None = None) -> str:
        """A person decides."""
        identify(subject_id=subject)
        decided = record_consent("newsletter", ConsentState(state), notice_version=notice)
        self.choices[subject, "newsletter"] = decided
        return str(decided.record_id)

    @purpose("newsletter")
    def send(self, subject: str) -> str:
        """What rests on that decision."""
        identify(subject_id=subject)
        try:
            with httpx.Client(trust_env=False) as client:
                client.post(f"{self.recipient.url}/v1/messages", json={"text": "news"}).raise_for_status()
        except TransferDenied as error:
            return str(error.reason_code)
        return "sent"

    def page(self, subject: str | None = None, leave: bool = False) -> str:
        """Any page; a person may opt out in their account."""
        context = current_context()
        assert context is not None
        if subject is not None:
            identify(subject_id=subject)
        if leave:
            context.opt_out = True
        return "page"

    def records(self, kind: str) -> Records:
        """Headers and payloads of one kind, in order."""
        result: Records = []
        for chain in DirectoryStore(self.ledger).chains():
            payloads = {row.seq: parse(row.data) for row in chain.payloads()}
            headers = [(row.seq, parse(row.header)) for row in chain.headers()]
            result += [(header, payloads.get(seq, {})) for seq, header in headers if header["kind"] == kind]
            chain.close()
        return result


@pytest.fixture
def app(tmp_path: Path, recipient: Partner) -> App:
    """The shop."""
    return App(tmp_path, recipient)


def test_a_decision_is_on_record_and_transfers_name_it(app: App) -> None:
    """Consent is recorded with its notice; what relies on it names notice and record; a withdrawal ends it at once."""
    with TestClient(app.api) as client:
        assert "consent.missing" == client.post("/send?subject=u1").json()
        given = client.post("/choice/given?subject=u1&notice=2026-04-17").json()
        assert "sent" == client.post("/send?subject=u1").json()
        withdrawn = client.post("/choice/withdrawn?subject=u1").json()
        assert "consent.withdrawn" == client.post("/send?subject=u1").json()
    first, second = app.records("consent")
    assert [given, withdrawn] == [first[0]["record_id"], second[0]["record_id"]]
    expected = {
        "purpose": "newsletter",
        "legal_basis": "consent",
        "retention_class": "subject_3m",
        "consent_state": "given",
        "notice_version": "2026-04-17",
        "policy_id": "shop",
        "policy_version": "2026-04-17",
        "controller_ref": "Example",
        "details": {"event": "consent.changed"},
    }
    assert expected == {name: first[0].get(name) for name in expected}
    assert ("withdrawn", None) == (second[0]["consent_state"], second[0].get("notice_version"))
    (sent,) = [item for item in app.records("transfer") if "intent_id" not in item[0]]
    assert ("given", "2026-04-17", given) == (
        sent[0]["consent_state"],
        sent[0]["notice_version"],
        sent[1]["consent_record_ref"],
    )
    assert first[1]["subject_ref"] == second[1]["subject_ref"] == sent[1]["subject_ref"]
    assert {"route": "/choice/{state}"} == {name: first[1][name] for name in ("route",)}
    assert b"u1" not in b"".join(str(header).encode() for header, _ in (first, second, sent))
    assert {"OK", "UNANCHORED"} >= found(check(app.ledger, keys=None))


def test_a_decision_counts_within_its_own_request(app: App) -> None:
    """What follows in the same request relies on what was just decided, without any lookup."""

    @app.api.post("/join")
    @purpose("newsletter")
    def join() -> list[str]:
        identify(subject_id="u2")
        record_consent("newsletter", ConsentState.GIVEN, notice_version="v3")
        answers = [app.send("u2")]
        record_consent("newsletter", ConsentState.WITHDRAWN)
        return [*answers, app.send("u2")]

    with TestClient(app.api) as client:
        assert ["sent", "consent.withdrawn"] == client.post("/join").json()
    (sent,) = [header for header, _ in app.records("transfer") if "intent_id" not in header]
    assert "v3" == sent["notice_version"]


def test_signals_are_recorded_when_they_change(app: App) -> None:
    """An identified person's Sec-GPC, cookie and account opt-out are recorded once each, and again when they are gone."""
    with TestClient(app.api) as client:
        for _ in range(3):
            client.get("/page?subject=u1", headers={"Sec-GPC": "1"})
        client.get("/page?subject=u1", headers={"Sec-GPC": "1", "Cookie": "no_stats=1"})
        client.get("/page?subject=u2&leave=1")
        client.get("/page?subject=u3")
        client.get("/page", headers={"Sec-GPC": "1"})
        client.get("/page?subject=u1")
        client.get("/page?subject=u1")
    told = [
        (payload["subject_ref"], header["details"]["signal"], header["details"]["on"], header["gpc"], header["opt_out"])
        for header, payload in app.records("consent")
    ]
    one, two = Runtime.shared().subject_ref("u1"), Runtime.shared().subject_ref("u2")
    assert [
        (one, "gpc", True, True, False),
        (one, "opt_out", True, True, True),
        (two, "opt_out", True, False, True),
        (one, "gpc", False, False, False),
        (one, "opt_out", False, False, False),
    ] == told


def test_a_withdrawal_that_only_the_app_knows_is_recorded_when_it_is_met(app: App) -> None:
    """Where the app's own answer about a person turns from given to withdrawn and back, both turns are on record, once."""
    with TestClient(app.api) as client:
        for state in (ConsentState.GIVEN, ConsentState.WITHDRAWN, ConsentState.WITHDRAWN, ConsentState.GIVEN):
            app.choices["u1", "newsletter"] = Consent(state, "v2")
            client.post("/send?subject=u1")
        client.post("/choice/refused?subject=u2")
        Runtime.shared().consents._against.clear()  # as in another process, which knows the app's table only
        assert "consent.missing" == client.post("/send?subject=u2").json()
    assert [("withdrawn", "v2"), ("given", "v2")] == [
        (header["consent_state"], header["notice_version"])
        for header, _ in app.records("consent")
        if header["details"] == {"event": "consent.observed"}
    ]


def test_what_is_no_decision_is_refused(app: App) -> None:
    """A purpose that nobody declared, a state that nobody decides, words for a version: named at once, nothing recorded."""
    mistakes: list[Any] = [
        (lambda: record_consent("newsletters", ConsentState.GIVEN), r"purposes\.newsletters: .*'newsletter'"),
        (lambda: record_consent("newsletter", ConsentState.UNKNOWN), "given, refused, withdrawn or expired"),
        (lambda: record_consent("newsletter", "perhaps"), "given, refused, withdrawn or expired"),  # type: ignore[arg-type]
        (lambda: Consent(ConsentState.GIVEN, "as told to a@b.co"), "notice_version"),
    ]
    with TestClient(app.api):
        with pytest.raises(ConfigurationError, match="outside a request"):
            record_consent("newsletter", ConsentState.GIVEN)
        with open_context():
            for mistake, words in mistakes:
                with pytest.raises(ConfigurationError, match=words) as caught:
                    mistake()
                assert "a@b.co" not in str(caught.value)
    assert [] == app.records("consent")


def test_a_job_can_record_a_decision(app: App) -> None:
    """A worker that takes choices from a queue needs no request; the state may be given by its word."""
    with TestClient(app.api), purpose("newsletter"):
        identify(subject_id="u9")
        record_consent("newsletter", "expired")  # type: ignore[arg-type]
    ((header, payload),) = app.records("consent")
    assert ("expired", Runtime.shared().subject_ref("u9")) == (header["consent_state"], payload["subject_ref"])


def test_without_a_ledger_the_decision_holds_all_the_same(tmp_path: Path, recipient: Partner) -> None:
    """Nothing is recorded and no record is named, but the state applies."""
    app = App(tmp_path, recipient, ledger={"enabled": False})
    with TestClient(app.api) as client:
        assert "None" == client.post("/choice/given?subject=u1").json()
        assert "sent" == client.post("/send?subject=u1").json()


def test_a_failure_to_record_signals_does_not_fail_the_request(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What goes wrong after the app has answered is logged by type; the answer stands."""

    def fail(value: str) -> str:
        raise ValueError(f"cannot handle {value}")

    with TestClient(app.api) as client, caplog.at_level(logging.WARNING):
        monkeypatch.setattr(Runtime.shared().consents, "_reference", fail)
        assert "page" == client.get("/page?subject=u1", headers={"Sec-GPC": "1"}).json()
    assert "signals of a request were not recorded: ValueError" in caplog.messages
    assert "u1" not in caplog.text


def test_the_names_are_public() -> None:
    """What an app needs for it is importable from the top."""
    assert {"Consent", "ConsentState", "record_consent"} <= set(privmw.__all__)
