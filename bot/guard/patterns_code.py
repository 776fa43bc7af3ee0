"""Tokens of code hosts, package registries and build services."""

from __future__ import annotations

from bot.guard.pattern import Pattern, beside, shaped, worded
from bot.guard.sample import LOWER, UPPER, hexadecimal, made_up

WORD = "[A-Za-z0-9_-]"

HOSTS: tuple[Pattern, ...] = (
    shaped("github-pat", "GitHub token", "ghp_", "[A-Za-z0-9_]{36,}", made_up(36)),
    shaped("github-oauth", "GitHub OAuth token", "gho_", "[A-Za-z0-9_]{36,}", made_up(36)),
    shaped("github-user", "GitHub user token", "ghu_", "[A-Za-z0-9_]{36,}", made_up(36)),
    # Installation tokens are dotted and some 520 characters long since 2026.
    shaped("github-server", "GitHub App token", "ghs_", "[A-Za-z0-9._-]{36,}", made_up(36)),
    shaped("github-refresh", "GitHub refresh token", "ghr_", "[A-Za-z0-9_]{36,}", made_up(76)),
    shaped("github-fine-grained", "GitHub token", "github_pat_", "[A-Za-z0-9_]{22,}", made_up(82)),
    shaped("gitlab-pat", "GitLab token", "glpat-", "[A-Za-z0-9_.-]{20,}", made_up(20)),
    shaped("gitlab-deploy", "GitLab deploy token", "gldt-", f"{WORD}{{20,}}", made_up(20)),
    shaped("gitlab-runner", "GitLab runner token", "glrt-", "[A-Za-z0-9_.-]{20,}", made_up(20)),
    shaped(
        "gitlab-runner-registration",
        "GitLab runner registration token",
        "GR1348941",
        f"{WORD}{{20,}}",
        made_up(20),
    ),
    shaped("gitlab-trigger", "GitLab trigger token", "glptt-", "[0-9a-f]{40}", hexadecimal(40)),
    shaped("gitlab-job", "GitLab job token", "glcbt-", f"{WORD}{{20,}}", made_up(24)),
    shaped("gitlab-feed", "GitLab feed token", "glft-", f"{WORD}{{20,}}", made_up(20)),
    shaped("gitlab-mail", "GitLab mail token", "glimt-", f"{WORD}{{20,}}", made_up(25)),
    shaped("gitlab-agent", "GitLab agent token", "glagent-", f"{WORD}{{40,}}", made_up(50)),
    shaped("gitlab-scim", "GitLab SCIM token", "glsoat-", f"{WORD}{{20,}}", made_up(20)),
    shaped("gitlab-oauth", "GitLab OAuth secret", "gloas-", f"{WORD}{{40,}}", made_up(64)),
    shaped(
        "bitbucket-app-password", "Bitbucket app password", "ATBB", "[A-Za-z0-9]{28,}", made_up(32)
    ),
    shaped(
        "bitbucket-access", "Bitbucket access token", "ATCTT3", "[A-Za-z0-9_=-]{60,}", made_up(180)
    ),
    shaped("atlassian", "Atlassian API token", "ATATT3", "[A-Za-z0-9_=-]{60,}", made_up(180)),
    shaped(
        "sourcegraph",
        "Sourcegraph token",
        "sgp_",
        "(?:[0-9a-f]{16}_)?[0-9a-f]{40}",
        hexadecimal(40),
    ),
)

REGISTRIES: tuple[Pattern, ...] = (
    shaped("npm", "npm token", "npm_", "[A-Za-z0-9]{36,}", made_up(36)),
    shaped(
        "npmrc",
        "npm registry credential",
        ":_authToken=",
        "(?P<secret>[A-Za-z0-9_./+=-]{20,})",
        made_up(36),
        good=":_authToken=${NPM_TOKEN}",
    ),
    shaped(
        "pypi",
        "PyPI token",
        "pypi-",
        "AgE[A-Za-z0-9_-]{50,}",
        "AgE" + made_up(150),
        good="pypi-attestations-and-their-verification-in-continuous-integration-pipelines",
    ),
    shaped("rubygems", "RubyGems key", "rubygems_", "[0-9a-f]{48}", hexadecimal(48)),
    worded("crates-io", "crates.io token", "cio", "[A-Za-z0-9]{32}(?![A-Za-z0-9])", made_up(32)),
    worded("nuget", "NuGet key", "oy2", "[a-z0-9]{43}(?![A-Za-z0-9])", made_up(43, LOWER)),
    shaped("docker-hub", "Docker Hub token", "dckr_pat_", f"{WORD}{{27,}}", made_up(27)),
    shaped(
        "docker-hub-organisation", "Docker Hub token", "dckr_oat_", f"{WORD}{{27,}}", made_up(32)
    ),
    shaped("clojars", "Clojars token", "CLOJARS_", "[a-z0-9]{60}", made_up(60, LOWER)),
    shaped("jfrog", "Artifactory key", "AKCp", "[A-Za-z0-9]{69,}", made_up(69)),
    shaped(
        "jfrog-reference",
        "Artifactory reference token",
        "cmVmdGtuO",
        "[A-Za-z0-9]{50,}",
        made_up(55),
    ),
)

BUILDS: tuple[Pattern, ...] = (
    shaped(
        "circleci",
        "CircleCI token",
        "CCIPAT_",
        "[A-Za-z0-9]{22}_[0-9a-f]{40}",
        made_up(22) + "_" + hexadecimal(40),
    ),
    shaped(
        "circleci-project",
        "CircleCI project token",
        "CCIPRJ_",
        "[A-Za-z0-9]{22}_[0-9a-f]{40}",
        made_up(22) + "_" + hexadecimal(40),
    ),
    shaped("buildkite", "Buildkite token", "bkua_", "[0-9a-f]{40}", hexadecimal(40)),
    shaped("buildkite-agent", "Buildkite agent token", "bkct_", "[A-Za-z0-9_-]{40,}", made_up(48)),
    shaped("sonar-project", "Sonar token", "sqp_", "[0-9a-f]{40}", hexadecimal(40)),
    shaped("sonar-user", "Sonar token", "squ_", "[0-9a-f]{40}", hexadecimal(40)),
    shaped("sonar-global", "Sonar token", "sqa_", "[0-9a-f]{40}", hexadecimal(40)),
    worded(
        "octopus",
        "Octopus Deploy key",
        "API-",
        "[A-Z0-9]{26}(?![A-Za-z0-9])",
        made_up(26, UPPER),
        good="API-COMPATIBILITYNOTESFORUSERS2",
    ),
    shaped("prefect", "Prefect key", "pnu_", "[A-Za-z0-9]{36}", made_up(36)),
    beside("travis", "Travis CI token", "travis", "[A-Za-z0-9_-]{22}", made_up(22)),
    beside(
        "codecov",
        "Codecov token",
        "codecov",
        "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b",
    ),
    shaped(
        "snyk",
        "Snyk token",
        "snyk_",
        r"(?:uat|sat)\.[A-Za-z0-9]{8}\.[A-Za-z0-9_.-]{40,}",
        "uat." + made_up(8) + "." + made_up(60),
    ),
)

PATTERNS = (*HOSTS, *REGISTRIES, *BUILDS)
