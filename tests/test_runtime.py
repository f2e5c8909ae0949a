"""The composition root."""

import threading
from pathlib import Path

import pytest

from privmw import ConfigurationError, PrivacySettings, Runtime, install, uninstall
from privmw.egress.hooks import httpx
from privmw.logs import stdlib
from privmw.runtime import Surface


def test_equal_settings_share_one_runtime(tmp_path: Path) -> None:
    """All middleware of an app use one ledger, one guard and one set of redactors."""
    settings = PrivacySettings(ledger={"directory": str(tmp_path)})
    assert Runtime.shared(settings) is Runtime.shared(PrivacySettings(ledger={"directory": str(tmp_path)}))
    assert Runtime.shared() is Runtime.shared(settings)
    assert Runtime.shared(PrivacySettings(ledger={"directory": str(tmp_path / "other")})) is not Runtime.shared(
        settings
    )


def test_install_and_uninstall_work_without_an_app(tmp_path: Path) -> None:
    """Workers and scripts need no middleware."""
    install(PrivacySettings(ledger={"directory": str(tmp_path / "ledger")}))
    assert stdlib.installed()
    uninstall()
    assert not stdlib.installed()


def test_surfaces_are_counted(tmp_path: Path) -> None:
    """Two users of a surface: the last one to go takes it out."""
    runtime = Runtime(PrivacySettings(ledger={"enabled": False}))
    runtime.use(Surface.LOGS)
    runtime.use(Surface.LOGS)
    runtime.release(Surface.LOGS)
    assert stdlib.installed()
    runtime.release(Surface.LOGS)
    runtime.release(Surface.LOGS)
    assert not stdlib.installed()
    assert runtime.ledger is None


def test_own_recognizers_and_keys_come_from_settings(tmp_path: Path) -> None:
    """A recognizer of the settings works in every redactor; references depend on the key and never show the value."""
    (tmp_path / "keys").write_text("the-older-of-two-keys\nthe-newer-of-two-keys\n", "utf-8")
    runtime = Runtime(
        PrivacySettings(
            recognizers={"ticket": {"entity_type": "TICKET", "regex": r"\bTCK-[0-9]{6}\b", "score": 0.9}},
            pseudonyms={"key_file": str(tmp_path / "keys")},
            ledger={"enabled": False},
        )
    )
    assert "see <TICKET>" == runtime.redactor.text("see TCK-123456")
    assert "see <TICKET>" == runtime.redactor_for("logs").text("see TCK-123456")
    assert runtime.subject_ref("u_1") == runtime.subject_ref("u_1")
    assert 32 == len(runtime.subject_ref("u_1"))
    assert runtime.subject_ref("u_1") != runtime.subject_ref("u_2")


def test_an_unknown_checksum_is_refused_by_name() -> None:
    """The error lists what there is."""
    recognizers = {"x": {"entity_type": "X", "regex": "x{9}", "checksum": "lune"}}
    with pytest.raises(ConfigurationError, match=r"recognizers\.x\.checksum: there is no checksum.*Use one of luhn"):
        Runtime(PrivacySettings(recognizers=recognizers, ledger={"enabled": False}))


def test_a_missing_model_stops_the_start(tmp_path: Path) -> None:
    """With ``[ner] enabled = true`` a model that is not there is refused before anything is installed."""
    ner = {"enabled": True, "model": str(tmp_path / "nowhere")}
    runtime = Runtime(PrivacySettings(ner=ner, ledger={"enabled": False}))
    with pytest.raises(ConfigurationError) as caught:
        runtime.use(Surface.EGRESS)
    assert caught.value.field == "ner.model"
    assert caught.value.remedy
    assert httpx.installed_in() == []


def test_the_model_is_loaded_with_egress_and_closed_with_it() -> None:
    """A runtime that guards no outbound call loads no model; the tier's threads end with the surface."""
    runtime = Runtime(PrivacySettings(ledger={"enabled": False}))
    assert runtime.names is not None
    assert runtime.names._model is None
    runtime.use(Surface.LOGS)
    assert runtime.names._model is None
    runtime.use(Surface.EGRESS)
    assert runtime.names._model is not None
    runtime.names.find(["Ann came to see us."])
    assert any(thread.name.startswith("privmw-ner") for thread in threading.enumerate())
    runtime.release(Surface.EGRESS)
    runtime.release(Surface.LOGS)
    assert not any(thread.name.startswith("privmw-ner") for thread in threading.enumerate())
    assert Runtime(PrivacySettings(egress={"enabled": False}, ledger={"enabled": False})).names is None


def test_requests_count_for_hosting_and_the_policy_is_on_record(tmp_path: Path) -> None:
    """Ambient recipients get one counter record, and the register in force one of its own."""
    from privmw.ledger.query import Criteria, Ledger
    from privmw.types import RecordKind

    settings = PrivacySettings(
        purposes={"hosting": {"use": "essential.service.operations", "legal_basis": "contract"}},
        recipients={"vercel": {"purposes": ["hosting"], "countries": ["US"], "mechanism": {"kr": "28-8(1)3"}}},
        ledger={"directory": str(tmp_path / "ledger")},
    )
    runtime = Runtime(settings)
    runtime.use(Surface.LEDGER)
    runtime.count_ambient()
    runtime.count_ambient()
    assert runtime.ledger is not None
    assert runtime._ambient is not None
    runtime._ambient.flush()
    runtime.ledger.flush(5)
    runtime.release(Surface.LEDGER)
    with Ledger.open(tmp_path / "ledger") as ledger:
        records = [entry.record for entry in ledger.entries(Criteria())]
    (ambient,) = [record for record in records if record.kind is RecordKind.AMBIENT]
    assert ambient.recipient_id == "vercel"
    assert ambient.details["count"] == 2
    assert [record.kind for record in records if record.kind is RecordKind.POLICY] == [RecordKind.POLICY]
