"""Ambient transfers of a real app: any declared recipient, attached in public, harmless to the app's own queries."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pymongo
import pytest
import sqlalchemy
from fastapi import FastAPI
from starlette.testclient import TestClient

import privmw
from privmw import ConfigurationError, PrivacyMiddleware, PrivacySettings, Runtime
from privmw.runtime import Surface
from tests.ledger.test_ambient import mongo_port as mongo_port
from tests.ledger.writing_helpers import stored

RECIPIENTS: dict[str, Any] = {
    "vercel": {"purposes": ["hosting"], "contract_ref": "dpa-1"},
    "fly_io": {"purposes": ["hosting"], "channel": "ambient", "legal_name": "Fly.io, Inc.", "countries": ["US"]},
    "mongodb_atlas": {"purposes": ["hosting"], "countries": ["US"], "data_categories": ["user.content.private"]},
    "aws_rds": {
        "purposes": ["hosting"],
        "hosts": ["*.rds.amazonaws.com"],
        "countries": ["KR"],
        "legal_name": "Amazon Web Services, Inc.",
        "contact": "privacy@aws.example",
        "mechanism": {"kr": "28-8(1)3"},
        "mechanism_ref": "scc-1",
        "retention": "P30D",
        "refusal": {"how": "none", "effect": "the service ends"},
    },
}


def settings(folder: Path, **sections: Any) -> PrivacySettings:
    """An app with hosting, a CDN and two databases."""
    return PrivacySettings(**{
        "controller": {"name": "Acme", "country": "KR", "contact": "privacy@acme.example"},
        "policy": {"id": "acme", "version": "7"},
        "purposes": {"hosting": {
            "use": "essential.service.operations", "legal_basis": "contract", "retention_class": "account",
            "data_subjects": ["customer"], "feature": "the service",
        }},
        "retention": {"account": {"period": "P1Y"}},
        "recipients": RECIPIENTS,
        "ledger": {"directory": str(folder), "maintenance": False},
        "redaction": {"entities": ["EMAIL_ADDRESS"]},
        **{name: {"enabled": False} for name in ("logs", "sentry", "analytics", "input_guard", "ner")},
        **sections,
    })  # fmt: skip


def ambient(folder: Path) -> dict[Any, dict[str, Any]]:
    """The ambient records of a ledger by recipient."""
    return {header["recipient_id"]: header for header in stored(folder) if header["kind"] == "ambient"}


def test_each_declared_recipient_may_be_a_source(tmp_path: Path, mongo_port: int) -> None:
    """Hosting by request, databases by statement and command: one record each, with what the law asks of a record."""
    app = FastAPI()
    app.add_middleware(PrivacyMiddleware, settings=settings(tmp_path / "ledger"))
    engine = sqlalchemy.create_engine("sqlite://")
    with TestClient(app) as client:
        privmw.ambient("aws_rds").sqlalchemy(engine)
        listener = privmw.ambient("mongodb_atlas").pymongo()
        mongo: Any = pymongo.MongoClient("127.0.0.1", mongo_port, event_listeners=[listener], directConnection=True)

        @app.get("/orders")
        def orders() -> str:
            with engine.connect() as connection:
                connection.execute(sqlalchemy.text("SELECT 1"))
                connection.execute(sqlalchemy.text("SELECT 2"))
            mongo.shop.orders.insert_one({"_id": 1})
            return "sold out"

        for _ in range(3):
            assert "sold out" == client.get("/orders").json()
        mongo.close()
    engine.dispose()
    records = ambient(tmp_path / "ledger")
    assert {"vercel": 3, "fly_io": 3, "aws_rds": 6, "mongodb_atlas": 3} == {
        name: header["details"]["count"] for name, header in records.items()
    }
    expected = {
        "controller_ref": "Acme",
        "controller_role": "controller",
        "origin_country": "KR",
        "policy_id": "acme",
        "policy_version": "7",
        "enforcement": "block",
        "rule_id": "recipients.aws_rds",
        "recipient_legal_name": "Amazon Web Services, Inc.",
        "recipient_contact": "privacy@aws.example",
        "destination_country": "KR",
        "country_evidence": "config",
        "purpose": "hosting",
        "legal_basis": "contract",
        "feature": "the service",
        "retention_class": "account",
        "data_subject_categories": ["customer"],
        "mechanism": {"kr": "28-8(1)3"},
        "mechanism_ref": "scc-1",
        "recipient_retention": "P30D",
        "refusal_effect": "the service ends",
        "sale_or_share": False,
    }
    assert expected == {name: records["aws_rds"].get(name) for name in expected}
    assert "dpa-1" == records["vercel"]["contract_ref"]
    assert "payload_commit" not in records["aws_rds"]


def test_an_asynchronous_engine_is_attached_like_any_other(tmp_path: Path) -> None:
    """The engine that asyncio apps have, which holds a synchronous one, can be given as it is; counting can be ended."""
    runtime = Runtime(settings(tmp_path / "ledger"))
    runtime.use(Surface.LEDGER)
    engine = sqlalchemy.create_engine("sqlite://")
    stop = runtime.ambient("aws_rds").sqlalchemy(SimpleNamespace(sync_engine=engine))  # type: ignore[arg-type]
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("SELECT 1"))
        stop()
        connection.execute(sqlalchemy.text("SELECT 1"))
    engine.dispose()
    runtime.release(Surface.LEDGER)
    assert 1 == ambient(tmp_path / "ledger")["aws_rds"]["details"]["count"]


def test_a_mistake_shows_when_a_source_is_attached(tmp_path: Path) -> None:
    """A recipient that is not declared, and what is no engine, are errors at once, with the nearest right name."""
    runtime = Runtime(settings(tmp_path / "ledger"))
    with pytest.raises(ConfigurationError, match=r"recipients\.mongodb_atlaz: .*mongodb_atlas"):
        runtime.ambient("mongodb_atlaz")
    with pytest.raises(ConfigurationError, match=r"recipients\.cloudflare: .*declared recipient"):
        runtime.ambient("cloudflare")
    with pytest.raises(ConfigurationError, match="SQLAlchemy engine"):
        runtime.ambient("aws_rds").sqlalchemy("postgresql://u:hunter2@db/app")  # type: ignore[arg-type]


def test_counting_never_fails_the_apps_own_query(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong in the counter, the statement's result arrives; it is logged once, by type."""
    runtime = Runtime(settings(tmp_path / "ledger"))
    engine = sqlalchemy.create_engine("sqlite://")
    source = runtime.ambient("aws_rds")
    source.sqlalchemy(engine)
    assert runtime._ambient is not None
    runtime._ambient._clock = None  # type: ignore[assignment]
    with engine.connect() as connection:
        assert [7, 7] == [connection.execute(sqlalchemy.text("SELECT 7")).scalar() for _ in range(2)]
    listener = source.pymongo()
    listener.started(type("Event", (), {"command_name": "insert"})())
    engine.dispose()
    assert ["an ambient transfer was not counted: AttributeError"] == caplog.messages


