"""Keys of the AI providers that answer prompts, speak, draw or transcribe."""

from __future__ import annotations

from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.secrets.plausibility import not_masked
from privmw.redaction.recognizers.secrets.shapes import ALNUM, BASE64, HEX, LEFT, LOWER, UUID, WORD, keyed, prefixed

__all__ = ["RECOGNIZERS"]

_OPENAI = Recognizer(
    name="openai_api_key",
    entity_type="OPENAI_API_KEY",
    # Also the shape of the many providers that copied it; keys minted before 2024 have no second dash.
    pattern=LEFT
    + r"sk-(?:(?:proj|svcacct|service|admin|None)-[0-9A-Za-z_-]{16,4096}|[0-9A-Za-z]{16,4096})(?![0-9A-Za-z_])",
    trigger=r"sk-(?:(?:proj|svcacct|service|admin|None)-[0-9A-Za-z_-]{16}|[0-9A-Za-z]{16})",
    lookback=48,
    lookahead=256,
    score=0.95,
    checksum=not_masked,
    policy=ChecksumPolicy.REQUIRED,
    secret=True,
    source="platform.openai.com API keys; T3BlbkFJ (base64 of OpenAI) marks the middle",
)

_FAL = Recognizer(
    name="fal_api_key",
    entity_type="FAL_API_KEY",
    pattern=rf"[fFkK](?:(?<=[fF])(?i:al)|(?<=[kK])(?i:ey))[^\r\n]{{0,32}}?{LEFT}(?P<value>{UUID}:{HEX}{{32}})(?![0-9A-Za-z_])",
    # Nothing in the key is literal; a trigger on its hexadecimal digits alone costs more than all other kinds together.
    trigger=r"(?i:fal|key)[^\r\n]{0,32}[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-",
    lookback=64,
    lookahead=64,
    score=0.95,
    secret=True,
    source="fal.ai authentication: FAL_KEY is key id, colon, key secret",
)

_AZURE_84 = Recognizer(
    name="azure_ai_identifiable_key",
    entity_type="AZURE_OPENAI_API_KEY",
    pattern=LEFT + r"[0-9A-Za-z]{52}JQQJ9[9D][0-9A-Za-z]{10}[0-9A-Za-z]{16,20}(?![0-9A-Za-z_])",
    trigger=r"[0-9A-Za-z]JQQJ9[9D][0-9A-Za-z]",
    lookback=64,
    lookahead=48,
    score=1.0,
    secret=True,
    source="Microsoft common annotated security keys: fixed mark JQQJ99 at offset 52 of 84",
)

