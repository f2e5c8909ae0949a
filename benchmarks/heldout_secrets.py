"""Secrets put together from their issuers' descriptions, in the places where people leave them; our patterns are not read.

A template names alphabets and lengths: ``{A36}`` = 36 letters or digits, ``h`` hexadecimal, ``U`` capitals and digits, ``w``
also ``_`` and ``-``, ``b`` base64, ``d`` digits 1-9, ``2`` base32 capitals.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator

from benchmarks.data import SEED

__all__ = ["issued_secrets"]

_ALPHABETS = {
    "A": string.ascii_letters + string.digits,
    "h": "0123456789abcdef",
    "l": string.ascii_lowercase + string.digits,
    "U": string.ascii_uppercase + string.digits,
    "w": string.ascii_letters + string.digits + "_-",
    "b": string.ascii_letters + string.digits + "+/",
    "d": "123456789",
    "2": string.ascii_uppercase + "234567",
}
_SLOT = re.compile(r"\{([AhlUwbd2])([0-9]+)\}")

_MARKED = (
    "AKIA{216}", "ASIA{216}", "ghp_{A36}", "gho_{A36}", "ghs_{A36}", "github_pat_{A22}_{A59}", "glpat-{w20}", "glrt-{w20}",
    "glptt-{h40}", "xoxb-{d12}-{d13}-{A24}", "xoxp-{d12}-{d12}-{d12}-{h32}", "xapp-1-A{U10}-{d13}-{h64}", "sk_live_{A24}",
    "sk_live_51{A97}", "sk_test_{A24}", "rk_live_{A24}", "whsec_{A32}", "sk-{A20}T3BlbkFJ{A20}", "sk-proj-{w74}T3BlbkFJ{w74}",
    "sk-svcacct-{w80}", "sk-ant-api03-{w93}AA", "sk-or-v1-{h64}", "AIza{w35}", "GOCSPX-{w28}", "ya29.{w120}", "npm_{A36}",
    "pypi-AgEIcHlwaS5vcmc{w120}", "SG.{w22}.{w43}", "key-{h32}", "{h32}-us12", "hf_{A34}", "dop_v1_{h64}", "doo_v1_{h64}",
    "hvs.{w92}", "hvb.{w140}", "MT{A22}.G{A5}.{w38}", "{d9}:AA{w33}", "shpat_{h32}", "shpss_{h32}", "sq0atp-{w22}",
    "sq0csp-{w43}", "dapi{h32}", "NRAK-{U27}", "NRJS-{h19}", "PMAK-{h24}-{h34}", "pul-{h40}", "{A14}.atlasv1.{w67}",
    "dp.pt.{A43}", "lin_api_{A40}", "secret_{A43}", "ntn_{d11}{A35}", "figd_{w40}", "pat{A14}.{h64}", "ATBB{A32}",
    "glsa_{A32}_{h8}", "sqp_{h40}", "sbp_{h40}", "rubygems_{h48}", "dckr_pat_{w27}", "sl.{w136}", "EAACEdEose0cBA{A120}",
    "AAAA{A7}:APA91b{w134}", "fm2_{b120}", "vercel_blob_rw_{A16}_{A30}", "pscale_tkn_{w43}", "pscale_pw_{w43}", "napi_{l64}",
    "CLOJARS_{l60}", "shippo_live_{h40}", "duffel_live_{w43}", "EZAK{A54}", "rdme_{l70}", "pnu_{l36}", "tfp_{w44}_{w14}",
    "CFPAT-{w43}", "aio_{A28}", "tskey-auth-k{A11}CNTRL-{A32}", "gsk_{A52}", "xai-{A80}", "pplx-{A48}", "r8_{A37}",
    "lsv2_pt_{h32}_{h10}", "xkeysib-{h64}-{A16}", "phx_{A43}", "re_{A8}_{A24}", "dt0c01.{U24}.{U64}", "sgp_{h16}_{h40}",
    "ico-{A32}", "LTAI5t{A18}", "AKID{A32}", "lin_oauth_{h64}", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI{A20}.{w43}",
)  # fmt: skip
_PLACES = (
    "{v}", "token: {v}", 'key="{v}"', "Authorization: Bearer {v}", "using {v} now", 'curl -H "X: {v}" https://x.io', '["{v}"]',
    "error: invalid key {v}.", "?t={v}&b=1", "export T={v}", "{v}\n", "키는 {v}입니다", "`{v}`", "<a>{v}</a>",
)  # fmt: skip
_NAMED = (
    ("aws_secret_access_key", "{b40}"), ("DATADOG_API_KEY", "{h32}"), ("CLOUDFLARE_API_TOKEN", "{w40}"), ("TWILIO_AUTH_TOKEN", "{h32}"),
    ("ALGOLIA_ADMIN_KEY", "{h32}"), ("MISTRAL_API_KEY", "{A32}"), ("DB_PASSWORD", "{A6}!{A5}"), ("password", "{A5}#{A6}"),
    ("client_secret", "{w36}"), ("api_key", "{A32}"), ("apiKey", "{h32}"), ("auth_token", "{A40}"), ("access_token", "{A48}"),
    ("OKTA_API_TOKEN", "00{w40}"), ("encryption_key", "{b43}="), ("smtp_password", "{A12}"), ("session_secret", "{A32}"),
    ("refresh_token", "{w64}"), ("webhook_secret", "{A32}"), ("x-api-key", "{A32}"), ("jwt_secret", "{A24}"),
    ("PGPASSWORD", "{A13}"), ("signing_key", "{h64}"), ("ELASTIC_PASSWORD", "{A20}"), ("STORAGE_ACCOUNT_KEY", "{b86}=="),
)  # fmt: skip
_ASSIGNED = (
    "{k}={v}", '{k}="{v}"', "{k} = '{v}'", "{k}: {v}", '"{k}": "{v}",', "export {k}={v}", "os.environ['{k}'] = '{v}'", '  {k}: "{v}"',
    "{k}={v}&x=1", "--{k} {v}", 'setenv {k} "{v}"', "const {k} = `{v}`;", "<{k}>{v}</{k}>", "ENV {k} {v}", '{k} := "{v}"',
)  # fmt: skip
_WHOLE = (
    ("postgres://app:{v}@db:5432/x", "{A14}"), ("mongodb+srv://root:{v}@c0.mongodb.net/?w=1", "{A16}"), ("redis://:{v}@cache:6379/0", "{A20}"),
    ("jdbc:mysql://h/db?user=root&password={v}", "{A12}"), ("Server=tcp:x;User ID=sa;Password={v};Encrypt=True", "{A13}!"),
    ("//registry.npmjs.org/:_authToken={v}", "npm_{A36}"), ("machine x.io login bob password {v}", "{A14}"),
    ("curl -u admin:{v} https://x.io", "{A12}"), ("mysql -uroot -p{v} db", "{A12}"), ("sshpass -p {v} ssh x", "{A12}"),
    ("AccountName=x;AccountKey={v};EndpointSuffix=core.windows.net", "{b86}=="), ("https://x.blob.core.windows.net/c?sv=2&sig={v}", "{A42}%3D"),
    ("define('DB_PASSWORD', '{v}');", "{A14}"), ("Cookie: sessionid={v}; theme=dark", "{l32}"), ("Set-Cookie: JSESSIONID={v}; Path=/", "{U32}"),
    ("my password is {v}", "{A9}1!"), ("비밀번호는 {v}입니다", "{A9}1!"), ("https://user:{v}@github.com/o/r.git", "ghp_{A36}"),
    ("-----BEGIN RSA PRIVATE KEY-----\n{v}\n-----END RSA PRIVATE KEY-----", "{b120}"), ("https://{v}@o1.ingest.sentry.io/42", "{h32}"),
    ("https://discord.com/api/webhooks/482910384756102938/{v}", "{w68}"), ("https://hooks.slack.com/services/{v}", "T{U10}/B{U10}/{A24}"),
    ("sqlplus scott/{v}@orcl", "{A10}"), ("spring.datasource.password={v}", "{A12}"), ("https://api.x.io/v1?access_token={v}", "{A40}"),
    ("grant_type=password&username=bob&password={v}&scope=x", "{A10}"), ("X-Vault-Token: {v}", "hvs.{w24}"),
)  # fmt: skip


def _drawn(template: str, rng: random.Random) -> str:
    return _SLOT.sub(lambda slot: "".join(rng.choices(_ALPHABETS[slot[1]], k=int(slot[2]))), template)


def _row(kind: str, frame: str, value: str, name: str = "") -> tuple[str, list[tuple[str, int, int]]]:
    before, _, after = frame.replace("{k}", name).partition("{v}")
    return before + value + after, [(kind, len(before), len(before) + len(value))]


def issued_secrets(each: int, seed: int = SEED) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """Yield text and spans ``(how the secret is told, start, end)``: by its mark, its name, or its place.

    Args:
        each: Texts of each template.
        seed: Seed of the generator.
    """
    rng = random.Random(seed)
    for template in _MARKED:
        for _ in range(each):
            yield _row("by its mark", rng.choice(_PLACES), _drawn(template, rng))
    for name, template in _NAMED:
        for _ in range(each):
            yield _row("by its name", rng.choice(_ASSIGNED), _drawn(template, rng), name)
    for frame, template in _WHOLE:
        for _ in range(each):
            yield _row("by its place", frame, _drawn(template, rng))
