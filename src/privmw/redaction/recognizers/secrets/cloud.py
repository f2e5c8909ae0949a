"""Keys of the large clouds: AWS, Google Cloud, Azure, and those of Asia."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.secrets.plausibility import looks_random
from privmw.redaction.recognizers.secrets.shapes import ALNUM, BASE64, HEX, WORD, keyed, prefixed

__all__ = ["RECOGNIZERS"]

_UPPER = "[0-9A-Z]"


def _marked(name: str, entity_type: str, mark: str, before: int, after: int, *, source: str) -> Recognizer:
    """A base64 key that carries the issuer's mark at a fixed offset (Microsoft's identifiable keys)."""
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=rf"(?<![0-9A-Za-z+/_]){BASE64}{{{before}}}{mark}{BASE64}{{{after}}}={{0,2}}(?![0-9A-Za-z+/=])",
        trigger=rf"{BASE64}{{16}}{mark}{BASE64}{{{after}}}",
        lookback=before + after + 16,
        lookahead=8,
        score=1.0,
        secret=True,
        source=source,
    )


_AWS = (
    prefixed(
        "AWS_ACCESS_KEY_ID",
        "(?:AKIA|ASIA|ABIA|ACCA|A3T[0-9A-Z])",
        "[0-9A-Z]",
        16,
        exact=True,
        source="docs.aws.amazon.com IAM identifiers",
    ),
    keyed(
        "AWS_SECRET_ACCESS_KEY",
        r"secret[_-]?access[_-]?key|aws[\w.-]{0,12}secret[\w-]{0,12}|aws[_-]sk",
        "[0-9A-Za-z+/]{40}",
        length=40,
        check=looks_random,
        source="docs.aws.amazon.com access keys, 40 base64 characters",
    ),
    prefixed(
        "AWS_SESSION_TOKEN",
        "(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)",
        "[0-9A-Za-z+/%]",
        100,
        source="docs.aws.amazon.com STS tokens",
        tail="={0,2}",
    ),
    prefixed(
        "AWS_MWS_TOKEN",
        r"amzn\.mws\.",
        "[0-9a-f-]",
        36,
        exact=True,
        source="Amazon Marketplace Web Service auth tokens",
    ),
    prefixed(
        "AMAZON_OAUTH_SECRET", r"amzn1\.oa2-cs\.v1\.", HEX, 64, exact=True, source="Login with Amazon client secrets"
    ),
    prefixed(
        "AMAZON_OAUTH_TOKEN",
        r"Atz[ar]\|",
        r"[0-9A-Za-z_=-]",
        64,
        source="Login with Amazon access (Atza|) and refresh (Atzr|) tokens",
    ),
)

_GOOGLE = (
    prefixed(
        "GOOGLE_OAUTH_TOKEN", r"ya29\.", r"[0-9A-Za-z_.-]", 24, source="developers.google.com OAuth 2.0 access tokens"
    ),
    prefixed(
        "GOOGLE_OAUTH_TOKEN",
        "1//0[0-9a-z]",
        WORD,
        36,
        name="google_refresh_token",
        source="developers.google.com OAuth 2.0 refresh tokens",
    ),
    prefixed(
        "GOOGLE_OAUTH_SECRET", "GOCSPX-", WORD, 28, exact=True, source="developers.google.com OAuth 2.0 client secrets"
    ),
    prefixed("GCP_HMAC_KEY", "GOOG1E", _UPPER, 55, exact=True, source="cloud.google.com Storage HMAC access ids"),
    keyed(
        "GCP_SERVICE_ACCOUNT_KEY",
        "private_key_id",
        "[0-9a-f]{40}",
        length=40,
        source="cloud.google.com service account key files",
    ),
    prefixed(
        "FIREBASE_SERVER_KEY",
        r"AAAA[0-9A-Za-z_-]{7}:APA91b",
        WORD,
        100,
        source="firebase.google.com legacy FCM server keys",
    ),
)

_AZURE = (
    Recognizer(
        name="azure_client_secret",
        entity_type="AZURE_CLIENT_SECRET",
        pattern=r"(?<![0-9A-Za-z_~.-])[0-9A-Za-z_~.-]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}(?![0-9A-Za-z_~-])",
        trigger=r"[0-9]Q~[0-9A-Za-z_~.-]{16}",
        lookback=24,
        lookahead=32,
        score=0.95,
        secret=True,
        source="learn.microsoft.com Entra ID client secrets",
    ),
    Recognizer(
        name="azure_account_key",
        entity_type="AZURE_STORAGE_KEY",
        pattern=r"(?i:(?:shared)?(?:account|access)key)[\"']?\s{0,3}[=:]\s{0,3}[\"']?(?P<value>[0-9A-Za-z+/]{42,88}={0,2})(?![0-9A-Za-z+/=])",
        trigger=r"(?i:(?:account|access)key)[\"']?\s{0,3}[=:]\s{0,3}[\"']?[0-9A-Za-z+/]{42}",
        lookback=80,
        lookahead=56,
        score=0.95,
        secret=True,
        source="learn.microsoft.com storage, Service Bus, Event Hubs, Cosmos DB connection strings",
    ),
    _marked(
        "azure_storage_identifiable_key",
        "AZURE_STORAGE_KEY",
        r"\+ASt",
        76,
        6,
        source="learn.microsoft.com identifiable storage keys",
    ),
    _marked(
        "azure_cosmos_key", "AZURE_COSMOS_KEY", "ACDb", 76, 6, source="learn.microsoft.com identifiable Cosmos DB keys"
    ),
    _marked(
        "azure_batch_key", "AZURE_BATCH_KEY", r"\+ABa", 76, 6, source="learn.microsoft.com identifiable Batch keys"
    ),
    _marked(
        "azure_service_bus_key",
        "AZURE_SERVICE_BUS_KEY",
        r"\+ASb",
        33,
        6,
        source="learn.microsoft.com identifiable Service Bus keys",
    ),
    _marked(
        "azure_event_hub_key",
        "AZURE_EVENT_HUB_KEY",
        r"\+AEh",
        33,
        6,
        source="learn.microsoft.com identifiable Event Hubs keys",
    ),
    _marked(
        "azure_relay_key", "AZURE_RELAY_KEY", r"\+ARm", 33, 6, source="learn.microsoft.com identifiable Relay keys"
    ),
    _marked("azure_iot_key", "AZURE_IOT_KEY", "AIoT", 33, 6, source="learn.microsoft.com identifiable IoT Hub keys"),
    _marked(
        "azure_event_grid_key",
        "AZURE_EVENT_GRID_KEY",
        "AZEG",
        33,
        6,
        source="learn.microsoft.com identifiable Event Grid keys",
    ),
    _marked(
        "azure_search_key", "AZURE_SEARCH_KEY", "AzSe", 42, 6, source="learn.microsoft.com identifiable AI Search keys"
    ),
    _marked(
        "azure_function_key",
        "AZURE_FUNCTION_KEY",
        "AzFu",
        44,
        6,
        source="learn.microsoft.com identifiable Functions keys",
    ),
    _marked(
        "azure_container_registry_key",
        "AZURE_CONTAINER_REGISTRY_KEY",
        r"\+ACR",
        42,
        6,
        source="learn.microsoft.com identifiable registry passwords",
    ),
    _marked(
        "azure_redis_key",
        "AZURE_REDIS_KEY",
        "AzCa",
        33,
        6,
        source="learn.microsoft.com identifiable Cache for Redis keys",
    ),
    prefixed(
        "AZURE_DEVOPS_TOKEN",
        "[0-9A-Za-z]{76}AZDO",
        ALNUM,
        4,
        exact=True,
        room=112,
        source="learn.microsoft.com Azure DevOps tokens, 84 characters",
    ),
    keyed(
        "AZURE_DEVOPS_TOKEN",
        r"azure[_-]?devops|azdo|vsts|ado[_-]pat|azp[_-]token",
        "[0-9a-z]{52}",
        length=52,
        name="azure_devops_legacy_token",
        source="learn.microsoft.com Azure DevOps tokens, 52 characters",
    ),
)

_ASIA = (
    prefixed("ALIBABA_ACCESS_KEY_ID", "LTAI", ALNUM, 12, 24, source="alibabacloud.com AccessKey pairs"),
    keyed(
        "ALIBABA_SECRET_KEY",
        r"ali(?:baba|yun|cloud)",
        "[0-9A-Za-z]{30}",
        length=30,
        source="alibabacloud.com AccessKey pairs",
    ),
    prefixed("TENCENT_SECRET_ID", "(?:AKID|IKID)", ALNUM, 32, exact=True, source="cloud.tencent.com API keys"),
    keyed(
        "TENCENT_SECRET_KEY",
        r"tencent|qcloud|cos[_-]secret",
        "[0-9A-Za-z]{32}",
        length=32,
        source="cloud.tencent.com API keys",
    ),
    prefixed("YANDEX_API_KEY", "AQVN", WORD, 35, 38, source="cloud.yandex.com API keys"),
    prefixed(
        "YANDEX_IAM_TOKEN",
        r"t1\.[0-9A-Za-z_-]{8,96}={0,2}\.",
        WORD,
        86,
        tail="={0,2}",
        room=112,
        source="cloud.yandex.com IAM tokens",
    ),
    prefixed("YANDEX_AWS_TOKEN", "YC[0-9A-Za-z]", WORD, 37, exact=True, source="cloud.yandex.com static access keys"),
    prefixed("NCLOUD_ACCESS_KEY", "ncp_iam_", ALNUM, 24, source="ncloud.com (Naver Cloud) sub-account keys"),
    keyed(
        "NAVER_CLIENT_SECRET",
        r"naver|x-ncp-apigw-api-key|x-ncp-iam-access-key",
        "[0-9A-Za-z_]{20}|[0-9A-Za-z]{40}|[0-9A-Za-z_]{10}",
        length=40,
        source="developers.naver.com and ncloud.com keys",
    ),
    keyed("KAKAO_API_KEY", "kakao", "[0-9a-f]{32}|[0-9A-Za-z]{32}", length=32, source="developers.kakao.com app keys"),
)

RECOGNIZERS: tuple[Recognizer, ...] = (*_AWS, *_GOOGLE, *_AZURE, *_ASIA)