def test_a_source_follows_the_runtime_of_the_app(tmp_path: Path) -> None:
    """What is attached where an engine is made, before the app has its settings, is counted in the app's ledger."""
    first = Runtime.shared(settings(tmp_path / "first"))
    engine = sqlalchemy.create_engine("sqlite://")
    privmw.ambient("aws_rds").sqlalchemy(engine)
    app = FastAPI()
    app.add_middleware(PrivacyMiddleware, settings=settings(tmp_path / "second"))
    with TestClient(app), engine.connect() as connection:
        connection.execute(sqlalchemy.text("SELECT 1"))
    engine.dispose()
    assert Runtime.shared() is not first
    assert 1 == ambient(tmp_path / "second")["aws_rds"]["details"]["count"]
    assert not (tmp_path / "first").exists()


def test_without_a_ledger_nothing_is_counted(tmp_path: Path) -> None:
    """With ``[ledger] enabled = false`` sources can be attached all the same, and do nothing."""
    runtime = Runtime(settings(tmp_path / "ledger", ledger={"enabled": False}))
    engine = sqlalchemy.create_engine("sqlite://")
    runtime.ambient("aws_rds").sqlalchemy(engine)
    with engine.connect() as connection:
        assert 7 == connection.execute(sqlalchemy.text("SELECT 7")).scalar()
    engine.dispose()
    with pytest.raises(ConfigurationError):
        runtime.ambient("aws_rdz")


def test_sizes_are_rounded_up(tmp_path: Path) -> None:
    """Bytes are bucketed like those of any record."""
    runtime = Runtime(settings(tmp_path / "ledger"))
    runtime.use(Surface.LEDGER)
    runtime.ambient("aws_rds").count(bytes_out=1_000, bytes_in=5)
    runtime.ambient("aws_rds").count(bytes_out=1_000, bytes_in=1)
    runtime.release(Surface.LEDGER)
    record = ambient(tmp_path / "ledger")["aws_rds"]
    assert (2048, 8) == (record["bytes_out"], record["bytes_in"])
