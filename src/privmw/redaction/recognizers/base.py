"""The shape of a recognizer: a declaration that the gate and the engine compile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

__all__ = ["ChecksumPolicy", "Recognizer", "Specificity"]


class ChecksumPolicy(StrEnum):
    """What a failed checksum means.

    ``required``: no match, unless a context word or key names the entity and ``context_overrides`` is set;
    ``boosts``: the match stands at its base score, a valid checksum raises it; ``none``: there is no checksum.
    """

    REQUIRED = "required"
    BOOSTS = "boosts"
    NONE = "none"


class Specificity(IntEnum):
    """Who wins where two matches of the same length overlap."""

    CATCHALL = 0
    GENERIC = 1
    SPECIFIC = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognizer:
    r"""Declares how one kind of value looks.

    Attributes:
        name: Unique, snake case (``kr_rrn``); shown by ``privmw scan --explain``.
        entity_type: Presidio's entity name where it has one (``KR_RRN``).
        pattern: Exact stdlib ``re`` source, compiled with ``re.ASCII`` (``\b``, ``\w``, ``\d`` are ASCII, so Hangul
            glued to a number is a boundary). Where it has a group named ``value``, that group is the match.
        trigger: Hyperscan pattern (byte mode, no lookaround) that fires about once per value, on a superset of what
            ``pattern`` matches, at an end offset inside the value or right behind it. Empty: derived from ``pattern``.
            For recognizers with ``needs_context`` the gate finds their context words instead, all in one; their trigger
            is used where a threshold of 0 waives the context.
        sieve: Coarser and cheaper Hyperscan pattern that fires inside or right behind every value that ``trigger`` fires
            on. Recognizers with the same sieve cost one pattern in the scan of a text; their triggers run only in a
            second scan, of the windows around the sieve's hits. Empty: the trigger is in the first scan.
        lookback: Bytes before a trigger's end where the value may begin.
        lookahead: Bytes after a trigger's end where the value may still go on; a value that reaches this edge is
            followed further by the engine, so it bounds work, not length.
        reach: Characters, as inside an ``re`` class, that alone may stand between the start of a value and its trigger's
            end (others than ASCII always may): the search then begins right there. Empty: not known.
        ignore_case: Both ``pattern`` and ``trigger`` ignore ASCII case.
        score: Confidence of a bare match, 0 to 1.
        boosted: Confidence with a valid checksum or a context word.
        checksum: Takes the matched text as written; returns whether it is valid, ``None`` where it cannot say (the match
            then stands as one without a checksum). Never raises.
        policy: What a failed checksum means.
        context: Words that name this entity, lower case, in any language; matched as whole words near the value and as
            segments of the keys above it.
        far: Confidence beside a context word from which other words than connecting ones separate it; ``None``: as beside
            any. Where it does not reach the threshold, only words that stand right beside the value count.
        other: Pattern source that reads the text before a value backwards (:mod:`privmw.redaction.recognizers.labels`):
            where it matches, a label says that the value is something else, and the match falls; a threshold of 0
            waives that. The keys above a value count as its label where the value is all there is under them.
        within: Characters before a value in which a context word counts, at most 64; behind it 24, or as many if fewer.
        needs_context: A match without a context word or key is dropped.
        context_overrides: A context word or key rescues a match that failed a required checksum.
        specificity: Who wins an overlap.
        default: Part of the default entity set; otherwise only when asked for by name or ``entities="all"``.
        secret: A credential, not personal data.
        source: Law, standard or vendor page that the shape comes from.
    """

    name: str
    entity_type: str
    pattern: str
    trigger: str = ""
    sieve: str = ""
    lookback: int = 64
    lookahead: int = 64
    reach: str = ""
    ignore_case: bool = False
    score: float = 0.5
    boosted: float = 1.0
    checksum: Callable[[str], bool | None] | None = None
    policy: ChecksumPolicy = ChecksumPolicy.NONE
    context: tuple[str, ...] = ()
    far: float | None = None
    other: str = ""
    within: int = 64
    needs_context: bool = False
    context_overrides: bool = False
    specificity: Specificity = Specificity.SPECIFIC
    default: bool = True
    secret: bool = False
    source: str = ""
