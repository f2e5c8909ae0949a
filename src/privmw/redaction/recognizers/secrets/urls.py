"""Secrets inside URLs: credentials before the host, signatures and secret parameters in the query.

Only the secret component is matched, so that scheme, host and path stay readable.
"""

from __future__ import annotations

import re

from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.secrets.plausibility import looks_random, not_masked

__all__ = ["RECOGNIZERS"]

_VALUE = r"[^\s&#\"'<>\\,;(){}\[\]|]"
_STANDS_IN = r"(?!<[A-Z][A-Z0-9_]*>|\[[A-Za-z]|%5B[A-Z]|%3C[A-Z]|\*|\$\{|\{)"


def _userinfo(text: str) -> bool:
    """True for ``user:password`` that is not a template or an example (``user:pass``, ``${USER}:${PASS}``)."""
    password = text.partition(":")[2]
    if not password or (len(set(password)) == 1 and not not_masked(password)):
        return False
    return not re.match(r"[$<{%*\[](?![0-9A-Za-z]{2})|\$[A-Z_{(]|<|\*+$|\[[A-Za-z]|password$|\{", password)


def _parameter(
    name: str, entity_type: str, names: str, *, low: int, source: str, check: object = None, score: float = 0.9
) -> Recognizer:
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=rf"[?&;](?i:{names})={_STANDS_IN}(?P<value>{_VALUE}{{{low},4096}})",
        trigger=rf"[?&;](?i:{names})=[^\s&#\"'<>\\,;(){{}}\[\]|]{{{low}}}",
        lookback=96,
        lookahead=512,
        score=score,
        checksum=check if callable(check) else None,
        policy=ChecksumPolicy.REQUIRED if callable(check) else ChecksumPolicy.NONE,
        specificity=Specificity.GENERIC,
        secret=True,
        source=source,
    )


RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="url_credentials",
        entity_type="URL_CREDENTIALS",
        pattern=r"(?<=://)(?P<value>[^\s:/?#@\"'<>\\]{0,128}:[^\s@/\"'<>\\]{1,256}(?=@[0-9A-Za-z\[.-]))",
        trigger=r"://[^\s:/?#@\"'<>\\]{0,128}:[^\s@/\"'<>\\]{1,256}@",
        reach=r"!#-&(-.0-;=?-\[\]-~",
        lookback=400,
        lookahead=8,
        score=0.95,
        checksum=_userinfo,
        policy=ChecksumPolicy.REQUIRED,
        secret=True,
        source="RFC 3986 section 3.2.1",
    ),
    Recognizer(
        name="url_token_userinfo",
        entity_type="URL_CREDENTIALS",
        pattern=r"(?<=https://)(?P<value>[0-9A-Za-z_.-]{20,256})(?=@[0-9A-Za-z])",
        trigger=r"https://[0-9A-Za-z_.-]{20,256}@",
        lookback=272,
        lookahead=8,
        score=0.9,
        checksum=looks_random,
        policy=ChecksumPolicy.REQUIRED,
        specificity=Specificity.GENERIC,
        secret=True,
        source="git over HTTPS with a token as user name",
    ),
    _parameter(
        "aws_signed_url", "AWS_SIGNATURE", "x-amz-signature", low=16, source="AWS Signature Version 4, query string"
    ),
    _parameter(
        "aws_url_token",
        "AWS_SESSION_TOKEN",
        "x-amz-security-token",
        low=16,
        source="AWS Signature Version 4, query string",
    ),
    _parameter(
        "aws_url_credential",
        "AWS_ACCESS_KEY_ID",
        "x-amz-credential|awsaccesskeyid",
        low=16,
        source="AWS Signature Version 4, query string",
    ),
    _parameter(
        "gcp_signed_url", "GCP_SIGNATURE", "x-goog-signature|googleaccessid", low=16, source="Cloud Storage V4 signing"
    ),
    _parameter(
        "azure_sas_signature",
        "AZURE_SAS_TOKEN",
        "sig",
        low=16,
        check=not_masked,
        source="Azure Storage shared access signature",
    ),
    _parameter(
        "cdn_signed_url",
        "URL_SIGNATURE",
        "signature|hmac|hdnts|hdnea|__token__|policy|key-pair-id|oauth_signature",
        low=16,
        check=not_masked,
        source="CloudFront, Akamai and OAuth 1.0 signed URLs",
    ),
    _parameter(
        "url_secret_parameter",
        "URL_SECRET",
        "(?:access|refresh|id|auth|api|app|bot|csrf|reset|verification|confirmation|invite|magic|session|security|secret|sas|user|login|bearer)?[_-]?"
        "(?:token|secret|passw(?:or)?d|passwd|pwd|apikey|api[_-]key|access[_-]?key|secret[_-]?key|auth[_-]?key|client[_-]secret|"
        "session(?:_?id)?|sid|jwt|otp|passcode|authorization|credentials?|private[_-]key|subscription-key|appid_secret)",
        low=4,
        check=not_masked,
        source="RFC 6750 section 2.3; OWASP: information exposure through query strings",
    ),
    _parameter(
        "url_key_parameter",
        "URL_SECRET",
        "key|auth|code|ticket|assertion|samlresponse|samlrequest",
        low=20,
        check=looks_random,
        source="OAuth 2.0 code, Google Maps key, SAML and CAS tickets",
        score=0.7,
    ),
)
