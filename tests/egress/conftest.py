"""Stand-ins on loopback and an installed guard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from privmw.demo.standins import StandIn, anthropic_standin, openai_standin
from privmw.demo.standins.pieces import Cut
from privmw.egress.guard import Guard
from privmw.egress.hooks import httpx as hook
from privmw.redaction.redactor import Redactor
from tests.egress.support import ListSink, recipient, register

Install = Callable[..., Guard]


@pytest.fixture(scope="session")
def redactor() -> Redactor:
    """The real redactor, made once."""
    return Redactor()


@pytest.fixture
def cut() -> Cut:
    """How the stand-ins cut their answers."""
    return Cut()


@pytest.fixture
def openai_server(cut: Cut) -> Iterator[StandIn]:
    """A stand-in for OpenAI."""
    with openai_standin(cut) as standin:
        yield standin


@pytest.fixture
def anthropic_server(cut: Cut) -> Iterator[StandIn]:
    """A stand-in for Anthropic."""
    with anthropic_standin(cut) as standin:
        yield standin


@pytest.fixture
def sink() -> ListSink:
    """Where the records go."""
    return ListSink()


@pytest.fixture
def install(openai_server: StandIn, anthropic_server: StandIn, redactor: Redactor, sink: ListSink) -> Iterator[Install]:
    """Install a guard whose register knows both stand-ins; keyword arguments change the recipient ``openai``."""

    def installing(*, redactor: Any = redactor, sections: dict[str, Any] | None = None, **openai: Any) -> Guard:
        sections = sections or {}
        known = register(
            {
                "openai": recipient(openai_server.host, **openai),
                "anthropic": recipient(anthropic_server.host),
            },
            **sections,
        )
        guard = Guard(known, redactor, sink, keys=[b"k" * 32], enforcement=known.enforcement)
        hook.install(guard)
        return guard

    yield installing
    hook.uninstall()
