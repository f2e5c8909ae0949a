"""Keys of messaging, e-mail, telephony and social services."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.secrets.plausibility import not_masked
from privmw.redaction.recognizers.secrets.shapes import ALNUM, HEX, LEFT, LOWER, UUID, WORD, keyed, prefixed

__all__ = ["RECOGNIZERS"]

_SLACK = "api.slack.com token types"


def _webhook(name: str, entity_type: str, start: str, secret: str, trigger: str, *, source: str) -> Recognizer:
    """A webhook URL: who knows it may post, so the whole path after the host is secret."""
    return Recognizer(
        name=name,
        entity_type=entity_type,
        pattern=rf"{start}(?P<value>{secret})(?![0-9A-Za-z_-])",
        trigger=trigger,
        lookback=160,
        lookahead=256,
        score=0.95,
        checksum=None,
        secret=True,
        source=source,
    )


RECOGNIZERS: tuple[Recognizer, ...] = (
    prefixed("SLACK_TOKEN", "xoxb-[0-9]{8,14}-", "[0-9A-Za-z-]", 18, name="slack_bot_token", source=_SLACK),
    prefixed(
        "SLACK_TOKEN", "xox[pe](?:-[0-9]{10,13}){3}-", "[0-9A-Za-z-]", 28, 40, name="slack_user_token", source=_SLACK
    ),
    prefixed("SLACK_TOKEN", "xapp-[0-9]-[0-9A-Z]{6,16}-[0-9]{6,16}-", LOWER, 32, name="slack_app_token", source=_SLACK),
    prefixed("SLACK_TOKEN", r"xoxe\.xox[bp]-[0-9]-", ALNUM, 120, name="slack_config_token", source=_SLACK),
    prefixed("SLACK_TOKEN", "xoxe-[0-9]-", ALNUM, 120, name="slack_refresh_token", source=_SLACK),
    prefixed(
        "SLACK_TOKEN",
        "xox[os]-[0-9]{4,16}-[0-9]{4,16}-[0-9]{4,16}-",
        "[0-9a-fA-F]",
        8,
        name="slack_legacy_token",
        source=_SLACK,
    ),
    prefixed("SLACK_TOKEN", "xox[ar]-(?:[0-9]-)?", ALNUM, 8, 48, name="slack_workspace_token", source=_SLACK),
    prefixed("SLACK_TOKEN", "xox[cd]-", r"[0-9A-Za-z%-]", 40, name="slack_client_token", source=_SLACK),
    _webhook(
        "slack_webhook",
        "SLACK_WEBHOOK",
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/",
        r"[0-9A-Za-z+/]{40,80}",
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[0-9A-Za-z+/]{16}",
        source="api.slack.com incoming webhooks",
    ),
    _webhook(
        "discord_webhook",
        "DISCORD_WEBHOOK",
        r"discord(?:app)?\.com/api/(?:v[0-9]{1,2}/)?webhooks/",
        r"[0-9]{17,20}/[0-9A-Za-z_-]{60,80}",
        r"discord(?:app)?\.com/api/(?:v[0-9]{1,2}/)?webhooks/[0-9]{17}",
        source="discord.com webhooks",
    ),
    _webhook(
        "teams_webhook",
        "TEAMS_WEBHOOK",
        r"webhook\.office\.com/webhookb2/",
        r"[0-9a-fA-F@-]{36,80}/IncomingWebhook/[0-9A-Za-z]{32}/[0-9a-fA-F-]{36}(?:/[0-9A-Za-z_-]{20,80})?",
        r"webhook\.office\.com/webhookb2/[0-9a-fA-F]",
        source="learn.microsoft.com Teams incoming webhooks",
    ),
    _webhook(
        "google_chat_webhook",
        "GOOGLE_CHAT_WEBHOOK",
        r"chat\.googleapis\.com/v1/spaces/",
        r"[\w-]{6,20}/messages\?[^\s\"'<>]{20,200}",
        r"chat\.googleapis\.com/v1/spaces/[\w-]{6,20}/messages\?[^\s\"'<>]{8}",
        source="developers.google.com Chat webhooks",
    ),
    _webhook(
        "zapier_webhook",
        "ZAPIER_WEBHOOK",
        r"hooks\.zapier\.com/hooks/catch/",
        r"[0-9]{4,12}/[0-9a-z]{5,12}",
        r"hooks\.zapier\.com/hooks/catch/[0-9]{4}",
        source="zapier.com webhooks",
    ),
    Recognizer(
        name="discord_bot_token",
        entity_type="DISCORD_TOKEN",
        pattern=LEFT + r"[MNO][0-9A-Za-z_-]{23,27}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,40}(?![0-9A-Za-z_-])",
        trigger=r"[MNO][0-9A-Za-z_-]{23,27}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27}",
        lookback=80,
        lookahead=16,
        score=0.9,
        secret=True,
        source="discord.com bot tokens: user id in base64, timestamp, HMAC",
    ),
    keyed(
        "DISCORD_TOKEN",
        "discord",
        "[0-9a-f]{64}",
        length=64,
        name="discord_api_token",
        source="discord.com public keys and tokens",
    ),
    keyed(
        "DISCORD_CLIENT_SECRET", "discord", "[0-9A-Za-z=_-]{32}", length=32, source="discord.com OAuth2 client secrets"
    ),
    keyed("DISCORD_CLIENT_ID", "discord", "[0-9]{18,19}", length=19, source="discord.com application ids"),
    Recognizer(
        name="telegram_bot_token",
        entity_type="TELEGRAM_BOT_TOKEN",
        pattern=r"(?<![0-9A-Za-z])[0-9]{5,16}:A[0-9A-Za-z_-]{34}(?![0-9A-Za-z_-])",
        trigger=r"[0-9]{5}:A[0-9A-Za-z_-]{34}",
        lookback=64,
        lookahead=8,
        score=0.95,
        secret=True,
        source="core.telegram.org/bots: bot id, colon, 35 characters",
    ),
    prefixed("TWILIO_API_KEY", "SK", "[0-9a-f]", 32, exact=True, source="twilio.com API keys"),
    prefixed("TWILIO_ACCOUNT_SID", "AC", "[0-9a-f]", 32, exact=True, source="twilio.com account SIDs"),
    keyed("TWILIO_AUTH_TOKEN", "twilio", "[0-9a-f]{32}", length=32, source="twilio.com auth tokens"),
    prefixed(
        "SENDGRID_API_KEY", r"SG\.[0-9A-Za-z_-]{16,32}\.", WORD, 32, source="sendgrid.com API keys, 69 characters"
    ),
    prefixed(
        "SENDGRID_API_KEY",
        r"SG\.",
        "[0-9A-Za-z=_.-]",
        66,
        exact=True,
        name="sendgrid_bare_key",
        source="sendgrid.com API keys, 69 characters",
    ),
    keyed(
        "MAILGUN_API_KEY",
        "mailgun",
        "(?:pub)?key-[0-9a-f]{32}|[0-9a-h]{32}-[0-9a-h]{8}-[0-9a-h]{8}",
        length=50,
        source="documentation.mailgun.com keys",
    ),
    prefixed(
        "MAILGUN_API_KEY", "key-", HEX, 32, exact=True, name="mailgun_bare_key", source="documentation.mailgun.com keys"
    ),
    prefixed("MAILCHIMP_API_KEY", r"[0-9a-f]{32}-us", "[0-9]", 1, 2, source="mailchimp.com API keys"),
    prefixed("MANDRILL_API_KEY", "md-", WORD, 22, exact=True, source="mailchimp.com transactional API keys"),
    prefixed("BREVO_API_KEY", "xkeysib-", HEX, 64, tail="-[0-9A-Za-z]{16}", source="developers.brevo.com API keys"),
    prefixed(
        "BREVO_API_KEY",
        "xsmtpsib-",
        HEX,
        64,
        tail="-[0-9A-Za-z]{16}",
        name="brevo_smtp_key",
        source="developers.brevo.com SMTP keys",
    ),
    prefixed("RESEND_API_KEY", "re_[0-9A-Za-z]{8}_", ALNUM, 20, source="resend.com API keys"),
    keyed("POSTMARK_TOKEN", "postmark", UUID, length=36, source="postmarkapp.com server tokens"),
    keyed("MAILJET_KEY", "mailjet", "[0-9a-f]{32}", length=32, source="dev.mailjet.com API keys"),
    prefixed("MAILERSEND_TOKEN", r"mlsn\.", HEX, 48, source="developers.mailersend.com tokens"),
    prefixed("KLAVIYO_API_KEY", "pk_", HEX, 34, exact=True, source="developers.klaviyo.com private keys"),
    keyed("SPARKPOST_API_KEY", "sparkpost", "[0-9a-f]{40}", length=40, source="developers.sparkpost.com API keys"),
    keyed(
        "MESSAGEBIRD_TOKEN",
        "message[_-]?bird",
        rf"[0-9A-Za-z]{{25}}|{UUID}",
        length=36,
        source="developers.messagebird.com access keys",
    ),
    keyed("VONAGE_SECRET", "vonage|nexmo", "[0-9A-Za-z]{16}", length=16, source="developer.vonage.com API secrets"),
    keyed("PLIVO_AUTH_TOKEN", "plivo", "[0-9A-Za-z]{40}", length=40, source="plivo.com auth tokens"),
    keyed(
        "SENDBIRD_TOKEN",
        "sendbird",
        rf"[0-9a-f]{{40}}|{UUID}",
        length=40,
        source="sendbird.com API tokens and application ids",
    ),
    keyed(
        "CHANNEL_TALK_KEY",
        r"channel[_-]?(?:io|talk)",
        "[0-9a-f]{24}|[0-9a-f]{32}",
        length=32,
        source="developers.channel.io access keys",
    ),
    prefixed("SOLAPI_KEY", "NCS", "[0-9A-Z]", 13, exact=True, source="solapi.com API keys"),
    keyed(
        "SOLAPI_SECRET", "solapi|coolsms|aligo", "[0-9A-Z]{32}|[0-9a-z]{32}", length=32, source="solapi.com API secrets"
    ),
    keyed(
        "LINE_CHANNEL_SECRET",
        r"line[_-](?:channel|bot|notify)",
        "[0-9a-f]{32}|[0-9A-Za-z]{43}|[0-9A-Za-z+/=]{150,200}",
        length=200,
        source="developers.line.biz channel secrets and tokens",
    ),
    keyed(
        "MATTERMOST_TOKEN", "mattermost", "[0-9a-z]{26}", length=26, source="developers.mattermost.com access tokens"
    ),
    keyed("PUSHER_SECRET", "pusher", "[0-9a-f]{20}", length=20, source="pusher.com keys and secrets"),
    prefixed("ONESIGNAL_KEY", "os_v2_(?:app|org)_", LOWER, 60, source="documentation.onesignal.com API keys"),
    prefixed("EXPO_TOKEN", r"Expo(?:nent)?PushToken\[", WORD, 18, tail=r"\]", source="docs.expo.dev push tokens"),
    Recognizer(
        name="facebook_app_token",
        entity_type="FACEBOOK_TOKEN",
        pattern=r"(?<![0-9])[0-9]{15,16}(?:\||%7[Cc])[0-9A-Za-z_-]{27,40}(?![0-9A-Za-z_-])",
        trigger=r"[0-9]{15}(?:\||%7[Cc])[0-9A-Za-z_-]{27}",
        lookback=56,
        lookahead=24,
        score=0.9,
        checksum=not_masked,
        secret=True,
        source="developers.facebook.com app access tokens: app id, bar, secret",
    ),
    prefixed(
        "FACEBOOK_TOKEN",
        "EAA[A-Z]",
        ALNUM,
        80,
        name="facebook_user_token",
        source="developers.facebook.com user and page tokens",
    ),
    keyed(
        "FACEBOOK_APP_SECRET",
        "facebook|fb[_-]app|meta[_-]app",
        "[0-9a-f]{32}",
        length=32,
        source="developers.facebook.com app secrets",
    ),
    prefixed("INSTAGRAM_TOKEN", "IG(?:QV|AA|QW)", ALNUM, 80, source="developers.facebook.com Instagram tokens"),
    keyed("TWITTER_API_KEY", "twitter", "[0-9A-Za-z]{25}", length=25, source="developer.x.com consumer keys"),
    keyed("TWITTER_API_SECRET", "twitter", "[0-9A-Za-z]{50}", length=50, source="developer.x.com consumer secrets"),
    keyed(
        "TWITTER_ACCESS_TOKEN",
        "twitter",
        "[0-9]{15,25}-[0-9A-Za-z]{20,40}",
        length=66,
        source="developer.x.com access tokens",
    ),
    keyed(
        "TWITTER_ACCESS_SECRET", "twitter", "[0-9A-Za-z]{45}", length=45, source="developer.x.com access token secrets"
    ),
    prefixed(
        "TWITTER_BEARER_TOKEN",
        "A{20,22}",
        "[0-9A-Za-z%]",
        60,
        110,
        source="developer.x.com app-only bearer tokens",
        check=None,
    ),
    keyed(
        "LINKEDIN_CLIENT_ID",
        "linked[_-]?in",
        "[0-9a-z]{14}",
        length=14,
        source="learn.microsoft.com LinkedIn client ids",
    ),
    keyed(
        "LINKEDIN_CLIENT_SECRET",
        "linked[_-]?in",
        "[0-9A-Za-z]{16}",
        length=16,
        source="learn.microsoft.com LinkedIn client secrets",
    ),
    prefixed(
        "LINKEDIN_CLIENT_SECRET",
        r"WPL_AP[01]\.",
        r"[0-9A-Za-z+/=.]",
        16,
        name="linkedin_prefixed_secret",
        source="learn.microsoft.com LinkedIn client secrets since 2024",
    ),
    keyed("TWITCH_TOKEN", "twitch", "[0-9a-z]{30}", length=30, source="dev.twitch.tv tokens"),
    keyed("SPOTIFY_SECRET", "spotify", "[0-9a-f]{32}", length=32, source="developer.spotify.com client secrets"),
    keyed("FLICKR_TOKEN", "flickr", "[0-9a-z]{32}", length=32, source="flickr.com API keys"),
    keyed(
        "REDDIT_SECRET", "reddit", "[0-9A-Za-z_-]{27,30}", length=30, source="github.com/reddit-archive OAuth2 secrets"
    ),
    keyed("ZOOM_SECRET", "zoom", "[0-9A-Za-z]{32}", length=32, source="developers.zoom.us client secrets"),
    prefixed("TIKTOK_TOKEN", "(?:act|rft|clt)\\.", ALNUM, 48, source="developers.tiktok.com access tokens"),
)
