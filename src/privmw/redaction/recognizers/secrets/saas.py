"""Keys of office, design, content, CRM and other hosted services."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.secrets.plausibility import looks_random
from privmw.redaction.recognizers.secrets.shapes import ALNUM, HEX, LOWER, UUID, WORD, keyed, prefixed

__all__ = ["RECOGNIZERS"]

RECOGNIZERS: tuple[Recognizer, ...] = (
    prefixed("NOTION_TOKEN", "ntn_[0-9]{11}", ALNUM, 35, source="developers.notion.com integration tokens since 2024"),
    prefixed(
        "NOTION_TOKEN",
        "secret_",
        ALNUM,
        43,
        exact=True,
        name="notion_legacy_token",
        source="developers.notion.com integration tokens before 2024",
    ),
    prefixed("LINEAR_API_KEY", "lin_(?:api|oauth|wh)_", ALNUM, 32, source="linear.app API keys"),
    keyed("LINEAR_CLIENT_SECRET", "linear", "[0-9a-f]{32}", length=32, source="linear.app OAuth client secrets"),
    prefixed(
        "ASANA_TOKEN", "[0-2]/[0-9]{13,18}[/:]", r"[0-9a-f/:]", 32, source="developers.asana.com personal access tokens"
    ),
    keyed(
        "ASANA_SECRET",
        "asana",
        "[0-9a-z]{32}|[0-9]{16}",
        length=32,
        source="developers.asana.com client ids and secrets",
    ),
    prefixed("AIRTABLE_TOKEN", r"pat[0-9A-Za-z]{14}\.", HEX, 64, source="airtable.com personal access tokens"),
    keyed(
        "AIRTABLE_TOKEN",
        "airtable",
        "key[0-9A-Za-z]{14}|[0-9a-zA-Z]{17}",
        length=17,
        name="airtable_legacy_key",
        source="airtable.com API keys before 2024",
    ),
    prefixed("FIGMA_TOKEN", "fig[dour]_", WORD, 36, source="figma.com personal access tokens"),
    prefixed("CANVA_SECRET", "cnvca", WORD, 40, source="canva.dev client secrets"),
    prefixed(
        "HUBSPOT_TOKEN",
        "pat-(?:na|eu|ap)[0-9]-",
        "[0-9a-f-]",
        36,
        exact=True,
        source="developers.hubspot.com private app tokens",
    ),
    keyed(
        "HUBSPOT_TOKEN",
        "hubspot|hapikey",
        UUID,
        length=36,
        name="hubspot_legacy_key",
        source="developers.hubspot.com API keys",
    ),
    prefixed(
        "SALESFORCE_TOKEN",
        "00D[0-9A-Za-z]{12,15}!",
        "[0-9A-Za-z_.]",
        80,
        source="developer.salesforce.com session ids and access tokens",
    ),
    keyed("ZENDESK_SECRET", "zendesk", "[0-9A-Za-z]{40}", length=40, source="developer.zendesk.com API tokens"),
    keyed(
        "INTERCOM_TOKEN", "intercom", "[0-9A-Za-z=_-]{60}", length=60, source="developers.intercom.com access tokens"
    ),
    keyed(
        "FRESHDESK_KEY",
        "fresh(?:desk|service|works)",
        "[0-9A-Za-z]{20}",
        length=20,
        source="developers.freshdesk.com API keys",
    ),
    keyed(
        "CONTENTFUL_TOKEN", "contentful", "[0-9A-Za-z=_-]{43}", length=43, source="contentful.com delivery API tokens"
    ),
    prefixed(
        "CONTENTFUL_TOKEN",
        "CFPAT-",
        WORD,
        43,
        name="contentful_management_token",
        source="contentful.com management tokens",
    ),
    keyed("PRISMIC_TOKEN", "prismic", "MC[0-9A-Za-z_.-]{40,120}", length=122, source="prismic.io API tokens"),
    prefixed("TYPEFORM_TOKEN", "tfp_", "[0-9A-Za-z=_.-]", 40, source="typeform.com personal tokens"),
    prefixed("DROPBOX_TOKEN", r"sl\.(?:u\.)?", WORD, 100, source="dropbox.com short-lived tokens"),
    keyed(
        "DROPBOX_TOKEN",
        "dropbox",
        "[0-9a-zA-Z]{11}AAAAAAAAAA[0-9A-Za-z=_-]{43}|[0-9a-z]{15}",
        length=64,
        name="dropbox_legacy_token",
        source="dropbox.com long-lived tokens and app secrets",
    ),
    keyed(
        "BOX_SECRET",
        r"box[_-](?:client|app|dev|access)",
        "[0-9A-Za-z]{32}",
        length=32,
        source="developer.box.com client secrets",
    ),
    prefixed("FRAMEIO_TOKEN", "fio-u-", "[0-9A-Za-z=_-]", 60, source="developer.frame.io tokens"),
    prefixed(
        "MAPBOX_TOKEN", r"[ps]k\.eyJ", WORD, 40, tail=r"\.[0-9A-Za-z_-]{20,24}", source="docs.mapbox.com access tokens"
    ),
    keyed(
        "MAPBOX_TOKEN",
        "mapbox",
        r"[ps]k\.[0-9A-Za-z]{60}\.[0-9A-Za-z]{22}",
        length=90,
        name="mapbox_keyed_token",
        source="docs.mapbox.com access tokens",
    ),
    keyed("ALGOLIA_API_KEY", "algolia", "[0-9a-zA-Z]{32}", length=32, source="algolia.com API keys"),
    keyed("ADAFRUIT_KEY", "adafruit", "[0-9A-Za-z_-]{32}", length=32, source="io.adafruit.com keys"),
    prefixed("ADAFRUIT_KEY", "aio_", ALNUM, 28, 28, name="adafruit_io_key", source="io.adafruit.com keys since 2020"),
    keyed("ADOBE_CLIENT_ID", "adobe", "[0-9a-f]{32}", length=32, source="developer.adobe.com OAuth client ids"),
    prefixed("ADOBE_CLIENT_SECRET", "p8e-", ALNUM, 32, source="developer.adobe.com OAuth client secrets"),
    keyed(
        "OKTA_TOKEN",
        "okta",
        r"00[0-9A-Za-z_=-]{39,42}",
        length=44,
        exact_case=True,
        source="developer.okta.com API tokens",
    ),
    keyed("AUTH0_SECRET", "auth0", "[0-9A-Za-z_-]{64}", length=64, source="auth0.com client secrets"),
    prefixed(
        "CLERK_SECRET_KEY",
        "sk_(?:live|test)_",
        ALNUM,
        40,
        exact=True,
        name="clerk_secret_key",
        source="clerk.com secret keys",
    ),
    keyed(
        "STYTCH_SECRET", "stytch", "secret-(?:live|test)-[0-9A-Za-z=_-]{32,48}", length=62, source="stytch.com secrets"
    ),
    prefixed(
        "AUTHRESS_KEY",
        r"(?:sc|ext|scauth|authress)_[0-9a-z]{5,30}\.[0-9a-z]{4,6}\.acc[_-][0-9a-z-]{10,32}\.",
        r"[0-9A-Za-z+/_=-]",
        30,
        room=96,
        source="authress.io service client keys",
    ),
    prefixed(
        "BEAMER_TOKEN", "b_", "[0-9A-Za-z=_-]", 44, exact=True, check=looks_random, source="getbeamer.com API keys"
    ),
    keyed("CONFLUENT_KEY", "confluent", "[0-9A-Za-z]{16}", length=16, source="docs.confluent.io API keys"),
    keyed("CONFLUENT_SECRET", "confluent", "[0-9A-Za-z+/]{64}", length=64, source="docs.confluent.io API secrets"),
    keyed(
        "NYTIMES_API_KEY",
        "nytimes|new[_-]?york[_-]?times,?",
        "[0-9A-Za-z=_-]{32}",
        length=32,
        source="developer.nytimes.com keys",
    ),
    keyed("RAPIDAPI_KEY", "rapid[_-]?api", "[0-9A-Za-z_-]{50}", length=50, source="docs.rapidapi.com keys"),
    prefixed("INTRA42_SECRET", "s-s4t2(?:ud|af)-", HEX, 64, source="api.intra.42.fr client secrets"),
    keyed(
        "LOOKER_SECRET",
        "looker",
        "[0-9A-Za-z]{24}|[0-9A-Za-z]{20}",
        length=24,
        source="cloud.google.com Looker client ids and secrets",
    ),
    prefixed("CALENDLY_TOKEN", "cal_(?:live_)?", HEX, 32, exact=True, source="cal.com API keys"),
    prefixed("CODA_TOKEN", "coda_", LOWER, 32, source="coda.io API tokens"),
    prefixed("WEBFLOW_TOKEN", "ws-", HEX, 64, exact=True, source="developers.webflow.com site tokens"),
    prefixed("SHORTCUT_TOKEN", "sct_(?:rw|ro)_", "[0-9A-Za-z_-]", 32, source="developer.shortcut.com API tokens"),
    keyed(
        "TRELLO_TOKEN",
        "trello",
        "ATTA[0-9a-fA-F]{72}|[0-9a-f]{64}|[0-9a-f]{32}",
        length=76,
        source="developer.atlassian.com Trello keys and tokens",
    ),
    prefixed(
        "TRELLO_TOKEN",
        "ATTA",
        HEX,
        64,
        name="trello_prefixed_token",
        source="developer.atlassian.com Trello tokens since 2022",
    ),
    keyed("CLICKUP_TOKEN", "clickup", "pk_[0-9]{6,10}_[0-9A-Z]{32}", length=46, source="clickup.com personal tokens"),
    keyed("MONDAY_TOKEN", r"monday[_.-]", "[0-9a-f]{32}", length=32, source="developer.monday.com API tokens"),
    prefixed("ZOHO_TOKEN", r"1000\.[0-9a-f]{32}\.", HEX, 32, exact=True, source="zoho.com OAuth tokens"),
    keyed("CLOUDINARY_SECRET", "cloudinary", "[0-9A-Za-z_-]{27}", length=27, source="cloudinary.com API secrets"),
    keyed(
        "UNSPLASH_KEY",
        "unsplash|pexels|giphy",
        "[0-9A-Za-z_-]{43}|[0-9A-Za-z]{56}|[0-9A-Za-z]{32}",
        length=56,
        source="unsplash.com, pexels.com, giphy.com API keys",
    ),
    keyed(
        "WEATHER_API_KEY",
        r"open[_-]?weather(?:map)?|weather[_-]?api",
        "[0-9a-f]{31,32}",
        length=32,
        source="openweathermap.org and weatherapi.com keys",
    ),
    keyed(
        "IPINFO_TOKEN",
        "ipinfo|ipstack|ipdata",
        "[0-9a-f]{14}|[0-9a-f]{32}|[0-9a-f]{56}",
        length=56,
        source="ipinfo.io, ipstack.com, ipdata.co keys",
    ),
)
