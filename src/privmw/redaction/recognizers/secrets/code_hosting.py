"""Tokens of code hosts and package registries."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.secrets.crc import atlassian_crc, base62_crc
from privmw.redaction.recognizers.secrets.plausibility import not_masked, plausible_key
from privmw.redaction.recognizers.secrets.shapes import ALNUM, BASE64, HEX, LEFT, UUID, WORD, keyed, prefixed

__all__ = ["RECOGNIZERS"]

_GITHUB_DOCS = "docs.github.com token formats; github.blog 2021-04-05: CRC-32 in base 62 at the end"
_GITLAB_DOCS = "docs.gitlab.com token overview, token prefixes"


def _github(name: str, prefix: str) -> Recognizer:
    return prefixed("GITHUB_TOKEN", prefix, ALNUM, 36, name=name, check=github_token, source=_GITHUB_DOCS)


def _gitlab(name: str, prefix: str, low: int = 20) -> Recognizer:
    return prefixed(
        "GITLAB_TOKEN", prefix, r"[0-9A-Za-z_.-]", low, name=name, source=_GITLAB_DOCS, check=plausible_gitlab
    )


def github_token(text: str) -> bool:
    """True with a valid checksum or, because a mistyped or test token must not leak either, with varied characters."""
    return not_masked(text) or base62_crc(text)


def plausible_gitlab(text: str) -> bool:
    """True unless the characters after the prefix are filler."""
    return plausible_key(text.partition("-")[2]) or any(char.isupper() for char in text)


RECOGNIZERS: tuple[Recognizer, ...] = (
    _github("github_pat", "ghp_"),
    _github("github_oauth_token", "gho_"),
    _github("github_user_token", "ghu_"),
    _github("github_server_token", "ghs_"),
    _github("github_refresh_token", "ghr_"),
    prefixed("GITHUB_TOKEN", "github_pat_", "[0-9A-Za-z_]", 60, name="github_fine_grained_pat", source=_GITHUB_DOCS),
    keyed(
        "GITHUB_TOKEN",
        r"github[\w.-]{0,20}(?:token|secret|pat|key)",
        "[0-9a-f]{40}",
        length=40,
        name="github_legacy_token",
        source="GitHub OAuth tokens before April 2021",
    ),
    _gitlab("gitlab_pat", "glpat-"),
    _gitlab("gitlab_oauth_app_secret", "gloas-", 32),
    _gitlab("gitlab_deploy_token", "gldt-"),
    _gitlab("gitlab_runner_token", "glrt-"),
    _gitlab("gitlab_runner_short_token", "glrtr-"),
    _gitlab("gitlab_ci_job_token", "glcbt-"),
    _gitlab("gitlab_trigger_token", "glptt-"),
    _gitlab("gitlab_feed_token", "glft-"),
    _gitlab("gitlab_mail_token", "glimt-"),
    _gitlab("gitlab_agent_token", "glagent-"),
    _gitlab("gitlab_workspaces_token", "glwt-"),
    _gitlab("gitlab_scim_token", "glsoat-"),
    _gitlab("gitlab_feature_flag_token", "glffct-"),
    prefixed("GITLAB_TOKEN", "GR1348941", WORD, 20, name="gitlab_registration_token", source=_GITLAB_DOCS),
    prefixed(
        "BITBUCKET_TOKEN", "ATBB", ALNUM, 32, tail="(?:[0-9A-F]{8})?", source="support.atlassian.com app passwords"
    ),
    prefixed(
        "BITBUCKET_TOKEN",
        "(?:ATCTT3|BBDC-)",
        r"[0-9A-Za-z+/_=-]",
        40,
        name="bitbucket_access_token",
        source="support.atlassian.com Bitbucket access tokens",
    ),
    keyed(
        "BITBUCKET_TOKEN",
        "bitbucket",
        "[0-9A-Za-z=_-]{64}",
        length=64,
        name="bitbucket_client_secret",
        source="support.atlassian.com OAuth consumers",
    ),
    keyed(
        "BITBUCKET_TOKEN",
        "bitbucket",
        "[0-9A-Za-z]{32}",
        length=32,
        name="bitbucket_client_id",
        source="support.atlassian.com OAuth consumers",
    ),
    prefixed(
        "ATLASSIAN_TOKEN",
        "ATATT3",
        r"[0-9A-Za-z_=-]",
        100,
        boosts=atlassian_crc,
        source="support.atlassian.com API tokens; CRC-32 at the end",
    ),
    keyed(
        "ATLASSIAN_TOKEN",
        "atlassian|confluence|jira",
        "[0-9A-Za-z]{24}",
        length=24,
        name="atlassian_legacy_token",
        source="support.atlassian.com API tokens before 2023",
    ),
    prefixed(
        "NPM_TOKEN",
        "npm_",
        ALNUM,
        36,
        check=github_token,
        source="docs.npmjs.com access tokens; CRC-32 in base 62 at the end",
    ),
    Recognizer(
        name="npm_config_auth",
        entity_type="NPM_TOKEN",
        pattern=r":_(?:authToken|auth|password)\s*=\s*[\"']?(?P<value>[0-9A-Za-z+/_.=-]{16,4096})",
        trigger=r":_(?:authToken|auth|password)\s{0,3}=\s{0,3}[\"']?[0-9A-Za-z+/_.=-]{16}",
        lookback=48,
        lookahead=200,
        score=0.95,
        secret=True,
        source="docs.npmjs.com .npmrc",
    ),
    prefixed("PYPI_TOKEN", "pypi-AgE", WORD, 50, source="pypi.org API tokens (macaroons)"),
    prefixed("RUBYGEMS_TOKEN", "rubygems_", HEX, 48, source="guides.rubygems.org API keys"),
    prefixed("NUGET_API_KEY", "oy2", "[0-9a-z]", 43, exact=True, source="learn.microsoft.com NuGet API keys"),
    Recognizer(
        name="nuget_config_password",
        entity_type="PASSWORD",
        pattern=r"(?i:<add\s{1,4}key=\"(?:cleartext)?password\"\s{1,4}value=)\"(?P<value>(?!%)[^\"]{4,4096})\"",
        trigger=r"(?i:<add\s{1,4}key=\"(?:cleartext)?password\"\s{1,4}value=)\"[^\"]{4}",
        lookback=64,
        lookahead=128,
        score=0.95,
        secret=True,
        source="learn.microsoft.com nuget.config",
    ),
    prefixed("CRATES_IO_TOKEN", "cio", ALNUM, 32, exact=True, source="crates.io API tokens"),
    prefixed("CLOJARS_TOKEN", "CLOJARS_", "[0-9a-z]", 60, source="clojars.org deploy tokens"),
    prefixed("PACKAGIST_TOKEN", "packagist_[ou][ru][tw]_", HEX, 60, source="packagist.com authentication tokens"),
    prefixed("HEX_PM_KEY", "hex_", HEX, 32, exact=True, source="hex.pm API keys"),
    prefixed("DOCKER_TOKEN", "dckr_[po]at_", WORD, 24, source="docs.docker.com access tokens"),
    Recognizer(
        name="docker_config_auth",
        entity_type="DOCKER_TOKEN",
        pattern=r"\"auth\"\s*:\s*\"(?P<value>[0-9A-Za-z+/]{12,4096}={0,2})\"",
        trigger=r"\"auth\"\s{0,4}:\s{0,4}\"[0-9A-Za-z+/]{12}",
        lookback=40,
        lookahead=256,
        score=0.9,
        secret=True,
        source="docs.docker.com config.json",
    ),
    prefixed("JFROG_TOKEN", "AKCp", ALNUM, 60, source="jfrog.com Artifactory API keys, 73 characters"),
    prefixed(
        "JFROG_TOKEN",
        "cmVmd",
        ALNUM,
        59,
        name="jfrog_reference_token",
        source="jfrog.com reference tokens, 64 characters",
    ),
    keyed(
        "JFROG_TOKEN",
        "jfrog|artifactory|bintray|xray",
        "[0-9A-Za-z]{73}|[0-9A-Za-z]{64}",
        length=73,
        name="jfrog_keyed_token",
        source="jfrog.com identity tokens",
    ),
    prefixed(
        "SOURCEGRAPH_TOKEN",
        "sgp_(?:(?:[0-9a-fA-F]{16}|local)_)?",
        "[0-9a-fA-F]",
        40,
        source="sourcegraph.com access tokens",
    ),
    keyed(
        "SOURCEGRAPH_TOKEN",
        "sourcegraph",
        "[0-9a-fA-F]{40}",
        length=40,
        name="sourcegraph_legacy_token",
        source="sourcegraph.com access tokens",
    ),
    prefixed(
        "SOURCEGRAPH_TOKEN",
        "sl(?:k|gp)_",
        HEX,
        32,
        name="sourcegraph_license_token",
        source="sourcegraph.com gateway tokens",
    ),
    keyed("GITEA_TOKEN", "gitea|forgejo|codeberg", "[0-9a-f]{40}", length=40, source="docs.gitea.com API tokens"),
    prefixed("HASHNODE_TOKEN", "hashnode_", WORD, 24, source="hashnode.com personal access tokens"),
    keyed("GITTER_TOKEN", "gitter", "[0-9A-Za-z_-]{40}", length=40, source="developer.gitter.im tokens"),
    keyed(
        "CODESANDBOX_TOKEN",
        "csb|codesandbox",
        "csb_v1_[0-9A-Za-z_-]{30,50}",
        length=60,
        source="codesandbox.io API tokens",
    ),
    Recognizer(
        name="git_remote_token",
        entity_type="CODE_HOSTING_TOKEN",
        pattern=LEFT + r"(?:x-access-token|x-token-auth|oauth2|gitlab-ci-token):(?P<value>[^\s@/\"'<>]{8,4096})(?=@)",
        trigger=r"(?:x-access-token|x-token-auth|oauth2|gitlab-ci-token):[^\s@/\"'<>]{8}",
        lookback=48,
        lookahead=256,
        score=0.95,
        secret=True,
        source="GitHub, GitLab and Bitbucket: user names that mark a token as the password",
    ),
    keyed(
        "CODECLIMATE_TOKEN",
        "codeclimate|cc[_-]test[_-]reporter",
        "[0-9a-f]{64}",
        length=64,
        source="codeclimate.com test reporter ids",
    ),
    keyed("COVERALLS_TOKEN", "coveralls", "[0-9A-Za-z]{33,36}", length=36, source="docs.coveralls.io repo tokens"),
    keyed("CODECOV_TOKEN", "codecov", rf"[0-9A-Za-z]{{32}}|{UUID}", length=36, source="docs.codecov.com upload tokens"),
    prefixed("GITGUARDIAN_TOKEN", "ggshield_", BASE64, 24, source="docs.gitguardian.com tokens"),
)
