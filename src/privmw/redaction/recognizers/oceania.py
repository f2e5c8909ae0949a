"""Australia and New Zealand."""

from __future__ import annotations

from privmw.redaction.checksums.asia import au_abn, au_acn, au_medicare, au_tfn, nz_nhi
from privmw.redaction.checksums.standard import standard
from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.shapes import LEFT, NUM_LEFT, NUM_RIGHT, RIGHT, keyed

__all__ = ["RECOGNIZERS"]

RECOGNIZERS: tuple[Recognizer, ...] = (
    keyed("au_tfn", "AU_TFN", rf"{NUM_LEFT}[0-9]{{3}}[ -]?[0-9]{{3}}[ -]?[0-9]{{2,3}}{NUM_RIGHT}", r"[0-9]{3}[ -]?[0-9]{3}",
          ("tfn", "tax file", "tax file number"), checksum=au_tfn, boosted=0.95, source="ATO: weighted mod 11"),
    keyed("au_abn", "AU_ABN", rf"{NUM_LEFT}[1-9][0-9](?:[ -]?[0-9]{{3}}){{3}}{NUM_RIGHT}", r"[1-9][0-9][ -]?[0-9]{3}[ -]?[0-9]{3}",
          ("abn", "australian business", "business number"), checksum=au_abn, boosted=0.95, source="ABR: mod 89"),
    keyed("au_acn", "AU_ACN", rf"{NUM_LEFT}[0-9]{{3}}[ -]?[0-9]{{3}}[ -]?[0-9]{{3}}{NUM_RIGHT}", r"[0-9]{3}[ -]?[0-9]{3}",
          ("acn", "australian company", "company number"), checksum=au_acn, boosted=0.95, source="ASIC: mod 10"),
    keyed("au_medicare", "AU_MEDICARE", rf"{NUM_LEFT}[2-6][0-9]{{3}}[ -]?[0-9]{{5}}[ -]?[0-9](?:[/ -]?[0-9])?{NUM_RIGHT}", r"[2-6][0-9]{3}[ -]?[0-9]{5}",
          ("medicare", "medicare card", "medicare number"), checksum=au_medicare, boosted=0.95, source="Services Australia"),
    keyed("au_passport", "AU_PASSPORT", rf"{LEFT}(?:[A-Z][0-9]{{7}}|P[A-Z][0-9]{{7}}){RIGHT}", r"[A-Z][0-9]{7}", ("australian passport", "passport"),
          source="Australian Passport Office"),
    keyed("nz_ird", "NZ_IRD", rf"{NUM_LEFT}[0-9]{{2,3}}[ -]?[0-9]{{3}}[ -]?[0-9]{{3}}{NUM_RIGHT}", r"[0-9]{2,3}[ -]?[0-9]{3}[ -]?[0-9]{3}",
          ("ird", "ird number", "inland revenue"), checksum=standard("nz.ird"), boosted=0.95, source="Inland Revenue: two-pass mod 11"),
    keyed("nz_nhi", "NZ_NHI", rf"{LEFT}[A-HJ-NP-Z]{{3}}(?:[0-9]{{4}}|[0-9]{{2}}[A-HJ-NP-Z]{{2}}){RIGHT}", r"[A-Z]{3}[0-9]{2}",
          ("nhi", "national health index", "nhi number"), checksum=nz_nhi, boosted=0.95, source="HISO 10046: mod 11, mod 23"),
)  # fmt: skip
