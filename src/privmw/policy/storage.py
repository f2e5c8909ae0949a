"""How a request tells a provider not to keep it."""

from __future__ import annotations

from privmw.policy.entries import Recipient
from privmw.policy.request import TransferRequest
from privmw.types import JSONValue

__all__ = ["storage_overrides"]

_NONE: tuple[bool, dict[str, JSONValue], dict[str, str]] = (False, {}, {})
_BLOCKED: tuple[bool, dict[str, JSONValue], dict[str, str]] = (True, {}, {})


def storage_overrides(
    recipient: Recipient, request: TransferRequest
) -> tuple[bool, dict[str, JSONValue], dict[str, str]]:
    """What the request must carry so that its provider does not store it.

    Returns:
        Whether it must be refused (``storage = "forbid"``, the provider keeps requests by default, no switch reaches
        this endpoint and no evidence of another arrangement is named), the JSON members, the headers.
    """
    if recipient.storage == "allow" or not (request.has_body and recipient.stores_by_default is not False):
        return _NONE
    body: dict[str, JSONValue] = {}
    headers: dict[str, str] = {}
    path = request.path.rstrip("/")
    for switch in recipient.no_store:
        if not path or path.endswith(switch.path):
            body.update(switch.body)
            headers.update(switch.headers)
    if body or headers:
        return False, body, headers
    if recipient.storage == "forbid" and recipient.storage_evidence is None:
        return _BLOCKED
    return _NONE
