"""Passwords in connection strings that are not URLs, and keys of hosted databases."""

from __future__ import annotations

from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.secrets.plausibility import plausible_password
from privmw.redaction.recognizers.secrets.shapes import ALNUM, HEX, UUID, WORD, keyed, prefixed

__all__ = ["RECOGNIZERS"]


def _connection(name: str, pattern: str, trigger: str, *, source: str, lookback: int = 300) -> Recognizer:
    return Recognizer(
        name=name,
        entity_type="DATABASE_PASSWORD",
        pattern=pattern,
        trigger=trigger,
        lookback=lookback,
        lookahead=128,
        score=0.95,
        checksum=plausible_password,
        policy=ChecksumPolicy.REQUIRED,
        secret=True,
        source=source,
    )


RECOGNIZERS: tuple[Recognizer, ...] = (
    _connection(
        "ado_net_password",
        r"(?i:;\s*(?:password|pwd(?!\s*=\s*(?:[/~]|[A-Za-z]:\\)))\s*=\s*)(?P<value>(?!<[A-Z]|\[[A-Z])[^;\"'\s]{1,128}|\"[^\"]{1,128}\"|'[^']{1,128}')",
        r"(?i:;\s{0,3}(?:password|pwd)\s{0,3}=\s{0,3})[^;\s<]",
        source="learn.microsoft.com ADO.NET and ODBC connection strings",
        lookback=24,
    ),
    _connection(
        "libpq_password",
        r"(?:host|dbname|user|hostaddr)=[^\s]{1,64}[^\n]{0,200}?\spassword=(?P<value>(?!<[A-Z]|\[[A-Z])(?:'[^']{1,128}'|[^\s'\"]{1,128}))",
        r"(?:host|dbname|user|hostaddr)=[^\s]{1,64}[^\n]{0,200}\spassword=[^\s<]",
        source="postgresql.org libpq keyword/value strings",
    ),
    _connection(
        "jdbc_thin_password",
        r"jdbc:oracle:(?:thin|oci):[^\s/@]{1,64}/(?P<value>[^\s@\"'<>]{1,128})(?=@)",
        r"jdbc:oracle:(?:thin|oci):[^\s/@]{1,64}/[^\s@\"'<>]{1,128}@",
        source="docs.oracle.com JDBC URLs",
    ),
    prefixed(
        "PLANETSCALE_TOKEN",
        "pscale_tkn_",
        "[0-9A-Za-z=_.-]",
        32,
        name="planetscale_service_token",
        source="planetscale.com service tokens",
    ),
    prefixed(
        "PLANETSCALE_TOKEN",
        "pscale_oauth_",
        "[0-9A-Za-z=_.-]",
        32,
        name="planetscale_oauth_token",
        source="planetscale.com OAuth tokens",
    ),
    prefixed(
        "PLANETSCALE_TOKEN",
        "pscale_pw_",
        "[0-9A-Za-z=_.-]",
        32,
        name="planetscale_password",
        source="planetscale.com passwords",
    ),
    prefixed("NEON_API_KEY", "napi_", ALNUM, 40, source="neon.com API keys"),
    prefixed("CLICKHOUSE_KEY", "4b1d", ALNUM, 38, exact=True, source="clickhouse.com Cloud API secrets"),
    prefixed("TURSO_TOKEN", "turso_", WORD, 24, source="docs.turso.tech API tokens"),
    prefixed("UPSTASH_TOKEN", "upstash_", WORD, 24, source="upstash.com API keys"),
    prefixed("AIVEN_TOKEN", "AVNS_", WORD, 16, source="aiven.io service passwords"),
    prefixed("AIVEN_TOKEN", "aivenv1", r"[0-9A-Za-z+/=]", 200, name="aiven_api_token", source="aiven.io API tokens"),
    prefixed("FAUNA_KEY", "fnA[A-Za-z]", WORD, 34, source="fauna.com secrets"),
    prefixed(
        "CONVEX_KEY",
        r"(?:prod|dev|preview):[0-9a-z-]{4,40}\|",
        r"[0-9A-Za-z=+/]",
        32,
        source="docs.convex.dev deploy keys",
    ),
    prefixed("ASTRA_DB_TOKEN", "AstraCS:", r"[0-9A-Za-z:]", 64, source="docs.datastax.com application tokens"),
    keyed("MONGODB_ATLAS_KEY", r"(?:mongodb[_-]?)?atlas", UUID, length=36, source="mongodb.com Atlas private keys"),
    prefixed("MONGODB_ATLAS_SECRET", "mdb_sa_sk_", WORD, 32, source="mongodb.com Atlas service account secrets"),
    keyed(
        "SNOWFLAKE_TOKEN",
        "snowflake",
        "ver:[0-9]-hint:[0-9]{6,20}-[0-9A-Za-z+/=]{40,4096}|[0-9A-Za-z_-]{86}",
        length=512,
        source="docs.snowflake.com session and OAuth tokens",
    ),
    keyed(
        "ELASTIC_API_KEY",
        r"elastic(?:search)?[\w.-]{0,16}key|ApiKey",
        "[0-9A-Za-z+/_-]{54,80}={0,2}",
        length=82,
        source="elastic.co API keys",
    ),
    keyed("INFLUXDB_TOKEN", "influx(?:db)?", "[0-9A-Za-z_-]{86}==", length=88, source="docs.influxdata.com tokens"),
    keyed("SANITY_TOKEN", "sanity", "sk[0-9A-Za-z]{80,200}", length=202, source="sanity.io API tokens"),
    prefixed("HASURA_SECRET", "hasura_", HEX, 32, exact=True, source="hasura.io admin secrets"),
)
