"""Keys of the tools around AI models: vector stores, tracing, gateways, agents, GPU clouds."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.secrets.shapes import ALNUM, HEX, LOWER, UUID, WORD, keyed, prefixed

__all__ = ["RECOGNIZERS"]

RECOGNIZERS: tuple[Recognizer, ...] = (
    prefixed("PINECONE_API_KEY", "pcsk_", WORD, 40, source="docs.pinecone.io API keys since 2024"),
    keyed(
        "PINECONE_API_KEY",
        "pinecone",
        UUID,
        length=36,
        name="pinecone_legacy_key",
        source="docs.pinecone.io API keys before 2024",
    ),
    prefixed(
        "LANGSMITH_API_KEY",
        r"lsv2_(?:pt|sk)_",
        HEX,
        32,
        32,
        tail="(?:_[0-9a-f]{10})?",
        source="docs.smith.langchain.com API keys",
    ),
    prefixed("LANGFUSE_SECRET_KEY", "sk-lf-", "[0-9a-f-]", 36, 36, source="langfuse.com API keys"),
    prefixed("HELICONE_API_KEY", "sk-helicone-", WORD, 16, source="docs.helicone.ai API keys"),
    prefixed("WANDB_API_KEY", "wandb_v1_", WORD, 30, source="docs.wandb.ai API keys since 2025"),
    keyed(
        "WANDB_API_KEY",
        "wandb|weights[_-]?and[_-]?biases",
        "[0-9a-f]{40}",
        length=40,
        name="wandb_legacy_key",
        source="docs.wandb.ai API keys",
    ),
    prefixed("MODAL_TOKEN", "a[ks]-", ALNUM, 22, 22, source="modal.com token id (ak-) and secret (as-)"),
    prefixed("E2B_API_KEY", "e2b_", HEX, 40, 40, source="e2b.dev API keys"),
    keyed(
        "BASETEN_API_KEY",
        "baseten",
        r"[0-9A-Za-z]{8}\.[0-9A-Za-z]{32}",
        length=41,
        source="docs.baseten.co API keys: 8, dot, 32 characters",
    ),
    prefixed("RUNPOD_API_KEY", "rpa_", ALNUM, 32, source="docs.runpod.io API keys"),
    keyed(
        "LAMBDA_CLOUD_API_KEY",
        "lambda[_-]?(?:labs|cloud)",
        r"secret_[\w-]{10,40}\.[0-9A-Za-z]{32}",
        length=80,
        source="docs.lambda.ai API keys",
    ),
    keyed(
        "QDRANT_API_KEY",
        "qdrant",
        r"[0-9A-Za-z_-]{40,60}(?:\|[0-9A-Za-z_-]{40,80})?",
        length=140,
        source="qdrant.tech database API keys",
    ),
    keyed("WEAVIATE_API_KEY", "weaviate|wcd[_-]", "[0-9A-Za-z]{36}", length=36, source="docs.weaviate.io API keys"),
    prefixed("LLAMA_CLOUD_API_KEY", "llx-", ALNUM, 40, source="docs.cloud.llamaindex.ai API keys"),
    prefixed("UNSTRUCTURED_API_KEY", "unst-", WORD, 24, source="docs.unstructured.io API keys"),
    prefixed("BRAINTRUST_API_KEY", "bt-st-", ALNUM, 32, source="braintrust.dev service tokens"),
    prefixed("GREPTILE_API_KEY", "greptile_", WORD, 24, source="docs.greptile.com API keys"),
    prefixed("COMPOSIO_API_KEY", "comp_", WORD, 20, source="docs.composio.dev API keys"),
    prefixed("APIFY_API_TOKEN", "apify_api_", ALNUM, 30, source="docs.apify.com API tokens"),
    prefixed("BROWSERBASE_API_KEY", "bb_(?:live|test)_", WORD, 20, source="docs.browserbase.com API keys"),
    prefixed("MEM0_API_KEY", "m0-", ALNUM, 40, 40, source="docs.mem0.ai API keys"),
    keyed("SERPAPI_API_KEY", "serp[_-]?api", "[0-9a-f]{64}", length=64, source="serpapi.com API keys"),
    keyed("SERPER_API_KEY", "serper", "[0-9a-f]{40}", length=40, source="serper.dev API keys"),
    prefixed("BRAVE_SEARCH_API_KEY", "BSA", WORD, 27, 28, source="api.search.brave.com subscription tokens"),
    prefixed("KAGGLE_API_TOKEN", "KGAT_", LOWER, 32, source="kaggle.com API tokens"),
    prefixed("ROBOFLOW_API_KEY", "rf_", ALNUM, 20, source="docs.roboflow.com publishable keys"),
    prefixed("LOGFIRE_TOKEN", "pylf_v[0-9]_[a-z]{2}_", ALNUM, 30, source="pydantic.dev/docs/logfire write tokens"),
)
