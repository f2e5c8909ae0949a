"""Files that the real SDKs upload: what is in them decides whether they are text, not what an HTTP library calls them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from privmw.context import RequestContext, identify, open_context
from privmw.demo.standins import StandIn
from privmw.errors import TransferDenied
from privmw.purposes import purpose
from tests.egress.calls import anthropic_client, openai_client
from tests.egress.conftest import Install
from tests.egress.support import EMAIL, ListSink

NAME = "Margarethe Quast"
CARD = "4111 1111 1111 1111"
TEXT = f"{NAME}, {EMAIL}, card {CARD}"
ROW = {"custom_id": EMAIL, "body": {"messages": [{"role": "user", "content": TEXT}]}}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))
PLANTED = tuple(value.encode(coding) for value in (NAME, EMAIL, CARD) for coding in ("utf-8", "utf-16-le"))

# A name that makes httpx guess a type, or none; what the file holds.
FILES: dict[str, bytes] = {
    "batch.jsonl": f"{json.dumps(ROW)}\n{json.dumps(ROW)}\n".encode(),
    "BATCH.JSONL": f"{json.dumps(ROW)}\n".encode(),
    "rows": f"{json.dumps(ROW)}\n{json.dumps(ROW)}\n".encode(),
    "escaped.jsonl": json.dumps(ROW).replace("@", "\\u0040").encode() + b"\n{}\n",
    "twice.jsonl": f'{{"to": "{EMAIL}", "to": "nobody"}}\n'.encode(),
    "notes.txt": TEXT.encode(),
    "notes.yaml": f"who: {TEXT}\n".encode(),
    "service.log": f"{TEXT}\n".encode(),
    "mail.eml": f"From: {NAME} <{EMAIL}>\r\n\r\n{TEXT}".encode(),
    "notes": TEXT.encode(),
    "notes.bin": TEXT.encode(),
    "picture.png": TEXT.encode(),  # no picture holds plain text
    "drawing.svg": f"<svg><text>{TEXT}</text></svg>".encode(),
    "excel.csv": TEXT.encode("utf-16"),  # what spreadsheets call Unicode text
    "template": f"{{{{ greeting }}}} {TEXT}".encode(),
    "bom.txt": TEXT.encode("utf-8-sig"),
}


def _planted(server: StandIn) -> list[bytes]:
    return [value for value in PLANTED if value in server.everything()]


def _upload(server: StandIn, file: Any) -> Any:
    with open_context(RequestContext()), purpose("reply"), openai_client(server) as client:
        identify(subject_id="u_1", name=NAME)
        return client.files.create(file=file, purpose="batch")


@pytest.mark.parametrize("name", FILES)
def test_a_text_file_is_rewritten_whatever_it_is_called(
    name: str, openai_server: StandIn, install: Install, tmp_path: Path
) -> None:
    """Opened from disk, so that only its name and its content speak for it; the provider takes it."""
    install(storage="allow")
    (tmp_path / name).write_bytes(FILES[name])
    with (tmp_path / name).open("rb") as file:
        answer = _upload(openai_server, file)
    assert name == answer.filename
    assert [] == _planted(openai_server)
    if name != "twice.jsonl":
        assert b"EMAIL_ADDRESS_" in openai_server.everything().replace(b"\0", b"")


def test_the_same_files_leak_without_the_guard(openai_server: StandIn, tmp_path: Path) -> None:
    """Without privmw every one of them arrives as it is."""
    for name, content in FILES.items():
        openai_server.clear()
        (tmp_path / name).write_bytes(content)
        with (tmp_path / name).open("rb") as file:
            _upload(openai_server, file)
        assert content in openai_server.received[0].body, name


def test_a_batch_stays_a_batch(openai_server: StandIn, install: Install) -> None:
    """Each line is a request of its own, so structural members stay and arguments are rewritten value by value."""
    install(storage="allow")
    arguments = json.dumps({"to": EMAIL})
    message = {"role": "assistant", "tool_calls": [{"id": "call_1", "function": {"arguments": arguments}}]}
    line = json.dumps({"url": "/v1/chat/completions", "body": {"model": "gpt-test", "messages": [message]}})
    _upload(openai_server, ("anything", f"{line}\n{line}".encode()))
    rows = [row for row in openai_server.received[0].body.split(b"\n") if row.startswith(b"{")]
    assert 2 == len(rows)
    for row in rows:
        body = json.loads(row)["body"]
        assert "gpt-test" == body["model"]
        assert json.loads(body["messages"][0]["tool_calls"][0]["function"]["arguments"])["to"].startswith("[EMAIL")


def test_anthropic_files_are_rewritten(anthropic_server: StandIn, install: Install) -> None:
    """The same for Anthropic's beta of files."""
    install()
    with anthropic_client(anthropic_server) as client, purpose("reply"):
        client.beta.files.upload(file=("notes", TEXT.encode()))
    assert EMAIL.encode() not in anthropic_server.everything()
    assert b"EMAIL_ADDRESS_" in anthropic_server.everything()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes", f"{'메모 ' * 40}{TEXT}".encode("cp949")),  # a text, in an encoding that nobody names
        ("notes.txt", f"메모 {TEXT}".encode("cp949")),
        ("notes.txt", b"\xff\xfe" + f"odd {TEXT}".encode()),  # marked as what it is not
        ("batch.jsonl", f"{{broken {TEXT}\n".encode()),
    ],
)
def test_a_text_that_cannot_be_read_is_refused(
    name: str, content: bytes, openai_server: StandIn, install: Install
) -> None:
    """A text in an unknown encoding is no binary content: it is refused, not passed on."""
    install(storage="allow")
    with pytest.raises(TransferDenied, match=r"content\.unscannable"):
        _upload(openai_server, (name, content))
    assert 0 == openai_server.bytes_received


