"""Keys of payment, banking, commerce and exchange services."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.secrets.plausibility import looks_random
from privmw.redaction.recognizers.secrets.shapes import ALNUM, HEX, UUID, WORD, keyed, prefixed

__all__ = ["RECOGNIZERS"]

_HEX_ANY = "[0-9a-fA-F]"

RECOGNIZERS: tuple[Recognizer, ...] = (
    prefixed(
        "STRIPE_API_KEY",
        "[sr]k_(?:live|test|prod)_",
        ALNUM,
        10,
        source="docs.stripe.com API keys (secret and restricted)",
    ),
    prefixed(
        "STRIPE_API_KEY",
        "sk_org_(?:live|test)_",
        ALNUM,
        16,
        name="stripe_organization_key",
        source="docs.stripe.com organization API keys",
    ),
    prefixed(
        "STRIPE_WEBHOOK_SECRET",
        "whsec_",
        r"[0-9A-Za-z+/=]",
        24,
        source="docs.stripe.com and standardwebhooks.com signing secrets",
    ),
    prefixed(
        "STRIPE_CLIENT_SECRET",
        "(?:pi|seti|cs|src)_[0-9A-Za-z]{14,40}_secret_",
        ALNUM,
        16,
        source="docs.stripe.com Payment Intents client secrets",
    ),
    prefixed("PAYPAL_ACCESS_TOKEN", r"A21AA", WORD, 60, source="developer.paypal.com access tokens"),
    prefixed(
        "BRAINTREE_ACCESS_TOKEN",
        r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$",
        HEX,
        32,
        source="developer.paypal.com Braintree access tokens",
    ),
    keyed(
        "PAYPAL_SECRET",
        r"(?:paypal|braintree)[\w.-]{0,20}(?:secret|key)",
        r"[0-9A-Za-z_-]{32,80}",
        length=80,
        source="developer.paypal.com client secrets",
    ),
    prefixed("SQUARE_TOKEN", "(?:EAAA|sq0atp-)", WORD, 22, 60, source="developer.squareup.com access tokens"),
    prefixed("SQUARE_SECRET", "sq0csp-", WORD, 43, source="developer.squareup.com application secrets"),
    keyed("ADYEN_API_KEY", "adyen", "AQE[0-9A-Za-z+/=_-]{40,200}", length=204, source="docs.adyen.com API keys"),
    prefixed("RAZORPAY_KEY", "rzp_(?:live|test)_", ALNUM, 14, source="razorpay.com API keys"),
    prefixed(
        "PAYSTACK_SECRET_KEY", "[sp]k_(?:live|test)_", HEX, 40, 40, name="paystack_key", source="paystack.com API keys"
    ),
    prefixed(
        "FLUTTERWAVE_KEY",
        "FLW(?:SECK|PUBK)(?:_TEST)?-",
        "[0-9A-Za-z]",
        12,
        tail="(?:-X)?",
        source="developer.flutterwave.com keys",
    ),
    prefixed("TOSS_PAYMENTS_KEY", "(?:live|test)_g?(?:sk|ck)_", ALNUM, 20, source="docs.tosspayments.com keys"),
    keyed(
        "PORTONE_SECRET",
        r"portone|iamport|imp[_-]?secret",
        "[0-9A-Za-z]{80,120}|[0-9A-Za-z]{40}",
        length=120,
        source="developers.portone.io API secrets",
    ),
    keyed(
        "KAKAOPAY_SECRET_KEY",
        "kakaopay",
        "(?:PRD|DEV)[0-9A-F]{29,37}",
        length=40,
        source="developers.kakaopay.com secret keys",
    ),
    prefixed("CREEM_API_KEY", "creem_(?:test_)?", ALNUM, 16, source="docs.creem.io API keys"),
    prefixed("POLAR_TOKEN", "polar_(?:oat|pat|at|rt|cs|ci|rst|whs)_", WORD, 24, source="docs.polar.sh tokens"),
    prefixed(
        "PADDLE_API_KEY",
        "pdl_(?:live|sdbx)_(?:apikey|ntfset)_",
        "[0-9A-Za-z_]",
        40,
        source="developer.paddle.com API keys",
    ),
    prefixed("LEMONSQUEEZY_KEY", "lmnsqz_", WORD, 24, source="docs.lemonsqueezy.com API keys"),
    prefixed(
        "PLAID_ACCESS_TOKEN",
        "(?:access|public|link)-(?:sandbox|development|production)-",
        "[0-9a-f-]",
        36,
        exact=True,
        source="plaid.com tokens",
    ),
    keyed("PLAID_SECRET", "plaid", "[0-9a-z]{30}", length=30, source="plaid.com secrets"),
    keyed("PLAID_CLIENT_ID", "plaid", "[0-9a-z]{24}", length=24, source="plaid.com client ids"),
    keyed(
        "GOCARDLESS_TOKEN",
        "gocardless",
        "(?:live|sandbox)_[0-9A-Za-z=_-]{40}",
        length=48,
        source="developer.gocardless.com access tokens",
    ),
    prefixed(
        "GOCARDLESS_TOKEN",
        "(?:live|sandbox)_",
        WORD,
        40,
        exact=True,
        name="gocardless_bare_token",
        check=looks_random,
        source="developer.gocardless.com access tokens",
    ),
    keyed(
        "FINICITY_SECRET",
        "finicity",
        "[0-9a-f]{32}|[0-9a-zA-Z]{20}",
        length=32,
        source="developer.mastercard.com open banking",
    ),
    keyed("FINNHUB_API_KEY", "finnhub", "[0-9a-z]{20}|[0-9a-z]{40}", length=40, source="finnhub.io API keys"),
    keyed(
        "WISE_API_TOKEN", r"(?:transfer)?wise[_-]?(?:api|token|key)", UUID, length=36, source="docs.wise.com API tokens"
    ),
    keyed("MOLLIE_API_KEY", "mollie", "(?:live|test)_[0-9A-Za-z]{30}", length=35, source="docs.mollie.com API keys"),
    keyed(
        "CHARGEBEE_API_KEY",
        "chargebee",
        "(?:live|test)_[0-9A-Za-z]{24,40}",
        length=46,
        source="apidocs.chargebee.com API keys",
    ),
    keyed(
        "LOB_API_KEY",
        "lob",
        "(?:live|test)_(?:pub_)?[0-9a-f]{31,35}",
        length=46,
        exact_case=True,
        source="docs.lob.com API keys",
    ),
    prefixed("SHIPPO_API_TOKEN", "shippo_(?:live|test)_", _HEX_ANY, 40, source="docs.goshippo.com API tokens"),
    prefixed("EASYPOST_API_KEY", "EZAK", ALNUM, 54, exact=True, source="docs.easypost.com production API keys"),
    prefixed(
        "EASYPOST_API_KEY",
        "EZTK",
        ALNUM,
        54,
        exact=True,
        name="easypost_test_api_key",
        source="docs.easypost.com test API keys",
    ),
    prefixed("DUFFEL_API_TOKEN", "duffel_(?:test|live)_", "[0-9A-Za-z=_-]", 40, source="duffel.com API tokens"),
    prefixed("SHOPIFY_TOKEN", "shpat_", _HEX_ANY, 32, source="shopify.dev admin API access tokens"),
    prefixed(
        "SHOPIFY_TOKEN", "shpca_", _HEX_ANY, 32, name="shopify_custom_token", source="shopify.dev custom app tokens"
    ),
    prefixed(
        "SHOPIFY_TOKEN", "shppa_", _HEX_ANY, 32, name="shopify_private_token", source="shopify.dev private app tokens"
    ),
    prefixed(
        "SHOPIFY_TOKEN", "shpss_", _HEX_ANY, 32, name="shopify_shared_secret", source="shopify.dev shared secrets"
    ),
    prefixed(
        "SHOPIFY_TOKEN",
        "shp(?:tka|ua|cs|it)_",
        ALNUM,
        24,
        name="shopify_other_token",
        source="shopify.dev theme, user, customer tokens",
    ),
    keyed("SQUARESPACE_TOKEN", "squarespace", UUID, length=36, source="developers.squarespace.com API keys"),
    keyed("ETSY_API_KEY", "etsy", "[0-9a-z]{24}", length=24, exact_case=True, source="developers.etsy.com keys"),
    prefixed("EBAY_TOKEN", r"v\^1\.1#i\^1#", r"[0-9A-Za-z^#+/=]", 100, source="developer.ebay.com OAuth tokens"),
    keyed("FRESHBOOKS_TOKEN", "freshbooks", "[0-9a-z]{64}", length=64, source="freshbooks.com API tokens"),
    prefixed(
        "COINBASE_KEY_NAME",
        r"organizations/[0-9a-f-]{36}/apiKeys/",
        "[0-9a-f-]",
        36,
        exact=True,
        room=112,
        source="docs.cdp.coinbase.com key names",
    ),
    keyed("COINBASE_TOKEN", "coinbase", "[0-9a-zA-Z_-]{64}", length=64, source="docs.cdp.coinbase.com access tokens"),
    keyed("BITTREX_KEY", "bittrex", "[0-9a-z]{32}", length=32, source="bittrex.github.io API keys"),
    keyed("KUCOIN_KEY", "kucoin", rf"[0-9a-f]{{24}}|{UUID}", length=36, source="kucoin.com API keys and secrets"),
    keyed("KRAKEN_SECRET", "kraken", "[0-9A-Za-z/=_+-]{80,90}", length=90, source="docs.kraken.com API secrets"),
    keyed("BINANCE_KEY", "binance", "[0-9A-Za-z]{64}", length=64, source="developers.binance.com API keys"),
    keyed("UPBIT_KEY", "upbit|bithumb", "[0-9A-Za-z]{40}", length=40, source="docs.upbit.com access and secret keys"),
    keyed(
        "ETHERSCAN_API_KEY",
        "etherscan|bscscan|polygonscan",
        "[0-9A-Z]{34}",
        length=34,
        source="docs.etherscan.io API keys",
    ),
    keyed("ALCHEMY_API_KEY", "alchemy", "[0-9A-Za-z_-]{32}", length=32, source="alchemy.com API keys"),
    keyed("INFURA_API_KEY", "infura", "[0-9a-f]{32}", length=32, source="docs.infura.io API keys"),
    keyed(
        "ETHEREUM_PRIVATE_KEY",
        r"(?:private|secret|wallet|deployer|signer|eth(?:ereum)?)[_ -]?(?:private[_-]?)?key",
        "(?:0x)?[0-9a-fA-F]{64}",
        length=66,
        source="Ethereum yellow paper: secp256k1 private key",
    ),
    prefixed("SETTLEMINT_TOKEN", "sm_[aps]at_", ALNUM, 16, source="console.settlemint.com tokens"),
    keyed(
        "FREEMIUS_SECRET_KEY",
        r"secret[_-]key",
        r"sk_[^\s\"'<>]{29}",
        length=32,
        check=looks_random,
        source="freemius.com developer secret keys",
    ),
)
