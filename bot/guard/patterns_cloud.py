"""Keys of clouds, databases, infrastructure tools and what watches them."""

from __future__ import annotations

from bot.guard.pattern import Pattern, Where, beside, shaped, worded
from bot.guard.sample import BASE32, BASE64, LOWER, UPPER, hexadecimal, made_up, uuid

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def _aws_id(prefix: str, title: str) -> Pattern:
    return worded(
        f"aws-{prefix.lower()}",
        title,
        prefix,
        "[A-Z2-7]{16}(?![A-Za-z0-9])",
        made_up(16, BASE32),
        good=f"{prefix}IOSFODNN7EXAMPLE",
    )


CLOUDS: tuple[Pattern, ...] = (
    _aws_id("AKIA", "AWS access key"),
    _aws_id("ASIA", "AWS temporary access key"),
    _aws_id("ABIA", "AWS bearer token"),
    _aws_id("ACCA", "AWS context credential"),
    Pattern(
        "aws-secret",
        "AWS secret key",
        r"(?i:secret|aws)[A-Za-z0-9_.\- ]{0,30}[\"']?[ \t]{0,4}(?:=>|:=|[=:,])[ \t]{0,4}"
        r"[\"'`]?(?P<secret>(?=[a-z0-9/+]{0,39}[A-Z])(?=[A-Z0-9/+]{0,39}[a-z])"
        r"(?=[A-Za-z/+]{0,39}[0-9])[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        ("aws", "secret"),
        'aws_secret_access_key = "' + made_up(40, BASE64) + '"',
        'aws_commit = "' + hexadecimal(40) + '"',
        where=Where.ANCHOR,
    ),
    shaped(
        "aws-bedrock",
        "Amazon Bedrock key",
        "ABSK",
        "[A-Za-z0-9+/]{80,}={0,2}",
        made_up(120, BASE64),
    ),
    shaped("aws-mws", "Amazon MWS token", "amzn.mws.", UUID, uuid()),
    shaped("google-api", "Google API key", "AIza", "[A-Za-z0-9_-]{35}", made_up(35)),
    shaped(
        "google-client-secret",
        "Google OAuth client secret",
        "GOCSPX-",
        "[A-Za-z0-9_-]{28}",
        made_up(28),
    ),
    shaped("google-access", "Google access token", "ya29.", "[A-Za-z0-9_.-]{20,}", made_up(80)),
    worded("google-refresh", "Google refresh token", "1//0", "[A-Za-z0-9_-]{40,}", made_up(60)),
    shaped(
        "azure-storage",
        "Azure storage key",
        "AccountKey=",
        "(?P<secret>[A-Za-z0-9+/]{86}==)",
        made_up(86, BASE64) + "==",
    ),
    shaped(
        "azure-shared-key",
        "Azure shared access key",
        "SharedAccessKey=",
        "(?P<secret>[A-Za-z0-9+/]{43}=)",
        made_up(43, BASE64) + "=",
    ),
    Pattern(
        "azure-sas",
        "Azure shared access signature",
        r"sig=(?<=[?&;]sig=)(?P<secret>[A-Za-z0-9+/%]{40,120}(?:%3[Dd]|=))",
        ("sig=",),
        "?sv=2024-11-04&sig=" + made_up(43) + "%3D",
        "?sig=" + "x" * 43 + "%3D",
        where=Where.ANCHOR,
    ),
    Pattern(
        "azure-client-secret",
        "Azure client secret",
        r"Q~(?<=(?P<head>[A-Za-z0-9_~.-]{3}[0-9])Q~)[A-Za-z0-9_~.-]{31,34}",
        ("q~",),
        "secret: abc8Q~" + made_up(34),
        "secret: abc8Q~" + made_up(12),
        where=Where.ANCHOR,
    ),
    Pattern(
        "azure-devops",
        "Azure DevOps token",
        r"AZDO(?<=(?P<head>[A-Za-z0-9]{76})AZDO)[A-Za-z0-9]{4}",
        ("azdo",),
        made_up(76) + "AZDO" + made_up(4),
        made_up(20) + "AZDO" + made_up(4),
        where=Where.ANCHOR,
    ),
    shaped(
        "alibaba", "Alibaba Cloud key", "LTAI", "[A-Za-z0-9]{16,21}(?![A-Za-z0-9])", made_up(20)
    ),
    shaped("digitalocean-token", "DigitalOcean token", "dop_v1_", "[0-9a-f]{64}", hexadecimal(64)),
    shaped(
        "digitalocean-oauth", "DigitalOcean OAuth token", "doo_v1_", "[0-9a-f]{64}", hexadecimal(64)
    ),
    shaped(
        "digitalocean-refresh",
        "DigitalOcean refresh token",
        "dor_v1_",
        "[0-9a-f]{64}",
        hexadecimal(64),
    ),
    shaped("heroku", "Heroku key", "HRKU-", "[A-Za-z0-9_-]{36,}", made_up(60)),
    beside("heroku-uuid", "Heroku key", "heroku", UUID, uuid()),
    shaped("fly", "Fly.io token", "fm2_", "[A-Za-z0-9+/=_-]{80,}", made_up(120)),
    shaped("fly-machine", "Fly.io token", "fo1_", "[A-Za-z0-9_-]{43}", made_up(43)),
    shaped("netlify", "Netlify token", "nfp_", "[A-Za-z0-9_-]{36,}", made_up(40)),
    shaped("vercel", "Vercel token", "vcp_", "[A-Za-z0-9]{24,}", made_up(56)),
    shaped("vercel-blob", "Vercel Blob token", "vercel_blob_rw_", "[A-Za-z0-9_]{30,}", made_up(47)),
    beside("vercel-context", "Vercel token", "vercel", "[A-Za-z0-9]{24}", made_up(24)),
    beside("cloudflare", "Cloudflare token", "cloudflare", "[A-Za-z0-9_-]{40}", made_up(40)),
    beside(
        "cloudflare-global", "Cloudflare global key", "cloudflare", "[0-9a-f]{37}", hexadecimal(37)
    ),
    shaped(
        "cloudflare-origin",
        "Cloudflare origin key",
        "v1.0-",
        "[0-9a-f]{24}-[0-9a-f]{146}",
        hexadecimal(24) + "-" + hexadecimal(146),
    ),
    shaped(
        "tailscale",
        "Tailscale key",
        "tskey-",
        "[a-z]{2,8}-[A-Za-z0-9]{6,40}-[A-Za-z0-9]{10,}",
        "auth-" + made_up(17) + "-" + made_up(32),
    ),
)

