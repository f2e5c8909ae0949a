"""Operators: what is put in place of a match, in Presidio's terms.

``replace`` (default: ``<ENTITY_TYPE>``), ``redact``, ``mask``, ``hash``, ``encrypt``, ``keep``, ``custom`` and
``pseudonymise``. Wherever an operator is asked for, Presidio's own ``OperatorConfig`` is taken as well: it has the same
``operator_name`` and ``params``.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, TypeAlias

from privmw.errors import ConfigurationError
from privmw.redaction.pseudonyms import Pseudonymiser

__all__ = ["Operator", "OperatorLike", "Replace", "compile_operators", "placeholder"]

Replace: TypeAlias = Callable[[str, str], str]
"""``(entity_type, original) -> replacement``."""


class Operator(NamedTuple):
    """One operator with its parameters; see :func:`compile_operators` for both."""

    operator_name: str
    params: Mapping[str, Any] = {}


class OperatorLike(Protocol):
    """What :class:`Operator` and Presidio's ``OperatorConfig`` have in common."""

    @property
    def operator_name(self) -> str:
        """Name of the operator."""

    @property
    def params(self) -> Any:
        """Its parameters by name."""


def placeholder(entity_type: str, original: str) -> str:
    """The default replacement: ``<EMAIL_ADDRESS>``."""
    del original
    return f"<{entity_type}>"


def compile_operators(operators: Mapping[str, OperatorLike] | None) -> Replace:
    """Make one function of the operators of a redactor.

    Args:
        operators: By entity type; ``DEFAULT`` stands for the types not named. Parameters by operator:
            ``replace``: ``new_value``, text; without it ``<ENTITY_TYPE>``.
            ``redact``: none; the match is removed.
            ``mask``: ``masking_char`` (``*``), ``chars_to_mask`` (all), ``from_end`` (``False``).
            ``hash``: ``salt`` or ``key``, at least 16 bytes, the HMAC key; ``hash_type`` (``sha256`` or ``sha512``).
            ``encrypt``: ``key``, 16, 24 or 32 bytes; AES-CBC with a random IV, as Presidio's ``decrypt`` expects.
            ``keep``: none; the match stays, found but not replaced.
            ``custom``: ``lambda``, called with the match.
            ``pseudonymise``: ``key``, at least 16 bytes, and ``scope``: tokens that nothing here restores.

    Raises:
        ConfigurationError: Unknown operator, or a parameter is missing or wrong.
    """
    if not operators:
        return placeholder
    table = {entity: _compile(entity, config) for entity, config in operators.items()}
    default = table.pop("DEFAULT", placeholder)
    if not table:
        return default
    get = table.get

    def replace(entity_type: str, original: str) -> str:
        return get(entity_type, default)(entity_type, original)

    return replace


def _compile(entity: str, config: OperatorLike) -> Replace:
    where = f"operators.{entity}"
    make = _MAKERS.get(config.operator_name)
    if make is None:
        near = difflib.get_close_matches(str(config.operator_name).lower(), _MAKERS, 1, 0.5)
        raise ConfigurationError(
            "there is no operator of this name",
            field=where,
            remedy=f"Did you mean {near[0]}?" if near else f"Use one of {', '.join(_MAKERS)}",
        )
    return make(dict(config.params or {}), where)


def _replace(params: dict[str, Any], where: str) -> Replace:
    new = params.get("new_value")
    if new is None or new == "":
        return placeholder
    if not isinstance(new, str):
        raise ConfigurationError("new_value must be a text", field=f"{where}.new_value")
    return lambda _entity_type, _original: new


def _redact(params: dict[str, Any], where: str) -> Replace:
    del params, where
    return lambda _entity_type, _original: ""


def _keep(params: dict[str, Any], where: str) -> Replace:
    del params, where
    return lambda _entity_type, original: original


def _mask(params: dict[str, Any], where: str) -> Replace:
    char, count, from_end = params.get("masking_char", "*"), params.get("chars_to_mask"), params.get("from_end", False)
    if not isinstance(char, str) or len(char) != 1:
        raise ConfigurationError("masking_char must be one character", field=f"{where}.masking_char")
    if count is not None and (not isinstance(count, int) or isinstance(count, bool) or count < 0):
        raise ConfigurationError("chars_to_mask must be a whole number", field=f"{where}.chars_to_mask")

    def mask(_entity_type: str, original: str) -> str:
        masked = len(original) if count is None else min(count, len(original))
        if from_end:
            return original[: len(original) - masked] + char * masked
        return char * masked + original[masked:]

    return mask


def _key(params: dict[str, Any], where: str, names: tuple[str, ...], sizes: Callable[[int], bool], need: str) -> bytes:
    key = next((params[name] for name in names if params.get(name)), None)
    if isinstance(key, str):
        key = key.encode()
    if not isinstance(key, bytes) or not sizes(len(key)):
        raise ConfigurationError(
            "the operator needs a key", field=f"{where}.{names[0]}", remedy=f"Give it one of {need}"
        )
    return key


def _hash(params: dict[str, Any], where: str) -> Replace:
    key = _key(params, where, ("key", "salt"), lambda size: size >= 16, "16 bytes or more; a bare hash can be guessed")
    kind = params.get("hash_type", "sha256")
    if kind not in {"sha256", "sha512"}:
        raise ConfigurationError("hash_type must be sha256 or sha512", field=f"{where}.hash_type")
    digest = getattr(hashlib, kind)
    return lambda _entity_type, original: hmac.new(key, original.encode("utf-8", "surrogatepass"), digest).hexdigest()


def _encrypt(params: dict[str, Any], where: str) -> Replace:
    key = _key(params, where, ("key",), lambda size: size in {16, 24, 32}, "16, 24 or 32 bytes")
    from cryptography.hazmat.primitives import padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    def encrypt(_entity_type: str, original: str) -> str:
        vector = os.urandom(16)
        padder = padding.PKCS7(128).padder()
        padded = padder.update(original.encode("utf-8", "surrogatepass")) + padder.finalize()
        encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
        return base64.urlsafe_b64encode(vector + encryptor.update(padded) + encryptor.finalize()).decode()

    return encrypt


def _custom(params: dict[str, Any], where: str) -> Replace:
    function = params.get("lambda")
    if not callable(function):
        raise ConfigurationError("custom needs a function as `lambda`", field=f"{where}.lambda")

    def custom(_entity_type: str, original: str) -> str:
        return str(function(original))

    return custom


def _pseudonymise(params: dict[str, Any], where: str) -> Replace:
    key = _key(params, where, ("key",), lambda size: size >= 16, "16 bytes or more")
    scope = str(params.get("scope", ""))

    def pseudonymise(entity_type: str, original: str) -> str:
        return Pseudonymiser((key,), scope).token(entity_type, original)  # no vault outlives the call

    return pseudonymise


_MAKERS: dict[str, Callable[[dict[str, Any], str], Replace]] = {
    "replace": _replace,
    "redact": _redact,
    "mask": _mask,
    "hash": _hash,
    "encrypt": _encrypt,
    "keep": _keep,
    "custom": _custom,
    "pseudonymise": _pseudonymise,
}
