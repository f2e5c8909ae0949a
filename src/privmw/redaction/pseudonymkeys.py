"""The secret keys of pseudonyms, as settings give them."""

from __future__ import annotations

import secrets

from privmw.errors import ConfigurationError
from privmw.redaction.pseudonyms import check_keys
from privmw.settings import PrivacySettings

__all__ = ["configured_keys"]


def configured_keys(settings: PrivacySettings) -> tuple[bytes, ...]:
    """Keys of the settings, or one that lives as long as this process.

    Returns:
        The keys, oldest first.

    Raises:
        ConfigurationError: A key is too short, or the file of keys cannot be read.
    """
    keys = tuple(key.get_secret_value().encode("utf-8") for key in settings.pseudonyms.keys)
    filed: tuple[bytes, ...] = ()
    if settings.pseudonyms.key_file:
        filed = tuple(line.strip().encode("utf-8") for line in _lines(settings) if line.strip())
    for place, some in (("keys", keys), ("key_file", filed)):
        if some:
            with settings.placing("pseudonyms", place):
                check_keys(some)
    return (*keys, *filed) or (secrets.token_bytes(32),)


def _lines(settings: PrivacySettings) -> list[str]:
    try:
        return (settings.root / str(settings.pseudonyms.key_file)).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        problem = f"the file cannot be read ({type(error).__name__})"
    path = ("pseudonyms", "key_file")
    raise ConfigurationError(
        problem,
        source=settings.source_of(*path),
        field=".".join(path),
        remedy="It holds one key in each line, at least 16 characters long, the newest last",
    )
