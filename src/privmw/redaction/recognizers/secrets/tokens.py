"""Tokens that travel in HTTP: JWT and JWE, Authorization, API key headers, cookies."""

from __future__ import annotations

import base64
import binascii
import json
import re

from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer, Specificity
from privmw.redaction.recognizers.secrets.plausibility import not_masked
from privmw.redaction.recognizers.secrets.shapes import LEFT

__all__ = ["RECOGNIZERS", "jwt_header"]

_STANDS_IN = r"(?!<[A-Z][A-Z0-9_]*>|\[[A-Za-z][\w .-]*\]|\*{3}|\$\{|\$[A-Za-z_]|\{\{|\{[a-z_]*\})"
"""What already replaced a value: ``<TOKEN>``, ``[TOKEN_7Q2K]``, ``***``, ``${TOKEN}``."""

_HEADER_GAP = r"[\"'\\]{0,3}\s{0,3}[:=,]\s{0,3}[\"'\\]{0,3}(?:b[\"'])?"
_PARAMETER = r"[0-9A-Za-z_]{2,32}\s?=\s?(?:\\?\"[^\"\\\r\n<>]{1,2048}\\?\"|[^\s,;\"'\\<>]{1,2048})"
_PARAMETERS = rf"(?i:digest|oauth|hawk|mac|signature)[ \t]{{1,3}}(?P<value>{_PARAMETER}(?:[ ]?,[ ]?{_PARAMETER})*)"
"""Credentials as a list of parameters (RFC 7616, RFC 5849)."""

_REPLACED = r"(?![\w-]{1,32}[ \t]{1,3}(?:<[A-Z]|\[[A-Z]|\*{3}|\$))"
"""Not the name of a scheme before what already stands for its credentials."""

_COOKIE_VALUE = (
    r"(?:\\?\"[^\";\\\r\n<>]{0,4096}\\?\"|[^\s;,\"'\\<>]{1,4096}(?:(?: [^\s;,\"'\\<>=]{1,64}){1,6}(?=;))?|(?=;))"
)
"""As sent; spaces, which no cookie should hold, where a further cookie follows."""

_COOKIE = rf"[!#$%&*+.^_`|~0-9A-Za-z-]{{1,64}}={_STANDS_IN}{_COOKIE_VALUE}"
_SCHEME = r"(?:(?i:basic|bearer|digest|negotiate|token|key|apikey|api-key|ntlm|hawk|dpop|aws4-hmac-sha256)[ \t]{1,3}|[A-Z][0-9A-Za-z-]{1,31}[ \t]{1,3})?"


def jwt_header(text: str) -> bool:
    """True where the first segment of a compact JOSE token decodes to a JSON object with ``alg`` (RFC 7515, 7516)."""
    segment = text.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (binascii.Error, ValueError):
        return False
    return isinstance(header, dict) and "alg" in header


