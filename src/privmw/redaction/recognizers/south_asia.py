"""India, Pakistan, Bangladesh, Sri Lanka."""

from __future__ import annotations

from privmw.redaction.checksums.asia import in_aadhaar
from privmw.redaction.checksums.standard import standard
from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.labels import ACCOUNTS, COUNTERS, ORDERS, STRUCTURED_ID, labelled
from privmw.redaction.recognizers.shapes import LEFT, NUM_LEFT, NUM_RIGHT, RIGHT, SIEVE, keyed

__all__ = ["RECOGNIZERS"]

_OTHER = labelled((*ORDERS, *COUNTERS, *ACCOUNTS), also=STRUCTURED_ID)
_STATES = "AN|AP|AR|AS|BH|BR|CG|CH|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|PB|PY|RJ|SK|TN|TR|TS|UK|UP|WB"

RECOGNIZERS: tuple[Recognizer, ...] = (
    keyed("in_aadhaar", "IN_AADHAAR", rf"{NUM_LEFT}[2-9][0-9]{{3}}[ :.-]?[0-9]{{4}}[ :.-]?[0-9]{{4}}{NUM_RIGHT}",
          r"[2-9][0-9]{3}[ :.-]?[0-9]{4}[ :.-]?[0-9]{4}", ("aadhaar", "aadhar", "adhaar", "uidai", "uid number", "uid no", "आधार"),
          checksum=in_aadhaar, boosted=0.95, source="UIDAI: Verhoeff, which one number in ten passes by chance, so a word is needed"),
    Recognizer(
        name="in_pan",
        entity_type="IN_PAN",
        pattern=rf"{LEFT}(?![0-9A-F]{{10}})[A-Z]{{3}}[ABCEFGHJLPT][A-Z][0-9]{{4}}[A-Z]{RIGHT}",
        trigger=r"[A-Z]{3}[ABCEFGHJLPT][A-Z][0-9]{4}[A-Z]\b",
        sieve=SIEVE,
        lookback=16,
        lookahead=2,
        score=0.65,
        boosted=0.95,
        context=("pan", "permanent account number", "pan card", "pan number", "income tax"),
        source="Income Tax Department of India: fourth letter is the holder's class; ten hexadecimal digits need a word",
    ),
    keyed("in_pan_lower", "IN_PAN", rf"{LEFT}[A-Z]{{5}}[0-9]{{4}}[A-Z]{RIGHT}", r"[A-Z]{5}[0-9]{4}[A-Z]", ("pan", "permanent account number", "pan card"),
          source="As in_pan, any case"),
    keyed("in_pan_any", "IN_PAN", rf"{LEFT}(?=[0-9A-Z]*[0-9]{{4}})(?=[0-9]*[A-Z])[0-9A-Z]{{10}}{RIGHT}", r"[0-9]{4}", ("pan card", "permanent account number"),
          score=0.05, boosted=0.3, default=False, source="Ten characters with four digits in a row: what a mistyped number still has"),
    Recognizer(
        name="in_gstin",
        entity_type="IN_GSTIN",
        pattern=rf"{LEFT}(?:0[1-9]|[12][0-9]|3[0-8]|97|99)[A-Z]{{5}}[0-9]{{4}}[A-Z][1-9A-Z]Z[0-9A-Z]{RIGHT}",
        trigger=r"[0-39][0-9][A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]\b",
        sieve=SIEVE,
        lookback=20,
        lookahead=2,
        score=0.7,
        boosted=0.95,
        checksum=standard("in_.gstin"),
        policy=ChecksumPolicy.BOOSTS,
        context=("gst", "gstin", "gst number", "goods and services"),
        source="GSTN: mod 36",
    ),
    keyed("in_voter", "IN_VOTER", rf"{LEFT}[A-Z]{{3}}[0-9]{{7}}{RIGHT}", r"[A-Z]{3}[0-9]{7}", ("voter", "epic", "voter id", "elector", "election"),
          source="Election Commission of India"),
    keyed("in_passport", "IN_PASSPORT", rf"{LEFT}[A-Z][1-9][0-9]{{2}} ?[0-9]{{3}}[1-9]{RIGHT}", r"[A-Z][1-9][0-9]{2} ?[0-9]{4}",
          ("passport", "indian passport", "passport number"), source="Passport Seva"),
    keyed("in_driving_licence", "IN_DRIVING_LICENCE", rf"{LEFT}(?:{_STATES})[ -]?[0-9]{{2}}[ -]?(?:19|20)?[0-9]{{2}}[ -]?[0-9]{{7}}{RIGHT}", r"[A-Z]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}",
          ("driving licence", "driving license", "driver license", "dl", "dl no", "licence"), source="Parivahan"),
    keyed("in_vehicle_registration", "IN_VEHICLE_REGISTRATION", rf"{LEFT}(?:{_STATES})[ -]?[0-9]{{1,2}}[ -]?[A-Z]{{1,3}}[ -]?[0-9]{{1,4}}{RIGHT}",
          r"[A-Z]{2}[ -]?[0-9]{1,2}[ -]?[A-Z]{1,3}[ -]?[0-9]", ("vehicle", "registration", "rto", "plate", "car", "bike", "number plate"), source="Parivahan"),
    keyed("in_vehicle_registration_old", "IN_VEHICLE_REGISTRATION", rf"{LEFT}(?:[A-Z]{{2,3}}[0-9]{{4}}|[A-Z][0-9]{{5}}){RIGHT}", r"[A-Z][0-9]{4}",
          ("vehicle", "rto", "number plate"), score=0.1, boosted=0.3, default=False, source="Motor Vehicles Act 1939; armed forces, missions"),
    keyed("in_ifsc", "IN_IFSC", rf"{LEFT}[A-Z]{{4}}0[0-9A-Z]{{6}}{RIGHT}", r"[A-Z]{4}0[0-9A-Z]{6}", ("ifsc", "ifsc code", "neft", "rtgs", "branch", "imps"),
          source="Reserve Bank of India"),
    keyed("in_upi", "IN_UPI", r"(?<![0-9A-Za-z._-])[0-9A-Za-z][0-9A-Za-z._-]{1,63}@[A-Za-z]{2,20}(?![0-9A-Za-z.])",
          r"[0-9A-Za-z]@[A-Za-z]{2}", ("upi", "vpa", "upi id", "gpay", "paytm", "phonepe", "bhim"), source="NPCI"),
    keyed("in_mobile", "PHONE_NUMBER", rf"(?<![0-9A-Za-z+])(?:0|91[ -]?)?[6-9][0-9]{{4}}[ -]?[0-9]{{5}}{NUM_RIGHT}", r"[6-9][0-9]{4}[ -]?[0-9]{5}",
          ("mobile", "mob", "phone", "whatsapp", "call", "contact"), within=32, far=0.55, other=_OTHER, source="DoT numbering plan"),
    keyed("pk_cnic", "PK_CNIC", rf"{NUM_LEFT}[1-7][0-9]{{4}}-?[0-9]{{7}}-?[0-9]{NUM_RIGHT}", r"[1-7][0-9]{4}-?[0-9]{7}", ("cnic", "nadra", "nic"),
          source="NADRA"),
    keyed("lk_nic", "LK_NIC", rf"{NUM_LEFT}(?:[0-9]{{9}}[VX]|(?:19|20)[0-9]{{10}}){NUM_RIGHT}", r"[0-9]{9}", ("nic", "sri lanka", "national identity card"),
          source="Department for Registration of Persons"),
)  # fmt: skip
