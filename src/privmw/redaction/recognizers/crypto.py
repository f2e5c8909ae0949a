"""Cryptocurrency addresses."""

from __future__ import annotations

from privmw.redaction.checksums.crypto import varied, wallet
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.shapes import keyed

__all__ = ["RECOGNIZERS"]

_WORDS = (
    "wallet",
    "bitcoin",
    "btc",
    "ethereum",
    "eth",
    "crypto",
    "litecoin",
    "monero",
    "xmr",
    "ripple",
    "tron",
    "지갑",
)
_B58 = "[1-9A-HJ-NP-Za-km-z]"

RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="crypto_ethereum",
        entity_type="CRYPTO",
        pattern=r"(?<![0-9A-Za-z])0x[0-9A-Fa-f]{40}(?![0-9A-Za-z])",
        trigger=r"0x[0-9A-Fa-f]{40}",
        lookback=48,
        lookahead=4,
        score=0.8,
        boosted=0.95,
        checksum=varied,
        policy=ChecksumPolicy.REQUIRED,
        context=_WORDS,
        source="EIP-55; its mixed case is not checked, because a mistyped address names somebody as well and Keccak costs 0.4 ms",
    ),
    Recognizer(
        name="crypto_bech32",
        entity_type="CRYPTO",
        pattern=r"(?<![0-9A-Za-z])(?:(?:bc|tb|ltc|addr)1[02-9ac-hj-np-z]{8,100}|BC1[02-9AC-HJ-NP-Z]{8,87})(?![0-9A-Za-z])",
        trigger=r"(?:bc|tb|ltc|addr)1[02-9ac-hj-np-z]{8}|BC1[02-9AC-HJ-NP-Z]{8}",
        lookback=16,
        lookahead=100,
        score=0.8,
        boosted=0.95,
        checksum=wallet,
        policy=ChecksumPolicy.REQUIRED,
        context=_WORDS,
        source="BIP 173, BIP 350",
    ),
    keyed(
        "crypto_base58",
        "CRYPTO",
        rf"(?<![0-9A-Za-z])(?:[13LMDT]{_B58}{{25,33}}|r{_B58}{{24,34}})(?![0-9A-Za-z])",
        rf"[13LMDTr]{_B58}{{24}}",
        (
            *_WORDS,
            "donate",
            "donation",
        ),
        checksum=wallet,
        boosted=0.95,
        ignore_case=False,
        source="Bitcoin, Litecoin, Dogecoin, Tron, XRP: Base58Check",
    ),
    keyed(
        "crypto_monero",
        "CRYPTO",
        rf"(?<![0-9A-Za-z])(?:4[0-9AB]|8[1-9A-C]){_B58}{{60,104}}(?![0-9A-Za-z])",
        rf"[48][0-9ABC]{_B58}{{40}}",
        ("monero", "xmr", "wallet", "donate", "donation", "crypto"),
        ignore_case=False,
        source="Monero: 95 characters, 106 with a payment id",
    ),
)