def base64_jwt_header(text: str) -> bool:
    """True for a compact JOSE token that was encoded in base64 once more."""
    try:
        inner = base64.b64decode(text[: len(text) // 4 * 4], altchars=b"-_").decode("ascii")
    except (binascii.Error, ValueError):
        return False
    return jwt_header(inner)


def _credential(text: str) -> bool:
    """True for what may follow ``Bearer`` or ``Token``: not a word of prose, not a mask."""
    if not not_masked(text) or text.lower() in {"authentication", "authorization"}:
        return False
    return len(text) >= 24 or any(char.isdigit() for char in text) or bool(re.search(r"[._~+/=]\w|[a-z][A-Z]", text))


def _basic(text: str) -> bool:
    """True where Basic credentials decode to ``user:password`` (RFC 7617)."""
    try:
        return b":" in base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False


def _varied(text: str) -> bool:
    """True unless the text is a mask or one word of prose."""
    return not_masked(text) and (len(set(text)) > 5 or any(map(str.isdigit, text)))


RECOGNIZERS: tuple[Recognizer, ...] = (
    Recognizer(
        name="jwt",
        entity_type="JWT",
        pattern=LEFT
        + r"e(?:yJ|yA|w[0o])[0-9A-Za-z_-]{8,4096}\.[0-9A-Za-z_-]{2,65536}(?:\.[0-9A-Za-z_-]{0,65536}){0,3}",
        trigger=r"e(?:yJ|yA|w[0o])[0-9A-Za-z_-]{17}",
        lookback=24,
        lookahead=1024,
        score=0.9,
        checksum=jwt_header,
        policy=ChecksumPolicy.REQUIRED,
        secret=True,
        source="RFC 7519, RFC 7515 (3 parts), RFC 7516 (5 parts)",
    ),
    Recognizer(
        name="jwt_base64",
        entity_type="JWT",
        pattern=LEFT + r"ZXlK[0-9A-Za-z+/_-]{40,8192}={0,2}",
        trigger=r"ZXlK[0-9A-Za-z+/_-]{24}",
        lookback=32,
        lookahead=1024,
        score=0.9,
        checksum=base64_jwt_header,
        policy=ChecksumPolicy.REQUIRED,
        secret=True,
        source="a JWT in base64 once more (Kubernetes secrets)",
    ),
    Recognizer(
        name="bearer_token",
        entity_type="BEARER_TOKEN",
        pattern=rf"[bB](?i:earer)(?<![0-9A-Za-z_].{{6}})[ \t]{{1,3}}{_STANDS_IN}(?P<value>[0-9A-Za-z._~+/|=:-]{{8,8192}})",
        trigger=r"(?i:bearer)[ \t]{1,3}[0-9A-Za-z._~+/|=:-]{8}",
        lookback=20,
        lookahead=512,
        score=0.9,
        checksum=_credential,
        policy=ChecksumPolicy.REQUIRED,
        specificity=Specificity.GENERIC,
        secret=True,
        source="RFC 6750",
    ),
    Recognizer(
        name="basic_credentials",
        entity_type="BASIC_CREDENTIALS",
        pattern=r"[bB](?i:asic)(?<![0-9A-Za-z_].{5})[ \t]{1,3}(?P<value>[0-9A-Za-z+/]{6,8192}={0,2})(?![0-9A-Za-z+/=])",
        trigger=r"(?i:basic)[ \t]{1,3}[0-9A-Za-z+/]{6}",
        lookback=20,
        lookahead=256,
        score=0.9,
        checksum=_basic,
        policy=ChecksumPolicy.REQUIRED,
        specificity=Specificity.GENERIC,
        secret=True,
        source="RFC 7617",
    ),
    Recognizer(
        name="authorization_header",
        entity_type="AUTHORIZATION",
        pattern=(
            rf"[aAxX](?:(?<=[aA])(?i:uthorization)|(?<=[xX])(?i:-amz-security-token)){_HEADER_GAP}"
            rf"{_SCHEME}{_STANDS_IN}{_REPLACED}(?P<value>[^\s\"'\\<>,;]{{6,8192}})"
        ),
        trigger=rf"(?i:authorization|x-amz-security-token){_HEADER_GAP}{_SCHEME}[^\s\"'\\<>,;]{{6}}",
        lookback=96,
        lookahead=512,
        score=0.9,
        checksum=_credential,
        policy=ChecksumPolicy.REQUIRED,
        specificity=Specificity.CATCHALL,
        secret=True,
        source="RFC 9110 section 11.6.2",
    ),
    Recognizer(
        name="authorization_parameters",
        entity_type="AUTHORIZATION",
        pattern=rf"[aA](?i:uthorization){_HEADER_GAP}{_PARAMETERS}",
        trigger=rf"(?i:authorization){_HEADER_GAP}(?i:digest|oauth|hawk|mac|signature)[ \t]{{1,3}}[0-9A-Za-z_]{{2,32}}\s?=",
        lookback=96,
        lookahead=1024,
        score=0.9,
        specificity=Specificity.GENERIC,
        secret=True,
        source="RFC 7616 (Digest), RFC 5849 (OAuth 1.0), RFC 9421",
    ),
    Recognizer(
        name="aws_signature",
        entity_type="AWS_SIGNATURE",
        pattern=r"(?:Credential=[^,\s]{1,128},\s*SignedHeaders=[^,\s]{1,256},\s*)Signature=(?P<value>[0-9a-f]{64})",
        trigger=r"SignedHeaders=[^,\s]{1,256},\s{0,2}Signature=[0-9a-f]{64}",
        lookback=512,
        lookahead=8,
        score=1.0,
        secret=True,
        source="AWS Signature Version 4, Authorization header",
    ),
    Recognizer(
        name="api_key_header",
        entity_type="API_KEY",
        pattern=(
            r"(?i:(?<![0-9A-Za-z])(?:x-[a-z0-9-]{0,24}(?:key|token|secret|auth)|(?:ocp-apim-)?subscription-key|api-key|apikey|"
            rf"xi-api-key|private-token|job-token|deploy-token)){_HEADER_GAP}{_STANDS_IN}(?P<value>[^\s\"'\\<>,;&]{{8,8192}})"
        ),
        trigger=(
            r"(?i:x-[a-z0-9-]{0,24}(?:key|token|secret|auth)|subscription-key|api-key|apikey|private-token|job-token|deploy-token)"
            r"[\"'\\]{0,3}\s{0,3}[:=,]\s{0,3}[\"'\\]{0,3}(?:b[\"'])?[^\s\"'\\<>,;&]{8}"
        ),
        lookback=72,
        lookahead=256,
        score=0.85,
        checksum=_varied,
        policy=ChecksumPolicy.REQUIRED,
        specificity=Specificity.GENERIC,
        secret=True,
        source="OpenAPI apiKey security scheme; X-Api-Key, Ocp-Apim-Subscription-Key, PRIVATE-TOKEN",
    ),
    Recognizer(
        name="cookie_header",
        entity_type="COOKIE",
        pattern=(
            rf"[cC](?i:ookie)(?<![0-9A-Za-z_].{{6}})(?<!(?i:set).{{7}}){_HEADER_GAP}"
            rf"(?P<value>{_COOKIE}(?:;[ ]?{_COOKIE}){{0,64}})"
        ),
        trigger=(
            r"(?i:cookie)[\"'\\]{0,3}\s{0,3}[:=,]\s{0,3}[\"'\\]{0,3}(?:b[\"'])?"
            r"[!#$%&*+.^_`|~0-9A-Za-z-]{1,64}="
        ),
        lookback=128,
        lookahead=1024,
        score=0.85,
        checksum=not_masked,
        policy=ChecksumPolicy.REQUIRED,
        specificity=Specificity.CATCHALL,
        secret=True,
        source="RFC 6265",
    ),
    Recognizer(
        name="set_cookie_header",
        entity_type="COOKIE",
        pattern=rf"[sS](?i:et-cookie){_HEADER_GAP}[!#$%&*+.^_`|~0-9A-Za-z-]{{1,64}}={_STANDS_IN}(?P<value>[^\s;,\"'\\<>]{{3,4096}})",
        trigger=r"(?i:set-cookie)[\"'\\]{0,3}\s{0,3}[:=,]\s{0,3}[\"'\\]{0,3}(?:b[\"'])?[!#$%&*+.^_`|~0-9A-Za-z-]{1,64}=[^\s;,\"'\\<>]{3}",
        lookback=128,
        lookahead=1024,
        score=0.85,
        checksum=not_masked,
        policy=ChecksumPolicy.REQUIRED,
        specificity=Specificity.CATCHALL,
        secret=True,
        source="RFC 6265: of a cookie in a response the value alone is secret",
    ),
    Recognizer(
        name="session_cookie",
        entity_type="SESSION_ID",
        pattern=(
            r"(?i:(?<![0-9A-Za-z])(?:jsessionid|phpsessid|asp\.net_sessionid|aspsessionid[a-z]{8}|connect\.sid|laravel_session|_gitlab_session|"
            r"sessionid|session_id|session-id|sessid|ci_session|_session_id|\.aspxauth|xsrf-token|csrftoken|"
            rf"__(?:secure|host)-[\w.-]{{1,40}}))[\"'\\]{{0,2}}\s{{0,2}}[=:]\s{{0,2}}[\"'\\]{{0,2}}{_STANDS_IN}(?P<value>[0-9A-Za-z%._~+/=:-]{{12,8192}})"
        ),
        trigger=(
            r"(?i:jsessionid|phpsessid|sessionid[a-z]{0,8}|connect\.sid|laravel_session|_gitlab_session|session_id|session-id|sessid|ci_session|"
            r"\.aspxauth|xsrf-token|csrftoken|__(?:secure|host)-[\w.-]{1,40})[\"'\\]{0,2}\s{0,2}[=:]\s{0,2}[\"'\\]{0,2}[0-9A-Za-z%._~+/=:-]{12}"
        ),
        lookback=96,
        lookahead=256,
        score=0.85,
        checksum=_varied,
        policy=ChecksumPolicy.REQUIRED,
        secret=True,
        source="OWASP session management cheat sheet: names of session cookies",
    ),
)
