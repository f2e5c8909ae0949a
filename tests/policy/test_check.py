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


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ('[recognizers.ticket]\nentity_type = "T"\nregex = "(canary-9f2c"\n', "recognizers.ticket.regex"),
        (
            '[recognizers.ticket]\nentity_type = "T"\nregex = "x+"\nchecksum = "canary-9f2c"\n',
            "recognizers.ticket.checksum",
        ),
        ('[redaction]\nentities = ["canary-9f2c"]\n', "redaction.entities"),
        ('[redaction.operators]\nEMAIL_ADDRESS = "canary-9f2c"\n', "redaction.operators.EMAIL_ADDRESS"),
        (
            '[redaction.operators.DEFAULT]\nname = "hash"\nparams = { key = "canary" }\n',
            "redaction.operators.DEFAULT.key",
        ),
        ('[redaction]\nprofile = "canary-9f2c"\n', "redaction.profile"),
        ('[logs]\nprofile = "canary-9f2c"\n', "logs.profile"),
        ('[input_guard]\nentities = ["canary-9f2c"]\n', "input_guard.entities"),
        ('[ledger]\ntimezone = "canary-9f2c"\n', "ledger.timezone"),
        ('[ledger]\nsigning_key_file = "canary-9f2c"\n', "ledger.signing_key_file"),
        ('[pseudonyms]\nkey_file = "canary-9f2c"\n', "pseudonyms.key_file"),
        ('[pseudonyms]\nkeys = ["canary-9f2c"]\n', "pseudonyms.keys"),
        ('[ner]\nmodel = "canary-9f2c"\nenabled = true\n', "ner.model"),
    ],
)
def test_what_would_stop_the_app_is_found(
    sound: Path, lines: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is right in form and cannot be carried out is an error with file, setting and remedy, and without the value."""
    sound.write_text(f"{SOUND}\n{lines}")
    assert main(["check", "--json", "--config", str(sound)]) == 1
    out = capsys.readouterr().out
    (finding,) = json.loads(out)["findings"]
    assert ("settings.invalid", f"privmw.toml: {place}") == (finding["code"], finding["field"])
    assert finding["remedy"]
    assert CANARY not in out


def test_without_a_file_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is listed then are the gaps of the defaults."""
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 1
    assert capsys.readouterr().out.startswith("There is no privmw.toml here")
