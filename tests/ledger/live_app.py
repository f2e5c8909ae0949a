"""A small installation for tests that need all of privmw around the ledger: one recipient abroad, who is really on loopback.

Transfers abroad must be durable before they are sent, so that every call shows what becomes of them.
"""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from privmw import PrivacySettings, TransferDenied, purpose


class Partner:
    """The recipient.

    Args:
        certificate: File for a certificate that it makes for itself, to speak TLS with; ``None`` for cleartext.

    Attributes:
        port: Where it listens.
        url: The same as a URL.
        bodies: What arrived.
    """

    def __init__(self, certificate: Path | None = None) -> None:
        self.bodies: list[bytes] = []
        partner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                partner.bodies.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base names it so
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.port}"
        self._certificate = certificate
        if certificate is not None:
            make_certificate(certificate)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def client(self) -> httpx.Client:
        """A client that trusts its certificate."""
        trusted = ssl.create_default_context(cafile=self._certificate) if self._certificate else True
        return httpx.Client(trust_env=False, verify=trusted)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def make_certificate(path: Path) -> None:
    """Write a key and a certificate for 127.0.0.1, signed by itself, valid for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))


@contextmanager
def partner(certificate: Path | None = None) -> Iterator[Partner]:
    """A running recipient; with a certificate it speaks TLS."""
    server = Partner(certificate)
    try:
        yield server
    finally:
        server.close()


def live_settings(
    folder: Path, port: int, *, sections: Mapping[str, Any] | None = None, **ledger: Any
) -> PrivacySettings:
    """Settings of an app in Korea with one recipient in the United States.

    Args:
        folder: The ledger's directory.
        port: Where the recipient listens.
        sections: Other sections.
        ledger: Members of ``[ledger]``.
    """
    values: dict[str, Any] = {
        "controller": {"name": "Example", "country": "KR", "contact": "privacy@example.com"},
        "purposes": {
            "reply": {
                "use": "essential.service.ai_inference",
                "legal_basis": "contract",
                "retention_class": "subject_3m",
                "data_subjects": ["customer"],
            }
        },
        "retention": {"subject_3m": {"period": "P3M", "clause": "4"}},
        "recipients": {
            "partner": {
                "hosts": {f"127.0.0.1:{port}": "US"},
                "countries": ["US"],
                "purposes": ["reply"],
                "data_categories": ["user"],
                "mechanism": {"kr": "28-8(1)3"},
                "allow_cleartext": True,
            }
        },
        "ledger": {"directory": str(folder), **ledger},
        # One kind of value, and no surface but egress: what else there is takes its time to load, and the ledger knows
        # nothing of it.
        "redaction": {"entities": ["EMAIL_ADDRESS"]},
        **{name: {"enabled": False} for name in ("logs", "sentry", "analytics", "input_guard", "ner")},
        **(sections or {}),
    }
    return PrivacySettings(**values)


def call(port: int, *, text: str = "hello") -> str:
    """Send one message to the recipient; returns ``sent``, or the reason why it may not be sent."""
    try:
        with purpose("reply"), httpx.Client(trust_env=False) as client:
            client.post(f"http://127.0.0.1:{port}/v1/messages", json={"text": text}).raise_for_status()
    except TransferDenied as error:
        return str(error.reason_code)
    return "sent"


async def call_async(port: int, *, text: str = "hello") -> str:
    """The same on an event loop."""
    try:
        with purpose("reply"):
            async with httpx.AsyncClient(trust_env=False) as client:
                answer = await client.post(f"http://127.0.0.1:{port}/v1/messages", json={"text": text})
                answer.raise_for_status()
    except TransferDenied as error:
        return str(error.reason_code)
    return "sent"
