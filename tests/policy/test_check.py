"""`privmw check`: exit codes, the table and its JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from privmw.cli import main

ROOT = Path(__file__).parents[2]
CANARY = "canary-9f2c"
SOUND = """
[controller]
name = "A"
country = "KR"
contact = "a@example.org"
[policy]
id = "p"
version = "1"
file = "policy.md"
timing = "TLS, at the time of use"
[purposes.chat]
use = "essential.service.ai_inference"
legal_basis = "contract"
[recipients.groq]
purposes = ["chat"]
data_categories = ["user.content.private"]
countries = ["US"]
contact = "privacy@groq.example"
contract_ref = "DPA 1"
retention = "PT0S"
mechanism = { kr = "28-8(1)3" }
refusal = { how = "Settings", effect = "No chat" }
[retention.record]
period = "P5Y"
covers = ["transfer_record", "operator_access"]
"""


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A settings file that nothing is wrong with."""
    (tmp_path / "policy.md").write_text("A policy.")
    path = tmp_path / "privmw.toml"
    path.write_text(SOUND)
    return path


def test_sound_settings_pass(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing wrong is exit code 0 and says so."""
    assert main(["check", "--config", str(sound)]) == 0
    assert capsys.readouterr().out == "0 errors, 0 warnings\n"


def test_settings_in_the_current_folder(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --config the privmw.toml of the current folder is checked."""
    monkeypatch.chdir(sound.parent)
    assert main(["check"]) == 0
    sound.write_text(SOUND.replace('contact = "a@example.org"\n', ""))
    assert main(["check"]) == 1


def test_warnings_alone_pass(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Warnings are shown and do not fail."""
    sound.write_text(SOUND.replace('contract_ref = "DPA 1"\n', ""))
    assert main(["check", "--config", str(sound)]) == 0
    out = capsys.readouterr().out
    assert "contract.missing" in out
    assert out.endswith("0 errors, 1 warning\n")


def test_first_register_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """The table names code, places, what is wrong, remedy and clause, and groups what is the same."""
    assert main(["check", "--config", str(ROOT / "examples" / "craisee" / "privmw.toml")]) == 1
    out = capsys.readouterr().out
    assert "basis.consent_and_opt_out" in out
    assert "PIPA 28-8(2) 3" in out
    assert "recipients.openai.contact" in out
    assert max(map(len, out.splitlines())) <= 130


def test_first_register_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON holds one object per finding and the counts."""
    assert main(["check", "--json", "--config", str(ROOT / "examples" / "craisee" / "privmw.toml")]) == 1
    report = json.loads(capsys.readouterr().out)
    assert not report["ok"]
    assert report["errors"] + report["warnings"] == len(report["findings"])
    assert {"code", "severity", "field", "what", "remedy", "clause"} == set(report["findings"][0])
    assert {"error", "warning"} == {finding["severity"] for finding in report["findings"]}


def test_invalid_settings_are_findings(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every mistake is one finding with file, field and nearest spelling, without its value; exit code 1."""
    sound.write_text(SOUND.replace("[policy]", f'contct = "{CANARY}"\n[policy]').replace('"P5Y"', f'"{CANARY}"'))
    assert main(["check", "--json", "--config", str(sound)]) == 1
    out = capsys.readouterr().out
    findings = json.loads(out)["findings"]
    assert {"privmw.toml: controller.contct", "privmw.toml: retention.record.period"} == {
        one["field"] for one in findings
    }
    assert "Did you mean 'contact'?" in {one["remedy"] for one in findings}
    assert CANARY not in out


def test_wrong_register_is_a_finding(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A recipient that nobody knows is one finding; exit code 1."""
    sound.write_text(SOUND.replace("[recipients.groq]", "[recipients.groqq]"))
    assert main(["check", "--config", str(sound)]) == 1
    out = capsys.readouterr().out
    assert "recipients.groqq" in out
    assert "Did you mean 'groq'?" in out


def test_not_toml_is_a_finding(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not TOML is told by line; exit code 1."""
    sound.write_text("[controller\n")
    assert main(["check", "--config", str(sound)]) == 1
    assert "this is not TOML" in capsys.readouterr().out


def test_missing_file_cannot_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is not there is exit code 2, on standard error."""
    assert main(["check", "--config", str(tmp_path / "none.toml")]) == 2
    assert "no such file" in capsys.readouterr().err
