"""What is worked out once for a host and a purpose, so that the usual decision is one look-up and a few comparisons.

A route remembers answers, it never makes one: whatever a request brings that could change the answer (an opt-out, a
withdrawal, an unverified connection, categories not seen before) sends it through the whole of
:func:`privmw.policy.decision.decide`.
"""

from __future__ import annotations

from privmw.policy.content import content_reason
from privmw.policy.entries import Purpose, Recipient
from privmw.policy.plan import Plan
from privmw.policy.request import TransferRequest
from privmw.types import ConsentState, Decision

__all__ = ["Key", "Place", "Route"]

Key = tuple[str, "int | None", "str | None", "str | None"]
"""Host, port, purpose and region of a request."""

Place = tuple[bool, tuple[bool, ...]]
"""Whether personal data was found, and which of the provider's switches against storing reach the endpoint."""

_REMEMBERED = 256  # sets of categories


class Route:
    """A declared recipient, reached under one name for one purpose.

    Args:
        recipient: The recipient.
        purpose: The purpose.
        plan: What both decide together.

    Attributes:
        answers: Permissions given so far.
    """

    __slots__ = (
        "_accepted",
        "_any_scheme",
        "_needs_consent",
        "_plan",
        "_purpose",
        "_recipient",
        "_switches",
        "answers",
    )

    def __init__(self, recipient: Recipient, purpose: Purpose, plan: Plan) -> None:
        self._recipient = recipient
        self._purpose = purpose
        self._plan = plan
        self._any_scheme = recipient.allow_cleartext
        self._needs_consent = plan.needs_consent
        may_be_stored = recipient.storage != "allow" and recipient.stores_by_default is not False
        self._switches = tuple(switch.path for switch in recipient.no_store) if may_be_stored else None
        self._accepted: set[frozenset[str]] = {frozenset()}
        self.answers: dict[Place, Decision] = {}

    def admits(self, request: TransferRequest) -> bool:
        """Whether nothing about a request could change an answer that was given for its place before."""
        if (
            (request.scheme != "https" and not self._any_scheme)
            or not request.verified
            or (self._needs_consent and request.consent is not ConsentState.GIVEN)
            or request.gpc
            or request.opt_out
            or request.minor
            or request.restricted
            or request.transfer_withdrawn
            or request.unscannable
            or request.objected
        ):
            return False
        return request.categories in self._accepted or self._accepts(request)

    def place(self, request: TransferRequest) -> Place:
        """Where the answer to a request stands."""
        switches = self._switches
        if switches is None or not request.has_body:
            return bool(request.categories), ()
        path = request.path.rstrip("/")
        return bool(request.categories), (True, *[not path or path.endswith(switch) for switch in switches])

    def _accepts(self, request: TransferRequest) -> bool:
        if content_reason(request, self._recipient, self._purpose, self._plan) is not None:
            return False
        if len(self._accepted) < _REMEMBERED:
            self._accepted.add(request.categories)
        return True
