"""The nearest right spelling of a mistyped word; never shows the word itself."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

__all__ = ["did_you_mean", "nearest"]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to a mistyped one, or ``None`` when nothing is near.

    A dotted key also counts as near when its last part was typed alone (``ai_inference``).
    """
    word = word[:200]  # difflib is quadratic
    choices = sorted(known)
    folded = {choice.casefold(): choice for choice in choices}
    close = get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    if close:
        return folded[close[0]]
    tail = word.casefold().rpartition(".")[2]
    best, score = None, 0.75
    for choice in choices:
        ratio = SequenceMatcher(None, tail, choice.casefold().rpartition(".")[2]).ratio()
        if ratio >= score:
            best, score = choice, ratio
    return best


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A remedy sentence with the nearest right spelling, or with all of them where they are few."""
    choices = sorted(known)
    close = nearest(word, choices)
    if close is not None:
        return f"Did you mean {close!r}?"
    if 0 < len(choices) <= 12:
        return "It may be " + ", ".join(repr(choice) for choice in choices) + "."
    return None
