"""sentry-sdk's ``EventScrubber``, recursive: it looks at keys only, and at events only."""

from __future__ import annotations

import copy
from typing import Any

LABEL = "sentry EventScrubber"
PACKAGE = "sentry-sdk"
_state: dict[str, Any] = {}


def setup() -> None:
    from sentry_sdk.scrubber import DEFAULT_DENYLIST, DEFAULT_PII_DENYLIST, EventScrubber

    _state["scrubber"] = EventScrubber(recursive=True)
    _state["keys"] = len(DEFAULT_DENYLIST) + len(DEFAULT_PII_DENYLIST)


def entities() -> int:
    return int(_state["keys"])


def value(data: Any) -> Any:
    """It edits in place, so it gets a copy, which is part of the time (the event may not be changed elsewhere)."""
    data = copy.deepcopy(data)
    _state["scrubber"].scrub_event(data)
    return data
