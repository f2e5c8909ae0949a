"""Checksums by the name that settings use."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from privmw.errors import ConfigurationError

__all__ = ["CHECKSUMS", "checksum_named"]

CHECKSUMS = {
    "luhn": "arithmetic",
    "credit_card": "payment",
    "iban": "payment",
    "kr_rrn": "korea",
    "kr_frn": "korea",
    "kr_brn": "korea",
    "kr_corporate": "korea",
    "us_npi": "americas",
    "ca_sin": "americas",
    "br_cpf": "americas",
    "br_cnpj": "americas",
    "uk_nhs": "europe",
    "de_tax_id": "europe",
    "es_nif": "europe",
    "fr_nir": "europe",
    "it_fiscal_code": "europe",
    "pl_pesel": "europe",
    "in_aadhaar": "asia",
    "cn_resident_id": "asia",
    "jp_my_number": "asia",
    "imei": "devices",
    "vin": "devices",
}
"""Names that ``[recognizers.KEY] checksum`` may use, and the module each lives in."""


def checksum_named(name: str) -> Callable[[str], bool]:
    """Look a checksum up.

    Raises:
        ConfigurationError: There is none of that name.
    """
    if name not in CHECKSUMS:
        raise ConfigurationError(
            "there is no checksum of this name",
            field="checksum",
            remedy=f"Use one of {', '.join(CHECKSUMS)}",
        )
    checksum: Callable[[str], bool] = getattr(import_module(f"privmw.redaction.checksums.{CHECKSUMS[name]}"), name)
    return checksum
