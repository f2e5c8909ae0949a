"""Keys of CI, deployment, infrastructure-as-code and secret stores."""

from __future__ import annotations

from privmw.redaction.recognizers.base import Recognizer
from privmw.redaction.recognizers.secrets.plausibility import looks_random
from privmw.redaction.recognizers.secrets.shapes import ALNUM, BASE64, HEX, LEFT, UUID, WORD, keyed, prefixed

__all__ = ["RECOGNIZERS"]

RECOGNIZERS: tuple[Recognizer, ...] = (
    prefixed(
        "CIRCLECI_TOKEN",
        "CCIP(?:AT|RJ)_[0-9A-Za-z]{20,24}_",
        HEX,
        40,
        source="circleci.com personal and project tokens",
    ),
    keyed(
        "CIRCLECI_TOKEN",
        r"circle[_-]?(?:ci)?[_-]?token",
        "[0-9a-f]{40}",
        length=40,
        name="circleci_legacy_token",
        source="circleci.com API tokens",
    ),
    keyed("TRAVISCI_TOKEN", "travis", "[0-9A-Za-z_-]{22}", length=22, source="docs.travis-ci.com API tokens"),
    keyed(
        "DRONECI_TOKEN",
        "drone[_-]?(?:ci|token|server|secret)",
        "[0-9A-Za-z]{32}",
        length=32,
        source="docs.drone.io tokens",
    ),
    prefixed("BUILDKITE_TOKEN", "bk(?:ua|aj|pt|ar|ct|s)_", HEX, 32, source="buildkite.com API and agent tokens"),
    keyed("JENKINS_TOKEN", "jenkins", "11[0-9a-f]{32}|[0-9a-f]{32}", length=34, source="jenkins.io API tokens"),
    prefixed(
        "HARNESS_TOKEN",
        r"[ps]at\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z]{24}\.",
        ALNUM,
        20,
        exact=True,
        room=112,
        source="developer.harness.io access tokens",
    ),
    prefixed("OCTOPUS_API_KEY", "API-", "[0-9A-Z]", 26, exact=True, source="octopus.com API keys", check=looks_random),
    prefixed("PULUMI_TOKEN", "pul-", HEX, 40, source="pulumi.com access tokens"),
    Recognizer(
        name="terraform_token",
        entity_type="TERRAFORM_TOKEN",
        pattern=LEFT + r"[0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z=_-]{60,80}",
        trigger=r"[0-9A-Za-z]\.atlasv1\.[0-9A-Za-z=_-]{16}",
        lookback=48,
        lookahead=80,
        score=1.0,
        secret=True,
        source="developer.hashicorp.com HCP Terraform API tokens",
    ),
    prefixed("VAULT_TOKEN", r"hv[sbr]\.", WORD, 24, source="developer.hashicorp.com Vault tokens since 1.10"),
    keyed(
        "VAULT_TOKEN",
        "vault",
        r"s\.[0-9A-Za-z]{24}(?:\.[0-9A-Za-z]{5})?",
        length=32,
        name="vault_legacy_token",
        source="developer.hashicorp.com Vault tokens before 1.10",
    ),
    prefixed(
        "VAULT_TOKEN",
        r"s\.",
        ALNUM,
        24,
        exact=True,
        name="vault_bare_token",
        check=looks_random,
        left=r"(?<![0-9A-Za-z_./-])",
        source="developer.hashicorp.com Vault tokens before 1.10",
    ),
    keyed("CONSUL_TOKEN", "consul|nomad", UUID, length=36, source="developer.hashicorp.com ACL tokens"),
    prefixed(
        "DOPPLER_TOKEN",
        r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[0-9A-Za-z_-]{2,35}\.)?",
        ALNUM,
        40,
        source="docs.doppler.com token formats",
    ),
    prefixed(
        "ONEPASSWORD_SECRET_KEY",
        "A3-[0-9A-Z]{6}-(?:[0-9A-Z]{11}|[0-9A-Z]{6}-[0-9A-Z]{5})-[0-9A-Z]{5}-[0-9A-Z]{5}-",
        "[0-9A-Z]",
        5,
        exact=True,
        source="support.1password.com secret keys",
    ),
    prefixed(
        "ONEPASSWORD_TOKEN",
        "ops_eyJ",
        BASE64,
        64,
        tail="={0,3}",
        source="developer.1password.com service account tokens",
    ),
    prefixed("INFISICAL_TOKEN", r"st\.[0-9a-f-]{24,36}\.", r"[0-9a-f.]", 32, source="infisical.com service tokens"),
    prefixed(
        "BITWARDEN_TOKEN",
        r"0\.[0-9a-f-]{36}\.",
        r"[0-9A-Za-z:+/=]",
        30,
        source="bitwarden.com Secrets Manager access tokens",
    ),
    prefixed(
        "ANSIBLE_VAULT",
        r"\$ANSIBLE_VAULT;[0-9.]{3};AES256",
        r"[0-9a-f\s\\nA-Za-z;]",
        40,
        source="docs.ansible.com Vault payload",
        left="",
        check=None,
    ),
    prefixed("PREFECT_TOKEN", "pn[ub]_", ALNUM, 36, source="docs.prefect.io API keys"),
    prefixed(
        "DATABRICKS_TOKEN", "dapi", HEX, 32, tail="(?:-[0-9])?", source="docs.databricks.com personal access tokens"
    ),
    prefixed(
        "DATABRICKS_TOKEN",
        "dose",
        HEX,
        32,
        exact=True,
        name="databricks_oauth_secret",
        source="docs.databricks.com service principal secrets",
    ),
    prefixed("DBT_TOKEN", "dbt[cus]_", r"[0-9A-Za-z+/=_-]", 32, source="docs.getdbt.com tokens"),
    prefixed("INFRACOST_API_KEY", "ico-", ALNUM, 32, source="infracost.io API keys"),
    prefixed("POSTMAN_API_KEY", "PMAK-[0-9a-f]{24}-", "[0-9a-f]", 34, source="learning.postman.com API keys"),
    prefixed(
        "POSTMAN_API_KEY",
        "PMAT-",
        ALNUM,
        26,
        name="postman_collection_key",
        source="learning.postman.com collection access keys",
    ),
    prefixed("README_API_KEY", "rdme_", "[0-9a-z]", 70, source="docs.readme.com API keys"),
    prefixed("SONAR_TOKEN", "sq[upa]_", HEX, 40, source="docs.sonarsource.com tokens"),
    keyed(
        "SONAR_TOKEN",
        r"sonar[_.-]?(?:qube|cloud|login|token|host)?",
        "[0-9A-Za-z=_-]{40}",
        length=40,
        name="sonar_legacy_token",
        source="docs.sonarsource.com tokens before 9.5",
    ),
    keyed(
        "SIDEKIQ_SECRET",
        "BUNDLE_(?:ENTERPRISE|GEMS)__CONTRIBSYS__COM|contribsys",
        "[0-9a-f]{8}:[0-9a-f]{8}",
        length=17,
        source="github.com/sidekiq commercial gem server",
    ),
    keyed(
        "KUBERNETES_TOKEN",
        r"(?:bootstrap|kubeadm|join)[\w .-]{0,12}token",
        r"[0-9a-z]{6}\.[0-9a-z]{16}",
        length=23,
        source="kubernetes.io bootstrap tokens",
    ),
    Recognizer(
        name="kubeconfig_client_key",
        entity_type="PRIVATE_KEY",
        pattern=r"client-key-data\"?\s*:\s*\"?(?P<value>[0-9A-Za-z+/]{64,}={0,2})",
        trigger=r"client-key-data\"?\s{0,4}:\s{0,4}\"?[0-9A-Za-z+/]{64}",
        lookback=96,
        lookahead=4096,
        score=1.0,
        secret=True,
        source="kubernetes.io kubeconfig v1",
    ),
    Recognizer(
        name="kubernetes_secret_data",
        entity_type="KUBERNETES_SECRET",
        pattern=(
            r"(?i:kind:\s*[\"']?secret[\"']?)(?s:.){0,400}?\bdata:\s*(?:#[^\n]*)?"
            r"(?P<value>(?:\s+[\w.-]+:[ \t]*[\"']?[0-9A-Za-z+/]{4,}={0,2}[\"']?(?=\s|$)){1,32})"
        ),
        trigger=r"(?i:kind:\s{0,3}[\"']?secret)",
        lookback=24,
        lookahead=2048,
        score=0.9,
        secret=True,
        source="kubernetes.io Secret manifests",
    ),
    Recognizer(
        name="kubernetes_secret_data_first",
        entity_type="KUBERNETES_SECRET",
        pattern=(
            r"\bdata:\s*(?P<value>(?:\s+[\w.-]+:[ \t]*[\"']?[0-9A-Za-z+/]{4,}={0,2}[\"']?(?=\s|$)){1,32})"
            r"(?s:.){0,400}?(?i:kind:\s*[\"']?secret\b)"
        ),
        trigger=r"(?i:kind:\s{0,3}[\"']?secret)",
        lookback=2048,
        lookahead=16,
        score=0.9,
        secret=True,
        source="kubernetes.io Secret manifests, data before kind",
    ),
    Recognizer(
        name="curl_user",
        entity_type="BASIC_CREDENTIALS",
        pattern=(
            r"(?<![0-9A-Za-z_])curl(?![0-9A-Za-z_])[^\r\n]{0,300}?\s(?:-u|--user)(?:=|\s{0,4})"
            r"[\"']?(?!\$|<|\{|\[)(?P<value>[^\s:\"'<>]{1,64}:[^\s\"'$<>{\[]{3,128})"
        ),
        trigger=r"\s(?:-u|--user)[=\s]{0,4}[\"']?[^\s:\"'<>]{1,64}:[^\s\"'$<>{\[]{3}",
        lookback=400,
        lookahead=128,
        score=0.9,
        checksum=None,
        secret=True,
        source="curl.se manual, --user",
    ),
)
