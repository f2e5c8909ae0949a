"""Texts with one drawn secret each, of every kind that the recognizers declare.

The values are drawn from the declared shapes, so this measures that the engine finds what its rules describe beside all
other rules, not that the rules describe the world; for that, give your own file with ``--data``.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from benchmarks.data import SEED
from benchmarks.from_pattern import draw
from privmw.redaction.recognizers.base import ChecksumPolicy
from privmw.redaction.recognizers.registry import builtin_recognizers

__all__ = ["secrets"]

_AROUND = (("job said ", " at last"), ("env: ", "\n"), ("'", "'"), ("see ", ""))


def secrets(each: int, seed: int = SEED) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """Yield text and spans ``(entity type, start, end)``.

    Args:
        each: Texts of each kind.
        seed: Seed of the generator.
    """
    for recognizer in builtin_recognizers():
        if not recognizer.secret:
            continue
        rng = random.Random(f"{seed}{recognizer.name}")
        pattern = re.compile(recognizer.pattern, re.ASCII)
        made = 0
        for _ in range(40 * each):
            before, after = rng.choice(_AROUND)
            named = f"{recognizer.context[0]}: " if recognizer.needs_context else ""
            text = f"{before}{named}{draw(recognizer.pattern, rng)[0]}{after}"
            match = pattern.search(text)
            if match is None:
                continue
            group = "value" if "value" in pattern.groupindex else 0
            check = recognizer.checksum if recognizer.policy is ChecksumPolicy.REQUIRED else None
            if check is None or check(match[group]):
                yield text, [(recognizer.entity_type, match.start(group), match.end(group))]
                made += 1
                if made == each:
                    break
