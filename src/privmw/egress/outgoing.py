"""One request as its hook hands it over, and as it leaves; no HTTP library is known here."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Outgoing", "Prepared"]


@dataclass(slots=True, repr=False)
class Outgoing:
    """What is about to be sent.

    Attributes:
        method: Request method.
        scheme: ``http`` or ``https``.
        host: Host name or address, without port.
        port: Port, ``None`` for the scheme's own.
        target: Path and query as they stand in the request line.
        headers: Names and values in order.
        verified: Whether the server's certificate will be checked.
        path: The target without its query.
        query: The target's query, possibly empty.
        lower: Names of the headers in lower case, in order.
    """

    method: str
    scheme: str
    host: str
    port: int | None
    target: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    verified: bool = True
    path: str = field(init=False)
    query: str = field(init=False)
    lower: list[str] = field(init=False)
    _first: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.path, _, self.query = self.target.partition("?")
        self.lower = [name.lower() for name, _ in self.headers]
        self._first = {}
        for name, (_, value) in zip(self.lower, self.headers, strict=True):
            self._first.setdefault(name, value)

    @property
    def has_body(self) -> bool:
        """Whether a body comes with it, as far as its headers say."""
        return bool(self.header("transfer-encoding")) or self.header("content-length") not in ("", "0")

    def header(self, name: str) -> str:
        """The first header of that (lower-case) name, possibly empty."""
        return self._first.get(name, "")


@dataclass(slots=True, repr=False)
class Prepared:
    """What may be sent instead.

    Attributes:
        target: Path and query.
        headers: Names and values in order; a changed body's length is left to the HTTP library.
        body: The new body, ``None`` where the original one is sent.
    """

    target: str
    headers: list[tuple[str, str]]
    body: bytes | None = None