RECOGNIZERS: tuple[Recognizer, ...] = (
    _OPENAI,
    prefixed(
        "ANTHROPIC_API_KEY",
        "sk-ant-",
        WORD,
        16,
        source="docs.anthropic.com API keys (sk-ant-api03-, sk-ant-admin01-, sk-ant-oat01-)",
    ),
    prefixed("GOOGLE_API_KEY", "AIza", WORD, 35, 35, source="cloud.google.com API keys; Gemini uses the same"),
    prefixed(
        "GOOGLE_API_KEY",
        r"AQ\.Ab",
        WORD,
        30,
        name="gemini_express_key",
        source="ai.google.dev keys bound to a service account",
    ),
    _AZURE_84,
    keyed(
        "AZURE_OPENAI_API_KEY",
        "azure[ _-]?(?:open[_-]?ai|ai|cognitive|api|inference|key)",
        r"[0-9a-f]{32}",
        length=32,
        source="learn.microsoft.com Azure AI services keys",
    ),
    prefixed("REPLICATE_API_TOKEN", "r8_", ALNUM, 32, source="replicate.com API tokens, 40 characters"),
    prefixed("GROQ_API_KEY", "gsk_", ALNUM, 40, source="console.groq.com API keys, 56 characters"),
    keyed("COHERE_API_KEY", "cohere|co_api_key", "[0-9A-Za-z]{40}", length=40, source="dashboard.cohere.com API keys"),
    keyed("MISTRAL_API_KEY", "mistral", "[0-9A-Za-z]{32}", length=32, source="console.mistral.ai API keys"),
    prefixed("XAI_API_KEY", "xai-", ALNUM, 40, source="console.x.ai API keys, 84 characters"),
    prefixed("FIREWORKS_API_KEY", "fw_", ALNUM, 20, source="docs.fireworks.ai API keys"),
    prefixed("CEREBRAS_API_KEY", "csk-", LOWER, 32, source="inference-docs.cerebras.ai API keys, 52 characters"),
    prefixed("PERPLEXITY_API_KEY", "pplx-", ALNUM, 32, source="docs.perplexity.ai API keys, 53 characters"),
    prefixed("ELEVENLABS_API_KEY", "sk_", HEX, 48, 48, source="elevenlabs.io API keys since 2024"),
    keyed(
        "ELEVENLABS_API_KEY",
        "xi-api-key|eleven[_-]?labs",
        "[0-9a-f]{32}",
        length=32,
        name="elevenlabs_legacy_key",
        source="elevenlabs.io API keys before 2024",
    ),
    _FAL,
    keyed("DEEPINFRA_API_KEY", "deep[_-]?infra", "[0-9A-Za-z]{32}", length=32, source="deepinfra.com API tokens"),
    prefixed(
        "DEEPSEEK_API_KEY", "sk-ds-", ALNUM, 24, source="platform.deepseek.com; the plain form is sk- like OpenAI's"
    ),
    prefixed("OPENROUTER_API_KEY", "sk-or-v1-", HEX, 32, source="openrouter.ai API keys, 64 hexadecimal digits"),
    prefixed("HUGGINGFACE_TOKEN", "hf_", ALNUM, 30, source="huggingface.co user access tokens, 37 characters"),
    prefixed(
        "HUGGINGFACE_TOKEN",
        "api_org_",
        ALNUM,
        30,
        name="huggingface_organization_token",
        source="huggingface.co organisation tokens",
    ),
    prefixed("NVIDIA_API_KEY", "nvapi-", WORD, 40, source="build.nvidia.com API keys, 70 characters"),
    prefixed("TOGETHER_API_KEY", "tgp_v1_", WORD, 32, source="api.together.ai keys since 2025"),
    keyed(
        "TOGETHER_API_KEY",
        "together",
        "[0-9a-f]{64}",
        length=64,
        name="together_legacy_key",
        source="api.together.ai keys before 2025",
    ),
    prefixed("ANYSCALE_API_KEY", "esecret_", LOWER, 24, source="docs.anyscale.com credentials"),
    prefixed("VOYAGE_API_KEY", "pa-", WORD, 43, 43, source="docs.voyageai.com API keys"),
    prefixed("JINA_API_KEY", "jina_", WORD, 40, source="jina.ai API keys"),
    prefixed("TAVILY_API_KEY", "tvly-", WORD, 24, source="docs.tavily.com API keys (tvly-, tvly-dev-)"),
    prefixed("FIRECRAWL_API_KEY", "fc-", HEX, 32, 32, source="docs.firecrawl.dev API keys"),
    prefixed("EXA_API_KEY", "exa-", WORD, 32, source="docs.exa.ai API keys"),
    keyed(
        "ASSEMBLYAI_API_KEY", "assembly[_-]?ai|aai[_-]api", "[0-9a-f]{32}", length=32, source="assemblyai.com API keys"
    ),
    keyed("DEEPGRAM_API_KEY", "deepgram", "[0-9a-f]{40}", length=40, source="developers.deepgram.com API keys"),
    prefixed("RUNWAY_API_KEY", "key_", HEX, 128, 128, source="docs.dev.runwayml.com API secrets"),
    prefixed("CARTESIA_API_KEY", "sk_car_", ALNUM, 20, source="docs.cartesia.ai API keys"),
    keyed("AI21_API_KEY", "ai21", "[0-9A-Za-z]{32}", length=32, source="docs.ai21.com API keys"),
    keyed("WRITER_API_KEY", "writer[_-]api", "[0-9A-Za-z]{32,64}", length=64, source="dev.writer.com API keys"),
    keyed(
        "ZHIPU_API_KEY",
        "zhipu|bigmodel|glm[_-]|zai[_-]",
        r"[0-9a-f]{32}\.[0-9A-Za-z]{16}",
        length=49,
        source="open.bigmodel.cn API keys: id, dot, secret",
    ),
    keyed("SAMBANOVA_API_KEY", "samba[_-]?nova", UUID, length=36, source="cloud.sambanova.ai API keys"),
    prefixed("CURSOR_API_KEY", "crsr_", HEX, 32, source="cursor.com dashboard API keys"),
    prefixed(
        "AWS_BEDROCK_API_KEY",
        "ABSK",
        BASE64,
        100,
        source="docs.aws.amazon.com Bedrock long-term API keys",
        tail="={0,2}",
    ),
    prefixed(
        "AWS_BEDROCK_API_KEY",
        "bedrock-api-key-",
        BASE64,
        64,
        name="aws_bedrock_short_key",
        tail="={0,2}",
        source="docs.aws.amazon.com Bedrock short-term API keys",
    ),
    keyed("PRIVATEAI_API_KEY", "private[_-]?ai", "[0-9a-z]{32}", length=32, source="docs.private-ai.com API keys"),
    keyed("CLARIFAI_API_KEY", "clarifai", "[0-9a-f]{32}", length=32, source="docs.clarifai.com personal access tokens"),
    keyed(
        "LUMA_API_KEY",
        "luma[_-]?(?:ai|api)",
        "(?:luma-)?[0-9a-f-]{36,4096}",
        length=160,
        source="docs.lumalabs.ai API keys",
    ),
    keyed("WATSONX_API_KEY", "watson[_-]?x?", "[0-9A-Za-z_-]{44}", length=44, source="cloud.ibm.com API keys"),
)
