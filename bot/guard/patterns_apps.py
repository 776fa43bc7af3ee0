"""Keys of model vendors, payment, mail, chat and office services."""

from __future__ import annotations

from bot.guard.pattern import Pattern, Where, beside, shaped, worded
from bot.guard.sample import UPPER, hexadecimal, made_up, uuid

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
WORD = "[A-Za-z0-9_-]"

MODELS: tuple[Pattern, ...] = (
    shaped("anthropic", "Anthropic key", "sk-ant-", f"{WORD}{{20,}}", "api03-" + made_up(95)),
    shaped("openai-project", "OpenAI project key", "sk-proj-", f"{WORD}{{20,}}", made_up(120)),
    shaped("openai-service", "OpenAI service key", "sk-svcacct-", f"{WORD}{{20,}}", made_up(120)),
    shaped("openai-admin", "OpenAI admin key", "sk-admin-", f"{WORD}{{20,}}", made_up(120)),
    worded(
        "openai",
        "OpenAI key",
        "sk-",
        "[A-Za-z0-9]{32,}",
        made_up(48),
        good="class: sk-rotating-plane-with-many-words",
    ),
    shaped("openrouter", "OpenRouter key", "sk-or-v1-", "[0-9a-f]{64}", hexadecimal(64)),
    worded("hugging-face", "Hugging Face token", "hf_", "[A-Za-z0-9]{30,}", made_up(34)),
    worded("replicate", "Replicate token", "r8_", "[A-Za-z0-9]{37,}", made_up(37)),
    shaped("groq", "Groq key", "gsk_", "[A-Za-z0-9]{52}", made_up(52)),
    shaped("xai", "xAI key", "xai-", "[A-Za-z0-9]{70,}", made_up(80)),
    shaped("perplexity", "Perplexity key", "pplx-", "[A-Za-z0-9]{48}", made_up(48)),
    shaped("nvidia", "NVIDIA key", "nvapi-", f"{WORD}{{60,}}", made_up(64)),
    shaped(
        "langsmith",
        "LangSmith key",
        "lsv2_",
        "(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
        "pt_" + hexadecimal(32) + "_" + hexadecimal(10),
    ),
    worded("elevenlabs", "ElevenLabs key", "sk_", "[0-9a-f]{48}(?![0-9a-f])", hexadecimal(48)),
    beside("cohere", "Cohere key", "cohere", "[A-Za-z0-9]{40}", made_up(40)),
    beside("mistral", "Mistral key", "mistral", "[A-Za-z0-9]{32}", made_up(32)),
    beside("wandb", "Weights & Biases key", "wandb", "[0-9a-f]{40}", hexadecimal(40)),
)

MONEY: tuple[Pattern, ...] = (
    worded(
        "stripe",
        "Stripe secret key",
        "sk_",
        "(?:live|test)_[A-Za-z0-9]{16,}",
        "live_" + made_up(24),
        good="pk_live_" + made_up(24),
    ),
    worded(
        "stripe-restricted",
        "Stripe restricted key",
        "rk_",
        "(?:live|test)_[A-Za-z0-9]{16,}",
        "live_" + made_up(24),
    ),
    shaped("stripe-webhook", "Stripe webhook secret", "whsec_", "[A-Za-z0-9+/=]{32,}", made_up(32)),
    shaped("square", "Square access token", "sq0atp-", f"{WORD}{{22,}}", made_up(22)),
    shaped("square-oauth", "Square OAuth secret", "sq0csp-", f"{WORD}{{43}}", made_up(43)),
    worded("square-production", "Square access token", "EAAA", f"{WORD}{{60}}", made_up(60)),
    shaped(
        "paypal-braintree",
        "Braintree token",
        "access_token$",
        r"(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}",
        "production$" + hexadecimal(16) + "$" + hexadecimal(32),
    ),
    shaped(
        "plaid",
        "Plaid access token",
        "access-",
        f"(?:sandbox|development|production)-{UUID}",
        "production-" + uuid(),
    ),
    shaped(
        "flutterwave",
        "Flutterwave key",
        "FLWSECK",
        "(?:_TEST)?-[0-9a-f]{32}-X",
        "-" + hexadecimal(32) + "-X",
    ),
    shaped("shopify-access", "Shopify access token", "shpat_", "[0-9a-fA-F]{32}", hexadecimal(32)),
    shaped(
        "shopify-custom", "Shopify custom app token", "shpca_", "[0-9a-fA-F]{32}", hexadecimal(32)
    ),
    shaped(
        "shopify-private", "Shopify private app token", "shppa_", "[0-9a-fA-F]{32}", hexadecimal(32)
    ),
    shaped("shopify-secret", "Shopify shared secret", "shpss_", "[0-9a-fA-F]{32}", hexadecimal(32)),
    shaped(
        "shippo", "Shippo token", "shippo_", "(?:live|test)_[0-9a-f]{40}", "live_" + hexadecimal(40)
    ),
    shaped(
        "duffel",
        "Duffel token",
        "duffel_",
        "(?:live|test)_[A-Za-z0-9_=-]{43}",
        "live_" + made_up(43),
    ),
)

