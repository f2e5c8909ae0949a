"""Pseudonyms: keyed tokens that stand for originals on the way out, and turn back into them on the way in.

A token is a keyed digest of entity type and original in a scope (tenant and conversation, or tenant and subject). The
same value therefore gets the same token in every turn, retry and cached prefix of a conversation, nothing has to be
stored between requests, tokens of two scopes cannot be linked, and deleting a scope's key erases the mapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TypeVar

from privmw.errors import ConfigurationError
from privmw.redaction.digest import KeyedDigest
from privmw.redaction.restore import StreamRestorer, Vault
from privmw.redaction.tokens import code_of, is_token

__all__ = ["Pseudonymiser", "check_keys"]

T = TypeVar("T")

_SHORTEST_KEY = 16


@lru_cache(maxsize=16)
def _digest_under(key: bytes) -> KeyedDigest:
    return KeyedDigest(key)


def check_keys(keys: Sequence[bytes]) -> None:
    """Refuse keys that cannot keep pseudonyms secret.

    Raises:
        ConfigurationError: There is none, or one is too short.
    """
    if not keys or any(len(key) < _SHORTEST_KEY for key in keys):
        raise ConfigurationError(
            f"pseudonyms need at least one key, each of {_SHORTEST_KEY} bytes or more",
            field="pseudonyms.keys",
            remedy="Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )


class Pseudonymiser:
    """Issues and restores the tokens of one request.

    Values are taken as written: ``Bob@x.com`` and ``bob@x.com`` get two tokens, so that each is restored as it was.

    Args:
        keys: Secret keys of at least 16 bytes, oldest first. The last one makes tokens; tokens that the older ones
            made for the same values are restored too, so that a key can change in the middle of a conversation.
        scope: What tokens are stable in; tokens of two scopes have nothing in common.

    Raises:
        ConfigurationError: No key, or one too short.
    """

    __slots__ = ("_current", "_issued", "_older", "_vault")

    def __init__(self, keys: Sequence[bytes], scope: str) -> None:
        check_keys(keys)
        name = b"privmw pseudonym\0" + scope.encode("utf-8", "surrogatepass")
        *older, self._current = [KeyedDigest(_digest_under(key).of(name)) for key in keys]
        self._older = tuple(older)
        self._issued: dict[tuple[str, str], str] = {}
        self._vault = Vault()

    def __repr__(self) -> str:
        return f"Pseudonymiser(sent={self.sent}, restored={self.restored}, unknown={self.unknown})"

    @property
    def sent(self) -> int:
        """How many times a token was put in place of an original."""
        return self._vault.sent

    @property
    def restored(self) -> int:
        """How many times an original was put back."""
        return self._vault.restored

    @property
    def unknown(self) -> int:
        """How many tokens came back that were not issued here."""
        return self._vault.unknown

    @property
    def distinct(self) -> int:
        """How many different originals have a token."""
        return len(self._issued)

    def token(self, entity_type: str, original: str) -> str:
        """The token of a value; a value that is a token already stays as it is."""
        token = self._issued.get((entity_type, original))
        if token is None:
            if is_token(original):
                return original
            token = self._issue(entity_type, original)
        self._vault.sent += 1
        return token

    def restore_text(self, text: str, *, json_string: bool = False) -> str:
        """Put originals back in a whole text.

        Args:
            text: What came back.
            json_string: The text is JSON source (a tool call's arguments): originals are escaped as string content.
        """
        return self._vault.restore_text(text, json_string=json_string)

    def restore_value(self, value: T) -> T:
        """Put originals back in every string of a JSON-like value; untouched parts come out identical."""
        return self._vault.restore_value(value)

    def stream(self, *, json_string: bool = False) -> StreamRestorer:
        """A restorer for one streamed text field.

        Args:
            json_string: The fragments are JSON source (a tool call's arguments).
        """
        return StreamRestorer(self._vault, json_string=json_string)

    def _issue(self, entity_type: str, original: str) -> str:
        message = f"{entity_type}\0{original}".encode("utf-8", "surrogatepass")
        code = code_of(self._current.of(message))
        while not self._vault.add(entity_type, code, original):
            message += b"\0"
            code = code_of(self._current.of(message))
        for older in self._older:
            self._vault.add(entity_type, code_of(older.of(message)), original)
        token = self._issued[entity_type, original] = f"[{entity_type}_{code}]"
        return token
