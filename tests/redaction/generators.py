"""Valid values of every entity type, drawn at random: for tests, and for accuracy runs over made-up text."""

from __future__ import annotations

import random
import re
from functools import cache

from benchmarks.from_pattern import draw
from privmw.redaction.plan import compile_pattern
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.registry import builtin_recognizers
from privmw.redaction.recognizers.shapes import never

__all__ = ["entity_types", "value_of"]

_TRIES = 20_000
_IBANS = (
    "GB29 NWBK 6016 1331 9268 19",
    "DE89370400440532013000",
    "FR14 2004 1010 0505 0001 3M02 606",
    "NL91 ABNA 0417 1643 00",
    "MT84MALT011000012345MTLCAST001S",
    "KZ86 125K ZT50 0410 0100",
    "NO93 8601 1117 947",
)
_PUBLISHED = {
    "geo_latitude": ("37.566535", "51.507351", "-33.868820"),
    "mrz": ("L898902C36UTO7408122F1204159ZE184226B<<<<<10",),
    "iban": tuple(iban for iban in _IBANS if " " not in iban),
    "iban_grouped": tuple(iban for iban in _IBANS if " " in iban),
    "iban_odd": ("GB32XGXZ4217467132746", "AR51CBZD90134117639175697149"),
    "iban_lower": tuple(iban.lower() for iban in _IBANS),
    "crypto_base58": (
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
        "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",
    ),
    "crypto_bech32": (
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
    ),
    "crypto_ethereum": (
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xd1220a0cf47c7b9be7a2e6ba89f429762e7b9adb",
    ),
}
"""Drawn from documents: their checksums are hardly hit by chance (BIP 173, BIP 350, EIP-55, SWIFT IBAN registry)."""

_SEPARATOR = re.compile(r"\(\[([^\]0-9]+)\](\??)\)")


@cache
def _by_type() -> dict[str, tuple[Recognizer, ...]]:
    found: dict[str, tuple[Recognizer, ...]] = {}
    for recognizer in builtin_recognizers():
        if not recognizer.secret:
            found[recognizer.entity_type] = (*found.get(recognizer.entity_type, ()), recognizer)
    return found


def entity_types() -> tuple[str, ...]:
    """Return the entity types of personal data, secrets left out."""
    return tuple(sorted(_by_type()))


def _one_separator(pattern: str, rng: random.Random) -> str:
    r"""Write out a separator that a pattern repeats by reference, as in ``([ -])…\1``."""
    for number, group in enumerate(_SEPARATOR.finditer(pattern), 1):
        sign = rng.choice(group[1].replace("\\", "") + (" " if not group[2] else ""))
        optional = group[2] and rng.random() < 0.5
        written = "" if optional else re.escape(sign if sign in group[1] else group[1][0])
        pattern = pattern.replace(group[0], f"(?:{written})", 1).replace(f"\\{number}", written)
    return pattern


def value_of(recognizer: Recognizer, rng: random.Random) -> str:
    """Draw a value that a recognizer's pattern was written for, with a valid check digit where it has one.

    Args:
        recognizer: Any recognizer.
        rng: Source of chance; the same seed draws the same values.

    Raises:
        LookupError: None was drawn in many tries.
    """
    if recognizer.name in _PUBLISHED:
        return rng.choice(_PUBLISHED[recognizer.name])
    pattern = compile_pattern(recognizer)
    flags = re.ASCII | (re.IGNORECASE if recognizer.ignore_case else re.NOFLAG)
    for _ in range(_TRIES):
        text, value = draw(_one_separator(recognizer.pattern, rng), rng, flags)
        match = pattern.search(f" {text} ")
        if match is None or value != value.strip():
            continue
        found = match["value"] if "value" in pattern.groupindex else match[0]
        check = recognizer.checksum
        unchecked = check is None or check is never or recognizer.policy is ChecksumPolicy.NONE
        checked = unchecked or check is None or check(value) is not False
        if found == value and checked:
            return value
    raise LookupError(recognizer.name)