MESSAGES: tuple[Pattern, ...] = (
    Pattern(
        "slack",
        "Slack token",
        r"xox[abeoprs]-[A-Za-z0-9-]{15,}",
        ("xox",),
        "xoxb" + "-123456789012-" + made_up(24),
        "xoxb" + "-your-token",
        where=Where.STRETCH,
    ),
    shaped(
        "slack-rotating",
        "Slack token",
        "xoxe.",
        "xox[bp]-[0-9]-[A-Za-z0-9]{20,}",
        "xoxp-1-" + made_up(160),
    ),
    shaped(
        "slack-app",
        "Slack app token",
        "xapp-",
        "[0-9]-[A-Za-z0-9-]{20,}",
        "1-A0123456789-123456789012-" + hexadecimal(64),
    ),
    shaped(
        "slack-webhook",
        "Slack webhook",
        "hooks.slack.com/",
        "(?P<secret>(?:services|workflows|triggers)/[A-Za-z0-9+/_-]{20,})",
        "services/T01234567/B01234567/" + made_up(24),
    ),
    Pattern(
        "discord-bot",
        "Discord bot token",
        r"(?<![A-Za-z0-9_-])[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}",
        ("discord",),
        "discord: M" + made_up(25) + "." + made_up(6) + "." + made_up(38),
        "discord: M" + made_up(5) + "." + made_up(6) + "." + made_up(38),
    ),
    Pattern(
        "discord-webhook",
        "Discord webhook",
        r"webhooks/(?<=/webhooks/)(?P<secret>[0-9]{17,20}/[A-Za-z0-9_-]{60,})",
        ("webhooks/",),
        "discord.com/api/webhooks/123456789012345678/" + made_up(68),
        "discord.com/api/webhooks/123456789012345678/" + "x" * 68,
        where=Where.ANCHOR,
    ),
    Pattern(
        "telegram",
        "Telegram bot token",
        r":AA(?<=(?P<head>[0-9]{8}):AA)[A-Za-z0-9_-]{33}",
        (":aa",),
        "123456789:AA" + made_up(33),
        "123456789:AA" + made_up(12),
        where=Where.ANCHOR,
    ),
    shaped(
        "teams-webhook",
        "Teams webhook",
        "webhook.office.com/",
        "(?P<secret>webhookb2/[A-Za-z0-9@/-]{60,})",
        f"webhookb2/{uuid()}@{uuid()}/IncomingWebhook/{hexadecimal(32)}/{uuid()}",
    ),
    worded("twilio", "Twilio API key", "SK", "[0-9a-f]{32}(?![0-9a-f])", hexadecimal(32)),
    beside("twilio-auth", "Twilio auth token", "twilio", "[0-9a-f]{32}", hexadecimal(32)),
    worded(
        "sendgrid",
        "SendGrid key",
        "SG.",
        r"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}",
        made_up(22) + "." + made_up(43),
    ),
    worded("mailgun", "Mailgun key", "key-", "[0-9a-f]{32}(?![0-9a-f])", hexadecimal(32)),
    Pattern(
        "mailchimp",
        "Mailchimp key",
        r"-us(?<=(?P<head>[0-9a-f]{32})-us)[0-9]{1,2}(?![0-9])",
        ("-us",),
        hexadecimal(32) + "-us12",
        hexadecimal(30) + "-us12",
        where=Where.ANCHOR,
    ),
    shaped(
        "brevo",
        "Brevo key",
        "xkeysib-",
        "[0-9a-f]{64}-[A-Za-z0-9]{16}",
        hexadecimal(64) + "-" + made_up(16),
    ),
    worded(
        "resend",
        "Resend key",
        "re_",
        "[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?![A-Za-z0-9])",
        made_up(8) + "_" + made_up(24),
    ),
    beside("postmark", "Postmark token", "postmark", UUID, uuid()),
)