DATABASES: tuple[Pattern, ...] = (
    worded(
        "databricks",
        "Databricks token",
        "dapi",
        "[0-9a-f]{32}(?:-[0-9])?(?![0-9a-f])",
        hexadecimal(32),
    ),
    shaped("supabase", "Supabase token", "sbp_", "[0-9a-f]{40}", hexadecimal(40)),
    shaped(
        "supabase-secret", "Supabase secret key", "sb_secret_", "[A-Za-z0-9_-]{31,}", made_up(31)
    ),
    shaped(
        "planetscale",
        "PlanetScale token",
        "pscale_",
        "(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,}",
        "tkn_" + made_up(43),
    ),
    shaped("pinecone", "Pinecone key", "pcsk_", "[A-Za-z0-9_]{50,}", made_up(70)),
    beside("algolia", "Algolia key", "algolia", "[0-9a-f]{32}", hexadecimal(32)),
    shaped(
        "airtable",
        "Airtable token",
        "pat",
        r"[A-Za-z0-9]{14}\.[0-9a-f]{64}",
        made_up(14) + "." + hexadecimal(64),
    ),
    beside("snowflake", "Snowflake password", "snowflake_pass", "[^\\s\"'`]{10,64}", made_up(20)),
)

TOOLS: tuple[Pattern, ...] = (
    shaped("vault", "Vault token", "hvs.", "[A-Za-z0-9_-]{24,}", made_up(95)),
    shaped("vault-batch", "Vault batch token", "hvb.", "[A-Za-z0-9_-]{24,}", made_up(140)),
    shaped("vault-recovery", "Vault recovery token", "hvr.", "[A-Za-z0-9_-]{24,}", made_up(95)),
    Pattern(
        "terraform",
        "Terraform Cloud token",
        r"\.atlasv1\.(?<=(?P<head>[A-Za-z0-9]{14})\.atlasv1\.)[A-Za-z0-9_=-]{60,}",
        (".atlasv1.",),
        made_up(14) + ".atlasv1." + made_up(67),
        "x" * 14 + ".atlasv1." + "x" * 67,
        where=Where.ANCHOR,
    ),
    shaped("pulumi", "Pulumi token", "pul-", "[0-9a-f]{40}", hexadecimal(40)),
    shaped(
        "doppler",
        "Doppler token",
        "dp.",
        "(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9._-]{40,}",
        "pt." + made_up(43),
    ),
    shaped("infracost", "Infracost key", "ico-", "[A-Za-z0-9]{32}(?![A-Za-z0-9])", made_up(32)),
    shaped(
        "one-password", "1Password service token", "ops_eyJ", "[A-Za-z0-9+/=_-]{100,}", made_up(250)
    ),
    shaped("launchdarkly", "LaunchDarkly SDK key", "sdk-", UUID, uuid()),
    worded("new-relic", "New Relic key", "NRAK-", "[A-Z0-9]{27}", made_up(27, UPPER)),
    shaped("new-relic-insert", "New Relic insert key", "NRII-", "[A-Za-z0-9_-]{32}", made_up(32)),
    beside("datadog", "Datadog key", "datadog", "[0-9a-f]{40}|[0-9a-f]{32}", hexadecimal(32)),
    beside("datadog-short", "Datadog key", "dd_api", "[0-9a-f]{32}", hexadecimal(32)),
    shaped("grafana-cloud", "Grafana Cloud token", "glc_", "[A-Za-z0-9+/=]{32,}", made_up(80)),
    shaped(
        "grafana-service",
        "Grafana service account token",
        "glsa_",
        "[A-Za-z0-9]{32}_[0-9a-f]{8}",
        made_up(32) + "_" + hexadecimal(8),
    ),
    shaped("sentry-organisation", "Sentry token", "sntrys_", "[A-Za-z0-9+/=_-]{40,}", made_up(100)),
    shaped("sentry-user", "Sentry token", "sntryu_", "[0-9a-f]{64}", hexadecimal(64)),
    shaped(
        "dynatrace",
        "Dynatrace token",
        "dt0",
        r"[a-z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}",
        "c01." + made_up(24, UPPER) + "." + made_up(64, UPPER),
    ),
    shaped("honeycomb", "Honeycomb key", "hcaik_", "[a-z0-9]{40,}", made_up(58, LOWER)),
)

PATTERNS = (*CLOUDS, *DATABASES, *TOOLS)
