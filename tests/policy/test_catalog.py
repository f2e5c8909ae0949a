"""The catalogue knows all processors that the first published policy names, with a source for each fact."""

from __future__ import annotations

import pytest

from privmw.policy.catalog import CatalogEntry, entries
from privmw.settings.countries import COUNTRIES
from privmw.settings.periods import parse_period

AI = {
    "anthropic",
    "azure",
    "cerebras",
    "cohere",
    "deepinfra",
    "elevenlabs",
    "fal",
    "fireworks",
    "google",
    "groq",
    "mistral",
    "openai",
    "perplexity",
    "replicate",
    "xai",
}
OTHERS = {
    "aws_s3",
    "clerk",
    "cloudflare",
    "cloudinary",
    "creem",
    "mongodb_atlas",
    "posthog",
    "sentry",
    "vercel",
    "vercel_analytics",
}
EACH = [pytest.param(entry, id=key) for key, entry in entries().items()]


def test_all_twenty_five_are_there() -> None:
    """Fifteen AI providers and ten others, no more and no less."""
    assert AI == {key for key, entry in entries().items() if entry.ai}
    assert OTHERS == {key for key, entry in entries().items() if not entry.ai}


@pytest.mark.parametrize("entry", EACH)
def test_entry_is_whole(entry: CatalogEntry) -> None:
    """Name, policy, hosts and countries are there; codes and periods are valid."""
    assert entry.legal_name
    assert entry.policy_url.startswith("https://")
    assert entry.hosts
    assert entry.countries
    assert {*entry.countries, *(rule.country for rule in entry.hosts if rule.country)} <= COUNTRIES | {"EU"}
    assert all(rule.pattern == rule.pattern.lower() for rule in entry.hosts)
    assert entry.default_retention is None or parse_period(entry.default_retention) is not None
    assert entry.channel in ("outbound", "ambient", "browser")
    assert (entry.provider_name is not None) == entry.ai


@pytest.mark.parametrize("entry", EACH)
def test_each_fact_has_a_source(entry: CatalogEntry) -> None:
    """Where a fact comes from is written down, also where nobody verified it."""
    asked = {"legal_name", "hosts", "countries", "policy_url"}
    asked |= {"provider_name", "retention"} if entry.ai else set()
    asked |= {"no_store"} if entry.no_store else set()
    asked |= {"housekeeping"} if entry.housekeeping else set()
    assert asked <= set(entry.sources)
    assert all(entry.sources.values())


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("openai", "openai"),
        ("anthropic", "anthropic"),
        ("google", "gcp.gemini"),
        ("azure", "azure.ai.openai"),
        ("groq", "groq"),
        ("cohere", "cohere"),
        ("mistral", "mistral_ai"),
        ("xai", "x_ai"),
        ("perplexity", "perplexity"),
        ("fireworks", "fireworks"),
    ],
)
def test_provider_names_follow_opentelemetry(key: str, name: str) -> None:
    """gen_ai.provider.name is OpenTelemetry's where it has one, ours where it has none."""
    assert name == entries()[key].provider_name