OFFICE: tuple[Pattern, ...] = (
    shaped("linear", "Linear key", "lin_api_", "[A-Za-z0-9]{40}", made_up(40)),
    shaped("linear-oauth", "Linear OAuth token", "lin_oauth_", "[A-Za-z0-9]{40,}", made_up(64)),
    worded("notion", "Notion secret", "secret_", "[A-Za-z0-9]{43}(?![A-Za-z0-9_])", made_up(43)),
    shaped("notion-token", "Notion token", "ntn_", "[A-Za-z0-9]{40,}", made_up(46)),
    shaped("figma", "Figma token", "figd_", f"{WORD}{{40,}}", made_up(40)),
    shaped(
        "postman",
        "Postman key",
        "PMAK-",
        "[0-9a-f]{24}-[0-9a-f]{34}",
        hexadecimal(24) + "-" + hexadecimal(34),
    ),
    Pattern(
        "asana",
        "Asana token",
        r"(?<![0-9/])[12]/[0-9]{15,17}(?:/[0-9]{15,17})?:[0-9a-f]{32}(?![0-9a-f])",
        ("asana",),
        "asana: 1/1234567890123456:" + hexadecimal(32),
        "asana: 1/1234567890123456:12",
    ),
    shaped("dropbox", "Dropbox token", "sl.", f"(?:u\\.)?{WORD}{{130,}}", made_up(140)),
    shaped("contentful", "Contentful token", "CFPAT-", f"{WORD}{{43}}", made_up(43)),
    shaped(
        "mapbox",
        "Mapbox secret token",
        "sk.eyJ",
        rf"{WORD}{{20,}}\.{WORD}{{20,}}",
        made_up(60) + "." + made_up(22),
        good="pk.eyJ" + made_up(60) + "." + made_up(22),
    ),
    shaped("hubspot", "HubSpot token", "pat-", f"(?:na|eu|ap)[0-9]-{UUID}", "na1-" + uuid()),
    worded(
        "clickup",
        "ClickUp token",
        "pk_",
        "[0-9]{6,9}_[A-Z0-9]{32}",
        "1234567_" + made_up(32, UPPER),
    ),
    shaped("typeform", "Typeform token", "tfp_", "[A-Za-z0-9_.=-]{44,}", made_up(59)),
    shaped("apify", "Apify token", "apify_api_", "[A-Za-z0-9]{36}", made_up(36)),
    beside("okta", "Okta token", "okta", "00[A-Za-z0-9_-]{40}", "00" + made_up(40)),
    beside("facebook", "Facebook app secret", "facebook", "[0-9a-f]{32}", hexadecimal(32)),
)

PATTERNS = (*MODELS, *MONEY, *MESSAGES, *OFFICE)
