"""An answer's body on its way in: restored, measured, and recorded when it ends."""

from __future__ import annotations

from collections.abc import Callable

from privmw.egress.provenance import Watch
from privmw.egress.restore import Answer
from privmw.egress.usage import Meter, bucket
from privmw.redaction.pseudonyms import Pseudonymiser
from privmw.types import Outcome

__all__ = ["Reply"]


class Reply:
    """One answer.

    Args:
        record: Takes the members of the outcome's record; a second time it does nothing.
        answer: Restores the body; ``None`` passes it on as it is.
        names: Pseudonyms of the call, ``None`` where it has none.
        head: Members of the record that the answer's head gives.

    Attributes:
        restores: Whether its bytes may change, so that its length and coding are no longer what its head says.
    """

    __slots__ = ("_answer", "_counted", "_head", "_meter", "_names", "_record", "_watch", "restores")

    def __init__(
        self,
        record: Callable[..., None],
        answer: Answer | None,
        names: Pseudonymiser | None,
        head: dict[str, int | str | None],
    ) -> None:
        self._record = record
        self._answer = answer
        self._names = names
        self._head = head
        self._meter = Meter()
        self._watch = Watch()
        self._counted = (names.restored, names.unknown) if names is not None else (0, 0)
        self.restores = answer is not None

    def feed(self, data: bytes) -> bytes:
        """Take bytes as they came, return what the app may read now."""
        self._meter.feed(data)
        self._watch.feed(data)
        return data if self._answer is None else self._answer.feed(data)

    def end(self) -> bytes:
        """Return what was held back, and record the outcome."""
        rest = b"" if self._answer is None else self._answer.end()
        self.close()
        return rest

    def close(self, *, failed: bool = False) -> None:
        """Record the outcome, also of an answer that nobody read to its end."""
        tokens_in, tokens_out = self._meter.tokens()
        details = {}
        if self._names is not None:
            restored, unknown = self._counted
            details = {
                "pseudonyms_restored": self._names.restored - restored,
                "pseudonyms_unknown": self._names.unknown - unknown,
            }
        self._record(
            outcome=Outcome.FAILED if failed else Outcome.SENT,
            input_tokens=tokens_in,
            output_tokens=tokens_out,
            bytes_in=bucket(self._meter.size),
            provenance="present" if self._watch.found else None,
            details=details,
            **self._head,
        )
