"""Machine readable zones of passports, identity cards and visas."""

from __future__ import annotations

from privmw.redaction.checksums.travel import mrz
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer

__all__ = ["RECOGNIZERS"]

_END = r"(?:\r?\n| )"
_HOLDER = "[0-9A-Z<]{9}[0-9<][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}"
_LINES = (
    rf"(?:[PVIAC][A-Z<][A-Z<]{{3}}(?:[A-Z<]{{39}}|[A-Z<]{{31}}){_END})?{_HOLDER}(?:[0-9A-Z<]{{16}}|[0-9A-Z<]{{8}})"
    rf"|[IAC][0-9A-Z<][A-Z<]{{3}}[0-9A-Z<]{{9}}[0-9<][0-9A-Z<]{{15}}{_END}[0-9]{{7}}[MFX<][0-9]{{7}}[A-Z<]{{3}}[0-9A-Z<]{{11}}[0-9](?:{_END}[A-Z<]{{30}})?"
)

RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="mrz",
        entity_type="MRZ",
        pattern=rf"(?<![0-9A-Za-z<])(?:{_LINES})(?![0-9A-Za-z<])",
        trigger="<<[0-9A-Z<]{4}",
        lookback=96,
        lookahead=96,
        score=0.8,
        boosted=0.95,
        checksum=mrz,
        policy=ChecksumPolicy.REQUIRED,
        source="ICAO 9303 parts 4 to 7: TD3, TD2, TD1 and visas; the holder's name is in it",
    ),
)
