"""Settings: a frozen value read once from arguments, environment, ``privmw.toml`` and ``pyproject.toml``.

Loading pydantic takes time, so the classes are fetched on first use; vocabulary, countries and periods need none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from privmw.settings.model import PrivacySettings

__all__ = ["PrivacySettings"]


def __getattr__(name: str) -> Any:
    if name == "PrivacySettings":
        from privmw.settings.model import PrivacySettings

        return PrivacySettings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
