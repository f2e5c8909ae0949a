"""Payment numbers: cards, IBAN, BIC, ABA routing numbers, bank accounts."""

from __future__ import annotations

from privmw.redaction.checksums.arithmetic import luhn
from privmw.redaction.checksums.payment import IBAN_LENGTHS, aba_routing, credit_card, iban, iban_digits
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.labels import ACCOUNTS, COUNTERS, ORDERS, STRUCTURED_ID, labelled
from privmw.redaction.recognizers.shapes import LEFT, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, keyed

__all__ = ["CARD_WORDS", "RECOGNIZERS"]

CARD_WORDS = (
    "card", "credit card", "creditcard", "debit card", "card number", "card no", "cardnumber", "cardno", "cardnum", "cc number", "cc no", "ccnum", "cc num", "pan", "visa",
    "mastercard", "amex", "american express", "discover", "jcb", "diners", "unionpay", "maestro", "kreditkarte",
    "kartennummer", "carte", "carte bancaire", "tarjeta", "cartão", "carta di credito", "creditcardnummer",
    "카드", "카드번호", "신용카드", "체크카드", "법인카드", "カード", "银行卡", "信用卡",
)  # fmt: skip

_COUNTRY_CODES = "|".join(IBAN_LENGTHS)


def _countries(length: int) -> str:
    return rf"(?:{'|'.join(code for code, size in IBAN_LENGTHS.items() if size == length)})[0-9]{{2}}"


def _grouped(length: int) -> str:
    """Letters and digits behind an IBAN's check digits, in fours with one kind of separator."""
    fours, rest = divmod(length - 4, 4)
    tails = (rf"(?:{sign}[0-9A-Z]{{4}}){{{fours}}}" + (rf"{sign}[0-9A-Z]{{{rest}}}" if rest else "") for sign in " -")
    return f"(?:{'|'.join(tails)})"


_OTHER = labelled((*ORDERS, *COUNTERS, *ACCOUNTS), also=STRUCTURED_ID)
_CARD_RIGHT = r"(?![0-9A-Za-z])(?!-[0-9])(?!_[0-9]{3})"
_FOURS = "[0-9]{4}(?:(?:[ .-][0-9]{4}){3}|[0-9]{12})"
_PAYING = (*CARD_WORDS, "declined", "pay with", "paid with", "결제")
_LENGTHS = sorted(set(IBAN_LENGTHS.values()))
_IBAN = "|".join(rf"{_countries(length)}[0-9A-Z]{{{length - 4}}}" for length in _LENGTHS)
_IBAN_GROUPED = "|".join(_countries(length) + _grouped(length) for length in _LENGTHS)

RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="credit_card",
        entity_type="CREDIT_CARD",
        pattern=rf"{NUM_LEFT}(?:(?=2[2-7]|[34569][0-9]|81)[0-9]{{4}}(?:[ .-][0-9]{{4}}){{3}}|(?=3[47]|3[0689]|2131|1800)[0-9]{{4}}[ .-][0-9]{{6}}[ .-][0-9]{{4,5}}){_CARD_RIGHT}",
        trigger=r"(?:2[1-7][0-9]{2}|[34569][0-9]{3}|81[0-9]{2})(?:[ .-][0-9]{4}){3}|(?:3[0-9]{3}|2131|1800)[ .-][0-9]{6}[ .-][0-9]{4}",
        sieve=SIEVE,
        lookback=40,
        lookahead=24,
        score=0.7,
        checksum=credit_card,
        policy=ChecksumPolicy.REQUIRED,
        context=CARD_WORDS,
        context_overrides=True,
        source="ISO/IEC 7812-1; scheme ranges with lengths, in the groups of a card, which an order's number seldom has",
    ),
    Recognizer(
        name="credit_card_undivided",
        entity_type="CREDIT_CARD",
        pattern=rf"{NUM_LEFT}(?:(?=2[2-7]|[34569][0-9]|81)[0-9]{{16}}|(?:2131|1800|1220|192[0-9])[0-9]{{11}}|[3-6][0-9]{{12,18}}|4[0-9]{{3}}(?:[ .-][0-9]{{3}}){{3}}){_CARD_RIGHT}",
        trigger=r"(?:2[1-7][0-9]{2}|[34569][0-9]{3}|81[0-9]{2}|1800|1220|192[0-9])[0-9]{9}|4[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{3}[ .-][0-9]{3}",
        sieve=SIEVE,
        lookback=40,
        lookahead=24,
        score=0.7,
        checksum=credit_card,
        policy=ChecksumPolicy.REQUIRED,
        context=CARD_WORDS,
        context_overrides=True,
        other=_OTHER,
        source="ISO/IEC 7812-1; undivided, not behind the word for another number",
    ),
    Recognizer(
        name="credit_card_long",
        entity_type="CREDIT_CARD",
        pattern=rf"{NUM_LEFT}(?=[456]){_FOURS}[ .-][0-9]{{1,3}}{_CARD_RIGHT}",
        trigger=r"[456][0-9]{3}(?:[ .-]?[0-9]{4}){3}[ .-][0-9]",
        sieve=SIEVE,
        lookback=40,
        lookahead=24,
        score=0.7,
        checksum=credit_card,
        policy=ChecksumPolicy.REQUIRED,
        context=CARD_WORDS,
        other=_OTHER,
        source="ISO/IEC 7812-1: 17 to 19 digits; apart from the others, or a number behind a card would be taken into it",
    ),
    keyed(
        "credit_card_loose",
        "CREDIT_CARD",
        rf"{NUM_LEFT}(?!20[0-4][0-9][01][0-9][0-3][0-9])(?:[1-6][0-9]{{3}}|81[0-9]{{2}}|9[0-9]{{3}})[ .-]?[0-9]{{3,6}}[ .-]?[0-9]{{3,5}}[ .-]?[0-9]{{3,5}}{_CARD_RIGHT}",
        r"[1-69][0-9]{3}[ .-]?[0-9]{3}",
        CARD_WORDS,
        checksum=luhn,
        boosted=0.85,
        within=40,
        other=_OTHER,
        specificity=Specificity.GENERIC,
        source="ISO/IEC 7812-1; beside a word in any groups and of any issuer",
    ),
    keyed(
        "credit_card_short",
        "CREDIT_CARD",
        rf"{NUM_LEFT}(?:(?:5[0678]|6[0-9]|06)[0-9]{{2}}([ -]?)[0-9]{{4}}\1[0-9]{{4}}(?:\1[0-9])?|4[0-9]{{3}}([ -]?)[0-9]{{4}}\2[0-9]{{4}}\2[0-9]|4[0-9]{{18}}){NUM_RIGHT}",
        r"[0456][0-9]{3}[ -]?[0-9]{4}",
        _PAYING,
        checksum=luhn,
        boosted=0.9,
        within=40,
        other=_OTHER,
        source="ISO/IEC 7812: Maestro of 12 and 13 digits, Visa of 13 and 19; too common as counters to stand alone",
    ),
    Recognizer(
        name="iban",
        entity_type="IBAN_CODE",
        pattern=rf"{LEFT}(?:{_IBAN}){RIGHT}",
        trigger=r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11}",
        sieve=SIEVE,
        lookback=48,
        lookahead=48,
        score=0.7,
        checksum=iban,
        policy=ChecksumPolicy.REQUIRED,
        context=("iban",),
        context_overrides=True,
        source="ISO 13616, SWIFT IBAN registry; beside the word IBAN a wrong check digit is a typing error",
    ),
    Recognizer(
        name="iban_odd",
        entity_type="IBAN_CODE",
        pattern=rf"{LEFT}(?![0-9A-F]{{4}}[0-9]*[A-F][0-9A-F]*(?![0-9A-Z]))[A-Z]{{2}}[0-9]{{2}}(?=[0-9A-Z]*[0-9]{{6}})[0-9A-Z]{{11,30}}{RIGHT}",
        trigger=r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11}",
        sieve=SIEVE,
        lookback=48,
        lookahead=48,
        score=0.65,
        checksum=iban_digits,
        policy=ChecksumPolicy.REQUIRED,
        context=("iban",),
        specificity=Specificity.GENERIC,
        source="ISO 13616 check digits right, length or country wrong: a character lost, one too many, or made up",
    ),
    Recognizer(
        name="iban_grouped",
        entity_type="IBAN_CODE",
        pattern=rf"{LEFT}(?:{_IBAN_GROUPED}){RIGHT}",
        trigger=r"[A-Z]{2}[0-9]{2}[ -][0-9A-Z]{4}[ -][0-9A-Z]{4}[ -][0-9A-Z]",
        lookback=32,
        lookahead=48,
        score=0.7,
        checksum=iban,
        policy=ChecksumPolicy.REQUIRED,
        context=("iban",),
        context_overrides=True,
        source="ISO 13616 paper format",
    ),
    keyed(
        "iban_lower",
        "IBAN_CODE",
        rf"{LEFT}(?:{_IBAN.lower()}|{_IBAN_GROUPED.lower()}){RIGHT}",
        r"[a-z]{2}[0-9]{2}[ -]?[0-9a-z]{4}[ -]?[0-9a-z]{4}",
        ("iban", "bank", "account", "transfer", "konto", "compte", "cuenta", "conto", "rekening"),
        checksum=iban,
        boosted=0.95,
        ignore_case=False,
        source="ISO 13616, in lower case",
    ),
    keyed(
        "bic",
        "BIC_CODE",
        rf"{LEFT}[A-Z]{{4}}(?:{_COUNTRY_CODES}|US|CA|AU|NZ|JP|KR|CN|HK|SG|TW|IN|TH|MY|ID|PH|VN|ZA|NG|KE|MX|AR|CL|CO|PE)"
        rf"[0-9A-Z]{{2}}(?:[0-9A-Z]{{3}})?{RIGHT}",
        r"[A-Z]{6}[0-9A-Z]{2}",
        ("bic", "swift", "swift code", "bic code", "swift bic"),
        ignore_case=False,
        source="ISO 9362",
    ),
    keyed(
        "aba_routing",
        "ABA_ROUTING_NUMBER",
        rf"{NUM_LEFT}[0-3678][0-9]{{3}}-?[0-9]{{4}}-?[0-9]{NUM_RIGHT}",
        r"[0-3678][0-9]{3}-?[0-9]{4}",
        ("aba", "routing", "abarouting", "bankrouting", "routing transit", "rtn",   "ach",  "routing number", "aba number"),
        checksum=aba_routing,
        within=32,
        boosted=0.95,
        source="ABA routing number policy",
    ),
    keyed(
        "us_bank_account",
        "US_BANK_NUMBER",
        rf"{NUM_LEFT}[0-9]{{8,17}}{NUM_RIGHT}",
        r"[0-9]{8}",
        ("bank account", "account number", "acct", "my account", "from account", "to account", "debit", "acct no", "account no", "checking account", "savings account",
         "bank acct",  "bankaccount", "debit account", "accountnumber", "accountno", "acctno", "account num"),
        within=32,
        far=0.55,
        boosted=0.8,
        specificity=Specificity.GENERIC,
        source="NACHA: up to 17 digits, no check digit",
    ),
)  # fmt: skip
