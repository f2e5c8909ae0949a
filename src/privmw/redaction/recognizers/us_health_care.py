"""United States: numbers of health care paperwork, behind their label; opt-in.

Their shape says nothing (a few letters, six or more digits), so the label is part of the pattern and not of the value.
"""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.shapes import NUM_RIGHT, keyed

__all__ = ["RECOGNIZERS"]

_GAP = r"(?:\s{0,3}(?:#|no\.?|number|id)\s{0,3}:?\s{0,3}|\s{0,3}:\s{0,3}|\s{1,3})"
_EIN = "(?:0[1-6]|1[0-6]|2[0-7]|3[0-9]|4[0-8]|5[0-9]|6[0-8]|7[1-7]|8[0-8]|9[0-589])-[0-9]{7}"


def _labelled(name: str, entity_type: str, label: str, value: str, context: tuple[str, ...]) -> Recognizer:
    return keyed(
        name,
        entity_type,
        rf"(?<![0-9A-Za-z])(?:{label}){_GAP}(?P<value>{value}){NUM_RIGHT}",
        rf"(?:{label}){_GAP}[0-9A-Z-]{{4}}",
        context,
        boosted=0.8,
        default=False,
        source="Labels of Presidio's recognizer of the same name",
    )


RECOGNIZERS: tuple[Recognizer, ...] = (
    _labelled(
        "us_prior_authorization",
        "US_PRIOR_AUTHORIZATION_NUMBER",
        r"prior\s{1,3}auth(?:orization)?|preauthorization|pre-auth|authorization",
        "(?:PA-?)?[0-9]{6,12}",
        ("authorization", "auth", "preauthorization"),
    ),
    _labelled("us_claim", "US_CLAIM_NUMBER", "claim", "(?:CLM-?)?[0-9]{6,15}", ("claim",)),
    _labelled(
        "us_prescription",
        "US_PRESCRIPTION_NUMBER",
        "rx|prescription",
        "(?:RX-?)?[0-9]{6,12}",
        ("rx", "prescription"),
    ),
    _labelled("us_referral", "US_REFERRAL_NUMBER", "referral", "(?:(?:REF|INF)-?)?[0-9]{6,12}", ("referral",)),
    _labelled(
        "us_provider_tax_id",
        "US_PROVIDER_TAX_ID",
        r"(?:provider|provider\s{1,3}organization)\s{1,3}(?:tax\s{0,3}(?:id|number|identification\s{1,3}number)|tin|ein)"
        r"|billing\s{1,3}provider",
        _EIN,
        ("provider",),
    ),
)
