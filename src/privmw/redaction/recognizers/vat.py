"""VAT numbers of the European Union beside a word for VAT."""

from __future__ import annotations

from privmw.redaction.checksums.standard import standard
from privmw.redaction.recognizers.base import Recognizer, Specificity
from privmw.redaction.recognizers.shapes import LEFT, RIGHT, keyed

__all__ = ["RECOGNIZERS"]

_VAT = (
    r"(?:ATU[0-9]{8}|BE[01][0-9]{9}|BG[0-9]{9,10}|CY[0-9]{8}[A-Z]|CZ[0-9]{8,10}|DE[0-9]{9}|DK[0-9]{8}|EE[0-9]{9}|EL[0-9]{9}|ES[0-9A-Z][0-9]{7}[0-9A-Z]"
    r"|FI[0-9]{8}|FR[0-9A-Z]{2}[0-9]{9}|HR[0-9]{11}|HU[0-9]{8}|IE[0-9][0-9A-Z+*][0-9]{5}[A-Z]{1,2}|IT[0-9]{11}|LT(?:[0-9]{9}|[0-9]{12})|LU[0-9]{8}|LV[0-9]{11}"
    r"|MT[0-9]{8}|NL[0-9A-Z]{9}B[0-9]{2}|PL[0-9]{10}|PT[0-9]{9}|RO[0-9]{2,10}|SE[0-9]{12}|SI[0-9]{8}|SK[0-9]{10}|GB(?:[0-9]{9}|[0-9]{12})|XI[0-9]{9})"
)

RECOGNIZERS: tuple[Recognizer, ...] = (
    keyed("eu_vat", "EU_VAT", rf"{LEFT}{_VAT}{RIGHT}", r"[A-Z]{2}[0-9A-Z][0-9A-Z]?[0-9]{5}",
          ("vat", "vat id", "vat number", "vat no", "tva", "iva", "btw", "ust-idnr", "ust-id", "moms", "alv", "dph", "dič", "pvn", "pvm", "ddv", "áfa", "cvr"),
          checksum=standard("eu.vat", "gb.vat"), boosted=0.9, ignore_case=False, specificity=Specificity.GENERIC,
          source="Council Directive 2006/112/EC article 215, VIES"),
)  # fmt: skip
