"""Hand-written examples of secrets, from the issuers' descriptions, put together at run time."""

from __future__ import annotations

import base64
import json
import random
import string
import zlib

_ALPHABETS = {
    "A": string.ascii_letters + string.digits,
    "h": "0123456789abcdef",
    "l": string.ascii_lowercase + string.digits,
    "U": string.ascii_uppercase + string.digits,
    "w": string.ascii_letters + string.digits + "_-",
    "b": string.ascii_letters + string.digits + "+/",
    "d": string.digits,
}


def build(template: str, seed: str = "") -> str:
    """Fill ``{h32}`` with 32 hexadecimal digits, ``{A20}`` with 20 letters or digits, ``{u}`` with a UUID."""
    rng = random.Random(template + seed)
    parts = template.split("{")
    text = parts[0]
    for part in parts[1:]:
        spec, _, rest = part.partition("}")
        if spec == "u":
            digits = "".join(rng.choices("0123456789abcdef", k=32))
            text += f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
        else:
            text += "".join(rng.choices(_ALPHABETS[spec[0]], k=int(spec[1:])))
        text += rest
    return text


def segment(value: object) -> str:
    """One base64url segment of a JOSE token."""
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()


def jwt() -> str:
    """A JWT with three parts."""
    return f"{segment({'alg': 'HS256', 'typ': 'JWT'})}.{segment({'sub': '1234567890'})}.{build('{w43}')}"


def github(prefix: str) -> str:
    """A GitHub token with its checksum: the CRC-32 of the random part in base 62."""
    body, number, crc = build("{A30}", prefix), 0, ""
    number = zlib.crc32(body.encode())
    while number:
        number, rest = divmod(number, 62)
        crc = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[rest] + crc
    return f"{prefix}{body}{crc.rjust(6, '0')}"


