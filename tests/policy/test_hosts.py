"""From a host to its recipient, country and evidence."""

from __future__ import annotations

import pytest

from privmw.policy.hosts import HostIndex, HostRule
from privmw.policy.register import Register
from privmw.settings import PrivacySettings

REGISTER = Register.from_settings(PrivacySettings())


@pytest.mark.parametrize(
    ("host", "recipient", "country", "evidence"),
    [
        ("api.openai.com", "openai", "US", "assumed"),
        ("API.OpenAI.com.", "openai", "US", "assumed"),
        ("api.openai.com:443", "openai", "US", "assumed"),
        ("eu.api.openai.com", "openai", "EU", "host"),
        ("api.anthropic.com", "anthropic", "US", "assumed"),
        ("generativelanguage.googleapis.com", "google", "US", "assumed"),
        ("asia-northeast3-aiplatform.googleapis.com", "google", "KR", "host"),
        ("aiplatform.europe-west4.rep.googleapis.com", "google", "NL", "host"),
        ("us-central1-aiplatform.mtls.googleapis.com", "google", "US", "host"),
        ("aiplatform.googleapis.com", "google", None, "assumed"),
        ("acme.openai.azure.com", "azure", None, "assumed"),
        ("acme.koreacentral.models.ai.azure.com", "azure", "KR", "host"),
        ("acme.services.ai.azure.com", "azure", None, "assumed"),
        ("s3.ap-northeast-2.amazonaws.com", "aws_s3", "KR", "host"),
        ("bucket.s3.ap-northeast-2.amazonaws.com", "aws_s3", "KR", "host"),
        ("my.bucket.s3.dualstack.eu-west-1.amazonaws.com", "aws_s3", "IE", "host"),
        ("bucket.s3-us-west-2.amazonaws.com", "aws_s3", "US", "host"),
        ("bucket.s3.amazonaws.com", "aws_s3", None, "assumed"),
        ("fal.run", "fal", "US", "assumed"),
        ("queue.falrun.com", "fal", "US", "assumed"),
        ("falrun.com", "fal", "US", "assumed"),
        ("v3.fal.media", "fal", "US", "assumed"),
        ("rest.fal.ai", "fal", "US", "assumed"),
        ("stream.replicate.com", "replicate", "US", "assumed"),
        ("pbxt.replicate.delivery", "replicate", "US", "assumed"),
        ("api.eu.residency.elevenlabs.io", "elevenlabs", "EU", "host"),
        ("api.in.residency.elevenlabs.io", "elevenlabs", "IN", "host"),
        ("api.eu.mistral.ai", "mistral", "EU", "host"),
        ("o1.ingest.de.sentry.io", "sentry", "DE", "host"),
        ("o1.ingest.us.sentry.io", "sentry", "US", "host"),
        ("eu.i.posthog.com", "posthog", "DE", "host"),
        ("us.i.posthog.com", "posthog", "US", "host"),
        ("cluster0.abcde.mongodb.net", "mongodb_atlas", None, "assumed"),
        ("happy-cat-1.clerk.accounts.dev", "clerk", "US", "assumed"),
        ("test-api.creem.io", "creem", "EE", "assumed"),
        ("api.x.ai", "xai", "US", "assumed"),
        ("management-api.x.ai", "xai", "US", "assumed"),
    ],
)
def test_known_hosts(host: str, recipient: str, country: str | None, evidence: str) -> None:
    """Default, regional and failover hosts are recognised, with the country where the name tells it."""
    found = REGISTER.destination(host)
    assert found is not None
    assert (recipient, country, evidence) == (found.rule.recipient, found.country, found.evidence)
    behind = REGISTER.recipient_for_host(host)
    assert behind is not None
    assert not behind.declared


@pytest.mark.parametrize(
    "host",
    [
        "openai.com.evil.example",
        "notapi.openai.com.",
        "xfal.run",
        "fal.run.example",
        "com",
        "",
        ".",
        "::1",
        "[::1]",
        "127.0.0.1",
    ],
)
def test_unknown_hosts(host: str) -> None:
    """A host that only looks like a known one belongs to nobody."""
    assert REGISTER.recipient_for_host(host) is None


def test_the_most_particular_pattern_wins() -> None:
    """Exact before regional before suffix, and the longer suffix before the shorter."""
    index = HostIndex(
        [
            HostRule("*.example.com", "wide"),
            HostRule("*.a.example.com", "narrow"),
            HostRule("x.a.example.com", "exact"),
            HostRule("*.s3.{region}.example.com", "regional"),
        ]
    )
    found = {
        host: getattr(getattr(index.find(host), "rule", None), "recipient", None)
        for host in ("x.a.example.com", "y.a.example.com", "b.example.com", "example.com", "q.s3.us-east-1.example.com")
    }
    assert ["exact", "narrow", "wide", None, "regional"] == list(found.values())


def test_ports() -> None:
    """A pattern with a port is for that port alone, also on IPv6; one without is for all."""
    index = HostIndex([HostRule("127.0.0.1:9001", "a"), HostRule("[::1]:9001", "b"), HostRule("h.example", "c")])
    assert index.find("127.0.0.1", 9001) is not None
    assert index.find("127.0.0.1:9001") is not None
    assert index.find("127.0.0.1", 9002) is None
    assert index.find("::1", 9001) is not None
    assert index.find("[::1]:9001") is not None
    assert index.find("h.example", 1) is not None


def test_lookups_do_not_grow_without_end() -> None:
    """Ten thousand different hosts leave a bounded cache."""
    index = HostIndex([HostRule("*.example.com", "a")])
    for number in range(10_000):
        assert index.find(f"h{number}.example.com") is not None
    assert len(index._cache) <= 4096