@pytest.mark.parametrize("name", ["picture.png", "picture", "sound.wav", "paper.pdf"])
def test_binary_files_pass_and_are_counted(name: str, openai_server: StandIn, install: Install, sink: ListSink) -> None:
    """Pictures, sound and PDF arrive byte for byte, and the record says how many there were."""
    install(storage="allow")
    content = b"%PDF-1.7\n1 0 obj\n<< /Author (alice@example.com) >>" if name.endswith("pdf") else PNG
    _upload(openai_server, (name, content))
    assert content in openai_server.received[0].body
    attachments: Any = sink.intents()[0].details["attachments"]
    assert [1] == list(attachments.values())


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


INLINE: dict[str, str] = {
    "text": f"data:text/plain;base64,{_b64(TEXT.encode())}",
    "no guess": f"data:application/octet-stream;base64,{_b64(TEXT.encode())}",
    "nothing": f"data:;base64,{_b64(TEXT.encode())}",
    "upper case": f"DATA:text/plain;base64,{_b64(TEXT.encode())}",
    "utf-16": f"data:text/csv;charset=utf-16;base64,{_b64(TEXT.encode('utf-16'))}",
    "picture of text": f"data:image/png;base64,{_b64(TEXT.encode())}",
    "not encoded": f"data:image/png,{TEXT}",
    "bare": _b64(TEXT.encode()),
    "bare and short": _b64(EMAIL.encode()),
    "only called base64": f"data:text/plain;base64,{EMAIL}",
    "in lines": "\r\n".join(_b64(f"{TEXT}\n{TEXT}\n{TEXT}".encode())[at : at + 76] for at in range(0, 400, 76)),
    "url-safe": base64.urlsafe_b64encode(f"{TEXT}???>>>".encode()).decode().rstrip("="),
}


@pytest.mark.parametrize("form", INLINE)
def test_files_inside_json_are_read(form: str, openai_server: StandIn, install: Install) -> None:
    """A file given as a data URI or as base64 is looked into, whatever its media type says; so is its name."""
    install()
    file = {"filename": f"{NAME}.bin", "file_data": INLINE[form]}
    messages: Any = [{"role": "user", "content": [{"type": "file", "file": file}]}]
    with open_context(RequestContext()), purpose("reply"), openai_client(openai_server) as client:
        identify(subject_id="u_1", name=NAME)
        client.chat.completions.create(model="gpt-test", messages=messages)
    sent = openai_server.received[0].json()["messages"][0]["content"][0]["file"]
    held = sent["file_data"]
    encoded = held.partition("base64,")[2] or ("" if held.startswith("data:") else held)
    if not encoded or "[" in encoded:
        plain = held.encode()
    else:
        plain = base64.b64decode(encoded.replace("-", "+").replace("_", "/") + "==")
    for value in (*PLANTED, NAME.encode()):
        assert value not in plain
        assert value not in openai_server.received[0].body
    assert b"EMAIL_ADDRESS_" in plain.replace(b"\0", b"")


def _raw(openai_server: StandIn, head: str, content: bytes) -> Callable[[], Any]:
    import httpx

    def send() -> Any:
        body = f"--XX\r\n{head}\r\n\r\n".encode() + content + b"\r\n--XX--\r\n"
        headers = {"content-type": "multipart/form-data; boundary=XX"}
        with purpose("reply"), httpx.Client() as client:
            return client.post(f"{openai_server.base_url}/files", content=body, headers=headers)

    return send


def test_a_part_in_a_transfer_coding_is_refused(openai_server: StandIn, install: Install) -> None:
    """RFC 7578 forbids them in forms; what one would hide does not leave."""
    install(storage="allow")
    head = 'Content-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Transfer-Encoding: base64'
    with pytest.raises(TransferDenied, match=r"content\.unscannable"):
        _raw(openai_server, head, base64.b64encode(TEXT.encode()))()
    assert 0 == openai_server.bytes_received


def test_an_extended_file_name_is_read(openai_server: StandIn, install: Install) -> None:
    """A name in RFC 5987's spelling, alone or beside another one, is a file name too."""
    install(storage="allow")
    for plain in ("", ' filename="a.txt";', " filename=alice@example.com;"):
        openai_server.clear()
        head = f"Content-Disposition: form-data; name=\"file\";{plain} filename*=UTF-8''alice%40example.com.txt"
        _raw(openai_server, head, b"hello")()
        assert b"alice" not in openai_server.everything()
        assert b"EMAIL_ADDRESS_" in openai_server.everything()
