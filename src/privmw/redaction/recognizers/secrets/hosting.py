"""Keys of hosts, edge networks and smaller clouds."""

from __future__ import annotations

from privmw.redaction.recognizers.base import ChecksumPolicy, Recognizer
from privmw.redaction.recognizers.secrets.plausibility import looks_random
from privmw.redaction.recognizers.secrets.shapes import ALNUM, BASE64, HEX, LEFT, LOWER, UUID, WORD, keyed, prefixed

__all__ = ["RECOGNIZERS"]

_UPPER = "[0-9A-Z]"

RECOGNIZERS: tuple[Recognizer, ...] = (
    prefixed("DIGITALOCEAN_TOKEN", "dop_v1_", HEX, 64, source="docs.digitalocean.com personal access tokens"),
    prefixed(
        "DIGITALOCEAN_TOKEN",
        "doo_v1_",
        HEX,
        64,
        name="digitalocean_oauth_token",
        source="docs.digitalocean.com OAuth tokens",
    ),
    prefixed(
        "DIGITALOCEAN_TOKEN",
        "dor_v1_",
        HEX,
        64,
        name="digitalocean_refresh_token",
        source="docs.digitalocean.com refresh tokens",
    ),
    prefixed("DIGITALOCEAN_SPACES_KEY", "DO(?:00|801)", _UPPER, 16, 17, source="docs.digitalocean.com Spaces keys"),
    prefixed("FLYIO_TOKEN", "fo1_", WORD, 43, source="fly.io access tokens"),
    prefixed(
        "FLYIO_TOKEN",
        "fm(?:1[ar]|2)_",
        BASE64,
        60,
        name="flyio_macaroon",
        tail="={0,3}",
        source="fly.io macaroon tokens",
    ),
    prefixed("HEROKU_API_KEY", "HRKU-", WORD, 36, source="devcenter.heroku.com API keys since 2024"),
    keyed(
        "HEROKU_API_KEY",
        "heroku",
        UUID,
        length=36,
        name="heroku_legacy_key",
        source="devcenter.heroku.com API keys before 2024",
    ),
    prefixed("RENDER_API_KEY", "rnd_", ALNUM, 28, source="render.com API keys"),
    prefixed("NETLIFY_TOKEN", "nf[pcou]_", ALNUM, 36, source="docs.netlify.com tokens since 2023"),
    keyed(
        "NETLIFY_TOKEN",
        "netlify",
        r"[0-9A-Za-z=_-]{40,46}",
        length=46,
        name="netlify_legacy_token",
        source="docs.netlify.com personal access tokens",
    ),
    prefixed("VERCEL_TOKEN", "vc[abcikprt]_", WORD, 24, source="vercel.com tokens since 2025"),
    keyed(
        "VERCEL_TOKEN",
        "vercel",
        "[0-9A-Za-z]{24}",
        length=24,
        name="vercel_legacy_token",
        source="vercel.com access tokens",
    ),
    prefixed("VERCEL_BLOB_TOKEN", "vercel_blob_rw_", WORD, 24, source="vercel.com Blob read-write tokens"),
    keyed("RAILWAY_TOKEN", "railway", UUID, length=36, source="docs.railway.com tokens"),
    prefixed(
        "SUPABASE_KEY",
        "sb(?:p|_secret|_publishable)_",
        WORD,
        22,
        source="supabase.com access tokens (sbp_) and API keys (sb_secret_)",
    ),
    keyed("LINODE_TOKEN", "linode", "[0-9a-f]{64}", length=64, source="techdocs.akamai.com Linode tokens"),
    keyed("VULTR_API_KEY", "vultr", "[0-9A-Z]{36}", length=36, source="vultr.com API keys"),
    keyed("HETZNER_TOKEN", "hetzner|hcloud", "[0-9A-Za-z]{64}", length=64, source="docs.hetzner.cloud API tokens"),
    prefixed("SCALEWAY_ACCESS_KEY", "SCW", _UPPER, 17, exact=True, source="scaleway.com API keys"),
    keyed("SCALEWAY_SECRET_KEY", "scaleway|scw[_-]secret", UUID, length=36, source="scaleway.com API keys"),
    prefixed("SCALINGO_TOKEN", "tk-us-", WORD, 48, source="developers.scalingo.com API tokens"),
    keyed(
        "IBM_CLOUD_API_KEY",
        r"ibm(?:[_-]?cloud)?|bluemix",
        "[0-9A-Za-z_-]{44}",
        length=44,
        source="cloud.ibm.com API keys",
    ),
    keyed(
        "CLOUDFLARE_API_KEY",
        "cloudflare|cf[_-]api",
        "[0-9A-Za-z_-]{40}",
        length=40,
        source="developers.cloudflare.com API tokens",
    ),
    keyed(
        "CLOUDFLARE_API_KEY",
        "cloudflare|cf[_-]api|x-auth-key",
        "[0-9a-f]{37}",
        length=37,
        name="cloudflare_global_key",
        source="developers.cloudflare.com global API keys",
    ),
    prefixed(
        "CLOUDFLARE_ORIGIN_CA_KEY", r"v1\.0-[0-9a-f]{24}-", HEX, 100, source="developers.cloudflare.com origin CA keys"
    ),
    prefixed(
        "CLOUDFLARE_API_KEY",
        "cf(?:ut|at|k)_",
        ALNUM,
        40,
        name="cloudflare_prefixed_token",
        source="developers.cloudflare.com tokens since 2025",
    ),
    prefixed(
        "CLOUDFLARE_TURNSTILE_SECRET", "0x4AAAAAAA", WORD, 20, source="developers.cloudflare.com Turnstile secret keys"
    ),
    keyed("FASTLY_API_TOKEN", "fastly", "[0-9A-Za-z=_-]{32}", length=32, source="docs.fastly.com API tokens"),
    prefixed(
        "AKAMAI_TOKEN",
        "akab-",
        r"[0-9a-z]",
        16,
        tail="-[0-9a-z]{16}",
        source="techdocs.akamai.com EdgeGrid client and access tokens",
    ),
    prefixed(
        "TAILSCALE_KEY", "tskey-(?:api|auth|client|scim|webhook)-", "[0-9A-Za-z-]", 20, source="tailscale.com keys"
    ),
    prefixed(
        "NGROK_TOKEN",
        "(?:ak|cr|ngrok)_2",
        ALNUM,
        26,
        tail="(?:_[0-9A-Za-z]{16,32})?",
        source="ngrok.com API keys and credentials",
    ),
    prefixed("DEFINED_NETWORKING_TOKEN", "dnkey-", "[0-9A-Za-z=_-]", 26, source="docs.defined.net API keys"),
    keyed(
        "OVH_SECRET",
        r"ovh[\w.-]{0,24}(?:secret|key)",
        "[0-9A-Za-z]{32}",
        length=32,
        source="api.ovh.com application secrets",
    ),
    prefixed(
        "OCI_AUTH_TOKEN",
        r"ocid1\.(?:apikey|credential|authtoken|secret)\.oc[0-9]{1,3}\.[a-z0-9-]{0,32}\.",
        LOWER,
        40,
        source="docs.oracle.com OCI credential identifiers",
    ),
    Recognizer(
        name="openshift_user_token",
        entity_type="OPENSHIFT_TOKEN",
        pattern=LEFT + r"sha256~[0-9A-Za-z_-]{43}(?![0-9A-Za-z_-])",
        trigger=r"sha256~[0-9A-Za-z_-]{16}",
        lookback=40,
        lookahead=64,
        score=0.95,
        checksum=looks_random,
        policy=ChecksumPolicy.REQUIRED,
        secret=True,
        source="docs.openshift.com user tokens",
    ),
    keyed(
        "MERAKI_API_KEY",
        "meraki",
        "[0-9a-f]{40}",
        length=40,
        exact_case=True,
        source="developer.cisco.com Meraki API keys",
    ),
)
