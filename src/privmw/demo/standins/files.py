"""Files that are uploaded to a stand-in: it takes a form and says what it took, as providers do."""

from __future__ import annotations

import json
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP

from privmw.demo.standins.server import Received, Reply

__all__ = ["file_reply", "is_form"]


def is_form(received: Received) -> bool:
    """Whether a request carries a multipart form."""
    return (received.header("content-type") or "").lower().startswith("multipart/form-data")


def file_reply(received: Received) -> Reply:
    """The answer to an upload, with the members that both OpenAI and Anthropic give to a file; 400 without one."""
    head = f"content-type: {received.header('content-type') or ''}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + received.content())
    parts = [part for part in form.walk() if part is not form]
    file = next((part for part in parts if part.get_filename()), None)
    if file is None:
        return Reply(b'{"error":{"message":"no file","type":"invalid_request_error"}}', 400)
    fields = {_name(part): _text(part) for part in parts if part is not file}
    content = file.get_payload(decode=True)
    size = len(content) if isinstance(content, bytes) else 0
    answer = {
        "id": "file-1",
        "object": "file",
        "type": "file",
        "created_at": 1,
        "filename": file.get_filename(),
        "mime_type": file.get_content_type(),
        "bytes": size,
        "size_bytes": size,
        "purpose": fields.get("purpose", "user_data"),
        "status": "processed",
    }
    if "anthropic-version" in dict(received.headers):
        answer["created_at"] = "2026-01-01T00:00:00Z"
    return Reply(json.dumps(answer, ensure_ascii=False).encode())


def _name(part: Message) -> str:
    name = part.get_param("name", "", "content-disposition")
    return name if isinstance(name, str) else ""


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
