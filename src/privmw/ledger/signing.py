"""Ed25519 keys of the ledger: signing checkpoints, checking signatures. The one user of ``cryptography`` in the ledger.

Keys are a list from oldest to newest: the last one signs, all of them verify. On disk they are PEM blocks (PKCS 8) one
after the other in one file, which must not lie inside the ledger's directory.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from privmw.errors import ConfigurationError
from privmw.ledger.auditing.notes import NoteSignature, TrustedKey, key_id, note_bytes

__all__ = ["SigningKeys", "verify_signature"]

_PEM = re.compile(rb"-----BEGIN PRIVATE KEY-----.+?-----END PRIVATE KEY-----", re.DOTALL)


class SigningKeys:
    """Private keys, oldest to newest.

    Args:
        keys: 32-byte private keys (seeds, RFC 8032).

    Raises:
        ConfigurationError: There is none, or one is not 32 bytes.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        if not keys or any(len(key) != 32 for key in keys):
            raise ConfigurationError("signing keys are one or more Ed25519 seeds of 32 bytes", field="signing_key_file")
        self._keys = [Ed25519PrivateKey.from_private_bytes(bytes(key)) for key in keys]
        self.public_keys = tuple(key.public_key().public_bytes_raw() for key in self._keys)

    @classmethod
    def load(cls, path: Path, *, ledger: Path | None = None) -> SigningKeys:
        """Read keys from a PEM file.

        Args:
            path: File of PKCS 8 PEM blocks, oldest key first.
            ledger: Directory of the ledger, which must not hold the file.

        Raises:
            ConfigurationError: The file is missing, holds no Ed25519 key, or lies in the ledger's directory.
        """
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        _refuse_inside(path, ledger)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ConfigurationError(
                f"can not be read ({error.strerror})",
                source=str(path),
                field="ledger.signing_key_file",
                remedy="Make one with: privmw verify --new-key FILE",
            ) from None
        seeds = []
        for block in _PEM.findall(data):
            try:
                key = load_pem_private_key(block + b"\n", None)
            except (ValueError, TypeError, UnsupportedAlgorithm):
                key = None
            if not isinstance(key, Ed25519PrivateKey):
                raise ConfigurationError(
                    "holds a key that is not an unencrypted Ed25519 one",
                    source=str(path),
                    field="ledger.signing_key_file",
                )
            seeds.append(key.private_bytes_raw())
        if not seeds:
            raise ConfigurationError("holds no PEM private key", source=str(path), field="ledger.signing_key_file")
        return cls(seeds)

    @classmethod
    def create(cls, path: Path, *, ledger: Path | None = None) -> SigningKeys:
        """Make a new key and append it to a file that only its owner may read, so that it signs from now on.

        Raises:
            ConfigurationError: The file lies in the ledger's directory or can not be written.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        _refuse_inside(path, ledger)
        block = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "ab") as file:
                file.write(block)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise ConfigurationError(f"can not be written ({error.strerror})", source=str(path)) from None
        return cls.load(path, ledger=ledger)

    def sign(self, text: str) -> bytes:
        """Sign a note text with the newest key, under the name of its first line."""
        name = text.partition("\n")[0]
        signature = self._keys[-1].sign(text.encode())
        return note_bytes(text, [NoteSignature(name, key_id(name, self.public_keys[-1]), signature)])

    def trusted(self, name: str = "") -> list[TrustedKey]:
        """The public halves, for verification.

        Args:
            name: Origin prefix that they may sign for; empty for any.
        """
        return [TrustedKey(public, name) for public in self.public_keys]

    def __repr__(self) -> str:
        return f"SigningKeys({len(self._keys)} keys)"


def verify_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Check one Ed25519 signature; malformed input is invalid, never an error."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _refuse_inside(path: Path, ledger: Path | None) -> None:
    if ledger is not None and path.resolve().is_relative_to(ledger.resolve()):
        raise ConfigurationError(
            "the signing key lies inside the ledger's directory",
            source=str(path),
            field="ledger.signing_key_file",
            remedy="Keep it where whoever can change the ledger can not read it",
        )