TEMPLATES = {
    "OPENAI_API_KEY": ("sk-{A20}T3BlbkFJ{A20}", "sk-proj-{w74}T3BlbkFJ{w74}", "sk-svcacct-{w74}T3BlbkFJ{w74}"),
    "ANTHROPIC_API_KEY": ("sk-ant-api03-{w93}AA", "sk-ant-admin01-{w93}AA"),
    "GOOGLE_API_KEY": ("AIza{w35}",),
    "AZURE_OPENAI_API_KEY": ("AZURE_OPENAI_API_KEY={h32}", "{A52}JQQJ99{A26}"),
    "REPLICATE_API_TOKEN": ("r8_{A37}",),
    "GROQ_API_KEY": ("gsk_{A52}",),
    "COHERE_API_KEY": ("COHERE_API_KEY={A40}", 'cohere.Client("{A40}")'.replace("Client(", "api_key=")),
    "MISTRAL_API_KEY": ('mistral_api_key: "{A32}"',),
    "XAI_API_KEY": ("xai-{A80}",),
    "FIREWORKS_API_KEY": ("fw_{A24}",),
    "CEREBRAS_API_KEY": ("csk-{l48}",),
    "PERPLEXITY_API_KEY": ("pplx-{A48}",),
    "ELEVENLABS_API_KEY": ("sk_{h48}", "xi-api-key: {h32}"),
    "FAL_API_KEY": ("FAL_KEY={u}:{h32}", "Authorization: Key {u}:{h32}"),
    "DEEPINFRA_API_KEY": ("DEEPINFRA_API_KEY={A32}",),
    "HUGGINGFACE_TOKEN": ("hf_{A34}",),
    "AWS_ACCESS_KEY_ID": ("AKIA{U16}", "ASIA{U16}"),
    "AWS_SECRET_ACCESS_KEY": ("aws_secret_access_key = {b40}",),
    "GITLAB_TOKEN": ("glpat-{w20}", "glrt-{w20}"),
    "STRIPE_API_KEY": ("sk_live_{A24}", "rk_test_{A24}"),
    "SLACK_TOKEN": ("xoxb-{d12}-{d12}-{A24}", "xoxp-{d11}-{d11}-{d12}-{h32}"),
    "SLACK_WEBHOOK": ("https://hooks.slack.com/services/T{U8}/B{U8}/{A24}",),
    "TWILIO_API_KEY": ("SK{h32}",),
    "SENDGRID_API_KEY": ("SG.{w22}.{w43}",),
    "PYPI_TOKEN": ("pypi-AgEIcHlwaS5vcmc{w60}",),
    "VAULT_TOKEN": ("hvs.{w95}",),
    "DATABRICKS_TOKEN": ("dapi{h32}",),
    "SHOPIFY_TOKEN": ("shpat_{h32}",),
    "TOSS_PAYMENTS_KEY": ("test_gsk_{A29}",),
    "KAKAO_API_KEY": ("KAKAO_REST_API_KEY={h32}",),
    "TELEGRAM_BOT_TOKEN": ("{d10}:A{w34}",),
    "AZURE_CLIENT_SECRET": ("{A3}8Q~{w34}",),
    "AZURE_STORAGE_KEY": (
        "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={b86}==;EndpointSuffix=core.windows.net",
    ),
    "AZURE_SAS_TOKEN": ("https://x.blob.core.windows.net/c/f?sv=2024-11-04&sr=b&sig={A40}%3D",),
    "AWS_SIGNATURE": ("https://b.s3.amazonaws.com/k?X-Amz-Expires=600&X-Amz-Signature={h64}",),
    "URL_CREDENTIALS": ("postgres://svc:{A12}@db.internal:5432/app", "https://user:{A10}@example.org/x"),
    "URL_SECRET": ("https://api.example.org/v1?access_token={A24}&page=2", "/cb?code={A32}&x=1"),
    "BEARER_TOKEN": ("Authorization: Bearer {A40}", "curl -H 'authorization: bearer {w32}'"),
    "API_KEY": ("X-Api-Key: {A32}",),
    "COOKIE": ("Cookie: theme=dark; sid={A24}",),
    "SESSION_ID": ("JSESSIONID={U32}",),
    "PASSWORD": ('password = "correct horse battery"', "password=hunter2", "DB_PASSWORD=s3cr3t!", "비밀번호: {A6}1!"),
    "SECRET": ("client_secret={A32}", '"api_token": "{A24}"', "SECRET_KEY='{w50}'"),
    "DATABASE_PASSWORD": (
        "Server=db;Database=app;User Id=sa;Password={A12};Encrypt=true",
        "host=db user=svc password={A14}",
    ),
    "NPM_TOKEN": ("//registry.example.org/:_authToken={u}",),
    "DOCKER_TOKEN": ("dckr_pat_{w27}",),
    "SENTRY_DSN_KEY": ("https://{h32}@o1.ingest.example.org/42",),
    "DISCORD_TOKEN": ("M{A25}.{w6}.{w38}",),
    "AGE_SECRET_KEY": ("AGE-SECRET-KEY-1" + "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE",),
    "WIREGUARD_PRIVATE_KEY": ("PrivateKey = {b42}A=",),
}

HARMLESS = (
    "2026-05-17T10:00:00Z INFO api request_id=7f3a9c21 status=200 duration_ms=12 token_count=512",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 etag=5d41402abc4b2a76b9719d911017c592",
    "Please enter your password and press the key; the token was refused, the secret is safe.",
    "password: must be at least 8 characters",
    "password=<PASSWORD> token=<SECRET> Authorization: <AUTHORIZATION>",
    "password=******** api_key=${API_KEY} secret={{ secret }} token=$TOKEN key=%s",
    "api_key=YOUR_API_KEY token=xxxxxxxxxxxxxxxxxxxxxxxx secret=<token>",
    "password=[PASSWORD_7Q2K9XW4TB] client_secret=[SECRET_7Q2K9XW4TB]",
    "max_tokens=4096 prompt_tokens: 1532 cache_key=user:profile sort_key=created_at primary_key=id",
    "GET /v1/users?page=2&sort=name&key=short HTTP/1.1",
    "https://example.org:8443/path user@example.org:22",
    "password = os.environ['DB_PASSWORD']",
    "token = get_token(request)",
    "Bearer authentication is required; basic training starts at noon",
    "sk-spinner sk-fading-circle task-runner-identifier risk-assessment-of-the-year",
)
