"""What the NER tier finds of person names in English prose, and what it takes for one: ``python -m benchmarks names``.

Names and sentences are drawn with a fixed seed from lists that no rule and no threshold was chosen by; the lines without
a name are what developers and their users write to a model.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from benchmarks.tables import show

__all__ = ["ORDINARY", "collect", "report"]

_NAMES = {
    "English": "Gemma Hollis|Curtis Boyd|Tabitha Wren|Marcus Eldridge|Rosalind Pike|Warren Tuttle|Hollis|Imogen",
    "Irish, Scottish": "Aoife Ní Bhriain|Cormac O'Driscoll|Fiona McAllister|Ruaridh MacLeod|Niamh O'Shea",
    "German, Dutch": "Jörg Brandstätter|Anneliese Vogt|Maarten van der Velde|Ulrike Sommerfeld|Klaas Dijkstra",
    "French": "Aurélie Delacroix|Thibault Marchand|Geneviève Roussel|Jean-Baptiste Morel",
    "Spanish, Portuguese": "Ximena Ortega|Joaquín Peñaranda|Luciana Figueiredo|Rui Tavares|María José Cano",
    "Slavic": "Zbigniew Kowalczyk|Svetlana Morozova|Bogdan Petrenko|Ivana Horvat|Radek Dvořák",
    "Nordic": "Sigrún Einarsdóttir|Torbjørn Aasen|Linnea Bergström|Eero Koskinen",
    "South Asian": "Deepika Chatterjee|Harish Subramaniam|Farhan Siddiqui|Nimal Perera|Gurpreet Dhillon",
    "Chinese": "Zhao Meiling|Liu Jianguo|Wen Xiulan|Fang Haoran",
    "Japanese": "Ayumi Kawaguchi|Takeshi Moriyama|Naoko Shimizu|Daichi Ueno",
    "Korean": "Han So-hee|Seo Kang-min|Yoon Da-eun|Jaehyun Bae",
    "Arabic, Persian": "Nadia El-Sayed|Khalid bin Saleh|Parisa Rahimi|Youssef Haddad",
    "African": "Ngozi Eze|Tendai Moyo|Abebe Tesfaye|Mariama Sow|Sipho Dlamini",
    "South-East Asian": "Pham Quoc Bao|Nurul Hidayah|Kanya Srisai|Rizky Pratama",
}
_SENTENCES = (
    "Hi, I'm {} and I cannot log in to my account.",
    "Please write a friendly reminder to {} about the overdue invoice.",
    "{} asked whether the meeting can be moved to Thursday.",
    "The contract was drafted by {} and reviewed by our lawyers.",
    "Could you summarise what {} said about the pricing?",
    "We hired {} as head of operations last spring.",
    "Yesterday {} returned the damaged parcel to our shop.",
    "My neighbour {} complained about the noise again.",
    "Translate this for {}: the shipment is delayed.",
    "Kind regards,\n{}",
    "Dear {},\nthank you for your patience.",
    "Patient {} was discharged on Monday with no further symptoms.",
    "I was told by {} that a refund is possible.",
    "{}'s laptop was stolen at the airport.",
    "Who replaced {} on the night shift?",
    "Notes from the call: {} wants a second quote.",
)
ORDINARY = """You are a careful assistant. Reply in Markdown.
Convert this CSV to XML and validate it against the XSD.
Why does Terraform want to replace my RDS instance?
Write a Bash script that rotates Nginx logs every night.
Our Flask service talks to Memcached and Cassandra.
Explain the difference between TCP and UDP.
Deploy the chart with Helm and check it in Lens.
Jenkins jobs keep failing on the Windows agent.
Migrate the table from MariaDB to CockroachDB.
Is Svelte faster than Angular for this page?
Summarise the GDPR in five bullet points.
Draft a press release for Globex Corporation.
Use Dijkstra's algorithm to find the shortest path.
What does the Fourier transform of a square wave look like?
Fix the NullPointerException in OrderController.
Add a Redis cache in front of the Oracle database.
Kubernetes restarts the pod with OOMKilled.
Compare Slack, Teams and Discord for a small company.
Generate Jest tests for this React component.
Ford shares fell while Toyota stock rose.
She is taking Metformin and Lisinopril every morning.
Happy Easter and a good start into Spring!
The board meets every second Wednesday in March.
Set LOG_LEVEL to DEBUG and restart Gunicorn.
How do I centre a DIV with CSS Grid?
Write a haiku about Autumn.
Import the Pandas library and read the Excel sheet.
He said it would be ready by Friday.
Rename the Customer class to Client in Java.
The API returns HTTP 502 behind Cloudflare.
Explain Bayes theorem to a beginner.
List three advantages of the Scrum method over Kanban.
Order two Espresso and one Cappuccino.
Open Figma, then export the Hero banner as SVG.
Please proofread my Cover Letter.
Upgrade Django from 4.2 to 5.0 and run Celery again.
Our KPI dashboard in Grafana shows no data from Prometheus.
Can Android phones use FaceTime?
The Docker image is built by GitHub Actions.
Thank you, that was Perfect!
Install Ubuntu on a Lenovo laptop.
Turn this JSON into a TypeScript interface.
Parse the YAML with Jackson and log the result.
What is the Big O of MergeSort?
The CEO and the CFO approved the budget for Q3.
Check whether Stripe webhooks are retried.
Read the Parquet file with Spark on Databricks.
Give me a recipe for Lasagne without Mozzarella.
Ask the Vendor for a new Certificate.
Let Alexa play some Jazz.""".splitlines()


def _rows() -> list[tuple[str, str, str]]:
    chance = random.Random(20260)
    rows = []
    for origin, listed in _NAMES.items():
        for name in listed.split("|"):
            rows += [(origin, name, sentence.format(name)) for sentence in chance.sample(_SENTENCES, 8)]
    return rows


def collect() -> dict[str, Any]:
    """Look at every sentence with the shipped model."""
    from privmw.redaction.ner import NerOptions, NerTier

    tier = NerTier(NerOptions(overload="wait"))
    tier.load()
    counts: dict[str, Counter[str]] = {}
    try:
        for origin, name, text in _rows():
            spans = [span for span in tier.find([text])(text) if span.entity_type == "PERSON"]
            start = text.index(name)
            hit = {place for span in spans for place in range(span.start, span.end)}
            place = range(start, start + len(name))
            count = counts.setdefault(origin, Counter())
            count["names"] += 1
            count["found"] += any(each in hit for each in place)
            count["covered"] += all(each in hit or not text[each].isalnum() for each in place)
            count["elsewhere"] += sum(span.end <= start or span.start >= place.stop for span in spans)
        wrong = [
            (text, [text[span.start : span.end] for span in spans])
            for text in ORDINARY
            if (spans := [span for span in tier.find([text])(text) if span.entity_type == "PERSON"])
        ]
    finally:
        tier.close()
    return {
        "origins": {origin: dict(count) for origin, count in counts.items()},
        "ordinary": {"lines": len(ORDINARY), "wrong": wrong},
    }


def report(result: dict[str, Any]) -> None:
    """Print the tables."""
    total: Counter[str] = Counter()
    rows = []
    for origin, count in result["origins"].items():
        total.update(count)
        rows.append(_row(origin, count))
    show(
        "Person names in English prose",
        ["origin", "names", "found", "covered", "elsewhere"],
        [*rows, _row("all", total)],
    )
    ordinary = result["ordinary"]
    show(
        f"Lines without a name that are said to hold one: {len(ordinary['wrong'])} of {ordinary['lines']}",
        ["line", "taken for a name"],
        [[text, ", ".join(names)] for text, names in ordinary["wrong"]],
    )


def _row(title: str, count: Any) -> list[str]:
    names = count["names"]
    found, covered = count["found"] / names, count["covered"] / names
    return [title, str(names), f"{found:.1%}", f"{covered:.1%}", str(count["elsewhere"])]
