"""Rules beside the model: what it takes for a name and is none, and what it misses though the words around say it.

A small model takes many capitalised words for names. One that stands alone, without a word that says that a name comes,
needs more of the model's certainty; what is known as a program, a format or a theorem is none, whatever the model says.
Beside a title, a salutation or the word "name" none of this applies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["Span", "by_rules"]


class Span(NamedTuple):
    """A piece of text that the model takes for an entity."""

    entity_type: str
    start: int
    end: int
    score: float


_ALONE = 0.25
"""Probability from which a capitalised word that stands alone counts as a name. From 0.15 to 0.3 the figures are the same;
at 0.1 four more of 161 names are found, and pronouns and first words of sentences; at 0.4 three fewer."""

_ACRONYM = 0.75
"""The same for one in capitals within a text that is not."""

_LISTED = """
airflow android angular ansible apache api argo atlassian aws azure babel bash bigquery bitbucket bluetooth bootstrap
cassandra celery chatgpt chrome clickhouse cloudflare confluence cors css csv curl cypress dataframe datadog debian
deno django docker dynamodb elasticsearch envoy eslint excel express fastapi fedora figma firebase firefox flask flink
flutter gemini github gitlab gradle grafana graphql grpc gunicorn hadoop haproxy hashmap hbase heroku hibernate html
http https ibuprofen ingress instagram ios istio java javascript jest jira jpeg jquery json jwt kafka keras keycloak
kibana kotlin kubectl kubernetes laravel linkedin linux llama llamaindex langchain logstash lua macos mariadb markdown
maven memcached minio mocha mongodb mongoose mysql nagios netlify nextjs nginx node nodejs npm numpy oauth okta openai
openapi opentelemetry oracle pandas paracetamol pdf perl php pinia playwright pnpm podman postgres postgresql postman
powershell prettier prometheus pulumi puppeteer pydantic pypi pytest python pytorch rabbitmq rails react redis redux
rust salesforce saml sass scala scikit selenium sentry slack snowflake solr spark splunk spotify sql sqlalchemy sqlite
ssh ssl starlette stripe svelte swagger swift tailwind tensorflow terraform tls tomcat traefik trello typescript
ubuntu ui url uvicorn vagrant vercel vite vue vuex webpack whatsapp windows wordpress xml yaml yarn zapier zookeeper
"""

TECHNOLOGY = frozenset(_LISTED.split())
"""Programs, formats, services and medicines, in small letters; none of them is a usual name of a person."""

_THING = re.compile(
    r"""(?:['’]s)?[ ](?:
    algorithm|analysis|build|chain|cluster|coefficient|constant|container|criterion|curve|deployment|disease|distribution
    |effect|equation|estimator|filter|function|heuristic|integral|job|law|machine|matrix|method|metric|node|number|paradox
    |pipeline|plugin|principle|problem|process|rule|scale|sequence|series|server|sort|stock|shares|syndrome|theorem|theory
    |transform|tree
    )s?(?![^\W_])""",
    re.VERBOSE,
)
"""Behind a surname alone, it is what the thing is called."""

_FIRM = re.compile(
    r",?[ ](?:AG|Bank|Co|Corp|Corporation|GmbH|Holdings|Inc|Incorporated|LLC|LLP|Ltd|Limited|PLC|plc)(?![^\W_])"
)

_CUE = re.compile(
    r"""(?:
    (?<![^\W_])(?:name[ds]?|called|i[ ]am|i['’]m|this[ ]is|dear|hi|hello|hey|attn|cc|mr|mrs|ms|miss|mx|dr|prof|professor|sir
    |madam|customer|client|patient|guest|tenant|employee|colleague|author|owner|assignee|reviewer|signed|regards|sincerely
    |thanks|cheers|user)
    |name["']?[ ]?[:=][ ]?["']?
    )(?:[ ]is)?[\s.,:="'*|>-]{1,6}$""",
    re.VERBOSE | re.IGNORECASE,
)
_CUE_REACH = 32

_FIRST = re.compile(r"(?:Ask|Can|Could|Did|Does|Has|Is|Let|May|Should|Tell|Was|Will|Would)[ ]+(?=\w)")

_BOX = re.compile(
    r"(?<![^\W_])(?:p\.? ?o\.?|post(?:al)? office) ?box[ .:#]{0,3}(?:no\.? ?)?[0-9]{1,7}[a-z]?(?![^\W_])", re.IGNORECASE
)

_INTRODUCED = re.compile(
    r"""
    (?:이름|성함|성명)(?:은|:)[ ]?(?P<ko>[가-힣]{2,5}?)
        (?=[ ]?(?:입니다|이에요|예요|이라고|라고|이고|이며|이야|님|씨)|[,.!?]|$)
    |(?:이름|성함|성명):[ ]?(?P<ko2>[가-힣]{2,5})(?![가-힣])
    |(?:名前は|氏名は|氏名[:：])[ ]?(?P<ja>[\u4e00-\u9fff々\u30a0-\u30ff]{2,10}(?:[ \u3000][\u4e00-\u9fff々\u30a0-\u30ff]{1,6})?)
    |(?P<ja2>[\u4e00-\u9fff々\u30a0-\u30ff]{2,10})(?=と申し|といいます|と言います)
    |(?:我叫|我的名字是|我的名字叫|姓名[:：])[ ]?(?P<zh>[\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff])
    """,
    re.VERBOSE,
)
"""Where people say their names in Korean, Japanese and Chinese, which the shipped model does not read."""

_HAN = re.compile(r"[\u4e00-\u9fff々\u30a0-\u30ff]+")


def by_rules(text: str, spans: Sequence[Span]) -> list[Span]:
    """Leave out what the rules know better, and add what they find; ordered, not overlapping."""
    kept = [_whole(text, _trimmed(text, span)) for span in spans if _counts(text, span)]
    if text.isascii() and "box" not in text.lower():
        return kept
    found = [*_rules(text)]
    said = {span for span in found if span.entity_type == "PERSON"}  # exact: what the model says of them is not
    for span in kept:
        crossed = [place for place, other in enumerate(found) if span.start < other.end and other.start < span.end]
        if not crossed:
            found.append(span)
        elif (
            span.entity_type == found[crossed[0]].entity_type and found[crossed[0]] not in said
        ):  # a longer address, or two parts of one run
            start = min(span.start, *(found[place].start for place in crossed))
            end = max(span.end, *(found[place].end for place in crossed))
            found[crossed[0]] = found[crossed[0]]._replace(start=start, end=end)
            for place in reversed(crossed[1:]):
                del found[place]
    return sorted(found, key=lambda span: span.start)


def _rules(text: str) -> Iterator[Span]:
    for match in _BOX.finditer(text):
        yield Span("STREET_ADDRESS", *match.span(), 0.9)
    if not text.isascii():
        for match in _INTRODUCED.finditer(text):
            yield Span("PERSON", *match.span(match.lastgroup or 0), 0.9)


def _counts(text: str, span: Span) -> bool:
    """Whether a span is what the model says."""
    start, end = span.start, span.end
    words = text[start:end].split()
    listed = all(word.strip(".,'’\"()").lower() in TECHNOLOGY for word in words)
    if not listed and (span.entity_type != "PERSON" or len(words) > 1):
        return True
    if _CUE.search(text[max(0, start - _CUE_REACH) : start]):
        return True
    if listed or _THING.match(text, end) or _FIRM.match(text, end):
        return False
    word = text[start:end]
    if not word[0].isupper():
        return True  # the threshold of such words is higher anyway
    acronym = 1 < len(word) <= 6 and word.isupper() and not text.isupper()
    return span.score >= (_ACRONYM if acronym else _ALONE)


def _trimmed(text: str, span: Span) -> Span:
    """A name without the verb that begins its sentence: ``Tell Bob``."""
    first = _FIRST.match(text, span.start, span.end) if span.entity_type == "PERSON" else None
    return span if first is None else span._replace(start=first.end())


def _whole(text: str, span: Span) -> Span:
    """A name found in a run of Chinese characters, or of Japanese ones but Hiragana, is the run."""
    if span.entity_type != "PERSON" or text.isascii():
        return span
    inside = _HAN.search(text, span.start, span.end)
    if inside is None:
        return span
    start, end = inside.span()
    while start and _HAN.match(text[start - 1]):
        start -= 1
    while end < len(text) and _HAN.match(text[end]):
        end += 1
    return span._replace(start=min(start, span.start), end=max(end, span.end))
