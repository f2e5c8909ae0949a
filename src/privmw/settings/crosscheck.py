"""What takes two settings to see: a purpose, retention class or group that is named must exist, a policy needs its object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from privmw.settings.nearest import did_you_mean
from privmw.settings.vocabulary import is_under, uses

if TYPE_CHECKING:
    from privmw.settings.model import PrivacySettings

__all__ = ["dangling"]

Found = tuple[tuple[str, ...], str, str | None]


def dangling(settings: PrivacySettings) -> Iterator[Found]:
    """Yield (path, message, remedy) of each reference that leads nowhere."""
    purposes = frozenset(settings.purposes)
    for key, purpose in settings.purposes.items():
        yield from _missing(
            ("purposes", key, "retention_class"), (purpose.retention_class,), settings.retention, "[retention.*]"
        )
    for key, recipient in settings.recipients.items():
        here = ("recipients", key)
        yield from _missing((*here, "group"), (recipient.group,), settings.groups, "[groups.*]")
        yield from _missing((*here, "fixed_purpose"), (recipient.fixed_purpose,), purposes, "[purposes.*]")
        yield from _missing((*here, "unscannable"), recipient.unscannable, purposes, "[purposes.*]")
        yield from _missing((*here, "payload"), recipient.payload, purposes | {"default"}, "[purposes.*]")
        for field, named in (("purposes", recipient.purposes), ("deny_purposes", recipient.deny_purposes)):
            rules = [name for name in named if not any(is_under(purposes_use, name) for purposes_use in uses())]
            yield from _missing((*here, field), rules, purposes, "[purposes.*]")
    for key, recognizer in settings.recognizers.items():
        if recognizer.checksum_policy is not None and recognizer.checksum is None:
            here = ("recognizers", key)
            yield (
                (*here, "checksum_policy"),
                "there is no checksum that could fail",
                "Name a checksum, or leave this out.",
            )


def _missing(path: tuple[str, ...], named: Iterable[str | None], known: Iterable[str], where: str) -> Iterator[Found]:
    choices = frozenset(known)
    for name in named:
        if name is not None and name not in choices:
            remedy = did_you_mean(name, choices) or f"Declare it under {where}."
            yield path, f"this names something that {where} does not declare", remedy
